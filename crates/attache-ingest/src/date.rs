//! Dates as inputs and datelines write them.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// Reads a date: ISO 8601 with or without a time, `20250826`, `2025/08/26`, RFC 2822, "26 August 2025", "Aug. 26, 2025", or
/// Unix seconds or milliseconds. The day is the one written, whatever the zone. `None` for anything else, also for
/// `08/09/2025`, which is August in one country and September in another.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some((range, found)) = iso(text)
        && range.start == 0
    {
        return Some(found);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits(text);
    }
    let (_, partial) = find(text)?;
    partial.with_year(None)
}

fn digits(text: &str) -> Option<Date> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        8 => Date::new((number / 10_000) as i16, (number / 100 % 100) as i8, (number % 100) as i8).ok(),
        9 | 10 => day_of(Timestamp::from_second(number).ok()?),
        12 | 13 => day_of(Timestamp::from_millisecond(number).ok()?),
        _ => None,
    }
}

fn day_of(at: Timestamp) -> Option<Date> {
    Some(at.to_zoned_datetime(TimeZone::UTC).date())
}

/// Reads a date that a JSON number stands for.
pub(crate) fn from_number(number: f64) -> Option<Date> {
    if !number.is_finite() || number < 1.0 {
        return None;
    }
    digits(&format!("{}", number.trunc() as i64))
}

/// A day that may lack its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartialDate {
    pub(crate) year: Option<i16>,
    pub(crate) month: i8,
    pub(crate) day: i8,
}

impl PartialDate {
    /// The full date, in its own year or else the given one.
    pub(crate) fn with_year(self, year: Option<i16>) -> Option<Date> {
        Date::new(self.year.or(year)?, self.month, self.day).ok()
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> PartialDate {
        PartialDate { year: Some(date.year()), month: date.month(), day: date.day() }
    }
}

/// The first date in a text, with its place.
pub(crate) fn find(text: &str) -> Option<(Range<usize>, PartialDate)> {
    let words = words(text);
    let named = words.iter().enumerate().find_map(|(i, word)| {
        let month = month(&text[word.clone()])?;
        let number = |at: Option<usize>| at.and_then(|j| words.get(j)).map(|w| (w.clone(), &text[w.clone()]));
        let year_at = |at: usize| number(Some(at)).and_then(|(w, t)| Some((w, year(t)?)));
        let (mut range, day, after) =
            if let Some((w, day)) = number(i.checked_sub(1)).and_then(|(w, t)| Some((w, day(t)?))) {
                (w.start..word.end, day, i + 1)
            } else {
                let (w, day) = number(Some(i + 1)).and_then(|(w, t)| Some((w, day(t)?)))?;
                (word.start..w.end, day, i + 2)
            };
        let year = year_at(after).map(|(w, year)| {
            range.end = w.end;
            year
        });
        Some((range, PartialDate { year, month, day }))
    });
    let iso = iso(text).map(|(range, date)| (range, PartialDate::from(date)));
    match (named, iso) {
        (Some(a), Some(b)) => Some(if a.0.start <= b.0.start { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// Runs of letters and digits.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if word.end == at => word.end = at + c.len_utf8(),
                _ => words.push(at..at + c.len_utf8()),
            }
        }
    }
    words
}

fn month(word: &str) -> Option<i8> {
    // English month names, which jiff knows: this table is made once and holds no knowledge of its own.
    static NAMES: LazyLock<Vec<String>> =
        LazyLock::new(|| (1..=12).map(|m| date(2000, m, 1).strftime("%B").to_string().to_lowercase()).collect());
    if word.len() < 3 || word.len() > 9 || !word.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    NAMES.iter().position(|name| name.starts_with(&word) && (word.len() <= 4 || word == *name)).map(|m| m as i8 + 1)
}

fn day(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = &word[digits.len()..];
    let day: i8 = digits.parse().ok()?;
    ((1..=31).contains(&day) && digits.len() <= 2 && matches!(suffix, "" | "st" | "nd" | "rd" | "th")).then_some(day)
}

fn year(word: &str) -> Option<i16> {
    let year: i16 = word.parse().ok()?;
    (word.len() == 4 && (1600..=2200).contains(&year)).then_some(year)
}

/// `2025-08-26`, `2025/08/26` or `2025.08.26`, anywhere in the text.
fn iso(text: &str) -> Option<(Range<usize>, Date)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len().saturating_sub(9)).find_map(|at| {
        let separator = bytes[at + 4];
        let shape = (0..10).all(|i| match i {
            4 | 7 => bytes[at + i] == separator && matches!(separator, b'-' | b'/' | b'.'),
            _ => digit(at + i),
        });
        let apart = (at == 0 || !digit(at - 1)) && !digit(at + 10);
        if !(shape && apart) {
            return None;
        }
        let part = |range: Range<usize>| text[range].parse::<i16>().ok();
        let date = Date::new(
            part(at..at + 4)?,
            i8::try_from(part(at + 5..at + 7)?).ok()?,
            i8::try_from(part(at + 8..at + 10)?).ok()?,
        );
        Some((at..at + 10, date.ok()?))
    })
}

/// The only year named in a text, when there is exactly one.
pub(crate) fn only_year(text: &str) -> Option<i16> {
    let mut years = words(text).into_iter().filter_map(|w| year(&text[w]));
    let first = years.next()?;
    years.all(|y| y == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_to_write_a_date_are_read() {
        for text in [
            "2025-08-26",
            "2025-08-26T23:30:00-05:00",
            "2025-08-26 17:52",
            "2025/08/26",
            "20250826",
            "1756224000",
            "1756224000000",
            "Tue, 26 Aug 2025 16:00:00 +0000",
            "26 August 2025",
            "Aug. 26, 2025",
            "Tuesday, August 26th, 2025",
        ] {
            assert_eq!(parse_date(text), Some(date(2025, 8, 26)), "{text}");
        }
        assert_eq!(parse_date("Sept. 3, 2024"), Some(date(2024, 9, 3)));
    }

    #[test]
    fn what_is_no_date_or_two_dates_is_not_read() {
        for text in [
            "",
            "08/09/2025",
            "August 2025",
            "Aug. 26",
            "2025-13-01",
            "yesterday",
            "May talks 3000",
            "31 February 2024",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_verb_is_no_month() {
        assert_eq!(find("They may 3 times march 4 miles"), None);
    }
}
