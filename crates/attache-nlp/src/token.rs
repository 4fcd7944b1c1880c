//! Syntactic words of English text, as the treebank EWT cuts them.
//!
//! Blanks end every token, so the text is read chunk by chunk: web addresses first, then words with what may stand inside
//! them (the stop of `U.S`, the comma of `1,000`, the hyphen of `anti-war`), then punctuation. A word is at last split
//! into its clitics (`did` `n't`) and off its unit (`35` `mm`).

use std::ops::Range;

use attache_doc::conllu::is_blank;
use unicode_normalization::char::is_combining_mark;

use crate::lexicon::{Abbreviation, lexicon};

/// Signs for faces that web text has often; each is one token.
const FACES: [&str; 12] = [":-)", ":-(", ";-)", ":)", ":(", ";)", "=)", "=(", ":D", ":P", ";P", "^_^"];

/// Longest run without a blank that is read as one, in bytes. Signs are judged by what follows them in their run, so that
/// without a limit a megabyte without a blank would take a million times as long as a kilobyte.
const CHUNK_LIMIT: usize = 1024;

/// Byte ranges of the tokens of `text`, in order. Full stops of abbreviations stay with them.
pub(crate) fn split(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while let Some(chunk) = next_chunk(text, at) {
        split_chunk(text, chunk.clone(), &mut tokens);
        at = chunk.end;
    }
    tokens
}

/// The next run of characters that are not blank.
fn next_chunk(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text[from..].find(|c| !is_blank(c))?;
    let limit = text.floor_char_boundary(start + CHUNK_LIMIT);
    let length = text[start..limit].find(is_blank).unwrap_or(limit - start);
    Some(start..start + length)
}

fn split_chunk(text: &str, chunk: Range<usize>, tokens: &mut Vec<Range<usize>>) {
    let may_link = text[chunk.clone()].contains(['@', '#', '/', ':']) || text[chunk.clone()].contains("www.");
    let mut at = chunk.start;
    while at < chunk.end {
        let scan = Scan { text, start: at, end: chunk.end, attached: at > chunk.start };
        at = if let Some(end) = scan.link_end().filter(|_| may_link) {
            tokens.push(at..end);
            end
        } else if let Some(end) = scan.word_end() {
            push_word(text, at..end, tokens);
            end
        } else {
            let end = scan.sign_end();
            tokens.push(at..end);
            end
        };
    }
}

