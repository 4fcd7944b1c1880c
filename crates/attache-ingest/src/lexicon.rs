//! The knowledge this crate carries: page furniture, agencies, dateline words.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use attache_doc::BlockKind;

/// A pattern open at its end counts only for a line below this length, in characters: a sentence may begin like furniture.
const LONGEST_OPEN: usize = 200;
/// A pattern noted `short` counts only for a line of at most so many words.
const SHORT_WORDS: usize = 8;

/// A whole-line pattern with `*` allowed at its ends.
struct Pattern {
    text: String,
    open_start: bool,
    open_end: bool,
    short: bool,
    kind: BlockKind,
}

impl Pattern {
    fn new(pattern: &'static str, kind: BlockKind, note: &str) -> Pattern {
        // A row of asterisks is meant literally.
        let open = pattern.chars().any(|c| c != '*' && c != ' ');
        let (open_start, open_end) = (open && pattern.starts_with('*'), open && pattern.ends_with('*'));
        let text = if open { pattern.trim_matches('*') } else { pattern }.chars().map(straight).collect();
        Pattern { text, open_start, open_end, short: note == "short", kind }
    }

    fn matches(&self, line: &str) -> bool {
        if self.open_end && line.chars().count() >= LONGEST_OPEN {
            return false;
        }
        if self.short && line.split(' ').count() > SHORT_WORDS {
            return false;
        }
        match (self.open_start, self.open_end) {
            (false, false) => line == self.text,
            (false, true) => line.starts_with(&self.text),
            (true, false) => line.ends_with(&self.text),
            (true, true) => line.contains(&self.text),
        }
    }
}

/// The tables, read once from the text compiled in.
pub(crate) struct Lexicon {
    patterns: Vec<Pattern>,
    /// Patterns whose start is given, by their first letter; the others under `None`.
    by_first: HashMap<Option<char>, Vec<usize>>,
    agencies: HashSet<String>,
    pictures: HashSet<String>,
    labels: HashSet<&'static str>,
    updates: HashSet<&'static str>,
    weekdays: HashSet<&'static str>,
    bylines: HashSet<&'static str>,
}

/// The embedded lexicon.
pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let patterns: Vec<Pattern> = rows(include_str!("../../../knowledge/lexicon/en/boilerplate.tsv"))
        .filter_map(|cells| {
            let kind = match *cells.get(1)? {
                "boilerplate" => BlockKind::Boilerplate,
                "byline" => BlockKind::Byline,
                "caption" => BlockKind::Caption,
                _ => return None,
            };
            Some(Pattern::new(cells[0], kind, cells.get(2).copied().unwrap_or_default()))
        })
        .collect();
    let mut by_first: HashMap<Option<char>, Vec<usize>> = HashMap::new();
    for (i, pattern) in patterns.iter().enumerate() {
        let first = if pattern.open_start { None } else { pattern.text.chars().next() };
        by_first.entry(first).or_default().push(i);
    }
    let (pictures, agencies): (Vec<_>, Vec<_>) = rows(include_str!("../../../knowledge/lexicon/en/agencies.tsv"))
        .partition(|cells| cells.get(1) == Some(&"pictures"));
    let names = |rows: Vec<Vec<&str>>| rows.iter().map(|cells| cells[0].to_lowercase()).collect();
    let (agencies, pictures) = (names(agencies), names(pictures));
    let dateline: Vec<_> = rows(include_str!("../../../knowledge/lexicon/en/dateline.tsv")).collect();
    let of_kind =
        |kind: &str| dateline.iter().filter(|cells| cells.get(1) == Some(&kind)).map(|cells| cells[0]).collect();
    Lexicon {
        patterns,
        by_first,
        agencies,
        pictures,
        labels: of_kind("label"),
        updates: of_kind("update"),
        weekdays: of_kind("weekday"),
        bylines: of_kind("byline"),
    }
});

/// The rows of a knowledge file: no comment lines, no header.
fn rows(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .skip(1)
        .map(|line| line.split('\t').collect())
}

impl Lexicon {
    /// The kind of a pattern that matches a line, those that give its start first; `line` is lower case with single spaces and straight quotes.
    pub(crate) fn furniture(&self, line: &str) -> Option<BlockKind> {
        let of = |first: Option<char>| self.by_first.get(&first).into_iter().flatten().copied();
        of(line.chars().next()).chain(of(None)).map(|i| &self.patterns[i]).find(|p| p.matches(line)).map(|p| p.kind)
    }

    /// True for the name of a news agency.
    pub(crate) fn is_agency(&self, name: &str) -> bool {
        self.agencies.contains(&name.to_lowercase())
    }

    /// True for the name of an agency or archive that pictures are credited to.
    pub(crate) fn is_picture_source(&self, name: &str) -> bool {
        self.is_agency(name) || self.pictures.contains(&name.to_lowercase())
    }

    /// True for a word that stands before a dash as a place would but names none ("UPDATE", "WATCH").
    pub(crate) fn is_label(&self, word: &str) -> bool {
        self.labels.contains(word.to_lowercase().as_str())
    }

    /// True for the words around a date of publication ("updated", "published").
    pub(crate) fn is_update(&self, word: &str) -> bool {
        self.updates.contains(word.to_lowercase().as_str())
    }

    /// True for a word before the names of the authors ("by").
    pub(crate) fn opens_byline(&self, word: &str) -> bool {
        self.bylines.contains(word.to_lowercase().as_str())
    }

    /// True for a day of the week, also abbreviated.
    pub(crate) fn is_weekday(&self, word: &str) -> bool {
        self.weekdays.contains(word.to_lowercase().trim_end_matches('.'))
    }
}

/// A line as the patterns are written: lower case, single spaces, straight quotes.
pub(crate) fn normal(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase).map(straight));
    }
    out
}

fn straight(c: char) -> char {
    match c {
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_tables_is_read() {
        for (file, columns) in [
            (include_str!("../../../knowledge/lexicon/en/boilerplate.tsv"), 3),
            (include_str!("../../../knowledge/lexicon/en/agencies.tsv"), 2),
            (include_str!("../../../knowledge/lexicon/en/dateline.tsv"), 3),
        ] {
            assert!(rows(file).count() > 5);
            for cells in rows(file) {
                assert_eq!(cells.len(), columns, "{cells:?}");
            }
        }
        assert_eq!(LEXICON.patterns.len(), rows(include_str!("../../../knowledge/lexicon/en/boilerplate.tsv")).count());
        for pattern in &LEXICON.patterns {
            let asterisks = pattern.text.chars().all(|c| matches!(c, '*' | ' '));
            assert!(!pattern.text.is_empty() && (asterisks || !pattern.text.contains('*')), "{:?}", pattern.text);
            assert_eq!(pattern.text.trim(), normal(&pattern.text), "not as the lines are compared");
        }
        assert_eq!(LEXICON.furniture("scroll to top"), Some(BlockKind::Boilerplate));
        assert_eq!(LEXICON.furniture("by the time the envoy left, both delegations had gone home."), None);
        assert_eq!(LEXICON.furniture("the envoy left."), None);
    }
}
