//! Many documents: text files, JSONL rows, folders, patterns and standard input, plain or compressed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use attache_doc::{Document, Warning};
use serde_json::Value;

use crate::pair::Pair;
use crate::{IngestError, MAX_TEXT, Options, date, document_from_bytes, document_from_text, pair};

/// The longest row of a JSONL input, in bytes: a text at its limit written with six bytes of escape for each byte still fits.
const MAX_ROW: usize = 64 << 20;
/// How much of a text file is read: UTF-16 needs two bytes for one of UTF-8, so this is never less than a text at its limit.
const MAX_FILE: usize = 2 * MAX_TEXT + 64;

/// Which columns of a row hold what; `None` takes the first of the usual names. A name with dots looks inside objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Columns {
    pub text: Option<String>,
    pub date: Option<String>,
    pub id: Option<String>,
    pub title: Option<String>,
    pub publisher: Option<String>,
    pub url: Option<String>,
}

const TEXT: &[&str] = &["text", "body", "content", "article", "maintext"];
const DATE: &[&str] =
    &["date", "published", "date_publish", "publishedAt", "published_at", "pubDate", "date_published", "datePublished"];
const ID: &[&str] = &["id", "dId", "doc_id", "_id", "guid", "uuid"];
const TITLE: &[&str] = &["title", "headline"];
const PUBLISHER: &[&str] = &["publisher", "source", "source_domain", "outlet", "domain"];
const URL: &[&str] = &["url", "link"];

/// One input row before it becomes a document: cheap to read, so that documents can be made on other threads.
#[derive(Debug)]
pub struct Row {
    /// The input as the caller named it.
    pub input: String,
    /// Row number from 1 for JSONL, `None` for a text file.
    pub row: Option<u64>,
    bytes: Result<Vec<u8>, IngestError>,
}

impl Row {
    /// Makes the document of this row.
    ///
    /// # Errors
    /// [`IngestError::In`] with the input, the row and the cause.
    pub fn document(self, columns: &Columns, options: &Options) -> Result<Document, IngestError> {
        let Row { input, row, bytes } = self;
        let made = bytes.and_then(|bytes| match row {
            Some(_) => from_row(&bytes, columns, options),
            None => {
                let id = options.id.clone().or_else(|| (input != STDIN).then(|| input.clone()));
                document_from_bytes(&bytes, &Options { id, ..options.clone() })
            }
        });
        made.map_err(|error| error.at(&input, row))
    }

    /// The text of this row with the two parties that it names by their places.
    ///
    /// # Errors
    /// [`IngestError::In`] with the input, the row and what is wrong with it.
    pub fn pair(self) -> Result<Pair, IngestError> {
        let Row { input, row, bytes } = self;
        let made = bytes.and_then(|bytes| match row {
            Some(_) => pair::from_row(&bytes),
            None => Err(IngestError::Row("expected JSON, a row a line, with text, source and target".to_string())),
        });
        made.map_err(|error| error.at(&input, row))
    }
}

/// What standard input is called in errors.
const STDIN: &str = "standard input";

/// Rows of many inputs, in order.
#[derive(Debug)]
pub struct Documents {
    pending: VecDeque<String>,
    files: VecDeque<(String, PathBuf)>,
    rows: Option<Rows>,
}

/// Opens inputs for reading: `-` for standard input, files of text or of JSONL, folders (searched for `.txt`, `.text`,
/// `.jsonl` and `.ndjson` files, compressed or not, in order of their names) and patterns such as `news/*.jsonl.gz`.
/// gzip and Zstandard are recognised by their content, JSONL by the first line. Nothing is opened before it is read.
pub fn open(inputs: &[String]) -> Documents {
    Documents { pending: inputs.iter().cloned().collect(), files: VecDeque::new(), rows: None }
}

