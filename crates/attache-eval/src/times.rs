//! Time expressions against TIMEX3 gold, from raw text and the document's date.
//!
//! As TempEval-3 scores them: `relaxed` pairs a gold expression with an output that shares a character, `strict` wants the same
//! characters, and `value` and `type` count the relaxed pairs whose attribute is the same string; each is an F1 over all gold and
//! all output expressions, which is the relaxed F1 times the share of relaxed pairs that have it right, the figure TempEval-3
//! ranks by. Each expression is used once. `same_value` reads spellings of one value as one (`199X` and `199`, `W7` and `W07`).
//!
//! The rules were written by looking at half of the documents: those whose identifier's hash ([`is_seen`]) is even. Figures of
//! the other half are told apart (`unseen_…`), and the table of cases says of each document which half it is of.

use std::path::Path;

use attache_coder::{Knowledge, code};
use attache_doc::{Coding, Document, Span, TimeMention, TimeType};
use attache_ingest::{Options, document_from_text};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_lines, read_text};

/// A document of the set.
#[derive(Deserialize)]
struct Line {
    doc: String,
    /// The document's day, perhaps with a clock time behind it.
    dct: Option<String>,
    text: String,
    timex: Vec<Annotated>,
}

/// An annotated expression, in code points.
#[derive(Deserialize)]
struct Annotated {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    value: Option<String>,
}

/// An expression of the gold or of the output.
#[derive(Debug, Clone, PartialEq)]
struct Timex {
    span: Span,
    kind: String,
    value: Option<String>,
}

/// Counts over some documents.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Count {
    gold: usize,
    output: usize,
    relaxed: usize,
    strict: usize,
    value: usize,
    same_value: usize,
    kind: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.gold += other.gold;
        self.output += other.output;
        self.relaxed += other.relaxed;
        self.strict += other.strict;
        self.value += other.value;
        self.same_value += other.same_value;
        self.kind += other.kind;
    }

    fn metrics(self, prefix: &str) -> Vec<Metric> {
        let f1 = |name: &str, right| Metric::f1(&format!("{prefix}{name}"), right, self.gold, self.output);
        vec![
            f1("relaxed", self.relaxed),
            f1("strict", self.strict),
            f1("value", self.value),
            f1("type", self.kind),
            f1("same_value", self.same_value),
        ]
    }
}

/// Scores the coder on the documents of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(shape)?;
    let lines: Vec<Line> = lines.into_iter().filter(|l| show.is_none_or(|case| l.doc == case)).collect();
    let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    let nlp = model::load()?;
    let documents: Vec<Document> = lines.iter().map(document).collect::<Result<_, _>>().map_err(shape)?;
    let parses = nlp.parse(&documents.iter().collect::<Vec<_>>());

    let mut halves = [Count::default(); 2];
    let header = vec!["document", "half", "gold", "output", "relaxed", "strict", "value", "type"];
    let mut cases = CaseTable { header, rows: Vec::new() };
    for ((line, document), parse) in lines.iter().zip(&documents).zip(&parses) {
        let gold = gold_of(document, &line.timex);
        let output = output_of(&code(&knowledge, document, parse));
        if show.is_some() {
            return Ok(Outcome { shown: Some(side_by_side(document, &gold, &output)), ..Outcome::default() });
        }
        let here = compare(&gold, &output);
        let seen = is_seen(&line.doc);
        halves[usize::from(!seen)].add(here);
        let half = if seen { "seen" } else { "unseen" };
        let counts = [here.gold, here.output, here.relaxed, here.strict, here.value, here.kind];
        let counts = counts.map(|n| n.to_string());
        cases.rows.push([line.doc.clone(), half.to_string()].into_iter().chain(counts).collect());
    }
    let mut all = halves[0];
    all.add(halves[1]);
    let mut metrics = all.metrics("");
    metrics.push(Metric::percent("precision", all.relaxed, all.output));
    metrics.push(Metric::percent("recall", all.relaxed, all.gold));
    metrics.extend(halves[0].metrics("seen_"));
    metrics.extend(halves[1].metrics("unseen_"));
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

/// Whether a document is of the half that the rules were written by: its identifier's hash (FNV-1a, 64 bits) is even.
pub fn is_seen(document: &str) -> bool {
    let hash = document
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash % 2 == 0
}

fn document(line: &Line) -> Result<Document, String> {
    let date = match line.dct.as_deref().filter(|day| !day.is_empty()) {
        None => None,
        Some(day) => {
            let date = day.get(..10).unwrap_or(day).parse();
            Some(date.map_err(|_| format!("{}: `{day}` is no day such as 2013-03-22", line.doc))?)
        }
    };
    let length = line.text.chars().count();
    if let Some(bad) = line.timex.iter().find(|t| t.start >= t.end || t.end > length) {
        return Err(format!("{}: {}..{} is no place in a text of {length} characters", line.doc, bad.start, bad.end));
    }
    document_from_text(line.text.clone(), &Options { date, ..Options::default() })
        .map_err(|error| format!("{}: {error}", line.doc))
}

fn gold_of(document: &Document, annotated: &[Annotated]) -> Vec<Timex> {
    let text = document.full_text();
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    // A byte order mark that reading drops moves all that follows it.
    let at = |point: usize| bytes.get(point).copied().unwrap_or(text.len()) as u32;
    let one = |t: &Annotated| Timex {
        span: Span { start: at(t.start), end: at(t.end) },
        kind: t.kind.clone(),
        value: t.value.clone(),
    };
    annotated.iter().map(one).collect()
}

