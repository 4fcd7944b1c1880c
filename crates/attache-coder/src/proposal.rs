//! Attributions that the model proposes, joined with the statements that the lexicon finds.
//!
//! The model sees more cues and draws spans better than rules over a parse that may be wrong; the lexicon knows what kind of
//! saying a cue is, finds what stands inside somebody's words, and says why. So: where both find a cue, the model gives
//! the words and the lexicon what they are; what only the model finds becomes a statement with its probability as the reason;
//! what only the lexicon finds stays where the model cannot know better.

use std::ops::Range;

use attache_doc::{Attribution, Polarity, Realis, Reason, Rel, SourceClass, Span, TokenIx, Upos, stable_id};

use crate::matcher::Matcher;
use crate::realis;
use crate::statement::{Stated, announced, hedges, manner, medium, runs, speaker, trim};
use crate::tree::Tree;

/// Least probability of a cue that the lexicon alone finds, outside anybody's words and without a named source.
const LIKELY: f32 = 0.03;
/// The kind of saying of what the lexicon has no row for.
const UNKNOWN: &str = "other";

/// Joins the proposals of the parse with the statements found, in place. Statements stay in no particular order.
pub fn join(m: &Matcher, quotes: &[bool], found: &mut Vec<Stated>) {
    let tree = m.tree;
    let proposals: Vec<&Attribution> = tree.parse.attributions.iter().filter(|p| !p.cue.is_empty()).collect();
    let mut taken = vec![false; found.len()];
    let mut new = Vec::new();
    for proposal in &proposals {
        let same = |s: &Stated| s.cue.iter().any(|t| proposal.cue.contains(t));
        match (0..found.len()).find(|&i| !taken[i] && same(&found[i])) {
            Some(i) => {
                taken[i] = true;
                // Inside somebody's words the lexicon draws better: the model was taught outermost attributions alone.
                // So it does where a fixed wording names no source ("reportedly").
                let sourceless = matches!(found[i].statement.class, SourceClass::Implicit | SourceClass::Vague)
                    && found[i].statement.source.is_none();
                // "According to W": a preposition's noun is its source, however far the clause.
                let phrase = tree.rel(found[i].statement.cue_head) == Rel::Case;
                let inner = proposals.iter().any(|p| p.content.iter().any(|run| run.contains(&proposal.cue.start)));
                if !inner && !sourceless && !phrase {
                    redraw(m, quotes, &mut found[i], proposal);
                }
            }
            None => new.extend(propose(m, quotes, proposal)),
        }
    }
    if !proposals.is_empty() {
        // Of what the model passes over, what stands in somebody's words stays: it was taught outermost attributions alone.
        // So does what names no source, for which a fixed wording is the surest sign.
        let contents: Vec<&Range<TokenIx>> = proposals.iter().flat_map(|p| &p.content).collect();
        let stays = |s: &Stated| {
            let inner = contents.iter().any(|run| run.contains(&s.statement.cue_head));
            let fixed = matches!(s.statement.class, SourceClass::Implicit | SourceClass::Vague | SourceClass::Document);
            let likely = |t: &TokenIx| tree.parse.attributing.get(*t as usize).is_none_or(|p| *p >= LIKELY);
            inner || fixed && s.cue.iter().any(likely)
        };
        let mut keep = taken.iter();
        found.retain(|s| *keep.next().unwrap_or(&true) || stays(s));
    }
    found.extend(new);
}

/// The words of a list of runs.
fn words(runs: &[Range<TokenIx>]) -> Vec<TokenIx> {
    runs.iter().cloned().flatten().collect()
}

/// The words that are attributed, in order, without those that name the source.
fn attributed(tree: &Tree, proposal: &Attribution, source: Option<Span>) -> Vec<TokenIx> {
    let named = |t: TokenIx| source.is_some_and(|source| source.contains(tree.token(t).span));
    let mut content = words(&proposal.content);
    content.retain(|&t| !named(t));
    trim(tree, &mut content);
    content
}

/// The span of the source that the model draws.
fn source_span(tree: &Tree, proposal: &Attribution) -> Option<Span> {
    runs(tree, &words(proposal.source.get(..1)?)).into_iter().next()
}

/// The heads of what is said.
fn heads(tree: &Tree, runs: &[Range<TokenIx>]) -> Vec<TokenIx> {
    let top = |run: &Range<TokenIx>| {
        let run = run.clone();
        let inside = run.clone();
        run.filter(move |&t| tree.head(t).is_none_or(|h| !inside.contains(&h)) && tree.upos(t) != Upos::Punct)
            .collect::<Vec<_>>()
    };
    runs.iter().flat_map(top).collect()
}

