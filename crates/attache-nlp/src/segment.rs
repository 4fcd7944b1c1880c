//! Text to sentences and tokens, without a model.
//!
//! Tokens come first ([`tokens`]); a sentence ends after a full stop, question or exclamation mark and the quotes and
//! brackets that close behind it ([`sentences`]). A full stop that belongs to an abbreviation ends a sentence only before
//! a word that opens sentences. As in the treebank EWT, a quotation of several sentences is several sentences, and the stop
//! of an abbreviation that ends a sentence is a token of its own.

use std::ops::Range;

use crate::lexicon::{Abbreviation, lexicon};
use crate::token::{self, is_apostrophe, is_face, is_terminal};

/// Byte ranges of the tokens of `text`, which is taken for one sentence.
///
/// ```
/// use attache_nlp::segment::tokens;
/// let text = "Oslo’s envoy didn’t go.";
/// let forms: Vec<&str> = tokens(text).into_iter().map(|t| &text[t]).collect();
/// assert_eq!(forms, ["Oslo", "’s", "envoy", "did", "n’t", "go", "."]);
/// ```
pub fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = token::split(text);
    free_last_stop(text, &mut tokens);
    tokens
}

/// The sentences of a block of text, each as the byte ranges of its tokens; none is empty.
///
/// ```
/// use attache_nlp::segment::sentences;
/// let text = "Gen. Abe met Mr. Ito. They talked.";
/// let firsts: Vec<&str> = sentences(text).iter().map(|s| &text[s[0].clone()]).collect();
/// assert_eq!(firsts, ["Gen.", "They"]);
/// ```
pub fn sentences(text: &str) -> Vec<Vec<Range<usize>>> {
    let tokens = token::split(text);
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < tokens.len() {
        let end = Boundary { text, tokens: &tokens, start, at }.end();
        at = end.unwrap_or(at + 1);
        if end.is_some() || at == tokens.len() {
            let mut sentence = tokens[start..at].to_vec();
            free_last_stop(text, &mut sentence);
            sentences.push(sentence);
            start = at;
        }
    }
    sentences
}

/// Makes the full stop of an abbreviation that ends a sentence a token: `in the U.S.` ends in `U.S` and `.`.
fn free_last_stop(text: &str, tokens: &mut Vec<Range<usize>>) {
    let closers = tokens
        .iter()
        .rev()
        .take_while(|t| is_closer(&text[(*t).clone()]) && !text[(*t).clone()].ends_with([')', ']']))
        .count();
    let Some(last) = tokens.len().checked_sub(closers + 1) else { return };
    let form = &text[tokens[last].clone()];
    let is_abbreviation = form.len() > 1 && form.ends_with('.') && form.starts_with(char::is_alphanumeric);
    if is_abbreviation && !(last > 0 && closers > 0 && is_terminal_token(&text[tokens[last - 1].clone()])) {
        let stop = tokens[last].end - 1;
        tokens.insert(last + 1, stop..tokens[last].end);
        tokens[last].end = stop;
    }
}

/// The question whether a sentence that began at token `start` ends with token `at` and what closes behind it.
struct Boundary<'t> {
    text: &'t str,
    tokens: &'t [Range<usize>],
    start: usize,
    at: usize,
}

