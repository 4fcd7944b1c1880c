//! Actors and agents: whom a noun phrase names on a day.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Line;
use super::phrase::{Word, words};
use super::read::{Text, bracket};
use crate::knowledge::KnowledgeError;

/// A phrase of the actor dictionary.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its words.
    pub words: Vec<Word>,
    /// Index of what it stands for.
    pub what: usize,
    /// Where it stands.
    pub at: Line,
}

/// Whom an actor's phrases stand for, by date.
#[derive(Debug, Clone, Default)]
struct Record {
    /// In the order of the file; the first that holds is taken.
    dated: Vec<(Bound, String, Line)>,
    default: Option<(String, Line)>,
}

/// Days as YYYYMMDD, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    from: u32,
    until: u32,
}

/// An agent's code, before or after the actor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCode {
    /// The code without its `~`.
    pub code: String,
    /// True for `CODE~`, which stands before the actor's.
    pub before: bool,
}

/// The actor and agent dictionaries.
#[derive(Debug, Default)]
pub struct Actors {
    records: Vec<Record>,
    agent_codes: Vec<AgentCode>,
    actors: HashMap<String, Vec<Entry>>,
    agents: HashMap<String, Vec<Entry>>,
}

/// Two-digit years above this are of the 20th century, as PETRARCH takes them.
const PIVOT: u32 = 30;

impl Actors {
    /// How many phrases name actors.
    pub fn actors(&self) -> usize {
        self.actors.values().map(Vec::len).sum()
    }

    /// How many phrases name agents.
    pub fn agents(&self) -> usize {
        self.agents.values().map(Vec::len).sum()
    }

    /// Phrases of actors whose first word this is.
    pub fn actors_from(&self, first: &str) -> &[Entry] {
        self.actors.get(first).map_or(&[], Vec::as_slice)
    }

    /// Phrases of agents whose first word this is.
    pub fn agents_from(&self, first: &str) -> &[Entry] {
        self.agents.get(first).map_or(&[], Vec::as_slice)
    }

    /// The code of an actor on a day, with the line it stands in: the first dated one that holds, else the default one.
    /// `None` where there is neither.
    pub fn code(&self, what: usize, on: Option<Date>) -> Option<(&str, &Line)> {
        let record = &self.records[what];
        let day = on.map(|d| d.year() as u32 * 10_000 + d.month() as u32 * 100 + d.day() as u32);
        let dated = day.and_then(|day| record.dated.iter().find(|(b, ..)| b.from <= day && day <= b.until));
        dated
            .map(|(_, code, at)| (code.as_str(), at))
            .or_else(|| record.default.as_ref().map(|(c, at)| (c.as_str(), at)))
    }

    /// The code of an agent.
    pub fn agent_code(&self, what: usize) -> &AgentCode {
        &self.agent_codes[what]
    }

    /// Reads an actor dictionary: primary phrases, `+` synonyms, dated codes after a tab.
    pub fn read_actors(&mut self, lines: &[Text], found: &mut Vec<KnowledgeError>) {
        let mut current: Option<usize> = None;
        for line in lines {
            let text = line.text;
            let (phrase, code) = match bracket(line) {
                Ok(parts) => parts,
                Err(problem) => {
                    found.push(problem);
                    continue;
                }
            };
            let restriction = text.starts_with(char::is_whitespace) || phrase.is_empty();
            if restriction {
                let Some(record) = current else {
                    found.push(line.at.error("a date restriction before any actor"));
                    continue;
                };
                match code
                    .ok_or_else(|| "expected [CODE <DATE], [CODE >DATE], [CODE DATE-DATE] or [CODE]".to_string())
                    .and_then(restricted)
                {
                    Ok((code, Some(bound))) => self.records[record].dated.push((bound, code, line.at.clone())),
                    Ok((code, None)) => self.records[record].default = Some((code, line.at.clone())),
                    Err(problem) => found.push(line.at.error(problem)),
                }
                continue;
            }
            let (phrase, synonym) = phrase.strip_prefix('+').map_or((phrase, false), |rest| (rest, true));
            if synonym && current.is_none() {
                found.push(line.at.error("a synonym before any actor"));
                continue;
            }
            if !synonym {
                self.records.push(Record::default());
            }
            let record = self.records.len() - 1;
            current = Some(record);
            // A code may carry its restriction in the line of the phrase, as TABARI writes it.
            match code.map(restricted) {
                Some(Ok((code, Some(bound)))) => self.records[record].dated.push((bound, code, line.at.clone())),
                Some(Ok((code, None))) => self.records[record].default = Some((code, line.at.clone())),
                Some(Err(problem)) => found.push(line.at.error(problem)),
                None => {}
            }
            let words = words(phrase);
            match words.first() {
                Some(first) => {
                    let entry = Entry { words: words.clone(), what: record, at: line.at.clone() };
                    self.actors.entry(first.text.clone()).or_default().push(entry);
                }
                None => found.push(line.at.error(format!("`{phrase}` has no word"))),
            }
        }
    }

