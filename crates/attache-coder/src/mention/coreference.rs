//! Whom descriptions and pronouns stand for.
//!
//! A pronoun takes the fitting mention before it that stands highest: subjects before others, named parties before unnamed
//! ones, those spoken of often before those spoken of once, near before far. Nothing is taken where none fits.

use attache_doc::{Actor, MentionKind, PartyIx, Rel, Resolution, TokenIx, Upos, Xpos};

use super::Finder;
use crate::knowledge::NameRef;

/// A mention as coreference sees it.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    head: TokenIx,
    sentence: u32,
    pub(super) party: PartyIx,
    subject: bool,
    plural: bool,
}

/// What words say of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

/// How many sentences back a pronoun may look. Longer gaps are rare in news and mostly wrong.
const PRONOUN_REACH: u32 = 2;
/// How many mentions back coreference looks at most: sentences of news hold a few, and garbled input must not cost more
/// than its length.
const MOST_LOOKED_AT: usize = 256;
/// How many sentences back a definite description may look.
pub(super) const DESCRIPTION_REACH: u32 = 8;
/// Mentions beyond this number make a party no more likely: the main figures of an article are all above it.
const OFTEN: u32 = 4;

/// How many joined nominals are taken together: longer lists are tables or garbled input, and name no "they".
const MOST_JOINED: usize = 16;

impl Finder<'_, '_> {
    /// Keeps a mention in view for what comes after it.
    pub(super) fn remember(&mut self, t: TokenIx, kind: MentionKind, parties: &[PartyIx]) {
        let tree = self.tree;
        let subject = matches!(tree.rel(t), Rel::Nsubj | Rel::NsubjPass | Rel::OblAgent | Rel::NsubjOuter);
        let plural = tree.xpos(t) == Xpos::Nns || parties.iter().any(|&p| self.is_of(p, "plural-kind"));
        for &party in parties {
            self.recent.push(Recent { head: t, sentence: tree.sentence(t), party, subject, plural });
            self.times[party as usize] += 1;
            if kind == MentionKind::Name {
                self.named.insert(party);
            }
        }
        let &[party] = parties else { return };
        if kind != MentionKind::Pronoun && self.is_of(party, "person-kind") && !self.gender.contains_key(&party) {
            let core = self.core(t);
            let called = self.entity(t).map(|e| e.tokens.clone().collect::<Vec<_>>()).unwrap_or_default();
            let called = super::telling_words(self.knowledge, tree, &called);
            if let Some(gender) = self.gender_of_words(&core, &called) {
                self.gender.insert(party, gender);
            }
        }
    }

    /// True when a party's kind is in a set.
    fn is_of(&self, party: PartyIx, set: &str) -> bool {
        self.who.parties[party as usize].kind.as_ref().is_some_and(|k| self.knowledge.in_set(set, &k.0))
    }

    /// What titles, nouns ("spokeswoman") and the given name among the words of a nominal say of somebody's gender.
    pub(super) fn gender_of_words(&self, core: &[TokenIx], called: &[String]) -> Option<Gender> {
        let known = |word: &str, female: &str, male: &str| match (
            self.knowledge.in_set(female, word),
            self.knowledge.in_set(male, word),
        ) {
            (true, false) => Some(Gender::Female),
            (false, true) => Some(Gender::Male),
            _ => None,
        };
        let words = core.iter().map(|&w| self.tree.lower(w).trim_end_matches('.'));
        // "Ms King": a surname says nothing.
        let mut telling = words.filter(|word| called.last().is_none_or(|surname| surname != word));
        let by_word = telling.find_map(|word| known(word, "female-word", "male-word"));
        by_word
            .or_else(|| called.first().filter(|_| called.len() > 1).and_then(|w| known(w, "female-name", "male-name")))
    }

    /// The mentions before `t`, latest first, up to `reach` sentences back.
    fn before(&self, t: TokenIx, reach: u32) -> impl Iterator<Item = &Recent> {
        let sentence = self.tree.sentence(t);
        let within = self.recent.iter().rev().take_while(move |r| r.sentence + reach >= sentence);
        within.filter(move |r| r.head < t).take(MOST_LOOKED_AT)
    }

    // ---- descriptions ----