/// A place in a chunk at which a token begins.
struct Scan<'t> {
    text: &'t str,
    start: usize,
    /// End of the chunk.
    end: usize,
    /// True when the token follows another one without a blank.
    attached: bool,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.start..self.end]
    }

    fn from(&self, at: usize) -> &'t str {
        &self.text[at..self.end]
    }

    /// The beginning of what follows: as much as is looked at to judge a sign inside a word.
    fn near(&self, at: usize) -> &'t str {
        const FAR: usize = 64;
        &self.text[at..self.text.floor_char_boundary(at + FAR).min(self.end)]
    }

    /// End of a web address, an e-mail address or a handle that begins here.
    fn link_end(&self) -> Option<usize> {
        let rest = self.rest();
        if self.attached && last_char(&self.text[..self.start]).is_some_and(is_word) {
            return None;
        }
        let length = if ["http://", "https://", "ftp://", "www."].iter().any(|s| starts_ignoring_case(rest, s)) {
            let whole = rest.find(['<', '>', '"', '“', '”', '|']).unwrap_or(rest.len());
            let open = rest[..whole].contains('(');
            rest[..whole].trim_end_matches(|c| is_closing_sign(c) && !(open && c == ')')).len()
        } else if let Some(length) = mail_length(rest) {
            length
        } else if let Some(name) = rest.strip_prefix(['@', '#']) {
            let length = name.find(|c| !is_word(c)).unwrap_or(name.len());
            if !name.starts_with(char::is_alphabetic) || length < 2 {
                return None;
            }
            1 + length
        } else {
            let host = rest.find('/')?;
            let (_, last) = rest[..host].rsplit_once('.')?;
            if !lexicon().is_domain(last) || !rest[..host].chars().all(|c| is_word(c) || c == '.' || c == '-') {
                return None;
            }
            rest.trim_end_matches(is_closing_sign).len()
        };
        Some(self.start + length).filter(|&end| end > self.start)
    }

    /// End of a word or number that begins here, with the full stop of an abbreviation.
    fn word_end(&self) -> Option<usize> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if is_apostrophe(first) {
            return self.apostrophe_word_end();
        }
        let second = rest[first.len_utf8()..].chars().next();
        let signed = matches!(first, '+' | '.') && second.is_some_and(|c| c.is_ascii_digit());
        let after_word = self.attached && last_char(&self.text[..self.start]).is_some_and(is_word);
        if !(first.is_alphanumeric() || signed && !after_word) {
            return None;
        }
        let mut at = self.start + first.len_utf8();
        while let Some(c) = self.from(at).chars().next() {
            let after = at + c.len_utf8();
            if is_currency(c) && is_short_upper(&self.text[self.start..at]) {
                // The sign of a foreign dollar: US$, HK$.
                return Some(after);
            }
            if !is_word(c) && !self.joins(at, c, after) {
                break;
            }
            at = after;
        }
        Some(if self.takes_stop(at) { at + 1 } else { at })
    }

    /// A word that begins with an apostrophe: a year, an elision, a clitic cut off by a sign or a blank.
    fn apostrophe_word_end(&self) -> Option<usize> {
        let rest = self.rest();
        let mark = rest.chars().next().map_or(0, char::len_utf8);
        let length = mark + rest[mark..].find(|c| !is_word(c)).unwrap_or(rest.len() - mark);
        let body = &rest[mark..length];
        let digits = body.trim_end_matches('s');
        let is_year = !self.attached && digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        let form = plain_lower(&rest[..length]);
        let lexicon = lexicon();
        let is_clitic = lexicon.clitics().contains(&form.as_str()) && (self.attached || length == rest.len());
        let is_elision = !self.attached && (lexicon.is_elision(&form) || lexicon.contraction(&form).is_some());
        (is_year || is_clitic || is_elision).then_some(self.start + length)
    }

    /// True when the sign `c` at `at..after` stands inside a word, as in `3.5`, `AT&T` or `anti-war`.
    fn joins(&self, at: usize, c: char, after: usize) -> bool {
        let (Some(before), Some(next)) = (last_char(&self.text[self.start..at]), self.from(after).chars().next())
        else {
            return false;
        };
        let digits = before.is_ascii_digit() && next.is_ascii_digit();
        let letters = before.is_alphabetic() && next.is_alphabetic();
        match c {
            _ if !next.is_alphanumeric() => false,
            '.' => digits || self.stop_joins(at, after),
            ',' => digits && matches!(digit_groups(self.from(after), ',')[..], [3, ..] | [2, 3, ..]),
            ':' => digits,
            '/' => self.slash_joins(at, after),
            '-' | '‐' | '‑' => self.hyphen_joins(at, after),
            '&' => letters && (is_short_upper(&self.text[self.start..at]) || at - self.start == 1),
            '@' => before.is_alphanumeric(),
            '*' => letters,
            _ => is_apostrophe(c) && before.is_alphanumeric(),
        }
    }

    /// The stop inside `U.S`, `a.m`, `Ph.D.` and `bbc.co.uk`.
    fn stop_joins(&self, at: usize, after: usize) -> bool {
        let left = last_segment(&self.text[self.start..at]).trim_start_matches(|c: char| c.is_ascii_digit());
        let right = first_segment(self.from(after));
        if left.chars().count() == 1 && right.chars().count() == 1 {
            return true;
        }
        let dotted = self.near(self.start);
        let dotted = &dotted[..dotted.find(|c| !(is_word(c) || c == '.')).unwrap_or(dotted.len())];
        if dotted.ends_with('.') && lexicon().abbreviation(dotted).is_some() {
            return true;
        }
        let path = self.near(after);
        let path = &path[..path.find(|c| !(is_word(c) || matches!(c, '.' | '-'))).unwrap_or(path.len())];
        let last = path.trim_end_matches(['.', '-']).rsplit('.').next().unwrap_or_default();
        let shouted = !left.chars().chain(last.chars()).any(char::is_lowercase);
        // Names of news groups and files: small letters throughout, and more than two parts.
        let is_path =
            dotted.split('.').filter(|part| part.len() > 1 && part.bytes().all(|b| b.is_ascii_lowercase())).count() > 2;
        is_path || lexicon().is_domain(last) || shouted && lexicon().is_domain(&last.to_lowercase())
    }

    /// The slash of dates (`9/11`, `11/28/2000`) and of pairs of letters (`w/o`), but not of fractions and alternatives.
    fn slash_joins(&self, at: usize, after: usize) -> bool {
        let left = last_segment(&self.text[self.start..at]);
        let right = first_segment(self.from(after));
        if left.len() == 1 && right.len() == 1 && left.starts_with(char::is_alphabetic) {
            return right.starts_with(char::is_alphabetic) && !self.from(after + 1).starts_with('/');
        }
        let (Ok(a), Ok(b)) = (left.parse::<u32>(), right.parse::<u32>()) else {
            return false;
        };
        let inside_longer = self.text[self.start..at].contains('/') || self.from(after + right.len()).starts_with('/');
        let is_fraction = a < 4 && matches!(b, 2..=5 | 8 | 10) && a < b;
        let is_span = a == b || a + 1 == b && a > 12;
        inside_longer
            || left.len() == 3 && right.len() == 3
            || left.len() <= 2 && right.len() <= 2 && !is_fraction && !is_span
    }

    /// The hyphen after a prefix (`anti-war`), before a suffix, and in dates and telephone numbers.
    fn hyphen_joins(&self, at: usize, after: usize) -> bool {
        let word = &self.text[self.start..at];
        let right = first_segment(self.from(after));
        let after_hyphen = self.attached && last_char(&self.text[..self.start]).is_some_and(is_hyphen);
        if !after_hyphen && right.len() > 1 && !word.contains(is_hyphen) {
            // In capitals UN- and RE- are more often names than prefixes.
            let shouted = word.len() == 2 && word.chars().all(char::is_uppercase);
            if !shouted && word.chars().all(char::is_alphabetic) && lexicon().is_prefix(&word.to_lowercase()) {
                return true;
            }
        }
        if lexicon().is_suffix(right) && word.chars().all(char::is_alphabetic) {
            return true;
        }
        is_number_with_hyphens(self.near(self.start))
    }

    /// True when the full stop at `at` belongs to the word before it.
    fn takes_stop(&self, at: usize) -> bool {
        let Some(after) = self.from(at).strip_prefix('.') else {
            return false;
        };
        if after.starts_with(['.', '…']) {
            return false;
        }
        let form = &self.text[self.start..=at];
        let kind = lexicon().abbreviation(form).or_else(|| {
            // MR. and GEN. of a line in capitals.
            let shouted = form.chars().count() > 2 && !form.chars().any(char::is_lowercase);
            let kind = if shouted { lexicon().abbreviation(&title_case(form)) } else { None };
            kind.filter(|&kind| kind != Abbreviation::Closing)
        });
        match kind {
            Some(Abbreviation::Number) => {
                self.text[at + 1..].trim_start_matches(is_blank).starts_with(|c: char| c.is_ascii_digit())
            }
            Some(_) => true,
            None => is_dotted(form.trim_start_matches(|c: char| c.is_ascii_digit())),
        }
    }

    /// End of the punctuation sign or other symbol that begins here.
    fn sign_end(&self) -> usize {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else {
            return self.end;
        };
        let run = |same: &dyn Fn(char) -> bool| rest.find(|c| !same(c)).unwrap_or(rest.len());
        let length = if let Some(face) = FACES.iter().find(|face| rest.starts_with(*face)) {
            let ends = !rest[face.len()..].starts_with(char::is_alphanumeric);
            if ends { face.len() } else { first.len_utf8() }
        } else if is_terminal(first) {
            run(&is_terminal)
        } else if is_apostrophe(first) && chars.next().is_some_and(is_apostrophe) {
            run(&is_apostrophe)
        } else if matches!(first, '-' | '–' | '—' | '*' | '=' | '_' | '~' | '+' | '#' | '<' | '>' | '|') {
            run(&|c| c == first)
        } else {
            symbol_length(rest)
        };
        self.start + length
    }
}

