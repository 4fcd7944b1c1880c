//! Ontologies as tables: how PLOVER and CAMEO write each act. No code appears in Rust.

use std::collections::HashMap;

use super::Source;
use super::table::{Tables, list};

/// A term with its definition.
#[derive(Debug, Clone)]
pub struct Term {
    /// The code.
    pub code: String,
    /// Its plain name, where it differs.
    pub name: Option<String>,
    /// What it means.
    pub definition: String,
}

/// A PLOVER event type.
#[derive(Debug, Clone)]
pub struct PloverType {
    /// Code, capitals.
    pub code: String,
    /// Quad class, 1 to 4.
    pub quad: u8,
    /// Score on the Goldstein-like scale.
    pub score: f64,
    /// What it means.
    pub definition: String,
}

/// How an ontology writes an act.
#[derive(Debug, Clone)]
pub struct Coded {
    /// Type or code; `None` when the ontology does not code the act.
    pub code: Option<String>,
    /// Mode, where the ontology has modes.
    pub mode: Option<String>,
    /// Contexts that the act implies.
    pub contexts: Vec<String>,
    /// Score of this act.
    pub score: Option<f64>,
    /// True when initiator and counterpart change places in this ontology.
    pub swap: bool,
    /// Where it is written.
    pub source: Source,
}

/// What a negated, expected, proposed or threatened act becomes, by type or code prefix.
#[derive(Debug, Clone, Default)]
pub struct Polarities {
    pub(super) rules: Vec<(String, String, Option<String>, Source)>,
}

impl Polarities {
    /// The code that `code` becomes under `when`: `None` where no rule speaks of it, `Some(None)` where it is not coded.
    pub fn apply(&self, code: &str, when: &str) -> Option<(Option<&str>, Source)> {
        self.rules
            .iter()
            .filter(|(prefix, w, ..)| w == when && code.starts_with(prefix.as_str()))
            .max_by_key(|(prefix, ..)| prefix.len())
            .map(|(_, _, becomes, source)| (becomes.as_deref(), source.clone()))
    }

    fn read(tables: &mut Tables, path: &str) -> Polarities {
        let mut rules = Vec::new();
        tables.each(path, |row| {
            let [prefix, when, becomes] = row.cells();
            if !matches!(when, "negated" | "expected" | "proposed" | "threatened") {
                return Err(row.error(format!("`{when}`: expected negated, expected, proposed or threatened")));
            }
            rules.push((
                prefix.to_string(),
                when.to_string(),
                (!becomes.is_empty()).then(|| becomes.to_string()),
                Source { file: row.file.clone(), line: row.line },
            ));
            Ok(())
        });
        Polarities { rules }
    }
}

/// PLOVER: types, modes, contexts, sectors, and each act in them.
#[derive(Debug)]
pub struct Plover {
    pub types: Vec<PloverType>,
    pub modes: Vec<(String, Term)>,
    pub contexts: Vec<Term>,
    pub sectors: Vec<Term>,
    pub acts: HashMap<String, Coded>,
    pub polarity: Polarities,
    /// For a type and a mode, or none, the plainest act.
    proposals: HashMap<(String, String), String>,
}

