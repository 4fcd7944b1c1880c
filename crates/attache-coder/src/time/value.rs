//! What a reading says, and what that is as TIMEX3: type, value, modifier, and the days it spans.
//!
//! Values are TIMEX3's: `2013-03-22`, `2013-W12`, `2013-Q1`, `201` (a decade), `P2W`, `2013-03-22TMO`. Where the year, or all of it,
//! hangs on a day that is not known, X stands for what is missing and the bounds are open: nothing is guessed.

use attache_doc::{Grain, TimeType};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::anchor::Anchors;

macro_rules! slots {
    ($($(#[$meta:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What a row of the patterns can fill.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot { $($(#[$meta])* $variant),+ }

        impl Slot {
            /// The slot of this name.
            pub fn named(name: &str) -> Option<Slot> {
                match name { $($name => Some(Slot::$variant),)+ _ => None }
            }
        }
    };
}

slots! {
    /// `SET` or `DURATION` where the other slots leave it open.
    Type = "type",
    /// `PAST`, `PRESENT` or `FUTURE`.
    Ref = "ref",
    /// TIMEX3's modifier; `EARLIER` and `LATER` are the part of a period before and after the document's day.
    Mod = "mod",
    /// A period counted from an anchor: `-1D`, `+1D:MO`, `REF+1W`, `-1#M` (the calendar's), `-2*W` (counted).
    Offset = "offset",
    /// An amount of time: `2*W`, `X*Y`.
    Amount = "amount",
    /// What comes on top of the amount.
    More = "more",
    /// An amount counted from an anchor: `-` back, `+` on, `REF-` and `REF+` from the time last named.
    Dir = "dir",
    /// Where an amount lies: `past`, `next` (counted from the document's day).
    Span = "span",
    /// `same` for "a year ago": the quarter last named, if there was one, a year before; `near`: the one past, or coming by tense.
    Period = "period",
    Year = "year",
    /// Two digits.
    ShortYear = "short-year",
    Month = "month",
    Day = "day",
    Weekday = "weekday",
    Season = "season",
    Quarter = "quarter",
    Half = "half",
    /// The decade's first three digits.
    Decade = "decade",
    /// The number of the century.
    Century = "century",
    /// A part of the day: MO, AF, EV, NI …
    Part = "part",
    Hour = "hour",
    Minute = "minute",
    /// Hour and minute in one: `12:00`.
    Clock = "clock",
    /// AM or PM.
    Meridiem = "meridiem",
    Holiday = "holiday",
    /// -1, 0 or +1: the last, this or next one of what is named; `REF-1` from the time last named.
    Which = "which",
}

/// Filled slots.
#[derive(Debug, Clone, Default)]
pub struct Slots(Vec<(Slot, String)>);

impl Slots {
    /// Fills a slot, whatever it held.
    pub fn set(&mut self, slot: Slot, text: String) {
        self.0.retain(|(s, _)| *s != slot);
        self.0.push((slot, text));
    }

    /// Takes over what is not filled yet.
    pub fn fill(&mut self, other: &Slots) {
        for (slot, text) in &other.0 {
            if self.get(*slot).is_none() {
                self.0.push((*slot, text.clone()));
            }
        }
    }

    /// What fills a slot.
    pub fn get(&self, slot: Slot) -> Option<&str> {
        self.0.iter().find(|(s, _)| *s == slot).map(|(_, text)| text.as_str())
    }

    fn number<T: std::str::FromStr>(&self, slot: Slot) -> Option<T> {
        self.get(slot)?.trim_start_matches('+').parse().ok()
    }
}

/// What a value hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangs {
    /// On nothing: the words say it all, or it is no point in time.
    Nothing,
    /// On the document's day.
    Document,
    /// On the time last named.
    Mention,
    /// On a day that is not known.
    Unknown,
}

/// A reading resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    pub kind: TimeType,
    pub value: String,
    pub modifier: Option<String>,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub grain: Option<Grain>,
    pub hangs: Hangs,
}

/// A run of days with its value.
#[derive(Debug, Clone, PartialEq)]
struct Period {
    value: String,
    days: Option<(Date, Date)>,
    grain: Grain,
}

