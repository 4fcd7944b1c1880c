//! Responses: who confirms, denies, disputes, declines to comment or has not confirmed what.

use attache_doc::{PartyIx, Polarity, Reason, Rel, Response, Stance, StatementIx, TokenIx, Upos};

use crate::event::Happened;
use crate::knowledge::{Knowledge, ResponseRow};
use crate::matcher::Matcher;
use crate::mention::Who;
use crate::statement::{Stated, issuer};
use crate::tree::Tree;

/// How many sentences back a response without an object may look for what it answers.
const REACH: u32 = 3;

/// Finds responses in order of their cues, and ties each to the event or statement it answers.
pub fn find(
    knowledge: &Knowledge,
    tree: &Tree,
    who: &Who,
    statements: &[Stated],
    events: &mut [Happened],
) -> Vec<Response> {
    let m = Matcher { knowledge, tree, who };
    let mut found: Vec<Response> = Vec::new();
    for t in 0..tree.len() {
        let Some((row, stance, why)) = cue(&m, t) else { continue };
        let by = responder(&m, t);
        let targets = m.words(t, &row.to);
        // "rejected the accusation" answers what was said, not that it was said.
        let words = targets.iter().any(|&w| {
            knowledge.cues.get(tree.lemma(w)).is_some_and(|rows| rows.iter().any(|r| r.pos == "NOUN"))
                && !knowledge.anaphors.contains_key(tree.lemma(w))
        });
        let event = if words { None } else { target_event(&m, t, &targets, by, events) };
        let statement = statements.iter().position(|s| s.cue.contains(&t)).map(|i| i as StatementIx);
        let to_statement = if event.is_none() { target_statement(&m, t, &targets, by, statements) } else { None };
        // A response to nothing in view, or by nobody, says nothing.
        if (event.is_none() && to_statement.is_none()) || by.is_none_or(|b| who.onlookers.contains(&b)) {
            continue;
        }
        let cue = cue_span(&m, t);
        let mut because = vec![row.source.reason()];
        because.extend(why);
        let response = Response { by, stance, event, to_statement, statement, cue, because };
        let same = |r: &Response| {
            r.by == response.by
                && r.stance == response.stance
                && r.event == response.event
                && r.to_statement == response.to_statement
        };
        if found.iter().any(same) {
            continue;
        }
        if let Some(e) = event {
            events[e as usize].event.responses.push(found.len() as u32);
        }
        found.push(response);
    }
    merge_refusals(tree, &mut found, events);
    found
}

/// "Neither confirmed nor denied" is one refusal to comment, not a silence beside it.
fn merge_refusals(tree: &Tree, found: &mut Vec<Response>, events: &mut [Happened]) {
    let sentence = |r: &Response| tree.parse.sentences.partition_point(|s| s.span.end <= r.cue.start);
    let drop: Vec<bool> = found
        .iter()
        .map(|r| {
            r.stance == Stance::HasNotConfirmed
                && found
                    .iter()
                    .any(|o| o.stance == Stance::DeclinesToComment && o.by == r.by && sentence(o) == sentence(r))
        })
        .collect();
    let mut new_index = Vec::with_capacity(found.len());
    let mut kept = 0u32;
    for d in &drop {
        new_index.push((!d).then_some(kept));
        kept += u32::from(!d);
    }
    let mut keep = drop.iter().map(|d| !d);
    found.retain(|_| keep.next().unwrap_or(true));
    for event in events {
        event.event.responses = event.event.responses.iter().filter_map(|&r| new_index[r as usize]).collect();
    }
}

/// The best row for a token whose negation fits.
fn cue<'k>(m: &Matcher<'k>, t: TokenIx) -> Option<(&'k ResponseRow, Stance, Option<Reason>)> {
    let tree = m.tree;
    let rows = m.knowledge.responses.get(&tree.lemma(t).to_lowercase())?;
    let negation = negated(m, t);
    let mut best: Option<(usize, &ResponseRow)> = None;
    for row in rows {
        let phrase = row.words.iter().enumerate().skip(1).all(|(n, w)| {
            let at = t + n as TokenIx;
            at < tree.len() && tree.sentence(at) == tree.sentence(t) && tree.lower(at) == w
        });
        if !phrase || !m.has_pos(t, &row.pos) || row.negated.is_some_and(|n| n != negation.is_some()) {
            continue;
        }
        if let Some(score) = m.needs(t, &row.needs)
            && best.is_none_or(|(b, _)| score > b)
        {
            best = Some((score, row));
        }
    }
    let (_, row) = best?;
    let reality = crate::realis::of(m, t);
    let unreal = !matches!(reality.realis, attache_doc::Realis::Actual);
    // "may confirm", "asked it to confirm": no response yet. "declined to confirm" is negative already.
    if unreal && negation.is_none() {
        return None;
    }
    let mut stance = row.stance?;
    if stance == Stance::DeclinesToComment && negation == Some(Reason::rule("yet-to")) {
        // Who has yet to comment has not declined.
        stance = Stance::HasNotConfirmed;
    }
    Some((row, stance, negation))
}

