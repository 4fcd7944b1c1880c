//! Runs the Markdown specs under specs/: each case is a text with its stored parse and the record it must give. No model
//! takes part. A case whose last block is `times` tells the time expressions alone. `BLESS=1` writes the records found into the files, for reading before they are committed.

use std::path::Path;

use attache_coder::{Knowledge, code, record};
use attache_ingest::Options;

/// A fenced block: its info string, its body, and the byte range of the body in the file.
struct Fence {
    info: String,
    body: std::ops::Range<usize>,
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut open: Option<(String, usize)> = None;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = line.trim_end().strip_prefix("```") {
            match open.take() {
                None => open = Some((rest.to_string(), next)),
                Some((info, start)) => found.push(Fence { info, body: start..at }),
            }
        }
        at = next;
    }
    found
}

#[test]
fn every_spec_gives_its_record() {
    let knowledge = Knowledge::embedded().unwrap_or_else(|e| panic!("{e}"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    let bless = std::env::var_os("BLESS").is_some();
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    let (mut cases, mut failures) = (0, Vec::new());
    for path in files {
        let mut text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let all = fences(&text);
        let mut edits = Vec::new();
        for three in all.windows(3) {
            let [input, parse, expected] = three else { continue };
            let times = expected.info == "times";
            if !(input.info.starts_with("text") && parse.info == "conllu" && (times || expected.info == "record")) {
                continue;
            }
            cases += 1;
            let line = text[..input.body.start].lines().count();
            let date = input
                .info
                .split_once("date=")
                .map(|(_, d)| d.split_whitespace().next().unwrap_or_default())
                .map(|d| d.parse().unwrap_or_else(|e| panic!("{}:{line}: date: {e}", path.display())));
            let doc = attache_ingest::document_from_text(
                text[input.body.clone()].to_string(),
                &Options { date, ..Options::default() },
            )
            .unwrap_or_else(|e| panic!("{}:{line}: {e}", path.display()));
            let parse = attache_doc::conllu::read(&doc, &text[parse.body.clone()])
                .unwrap_or_else(|e| panic!("{}:{line}: {e}", path.display()));
            let coding = code(&knowledge, &doc, &parse);
            let found = match times {
                true => record::render_times(&doc, &coding),
                false => record::render(&knowledge, &doc, &parse, &coding),
            };
            if found != text[expected.body.clone()] {
                failures.push(format!(
                    "{}:{line}\nexpected:\n{}found:\n{found}",
                    path.display(),
                    &text[expected.body.clone()]
                ));
                edits.push((expected.body.clone(), found));
            }
        }
        if bless {
            for (range, found) in edits.into_iter().rev() {
                text.replace_range(range, &found);
            }
            std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        }
    }
    assert!(cases > 0, "no spec under {}", folder.display());
    assert!(bless || failures.is_empty(), "{} of {cases} specs differ:\n\n{}", failures.len(), failures.join("\n"));
}
