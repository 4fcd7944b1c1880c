//! An annotated article: `article.txt` and `gold.json` beside it. Spans are `q` (the words), `s`, `e` (code points, end
//! exclusive).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attache_doc::Span;
use serde::Deserialize;

use crate::{EvalError, read_text};

/// Words of the article with their place.
#[derive(Debug, Clone, Deserialize)]
pub struct Quote {
    /// The words.
    pub q: String,
    /// First code point.
    pub s: usize,
    /// One past the last code point.
    pub e: usize,
}

/// A party of the article.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct GoldActor {
    /// Its names, separated by ` / `; remarks stand in parentheses. `None` for a voice that is only implied.
    pub name: Option<String>,
    /// state, ministry, person, igo, forum, vague, implicit, …
    pub kind: String,
    /// Key of the party it belongs to.
    pub part_of: Option<String>,
    /// Begins with an ISO alpha-3 code for states.
    pub code: Option<String>,
}

/// An attribution.
#[derive(Debug, Clone, Deserialize)]
pub struct Attribution {
    /// Key in the file.
    pub id: String,
    /// The source's words.
    pub source: Vec<Quote>,
    /// Key of the source.
    pub source_actor: String,
    /// named, vague, implicit.
    pub source_class: String,
    /// The cue, possibly discontinuous.
    pub cue: Vec<Quote>,
    /// verb, adverb, preposition, passive, noun, …
    pub cue_class: String,
    /// The content, possibly discontinuous.
    pub content: Vec<Quote>,
    /// assert, evaluate, confirm, …
    pub act: String,
    /// `+` or `-`.
    pub polarity: String,
    /// The attribution whose content it stands in.
    pub parent: Option<String>,
}

/// Who vouches for an event, and how.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldVoice {
    /// Key of the party; `author` for the outlet.
    pub actor: String,
    /// asserts, silent(reported), …
    pub stance: String,
    /// The party through whom alone the words are known.
    pub via: Option<String>,
}

/// A time of the annotation.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldWhen {
    /// First and last day, ISO 8601.
    pub interval: Option<[String; 2]>,
}

/// An event, state, habit or property.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldEvent {
    /// Key in the file.
    pub id: String,
    /// event, state, habitual, property.
    pub kind: String,
    /// The words that report it best.
    pub trigger: Quote,
    /// The other places.
    pub other_mentions: Vec<Quote>,
    /// What happens, in words.
    pub what: String,
    /// Key of who does it.
    pub who: Option<String>,
    /// Keys of those to whom.
    pub whom: Vec<String>,
    /// When.
    pub when: Option<GoldWhen>,
    /// asserted, planned, proposed.
    pub modality: String,
    /// `+` or `-`.
    pub polarity: String,
    /// On whose word.
    pub voices: Vec<GoldVoice>,
    /// How well it is vouched for, in words.
    pub status: String,
    /// Why.
    pub status_why: Option<String>,
}

impl GoldEvent {
    /// Every place that mentions it, the trigger first.
    pub fn mentions(&self) -> impl Iterator<Item = &Quote> {
        std::iter::once(&self.trigger).chain(&self.other_mentions)
    }

    /// True when the annotator calls it background.
    pub fn is_background(&self) -> bool {
        self.status_why.as_deref().is_some_and(|why| why.contains("background"))
    }
}

/// The annotation of one article.
#[derive(Debug, Clone, Deserialize)]
pub struct Gold {
    /// The annotation's own name for the article.
    #[serde(default)]
    pub doc: String,
    /// Day of publication, where the annotation gives it.
    pub published: Option<String>,
    /// The parties by key.
    pub actors: BTreeMap<String, GoldActor>,
    /// The attributions.
    pub attributions: Vec<Attribution>,
    /// The events and states.
    pub events: Vec<GoldEvent>,
    /// Page furniture, where the annotation marks it.
    #[serde(default)]
    pub boilerplate: Vec<Quote>,
}

