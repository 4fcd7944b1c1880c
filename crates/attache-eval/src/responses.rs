//! Responses against paragraphs of our own: who confirms, denies, disputes, declines to comment, is silent or was not asked.
//!
//! A response of the output is right when its stance is that of a gold one, the cues share a letter, and the party is the
//! same: the words that name it share a letter with the gold's, or some mention of the same party does. Each gold response
//! is matched once. `to_f1` asks also that the words of what is answered share a letter, or that both name nothing.
//!
//! Baseline, in the same run: `keyword_*` takes every word that the response lexicon lists, with the stance of its first row
//! for a word after a negator or not, and as the party the nearest subject in the sentence.

use std::path::Path;

use attache_coder::{Knowledge, code};
use attache_doc::{Coding, Document, Parse, PartyIx, Rel, Span, Stance, Upos};
use attache_ingest::{Options, document_from_text};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_lines, read_text, report};

/// How many words before a keyword the baseline looks for a negator: auxiliaries and an adverb stand between them.
const NEGATOR_REACH: usize = 4;

/// The negators of the baseline.
const NEGATORS: [&str; 9] = ["not", "n't", "n’t", "no", "never", "neither", "nor", "nothing", "without"];

const STANCES: [(Stance, &str); 6] = [
    (Stance::Confirms, "confirms"),
    (Stance::Denies, "denies"),
    (Stance::Disputes, "disputes"),
    (Stance::DeclinesToComment, "declines-to-comment"),
    (Stance::HasNotConfirmed, "has-not-confirmed"),
    (Stance::NotAsked, "not-asked"),
];

/// A paragraph, as the file has it.
#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
    responses: Vec<Annotated>,
}

/// Spans in code points.
#[derive(Deserialize)]
struct Annotated {
    by: (usize, usize),
    stance: Stance,
    cue: (usize, usize),
    to: Option<(usize, usize)>,
}

/// A response in bytes of the text.
#[derive(Debug, Clone, PartialEq)]
struct Response {
    /// The words that name the party, and for an output all mentions of it.
    by: Vec<Span>,
    stance: Stance,
    cue: Span,
    to: Option<Span>,
}

/// Counts of gold responses, output responses and those that agree.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Count {
    gold: usize,
    output: usize,
    right: usize,
    /// Of the right ones, those that answer the same thing.
    right_to: usize,
}

/// The counts of all stances and of each.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    all: Count,
    by_stance: [Count; STANCES.len()],
}

/// Scores the coder on the paragraphs of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(shape)?;
    let lines: Vec<Line> = lines.into_iter().filter(|l| show.is_none_or(|case| l.id == case)).collect();
    let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    let nlp = model::load()?;
    let documents: Vec<Document> = lines
        .iter()
        .map(|line| document_from_text(line.text.clone(), &Options::default()))
        .collect::<Result<_, _>>()
        .map_err(|error| shape(error.to_string()))?;
    let parses = nlp.parse(&documents.iter().collect::<Vec<_>>());

    let (mut system, mut keyword) = (Counts::default(), Counts::default());
    let header = vec!["case", "gold", "output", "right", "right_to"];
    let mut cases = CaseTable { header, rows: Vec::new() };
    for ((line, document), parse) in lines.iter().zip(&documents).zip(&parses) {
        let gold = gold_of(document, &line.responses);
        let output = output_of(&code(&knowledge, document, parse));
        if show.is_some() {
            let shown = Some(side_by_side(document, &gold, &output));
            return Ok(Outcome { shown, ..Outcome::default() });
        }
        let here = compare(&gold, &output);
        let counts = [here.all.gold, here.all.output, here.all.right, here.all.right_to];
        cases.rows.push([line.id.clone()].into_iter().chain(counts.map(|n| n.to_string())).collect());
        system.add(here);
        keyword.add(compare(&gold, &keywords(&knowledge, document, parse)));
    }
    let mut metrics = system.metrics("");
    metrics.extend(keyword.metrics("keyword_"));
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

