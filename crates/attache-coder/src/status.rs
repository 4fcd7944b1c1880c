//! The status of each event, from its voices and responses, in the fixed order of [`attache_doc::Status`].

use attache_doc::{Basis, EventMention, Flag, PartyIx, Realis, Relation, Response, Stance, Status};

use crate::event::Happened;
use crate::mention::Who;
use crate::statement::Stated;
use crate::tree::Tree;

/// Sets status and flags of every event, and the events of every statement.
pub fn settle(tree: &Tree, who: &Who, statements: &mut [Stated], events: &mut [Happened], responses: &[Response]) {
    for (n, response) in responses.iter().enumerate() {
        // Who denies what was said denies what happened in it; but that it was said, nobody denies.
        let Some(stated) = response.to_statement.map(|s| &statements[s as usize]) else { continue };
        for happened in events.iter_mut() {
            let inside = happened.heads.iter().any(|&h| stated.vouches_for(h))
                && !stated.cue.contains(&happened.event.trigger_head);
            if inside && !happened.event.responses.contains(&(n as u32)) {
                happened.event.responses.push(n as u32);
            }
        }
    }
    for happened in events.iter_mut() {
        let event = &mut happened.event;
        let answers: Vec<&Response> = event.responses.iter().map(|&r| &responses[r as usize]).collect();
        if answers.iter().any(|r| r.stance == Stance::HasNotConfirmed) {
            event.flags.push(Flag::NonConfirmationNoted);
        }
        let today = tree.doc.meta.published;
        let past = matches!((event.when.latest, today), (Some(latest), Some(today)) if latest < today);
        if event.realis != Realis::Actual && past {
            event.flags.push(Flag::Lapsed);
        }
        event.status = status(who, event, &answers);
        event.flags.sort_unstable();
        event.flags.dedup();
    }
    for stated in statements.iter_mut() {
        let holds = |e: &Happened| e.heads.iter().any(|&h| stated.vouches_for(h));
        stated.statement.events = events.iter().enumerate().filter(|(_, e)| holds(e)).map(|(i, _)| i as u32).collect();
    }
}

fn status(who: &Who, event: &EventMention, answers: &[&Response]) -> Status {
    // A cancellation told in the document was noted when the events were read.
    if event.status == Status::Cancelled {
        return Status::Cancelled;
    }
    let dated = matches!(event.when.basis, Basis::Stated | Basis::Relative);
    match event.realis {
        Realis::Expected if dated && event.when.firm => return Status::ScheduledFirm,
        Realis::Expected => return Status::ScheduledTentative,
        Realis::Proposed | Realis::Hypothetical | Realis::Threatened => return Status::Proposed,
        Realis::Actual => {}
    }
    let on = |side: &[(PartyIx, attache_doc::Span)], p: PartyIx| side.iter().any(|(q, _)| who.same_side(*q, p));
    let mut own = false;
    let mut counterpart = false;
    let mut third = false;
    let mut unnamed = false;
    let mut denied = false;
    let mut take = |p: Option<PartyIx>, stance: Stance, relation: Option<Relation>| {
        let (a, b) = p.map_or((false, false), |p| (on(&event.initiator, p), on(&event.counterpart, p)));
        match stance {
            Stance::Denies | Stance::Disputes => denied |= a || b,
            Stance::Asserts | Stance::Confirms => match relation {
                _ if a && b => own = true,
                _ if a => own = true,
                _ if b => counterpart = true,
                Some(Relation::ThirdParty) | None if p.is_some() => third = true,
                Some(Relation::Outlet) => {}
                _ => unnamed = true,
            },
            _ => {}
        }
    };
    for voice in &event.voices {
        take(voice.party, voice.stance, Some(voice.relation));
    }
    for answer in answers {
        take(answer.by, answer.stance, None);
    }
    let party = own || counterpart;
    match () {
        () if denied && (party || third) => Status::Contested,
        () if denied => Status::Denied,
        () if own && counterpart => Status::Confirmed,
        () if party && third => Status::Confirmed,
        () if party => Status::OneSide,
        () if third => Status::ThirdParty,
        () if unnamed => Status::Unnamed,
        () => Status::Unattributed,
    }
}
