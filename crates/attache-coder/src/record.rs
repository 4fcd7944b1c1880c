//! A coding as a few readable lines: what specs state and a person compares.

use std::fmt::Write;

use attache_doc::{Coding, Document, Parse, PartyIx, Polarity, Realis, Span, Stance};

use crate::knowledge::Knowledge;
use crate::row;

/// Renders a coding, one line per statement, event, response and standing, in the order of the text.
///
/// ```text
/// statement named "Lavrov" [sergey-lavrov] says assert: "talks would follow"
/// event invite-to-talks AGREE 036: rus → amir-khan-muttaqi, "extended an invitation", ../2025-08-26, one-side, voices taliban-mfa (counterpart)
/// ```
pub fn render(knowledge: &Knowledge, doc: &Document, parse: &Parse, coding: &Coding) -> String {
    let mut out = String::new();
    let name = |p: PartyIx| {
        let actor = &coding.parties[p as usize];
        actor.key.clone().unwrap_or_else(|| format!("“{}”", actor.name))
    };
    for (i, s) in coding.statements.iter().enumerate() {
        let _ = write!(out, "statement {} {}", i + 1, kebab(&s.class));
        if let Some(source) = s.source {
            let _ = write!(out, " \"{}\"", one_line(doc.text(source)));
        }
        if let Some(p) = s.party {
            let _ = write!(out, " [{}]", name(p));
        }
        let cue: Vec<&str> = s.cue.iter().map(|&c| doc.text(c)).collect();
        let content: Vec<String> = s.content.iter().map(|&c| format!("\"{}\"", one_line(doc.text(c)))).collect();
        let _ = write!(out, " {} ({}, {})", s.speech_act, cue.join(" … "), kebab(&s.manner));
        if s.polarity == Polarity::Negative {
            out.push_str(" not");
        }
        if let Some(within) = s.within {
            let _ = write!(out, " within {}", within + 1);
        }
        let _ = writeln!(out, ": {}", content.join(" … "));
    }
    for (e, r) in coding.events.iter().zip(row::events(knowledge, doc, parse, coding)) {
        let side = |side: &[(PartyIx, attache_doc::Span)]| {
            let names: Vec<String> = side.iter().map(|&(p, _)| name(p)).collect();
            if names.is_empty() { "?".to_string() } else { names.join(" + ") }
        };
        let _ = write!(out, "event {}", e.act);
        for code in [r.event_type, r.event_mode, r.cameo].into_iter().flatten() {
            let _ = write!(out, " {code}");
        }
        let _ =
            write!(out, ": {} → {}, \"{}\"", side(&e.initiator), side(&e.counterpart), one_line(doc.text(e.trigger)));
        if !e.also.is_empty() {
            let also: Vec<String> = e.also.iter().map(|&s| format!("\"{}\"", one_line(doc.text(s)))).collect();
            let _ = write!(out, " also {}", also.join(" "));
        }
        if let Some(edtf) = e.when.edtf() {
            let _ = write!(out, ", {edtf}{}", if e.when.firm { "" } else { " tentative" });
        }
        if let Some(place) = &e.place {
            let _ = write!(out, ", in {}", place.name);
        }
        if e.realis != Realis::Actual {
            let _ = write!(out, ", {}", kebab(&e.realis));
        }
        if e.polarity == Polarity::Negative {
            out.push_str(", negative");
        }
        let _ = write!(out, ", {}", e.status);
        for flag in &e.flags {
            let _ = write!(out, ", {}", kebab(flag));
        }
        let voices: Vec<String> = e
            .voices
            .iter()
            .map(|v| {
                let chain = if v.chain.len() > 1 { v.chain[1..].join(" ⟵ ") } else { "outlet".to_string() };
                let denies = if v.stance == Stance::Denies { ", denies" } else { "" };
                format!("{chain} ({}{denies})", kebab(&v.relation))
            })
            .collect();
        let _ = writeln!(out, ", on the word of {}", voices.join(", "));
    }
    for r in &coding.responses {
        let words = |span: Option<Span>| span.map_or("?".to_string(), |s| format!("“{}”", one_line(doc.text(s))));
        let by = r.by.map_or_else(|| words(r.by_words), name);
        let to = match (r.event, r.to_statement) {
            (Some(e), _) => coding.events[e as usize].act.clone(),
            (None, Some(s)) => format!("statement {}", s + 1),
            _ => words(r.to_words),
        };
        let _ = writeln!(out, "response {by} {}: {to}, \"{}\"", kebab(&r.stance), one_line(doc.text(r.cue)));
    }
    for s in &coding.standings {
        let not = if s.polarity == Polarity::Negative { "not " } else { "" };
        let holder = s.holder.map_or("?".to_string(), name);
        let _ = writeln!(
            out,
            "standing {not}{}: {holder} → {}, \"{}\"",
            s.relation,
            name(s.subject),
            one_line(doc.text(s.span))
        );
    }
    for p in spoken_of(coding) {
        let actor = &coding.parties[p as usize];
        let kind = actor.kind.as_ref().map_or("?", |k| k.0.as_str());
        let _ = write!(out, "party {}: {kind}", name(p));
        for part in actor.country.iter().chain(&actor.sectors) {
            let _ = write!(out, " {part}");
        }
        if let Some(office) = &actor.office {
            let _ = write!(out, ", {office}");
        }
        if let Some(of) = actor.part_of {
            let _ = write!(out, ", of {}", name(of));
        }
        out.push('\n');
    }
    out
}

/// Renders the time expressions of a coding, one line each, in the order of the text.
///
/// ```text
/// DATE "two days earlier" 2025-10-04, day, relative, from "Monday"
/// INTERVAL "between September and October 2025" 2025-09/2025-10, month, stated
/// ```
pub fn render_times(doc: &Document, coding: &Coding) -> String {
    let mut out = String::new();
    for time in &coding.times {
        let _ = write!(out, "{} \"{}\" {}", time.kind.as_str(), one_line(doc.text(time.span)), time.value);
        if let Some(modifier) = &time.modifier {
            let _ = write!(out, " {modifier}");
        }
        if let Some(edtf) = time.edtf().filter(|edtf| *edtf != time.value) {
            let _ = write!(out, " = {edtf}");
        }
        if let Some(grain) = time.when.grain {
            let _ = write!(out, ", {}, {}", kebab(&grain), kebab(&time.when.basis));
        }
        if let Some(anchor) = time.anchor.and_then(|n| coding.times.get(n as usize)) {
            let _ = write!(out, ", from \"{}\"", one_line(doc.text(anchor.span)));
        }
        out.push('\n');
    }
    out
}

/// The parties that statements, events, responses and standings name, in order.
fn spoken_of(coding: &Coding) -> Vec<PartyIx> {
    let mut parties: Vec<PartyIx> = coding.statements.iter().filter_map(|s| s.party).collect();
    parties.extend(coding.events.iter().flat_map(|e| e.initiator.iter().chain(&e.counterpart)).map(|(p, _)| *p));
    parties.extend(coding.responses.iter().filter_map(|r| r.by));
    parties.extend(coding.standings.iter().flat_map(|s| s.holder.into_iter().chain([s.subject])));
    parties.sort_unstable();
    parties.dedup();
    parties
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A unit variant as the wire spells it.
fn kebab<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(s)) => s,
        _ => "?".to_string(),
    }
}
