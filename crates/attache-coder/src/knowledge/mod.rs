//! The tables under knowledge/, embedded in the binary and indexed for look-up.

mod lexicon;
mod name;
mod ontology;
mod table;

use std::collections::HashMap;

pub use lexicon::{
    ActStanding, Background, By, Cue, Document as DocumentNoun, HedgeRow, PronounRow, RealisRow, Require, ResponseRow,
    StandingRow, SupportKind, TimeWord, Trigger,
};
pub use name::atoms as atoms_of;
pub use name::{NameRef, Names};
pub use ontology::{Cameo, Plover};
pub use table::KnowledgeError;
pub(crate) use table::Row as TableRow;

use attache_doc::{Reason, Stance};

use crate::time::Grammar;
use table::rows;

/// Where a row stands, for reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Path below knowledge/.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
}

impl Source {
    /// The source as a reason.
    pub fn reason(self) -> Reason {
        Reason::Lexicon { file: self.file.to_string(), line: self.line }
    }
}

/// An ontology-neutral kind of event.
#[derive(Debug, Clone)]
pub struct Act {
    /// Its name, such as `talk-by-phone`.
    pub name: String,
    /// What it means, one sentence.
    pub gloss: String,
    /// The more general act.
    pub parent: Option<String>,
    /// True when both sides are actors (meetings, talks, battles).
    pub joint: bool,
    /// Where it is defined.
    pub source: Source,
}

macro_rules! embedded {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../knowledge/", $path)))
    };
}

/// All knowledge the coder uses. Cheap to share between threads; never changes while a run lasts.
#[derive(Debug)]
pub struct Knowledge {
    acts: Vec<Act>,
    act_index: HashMap<String, usize>,
    pub(crate) triggers: HashMap<String, Vec<Trigger>>,
    pub(crate) support: HashMap<String, Vec<SupportKind>>,
    pub(crate) cues: HashMap<String, Vec<Cue>>,
    pub(crate) documents: HashMap<String, DocumentNoun>,
    pub(crate) vague: HashMap<String, (String, Source)>,
    pub(crate) hedges: HashMap<String, Vec<HedgeRow>>,
    pub(crate) responses: HashMap<String, Vec<ResponseRow>>,
    pub(crate) standings: HashMap<String, Vec<StandingRow>>,
    pub(crate) act_standings: HashMap<String, ActStanding>,
    pub(crate) realis: HashMap<String, Vec<RealisRow>>,
    pub(crate) background: Vec<Background>,
    pub(crate) time: HashMap<String, Vec<TimeWord>>,
    /// The patterns of time expressions.
    pub(crate) times: Grammar,
    pub(crate) pronouns: HashMap<String, PronounRow>,
    /// Nouns of definite descriptions ("the group") and the kinds of actor they can stand for.
    pub(crate) descriptors: HashMap<String, (Vec<String>, Source)>,
    /// Nouns that point back to an event, with the acts they can stand for.
    pub(crate) anaphors: HashMap<String, (Vec<String>, Source)>,
    pub(crate) rules: HashMap<String, Vec<String>>,
    pub(crate) names: Names,
    pub(crate) plover: Plover,
    pub(crate) cameo: Cameo,
}

/// The text of a knowledge file that is embedded, by its path below knowledge/.
pub fn embedded_text(file: &str) -> Option<&'static str> {
    FILES.iter().find(|(path, _)| *path == file).map(|(_, text)| *text)
}

const FILES: &[(&str, &str)] = &[
    embedded!("acts.tsv"),
    embedded!("lexicon/en/triggers.tsv"),
    embedded!("lexicon/en/support.tsv"),
    embedded!("lexicon/en/speech.tsv"),
    embedded!("lexicon/en/documents.tsv"),
    embedded!("lexicon/en/vague.tsv"),
    embedded!("lexicon/en/hedges.tsv"),
    embedded!("lexicon/en/responses.tsv"),
    embedded!("lexicon/en/standings.tsv"),
    embedded!("lexicon/en/realis.tsv"),
    embedded!("lexicon/en/background.tsv"),
    embedded!("lexicon/en/time.tsv"),
    embedded!("lexicon/en/time-patterns.tsv"),
    embedded!("lexicon/en/pronouns.tsv"),
    embedded!("lexicon/en/descriptors.tsv"),
    embedded!("lexicon/en/anaphors.tsv"),
    embedded!("lexicon/en/rules.tsv"),
    embedded!("actors/states.tsv"),
    embedded!("actors/institutions.tsv"),
    embedded!("actors/organs.tsv"),
    embedded!("actors/offices.tsv"),
    embedded!("actors/agents.tsv"),
    embedded!("actors/people.tsv"),
    embedded!("places/cities.tsv"),
    embedded!("places/countries.tsv"),
    embedded!("places/regions.tsv"),
    embedded!("ontology/plover/types.tsv"),
    embedded!("ontology/plover/modes.tsv"),
    embedded!("ontology/plover/contexts.tsv"),
    embedded!("ontology/plover/sectors.tsv"),
    embedded!("ontology/plover/acts.tsv"),
    embedded!("ontology/plover/polarity.tsv"),
    embedded!("ontology/cameo/codes.tsv"),
    embedded!("ontology/cameo/acts.tsv"),
    embedded!("ontology/cameo/polarity.tsv"),
];

/// A file by path with its text, both static, for the loaders below.
fn file(path: &'static str) -> (&'static str, &'static str) {
    (path, embedded_text(path).expect("every loader names an embedded file"))
}

