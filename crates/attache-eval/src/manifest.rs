//! The manifest of a set: `gold/SET.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::report::Baseline;
use crate::{EvalError, read_text, seed};

/// How a set is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Scorer {
    Syntax,
    Entities,
    Coref,
    Attribution,
    Factuality,
    Petrarch,
    Responses,
    Gsr,
    Coders,
    Relations,
    Precision,
    Seed,
    Times,
}

/// Everything that is known about a set beside its data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the set: the stem of the file.
    #[serde(skip)]
    pub set: String,
    /// The folder the manifest was read from.
    #[serde(skip)]
    pub gold: PathBuf,
    /// One sentence on what is measured.
    pub what: String,
    /// How it is scored.
    pub scorer: Scorer,
    /// Where the data lie below `--data`; a path that begins with `gold` lies beside the manifest.
    pub path: PathBuf,
    /// Where the data come from.
    pub source: String,
    /// Licence of the data.
    pub licence: String,
    /// Which part of the source is used.
    pub split: String,
    /// Other parts of the set by name, below `--data`: to look at while building, never to report.
    #[serde(default)]
    pub parts: BTreeMap<String, PathBuf>,
    /// Labels of the gold or of the output, and what they are read as before they are compared: older names, misspelt codes.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Labels that everything is scored once more without.
    #[serde(default)]
    pub apart: Vec<String>,
    /// For a sample of articles: how many from which file below `--data`.
    #[serde(default)]
    pub sample: BTreeMap<String, usize>,
    /// SHA-256 by file name, of the data the baselines and floors were measured on.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
    /// What is known of each metric.
    #[serde(default)]
    pub metric: BTreeMap<String, Bounds>,
    /// How the items of annotated articles are told; only for that scorer.
    pub items: Option<seed::Rules>,
}

/// What a metric is held against.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// A score to compare with.
    pub baseline: Option<f64>,
    /// Whose score that is.
    pub baseline_source: Option<String>,
    /// `--check` fails below it.
    pub floor: Option<f64>,
    /// `--check` fails above it.
    pub ceiling: Option<f64>,
}

impl Manifest {
    /// Reads the manifest of `set` from the folder `gold`.
    pub fn read(gold: &Path, set: &str) -> Result<Manifest, EvalError> {
        let path = gold.join(format!("{set}.toml"));
        let plain = set.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain || !path.is_file() {
            return Err(EvalError::NotScoredYet(set.to_string()));
        }
        let mut manifest: Manifest =
            toml::from_str(&read_text(&path)?).map_err(|error| EvalError::Shape(path.clone(), error.to_string()))?;
        for (name, bounds) in &manifest.metric {
            if bounds.baseline.is_some() != bounds.baseline_source.is_some() {
                let what = format!("metric.{name}: a baseline and its source go together");
                return Err(EvalError::Shape(path, what));
            }
        }
        manifest.set = set.to_string();
        manifest.gold = gold.to_path_buf();
        Ok(manifest)
    }

    /// Where the set lies under `data`: the file the manifest names, or, in a folder with another part of the same set, the
    /// one file of its kind that is not for training.
    pub fn locate(&self, data: &Path) -> PathBuf {
        if let Ok(own) = self.path.strip_prefix("gold") {
            return self.gold.join(own);
        }
        let named = data.join(&self.path);
        let Some(folder) = named.parent().filter(|_| !named.exists()) else { return named };
        let like = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            path.is_file() && path.extension() == named.extension() && !name.contains("train")
        };
        let others: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).filter(like).collect();
        match others.as_slice() {
            [only] => only.clone(),
            _ => named,
        }
    }

    /// The set with another of its parts in the place of the one that is reported. Baselines and floors do not hold there.
    pub fn part(mut self, name: &str) -> Result<Manifest, EvalError> {
        let Some(path) = self.parts.get(name) else {
            let known: Vec<&str> = self.parts.keys().map(String::as_str).collect();
            let what = format!("{}: no part {name}; its parts are: {}", self.set, known.join(", "));
            return Err(EvalError::Load(what));
        };
        self.path = path.clone();
        self.split = name.to_string();
        self.metric.clear();
        Ok(self)
    }

    /// What a label is read as.
    pub fn name<'a>(&'a self, label: &'a str) -> &'a str {
        self.names.get(label).map_or(label, String::as_str)
    }

    /// The manifest with baselines that were measured in the same run as the scores.
    pub fn with_baselines(mut self, measured: &[Baseline]) -> Manifest {
        for baseline in measured {
            let bounds = self.metric.entry(baseline.metric.clone()).or_default();
            bounds.baseline = Some(baseline.value);
            bounds.baseline_source = Some(baseline.source.to_string());
        }
        self
    }

    /// The bounds of a metric; empty when the manifest does not name it.
    pub fn bounds(&self, metric: &str) -> Bounds {
        self.metric.get(metric).cloned().unwrap_or_default()
    }
}

/// The folder of the manifests: the one given, else the nearest `gold` upward from the working folder.
pub fn find_gold(given: Option<&Path>) -> Result<PathBuf, EvalError> {
    if let Some(path) = given {
        return Ok(path.to_path_buf());
    }
    let here = std::env::current_dir().map_err(|error| EvalError::Io(PathBuf::from("."), error))?;
    here.ancestors().map(|folder| folder.join("gold")).find(|gold| gold.is_dir()).ok_or_else(|| {
        EvalError::Load("no folder `gold` here or above: run inside the repository or give --gold".to_string())
    })
}