fn output_of(coding: &Coding) -> Vec<Timex> {
    let timex = coding.times.iter().filter(|t| t.kind != TimeType::Interval);
    let one = |t: &TimeMention| Timex { span: t.span, kind: t.kind.as_str().to_string(), value: Some(t.value.clone()) };
    timex.map(one).collect()
}

fn compare(gold: &[Timex], output: &[Timex]) -> Count {
    let mut count = Count { gold: gold.len(), output: output.len(), ..Count::default() };
    for (g, o) in pairs(gold, output) {
        let (g, o) = (&gold[g], &output[o]);
        count.relaxed += 1;
        count.strict += usize::from(g.span == o.span);
        count.value += usize::from(g.value == o.value);
        count.same_value += usize::from(plain(g.value.as_deref()) == plain(o.value.as_deref()));
        count.kind += usize::from(g.kind == o.kind);
    }
    count
}

/// Pairs of gold and output expressions that overlap, each used once: those with the same characters first.
fn pairs(gold: &[Timex], output: &[Timex]) -> Vec<(usize, usize)> {
    let mut partner: Vec<Option<usize>> = vec![None; gold.len()];
    let mut free: Vec<usize> = (0..output.len()).collect();
    for exact in [true, false] {
        for (g, one) in gold.iter().enumerate().filter(|(g, _)| partner[*g].is_none()).collect::<Vec<_>>() {
            let fits = |&o: &usize| {
                let span = output[o].span;
                if exact { span == one.span } else { span.overlaps(one.span) }
            };
            if let Some(n) = free.iter().position(fits) {
                partner[g] = Some(free.remove(n));
            }
        }
    }
    partner.iter().enumerate().filter_map(|(g, o)| o.map(|o| (g, o))).collect()
}

/// One spelling for the values that TIMEX3 corpora spell in several ways: no X behind a decade's or century's digits, two digits
/// for a week, no minutes of a full hour.
fn plain(value: Option<&str>) -> Option<String> {
    let value = value?.trim();
    let short = value.trim_end_matches("-XX");
    if short.len() <= 4 && short.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(short.trim_end_matches('X').to_string());
    }
    if let Some((year, week)) = short.split_once("-W")
        && week.len() == 1
    {
        return Some(format!("{year}-W0{week}"));
    }
    let hour = short.trim_end_matches(":00");
    Some(if short.contains('T') { hour.to_string() } else { short.to_string() })
}

/// One document: an expression a line, in order of the text.
fn side_by_side(document: &Document, gold: &[Timex], output: &[Timex]) -> String {
    let tell = |t: &Timex| {
        let words = document.text(t.span).split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{} {} “{words}”", t.kind, t.value.as_deref().unwrap_or("-"))
    };
    let paired = pairs(gold, output);
    let mut rows: Vec<(u32, String)> = Vec::new();
    for (g, one) in gold.iter().enumerate() {
        let row = match paired.iter().find(|(a, _)| *a == g) {
            Some(&(_, o)) if *one == output[o] => format!("both         {}\n", tell(one)),
            Some(&(_, o)) => format!("gold         {}\n  output     {}\n", tell(one), tell(&output[o])),
            None => format!("gold only    {}\n", tell(one)),
        };
        rows.push((one.span.start, row));
    }
    for (o, one) in output.iter().enumerate().filter(|(o, _)| !paired.iter().any(|(_, b)| b == o)) {
        rows.push((one.span.start, format!("output only  {}\n", tell(&output[o]))));
    }
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timex(start: u32, end: u32, kind: &str, value: &str) -> Timex {
        Timex { span: Span { start, end }, kind: kind.to_string(), value: Some(value.to_string()) }
    }

    #[test]
    fn an_expression_is_used_once_and_the_same_words_come_first() {
        let gold = [timex(0, 10, "DATE", "2013"), timex(4, 10, "DATE", "2014")];
        let output = [timex(4, 10, "DATE", "2014")];
        let count = compare(&gold, &output);
        assert_eq!(count, Count { gold: 2, output: 1, relaxed: 1, strict: 1, value: 1, same_value: 1, kind: 1 });
    }

    #[test]
    fn value_and_type_are_counted_among_relaxed_pairs() {
        let gold = [timex(0, 5, "DATE", "199X"), timex(8, 12, "DURATION", "P1D"), timex(20, 25, "DATE", "2013-W07")];
        let output = [timex(2, 7, "DATE", "199"), timex(8, 12, "SET", "P1D"), timex(25, 27, "DATE", "2013-W07")];
        let count = compare(&gold, &output);
        assert_eq!(count, Count { gold: 3, output: 3, relaxed: 2, strict: 1, value: 1, same_value: 2, kind: 1 });
        assert!((count.metrics("")[0].value - 200.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn spellings_of_one_value_are_one() {
        for (a, b) in
            [("199X", "199"), ("2000-W7", "2000-W07"), ("1989-XX", "1989"), ("1998-01-02T17:00", "1998-01-02T17")]
        {
            assert_eq!(plain(Some(a)), plain(Some(b)));
        }
        assert_ne!(plain(Some("1998-01-02T17:30")), plain(Some("1998-01-02T17")));
        assert_ne!(plain(Some("1998-W11")), plain(Some("1998-W01")));
    }

    #[test]
    fn the_halves_do_not_move() {
        assert!(is_seen("a"), "the hash of one letter is known");
        assert!(!is_seen("b"));
    }
}