/// Resolves filled slots; `None` when they make no time (31 June, a feast of a calendar that is not computed).
pub fn resolve(slots: &Slots, anchors: &Anchors) -> Option<Resolved> {
    let modifier = slots.get(Slot::Mod).map(|m| match m {
        "EARLIER" => "START".to_string(),
        "LATER" => "END".to_string(),
        other => other.to_string(),
    });
    let undated = |kind, value: String| Resolved {
        kind,
        value,
        modifier: modifier.clone(),
        from: None,
        to: None,
        grain: None,
        hangs: Hangs::Nothing,
    };
    if let Some(reference) = slots.get(Slot::Ref) {
        return Some(undated(TimeType::Date, format!("{reference}_REF")));
    }
    if slots.get(Slot::Type) == Some("SET") {
        return set(slots).map(|value| undated(TimeType::Set, value));
    }
    if let (Some(dir), Some(amount)) = (slots.get(Slot::Dir), slots.get(Slot::Amount)) {
        let mut away = slots.clone();
        away.set(Slot::Offset, format!("{dir}{amount}"));
        away.0.retain(|(slot, _)| !matches!(slot, Slot::Dir | Slot::Amount));
        return resolve(&away, anchors);
    }
    if let Some(amount) = slots.get(Slot::Amount) {
        let value = duration(amount, slots.get(Slot::More))?;
        let mut found = undated(TimeType::Duration, value);
        if let (Some(span), Some(today)) = (slots.get(Slot::Span), anchors.today)
            && let Some(other) = counted_from(today, amount, if span == "past" { -1 } else { 1 })
        {
            (found.from, found.to) = (Some(today.min(other.0)), Some(today.max(other.1)));
            (found.grain, found.hangs) = (Some(Grain::Day), Hangs::Document);
        }
        return Some(found);
    }
    let (period, hangs) = calendar(slots, anchors)?;
    let Some(period) = period else {
        // "Several years ago".
        let past = slots.get(Slot::Offset).is_some_and(|o| o.contains('-'));
        return Some(undated(TimeType::Date, if past { "PAST_REF" } else { "FUTURE_REF" }.to_string()));
    };
    let period = match slots.get(Slot::Mod) {
        Some(part @ ("START" | "MID" | "END")) => part_of(period, part),
        Some("EARLIER") => before_or_after(period, anchors.today, true),
        Some("LATER") => before_or_after(period, anchors.today, false),
        _ => period,
    };
    let time = clock(slots);
    let kind = if time.is_some() { TimeType::Time } else { TimeType::Date };
    let hangs = if period.days.is_none() && hangs != Hangs::Nothing { Hangs::Unknown } else { hangs };
    Some(Resolved {
        kind,
        value: period.value + &time.unwrap_or_default(),
        modifier,
        from: period.days.map(|d| d.0),
        to: period.days.map(|d| d.1),
        grain: period.days.map(|_| period.grain),
        hangs,
    })
}

// ---- sets, durations, clock times ----

fn set(slots: &Slots) -> Option<String> {
    if let Some(amount) = slots.get(Slot::Amount) {
        return duration(amount, None);
    }
    let part = slots.get(Slot::Part).map(|p| format!("T{p}")).unwrap_or_default();
    if let Some(weekday) = slots.get(Slot::Weekday) {
        return Some(format!("XXXX-WXX-{weekday}{part}"));
    }
    if let Some(month) = slots.number::<u8>(Slot::Month) {
        let day = slots.number::<u8>(Slot::Day).map(|d| format!("-{d:02}")).unwrap_or_default();
        return Some(format!("XXXX-{month:02}{day}"));
    }
    if let Some(season) = slots.get(Slot::Season) {
        return Some(format!("XXXX-{season}"));
    }
    (!part.is_empty()).then(|| format!("XXXX-XX-XX{part}"))
}

/// `2*W` as a number (`None` for X), and the unit with what it is a multiple of: `10Y`.
fn amount(text: &str) -> Option<(Option<f64>, f64, &str)> {
    let (number, unit) = text.split_once(['*', '#'])?;
    let digits = unit.find(|c: char| c.is_ascii_alphabetic())?;
    let factor = if digits == 0 { 1.0 } else { unit[..digits].parse().ok()? };
    let number = number.trim_start_matches('+');
    let number = if number.trim_start_matches('-') == "X" { None } else { Some(number.parse().ok()?) };
    Some((number, factor, &unit[digits..]))
}

