//! Time expressions: dates, months, years, ranges, relative and deictic words, anchored to the day of publication.

use attache_doc::{Basis, Grain, Rel, Span, TokenIx, Upos, When, Xpos};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use crate::knowledge::Knowledge;
use crate::tree::Tree;

/// A time expression with its tokens.
#[derive(Debug, Clone)]
pub struct Timed {
    pub when: When,
    pub first: TokenIx,
    pub last: TokenIx,
}

/// Finds time expressions in order of the text.
pub fn find(knowledge: &Knowledge, tree: &Tree) -> Vec<Timed> {
    let mut tagger = Tagger { knowledge, tree, today: tree.doc.meta.published, named: None };
    let mut found: Vec<Timed> = Vec::new();
    for sentence in &tree.parse.sentences {
        let mut at = sentence.tokens.start;
        let end = sentence.tokens.end;
        while at < end {
            match tagger.range(at, end).or_else(|| tagger.point(at, end, Open::No)) {
                Some(part) => {
                    let span = tree.token(at).span.cover(tree.token(part.next - 1).span);
                    tagger.named = part.from.or(tagger.named);
                    found.push(Timed { when: part.when(span), first: at, last: part.next - 1 });
                    at = part.next;
                }
                None => at += 1,
            }
        }
    }
    found
}

/// A recognised expression: bounds, and the token after it.
#[derive(Debug, Clone)]
struct Part {
    from: Option<Date>,
    to: Option<Date>,
    grain: Grain,
    basis: Basis,
    next: TokenIx,
}

impl Part {
    fn when(&self, span: Span) -> When {
        When {
            earliest: self.from,
            latest: self.to,
            grain: Some(self.grain),
            basis: self.basis,
            firm: true,
            span: Some(span),
        }
    }
}

/// Whether a bare month or day may stand: only as the first half of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Yes,
    No,
}

struct Tagger<'a> {
    knowledge: &'a Knowledge,
    tree: &'a Tree<'a>,
    today: Option<Date>,
    /// The time last named, for "of that year".
    named: Option<Date>,
}

/// Years that news writes without a word that says they are years.
const YEARS: std::ops::RangeInclusive<i16> = 1500..=2100;

/// Stands for a year not yet known: a leap year has every day.
const LEAP_YEAR: i16 = 2000;

