//! Scores segmentation against a CoNLL-U file: `cargo run --example segmentation -- FILE [--show]`.
//!
//! The raw text of each paragraph is put together from the forms and their `SpaceAfter=No`; tokens and sentences are
//! compared by the characters they cover, blanks not counted, as the CoNLL 2018 shared task does.

use std::collections::HashSet;
use std::{env, fs, process};

use attache_nlp::segment;

type Span = (usize, usize);

#[derive(Default)]
struct Paragraph {
    text: String,
    tokens: Vec<Span>,
    sentences: Vec<Span>,
}

fn main() {
    let Some(path) = env::args().nth(1) else {
        eprintln!("usage: segmentation FILE [--show]");
        process::exit(2);
    };
    let show = env::args().any(|argument| argument == "--show");
    let source = fs::read_to_string(&path).unwrap_or_else(|error| {
        eprintln!("{path}: {error}");
        process::exit(2);
    });
    let (mut tokens, mut sentences) = (Counts::default(), Counts::default());
    for gold in paragraphs(&source) {
        let found = segment::sentences(&gold.text);
        let solid = |at: usize| gold.text[..at].chars().filter(|c| !c.is_whitespace()).count();
        let found_tokens: Vec<Span> = found.iter().flatten().map(|t| (solid(t.start), solid(t.end))).collect();
        let found_sentences: Vec<Span> = found.iter().map(|s| (solid(s[0].start), solid(s[s.len() - 1].end))).collect();
        if show {
            show_differences(&gold, &found_tokens, &found_sentences);
        }
        tokens.add(&gold.tokens, &found_tokens);
        sentences.add(&gold.sentences, &found_sentences);
    }
    println!("tokens    {tokens}");
    println!("sentences {sentences}");
}

fn paragraphs(source: &str) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let (mut solid, mut range_end, mut range_glues) = (0, 0, false);
    let mut sentence_start = 0;
    for line in source.lines() {
        if line.starts_with("# newdoc") || line.starts_with("# newpar") {
            if paragraphs.last().is_none_or(|p| !p.tokens.is_empty()) {
                paragraphs.push(Paragraph::default());
                solid = 0;
                sentence_start = 0;
            }
        } else if line.is_empty() {
            if let Some(paragraph) = paragraphs.last_mut() {
                paragraph.sentences.push((sentence_start, solid));
                if !paragraph.text.ends_with(' ') {
                    paragraph.text.push(' ');
                }
            }
            sentence_start = solid;
            range_end = 0;
        } else if let Some(paragraph) = paragraphs.last_mut().filter(|_| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let glued = cells[9].contains("SpaceAfter=No");
            if let Some((_, last)) = cells[0].split_once('-') {
                (range_end, range_glues) = (last.parse().unwrap_or(0), glued);
            } else if let Ok(number) = cells[0].parse::<usize>() {
                let start = solid;
                solid += cells[1].chars().filter(|c| !c.is_whitespace()).count();
                paragraph.tokens.push((start, solid));
                paragraph.text.push_str(cells[1]);
                let glued = if number < range_end {
                    true
                } else if number == range_end {
                    range_glues
                } else {
                    glued
                };
                if !glued {
                    paragraph.text.push(' ');
                }
            }
        }
    }
    paragraphs
}

fn show_differences(gold: &Paragraph, tokens: &[Span], sentences: &[Span]) {
    let solid: Vec<char> = gold.text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = |span: &Span| solid[span.0..span.1].iter().collect::<String>();
    let (right, found): (HashSet<_>, HashSet<_>) = (gold.tokens.iter().collect(), tokens.iter().collect());
    let join = |spans: Vec<&Span>| spans.into_iter().map(text).collect::<Vec<_>>().join(" ");
    let missed: Vec<&Span> = gold.tokens.iter().filter(|t| !found.contains(t)).collect();
    let wrong: Vec<&Span> = tokens.iter().filter(|t| !right.contains(t)).collect();
    if !missed.is_empty() {
        println!("T gold: {}   found: {}", join(missed), join(wrong));
    }
    for sentence in sentences {
        if !gold.sentences.iter().any(|s| s.1 == sentence.1) {
            println!(
                "S too many: …{} | {}…",
                text(&(sentence.1.saturating_sub(25), sentence.1)),
                text(&(sentence.1, (sentence.1 + 20).min(solid.len())))
            );
        }
    }
    for sentence in &gold.sentences {
        if !sentences.iter().any(|s| s.1 == sentence.1) {
            println!(
                "S missed: …{} | {}…",
                text(&(sentence.1.saturating_sub(25), sentence.1)),
                text(&(sentence.1, (sentence.1 + 20).min(solid.len())))
            );
        }
    }
}

#[derive(Default)]
struct Counts {
    gold: usize,
    found: usize,
    both: usize,
}

impl Counts {
    fn add(&mut self, gold: &[Span], found: &[Span]) {
        let right: HashSet<&Span> = gold.iter().collect();
        self.gold += gold.len();
        self.found += found.len();
        self.both += found.iter().filter(|span| right.contains(span)).count();
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let (precision, recall) = (percent(self.both, self.found), percent(self.both, self.gold));
        let f1 = percent(2 * self.both, self.found + self.gold);
        write!(f, "precision {precision:.2}  recall {recall:.2}  F1 {f1:.2}  ({} gold)", self.gold)
    }
}
