//! The dateline before the first sentence: place, date, agency and the dash that ends it.

use std::ops::Range;

use crate::date::{self, PartialDate};
use crate::lexicon::LEXICON;

/// How far from its start a paragraph is searched for the end of a dateline, in bytes: two cities with regions, a date and
/// an agency stay below it.
const LONGEST: usize = 120;

/// A dateline at the start of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dateline {
    /// Bytes of the dateline with its dash.
    pub(crate) len: usize,
    /// Byte at which the first sentence starts.
    pub(crate) rest: usize,
    pub(crate) place: Option<String>,
    pub(crate) date: Option<PartialDate>,
    pub(crate) agency: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Dash,
    Colon,
    /// The closing bracket of the agency, with nothing after it.
    Bracket,
}

/// Reads the dateline a paragraph starts with.
pub(crate) fn parse(paragraph: &str) -> Option<Dateline> {
    let head = &paragraph[..paragraph.floor_char_boundary(LONGEST)];
    ends(head).into_iter().take(3).find_map(|(end, range)| {
        let rest = &paragraph[range.end..];
        let sentence = rest.trim_start();
        let opens =
            sentence.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || "\"'“‘«[".contains(c));
        if !opens {
            return None;
        }
        let parts = parts(&head[..range.start])?;
        parts.is_enough_before(end).then(|| Dateline {
            len: range.end,
            rest: paragraph.len() - sentence.len(),
            place: parts.place.map(str::to_string),
            date: parts.date,
            agency: parts.agency.map(str::to_string),
        })
    })
}

/// The places where a dateline may end, in order: the separator's own range.
fn ends(head: &str) -> Vec<(End, Range<usize>)> {
    let mut found = Vec::new();
    let mut chars = head.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        let spaced = |from: usize| head[from..].starts_with(char::is_whitespace);
        match c {
            '—' | '–' | '―' => found.push((End::Dash, at..after)),
            '-' if head[after..].starts_with('-') => {
                chars.next();
                found.push((End::Dash, at..after + 1));
            }
            '-' if head[..at].ends_with([' ', ')', '/', '\u{a0}']) && (spaced(after) || head[..at].ends_with(')')) => {
                found.push((End::Dash, at..after));
            }
            ':' if spaced(after) => found.push((End::Colon, at..after)),
            ')' if !head[after..].trim_start().starts_with(['-', '—', '–', '―', ':', ',', ';', '.']) => {
                found.push((End::Bracket, after..after));
            }
            _ => {}
        }
    }
    found
}

#[derive(Debug, Default)]
struct Parts<'t> {
    place: Option<&'t str>,
    /// The place is in capitals, as only datelines write it.
    capitals: bool,
    date: Option<PartialDate>,
    agency: Option<&'t str>,
    known_agency: bool,
}

impl Parts<'_> {
    /// Whether the parts make a dateline, given what ends them. A place in ordinary letters before a dash is as likely a
    /// subject ("Russia — which …"), so it needs a date or a known agency beside it.
    fn is_enough_before(&self, end: End) -> bool {
        let vouched = self.date.is_some() || self.known_agency;
        match end {
            End::Dash if self.place.is_some() => self.capitals || vouched,
            End::Dash => self.known_agency || self.date.is_some_and(|d| d.year.is_some()),
            End::Colon => self.capitals && vouched,
            End::Bracket => self.known_agency && (self.capitals || self.place.is_none() || self.date.is_some()),
        }
    }
}

/// Reads what stands before the dash; `None` when anything in it is neither place, date, agency nor day of the week.
fn parts(prefix: &str) -> Option<Parts<'_>> {
    let mut parts = Parts::default();
    // The agency stands in brackets or between slashes, last or before the date.
    let mut bare = String::new();
    let mut rest = prefix.trim();
    while let Some(open) = rest.find('(').or_else(|| rest.find(" /").map(|at| at + 1)) {
        let close = if rest[open..].starts_with('(') { ')' } else { '/' };
        let inner = &rest[open + 1..];
        let end = inner.find(close)?;
        let name = inner[..end].trim();
        if parts.agency.is_some() || name.is_empty() || name.len() > 40 {
            return None;
        }
        parts.known_agency = LEXICON.is_agency(name);
        parts.agency = Some(name);
        bare.push_str(rest[..open].trim_end());
        bare.push_str(", ");
        rest = inner[end + 1..].trim_start();
    }
    bare.push_str(rest);
    let offset_free = bare.as_str();
    if let Some((range, date)) = date::find(offset_free) {
        parts.date = Some(date);
        let leftover = &offset_free[range.end..];
        if leftover.chars().any(char::is_alphanumeric) && !leftover_is_known(leftover, &mut parts, prefix) {
            return None;
        }
        return place(&offset_free[..range.start], prefix, parts);
    }
    place(offset_free, prefix, parts)
}

/// What may follow the date: an agency without brackets or a day of the week.
fn leftover_is_known<'t>(leftover: &str, parts: &mut Parts<'t>, prefix: &'t str) -> bool {
    leftover
        .split(',')
        .map(|s| s.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '|')))
        .filter(|s| !s.is_empty())
        .all(|s| {
            if LEXICON.is_agency(s) && parts.agency.is_none() {
                parts.known_agency = true;
                parts.agency = prefix.find(s).map(|at| &prefix[at..at + s.len()]);
                return true;
            }
            LEXICON.is_weekday(s)
        })
}