/// An amount as an ISO duration: `P2W`, `PT30M`, `P1Y6M`, `PXD`.
fn duration(text: &str, more: Option<&str>) -> Option<String> {
    let mut days = String::new();
    let mut clock = String::new();
    for part in std::iter::once(text).chain(more) {
        let (number, factor, unit) = amount(part)?;
        let letter = match unit {
            "MIN" => "M",
            "S" | "H" | "D" | "W" | "M" | "Q" | "Y" => unit,
            "WE" => "WE",
            "BD" => "D",
            "NI" => "NI",
            _ => return None,
        };
        let on_clock = matches!(unit, "S" | "MIN" | "H");
        let side = if on_clock { &mut clock } else { &mut days };
        let Some(number) = number.map(|n| n * factor) else {
            side.push_str(&format!("X{letter}"));
            continue;
        };
        let (whole, rest) = (number.trunc(), number.fract());
        // Halves and quarters in the next smaller unit.
        let smaller = match unit {
            "Y" => Some((12.0, "M")),
            "H" => Some((60.0, "M")),
            "MIN" => Some((60.0, "S")),
            _ => None,
        };
        match smaller.filter(|(many, _)| rest > 0.0 && (rest * many).fract().abs() < 1e-9) {
            Some((many, small)) => {
                if whole > 0.0 {
                    side.push_str(&format!("{whole}{letter}"));
                }
                side.push_str(&format!("{}{small}", rest * many));
            }
            None => side.push_str(&format!("{number}{letter}")),
        }
    }
    Some(if clock.is_empty() { format!("P{days}") } else { format!("P{days}T{clock}") })
}

/// `T17:30`, `TMO`.
fn clock(slots: &Slots) -> Option<String> {
    let (hour, minute) = match slots.get(Slot::Clock) {
        Some(clock) => clock.split_once(':').map(|(h, m)| (h.parse::<i8>().ok(), m.to_string()))?,
        None => (slots.number::<i8>(Slot::Hour), slots.get(Slot::Minute).unwrap_or("00").to_string()),
    };
    let of_offset = slots.get(Slot::Offset).and_then(|offset| offset.split_once(':')).map(|(_, part)| part);
    let part = slots.get(Slot::Part).or(of_offset);
    let Some(hour) = hour else { return part.map(|part| format!("T{part}")) };
    let afternoon = match slots.get(Slot::Meridiem) {
        Some(meridiem) => meridiem == "PM",
        None => matches!(part, Some("AF" | "EV" | "NI")),
    };
    let morning = slots.get(Slot::Meridiem) == Some("AM");
    let hour = match hour {
        12 if morning => 0,
        1..=11 if afternoon => hour + 12,
        other => other,
    };
    Some(format!("T{hour:02}:{minute}"))
}

// ---- the calendar ----

