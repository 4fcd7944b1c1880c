//! The dictionaries of TABARI and PETRARCH, read as they are, and a coder that applies them.
//!
//! Promise: [`Dictionaries::read`] takes file names and texts and never panics; what it cannot use it tells with file and
//! line. [`code`] is a pure function of dictionaries, document and parse; every event names the lines of the dictionaries
//! behind it.
//!
//! The dictionaries tell whom a noun phrase names (actors, agents), what a verb with the words around it reports (verbs),
//! which sentences are no news (discards) and what they are about (issues). Their codes are their own, CAMEO or WEIS or
//! whatever the author uses, and stand in no table of attache. They are not turned into tables under knowledge/: a pattern
//! goes by the order of words around a verb, which conditions on relations cannot say.

mod actor;
mod matching;
mod phrase;
mod read;
mod verb;

use std::sync::Arc;

use attache_doc::wire::{DocRef, SentenceRef, TextSpan, VERSION};
use attache_doc::{Document, Parse, Reason, Span};
use serde::Serialize;

use crate::knowledge::{KnowledgeError, KnowledgeFile};

pub use matching::code;

/// The dictionaries of one coding scheme.
#[derive(Debug, Default)]
pub struct Dictionaries {
    actors: actor::Actors,
    verbs: verb::Verbs,
    discards: Vec<read::Discard>,
    issues: Vec<read::Issue>,
    /// The files as the user names them, with their text, for explanations.
    files: Vec<KnowledgeFile>,
}

/// Which of the five dictionaries a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whom names stand for.
    Actors,
    /// What roles add to an actor.
    Agents,
    /// What verbs report.
    Verbs,
    /// Sentences not to be coded.
    Discards,
    /// What sentences are about.
    Issues,
}

impl Kind {
    /// The kind of dictionary that a file with this name is: the one its name names (`CAMEO.actors.txt`, `x.verbs`).
    pub fn of(path: &str) -> Option<Kind> {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let (_, ending) = name.rsplit_once('.')?;
        let kinds = [
            ("actor", Kind::Actors),
            ("agent", Kind::Agents),
            ("verb", Kind::Verbs),
            ("discard", Kind::Discards),
            ("issue", Kind::Issues),
        ];
        // A list of options or a manual may speak of actors too; dictionaries end in .txt or in their own name.
        let is_dictionary = ending == "txt" || kinds.iter().any(|(word, _)| ending.starts_with(word));
        kinds.into_iter().find(|(word, _)| is_dictionary && name.contains(word)).map(|(_, kind)| kind)
    }
}

/// How many entries were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Phrases that name actors.
    pub actors: usize,
    /// Phrases that name roles, plurals included.
    pub agents: usize,
    /// Verbs.
    pub verbs: usize,
    /// Patterns of verbs.
    pub patterns: usize,
    /// Discard phrases.
    pub discards: usize,
    /// Issue phrases.
    pub issues: usize,
}

impl Dictionaries {
    /// Reads dictionaries; the kind of each file is told by its name. What cannot be used is left out and told.
    pub fn read(files: Vec<KnowledgeFile>) -> (Dictionaries, Vec<KnowledgeError>) {
        read::read(files)
    }

    /// How many entries were read.
    pub fn counts(&self) -> Counts {
        Counts {
            actors: self.actors.actors(),
            agents: self.actors.agents(),
            verbs: self.verbs.verbs(),
            patterns: self.verbs.patterns(),
            discards: self.discards.len(),
            issues: self.issues.len(),
        }
    }

    /// The line of a dictionary, for explanations.
    pub fn line(&self, file: &str, line: u32) -> Option<&str> {
        let file = self.files.iter().find(|f| f.name == file)?;
        file.text.lines().nth(line.checked_sub(1)? as usize)
    }
}

/// A line of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

impl Line {
    fn reason(&self) -> Reason {
        Reason::Lexicon { file: self.file.to_string(), line: self.line }
    }

    fn error(&self, message: impl Into<String>) -> KnowledgeError {
        KnowledgeError { file: self.file.to_string(), line: self.line, message: message.into() }
    }
}

/// One side of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// The code of the dictionaries: actor, then agents; `---` for a noun phrase that names nobody known.
    pub code: String,
    /// The noun phrase.
    pub span: Span,
}

/// An event found with dictionaries.
#[derive(Debug, Clone, PartialEq)]
pub struct DictionaryEvent {
    /// Who does it.
    pub source: Party,
    /// To whom.
    pub target: Party,
    /// The code of the verb or pattern.
    pub code: String,
    /// The verb.
    pub verb: Span,
    /// Sentence index in the parse.
    pub sentence: u32,
    /// The issues of its sentence with how often each is named.
    pub issues: Vec<(String, u32)>,
    /// The lines behind it: verb or pattern, source, target.
    pub because: Vec<Reason>,
}

/// One side of an event on the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartyRef {
    /// The code of the dictionaries; `null` for a noun phrase that names nobody known.
    pub code: Option<String>,
    /// Its words with their place.
    #[serde(flatten)]
    pub span: TextSpan,
}

/// An issue on the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct IssueRef {
    pub issue: String,
    pub count: u32,
}

/// An event found with dictionaries, as a row of the wire, version 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct DictionaryRow {
    pub v: u32,
    pub doc: DocRef,
    pub source: PartyRef,
    pub target: PartyRef,
    pub code: String,
    pub verb: TextSpan,
    pub sentence: SentenceRef,
    pub issues: Vec<IssueRef>,
    pub because: Vec<Reason>,
}

/// One row per event.
pub fn rows(doc: &Document, parse: &Parse, events: &[DictionaryEvent]) -> Vec<DictionaryRow> {
    let party = |party: &Party| PartyRef {
        code: (party.code != phrase::NOBODY).then(|| party.code.clone()),
        span: TextSpan::of(doc, party.span),
    };
    let row = |event: &DictionaryEvent| {
        let words = TextSpan::of(doc, parse.sentences[event.sentence as usize].span);
        DictionaryRow {
            v: VERSION,
            doc: DocRef::of(doc),
            source: party(&event.source),
            target: party(&event.target),
            code: event.code.clone(),
            verb: TextSpan::of(doc, event.verb),
            sentence: SentenceRef { n: event.sentence + 1, start: words.start, end: words.end, text: words.text },
            issues: event
                .issues
                .iter()
                .map(|(issue, count)| IssueRef { issue: issue.clone(), count: *count })
                .collect(),
            because: event.because.clone(),
        }
    };
    events.iter().map(row).collect()
}
