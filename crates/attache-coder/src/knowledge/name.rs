//! Names of actors and places, and the index that finds them in text.
//!
//! Names are compared as sequences of atoms: runs of letters and digits, lower case, without accents, periods and
//! hyphens, so that "al-Qaeda", "Al Qaeda" and "U.N.", "UN" meet. Short all-capital names must be capital in the text,
//! so that "us" is not the United States.

use std::collections::HashMap;

use jiff::civil::{Date, date};
use unicode_normalization::UnicodeNormalization;

use super::Source;
use super::table::{KnowledgeError, Row, Tables, list};

type Result<T> = std::result::Result<T, KnowledgeError>;

/// A state or territory.
#[derive(Debug, Clone)]
pub struct State {
    pub key: String,
    pub name: String,
    pub kind: String,
    pub iso3: String,
    pub wikidata: String,
    pub sectors: Vec<String>,
    pub source: Source,
}

/// A named body: organ, organisation, group, party, outlet, company.
#[derive(Debug, Clone)]
pub struct Institution {
    pub key: String,
    pub name: String,
    pub kind: String,
    pub country: Option<String>,
    pub sectors: Vec<String>,
    pub parent: Option<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub wikidata: String,
    pub source: Source,
}

/// A dated office of a person.
#[derive(Debug, Clone)]
pub struct Person {
    pub key: String,
    pub name: String,
    pub office: String,
    pub country: Option<String>,
    pub sectors: Vec<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub org: Option<String>,
    pub wikidata: String,
    pub source: Source,
}

/// A generic organ noun ("foreign ministry").
#[derive(Debug, Clone)]
pub struct Organ {
    pub suffix: String,
    pub kind: String,
    pub sectors: Vec<String>,
    pub source: Source,
}

/// A generic office noun ("foreign minister").
#[derive(Debug, Clone)]
pub struct Office {
    pub office: String,
    pub sectors: Vec<String>,
    pub source: Source,
}

/// An agent noun ("protesters").
#[derive(Debug, Clone)]
pub struct Agent {
    pub noun: String,
    pub plural: bool,
    pub sectors: Vec<String>,
    pub source: Source,
}

/// A city of the gazetteer.
#[derive(Debug, Clone)]
pub struct City {
    pub geonames: u32,
    pub name: String,
    pub country: String,
    pub lat: f64,
    pub lon: f64,
    pub population: u32,
    pub source: Source,
}

/// A region with the countries it lies in.
#[derive(Debug, Clone)]
pub struct Region {
    pub name: String,
    pub countries: Vec<String>,
    pub source: Source,
}

/// What a name can refer to; indices into the lists of [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRef {
    State(u32),
    Demonym(u32),
    Capital(u32),
    Institution(u32),
    Person(u32),
    Organ(u32),
    Office(u32),
    Agent(u32),
    City(u32),
    Region(u32),
}

#[derive(Debug)]
struct Entry {
    atoms: Box<[Box<str>]>,
    /// The name is short and all capitals: the text must write it so too.
    capitals: bool,
    /// The name is a proper one: its first letter must be upper case in the text.
    proper: bool,
    what: NameRef,
}

/// All names, with an index by first atom.
#[derive(Debug, Default)]
pub struct Names {
    pub states: Vec<State>,
    pub institutions: Vec<Institution>,
    pub people: Vec<Person>,
    pub organs: Vec<Organ>,
    pub offices: Vec<Office>,
    pub agents: Vec<Agent>,
    pub cities: Vec<City>,
    pub regions: Vec<Region>,
    /// Coordinates of countries by ISO code.
    pub countries: HashMap<String, (f64, f64)>,
    index: HashMap<Box<str>, Vec<Entry>>,
    /// Lists by key, for parents and composed keys.
    pub institution_keys: HashMap<String, Vec<u32>>,
    pub state_keys: HashMap<String, u32>,
    pub iso: HashMap<String, u32>,
}

/// An atom of a text with the token it stands in.
#[derive(Debug, Clone)]
pub struct Atom {
    pub text: Box<str>,
    /// Index of the token, as the caller counts.
    pub token: u32,
    /// First and last atom of their token.
    pub first: bool,
    pub last: bool,
    /// The letters are all upper case (and there are some).
    pub upper: bool,
    /// The first letter is upper case.
    pub capital: bool,
}

