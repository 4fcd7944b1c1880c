//! A coded document in the words of people: labels, names of parties, chains of voices.

use attache_coder::Knowledge;
use attache_doc::wire::{EventRow, StandingRow, StatementRow};
use attache_doc::{
    Coding, Document, EventMention, PartyIx, Polarity, Realis, Response, Span, Statement, StatementIx, Status, Voice,
    When,
};

use crate::engine::{Coded, Engine};
use crate::output::phrase;
use crate::terminal::flat;

/// Nested accounts deeper than this are cut off: a chain of so many relayers tells nobody anything.
const DEEPEST_CHAIN: usize = 8;
/// The arrow of a chain of voices, from the outlet inwards.
const FROM: &str = " ⟵ ";
/// The outlet, where its name is not known.
const OUTLET: &str = "outlet";

/// A coded document with its rows.
pub struct Report<'a> {
    /// The document and what was made of it.
    pub coded: &'a Coded,
    /// The tables.
    pub knowledge: &'a Knowledge,
    /// Event rows in order of the coding's events.
    pub events: Vec<EventRow>,
    /// Statement rows in order of the coding's statements.
    pub statements: Vec<StatementRow>,
    /// Standing rows in order of the coding's standings.
    pub standings: Vec<StandingRow>,
}

/// Label of an event: E1, E2, …
pub fn event_label(n: usize) -> String {
    format!("E{}", n + 1)
}

/// Label of a statement: S1, S2, …
pub fn statement_label(n: usize) -> String {
    format!("S{}", n + 1)
}

/// Words between quotation marks, unless they bring their own.
pub fn quote(words: String) -> String {
    let (opens, closes) = (words.starts_with(['“', '"', '‘']), words.ends_with(['”', '"', '’']));
    if opens && closes { words } else { format!("“{words}”") }
}

