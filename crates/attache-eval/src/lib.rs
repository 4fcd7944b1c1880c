//! Gold readers, scorers and reports.
//!
//! Promise: every number attache reports about itself comes from here, from a set described in a manifest
//! `gold/SET.toml` (where the data lie, licence, split, baselines with their source, floors) and from data given with
//! `--data`; nothing about a set is compiled in. A score is a [`Metric`], and every score can be traced to its cases
//! ([`CaseTable`], one row a case).
//!
//! Primary nouns: [`manifest::Manifest`], [`Metric`], [`Outcome`]. The scorers are [`syntax`], [`entities`], [`coref`], [`attribution`],
//! [`factuality`], [`petrarch`], [`responses`], [`times`], [`gsr`], [`coders`], [`relations`], [`precision`] and [`seed`].
//! Beside them, [`conll18`] scores any trees against others and [`speed`] measures processor time.
//! What it does not do: train, tune, or download anything.

pub mod attribution;
pub mod coders;
pub mod conll18;
pub mod conllu;
pub mod coref;
pub mod entities;
pub mod factuality;
pub mod gsr;
pub mod manifest;
mod model;
pub mod petrarch;
pub mod precision;
pub mod relations;
pub mod report;
pub mod responses;
pub mod seed;
pub mod speed;
pub mod syntax;
pub mod times;
pub mod treebank;

pub use report::{Baseline, CaseTable, Metric, Outcome, Trees};

use std::path::{Path, PathBuf};

use manifest::{Manifest, Scorer};

/// Why a set could not be scored.
#[derive(Debug)]
pub enum EvalError {
    /// There is no manifest for the set.
    NotScoredYet(String),
    /// A file could not be read.
    Io(PathBuf, std::io::Error),
    /// A file is not of the expected shape.
    Shape(PathBuf, String),
    /// The model or the knowledge inside the binary could not be loaded.
    Load(String),
    /// No case has the name given with `--show`.
    NoCase(String),
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EvalError::NotScoredYet(set) => write!(f, "{set}: not scored yet (there is no gold/{set}.toml)"),
            EvalError::Io(path, error) => write!(f, "{}: {error}", path.display()),
            EvalError::Shape(path, what) => write!(f, "{}: {what}", path.display()),
            EvalError::Load(what) => f.write_str(what),
            EvalError::NoCase(case) => write!(f, "{case}: no such case in this set"),
        }
    }
}

impl std::error::Error for EvalError {}

/// Reads a text file, naming it in the error.
pub fn read_text(path: &Path) -> Result<String, EvalError> {
    std::fs::read_to_string(path).map_err(|error| EvalError::Io(path.to_path_buf(), error))
}

/// Reads JSON lines; blank ones are passed over, and an error names the line.
fn read_lines<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    let rows = text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty());
    rows.map(|(n, row)| serde_json::from_str(row).map_err(|e| format!("line {}: {e}", n + 1))).collect()
}

/// Scores a set. `show` names one case to be printed with gold and output side by side.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let outcome = match manifest.scorer {
        Scorer::Syntax => syntax::score(manifest, data, show)?,
        Scorer::Entities => entities::score(manifest, data, show)?,
        Scorer::Attribution => attribution::score(manifest, data, show)?,
        Scorer::Factuality => factuality::score(manifest, data, show)?,
        Scorer::Coref => coref::score(manifest, data, show)?,
        Scorer::Petrarch => petrarch::score(manifest, data, show)?,
        Scorer::Responses => responses::score(manifest, data, show)?,
        Scorer::Gsr => gsr::score(manifest, data, show)?,
        Scorer::Coders => coders::score(manifest, data, show)?,
        Scorer::Relations => relations::score(manifest, data, show)?,
        Scorer::Precision => precision::score(manifest, data, show)?,
        Scorer::Seed => seed::score(manifest, data, show)?,
        Scorer::Times => times::score(manifest, data, show)?,
    };
    match show {
        Some(case) if outcome.shown.is_none() => Err(EvalError::NoCase(case.to_string())),
        _ => Ok(outcome),
    }
}