impl Iterator for Documents {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            if let Some(rows) = &mut self.rows {
                match rows.next() {
                    Some(row) => return Some(row),
                    None => self.rows = None,
                }
            }
            let opened = if let Some((name, path)) = self.files.pop_front() {
                File::open(&path)
                    .map_err(IngestError::from)
                    .and_then(|file| Rows::new(&name, file))
                    .map_err(|e| (name, e))
            } else {
                let input = self.pending.pop_front()?;
                if input == "-" {
                    Rows::new(STDIN, io::stdin()).map_err(|error| (STDIN.to_string(), error))
                } else {
                    match expand(&input) {
                        Ok(files) => {
                            self.files.extend(files);
                            continue;
                        }
                        Err(error) => Err((input, error)),
                    }
                }
            };
            match opened {
                Ok(rows) => self.rows = Some(rows),
                Err((input, error)) => return Some(Row { input, row: None, bytes: Err(error) }),
            }
        }
    }
}

/// The files an input stands for.
fn expand(input: &str) -> Result<Vec<(String, PathBuf)>, IngestError> {
    let path = Path::new(input);
    if path.is_dir() {
        let mut files = Vec::new();
        walk(path, &mut files)?;
        if files.is_empty() {
            return Err(IngestError::Row("there is no .txt or .jsonl file in this folder".to_string()));
        }
        return Ok(files.into_iter().map(|path| (path.display().to_string(), path)).collect());
    }
    if path.exists() {
        return Ok(vec![(input.to_string(), path.to_path_buf())]);
    }
    if !input.contains(['*', '?', '[']) {
        return Err(IngestError::NotFound);
    }
    let paths = glob::glob(input).map_err(|error| IngestError::Row(format!("the pattern is not valid: {error}")))?;
    let files: Vec<_> =
        paths.filter_map(Result::ok).filter(|p| p.is_file()).map(|p| (p.display().to_string(), p)).collect();
    if files.is_empty() { Err(IngestError::NotFound) } else { Ok(files) }
}

/// Collects the readable files below a folder in order of their names; links are not followed, so no loop is.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), IngestError> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            walk(&path, files)?;
        } else if kind.is_file() {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
            if [".txt", ".text", ".jsonl", ".ndjson"].iter().any(|end| bare.ends_with(end)) {
                files.push(path);
            }
        }
    }
    Ok(())
}

/// Rows of one input.
struct Rows {
    name: String,
    reader: Box<dyn BufRead>,
    /// Rows read so far, or `None` when the whole input is one text.
    lines: Option<u64>,
    /// The first line, read to tell the kind of the input.
    first: Vec<u8>,
    done: bool,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("name", &self.name).field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Rows {
    fn new(name: &str, input: impl Read + 'static) -> Result<Rows, IngestError> {
        let mut reader = unpack(input)?;
        let mut first = Vec::new();
        let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
        let named = bare.ends_with(".jsonl") || bare.ends_with(".ndjson");
        // Only what starts like an object can be a row: a text keeps its first line unread.
        let object = {
            let head = reader.fill_buf()?;
            let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
            head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
        };
        let rows = named
            || (object && {
                read_line(&mut *reader, &mut first)?;
                let line = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
                line.iter().all(u8::is_ascii_whitespace)
                    || serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
            });
        Ok(Rows { name: name.to_string(), reader, lines: rows.then_some(0), first, done: false })
    }

    fn next(&mut self) -> Option<Row> {
        if self.done {
            return None;
        }
        let row = |row, bytes| Some(Row { input: self.name.clone(), row, bytes });
        let Some(lines) = &mut self.lines else {
            self.done = true;
            let mut bytes = std::mem::take(&mut self.first);
            let room = MAX_FILE.saturating_sub(bytes.len()) as u64;
            let read = (&mut self.reader).take(room).read_to_end(&mut bytes);
            return row(None, read.map(|_| bytes).map_err(IngestError::from));
        };
        loop {
            let mut line = std::mem::take(&mut self.first);
            let read = if line.is_empty() { read_line(&mut *self.reader, &mut line) } else { Ok(line.len()) };
            *lines += 1;
            let number = Some(*lines);
            match read {
                Err(error) => {
                    self.done = true;
                    return row(number, Err(error.into()));
                }
                Ok(0) => {
                    self.done = true;
                    return None;
                }
                Ok(read) if read > line.len() => {
                    let message = format!("the row is longer than {} MiB", MAX_ROW >> 20);
                    return row(number, Err(IngestError::Row(message)));
                }
                Ok(_) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return row(number, Ok(line)),
            }
        }
    }
}

/// Reads a line, keeping at most [`MAX_ROW`] bytes of it, and returns how long it was.
fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let mut read = (&mut *reader).take(MAX_ROW as u64).read_until(b'\n', line)?;
    if read < MAX_ROW || line.ends_with(b"\n") {
        return Ok(read);
    }
    // The rest of an overlong row is passed over without being kept.
    loop {
        let (used, found) = {
            let buffer = reader.fill_buf()?;
            match buffer.iter().position(|&b| b == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            }
        };
        reader.consume(used);
        read += used;
        if found {
            return Ok(read.max(line.len() + 1));
        }
    }
}

