//! One name for another: surnames, initials, short forms of bodies and their acronyms.

use std::collections::HashMap;

use attache_doc::{PartyIx, TokenIx, Upos};

use crate::knowledge::Knowledge;
use crate::tree::Tree;

/// The names that a document has given persons and bodies that the tables do not know.
#[derive(Debug, Default)]
pub struct Names {
    given: Vec<Given>,
    /// Names by their first and their last word, and by their initials.
    by_word: HashMap<String, Vec<u32>>,
}

/// A name as the text gave it, in lower case, without titles and legal forms.
#[derive(Debug)]
struct Given {
    party: PartyIx,
    sort: Sort,
    words: Vec<String>,
}

/// What bears a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Somebody.
    Person,
    /// A body.
    Body,
}

/// How many names with a word in common are compared, the latest first: texts of news have a few, and garbled input must not
/// cost more than its length.
const MOST_NAMESAKES: usize = 64;

/// How well two names fit each other, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// "Jane" for "Jane Doe": only when nobody else is called so.
    Loose,
    /// "Doe", "J. Doe" for "Jane Doe".
    Short,
    /// The same words.
    Same,
}

impl Names {
    /// Records that a party bears a name.
    pub fn give(&mut self, party: PartyIx, sort: Sort, words: Vec<String>) {
        let (Some(first), Some(last)) = (words.first().cloned(), words.last().cloned()) else { return };
        let known = self.namesakes(&last).any(|i| {
            let given = &self.given[i as usize];
            given.party == party && given.words == words
        });
        if known {
            return;
        }
        let mut keys = vec![first, last];
        keys.extend((sort == Sort::Body && words.len() > 1).then(|| initials(&words)));
        keys.dedup();
        let i = self.given.len() as u32;
        for key in keys {
            self.by_word.entry(key).or_default().push(i);
        }
        self.given.push(Given { party, sort, words });
    }

    /// The party that a name is for, among those whose names it fits; of several equally good ones, the greatest by
    /// `weight`. None when only first names agree and several parties have them.
    pub fn bearer(&self, sort: Sort, words: &[String], weight: &dyn Fn(PartyIx) -> Option<u32>) -> Option<PartyIx> {
        let mut keys: Vec<String> = words.first().into_iter().chain(words.last()).cloned().collect();
        keys.extend((sort == Sort::Body && words.len() > 1).then(|| initials(words)));
        keys.dedup();
        let mut found: Vec<(Fit, u32, PartyIx)> = Vec::new();
        for i in keys.iter().flat_map(|key| self.namesakes(key)) {
            let given = &self.given[i as usize];
            if given.sort != sort || found.iter().any(|f| f.2 == given.party && f.0 == Fit::Same) {
                continue;
            }
            let fit = match sort {
                Sort::Person => same_person(words, &given.words),
                Sort::Body => same_body(words, &given.words),
            };
            if let (Some(fit), Some(weight)) = (fit, weight(given.party)) {
                found.push((fit, weight, given.party));
            }
        }
        let best = *found.iter().max()?;
        let unsure = best.0 == Fit::Loose && found.iter().any(|f| f.2 != best.2);
        (!unsure).then_some(best.2)
    }

    /// The latest names with a word in common.
    fn namesakes(&self, word: &str) -> impl Iterator<Item = u32> {
        self.by_word.get(word).into_iter().flat_map(|all| all.iter().rev().take(MOST_NAMESAKES).copied())
    }

    /// Lets every name of `from` be one of `into`.
    pub fn merge(&mut self, from: PartyIx, into: PartyIx) {
        for given in self.given.iter_mut().filter(|given| given.party == from) {
            given.party = into;
        }
    }
}

/// The words of a name that tell whom it means: without titles, marks, and what is written behind names.
pub fn telling_words(knowledge: &Knowledge, tree: &Tree, tokens: &[TokenIx]) -> Vec<String> {
    let mut words: Vec<String> = tokens
        .iter()
        .filter(|&&t| !matches!(tree.upos(t), Upos::Punct | Upos::Part | Upos::Det | Upos::Sym))
        .map(|&t| tree.lower(t).trim_end_matches('.').to_string())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect();
    while words.len() > 1 && knowledge.in_set("title", &words[0]) {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|word| knowledge.in_set("name-suffix", word)) {
        words.pop();
    }
    words
}

fn initials(words: &[String]) -> String {
    // "of" and "the" leave no letter in an acronym; short words of other languages may.
    words.iter().filter(|word| word.len() > 3 || words.len() < 3).filter_map(|word| word.chars().next()).collect()
}