impl Counts {
    fn add(&mut self, other: Counts) {
        let mine = std::iter::once(&mut self.all).chain(&mut self.by_stance);
        for (mine, theirs) in mine.zip(std::iter::once(&other.all).chain(&other.by_stance)) {
            mine.gold += theirs.gold;
            mine.output += theirs.output;
            mine.right += theirs.right;
            mine.right_to += theirs.right_to;
        }
    }

    fn metrics(&self, prefix: &str) -> Vec<Metric> {
        let all = self.all;
        let mut metrics = vec![
            Metric::f1(&format!("{prefix}f1"), all.right, all.gold, all.output),
            Metric::percent(&format!("{prefix}precision"), all.right, all.output),
            Metric::percent(&format!("{prefix}recall"), all.right, all.gold),
            Metric::f1(&format!("{prefix}to_f1"), all.right_to, all.gold, all.output),
        ];
        for (count, (_, name)) in self.by_stance.iter().zip(STANCES) {
            metrics.push(Metric::f1(&format!("{prefix}{name}_f1"), count.right, count.gold, count.output));
        }
        metrics
    }
}

// ---- gold, output and baseline in bytes ----

fn gold_of(document: &Document, annotated: &[Annotated]) -> Vec<Response> {
    // Bytes by code point, so that spans can be told.
    let text = document.full_text();
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    let at = |point: usize| bytes.get(point).copied().unwrap_or(text.len()) as u32;
    let span = |(start, end): (usize, usize)| Span { start: at(start), end: at(end) };
    let one = |a: &Annotated| Response { by: vec![span(a.by)], stance: a.stance, cue: span(a.cue), to: a.to.map(span) };
    annotated.iter().map(one).collect()
}

fn output_of(coding: &Coding) -> Vec<Response> {
    let mentions = |party: PartyIx| coding.mentions.iter().filter(move |m| m.party == party).map(|m| m.span);
    let one = |r: &attache_doc::Response| Response {
        by: r.by_words.into_iter().chain(r.by.into_iter().flat_map(mentions)).collect(),
        stance: r.stance,
        cue: r.cue,
        to: r.to_words,
    };
    coding.responses.iter().map(one).collect()
}

/// Every word of the lexicon, with the subject that is nearest in its sentence.
fn keywords(knowledge: &Knowledge, document: &Document, parse: &Parse) -> Vec<Response> {
    let mut found = Vec::new();
    for sentence in &parse.sentences {
        let tokens = &parse.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize];
        let word = |n: usize| document.text(tokens[n].span).to_lowercase();
        let subjects: Vec<usize> = (0..tokens.len())
            .filter(|&n| matches!(tokens[n].rel, Rel::Nsubj | Rel::NsubjPass) && tokens[n].upos != Upos::Punct)
            .collect();
        for (n, token) in tokens.iter().enumerate() {
            let negated = (n.saturating_sub(NEGATOR_REACH)..n).any(|k| NEGATORS.contains(&word(k).as_str()));
            let Some(stance) = knowledge.answers(&token.lemma.to_lowercase(), negated) else { continue };
            let Some(&subject) = subjects.iter().min_by_key(|&&s| s.abs_diff(n)) else { continue };
            found.push(Response { by: vec![tokens[subject].span], stance, cue: token.span, to: None });
        }
    }
    found
}

// ---- comparing ----

fn compare(gold: &[Response], output: &[Response]) -> Counts {
    let pairs = matches(gold, output);
    let count = |keep: &dyn Fn(&Response) -> bool| Count {
        gold: gold.iter().filter(|r| keep(r)).count(),
        output: output.iter().filter(|r| keep(r)).count(),
        right: pairs.iter().filter(|(g, _)| keep(&gold[*g])).count(),
        right_to: pairs.iter().filter(|(g, o)| keep(&gold[*g]) && same_thing(&gold[*g], &output[*o])).count(),
    };
    Counts { all: count(&|_| true), by_stance: STANCES.map(|(stance, _)| count(&|r| r.stance == stance)) }
}

/// Pairs of gold and output responses that agree, each used once.
fn matches(gold: &[Response], output: &[Response]) -> Vec<(usize, usize)> {
    let mut free: Vec<usize> = (0..output.len()).collect();
    let mut pairs = Vec::new();
    for (g, one) in gold.iter().enumerate() {
        if let Some(n) = free.iter().position(|&o| agree(one, &output[o])) {
            pairs.push((g, free.remove(n)));
        }
    }
    pairs
}

