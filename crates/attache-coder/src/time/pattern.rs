//! The patterns of time expressions (`time-patterns.tsv`) over the words of `time.tsv`: read once, matched at each atom.
//!
//! A row gives a category a sequence of items and the slots that it fills. An item is a word or several (`the`, `in/of`), a class of
//! the word table (`{month}`), a shape (`{year}`, `{day}`, `{number}`), or another category (`{count}`); the head of the table says
//! how they are written. The longest reading at an atom wins, between equals the row that stands first.

use std::collections::HashMap;

use attache_doc::{EntityLabel, TokenIx, Upos, Xpos};

use super::atom::{self, Atom};
use super::value::{Slot, Slots};
use crate::knowledge::{KnowledgeError, Source, TableRow};
use crate::tree::Tree;

/// The category whose readings are time expressions.
const TOP: &str = "time";
/// How deep categories may stand inside each other: the table needs five, and a circle in it must end.
const DEEPEST: usize = 8;

/// The compiled table.
#[derive(Debug, Default)]
pub struct Grammar {
    rows: Vec<PatternRow>,
    /// Rows by category.
    categories: HashMap<String, Vec<usize>>,
    /// Rows of the top category by the words they can begin with.
    begins: HashMap<String, Vec<usize>>,
    /// Rows of the top category that can begin with a number.
    begins_number: Vec<usize>,
    /// How many atoms of context a row of the top category asks for in front of the expression at most, by row.
    lead: HashMap<usize, usize>,
    /// Phrases of the word table by their first word.
    phrases: HashMap<String, Vec<Phrase>>,
}

/// A phrase of the word table.
#[derive(Debug)]
struct Phrase {
    kind: String,
    /// The words behind the first.
    rest: Vec<String>,
    value: String,
}

#[derive(Debug)]
struct PatternRow {
    items: Vec<Item>,
    slots: Vec<(Slot, Vec<Piece>)>,
    source: Source,
}

#[derive(Debug)]
struct Item {
    what: What,
    /// Name under which a value is kept.
    name: String,
    optional: bool,
    /// Not part of the expression: a condition on what stands before or behind.
    context: bool,
    /// Must not match; always context.
    negative: bool,
    /// Asks about the atom before; always context.
    behind: bool,
    /// No space may stand before it.
    glued: bool,
    tags: Vec<Tag>,
}

#[derive(Debug)]
enum What {
    Any,
    Words(Vec<String>),
    Class(String),
    Shape(Shape),
    Category(String),
}

/// What numbers can be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Year,
    YearWords,
    ShortYear,
    Decade,
    ShortDecade,
    Day,
    MonthNumber,
    Hour,
    Minute,
    ClockNumber,
    Number,
    Unit,
    Units,
}

/// A tag that the word of the parse must have.
#[derive(Debug)]
struct Tag {
    upos: Option<Upos>,
    xpos: Option<Xpos>,
    not: bool,
}

/// A piece of what a slot is filled with: itself, or what an item matched.
#[derive(Debug)]
enum Piece {
    Text(String),
    Item(String),
}

/// A reading: atoms from `start` to `end` without the context, what it says, and the rows behind it, the outermost first.
#[derive(Debug, Clone)]
pub struct Reading {
    pub start: usize,
    pub end: usize,
    pub slots: Slots,
    pub rows: Vec<Source>,
}

/// Years that news writes without a word that says they are years; further ones only where the table gives such a word.
const YEARS: std::ops::RangeInclusive<i32> = 1500..=2100;

type Result<T> = std::result::Result<T, KnowledgeError>;