    /// A capital stands for its government unless a preposition or a compound makes it a place.
    pub(super) fn is_metonym(&self, t: TokenIx) -> bool {
        let tree = self.tree;
        match tree.rel(t) {
            Rel::Nsubj | Rel::NsubjPass | Rel::Obj | Rel::NmodPoss | Rel::OblAgent | Rel::Iobj | Rel::Conj => {
                tree.case(t).is_none_or(|c| !self.knowledge.in_set("locative", &c))
                    && (tree.rel(t) != Rel::Conj || tree.head(t).is_some_and(|h| self.is_metonym(h)))
            }
            Rel::Obl | Rel::Nmod => tree.case(t).is_some_and(|c| !self.knowledge.in_set("locative", &c)),
            _ => false,
        }
    }

    pub(super) fn is_definite(&self, t: TokenIx) -> bool {
        self.tree
            .kids_by(t, &[Rel::Det, Rel::DetPredet, Rel::Amod])
            .any(|d| matches!(self.tree.lower(d), "the" | "this" | "that" | "these" | "those" | "such"))
    }

    /// Records the nouns that the text says of a named party: "the chemist Jane Doe", "Jane Doe, a chemist".
    pub(super) fn say_of(&mut self, party: PartyIx, noun: TokenIx) {
        let tree = self.tree;
        let office = self.is_common_hit(noun);
        let common = tree.upos(noun) == Upos::Noun && self.entity(noun).is_none() || office;
        // "the European Commission" is the commission.
        let body =
            tree.upos(noun) == Upos::Propn && !self.is_of(party, "person-kind") && !self.is_of(party, "authority-kind");
        if !(common || body) || tree.xpos(noun) == Xpos::Nns {
            return;
        }
        let whole = self.noun_phrase(noun);
        // A vice president is no president, a foreign minister is a minister.
        let ranked = whole.split(' ').rev().skip(1).any(|word| self.knowledge.in_set("rank-word", word));
        let short = Some(tree.lemma(noun).to_lowercase()).filter(|short| !ranked && *short != whole);
        for phrase in [whole].into_iter().chain(short) {
            let said = self.said_of.entry(phrase).or_default();
            said.retain(|&p| p != party);
            said.push(party);
        }
    }

    /// True for words in a run that the tables know as an office, organ or agent.
    fn is_common_hit(&self, t: TokenIx) -> bool {
        self.hit(t).is_some_and(|h| {
            h.refs.iter().all(|r| matches!(r, NameRef::Organ(_) | NameRef::Office(_) | NameRef::Agent(_)))
        })
    }

    /// A noun with what the tables read together with it ("foreign minister"), in lower case.
    pub(super) fn noun_phrase(&self, t: TokenIx) -> String {
        let run = self.hit(t).filter(|_| self.is_common_hit(t)).map_or(t..t + 1, |h| h.tokens.start..t + 1);
        let lemma = self.tree.lemma(t).to_lowercase();
        let before = (run.start..t).map(|w| self.tree.lower(w).to_string());
        before.chain([lemma]).collect::<Vec<_>>().join(" ")
    }

    /// The named party that a definite description repeats the noun of: "the chemist".
    pub(super) fn read_repetition(&self, t: TokenIx, core: &[TokenIx]) -> Option<PartyIx> {
        let tree = self.tree;
        let proper = tree.upos(t) == Upos::Propn && core.len() == 2;
        let plain = (tree.upos(t) == Upos::Noun || proper)
            && self.is_definite(t)
            && !matches!(tree.xpos(t), Xpos::Nns | Xpos::Nnps)
            && tree.kid(t, &[Rel::NmodPoss, Rel::Nmod, Rel::Appos, Rel::Acl, Rel::AclRelcl, Rel::Nummod]).is_none();
        // Another modifier, another one: "the Danish chemist", "the other chemist", "the group’s chemist".
        let anew = |&w: &TokenIx| {
            w != t
                && (self.hit(w).is_some_and(|h| !h.tokens.contains(&t))
                    || (tree.upos(w) == Upos::Propn && self.hit(w).is_none())
                    || self.knowledge.in_set("another", tree.lower(w)))
        };
        if !plain || core.iter().any(anew) {
            return None;
        }
        let phrase = self.noun_phrase(t);
        let said = self.said_of.get(&phrase)?;
        let holds = |p: PartyIx| said.contains(&p) || self.holds_office(p, &phrase);
        let latest = self.before(t, DESCRIPTION_REACH).find(|r| holds(r.party));
        latest.map(|r| r.party).or_else(|| said.last().copied().filter(|_| said.len() == 1))
    }

