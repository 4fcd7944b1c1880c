//! Precision of coded events on whole articles, from an annotator's labels.
//!
//! The manifest says how many articles are drawn from which file: distinct texts (letters and digits compared, so that
//! reprints with other spacing are one), ordered by a hash of the text, the first of each file. They are coded anew in each
//! run. A label holds for a coded event of the same article, act and trigger, with the same words for actor and recipient;
//! where the participants have changed since, the event has to be judged again.
//!
//! `events` is the share of right ones among the events with a label that holds, `events_or_partly` that of right and partly
//! right ones; `events_low` and `events_high` bound the first by Wilson's interval of 95 %. Counts beside them: `unlabelled`
//! coded events without a label (`n`: coded events), `changed` those of them whose participants alone differ from a label,
//! `gone` labels whose event is not coded any more, and the labels of each fault among those that hold.
//!
//! [`sheet`] prints what is unlabelled for an annotator to judge, ordered by a hash, so that the first part of it is a sample of
//! the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use attache_doc::wire::{ActorRef, EventRow, TextSpan, WhenRef};
use attache_doc::{Document, Polarity, Realis, stable_id};
use attache_ingest::{Columns, Options, open};
use serde::{Deserialize, Serialize};

use crate::manifest::Manifest;
use crate::model::{Coded, Coder};
use crate::{CaseTable, EvalError, Metric, Outcome, read_lines, read_text};

/// What an annotator says of a coded event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// Act, actor, recipient and reality are as the text has them.
    Right,
    /// The happening is there, and something about it is wrong.
    Partly,
    /// The text reports no such thing.
    Wrong,
}

/// A label, as the file has it. No words of the article: its places are code points of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    #[serde(flatten)]
    event: Key,
    label: Verdict,
    /// What is wrong, in a word: actor, recipient, act, realis, no-event, …
    fault: Option<String>,
}

/// Which event is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    /// Below `--data`.
    file: String,
    article: String,
    start: u32,
    end: u32,
    act: String,
    actor: Vec<(u32, u32)>,
    recipient: Vec<(u32, u32)>,
}

/// An unlabelled event for an annotator to judge. What stands in `shown` is for reading and not part of a label.
#[derive(Serialize)]
struct Unjudged<'r> {
    #[serde(flatten)]
    event: Key,
    label: Option<Verdict>,
    fault: Option<String>,
    shown: Shown<'r>,
}

#[derive(Serialize)]
struct Shown<'r> {
    title: Option<&'r str>,
    published: Option<&'r str>,
    sentence: &'r str,
    trigger: &'r str,
    event_type: Option<&'r str>,
    event_mode: Option<&'r str>,
    actor: &'r [ActorRef],
    recipient: &'r [ActorRef],
    when: &'r WhenRef,
    polarity: Polarity,
    realis: Realis,
    background: bool,
    also: &'r [TextSpan],
}

/// A coded event of an article of the sample.
struct Found<'c> {
    key: Key,
    row: &'c EventRow,
}

/// Scores the coder by the labels of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let labels = read_labels(manifest, data)?;
    let articles = sample(manifest, data, show)?;
    let coded = code(articles)?;
    let found = found(&coded);
    if let Some(case) = show {
        let article = coded.iter().find(|(_, c)| c.document.meta.id.as_deref() == Some(case));
        let shown = article.map(|(_, c)| side_by_side(&c.document, &found, &labels));
        return Ok(Outcome { shown, ..Outcome::default() });
    }
    let judged = judge(&found, &labels);
    Ok(Outcome { metrics: metrics(&judged, &labels), cases: cases(&judged), ..Outcome::default() })
}

/// Up to `count` unlabelled events, a JSON object a line.
pub fn sheet(manifest: &Manifest, data: &Path, count: usize) -> Result<String, EvalError> {
    let labels = read_labels(manifest, data)?;
    let coded = code(sample(manifest, data, None)?)?;
    let found = found(&coded);
    let judged = judge(&found, &labels);
    let mut open: Vec<&Found> = judged.iter().filter(|(_, state)| !state.holds()).map(|(f, _)| *f).collect();
    open.sort_by_key(|f| stable_id("sheet", &[f.row.id.as_bytes()]));
    let line = |f: &&Found| {
        let r = f.row;
        let shown = Shown {
            title: r.doc.title.as_deref(),
            published: r.doc.published.as_deref(),
            sentence: &r.sentence.text,
            trigger: &r.trigger.text,
            event_type: r.event_type.as_deref(),
            event_mode: r.event_mode.as_deref(),
            actor: &r.actor,
            recipient: &r.recipient,
            when: &r.when,
            polarity: r.polarity,
            realis: r.realis,
            background: r.background,
            also: &r.also,
        };
        let unjudged = Unjudged { event: f.key.clone(), label: None, fault: None, shown };
        serde_json::to_string(&unjudged).expect("rows are always JSON") + "\n"
    };
    Ok(open.iter().take(count).map(line).collect())
}

