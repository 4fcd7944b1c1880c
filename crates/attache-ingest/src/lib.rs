//! Bytes to documents: encodings, blocks (headline, dateline, byline, paragraphs, furniture), dates, and readers of many
//! documents from text files, JSONL rows and standard input.
//!
//! Promise: a document's text is the input's text, unchanged but for a byte order mark, so offsets are the input's own.
//! Blocks come in order, do not overlap and lie on character boundaries. Odd input gives warnings; only input with no text
//! in it, or input that is plainly no text, gives an error. Nothing here panics on any bytes.
//!
//! ```
//! use attache_doc::BlockKind;
//! use attache_ingest::{Options, document_from_text};
//! let text = "Envoy arrives in Oslo\n\nOSLO, May 3, 2024 (NTB) — The envoy arrived on Friday.\n";
//! let doc = document_from_text(text, &Options::default())?;
//! let blocks: Vec<_> = doc.blocks().iter().map(|b| (b.kind, doc.text(b.span))).collect();
//! assert_eq!(blocks, [
//!     (BlockKind::Headline, "Envoy arrives in Oslo"),
//!     (BlockKind::Dateline, "OSLO, May 3, 2024 (NTB) —"),
//!     (BlockKind::Paragraph, "The envoy arrived on Friday."),
//! ]);
//! assert_eq!(doc.meta.published, Some(jiff::civil::date(2024, 5, 3)));
//! # Ok::<(), attache_ingest::IngestError>(())
//! ```
//!
//! Primary nouns: [`Options`], [`IngestError`], [`Documents`], [`Pair`]. What it does not do: HTML, feeds, sentences.

mod block;
mod date;
mod dateline;
mod encoding;
mod error;
mod layout;
mod lexicon;
mod pair;
mod source;

pub use date::parse_date;
pub use error::IngestError;
pub use pair::Pair;
pub use source::{Columns, Documents, Row, open};

use attache_doc::{Document, Warning};
use jiff::civil::Date;

/// The most text a document may have, in bytes of UTF-8. A long feature is 100 KiB and a book 1 MiB: 8 MiB is no article,
/// and parsing it takes minutes and hundreds of megabytes. What lies beyond is cut with the warning `truncated`.
pub const MAX_TEXT: usize = 8 << 20;

/// What the caller knows about an input beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Day of publication; goes before any date in the text.
    pub date: Option<Date>,
    /// The input's own identifier.
    pub id: Option<String>,
    /// Title. It is never inserted into the text; when the text starts with it, that part is the headline.
    pub title: Option<String>,
    /// Outlet.
    pub publisher: Option<String>,
    /// Address.
    pub url: Option<String>,
}

/// Makes a document from the bytes of a plain text in any encoding.
///
/// # Errors
/// [`IngestError::Binary`] when the bytes are plainly no text, [`IngestError::Empty`] when there is nothing but space.
pub fn document_from_bytes(bytes: &[u8], options: &Options) -> Result<Document, IngestError> {
    let (text, warnings) = encoding::decode(bytes)?;
    build(text, options, warnings)
}

/// Makes a document from a text. A leading byte order mark is dropped.
///
/// # Errors
/// [`IngestError::Empty`] when there is nothing but space.
pub fn document_from_text(text: impl Into<String>, options: &Options) -> Result<Document, IngestError> {
    let mut text = text.into();
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    build(text, options, Vec::new())
}

fn build(mut text: String, options: &Options, mut warnings: Vec<Warning>) -> Result<Document, IngestError> {
    if let Some(cut) = cut_at(&text, MAX_TEXT) {
        text.truncate(cut);
        warnings.push(Warning::new(
            "truncated",
            format!("the text is longer than {} MiB; only its first {cut} bytes were kept", MAX_TEXT >> 20),
        ));
    }
    if text.chars().all(layout::is_blank) {
        return Err(IngestError::Empty);
    }
    let parts = block::find(&text, options);
    warnings.extend(parts.warnings);
    let mut doc = Document::new(text, parts.blocks, parts.meta);
    doc.warnings = warnings;
    Ok(doc)
}

/// Where to cut a text of more than `limit` bytes: after the last paragraph that fits, else after the last line, else after
/// the last word, else after the last character. Only the last 64 KiB are searched for a boundary, so that little is lost.
fn cut_at(text: &str, limit: usize) -> Option<usize> {
    if text.len() <= limit {
        return None;
    }
    let end = text.floor_char_boundary(limit);
    let from = text.floor_char_boundary(end.saturating_sub(64 << 10));
    let tail = &text[from..end];
    let boundary =
        tail.rfind("\n\n").or_else(|| tail.rfind('\n')).or_else(|| tail.rfind(char::is_whitespace)).map(|at| from + at);
    Some(boundary.filter(|&at| at > 0).unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_between_paragraphs_then_words_then_characters() {
        assert_eq!(cut_at("one\n\ntwo three", 20), None);
        assert_eq!(&"one\n\ntwo three"[..cut_at("one\n\ntwo three", 9).unwrap()], "one");
        assert_eq!(&"one two three"[..cut_at("one two three", 9).unwrap()], "one two");
        assert_eq!(&"éééé"[..cut_at("éééé", 5).unwrap()], "éé");
    }

    #[test]
    fn text_at_the_limit_is_whole_and_beyond_it_is_cut_with_a_warning() {
        let line = format!("{}.\n\n", "The envoy left and came back ".repeat(40));
        let mut text = line.repeat(MAX_TEXT / line.len() + 1);
        text.truncate(MAX_TEXT);
        let doc = document_from_text(text.clone(), &Options::default()).unwrap();
        assert_eq!((doc.full_text().len(), doc.warnings.len()), (MAX_TEXT, 0));
        text.push_str("The envoy left.");
        let doc = document_from_text(text, &Options::default()).unwrap();
        assert!(doc.full_text().len() <= MAX_TEXT && doc.full_text().ends_with("came back ."));
        assert_eq!(doc.warnings[0].code, "truncated");
    }

    #[test]
    fn a_title_given_apart_is_kept_beside_the_text_and_not_inserted() {
        let options = Options { title: Some("Envoy leaves".into()), ..Options::default() };
        let doc = document_from_text("The envoy left on Friday.", &options).unwrap();
        assert_eq!(doc.full_text(), "The envoy left on Friday.");
        assert_eq!(doc.meta.title.as_deref(), Some("Envoy leaves"));
        assert_eq!(doc.blocks().len(), 1);
    }
}