    /// True for a person whose office, by the tables or the text, is called so.
    fn holds_office(&self, party: PartyIx, phrase: &str) -> bool {
        let Some(office) = &self.who.parties[party as usize].office else { return false };
        let office = office.to_lowercase().replace('-', " ");
        let rest = office.strip_suffix(phrase).map(str::trim_end);
        rest.is_some_and(|rest| !rest.split(' ').any(|word| self.knowledge.in_set("rank-word", word)))
    }

    /// "Jane Doe is a chemist": what a copula says of a named party. A definite predicate that named nobody yet is that
    /// party: "Jane Doe is the foreign minister of Norway".
    pub(super) fn read_copulas(&mut self, sentence: usize) {
        let tree = self.tree;
        for t in tree.parse.sentences[sentence].tokens.clone() {
            if tree.upos(t) != Upos::Noun || tree.kid(t, &[Rel::Cop]).is_none() {
                continue;
            }
            let negated = tree.is_negated(t, &|w| self.knowledge.in_set("negator", w));
            let open = tree.kid(t, &[Rel::Aux, Rel::Mark]).is_some();
            let Some(subject) = tree.kid(t, &[Rel::Nsubj]).filter(|_| !negated && !open) else { continue };
            let Some(&[party]) = self.who.mention(subject).map(|f| f.parties.as_slice()) else { continue };
            if !self.named.contains(&party) || tree.kid(subject, &[Rel::Conj]).is_some() {
                continue;
            }
            self.say_of(party, t);
            let Some(&[predicate]) = self.who.mention(t).filter(|f| f.head == t).map(|f| f.parties.as_slice()) else {
                continue;
            };
            let person = |p: PartyIx| self.is_of(p, "person-kind");
            let fresh = self.times[predicate as usize] == 1 && !self.named.contains(&predicate);
            if fresh && predicate != party && person(party) && person(predicate) && self.is_unique(t) {
                self.merge(predicate, party);
            }
        }
    }

    /// True for a description that only one can bear: definite, or with its owner.
    fn is_unique(&self, t: TokenIx) -> bool {
        self.is_definite(t) || self.tree.kid(t, &[Rel::NmodPoss]).is_some()
    }

    /// How many parties a nominal asks for: "the two", "both sides", "the three countries".
    pub(super) fn group_size(&self, t: TokenIx) -> Option<usize> {
        let tree = self.tree;
        if let Some(n) = self.group_number(t) {
            return (tree.kid(t, &[Rel::Det]).is_some() || tree.lower(t) == "both").then_some(n);
        }
        // "two officials" are new; "the two officials", "both sides" point back.
        let definite = self.is_definite(t) || tree.kids(t).iter().any(|&k| tree.lower(k) == "both");
        if !definite || !self.knowledge.in_set("pair-noun", tree.lemma(t)) {
            return None;
        }
        tree.kids_by(t, &[Rel::Nummod, Rel::Det, Rel::Amod, Rel::DetPredet]).find_map(|w| self.group_number(w))
    }

    /// The number that a word like "two", "both" or "trio" says.
    fn group_number(&self, w: TokenIx) -> Option<usize> {
        let sets = [("pair", 2), ("trio", 3), ("quartet", 4)];
        sets.into_iter().find(|(set, _)| self.knowledge.in_set(set, self.tree.lower(w))).map(|(_, n)| n)
    }