/// Splits a word into the number and its unit, or into clitics, and appends the parts.
fn push_word(text: &str, word: Range<usize>, tokens: &mut Vec<Range<usize>>) {
    let form = &text[word.clone()];
    if form.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+')) {
        let unit = form.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ':' | '+'));
        let after_currency = tokens.last().is_some_and(|t| text[t.clone()].ends_with(is_currency));
        if unit.len() < form.len() && lexicon().is_unit(unit, after_currency) {
            let cut = word.end - unit.len();
            tokens.extend([word.start..cut, cut..word.end]);
            return;
        }
    }
    if form.len() <= 2 || form.len() > 40 {
        tokens.push(word);
        return;
    }
    let lower = plain_lower(form);
    if let Some(parts) = lexicon().contraction(&lower) {
        let mut start = word.start;
        for &count in parts {
            let length: usize = text[start..word.end].chars().take(count).map(char::len_utf8).sum();
            tokens.push(start..start + length);
            start += length;
        }
        return;
    }
    let first = tokens.len();
    let mut end = word.end;
    while let Some(start) = clitic_start(&text[word.start..end]).map(|start| word.start + start) {
        tokens.push(start..end);
        end = start;
    }
    tokens.push(word.start..end);
    tokens[first..].reverse();
}

/// Where the last clitic of a word begins, when something stands before it.
fn clitic_start(word: &str) -> Option<usize> {
    if !word.contains(is_apostrophe) {
        return None;
    }
    let lower = plain_lower(word);
    for clitic in lexicon().clitics() {
        let Some(before) = lower.strip_suffix(clitic) else { continue };
        let is_decade = before.ends_with('0') && before.bytes().all(|b| b.is_ascii_digit());
        if before.is_empty() || is_decade {
            return None;
        }
        // Counted in characters from the end, since lower-casing may change the number of bytes.
        return word.char_indices().rev().nth(clitic.chars().count() - 1).map(|(at, _)| at).filter(|&at| at > 0);
    }
    None
}