impl Boundary<'_> {
    /// Index of the first token of the next sentence, when there is a boundary.
    fn end(&self) -> Option<usize> {
        if self.is_blank_line(self.at + 1) {
            return Some(self.at + 1);
        }
        let form = self.form(self.at);
        if is_terminal_token(form) {
            self.end_after_terminal()
        } else if form.len() > 1 && form.ends_with('.') && form.starts_with(char::is_alphanumeric) {
            self.end_after_abbreviation()
        } else {
            None
        }
    }

    fn end_after_terminal(&self) -> Option<usize> {
        let form = self.form(self.at);
        if self.is_list_number() {
            return None;
        }
        let next = self.skip_closers(self.at + 1);
        let quoted = (self.at + 1..next).any(|i| is_quote(self.form(i)));
        if next == self.tokens.len() || self.is_blank_line(next) {
            return Some(next);
        }
        let word = self.first_word(next);
        let first = self.form(word).chars().next()?;
        let ends = if first.is_lowercase() {
            // “Stop!” he said; (sic!) and so on; an ellipsis that goes on.
            next == self.at + 1 && (form == "." || word == next && matches!(form, "?" | "!"))
        } else if form.chars().all(|c| matches!(c, '.' | '…')) && form != "." {
            first.is_uppercase() && !quoted
        } else {
            !(quoted && form != "." && self.goes_on_with_speech(word))
        };
        ends.then_some(next)
    }

    fn end_after_abbreviation(&self) -> Option<usize> {
        let form = self.form(self.at);
        let next = self.skip_closers(self.at + 1);
        if next == self.tokens.len() || self.is_blank_line(next) {
            return Some(next);
        }
        let word = self.first_word(next);
        match lexicon().abbreviation(form) {
            Some(Abbreviation::Title | Abbreviation::Number) => None,
            _ if self.is_list_number() => None,
            _ if next > self.at + 1 && !(self.at + 1..next).all(|i| is_quote(self.form(i))) => None,
            // A single letter that begins a sentence is an initial or numbers a list.
            _ => (lexicon().is_opener(self.form(word)) && (self.at > self.start || form.len() > 2)).then_some(next),
        }
    }

    /// `1.` or `B.` at the beginning of a sentence.
    fn is_list_number(&self) -> bool {
        let form = self.form(self.start).trim_end_matches('.');
        let alone = self.at == self.start && self.form(self.at) != "."
            || self.at == self.start + 1 && self.form(self.at) == ".";
        let is_number = !form.is_empty() && form.len() <= 3 && form.bytes().all(|b| b.is_ascii_digit());
        let is_letter = form.len() == 1 && form.starts_with(|c: char| c.is_ascii_uppercase());
        alone && (is_number || is_letter)
    }

    /// Index after the quotes and brackets that close behind a terminal, and after further terminals.
    fn skip_closers(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.tokens.len() {
            let form = self.form(at);
            let attached = self.tokens[at - 1].end == self.tokens[at].start;
            let before_blank = self.tokens.get(at + 1).is_none_or(|next| next.start > self.tokens[at].end);
            // A straight quote closes when it is glued to what it closes, or stands alone before a blank and not after one.
            let closes =
                is_closer(form) && (attached || matches!(form, "”" | "»" | ")" | "]") || form == "’" && before_blank);
            if !(closes || is_terminal_token(form) || is_face(form)) {
                break;
            }
            at += 1;
        }
        at
    }

    /// The first token from `from` on that is a word, behind opening quotes, brackets and dashes; `from` when there is none
    /// near.
    fn first_word(&self, from: usize) -> usize {
        const SIGNS: usize = 6;
        (from..self.tokens.len()).take(SIGNS).find(|&i| self.form(i).contains(char::is_alphanumeric)).unwrap_or(from)
    }

    /// True when a verb of speech follows within a few words, before the sentence can have ended.
    fn goes_on_with_speech(&self, from: usize) -> bool {
        const NAME_LENGTH: usize = 6;
        let words = (from..self.tokens.len()).take(NAME_LENGTH).map(|i| self.form(i));
        words.take_while(|form| form.contains(char::is_alphanumeric)).any(|form| lexicon().is_speech(form))
    }

    fn is_blank_line(&self, before: usize) -> bool {
        let Some(next) = self.tokens.get(before) else { return false };
        let gap = &self.text[self.tokens[before - 1].end..next.start];
        gap.matches('\n').count() > 1 || gap.contains('\u{2029}')
    }

    fn form(&self, token: usize) -> &str {
        &self.text[self.tokens[token].clone()]
    }
}

fn is_terminal_token(form: &str) -> bool {
    form.starts_with(is_terminal) && form.chars().all(is_terminal)
}

fn is_quote(form: &str) -> bool {
    matches!(form, "\"" | "”" | "“" | "»") || form.chars().all(is_apostrophe)
}

fn is_closer(form: &str) -> bool {
    matches!(form, "\"" | "”" | "»" | ")" | "]" | "}")
        || !matches!(form, "‘" | "`" | "``" | "‘‘") && form.chars().all(is_apostrophe)
}
