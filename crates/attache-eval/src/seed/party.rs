//! Whether a coded party is the annotated one: by name, by the body it names, by the country's code.

use attache_doc::{Coding, Document, MentionKind, PartyIx};

use super::gold::{Gold, GoldActor};
use super::rules::Reach;

/// Share of words two names must have in common to be the same (Jaccard): "Moscow" is not "Moscow Format".
const SAME_NAME: f64 = 0.6;
/// Letters two words must share at the front to be forms of one word (Iran, Iranian).
const SAME_STEM: usize = 4;

/// Words that say nothing about which party a name names.
const EMPTY_WORDS: &[&str] = &[
    "the",
    "a",
    "an",
    "of",
    "for",
    "and",
    "to",
    "in",
    "at",
    "s",
    "government",
    "administration",
    "authorities",
    "affairs",
    "republic",
];

/// The coded parties, asked about annotated ones.
pub struct Parties<'a> {
    gold: &'a Gold,
    doc: &'a Document,
    coding: &'a Coding,
}

impl<'a> Parties<'a> {
    /// Over the parties of one coding.
    pub fn new(gold: &'a Gold, doc: &'a Document, coding: &'a Coding) -> Parties<'a> {
        Parties { gold, doc, coding }
    }

    /// True when the coded party is as near to the annotated one as `reach` asks.
    pub fn matches(&self, key: &str, party: PartyIx, reach: Reach) -> bool {
        match reach {
            Reach::Any => true,
            Reach::Exact => self.is(key, party),
            Reach::Upward => self.gold.chain(key).iter().any(|key| self.is(key, party)),
            Reach::Polity => {
                let root = self.gold.root(key);
                let tree = self.gold.actors.keys().filter(|other| self.gold.root(other) == root);
                let mut tree: Vec<&str> = tree.map(String::as_str).collect();
                tree.push(key);
                self.belongs_to(party).iter().any(|&above| tree.iter().any(|other| self.is(other, above)))
            }
        }
    }

    /// The coded party and those it belongs to.
    fn belongs_to(&self, party: PartyIx) -> Vec<PartyIx> {
        let mut chain = vec![party];
        while let Some(next) = self.coding.parties[chain[chain.len() - 1] as usize].part_of {
            if chain.contains(&next) {
                break;
            }
            chain.push(next);
        }
        chain
    }

    /// The name of a coded party and the words that name it.
    fn texts(&self, party: PartyIx) -> Vec<String> {
        let mentions = self.coding.mentions.iter().filter(|m| m.party == party && m.kind != MentionKind::Pronoun);
        let mut texts: Vec<String> = mentions.map(|m| self.doc.text(m.span).to_string()).collect();
        texts.push(self.coding.parties[party as usize].name.clone());
        texts
    }

    fn is(&self, key: &str, party: PartyIx) -> bool {
        let coded = &self.coding.parties[party as usize];
        let person = coded.kind.as_ref().is_some_and(|kind| kind.0 == "person");
        let Some(gold) = self.gold.actors.get(key) else {
            // A free description ("former officials") is its own name.
            let described = GoldActor { name: Some(key.to_string()), ..GoldActor::default() };
            return self.named_alike(&described, party);
        };
        match gold.kind.as_str() {
            "person" => {
                let name = words(gold.name.as_deref().unwrap_or_default());
                self.texts(party).iter().any(|text| same_person(&name, &words(text)))
            }
            _ if person => false,
            "state" if self.named_alike(gold, party) => true,
            "state" => {
                let state = coded.kind.as_ref().is_some_and(|kind| kind.0 == "state");
                state
                    && coded.country.is_some()
                    && coded.country.as_deref() == gold.code.as_deref().and_then(|c| c.get(..3))
            }
            "ministry" => self.named_alike(gold, party) || self.same_body(gold, party),
            _ => self.named_alike(gold, party),
        }
    }

    fn named_alike(&self, gold: &GoldActor, party: PartyIx) -> bool {
        let texts: Vec<Vec<String>> = self.texts(party).iter().map(|text| words(text)).collect();
        names(gold).iter().any(|name| texts.iter().any(|text| likeness(name, text) >= SAME_NAME))
    }

    /// The same body of the same owner: "the movement's foreign ministry" beside "Houthi foreign ministry".
    fn same_body(&self, gold: &GoldActor, party: PartyIx) -> bool {
        let Some(owner) = gold.part_of.as_deref() else { return false };
        let owned = self.coding.parties[party as usize].part_of.is_some_and(|above| self.is(owner, above));
        let owner_words: Vec<String> = self.gold.actors.get(owner).map(|o| names(o).concat()).unwrap_or_default();
        let body = |name: &Vec<String>| -> Vec<String> {
            name.iter().filter(|word| !owner_words.iter().any(|own| same_word(own, word))).cloned().collect()
        };
        let texts: Vec<Vec<String>> = self.texts(party).iter().map(|text| words(text)).collect();
        owned
            && names(gold).iter().map(body).any(|body| {
                !body.is_empty() && texts.iter().any(|text| body.iter().all(|b| text.iter().any(|t| same_word(b, t))))
            })
    }

    /// The party as the report prints it.
    pub fn label(&self, party: PartyIx) -> String {
        let actor = &self.coding.parties[party as usize];
        actor.key.clone().unwrap_or_else(|| actor.name.clone())
    }
}

/// The same person: the family name (the last word), or nothing but parts of the name.
fn same_person(name: &[String], text: &[String]) -> bool {
    let family = name.last().is_some_and(|family| text.contains(family));
    family || (!text.is_empty() && text.iter().all(|word| name.contains(word)))
}

/// The names of an annotated party, each as its telling words.
fn names(gold: &GoldActor) -> Vec<Vec<String>> {
    let name = gold.name.as_deref().unwrap_or_default();
    let mut plain = String::new();
    let mut depth = 0;
    for c in name.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain.split(" / ").map(words).filter(|words| !words.is_empty()).collect()
}

/// The telling words of a name in lower case. When all are empty words ("the government"), they stay.
fn words(text: &str) -> Vec<String> {
    let all: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let telling: Vec<String> = all.iter().filter(|word| !EMPTY_WORDS.contains(&word.as_str())).cloned().collect();
    if telling.is_empty() { all } else { telling }
}

fn same_word(a: &str, b: &str) -> bool {
    let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    a == b || (shared >= SAME_STEM && shorter - shared <= 1)
}

fn likeness(a: &[String], b: &[String]) -> f64 {
    let common = a.iter().filter(|word| b.iter().any(|other| same_word(word, other))).count();
    let all = a.len() + b.len() - common.min(b.len());
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> bool {
        likeness(&words(a), &words(b)) >= SAME_NAME
    }

    #[test]
    fn names_are_compared_by_their_telling_words() {
        assert!(alike("Russian Foreign Ministry", "Russia’s Ministry of Foreign Affairs"));
        assert!(alike("the Taliban government", "Taliban"));
        assert!(alike("Houthis", "the Houthi administration"));
        assert!(!alike("Moscow", "Moscow Format"));
        assert!(!alike("Russia", "Russian Foreign Ministry"));
        assert!(!alike("Iranian Foreign Ministry", "Iranian Foreign Minister"));
    }

    #[test]
    fn persons_are_told_by_family_name_or_part_of_the_name() {
        let same = |a: &str, b: &str| same_person(&words(a), &words(b));
        assert!(same("Sergey Lavrov", "Russian Foreign Minister Sergey Lavrov"));
        assert!(same("Xi Jinping", "Xi"));
        assert!(!same("Abbas Araghchi", "Iran’s foreign minister"));
    }

    #[test]
    fn remarks_and_variants_of_a_name() {
        let actor = GoldActor { name: Some("Russia / Moscow (the state)".to_string()), ..GoldActor::default() };
        assert_eq!(names(&actor), [vec!["russia".to_string()], vec!["moscow".to_string()]]);
    }
}