    /// Descriptions that point back: "the group", "the ministry", "the country".
    pub(super) fn read_description(&self, t: TokenIx, core: &[TokenIx]) -> Option<Vec<PartyIx>> {
        if !self.is_definite(t) && self.tree.kid(t, &[Rel::NmodPoss]).is_none() {
            // "the group's pariah status" hangs the article on the possessed noun in some parses.
            if self.tree.rel(t) != Rel::NmodPoss {
                return None;
            }
        }
        // "the three countries" are no single country.
        let several = self.tree.xpos(t) == Xpos::Nns && !self.knowledge.descriptors.contains_key(self.tree.lower(t));
        if several {
            return None;
        }
        let (kinds, _) = self
            .knowledge
            .descriptors
            .get(self.tree.lower(t))
            .or_else(|| self.knowledge.descriptors.get(self.tree.lemma(t)))?;
        // A modifier that names another country or body makes it a new description.
        if core
            .iter()
            .any(|&w| w != t && self.hit(w).is_some_and(|h| !h.tokens.contains(&t) && self.owner_country(h).is_some()))
        {
            return None;
        }
        let fits = |a: &Actor| {
            a.kind
                .as_ref()
                .is_some_and(|k| kinds.iter().any(|wanted| *wanted == k.0 || wanted == "government" && k.0 == "state"))
        };
        if kinds.iter().any(|k| k == "government") {
            return self.salient_authority(t, &fits).map(|p| vec![p]);
        }
        // "the insurgents" are the group last named before they are some insurgents.
        let named = self
            .before(t, DESCRIPTION_REACH)
            .filter(|r| self.named.contains(&r.party) && fits(&self.who.parties[r.party as usize]))
            .max_by_key(|r| (r.sentence, r.subject, r.head))
            .map(|r| r.party);
        let known = named.or_else(|| self.latest(t, DESCRIPTION_REACH, &fits));
        // A body that is only known by its name may be of any kind but a person.
        let person = kinds.iter().any(|k| self.knowledge.in_set("person-kind", k));
        let unknown = |a: &Actor| a.kind.is_none() && a.resolution == Resolution::Unresolved;
        known.or_else(|| self.latest(t, PRONOUN_REACH, &unknown).filter(|_| !person)).map(|p| vec![p])
    }

    /// "the government", "the authorities": the authority that the text before speaks of most, counting its officials.
    pub(super) fn salient_authority(&self, t: TokenIx, fits: &dyn Fn(&Actor) -> bool) -> Option<PartyIx> {
        let sentence = self.tree.sentence(t);
        let mut weights: Vec<(PartyIx, i64)> = Vec::new();
        for r in self.before(t, 2 * DESCRIPTION_REACH) {
            let side = self.who.side(r.party);
            if !fits(&self.who.parties[side as usize]) {
                continue;
            }
            let person = self.who.parties[r.party as usize].kind.as_ref().is_some_and(|k| k.0 == "person");
            let near = i64::from(r.sentence + 1 >= sentence);
            let weight = 2 + 2 * i64::from(r.subject) + i64::from(person) + 2 * near;
            match weights.iter_mut().find(|(p, _)| *p == side) {
                Some((_, w)) => *w += weight,
                None => weights.push((side, weight)),
            }
        }
        weights.into_iter().max_by_key(|&(_, w)| w).map(|(p, _)| p)
    }

    /// "the Norwegian leader": the only named person in view before `t` who belongs to `side`.
    pub(super) fn leader_in_view(&self, t: TokenIx, side: PartyIx) -> Option<PartyIx> {
        let ours = |r: &&Recent| {
            self.is_of(r.party, "person-kind") && self.named.contains(&r.party) && self.who.same_side(r.party, side)
        };
        let first = self.before(t, DESCRIPTION_REACH).find(ours)?.party;
        self.before(t, DESCRIPTION_REACH).filter(ours).all(|r| r.party == first).then_some(first)
    }

    /// The only named person in view before `t` who holds an office on another side than `own`.
    pub(super) fn other_official(&self, t: TokenIx, own: PartyIx) -> Option<PartyIx> {
        let mut found: Option<PartyIx> = None;
        for r in self.before(t, PRONOUN_REACH) {
            let actor = &self.who.parties[r.party as usize];
            let other = self.is_of(r.party, "person-kind")
                && self.named.contains(&r.party)
                && actor.office.is_some()
                && !self.who.same_side(r.party, own);
            if other && found.is_some_and(|f| f != r.party) {
                return None;
            }
            found = found.or(Some(r.party).filter(|_| other));
        }
        found
    }