/// Negation of a cue: on the word, on the document noun that it modifies ("no statement confirming"), on its subject, or
/// by a governing word ("refused to confirm").
fn negated(m: &Matcher, t: TokenIx) -> Option<Reason> {
    let tree = m.tree;
    if m.negated(t) {
        return Some(Reason::rule("negation"));
    }
    if tree.rel(t) == Rel::Acl && tree.head(t).is_some_and(|h| m.negated(h)) {
        return Some(Reason::rule("negated-document"));
    }
    if tree
        .kids_by(t, &[Rel::Nsubj, Rel::NsubjPass])
        .any(|s| m.negated(s) || m.knowledge.in_set("negator", tree.lower(s)))
    {
        return Some(Reason::rule("negated-subject"));
    }
    let reality = crate::realis::of(m, t);
    if reality.because.contains(&Reason::rule("yet-to")) {
        return Some(Reason::rule("yet-to"));
    }
    if reality.polarity == Polarity::Negative {
        return Some(Reason::rule("negative-governor"));
    }
    // "neither confirmed nor denied".
    let coordinated = tree.rel(t) == Rel::Conj && tree.kids_by(t, &[Rel::Cc]).any(|k| tree.lower(k) == "nor");
    coordinated.then(|| Reason::rule("nor"))
}

/// Who responds: the subject of the cue, the issuer of the document that it modifies, or the from-phrase of a noun.
fn responder(m: &Matcher, t: TokenIx) -> Option<PartyIx> {
    let tree = m.tree;
    let of = |tokens: Vec<TokenIx>| tokens.into_iter().find_map(|w| m.named(w).first().map(|(p, _)| *p));
    let document = |noun: TokenIx| m.knowledge.documents.contains_key(&tree.lemma(noun).to_lowercase());
    if tree.rel(t) == Rel::Acl
        && let Some(noun) = tree.head(t)
        && document(noun)
    {
        return issuer(m, noun).map(|(p, _)| p);
    }
    if tree.upos(t) == Upos::Noun {
        let near: Vec<TokenIx> = tree
            .kids_by(t, &[Rel::Nmod, Rel::Obl, Rel::NmodPoss])
            .filter(|&k| tree.rel(k) == Rel::NmodPoss || matches!(tree.case(k).as_deref(), Some("from" | "by" | "of")))
            .collect();
        return of(near).or_else(|| of(tree.noun_subjects(t))).or_else(|| {
            tree.head(t).and_then(|v| {
                of(tree
                    .kids_by(v, &[Rel::Obl])
                    .filter(|&k| matches!(tree.case(k).as_deref(), Some("from" | "by")))
                    .collect())
            })
        });
    }
    let subjects = tree.subjects(t);
    for &s in &subjects {
        if document(s)
            && let Some((p, _)) = issuer(m, s)
        {
            return Some(p);
        }
    }
    of(subjects)
}

fn cue_span(m: &Matcher, t: TokenIx) -> attache_doc::Span {
    let tree = m.tree;
    let mut span = tree.token(t).span;
    let near = |k: TokenIx| (i64::from(k) - i64::from(t)).abs() <= 4;
    for k in tree
        .kids_by(t, &[Rel::Aux, Rel::AuxPass, Rel::Advmod, Rel::Xcomp, Rel::Det, Rel::CompoundPrt])
        .filter(|&k| near(k))
    {
        if tree.rel(k) == Rel::Advmod && !m.knowledge.in_set("negator", tree.lower(k)) {
            continue;
        }
        span = span.cover(tree.token(k).span);
    }
    if tree.rel(t) == Rel::Acl
        && let Some(noun) = tree.head(t).filter(|&h| m.negated(h) && h < t && t - h <= 4)
    {
        let first = tree.kids_by(noun, &[Rel::Det]).next().unwrap_or(noun);
        span = span.cover(tree.token(first).span);
    }
    span
}

/// The event answered: one whose mention stands in the object, else, for a cue without object, the news event last told.
fn target_event(m: &Matcher, t: TokenIx, targets: &[TokenIx], by: Option<PartyIx>, events: &[Happened]) -> Option<u32> {
    let tree = m.tree;
    for &target in targets {
        let hit = events
            .iter()
            .position(|e| e.event.trigger_head != t && e.heads.iter().any(|&h| tree.below(h, target) && h != t));
        if hit.is_some() {
            return hit.map(|i| i as u32);
        }
    }
    let pointing = targets.is_empty()
        || targets.iter().all(|&w| {
            matches!(tree.upos(w), Upos::Pron)
                || tree
                    .kids_by(w, &[Rel::Det])
                    .any(|d| matches!(tree.lower(d), "the" | "this" | "these" | "those" | "such"))
        });
    if !pointing {
        return None;
    }
    let involved = |e: &Happened| {
        by.is_some_and(|b| e.event.initiator.iter().chain(&e.event.counterpart).any(|(p, _)| m.who.same_side(*p, b)))
    };
    events
        .iter()
        .enumerate()
        .filter(|(_, e)| !e.event.background && involved(e) && !e.heads.contains(&t))
        .filter(|(_, e)| e.heads.iter().any(|&h| h < t && tree.sentence(h) + REACH >= tree.sentence(t)))
        .max_by_key(|(_, e)| e.heads.iter().copied().filter(|&h| h < t).max())
        .map(|(i, _)| i as u32)
}

/// The statement answered: the last one before the cue by somebody else.
fn target_statement(
    m: &Matcher,
    t: TokenIx,
    targets: &[TokenIx],
    by: Option<PartyIx>,
    statements: &[Stated],
) -> Option<StatementIx> {
    let tree = m.tree;
    let other = |s: &Stated| match (s.statement.party, by) {
        (Some(p), Some(b)) => !m.who.same_side(p, b),
        _ => true,
    };
    let inside =
        statements.iter().position(|s| targets.iter().any(|&w| tree.below(s.statement.cue_head, w)) && other(s));
    if inside.is_some() {
        return inside.map(|i| i as StatementIx);
    }
    statements
        .iter()
        .enumerate()
        .rev()
        .find(|(_, s)| {
            s.statement.cue_head < t
                && tree.sentence(s.statement.cue_head) + REACH >= tree.sentence(t)
                && !s.cue.contains(&t)
                && other(s)
        })
        .map(|(i, _)| i as StatementIx)
}
