//! What may reach a terminal and how it is laid out: control characters and direction marks taken out, widths, wrapping,
//! colours.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrower than this, tables fall apart; wider than the other, lines are hard to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=120;
/// The width when there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// Headings.
pub const HEADING: Style = Style::new().bold();
/// Labels of events and what triggers them.
pub const EVENT: Style = AnsiColor::Yellow.on_default().bold();
/// Labels of statements and their cues.
pub const STATEMENT: Style = AnsiColor::Cyan.on_default();
/// What stands open or apart: responses, non-confirmation.
pub const OPEN: Style = AnsiColor::Magenta.on_default();
/// What is vouched for by both sides.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is denied, disputed or called off.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Secondary matter.
pub const FAINT: Style = Style::new().dimmed();

/// True for a character that must not reach a terminal: it moves the cursor, changes colours, turns the direction of the
/// text or hides in it. Line feeds and tabs are kept.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text from outside without the characters that could act on a terminal.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().filter(|&c| !is_unsafe(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Text from outside on one line: cleaned, runs of space made one.
pub fn flat(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Columns a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Columns to lay out for: those of the terminal, or `COLUMNS`, or a readable default.
pub fn columns() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let real =
        || terminal_size::terminal_size().filter(|_| std::io::stdout().is_terminal()).map(|(w, _)| usize::from(w.0));
    asked.or_else(real).unwrap_or(DEFAULT_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// A flat text cut to `columns` with an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    let text = flat(text);
    if width(&text) <= columns {
        return text;
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > columns {
            break;
        }
        used += w;
        out.push(c);
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    out.push('…');
    out
}

/// A text in the middle of which words are left out so that it fits `columns`; what is shown are its exact words.
pub fn shorten(text: &str, columns: usize) -> String {
    let text = flat(text);
    if width(&text) <= columns {
        return text;
    }
    let words: Vec<&str> = text.split(' ').collect();
    let room = columns.saturating_sub(3);
    let (mut head, mut tail, mut used) = (0, words.len(), 0);
    // Two words from the front for each from the back: how a sentence begins tells more.
    for turn in 0.. {
        let next = if turn % 3 == 2 { words.get(tail - 1) } else { words.get(head) };
        let Some(next) = next else { break };
        let w = width(next) + 1;
        if used + w > room || head >= tail {
            break;
        }
        used += w;
        if turn % 3 == 2 { tail -= 1 } else { head += 1 }
    }
    if head == 0 {
        return cut(&text, columns);
    }
    let mut out = words[..head].join(" ");
    out.push_str(" …");
    if tail < words.len() {
        out.push(' ');
        out.push_str(&words[tail..].join(" "));
    }
    out
}

/// A text in lines of at most `columns`.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let text = flat(text);
    let lines = wrap_ranges(&text, columns);
    lines.into_iter().map(|line| text[line].to_string()).collect()
}

/// The byte ranges of the lines that a text is wrapped to. Only white space lies between them; a word longer than a line is
/// cut.
pub fn wrap_ranges(text: &str, columns: usize) -> Vec<Range<usize>> {
    let columns = columns.max(8);
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut used = 0;
    for word in words(text) {
        let w = width(&clean(&text[word.clone()]));
        match lines.last_mut() {
            Some(line) if used + 1 + w <= columns => {
                line.end = word.end;
                used += 1 + w;
            }
            _ if w <= columns => {
                lines.push(word);
                used = w;
            }
            _ => {
                let mut start = word.start;
                used = 0;
                for (at, c) in text[word.clone()].char_indices() {
                    let at = word.start + at;
                    let w = if is_unsafe(c) { 0 } else { c.width().unwrap_or(0) };
                    if used + w > columns {
                        lines.push(start..at);
                        (start, used) = (at, 0);
                    }
                    used += w;
                }
                lines.push(start..word.end);
            }
        }
    }
    lines
}

/// The byte ranges between white space.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let start = at + rest.find(|c: char| !c.is_whitespace())?;
        at = text[start..].find(char::is_whitespace).map_or(text.len(), |len| start + len);
        Some(start..at)
    })
}

/// `text` in a style.
pub fn styled(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// `text` padded with spaces to `columns`; colour codes take none.
pub fn pad(text: &str, columns: usize) -> String {
    let taken = width(&anstream::adapter::strip_str(text).to_string());
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_passes() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\u{0}d\u{9b}e\u{2066}f\u{200b}g\r\n\th"), "a[31mbcdefg\n\th");
        assert_eq!(clean("plain"), "plain");
        for c in (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32).filter(|c| !matches!(c, '\n' | '\t')) {
            assert_eq!(clean(&c.to_string()), "");
        }
    }

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "Der Außenminister 外務大臣 traf in Donaudampfschifffahrtsgesellschaftshausen ein.";
        for columns in 8..40 {
            let lines = wrap(text, columns);
            assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
            let squeezed = |s: &str| s.split_whitespace().collect::<String>();
            assert_eq!(squeezed(&lines.concat()), squeezed(text));
        }
    }

    #[test]
    fn shortened_text_keeps_its_ends() {
        let text = "the two sides had agreed to meet again in the capital before the end of the year";
        let short = shorten(text, 40);
        assert!(width(&short) <= 40 && short.starts_with("the two sides") && short.ends_with("year"), "{short}");
        assert_eq!(shorten("as it is", 40), "as it is");
        assert!(width(&shorten(&"x".repeat(100), 20)) <= 20);
        assert!(width(&cut("外務大臣外務大臣外務大臣", 9)) <= 9);
    }
}