impl Tagger<'_> {
    fn value(&self, phrase: &str, kind: &str) -> Option<&str> {
        self.knowledge.time.get(phrase)?.iter().find(|w| w.kind == kind).map(|w| w.value.as_str())
    }

    fn word(&self, t: TokenIx) -> &str {
        self.tree.lower(t)
    }

    fn month(&self, t: TokenIx) -> Option<i8> {
        let month = self.value(self.word(t), "month").or_else(|| self.value(&format!("{}.", self.word(t)), "month"))?;
        // "may", "march": only capitalised.
        if !self.tree.form(t).starts_with(char::is_uppercase)
            || self.tree.upos(t) == Upos::Aux
            || self.tree.upos(t) == Upos::Verb
        {
            return None;
        }
        month.parse().ok()
    }

    fn weekday(&self, t: TokenIx) -> Option<Weekday> {
        let n: i8 = self.value(self.word(t), "weekday")?.parse().ok()?;
        if !self.tree.form(t).starts_with(char::is_uppercase) {
            return None;
        }
        Weekday::from_monday_one_offset(n).ok()
    }

    fn year(&self, t: TokenIx) -> Option<i16> {
        let form = self.tree.form(t);
        if form.len() != 4 {
            return None;
        }
        form.parse().ok().filter(|y| YEARS.contains(y))
    }

    fn day_number(&self, t: TokenIx) -> Option<i8> {
        let word = self.word(t);
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = &word[digits.len()..];
        if !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
            return None;
        }
        digits.parse().ok().filter(|d| (1..=31).contains(d))
    }

    fn number(&self, t: TokenIx) -> Option<i32> {
        self.word(t).parse().ok().or_else(|| self.value(self.word(t), "number")?.parse().ok())
    }

    /// "between September and October 2025", "from 3 to 5 May", "September–October 2025", "2019-2021".
    fn range(&self, at: TokenIx, end: TokenIx) -> Option<Part> {
        let opener = matches!(self.value(self.word(at), "relative"), Some("between" | "from"));
        let first_at = if opener { at + 1 } else { at };
        if first_at >= end {
            return None;
        }
        // A month without a year and without a date to reckon from takes the year of the other end.
        let month =
            || self.month(first_at).and_then(|month| whole_month(LEAP_YEAR, month, Basis::Relative, first_at + 1));
        let first = self.point(first_at, end, Open::Yes).or_else(month)?;
        let mut link = first.next;
        if link >= end {
            return None;
        }
        let word = self.word(link);
        let linked = matches!(
            (opener, word),
            (true, "and" | "to" | "until" | "till" | "through")
                | (_, "-" | "–" | "—")
                | (false, "to" | "through" | "until" | "or")
        );
        if !linked {
            return None;
        }
        link += 1;
        if link >= end {
            return None;
        }
        let second = self.point(link, end, Open::Yes)?;
        let (mut from, to) = (first.from?, second.to?);
        // The year is given once, at the end: "between September and October 2025".
        if first.basis != Basis::Stated || from > to {
            from = from.with().year(to.year()).build().ok()?;
            if from > to {
                from = from.checked_sub(1.year()).ok()?;
            }
        }
        let grain = first.grain.min(second.grain);
        let basis = if second.basis == Basis::Stated { Basis::Stated } else { Basis::Relative };
        Some(Part { from: Some(from), to: Some(to), grain, basis, next: second.next })
    }

    /// One expression at a token.
    fn point(&self, at: TokenIx, end: TokenIx, open: Open) -> Option<Part> {
        self.calendar(at, end, open)
            .or_else(|| self.phrase(at, end))
            .or_else(|| self.relative_unit(at, end))
            .or_else(|| self.counted(at, end))
            .or_else(|| self.named_day(at, end))
            .or_else(|| self.bare_year(at, end))
    }

    /// ISO dates, "26 August 2025", "August 26, 2025", "Aug. 26", "August 2025", "in August", "mid-2024", "spring 2024".
    fn calendar(&self, at: TokenIx, end: TokenIx, open: Open) -> Option<Part> {
        if let Some(day) = iso(self.tree.form(at)) {
            return Some(single(day, Basis::Stated, at + 1));
        }
        // A part of a period: "early 2024", "mid - 2024", "late August".
        if let Some(part) =
            self.value(self.word(at), "modifier").or_else(|| self.value(&format!("{}-", self.word(at)), "modifier"))
        {
            if matches!(part, "start" | "mid" | "end") {
                let mut next = at + 1;
                while next < end && matches!(self.word(next), "-" | "in" | "of" | "the") {
                    next += 1;
                }
                if next < end
                    && let Some(inner) = self.calendar(next, end, Open::No).or_else(|| self.bare_year_as(next, true))
                {
                    return Some(third(inner, part));
                }
            }
            return None;
        }
        // "the first half of 2026", "third quarter of 2025".
        for len in (2..=4).rev() {
            if at + len >= end {
                continue;
            }
            let words: Vec<&str> = (at..at + len).map(|t| self.word(t)).collect();
            let phrase = words.join(" ");
            let value =
                self.value(&phrase, "modifier").or_else(|| self.value(phrase.trim_end_matches(" of"), "modifier"));
            if let Some(part) = value.filter(|v| v.starts_with('H') || v.starts_with('Q')) {
                let mut next = at + len;
                while next < end && matches!(self.word(next), "of" | "the") {
                    next += 1;
                }
                if next < end
                    && let Some(year) = self.year(next)
                {
                    return part_of_year(year, part, next + 1);
                }
            }
        }
        // Day first.
        if let Some(day) = self.day_number(at) {
            let mut next = at + 1;
            if next < end && self.word(next) == "of" {
                next += 1;
            }
            if next < end
                && let Some(month) = self.month(next)
            {
                return self.dated(day, month, next + 1, end);
            }
            if open == Open::Yes && at + 2 < end {
                // "from 3 to 5 May": the month follows the second day.
                if let (true, Some(_)) =
                    (matches!(self.word(at + 1), "to" | "-" | "–" | "and"), self.day_number(at + 2))
                {
                    let month = (at + 3 < end).then(|| self.month(at + 3)).flatten()?;
                    let mut part = self.dated(day, month, at + 1, at + 1)?;
                    part.basis = Basis::Relative;
                    return Some(part);
                }
            }
        }
        if let Some(month) = self.month(at) {
            let next = at + 1;
            if next < end {
                if let Some(day) = self.day_number(next) {
                    return self.dated(day, month, next + 1, end);
                }
                let year_at = if matches!(self.word(next), "," | "of") { next + 1 } else { next };
                if year_at < end
                    && let Some(year) = self.year(year_at)
                {
                    return whole_month(year, month, Basis::Stated, year_at + 1);
                }
            }
            // "June of that year".
            let that_year = next + 2 < end && self.word(next) == "of" && matches!(self.word(next + 1), "that" | "same");
            if that_year && self.unit(next + 2) == Some("Y") {
                return whole_month(self.named?.year(), month, Basis::Relative, next + 3);
            }
            // A month alone: a first half of a range, or after a preposition or modifier.
            let before = (at > 0 && self.tree.sentence(at - 1) == self.tree.sentence(at)).then(|| at - 1);
            let led = before.is_some_and(|b| {
                matches!(self.tree.upos(b), Upos::Adp | Upos::Sconj)
                    || self.value(self.word(b), "modifier").is_some()
                    || self.value(self.word(b), "relative").is_some()
            });
            if open == Open::Yes || led {
                let year = self.nearest_year(at, month)?;
                return whole_month(year, month, Basis::Relative, next);
            }
        }
        if let Some(season) = self.value(self.word(at), "season") {
            let next = if at + 1 < end && self.word(at + 1) == "of" { at + 2 } else { at + 1 };
            if next < end
                && let Some(year) = self.year(next)
            {
                let (month, span) = match season {
                    "SP" => (3, 3),
                    "SU" => (6, 3),
                    "FA" => (9, 3),
                    _ => (12, 3),
                };
                let from = date(year, month, 1);
                let to = from.checked_add((span - 1).months()).ok()?.last_of_month();
                return Some(Part {
                    from: Some(from),
                    to: Some(to),
                    grain: Grain::Season,
                    basis: Basis::Stated,
                    next: next + 1,
                });
            }
        }
        None
    }

    /// A day of a month, with the year if it follows.
    fn dated(&self, day: i8, month: i8, mut next: TokenIx, end: TokenIx) -> Option<Part> {
        let mut year_at = next;
        if year_at < end && self.word(year_at) == "," {
            year_at += 1;
        }
        if year_at < end
            && let Some(year) = self.year(year_at)
        {
            next = year_at + 1;
            return Some(single(Date::new(year, month, day).ok()?, Basis::Stated, next));
        }
        let year = self.today?.year();
        let near = Date::new(year, month, day).ok()?;
        Some(single(self.nearest(near, next.saturating_sub(1)), Basis::Relative, next))
    }

    /// The occurrence of a month and day nearest to publication; the tense of the clause breaks ties.
    fn nearest(&self, day: Date, at: TokenIx) -> Date {
        let Some(today) = self.today else { return day };
        let gap = |d: Date| (d - today).get_days();
        let future = self.is_future(at);
        let mut best = day;
        for candidate in [day.checked_sub(1.year()), day.checked_add(1.year())].into_iter().flatten() {
            if gap(candidate).abs() < gap(best).abs() {
                best = candidate;
            }
        }
        if future && gap(best) < -31 {
            return best.checked_add(1.year()).unwrap_or(best);
        }
        if !future && gap(best) > 31 {
            return best.checked_sub(1.year()).unwrap_or(best);
        }
        best
    }

    fn nearest_year(&self, at: TokenIx, month: i8) -> Option<i16> {
        let today = self.today?;
        let year = today.year();
        let future = self.is_future(at);
        Some(match month.cmp(&today.month()) {
            std::cmp::Ordering::Greater if !future => year - 1,
            std::cmp::Ordering::Less if future => year + 1,
            _ => year,
        })
    }

    /// True when the clause of a token speaks of the future: by an auxiliary of its verb, or by a word above that verb whose
    /// complement the clause is ("plans to meet on Monday", but not "invited him on Monday").
    fn is_future(&self, at: TokenIx) -> bool {
        let tree = self.tree;
        let at = at.min(tree.len().saturating_sub(1));
        let above: Vec<TokenIx> = tree.ancestors(at).take(6).collect();
        let Some(n) = above.iter().position(|&a| tree.is_clause(a)) else { return false };
        let verb = above[n];
        let unreal =
            |r: attache_doc::Realis| matches!(r, attache_doc::Realis::Expected | attache_doc::Realis::Proposed);
        let known = |word: &str, pos: &str| {
            self.knowledge.realis.get(word).is_some_and(|rows| rows.iter().any(|r| r.pos == pos && unreal(r.realis)))
        };
        let ahead = |k: TokenIx| known(tree.lower(k), "AUX") || self.knowledge.in_set("backshifted", tree.lower(k));
        if tree.kids_by(verb, &[Rel::Aux]).any(ahead) {
            return true;
        }
        // A meeting that is expected on a day: the day hangs on the word of expectation itself.
        let passive = tree.is_passive(verb)
            && known(tree.lemma(verb), "VERB")
            && tree.kid(verb, &[Rel::AuxPass]).is_some_and(|k| !matches!(tree.xpos(k), Xpos::Vbd));
        let planned = passive && !known_actual(tree, verb);
        if planned || (tree.upos(verb) == Upos::Adj && known(tree.lemma(verb), "ADJ")) {
            return true;
        }
        if matches!(tree.xpos(verb), Xpos::Vbd) {
            return false;
        }
        let infinitive = tree.xpos(verb) == Xpos::Vb && tree.kid(verb, &[Rel::Mark]).is_some();
        infinitive
            || above[n + 1..].iter().any(|&a| match tree.upos(a) {
                Upos::Verb => known(tree.lemma(a), "VERB") && matches!(tree.rel(above[n]), Rel::Xcomp | Rel::Ccomp),
                Upos::Adj => known(tree.lemma(a), "ADJ"),
                _ => false,
            })
    }

    /// Words and phrases that time.tsv knows as deictic ("yesterday", "a decade ago", "the previous day").
    fn phrase(&self, at: TokenIx, end: TokenIx) -> Option<Part> {
        for len in (1..=4).rev() {
            let next = at + len;
            if next > end {
                continue;
            }
            let words: Vec<&str> = (at..next).map(|t| self.word(t)).collect();
            let Some(value) = self.value(&words.join(" "), "deictic") else { continue };
            let value = value.split(':').next().unwrap_or(value);
            let Some(today) = self.today else { continue };
            let anchored = value.strip_prefix("REF").unwrap_or(value);
            if value.starts_with("REF") && anchored.is_empty() {
                continue;
            }
            let Some((count, unit)) = offset(anchored) else { continue };
            if value.starts_with("REF") {
                // Counted from a time that the everyday tagger does not track: only its side is known.
                continue;
            }
            return period(today, count, unit, next, 0);
        }
        None
    }

    /// "last month", "next week", "this year", "last Tuesday".
    fn relative_unit(&self, at: TokenIx, end: TokenIx) -> Option<Part> {
        let shift: i32 = match self.value(self.word(at), "relative")? {
            "-1" => -1,
            "+1" => 1,
            "0" => 0,
            _ => return None,
        };
        let next = at + 1;
        if next >= end {
            return None;
        }
        let today = self.today?;
        if let Some(weekday) = self.weekday(next) {
            let this = self.weekday_near(weekday, next);
            let day = match shift {
                -1 if this >= today => this.checked_sub(1.week()).ok()?,
                // "next Thursday" is that of the next week, even on a Wednesday.
                1 => {
                    let back = i64::from(today.weekday().to_monday_zero_offset());
                    let ahead = 7 + i64::from(weekday.to_monday_zero_offset()) - back;
                    today.checked_add(ahead.days()).ok()?
                }
                _ => this,
            };
            return Some(single(day, Basis::Relative, next + 1));
        }
        if let Some(month) = self.month(next) {
            let year = match (shift, month.cmp(&today.month())) {
                (-1, std::cmp::Ordering::Less) | (0, _) | (1, std::cmp::Ordering::Greater) => today.year(),
                (-1, _) => today.year() - 1,
                _ => today.year() + 1,
            };
            return whole_month(year, month, Basis::Relative, next + 1);
        }
        let unit = self.unit(next)?;
        let singular = !matches!(self.tree.xpos(next), Xpos::Nns);
        singular.then(|| period(today, shift, unit, next + 1, 0)).flatten()
    }

    fn unit(&self, t: TokenIx) -> Option<&str> {
        self.value(self.word(t), "unit").or_else(|| self.value(self.word(t).strip_suffix('s')?, "unit"))
    }

    /// "two days ago", "three weeks earlier", "a year later", "in two weeks".
    fn counted(&self, at: TokenIx, end: TokenIx) -> Option<Part> {
        let led = matches!(self.word(at), "in" | "within");
        let number_at = if led { at + 1 } else { at };
        if number_at + 1 >= end {
            return None;
        }
        let count = match self.word(number_at) {
            "a" | "an" | "one" => 1,
            _ => self.number(number_at)?,
        };
        let unit_at = number_at + 1;
        let unit = self.unit(unit_at)?;
        let side = unit_at + 1;
        let today = self.today?;
        if side < end && self.word(side) == "ago" {
            return period(today, -count, unit, side + 1, 0);
        }
        if led && self.is_future(at) {
            return period(today, count, unit, unit_at + 1, 0);
        }
        None
    }

    /// "on Tuesday", "Tuesday".
    fn named_day(&self, at: TokenIx, _end: TokenIx) -> Option<Part> {
        let weekday = self.weekday(at)?;
        self.today?;
        Some(single(self.weekday_near(weekday, at), Basis::Relative, at + 1))
    }

    /// The last such weekday up to publication, or the next one after it when the clause speaks of the future.
    fn weekday_near(&self, weekday: Weekday, at: TokenIx) -> Date {
        let today = self.today.unwrap_or(date(1970, 1, 1));
        let back = i64::from((today.weekday().to_monday_zero_offset() - weekday.to_monday_zero_offset()).rem_euclid(7));
        if self.is_future(at) {
            let ahead = (7 - back).rem_euclid(7);
            return today.checked_add(ahead.days()).unwrap_or(today);
        }
        if back == 6 {
            // A past weekday that is tomorrow here: it is already that day where it happened.
            return today.checked_add(1.days()).unwrap_or(today);
        }
        today.checked_sub(back.days()).unwrap_or(today)
    }

    /// "in 2021", "the 1990s": a year that stands as a time.
    fn bare_year(&self, at: TokenIx, _end: TokenIx) -> Option<Part> {
        self.bare_year_as(at, false)
    }

    fn bare_year_as(&self, at: TokenIx, led: bool) -> Option<Part> {
        let form = self.tree.form(at);
        if let Some(decade) = form.strip_suffix('s').map(|d| d.trim_end_matches(['\'', '’']))
            && decade.len() == 4
        {
            let year: i16 = decade.parse().ok().filter(|y| YEARS.contains(y) && y % 10 == 0)?;
            return Some(Part {
                from: Some(date(year, 1, 1)),
                to: Some(date(year + 9, 12, 31)),
                grain: Grain::Decade,
                basis: Basis::Stated,
                next: at + 1,
            });
        }
        let year = self.year(at)?;
        let tree = self.tree;
        let counted =
            tree.rel(at) == Rel::Nummod || (at + 1 < tree.len() && matches!(tree.form(at + 1), "%" | "km" | "people"));
        let placed = tree.case(at).is_some()
            || matches!(
                tree.rel(at),
                Rel::Obl | Rel::OblUnmarked | Rel::NmodUnmarked | Rel::Nmod | Rel::Conj | Rel::Compound | Rel::Nsubj
            );
        if !led && (counted || !placed) {
            return None;
        }
        Some(Part {
            from: Some(date(year, 1, 1)),
            to: Some(date(year, 12, 31)),
            grain: Grain::Year,
            basis: Basis::Stated,
            next: at + 1,
        })
    }
}

