//! Parses written as CoNLL-U and read back.

/// True for characters that separate words and belong to none: white space, control characters, and the invisible signs
/// that only direct the layout of a text.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}
