//! Attribution against PolNeAR: sources, cues and contents as exact spans, and whole attributions.
//!
//! What is compared are words, as attache cuts them: a gold span is the words it touches, and punctuation at its ends, quotation
//! marks too, is left aside on both sides. A source, cue or content with a gap counts as its parts; signs alone make no gap. Gold has outermost attributions alone, so statements within another are left out of the output. A
//! whole attribution is right when the cues share a word, the sources share a word or both are absent, and the contents
//! have a Jaccard index of at least one half; each gold attribution is matched once.
//!
//! Baselines, in the same run: `rules_*` is the coder without the model's proposals, `model_*` are the proposals alone, `quotes_*` takes each direct quotation
//! with the nearest word of the speech lexicon in its sentence as the cue and that word's subject as the source.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;

use attache_coder::{Knowledge, code};
use attache_doc::{Coding, Document, Parse, Rel, Span, TokenIx, Upos};
use attache_ingest::{Options, document_from_text};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_lines, read_text, report};

/// An annotated article, as the file has it.
#[derive(Deserialize)]
struct Line {
    doc: String,
    primary: bool,
    text: String,
    attributions: Vec<Annotated>,
}

/// Spans in code points.
#[derive(Deserialize)]
struct Annotated {
    #[serde(default)]
    source: Vec<(usize, usize)>,
    #[serde(default)]
    cue: Vec<(usize, usize)>,
    #[serde(default)]
    content: Vec<(usize, usize)>,
}

/// A run of words, by number.
type Run = Range<TokenIx>;

/// An attribution in words.
#[derive(Debug, Clone, Default, PartialEq)]
struct Attribution {
    source: Vec<Run>,
    cue: Vec<Run>,
    content: Vec<Run>,
}

/// Counts of gold things, output things and those in both.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Count {
    gold: usize,
    output: usize,
    both: usize,
}

/// The counts of a document, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Counts {
    source: Count,
    cue: Count,
    content: Count,
    whole: Count,
}

/// Scores the coder on the articles of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    let lines: Vec<Line> = lines.into_iter().filter(|l| l.primary && show.is_none_or(|case| l.doc == case)).collect();
    let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    let nlp = model::load()?;
    let documents: Vec<Document> = lines
        .iter()
        .map(|line| document_from_text(line.text.clone(), &Options::default()))
        .collect::<Result<_, _>>()
        .map_err(|error| EvalError::Shape(path.clone(), error.to_string()))?;
    let parses = nlp.parse(&documents.iter().collect::<Vec<_>>());

    let [mut system, mut rules, mut proposals, mut quotes] = [Counts::default(); 4];
    let header = vec!["doc", "gold", "output", "source_f1", "cue_f1", "content_f1", "whole_f1"];
    let mut cases = CaseTable { header, rows: Vec::new() };
    for ((line, document), parse) in lines.iter().zip(&documents).zip(&parses) {
        let gold = gold_of(document, parse, &line.attributions);
        let coding = code(&knowledge, document, parse);
        let output = outermost(parse, &coding);
        if show.is_some() {
            let shown = Some(side_by_side(document, parse, &gold, &output));
            return Ok(Outcome { shown, ..Outcome::default() });
        }
        let here = compare(&gold, &output);
        let row = [here.source, here.cue, here.content, here.whole].map(|c| format!("{:.1}", f1("", c).value));
        let counts = [gold.len(), output.len()].map(|n| n.to_string());
        cases.rows.push([line.doc.clone()].into_iter().chain(counts).chain(row).collect());
        system.add(here);

        let mut alone = parse.clone();
        alone.attributions.clear();
        rules.add(compare(&gold, &outermost(parse, &code(&knowledge, document, &alone))));
        proposals.add(compare(&gold, &proposed(parse)));
        quotes.add(compare(&gold, &nearest_verbs(&knowledge, document, parse)));
    }
    let mut metrics = system.metrics("");
    metrics.extend(rules.metrics("rules_"));
    metrics.extend(proposals.metrics("model_"));
    metrics.extend(quotes.metrics("quotes_"));
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