impl Grammar {
    /// Compiles the words of `time.tsv` (phrase, kind, value) and the rows of `time-patterns.tsv`.
    ///
    /// # Errors
    /// When a pattern is malformed, or names a class, category or slot that is not there.
    pub fn compile(words: &[(String, String, String)], table: &[TableRow<'_>]) -> Result<Grammar> {
        let mut grammar = Grammar::default();
        for (phrase, kind, value) in words {
            let mut parts = atom::words(phrase).into_iter();
            let Some(first) = parts.next() else { continue };
            let phrase = Phrase { kind: kind.clone(), rest: parts.collect(), value: value.clone() };
            grammar.phrases.entry(first).or_default().push(phrase);
        }
        for list in grammar.phrases.values_mut() {
            list.sort_by_key(|p| std::cmp::Reverse(p.rest.len()));
        }
        for row in table {
            let [category, pattern, slots, _] = row.cells();
            let at = grammar.rows.len();
            let items =
                pattern.split(' ').filter(|i| !i.is_empty()).map(|i| item(row, i)).collect::<Result<Vec<_>>>()?;
            grammar.rows.push(PatternRow { items, slots: fillings(row, slots)?, source: row.source() });
            grammar.categories.entry(category.to_string()).or_default().push(at);
        }
        grammar.check(table)?;
        grammar.index();
        Ok(grammar)
    }

    /// Every name must be a class, a shape or a category; what was read as a class may be a category.
    fn check(&mut self, table: &[TableRow<'_>]) -> Result<()> {
        let kinds: std::collections::HashSet<&str> =
            self.phrases.values().flatten().map(|phrase| phrase.kind.as_str()).collect();
        for (n, row) in self.rows.iter_mut().enumerate() {
            let items: Vec<String> = row.items.iter().map(|i| i.name.clone()).collect();
            for item in &mut row.items {
                let What::Class(class) = &item.what else { continue };
                if self.categories.contains_key(class) {
                    item.what = What::Category(class.clone());
                } else if !kinds.contains(class.as_str()) {
                    return Err(table[n].error(format!("`{class}` is no kind of time.tsv, no shape and no category")));
                }
            }
            for piece in row.slots.iter().flat_map(|(_, pieces)| pieces) {
                if let Piece::Item(name) = piece
                    && !items.contains(name)
                {
                    return Err(table[n].error(format!("the pattern has no item `{{{name}}}`")));
                }
            }
        }
        Ok(())
    }

    fn index(&mut self) {
        let Some(top) = self.categories.get(TOP) else { return };
        let mut begins: HashMap<String, Vec<usize>> = HashMap::new();
        let mut numbers = Vec::new();
        let mut lead = HashMap::new();
        for &row in top {
            let context = self.rows[row].items.iter().take_while(|i| i.context && !i.negative && !i.behind).count();
            if context > 0 {
                // A month may be two atoms ("Sept.").
                lead.insert(row, context + 1);
            }
            let mut words = Vec::new();
            let mut number = false;
            self.firsts(row, 0, &mut words, &mut number);
            words.sort_unstable();
            words.dedup();
            for word in words {
                begins.entry(word).or_default().push(row);
            }
            if number {
                numbers.push(row);
            }
        }
        self.begins = begins;
        self.begins_number = numbers;
        self.lead = lead;
    }

    /// The words a row can begin with, and whether it can begin with a number.
    fn firsts(&self, row: usize, depth: usize, words: &mut Vec<String>, number: &mut bool) {
        if depth > DEEPEST {
            return;
        }
        let items = self.rows[row].items.iter().filter(|i| !i.negative && !i.behind);
        for item in items.skip_while(|i| i.context) {
            match &item.what {
                What::Any => {}
                What::Words(list) => words.extend(list.iter().cloned()),
                What::Class(kind) => words.extend(self.words_of(kind)),
                What::Shape(shape) => {
                    *number |= !matches!(shape, Shape::Unit | Shape::Units);
                    match shape {
                        Shape::Number | Shape::YearWords | Shape::Day | Shape::Hour => {
                            words.extend(self.words_of("number"));
                            words.extend(self.words_of("ordinal"));
                        }
                        Shape::Unit | Shape::Units => {
                            let units: Vec<String> = self.words_of("unit").collect();
                            words.extend(units.iter().map(|u| plural(u)));
                            words.extend(units);
                            words.extend(self.words_of("units"));
                        }
                        _ => {}
                    }
                }
                What::Category(name) => {
                    for &inner in &self.categories[name] {
                        self.firsts(inner, depth + 1, words, number);
                    }
                }
            }
            if !item.optional {
                break;
            }
        }
    }

    fn words_of<'g>(&'g self, kind: &'g str) -> impl Iterator<Item = String> + 'g {
        self.phrases.iter().filter(move |(_, list)| list.iter().any(|p| p.kind == kind)).map(|(word, _)| word.clone())
    }

    /// The longest reading at an atom, the context in front not counted; between equals that of the row that stands first.
    pub fn longest(&self, text: &Text, at: usize) -> Option<Reading> {
        let word = &text.atoms[at].word;
        let numeric = word.starts_with(|c: char| c.is_ascii_digit());
        let rows = if numeric { &self.begins_number } else { self.begins.get(word)? };
        let mut best: Option<Reading> = None;
        for &row in rows {
            let from = match self.lead.get(&row) {
                Some(&most) => at.saturating_sub(most)..at,
                None => at..at + 1,
            };
            for reading in from.flat_map(|from| self.readings(text, row, from, 0)).filter(|r| r.start == at) {
                let longer = |b: &Reading| reading.end - reading.start > b.end - b.start;
                if best.as_ref().is_none_or(longer) {
                    best = Some(reading);
                }
            }
        }
        best
    }

    /// All readings of a row at an atom.
    fn readings(&self, text: &Text, row: usize, at: usize, depth: usize) -> Vec<Reading> {
        let mut found = Vec::new();
        if depth <= DEEPEST {
            let state = State { start: None, end: at, names: Vec::new(), inner: Slots::default(), rows: Vec::new() };
            self.step(text, row, 0, at, state, depth, &mut found);
        }
        found
    }

    #[allow(clippy::too_many_arguments)]
    fn step(&self, text: &Text, row: usize, n: usize, at: usize, state: State, depth: usize, found: &mut Vec<Reading>) {
        let Some(item) = self.rows[row].items.get(n) else {
            let Some(start) = state.start.filter(|&start| state.end > start) else { return };
            let mut slots = state.inner;
            for (slot, pieces) in &self.rows[row].slots {
                let text: String = pieces.iter().map(|piece| piece.text(&state.names)).collect();
                // An item that was left out fills nothing.
                if !text.is_empty() {
                    slots.set(*slot, text);
                }
            }
            let mut rows = vec![self.rows[row].source.clone()];
            rows.extend(state.rows);
            found.push(Reading { start, end: state.end, slots, rows });
            return;
        };
        if item.negative || item.behind {
            let there = if item.behind { at.checked_sub(1) } else { Some(at) };
            let fits = there.is_some_and(|there| !self.matches(text, item, there, depth).is_empty());
            if fits != item.negative {
                self.step(text, row, n + 1, at, state, depth, found);
            }
            return;
        }
        for hit in self.matches(text, item, at, depth) {
            let mut next = state.clone();
            if !item.context {
                next.start = next.start.or(Some(at));
                next.end = at + hit.length;
            }
            if let Some(value) = hit.value {
                next.names.push((item.name.clone(), value));
            }
            if let Some(inner) = hit.inner {
                next.inner.fill(&inner.slots);
                next.rows.extend(inner.rows);
            }
            self.step(text, row, n + 1, at + hit.length, next, depth, found);
        }
        if item.optional {
            self.step(text, row, n + 1, at, state, depth, found);
        }
    }

    /// What an item can match at an atom, the longest first.
    fn matches(&self, text: &Text, item: &Item, at: usize, depth: usize) -> Vec<Hit> {
        let plain = |length: usize, value: Option<String>| vec![Hit { length, value, inner: None }];
        let Some(atom) = text.atoms.get(at) else { return Vec::new() };
        if item.glued && !atom.glued || !fits(&item.tags, text, atom) {
            return Vec::new();
        }
        match &item.what {
            What::Any => plain(1, Some(atom.word.clone())),
            What::Words(words) if words.contains(&atom.word) => plain(1, Some(atom.word.clone())),
            What::Words(_) => Vec::new(),
            What::Class(kind) => self.class(text, kind, at),
            What::Shape(shape) => {
                self.shape(text, *shape, at).map_or(Vec::new(), |(length, value)| plain(length, Some(value)))
            }
            What::Category(name) => {
                let mut hits: Vec<Hit> = Vec::new();
                for &row in &self.categories[name] {
                    for reading in self.readings(text, row, at, depth + 1) {
                        // Context of an inner row looks ahead; what it looked behind for is its own matter.
                        if reading.start == at {
                            let hit = Hit { length: reading.end - at, value: None, inner: Some(reading) };
                            hits.push(hit);
                        }
                    }
                }
                hits.sort_by_key(|hit| std::cmp::Reverse(hit.length));
                hits
            }
        }
    }

    fn class(&self, text: &Text, kind: &str, at: usize) -> Vec<Hit> {
        let Some(atom) = text.atoms.get(at) else { return Vec::new() };
        let phrases = self.phrases.get(&atom.word).into_iter().flatten().filter(|p| p.kind == kind);
        let fits = |phrase: &&Phrase| {
            let behind = text.atoms.get(at + 1..at + 1 + phrase.rest.len());
            behind.is_some_and(|atoms| atoms.iter().zip(&phrase.rest).all(|(a, w)| a.word == *w))
        };
        let capital = !matches!(kind, "month" | "weekday" | "weekdays" | "holiday") || text.is_name(at);
        let hit = |p: &Phrase| Hit { length: 1 + p.rest.len(), value: Some(p.value.clone()), inner: None };
        if capital { phrases.filter(fits).map(hit).collect() } else { Vec::new() }
    }

    fn value(&self, word: &str, kind: &str) -> Option<&str> {
        let phrase = self.phrases.get(word)?.iter().find(|p| p.kind == kind && p.rest.is_empty())?;
        Some(phrase.value.as_str())
    }

    /// A number or unit of some shape: how many atoms it takes and its value.
    fn shape(&self, text: &Text, shape: Shape, at: usize) -> Option<(usize, String)> {
        let atom = text.atoms.get(at)?;
        let digits = |least: usize, most: usize| {
            let plain = atom.word.bytes().all(|b| b.is_ascii_digit());
            (plain && (least..=most).contains(&atom.word.len())).then(|| atom.word.parse::<i32>().ok()).flatten()
        };
        let one = |value: i32| Some((1, value.to_string()));
        let glued = |n: usize, word: &str| text.atoms.get(at + n).is_some_and(|a| a.glued && a.word == word);
        match shape {
            Shape::Year => one(digits(4, 4).filter(|y| YEARS.contains(y))?),
            Shape::ShortYear => one(digits(2, 2)?),
            Shape::MonthNumber => one(digits(1, 2).filter(|m| (1..=12).contains(m))?),
            Shape::Hour => match digits(1, 2).filter(|h| *h <= 24) {
                Some(hour) => one(hour),
                None => {
                    Some((1, self.value(&atom.word, "number")?.parse::<i32>().ok().filter(|h| *h <= 12)?.to_string()))
                }
            },
            Shape::Minute => digits(2, 2).filter(|m| *m < 60).map(|_| (1, atom.word.clone())),
            // "10.30" and "1530": what a meridiem or a zone behind it makes a clock time.
            Shape::ClockNumber => {
                let (hour, minute) = atom
                    .word
                    .split_once('.')
                    .or_else(|| atom.word.split_at_checked(2).filter(|_| digits(4, 4).is_some()))?;
                let valid = hour.parse::<u8>().ok()? < 24 && minute.len() == 2 && minute.parse::<u8>().ok()? < 60;
                valid.then(|| (1, format!("{hour}:{minute}")))
            }
            Shape::Day => {
                let suffixed = ["st", "nd", "rd", "th"].iter().any(|s| glued(1, s));
                let day = digits(1, 2).map(|day| (1 + usize::from(suffixed), day)).or_else(|| {
                    let (length, value) = self.ordinal(text, at)?;
                    Some((length, value))
                });
                day.filter(|(_, day)| (1..=31).contains(day)).map(|(length, day)| (length, day.to_string()))
            }
            Shape::Decade | Shape::ShortDecade => {
                let behind = |s: &str| (glued(1, s), 2);
                let (ends, length) =
                    [behind("s"), behind("'s"), (glued(1, "'") && glued(2, "s"), 3)].into_iter().find(|e| e.0)?;
                let year = match shape {
                    Shape::Decade => digits(4, 4).filter(|y| YEARS.contains(y))?,
                    _ => digits(2, 2)?,
                };
                (ends && year % 10 == 0)
                    .then(|| (length, if year > 99 { year / 10 } else { 190 + year / 10 }.to_string()))
            }
            Shape::YearWords => self.year_words(text, at),
            Shape::Number => self.number(text, at),
            Shape::Unit => self.value(&atom.word, "unit").map(|v| (1, v.to_string())),
            Shape::Units => {
                let singular = match atom.word.strip_suffix("ies") {
                    Some(stem) => format!("{stem}y"),
                    None => atom.word.strip_suffix('s').unwrap_or_default().to_string(),
                };
                let value = self.value(&singular, "unit").or_else(|| self.value(&atom.word, "units"));
                value.map(|v| (1, v.to_string()))
            }
        }
    }

    /// "26th", "third", "twenty-first".
    fn ordinal(&self, text: &Text, at: usize) -> Option<(usize, i32)> {
        let tens: Option<i32> = self.value(&text.atoms.get(at)?.word, "number").and_then(|v| v.parse().ok());
        let last = |n: usize| self.value(&text.atoms.get(at + n)?.word, "ordinal")?.parse::<i32>().ok();
        if let Some(tens) = tens.filter(|t| t % 10 == 0 && (20..100).contains(t)) {
            let hyphen = usize::from(text.word(at + 1) == "-");
            return last(1 + hyphen).filter(|n| (1..10).contains(n)).map(|n| (2 + hyphen, tens + n));
        }
        last(0).filter(|n| *n > 0).map(|n| (1, n))
    }

    /// A count in digits or words: "1,500", "2.5", "5 1/2", "two hundred and ten", "a dozen", "several" (X).
    fn number(&self, text: &Text, at: usize) -> Option<(usize, String)> {
        let plain = |word: &str| {
            word.replace(',', "").parse::<f64>().ok().filter(|_| word.starts_with(|c: char| c.is_ascii_digit()))
        };
        // A number may be asked for behind the last atom.
        if let Some(number) = plain(&text.atoms.get(at)?.word) {
            let fraction = text.atoms.get(at + 1..at + 4).filter(|f| f[1].word == "/" && f[1].glued);
            if let Some([above, _, below]) = fraction
                && let (Some(above), Some(below)) = (plain(&above.word), plain(&below.word))
                && below > above
            {
                return Some((4, shown(number + above / below)));
            }
            let scale =
                self.value(text.word(at + 1), "number").and_then(|v| v.parse::<f64>().ok()).filter(|v| *v >= 1000.0);
            return Some(match scale {
                Some(scale) => (2, shown(number * scale)),
                None => (1, shown(number)),
            });
        }
        // The longest phrase of the table first: "a couple of", "half a dozen".
        let phrase = |at: usize| self.class_number(text, at);
        let (mut length, first) = phrase(at)?;
        let Ok(first) = first.parse::<f64>() else { return Some((length, first)) };
        let (mut total, mut group, mut last) = (0.0, first, first);
        loop {
            let hyphen = usize::from(text.word(at + length) == "-" && text.atoms[at + length].glued);
            let and = usize::from(last >= 100.0 && text.word(at + length) == "and");
            let Some((more, value)) = phrase(at + length + hyphen + and) else { break };
            let Ok(value) = value.parse::<f64>() else { break };
            if text.atoms[at + length + hyphen + and].word.len() == 1 {
                break;
            }
            let tens = (20.0..100.0).contains(&last) && last % 10.0 == 0.0 && (1.0..10.0).contains(&value);
            let below = last >= 100.0 && value < 100.0;
            match value {
                v if v >= 1000.0 => {
                    total += group * v;
                    group = 0.0;
                }
                v if v == 100.0 && group < 100.0 => group *= v,
                v if tens || below => group += v,
                _ => break,
            }
            last = value;
            length += hyphen + and + more;
        }
        Some((length, shown(total + group)))
    }

    fn class_number(&self, text: &Text, at: usize) -> Option<(usize, String)> {
        text.atoms.get(at)?;
        self.class(text, "number", at).into_iter().next().map(|hit| (hit.length, hit.value.unwrap_or_default()))
    }

    /// "nineteen ninety-six", "two thousand and five".
    fn year_words(&self, text: &Text, at: usize) -> Option<(usize, String)> {
        if text.atoms.get(at)?.word.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let (length, value) = self.number(text, at)?;
        let first: f64 = value.parse().ok()?;
        if YEARS.contains(&(first as i32)) {
            return Some((length, value));
        }
        let (more, value) = self.number(text, at + length).filter(|_| text.atoms.len() > at + length)?;
        let last: f64 = value.parse().ok()?;
        let paired = (15.0..=20.0).contains(&first) && (10.0..100.0).contains(&last);
        paired.then(|| (length + more, shown(first * 100.0 + last)))
    }
}

/// A number without a needless ".0".
fn shown(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number}") }
}

#[derive(Debug, Clone)]
struct State {
    start: Option<usize>,
    end: usize,
    names: Vec<(String, String)>,
    inner: Slots,
    rows: Vec<Source>,
}

struct Hit {
    length: usize,
    value: Option<String>,
    inner: Option<Reading>,
}

/// The atoms of a segment, with what the parse says of the words they stand in.
pub struct Text<'a> {
    pub atoms: &'a [Atom],
    pub tree: &'a Tree<'a>,
}