/// The period that the slots name and what it hangs on; the period is missing when it is an unknown number of units away.
fn calendar(slots: &Slots, anchors: &Anchors) -> Option<(Option<Period>, Hangs)> {
    let offset = slots.get(Slot::Offset).and_then(Offset::read);
    if slots.get(Slot::Offset).is_some() && offset.is_none() {
        return None;
    }
    let found = |period, hangs| Some((Some(period), hangs));
    if slots.get(Slot::Offset).is_some_and(|o| o.starts_with("DATE")) {
        // "The week of March 6".
        let mut date = slots.clone();
        date.0.retain(|(slot, _)| *slot != Slot::Offset);
        let (day, hangs) = calendar(&date, anchors)?;
        let offset = offset?;
        let base = day.and_then(|d| d.days).map(|d| d.0);
        return found(base.map_or_else(|| Some(unknown(&offset)), |base| shifted(base, &offset, 0.0))?, hangs);
    }
    // The year: given, or that of a shifted year ("June last year").
    let (mut year, mut hangs) =
        (slots.number::<i16>(Slot::Year).or_else(|| short_year(slots, anchors)), Hangs::Nothing);
    let years = offset.as_ref().filter(|o| o.unit == "Y" && o.factor == 1.0);
    let finer =
        [Slot::Month, Slot::Quarter, Slot::Half, Slot::Season, Slot::Holiday].iter().any(|s| slots.get(*s).is_some());
    if let Some(years) = years.filter(|_| finer) {
        let (base, on) = anchors.base(years.from_reference, Grain::Year);
        hangs = on;
        year = base.and_then(|b| b.year().checked_add(years.count? as i16));
    }
    let which = slots.get(Slot::Which);
    if let Some(rule) = slots.get(Slot::Holiday) {
        return found(holiday(rule, year, which, anchors)?, if year.is_some() { hangs } else { Hangs::Document });
    }
    if let Some(month) = slots.number::<i8>(Slot::Month) {
        let day = slots.number::<i8>(Slot::Day);
        let year = match year {
            Some(year) => Some(year),
            None if hangs != Hangs::Nothing => None,
            None => {
                hangs = Hangs::Document;
                anchors.year_of(month, day, which)
            }
        };
        return found(month_or_day(year, month, day)?, hangs);
    }
    if let Some(weekday) = slots.number::<i8>(Slot::Weekday) {
        let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
        if let Some(offset) = offset {
            // "Tuesday of last week".
            let (base, on) = anchors.base(offset.from_reference, offset.grain());
            let Some(base) = base else { return found(unknown_weekday(weekday), on) };
            let monday = monday(base)?.checked_add(near(offset.count? as i64)?.weeks()).ok()?;
            return found(day(monday.checked_add(i64::from(weekday.to_monday_zero_offset()).days()).ok()?), on);
        }
        let (near, on) = anchors.weekday(weekday, which);
        return found(near.map_or_else(|| unknown_weekday(weekday), day), on);
    }
    let part_of_year = [(Slot::Quarter, 'Q'), (Slot::Half, 'H'), (Slot::Season, 'S')];
    for (slot, kind) in part_of_year {
        let Some(text) = slots.get(slot) else { continue };
        if text == "REF" {
            // "The quarter": the one last named, else that of the document's day; `which` counts years from there.
            let back: i16 = which.and_then(|w| w.parse().ok()).unwrap_or(0);
            let base = anchors.quarter.or_else(|| anchors.today.and_then(last_quarter));
            let on = if anchors.quarter.is_some() { Hangs::Mention } else { Hangs::Document };
            let base_year = year.or(base.map(|(y, _)| y + back));
            let Some((_, n)) = base else {
                return found(Period { value: "XXXX-QX".to_string(), days: None, grain: Grain::Quarter }, on);
            };
            return found(year_part(base_year, 'Q', &n.to_string())?, on);
        }
        if year.is_none() && hangs == Hangs::Nothing {
            hangs = Hangs::Document;
            year = anchors.year_of_part(|y| year_part(Some(y), kind, text)?.days, which);
        }
        return found(year_part(year, kind, text)?, hangs);
    }
    if let Some(decade) = slots.number::<i16>(Slot::Decade) {
        return found(decade_of(decade * 10)?, Hangs::Nothing);
    }
    if let Some(century) = slots.number::<i16>(Slot::Century) {
        return found(century_of((century - 1) * 100)?, Hangs::Nothing);
    }
    if let Some(year) = year {
        return found(whole_year(year)?, hangs);
    }
    if let Some(offset) = offset {
        let (base, on) = anchors.base(offset.from_reference, offset.grain());
        let Some(count) = offset.count else { return Some((None, Hangs::Nothing)) };
        if slots.get(Slot::Period) == Some("same")
            && let Some((year, quarter)) = anchors.quarter
        {
            return found(year_part(Some(year + count as i16), 'Q', &quarter.to_string())?, Hangs::Mention);
        }
        let Some(base) = base else { return found(unknown(&offset), on) };
        if slots.get(Slot::Period) == Some("near") && !anchors.is_ahead() && base.weekday().to_monday_zero_offset() < 5
        {
            // "Over the weekend", said on a Monday of the one past.
            return found(shifted(base, &offset, count - 1.0)?, on);
        }
        return found(shifted(base, &offset, count)?, on);
    }
    // A part of the day or a clock time alone is on the day last named, else the document's.
    let (base, on) = anchors.day();
    found(base.map_or_else(|| Period { value: "XXXX-XX-XX".to_string(), days: None, grain: Grain::Day }, day), on)
}