impl Counts {
    fn add(&mut self, other: Counts) {
        for (mine, theirs) in [
            (&mut self.source, other.source),
            (&mut self.cue, other.cue),
            (&mut self.content, other.content),
            (&mut self.whole, other.whole),
        ] {
            mine.gold += theirs.gold;
            mine.output += theirs.output;
            mine.both += theirs.both;
        }
    }

    fn metrics(&self, prefix: &str) -> Vec<Metric> {
        [("source", self.source), ("cue", self.cue), ("content", self.content), ("whole", self.whole)]
            .into_iter()
            .map(|(name, count)| f1(&format!("{prefix}{name}_f1"), count))
            .collect()
    }
}

fn f1(name: &str, count: Count) -> Metric {
    Metric::f1(name, count.both, count.gold, count.output)
}

// ---- gold and output in words ----

fn gold_of(document: &Document, parse: &Parse, annotated: &[Annotated]) -> Vec<Attribution> {
    // Bytes by code point, so that spans can be told.
    let text = document.full_text();
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    let at = |point: usize| bytes.get(point).copied().unwrap_or(text.len());
    let words = |spans: &[(usize, usize)]| -> Vec<Run> {
        joined(parse, spans.iter().map(|&(start, end)| touched(parse, at(start), at(end))))
    };
    let all = annotated.iter().map(|a| Attribution {
        source: words(&a.source),
        cue: words(&a.cue),
        content: words(&a.content),
    });
    all.collect()
}

/// The statements that stand in no other.
fn outermost(parse: &Parse, coding: &Coding) -> Vec<Attribution> {
    let words = |spans: &[Span]| joined(parse, spans.iter().map(|s| touched(parse, s.start as usize, s.end as usize)));
    let outer = coding.statements.iter().filter(|s| s.within.is_none());
    outer
        .map(|s| Attribution { source: words(s.source.as_slice()), cue: words(&s.cue), content: words(&s.content) })
        .collect()
}

/// What the model proposes.
fn proposed(parse: &Parse) -> Vec<Attribution> {
    let words = |runs: &[Run]| {
        let span = |run: &Run| parse.tokens[run.start as usize].span.cover(parse.tokens[run.end as usize - 1].span);
        joined(parse, runs.iter().map(span).map(|s| touched(parse, s.start as usize, s.end as usize)))
    };
    let one = |a: &attache_doc::Attribution| Attribution {
        source: words(&a.source),
        cue: words(std::slice::from_ref(&a.cue)),
        content: words(&a.content),
    };
    parse.attributions.iter().map(one).collect()
}

/// The words that a range of bytes touches, without signs at its ends.
fn touched(parse: &Parse, start: usize, end: usize) -> Run {
    let from = parse.tokens.partition_point(|t| t.span.end as usize <= start);
    let to = parse.tokens.partition_point(|t| (t.span.start as usize) < end);
    let sign = |t: &usize| parse.tokens[*t].upos == Upos::Punct;
    let from = (from..to).find(|t| !sign(t)).unwrap_or(to);
    let to = (from..to).rfind(|t| !sign(t)).map_or(from, |last| last + 1);
    from as TokenIx..to as TokenIx
}

/// Runs in order, those with nothing but signs between them as one, empty ones left out.
fn joined(parse: &Parse, runs: impl Iterator<Item = Run>) -> Vec<Run> {
    let mut runs: Vec<Run> = runs.filter(|run| !run.is_empty()).collect();
    runs.sort_by_key(|run| (run.start, run.end));
    let mut result: Vec<Run> = Vec::new();
    for run in runs {
        match result.last_mut() {
            Some(last) if (last.end..run.start).all(|t| parse.tokens[t as usize].upos == Upos::Punct) => {
                last.end = last.end.max(run.end)
            }
            _ => result.push(run),
        }
    }
    result
}

// ---- comparing ----

