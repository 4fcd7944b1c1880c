//! PETRARCH's own suite of single sentences, coded with its dictionaries: who does what to whom, in its codes.
//!
//! An expectation is a set of events, or that there is none. A dyad is right when source and target both are, an event when
//! its code is too; each is counted once a record. Records at even lines were looked at while the coder of the dictionaries
//! was built; those at odd lines are scored for themselves as well.

use std::collections::BTreeSet;
use std::path::Path;

use attache_coder::KnowledgeFile;
use attache_coder::dictionary::{Dictionaries, Kind, code};
use attache_doc::Document;
use attache_ingest::{Options, document_from_text, parse_date};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_lines, read_text};

/// A record of the suite.
#[derive(Deserialize)]
struct Record {
    id: Option<String>,
    date: Option<String>,
    text: String,
    events: Vec<Event>,
    /// The suite expects that nothing is coded.
    no_events: bool,
    /// The suite expects that the record is discarded.
    error: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Event {
    source: String,
    target: String,
    code: String,
}

/// What is compared of an event.
type Field = fn(&Event) -> String;

const FIELDS: &[(&str, Field)] = &[
    ("dyad_f1", |e| format!("{} {}", e.source, e.target)),
    ("event_f1", |e| format!("{} {} {}", e.source, e.target, e.code)),
    ("source_f1", |e| e.source.clone()),
    ("target_f1", |e| e.target.clone()),
    ("code_f1", |e| e.code.clone()),
];

/// Counts of one field, and of records that expect nothing.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counts {
    /// Gold, output and right by field.
    fields: [[usize; 3]; FIELDS.len()],
    /// Records that expect nothing, and those where nothing was coded.
    nothing: [usize; 2],
    records: usize,
    exact: usize,
}

/// Scores the coder of the dictionaries on the records of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let records: Vec<Record> = read_lines(&read_text(&path)?).map_err(shape)?;
    let dictionaries = dictionaries(path.parent().unwrap_or(data))?;
    let mut documents: Vec<Document> = Vec::new();
    for record in &records {
        let day = record.date.as_deref().and_then(|d| d.get(..8)).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        let date = day.and_then(|d| parse_date(&format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..])));
        let options = Options { date, ..Options::default() };
        documents.push(document_from_text(record.text.clone(), &options).map_err(|error| shape(error.to_string()))?);
    }
    let nlp = model::load()?;
    // Each record is a text of its own.
    let parses: Vec<_> = documents.iter().map(|d| nlp.parse(&[d]).pop().unwrap_or_default()).collect();

    let (mut all, mut odd) = (Counts::default(), Counts::default());
    let header = vec!["case", "half", "gold", "output", "dyads_right", "events_right"];
    let mut cases = CaseTable { header, rows: Vec::new() };
    for (n, ((record, document), parse)) in records.iter().zip(&documents).zip(&parses).enumerate() {
        let case = record.id.clone().unwrap_or_else(|| format!("line-{}", n + 1));
        let found = code(&dictionaries, document, parse);
        if show == Some(case.as_str()) {
            let mut shown = format!("{}\n", record.text);
            let words = |event: &Event| format!("{} → {}: {}\n", event.source, event.target, event.code);
            record.events.iter().for_each(|e| shown.push_str(&format!("gold    {}", words(e))));
            for event in &found {
                shown.push_str(&format!("output  {} → {}: {}", event.source.code, event.target.code, event.code));
                let spans = [event.source.span, event.verb, event.target.span].map(|s| document.text(s));
                shown.push_str(&format!("  [{}]\n", spans.join("] [")));
            }
            for token in &parse.tokens {
                let head = token.head.map_or("-".to_string(), |h| parse.form(document, h).to_string());
                shown.push_str(&format!("    {}\t{}\t{}\t{head}\n", document.text(token.span), token.upos, token.rel));
            }
            return Ok(Outcome { shown: Some(shown), ..Outcome::default() });
        }
        let gold: BTreeSet<Event> = record.events.iter().cloned().collect();
        // A record that says neither what is coded nor that nothing is expects nothing that could be compared.
        if gold.is_empty() && !record.no_events && !record.error {
            continue;
        }
        let output: BTreeSet<Event> = found
            .iter()
            .map(|e| Event { source: e.source.code.clone(), target: e.target.code.clone(), code: e.code.clone() })
            .collect();
        let here = compare(&gold, &output);
        let half = if n % 2 == 0 { "odd" } else { "even" };
        let counts = [gold.len(), output.len(), here.fields[0][2], here.fields[1][2]];
        cases.rows.push([case, half.to_string()].into_iter().chain(counts.map(|n| n.to_string())).collect());
        all.add(&here);
        if half == "odd" {
            odd.add(&here);
        }
    }
    let mut metrics = all.metrics("");
    metrics.extend(odd.metrics("odd_"));
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

