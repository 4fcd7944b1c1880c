//! Lines to paragraphs: blank lines, one paragraph a line, and text wrapped at a fixed width.

use std::ops::Range;

/// A line longer than this was not wrapped by hand or by a mail program.
const WIDEST_WRAP: usize = 120;
/// A line shorter than this that breaks off without a full stop is a heading or a list item, not half a sentence.
const SHORTEST_BROKEN: usize = 30;

/// A paragraph: a run of lines with the space around it trimmed off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub(crate) range: Range<usize>,
    /// True when a blank line or the end of the text follows.
    pub(crate) blank_after: bool,
}

struct Line {
    range: Range<usize>,
    chars: usize,
    indent: usize,
    blank_before: bool,
}

/// True for characters that show nothing: a line of them is blank, and blocks neither begin nor end with them.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `range` without the blank characters at its ends.
pub(crate) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let inner = part.trim_start_matches(is_blank);
    let start = range.start + part.len() - inner.len();
    start..start + inner.trim_end_matches(is_blank).len()
}

/// True when a line ends as a sentence ends, quotes and brackets aside.
pub(crate) fn ends_sentence(line: &str) -> bool {
    let bare = line.trim_end_matches(|c: char| is_blank(c) || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']'));
    bare.ends_with(['.', '!', '?', '…', '。', ':', ';'])
}

/// Splits a text into paragraphs in order of the text.
pub(crate) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = lines(text);
    let width = wrap_width(text, &lines);
    let mut out: Vec<Paragraph> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let joined = i > 0 && !line.blank_before && continues(text, &lines[i - 1], line, width);
        match out.last_mut() {
            Some(last) if joined => last.range.end = line.range.end,
            _ => {
                if let Some(last) = out.last_mut() {
                    last.blank_after = line.blank_before;
                }
                out.push(Paragraph { range: line.range.clone(), blank_after: true });
            }
        }
    }
    out
}

/// The lines that are not blank, trimmed.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut blank_before = true;
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let end = rest
            .find(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
            .map_or(text.len(), |at| start + at);
        let range = trim(text, start..end);
        if range.is_empty() {
            blank_before = true;
        } else {
            let chars = text[range.clone()].chars().count();
            let indent = text[start..range.start].chars().count();
            lines.push(Line { range, chars, indent, blank_before });
            blank_before = false;
        }
        let mut rest = text[end..].chars();
        start = match rest.next() {
            Some('\r') if rest.as_str().starts_with('\n') => end + 2,
            Some('\u{2029}') => {
                blank_before = true;
                end + '\u{2029}'.len_utf8()
            }
            Some(c) => end + c.len_utf8(),
            None => end,
        };
    }
    lines
}

/// The width a text is wrapped at, if it is. Wrapping leaves a mark: the first word of a line did not fit on the line before.
fn wrap_width(text: &str, lines: &[Line]) -> Option<usize> {
    let pairs = || lines.windows(2).filter(|pair| !pair[1].blank_before);
    let width = pairs().map(|pair| pair[0].chars).max()?;
    if !(40..=WIDEST_WRAP).contains(&width) {
        return None;
    }
    let full = || pairs().filter(|pair| is_full(text, &pair[0], &pair[1], width));
    let broken = full().filter(|pair| !ends_sentence(&text[pair[0].range.clone()])).count();
    let (all, full) = (pairs().count(), full().count());
    (all >= 2 && full * 10 >= all * 7 && broken * 2 >= full).then_some(width)
}

/// True when the first word of `next` would not have fitted on `line`.
fn is_full(text: &str, line: &Line, next: &Line, width: usize) -> bool {
    let first = text[next.range.clone()].split(char::is_whitespace).next().map_or(0, |word| word.chars().count());
    line.chars + 1 + first > width
}

/// True when `next` goes on with the paragraph of `line`.
fn continues(text: &str, line: &Line, next: &Line, width: Option<usize>) -> bool {
    let (before, after) = (&text[line.range.clone()], &text[next.range.clone()]);
    let ended = ends_sentence(before);
    if after.starts_with(['•', '*', '>', '·']) || (ended && next.indent > line.indent) {
        return false;
    }
    if let Some(width) = width
        && is_full(text, line, next, width)
    {
        return true;
    }
    !ended && line.chars >= SHORTEST_BROKEN && after.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        paragraphs(text).into_iter().map(|p| &text[p.range]).collect()
    }

    #[test]
    fn one_paragraph_a_line_stays_so() {
        let text = "Envoy in Oslo\nThe envoy arrived on Friday.\r\nHe left on Sunday, officials said.";
        assert_eq!(
            split(text),
            ["Envoy in Oslo", "The envoy arrived on Friday.", "He left on Sunday, officials said."]
        );
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let text = "Envoy in Oslo\n\
            OSLO, May 3 - The special envoy of the neighbouring kingdom arrived in\n\
            the Norwegian capital on Friday for two days of talks with the foreign\n\
            minister. He said nothing to reporters.\n\
            \n\
            A spokeswoman said the talks would touch on fisheries, on the border\n\
            and on the release of four sailors.\n";
        assert_eq!(
            split(text).iter().map(|p| p.lines().count()).collect::<Vec<_>>(),
            [1, 3, 2],
            "a title line, a paragraph of three lines and one of two"
        );
    }

    #[test]
    fn a_line_that_breaks_off_before_a_small_letter_goes_on() {
        assert_eq!(split("The minister told reporters on Friday that\nhe would not go.").len(), 1);
        assert_eq!(split("fa\nla\nla\nwin").len(), 4);
    }
}