/// Takes the place from what stands before the date.
fn place<'t>(before: &str, prefix: &'t str, mut parts: Parts<'t>) -> Option<Parts<'t>> {
    let mut segments: Vec<&str> = before
        .split([',', '|'])
        .map(|s| s.trim_matches(|c: char| c.is_whitespace()))
        .filter(|s| !s.is_empty())
        .collect();
    segments.retain(|s| !LEXICON.is_weekday(s));
    if let Some(&last) = segments.last()
        && parts.agency.is_none()
        && LEXICON.is_agency(last)
    {
        segments.pop();
        parts.known_agency = true;
        parts.agency = prefix.find(last).map(|at| &prefix[at..at + last.len()]);
    }
    let (Some(&first), Some(&last)) = (segments.first(), segments.last()) else {
        return Some(parts);
    };
    if segments.len() > 4 || !segments.iter().all(|s| is_name(s)) || LEXICON.is_label(first) {
        return None;
    }
    if first.split_whitespace().next().is_some_and(|word| LEXICON.is_label(word)) {
        return None;
    }
    let start = prefix.find(first)?;
    let end = start + prefix[start..].find(last)? + last.len();
    // "MOSCOW. August 26": the full stop ends the place unless it belongs to an abbreviation such as "Fla.".
    let whole = &prefix[start..end];
    let letters = || first.chars().filter(|c| c.is_alphabetic());
    parts.capitals = letters().count() >= 3 && letters().all(|c| !c.is_lowercase());
    parts.place = Some(if parts.capitals && segments.len() == 1 { whole.trim_end_matches('.') } else { whole });
    Some(parts)
}

/// A place or region: a few words with capitals, particles between them.
fn is_name(segment: &str) -> bool {
    let words: Vec<&str> = segment.split_whitespace().collect();
    let particle = |word: &str| word.chars().count() <= 3 && word.chars().all(char::is_alphabetic);
    (1..=5).contains(&words.len())
        && segment.chars().count() <= 40
        && segment.starts_with(char::is_alphabetic)
        && !segment.chars().any(|c| c.is_ascii_digit() || matches!(c, '"' | '“' | '”' | '(' | ')' | '?' | '!' | ';'))
        && words.iter().enumerate().all(|(i, word)| {
            word.starts_with(char::is_uppercase)
                || (i > 0 && i + 1 < words.len() && particle(word))
                || word.starts_with("al-")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read off a text that goes on with "The": the dateline's own words, place, date, agency.
    fn read(text: &str) -> Option<[Option<String>; 4]> {
        parse(text).map(|d| {
            let year = |p: PartialDate| p.year.map_or("?".to_string(), |y| y.to_string());
            let date = d.date.map(|p| format!("{}-{}-{}", year(p), p.month, p.day));
            assert!(text[d.rest..].starts_with("The"), "{text}");
            [Some(text[..d.len].to_string()), d.place, date, d.agency]
        })
    }

    #[test]
    fn the_forms_of_agencies_and_papers_are_read() {
        let cases = [
            (
                "MOSCOW, Aug. 26 (Reuters) — The",
                "MOSCOW, Aug. 26 (Reuters) —",
                Some("MOSCOW"),
                Some("?-8-26"),
                Some("Reuters"),
            ),
            ("BEIJING -- The", "BEIJING --", Some("BEIJING"), None, None),
            ("KABUL (AP) — The", "KABUL (AP) —", Some("KABUL"), None, Some("AP")),
            ("Kabul (AP) -- The", "Kabul (AP) --", Some("Kabul"), None, Some("AP")),
            ("WASHINGTON — The", "WASHINGTON —", Some("WASHINGTON"), None, None),
            ("WASHINGTON—The", "WASHINGTON—", Some("WASHINGTON"), None, None),
            ("Geneva, 3 March 2022 - The", "Geneva, 3 March 2022 -", Some("Geneva"), Some("2022-3-3"), None),
            ("(Reuters) - The", "(Reuters) -", None, None, Some("Reuters")),
            ("(CNN) The", "(CNN)", None, None, Some("CNN")),
            ("TOKYO/SEOUL (Reuters) - The", "TOKYO/SEOUL (Reuters) -", Some("TOKYO/SEOUL"), None, Some("Reuters")),
            ("LAKE FOREST, Ill. — The", "LAKE FOREST, Ill. —", Some("LAKE FOREST, Ill."), None, None),
            (
                "BAKU, Azerbaijan, September 3, APA - The",
                "BAKU, Azerbaijan, September 3, APA -",
                Some("BAKU, Azerbaijan"),
                Some("?-9-3"),
                Some("APA"),
            ),
            (
                "MOSCOW. Aug 26 (Interfax) - The",
                "MOSCOW. Aug 26 (Interfax) -",
                Some("MOSCOW"),
                Some("?-8-26"),
                Some("Interfax"),
            ),
            (
                "ISLAMABAD, Aug 26 (APP): The",
                "ISLAMABAD, Aug 26 (APP):",
                Some("ISLAMABAD"),
                Some("?-8-26"),
                Some("APP"),
            ),
            ("HANOI, May 2 /Xinhua/ -- The", "HANOI, May 2 /Xinhua/ --", Some("HANOI"), Some("?-5-2"), Some("Xinhua")),
            ("RIO DE JANEIRO – The", "RIO DE JANEIRO –", Some("RIO DE JANEIRO"), None, None),
        ];
        for (text, len, place, date, agency) in cases {
            let own = |s: Option<&str>| s.map(str::to_string);
            assert_eq!(read(text), Some([Some(len), place, date, agency].map(own)), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_left_alone() {
        for text in [
            "UPDATE — The talks were broken off.",
            "Russia — The largest of them.",
            "MR PRICE: The Secretary will travel.",
            "PRESIDENT (Via interpreter): The talks were good.",
            "FILE - The minister in May.",
            "The talks – The Hague is the seat – go on.",
            "WASHINGTON — which has no view — said so.",
            "",
            "—",
            "(",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