/// `-1D`, `REF+1W`, `-2*W`, `+1#10Y`, `0D:NI` (the part of the day is read apart).
struct Offset<'t> {
    from_reference: bool,
    /// `None` for an unknown number.
    count: Option<f64>,
    factor: f64,
    unit: &'t str,
    /// The calendar's unit ("last decade"), not so much time ("a decade ago").
    calendar: bool,
}

impl Offset<'_> {
    /// How fine a time must be to count from it.
    fn grain(&self) -> Grain {
        match self.unit {
            "W" | "WE" => Grain::Week,
            "M" => Grain::Month,
            "Q" => Grain::Quarter,
            "Y" if self.factor >= 100.0 => Grain::Century,
            "Y" if self.factor >= 10.0 => Grain::Decade,
            "Y" => Grain::Year,
            _ => Grain::Day,
        }
    }

    fn read(text: &str) -> Option<Offset<'_>> {
        let text = text.split(':').next().unwrap_or(text);
        let from_reference = text.starts_with("REF");
        let text = text.trim_start_matches("REF").trim_start_matches("DATE");
        if text.contains(['*', '#']) {
            let (count, factor, unit) = amount(text)?;
            return Some(Offset { from_reference, count, factor, unit, calendar: text.contains('#') });
        }
        let digits = text.find(|c: char| c.is_ascii_alphabetic())?;
        let count = text[..digits].trim_start_matches('+').parse().ok()?;
        Some(Offset { from_reference, count: Some(count), factor: 1.0, unit: &text[digits..], calendar: true })
    }
}

fn short_year(slots: &Slots, anchors: &Anchors) -> Option<i16> {
    let year: i16 = slots.number(Slot::ShortYear)?;
    // The century that puts it within fifty years of the document, or of the two digits' own time.
    let today = anchors.today.map_or(2000, |d| d.year());
    [1900, 2000, 2100].into_iter().map(|century| century + year).min_by_key(|y| (y - today).abs())
}

fn day(date: Date) -> Period {
    Period { value: date.to_string(), days: Some((date, date)), grain: Grain::Day }
}

fn unknown_weekday(weekday: Weekday) -> Period {
    let value = format!("XXXX-WXX-{}", weekday.to_monday_one_offset());
    Period { value, days: None, grain: Grain::Day }
}

fn month_or_day(year: Option<i16>, month: i8, of: Option<i8>) -> Option<Period> {
    let Some(year) = year else {
        // A leap year has every day.
        let day = of.map(|d| Date::new(2000, month, d).map(|_| format!("-{d:02}"))).transpose().ok()?;
        let grain = if of.is_some() { Grain::Day } else { Grain::Month };
        return Some(Period { value: format!("XXXX-{month:02}{}", day.unwrap_or_default()), days: None, grain });
    };
    if let Some(of) = of {
        return Date::new(year, month, of).ok().map(day);
    }
    let first = Date::new(year, month, 1).ok()?;
    Some(Period {
        value: format!("{year:04}-{month:02}"),
        days: Some((first, first.last_of_month())),
        grain: Grain::Month,
    })
}

fn whole_year(year: i16) -> Option<Period> {
    let days = (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?);
    Some(Period { value: format!("{year:04}"), days: Some(days), grain: Grain::Year })
}

fn decade_of(year: i16) -> Option<Period> {
    let first = year.div_euclid(10) * 10;
    let days = (Date::new(first, 1, 1).ok()?, Date::new(first + 9, 12, 31).ok()?);
    Some(Period { value: format!("{:03}", first / 10), days: Some(days), grain: Grain::Decade })
}

fn century_of(year: i16) -> Option<Period> {
    let first = year.div_euclid(100) * 100;
    let days = (Date::new(first, 1, 1).ok()?, Date::new(first + 99, 12, 31).ok()?);
    Some(Period { value: format!("{:02}", first / 100), days: Some(days), grain: Grain::Century })
}