impl Text<'_> {
    fn word(&self, at: usize) -> &str {
        self.atoms.get(at).map_or("", |a| a.word.as_str())
    }

    /// A month or weekday is written with a capital, is no verb ("may", "march") and no part of a person's name.
    fn is_name(&self, at: usize) -> bool {
        let atom = &self.atoms[at];
        let verb = |t| matches!(self.tree.upos(t), Upos::Verb | Upos::Aux);
        let person = |t: TokenIx| {
            let around = self.tree.parse.entities.iter().find(|e| e.tokens.contains(&t));
            around.is_some_and(|e| e.label == EntityLabel::Person)
        };
        atom.capital && !atom.token.is_some_and(|t| verb(t) || person(t))
    }
}

/// True when a word has one of the tags asked for and none of those excluded. Outside sentences nothing is known of a word: only
/// what is asked for by exclusion holds.
fn fits(tags: &[Tag], text: &Text, atom: &Atom) -> bool {
    let Some(token) = atom.token else { return tags.iter().all(|tag| tag.not) };
    let has = |tag: &Tag| {
        tag.upos.is_some_and(|u| text.tree.upos(token) == u) || tag.xpos.is_some_and(|x| text.tree.xpos(token) == x)
    };
    let asked = tags.iter().any(|tag| !tag.not);
    tags.iter().all(|tag| !tag.not || !has(tag)) && (!asked || tags.iter().any(|tag| !tag.not && has(tag)))
}

