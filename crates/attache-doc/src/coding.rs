//! What the coder makes of a parse: mentions and parties, statements, events, responses, standings, each with its reasons.
//!
//! A coding speaks of acts, initiators and counterparts; no ontology's codes appear in it. Everything refers to things of
//! the same document by index.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Id, Span, TimeMention, TokenIx, Warning, When};

/// Index into [`Coding::parties`].
pub type PartyIx = u32;
/// Index into [`Coding::statements`].
pub type StatementIx = u32;
/// Index into [`Coding::events`].
pub type EventIx = u32;

/// Why something was coded: the knowledge line or model head behind it, or a rule named by what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// A line of a knowledge file or of a dictionary. Lines count from 1.
    Lexicon {
        /// Path below `knowledge/`; a user's file as the user named it.
        file: String,
        /// Line in that file.
        line: u32,
    },
    /// A head of the model with its probability.
    Model {
        /// Name of the head.
        head: String,
        /// Probability, 0 to 1.
        score: f32,
    },
    /// A rule of the coder.
    Rule {
        /// What the rule does, in a few words; `attache codebook rules` lists them.
        name: String,
    },
    /// A person's correction.
    Judgement {
        /// Identifier of the judgement in the ledger.
        id: String,
    },
}

impl Reason {
    /// A rule of the coder by name.
    pub fn rule(name: &str) -> Reason {
        Reason::Rule { name: name.to_string() }
    }
}

/// What kind of party an actor is. The names are those of the `kind` columns under knowledge/actors.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActorKind(pub String);

/// How well a party is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// An entry of the actor tables.
    Known,
    /// Country or sector follow from the words ("a senior Hamas official"), the individual does not.
    Described,
    /// A name or noun that the tables do not know.
    Unresolved,
}

/// What is known of a party of the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// Key in the actor tables, or composed from them (`rus-mfa`); `None` when unresolved.
    pub key: Option<String>,
    /// Display name: the table's, else the longest name in the text.
    pub name: String,
    /// state, ministry, person, armed-group, …; `None` when not known.
    pub kind: Option<ActorKind>,
    /// ISO 3166 alpha-3 code, upper case.
    pub country: Option<String>,
    /// Sector codes of the actor tables.
    pub sectors: Vec<String>,
    /// Office on the date of the document, in the article's words or the table's.
    pub office: Option<String>,
    /// External identifiers by scheme (`wikidata`, `iso3`).
    pub ids: BTreeMap<String, String>,
    /// How well it is known.
    pub resolution: Resolution,
    /// The party it belongs to: the ministry's state, the minister's government.
    pub part_of: Option<PartyIx>,
    /// Why it was resolved so.
    pub because: Vec<Reason>,
}

/// The form of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MentionKind {
    Name,
    Description,
    Pronoun,
}

/// A nominal that names a party: without relative clauses, appositions or conjuncts.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The nominal.
    pub span: Span,
    /// Its head word.
    pub head: TokenIx,
    /// Sentence index in the parse.
    pub sentence: u32,
    /// Name, description or pronoun.
    pub kind: MentionKind,
    /// Who it names.
    pub party: PartyIx,
}

/// Whose kind of word a statement rests on (PolNeAR's source, classed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceClass {
    /// A named person, body or state.
    Named,
    /// An unnamed holder of a role ("a senior official").
    Role,
    /// An unnamed group ("critics", "observers").
    Collective,
    /// A document ("a statement").
    Document,
    /// Nobody in particular ("widely seen as").
    Vague,
    /// Only implied by the wording ("reportedly").
    Implicit,
}

/// How the words are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Manner {
    Direct,
    Indirect,
    Mixed,
}

/// Positive or negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Polarity {
    Positive,
    Negative,
}

impl Polarity {
    /// The opposite polarity.
    pub fn flipped(self) -> Polarity {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
        }
    }
}

/// Whether the text presents something as having happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Realis {
    Actual,
    Expected,
    Proposed,
    Hypothetical,
    Threatened,
}