impl<'a> Report<'a> {
    /// The report of a coded document.
    pub fn new(engine: &'a Engine, coded: &'a Coded) -> Report<'a> {
        Report {
            coded,
            knowledge: &engine.knowledge,
            events: engine.events(coded),
            statements: engine.statements(coded),
            standings: engine.standings(coded),
        }
    }

    /// The document.
    pub fn doc(&self) -> &'a Document {
        &self.coded.doc
    }

    /// The coding.
    pub fn coding(&self) -> &'a Coding {
        &self.coded.coding
    }

    /// Exact words, on one line and safe to print.
    pub fn words(&self, span: Span) -> String {
        flat(self.doc().text(span))
    }

    /// The words of a discontinuous span.
    pub fn joined(&self, spans: &[Span]) -> String {
        spans.iter().map(|&span| self.words(span)).collect::<Vec<_>>().join(" … ")
    }

    /// Exact words between quotation marks, unless they bring their own.
    pub fn quoted(&self, span: Span) -> String {
        quote(self.words(span))
    }

    /// A party's display name.
    pub fn party(&self, party: PartyIx) -> String {
        self.coding().parties.get(party as usize).map_or_else(|| "?".to_string(), |actor| flat(&actor.name))
    }

    /// A party with what is known of it: "Amir Khan Muttaqi (acting foreign minister, AFG)".
    pub fn described(&self, party: PartyIx) -> String {
        let Some(actor) = self.coding().parties.get(party as usize) else { return "?".to_string() };
        let mut about: Vec<String> = actor.office.iter().map(|office| flat(office)).collect();
        let whole = actor.part_of.filter(|&whole| actor.office.is_none() && !self.same_name(party, whole));
        about.extend(whole.map(|whole| self.party(whole)));
        about.extend(actor.country.clone());
        if about.is_empty() { flat(&actor.name) } else { format!("{} ({})", flat(&actor.name), about.join(", ")) }
    }

    fn same_name(&self, a: PartyIx, b: PartyIx) -> bool {
        a == b || self.party(a).eq_ignore_ascii_case(&self.party(b))
    }

    /// Several parties, each once.
    pub fn parties(&self, parties: &[(PartyIx, Span)]) -> String {
        let mut names: Vec<String> = Vec::new();
        for &(party, _) in parties {
            let name = self.described(party);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { "–".to_string() } else { names.join(", ") }
    }

    /// Who a statement is by: the party's name, else the source's words, else the words that imply one.
    pub fn source(&self, statement: &Statement) -> String {
        match (statement.party, statement.source) {
            (Some(party), _) => self.party(party),
            (None, Some(span)) => self.quoted(span),
            (None, None) => format!("unnamed (“{}”)", self.joined(&statement.cue)),
        }
    }

    /// The outlet.
    pub fn outlet(&self) -> String {
        self.doc().meta.publisher.as_deref().map_or_else(|| OUTLET.to_string(), flat)
    }

    /// The chain of voices of a statement: "outlet ⟵ Taliban foreign ministry ⟵ Lavrov".
    pub fn chain(&self, statement: StatementIx) -> String {
        let mut links = Vec::new();
        let mut next = Some(statement);
        while let Some(n) = next
            && links.len() < DEEPEST_CHAIN
            && let Some(statement) = self.coding().statements.get(n as usize)
        {
            links.push(self.source(statement));
            next = statement.within;
        }
        links.push(self.outlet());
        links.reverse();
        links.join(FROM)
    }

    /// On whose word an event rests, one line a voice.
    pub fn voice(&self, voice: &Voice) -> String {
        let mut line = match (voice.statement, voice.party) {
            (Some(statement), _) => format!("{} [{}]", self.chain(statement), statement_label(statement as usize)),
            (None, Some(party)) => format!("{}{FROM}{}", self.outlet(), self.party(party)),
            (None, None) => self.outlet(),
        };
        let mut about = vec![phrase(voice.relation)];
        if voice.relation == attache_doc::Relation::Outlet {
            about.clear();
        }
        if voice.stance != attache_doc::Stance::Asserts {
            about.push(phrase(voice.stance));
        }
        if voice.nested {
            about.push("through another's account".to_string());
        }
        if !about.is_empty() {
            line.push_str(&format!(" · {}", about.join(", ")));
        }
        line
    }

    /// A response: "Russian foreign ministry: has not confirmed".
    pub fn response(&self, response: &Response) -> String {
        let by = match (response.by, response.by_words) {
            (Some(party), _) => self.party(party),
            (None, Some(words)) => self.words(words).to_string(),
            (None, None) => "not said who".to_string(),
        };
        format!("{by}: {}", phrase(response.stance))
    }

    /// The responses to an event.
    pub fn responses(&self, event: usize) -> Vec<&'a Response> {
        let by_index = &self.coding().events[event].responses;
        by_index.iter().filter_map(|&n| self.coding().responses.get(n as usize)).collect()
    }

    /// A time: EDTF, what it rests on, the words.
    pub fn when(&self, when: &When) -> String {
        let mut text = when.edtf().unwrap_or_else(|| "not known".to_string());
        if when.edtf().is_none() {
            return text;
        }
        let mut about = Vec::new();
        if !when.firm {
            about.push("tentative".to_string());
        }
        about.push(match when.basis {
            attache_doc::Basis::Published => "by the day of publication".to_string(),
            basis => phrase(basis),
        });
        text.push_str(&format!(" ({})", about.join(", ")));
        if let Some(span) = when.span {
            text.push_str(&format!(" “{}”", self.words(span)));
        }
        text
    }

    /// How an event is presented when it is not simply said to have happened.
    pub fn presented(&self, event: &EventMention) -> Option<String> {
        let mut about = Vec::new();
        if event.polarity == Polarity::Negative {
            about.push("negated".to_string());
        }
        if event.realis != Realis::Actual {
            about.push(phrase(event.realis));
        }
        (!about.is_empty()).then(|| about.join(", "))
    }

    /// True for what is still to come: the calendar's events.
    pub fn is_ahead(&self, event: &EventMention) -> bool {
        matches!(event.status, Status::ScheduledFirm | Status::ScheduledTentative | Status::Proposed)
            || matches!(event.realis, Realis::Expected | Realis::Proposed)
    }
}