/// "Doe" and "Jane Doe", "J. Doe" and "Jane Doe", "Jane Doe" and "Mary Jane Doe", but not "John Doe" and "Jane Doe".
fn same_person(a: &[String], b: &[String]) -> Option<Fit> {
    if a == b {
        return Some(Fit::Same);
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (first, last) = (short.first()?, short.last()?);
    if short.len() == 1 {
        return match () {
            () if long.len() > 1 && long.last() == Some(last) => Some(Fit::Short),
            () if long.len() > 1 && long.first() == Some(first) => Some(Fit::Loose),
            () => None,
        };
    }
    if long.last() != Some(last) {
        return None;
    }
    let given = &long[0];
    let abbreviates = |x: &str, y: &str| (x.chars().count() == 1 || x.chars().count() > 2) && y.starts_with(x);
    let agree = abbreviates(first, given) || abbreviates(given, first) || long.ends_with(short);
    agree.then_some(Fit::Short)
}

/// "the Bluecoats" and "Riverton Bluecoats", "ABC" and "Alpha Beta Council".
fn same_body(a: &[String], b: &[String]) -> Option<Fit> {
    if a == b {
        return Some(Fit::Same);
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let acronym = short.len() == 1 && long.len() > 1 && (initials(long) == short[0] || every_initial(long) == short[0]);
    if acronym || (short.len() < long.len() && long.ends_with(short) && short[0].len() > 2) {
        return Some(Fit::Short);
    }
    (short.len() < long.len() && long.starts_with(short) && short[0].len() > 2).then_some(Fit::Loose)
}

fn every_initial(words: &[String]) -> String {
    words.iter().filter_map(|word| word.chars().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Vec<String> {
        name.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn persons_are_told_by_surname_and_given_name() {
        let fit = |a: &str, b: &str| same_person(&words(a), &words(b));
        assert_eq!(fit("doe", "jane doe"), Some(Fit::Short));
        assert_eq!(fit("jane doe", "doe"), Some(Fit::Short));
        assert_eq!(fit("j doe", "jane doe"), Some(Fit::Short));
        assert_eq!(fit("fred doe", "frederick allan doe"), Some(Fit::Short));
        assert_eq!(fit("jane doe", "mary jane doe"), Some(Fit::Short));
        assert_eq!(fit("jane", "jane doe"), Some(Fit::Loose));
        assert_eq!(fit("john doe", "jane doe"), None);
        assert_eq!(fit("jane roe", "jane doe"), None);
    }

    #[test]
    fn bodies_are_told_by_parts_and_acronyms() {
        let fit = |a: &str, b: &str| same_body(&words(a), &words(b));
        assert_eq!(fit("bluecoats", "riverton bluecoats"), Some(Fit::Short));
        assert_eq!(fit("rcc", "riverton climate council"), Some(Fit::Short));
        assert_eq!(fit("occ", "office of climate change"), Some(Fit::Short));
        assert_eq!(fit("riverton", "riverton bluecoats"), Some(Fit::Loose));
        assert_eq!(fit("climate", "riverton climate council"), None);
    }

    #[test]
    fn a_bare_surname_is_of_whom_the_text_speaks_most_and_a_first_name_of_nobody_when_two_have_it() {
        let mut names = Names::default();
        names.give(0, Sort::Person, words("jane doe"));
        names.give(1, Sort::Person, words("john doe"));
        names.give(2, Sort::Person, words("jane roe"));
        let bearer =
            |name: &str, most: PartyIx| names.bearer(Sort::Person, &words(name), &|p| Some(u32::from(p == most)));
        assert_eq!((bearer("doe", 0), bearer("doe", 1)), (Some(0), Some(1)));
        assert_eq!(bearer("jane", 0), None);
        assert_eq!(bearer("john", 0), Some(1));
        assert_eq!(names.bearer(Sort::Person, &words("doe"), &|p| (p == 1).then_some(0)), Some(1));
        assert_eq!(names.bearer(Sort::Body, &words("doe"), &|_| Some(0)), None);
    }

    #[test]
    fn only_the_latest_namesakes_are_compared() {
        let mut names = Names::default();
        names.give(0, Sort::Person, words("first doe"));
        for party in 1..MOST_NAMESAKES as PartyIx {
            names.give(party, Sort::Person, words(&format!("x{party} doe")));
        }
        let oldest = |p: PartyIx| Some(u32::from(p == 0));
        assert_eq!(names.bearer(Sort::Person, &words("doe"), &oldest), Some(0));
        names.give(9999, Sort::Person, words("last doe"));
        assert_ne!(names.bearer(Sort::Person, &words("doe"), &oldest), Some(0));
    }
}