/// A hedge inside a statement or beside an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hedge {
    /// The words.
    pub span: Span,
    /// Its class in the hedge lexicon.
    pub class: String,
}

/// An attribution relation: source, cue, content.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Content-derived identifier.
    pub id: Id,
    /// Kind of source.
    pub class: SourceClass,
    /// The source's words; `None` when there are none ("reportedly").
    pub source: Option<Span>,
    /// Who the source is, when it is a mention.
    pub party: Option<PartyIx>,
    /// The cue, possibly discontinuous.
    pub cue: Vec<Span>,
    /// Token that heads the cue.
    pub cue_head: TokenIx,
    /// The content, possibly discontinuous.
    pub content: Vec<Span>,
    /// Direct, indirect, mixed.
    pub manner: Manner,
    /// assert, deny, confirm, claim, …: the speech lexicon's names.
    pub speech_act: String,
    /// neutral, distancing, endorsing: the outlet's stance in the choice of the cue.
    pub distance: String,
    /// Negative when the statement is said not to have been made.
    pub polarity: Polarity,
    /// The kind of document it was made in (statement, account, interview), when named.
    pub medium: Option<String>,
    /// Hedges in cue or content.
    pub hedges: Vec<Hedge>,
    /// The statement whose content this one stands in.
    pub within: Option<StatementIx>,
    /// Events whose trigger stands in the content.
    pub events: Vec<EventIx>,
    /// Why.
    pub because: Vec<Reason>,
}

/// The relation of a voice to the event it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The initiator or its government.
    #[serde(rename = "self")]
    Own,
    /// The other party of the event.
    Counterpart,
    /// A named party outside the event.
    ThirdParty,
    /// Nobody in particular, or an unnamed group.
    Vague,
    /// "reportedly".
    Hearsay,
    /// The outlet itself.
    Outlet,
}

/// A party on whose word an event rests.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// The statement; `None` for the outlet's own voice.
    pub statement: Option<StatementIx>,
    /// Who speaks; `None` for the outlet or an unnamed source.
    pub party: Option<PartyIx>,
    /// asserts, denies.
    pub stance: Stance,
    /// Relation to the event.
    pub relation: Relation,
    /// From the outlet inwards: names or keys of the relayers, the last one being the voice.
    pub chain: Vec<String>,
    /// True when the words are reached only through another's account.
    pub nested: bool,
}

/// A stance to an event or statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Stance {
    Asserts,
    Confirms,
    Denies,
    Disputes,
    DeclinesToComment,
    HasNotConfirmed,
    NotAsked,
}

/// A party's stance to an event, to a statement of somebody else, or to something that is neither.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Who responds; `None` when the words that name it are no mention of a party.
    pub by: Option<PartyIx>,
    /// The words that name who responds; `None` when the text does not say.
    pub by_words: Option<Span>,
    /// How.
    pub stance: Stance,
    /// The event answered.
    pub event: Option<EventIx>,
    /// The statement answered, when it is no event.
    pub to_statement: Option<StatementIx>,
    /// The words of what is answered; `None` when the text has none.
    pub to_words: Option<Span>,
    /// The statement that carries the response.
    pub statement: Option<StatementIx>,
    /// The cue's words.
    pub cue: Span,
    /// Why.
    pub because: Vec<Reason>,
}

/// A place an event happened at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// The words.
    pub span: Span,
    /// Name in the gazetteer.
    pub name: String,
    /// ISO 3166 alpha-3 code.
    pub country: Option<String>,
    /// Degrees north, WGS 84.
    pub lat: Option<f64>,
    /// Degrees east, WGS 84.
    pub lon: Option<f64>,
    /// GeoNames identifier.
    pub geonames: Option<u32>,
    /// Why.
    pub because: Vec<Reason>,
}

/// How well an event is vouched for, in the order in which the first that holds is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Status {
    Cancelled,
    ScheduledFirm,
    ScheduledTentative,
    Proposed,
    Contested,
    Denied,
    Confirmed,
    OneSide,
    ThirdParty,
    Unnamed,
    Unattributed,
}