    /// The party last in view before `t` that fits.
    pub(super) fn latest(&self, t: TokenIx, reach: u32, fits: &dyn Fn(&Actor) -> bool) -> Option<PartyIx> {
        // Of the sentence that last spoke of such a party, its subject first.
        self.before(t, reach)
            .filter(|r| fits(&self.who.parties[r.party as usize]))
            .max_by_key(|r| (r.sentence, r.subject, r.head))
            .map(|r| r.party)
    }

    // ---- pronouns ----

    pub(super) fn read_pronoun(&mut self, t: TokenIx) -> Option<u32> {
        let tree = self.tree;
        if let Some(size) = self.group_size(t) {
            let parties = self.last_group(t, size)?;
            return Some(self.push(t, MentionKind::Pronoun, parties, None));
        }
        let relative = matches!(tree.xpos(t), Xpos::Wdt | Xpos::Wp | Xpos::WpPoss);
        if relative {
            let antecedent =
                tree.ancestors(t).take(6).find(|&a| tree.rel(a) == Rel::AclRelcl).and_then(|a| tree.head(a))?;
            let ix = self.read(antecedent, 1)?;
            let parties = self.who.found[ix as usize].parties.clone();
            let vague = self.who.found[ix as usize].vague.clone();
            return Some(self.push(t, MentionKind::Pronoun, parties, vague));
        }
        let row = self.knowledge.pronouns.get(tree.lower(t))?;
        if row.person == "1" && row.number == "singular" {
            // "I" in somebody's words is that person.
            let party = self.speaker(t).filter(|&p| self.is_of(p, "person-kind"))?;
            return Some(self.push(t, MentionKind::Pronoun, vec![party], None));
        }
        if !matches!(row.kind.as_str(), "personal" | "possessive" | "reflexive") || row.person != "3" {
            return None;
        }
        if row.kind == "reflexive" {
            let parties = self.own_subject(t)?;
            return Some(self.push(t, MentionKind::Pronoun, parties, None));
        }
        let gender = match row.gender.as_str() {
            "feminine" => Some(Gender::Female),
            "masculine" => Some(Gender::Male),
            _ => None,
        };
        if gender.is_none() && row.number == "singular" && row.kind == "personal" && self.may_be_thing(t) {
            return None;
        }
        let parties = self.antecedent(t, gender, row.number == "plural")?;
        Some(self.push(t, MentionKind::Pronoun, parties, None))
    }

    /// True for an "it" that rather stands for a thing or for nothing: "it is clear that", "the army said it would respect
    /// it", "The agreement was signed. It is valid for a year."
    fn may_be_thing(&self, t: TokenIx) -> bool {
        let tree = self.tree;
        if !matches!(tree.rel(t), Rel::Nsubj | Rel::NsubjPass | Rel::NmodPoss | Rel::OblAgent) {
            // "after recognising the movement and inviting it": only right after its name, with nothing else between.
            let latest = self.before(t, 0).find(|r| !self.is_of(r.party, "person-kind"));
            let thing = |w: TokenIx| tree.xpos(w) == Xpos::Nn && self.who.mention(w).is_none();
            let own = self.argument_of(t);
            return latest.is_none_or(|r| own == self.argument_of(r.head) || (r.head..t).any(thing));
        }
        // The subject of the sentence before, where this one opens with "it".
        let sentence = tree.sentence(t) as usize;
        let opens = tree.head(t).is_some_and(|v| tree.rel(v) == Rel::Root)
            && tree.parse.sentences[sentence]
                .tokens
                .clone()
                .take_while(|&w| w != t)
                .all(|w| tree.upos(w) != Upos::Noun);
        if !opens || sentence == 0 {
            return false;
        }
        let root = tree.parse.sentences[sentence - 1].tokens.clone().find(|&w| tree.rel(w) == Rel::Root);
        let subject = root.and_then(|r| tree.kid(r, &[Rel::Nsubj, Rel::NsubjPass]));
        subject.is_some_and(|s| tree.xpos(s) == Xpos::Nn && self.who.mention(s).is_none())
    }

    /// "himself": the subject of its clause.
    fn own_subject(&mut self, t: TokenIx) -> Option<Vec<PartyIx>> {
        let tree = self.tree;
        let clause = tree.clause(tree.head(t)?);
        let subject = tree.surface_subjects(clause).into_iter().find(|&s| s != t)?;
        let ix = self.read(subject, 1)?;
        let parties = self.who.found[ix as usize].parties.clone();
        (!parties.is_empty()).then_some(parties)
    }

