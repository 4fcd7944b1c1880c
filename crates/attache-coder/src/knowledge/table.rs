//! Tab-separated knowledge tables: comment lines, one header line, rows of as many cells.

use std::fmt;

/// What is wrong with a knowledge file, with the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeError {
    /// Path below knowledge/.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for KnowledgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "knowledge/{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for KnowledgeError {}

/// One row with the place it stands at.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Path below knowledge/.
    pub file: &'static str,
    /// Line, from 1.
    pub line: u32,
    text: &'a str,
}

impl<'a> Row<'a> {
    /// The `n`th cell; empty when the cell is `-`.
    pub fn cell(&self, n: usize) -> &'a str {
        match self.text.split('\t').nth(n) {
            Some("-") | None => "",
            Some(cell) => cell.trim(),
        }
    }

    /// All cells at once, `-` read as empty.
    pub fn cells<const N: usize>(&self) -> [&'a str; N] {
        let mut out = [""; N];
        for (slot, cell) in out.iter_mut().zip(self.text.split('\t')) {
            *slot = if cell == "-" { "" } else { cell.trim() };
        }
        out
    }

    /// A cell that must not be empty.
    pub fn required(&self, n: usize, what: &str) -> Result<&'a str, KnowledgeError> {
        match self.cell(n) {
            "" => Err(self.error(format!("{what} is missing"))),
            cell => Ok(cell),
        }
    }

    /// A cell read as a number; `None` when empty.
    pub fn number(&self, n: usize) -> Result<Option<f64>, KnowledgeError> {
        let cell = self.cell(n).replace('−', "-");
        if cell.is_empty() {
            return Ok(None);
        }
        cell.parse().map(Some).map_err(|_| self.error(format!("`{cell}` is not a number")))
    }

    /// Where it stands.
    pub fn source(&self) -> super::Source {
        super::Source { file: self.file, line: self.line }
    }

    /// An error at this row.
    pub fn error(&self, message: impl Into<String>) -> KnowledgeError {
        KnowledgeError { file: self.file.to_string(), line: self.line, message: message.into() }
    }
}

/// Splits a list cell.
pub fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').map(str::trim).filter(|s| !s.is_empty())
}

/// The rows of a table whose header must be `columns`.
pub fn rows<'a>(file: &'static str, text: &'a str, columns: &[&str]) -> Result<Vec<Row<'a>>, KnowledgeError> {
    let mut rows = Vec::new();
    let mut header = false;
    for (n, line) in text.lines().enumerate() {
        let row = Row { file, line: n as u32 + 1, text: line };
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let found = line.split('\t').count();
        if !header {
            let names: Vec<&str> = line.split('\t').map(str::trim).collect();
            if names != columns {
                return Err(row.error(format!("columns are {names:?}, expected {columns:?}")));
            }
            header = true;
        } else if found != columns.len() {
            return Err(row.error(format!("{found} cells, expected {}", columns.len())));
        } else {
            rows.push(row);
        }
    }
    if !header {
        return Err(KnowledgeError {
            file: file.to_string(),
            line: text.lines().count() as u32,
            message: format!("no header line, expected {columns:?}"),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_row_is_named_by_line() {
        let error = rows("x.tsv", "# source: own\na\tb\n1\t2\n3\n", &["a", "b"]).unwrap_err();
        assert_eq!(error.to_string(), "knowledge/x.tsv:4: 1 cells, expected 2");
    }

    #[test]
    fn a_wrong_header_is_refused() {
        assert!(rows("x.tsv", "a\tc\n", &["a", "b"]).is_err());
        assert!(rows("x.tsv", "# only comments\n", &["a", "b"]).is_err());
    }

    #[test]
    fn a_dash_is_absent() {
        let text = "a\tb\n-\tx|y\n";
        let row = rows("x.tsv", text, &["a", "b"]).unwrap()[0];
        assert_eq!(row.cell(0), "");
        assert_eq!(list(row.cell(1)).collect::<Vec<_>>(), ["x", "y"]);
    }
}
