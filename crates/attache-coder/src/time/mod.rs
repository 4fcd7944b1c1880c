//! Time expressions: what the text says of days, periods, durations and repeated times, each as TIMEX3 and as bounds.
//!
//! `atom` cuts the text, `pattern` matches the rows of `time-patterns.tsv` over the words of `time.tsv`, `value` makes TIMEX3 values
//! and days of what a row fills, `anchor` says what they are reckoned from. Here expressions are read in order of the text, so that
//! "two days earlier" finds the time last named; two that make a span ("between September and October 2025") give an interval beside
//! them; and those that can date an event are handed on.

mod anchor;
mod atom;
mod pattern;
mod value;

use attache_doc::{Basis, Grain, Reason, Span, TimeMention, TimeType, TokenIx, When};
use jiff::civil::Date;

use crate::knowledge::Knowledge;
use crate::tree::Tree;
use anchor::{Anchors, Tense};
use atom::Segment;
pub use pattern::Grammar;
use pattern::{Reading, Text};
use value::{Hangs, Resolved, Slot};

/// A time that can date an event, with its tokens.
#[derive(Debug, Clone)]
pub struct Timed {
    pub when: When,
    pub first: TokenIx,
    pub last: TokenIx,
}

/// The times of a document.
#[derive(Debug, Default)]
pub struct Times {
    /// All expressions, and the intervals that two of them make, in order of the text.
    pub mentions: Vec<TimeMention>,
    /// Those that can date an event; an interval stands for its two ends.
    pub dated: Vec<Timed>,
}

/// How many sentences back "the next day" and "the quarter" look for the time they speak of: news tells a course of events within a
/// few sentences.
const REACH: usize = 6;

/// A reading with where it stands and what it came to.
struct Found {
    segment: usize,
    reading: Reading,
    resolved: Resolved,
    /// The one it is reckoned from.
    anchor: Option<usize>,
    /// The ends, for an interval.
    ends: Option<(usize, usize)>,
    span: Span,
    tokens: Option<(TokenIx, TokenIx)>,
}

/// Finds the time expressions of a document.
pub fn find(knowledge: &Knowledge, tree: &Tree) -> Times {
    let segments = atom::segments(tree);
    let reader = Reader { knowledge, tree, segments: &segments };
    let mut found = reader.read();
    let intervals = reader.intervals(&mut found);
    let inside: Vec<usize> = intervals.iter().filter_map(|i| i.ends).flat_map(|(a, b)| [a, b]).collect();
    found.extend(intervals);

    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&n| (found[n].span.start, std::cmp::Reverse(found[n].span.end)));
    let place = |n: usize| order.iter().position(|&o| o == n).map(|p| p as u32);
    let mentions = order.iter().map(|&n| found[n].mention(&place)).collect();
    let datable = order.iter().filter(|n| !inside.contains(n));
    let dated = datable.filter_map(|&n| reader.timed(&found[n])).collect();
    Times { mentions, dated }
}

struct Reader<'a> {
    knowledge: &'a Knowledge,
    tree: &'a Tree<'a>,
    segments: &'a [Segment],
}

/// What was named before: indices into the expressions found.
#[derive(Default)]
struct Named {
    /// Year and quarter, and the segment they stand in.
    quarter: Option<(i16, i8, usize)>,
}

