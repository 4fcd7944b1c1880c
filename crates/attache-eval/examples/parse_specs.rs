//! Fills the stored parse of specs: each ```text block under specs/ that has no ```conllu and ```record block behind it gets
//! both, with the parse of the shipped model and the record found; a ```text times block gets its time expressions in the place of
//! the record. Read them before committing.
//!
//! ```text
//! cargo run --release -p attache-eval --example parse_specs -- specs
//! ```

use attache_coder::{Knowledge, code, record};
use attache_doc::conllu;
use attache_ingest::Options;
use attache_nlp::Nlp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "specs".to_string());
    let knowledge = Knowledge::embedded()?;
    let nlp = Nlp::embedded()?;
    let mut files: Vec<_> = std::fs::read_dir(&folder)?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(path)?;
        let mut out = String::new();
        let mut lines = text.split_inclusive('\n').peekable();
        let mut filled = 0;
        while let Some(line) = lines.next() {
            out.push_str(line);
            if !line.starts_with("```text") {
                if line.starts_with("```") {
                    // Another block: copied to its end.
                    for inner in lines.by_ref() {
                        out.push_str(inner);
                        if inner.starts_with("```") {
                            break;
                        }
                    }
                }
                continue;
            }
            let date = line.trim().split_once("date=").and_then(|(_, d)| d.split_whitespace().next());
            let date = date.map(str::parse).transpose()?;
            let times = line.split_whitespace().any(|word| word == "times");
            let mut body = String::new();
            for inner in lines.by_ref() {
                out.push_str(inner);
                if inner.starts_with("```") {
                    break;
                }
                body.push_str(inner);
            }
            let mut gap = String::new();
            while lines.peek().is_some_and(|l| l.trim().is_empty()) {
                gap.push_str(lines.next().unwrap_or_default());
            }
            if !lines.peek().is_some_and(|l| l.starts_with("```conllu")) {
                let doc = attache_ingest::document_from_text(body, &Options { date, ..Options::default() })?;
                let parse = nlp.parse(&[&doc]).remove(0);
                let coding = code(&knowledge, &doc, &parse);
                let (name, found) = match times {
                    true => ("times", record::render_times(&doc, &coding)),
                    false => ("record", record::render(&knowledge, &doc, &parse, &coding)),
                };
                out.push_str(&format!("\n```conllu\n{}```\n\n```{name}\n{found}```\n", conllu::write(&doc, &parse)));
                filled += 1;
            }
            out.push_str(&gap);
        }
        if filled > 0 {
            std::fs::write(path, out)?;
            println!("{}: {filled} filled", path.display());
        }
    }
    Ok(())
}