impl Knowledge {
    /// True when the speech lexicon has a verb with this lemma that takes a content.
    pub fn speaks(&self, lemma: &str) -> bool {
        self.cues.get(lemma).is_some_and(|rows| rows.iter().any(|r| r.pos == "VERB" && !r.content_paths.is_empty()))
    }

    /// The stance of the first row for a lemma that fits its negation, whatever else the row asks for; `None` when the word
    /// is no answer. It is what a list of words alone would say.
    pub fn answers(&self, lemma: &str, negated: bool) -> Option<Stance> {
        let mut rows = self.responses.get(lemma)?.iter();
        rows.find(|row| row.words.len() < 2 && row.stance.is_some() && row.negated.is_none_or(|n| n == negated))?.stance
    }

    /// Reads the knowledge inside the binary.
    ///
    /// # Errors
    /// When a table is malformed: the message names file and line.
    pub fn embedded() -> Result<Knowledge, KnowledgeError> {
        let (path, text) = file("acts.tsv");
        let mut acts = Vec::new();
        for row in rows(path, text, &["act", "gloss", "parent", "shape"])? {
            let [name, gloss, parent, shape] = row.cells();
            let joint = match shape {
                "joint" => true,
                "directed" => false,
                other => return Err(row.error(format!("shape `{other}`, expected joint or directed"))),
            };
            acts.push(Act {
                name: name.to_string(),
                gloss: gloss.to_string(),
                parent: (!parent.is_empty()).then(|| parent.to_string()),
                joint,
                source: Source { file: path, line: row.line },
            });
        }
        let act_index: HashMap<String, usize> = acts.iter().enumerate().map(|(i, a)| (a.name.clone(), i)).collect();
        let known = |act: &str| act_index.contains_key(act);
        let (standings, act_standings) = lexicon::standings(file("lexicon/en/standings.tsv"))?;
        let knowledge = Knowledge {
            triggers: lexicon::triggers(file("lexicon/en/triggers.tsv"), &known)?,
            support: lexicon::support(file("lexicon/en/support.tsv"))?,
            cues: lexicon::cues(file("lexicon/en/speech.tsv"))?,
            documents: lexicon::documents(file("lexicon/en/documents.tsv"))?,
            vague: lexicon::classes(file("lexicon/en/vague.tsv"), &["noun", "class", "note"])?,
            hedges: lexicon::hedges(file("lexicon/en/hedges.tsv"))?,
            responses: lexicon::responses(file("lexicon/en/responses.tsv"))?,
            standings,
            act_standings,
            realis: lexicon::realis(file("lexicon/en/realis.tsv"))?,
            background: lexicon::background(file("lexicon/en/background.tsv"))?,
            times: lexicon::time_patterns(file("lexicon/en/time.tsv"), file("lexicon/en/time-patterns.tsv"))?,
            time: lexicon::time(file("lexicon/en/time.tsv"))?,
            pronouns: lexicon::pronouns(file("lexicon/en/pronouns.tsv"))?,
            descriptors: lexicon::lists(file("lexicon/en/descriptors.tsv"), &["noun", "kinds", "note"])?,
            anaphors: lexicon::lists(file("lexicon/en/anaphors.tsv"), &["nouns", "acts", "note"])?,
            rules: lexicon::word_sets(file("lexicon/en/rules.tsv"))?,
            names: Names::read(file)?,
            plover: Plover::read(file, &known)?,
            cameo: Cameo::read(file, &known)?,
            acts,
            act_index,
        };
        for act in &knowledge.acts {
            if let Some(parent) = &act.parent
                && !knowledge.act_index.contains_key(parent)
            {
                return Err(KnowledgeError {
                    file: act.source.file.to_string(),
                    line: act.source.line,
                    message: format!("parent `{parent}` of `{}` is no act", act.name),
                });
            }
        }
        Ok(knowledge)
    }

    /// All acts in the order of their table.
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// The act of this name.
    pub fn act(&self, name: &str) -> Option<&Act> {
        self.act_index.get(name).map(|&i| &self.acts[i])
    }

    /// An act and its more general acts, from near to far.
    pub fn lineage<'k>(&'k self, act: &'k str) -> impl Iterator<Item = &'k str> {
        // Parents are checked at loading; the bound only ends a cycle in a user's table.
        std::iter::successors(Some(act), |a| self.act(a).and_then(|a| a.parent.as_deref())).take(16)
    }

    /// True when one act is the other or a kind of it.
    pub fn related(&self, a: &str, b: &str) -> bool {
        self.lineage(a).any(|x| x == b) || self.lineage(b).any(|x| x == a)
    }

    /// What time.tsv says of a word as this kind.
    pub(crate) fn time_value(&self, word: &str, kind: &str) -> Option<&str> {
        self.time.get(word)?.iter().find(|w| w.kind == kind).map(|w| w.value.as_str())
    }

    /// True when `word` is in the named word set of lexicon/en/rules.tsv.
    pub(crate) fn in_set(&self, set: &str, word: &str) -> bool {
        self.rules.get(set).is_some_and(|words| words.iter().any(|w| w == word))
    }

    /// The line of a knowledge file, for explanations.
    pub fn line(&self, file: &str, line: u32) -> Option<&'static str> {
        embedded_text(file)?.lines().nth(line.checked_sub(1)? as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Knowledge;

    #[test]
    fn the_embedded_tables_are_sound() {
        let knowledge = Knowledge::embedded().unwrap_or_else(|e| panic!("{e}"));
        assert!(knowledge.acts().len() >= 150);
        assert!(knowledge.related("talk-by-phone", "talk-by-phone"));
    }
}
