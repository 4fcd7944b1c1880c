//! What a time is reckoned from: the document's day, or the time last named; and on which side of it, by the tense of the clause.

use attache_doc::{Grain, Realis, Rel, TokenIx, Upos, Xpos};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::value::Hangs;
use crate::knowledge::Knowledge;
use crate::tree::Tree;

/// The anchors of one expression.
pub struct Anchors<'a> {
    /// The document's day.
    pub today: Option<Date>,
    /// The first day of the time last named that is at least as fine as a grain; of the same paragraph only, if so asked.
    pub reference: &'a dyn Fn(Grain, bool) -> Option<Date>,
    /// The quarter last named, near enough to be meant by "the quarter" and "a year earlier".
    pub quarter: Option<(i16, i8)>,
    /// Of what the clause speaks.
    pub tense: &'a dyn Fn() -> Tense,
}

/// Where the clause of a time puts what it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    Past,
    /// A plain present, which news uses of what is set for a day to come ("talks resume on Monday").
    Present,
    /// The words leave it open: a participle, no verb.
    Open,
    /// An infinitive: ahead of what governs it, which may itself be past.
    Infinitive,
    Future,
}

/// A day of a month without its year that is further than this many days on the other side of the document's day than the tense of
/// its clause is taken for that of another year. Dates of payment and the like stand a quarter ahead without a verb that says so.
const FAR: i32 = 92;
/// The same for a month.
const MONTHS_AHEAD: i8 = 3;

/// Days for which a quarter or season that is over is still the one spoken of: as long as its reports come in.
const JUST_OVER: i32 = 60;

impl Anchors<'_> {
    /// The day that an offset in units of a grain counts from: the document's, or that of the time last named. What is as coarse
    /// as a year names no day to count days from.
    pub fn base(&self, from_reference: bool, grain: Grain) -> (Option<Date>, Hangs) {
        match from_reference.then(|| (self.reference)(grain, false)).flatten() {
            Some(day) => (Some(day), Hangs::Mention),
            None => (self.today, Hangs::Document),
        }
    }

    /// The day of a clock time or of a part of the day that names no day.
    pub fn day(&self) -> (Option<Date>, Hangs) {
        match (self.reference)(Grain::Day, true) {
            Some(day) => (Some(day), Hangs::Mention),
            None => (self.today, Hangs::Document),
        }
    }

    /// The year of a month, or of a day of a month: of the last or next one (`which`), else of the nearest, the clause's tense deciding.
    pub fn year_of(&self, month: i8, day: Option<i8>, which: Option<&str>) -> Option<i16> {
        let today = self.today?;
        let year = today.year();
        match which {
            Some("-1") => return Some(if month < today.month() { year } else { year - 1 }),
            Some("+1") => return Some(if month > today.month() { year } else { year + 1 }),
            Some("0") => return Some(year),
            _ => {}
        }
        let Some(day) = day else {
            let ahead = month - today.month();
            return Some(match if ahead == 0 { Tense::Open } else { (self.tense)() } {
                Tense::Past if ahead > 0 => year - 1,
                Tense::Future if ahead < 0 => year + 1,
                // Without a tense the nearest; but what lies months ahead is told with one.
                Tense::Open | Tense::Present | Tense::Infinitive if ahead > MONTHS_AHEAD => year - 1,
                _ => year,
            });
        };
        let gap = |y: i16| Date::new(y, month, day).ok().map(|d| (d - today).get_days());
        let nearest =
            [year, year - 1, year + 1].into_iter().filter(|&y| gap(y).is_some()).min_by_key(|&y| gap(y).map(i32::abs));
        let nearest = nearest.unwrap_or(year);
        Some(match gap(nearest) {
            Some(days) if days < -FAR && (self.tense)() == Tense::Future => nearest + 1,
            Some(days) if days > FAR && (self.tense)() != Tense::Future => nearest - 1,
            _ => nearest,
        })
    }

    /// The year of a part of a year (a quarter, season, feast), whose days in a year `days` tells.
    pub fn year_of_part(&self, days: impl Fn(i16) -> Option<(Date, Date)>, which: Option<&str>) -> Option<i16> {
        let today = self.today?;
        let years = [today.year() - 1, today.year(), today.year() + 1];
        let latest = |fits: &dyn Fn((Date, Date)) -> bool| years.into_iter().rev().find(|&y| days(y).is_some_and(fits));
        let earliest = |fits: &dyn Fn((Date, Date)) -> bool| years.into_iter().find(|&y| days(y).is_some_and(fits));
        let just_over = |(from, to): (Date, Date)| {
            let since = (today - to).get_days();
            (1..=JUST_OVER).contains(&since) && (to - from).get_days() > JUST_OVER
        };
        match which {
            Some("-1") => latest(&|(_, to)| to < today),
            Some("+1") => earliest(&|(from, _)| from > today),
            Some("0") => Some(today.year()),
            _ if latest(&|(from, to)| from <= today && today <= to).is_some() => {
                latest(&|(from, to)| from <= today && today <= to)
            }
            // "It expects a gain for the third quarter", said in October: a long part of the year just over is what is spoken of.
            _ if latest(&just_over).is_some() => latest(&just_over),
            _ if (self.tense)() == Tense::Future => earliest(&|(from, _)| from > today),
            _ => latest(&|(from, _)| from <= today),
        }
    }

    /// True for what is told as still to come.
    pub fn is_ahead(&self) -> bool {
        matches!((self.tense)(), Tense::Future | Tense::Infinitive | Tense::Present)
    }

    /// The last such weekday up to the document's day, or the next one when the clause speaks of the future.
    pub fn weekday(&self, weekday: Weekday, which: Option<&str>) -> (Option<Date>, Hangs) {
        if let Some(reckoned) = which.filter(|w| w.starts_with("REF")) {
            let (base, on) = self.base(true, Grain::Day);
            let n = if reckoned.contains('-') { -1 } else { 1 };
            return (base.and_then(|b| b.nth_weekday(n, weekday).ok()), on);
        }
        let Some(today) = self.today else { return (None, Hangs::Document) };
        let back = i64::from((today.weekday().to_monday_zero_offset() - weekday.to_monday_zero_offset()).rem_euclid(7));
        let found = match which {
            Some("-1") => today.checked_sub(if back == 0 { 7 } else { back }.days()),
            // "Next Thursday" is that of the next week, even on a Wednesday.
            Some("+1") => {
                let monday = i64::from(today.weekday().to_monday_zero_offset());
                today.checked_add((7 + i64::from(weekday.to_monday_zero_offset()) - monday).days())
            }
            _ if back != 0 && self.is_ahead() => today.checked_add((7 - back).days()),
            // A weekday told as past that is tomorrow here: it is already that day where it happened.
            None if back == 6 => today.checked_add(1.days()),
            _ => today.checked_sub(back.days()),
        };
        (found.ok(), Hangs::Document)
    }
}