/// Lower case, with straight apostrophes.
fn plain_lower(word: &str) -> String {
    word.chars().map(|c| if is_apostrophe(c) { '\'' } else { c }).flat_map(char::to_lowercase).collect()
}

fn title_case(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().chain(chars.flat_map(char::to_lowercase)).collect()
}

/// Length of an e-mail address at the beginning of `rest`.
fn mail_length(rest: &str) -> Option<usize> {
    let (name, host) = rest.split_once('@')?;
    let is_name = !name.is_empty() && name.chars().all(|c| is_word(c) || matches!(c, '.' | '%' | '+' | '-'));
    let host = &host[..host.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(host.len())];
    let host = host.trim_end_matches(['.', '-']);
    (is_name && host.contains('.')).then_some(name.len() + 1 + host.len())
}

/// Telephone numbers, post codes and dates: groups of digits whose lengths are not those of a span of years or amounts.
fn is_number_with_hyphens(rest: &str) -> bool {
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let whole = &rest[..rest.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(rest.len())];
    match digit_groups(whole, '-')[..] {
        [3, 4] => !whole.ends_with("00"),
        [5, 4] | [2 | 4, 1..=2, 2 | 4] | [1..=2, 1..=2, 2 | 4] => true,
        [.., 3, 4] => true,
        _ => false,
    }
}

/// Lengths of the groups of digits that `text` begins with.
fn digit_groups(text: &str, separator: char) -> Vec<usize> {
    let whole = text.find(|c: char| !(c.is_ascii_digit() || c == separator)).unwrap_or(text.len());
    text[..whole].split(separator).map(str::len).collect()
}

fn is_short_upper(word: &str) -> bool {
    (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// `U.S.`, `a.m.`, `J.`: single letters with a stop after each; a lone small letter is no abbreviation.
fn is_dotted(form: &str) -> bool {
    let mut letters = 0;
    for part in form.split_inclusive('.') {
        let mut chars = part.chars();
        if !(chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some('.') && chars.next().is_none()) {
            return false;
        }
        letters += 1;
    }
    letters > 1 || letters == 1 && form.starts_with(char::is_uppercase)
}

fn starts_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn last_char(text: &str) -> Option<char> {
    text.chars().next_back()
}

fn first_segment(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

fn last_segment(text: &str) -> &str {
    &text[text.char_indices().rev().find(|&(_, c)| !is_word(c)).map_or(0, |(at, c)| at + c.len_utf8())..]
}

/// Length of one symbol: with its combining marks and, for a picture, its modifiers and joined pictures.
fn symbol_length(rest: &str) -> usize {
    let mut length = 0;
    let mut joined = false;
    let mut flags = 0;
    for c in rest.chars() {
        let is_flag = matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
        let extends = is_combining_mark(c)
            || matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}');
        if !(length == 0 || joined || extends || c == '\u{200D}' || is_flag && flags == 1) {
            break;
        }
        joined = c == '\u{200D}';
        flags += usize::from(is_flag);
        length += c.len_utf8();
    }
    length
}

/// Letters, digits and what is written inside words without a sound of its own.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || matches!(c, '\u{AD}' | '\u{200C}') || is_combining_mark(c)
}

pub(crate) fn is_terminal(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‼' | '⁇' | '⁈' | '⁉' | '。' | '！' | '？' | '؟' | '।')
}

pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | 'ʼ' | '´')
}

pub(crate) fn is_face(form: &str) -> bool {
    FACES.contains(&form)
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑')
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '¢' | '£' | '¤' | '¥' | '₠'..='⃀' | '﷼')
}

fn is_closing_sign(c: char) -> bool {
    is_terminal(c) || is_apostrophe(c) || matches!(c, ',' | ';' | ':' | '"' | '“' | '”' | '»' | ')' | ']' | '}' | '>')
}