fn compare(gold: &[Attribution], output: &[Attribution]) -> Counts {
    let spans = |of: fn(&Attribution) -> &Vec<Run>| {
        let set = |side: &[Attribution]| -> BTreeSet<(TokenIx, TokenIx)> {
            side.iter().flat_map(|a| of(a).iter().map(|run| (run.start, run.end))).collect()
        };
        let (gold, output) = (set(gold), set(output));
        Count { gold: gold.len(), output: output.len(), both: gold.intersection(&output).count() }
    };
    let matched = matches(gold, output).len();
    Counts {
        source: spans(|a| &a.source),
        cue: spans(|a| &a.cue),
        content: spans(|a| &a.content),
        whole: Count { gold: gold.len(), output: output.len(), both: matched },
    }
}

/// Pairs of gold and output attributions that agree as wholes, each used once.
fn matches(gold: &[Attribution], output: &[Attribution]) -> Vec<(usize, usize)> {
    let mut free: Vec<usize> = (0..output.len()).collect();
    let mut pairs = Vec::new();
    for (g, one) in gold.iter().enumerate() {
        if let Some(n) = free.iter().position(|&o| agree(one, &output[o])) {
            pairs.push((g, free.remove(n)));
        }
    }
    pairs
}

fn agree(one: &Attribution, other: &Attribution) -> bool {
    let sources = match (one.source.is_empty(), other.source.is_empty()) {
        (true, true) => true,
        (false, false) => shared(&one.source, &other.source) > 0,
        _ => false,
    };
    let common = shared(&one.content, &other.content);
    let all = size(&one.content) + size(&other.content) - common;
    shared(&one.cue, &other.cue) > 0 && sources && 2 * common >= all && all > 0
}

fn size(runs: &[Run]) -> usize {
    runs.iter().map(|run| run.len()).sum()
}

fn shared(one: &[Run], other: &[Run]) -> usize {
    let overlap = |a: &Run, b: &Run| a.end.min(b.end).saturating_sub(a.start.max(b.start)) as usize;
    one.iter().flat_map(|a| other.iter().map(move |b| overlap(a, b))).sum()
}

// ---- the baseline of direct quotations ----

/// Each direct quotation of a sentence with the nearest verb of the speech lexicon outside it, and that verb's subject.
fn nearest_verbs(knowledge: &Knowledge, document: &Document, parse: &Parse) -> Vec<Attribution> {
    let mut by_cue: HashMap<TokenIx, Attribution> = HashMap::new();
    for sentence in &parse.sentences {
        let mut open: Option<TokenIx> = None;
        let mut quotes: Vec<Run> = Vec::new();
        for t in sentence.tokens.clone() {
            match (parse.form(document, t), open) {
                ("“", _) | ("\"", None) => open = Some(t),
                ("”" | "\"", Some(start)) => {
                    quotes.push(start..t + 1);
                    open = None;
                }
                _ => {}
            }
        }
        let speaks = |t: &TokenIx| {
            let token = &parse.tokens[*t as usize];
            token.upos == Upos::Verb
                && !quotes.iter().any(|q| q.contains(t))
                && knowledge.speaks(&token.lemma.to_lowercase())
        };
        let verbs: Vec<TokenIx> = sentence.tokens.clone().filter(speaks).collect();
        for quote in quotes {
            let distance = |&v: &TokenIx| if v < quote.start { quote.start - v } else { v - quote.end + 1 };
            let Some(&verb) = verbs.iter().min_by_key(|v| distance(v)) else { continue };
            let entry = by_cue.entry(verb).or_insert_with(|| Attribution {
                source: subject(parse, verb),
                cue: std::iter::once(verb..verb + 1).collect(),
                content: Vec::new(),
            });
            let (first, last) = (parse.tokens[quote.start as usize].span, parse.tokens[quote.end as usize - 1].span);
            entry.content.push(touched(parse, first.start as usize, last.end as usize));
        }
    }
    let mut found: Vec<(TokenIx, Attribution)> = by_cue.into_iter().collect();
    found.sort_by_key(|(verb, _)| *verb);
    found.into_iter().map(|(_, attribution)| attribution).collect()
}

