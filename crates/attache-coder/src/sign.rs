//! The signs by which a judge tells what relates two parties: what the model says of them, what the trigger lexicon offers,
//! and the words around.

use attache_doc::{Document, Parse, TokenIx, Upos};

use crate::judge::Signs;
use crate::relation::{Pair, Proposal, decide};

/// What the model says of two parties that it was told of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advice {
    /// Event types with their probabilities; `None` for no event.
    pub types: Vec<(Option<String>, f32)>,
    /// A vector of each party.
    pub vectors: [Vec<f32>; 2],
}

/// Strengths of kinds of signs: words are many and say little each, so that they must weigh less to be held in check.
const WORD: f64 = 0.3;
const VECTOR: f64 = 0.3;
const SHARE: f64 = 2.0;
const LOGARITHM: f64 = 1.0 / 3.0;

/// All signs of a pair of parties.
pub fn signs(doc: &Document, parse: &Parse, pair: &Pair, proposals: &[Proposal], advice: &Advice) -> Signs {
    let mut signs: Signs = vec![("bias".to_string(), 1.0)];
    for (kind, share) in &advice.types {
        let kind = kind.as_deref().unwrap_or("none");
        signs.push((format!("model:{kind}"), SHARE * f64::from(*share)));
        signs.push((format!("model-log:{kind}"), LOGARITHM * (f64::from(*share) + 1e-4).ln()));
    }
    for (side, vector) in ["source", "target"].iter().zip(&advice.vectors) {
        signs.extend(vector.iter().enumerate().map(|(n, x)| (format!("{side}-vector:{n:03}"), VECTOR * f64::from(*x))));
    }
    let mut told: Vec<(&str, f32)> = Vec::new();
    for (kind, share) in parse.deeds.iter().flat_map(|deed| &deed.types) {
        match told.iter_mut().find(|(known, _)| *known == &**kind) {
            Some((_, most)) => *most = most.max(*share),
            None => told.push((kind, *share)),
        }
    }
    signs.extend(told.into_iter().map(|(kind, share)| (format!("deed:{kind}"), SHARE * f64::from(share))));
    let all: f64 = proposals.iter().map(|p| p.weight).sum();
    for proposal in proposals.iter().filter(|_| all > 0.0) {
        if let Some(kind) = &proposal.event_type {
            add(&mut signs, format!("lexicon:{kind}"), SHARE * proposal.weight / all);
        }
    }
    if let Some(kind) = decide(proposals).and_then(|(taken, _)| taken.event_type) {
        signs.push((format!("lexicon-first:{kind}"), 1.0));
    }
    words(doc, parse, pair, &mut signs);
    signs
}

/// The lemmas outside the parties, and those that stand between them.
fn words(doc: &Document, parse: &Parse, pair: &Pair, signs: &mut Signs) {
    let inside = |t: TokenIx| {
        let span = parse.tokens[t as usize].span;
        pair.source.iter().chain(&pair.target).any(|side| side.overlaps(span))
    };
    let ends = || pair.source.iter().chain(&pair.target);
    let (first, last) = (ends().map(|s| s.start).min(), ends().map(|s| s.end).max());
    let mut seen: Vec<String> = Vec::new();
    for t in (0..parse.tokens.len() as TokenIx).filter(|&t| !inside(t)) {
        let token = &parse.tokens[t as usize];
        if matches!(token.upos, Upos::Punct | Upos::Num | Upos::Sym)
            || doc.text(token.span).chars().all(char::is_numeric)
        {
            continue;
        }
        let lemma = token.lemma.to_lowercase();
        seen.push(format!("word:{lemma}"));
        if first.is_some_and(|first| token.span.start > first) && last.is_some_and(|last| token.span.end < last) {
            seen.push(format!("between:{lemma}"));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    signs.extend(seen.into_iter().map(|name| (name, WORD)));
}

/// Adds to a sign that may be there already.
fn add(signs: &mut Signs, name: String, strength: f64) {
    match signs.iter_mut().find(|(known, _)| *known == name) {
        Some((_, sum)) => *sum += strength,
        None => signs.push((name, strength)),
    }
}