/// A passive that tells of a deed done ("was invited"), not of a plan ("is expected").
fn known_actual(tree: &Tree, verb: TokenIx) -> bool {
    tree.kids_by(verb, &[Rel::AuxPass, Rel::Aux]).any(|k| matches!(tree.xpos(k), Xpos::Vbd) || tree.lower(k) == "been")
}

fn iso(form: &str) -> Option<Date> {
    let mut parts = form.split('-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if y.len() != 4 || parts.next().is_some() {
        return None;
    }
    Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
}

fn single(day: Date, basis: Basis, next: TokenIx) -> Part {
    Part { from: Some(day), to: Some(day), grain: Grain::Day, basis, next }
}

fn whole_month(year: i16, month: i8, basis: Basis, next: TokenIx) -> Option<Part> {
    let from = Date::new(year, month, 1).ok()?;
    Some(Part { from: Some(from), to: Some(from.last_of_month()), grain: Grain::Month, basis, next })
}

/// A half (`H1`) or quarter (`Q3`) of a year.
fn part_of_year(year: i16, part: &str, next: TokenIx) -> Option<Part> {
    let n: i8 = part.get(1..)?.parse().ok()?;
    let months = if part.starts_with('H') { 6 } else { 3 };
    let from = Date::new(year, (n - 1) * months + 1, 1).ok()?;
    let to = from.checked_add((i64::from(months) - 1).months()).ok()?.last_of_month();
    Some(Part { from: Some(from), to: Some(to), grain: Grain::Month, basis: Basis::Stated, next })
}