impl Reader<'_> {
    fn read(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut named = Named::default();
        for (n, segment) in self.segments.iter().enumerate() {
            let text = self.text(segment);
            let mut at = 0;
            // What a longer reading with context in front has left behind must not be read again.
            let mut taken = 0;
            while at < segment.atoms.len() {
                let reading = self.knowledge.times.longest(&text, at).filter(|r| r.start >= taken);
                let one = reading.and_then(|r| self.one(n, r, &named, &found));
                let Some(one) = one else {
                    at += 1;
                    continue;
                };
                taken = one.reading.end;
                at = taken;
                self.note(&one, &mut named);
                found.push(one);
            }
        }
        found
    }

    fn text<'s>(&'s self, segment: &'s Segment) -> Text<'s> {
        Text { atoms: &segment.atoms, tree: self.tree }
    }

    /// Resolves a reading from what was named before it.
    fn one(&self, segment: usize, reading: Reading, named: &Named, found: &[Found]) -> Option<Found> {
        let atoms = &self.segments[segment].atoms;
        let first = &atoms[reading.start];
        let last = &atoms[reading.end - 1];
        // "Friday's ruling" is no matter of what the clause tells.
        let possessive = atoms.get(reading.end).is_some_and(|a| a.word == "'s");
        // "By February": what has an end set is mostly still to come.
        let before = reading.start.checked_sub(1).and_then(|n| self.knowledge.time_value(&atoms[n].word, "bound"));
        let tense = || match first.token {
            Some(token) if !possessive => match anchor::tense(self.knowledge, self.tree, token) {
                Tense::Open if before == Some("before") => Tense::Future,
                tense => tense,
            },
            _ => Tense::Open,
        };
        // The time last named that is fine enough, and which it was.
        let used = std::cell::Cell::new(None);
        let reference = |grain: Grain, here: bool| {
            let near = found.iter().enumerate().rev().take_while(|(_, f)| {
                let same = self.segments[f.segment].block == self.segments[segment].block;
                same || !here && segment - f.segment <= REACH
            });
            // A clock time names no day of its own.
            let day = [Slot::Month, Slot::Weekday, Slot::Offset, Slot::Holiday];
            let point = |f: &Found| match f.resolved.kind {
                TimeType::Date => true,
                TimeType::Time => day.iter().any(|slot| f.reading.slots.get(*slot).is_some()),
                _ => false,
            };
            let (n, one) = near.into_iter().find(|(_, f)| point(f) && f.resolved.grain.is_some_and(|g| g <= grain))?;
            used.set(Some(n));
            one.resolved.from
        };
        let anchors = Anchors {
            today: self.tree.doc.meta.published,
            reference: &reference,
            quarter: named.quarter.filter(|q| segment - q.2 <= REACH).map(|(year, n, _)| (year, n)),
            tense: &tense,
        };
        let resolved = value::resolve(&reading.slots, &anchors)?;
        let anchor = match resolved.hangs {
            Hangs::Mention => used.get(),
            _ => None,
        };
        let span = first.span.cover(last.span);
        let tokens = first.token.zip(last.token);
        Some(Found { segment, reading, resolved, anchor, ends: None, span, tokens })
    }

    /// Remembers what a later expression can be reckoned from.
    fn note(&self, one: &Found, named: &mut Named) {
        if let Some((year, quarter)) = one.resolved.value.split_once("-Q")
            && let (Ok(year), Ok(quarter)) = (year.parse(), quarter.parse())
            && one.reading.slots.get(Slot::Period) != Some("same")
            && one.reading.slots.get(Slot::Which).is_none()
            // A quarter still under way is what is expected, not what is compared.
            && (named.quarter.is_none() || one.resolved.to < self.tree.doc.meta.published)
        {
            named.quarter = Some((year, quarter, one.segment));
        }
    }

    /// Spans between two expressions: "between A and B", "from A to B", "A to B", "A–B". Where one end has no year it takes that of
    /// the other.
    fn intervals(&self, found: &mut [Found]) -> Vec<Found> {
        let mut made = Vec::new();
        for b in 1..found.len() {
            let a = b - 1;
            let ends = [&found[a], &found[b]];
            let points = ends.iter().all(|f| matches!(f.resolved.kind, TimeType::Date | TimeType::Time));
            if !points || ends[0].segment != ends[1].segment {
                continue;
            }
            let segment = ends[0].segment;
            let atoms = &self.segments[segment].atoms;
            let (end_of_a, start_of_b) = (ends[0].reading.end, ends[1].reading.start);
            if start_of_b != end_of_a + 1 {
                continue;
            }
            let link = &atoms[end_of_a].word;
            let before = ends[0].reading.start.checked_sub(1).map(|n| &atoms[n]);
            let opener = before.filter(|w| {
                self.knowledge.time_value(&w.word, "opener").is_some_and(|links| links.split(' ').any(|l| l == link))
            });
            if opener.is_none() && self.knowledge.time_value(link, "link").is_none() {
                continue;
            }
            let Some((from, to)) = self.ends(found, a, b) else { continue };
            let first = opener.unwrap_or(&atoms[found[a].reading.start]);
            let span = first.span.cover(found[b].span);
            let stated = found[b].resolved.hangs == Hangs::Nothing;
            let resolved = Resolved {
                kind: TimeType::Interval,
                value: format!("{}/{}", found[a].resolved.value, found[b].resolved.value),
                modifier: None,
                from: Some(from),
                to: Some(to),
                grain: found[a].resolved.grain.min(found[b].resolved.grain),
                hangs: if stated { Hangs::Nothing } else { found[b].resolved.hangs },
            };
            let reading = Reading { rows: Vec::new(), ..found[b].reading.clone() };
            let tokens = first.token.zip(found[b].tokens.map(|t| t.1));
            made.push(Found { segment, reading, resolved, anchor: None, ends: Some((a, b)), span, tokens });
        }
        made
    }

    /// First and last day of an interval, after a missing year has been taken from the other end.
    fn ends(&self, found: &mut [Found], a: usize, b: usize) -> Option<(Date, Date)> {
        let yearless = |f: &Found| {
            f.reading.slots.get(Slot::Month).is_some()
                && f.reading.slots.get(Slot::Year).is_none()
                && f.resolved.hangs != Hangs::Mention
        };
        let years = |f: &Found| (f.resolved.from.map(|d| d.year()), f.resolved.hangs == Hangs::Nothing);
        let ((year_a, stated_a), (year_b, stated_b)) = (years(&found[a]), years(&found[b]));
        if yearless(&found[a])
            && let Some(year) = year_b.filter(|_| stated_b || year_a.is_some())
        {
            self.set_year(found, a, year);
            if found[a].resolved.from > found[b].resolved.to {
                self.set_year(found, a, year - 1);
            }
        } else if yearless(&found[b])
            && let Some(year) = year_a.filter(|_| stated_a)
        {
            self.set_year(found, b, year);
            if found[a].resolved.from > found[b].resolved.to {
                self.set_year(found, b, year + 1);
            }
        }
        let (from, to) = (found[a].resolved.from?, found[b].resolved.to?);
        (from <= to).then_some((from, to))
    }

    fn set_year(&self, found: &mut [Found], n: usize, year: i16) {
        let one = &mut found[n];
        let mut slots = one.reading.slots.clone();
        slots.set(Slot::Year, year.to_string());
        let anchors = Anchors {
            today: self.tree.doc.meta.published,
            reference: &|_, _| None,
            quarter: None,
            tense: &|| Tense::Open,
        };
        if let Some(resolved) = value::resolve(&slots, &anchors) {
            // The year is the other end's, not this one's own.
            one.resolved = Resolved { hangs: Hangs::Document, ..resolved };
        }
    }

    /// The time as an event takes it: with what a preposition makes of it ("by Friday", "before the end of the year").
    fn timed(&self, found: &Found) -> Option<Timed> {
        let (first, last) = found.tokens?;
        let atoms = &self.segments[found.segment].atoms;
        let lead = found.reading.start.checked_sub(1).map(|n| atoms[n].word.as_str()).filter(|_| found.ends.is_none());
        let mut when = found.when();
        if found.resolved.kind == TimeType::Duration {
            // "In two weeks" is when something will be; "for two weeks" is no date.
            let ahead = lead.is_some_and(|w| self.knowledge.time_value(w, "ahead").is_some());
            if !ahead || !anchor::is_future(self.knowledge, self.tree, first) {
                return found.resolved.from.map(|_| Timed { when, first, last });
            }
            let mut slots = value::Slots::default();
            slots.set(Slot::Offset, format!("+{}", found.reading.slots.get(Slot::Amount)?));
            let open = || Tense::Open;
            let today = self.tree.doc.meta.published;
            let anchors = Anchors { today, reference: &|_, _| None, quarter: None, tense: &open };
            let there = value::resolve(&slots, &anchors)?;
            let lead = &atoms[found.reading.start - 1];
            when = When {
                earliest: there.from,
                latest: there.to,
                grain: there.grain,
                basis: Basis::Relative,
                firm: true,
                span: Some(lead.span.cover(found.span)),
            };
            let first = lead.token.unwrap_or(first);
            return when.earliest.map(|_| Timed { when, first, last });
        }
        when.earliest.or(when.latest)?;
        let head = (first..=last).find(|&t| self.tree.head(t).is_none_or(|h| h < first || h > last)).unwrap_or(first);
        let case = self.tree.case(head).unwrap_or_default();
        match self.knowledge.time_value(&case, "bound") {
            // What is still to come cannot be before the document's day.
            Some("before") => {
                let today = self.tree.doc.meta.published;
                let ahead = anchor::is_future(self.knowledge, self.tree, first);
                when.earliest = today.filter(|t| ahead && when.latest.is_some_and(|l| *t <= l));
                when.grain = when.grain.filter(|_| when.earliest.is_none()).or(Some(Grain::Day));
            }
            Some("after") => when.latest = None,
            _ => {}
        }
        Some(Timed { when, first, last })
    }
}