/// True when the clause of a token tells of what is still to come.
pub fn is_future(knowledge: &Knowledge, tree: &Tree, at: TokenIx) -> bool {
    matches!(tense(knowledge, tree, at), Tense::Future | Tense::Infinitive)
}

/// Of what the clause of a token speaks: by an auxiliary of its verb, by a word above that verb whose complement the clause is
/// ("plans to meet on Monday", but not "invited him on Monday"), else by the verb's own form.
pub fn tense(knowledge: &Knowledge, tree: &Tree, at: TokenIx) -> Tense {
    let above: Vec<TokenIx> = tree.ancestors(at).take(6).collect();
    let Some(n) = above.iter().position(|&a| tree.is_clause(a)) else { return Tense::Open };
    let verb = above[n];
    let unreal = |r: Realis| matches!(r, Realis::Expected | Realis::Proposed);
    let known = |word: &str, pos: &str| {
        knowledge.realis.get(word).is_some_and(|rows| rows.iter().any(|r| r.pos == pos && unreal(r.realis)))
    };
    let ahead = |k: TokenIx| known(tree.lower(k), "AUX") || knowledge.in_set("backshifted", tree.lower(k));
    if tree.kids_by(verb, &[Rel::Aux]).any(ahead) {
        return Tense::Future;
    }
    // "Had been due to expire on Friday": a plan of the past, over by now.
    let over = |a: TokenIx| tree.xpos(a) != Xpos::Vb && tree.kids_by(a, &[Rel::Aux]).any(|k| tree.xpos(k) == Xpos::Vbd);
    // A meeting that is expected on a day: the day hangs on the word of expectation itself.
    let passive = tree.is_passive(verb)
        && known(tree.lemma(verb), "VERB")
        && tree.kid(verb, &[Rel::AuxPass]).is_some_and(|k| !matches!(tree.xpos(k), Xpos::Vbd));
    let planned = passive && !tells_a_deed(tree, verb);
    if planned || (tree.upos(verb) == Upos::Adj && known(tree.lemma(verb), "ADJ")) {
        return if over(verb) { Tense::Past } else { Tense::Future };
    }
    if tree.xpos(verb) == Xpos::Vbd {
        return Tense::Past;
    }
    let governor = above[n + 1..].iter().find(|&&a| match tree.upos(a) {
        Upos::Verb => known(tree.lemma(a), "VERB") && matches!(tree.rel(above[n]), Rel::Xcomp | Rel::Ccomp),
        Upos::Adj => known(tree.lemma(a), "ADJ"),
        _ => false,
    });
    if let Some(&governor) = governor {
        return if over(governor) { Tense::Past } else { Tense::Future };
    }
    if tree.xpos(verb) == Xpos::Vb && tree.kid(verb, &[Rel::Mark]).is_some() {
        return Tense::Infinitive;
    }
    let auxiliaries = || tree.kids_by(verb, &[Rel::Aux, Rel::AuxPass, Rel::Cop]);
    let done = auxiliaries().any(|k| tree.xpos(k) == Xpos::Vbd)
        || (tree.xpos(verb) == Xpos::Vbn && tree.kid(verb, &[Rel::Aux]).is_some());
    let finite = matches!(tree.xpos(verb), Xpos::Vbz | Xpos::Vbp) && auxiliaries().next().is_none();
    // "Officials say": when it was said, whatever the form.
    let reports = tree.kid(verb, &[Rel::Ccomp]).is_some() || tree.rel(verb) == Rel::Parataxis;
    match () {
        () if done => Tense::Past,
        () if finite && !reports => Tense::Present,
        () => Tense::Open,
    }
}

