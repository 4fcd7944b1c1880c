//! How the words of an annotation are read: the table `[items]` of the manifest. It says which parts of an annotation an
//! output must have, and what the annotator's descriptive words are on the wire.

use std::collections::BTreeMap;

use attache_doc::{Stance, Status};
use serde::Deserialize;

use super::gold::{Attribution, GoldEvent};

/// The rules of a set of annotated articles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Share of tokens two contents must have in common to be the same (Jaccard).
    pub same_content: f64,
    /// Day of publication by the annotation's `doc`, for annotations that do not give it.
    #[serde(default)]
    pub published: BTreeMap<String, String>,
    /// Page furniture by the annotation's `doc`, for annotations that do not mark it.
    #[serde(default)]
    pub furniture: BTreeMap<String, Vec<String>>,
    /// Stances of the annotation that vouch for an event.
    pub vouching: Vec<String>,
    /// What the annotation's status words are on the wire; the first that the annotation's status begins with.
    pub status: Vec<StatusWord>,
    /// What the annotation's stances are as responses; the first that the annotation's stance begins with.
    pub response: Vec<ResponseWord>,
    /// Kinds of attribution; the first that fits.
    pub statement: Vec<StatementRule>,
    /// Kinds of event; the first that fits.
    pub event: Vec<EventRule>,
    /// Kinds of standing; the first that fits.
    pub standing: Vec<StandingRule>,
}

/// A status word of the annotation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusWord {
    /// How the annotation's status begins.
    pub gold: String,
    /// The status on the wire.
    pub status: Status,
}

/// A stance of the annotation that is a response.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseWord {
    /// How the annotation's stance begins.
    pub gold: String,
    /// The response on the wire.
    pub response: Stance,
}

/// A kind of attribution. Empty lists fit everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementRule {
    /// Name for the report.
    pub name: String,
    /// Classes of source.
    #[serde(default)]
    pub class: Vec<String>,
    /// Classes of cue.
    #[serde(default)]
    pub cue: Vec<String>,
    /// Acts.
    #[serde(default)]
    pub act: Vec<String>,
    /// `+` or `-`.
    #[serde(default)]
    pub polarity: Option<String>,
    /// True for attributions within another, false for the others.
    #[serde(default)]
    pub nested: Option<bool>,
    /// Whether an output must have it.
    #[serde(default)]
    pub required: bool,
}

impl StatementRule {
    /// True when the attribution is of this kind.
    pub fn fits(&self, a: &Attribution) -> bool {
        let among = |list: &[String], value: &str| list.is_empty() || list.iter().any(|entry| entry == value);
        among(&self.class, &a.source_class)
            && among(&self.cue, &a.cue_class)
            && among(&self.act, &a.act)
            && self.polarity.as_ref().is_none_or(|polarity| *polarity == a.polarity)
            && self.nested.is_none_or(|nested| nested == a.parent.is_some())
    }
}

/// How near a coded party must be to the annotated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Any party or none.
    Any,
    /// Somebody of the same state or group.
    Polity,
    /// The party itself or one that it belongs to.
    Upward,
    /// The party itself.
    Exact,
}

/// A kind of event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// Name for the report.
    pub name: String,
    /// Parts of the annotation's `what`, lower case.
    pub what: Vec<String>,
    /// The acts that write it.
    pub acts: Vec<String>,
    /// How near the initiator must be.
    pub who: Reach,
    /// How near the counterparts must be.
    pub whom: Reach,
    /// True when the sides may be exchanged.
    #[serde(default)]
    pub joint: bool,
    /// True when a second event of these acts at its mentions is a fault.
    #[serde(default)]
    pub single: bool,
    /// True when a statement with an unnamed source over its trigger is enough.
    #[serde(default)]
    pub statement_suffices: bool,
    /// Whether an output must have it.
    #[serde(default)]
    pub required: bool,
}

impl EventRule {
    /// True when the event is of this kind.
    pub fn fits(&self, event: &GoldEvent) -> bool {
        event.kind == "event" && says(&self.what, &event.what)
    }
}

/// A kind of standing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingRule {
    /// Name for the report.
    pub name: String,
    /// Parts of the annotation's `what`, lower case.
    pub what: Vec<String>,
    /// Names of the relation on the wire.
    pub relations: Vec<String>,
    /// Whether an output must have it.
    #[serde(default)]
    pub required: bool,
}

impl StandingRule {
    /// True when the event or state is, or founds, a standing of this kind.
    pub fn fits(&self, event: &GoldEvent) -> bool {
        let lasts = event.kind == "state" || (event.kind == "event" && event.modality == "asserted");
        lasts && says(&self.what, &event.what)
    }
}

fn says(parts: &[String], what: &str) -> bool {
    let what = what.to_lowercase();
    parts.iter().any(|part| what.contains(part.as_str()))
}

impl Rules {
    /// The status on the wire of an annotated status.
    pub fn status_of(&self, event: &GoldEvent) -> Option<Status> {
        self.status.iter().find(|word| event.status.starts_with(&word.gold)).map(|word| word.status)
    }

    /// The response that an annotated stance is.
    pub fn response_of(&self, stance: &str) -> Option<Stance> {
        self.response.iter().find(|word| stance.starts_with(&word.gold)).map(|word| word.response)
    }

    /// True for a stance that vouches.
    pub fn vouches(&self, stance: &str) -> bool {
        self.vouching.iter().any(|word| word == stance)
    }
}
