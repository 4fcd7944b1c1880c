//! Agreement with the trainer's own reader: `models/en/parity.json` holds what the Python reference makes of some windows
//! with the same file of weights.
//!
//! The two engines add in different orders, and a rounding that tips an activation to the next of its 255 steps is seen in
//! the logits. So logits agree to [`TOLERANCE`] and nearly all labels are equal.

use std::fs;

use serde::Deserialize;

use crate::engine::{Kernel, Scratch};
use crate::{Chunk, Nlp};

/// Largest difference of a logit, of logits that range over some thirty. PyTorch in single and in double precision differ from
/// each other by up to 0.5.
const TOLERANCE: f32 = 1.0;

/// Least share of equal labels: a few near ties tip over, an error in how words are read would tip many.
const EQUAL: f64 = 0.99;

#[derive(Deserialize)]
struct Parity {
    windows: Vec<ReferenceWindow>,
}

#[derive(Deserialize)]
struct ReferenceWindow {
    sentences: Vec<Reference>,
    attributions: Vec<ReferenceAttribution>,
    deeds: Vec<ReferenceDeed>,
    answers: Vec<ReferenceAnswer>,
    logits: Rows,
}

#[derive(Deserialize)]
struct Reference {
    words: Vec<String>,
    upos: Vec<String>,
    xpos: Vec<String>,
    lemma: Vec<String>,
    entity: Vec<String>,
    types: Vec<String>,
    happened: Vec<f32>,
    head: Vec<usize>,
    rel: Vec<String>,
}

/// A cue, and for each word of the window what it is to it.
#[derive(Deserialize)]
struct ReferenceAttribution {
    cue: (usize, usize),
    parts: Vec<String>,
}

/// A trigger with its type, and for each word of the window what it is to it.
#[derive(Deserialize)]
struct ReferenceDeed {
    trigger: (usize, usize),
    r#type: String,
    roles: Vec<String>,
}

/// An answer's cue with its stance, and for each word of the window what it is to it.
#[derive(Deserialize)]
struct ReferenceAnswer {
    cue: (usize, usize),
    stance: attache_doc::Stance,
    sides: Vec<String>,
}

/// The first three logits of each head for the first word; of the relations with the root as head, and of the parts with
/// that word as cue; of a pair with the first and the last word as participants.
#[derive(Deserialize)]
struct Rows {
    upos: [f32; 3],
    xpos: [f32; 3],
    lemma: [f32; 3],
    entity: [f32; 3],
    types: [f32; 3],
    cue: [f32; 3],
    arc: Vec<f32>,
    rel: [f32; 3],
    part: [f32; 3],
    deed: [f32; 3],
    mode: [f32; 3],
    state: [f32; 3],
    answer: [f32; 3],
    side: [f32; 3],
    role: [f32; 3],
    pair: [f32; 3],
}