impl Found {
    fn when(&self) -> When {
        let basis = match self.resolved.hangs {
            _ if self.resolved.from.is_none() && self.resolved.to.is_none() => Basis::None,
            Hangs::Nothing => Basis::Stated,
            _ => Basis::Relative,
        };
        When {
            earliest: self.resolved.from,
            latest: self.resolved.to,
            grain: self.resolved.grain,
            basis,
            firm: true,
            span: Some(self.span),
        }
    }

    fn mention(&self, place: &dyn Fn(usize) -> Option<u32>) -> TimeMention {
        let mut because: Vec<Reason> = self.reading.rows.iter().map(|row| row.reason()).collect();
        if self.ends.is_some() {
            because.push(Reason::rule("time-interval"));
        }
        because.extend(match self.resolved.hangs {
            Hangs::Document => Some(Reason::rule("reckoned-from-the-document")),
            Hangs::Mention => Some(Reason::rule("reckoned-from-a-time-named-before")),
            Hangs::Unknown => Some(Reason::rule("no-day-to-reckon-from")),
            Hangs::Nothing => None,
        });
        TimeMention {
            span: self.span,
            kind: self.resolved.kind,
            value: self.resolved.value.clone(),
            modifier: self.resolved.modifier.clone(),
            when: self.when(),
            of_document: self.resolved.hangs == Hangs::Document,
            anchor: self.anchor.and_then(place),
            ends: self.ends.and_then(|(a, b)| place(a).zip(place(b))),
            because,
        }
    }
}
