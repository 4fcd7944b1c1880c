//! The tables under knowledge/, embedded in the binary and indexed for look-up.

mod check;
mod lexicon;
mod name;
mod ontology;
mod table;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use check::{Check, RowCount, check};
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

use crate::judge::Judge;
use crate::time::Grammar;
use table::Tables;

/// Where a row stands, for reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path below knowledge/, or the name of a user's file.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

impl Source {
    /// The source as a reason.
    pub fn reason(&self) -> Reason {
        Reason::Lexicon { file: self.file.to_string(), line: self.line }
    }

    /// A problem at this row.
    pub(crate) fn error(&self, message: String) -> KnowledgeError {
        KnowledgeError { file: self.file.to_string(), line: self.line, message }
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
    ($path:literal, $columns:expr, $key:expr) => {
        table::Table {
            path: $path,
            columns: &$columns,
            key: &$key,
            text: include_str!(concat!("../../../../knowledge/", $path)),
        }
    };
}

/// Every table that the coder reads, with its columns and the columns by which its rows are known.
static EMBEDDED: &[table::Table] = &[
    embedded!("acts.tsv", ["act", "gloss", "parent", "shape"], [0]),
    embedded!(
        "lexicon/en/triggers.tsv",
        ["lemma", "pos", "needs", "act", "initiator", "counterpart", "require", "note"],
        [0, 1, 2]
    ),
    embedded!("lexicon/en/support.tsv", ["lemma", "pos", "kind", "note"], [0, 1]),
    embedded!(
        "lexicon/en/speech.tsv",
        ["lemma", "pos", "needs", "speech_act", "distance", "source", "content", "note"],
        [0, 1, 2]
    ),
    embedded!("lexicon/en/documents.tsv", ["noun", "class", "note"], [0]),
    embedded!("lexicon/en/vague.tsv", ["noun", "class", "note"], [0]),
    embedded!("lexicon/en/hedges.tsv", ["phrase", "class", "effect", "note"], [0]),
    embedded!(
        "lexicon/en/responses.tsv",
        ["lemma", "pos", "needs", "negated", "stance", "by", "to", "note"],
        [0, 1, 2, 3]
    ),
    embedded!(
        "lexicon/en/standings.tsv",
        ["lemma", "pos", "needs", "relation", "polarity", "holder", "subject", "from_act", "note"],
        [0, 1, 2, 7]
    ),
    embedded!("lexicon/en/realis.tsv", ["lemma", "pos", "realis", "polarity", "note"], [0, 1]),
    embedded!("lexicon/en/background.tsv", ["phrase", "kind", "note"], [0]),
    embedded!("lexicon/en/time.tsv", ["phrase", "kind", "value", "note"], [0, 1]),
    embedded!("lexicon/en/time-patterns.tsv", ["category", "pattern", "fills", "note"], [0, 1]),
    embedded!("lexicon/en/pronouns.tsv", ["form", "number", "gender", "person", "kind", "note"], [0]),
    embedded!("lexicon/en/descriptors.tsv", ["noun", "kinds", "note"], [0]),
    embedded!("lexicon/en/anaphors.tsv", ["nouns", "acts", "note"], [0]),
    embedded!("lexicon/en/rules.tsv", ["set", "words", "note"], [0]),
    embedded!(
        "actors/states.tsv",
        [
            "key", "name", "kind", "iso3", "wikidata", "names", "demonyms", "capital", "cities", "sectors", "region",
            "igo_code"
        ],
        [0]
    ),
    embedded!(
        "actors/institutions.tsv",
        ["key", "name", "names", "kind", "country", "sectors", "parent", "from", "until", "wikidata"],
        [0, 7]
    ),
    embedded!("actors/organs.tsv", ["noun", "key_suffix", "kind", "sectors"], [0]),
    embedded!("actors/offices.tsv", ["noun", "office", "sectors", "rank"], [0]),
    embedded!("actors/agents.tsv", ["noun", "number", "sectors", "kind"], [0]),
    embedded!(
        "actors/people.tsv",
        ["key", "name", "aliases", "office", "country", "sectors", "from", "until", "org", "wikidata", "source"],
        [0, 3, 6, 8]
    ),
    embedded!(
        "places/cities.tsv",
        ["geonameid", "name", "alternates", "iso3", "admin1", "lat", "lon", "population"],
        [0]
    ),
    embedded!("places/countries.tsv", ["iso3", "name", "lat", "lon"], [0]),
    embedded!("places/regions.tsv", ["name", "names", "iso3s"], [0]),
    embedded!("ontology/plover/types.tsv", ["type", "quad", "score", "definition"], [0]),
    embedded!("ontology/plover/modes.tsv", ["type", "mode", "definition"], [0, 1]),
    embedded!("ontology/plover/contexts.tsv", ["context", "definition"], [0]),
    embedded!("ontology/plover/sectors.tsv", ["sector", "name", "definition"], [0]),
    embedded!("ontology/plover/acts.tsv", ["act", "type", "mode", "contexts", "score", "participants"], [0]),
    embedded!("ontology/plover/polarity.tsv", ["type", "when", "becomes"], [0, 1]),
    embedded!("ontology/plover/proposals.tsv", ["type", "mode", "act"], [0, 1]),
    embedded!("ontology/cameo/codes.tsv", ["code", "name", "quad", "goldstein", "parent", "definition"], [0]),
    embedded!("ontology/cameo/acts.tsv", ["act", "code"], [0]),
    embedded!("ontology/cameo/polarity.tsv", ["code-prefix", "when", "becomes"], [0, 1]),
];

/// A file of a user's folder of knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeFile {
    /// Path below the folder, with `/` between its parts, as it would be below knowledge/.
    pub path: String,
    /// How the user names the file; reasons and problems name it so.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All knowledge the coder uses. Cheap to share between threads; never changes while a run lasts.
#[derive(Debug)]
pub struct Knowledge {
    acts: Vec<Act>,
    act_index: HashMap<String, usize>,
    pub(crate) triggers: HashMap<String, Vec<Trigger>>,
    /// Trigger words of which a user has dropped every row: nothing is coded of them, not even what the model sees.
    pub(crate) silenced: HashSet<String>,
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
    /// Tells what relates two given parties; fitted to rows that people labelled.
    pub judge: Judge,
    /// The user's files, for explanations.
    own: Vec<KnowledgeFile>,
}

/// The text of a knowledge file that is embedded, by its path below knowledge/.
pub fn embedded_text(file: &str) -> Option<&'static str> {
    table::table(file).map(|table| table.text)
}