/// The dictionaries that lie beside the records.
fn dictionaries(folder: &Path) -> Result<Dictionaries, EvalError> {
    let mut files = Vec::new();
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map_err(|error| EvalError::Io(folder.to_path_buf(), error))?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for name in names.into_iter().filter(|name| Kind::of(name).is_some()) {
        let text = read_text(&folder.join(&name))?;
        files.push(KnowledgeFile { path: name.clone(), name, text });
    }
    Ok(Dictionaries::read(files).0)
}

fn compare(gold: &BTreeSet<Event>, output: &BTreeSet<Event>) -> Counts {
    let fields = std::array::from_fn(|n| {
        let set = |events: &BTreeSet<Event>| events.iter().map(FIELDS[n].1).collect::<BTreeSet<String>>();
        let (gold, output) = (set(gold), set(output));
        [gold.len(), output.len(), gold.intersection(&output).count()]
    });
    let nothing = [usize::from(gold.is_empty()), usize::from(gold.is_empty() && output.is_empty())];
    Counts { fields, nothing, records: 1, exact: usize::from(gold == output) }
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        for (mine, theirs) in self.fields.iter_mut().flatten().zip(other.fields.iter().flatten()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.nothing.iter_mut().zip(other.nothing) {
            *mine += theirs;
        }
        self.records += other.records;
        self.exact += other.exact;
    }

    fn metrics(&self, prefix: &str) -> Vec<Metric> {
        let field = |((name, _), [gold, output, right]): (&(&str, Field), &[usize; 3])| {
            Metric::f1(&format!("{prefix}{name}"), *right, *gold, *output)
        };
        let mut out: Vec<Metric> = FIELDS.iter().zip(&self.fields).map(field).collect();
        out.push(Metric::percent(&format!("{prefix}no_events"), self.nothing[1], self.nothing[0]));
        out.push(Metric::percent(&format!("{prefix}records"), self.exact, self.records));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(source: &str, target: &str, code: &str) -> Event {
        Event { source: source.to_string(), target: target.to_string(), code: code.to_string() }
    }

    #[test]
    fn a_dyad_may_be_right_where_the_code_is_not() {
        let gold = BTreeSet::from([event("ARN", "GON", "031"), event("GON", "ARN", "031")]);
        let output = BTreeSet::from([event("ARN", "GON", "032")]);
        let counts = compare(&gold, &output);
        assert_eq!(counts.fields, [[2, 1, 1], [2, 1, 0], [2, 1, 1], [2, 1, 1], [1, 1, 0]]);
        assert_eq!((counts.nothing, counts.exact), ([0, 0], 0));
    }

    #[test]
    fn nothing_is_right_where_nothing_is_expected() {
        assert_eq!(compare(&BTreeSet::new(), &BTreeSet::new()).nothing, [1, 1]);
        assert_eq!(compare(&BTreeSet::new(), &BTreeSet::from([event("A", "B", "1")])).nothing, [1, 0]);
    }
}
