//! The forms that decide where tokens and sentences end, from `knowledge/lexicon/en/abbreviations.tsv`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../knowledge/lexicon/en/abbreviations.tsv");
const HEADER: &str = "form\tkind\tvalue";

/// How an abbreviation behaves; the head of the table says what each kind means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    Title,
    Number,
    Date,
    Closing,
}

#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    abbreviations: HashMap<&'static str, Abbreviation>,
    /// Lengths in characters of the parts of a contraction, by its lower-cased form.
    contractions: HashMap<&'static str, Vec<usize>>,
    elisions: HashSet<&'static str>,
    clitics: Vec<&'static str>,
    units: HashSet<&'static str>,
    money_units: HashSet<&'static str>,
    prefixes: HashSet<&'static str>,
    suffixes: HashSet<&'static str>,
    domains: HashSet<&'static str>,
    openers: HashSet<&'static str>,
    speech: HashSet<&'static str>,
}

/// The one table, read at its first use.
///
/// # Panics
/// When a row of the embedded table is malformed, which a test excludes.
pub(crate) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| read(TABLE).unwrap_or_else(|error| panic!("{error}")));
    &LEXICON
}

impl Lexicon {
    pub(crate) fn abbreviation(&self, form: &str) -> Option<Abbreviation> {
        self.abbreviations.get(form).copied()
    }

    /// Lengths in characters of the parts of a word that is two without an apostrophe between them.
    pub(crate) fn contraction(&self, lower: &str) -> Option<&[usize]> {
        self.contractions.get(lower).map(Vec::as_slice)
    }

    /// True for a word that begins with an apostrophe (plain, lower-cased).
    pub(crate) fn is_elision(&self, lower: &str) -> bool {
        self.elisions.contains(lower)
    }

    /// The clitics, with a plain apostrophe and lower-cased.
    pub(crate) fn clitics(&self) -> &[&'static str] {
        &self.clitics
    }

    pub(crate) fn is_unit(&self, form: &str, after_currency: bool) -> bool {
        self.units.contains(form) || after_currency && self.money_units.contains(form)
    }

    pub(crate) fn is_prefix(&self, lower: &str) -> bool {
        self.prefixes.contains(lower)
    }

    pub(crate) fn is_suffix(&self, lower: &str) -> bool {
        self.suffixes.contains(lower)
    }

    pub(crate) fn is_domain(&self, lower: &str) -> bool {
        self.domains.contains(lower)
    }

    pub(crate) fn is_opener(&self, form: &str) -> bool {
        self.openers.contains(form)
    }

    pub(crate) fn is_speech(&self, form: &str) -> bool {
        self.speech.contains(form)
    }
}

fn read(table: &'static str) -> Result<Lexicon, String> {
    let mut lexicon = Lexicon::default();
    let mut rows = table.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    if rows.next().map(|(_, line)| line) != Some(HEADER) {
        return Err(format!("abbreviations.tsv: the header line is not {HEADER:?}"));
    }
    for (number, line) in rows {
        let at = |what: String| format!("abbreviations.tsv:{}: {what}", number + 1);
        let cells: Vec<&str> = line.split('\t').collect();
        let [form, kind, value] = cells[..] else {
            return Err(at(format!("{} cells instead of 3", cells.len())));
        };
        if form.is_empty() {
            return Err(at("the form is empty".to_string()));
        }
        let abbreviation = match kind {
            "title" => Some(Abbreviation::Title),
            "number" => Some(Abbreviation::Number),
            "date" => Some(Abbreviation::Date),
            "closing" => Some(Abbreviation::Closing),
            _ => None,
        };
        let fresh = match kind {
            "title" | "number" | "date" | "closing" => {
                abbreviation.is_some_and(|kind| lexicon.abbreviations.insert(form, kind).is_none())
            }
            "contraction" => {
                let parts: Vec<usize> = value.split('|').map(|part| part.chars().count()).collect();
                if parts.len() < 2 || value.replace('|', "") != form {
                    return Err(at(format!("the parts {value:?} do not make up {form:?}")));
                }
                lexicon.contractions.insert(form, parts).is_none()
            }
            "clitic" => {
                let fresh = !lexicon.clitics.contains(&form);
                lexicon.clitics.push(form);
                fresh
            }
            "elision" => lexicon.elisions.insert(form),
            "unit" => lexicon.units.insert(form),
            "money-unit" => lexicon.money_units.insert(form),
            "prefix" => lexicon.prefixes.insert(form),
            "suffix" => lexicon.suffixes.insert(form),
            "domain" => lexicon.domains.insert(form),
            "opener" => lexicon.openers.insert(form),
            "speech" => lexicon.speech.insert(form),
            _ => return Err(at(format!("unknown kind {kind:?}"))),
        };
        if !fresh {
            return Err(at(format!("{form:?} is there twice")));
        }
    }
    Ok(lexicon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_well_formed() {
        let lexicon = read(TABLE).unwrap();
        assert_eq!(lexicon.abbreviation("Gen."), Some(Abbreviation::Title));
        assert_eq!(lexicon.contraction("cannot"), Some(&[3, 3][..]));
    }

    #[test]
    fn errors_name_the_line() {
        let error = |rows: &str| read(Box::leak(format!("# x\n{HEADER}\n{rows}").into_boxed_str())).unwrap_err();
        assert_eq!(error("Mr.\ttitle"), "abbreviations.tsv:3: 2 cells instead of 3");
        assert_eq!(error("Mr.\ttitel\t-"), "abbreviations.tsv:3: unknown kind \"titel\"");
        assert_eq!(error("Mr.\ttitle\t-\nMr.\tdate\t-"), "abbreviations.tsv:4: \"Mr.\" is there twice");
        assert_eq!(
            error("cannot\tcontraction\tcan|nt"),
            "abbreviations.tsv:3: the parts \"can|nt\" do not make up \"cannot\""
        );
    }
}
