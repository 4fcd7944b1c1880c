//! What the model says of events: whether a word triggers one, of which type, and who takes part.
//!
//! The lexicon knows acts, and what its words ask of their surroundings; the model has seen many more ways to tell of an
//! event, and knows a word that only looks like one. So a trigger of the lexicon that the model takes for none is no event,
//! of several rows that fit the one of the model's type wins, and what the model alone is sure of goes on record as the
//! plainest act of its type.

use attache_doc::{Deed, PartyIx, Polarity, Realis, Reason, Span, TokenIx, Upos};

use crate::knowledge::Knowledge;
use crate::matcher::Matcher;
use crate::realis::Reality;
use crate::tree::Tree;

/// Least probability for an event that no row of the lexicon knows.
const ALONE: f32 = 0.75;
/// Least probability for the participants that the model draws to be taken for a trigger of the lexicon.
const SURE: f32 = 0.6;
/// The same where neither side has political weight.
const SURER: f32 = 0.9;
/// Least share of a type for what the lexicon says otherwise to give way.
const OVERRULES: f32 = 0.85;
/// Most share of the lexicon's type for that.
const OVERRULED: f32 = 0.05;

/// True when the parse comes with proposals of events: a stored one does not.
pub fn known(tree: &Tree) -> bool {
    !tree.parse.happened.is_empty()
}

/// What the model says of a word, if it may well trigger an event.
pub fn at<'t>(tree: &Tree<'t>, t: TokenIx) -> Option<&'t Deed> {
    let deeds = &tree.parse.deeds;
    let first = deeds.partition_point(|deed| deed.trigger.end <= t);
    deeds.get(first).filter(|deed| deed.trigger.contains(&t))
}

/// The probability that a deed is of the type by which an ontology writes an act: of the model's own ontology, PLOVER.
pub fn share(knowledge: &Knowledge, deed: &Deed, act: &str) -> f32 {
    let code =
        knowledge.lineage(act).find_map(|a| knowledge.plover.acts.get(a)).and_then(|coded| coded.code.as_deref());
    let share = |code: &str| deed.types.iter().find(|(kind, _)| **kind == *code).map_or(0.0, |(_, share)| *share);
    code.map_or(0.0, share)
}

/// The act that stands for what the model alone sees.
pub fn act<'k>(knowledge: &'k Knowledge, deed: &Deed) -> Option<&'k str> {
    let (kind, _) = deed.types.first()?;
    knowledge.plover.proposal(kind, &deed.mode.0)
}

/// True when the model is so sure of another type than that of an act that the act must be wrong.
pub fn overrules(knowledge: &Knowledge, deed: &Deed, written: &str) -> bool {
    let surest = deed.types.first().map_or(0.0, |(_, share)| *share);
    surest >= OVERRULES && share(knowledge, deed, written) < OVERRULED
}

/// True when the model is sure enough without a word of the lexicon.
pub fn stands_alone(deed: &Deed) -> bool {
    deed.types.first().is_some_and(|(_, share)| *share >= ALONE)
}

/// True when the model is sure enough of what a word of the lexicon tells of.
pub fn is_sure(deed: &Deed) -> bool {
    deed.types.first().is_some_and(|(_, share)| *share >= SURE)
}

/// Least probability of a state for it to count against what the rules say.
const STATE_SURE: f32 = 0.8;
/// What a word tells of is no fact for the model at or below this, of −3 to 3.
const NO_FACT: f32 = 0.5;

/// Corrects what the rules take for a fact where the model says with both its heads that it is none.
pub fn correct(tree: &Tree, t: TokenIx, reality: &mut Reality) {
    let fact = reality.realis == Realis::Actual && reality.polarity == Polarity::Positive;
    let (Some(deed), Some(&happened)) = (at(tree, t), tree.parse.happened.get(t as usize)) else { return };
    let (state, score) = (&*deed.state.0, deed.state.1);
    let Some(realis) = realis_of(state).filter(|r| *r != Realis::Actual) else { return };
    if fact && happened <= NO_FACT && score >= STATE_SURE {
        reality.realis = realis;
        reality.because.push(Reason::Model { head: "state".to_string(), score });
    }
}

/// The probability that an event is told as history, where that is the most probable state.
pub fn background(tree: &Tree, t: TokenIx) -> Option<Reason> {
    let deed = at(tree, t).filter(|deed| &*deed.state.0 == BACKGROUND && deed.state.1 >= STATE_SURE)?;
    Some(Reason::Model { head: "state".to_string(), score: deed.state.1 })
}

/// How the model's labels name history.
const BACKGROUND: &str = "background";

/// The realis of this name, as the wire has it.
fn realis_of(state: &str) -> Option<Realis> {
    serde_json::from_value(serde_json::Value::from(state)).ok()
}

/// True when it is surer than that.
pub fn is_surer(deed: &Deed) -> bool {
    deed.types.first().is_some_and(|(_, share)| *share >= SURER)
}

/// The reason that a deed gives.
pub fn reason(deed: &Deed) -> Reason {
    Reason::Model { head: "deed".to_string(), score: deed.score }
}

/// The parties that a run of words names: those of its head, else of the last word that names one.
pub fn parties(m: &Matcher, runs: &[std::ops::Range<TokenIx>]) -> Vec<(PartyIx, Span)> {
    let tree = m.tree;
    let mut found: Vec<(PartyIx, Span)> = Vec::new();
    for run in runs {
        let top = |t: &TokenIx| tree.head(*t).is_none_or(|h| !run.contains(&h)) && tree.upos(*t) != Upos::Punct;
        let heads: Vec<TokenIx> = run.clone().filter(top).collect();
        let mut named: Vec<(PartyIx, Span)> = heads.iter().flat_map(|&t| m.named(t)).collect();
        if named.is_empty() {
            named = run.clone().rev().map(|t| m.modifier(t)).find(|named| !named.is_empty()).unwrap_or_default();
        }
        for party in named {
            if !found.iter().any(|(p, _)| *p == party.0) {
                found.push(party);
            }
        }
    }
    found
}