    /// Reads an agent dictionary: phrases with their plurals and codes, and substitutions such as `!PERSON! = MAN, MEN`.
    pub fn read_agents(&mut self, lines: &[Text], found: &mut Vec<KnowledgeError>) {
        let mut substitutions: HashMap<String, Vec<String>> = HashMap::new();
        for line in lines {
            let text = line.text.trim();
            if let Some((marker, list)) = text.split_once('=').filter(|_| text.starts_with('!')) {
                let items = list.split(',').map(|item| item.trim().to_string()).filter(|i| !i.is_empty()).collect();
                substitutions.insert(marker.trim().to_string(), items);
                continue;
            }
            match agent(line, &substitutions) {
                Ok((phrases, code)) => {
                    let what = self.agent_codes.len();
                    self.agent_codes.push(code);
                    for phrase in phrases {
                        let words = words(&phrase);
                        if let Some(first) = words.first() {
                            let entry = Entry { words: words.clone(), what, at: line.at.clone() };
                            self.agents.entry(first.text.clone()).or_default().push(entry);
                        }
                    }
                }
                Err(problem) => found.push(problem),
            }
        }
    }
}

/// `CODE`, `CODE <DATE`, `CODE >DATE`, `CODE DATE-DATE`.
fn restricted(text: &str) -> Result<(String, Option<Bound>), String> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_whitespace() || c == '<' || c == '>').unwrap_or(text.len());
    let (code, rest) = (&text[..end], text[end..].split_whitespace().collect::<String>());
    if code.is_empty() {
        return Err("the brackets hold no code, expected [CODE]".to_string());
    }
    if rest.is_empty() {
        return Ok((code.to_string(), None));
    }
    let bound = if let Some(day) = rest.strip_prefix('<') {
        // "<950630>" is written too.
        Bound { from: 0, until: date(day.trim_end_matches('>'))? }
    } else if let Some(day) = rest.strip_prefix('>') {
        Bound { from: date(day)?, until: u32::MAX }
    } else if let Some((from, until)) = rest.split_once('-') {
        Bound { from: date(from)?, until: date(until)? }
    } else {
        return Err(format!("`{rest}` is no restriction, expected <DATE, >DATE or DATE-DATE"));
    };
    if bound.from > bound.until {
        return Err(format!("`{rest}` ends before it begins"));
    }
    Ok((code.to_string(), Some(bound)))
}

/// YYYYMMDD or YYMMDD as a number that sorts.
fn date(text: &str) -> Result<u32, String> {
    let bad = || format!("`{text}` is no date, expected YYYYMMDD or YYMMDD");
    let digits: u32 =
        if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().map_err(|_| bad())? } else { return Err(bad()) };
    let day = match text.len() {
        8 => digits,
        6 if digits / 10_000 > PIVOT => 19_000_000 + digits,
        6 => 20_000_000 + digits,
        _ => return Err(bad()),
    };
    let (month, of_month) = (day / 100 % 100, day % 100);
    if (1..=12).contains(&month) && (1..=31).contains(&of_month) { Ok(day) } else { Err(bad()) }
}