/// A quarter (`Q`), half (`H`) or season (`S`) of a year.
fn year_part(year: Option<i16>, kind: char, which: &str) -> Option<Period> {
    let (name, grain, from, months): (String, Grain, i8, i64) = match kind {
        'S' => {
            let from = match which {
                "SP" => 3,
                "SU" => 6,
                "FA" => 9,
                "WI" => 12,
                _ => return None,
            };
            (which.to_string(), Grain::Season, from, 3)
        }
        'Q' => {
            (format!("Q{which}"), Grain::Quarter, which.parse::<i8>().ok().filter(|n| (1..=4).contains(n))? * 3 - 2, 3)
        }
        _ => {
            (format!("H{which}"), Grain::Quarter, which.parse::<i8>().ok().filter(|n| (1..=2).contains(n))? * 6 - 5, 6)
        }
    };
    let Some(year) = year else { return Some(Period { value: format!("XXXX-{name}"), days: None, grain }) };
    let first = Date::new(year, from, 1).ok()?;
    let last = first.checked_add((months - 1).months()).ok()?.last_of_month();
    Some(Period { value: format!("{year:04}-{name}"), days: Some((first, last)), grain })
}

/// The last whole quarter before a day.
fn last_quarter(today: Date) -> Option<(i16, i8)> {
    let day = today.checked_sub(3.months()).ok()?;
    Some((day.year(), (day.month() - 1) / 3 + 1))
}

/// Monday of a day's week.
fn monday(of: Date) -> Option<Date> {
    of.checked_sub(i64::from(of.weekday().to_monday_zero_offset()).days()).ok()
}

/// Farther away, in whatever unit, no calendar reaches: "four billion years ago", "12,000,000 days".
const FARTHEST: i64 = 9_999;

/// A count of units that a calendar can follow.
fn near(count: i64) -> Option<i64> {
    Some(count).filter(|n| n.abs() <= FARTHEST)
}

/// The period `count` units from a day.
fn shifted(base: Date, offset: &Offset, count: f64) -> Option<Period> {
    let by = count * offset.factor;
    let whole = near(by.trunc() as i64)?;
    match offset.unit {
        "D" | "BD" => Some(day(base.checked_add(whole.days()).ok()?)),
        // Hours away is the same day: the clock is not known.
        "H" | "MIN" | "S" | "MO" | "AF" | "EV" | "NI" => Some(day(base)),
        "W" | "WE" => {
            let monday = monday(base)?.checked_add(whole.weeks()).ok()?;
            let iso = monday.iso_week_date();
            let week = format!("{:04}-W{:02}", iso.year(), iso.week());
            let sunday = monday.checked_add(6.days()).ok()?;
            if offset.unit == "W" {
                return Some(Period { value: week, days: Some((monday, sunday)), grain: Grain::Week });
            }
            let saturday = monday.checked_add(5.days()).ok()?;
            Some(Period { value: format!("{week}-WE"), days: Some((saturday, sunday)), grain: Grain::Week })
        }
        "M" => {
            let months = whole + if by.fract() != 0.0 { by.fract().signum() as i64 } else { 0 };
            let day = base.checked_add(months.months()).ok()?;
            month_or_day(Some(day.year()), day.month(), None)
        }
        "Q" => {
            let day = base.checked_add((3 * whole).months()).ok()?;
            year_part(Some(day.year()), 'Q', &((day.month() - 1) / 3 + 1).to_string())
        }
        "Y" if offset.calendar && offset.factor == 10.0 => decade_of(base.year().checked_add(whole as i16)?),
        "Y" if offset.calendar && offset.factor == 100.0 => century_of(base.year().checked_add(whole as i16)?),
        "Y" if by.fract() != 0.0 => {
            let day = base.checked_add(((by * 12.0).round() as i64).months()).ok()?;
            month_or_day(Some(day.year()), day.month(), None)
        }
        "Y" => whole_year(base.year().checked_add(i16::try_from(whole).ok()?)?),
        _ => None,
    }
}