/// A passive that tells of a deed done ("was invited"), not of a plan ("is expected").
fn tells_a_deed(tree: &Tree, verb: TokenIx) -> bool {
    tree.kids_by(verb, &[Rel::AuxPass, Rel::Aux]).any(|k| matches!(tree.xpos(k), Xpos::Vbd) || tree.lower(k) == "been")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn anchors(today: Date, tense: &dyn Fn() -> Tense) -> Anchors<'_> {
        Anchors { today: Some(today), reference: &|_, _| None, quarter: None, tense }
    }

    #[test]
    fn a_weekday_is_the_last_or_the_next_by_tense() {
        // A Wednesday.
        let today = date(2025, 10, 8);
        let (past, ahead, open) = (|| Tense::Past, || Tense::Future, || Tense::Open);
        assert_eq!(anchors(today, &past).weekday(Weekday::Tuesday, None).0, Some(date(2025, 10, 7)));
        assert_eq!(anchors(today, &past).weekday(Weekday::Friday, None).0, Some(date(2025, 10, 3)));
        // On the other side of the world it is Thursday already.
        assert_eq!(anchors(today, &past).weekday(Weekday::Thursday, None).0, Some(date(2025, 10, 9)));
        assert_eq!(anchors(today, &ahead).weekday(Weekday::Tuesday, None).0, Some(date(2025, 10, 14)));
        assert_eq!(anchors(today, &ahead).weekday(Weekday::Wednesday, None).0, Some(today));
        assert_eq!(anchors(today, &open).weekday(Weekday::Tuesday, None).0, Some(date(2025, 10, 7)));
        assert_eq!(anchors(today, &past).weekday(Weekday::Wednesday, Some("-1")).0, Some(date(2025, 10, 1)));
        assert_eq!(anchors(today, &past).weekday(Weekday::Thursday, Some("+1")).0, Some(date(2025, 10, 16)));
    }

    #[test]
    fn months_and_days_are_those_near() {
        let (past, ahead, open) = (|| Tense::Past, || Tense::Future, || Tense::Open);
        assert_eq!(anchors(date(2025, 8, 2), &past).year_of(12, Some(3), None), Some(2024));
        assert_eq!(anchors(date(2025, 11, 2), &open).year_of(1, Some(3), None), Some(2026));
        assert_eq!(anchors(date(2025, 3, 2), &open).year_of(4, None, None), Some(2025));
        assert_eq!(anchors(date(2025, 3, 2), &past).year_of(4, None, None), Some(2024));
        assert_eq!(anchors(date(2025, 12, 20), &past).year_of(1, Some(3), None), Some(2026));
        assert_eq!(anchors(date(2025, 11, 2), &ahead).year_of(1, Some(3), None), Some(2026));
        assert_eq!(anchors(date(2025, 3, 2), &past).year_of(10, None, None), Some(2024));
        assert_eq!(anchors(date(2025, 3, 2), &ahead).year_of(1, None, None), Some(2026));
        assert_eq!(anchors(date(2025, 3, 2), &past).year_of(2, None, Some("-1")), Some(2025));
    }
}
