//! Words to word pieces and letter-case classes: what the model reads.
//!
//! The rules are those of the trainer, `training/words.py`; `models/en/parity.json` holds the two together.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A word keeps its first pieces only: longer ones are serial numbers and noise, which more pieces would not explain.
const PIECES_PER_WORD: usize = 32;

/// Letter case of a word, as the model numbers it; 0 stands for pieces that belong to no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Case {
    Lower = 1,
    Title = 2,
    Upper = 3,
    Mixed = 4,
    Digit = 5,
}

impl Case {
    /// Number of classes, that of no word included.
    pub(crate) const COUNT: u8 = 6;

    /// The class of a word. A digit wins over everything; a single capital is `Title`.
    pub(crate) fn of(word: &str) -> Case {
        if word.chars().any(is_digit) {
            return Case::Digit;
        }
        let upper = || word.chars().filter(|c| c.is_letter()).map(char::is_uppercase);
        let (letters, capitals) = (upper().count(), upper().filter(|&u| u).count());
        match capitals {
            0 => Case::Lower,
            1 if upper().next() == Some(true) => Case::Title,
            _ if capitals == letters => Case::Upper,
            _ => Case::Mixed,
        }
    }
}

/// The vocabulary of word pieces.
pub(crate) struct Pieces {
    ids: HashMap<&'static str, i32>,
    /// Longest piece in bytes: no longer candidate need be looked up.
    longest: usize,
    unknown: i32,
    /// Opens every sentence.
    pub(crate) cls: i32,
    /// Closes every sentence.
    pub(crate) sep: i32,
}

impl Pieces {
    /// Reads a vocabulary, one piece a line. `None` when one of the special pieces is missing.
    pub(crate) fn read(vocabulary: &'static str) -> Option<Pieces> {
        let ids: HashMap<&str, i32> = vocabulary.lines().zip(0..).collect();
        let longest = ids.keys().map(|piece| piece.len()).max()?;
        let special = |piece| ids.get(piece).copied();
        let (unknown, cls, sep) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Some(Pieces { ids, longest, unknown, cls, sep })
    }

    /// The pieces of one word: at least one, at most [`PIECES_PER_WORD`].
    pub(crate) fn of_word(&self, word: &str) -> Vec<i32> {
        let mut pieces = Vec::with_capacity(4);
        for token in basic_tokens(&normalise(word)) {
            if pieces.len() >= PIECES_PER_WORD {
                break;
            }
            self.push_token(&token, &mut pieces);
        }
        pieces.truncate(PIECES_PER_WORD);
        if pieces.is_empty() {
            pieces.push(self.unknown);
        }
        pieces
    }

    /// Longest match from the left; a token that cannot be covered whole is one unknown piece.
    fn push_token(&self, token: &str, pieces: &mut Vec<i32>) {
        let before = pieces.len();
        let mut candidate = String::with_capacity(self.longest + 2);
        let mut start = 0;
        while start < token.len() {
            candidate.clear();
            if start > 0 {
                candidate.push_str("##");
            }
            let mark = candidate.len();
            candidate.push_str(&token[start..token.floor_char_boundary(start + self.longest)]);
            let piece = loop {
                if candidate.len() == mark {
                    break None;
                }
                if let Some(&piece) = self.ids.get(candidate.as_str()) {
                    break Some(piece);
                }
                candidate.pop();
            };
            let Some(piece) = piece else {
                pieces.truncate(before);
                pieces.push(self.unknown);
                return;
            };
            pieces.push(piece);
            start += candidate.len() - mark;
        }
    }
}

/// Plain quotes and dashes, lower case, no accents.
fn normalise(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '’' | '‘' => plain.push('\''),
            '“' | '”' | '„' => plain.push('"'),
            '–' | '—' => plain.push('-'),
            '…' => plain.push_str("..."),
            _ => plain.push(c),
        }
    }
    plain.to_lowercase().nfd().filter(|c| c.general_category() != GeneralCategory::NonspacingMark).collect()
}

/// Splits a normalised word at white space and around each punctuation sign and ideograph; control characters go.
fn basic_tokens(normalised: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    for c in normalised.chars() {
        if c.is_whitespace() || matches!(c, '\u{1C}'..='\u{1F}') {
            tokens.push(String::new());
        } else if is_ignored(c) {
        } else if is_punctuation(c) || is_ideograph(c) {
            tokens.extend([c.to_string(), String::new()]);
        } else if let Some(current) = tokens.last_mut() {
            current.push(c);
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

fn is_ignored(c: char) -> bool {
    c == '\u{FFFD}' || matches!(c.general_category(), GeneralCategory::Control | GeneralCategory::Format)
}

/// BERT's notion: every ASCII sign that is no letter or digit, and the Unicode punctuation.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// The blocks that BERT splits into single characters.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{2CEAF}' | '\u{F900}'..='\u{FAFF}')
}

/// Decimal digits of any script, and raised, lowered and circled ones.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
        || !c.is_ascii() && c.general_category() == GeneralCategory::DecimalNumber
        || matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨' | '⑴'..='⑼' | '⒈'..='⒐' | '⓪' | '⓵'..='⓽' | '⓿')
        || matches!(c, '❶'..='❾' | '➀'..='➈' | '➊'..='➒')
}

trait Letter {
    fn is_letter(&self) -> bool;
}

impl Letter for char {
    fn is_letter(&self) -> bool {
        self.general_category_group() == GeneralCategoryGroup::Letter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &str =
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n'\ns\n##s\nenvoy\nco\n-\noperation\n.\nel\n##ys\n##ee\n中\nthe\n";

    fn split(word: &str) -> String {
        let pieces = Pieces::read(VOCABULARY).unwrap();
        let lines: Vec<&str> = VOCABULARY.lines().collect();
        pieces.of_word(word).into_iter().map(|id| lines[id as usize]).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_normalised_and_cut_greedily() {
        assert_eq!(split("Envoys"), "envoy ##s");
        assert_eq!(split("’s"), "' s");
        assert_eq!(split("Élysée"), "el ##ys ##ee");
        assert_eq!(split("co-operation"), "co - operation");
        assert_eq!(split("中中"), "中 中");
        assert_eq!(split("…"), ". . .");
        assert_eq!(split("co\u{ad}\0-\u{202e}"), "co -");
    }

    #[test]
    fn what_has_no_piece_is_unknown() {
        assert_eq!(split("envoyx"), "[UNK]");
        assert_eq!(split("the-envoyx"), "the - [UNK]");
        assert_eq!(split(""), "[UNK]");
        assert_eq!(split("\u{200d}"), "[UNK]");
        assert_eq!(split(&".".repeat(1000)).matches('.').count(), PIECES_PER_WORD);
    }

    #[test]
    fn a_vocabulary_without_special_pieces_is_refused() {
        assert!(Pieces::read("a\nb\n").is_none());
    }

    #[test]
    fn letter_case_has_five_classes() {
        for (word, case) in [
            ("talks", Case::Lower),
            (",", Case::Lower),
            ("Oslo", Case::Title),
            ("I", Case::Title),
            ("O’Neill", Case::Mixed),
            ("UN", Case::Upper),
            ("U.N.", Case::Upper),
            ("iPhone", Case::Mixed),
            ("McCain", Case::Mixed),
            ("G7", Case::Digit),
            ("Élysée", Case::Title),
            ("ÉU", Case::Upper),
            ("m²", Case::Digit),
        ] {
            assert_eq!(Case::of(word), case, "{word}");
        }
    }
}