/// Weights that a trainer wrote, and no table for people to extend.
const RELATION: &str = include_str!("../../../../models/en/relation.tsv");

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
        let (knowledge, problems, _) = Knowledge::read(Vec::new());
        problems.into_iter().next().map_or(Ok(knowledge), Err)
    }

    /// Reads the knowledge inside the binary with a user's files over it: a row replaces the built-in rows of its key, a row
    /// that begins with `!` drops them, others are added.
    ///
    /// # Errors
    /// Everything that is wrong with the tables, each with file and line.
    pub fn with(own: Vec<KnowledgeFile>) -> Result<Knowledge, Vec<KnowledgeError>> {
        let (knowledge, problems, _) = Knowledge::read(own);
        if problems.is_empty() { Ok(knowledge) } else { Err(problems) }
    }

    /// The tables as far as they can be read, what is wrong with them, and the rows read of each.
    fn read(own: Vec<KnowledgeFile>) -> (Knowledge, Vec<KnowledgeError>, Vec<RowCount>) {
        let mut tables = Tables::new(&own);
        let mut acts = Vec::new();
        tables.each("acts.tsv", |row| {
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
                source: Source { file: row.file.clone(), line: row.line },
            });
            Ok(())
        });
        let act_index: HashMap<String, usize> = acts.iter().enumerate().map(|(i, a)| (a.name.clone(), i)).collect();
        let known = |act: &str| act_index.contains_key(act);
        let (standings, act_standings) = lexicon::standings(&mut tables);
        let judge = Judge::read("models/en/relation.tsv", RELATION).unwrap_or_else(|problem| {
            tables.problems.push(problem);
            Judge::fit(&[], 1.0)
        });
        let mut knowledge = Knowledge {
            triggers: lexicon::triggers(&mut tables, &known),
            silenced: HashSet::new(),
            support: lexicon::support(&mut tables),
            cues: lexicon::cues(&mut tables),
            documents: lexicon::documents(&mut tables),
            vague: lexicon::classes(&mut tables, "lexicon/en/vague.tsv"),
            hedges: lexicon::hedges(&mut tables),
            responses: lexicon::responses(&mut tables),
            standings,
            act_standings,
            realis: lexicon::realis(&mut tables),
            background: lexicon::background(&mut tables),
            times: lexicon::time_patterns(&mut tables),
            time: lexicon::time(&mut tables),
            pronouns: lexicon::pronouns(&mut tables),
            descriptors: lexicon::lists(&mut tables, "lexicon/en/descriptors.tsv"),
            anaphors: lexicon::lists(&mut tables, "lexicon/en/anaphors.tsv"),
            rules: lexicon::word_sets(&mut tables),
            names: Names::read(&mut tables),
            plover: Plover::read(&mut tables, &known),
            cameo: Cameo::read(&mut tables, &known),
            judge,
            acts,
            act_index,
            own: Vec::new(),
        };
        let Tables { mut problems, counts, dropped, .. } = tables;
        let words = dropped.into_iter().filter(|(path, _)| *path == "lexicon/en/triggers.tsv").map(|(_, word)| word);
        knowledge.silenced = words.filter(|word| !knowledge.triggers.contains_key(word)).collect();
        for act in &knowledge.acts {
            if let Some(parent) = &act.parent
                && !knowledge.act_index.contains_key(parent)
            {
                problems.push(act.source.error(format!("parent `{parent}` of `{}` is no act of acts.tsv", act.name)));
            }
        }
        knowledge.own = own;
        (knowledge, problems, counts)
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

    /// The line of a knowledge file, for explanations: the user's, where one has this name, else the embedded one.
    pub fn line(&self, file: &str, line: u32) -> Option<&str> {
        let own = self.own.iter().find(|own| own.name == file).map(|own| own.text.as_str());
        own.or_else(|| embedded_text(file))?.lines().nth(line.checked_sub(1)? as usize)
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