/// Splits a word into atoms.
pub fn atoms(word: &str, token: u32, out: &mut Vec<Atom>) {
    let start = out.len();
    let mut run = String::new();
    let (mut upper, mut capital, mut letters) = (true, false, 0);
    let mut flush = |run: &mut String, upper: &mut bool, capital: &mut bool, letters: &mut i32| {
        if !run.is_empty() {
            out.push(Atom {
                text: run.as_str().into(),
                token,
                first: false,
                last: false,
                upper: *upper && *letters > 0,
                capital: *capital,
            });
        }
        run.clear();
        (*upper, *capital, *letters) = (true, false, 0);
    };
    // A possessive ending is a word of its own in the text, so it is one in the tables too ("People's Republic").
    let plain = word.replace('’', "'");
    let spaced = plain.strip_suffix("'s").filter(|w| !w.is_empty()).map_or(plain.clone(), |w| format!("{w} s"));
    let spaced = spaced.replace("'s ", " s ");
    for c in spaced.nfd() {
        if c.is_alphanumeric() {
            if c.is_alphabetic() {
                letters += 1;
                upper &= c.is_uppercase();
                capital |= run.is_empty() && c.is_uppercase();
            }
            run.extend(c.to_lowercase());
        } else if matches!(c, '-' | '–' | '—' | '/' | ' ' | '\u{a0}') {
            flush(&mut run, &mut upper, &mut capital, &mut letters);
        } else if c == '&' {
            flush(&mut run, &mut upper, &mut capital, &mut letters);
            run.push('&');
        }
        // Periods, apostrophes and combining marks join what they stand between.
    }
    flush(&mut run, &mut upper, &mut capital, &mut letters);
    if out.len() > start {
        out[start].first = true;
        out.last_mut().expect("just pushed").last = true;
    }
}

/// A partial ISO date as its first day.
fn day(row: &Row, cell: &str) -> Result<Option<Date>> {
    if cell.is_empty() {
        return Ok(None);
    }
    let bad = || row.error(format!("`{cell}` is no date: expected YYYY, YYYY-MM or YYYY-MM-DD"));
    let parts: Vec<i16> = cell.split('-').map(|p| p.parse().map_err(|_| bad())).collect::<Result<_>>()?;
    let made = match parts[..] {
        [y] => Date::new(y, 1, 1).ok(),
        [y, m] => Date::new(y, m as i8, 1).ok(),
        [y, m, d] => Date::new(y, m as i8, d as i8).ok(),
        _ => None,
    };
    made.map(Some).ok_or_else(bad)
}

/// An empty cell as `None`.
fn optional(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_string())
}

fn sectors(cell: &str) -> Vec<String> {
    list(cell).map(str::to_string).collect()
}