impl Plover {
    pub(super) fn read(tables: &mut Tables, known: &dyn Fn(&str) -> bool) -> Plover {
        let mut types = Vec::new();
        tables.each("ontology/plover/types.tsv", |row| {
            types.push(PloverType {
                code: row.required(0, "type")?.to_string(),
                quad: row.number(1)?.unwrap_or(0.0) as u8,
                score: row.number(2)?.unwrap_or(0.0),
                definition: row.cell(3).to_string(),
            });
            Ok(())
        });
        let mut modes = Vec::new();
        tables.each("ontology/plover/modes.tsv", |row| {
            let [kind, mode, definition] = row.cells();
            modes.push((
                kind.to_string(),
                Term { code: mode.to_string(), name: None, definition: definition.to_string() },
            ));
            Ok(())
        });
        let mut contexts = Vec::new();
        tables.each("ontology/plover/contexts.tsv", |row| {
            let [code, definition] = row.cells();
            contexts.push(Term { code: code.to_string(), name: None, definition: definition.to_string() });
            Ok(())
        });
        let mut sectors = Vec::new();
        tables.each("ontology/plover/sectors.tsv", |row| {
            let [code, name, definition] = row.cells();
            sectors.push(Term {
                code: code.to_string(),
                name: Some(name.to_string()),
                definition: definition.to_string(),
            });
            Ok(())
        });
        let mut acts = HashMap::new();
        tables.each("ontology/plover/acts.tsv", |row| {
            let [act, kind, mode, context, _, participants] = row.cells();
            if !known(act) {
                return Err(row.error(format!("`{act}` is no act of acts.tsv")));
            }
            if !kind.is_empty() && !types.iter().any(|t| t.code == kind) {
                return Err(row.error(format!("`{kind}` is no type of types.tsv")));
            }
            acts.insert(
                act.to_string(),
                Coded {
                    code: (!kind.is_empty()).then(|| kind.to_string()),
                    mode: (!mode.is_empty()).then(|| mode.to_string()),
                    contexts: list(context).map(str::to_string).collect(),
                    score: row.number(4)?,
                    swap: participants == "swap",
                    source: Source { file: row.file.clone(), line: row.line },
                },
            );
            Ok(())
        });
        let polarity = Polarities::read(tables, "ontology/plover/polarity.tsv");
        let mut proposals = HashMap::new();
        tables.each("ontology/plover/proposals.tsv", |row| {
            let [kind, mode, act] = row.cells();
            if !known(act) {
                return Err(row.error(format!("`{act}` is no act of acts.tsv")));
            }
            if !types.iter().any(|t: &PloverType| t.code == kind) {
                return Err(row.error(format!("`{kind}` is no type of types.tsv")));
            }
            proposals.insert((kind.to_string(), mode.to_string()), act.to_string());
            Ok(())
        });
        Plover { types, modes, contexts, sectors, acts, polarity, proposals }
    }

    /// The plainest act of a type and a mode; the type's own where the mode has none.
    pub fn proposal(&self, kind: &str, mode: &str) -> Option<&str> {
        let row = |mode: &str| self.proposals.get(&(kind.to_string(), mode.to_string()));
        row(mode).or_else(|| row("")).map(String::as_str)
    }

    /// The type of this code.
    pub fn kind(&self, code: &str) -> Option<&PloverType> {
        self.types.iter().find(|t| t.code == code)
    }
}

/// A CAMEO code.
#[derive(Debug, Clone)]
pub struct CameoCode {
    /// Two to four digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Quad class, 1 to 4.
    pub quad: u8,
    /// Goldstein value.
    pub goldstein: Option<f64>,
    /// What it means.
    pub definition: String,
}

/// CAMEO: codes, and each act in them.
#[derive(Debug)]
pub struct Cameo {
    pub codes: Vec<CameoCode>,
    index: HashMap<String, usize>,
    pub acts: HashMap<String, Coded>,
    pub polarity: Polarities,
}

impl Cameo {
    pub(super) fn read(tables: &mut Tables, known: &dyn Fn(&str) -> bool) -> Cameo {
        let mut codes = Vec::new();
        tables.each("ontology/cameo/codes.tsv", |row| {
            codes.push(CameoCode {
                code: row.required(0, "code")?.to_string(),
                name: row.cell(1).to_string(),
                quad: row.number(2)?.unwrap_or(0.0) as u8,
                goldstein: row.number(3)?,
                definition: row.cell(5).to_string(),
            });
            Ok(())
        });
        let index: HashMap<String, usize> = codes.iter().enumerate().map(|(i, c)| (c.code.clone(), i)).collect();
        let mut acts = HashMap::new();
        tables.each("ontology/cameo/acts.tsv", |row| {
            let [act, code] = row.cells();
            if !known(act) {
                return Err(row.error(format!("`{act}` is no act of acts.tsv")));
            }
            if !code.is_empty() && !index.contains_key(code) {
                return Err(row.error(format!("`{code}` is no code of codes.tsv")));
            }
            acts.insert(
                act.to_string(),
                Coded {
                    code: (!code.is_empty()).then(|| code.to_string()),
                    mode: None,
                    contexts: Vec::new(),
                    score: None,
                    swap: false,
                    source: Source { file: row.file.clone(), line: row.line },
                },
            );
            Ok(())
        });
        let polarity = Polarities::read(tables, "ontology/cameo/polarity.tsv");
        Cameo { codes, index, acts, polarity }
    }

    /// The entry of this code.
    pub fn code(&self, code: &str) -> Option<&CameoCode> {
        self.index.get(code).map(|&i| &self.codes[i])
    }
}