    /// The best earlier mention for a third-person pronoun: of a person when `gender` is given, else of a body or group.
    fn antecedent(&mut self, t: TokenIx, gender: Option<Gender>, plural: bool) -> Option<Vec<PartyIx>> {
        let tree = self.tree;
        let sentence = tree.sentence(t);
        let possessive = tree.rel(t) == Rel::NmodPoss;
        let governor = self.argument_of(t).filter(|_| !possessive);
        // Who is quoted speaks of himself as "I", and what else fills a role of the same verb is somebody else.
        let mut others: Vec<PartyIx> = self.speaker(t).into_iter().collect();
        let beside = self.before(t, 0).filter(|r| governor.is_some() && governor == self.argument_of(r.head));
        others.extend(beside.map(|r| r.party));
        if let Some(verb) = governor.filter(|_| !matches!(tree.rel(t), Rel::Nsubj | Rel::NsubjPass)) {
            let subjects = tree.surface_subjects(verb).into_iter().filter_map(|s| self.who.mention(s));
            others.extend(subjects.flat_map(|f| f.parties.iter().copied()));
        }
        let mut fitting: Vec<(i32, &Recent)> = Vec::new();
        for (age, r) in self.before(t, PRONOUN_REACH).enumerate() {
            let actor = &self.who.parties[r.party as usize];
            let kind = actor.kind.as_ref().map(|k| k.0.as_str()).unwrap_or("");
            let fits = match gender {
                Some(gender) => {
                    kind == "person" && !r.plural && self.gender.get(&r.party).is_none_or(|&known| known == gender)
                }
                None if plural => {
                    r.plural || self.knowledge.in_set("plural-kind", kind) || kind.is_empty() || self.is_coordinated(r)
                }
                None => self.knowledge.in_set("thing-kind", kind) || kind.is_empty(),
            };
            // A possessor inside the very nominal that it modifies cannot be its own owner.
            let inside = tree.below(r.head, t) || (possessive && tree.head(t) == Some(r.head));
            if !fits || inside || others.contains(&r.party) {
                continue;
            }
            let distance = (sentence - r.sentence) as i32;
            let mut score = 40 - 12 * distance - age.min(12) as i32;
            if r.subject {
                score += 8;
                // A body that is the subject of its sentence before one of a clause inside it.
                let verb = tree.head(r.head).filter(|_| gender.is_none());
                score += if verb.is_some_and(|v| tree.rel(v) == Rel::Root) { 4 } else { 0 };
            }
            if self.who.onlookers.contains(&r.party) {
                score -= 12;
            }
            if gender.is_some() {
                score += 2 * self.times[r.party as usize].min(OFTEN) as i32;
                if self.named.contains(&r.party) {
                    score += 6;
                }
                if self.gender.contains_key(&r.party) {
                    score += 4;
                }
            } else if actor.resolution == Resolution::Unresolved {
                score -= 6;
            }
            fitting.push((score, r));
        }
        // Of equals the latest, which stands first.
        let (_, best) = fitting.iter().rev().max_by_key(|(score, _)| *score)?;
        let (party, head) = (best.party, best.head);
        let alone = fitting.iter().all(|(_, r)| r.party == party);
        let together = plural && self.is_coordinated(best);
        if let Some(gender) = gender.filter(|_| alone) {
            self.gender.entry(party).or_insert(gender);
        }
        Some(if together { self.coordinated_with(head) } else { vec![party] })
    }

    /// True for a mention that is joined to another one: "Doe and Roe".
    fn is_coordinated(&self, r: &Recent) -> bool {
        self.coordinated_with(r.head).len() > 1
    }

    /// The parties of a coordination that a mention is in.
    fn coordinated_with(&self, t: TokenIx) -> Vec<PartyIx> {
        let mut parties: Vec<PartyIx> = Vec::new();
        for conjunct in self.tree.conjuncts(self.tree.first_conjunct(t)).into_iter().take(MOST_JOINED) {
            let found = self.who.mention(conjunct).filter(|f| f.head == conjunct);
            for &party in found.into_iter().flat_map(|f| &f.parties) {
                if !parties.contains(&party) {
                    parties.push(party);
                }
            }
        }
        parties
    }