/// The plural of a unit.
fn plural(unit: &str) -> String {
    match unit.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        Some(stem) => format!("{stem}ies"),
        None => format!("{unit}s"),
    }
}

impl Piece {
    fn text(&self, names: &[(String, String)]) -> String {
        match self {
            Piece::Text(text) => text.clone(),
            Piece::Item(name) => names.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default(),
        }
    }
}

/// One item of a pattern.
fn item(row: &TableRow, text: &str) -> Result<Item> {
    let mut rest = text;
    let optional = rest.ends_with('?') && rest.len() > 1;
    if optional {
        rest = &rest[..rest.len() - 1];
    }
    let context = rest.starts_with('[') && rest.ends_with(']') && rest.len() > 2;
    if context {
        rest = &rest[1..rest.len() - 1];
    }
    let behind = context && rest.starts_with('<');
    rest = rest.strip_prefix('<').filter(|_| behind).unwrap_or(rest);
    let negative = context && rest.len() > 1 && rest.starts_with('!');
    rest = rest.strip_prefix('!').filter(|_| negative).unwrap_or(rest);
    let glued = rest.len() > 1 && rest.starts_with('~');
    rest = rest.strip_prefix('~').filter(|_| glued).unwrap_or(rest);
    let (body, tags) = match rest.split_once('@') {
        Some((body, tags)) => (body, tags.split('+').map(|t| tag(row, t)).collect::<Result<Vec<_>>>()?),
        None => (rest, Vec::new()),
    };
    let inside = body.strip_prefix('{').and_then(|b| b.strip_suffix('}'));
    let (what, name) = match inside {
        Some(inside) => {
            let (class, name) = inside.split_once(':').unwrap_or((inside, inside));
            let what = shape_named(class).map_or_else(|| What::Class(class.to_string()), What::Shape);
            (what, name.to_string())
        }
        None if body == "*" => (What::Any, String::new()),
        None if body == "/" => (What::Words(vec!["/".to_string()]), String::new()),
        None => (What::Words(body.split('/').map(str::to_string).collect()), body.to_string()),
    };
    if body.is_empty() || matches!(&what, What::Words(words) if words.iter().any(String::is_empty)) {
        return Err(row.error(format!("`{text}` is no item of a pattern")));
    }
    Ok(Item { what, name, optional, context, negative, behind, glued, tags })
}

