//! Runs specs/dictionaries.md: dictionaries, and texts with their stored parse and the events that must come of them. With
//! BLESS=1 what is found is written into the file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use attache_coder::KnowledgeFile;
use attache_coder::dictionary::{Dictionaries, code};
use attache_doc::{Document, Reason};
use attache_ingest::Options;

const KINDS: [&str; 5] = ["actors", "agents", "verbs", "discards", "issues"];

/// The fenced blocks of a text: what stands behind the fence, and the body.
fn fences(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = line.trim_end().strip_prefix("```") {
            match open.take() {
                None => open = Some((rest.to_string(), next)),
                Some((info, start)) => found.push((info, start..at)),
            }
        }
        at = next;
    }
    found
}

/// A line an event: sides, code, verb, issues, and the lines of the dictionaries by their kind.
fn rendered(doc: &Document, dictionaries: &Dictionaries, parse: &attache_doc::Parse) -> String {
    let mut out = String::new();
    for event in code(dictionaries, doc, parse) {
        let lines: Vec<String> = event
            .because
            .iter()
            .map(|reason| match reason {
                Reason::Lexicon { file, line } => format!("{file}:{line}"),
                other => panic!("a reason that is no line: {other:?}"),
            })
            .collect();
        let issues: String = event.issues.iter().map(|(issue, n)| format!(" {issue} {n}")).collect();
        let _ = writeln!(
            out,
            "{} → {} {} “{}” [{}]{issues}",
            event.source.code,
            event.target.code,
            event.code,
            doc.text(event.verb),
            lines.join(" ")
        );
    }
    out
}

#[test]
fn every_text_gives_the_events_of_its_dictionaries() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/dictionaries.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    let bless = std::env::var_os("BLESS").is_some();
    let all = fences(&text);
    let mut kinds: BTreeMap<&str, String> = BTreeMap::new();
    let (mut cases, mut failures, mut edits) = (0, Vec::new(), Vec::new());
    for (n, (info, body)) in all.iter().enumerate() {
        if let Some(kind) = KINDS.iter().find(|kind| *kind == info) {
            kinds.insert(kind, text[body.clone()].to_string());
            continue;
        }
        let [(_, parse), (_, expected)] = match all.get(n + 1..n + 3) {
            Some([a, b]) if info.starts_with("text") && a.0 == "conllu" && b.0 == "coded" => [a.clone(), b.clone()],
            _ => continue,
        };
        cases += 1;
        let file = |(kind, text): (&&str, &String)| KnowledgeFile {
            path: format!("{kind}.txt"),
            name: kind.to_string(),
            text: text.clone(),
        };
        let (dictionaries, problems) = Dictionaries::read(kinds.iter().map(file).collect());
        assert!(problems.is_empty(), "{problems:#?}");
        let line = text[..body.start].lines().count();
        let date = info.split_once("date=").map(|(_, d)| d.trim().parse().unwrap());
        let options = Options { date, ..Options::default() };
        let doc = attache_ingest::document_from_text(text[body.clone()].to_string(), &options).unwrap();
        let parse =
            attache_doc::conllu::read(&doc, &text[parse.clone()]).unwrap_or_else(|e| panic!("line {line}: {e}"));
        let found = rendered(&doc, &dictionaries, &parse);
        if found != text[expected.clone()] {
            failures.push(format!("line {line}\nexpected:\n{}found:\n{found}", &text[expected.clone()]));
            edits.push((expected, found));
        }
    }
    if bless {
        for (range, found) in edits.into_iter().rev() {
            text.replace_range(range, &found);
        }
        std::fs::write(&path, text).unwrap();
    }
    assert!(cases > 30, "{cases} cases");
    assert!(bless || failures.is_empty(), "{} of {cases} differ:\n\n{}", failures.len(), failures.join("\n"));
}