/// Gives a statement of the lexicon the words that the model draws.
fn redraw(m: &Matcher, quotes: &[bool], stated: &mut Stated, proposal: &Attribution) {
    let tree = m.tree;
    if let Some(run) = proposal.source.first() {
        let before = stated.statement.source;
        stated.statement.source = source_span(tree, proposal);
        let known = before.is_some_and(|span| {
            run.clone().any(|t| span.contains(tree.token(t).span)) && stated.statement.party.is_some()
        });
        if !known && let Some(s) = tree.top_of(run.clone()) {
            let who = speaker(m, Some(s));
            // "The ministry, which said": a pronoun alone takes nothing back of what the lexicon knows.
            let pronoun = run.len() == 1 && tree.upos(s) == Upos::Pron;
            if who.party.is_some() || stated.statement.party.is_none() || !pronoun {
                stated.statement.party = who.party;
                stated.statement.class = who.class.unwrap_or(stated.statement.class);
            }
        }
    }
    let content = attributed(tree, proposal, stated.statement.source);
    if !content.is_empty() {
        let about: Vec<TokenIx> = stated.about.iter().copied().filter(|t| content.binary_search(t).is_ok()).collect();
        stated.about = if about.is_empty() { heads(tree, &proposal.content) } else { about };
        stated.statement.content = runs(tree, &content);
        stated.statement.manner = manner(tree, &content, quotes);
        stated.statement.hedges = hedges(m, &content, &stated.cue);
        stated.content = content;
    }
    stated.statement.cue = runs(tree, &proposal.cue.clone().collect::<Vec<_>>());
    stated.statement.because.push(because(proposal));
}

fn because(proposal: &Attribution) -> Reason {
    Reason::Model { head: "attribution".to_string(), score: proposal.score }
}

/// A statement that the lexicon has no row for.
fn propose(m: &Matcher, quotes: &[bool], proposal: &Attribution) -> Option<Stated> {
    let tree = m.tree;
    let cue: Vec<TokenIx> = proposal.cue.clone().collect();
    let t = tree.top_of(proposal.cue.clone())?;
    let source_span = source_span(tree, proposal);
    let mut content = attributed(tree, proposal, source_span);
    if content.is_empty() {
        content = announced(tree, proposal.cue.end - 1, quotes);
    }
    let says = |&t: &TokenIx| {
        matches!(tree.upos(t), Upos::Noun | Upos::Propn | Upos::Verb | Upos::Adj | Upos::Pron | Upos::Num)
    };
    if !content.iter().any(says) {
        return None;
    }
    let reality = realis::of(m, t);
    // What somebody might say was not said. Plans, promises and demands are words all the same.
    if tree.upos(t) == Upos::Verb && reality.realis == Realis::Hypothetical {
        return None;
    }
    let source = proposal.source.first().and_then(|run| tree.top_of(run.clone()));
    // "No statement confirming the call": the words were not said.
    if source.is_some_and(|s| m.negated(s)) {
        return None;
    }
    let who = speaker(m, source);
    let lemma = tree.lemma(t).to_lowercase();
    let pos = tree.upos(t).as_str();
    let row = m.knowledge.cues.get(&lemma).into_iter().flatten().find(|row| row.pos == pos);
    let class = match (who.class, source) {
        (Some(class), _) => class,
        (None, _) if tree.is_passive(t) || tree.rel(t) == Rel::Root => SourceClass::Vague,
        (None, _) => SourceClass::Implicit,
    };
    let spans = runs(tree, &content);
    let first = spans.first()?.start;
    let speech_act = row.map_or(UNKNOWN, |row| row.speech_act.as_str()).to_string();
    let id = stable_id(
        "s",
        &[
            tree.doc.id().as_str().as_bytes(),
            &tree.token(t).span.start.to_le_bytes(),
            &first.to_le_bytes(),
            speech_act.as_bytes(),
        ],
    );
    let statement = attache_doc::Statement {
        id,
        class,
        source: source_span,
        party: who.party,
        cue: runs(tree, &cue),
        cue_head: t,
        manner: manner(tree, &content, quotes),
        content: spans,
        speech_act,
        distance: row.map_or("neutral", |row| row.distance.as_str()).to_string(),
        polarity: if source.is_some() { reality.polarity } else { Polarity::Positive },
        medium: who.medium.or_else(|| medium(m, t)),
        hedges: hedges(m, &content, &cue),
        within: None,
        events: Vec::new(),
        because: vec![because(proposal)],
    };
    let whole = content.first().zip(content.last()).map(|(&first, &last)| first..last + 1);
    let about =
        if proposal.content.is_empty() { heads(tree, whole.as_slice()) } else { heads(tree, &proposal.content) };
    // A deed, a plan or a view that no lexicon takes for words is told by the outlet: nobody vouches for it.
    Some(Stated { statement, about, content, cue, vouches: row.is_some() })
}