/// The phrases of an agent, singular and plural, and its code.
fn agent(
    line: &Text,
    substitutions: &HashMap<String, Vec<String>>,
) -> Result<(Vec<String>, AgentCode), KnowledgeError> {
    let (phrase, code) = bracket(line)?;
    let code = code.map(str::trim).unwrap_or_default();
    let code = match (code.strip_prefix('~'), code.strip_suffix('~')) {
        (Some(after), None) if !after.trim().is_empty() => AgentCode { code: after.trim().to_string(), before: false },
        (None, Some(before)) if !before.trim().is_empty() => {
            AgentCode { code: before.trim().to_string(), before: true }
        }
        _ => return Err(line.at.error(format!("`{code}` is no code of an agent, expected [~CODE] or [CODE~]"))),
    };
    let (phrase, plural) = match phrase.split_once('{') {
        None => (phrase, None),
        Some((phrase, rest)) => match rest.split_once('}') {
            Some((plural, _)) => (phrase.trim(), Some(plural.trim())),
            None => return Err(line.at.error("a brace is not closed, expected {PLURAL} or {}")),
        },
    };
    if words(phrase).is_empty() {
        return Err(line.at.error("the code has no phrase, expected: PHRASE {PLURAL} [~CODE]"));
    }
    if let Some((before, rest)) = phrase.split_once('!') {
        let Some((marker, after)) = rest.split_once('!') else {
            return Err(line.at.error("a substitution is not closed, expected !MARKER!"));
        };
        let Some(items) = substitutions.get(&format!("!{marker}!")) else {
            return Err(line.at.error(format!("!{marker}! is not defined above, expected: !{marker}! = WORD, WORD")));
        };
        // Items carry their own plurals.
        return Ok((items.iter().map(|item| format!("{before}{item}{after}")).collect(), code));
    }
    let mut phrases = vec![phrase.to_string()];
    match plural {
        None => phrases.push(super::verb::plural(phrase)),
        Some("") => {}
        Some(plural) => phrases.push(plural.to_string()),
    }
    Ok((phrases, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Text<'_>> {
        text.lines()
            .enumerate()
            .map(|(n, text)| Text { text, at: Line { file: "x".into(), line: n as u32 + 1 } })
            .collect()
    }

    fn on(actors: &Actors, name: &str, day: i16) -> Option<String> {
        let what = actors.actors_from(name)[0].what;
        actors.code(what, Some(jiff::civil::date(day, 6, 15))).map(|(code, _)| code.to_string())
    }

    #[test]
    fn dates_are_tried_in_order_before_the_default() {
        let mut actors = Actors::default();
        let mut found = Vec::new();
        let text =
            "THEODEN [ROH]\n+EOMER\n\t[ROHELI <900101]\n\t[ROHGOV 19950101 - 19991231]\n\t[ROHREB 19980101-20051231]";
        actors.read_actors(&lines(text), &mut found);
        assert_eq!(found, []);
        let codes = [1980, 1992, 1998, 2003, 2020].map(|year| on(&actors, "EOMER", year).unwrap());
        assert_eq!(codes, ["ROHELI", "ROH", "ROHGOV", "ROHREB", "ROH"]);
    }

    #[test]
    fn an_actor_out_of_its_dates_has_no_code() {
        let mut actors = Actors::default();
        actors.read_actors(&lines("EOMER\n\t[ROHELI >20100101]"), &mut Vec::new());
        assert_eq!(on(&actors, "EOMER", 2005), None);
    }

    #[test]
    fn bad_lines_are_named_and_the_rest_is_read() {
        let mut actors = Actors::default();
        let mut found = Vec::new();
        actors.read_actors(
            &lines("+X\nY [A\nZ [B 20201301-20210101]\n\t[C 2020]\nW [D 20200101-20190101]\nV [E]"),
            &mut found,
        );
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 5, "{told:#?}");
        assert!(told[0].starts_with("x:1: a synonym before"));
        assert!(told[4].ends_with("`20200101-20190101` ends before it begins"));
        assert_eq!(on(&actors, "V", 2000).as_deref(), Some("E"));
    }

    #[test]
    fn agents_have_plurals_and_substitutions() {
        let mut actors = Actors::default();
        let mut found = Vec::new();
        let text = "!PERSON! = MAN, WOMEN\nDEPUTY [~LEG]\nPOLICE {} [~COP]\nATTORNEY_GENERAL {ATTORNEYS_GENERAL} [~JUD]\nCONGRESS!PERSON! [~LEG]\nBODY [NGO~]\nX!Y! [~Z]\nW [Q]";
        actors.read_agents(&lines(text), &mut found);
        for (word, n) in [("DEPUTIES", 1), ("POLICES", 0), ("ATTORNEYS", 1), ("CONGRESSWOMEN", 1), ("CONGRESSMANS", 0)]
        {
            assert_eq!(actors.agents_from(word).len(), n, "{word}");
        }
        assert!(actors.agent_code(actors.agents_from("BODIES")[0].what).before);
        assert_eq!(found.len(), 2);
    }
}