/// The value of a shifted period when the anchor is not known.
fn unknown(offset: &Offset) -> Period {
    let (value, grain) = match offset.unit {
        "W" => ("XXXX-WXX", Grain::Week),
        "WE" => ("XXXX-WXX-WE", Grain::Week),
        "M" => ("XXXX-XX", Grain::Month),
        "Q" => ("XXXX-QX", Grain::Quarter),
        "Y" if offset.calendar && offset.factor == 10.0 => ("XXX", Grain::Decade),
        "Y" if offset.calendar && offset.factor == 100.0 => ("XX", Grain::Century),
        "Y" => ("XXXX", Grain::Year),
        _ => ("XXXX-XX-XX", Grain::Day),
    };
    Period { value: value.to_string(), days: None, grain }
}

/// The period an amount of time away from a day, for the bounds of "the past two weeks" (`sign` -1) and "the next" (1).
pub fn counted_from(day: Date, text: &str, sign: i64) -> Option<(Date, Date)> {
    let (number, factor, unit) = amount(text)?;
    let n = sign * near((number? * factor).round() as i64)?;
    let end = match unit {
        "D" | "BD" | "NI" => day.checked_add(n.days()),
        "W" | "WE" => day.checked_add(n.weeks()),
        "M" => day.checked_add(n.months()),
        "Q" => day.checked_add((3 * n).months()),
        "Y" => day.checked_add(n.years()),
        _ => Ok(day),
    };
    end.ok().map(|end| (end, end))
}

/// The first, middle or last part of a period, in the next smaller unit that divides it.
fn part_of(period: Period, part: &str) -> Period {
    let Some((from, to)) = period.days else { return period };
    let thirds = |grain, from: Date, len: i64, of: &dyn Fn(Date, i64) -> Option<Date>, last: Date| {
        let a = of(from, len).unwrap_or(from);
        let b = of(from, 2 * len).unwrap_or(last);
        let before = |d: Date| d.yesterday().unwrap_or(d);
        let days = match part {
            "START" => (from, before(a)),
            "MID" => (a, before(b)),
            _ => (b, last),
        };
        (days, grain)
    };
    let months = |d: Date, n: i64| d.checked_add(n.months()).ok();
    let days = |d: Date, n: i64| d.checked_add(n.days()).ok();
    let (days, grain) = match period.grain {
        Grain::Century => thirds(Grain::Decade, from, 33, &|d, n| d.checked_add(n.years()).ok(), to),
        Grain::Decade => {
            let first = |y: i16| Date::new(from.year() + y, 1, 1).unwrap_or(from);
            let last = |y: i16| Date::new(from.year() + y, 12, 31).unwrap_or(to);
            let days = match part {
                "START" => (from, last(3)),
                "MID" => (first(4), last(6)),
                _ => (first(7), to),
            };
            (days, Grain::Year)
        }
        Grain::Year => thirds(Grain::Month, from, 4, &months, to),
        Grain::Quarter if (to - from).get_days() > 100 => thirds(Grain::Month, from, 2, &months, to),
        Grain::Quarter | Grain::Season => thirds(Grain::Month, from, 1, &months, to),
        Grain::Month => thirds(Grain::Day, from, 10, &days, to),
        Grain::Week => thirds(Grain::Day, from, 2, &days, to),
        Grain::Day => ((from, to), Grain::Day),
    };
    Period { value: period.value, days: Some(days), grain }
}

/// "Earlier this year": up to the document's day; "later this year": from it.
fn before_or_after(period: Period, today: Option<Date>, before: bool) -> Period {
    let (Some((from, to)), Some(today)) = (period.days, today) else { return period };
    let days = match before {
        true if today >= from && today < to => (from, today),
        false if today > from && today <= to => (today, to),
        _ => return period,
    };
    Period { days: Some(days), grain: Grain::Day, ..period }
}

// ---- feasts ----

