//! Rows of the wire: the coding with ontologies applied at the edge.

use std::collections::BTreeMap;

use attache_doc::wire::{
    ActorRef, BlockRef, DocRef, DocumentRow, EventRow, HedgeRef, PlaceRef, ResponseRef, SentenceRef, SourceRef,
    StandingRow, StatementRow, TextSpan, VERSION, VoiceRef, WhenRef,
};
use attache_doc::{Coding, Document, EventMention, Parse, PartyIx, Polarity, Realis, Reason, Span, Voice, When};

use crate::knowledge::Knowledge;

/// One row per event of the document.
pub fn events(knowledge: &Knowledge, doc: &Document, parse: &Parse, coding: &Coding) -> Vec<EventRow> {
    coding.events.iter().map(|e| event(knowledge, doc, parse, coding, e)).collect()
}

fn event(knowledge: &Knowledge, doc: &Document, parse: &Parse, coding: &Coding, e: &EventMention) -> EventRow {
    let coded = classify(knowledge, &e.act, e.polarity, e.realis);
    let (actor, recipient) = if coded.swap { (&e.counterpart, &e.initiator) } else { (&e.initiator, &e.counterpart) };
    let participants =
        |side: &[(PartyIx, Span)]| side.iter().map(|&(p, s)| actor_ref(doc, coding, p, Some(s))).collect();
    let sentence = &parse.sentences[e.sentence as usize];
    let words = TextSpan::of(doc, sentence.span);
    EventRow {
        v: VERSION,
        id: e.id.to_string(),
        doc: DocRef::of(doc),
        act: e.act.clone(),
        event_type: coded.event_type,
        event_mode: coded.mode,
        contexts: coded.contexts,
        cameo: coded.cameo,
        quad: coded.quad,
        plover_score: coded.score,
        goldstein: coded.goldstein,
        actor: participants(actor),
        recipient: participants(recipient),
        trigger: TextSpan::of(doc, e.trigger),
        also: e.also.iter().map(|&s| TextSpan::of(doc, s)).collect(),
        sentence: SentenceRef { n: e.sentence + 1, start: words.start, end: words.end, text: words.text },
        when: when_ref(doc, &e.when),
        place: e.place.as_ref().map(|p| PlaceRef {
            span: TextSpan::of(doc, p.span),
            name: p.name.clone(),
            country: p.country.clone(),
            lat: p.lat,
            lon: p.lon,
            geonames: p.geonames,
        }),
        polarity: e.polarity,
        realis: e.realis,
        background: e.background,
        voices: e.voices.iter().map(|v| voice_ref(coding, v)).collect(),
        responses: e
            .responses
            .iter()
            .map(|&r| {
                let r = &coding.responses[r as usize];
                ResponseRef {
                    by: r.by.map(|p| label(coding, p)),
                    stance: r.stance,
                    statement: r.statement.map(|s| coding.statements[s as usize].id.to_string()),
                    cue: TextSpan::of(doc, r.cue),
                }
            })
            .collect(),
        status: e.status,
        flags: e.flags.clone(),
        because: e.because.iter().cloned().chain(coded.because).collect(),
    }
}

/// How the ontologies write an event.
#[derive(Debug, Default)]
pub(crate) struct Classified {
    pub(crate) event_type: Option<String>,
    pub(crate) mode: Option<String>,
    contexts: Vec<String>,
    cameo: Option<String>,
    quad: Option<u8>,
    pub(crate) score: Option<f64>,
    goldstein: Option<f64>,
    pub(crate) swap: bool,
    pub(crate) because: Vec<Reason>,
}

/// How the ontologies write an act that is told with this polarity and reality.
pub(crate) fn classify(knowledge: &Knowledge, act: &str, polarity: Polarity, realis: Realis) -> Classified {
    let mut out = Classified::default();
    // What is said of an act that did not plainly happen: a refusal, a plan, a threat.
    let when = match (polarity, realis) {
        (Polarity::Negative, _) => Some("negated"),
        (_, Realis::Expected) => Some("expected"),
        (_, Realis::Proposed | Realis::Hypothetical) => Some("proposed"),
        (_, Realis::Threatened) => Some("threatened"),
        _ => None,
    };
    if let Some(coded) = knowledge.lineage(act).find_map(|a| knowledge.plover.acts.get(a)) {
        out.because.push(coded.source.reason());
        out.swap = coded.swap;
        out.contexts = coded.contexts.clone();
        out.event_type = coded.code.clone();
        out.mode = coded.mode.clone();
        out.score = coded.score;
        let changed = when.zip(coded.code.as_deref()).and_then(|(w, code)| knowledge.plover.polarity.apply(code, w));
        if let Some((becomes, source)) = changed {
            if becomes != coded.code.as_deref() {
                out.mode = None;
                out.score = becomes.and_then(|b| knowledge.plover.kind(b)).map(|k| k.score);
                out.because.push(source.reason());
            }
            out.event_type = becomes.map(str::to_string);
        }
        let kind = out.event_type.as_deref().and_then(|c| knowledge.plover.kind(c));
        out.quad = kind.map(|k| k.quad);
        out.score = out.score.or(kind.map(|k| k.score));
    }
    if let Some(coded) = knowledge.lineage(act).find_map(|a| knowledge.cameo.acts.get(a)) {
        out.because.push(coded.source.reason());
        out.cameo = coded.code.clone();
        let changed = when.zip(coded.code.as_deref()).and_then(|(w, code)| knowledge.cameo.polarity.apply(code, w));
        if let Some((becomes, source)) = changed {
            if becomes != coded.code.as_deref() {
                out.because.push(source.reason());
            }
            out.cameo = becomes.map(str::to_string);
        }
        out.goldstein = out.cameo.as_deref().and_then(|c| knowledge.cameo.code(c)).and_then(|c| c.goldstein);
    }
    out
}

