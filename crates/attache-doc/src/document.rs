//! A document, its blocks and its spans.

use std::fmt;
use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A range of bytes in the text of one document, end exclusive, always on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `start..end`. Only a document should make one from raw numbers; see [`Document::span`].
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end);
        Span { start: start as u32, end: end as u32 }
    }

    /// The byte range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True for a span of no bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True when `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True when the two spans share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// What part of an article a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// The title line.
    Headline,
    /// Place, date and agency before the first sentence ("MOSCOW, Aug 26 (Agency) —").
    Dateline,
    /// Who wrote it.
    Byline,
    /// Running text.
    Paragraph,
    /// A block quotation.
    Quote,
    /// Words under a picture.
    Caption,
    /// Page furniture that is not part of the article: coded into no sentence.
    Boilerplate,
}

impl BlockKind {
    /// True for the kinds whose text is split into sentences and coded.
    pub fn is_text(self) -> bool {
        matches!(self, BlockKind::Headline | BlockKind::Paragraph | BlockKind::Quote)
    }
}

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it is.
    pub span: Span,
}

/// What is known about a document beside its text. Absent is `None`, never an empty string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Identifier given by the input (a column, a file name), if any.
    pub id: Option<String>,
    /// Address of the page.
    pub url: Option<String>,
    /// Name of the outlet.
    pub publisher: Option<String>,
    /// Day of publication: from the input, else from the dateline.
    pub published: Option<Date>,
    /// Title given by the input or found in the text.
    pub title: Option<String>,
    /// Place named in the dateline.
    pub dateline_place: Option<String>,
    /// Agency named in the dateline or byline.
    pub agency: Option<String>,
}

/// Something about an input or a stage that a reader should know; never a reason to stop a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable short name, such as `truncated` or `invalid-encoding`.
    pub code: String,
    /// One sentence saying what was found and what was done.
    pub message: String,
}

impl Warning {
    /// A warning with a stable `code` and a `message` for people.
    pub fn new(code: &str, message: impl Into<String>) -> Warning {
        Warning { code: code.to_string(), message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// One article. Its text never changes once it is made.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    blocks: Vec<Block>,
    /// What is known beside the text.
    pub meta: Meta,
    /// What the ingest stage noticed.
    pub warnings: Vec<Warning>,
    /// Code points before every 64th byte, so that [`Document::code_points`] need not count from the start.
    code_point_marks: Vec<u32>,
}

/// Distance in bytes between two entries of the code point index: small enough that counting the rest is a few
/// nanoseconds, large enough that the index is a sixteenth of the text.
const MARK_EVERY: usize = 64;

impl Document {
    /// Makes a document from its text and the byte ranges of its blocks.
    ///
    /// # Panics
    /// When a block is not on character boundaries or the text is larger than 4 GiB: both are errors of the caller.
    pub fn new(text: String, blocks: Vec<(BlockKind, Range<usize>)>, meta: Meta) -> Document {
        assert!(u32::try_from(text.len()).is_ok(), "a document is at most 4 GiB");
        let mut marks = Vec::with_capacity(text.len() / MARK_EVERY + 1);
        for (count, (byte, _)) in text.char_indices().enumerate() {
            while marks.len() * MARK_EVERY <= byte {
                marks.push(count as u32);
            }
        }
        let blocks = blocks
            .into_iter()
            .map(|(kind, range)| {
                assert!(text.get(range.clone()).is_some(), "block {range:?} is not on character boundaries");
                Block { kind, span: Span::new(range.start, range.end) }
            })
            .collect();
        Document { text, blocks, meta, warnings: Vec::new(), code_point_marks: marks }
    }

    /// The whole text.
    pub fn full_text(&self) -> &str {
        &self.text
    }

    /// The blocks in order of the text.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// A span of this document, or `None` when the range is outside the text or cuts a character.
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        self.text.get(range.clone()).map(|_| Span::new(range.start, range.end))
    }

    /// Start and end of a span in Unicode code points, as the wire counts.
    pub fn code_points(&self, span: Span) -> (u32, u32) {
        (self.code_point(span.start as usize), self.code_point(span.end as usize))
    }

    fn code_point(&self, byte: usize) -> u32 {
        let mark = byte / MARK_EVERY;
        let Some(&before) = self.code_point_marks.get(mark) else {
            // Only the end of a text whose last character crosses a mark lies past the index.
            return self.text[..byte].chars().count() as u32;
        };
        // The mark counts the characters that start before byte `mark * MARK_EVERY`, which may lie inside a character.
        let mut from = mark * MARK_EVERY;
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        before + self.text[from..byte.max(from)].chars().count() as u32
    }

    /// The content-derived identifier of the document: a hash of its text, so equal texts have equal ids.
    pub fn id(&self) -> crate::Id {
        crate::stable_id("d", &[self.text.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_count_characters_not_bytes() {
        let text = "Élysée — “où”; ".repeat(40) + "конец";
        let doc = Document::new(text.clone(), vec![], Meta::default());
        for (n, (byte, c)) in text.char_indices().enumerate() {
            let span = doc.span(byte..byte + c.len_utf8()).unwrap();
            assert_eq!(doc.code_points(span), (n as u32, n as u32 + 1));
        }
    }

    #[test]
    fn a_span_never_cuts_a_character() {
        let doc = Document::new("é".to_string(), vec![], Meta::default());
        assert_eq!(doc.span(0..1), None);
        assert_eq!(doc.text(doc.span(0..2).unwrap()), "é");
    }
}