// ---- labels and articles ----

fn read_labels(manifest: &Manifest, data: &Path) -> Result<Vec<Label>, EvalError> {
    let path = manifest.locate(data);
    let labels: Vec<Label> = parse_labels(&read_text(&path)?).map_err(|what| EvalError::Shape(path, what))?;
    Ok(labels)
}

fn parse_labels(text: &str) -> Result<Vec<Label>, String> {
    let labels: Vec<Label> = read_lines(text)?;
    let mut seen = BTreeSet::new();
    for label in &labels {
        let e = &label.event;
        if !seen.insert((&e.file, &e.article, e.start, e.end, &e.act)) {
            return Err(format!("two labels for {} at {}..{} of {}", e.act, e.start, e.end, e.article));
        }
        if (label.label == Verdict::Right) == label.fault.is_some() {
            return Err(format!("{} at {} of {}: a fault is told unless it is right", e.act, e.start, e.article));
        }
    }
    Ok(labels)
}

/// The articles of the manifest's sample with the file each is from; with `only`, the one with this identifier.
fn sample(manifest: &Manifest, data: &Path, only: Option<&str>) -> Result<Vec<(String, Document)>, EvalError> {
    let mut articles = Vec::new();
    for (file, &count) in &manifest.sample {
        let path = data.join(file);
        if !path.is_file() {
            let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "the articles to be coded are not there");
            return Err(EvalError::Io(path, missing));
        }
        let mut distinct: BTreeMap<String, Document> = BTreeMap::new();
        for row in open(&[path.display().to_string()]) {
            // A row without text is no article.
            let Ok(document) = row.document(&Columns::default(), &Options::default()) else { continue };
            let letters: String = document.full_text().chars().filter(|c| c.is_alphanumeric()).collect();
            let key = stable_id("article", &[letters.to_lowercase().as_bytes()]).to_string();
            distinct.entry(key).or_insert(document);
        }
        let drawn = distinct.into_values().take(count).map(|d| (file.clone(), d));
        articles.extend(drawn.filter(|(_, d)| only.is_none() || d.meta.id.as_deref() == only));
    }
    Ok(articles)
}

fn code(articles: Vec<(String, Document)>) -> Result<Vec<(String, Coded)>, EvalError> {
    let coder = Coder::load()?;
    let (files, documents): (Vec<String>, Vec<Document>) = articles.into_iter().unzip();
    Ok(files.into_iter().zip(coder.code(documents)).collect())
}

fn found(coded: &[(String, Coded)]) -> Vec<Found<'_>> {
    let mut out = Vec::new();
    for (file, coded) in coded {
        for row in &coded.rows {
            let places = |side: &[ActorRef]| side.iter().filter_map(|a| a.start.zip(a.end)).collect();
            let key = Key {
                file: file.clone(),
                article: coded.document.meta.id.clone().unwrap_or_else(|| coded.document.id().to_string()),
                start: row.trigger.start,
                end: row.trigger.end,
                act: row.act.clone(),
                actor: places(&row.actor),
                recipient: places(&row.recipient),
            };
            out.push(Found { key, row });
        }
    }
    out
}

// ---- judging ----

/// What the labels say of an event.
enum State<'l> {
    Holds(&'l Label),
    /// There is a label, for other participants.
    Changed,
    Unlabelled,
}

impl State<'_> {
    fn holds(&self) -> bool {
        matches!(self, State::Holds(_))
    }
}

fn is_of(label: &Label, key: &Key) -> bool {
    let e = &label.event;
    (&e.file, &e.article, e.start, e.end, &e.act) == (&key.file, &key.article, key.start, key.end, &key.act)
}

fn judge<'f, 'c, 'l>(found: &'f [Found<'c>], labels: &'l [Label]) -> Vec<(&'f Found<'c>, State<'l>)> {
    let state = |f: &Found| match labels.iter().find(|l| is_of(l, &f.key)) {
        Some(label) if label.event == f.key => State::Holds(label),
        Some(_) => State::Changed,
        None => State::Unlabelled,
    };
    found.iter().map(|f| (f, state(f))).collect()
}

fn metrics(judged: &[(&Found, State)], labels: &[Label]) -> Vec<Metric> {
    let holding: Vec<&Label> =
        judged.iter().filter_map(|(_, s)| if let State::Holds(label) = s { Some(*label) } else { None }).collect();
    let count = |verdict: Verdict| holding.iter().filter(|l| l.label == verdict).count();
    let (right, n) = (count(Verdict::Right), holding.len());
    let (low, high) = wilson(right, n);
    let metric = |name: &str, value: f64| Metric { name: name.to_string(), value, n };
    let changed = judged.iter().filter(|(_, s)| matches!(s, State::Changed)).count();
    let gone = labels.iter().filter(|l| !judged.iter().any(|(f, _)| is_of(l, &f.key))).count();
    let mut out = vec![
        Metric::percent("events", right, n),
        metric("events_low", low),
        metric("events_high", high),
        Metric::percent("events_or_partly", right + count(Verdict::Partly), n),
        Metric::count("unlabelled", judged.len() - n, judged.len()),
        Metric::count("changed", changed, judged.len()),
        Metric::count("gone", gone, labels.len()),
    ];
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in holding.iter().filter_map(|l| l.fault.as_deref()) {
        *faults.entry(fault).or_default() += 1;
    }
    out.extend(faults.into_iter().map(|(fault, times)| Metric::count(&format!("fault_{fault}"), times, n)));
    out
}

