//! Standings: dated, sourced states between parties, from words ("unrecognised by") and from acts (a recognition).

use attache_doc::{Basis, PartyIx, Polarity, Realis, Relation, Stance, Standing, TokenIx, Voice, When};

use crate::event::Happened;
use crate::knowledge::{Knowledge, StandingRow};
use crate::matcher::Matcher;
use crate::mention::Who;
use crate::realis;
use crate::statement::Stated;
use crate::time::Timed;
use crate::tree::Tree;

/// Finds standings in order of the text.
pub fn find(
    knowledge: &Knowledge,
    tree: &Tree,
    who: &Who,
    statements: &[Stated],
    times: &[Timed],
    events: &[Happened],
) -> Vec<Standing> {
    let m = Matcher { knowledge, tree, who };
    let mut found: Vec<Standing> = Vec::new();
    for t in 0..tree.len() {
        if let Some(standing) = by_words(&m, t, statements, times) {
            push(&mut found, standing, who);
        }
    }
    for happened in events {
        let event = &happened.event;
        let row = knowledge.lineage(&event.act).find_map(|a| knowledge.act_standings.get(a));
        let (Some(row), Realis::Actual, Polarity::Positive) = (row, event.realis, event.polarity) else { continue };
        let holder = event.initiator.first().map(|(p, _)| *p);
        for &(subject, _) in &event.counterpart {
            let standing = Standing {
                relation: row.relation.clone(),
                polarity: row.polarity,
                holder,
                subject,
                when: event.when.clone(),
                span: event.trigger,
                voices: event.voices.clone(),
                because: vec![row.source.reason()],
            };
            push(&mut found, standing, who);
        }
    }
    found.sort_by_key(|s| s.span);
    found
}

fn push(found: &mut Vec<Standing>, standing: Standing, who: &Who) {
    let same = |s: &Standing| {
        let holder = match (s.holder, standing.holder) {
            (Some(a), Some(b)) => who.same_side(a, b),
            // Without a holder it says less than one with a holder.
            (_, None) => true,
            (None, Some(_)) => false,
        };
        s.relation == standing.relation
            && s.polarity == standing.polarity
            && holder
            && who.same_side(s.subject, standing.subject)
    };
    if !found.iter().any(same) {
        found.retain(|s| !(s.holder.is_none() && standing.holder.is_some() && covers(s, &standing, who)));
        found.push(standing);
    }
}

/// The same relation towards the same side.
fn covers(a: &Standing, b: &Standing, who: &Who) -> bool {
    a.relation == b.relation && a.polarity == b.polarity && who.same_side(a.subject, b.subject)
}

fn by_words(m: &Matcher, t: TokenIx, statements: &[Stated], times: &[Timed]) -> Option<Standing> {
    let rows = m
        .knowledge
        .standings
        .get(&m.tree.lemma(t).to_lowercase())
        .or_else(|| m.knowledge.standings.get(m.tree.lower(t)))?;
    let mut best: Option<(usize, &StandingRow)> = None;
    for row in rows {
        if !m.has_pos(t, &row.pos) {
            continue;
        }
        if let Some(score) = m.needs(t, &row.needs)
            && best.is_none_or(|(b, _)| score > b)
        {
            best = Some((score, row));
        }
    }
    let (_, row) = best?;
    // A row without relation keeps a look-alike out.
    if row.relation.is_empty() {
        return None;
    }
    // "voted to lift sanctions": the noun inside what ends it opens no standing.
    let ends = m.tree.head(t).is_some_and(|v| m.knowledge.in_set("ending-verb", m.tree.lemma(v)));
    if ends {
        return None;
    }
    let reality = realis::of(m, t);
    if reality.realis != Realis::Actual {
        return None;
    }
    let actor = |list: Vec<(PartyIx, attache_doc::Span)>| {
        list.into_iter().map(|(p, _)| p).find(|&p| m.who.is_actor(m.knowledge, p))
    };
    let holder = actor(m.fill(t, &row.holder));
    let subject = if row.holder == row.subject {
        m.fill(t, &row.subject)
            .into_iter()
            .map(|(p, _)| p)
            .find(|&p| Some(p) != holder && m.who.is_actor(m.knowledge, p))
    } else {
        actor(m.fill(t, &row.subject))
    }?;
    // A membership or war without its holder says nothing.
    if holder.is_none() && !m.knowledge.in_set("holderless", &row.relation) {
        return None;
    }
    if holder.is_some_and(|h| m.who.same_side(h, subject) && h == subject) {
        return None;
    }
    let counted = row.needs.contains(&crate::pattern::Need::Negated);
    let negated = reality.polarity == Polarity::Negative || m.tree.objects(t).into_iter().any(|o| m.negated(o));
    if negated && !counted && !m.knowledge.in_set("negatable", &row.relation) {
        // What was not done opens and closes no standing.
        return None;
    }
    let polarity = if negated && !counted { row.polarity.flipped() } else { row.polarity };
    let clause = m.tree.clause(t);
    let when = times
        .iter()
        .find(|time| {
            m.tree.sentence(time.first) == m.tree.sentence(t)
                && m.tree.head(time.first).is_some_and(|h| m.tree.clause(h) == clause)
        })
        .map(|time| time.when.clone())
        .unwrap_or_else(|| match m.tree.doc.meta.published {
            Some(day) => When {
                latest: Some(day),
                grain: Some(attache_doc::Grain::Day),
                basis: Basis::Published,
                ..When::unknown()
            },
            None => When::unknown(),
        });
    let voice = statements.iter().enumerate().filter(|(_, s)| s.vouches_for(t)).max_by_key(|(_, s)| s.content.len());
    let voices = vec![match voice {
        Some((i, s)) => Voice {
            statement: Some(i as u32),
            party: s.statement.party,
            stance: Stance::Asserts,
            relation: Relation::ThirdParty,
            chain: vec!["outlet".to_string(), s.statement.party.map_or("unnamed".to_string(), |p| m.who.label(p))],
            nested: false,
        },
        None => Voice {
            statement: None,
            party: None,
            stance: Stance::Asserts,
            relation: Relation::Outlet,
            chain: vec!["outlet".to_string()],
            nested: false,
        },
    }];
    Some(Standing {
        relation: row.relation.clone(),
        polarity,
        holder,
        subject,
        when,
        span: m.tree.token(t).span,
        voices,
        because: vec![row.source.reason()],
    })
}