/// Start, middle or end third of a period.
fn third(part: Part, which: &str) -> Part {
    let (Some(from), Some(to)) = (part.from, part.to) else { return part };
    let days = (to - from).get_days() + 1;
    let step = i64::from(days / 3);
    let (a, b) = match which {
        "start" => (Some(from), from.checked_add(step.days()).ok()),
        "mid" => (from.checked_add(step.days()).ok(), from.checked_add((2 * step).days()).ok()),
        _ => (from.checked_add((2 * step).days()).ok(), Some(to)),
    };
    Part { from: a, to: b, grain: if part.grain >= Grain::Year { Grain::Month } else { Grain::Week }, ..part }
}

/// `-1D`, `+2W`, `0D` as count and unit.
fn offset(text: &str) -> Option<(i32, &str)> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let count: i32 = text[..at].trim_start_matches('+').parse().ok()?;
    Some((count, &text[at..]))
}

/// The period `count` units from a day: the day itself for days, the whole week, month or year else.
fn period(today: Date, count: i32, unit: &str, next: TokenIx, _grain: u8) -> Option<Part> {
    let digits = unit.chars().take_while(char::is_ascii_digit).count();
    let factor: i32 = if digits == 0 { 1 } else { unit[..digits].parse().ok()? };
    let count = i64::from(count.checked_mul(factor)?);
    let basis = Basis::Relative;
    let made = |from: Date, to: Date, grain| Some(Part { from: Some(from), to: Some(to), grain, basis, next });
    match &unit[digits..] {
        "D" | "H" | "MIN" | "S" | "MO" | "AF" | "EV" | "NI" => {
            let days = if unit[digits..] == *"D" { count } else { 0 };
            let day = today.checked_add(days.days()).ok()?;
            made(day, day, Grain::Day)
        }
        "W" | "WE" => {
            let day = today.checked_add(count.weeks()).ok()?;
            let monday = day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).ok()?;
            let (from, to) = if unit.ends_with("WE") { (5, 6) } else { (0, 6) };
            made(monday.checked_add(from.days()).ok()?, monday.checked_add(to.days()).ok()?, Grain::Week)
        }
        "M" => {
            let day = today.checked_add(count.months()).ok()?;
            made(day.first_of_month(), day.last_of_month(), Grain::Month)
        }
        "Q" => {
            let day = today.checked_add((3 * count).months()).ok()?;
            let first = Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?;
            made(first, first.checked_add(2.months()).ok()?.last_of_month(), Grain::Quarter)
        }
        "Y" => {
            let year = today.checked_add(count.years()).ok()?.year();
            made(date(year, 1, 1), date(year, 12, 31), Grain::Year)
        }
        _ => None,
    }
}