    /// Who says the words that `t` stands in, when they are quoted and the sentence names the speaker.
    fn speaker(&mut self, t: TokenIx) -> Option<PartyIx> {
        let tree = self.tree;
        if !self.quoted[t as usize] {
            return None;
        }
        let says = |v: TokenIx| {
            !self.quoted[v as usize]
                && tree.upos(v) == Upos::Verb
                && self.knowledge.in_set("speaker-verb", &tree.lemma(v).to_lowercase())
        };
        let above = tree.ancestors(t).find(|&a| !self.quoted[a as usize]).filter(|&v| says(v));
        let verb = above.or_else(|| {
            let top = tree.ancestors(t).last()?;
            tree.kids_by(top, &[Rel::Parataxis]).find(|&k| says(k))
        })?;
        let subject = tree.subjects(verb).into_iter().find(|&s| !self.quoted[s as usize])?;
        let ix = self.read(subject, 1)?;
        self.who.found[ix as usize].parties.first().copied()
    }

    /// The verb whose argument a nominal is.
    fn argument_of(&self, t: TokenIx) -> Option<TokenIx> {
        match self.tree.rel(t) {
            Rel::Nsubj | Rel::NsubjPass | Rel::Obj | Rel::Iobj | Rel::Obl | Rel::OblAgent => self.tree.head(t),
            _ => None,
        }
    }

    /// The parties that "the two", "the three ministers" stand for: the last persons in view, else the last states or
    /// bodies; none where more than asked for are in view at once.
    fn last_group(&self, t: TokenIx, size: usize) -> Option<Vec<PartyIx>> {
        let noun_person = self
            .knowledge
            .descriptors
            .get(self.tree.lemma(t))
            .is_some_and(|(kinds, _)| kinds.iter().any(|k| k == "person"));
        let bare = self.group_number(t).is_some();
        let persons = |reach| self.group_in_view(t, size, reach, &|p| self.is_of(p, "person-kind").then_some(p));
        // Whom "the two countries" names may be in view by their officials.
        let sides = |reach| {
            let side = |p: PartyIx| Some(self.who.side(p)).filter(|&side| self.is_of(side, "side-kind"));
            self.group_in_view(t, size, reach, &side)
        };
        if noun_person {
            return persons(PRONOUN_REACH);
        }
        if bare {
            return persons(1).or_else(|| sides(PRONOUN_REACH));
        }
        sides(PRONOUN_REACH + 2).or_else(|| persons(PRONOUN_REACH))
    }

    /// The `size` parties last in view, as `whom` counts them. Where one sentence has more of them, those that it joins
    /// ("Doe and Roe") are taken, and none where it joins none of that number.
    fn group_in_view(
        &self,
        t: TokenIx,
        size: usize,
        reach: u32,
        whom: &dyn Fn(PartyIx) -> Option<PartyIx>,
    ) -> Option<Vec<PartyIx>> {
        let mut seen: Vec<PartyIx> = Vec::new();
        let mut mentions = self.before(t, reach).peekable();
        while let Some(sentence) = mentions.peek().map(|r| r.sentence) {
            let mut joined: Option<Vec<PartyIx>> = None;
            while let Some(r) = mentions.next_if(|r| r.sentence == sentence) {
                let place = self.tree.case(r.head).is_some_and(|c| self.knowledge.in_set("place-only", &c));
                let Some(party) = whom(r.party).filter(|_| !place) else { continue };
                if !seen.contains(&party) {
                    seen.push(party);
                }
                let mut with: Vec<PartyIx> = Vec::new();
                for other in self.coordinated_with(r.head).into_iter().filter_map(whom) {
                    if !with.contains(&other) {
                        with.push(other);
                    }
                }
                if with.len() == size && (joined.is_none() || r.subject) {
                    joined = Some(with);
                }
            }
            match seen.len() {
                n if n == size => {
                    seen.reverse();
                    return Some(seen);
                }
                n if n > size => return joined,
                _ => {}
            }
        }
        None
    }
}