fn agree(gold: &Response, output: &Response) -> bool {
    let party = gold.by.iter().any(|a| output.by.iter().any(|b| overlap(*a, *b)));
    gold.stance == output.stance && overlap(gold.cue, output.cue) && party
}

fn same_thing(gold: &Response, output: &Response) -> bool {
    match (gold.to, output.to) {
        (None, None) => true,
        (Some(a), Some(b)) => overlap(a, b),
        _ => false,
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start.max(b.start) < a.end.min(b.end)
}

// ---- showing a case ----

fn side_by_side(document: &Document, gold: &[Response], output: &[Response]) -> String {
    let words = |span: Span| document.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let pairs = matches(gold, output);
    let mut rows: Vec<(u32, String)> = Vec::new();
    let mut push = |verdict: &str, r: &Response| {
        let by = r.by.first().map_or("-".to_string(), |&s| words(s));
        let to = r.to.map_or("-".to_string(), words);
        let stance = STANCES.iter().find(|(s, _)| *s == r.stance).map_or("-", |(_, name)| name);
        rows.push((r.cue.start, format!("{verdict:<12} {stance} [{by}] {{{}}} {to}\n", words(r.cue))));
    };
    report::pair_up(gold, output, &pairs, &mut push);
    rows.sort_by_key(|(at, _)| *at);
    let text = document.full_text().trim_end();
    std::iter::once(format!("{text}\n")).chain(rows.into_iter().map(|(_, row)| row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    fn response(by: Span, stance: Stance, cue: Span, to: Option<Span>) -> Response {
        Response { by: vec![by], stance, cue, to }
    }

    #[test]
    fn a_response_needs_stance_cue_and_party() {
        let gold = response(span(0, 5), Stance::Denies, span(6, 12), None);
        assert!(agree(&gold, &response(span(2, 9), Stance::Denies, span(10, 14), None)));
        assert!(!agree(&gold, &response(span(2, 9), Stance::Disputes, span(10, 14), None)));
        assert!(!agree(&gold, &response(span(2, 9), Stance::Denies, span(12, 14), None)));
        assert!(!agree(&gold, &response(span(5, 9), Stance::Denies, span(10, 14), None)));
    }

    #[test]
    fn any_mention_of_the_party_will_do() {
        let gold = response(span(0, 5), Stance::Denies, span(6, 12), None);
        let mut output = response(span(20, 22), Stance::Denies, span(6, 12), None);
        assert!(!agree(&gold, &output));
        output.by.push(span(0, 5));
        assert!(agree(&gold, &output));
    }

    #[test]
    fn an_output_answers_one_gold_response_and_is_counted_by_its_stance() {
        let one = response(span(0, 5), Stance::Confirms, span(6, 12), Some(span(13, 20)));
        let other = response(span(0, 5), Stance::Confirms, span(6, 12), None);
        let counts = compare(&[one.clone(), one.clone()], &[other]);
        assert_eq!(counts.all, Count { gold: 2, output: 1, right: 1, right_to: 0 });
        assert_eq!(counts.by_stance[0], counts.all);
        assert_eq!(counts.by_stance[1], Count::default());
        assert_eq!(compare(std::slice::from_ref(&one), std::slice::from_ref(&one)).all.right_to, 1);
    }

    #[test]
    fn the_parts_of_the_set_have_spans_inside_their_texts() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gold/responses");
        for part in ["build.jsonl", "build-2.jsonl", "build-3.jsonl", "held.jsonl"] {
            let lines: Vec<Line> = read_lines(&read_text(&folder.join(part)).unwrap()).unwrap();
            assert!(lines.len() > 100, "{part}");
            for line in lines {
                let length = line.text.chars().count();
                for r in &line.responses {
                    let spans = [Some(r.by), Some(r.cue), r.to];
                    assert!(spans.iter().flatten().all(|(start, end)| start < end && *end <= length), "{}", line.id);
                }
            }
        }
    }
}