fn subject(parse: &Parse, verb: TokenIx) -> Vec<Run> {
    let subject = parse.children(verb).find(|&k| parse.tokens[k as usize].rel == Rel::Nsubj);
    let Some(subject) = subject else { return Vec::new() };
    let below = |&t: &TokenIx| {
        let mut at = Some(t);
        while let Some(now) = at {
            if now == subject {
                return true;
            }
            at = parse.tokens[now as usize].head;
        }
        false
    };
    let sentence = parse.sentences[parse.sentence_of(verb)].tokens.clone();
    joined(parse, sentence.filter(below).map(|t| t..t + 1))
}

// ---- showing a case ----

fn side_by_side(document: &Document, parse: &Parse, gold: &[Attribution], output: &[Attribution]) -> String {
    let text = |runs: &[Run]| {
        let one = |run: &Run| {
            let (first, last) = (parse.tokens[run.start as usize].span, parse.tokens[run.end as usize - 1].span);
            document.text(first.cover(last)).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        runs.iter().map(one).collect::<Vec<_>>().join(" … ")
    };
    let pairs = matches(gold, output);
    let mut rows: Vec<(TokenIx, String)> = Vec::new();
    let mut push = |verdict: &str, a: &Attribution| {
        let at = a.cue.first().or(a.content.first()).map_or(0, |run| run.start);
        let row = format!("{verdict:<12} [{}] {{{}}} {}\n", text(&a.source), text(&a.cue), text(&a.content));
        rows.push((at, row));
    };
    report::pair_up(gold, output, &pairs, &mut push);
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a list of runs may have one")]
mod tests {
    use attache_doc::{Token, Xpos};

    use super::*;

    fn attribution(source: &[Run], cue: Run, content: &[Run]) -> Attribution {
        Attribution { source: source.to_vec(), cue: std::iter::once(cue).collect(), content: content.to_vec() }
    }

    #[test]
    fn spans_are_exact_and_wholes_are_lenient() {
        let gold = [attribution(&[0..2], 2..3, &[4..10]), attribution(&[], 12..13, &[13..20])];
        let output = [attribution(&[1..2], 2..4, &[4..8]), attribution(&[], 12..13, &[13..20])];
        let counts = compare(&gold, &output);
        assert_eq!(counts.source, Count { gold: 1, output: 1, both: 0 });
        assert_eq!(counts.cue, Count { gold: 2, output: 2, both: 1 });
        assert_eq!(counts.content, Count { gold: 2, output: 2, both: 1 });
        assert_eq!(counts.whole, Count { gold: 2, output: 2, both: 2 });
    }

    #[test]
    fn a_whole_needs_both_sources_or_none_and_half_of_the_content() {
        let gold = attribution(&[0..1], 1..2, &[2..8]);
        assert!(!agree(&gold, &attribution(&[], 1..2, &[2..8])));
        assert!(!agree(&gold, &attribution(&[0..1], 1..2, &[6..8])));
        assert!(!agree(&gold, &attribution(&[0..1], 8..9, &[2..8])));
        assert!(agree(&gold, &attribution(&[0..1], 1..2, &[5..8])));
    }

    #[test]
    fn an_output_answers_one_gold_attribution() {
        let one = attribution(&[0..1], 1..2, &[2..8]);
        assert_eq!(matches(&[one.clone(), one.clone()], std::slice::from_ref(&one)), [(0, 0)]);
    }

    #[test]
    fn signs_make_no_gap_and_no_end() {
        let words = ["The", "envoy", "said", ":", "no", "deal", ",", "no", "talks", "."];
        let token = |(n, form): (usize, &&str)| Token {
            span: Span::new(2 * n, 2 * n + 1),
            lemma: (*form).into(),
            upos: if form.chars().all(char::is_alphabetic) { Upos::Noun } else { Upos::Punct },
            xpos: Xpos::Nn,
            head: None,
            rel: Rel::Root,
        };
        let parse = Parse { tokens: words.iter().enumerate().map(token).collect(), ..Parse::default() };
        assert_eq!(joined(&parse, [3..5, 0..0, 5..6, 7..9, 1..2].into_iter()), [1..2, 3..9]);
        assert_eq!(touched(&parse, 6, 14), 4..6);
    }
}
