//! Tab-separated knowledge tables: comment lines, one header line, rows of as many cells. A user's table of the same name is
//! laid over the embedded one: a row replaces the rows of its key, a row that begins with `!` drops them, others are added.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::{EMBEDDED, KnowledgeFile};

/// What is wrong with a knowledge file, with the line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnowledgeError {
    /// Path below knowledge/, or the name of a user's file.
    pub file: String,
    /// Line, from 1; 0 for a file as a whole.
    pub line: u32,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for KnowledgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if table(&self.file).is_some() {
            f.write_str("knowledge/")?;
        }
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for KnowledgeError {}

type Result<T> = std::result::Result<T, KnowledgeError>;

/// A table that is embedded, and how its rows are told apart.
#[derive(Debug)]
pub struct Table {
    /// Path below knowledge/.
    pub path: &'static str,
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// The columns by which a row is known; the first of them may hold a list, whose items are then rows of their own.
    pub key: &'static [usize],
    /// The embedded text.
    pub text: &'static str,
}

/// The embedded table with this path.
pub fn table(path: &str) -> Option<&'static Table> {
    EMBEDDED.iter().find(|t| t.path == path)
}

/// One row with the place it stands at.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// Path below knowledge/, or the name of a user's file.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    cells: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// The `n`th cell; empty when the cell is `-`.
    pub fn cell(&self, n: usize) -> &str {
        match self.cells.get(n).map(|c| c.trim()) {
            Some("-") | None => "",
            Some(cell) => cell,
        }
    }

    /// All cells at once, `-` read as empty.
    pub fn cells<const N: usize>(&self) -> [&str; N] {
        std::array::from_fn(|n| self.cell(n))
    }

    /// A cell that must not be empty.
    pub fn required(&self, n: usize, what: &str) -> Result<&str> {
        match self.cell(n) {
            "" => Err(self.error(format!("{what} is missing"))),
            cell => Ok(cell),
        }
    }

    /// A cell read as a number; `None` when empty.
    pub fn number(&self, n: usize) -> Result<Option<f64>> {
        let cell = self.cell(n).replace('−', "-");
        if cell.is_empty() {
            return Ok(None);
        }
        let number: Option<f64> = cell.parse().ok().filter(|n: &f64| n.is_finite());
        number.map(Some).ok_or_else(|| self.error(format!("`{cell}` is not a number")))
    }

    /// Where it stands.
    pub fn source(&self) -> super::Source {
        super::Source { file: self.file.clone(), line: self.line }
    }

    /// An error at this row.
    pub fn error(&self, message: impl Into<String>) -> KnowledgeError {
        KnowledgeError { file: self.file.to_string(), line: self.line, message: message.into() }
    }

    /// The words a row is known by, one for each item of its first key column.
    pub fn keys(&self, table: &Table) -> Vec<Vec<String>> {
        let rest = || table.key[1..].iter().map(|&n| normal(self.cell(n)));
        let first = self.cell(table.key[0]);
        let items: Vec<&str> = if first.is_empty() { vec![""] } else { list(first).collect() };
        items.into_iter().map(|item| std::iter::once(normal(item)).chain(rest()).collect()).collect()
    }
}

/// A key cell with its spaces evened out, so that conditions apart by two spaces are the same.
fn normal(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Splits a list cell.
pub fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').map(str::trim).filter(|s| !s.is_empty())
}