fn tag(row: &TableRow, text: &str) -> Result<Tag> {
    let not = text.starts_with('!');
    let name = text.trim_start_matches('!');
    let (upos, xpos) = (Upos::find(name), Xpos::find(name));
    if upos.is_none() && xpos.is_none() {
        return Err(row.error(format!("`{name}` is no tag, universal or Penn")));
    }
    Ok(Tag { upos, xpos, not })
}

fn shape_named(name: &str) -> Option<Shape> {
    Some(match name {
        "year" => Shape::Year,
        "year-words" => Shape::YearWords,
        "short-year" => Shape::ShortYear,
        "decade" => Shape::Decade,
        "short-decade" => Shape::ShortDecade,
        "day" => Shape::Day,
        "month-number" => Shape::MonthNumber,
        "hour" => Shape::Hour,
        "minute" => Shape::Minute,
        "clock-number" => Shape::ClockNumber,
        "number" => Shape::Number,
        "unit" => Shape::Unit,
        "units" => Shape::Units,
        _ => return None,
    })
}

/// `year={year} n=-{number}`.
fn fillings(row: &TableRow, text: &str) -> Result<Vec<(Slot, Vec<Piece>)>> {
    let mut found = Vec::new();
    for part in text.split(' ').filter(|p| !p.is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(row.error(format!("`{part}`: expected slot=value")));
        };
        let Some(slot) = Slot::named(name) else { return Err(row.error(format!("`{name}` is no slot"))) };
        let mut pieces = Vec::new();
        let mut rest = value;
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((item, behind)) = behind.split_once('}') else {
                return Err(row.error(format!("`{value}`: a bracket is not closed")));
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_string()));
            }
            pieces.push(Piece::Item(item.to_string()));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_string()));
        }
        found.push((slot, pieces));
    }
    Ok(found)
}