/// One row per statement.
pub fn statements(_knowledge: &Knowledge, doc: &Document, _parse: &Parse, coding: &Coding) -> Vec<StatementRow> {
    coding
        .statements
        .iter()
        .map(|s| {
            let source = s.source.map(|span| TextSpan::of(doc, span));
            StatementRow {
                v: VERSION,
                id: s.id.to_string(),
                doc: DocRef::of(doc),
                source: SourceRef {
                    class: s.class,
                    text: source.as_ref().map(|t| t.text.clone()),
                    start: source.as_ref().map(|t| t.start),
                    end: source.as_ref().map(|t| t.end),
                    actor: s.party.map(|p| actor_ref(doc, coding, p, s.source)),
                },
                cue: s.cue.iter().map(|&c| TextSpan::of(doc, c)).collect(),
                content: s.content.iter().map(|&c| TextSpan::of(doc, c)).collect(),
                manner: s.manner,
                speech_act: s.speech_act.clone(),
                distance: s.distance.clone(),
                polarity: s.polarity,
                medium: s.medium.clone(),
                hedges: s
                    .hedges
                    .iter()
                    .map(|h| HedgeRef { span: TextSpan::of(doc, h.span), class: h.class.clone() })
                    .collect(),
                within: s.within.map(|w| coding.statements[w as usize].id.to_string()),
                events: s.events.iter().map(|&e| coding.events[e as usize].id.to_string()).collect(),
                because: s.because.clone(),
            }
        })
        .collect()
}

/// One row per standing.
pub fn standings(_knowledge: &Knowledge, doc: &Document, _parse: &Parse, coding: &Coding) -> Vec<StandingRow> {
    coding
        .standings
        .iter()
        .map(|s| StandingRow {
            v: VERSION,
            doc: DocRef::of(doc),
            relation: s.relation.clone(),
            polarity: s.polarity,
            holder: s.holder.map(|p| actor_ref(doc, coding, p, None)),
            subject: actor_ref(doc, coding, s.subject, None),
            when: when_ref(doc, &s.when),
            span: TextSpan::of(doc, s.span),
            voices: s.voices.iter().map(|v| voice_ref(coding, v)).collect(),
            because: s.because.clone(),
        })
        .collect()
}

/// The row of the document itself.
pub fn document(_knowledge: &Knowledge, doc: &Document, parse: &Parse, coding: &Coding) -> DocumentRow {
    DocumentRow {
        v: VERSION,
        doc: DocRef::of(doc),
        blocks: doc
            .blocks()
            .iter()
            .map(|b| {
                let (start, end) = doc.code_points(b.span);
                BlockRef { kind: b.kind, start, end }
            })
            .collect(),
        sentences: parse.sentences.len() as u32,
        tokens: parse.tokens.len() as u32,
        statements: coding.statements.len() as u32,
        events: coding.events.len() as u32,
        responses: coding.responses.len() as u32,
        standings: coding.standings.len() as u32,
        warnings: doc.warnings.iter().chain(&parse.warnings).chain(&coding.warnings).cloned().collect(),
    }
}

fn label(coding: &Coding, party: PartyIx) -> String {
    let actor = &coding.parties[party as usize];
    actor.key.clone().unwrap_or_else(|| actor.name.clone())
}

fn actor_ref(doc: &Document, coding: &Coding, party: PartyIx, span: Option<Span>) -> ActorRef {
    let actor = &coding.parties[party as usize];
    let words = span.map(|s| TextSpan::of(doc, s));
    let ids: BTreeMap<String, String> = actor.ids.clone();
    ActorRef {
        text: words.as_ref().map(|w| w.text.clone()),
        start: words.as_ref().map(|w| w.start),
        end: words.as_ref().map(|w| w.end),
        id: actor.key.clone(),
        name: actor.name.clone(),
        kind: actor.kind.as_ref().map(|k| k.0.clone()),
        country: actor.country.clone(),
        sectors: actor.sectors.clone(),
        office: actor.office.clone(),
        ids,
    }
}

fn voice_ref(coding: &Coding, voice: &Voice) -> VoiceRef {
    VoiceRef {
        statement: voice.statement.map(|s| coding.statements[s as usize].id.to_string()),
        stance: voice.stance,
        relation: voice.relation,
        chain: voice.chain.clone(),
    }
}

fn when_ref(doc: &Document, when: &When) -> WhenRef {
    WhenRef {
        edtf: when.edtf(),
        earliest: when.earliest.map(|d| d.to_string()),
        latest: when.latest.map(|d| d.to_string()),
        grain: when.grain,
        basis: when.basis,
        firm: when.firm,
        text: when.span.map(|s| doc.text(s).to_string()),
    }
}