/// The embedded tables with a user's files over them, and what was found wrong so far.
pub struct Tables<'a> {
    own: &'a [KnowledgeFile],
    /// Everything found wrong, in the order in which tables were read.
    pub problems: Vec<KnowledgeError>,
    /// Rows read of each table: of the embedded one, of the user's.
    pub counts: Vec<(&'static str, usize, usize)>,
    /// What the user drops: the table and the first cell of the key.
    pub dropped: Vec<(&'static str, String)>,
}

impl<'a> Tables<'a> {
    /// The tables with a user's files over them; files that are no table of attache are problems.
    pub fn new(own: &'a [KnowledgeFile]) -> Tables<'a> {
        let mut tables = Tables { own, problems: Vec::new(), counts: Vec::new(), dropped: Vec::new() };
        for file in own.iter().filter(|f| table(&f.path).is_none()) {
            let stem = file.path.rsplit('/').next().unwrap_or_default();
            let like = EMBEDDED.iter().find(|t| t.path.rsplit('/').next() == Some(stem)).map(|t| t.path);
            let expected = match like {
                Some(path) => format!("expected it at {path}"),
                None => {
                    let all: Vec<&str> = EMBEDDED.iter().map(|t| t.path).collect();
                    format!("expected one of {}", all.join(", "))
                }
            };
            let message = format!("`{}` is no table that a folder of knowledge may hold, {expected}", file.path);
            tables.problems.push(KnowledgeError { file: file.name.clone(), line: 0, message });
        }
        tables
    }

    /// Calls `read` with each row of a table; what it finds wrong is noted, and the next row read.
    pub fn each(&mut self, path: &str, mut read: impl FnMut(&Row) -> Result<()>) {
        let table = table(path).expect("every loader names an embedded table");
        let rows = self.rows(table);
        for row in &rows {
            if let Err(problem) = read(row) {
                self.problems.push(problem);
            }
        }
    }

    /// The rows of a table: the embedded ones less those the user replaces or drops, and the user's. In the lexicons, where
    /// the first of equal rows wins, the user's stand first.
    pub fn rows(&mut self, table: &'static Table) -> Vec<Row<'a>> {
        let mut rows = self.parse(table.path, table.text, table.columns, false);
        let embedded = rows.len();
        let mut own: Vec<Row> = Vec::new();
        for file in self.own.iter().filter(|f| f.path == table.path) {
            own.extend(self.parse(&file.name, &file.text, table.columns, true));
        }
        self.counts.push((table.path, embedded, own.len()));
        if own.is_empty() {
            return rows;
        }
        let (drops, added): (Vec<Row>, Vec<Row>) = own.into_iter().partition(|row| row.cells[0].starts_with('!'));
        for drop in &drops {
            let before: usize = rows.iter().map(|row| row.keys(table).len()).sum();
            let wanted = dropped_key(drop, table);
            self.dropped.extend(wanted.first().cloned().flatten().map(|key| (table.path, key)));
            take_out(&mut rows, table, &|key| {
                wanted.iter().zip(key).all(|(want, have)| want.as_ref().is_none_or(|want| want == have))
            });
            let after: usize = rows.iter().map(|row| row.keys(table).len()).sum();
            if before == after {
                self.problems.push(drop.error("no built-in row has this key, so nothing is dropped"));
            }
        }
        let replaced: HashSet<Vec<String>> = added.iter().flat_map(|row| row.keys(table)).collect();
        take_out(&mut rows, table, &|key| replaced.contains(key));
        if table.path.starts_with("lexicon/") {
            added.into_iter().chain(rows).collect()
        } else {
            rows.into_iter().chain(added).collect()
        }
    }

    /// The rows of one file. A line that is no row is a problem; so is a missing header. A user's row that drops others may
    /// be shorter than the header.
    fn parse(&mut self, file: &str, text: &'a str, columns: &[&str], own: bool) -> Vec<Row<'a>> {
        let name: Arc<str> = file.into();
        let mut rows = Vec::new();
        let mut header = false;
        let mut last = 0;
        for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            last = n as u32 + 1;
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let cells: Vec<Cow<str>> = line.split('\t').map(Cow::Borrowed).collect();
            let row = Row { file: name.clone(), line: last, cells };
            if !header {
                let names: Vec<&str> = row.cells.iter().map(|c| c.trim()).collect();
                if names != columns {
                    self.problems.push(row.error(format!(
                        "columns are {}, expected {}, apart by tabs",
                        names.join(", "),
                        columns.join(", ")
                    )));
                    return rows;
                }
                header = true;
            } else if row.cells.len() != columns.len() && !(own && row.cells[0].starts_with('!')) {
                let found = row.cells.len();
                self.problems.push(row.error(format!("{found} cells, expected {}", columns.len())));
            } else {
                rows.push(row);
            }
        }
        if !header {
            let message = format!("no header line, expected {}, apart by tabs", columns.join(", "));
            self.problems.push(KnowledgeError { file: file.to_string(), line: last, message });
        }
        rows
    }
}

/// The key a dropping row asks for; `None` where any will do.
fn dropped_key(drop: &Row, table: &Table) -> Vec<Option<String>> {
    let cell = |n: usize| {
        let cell = drop.cells.get(n)?.trim();
        let cell = if n == 0 { cell.trim_start_matches('!').trim() } else { cell };
        match cell {
            "*" => None,
            "-" => Some(String::new()),
            cell => Some(normal(cell)),
        }
    };
    table.key.iter().map(|&n| cell(n)).collect()
}

/// Takes the rows whose key is meant out of a table; of a row that lists several words only the words that are.
fn take_out(rows: &mut Vec<Row>, table: &Table, meant: &dyn Fn(&Vec<String>) -> bool) {
    let first = table.key[0];
    rows.retain_mut(|row| {
        let keys = row.keys(table);
        let kept: Vec<&Vec<String>> = keys.iter().filter(|key| !meant(key)).collect();
        if kept.is_empty() {
            return false;
        }
        if kept.len() < keys.len() {
            row.cells[first] = Cow::Owned(kept.iter().map(|key| key[0].as_str()).collect::<Vec<_>>().join("|"));
        }
        true
    });
}

/// Lines of a table that have the same key as an earlier line of the same file, with that line.
pub fn repeated<'r, 'a>(
    rows: &'r [Row<'a>],
    key: &dyn Fn(&Row) -> Vec<Vec<String>>,
) -> Vec<(&'r Row<'a>, String, u32)> {
    let mut seen: HashMap<(Arc<str>, Vec<String>), u32> = HashMap::new();
    let mut out = Vec::new();
    for row in rows {
        for key in key(row) {
            let shown = key.iter().filter(|k| !k.is_empty()).cloned().collect::<Vec<_>>().join(" · ");
            match seen.entry((row.file.clone(), key)) {
                std::collections::hash_map::Entry::Occupied(first) => out.push((row, shown, *first.get())),
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(row.line);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mut tables = Tables::new(&[]);
        tables.parse("x.tsv", text, &["a", "b"], false);
        tables.problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_short_row_is_named_by_line() {
        assert_eq!(problems("# source: own\na\tb\n1\t2\n3\n"), ["x.tsv:4: 1 cells, expected 2"]);
    }

    #[test]
    fn a_wrong_header_is_refused() {
        assert_eq!(problems("a\tc\n").len(), 1);
        assert_eq!(problems("# only comments\n").len(), 1);
    }

    #[test]
    fn a_dash_is_absent() {
        let mut tables = Tables::new(&[]);
        let rows = tables.parse("x.tsv", "a\tb\n-\tx|y\n", &["a", "b"], false);
        assert_eq!(rows[0].cell(0), "");
        assert_eq!(list(rows[0].cell(1)).collect::<Vec<_>>(), ["x", "y"]);
    }

    fn laid_over(text: &str) -> (Vec<(String, String)>, Vec<String>) {
        static TABLE: Table = Table {
            path: "actors/x.tsv",
            columns: &["noun", "sectors"],
            key: &[0],
            text: "noun\tsectors\na|b\t1\nc\t2\n",
        };
        let files = [KnowledgeFile { path: "actors/x.tsv".into(), name: "mine/x.tsv".into(), text: text.into() }];
        let mut tables = Tables { own: &files, problems: Vec::new(), counts: Vec::new(), dropped: Vec::new() };
        let rows = tables.rows(&TABLE);
        let rows =
            rows.iter().map(|r| (r.cell(0).to_string(), format!("{} {}:{}", r.cell(1), r.file, r.line))).collect();
        (rows, tables.problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_row_of_the_user_replaces_its_key_and_others_add() {
        let (rows, problems) = laid_over("noun\tsectors\nb\t9\nd\t8\n");
        let expected =
            [("a", "1 actors/x.tsv:2"), ("c", "2 actors/x.tsv:3"), ("b", "9 mine/x.tsv:2"), ("d", "8 mine/x.tsv:3")];
        assert_eq!(rows, expected.map(|(a, b)| (a.to_string(), b.to_string())));
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_row_of_the_user_may_drop_a_row() {
        let (rows, problems) = laid_over("noun\tsectors\n!a\n!z\n");
        assert_eq!(rows.iter().map(|r| r.0.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(problems, ["mine/x.tsv:3: no built-in row has this key, so nothing is dropped"]);
    }
}