fn read_parity() -> Parity {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/en/parity.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn lemma_as_here(lemma: &str) -> &str {
    // Signs that stand alone keep their typographic spelling in the reference.
    match lemma {
        "“" | "”" | "„" => "\"",
        "–" | "—" => "-",
        "…" => "...",
        lemma => lemma,
    }
}

/// Labels of words for entities that are runs of them.
fn tags(words: usize, entities: &[crate::SentenceEntity]) -> Vec<String> {
    let mut tags = vec!["O".to_string(); words];
    for entity in entities {
        for word in entity.words.clone() {
            let position = if word == entity.words.start { 'B' } else { 'I' };
            tags[word as usize] = format!("{position}-{}", entity.label);
        }
    }
    tags
}

/// Whether a word stands in one of some runs.
fn stands(runs: &[std::ops::Range<usize>], word: usize) -> bool {
    runs.iter().any(|run| run.contains(&word))
}

/// A label without its position.
fn bare(label: &str) -> &str {
    label.split_once('-').map_or(label, |(_, kind)| kind)
}

#[test]
fn agrees_with_the_reference() {
    let parity = read_parity();
    assert!(parity.windows.len() >= 12 && parity.windows.iter().any(|w| w.sentences.len() > 2));
    let nlp = Nlp::embedded().unwrap();
    let mut scratch = Scratch::default();
    let (mut largest, mut labels, mut equal) = (0f32, 0usize, 0usize);
    let mut compare = |what: &str, found: &str, expected: &str, words: &[String]| {
        labels += 1;
        equal += usize::from(found == expected);
        if found != expected {
            println!("{what} is {found} and not {expected} in {words:?}");
        }
    };
    for window in &parity.windows {
        let words: Vec<Vec<&str>> =
            window.sentences.iter().map(|s| s.words.iter().map(String::as_str).collect()).collect();
        let chunks: Vec<Chunk> = words.iter().flat_map(|words| nlp.cut(words)).collect();
        assert_eq!(chunks.len(), window.sentences.len());
        let reading = nlp.engine.read(&[&nlp.window(&chunks)], &mut scratch).unwrap().remove(0);
        let count: usize = words.iter().map(Vec::len).sum();
        let rel = nlp.engine.relations(&reading, &vec![0; count], &mut scratch);
        let part = nlp.engine.parts(&reading, &[0], &mut scratch);
        let role = nlp.engine.roles(&reading, &[0], &mut scratch);
        let side = nlp.engine.sides(&reading, &[0], &mut scratch);
        let mut told = nlp.window(&chunks);
        let participants: [&[usize]; 2] = [&[0], &[count - 1]];
        told.point_to(participants);
        let told = nlp.engine.read(&[&told], &mut scratch).unwrap().remove(0);
        let (pair, _) = nlp.engine.pair(&told, participants, &mut scratch);
        for (head, found, expected) in [
            ("upos", reading.upos.row(0), &window.logits.upos[..]),
            ("xpos", reading.xpos.row(0), &window.logits.xpos[..]),
            ("lemma", reading.lemma.row(0), &window.logits.lemma[..]),
            ("entity", reading.entity.row(0), &window.logits.entity[..]),
            ("types", reading.types.row(0), &window.logits.types[..]),
            ("cue", reading.cue.row(0), &window.logits.cue[..]),
            ("arc", reading.arcs[0].row(0), &window.logits.arc[..]),
            ("rel", rel.row(0), &window.logits.rel[..]),
            ("part", part.row(0), &window.logits.part[..]),
            ("deed", reading.deed.row(0), &window.logits.deed[..]),
            ("mode", reading.mode.row(0), &window.logits.mode[..]),
            ("state", reading.state.row(0), &window.logits.state[..]),
            ("answer", reading.answer.row(0), &window.logits.answer[..]),
            ("side", side.row(0), &window.logits.side[..]),
            ("role", role.row(0), &window.logits.role[..]),
            ("pair", pair.row(0), &window.logits.pair[..]),
        ] {
            // A sentence of one word has two possible heads only; a word as its own head is no head in either.
            for (i, (&found, &expected)) in found.iter().zip(expected).enumerate().filter(|(_, (_, e))| **e > -1000.0) {
                let difference = (found - expected).abs();
                largest = largest.max(difference);
                assert!(difference <= TOLERANCE, "{head} {i} is {found} and not {expected} in {words:?}");
            }
        }
        let read = nlp.decode(&chunks, &reading, &mut scratch).unwrap();
        for (reference, found) in window.sentences.iter().zip(&read.sentences) {
            let size = reference.words.len();
            let (entity, types) = (tags(size, &found.entities), tags(size, &found.names));
            for (i, word) in found.words.iter().enumerate() {
                let head = word.head.map_or(0, |head| head as usize + 1);
                compare("upos", word.upos.as_str(), &reference.upos[i], &reference.words);
                compare("xpos", word.xpos.as_str(), &reference.xpos[i], &reference.words);
                compare("rel", word.rel.as_str(), &reference.rel[i], &reference.words);
                compare("head", &head.to_string(), &reference.head[i].to_string(), &reference.words);
                compare("lemma", &word.lemma, lemma_as_here(&reference.lemma[i]), &reference.words);
                compare("entity", &entity[i], &reference.entity[i], &reference.words);
                compare("type", &types[i], &reference.types[i].replace("PERSON", "PER"), &reference.words);
                let difference = (found.happened[i] - reference.happened[i]).abs();
                largest = largest.max(difference);
                assert!(difference <= TOLERANCE, "happened of {:?} is off by {difference}", reference.words[i]);
            }
        }
        assert_eq!(read.attributed.len(), window.attributions.len(), "cues of {words:?}");
        for (found, reference) in read.attributed.iter().zip(&window.attributions) {
            assert_eq!((found.cue.start, found.cue.end), reference.cue);
            for (i, expected) in reference.parts.iter().enumerate() {
                let kind =
                    |runs: &[std::ops::Range<usize>]| runs.iter().find(|run| run.contains(&i)).map(|r| r.start == i);
                let here = match (kind(&found.source), kind(&found.content)) {
                    (Some(begins), _) => {
                        if begins {
                            "B-SOURCE"
                        } else {
                            "I-SOURCE"
                        }
                    }
                    (_, Some(begins)) => {
                        if begins {
                            "B-CONTENT"
                        } else {
                            "I-CONTENT"
                        }
                    }
                    _ => "O",
                };
                compare("part", here, expected, &window.sentences[0].words);
            }
        }
        assert_eq!(read.answers.len(), window.answers.len(), "answers of {words:?}");
        for (found, reference) in read.answers.iter().zip(&window.answers) {
            assert_eq!(
                (found.cue.start, found.cue.end, found.stance),
                (reference.cue.0, reference.cue.1, reference.stance)
            );
            for (i, expected) in reference.sides.iter().enumerate() {
                let here = match (stands(&found.by, i), stands(&found.to, i)) {
                    (true, _) => "BY",
                    (_, true) => "TO",
                    _ => "O",
                };
                compare("side", here, bare(expected), &window.sentences[0].words);
            }
        }
        for reference in &window.deeds {
            let trigger = reference.trigger.0..reference.trigger.1;
            let Some(found) = read.deeds.iter().find(|deed| deed.trigger == trigger) else {
                compare("trigger", "", &reference.r#type, &window.sentences[0].words);
                continue;
            };
            compare("event type", &found.types[0].0, &reference.r#type, &window.sentences[0].words);
            for (i, expected) in reference.roles.iter().enumerate() {
                let here = match (stands(&found.actor, i), stands(&found.recipient, i)) {
                    (true, _) => "ACTOR",
                    (_, true) => "RECIPIENT",
                    _ => "O",
                };
                compare("role", here, bare(expected), &window.sentences[0].words);
            }
        }
    }
    println!("{equal} of {labels} labels equal; the largest difference of a logit is {largest:.3}");
    assert!(equal as f64 >= EQUAL * labels as f64, "only {equal} of {labels} labels are equal");
}

#[test]
fn every_kernel_parses_alike() {
    let documents: Vec<Vec<Vec<String>>> =
        read_parity().windows.into_iter().map(|w| w.sentences.into_iter().map(|s| s.words).collect()).collect();
    let expected = Nlp::embedded().unwrap().parse_words(&documents);
    for kernel in Kernel::all() {
        let nlp = Nlp::on(kernel).unwrap();
        assert_eq!(nlp.kernel(), kernel);
        // The probabilities of entities are among what is compared, to their last bit.
        assert_eq!(nlp.parse_words(&documents), expected, "{kernel}");
    }
}
