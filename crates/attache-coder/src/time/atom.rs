//! Text cut as finely as time expressions need it: `mid-1996`, `9:30` and `26th` are several atoms, whatever the parse makes of
//! them. The phrases of the lexicon are cut the same way, so that neither side hangs on how the model's words are cut.

use std::ops::Range;

use attache_doc::{BlockKind, Span, TokenIx};

use crate::tree::{Tree, plain};

/// A run of letters, a number, or one mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom {
    pub span: Span,
    /// Lower case, quotes and dashes plain, without the stops of an abbreviation ("am" for "a.m.").
    pub word: String,
    /// The word of the parse it stands in; `None` outside sentences, as in a dateline.
    pub token: Option<TokenIx>,
    /// Begins with a capital.
    pub capital: bool,
    /// No space between it and the atom before.
    pub glued: bool,
}

/// The atoms of a sentence, or of a dateline, in order of the text.
#[derive(Debug, Clone)]
pub struct Segment {
    pub atoms: Vec<Atom>,
    /// Index of its block.
    pub block: u32,
}

/// Sentences and datelines in order of the text.
pub fn segments(tree: &Tree) -> Vec<Segment> {
    let doc = tree.doc;
    let mut found: Vec<Segment> = Vec::new();
    let datelines = doc.blocks().iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Dateline);
    for (n, block) in datelines {
        found.push(Segment { atoms: atoms(doc.text(block.span), block.span.start), block: n as u32 });
    }
    for sentence in &tree.parse.sentences {
        let mut atoms = atoms(doc.text(sentence.span), sentence.span.start);
        let mut token = sentence.tokens.start;
        for atom in &mut atoms {
            while token + 1 < sentence.tokens.end && tree.token(token + 1).span.start <= atom.span.start {
                token += 1;
            }
            atom.token = (token < sentence.tokens.end).then_some(token);
        }
        found.push(Segment { atoms, block: sentence.block });
    }
    found.sort_by_key(|s| s.atoms.first().map_or(0, |a| a.span.start));
    found
}

/// The words of a phrase of the lexicon.
pub fn words(phrase: &str) -> Vec<String> {
    cut(phrase).map(|range| word(&phrase[range])).collect()
}

fn atoms(text: &str, offset: u32) -> Vec<Atom> {
    let mut end = usize::MAX;
    cut(text)
        .map(|range| {
            let form = &text[range.clone()];
            let glued = range.start == end;
            end = range.end;
            Atom {
                span: Span { start: offset + range.start as u32, end: offset + range.end as u32 },
                word: word(form),
                token: None,
                capital: form.starts_with(char::is_uppercase),
                glued,
            }
        })
        .collect()
}

fn word(form: &str) -> String {
    let word = plain(form);
    let letters = word.len() > 1 && word.starts_with(char::is_alphabetic);
    if letters && word.contains('.') { word.replace('.', "") } else { word }
}

/// The ranges of the atoms of a text.
fn cut(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].find(|c: char| !c.is_whitespace())?;
        let start = at;
        at += length(&text[at..]);
        Some(start..at)
    })
}

/// Length in bytes of the atom a text begins with.
fn length(text: &str) -> usize {
    let first = text.chars().next().expect("an atom has a character");
    if first.is_ascii_digit() {
        return number_length(text);
    }
    if !first.is_alphabetic() {
        let possessive = matches!(first, '\'' | '’')
            && text[first.len_utf8()..].starts_with('s')
            && !text[first.len_utf8() + 1..].starts_with(char::is_alphanumeric);
        return first.len_utf8() + usize::from(possessive);
    }
    let run = |text: &str| text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let letters = run(text);
    // "a.m.", "U.S.": single letters with stops between them.
    let stop = |text: &str| {
        let mut chars = text.chars();
        let letter = chars.next().filter(|c| c.is_alphabetic())?;
        (chars.next() == Some('.') && !chars.next().is_some_and(|c| c.is_ascii_digit()))
            .then_some(letter.len_utf8() + 1)
    };
    if letters == first.len_utf8() {
        let mut end = 0;
        while let Some(more) = stop(&text[end..]) {
            end += more;
        }
        // "p.m" at the end of a sentence that keeps its stop.
        let last = text[end..].chars().next().filter(|c| c.is_alphabetic());
        let bare = last.filter(|c| run(&text[end..]) == c.len_utf8());
        if end > letters + 1 || (end > 0 && bare.is_some()) {
            return end + bare.map_or(0, char::len_utf8);
        }
    }
    // "o'clock", but not "year's" or "years'".
    let rest = &text[letters..];
    if let Some(mark) = rest.chars().next().filter(|c| matches!(c, '\'' | '’')) {
        let tail = run(&rest[mark.len_utf8()..]);
        if tail > 2 {
            return letters + mark.len_utf8() + tail;
        }
    }
    letters
}

/// Digits with the commas and the point of one number.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = digits(text);
    let grouped = end <= 3;
    while grouped && text[end..].starts_with(',') && digits(&text[end + 1..]) == 3 {
        end += 4;
    }
    if text[end..].starts_with('.') && digits(&text[end + 1..]) > 0 {
        end += 1 + digits(&text[end + 1..]);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_up(text: &str) -> Vec<&str> {
        cut(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn what_the_rules_tell_apart_stands_apart() {
        assert_eq!(cut_up("mid-1996, the 1990s"), ["mid", "-", "1996", ",", "the", "1990", "s"]);
        assert_eq!(
            cut_up("9:30 a.m. EST on Sept. 26th."),
            ["9", ":", "30", "a.m.", "EST", "on", "Sept", ".", "26", "th", "."]
        );
        assert_eq!(
            cut_up("last year’s o’clock, years' end"),
            ["last", "year", "’s", "o’clock", ",", "years", "'", "end"]
        );
        assert_eq!(cut_up("1,500.5 in ’98"), ["1,500.5", "in", "’", "98"]);
        assert_eq!(cut_up("at 10 p.m. U.S. time"), ["at", "10", "p.m.", "U.S.", "time"]);
        assert_eq!(cut_up("I left. A man"), ["I", "left", ".", "A", "man"]);
        assert_eq!(
            cut_up("2025-08-26 3,4 1998,1999"),
            ["2025", "-", "08", "-", "26", "3", ",", "4", "1998", ",", "1999"]
        );
    }

    #[test]
    fn abbreviations_lose_their_stops_as_words() {
        assert_eq!(words("a.m."), ["am"]);
        assert_eq!(words("September–October"), ["september", "-", "october"]);
    }
}
