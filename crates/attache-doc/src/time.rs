//! When something happened or is to happen: bounds, grain, and what they rest on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How fine a time expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Season,
    Year,
    Decade,
    Century,
}

/// What a date rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The text gives the date itself.
    Stated,
    /// Reckoned from a relative expression ("last month") and another date.
    Relative,
    /// The date of the dateline.
    Dateline,
    /// No date in the text: the day of publication bounds it.
    Published,
    /// Nothing is known.
    None,
}

/// A time with open bounds where the text leaves them open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct When {
    /// First day it can be; `None` is open.
    pub earliest: Option<Date>,
    /// Last day it can be; `None` is open.
    pub latest: Option<Date>,
    /// How fine the expression is; `None` when nothing is known.
    pub grain: Option<Grain>,
    /// What it rests on.
    pub basis: Basis,
    /// False when the text itself calls the date tentative ("expected", "no firm date").
    pub firm: bool,
    /// The exact words, when there are any.
    pub span: Option<crate::Span>,
}

/// What kind of time an expression names: TIMEX3's types, and the interval that two expressions make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TimeType {
    /// A day, or anything longer that has a place in the calendar.
    Date,
    /// A time or part of a day.
    Time,
    /// An amount of time.
    Duration,
    /// Times that repeat.
    Set,
    /// From one expression to another: no TIMEX3 of its own.
    Interval,
}

impl TimeType {
    /// The type as TIMEX3 spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            TimeType::Date => "DATE",
            TimeType::Time => "TIME",
            TimeType::Duration => "DURATION",
            TimeType::Set => "SET",
            TimeType::Interval => "INTERVAL",
        }
    }
}

/// A time expression.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMention {
    /// Its words.
    pub span: crate::Span,
    /// What kind of time it names.
    pub kind: TimeType,
    /// The value as TIMEX3 writes it; for an interval the values of its ends with a stroke between them. X stands for what is not known.
    pub value: String,
    /// TIMEX3's modifier: START, MID, END, APPROX, LESS_THAN, …
    pub modifier: Option<String>,
    /// Bounds, grain and basis of the expression by itself; open where no day is known to reckon from.
    pub when: When,
    /// Reckoned from the document's day.
    pub of_document: bool,
    /// The expression it is reckoned from, by index into the times of the coding.
    pub anchor: Option<u32>,
    /// The two ends of an interval, by index into the times of the coding.
    pub ends: Option<(u32, u32)>,
    /// Why.
    pub because: Vec<crate::Reason>,
}

impl TimeMention {
    /// The time in EDTF, with `~` when the words call it approximate; `None` when it has no bounds.
    pub fn edtf(&self) -> Option<String> {
        let plain = self.when.edtf()?;
        let approximate = self.modifier.as_deref() == Some("APPROX") && !plain.contains('/');
        Some(if approximate { plain + "~" } else { plain })
    }
}

impl When {
    /// A time of which nothing is known.
    pub fn unknown() -> When {
        When { earliest: None, latest: None, grain: None, basis: Basis::None, firm: true, span: None }
    }

    /// The time in EDTF (ISO 8601-2): `2021`, `2025-09/2025-10`, `../2025-08-26`; `None` when both bounds are open.
    pub fn edtf(&self) -> Option<String> {
        let (earliest, latest) = (self.earliest, self.latest);
        if earliest.is_none() && latest.is_none() {
            return None;
        }
        let grain = self.grain.unwrap_or(Grain::Day);
        if let (Some(a), Some(b)) = (earliest, latest) {
            let whole_year = a.month() == 1 && a.day() == 1 && b.month() == 12 && b.day() == 31;
            let month_end = b == b.last_of_month();
            if a == b {
                return Some(a.to_string());
            }
            if grain >= Grain::Year && whole_year {
                return Some(if a.year() == b.year() {
                    format!("{:04}", a.year())
                } else {
                    format!("{:04}/{:04}", a.year(), b.year())
                });
            }
            if grain == Grain::Month && a.day() == 1 && month_end {
                let (from, to) = (month(a), month(b));
                return Some(if from == to { from } else { format!("{from}/{to}") });
            }
            return Some(format!("{a}/{b}"));
        }
        let side = |date: Option<Date>| match date {
            None => "..".to_string(),
            Some(d) => match grain {
                Grain::Month => month(d),
                g if g >= Grain::Year => format!("{:04}", d.year()),
                _ => d.to_string(),
            },
        };
        Some(format!("{}/{}", side(earliest), side(latest)))
    }
}

fn month(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn when(earliest: Option<Date>, latest: Option<Date>, grain: Grain) -> Option<String> {
        When { earliest, latest, grain: Some(grain), ..When::unknown() }.edtf()
    }

    #[test]
    fn edtf_keeps_the_grain_and_the_open_ends() {
        assert_eq!(when(Some(date(2021, 1, 1)), Some(date(2021, 12, 31)), Grain::Year).unwrap(), "2021");
        assert_eq!(when(Some(date(2025, 9, 1)), Some(date(2025, 10, 31)), Grain::Month).unwrap(), "2025-09/2025-10");
        assert_eq!(when(None, Some(date(2025, 8, 26)), Grain::Day).unwrap(), "../2025-08-26");
        assert_eq!(when(Some(date(2021, 1, 1)), None, Grain::Year).unwrap(), "2021/..");
        assert_eq!(When::unknown().edtf(), None);
    }
}