impl Names {
    pub(super) fn read(tables: &mut Tables) -> Names {
        let mut names = Names::default();
        tables.each("actors/states.tsv", |row| {
            let [key, name, kind, iso3, wikidata, all, demonyms, capital, _, sector, _, _] = row.cells();
            let at = names.states.len() as u32;
            names.states.push(State {
                key: key.to_string(),
                name: name.to_string(),
                kind: kind.to_string(),
                iso3: iso3.to_string(),
                wikidata: wikidata.to_string(),
                sectors: sectors(sector),
                source: Source { file: row.file.clone(), line: row.line },
            });
            names.state_keys.insert(key.to_string(), at);
            names.iso.insert(iso3.to_string(), at);
            names.add(name, NameRef::State(at), true);
            list(all).for_each(|n| names.add(n, NameRef::State(at), true));
            list(demonyms).for_each(|n| names.add(n, NameRef::Demonym(at), true));
            list(capital).for_each(|n| names.add(n, NameRef::Capital(at), true));
            Ok(())
        });
        tables.each("actors/institutions.tsv", |row| {
            let [key, name, all, kind, country, sector, parent, from, until, wikidata] = row.cells();
            let at = names.institutions.len() as u32;
            names.institutions.push(Institution {
                key: key.to_string(),
                name: name.to_string(),
                kind: kind.to_string(),
                country: optional(country),
                sectors: sectors(sector),
                parent: optional(parent),
                from: day(row, from)?,
                until: day(row, until)?,
                wikidata: wikidata.to_string(),
                source: Source { file: row.file.clone(), line: row.line },
            });
            names.institution_keys.entry(key.to_string()).or_default().push(at);
            names.add(name, NameRef::Institution(at), true);
            list(all).for_each(|n| names.add(n, NameRef::Institution(at), true));
            Ok(())
        });
        tables.each("actors/people.tsv", |row| {
            let [key, name, aliases, office, country, sector, from, until, org, wikidata, _] = row.cells();
            let at = names.people.len() as u32;
            names.people.push(Person {
                key: key.to_string(),
                name: name.to_string(),
                office: office.to_string(),
                country: optional(country),
                sectors: sectors(sector),
                from: day(row, from)?,
                until: day(row, until)?,
                org: optional(org),
                wikidata: wikidata.to_string(),
                source: Source { file: row.file.clone(), line: row.line },
            });
            names.add(name, NameRef::Person(at), true);
            list(aliases).for_each(|n| names.add(n, NameRef::Person(at), true));
            Ok(())
        });
        tables.each("actors/organs.tsv", |row| {
            let [nouns, suffix, kind, sector] = row.cells();
            for noun in list(nouns) {
                let at = names.organs.len() as u32;
                names.organs.push(Organ {
                    suffix: suffix.to_string(),
                    kind: kind.to_string(),
                    sectors: sectors(sector),
                    source: Source { file: row.file.clone(), line: row.line },
                });
                names.add(noun, NameRef::Organ(at), false);
            }
            Ok(())
        });
        tables.each("actors/offices.tsv", |row| {
            let [nouns, office, sector, _] = row.cells();
            for noun in list(nouns) {
                let at = names.offices.len() as u32;
                names.offices.push(Office {
                    office: office.to_string(),
                    sectors: sectors(sector),
                    source: Source { file: row.file.clone(), line: row.line },
                });
                names.add(noun, NameRef::Office(at), false);
            }
            Ok(())
        });
        tables.each("actors/agents.tsv", |row| {
            let [nouns, number, sector, kind] = row.cells();
            // Things ("governance", "aid") carry a sector but do nothing.
            if kind == "thing" {
                return Ok(());
            }
            for noun in list(nouns) {
                let at = names.agents.len() as u32;
                names.agents.push(Agent {
                    noun: noun.to_string(),
                    plural: number.starts_with("pl"),
                    sectors: sectors(sector),
                    source: Source { file: row.file.clone(), line: row.line },
                });
                names.add(noun, NameRef::Agent(at), false);
            }
            Ok(())
        });
        tables.each("places/countries.tsv", |row| {
            let lat = row.number(2)?.unwrap_or_default();
            let lon = row.number(3)?.unwrap_or_default();
            names.countries.insert(row.cell(0).to_string(), (lat, lon));
            Ok(())
        });
        tables.each("places/regions.tsv", |row| {
            let [name, all, countries] = row.cells();
            let at = names.regions.len() as u32;
            names.regions.push(Region {
                name: name.to_string(),
                countries: list(countries).map(str::to_string).collect(),
                source: Source { file: row.file.clone(), line: row.line },
            });
            names.add(name, NameRef::Region(at), true);
            list(all).for_each(|n| names.add(n, NameRef::Region(at), true));
            Ok(())
        });
        tables.each("places/cities.tsv", |row| {
            let [id, name, alternates, iso3, _, _, _, _] = row.cells();
            let at = names.cities.len() as u32;
            names.cities.push(City {
                geonames: id.parse().map_err(|_| row.error(format!("`{id}` is no GeoNames id")))?,
                name: name.to_string(),
                country: iso3.to_string(),
                lat: row.number(5)?.unwrap_or_default(),
                lon: row.number(6)?.unwrap_or_default(),
                population: row.number(7)?.unwrap_or_default() as u32,
                source: Source { file: row.file.clone(), line: row.line },
            });
            names.add(name, NameRef::City(at), true);
            list(alternates).for_each(|n| names.add(n, NameRef::City(at), true));
            Ok(())
        });
        names
    }