impl Status {
    /// The status as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Cancelled => "cancelled",
            Status::ScheduledFirm => "scheduled-firm",
            Status::ScheduledTentative => "scheduled-tentative",
            Status::Proposed => "proposed",
            Status::Contested => "contested",
            Status::Denied => "denied",
            Status::Confirmed => "confirmed",
            Status::OneSide => "one-side",
            Status::ThirdParty => "third-party",
            Status::Unnamed => "unnamed",
            Status::Unattributed => "unattributed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Remarks beside a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// A party is reported not to have confirmed.
    NonConfirmationNoted,
    /// Every voice is reached through another's account.
    NestedOnly,
    /// The outlet restates flatly what a voice says; that adds no voice.
    OutletAdopts,
    /// The scheduled time is past and nothing more is known.
    Lapsed,
    /// The text presents it as possible only.
    Hypothetical,
    /// History or context, not the news.
    Background,
}

/// One happening in one document, however often it is mentioned there.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMention {
    /// Content-derived identifier: document, act, trigger.
    pub id: Id,
    /// The act, a name of knowledge/acts.tsv.
    pub act: String,
    /// The words that report it first or best.
    pub trigger: Span,
    /// The trigger's head word.
    pub trigger_head: TokenIx,
    /// The other places where the same happening is mentioned.
    pub also: Vec<Span>,
    /// Sentence index of the trigger.
    pub sentence: u32,
    /// Who does it; several for joint acts.
    pub initiator: Vec<(PartyIx, Span)>,
    /// To or with whom.
    pub counterpart: Vec<(PartyIx, Span)>,
    /// Where.
    pub place: Option<Place>,
    /// When.
    pub when: When,
    /// Positive or negated.
    pub polarity: Polarity,
    /// Actual, expected, …
    pub realis: Realis,
    /// History or context rather than news.
    pub background: bool,
    /// On whose word.
    pub voices: Vec<Voice>,
    /// Indices into [`Coding::responses`].
    pub responses: Vec<u32>,
    /// How well it is vouched for.
    pub status: Status,
    /// Remarks.
    pub flags: Vec<Flag>,
    /// Why.
    pub because: Vec<Reason>,
}

/// A dated, sourced state between parties.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// recognises, sanctions, member-of, …: the standings lexicon's names.
    pub relation: String,
    /// Negative for "unrecognised by".
    pub polarity: Polarity,
    /// Who holds it (the recogniser, the sanctioner); `None` when not named.
    pub holder: Option<PartyIx>,
    /// Towards whom.
    pub subject: PartyIx,
    /// Since or at when.
    pub when: When,
    /// The words that say so.
    pub span: Span,
    /// On whose word.
    pub voices: Vec<Voice>,
    /// Why.
    pub because: Vec<Reason>,
}

/// A trigger that was considered and not coded, with the reason; `attache explain` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The words.
    pub span: Span,
    /// The act that was considered.
    pub act: String,
    /// Why it was not coded.
    pub why: String,
    /// The knowledge line that proposed it.
    pub because: Vec<Reason>,
}

/// Everything the coder says about one document. It never refers outside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coding {
    /// The parties, each once however often mentioned.
    pub parties: Vec<Actor>,
    /// Mentions in order of the text.
    pub mentions: Vec<Mention>,
    /// Statements in order of their cues.
    pub statements: Vec<Statement>,
    /// Time expressions in order of the text.
    pub times: Vec<TimeMention>,
    /// Place names in order of the text.
    pub places: Vec<Place>,
    /// Events in order of their triggers.
    pub events: Vec<EventMention>,
    /// Responses in order of their cues.
    pub responses: Vec<Response>,
    /// Standings in order of the text.
    pub standings: Vec<Standing>,
    /// What was considered and not coded.
    pub candidates: Vec<Candidate>,
    /// What the stage noticed.
    pub warnings: Vec<Warning>,
}