impl Gold {
    /// The key and those of the parties it belongs to, itself first.
    pub fn chain<'g>(&'g self, key: &'g str) -> Vec<&'g str> {
        let mut chain = vec![key];
        let up = |key: &str| self.actors.get(key).and_then(|actor| actor.part_of.as_deref());
        while let Some(next) = up(chain[chain.len() - 1]) {
            if chain.contains(&next) {
                break;
            }
            chain.push(next);
        }
        chain
    }

    /// The party at the top of a key's chain.
    pub fn root<'g>(&'g self, key: &'g str) -> &'g str {
        self.chain(key).pop().unwrap_or(key)
    }

    /// True for a party that can be told by name.
    pub fn is_named(&self, key: &str) -> bool {
        key != "author"
            && self.actors.get(key).is_some_and(|actor| !matches!(actor.kind.as_str(), "vague" | "implicit"))
    }

    /// The attribution with this key.
    pub fn attribution(&self, id: &str) -> Option<&Attribution> {
        self.attributions.iter().find(|attribution| attribution.id == id)
    }
}

/// An article with its annotation.
#[derive(Debug, Clone)]
pub struct Case {
    /// Name of the folder.
    pub name: String,
    /// The article.
    pub text: String,
    /// Its annotation.
    pub gold: Gold,
    /// Byte at which each code point starts, and the length of the text.
    starts: Vec<u32>,
}

impl Case {
    /// Reads `article.txt` and `gold.json` of a folder, and checks that every quoted span holds its words.
    pub fn read(folder: &Path) -> Result<Case, EvalError> {
        let name = folder.file_name().map_or("case".to_string(), |name| name.to_string_lossy().into_owned());
        let text = read_text(&folder.join("article.txt"))?;
        let path = folder.join("gold.json");
        Case::parse(name, text, &read_text(&path)?).map_err(|what| EvalError::Shape(path, what))
    }

    /// An article and its annotation in JSON; the error says what is wrong with the annotation.
    pub fn parse(name: String, text: String, json: &str) -> Result<Case, String> {
        let value: serde_json::Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let starts: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        let mut wrong = Vec::new();
        check_quotes(&value, &text, &starts, &mut wrong);
        if !wrong.is_empty() {
            return Err(format!("spans that do not hold their words: {}", wrong.join("; ")));
        }
        let gold: Gold = serde_json::from_value(value).map_err(|error| error.to_string())?;
        Ok(Case { name, text, gold, starts })
    }

    /// The bytes of a quote.
    pub fn span(&self, quote: &Quote) -> Span {
        Span { start: self.starts[quote.s], end: self.starts[quote.e] }
    }

    /// The bytes of several quotes.
    pub fn spans(&self, quotes: &[Quote]) -> Vec<Span> {
        quotes.iter().map(|quote| self.span(quote)).collect()
    }
}

/// Finds every `{q, s, e}` of the file whose words are not those at its place.
fn check_quotes(value: &serde_json::Value, text: &str, starts: &[u32], wrong: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            if let (Some(q), Some(s), Some(e)) = (map.get("q"), map.get("s"), map.get("e")) {
                let place = |v: &serde_json::Value| v.as_u64().and_then(|at| starts.get(at as usize)).copied();
                let words = place(s).zip(place(e)).and_then(|(s, e)| text.get(s as usize..e as usize));
                if words.is_none() || words != q.as_str() {
                    wrong.push(format!("{q} at {s}..{e}"));
                }
            }
            map.values().for_each(|inner| check_quotes(inner, text, starts, wrong));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|inner| check_quotes(inner, text, starts, wrong)),
        _ => {}
    }
}

/// The folders below (or at) `folder` that hold an annotated article, by name.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    let holds = |path: &Path| path.join("article.txt").is_file() && path.join("gold.json").is_file();
    let mut found: Vec<PathBuf> = if holds(folder) { vec![folder.to_path_buf()] } else { Vec::new() };
    let mut inner: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|p| holds(p))
        .collect();
    inner.sort();
    found.append(&mut inner);
    found
}