/// Undoes gzip or Zstandard, told by their first bytes.
fn unpack(mut input: impl Read + 'static) -> Result<Box<dyn BufRead>, IngestError> {
    let mut head = Vec::new();
    (&mut input).take(4).read_to_end(&mut head)?;
    let magic = head.clone();
    let whole = io::Cursor::new(head).chain(input);
    if magic.starts_with(&[0x1f, 0x8b]) {
        Ok(Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(whole))))
    } else if magic == [0x28, 0xb5, 0x2f, 0xfd] {
        let decoder =
            ruzstd::decoding::StreamingDecoder::new(whole).map_err(|error| IngestError::Io(io::Error::other(error)))?;
        Ok(Box::new(BufReader::new(decoder)))
    } else {
        Ok(Box::new(BufReader::new(whole)))
    }
}

/// Makes a document from a JSON object.
fn from_row(line: &[u8], columns: &Columns, options: &Options) -> Result<Document, IngestError> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = String::from_utf8_lossy(line);
    let row: Value =
        serde_json::from_str(&line).map_err(|error| IngestError::Row(format!("it is not JSON: {error}")))?;
    if !row.is_object() {
        return Err(IngestError::Row("it is not a JSON object".to_string()));
    }
    let text = match (pick(&row, &columns.text, TEXT), &columns.text) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(_), _) => {
            return Err(IngestError::Row("the column with the text holds something other than a string".to_string()));
        }
        (None, Some(name)) => {
            return Err(IngestError::Row(format!("it has no text: the column {name} is missing or empty")));
        }
        (None, None) => {
            return Err(IngestError::Row(format!("it has no text: none of the columns {} is there", TEXT.join(", "))));
        }
    };
    let mut warnings = Vec::new();
    for name in [&columns.date, &columns.id, &columns.title, &columns.publisher, &columns.url].into_iter().flatten() {
        if lookup(&row, name).is_none() {
            warnings.push(Warning::new("column-missing", format!("the row has no column {name}")));
        }
    }
    let written = pick(&row, &columns.date, DATE);
    let date = written.and_then(|value| match value {
        Value::String(text) => date::parse_date(text),
        Value::Number(number) => number.as_f64().and_then(date::from_number),
        _ => None,
    });
    if let (Some(value), None) = (written, date) {
        warnings.push(Warning::new("date-unread", format!("the date {value} was not understood and is left out")));
    }
    let string = |column: &Option<String>, usual: &[&str]| match pick(&row, column, usual) {
        Some(Value::String(text)) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let options = Options {
        date: date.or(options.date),
        id: string(&columns.id, ID).or_else(|| options.id.clone()),
        title: string(&columns.title, TITLE).or_else(|| options.title.clone()),
        publisher: string(&columns.publisher, PUBLISHER).or_else(|| options.publisher.clone()),
        url: string(&columns.url, URL).or_else(|| options.url.clone()),
    };
    let mut doc = document_from_text(text, &options)?;
    doc.warnings.extend(warnings);
    Ok(doc)
}

/// The value of a named column, or of the first usual one that has a value.
fn pick<'r>(row: &'r Value, column: &Option<String>, usual: &[&str]) -> Option<&'r Value> {
    let present = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    match column {
        Some(name) => lookup(row, name).filter(present),
        None => usual.iter().filter_map(|name| lookup(row, name)).find(present),
    }
}

fn lookup<'r>(row: &'r Value, name: &str) -> Option<&'r Value> {
    row.get(name).or_else(|| name.split('.').try_fold(row, |value, part| value.get(part)))
}