/// Wilson's interval of 95 % for `right` of `n`, in percent; all of it for none.
fn wilson(right: usize, n: usize) -> (f64, f64) {
    if n == 0 {
        return (0.0, 100.0);
    }
    // The normal distribution has 95 % between -Z and Z.
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (n as f64, right as f64 / n as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (100.0 * (middle - half) / whole, 100.0 * (middle + half) / whole)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "right",
        Verdict::Partly => "partly",
        Verdict::Wrong => "wrong",
    }
}

fn cases(judged: &[(&Found, State)]) -> CaseTable {
    let row = |(f, state): &(&Found, State)| {
        let (label, fault) = match state {
            State::Holds(label) => (word(label.label), label.fault.as_deref().unwrap_or("-")),
            State::Changed => ("changed", "-"),
            State::Unlabelled => ("-", "-"),
        };
        let k = &f.key;
        let cells = [&k.file, &k.article, &k.start.to_string(), &k.end.to_string(), &k.act];
        cells.into_iter().cloned().chain([label.to_string(), fault.to_string()]).collect()
    };
    let header = vec!["file", "case", "start", "end", "act", "label", "fault"];
    CaseTable { header, rows: judged.iter().map(row).collect() }
}

fn side_by_side(document: &Document, found: &[Found], labels: &[Label]) -> String {
    let names = |side: &[ActorRef]| side.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut out = document.meta.title.as_ref().map_or(String::new(), |title| format!("{title}\n"));
    for (f, state) in judge(found, labels) {
        let verdict = match state {
            State::Holds(label) => match &label.fault {
                Some(fault) => format!("{} ({fault})", word(label.label)),
                None => word(label.label).to_string(),
            },
            State::Changed => "changed".to_string(),
            State::Unlabelled => "-".to_string(),
        };
        let r = f.row;
        let sentence = r.sentence.text.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push_str(&format!("\n{sentence}\n{verdict:<10} {} {{{}}} ", r.act, r.trigger.text));
        out.push_str(&format!(
            "[{}] → [{}] {}\n",
            names(&r.actor),
            names(&r.recipient),
            r.when.edtf.as_deref().unwrap_or("-")
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = r#"{"file": "a.jsonl", "article": "1", "start": 3, "end": 9, "act": "talk", "actor": [[0, 2]], "recipient": [], "label": "partly", "fault": "recipient"}"#;

    #[test]
    fn labels_hold_no_words_and_say_what_is_wrong() {
        let label = &parse_labels(LABEL).unwrap()[0];
        assert_eq!((label.label, label.event.actor.as_slice()), (Verdict::Partly, &[(0, 2)][..]));
        let twice = format!("{LABEL}\n{LABEL}");
        assert!(parse_labels(&twice).unwrap_err().contains("two labels"));
        assert!(parse_labels(&LABEL.replace("\"recipient\"}", "null}")).unwrap_err().contains("a fault is told"));
        assert!(parse_labels(&LABEL.replace("\"partly\"", "\"perhaps\"")).unwrap_err().contains("line 1"));
        let shown = LABEL.replace("{\"file\"", "{\"shown\": {\"sentence\": \"Peru won.\"}, \"file\"");
        assert!(parse_labels(&shown).unwrap_err().contains("line 1"));
    }

    #[test]
    fn a_label_holds_for_the_same_participants_only() {
        let label = &parse_labels(LABEL).unwrap()[0];
        let mut key = label.event.clone();
        assert!(is_of(label, &key) && label.event == key);
        key.recipient.push((12, 15));
        assert!(is_of(label, &key) && label.event != key);
        key.start += 1;
        assert!(!is_of(label, &key));
    }

    #[test]
    fn the_interval_of_a_known_example() {
        // 81 of 263, as in Newcombe 1998: 0.2553 to 0.3662.
        let (low, high) = wilson(81, 263);
        assert!((low - 25.53).abs() < 0.01 && (high - 36.62).abs() < 0.01, "{low} {high}");
        assert_eq!(wilson(0, 0), (0.0, 100.0));
    }

    #[test]
    fn the_committed_labels_can_be_read() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gold/precision/labels.jsonl");
        assert!(!parse_labels(&read_text(&file).unwrap()).unwrap().is_empty());
    }
}