    fn add(&mut self, name: &str, what: NameRef, proper: bool) {
        let mut found = Vec::new();
        atoms(name, 0, &mut found);
        if proper && found.first().is_some_and(|a| &*a.text == "the") && found.len() > 1 {
            found.remove(0);
        }
        let Some(first) = found.first() else { return };
        let letters: usize = found.iter().map(|a| a.text.chars().count()).sum();
        let capitals = proper && letters <= 4 && found.iter().all(|a| a.upper);
        let key = first.text.clone();
        let atoms: Box<[Box<str>]> = found.into_iter().map(|a| a.text).collect();
        let entries = self.index.entry(key).or_default();
        if !entries.iter().any(|e| e.what == what && e.atoms == atoms) {
            entries.push(Entry { atoms, capitals, proper, what });
        }
    }

    /// The longest names that start at atom `at`, with their length in atoms. `shouting` text (all capitals) carries no
    /// case to go by.
    pub fn longest(
        &self,
        text: &[Atom],
        at: usize,
        shouting: bool,
        accept: &dyn Fn(NameRef) -> bool,
    ) -> Option<(usize, Vec<NameRef>)> {
        let first = &text[at];
        if !first.first {
            return None;
        }
        let mut best = 0;
        let mut found = Vec::new();
        for entry in self.index.get(&*first.text)? {
            let n = entry.atoms.len();
            if n < best || at + n > text.len() || !accept(entry.what) {
                continue;
            }
            let run = &text[at..at + n];
            let matches = run.iter().zip(&entry.atoms).all(|(a, b)| a.text == *b)
                && run[n - 1].last
                && (shouting || !entry.capitals || run.iter().all(|a| a.upper))
                && (shouting || !entry.proper || first.capital || first.text.chars().all(|c| c.is_numeric()));
            if matches {
                if n > best {
                    best = n;
                    found.clear();
                }
                found.push(entry.what);
            }
        }
        (best > 0).then_some((best, found))
    }

    /// The row of an institution that holds on a date: the dated row that covers it, else the latest.
    pub fn institution_on(&self, key: &str, on: Option<Date>) -> Option<&Institution> {
        let rows = self.institution_keys.get(key)?;
        let all = rows.iter().map(|&i| &self.institutions[i as usize]);
        on.and_then(|d| all.clone().find(|r| covers(r.from, r.until, d)))
            .or_else(|| all.max_by_key(|r| r.from.unwrap_or(date(1, 1, 1))))
    }

    /// The office row of a person among `rows` that holds on a date: covering it, else the last that began before it,
    /// else the first.
    pub fn office_on(&self, rows: &[u32], on: Option<Date>) -> Option<(u32, bool)> {
        let row = |i: u32| &self.people[i as usize];
        let begins = |i: &u32| row(*i).from.unwrap_or(date(1, 1, 1));
        let Some(day) = on else { return rows.iter().copied().max_by_key(begins).map(|i| (i, true)) };
        if let Some(i) = rows.iter().copied().filter(|&i| covers(row(i).from, row(i).until, day)).max_by_key(begins) {
            return Some((i, true));
        }
        let before = rows.iter().copied().filter(|i| begins(i) <= day).max_by_key(begins);
        before.or_else(|| rows.iter().copied().min_by_key(begins)).map(|i| (i, false))
    }
}

/// `until` is the first day on which it no longer holds.
fn covers(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|f| f <= day) && until.is_none_or(|u| day < u)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(word: &str) -> Vec<String> {
        let mut out = Vec::new();
        atoms(word, 0, &mut out);
        out.iter().map(|a| a.text.to_string()).collect()
    }

    #[test]
    fn atoms_fold_what_writers_vary() {
        assert_eq!(texts("al-Qaeda"), ["al", "qaeda"]);
        assert_eq!(texts("U.N."), ["un"]);
        assert_eq!(texts("Élysée"), ["elysee"]);
        assert_eq!(texts("—"), Vec::<String>::new());
        assert_eq!(texts("People's Republic"), ["people", "s", "republic"]);
        assert_eq!(texts("'s"), ["s"]);
    }
}
