//! Word pieces a CPU-second that parsing reads: `cargo run --release --example speed -- FILE [COUNT [THREADS]]`.
//!
//! FILE holds one JSON object a line, with the text of an article in `text`. CPU time is that of the whole process, as the
//! operating system counts it (Linux only; elsewhere the elapsed time is shown alone).

use std::time::Instant;
use std::{env, fs, process};

use attache_doc::{BlockKind, Document, Meta};
use attache_nlp::Nlp;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        eprintln!("usage: speed FILE [COUNT [THREADS]]");
        process::exit(2);
    };
    let number = |i: usize, default| arguments.get(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let source = fs::read_to_string(path).unwrap_or_else(|error| {
        eprintln!("{path}: {error}");
        process::exit(2);
    });
    let docs: Vec<Document> = source.lines().take(number(1, 20)).filter_map(document).collect();

    let began = Instant::now();
    let nlp = Nlp::embedded().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(2);
    });
    let nlp = nlp.with_threads(number(2, 1));
    println!("loaded in {:.2} s; memory {}", began.elapsed().as_secs_f64(), memory());

    let (began, cpu) = (Instant::now(), cpu_seconds());
    let (mut pieces, mut words, mut sentences) = (0, 0, 0);
    for doc in &docs {
        let parse = &nlp.parse(&[doc])[0];
        words += parse.tokens.len();
        sentences += parse.sentences.len();
        pieces += (0..parse.tokens.len() as u32).map(|t| nlp.count_pieces(parse.form(doc, t))).sum::<usize>();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{} documents, {sentences} sentences, {words} words, {pieces} pieces in {seconds:.2} s", docs.len());
    if let (Some(before), Some(after)) = (cpu, cpu_seconds()) {
        println!(
            "{:.0} pieces and {:.1} documents a CPU-second",
            pieces as f64 / (after - before),
            docs.len() as f64 / (after - before)
        );
    }
    println!("memory {}", memory());
}

fn document(line: &str) -> Option<Document> {
    let row: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = row["text"].as_str()?.to_string();
    let mut blocks = Vec::new();
    let mut start = 0;
    for paragraph in text.split_inclusive('\n') {
        blocks.push((BlockKind::Paragraph, start..start + paragraph.len()));
        start += paragraph.len();
    }
    Some(Document::new(text, blocks, Meta::default()))
}

/// User and system time of this process, in the kernel's unit of a hundredth of a second.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

/// Resident memory now and at most.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}
