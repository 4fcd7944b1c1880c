//! The wire, version 1: rows as JSON. Offsets are Unicode code points into the document's text, end exclusive, always
//! beside the exact text. Absent is `null`, never an empty string or −1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Document, Flag, Manner, Polarity, Realis, Reason, Relation, SourceClass, Span, Stance, Status};

/// The version every row carries.
pub const VERSION: u32 = 1;

/// A piece of text with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSpan {
    /// The exact words.
    pub text: String,
    /// First code point.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
}

impl TextSpan {
    /// The words of `span` with their place in code points.
    pub fn of(doc: &Document, span: Span) -> TextSpan {
        let (start, end) = doc.code_points(span);
        TextSpan { text: doc.text(span).to_string(), start, end }
    }
}

/// The document a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocRef {
    /// Content hash.
    pub id: String,
    /// The input's own identifier.
    pub source_id: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Outlet.
    pub publisher: Option<String>,
    /// Day of publication, ISO 8601.
    pub published: Option<String>,
    /// Title.
    pub title: Option<String>,
}

impl DocRef {
    /// The reference of a document.
    pub fn of(doc: &Document) -> DocRef {
        DocRef {
            id: doc.id().to_string(),
            source_id: doc.meta.id.clone(),
            url: doc.meta.url.clone(),
            publisher: doc.meta.publisher.clone(),
            published: doc.meta.published.map(|d| d.to_string()),
            title: doc.meta.title.clone(),
        }
    }
}

/// A participant or source, resolved as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorRef {
    /// The words in this place; for a party implied by the context, `null` with null offsets.
    pub text: Option<String>,
    /// First code point.
    pub start: Option<u32>,
    /// One past the last code point.
    pub end: Option<u32>,
    /// Key in the actor tables.
    pub id: Option<String>,
    /// Display name.
    pub name: String,
    /// state, ministry, person, …
    pub kind: Option<String>,
    /// ISO alpha-3.
    pub country: Option<String>,
    /// Sector codes.
    pub sectors: Vec<String>,
    /// Office on the date.
    pub office: Option<String>,
    /// External identifiers by scheme.
    pub ids: BTreeMap<String, String>,
}

/// A sentence with its number from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentenceRef {
    /// Number in the document, from 1.
    pub n: u32,
    /// First code point.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
    /// The sentence.
    pub text: String,
}

/// A time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhenRef {
    /// EDTF, or `null` when nothing is known.
    pub edtf: Option<String>,
    /// First day, ISO 8601.
    pub earliest: Option<String>,
    /// Last day, ISO 8601.
    pub latest: Option<String>,
    /// day, month, year, …
    pub grain: Option<crate::Grain>,
    /// stated, relative, dateline, published, none.
    pub basis: crate::Basis,
    /// False when the text calls the date tentative.
    pub firm: bool,
    /// The exact words.
    pub text: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceRef {
    /// The words with their place.
    #[serde(flatten)]
    pub span: TextSpan,
    /// Name in the gazetteer.
    pub name: String,
    /// ISO alpha-3.
    pub country: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// GeoNames identifier.
    pub geonames: Option<u32>,
}

/// A voice of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceRef {
    /// The statement, `null` for the outlet.
    pub statement: Option<String>,
    /// asserts, denies.
    pub stance: Stance,
    /// self, counterpart, …
    pub relation: Relation,
    /// From the outlet inwards.
    pub chain: Vec<String>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRef {
    /// Key or name of the responding party; `null` when not named.
    pub by: Option<String>,
    /// confirms, denies, …
    pub stance: Stance,
    /// The statement that carries it.
    pub statement: Option<String>,
    /// The cue's words.
    pub cue: TextSpan,
}

/// `--emit events`: one event mention a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct EventRow {
    pub v: u32,
    pub id: String,
    pub doc: DocRef,
    pub act: String,
    pub event_type: Option<String>,
    pub event_mode: Option<String>,
    pub contexts: Vec<String>,
    pub cameo: Option<String>,
    pub quad: Option<u8>,
    pub plover_score: Option<f64>,
    pub goldstein: Option<f64>,
    pub actor: Vec<ActorRef>,
    pub recipient: Vec<ActorRef>,
    pub trigger: TextSpan,
    /// The other mentions of the same happening in this document.
    pub also: Vec<TextSpan>,
    pub sentence: SentenceRef,
    pub when: WhenRef,
    #[serde(rename = "where")]
    pub place: Option<PlaceRef>,
    pub polarity: Polarity,
    pub realis: Realis,
    pub background: bool,
    pub voices: Vec<VoiceRef>,
    pub responses: Vec<ResponseRef>,
    pub status: Status,
    pub flags: Vec<Flag>,
    pub because: Vec<Reason>,
}

/// `attache relate`: one pair of parties a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RelationRow {
    pub v: u32,
    /// The input's own identifier.
    pub id: Option<String>,
    /// `null` where no act was found; `because` says why.
    pub event_type: Option<String>,
    pub event_mode: Option<String>,
    pub quad: Option<u8>,
    pub plover_score: Option<f64>,
    pub act: Option<String>,
    /// The words that report the act.
    pub trigger: Option<TextSpan>,
    /// The probability of the type, 0 to 1, where the model decides; else the share that it has of the weights of everything the
    /// text offers.
    pub score: Option<f64>,
    pub because: Vec<Reason>,
}

/// The source of a statement on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SourceRef {
    pub class: SourceClass,
    pub text: Option<String>,
    pub start: Option<u32>,
    pub end: Option<u32>,
    pub actor: Option<ActorRef>,
}

/// A hedge on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct HedgeRef {
    #[serde(flatten)]
    pub span: TextSpan,
    pub class: String,
}

/// `--emit statements`: one statement a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct StatementRow {
    pub v: u32,
    pub id: String,
    pub doc: DocRef,
    pub source: SourceRef,
    pub cue: Vec<TextSpan>,
    pub content: Vec<TextSpan>,
    pub manner: Manner,
    pub speech_act: String,
    pub distance: String,
    pub polarity: Polarity,
    pub medium: Option<String>,
    pub hedges: Vec<HedgeRef>,
    pub within: Option<String>,
    pub events: Vec<String>,
    pub because: Vec<Reason>,
}

/// `--emit standings`: one standing a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct StandingRow {
    pub v: u32,
    pub doc: DocRef,
    pub relation: String,
    pub polarity: Polarity,
    pub holder: Option<ActorRef>,
    pub subject: ActorRef,
    pub when: WhenRef,
    pub span: TextSpan,
    pub voices: Vec<VoiceRef>,
    pub because: Vec<Reason>,
}

/// A block on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct BlockRef {
    pub kind: crate::BlockKind,
    pub start: u32,
    pub end: u32,
}

/// `--emit documents`: one document a row, with counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct DocumentRow {
    pub v: u32,
    pub doc: DocRef,
    pub blocks: Vec<BlockRef>,
    pub sentences: u32,
    pub tokens: u32,
    pub statements: u32,
    pub events: u32,
    pub responses: u32,
    pub standings: u32,
    pub warnings: Vec<crate::Warning>,
}