/// A feast of a year, or the last, next or nearest one.
fn holiday(rule: &str, year: Option<i16>, which: Option<&str>, anchors: &Anchors) -> Option<Period> {
    if let Some(year) = year {
        return Some(day(feast(rule, year)?));
    }
    if rule.len() == 10 && rule.as_bytes()[4] == b'-' {
        return rule.parse().ok().map(day);
    }
    if anchors.today.is_none() {
        let fixed = rule.len() == 5 && rule.as_bytes()[2] == b'-';
        feast(rule, 2000)?;
        let value = if fixed { format!("XXXX-{rule}") } else { "XXXX-XX-XX".to_string() };
        return Some(Period { value, days: None, grain: Grain::Day });
    }
    let year = anchors.year_of_part(|y| feast(rule, y).map(|d| (d, d)), which)?;
    Some(day(feast(rule, year)?))
}

/// The first day of a feast in a year; `None` for calendars that are not computed.
fn feast(rule: &str, year: i16) -> Option<Date> {
    let rule = rule.split("..").next()?;
    if let Some(days) = rule.strip_prefix("easter") {
        return easter(year)?.checked_add(days.trim_start_matches('+').parse::<i64>().ok()?.days()).ok();
    }
    if let Some(rule) = rule.strip_prefix("nth:") {
        let (rule, more) = rule.split_once('+').unwrap_or((rule, "0"));
        let mut parts = rule.split(':').map(|p| p.parse::<i8>().ok());
        let (month, weekday, n) = (parts.next()??, parts.next()??, parts.next()??);
        let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
        let found = Date::new(year, month, 1).ok()?.nth_weekday_of_month(n, weekday).ok()?;
        return found.checked_add(more.parse::<i64>().ok()?.days()).ok();
    }
    if let Some((date, weekday)) = rule.strip_prefix("after:").and_then(|r| r.split_once(':')) {
        let (month, of) = date.split_once('-')?;
        let from = Date::new(year, month.parse().ok()?, of.parse().ok()?).ok()?;
        return from.nth_weekday(1, Weekday::from_monday_one_offset(weekday.parse().ok()?).ok()?).ok();
    }
    let (month, of) = rule.split_once('-').filter(|(month, _)| month.len() == 2)?;
    Date::new(year, month.parse().ok()?, of.parse().ok()?).ok()
}

/// Easter Sunday of the western churches (Butcher's rule for the Gregorian calendar).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn durations_are_iso() {
        for (amount, more, value) in [
            ("2*W", None, "P2W"),
            ("X*Y", None, "PXY"),
            ("30*MIN", None, "PT30M"),
            ("5.5*H", None, "PT5H30M"),
            ("1.5*Y", None, "P1Y6M"),
            ("0.5*Y", None, "P6M"),
            ("2*10Y", None, "P20Y"),
            ("1*Y", Some("3*M"), "P1Y3M"),
            ("2*D", Some("3*H"), "P2DT3H"),
        ] {
            assert_eq!(duration(amount, more).as_deref(), Some(value), "{amount}");
        }
    }

    #[test]
    fn feasts_fall_where_calendars_put_them() {
        assert_eq!(easter(2025), Some(date(2025, 4, 20)));
        assert_eq!(easter(1999), Some(date(1999, 4, 4)));
        assert_eq!(feast("nth:11:4:4", 1999), Some(date(1999, 11, 25)));
        assert_eq!(feast("nth:11:4:4+1", 2024), Some(date(2024, 11, 29)));
        assert_eq!(feast("nth:05:1:-1", 2024), Some(date(2024, 5, 27)));
        assert_eq!(feast("after:11-01:2", 2024), Some(date(2024, 11, 5)));
        assert_eq!(feast("easter-2", 2025), Some(date(2025, 4, 18)));
        assert_eq!(feast("hijri:09", 2025), None);
    }

    #[test]
    fn parts_of_periods_are_whole_months_and_days() {
        let of = |period: Period, part| part_of(period, part).days.unwrap();
        assert_eq!(of(whole_year(2024).unwrap(), "MID"), (date(2024, 5, 1), date(2024, 8, 31)));
        assert_eq!(of(whole_year(2024).unwrap(), "END"), (date(2024, 9, 1), date(2024, 12, 31)));
        assert_eq!(of(month_or_day(Some(2024), 2, None).unwrap(), "END"), (date(2024, 2, 21), date(2024, 2, 29)));
        assert_eq!(of(decade_of(1997).unwrap(), "START"), (date(1990, 1, 1), date(1993, 12, 31)));
    }
}
