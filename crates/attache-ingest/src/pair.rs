//! Rows that name two parties of a text by their places: `{"text", "source": {"start", "end"}, "target": {"start", "end"}}`.

use attache_doc::{Document, Span};
use serde_json::Value;

use crate::{IngestError, Options, document_from_text};

/// A text with the words of two parties.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The text as a document; its identifier is the row's `id`.
    pub document: Document,
    /// The words of who acts, in one piece or several; none where the text does not name them.
    pub source: Vec<Span>,
    /// The words of to or with whom.
    pub target: Vec<Span>,
}

/// Reads a row of JSON.
pub(crate) fn from_row(line: &[u8]) -> Result<Pair, IngestError> {
    let fault = |message: String| IngestError::Row(message);
    let line = String::from_utf8_lossy(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line));
    let row: Value = serde_json::from_str(&line).map_err(|error| fault(format!("it is not JSON: {error}")))?;
    let Some(row) = row.as_object() else { return Err(fault("it is not a JSON object".to_string())) };
    let text = match row.get("text") {
        Some(Value::String(text)) => text,
        Some(_) => return Err(fault("text: expected a string".to_string())),
        None => return Err(fault("text: there is none".to_string())),
    };
    let id = match row.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(_) => return Err(fault("id: expected a string or a number".to_string())),
    };
    let document = document_from_text(text.as_str(), &Options { id, ..Options::default() })?;
    // A byte order mark is no part of a document, so places behind it move.
    let mark = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    let side = |name: &str| {
        let pieces: Vec<&Value> = match row.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(pieces)) => pieces.iter().collect(),
            Some(piece) => vec![piece],
        };
        pieces
            .into_iter()
            .map(|p| place(&document, &bytes, mark, p))
            .collect::<Result<Vec<Span>, String>>()
            .map_err(|what| fault(format!("{name}: {what}")))
    };
    let (source, target) = (side("source")?, side("target")?);
    if source.is_empty() && target.is_empty() {
        return Err(fault("neither source nor target is given".to_string()));
    }
    Ok(Pair { document, source, target })
}

/// The bytes of `{"start", "end"}` in code points. Where the words are given too (`text`), they must stand there.
fn place(document: &Document, bytes: &[usize], mark: usize, piece: &Value) -> Result<Span, String> {
    let number = |name: &str| piece.get(name).and_then(Value::as_u64).map(|n| n as usize);
    let (Some(start), Some(end)) = (number("start"), number("end")) else {
        return Err("expected {\"start\": N, \"end\": N} in code points, a list of them, or null".to_string());
    };
    let (Some(&from), Some(&to)) = (bytes.get(start), bytes.get(end)) else {
        return Err(format!("{start}..{end} lies outside the text, which has {} code points", bytes.len() - 1));
    };
    if start >= end {
        return Err(format!("{start}..{end} holds no words: the end must be larger than the start"));
    }
    let span = document.span(from.saturating_sub(mark)..to.saturating_sub(mark));
    let span = span.ok_or_else(|| format!("{start}..{end} lies beyond the part of the text that is read"))?;
    match piece.get("text").and_then(Value::as_str) {
        Some(words) if words != document.text(span) => {
            Err(format!("at {start}..{end} stands “{}”, not “{words}”: offsets count code points", document.text(span)))
        }
        _ => Ok(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_code_points_and_sides_may_be_in_pieces_or_missing() {
        let row = r#"{"id": 7, "text": "Île: Peru met Chile and Bolivia.", "source": {"start": 5, "end": 9, "text": "Peru"},
            "target": [{"start": 14, "end": 19}, {"start": 24, "end": 31}]}"#;
        let pair = from_row(row.as_bytes()).unwrap();
        let words = |spans: &[Span]| spans.iter().map(|&s| pair.document.text(s)).collect::<Vec<_>>();
        assert_eq!((words(&pair.source), words(&pair.target)), (vec!["Peru"], vec!["Chile", "Bolivia"]));
        assert_eq!(pair.document.meta.id.as_deref(), Some("7"));
        let marked =
            "{\"text\": \"\u{feff}Peru met Chile.\", \"source\": {\"start\": 1, \"end\": 5}, \"target\": null}";
        let pair = from_row(marked.as_bytes()).unwrap();
        assert_eq!(pair.document.text(pair.source[0]), "Peru");
        assert!(pair.target.is_empty());
    }

    #[test]
    fn a_fault_is_named() {
        let fault = |row: &str| from_row(row.as_bytes()).unwrap_err().to_string();
        assert!(fault("{").contains("not JSON"));
        assert!(fault("[1]").contains("not a JSON object"));
        assert!(fault(r#"{"source": 1}"#).contains("text: there is none"));
        assert!(fault(r#"{"text": " "}"#).contains("no text"));
        assert!(fault(r#"{"text": "Peru won."}"#).contains("neither source nor target"));
        assert!(fault(r#"{"text": "Peru won.", "source": {"start": 0}}"#).contains("source: expected"));
        assert!(fault(r#"{"text": "Peru won.", "source": {"start": -1, "end": 2}}"#).contains("source: expected"));
        assert!(fault(r#"{"text": "Peru won.", "target": {"start": 4, "end": 99}}"#).contains("has 9 code points"));
        assert!(fault(r#"{"text": "Peru won.", "target": {"start": 4, "end": 4}}"#).contains("holds no words"));
        let other = fault(r#"{"text": "Peru won.", "source": {"start": 1, "end": 4, "text": "Peru"}}"#);
        assert!(other.contains("stands “eru”, not “Peru”"), "{other}");
    }
}
