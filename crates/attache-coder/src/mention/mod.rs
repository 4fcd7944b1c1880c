//! Mentions and the parties they name: composition ("the Russian foreign ministry"), names, titles, coreference.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use attache_doc::{
    Actor, ActorKind, Entity, EntityLabel, Mention, MentionKind, PartyIx, Reason, Rel, Resolution, Span, TokenIx, Upos,
    Xpos,
};
use jiff::civil::Date;

use crate::knowledge::{Knowledge, NameRef};
use crate::tree::Tree;

mod coreference;
mod naming;

use coreference::{DESCRIPTION_REACH, Gender, Recent};
use naming::{Names, Sort, telling_words};

/// A mention with what the later stages ask of it.
#[derive(Debug, Clone)]
pub struct Found {
    pub head: TokenIx,
    pub span: Span,
    pub kind: MentionKind,
    /// Whom it names; several for "the two".
    pub parties: Vec<PartyIx>,
    /// Class of unnamed source, when the noun is one (lexicon/en/vague.tsv).
    pub vague: Option<String>,
}

/// All mentions and parties of a document.
#[derive(Debug, Default)]
pub struct Who {
    pub parties: Vec<Actor>,
    pub found: Vec<Found>,
    at: Vec<Option<u32>>,
    /// Name hits by first token, for the place stage.
    pub hits: Vec<Hit>,
    /// Parties that are only unnamed onlookers ("analysts"): voices, but no actors.
    pub onlookers: HashSet<PartyIx>,
    /// Capitals wherever they stand, with their state: a visit to a capital is a visit to the state.
    capitals: Vec<Option<PartyIx>>,
    /// Names and demonyms used as modifiers ("Russian strikes"), with the party they name.
    modifiers: Vec<Option<PartyIx>>,
    /// Hit that covers a token.
    hit_at: Vec<Option<u32>>,
    /// Parties that some mention gives by name.
    named: HashSet<PartyIx>,
}

/// A run of tokens that the name tables know.
#[derive(Debug, Clone)]
pub struct Hit {
    pub tokens: Range<TokenIx>,
    pub refs: Vec<NameRef>,
}

impl Hit {
    /// Rows of the persons that the name may be of.
    fn people(&self) -> Vec<u32> {
        self.refs.iter().filter_map(|r| if let NameRef::Person(p) = r { Some(*p) } else { None }).collect()
    }
}

impl Who {
    /// The mention headed by a token, or that the token is part of the name of.
    pub fn mention(&self, token: TokenIx) -> Option<&Found> {
        self.at[token as usize].map(|i| &self.found[i as usize])
    }

    /// The known name that covers a token.
    pub fn hit(&self, token: TokenIx) -> Option<&Hit> {
        self.hit_at[token as usize].map(|i| &self.hits[i as usize])
    }

    /// The party that a modifier names: the state of a demonym, a body used as a compound.
    pub fn modifier(&self, token: TokenIx) -> Option<PartyIx> {
        self.modifiers[token as usize]
    }

    /// The state of a capital or city.
    pub fn city_state(&self, token: TokenIx) -> Option<PartyIx> {
        self.capitals[token as usize]
    }

    /// True for parties that the document gives by name somewhere.
    pub fn is_named(&self, party: PartyIx) -> bool {
        self.named.contains(&party)
    }

    /// The parties a nominal names, with the words of each, conjuncts included.
    pub fn named_by(&self, tree: &Tree, head: TokenIx) -> Vec<(PartyIx, Span)> {
        let mut out: Vec<(PartyIx, Span)> = Vec::new();
        for conjunct in tree.conjuncts(head) {
            if let Some(found) = self.mention(conjunct) {
                for &party in &found.parties {
                    if !out.iter().any(|(p, _)| *p == party) {
                        out.push((party, found.span));
                    }
                }
            }
        }
        out
    }

    /// True for parties that can take part in political events: known, or described by office, organ or agent noun.
    pub fn is_actor(&self, knowledge: &Knowledge, party: PartyIx) -> bool {
        let actor = &self.parties[party as usize];
        actor.resolution != Resolution::Unresolved
            && !self.onlookers.contains(&party)
            && actor.kind.as_ref().is_some_and(|k| knowledge.in_set("political-kind", &k.0))
    }

    /// True for actors with political weight: known ones, those of a country, and those whose sector is more than an
    /// onlooker's. An event needs one at least.
    pub fn is_political(&self, knowledge: &Knowledge, party: PartyIx) -> bool {
        let actor = &self.parties[party as usize];
        self.is_actor(knowledge, party)
            && (actor.resolution == Resolution::Known
                || actor.country.is_some()
                || actor.sectors.iter().any(|s| !knowledge.in_set("onlooker-sector", &s.to_lowercase())))
    }

    /// The authority a party speaks and acts for: its ministry's state, its office's government.
    pub fn side(&self, party: PartyIx) -> PartyIx {
        let mut at = party;
        // Chains are person → organ → state; the bound ends a cycle in a faulty table.
        for _ in 0..8 {
            match self.parties[at as usize].part_of {
                Some(up) if up != at => at = up,
                _ => break,
            }
        }
        at
    }

    /// True when two parties belong to the same authority.
    pub fn same_side(&self, a: PartyIx, b: PartyIx) -> bool {
        a == b || self.side(a) == self.side(b)
    }

    /// Key or name, for chains.
    pub fn label(&self, party: PartyIx) -> String {
        let actor = &self.parties[party as usize];
        actor.key.clone().unwrap_or_else(|| actor.name.clone())
    }

    /// The mentions as the coding lists them.
    pub fn mentions(&self, tree: &Tree) -> Vec<Mention> {
        let mut out = Vec::new();
        for found in &self.found {
            for &party in &found.parties {
                let sentence = tree.sentence(found.head);
                out.push(Mention { span: found.span, head: found.head, sentence, kind: found.kind, party });
            }
        }
        out.sort_by_key(|m| (m.span, m.party));
        out
    }

    /// The parties, at the end of coding.
    pub fn into_parties(self) -> Vec<Actor> {
        self.parties
    }
}

/// Finds mentions and resolves them to parties.
pub fn find(knowledge: &Knowledge, tree: &Tree) -> Who {
    let mut finder = Finder::new(knowledge, tree);
    finder.match_names();
    for sentence in 0..tree.parse.sentences.len() {
        finder.read_sentence(sentence);
    }
    finder.read_participants();
    let mut who = finder.who;
    for party in &mut who.parties {
        party.because.dedup();
    }
    let names = who.found.iter().filter(|f| f.kind == MentionKind::Name);
    who.named = names.flat_map(|f| f.parties.iter().copied()).collect();
    who
}

struct Finder<'a, 'k> {
    knowledge: &'k Knowledge,
    tree: &'a Tree<'a>,
    on: Option<Date>,
    who: Who,
    /// Entity that covers a token.
    entity_at: Vec<Option<u32>>,
    /// Party by key or described key.
    by_key: HashMap<String, PartyIx>,
    /// Names that the document has given so far.
    names: Names,
    /// Mentions so far, for coreference.
    recent: Vec<Recent>,
    /// How often each party was mentioned so far.
    times: Vec<u32>,
    /// Parties that some mention so far gives by name.
    named: HashSet<PartyIx>,
    /// What the words so far say of a person's gender.
    gender: HashMap<PartyIx, Gender>,
    /// Nouns that the document has said of named parties ("Jane Doe, a chemist"), with the party last.
    said_of: HashMap<String, Vec<PartyIx>>,
    /// For each token, whether it stands in quotation marks.
    quoted: Vec<bool>,
}

/// Least probability of an event for those who take part in it to be mentions.
const PARTICIPANT: f32 = 0.5;
/// How many entities below a headline are looked at for the full name: articles give it in their first paragraphs.
const MOST_ENTITIES_AHEAD: usize = 64;

impl<'a, 'k> Finder<'a, 'k> {
    fn new(knowledge: &'k Knowledge, tree: &'a Tree<'a>) -> Self {
        let n = tree.len() as usize;
        Finder {
            knowledge,
            tree,
            on: tree.doc.meta.published,
            who: Who {
                at: vec![None; n],
                hit_at: vec![None; n],
                modifiers: vec![None; n],
                capitals: vec![None; n],
                ..Who::default()
            },
            entity_at: {
                let mut at = vec![None; n];
                for (i, entity) in tree.parse.entities.iter().enumerate() {
                    for t in entity.tokens.clone() {
                        at[t as usize] = Some(i as u32);
                    }
                }
                at
            },
            by_key: HashMap::new(),
            names: Names::default(),
            recent: Vec::new(),
            times: Vec::new(),
            named: HashSet::new(),
            gender: HashMap::new(),
            said_of: HashMap::new(),
            quoted: tree.quoted(),
        }
    }

    /// Marks the longest known names, from left to right, in each sentence. Cities are left to the place stage.
    fn match_names(&mut self) {
        let accept = |r: NameRef| !matches!(r, NameRef::City(_));
        for sentence in &self.tree.parse.sentences {
            let mut atoms = Vec::new();
            for t in sentence.tokens.clone() {
                crate::knowledge::atoms_of(self.tree.form(t), t, &mut atoms);
            }
            let cased = atoms.iter().filter(|a| a.text.chars().any(char::is_alphabetic)).count();
            let upper = atoms.iter().filter(|a| a.upper).count();
            let shouting = cased >= 3 && upper * 5 >= cased * 4;
            let mut at = 0;
            while at < atoms.len() {
                match self.knowledge.names.longest(&atoms, at, shouting, &accept) {
                    Some((n, refs)) => {
                        let tokens = atoms[at].token..atoms[at + n - 1].token + 1;
                        if self.plausible(&tokens, &refs) {
                            let ix = self.who.hits.len() as u32;
                            for t in tokens.clone() {
                                self.who.hit_at[t as usize] = Some(ix);
                            }
                            self.who.hits.push(Hit { tokens, refs });
                        }
                        at += n;
                    }
                    None => at += 1,
                }
            }
        }
    }

    /// A country's or body's name inside a longer person's name is no name of the country ("Jordan" in "Michael Jordan").
    fn plausible(&self, tokens: &Range<TokenIx>, refs: &[NameRef]) -> bool {
        let common = refs.iter().all(|r| matches!(r, NameRef::Organ(_) | NameRef::Office(_) | NameRef::Agent(_)));
        if common {
            // Verbs and adverbs that look like nouns ("guards", "leads") are no actors.
            let last = tokens.end - 1;
            return !matches!(self.tree.upos(last), Upos::Verb | Upos::Adv | Upos::Aux | Upos::Adp);
        }
        // Titles inside the entity do not make the name another one ("President Putin").
        let title = |w: TokenIx| {
            let word = self.tree.lower(w).trim_end_matches('.');
            self.knowledge.in_set("title", word) || self.tree.upos(w) != Upos::Propn
        };
        !self.entity(tokens.start).is_some_and(|e| {
            e.label == EntityLabel::Person
                && e.tokens.start <= tokens.start
                && tokens.end <= e.tokens.end
                && e.tokens.clone().any(|w| !tokens.contains(&w) && !title(w))
        })
    }

    fn hit(&self, token: TokenIx) -> Option<&Hit> {
        self.who.hit(token)
    }

    /// The model's entity that covers a token.
    fn entity(&self, token: TokenIx) -> Option<&'a Entity> {
        self.entity_at[token as usize].map(|i| &self.tree.parse.entities[i as usize])
    }

    fn read_sentence(&mut self, sentence: usize) {
        let range = self.tree.parse.sentences[sentence].tokens.clone();
        for t in range {
            if self.is_mention_head(t) {
                self.read(t, 0);
            }
        }
        self.read_copulas(sentence);
        self.read_modifiers(sentence);
        self.read_cities(sentence);
    }

    /// Those who take part in an event for the model and are no mention yet: they keep their words and stay unresolved.
    fn read_participants(&mut self) {
        let tree = self.tree;
        let likely = tree.parse.deeds.iter().filter(|deed| deed.score >= PARTICIPANT);
        let runs: Vec<&Range<TokenIx>> = likely.flat_map(|deed| deed.actor.iter().chain(&deed.recipient)).collect();
        for run in runs {
            let Some(top) = tree.top_of(run.clone()) else { continue };
            for t in tree.conjuncts(top).into_iter().filter(|t| run.contains(t)) {
                let noun = matches!(tree.upos(t), Upos::Noun | Upos::Propn);
                if noun && self.who.at[t as usize].is_none() && self.hit(t).is_none() {
                    let name = strip_article(tree.doc.text(tree.nominal_span(t)));
                    let party = self.party(&format!("participant:{}", name.to_lowercase()), || unresolved(name));
                    self.push(t, MentionKind::Description, vec![party], None);
                }
            }
        }
    }

    /// Cities that take part in events stand for their state: "shelled Kharkiv".
    fn read_cities(&mut self, sentence: usize) {
        let range = self.tree.parse.sentences[sentence].tokens.clone();
        let mut named: Vec<Range<TokenIx>> = range
            .clone()
            .filter_map(|w| self.entity(w))
            .filter(|e| e.label == EntityLabel::Location)
            .map(|e| e.tokens.clone())
            .collect();
        named.dedup();
        for tokens in named {
            if tokens.clone().any(|w| self.hit(w).is_some()) {
                continue;
            }
            let mut atoms = Vec::new();
            for w in tokens.clone() {
                crate::knowledge::atoms_of(self.tree.form(w), w, &mut atoms);
            }
            let names = &self.knowledge.names;
            let Some((n, refs)) = (!atoms.is_empty())
                .then(|| names.longest(&atoms, 0, false, &|r| matches!(r, NameRef::City(_))))
                .flatten()
            else {
                continue;
            };
            let city = refs
                .iter()
                .filter_map(|r| if let NameRef::City(i) = r { Some(&names.cities[*i as usize]) } else { None })
                .max_by_key(|c| (c.population, std::cmp::Reverse(c.geonames)));
            let country = city.filter(|_| n == atoms.len()).map(|c| c.country.clone());
            if let Some(state) = country.and_then(|c| self.country(&c)) {
                for w in tokens {
                    self.who.capitals[w as usize] = Some(state);
                }
            }
        }
    }

    /// Demonyms and names that modify a noun: "Russian strikes", "Hamas fighters".
    fn read_modifiers(&mut self, sentence: usize) {
        let range = self.tree.parse.sentences[sentence].tokens.clone();
        let mut hits: Vec<Hit> = Vec::new();
        for w in range {
            if let Some(hit) = self.hit(w).filter(|h| h.tokens.start == w) {
                hits.push(hit.clone());
            }
        }
        for hit in hits {
            let capital = hit.refs.iter().find_map(|r| if let NameRef::Capital(i) = *r { Some(i) } else { None });
            if let Some(i) = capital {
                let state = self.state(i, &hit);
                for w in hit.tokens.clone() {
                    self.who.capitals[w as usize] = Some(state);
                }
            }
            let modifies = hit.tokens.clone().any(|w| {
                matches!(self.tree.rel(w), Rel::Amod | Rel::Compound | Rel::NmodDesc | Rel::Flat | Rel::Conj)
                    && self.tree.head(w).is_some_and(|h| !hit.tokens.contains(&h))
            });
            if !modifies {
                continue;
            }
            let party = hit.refs.iter().find_map(|r| match *r {
                NameRef::State(i) | NameRef::Demonym(i) => Some(self.state(i, &hit)),
                NameRef::Institution(i) => {
                    let key = self.knowledge.names.institutions[i as usize].key.clone();
                    Some(self.institution(&key))
                }
                _ => None,
            });
            if let Some(party) = party {
                for w in hit.tokens.clone() {
                    self.who.modifiers[w as usize] = Some(party);
                }
            }
        }
    }

    /// Heads of nominals that are no part of another nominal's name.
    fn is_mention_head(&self, t: TokenIx) -> bool {
        let tree = self.tree;
        let nominal = tree.is_nominal(t)
            || (tree.upos(t) == Upos::Adj
                && self.hit(t).is_some()
                && !matches!(tree.rel(t), Rel::Amod | Rel::Compound))
            || (tree.upos(t) == Upos::Det && matches!(tree.rel(t), Rel::Nsubj | Rel::NsubjPass | Rel::Obj | Rel::Obl));
        // "Ministers Doe and Roe": the title belongs to the names.
        let title = tree.rel(t) == Rel::NmodDesc && matches!(tree.xpos(t), Xpos::Nns | Xpos::Nnps);
        nominal
            && !title
            && !matches!(
                tree.rel(t),
                Rel::Compound | Rel::Flat | Rel::Fixed | Rel::Goeswith | Rel::Nummod | Rel::Det | Rel::Amod
            )
    }

    /// Reads the mention headed by `t`, once. `depth` bounds the recursion through possessors and of-phrases.
    fn read(&mut self, t: TokenIx, depth: usize) -> Option<u32> {
        if let Some(ix) = self.who.at[t as usize] {
            return Some(ix);
        }
        if depth > 6 {
            return None;
        }
        let tree = self.tree;
        if tree.upos(t) == Upos::Pron || tree.upos(t) == Upos::Det || self.group_size(t).is_some() {
            return self.read_pronoun(t);
        }
        if self.knowledge.in_set("quantity", tree.lemma(t)) {
            // "thousands of protesters": who is counted is named.
            let counted = tree.kids_by(t, &[Rel::Nmod]).find(|&k| tree.case(k).as_deref() == Some("of"));
            if let Some(ix) = counted.and_then(|k| self.read(k, depth + 1)) {
                let of = self.who.found[ix as usize].clone();
                return Some(self.push(t, of.kind, of.parties, of.vague));
            }
        }
        let core = self.core(t);
        let made = match self.read_repetition(t, &core) {
            Some(party) => Some((party, MentionKind::Description)),
            None => self.resolve(t, &core, depth),
        };
        let vague = self.vague_class(t, &core);
        let shared = self.one_for_each_owner(t, &core, depth);
        let (parties, known) = match made {
            Some((_, kind)) if shared.len() > 1 => (shared, kind),
            Some((party, kind)) => (vec![party], kind),
            None => match self.read_description(t, &core) {
                Some(parties) => (parties, MentionKind::Description),
                None if let Some(named) = self.named_by_apposition(t, depth) => (named, MentionKind::Description),
                None if vague.is_some() => (Vec::new(), MentionKind::Description),
                None => return None,
            },
        };
        if vague.is_some() && known == MentionKind::Description {
            for &p in &parties {
                let actor = &self.who.parties[p as usize];
                let political = actor.country.is_some()
                    || actor.part_of.is_some()
                    || actor.sectors.iter().any(|s| !self.knowledge.in_set("onlooker-sector", &s.to_lowercase()));
                if !political {
                    self.who.onlookers.insert(p);
                }
            }
        }
        let ix = self.push(t, known, parties, vague);
        // Words of the name lead to the mention too, so that roles filled by a part of it are understood.
        for &part in &core {
            if self.who.at[part as usize].is_none() && self.tree.rel(part) != Rel::Det {
                let owner = self.hit(part).is_some_and(|h| !h.tokens.contains(&t)) && self.tree.rel(part) != Rel::Flat;
                if !owner {
                    self.who.at[part as usize] = Some(ix);
                }
            }
        }
        self.read_titles(ix, &core);
        self.read_shared_title(t, ix, depth);
        self.read_acronym(t, ix);
        self.read_apposition(t, ix, depth);
        Some(ix)
    }

    /// The nouns beside a name are said of its bearer: "the chemist Jane Doe".
    fn read_titles(&mut self, ix: u32, core: &[TokenIx]) {
        let found = &self.who.found[ix as usize];
        if let (MentionKind::Name, &[party]) = (found.kind, found.parties.as_slice()) {
            for &w in core {
                self.say_of(party, w);
            }
        }
    }

    /// "Foreign Ministers Jane Doe and John Roe": a title in the plural is of each of the names joined behind it.
    fn read_shared_title(&mut self, t: TokenIx, ix: u32, depth: usize) {
        let tree = self.tree;
        let plural = |k: &TokenIx| matches!(tree.xpos(*k), Xpos::Nns | Xpos::Nnps);
        let Some(title) = tree.kids_by(tree.first_conjunct(t), &[Rel::NmodDesc]).find(plural) else { return };
        let found = &self.who.found[ix as usize];
        let (MentionKind::Name, &[party]) = (found.kind, found.parties.as_slice()) else { return };
        let person = self.who.parties[party as usize].kind.as_ref().is_some_and(|k| k.0 == "person");
        let Some(hit) = self.hit(title).filter(|_| person).cloned() else { return };
        let names = &self.knowledge.names;
        let office = hit.refs.iter().find_map(|r| match *r {
            NameRef::Office(i) => {
                Some((names.offices[i as usize].sectors.clone(), names.offices[i as usize].source.clone()))
            }
            NameRef::Agent(i) => {
                Some((names.agents[i as usize].sectors.clone(), names.agents[i as usize].source.clone()))
            }
            NameRef::Organ(i) => {
                Some((names.organs[i as usize].sectors.clone(), names.organs[i as usize].source.clone()))
            }
            _ => None,
        });
        let Some((sectors, source)) = office else { return };
        let words = self.noun_phrase(title);
        let around = [self.core(t), self.core(title)].concat();
        let owner = self.owner(t, &around, &hit.tokens, depth);
        self.entitle(party, &sectors, &words, owner, false, source.reason());
    }

    /// "the Riverton Climate Council (RCC)": the short form in brackets is a name of the same body.
    fn read_acronym(&mut self, t: TokenIx, ix: u32) {
        let tree = self.tree;
        let &[party] = self.who.found[ix as usize].parties.as_slice() else { return };
        let last = tree.nominal(t).into_iter().max().unwrap_or(t);
        let form = |n: TokenIx| (last + n < tree.len()).then(|| tree.form(last + n));
        let (Some("("), Some(short), Some(")")) = (form(1), form(2), form(3)) else { return };
        let acronym =
            short.chars().filter(|c| c.is_uppercase()).count() > 1 && short.chars().all(char::is_alphanumeric);
        let person = self.who.parties[party as usize].kind.as_ref().is_some_and(|k| k.0 == "person");
        if acronym && !person {
            self.names.give(party, Sort::Body, vec![short.to_lowercase()]);
        }
    }

    /// "his guest, Edi Rama": a noun the tables do not know, with a name beside it.
    fn named_by_apposition(&mut self, t: TokenIx, depth: usize) -> Option<Vec<PartyIx>> {
        if self.tree.upos(t) != Upos::Noun || self.entity(t).is_some() {
            return None;
        }
        let beside = self.tree.kid(t, &[Rel::Appos]).filter(|&k| self.tree.upos(k) == Upos::Propn)?;
        let ix = self.read(beside, depth + 1)?;
        let found = &self.who.found[ix as usize];
        let parties = (found.kind == MentionKind::Name && !found.parties.is_empty()).then(|| found.parties.clone())?;
        if let &[party] = parties.as_slice() {
            self.say_of(party, t);
        }
        Some(parties)
    }

    fn push(&mut self, t: TokenIx, kind: MentionKind, parties: Vec<PartyIx>, vague: Option<String>) -> u32 {
        let ix = self.who.found.len() as u32;
        self.remember(t, kind, &parties);
        let span = self.tree.nominal_span(t);
        self.who.found.push(Found { head: t, span, kind, parties, vague });
        self.who.at[t as usize] = Some(ix);
        ix
    }

    /// The words that make up the name: head with compounds, adjectives, flat parts, without possessors and phrases.
    fn core(&self, t: TokenIx) -> Vec<TokenIx> {
        let tree = self.tree;
        let mut core = vec![t];
        let mut stack = vec![t];
        while let Some(at) = stack.pop() {
            for &k in tree.kids(at) {
                let part = matches!(
                    tree.rel(k),
                    Rel::Compound | Rel::Flat | Rel::Amod | Rel::NmodDesc | Rel::Goeswith | Rel::NmodUnmarked
                ) || (tree.rel(k) == Rel::Det && at == t)
                    || (tree.rel(k) == Rel::Conj
                        && at != t
                        && self.hit(k).is_some()
                        && self.who.hit_at[k as usize] == self.who.hit_at[t as usize]);
                if part && (k as i64 - t as i64).abs() < 24 {
                    core.push(k);
                    stack.push(k);
                }
            }
        }
        // A known name that runs over the head takes all its words, whatever the tree ("Ministry of Foreign Affairs").
        if let Some(hit) = self.hit(t) {
            core.extend(hit.tokens.clone());
        }
        core.sort_unstable();
        core.dedup();
        core
    }

    fn vague_class(&self, t: TokenIx, core: &[TokenIx]) -> Option<String> {
        let tree = self.tree;
        let words: Vec<&str> = core.iter().filter(|&&w| tree.rel(w) != Rel::Det).map(|&w| tree.lower(w)).collect();
        let known = |phrase: &str| self.knowledge.vague.get(phrase).map(|(class, _)| class.clone());
        for from in 0..words.len() {
            if let Some(class) = known(&words[from..].join(" ")) {
                return Some(class);
            }
        }
        known(tree.lower(t)).or_else(|| known(tree.lemma(t)))
    }

    /// Names, organs, offices and agents in the core, composed with their owner.
    fn resolve(&mut self, t: TokenIx, core: &[TokenIx], depth: usize) -> Option<(PartyIx, MentionKind)> {
        let tree = self.tree;
        let mut hits: Vec<Hit> = Vec::new();
        for &w in core {
            if let Some(hit) = self.hit(w)
                && hits.last().is_none_or(|h| h.tokens != hit.tokens)
            {
                hits.push(hit.clone());
            }
        }
        // A person's name decides wherever it stands in the nominal, unless it only modifies ("the Doe administration").
        for hit in hits.iter().filter(|h| !self.modifies(h.tokens.end, t)) {
            let rows = hit.people();
            if !rows.is_empty() {
                let before = hit.tokens.start.checked_sub(1).and_then(|w| self.hit(w)).cloned();
                let beside: Vec<Hit> = hits.iter().cloned().chain(before).collect();
                let office = self.office_words(&beside);
                let party = self.person(&rows, office, hit.tokens.clone());
                return Some((party, MentionKind::Name));
            }
        }
        // A title whose holder is named right after it.
        if let Some(title) =
            hits.iter().find(|h| h.tokens.contains(&t) && h.refs.iter().any(|r| matches!(r, NameRef::Office(_))))
        {
            let next = title.tokens.end;
            let after = (next < tree.len()).then(|| self.hit(next)).flatten().cloned();
            if let Some(hit) = after.filter(|h| h.tokens.start == next && tree.sentence(next) == tree.sentence(t)) {
                let rows = hit.people();
                if !rows.is_empty() {
                    let office = self.office_words(std::slice::from_ref(title));
                    let party = self.person(&rows, office, hit.tokens.clone());
                    return Some((party, MentionKind::Name));
                }
            }
        }
        let head_hit = hits.iter().find(|h| h.tokens.contains(&t)).cloned();
        let named_person = self
            .entity_name(t, core, EntityLabel::Person)
            .or_else(|| self.name_after(&hits))
            .or_else(|| self.name_in_apposition(t, &hits));
        let office_hit = hits
            .iter()
            .rev()
            .find(|h| {
                h.refs.iter().any(|r| matches!(r, NameRef::Office(_)))
                    && (h.tokens.contains(&t) || named_person.is_some())
            })
            .cloned();
        if let Some(hit) = &head_hit {
            for r in &hit.refs {
                match *r {
                    NameRef::Institution(i) => {
                        let key = self.knowledge.names.institutions[i as usize].key.clone();
                        return Some((self.institution(&key), MentionKind::Name));
                    }
                    NameRef::State(i) => return Some((self.state(i, hit), MentionKind::Name)),
                    NameRef::Capital(i) if self.is_metonym(t) => return Some((self.state(i, hit), MentionKind::Name)),
                    _ => {}
                }
            }
        }
        if let Some(hit) = office_hit {
            return Some(self.office_holder(t, core, &hit, named_person, depth));
        }
        // "the militant group Boko Haram": the body named right after its description.
        let next = t + 1;
        let after = (next < tree.len() && tree.sentence(next) == tree.sentence(t) && tree.upos(t) == Upos::Noun)
            .then(|| self.hit(next))
            .flatten()
            .filter(|h| h.tokens.start == next);
        if let Some(key) = after.and_then(|h| {
            h.refs.iter().find_map(|r| match *r {
                NameRef::Institution(i) => Some(self.knowledge.names.institutions[i as usize].key.clone()),
                _ => None,
            })
        }) {
            let apposed = tree.kid(t, &[Rel::Appos, Rel::Flat, Rel::Compound, Rel::NmodDesc, Rel::Nmod]).is_some()
                || tree.head(t).is_some_and(|h| h > t && self.hit(h).is_some_and(|x| x.tokens.start == next));
            if apposed && tree.case(next).is_none() {
                return Some((self.institution(&key), MentionKind::Name));
            }
        }
        if let Some((_, words)) = named_person {
            return Some((self.unknown_person(t, &words), MentionKind::Name));
        }
        if let Some(hit) = head_hit {
            for r in &hit.refs {
                match *r {
                    NameRef::Organ(i) => return self.organ(t, core, i, depth).map(|p| (p, MentionKind::Description)),
                    NameRef::Agent(i) => return Some((self.agent(t, core, i, depth), MentionKind::Description)),
                    NameRef::Demonym(i) if tree.upos(t) != Upos::Adj || tree.kid(t, &[Rel::Det]).is_some() => {
                        return Some((self.people_of(i, t), MentionKind::Description));
                    }
                    _ => {}
                }
            }
        }
        // A surname alone: only when the document has given the full name.
        if matches!(tree.upos(t), Upos::Propn) {
            let last = *core.iter().filter(|&&w| tree.upos(w) == Upos::Propn).max()?;
            let titled = core.iter().all(|&w| {
                w == last
                    || tree.upos(w) != Upos::Propn
                    || self.knowledge.in_set("title", tree.lower(w).trim_end_matches('.'))
            });
            if titled && let Some(party) = self.person_called(t, &telling_words(self.knowledge, tree, &[last])) {
                return Some((party, MentionKind::Name));
            }
            if let Some((_, words)) = self.entity_name(t, core, EntityLabel::Organisation) {
                return Some((self.unknown_organisation(&words, core), MentionKind::Name));
            }
            // A name given before that the model has not marked here.
            if self.entity(t).is_none() {
                let proper: Vec<TokenIx> = core.iter().copied().filter(|&w| tree.upos(w) == Upos::Propn).collect();
                let called = telling_words(self.knowledge, tree, &proper);
                return self
                    .body_called(&called)
                    .or_else(|| self.named_later(t, &called))
                    .map(|party| (party, MentionKind::Name));
            }
        }
        None
    }

    /// True when what ends before `end` stands before a common noun `head` as its modifier: "Doe aides", "a Doe spokesman".
    fn modifies(&self, end: TokenIx, head: TokenIx) -> bool {
        end <= head && self.tree.upos(head) == Upos::Noun
    }

    /// The words of a named entity of this type inside the core.
    fn entity_name(&self, head: TokenIx, core: &[TokenIx], label: EntityLabel) -> Option<(Span, Vec<TokenIx>)> {
        let title =
            self.hit(head).is_some_and(|h| h.refs.iter().any(|r| matches!(r, NameRef::Office(_) | NameRef::Agent(_))));
        // What the tables know as a state or body is no person's name, whatever the model makes of it.
        let body = |e: &Entity| {
            self.hit(e.tokens.start).is_some_and(|h| {
                h.refs.iter().any(|r| {
                    matches!(r, NameRef::State(_) | NameRef::Demonym(_) | NameRef::Institution(_) | NameRef::Capital(_))
                })
            })
        };
        // A body's name must hold the head: in "Hamas account" the name is only a modifier.
        let fits = |e: &&Entity| {
            let before = self.modifies(e.tokens.end, head);
            let holds = e.tokens.contains(&head) || (label == EntityLabel::Person && title && !before);
            if label == EntityLabel::Person && e.tokens.len() == 1 && body(e) {
                return false;
            }
            e.label == label && holds
        };
        let proper = core.iter().copied().filter(|&w| self.tree.upos(w) == Upos::Propn);
        let entity = proper.filter_map(|w| self.entity(w)).find(fits)?;
        let words: Vec<TokenIx> = entity
            .tokens
            .clone()
            .filter(|w| {
                let title = self.hit(*w).is_some_and(|h| {
                    h.refs.iter().any(|r| matches!(r, NameRef::Office(_) | NameRef::Demonym(_) | NameRef::State(_)))
                });
                label != EntityLabel::Person || !title
            })
            .filter(|w| !matches!(self.tree.upos(*w), Upos::Punct | Upos::Part | Upos::Det))
            .collect();
        if words.is_empty() { None } else { Some((self.tree.span_of(&words), words)) }
    }

    /// A person's name right after a title, whatever the tree makes of it ("Foreign Minister Jane Doe").
    fn name_after(&self, hits: &[Hit]) -> Option<(Span, Vec<TokenIx>)> {
        let title = hits.iter().find(|h| h.refs.iter().any(|r| matches!(r, NameRef::Office(_))))?;
        let next = title.tokens.end;
        if next >= self.tree.len() || self.tree.sentence(next) != self.tree.sentence(next - 1) {
            return None;
        }
        let entity =
            self.entity(next).filter(|e| e.label == EntityLabel::Person && self.tree.upos(next) == Upos::Propn)?;
        let words: Vec<TokenIx> = (next..entity.tokens.end).collect();
        Some((self.tree.span_of(&words), words))
    }

    /// The name in an apposition that the parser hung on the owner: "the foreign minister of the junta, Jane Doe,".
    fn name_in_apposition(&self, t: TokenIx, hits: &[Hit]) -> Option<(Span, Vec<TokenIx>)> {
        let tree = self.tree;
        let title =
            hits.iter().any(|h| h.tokens.contains(&t) && h.refs.iter().any(|r| matches!(r, NameRef::Office(_))));
        if !title || matches!(tree.xpos(t), Xpos::Nns | Xpos::Nnps) || tree.kid(t, &[Rel::Appos]).is_some() {
            return None;
        }
        let owners = tree
            .kids_by(t, &[Rel::Nmod])
            .filter(|&k| matches!(tree.case(k).as_deref(), Some("of" | "for" | "to" | "on")));
        let name =
            owners.flat_map(|o| tree.subtree(o)).find(|&w| tree.rel(w) == Rel::Appos && tree.upos(w) == Upos::Propn)?;
        let entity = self.entity(name).filter(|e| e.label == EntityLabel::Person)?;
        let words: Vec<TokenIx> = entity.tokens.clone().collect();
        Some((tree.span_of(&words), words))
    }

    /// The title words beside a person's name.
    fn office_words(&self, hits: &[Hit]) -> Option<String> {
        let hit = hits.iter().find(|h| h.refs.iter().any(|r| matches!(r, NameRef::Office(_))))?;
        let words: Vec<TokenIx> = hit.tokens.clone().collect();
        Some(self.tree.doc.text(self.tree.span_of(&words)).to_string())
    }

    // ---- parties ----

    fn party(&mut self, key: &str, make: impl FnOnce() -> Actor) -> PartyIx {
        if let Some(&p) = self.by_key.get(key) {
            return p;
        }
        let p = self.who.parties.len() as PartyIx;
        self.who.parties.push(make());
        self.times.push(0);
        self.by_key.insert(key.to_string(), p);
        p
    }

    fn state(&mut self, i: u32, _hit: &Hit) -> PartyIx {
        let state = &self.knowledge.names.states[i as usize];
        let mut ids = BTreeMap::new();
        if !state.wikidata.is_empty() {
            ids.insert("wikidata".to_string(), state.wikidata.clone());
        }
        ids.insert("iso3".to_string(), state.iso3.clone());
        self.party(&state.key, || Actor {
            key: Some(state.key.clone()),
            name: state.name.clone(),
            kind: Some(ActorKind(state.kind.clone())),
            country: Some(state.iso3.clone()),
            sectors: state.sectors.clone(),
            office: None,
            ids,
            resolution: Resolution::Known,
            part_of: None,
            because: vec![state.source.reason()],
        })
    }

    fn country(&mut self, iso3: &str) -> Option<PartyIx> {
        let i = *self.knowledge.names.iso.get(iso3)?;
        Some(self.state(i, &Hit { tokens: 0..0, refs: Vec::new() }))
    }

    fn institution(&mut self, key: &str) -> PartyIx {
        if let Some(&p) = self.by_key.get(key) {
            return p;
        }
        let Some(row) = self.knowledge.names.institution_on(key, self.on).cloned() else {
            return self.party(key, || unresolved(key.to_string()));
        };
        let part_of = match row.parent.as_deref() {
            Some(parent) if self.knowledge.names.institution_keys.contains_key(parent) => {
                Some(self.institution(parent))
            }
            Some(parent) => self
                .knowledge
                .names
                .state_keys
                .get(parent)
                .copied()
                .map(|i| self.state(i, &Hit { tokens: 0..0, refs: Vec::new() })),
            None => None,
        };
        let own = ["state-organ", "ministry", "parliament", "court", "military", "intelligence", "police"];
        let part_of = part_of.or_else(|| {
            // Organs of a state speak for it; parties, companies and groups of a country do not.
            let organ = own.contains(&row.kind.as_str());
            row.country.as_deref().filter(|_| organ).and_then(|c| self.country(c))
        });
        let mut ids = BTreeMap::new();
        if !row.wikidata.is_empty() {
            ids.insert("wikidata".to_string(), row.wikidata.clone());
        }
        self.party(key, || Actor {
            key: Some(row.key.clone()),
            name: row.name.clone(),
            kind: Some(ActorKind(row.kind.clone())),
            country: row.country.clone(),
            sectors: row.sectors.clone(),
            office: None,
            ids,
            resolution: Resolution::Known,
            part_of,
            because: vec![row.source.reason()],
        })
    }

    fn person(&mut self, rows: &[u32], office: Option<String>, tokens: Range<TokenIx>) -> PartyIx {
        let names = &self.knowledge.names;
        let key = names.people[rows[0] as usize].key.clone();
        let rows: Vec<u32> =
            names.people.iter().enumerate().filter(|(_, p)| p.key == key).map(|(i, _)| i as u32).collect();
        let (row, holds) = names.office_on(&rows, self.on).unwrap_or((rows[0], true));
        let row = names.people[row as usize].clone();
        let authority = match row.org.as_deref() {
            Some(org) if names.institution_keys.contains_key(org) => Some(self.institution(org)),
            _ => row.country.as_deref().and_then(|c| self.country(c)),
        };
        let called = telling_words(self.knowledge, self.tree, &tokens.collect::<Vec<_>>());
        // "Doe" alone is the Doe that the text has named in full, before it is one of the tables.
        if called.len() == 1 && office.is_none() && !self.by_key.contains_key(&key) {
            let named = self.names.bearer(Sort::Person, &called, &|p| Some(self.times[p as usize]));
            if let Some(party) = named.filter(|&p| self.who.parties[p as usize].name.contains(' ')) {
                return party;
            }
        }
        let mut ids = BTreeMap::new();
        if !row.wikidata.is_empty() {
            ids.insert("wikidata".to_string(), row.wikidata.clone());
        }
        let party = self.party(&key, || Actor {
            key: Some(row.key.clone()),
            name: row.name.clone(),
            kind: Some(ActorKind("person".to_string())),
            country: row.country.clone(),
            // Out of office on the day, and not titled by the article: no longer of the sector.
            sectors: if holds || office.is_some() { row.sectors.clone() } else { Vec::new() },
            office: holds.then(|| row.office.clone()).filter(|o| !o.is_empty()),
            ids,
            resolution: Resolution::Known,
            part_of: if holds { authority } else { None },
            because: vec![row.source.reason()],
        });
        if let Some(office) = office {
            // The article's own title is what it asserts on its date.
            self.who.parties[party as usize].office = Some(office);
            if self.who.parties[party as usize].part_of.is_none() {
                self.who.parties[party as usize].part_of = authority;
            }
        }
        // A surname that stood alone before ("Doe" in the headline) is the one of this name.
        let full: Vec<String> = row.name.to_lowercase().split(' ').map(str::to_string).collect();
        let before = self.names.bearer(Sort::Person, &full, &|p| Some(self.times[p as usize]));
        if let Some(before) = before.filter(|&p| self.who.parties[p as usize].resolution == Resolution::Unresolved) {
            self.merge(before, party);
        }
        self.names.give(party, Sort::Person, full);
        self.names.give(party, Sort::Person, called);
        if let Some(owner) = self.who.parties[party as usize].part_of {
            // The tables may have the office in an organ, where the text says only whose it is: "the Danish president".
            for owner in [owner, self.who.side(owner)] {
                let described = format!("{}-{}", self.who.label(owner), row.office);
                self.by_key.entry(described).or_insert(party);
            }
        }
        party
    }

    /// The party of a person's name that the tables do not know.
    fn unknown_person(&mut self, t: TokenIx, words: &[TokenIx]) -> PartyIx {
        let tree = self.tree;
        let called = telling_words(self.knowledge, tree, words);
        let name = if words.len() > 1 {
            one_line(tree.doc.text(tree.span_of(words)))
        } else {
            words.iter().map(|&w| tree.form(w)).collect()
        };
        if called.len() == 1
            && self.person_called(t, &called).is_none()
            && let Some(body) = self.body_called(&called)
        {
            // The model takes some acronyms for people.
            return body;
        }
        let party = match self.person_called(t, &called) {
            Some(party) => {
                self.lengthen(party, name);
                party
            }
            None => self.party(&format!("~person {}", name.to_lowercase()), || Actor {
                kind: Some(ActorKind("person".to_string())),
                because: vec![Reason::Model { head: "entity".to_string(), score: 1.0 }],
                ..unresolved(name)
            }),
        };
        self.names.give(party, Sort::Person, called);
        party
    }

    /// The person of the document that a name is for, as far as titles before it allow.
    fn person_called(&self, t: TokenIx, called: &[String]) -> Option<PartyIx> {
        let gender = self.gender_of_words(&self.core(t), called);
        self.names.bearer(Sort::Person, called, &|p| {
            let other = gender.is_some_and(|g| self.gender.get(&p).is_some_and(|&known| known != g));
            (!other).then(|| self.times[p as usize])
        })
    }

    /// Names a party by the longest name that the text gives it, unless the tables name it.
    fn lengthen(&mut self, party: PartyIx, name: String) {
        let actor = &mut self.who.parties[party as usize];
        let own = actor.key.is_none() && actor.because.iter().any(|r| matches!(r, Reason::Model { .. }));
        if own && name.len() > actor.name.len() {
            actor.name = name;
        }
    }

    /// A surname of a headline that the model has not marked, when the text below gives one person of that name.
    fn named_later(&mut self, t: TokenIx, called: &[String]) -> Option<PartyIx> {
        let [surname] = called else { return None };
        let entities = &self.tree.parse.entities;
        let first = entities.partition_point(|e| e.tokens.start <= t);
        let later = entities[first..].iter().take(MOST_ENTITIES_AHEAD).filter(|e| {
            e.label == EntityLabel::Person && e.tokens.len() > 1 && self.tree.lower(e.tokens.end - 1) == surname
        });
        let mut names: Vec<Vec<TokenIx>> = Vec::new();
        for entity in later {
            let words: Vec<TokenIx> = entity.tokens.clone().collect();
            let same = |known: &Vec<TokenIx>| self.tree.lower(known[0]) == self.tree.lower(words[0]);
            if !names.iter().any(same) {
                names.push(words);
            }
        }
        let [words] = names.as_slice() else { return None };
        Some(self.unknown_person(words[0], words))
    }

    /// The party of a body's name that the tables do not know.
    fn unknown_organisation(&mut self, words: &[TokenIx], core: &[TokenIx]) -> PartyIx {
        let name = self.tree.doc.text(self.tree.span_of(words)).to_string();
        let country = core.iter().find_map(|&w| self.hit(w).and_then(|h| self.owner_country(h)));
        let called = telling_words(self.knowledge, self.tree, words);
        if let Some(party) = self.body_called(&called) {
            self.lengthen(party, name);
            self.names.give(party, Sort::Body, called);
            return party;
        }
        let key = format!("~organisation {}", name.to_lowercase());
        // Its last word may say what it is: "Tehran Dialogue Forum", "Liberty Party".
        let last = words.last().map(|&w| self.tree.lower(w).to_string()).unwrap_or_default();
        let described = self.knowledge.descriptors.get(&last).and_then(|(kinds, source)| {
            let kind = kinds.iter().find(|k| self.knowledge.in_set("named-kind", k))?;
            Some((kind.clone(), source.reason()))
        });
        let party = self.party(&key, || Actor {
            country,
            kind: described.as_ref().map(|(kind, _)| ActorKind(kind.clone())),
            resolution: if described.is_some() { Resolution::Described } else { Resolution::Unresolved },
            because: described
                .into_iter()
                .map(|(_, why)| why)
                .chain([Reason::Model { head: "entity".to_string(), score: 1.0 }])
                .collect(),
            ..unresolved(name)
        });
        self.names.give(party, Sort::Body, called);
        party
    }

    /// The body of the document that a name is for. A single common word ("the Party") is a description, not a name.
    fn body_called(&self, called: &[String]) -> Option<PartyIx> {
        let common = |word: &String| self.knowledge.descriptors.contains_key(word);
        if called.len() == 1 && called.iter().any(common) {
            return None;
        }
        self.names.bearer(Sort::Body, called, &|p| Some(self.times[p as usize]))
    }

    fn owner_country(&self, hit: &Hit) -> Option<String> {
        hit.refs.iter().find_map(|r| match *r {
            NameRef::State(i) | NameRef::Demonym(i) => Some(self.knowledge.names.states[i as usize].iso3.clone()),
            _ => None,
        })
    }

    /// Who an organ or office belongs to: a demonym or name among its words, its possessor, or its of-phrase.
    fn owner(&mut self, t: TokenIx, core: &[TokenIx], not: &Range<TokenIx>, depth: usize) -> Option<PartyIx> {
        let tree = self.tree;
        for &w in core {
            if not.contains(&w) {
                continue;
            }
            if let Some(hit) = self.hit(w).cloned() {
                for r in &hit.refs {
                    match *r {
                        NameRef::State(i) | NameRef::Demonym(i) | NameRef::Capital(i) => {
                            return Some(self.state(i, &hit));
                        }
                        NameRef::Institution(i) => {
                            let key = self.knowledge.names.institutions[i as usize].key.clone();
                            return Some(self.institution(&key));
                        }
                        // "Doe aides", "a Doe spokesman".
                        NameRef::Person(_) if self.modifies(hit.tokens.end, t) => {
                            let party = self.person(&hit.people(), None, hit.tokens.clone());
                            self.remember(hit.tokens.start, MentionKind::Name, &[party]);
                            return Some(party);
                        }
                        // "ministry spokeswoman": the ministry last in view.
                        NameRef::Organ(i) => {
                            let kind = self.knowledge.names.organs[i as usize].kind.clone();
                            let fits = |a: &Actor| a.kind.as_ref().is_some_and(|k| k.0 == kind);
                            if let Some(p) = self.latest(t, DESCRIPTION_REACH, &fits) {
                                return Some(p);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        let mut around = vec![t];
        around.extend(core.iter().copied().filter(|&w| w != t && not.contains(&w)));
        for &w in &around {
            for k in tree.kids(w).to_vec() {
                let owns = match tree.rel(k) {
                    // "his counterpart" is of another side than he.
                    Rel::NmodPoss => !self.knowledge.in_set("counterpart", tree.lemma(t)),
                    Rel::Nmod | Rel::Obl => {
                        matches!(tree.case(k).as_deref(), Some("of" | "for" | "in" | "to" | "from" | "at"))
                            && !not.contains(&k)
                    }
                    _ => false,
                };
                if owns
                    && let Some(ix) = self.read(k, depth + 1)
                    && let Some(&p) = self.who.found[ix as usize].parties.first()
                {
                    // "envoy for Mali", "ambassador to Mali": where they are sent, not whose they are.
                    let sent = matches!(tree.case(k).as_deref(), Some("for" | "to"));
                    let kind = self.who.parties[p as usize].kind.as_ref().map(|k| k.0.as_str());
                    let place_like = sent && matches!(kind, Some("state" | "territory"));
                    if self.who.is_actor(self.knowledge, p) && !place_like {
                        return Some(p);
                    }
                }
            }
        }
        None
    }

    /// "the foreign ministers of Armenia and Turkey", "Indian and Chinese troops": one party for each owner.
    fn one_for_each_owner(&mut self, t: TokenIx, core: &[TokenIx], depth: usize) -> Vec<PartyIx> {
        let tree = self.tree;
        if tree.xpos(t) != Xpos::Nns {
            return Vec::new();
        }
        let Some(hit) = self.hit(t).cloned() else { return Vec::new() };
        let office = hit.refs.iter().find(|r| matches!(r, NameRef::Office(_)));
        let common = office.or_else(|| hit.refs.iter().find(|r| matches!(r, NameRef::Organ(_) | NameRef::Agent(_))));
        let Some(&common) = common else { return Vec::new() };
        let mut owners: Vec<PartyIx> = Vec::new();
        // Conjoined demonyms before the noun.
        let before: Vec<TokenIx> = core.iter().copied().flat_map(|w| tree.conjuncts(w)).filter(|&w| w < t).collect();
        for w in before {
            let state = self.hit(w).filter(|h| !h.tokens.contains(&t)).and_then(|h| {
                h.refs.iter().find_map(|r| match *r {
                    NameRef::State(i) | NameRef::Demonym(i) => Some(i),
                    _ => None,
                })
            });
            if let Some(i) = state {
                owners.push(self.state(i, &hit));
            }
        }
        // Conjoined possessors and of-phrases.
        let phrases: Vec<TokenIx> = tree
            .kids(t)
            .iter()
            .copied()
            .filter(|&k| {
                tree.rel(k) == Rel::NmodPoss || tree.rel(k) == Rel::Nmod && tree.case(k).as_deref() == Some("of")
            })
            .flat_map(|k| tree.conjuncts(k))
            .collect();
        for k in phrases {
            if let Some(ix) = self.read(k, depth + 1) {
                owners.extend(self.who.found[ix as usize].parties.first().copied());
            }
        }
        owners.dedup();
        if owners.len() < 2 {
            return Vec::new();
        }
        owners.into_iter().map(|o| self.of_owner(o, common)).collect()
    }

    /// The party that a generic noun names beside an owner.
    fn of_owner(&mut self, owner: PartyIx, noun: NameRef) -> PartyIx {
        let names = &self.knowledge.names;
        let of = self.who.parties[owner as usize].clone();
        let label = of.key.clone().unwrap_or_else(|| of.name.clone());
        let (key, kind, word, sectors, office, why) = match noun {
            NameRef::Organ(i) => {
                let o = &names.organs[i as usize];
                (
                    format!("{label}-{}", o.suffix),
                    o.kind.clone(),
                    o.suffix.clone(),
                    o.sectors.clone(),
                    None,
                    o.source.reason(),
                )
            }
            NameRef::Office(i) => {
                let o = &names.offices[i as usize];
                let word = o.office.replace('-', " ");
                (
                    format!("{label}-{}", o.office),
                    "person".to_string(),
                    word.clone(),
                    o.sectors.clone(),
                    Some(word),
                    o.source.reason(),
                )
            }
            NameRef::Agent(i) => {
                let a = &names.agents[i as usize];
                (
                    format!("~agent {label} {}", a.noun),
                    "people".to_string(),
                    a.noun.clone(),
                    a.sectors.clone(),
                    None,
                    a.source.reason(),
                )
            }
            _ => return owner,
        };
        let composed = matches!(noun, NameRef::Organ(_)).then(|| key.clone());
        self.party(&key, || Actor {
            key: composed,
            name: format!("{word} of {}", of.name),
            kind: Some(ActorKind(kind)),
            country: of.country.clone(),
            sectors,
            office,
            ids: BTreeMap::new(),
            resolution: Resolution::Described,
            part_of: Some(owner),
            because: of.because.iter().cloned().chain([why]).collect(),
        })
    }

    /// "foreign ministry" with its owner; without one, the ministry last in view.
    fn organ(&mut self, t: TokenIx, core: &[TokenIx], i: u32, depth: usize) -> Option<PartyIx> {
        let organ = self.knowledge.names.organs[i as usize].clone();
        let range = self.hit(t).map(|h| h.tokens.clone()).unwrap_or(t..t + 1);
        let owner = self.owner(t, core, &range, depth);
        let group = self.knowledge.in_set("group-organ", &organ.suffix);
        // Groups of one sort are not one group: "protesters" and "villagers" stay apart.
        let points_back = self.knowledge.descriptors.contains_key(self.tree.lower(t));
        let noun = if group || points_back { self.tree.lemma(t).to_lowercase() } else { String::new() };
        let Some(owner) = owner else {
            if self.is_definite(t)
                && !group
                && let Some(p) = self.latest(t, DESCRIPTION_REACH, &|a| {
                    a.key.as_deref().is_some_and(|k| k.ends_with(&format!("-{}", organ.suffix)))
                })
            {
                return Some(p);
            }
            let whole = self.knowledge.in_set("whole-organ", &organ.suffix);
            if whole || points_back && self.read_description(t, core).is_some() {
                // "the government", "the ministry": a description, resolved by what is in view.
                return None;
            }
            let key = format!("~organ {} {noun} {}", organ.suffix, self.tree.sentence(t) / 1000);
            let name = self.tree.doc.text(self.tree.span_of(core)).to_string();
            return Some(self.party(&key, || Actor {
                name: strip_article(&name),
                kind: Some(ActorKind(organ.kind.clone())),
                sectors: organ.sectors.clone(),
                // "The army" of nobody in view can be spoken of again, but is no actor.
                resolution: if points_back { Resolution::Unresolved } else { Resolution::Described },
                because: vec![organ.source.reason()],
                ..unresolved(String::new())
            }));
        };
        let owner_actor = self.who.parties[owner as usize].clone();
        if self.knowledge.in_set("whole-organ", &organ.suffix) {
            // "the Doe administration" is the government that Doe leads.
            let person = owner_actor.kind.as_ref().is_some_and(|k| k.0 == "person");
            let government = if person { self.who.side(owner) } else { owner };
            self.say_of(government, t);
            return Some(government);
        }
        let owner_key = owner_actor.key.clone().unwrap_or_else(|| owner_actor.name.clone());
        let key = format!("{owner_key}-{}", organ.suffix);
        if self.knowledge.names.institution_keys.contains_key(&key) {
            return Some(self.institution(&key));
        }
        let by_pronoun = self.tree.kids_by(t, &[Rel::NmodPoss]).any(|k| self.tree.upos(k) == Upos::Pron);
        let name = if by_pronoun {
            let words: Vec<TokenIx> = range.collect();
            format!("{}’s {}", owner_actor.name, self.tree.doc.text(self.tree.span_of(&words)))
        } else {
            strip_article(self.tree.doc.text(self.tree.nominal_span(t)))
        };
        let kept_by = if group { format!("{key} {noun}") } else { key.clone() };
        Some(self.party(&kept_by, || Actor {
            key: Some(key),
            name,
            kind: Some(ActorKind(organ.kind.clone())),
            country: owner_actor.country.clone(),
            sectors: organ.sectors.clone(),
            office: None,
            ids: BTreeMap::new(),
            resolution: Resolution::Known,
            part_of: (!group).then_some(owner),
            because: owner_actor.because.iter().cloned().chain([organ.source.reason()]).collect(),
        }))
    }

    fn agent(&mut self, t: TokenIx, core: &[TokenIx], i: u32, depth: usize) -> PartyIx {
        let agent = self.knowledge.names.agents[i as usize].clone();
        let range = self.hit(t).map(|h| h.tokens.clone()).unwrap_or(t..t + 1);
        let owner = self.owner(t, core, &range, depth);
        let owner_actor = owner.map(|o| self.who.parties[o as usize].clone());
        let country = owner_actor.as_ref().and_then(|o| o.country.clone());
        let owner_key = owner_actor.as_ref().and_then(|o| o.key.clone());
        let key = format!("~agent {} {}", owner_key.as_deref().unwrap_or("-"), agent.noun);
        let name = strip_article(self.tree.doc.text(self.tree.nominal_span(t)));
        let official = agent.sectors.iter().any(|s| self.knowledge.in_set("official-sector", &s.to_lowercase()));
        self.party(&key, || Actor {
            key: None,
            name,
            kind: Some(ActorKind(if agent.plural { "people".to_string() } else { "person".to_string() })),
            country,
            sectors: agent.sectors.clone(),
            office: None,
            ids: BTreeMap::new(),
            resolution: Resolution::Described,
            part_of: owner.filter(|_| official),
            because: owner_actor.iter().flat_map(|o| o.because.clone()).chain([agent.source.reason()]).collect(),
        })
    }

    fn people_of(&mut self, i: u32, t: TokenIx) -> PartyIx {
        let state = self.knowledge.names.states[i as usize].clone();
        let key = format!("~people {}", state.key);
        let name = strip_article(self.tree.doc.text(self.tree.nominal_span(t)));
        self.party(&key, || Actor {
            name,
            kind: Some(ActorKind("people".to_string())),
            country: Some(state.iso3.clone()),
            sectors: Vec::new(),
            resolution: Resolution::Described,
            because: vec![state.source.reason()],
            ..unresolved(String::new())
        })
    }

    /// "Russian envoy", "foreign minister Jane Doe": the holder of an office.
    fn office_holder(
        &mut self,
        t: TokenIx,
        core: &[TokenIx],
        hit: &Hit,
        named: Option<(Span, Vec<TokenIx>)>,
        depth: usize,
    ) -> (PartyIx, MentionKind) {
        let i = hit.refs.iter().find_map(|r| if let NameRef::Office(i) = r { Some(*i) } else { None });
        let office = self.knowledge.names.offices[i.expect("an office hit") as usize].clone();
        let mut owner = self.owner(t, core, &hit.tokens, depth);
        if owner.is_none() {
            // "ministry spokeswoman": of the ministry last in view.
            let organ = core
                .iter()
                .filter(|&&w| self.tree.rel(w) == Rel::Compound)
                .find_map(|&w| self.knowledge.descriptors.get(self.tree.lower(w)).map(|(kinds, _)| kinds.clone()));
            owner = organ.filter(|kinds| !kinds.iter().any(|k| k == "person")).and_then(|kinds| {
                self.latest(t, DESCRIPTION_REACH, &|a: &Actor| a.kind.as_ref().is_some_and(|k| kinds.contains(&k.0)))
            });
        }
        if owner.is_none() && self.knowledge.in_set("counterpart", self.tree.lemma(t)) {
            if let Some(party) = self.counterpart_in_view(t, depth) {
                return (party, MentionKind::Description);
            }
            owner = self.other_side(t, depth);
        }
        let words = self.tree.doc.text(self.tree.span_of(&hit.tokens.clone().collect::<Vec<_>>())).to_string();
        let owner_actor = owner.map(|o| self.who.parties[o as usize].clone());
        let past = core.iter().any(|&w| self.knowledge.in_set("past-participant", self.tree.lower(w)));
        if let Some((_, name_words)) = named {
            let full = one_line(self.tree.doc.text(self.tree.span_of(&name_words)));
            let called = telling_words(self.knowledge, self.tree, &name_words);
            let party = match self.person_called(t, &called) {
                Some(p) => {
                    self.lengthen(p, full);
                    p
                }
                None => {
                    let key = format!("~person {}", full.to_lowercase());
                    self.party(&key, || Actor { kind: Some(ActorKind("person".to_string())), ..unresolved(full) })
                }
            };
            self.names.give(party, Sort::Person, called);
            self.entitle(party, &office.sectors, &words, owner, past, office.source.reason());
            if let Some(o) = owner {
                let described = format!("{}-{}", self.who.label(o), office.office);
                self.by_key.entry(described).or_insert(party);
            }
            return (party, MentionKind::Name);
        }
        if let Some(o) = owner {
            let described = format!("{}-{}", self.who.label(o), office.office);
            let singular = !matches!(self.tree.xpos(t), Xpos::Nns | Xpos::Nnps);
            if singular
                && !past
                && self.knowledge.in_set("any-office", &office.office)
                && let Some(leader) = self.leader_in_view(t, o)
            {
                return (leader, MentionKind::Description);
            }
            let key = if singular && !past { described } else { format!("~office {described} {}", self.tree.lower(t)) };
            let name = strip_article(self.tree.doc.text(self.tree.nominal_span(t)));
            let party = self.party(&key, || Actor {
                key: None,
                name,
                kind: Some(ActorKind(if singular { "person" } else { "people" }.to_string())),
                country: owner_actor.as_ref().and_then(|a| a.country.clone()),
                sectors: office.sectors.clone(),
                office: Some(words),
                ids: BTreeMap::new(),
                resolution: Resolution::Described,
                part_of: Some(o).filter(|_| !past),
                because: owner_actor.iter().flat_map(|a| a.because.clone()).chain([office.source.reason()]).collect(),
            });
            return (party, MentionKind::Description);
        }
        // An office without owner: the holder last in view, when definite.
        if self.is_definite(t) {
            let wanted = office.office.clone();
            let words_lower = words.to_lowercase();
            let found = self.latest(t, DESCRIPTION_REACH, &|a| {
                a.kind.as_ref().is_some_and(|k| k.0 == "person")
                    && a.office.as_deref().is_some_and(|o| {
                        let o = o.to_lowercase();
                        o.ends_with(&words_lower) || o == wanted || o.ends_with(&wanted)
                    })
            });
            if let Some(p) = found {
                return (p, MentionKind::Description);
            }
        }
        let key = format!("~office - {} {}", office.office, self.tree.lower(t));
        let name = strip_article(self.tree.doc.text(self.tree.nominal_span(t)));
        let singular = !matches!(self.tree.xpos(t), Xpos::Nns | Xpos::Nnps);
        let party = self.party(&key, || Actor {
            name,
            kind: Some(ActorKind(if singular { "person" } else { "people" }.to_string())),
            sectors: office.sectors.clone(),
            office: Some(words),
            resolution: Resolution::Described,
            because: vec![office.source.reason()],
            ..unresolved(String::new())
        });
        (party, MentionKind::Description)
    }

    /// "Doe met Roe. She told her counterpart": the one named person in view who is of another side than she.
    fn counterpart_in_view(&mut self, t: TokenIx, depth: usize) -> Option<PartyIx> {
        let possessor = self.tree.kid(t, &[Rel::NmodPoss])?;
        let ix = self.read(possessor, depth + 1)?;
        let &own = self.who.found[ix as usize].parties.first()?;
        self.other_official(t, own)
    }

    /// "his counterpart": of the other authority that the text before speaks of most.
    fn other_side(&mut self, t: TokenIx, depth: usize) -> Option<PartyIx> {
        let possessor = self.tree.kid(t, &[Rel::NmodPoss])?;
        let ix = self.read(possessor, depth + 1)?;
        let own = self.who.side(*self.who.found[ix as usize].parties.first()?);
        let own_key = self.who.parties[own as usize].key.clone();
        let other = |a: &Actor| {
            a.key != own_key && a.kind.as_ref().is_some_and(|k| self.knowledge.in_set("authority-kind", &k.0))
        };
        self.salient_authority(t, &other)
    }

    /// Records an office that the article states of a person.
    fn entitle(
        &mut self,
        party: PartyIx,
        sectors: &[String],
        words: &str,
        owner: Option<PartyIx>,
        past: bool,
        why: Reason,
    ) {
        let country = owner.and_then(|o| self.who.parties[o as usize].country.clone());
        let actor = &mut self.who.parties[party as usize];
        if actor.resolution == Resolution::Unresolved {
            actor.resolution = Resolution::Described;
        }
        if actor.sectors.is_empty() {
            actor.sectors = sectors.to_vec();
        }
        if actor.country.is_none() {
            actor.country = country;
        }
        if actor.office.is_none() || actor.resolution == Resolution::Described {
            actor.office = Some(words.to_string());
        }
        if actor.part_of.is_none() && !past && owner != Some(party) {
            actor.part_of = owner;
        }
        if !actor.because.contains(&why) {
            actor.because.push(why);
        }
    }

    /// "the foreign minister, Jane Doe, …" and "Jane Doe, the foreign minister, …" name one party.
    fn read_apposition(&mut self, t: TokenIx, ix: u32, depth: usize) {
        let tree = self.tree;
        for k in tree.kids(t).to_vec() {
            let apposition = tree.rel(k) == Rel::Appos
                || (tree.rel(k) == Rel::Parataxis
                    && tree.is_nominal(k)
                    && tree.upos(k) == Upos::Propn
                    && k > t
                    && k - t < 8);
            if !apposition || !tree.is_nominal(k) {
                continue;
            }
            let name = &self.who.found[ix as usize];
            if let (MentionKind::Name, &[party]) = (name.kind, name.parties.as_slice()) {
                self.say_of(party, k);
            }
            let Some(other) = self.read(k, depth + 1) else { continue };
            let (a, b) = (
                self.who.found[ix as usize].parties.first().copied(),
                self.who.found[other as usize].parties.first().copied(),
            );
            let (Some(a), Some(b)) = (a, b) else { continue };
            if a == b {
                self.restate_office(a, [t, k]);
                continue;
            }
            let is_person = |p: PartyIx| self.who.parties[p as usize].kind.as_ref().is_some_and(|k| k.0 == "person");
            let [first, second] = [ix, other].map(|ix| self.who.found[ix as usize].kind == MentionKind::Name);
            let new = self.times[b as usize] == 1 && tree.xpos(k) != Xpos::Nns;
            if first && !second && new && !is_person(a) && !is_person(b) && self.who.parties[b as usize].key.is_none() {
                // "The Bluecoats, the militant group that …".
                self.merge(b, a);
                continue;
            }
            if !is_person(a) || !is_person(b) {
                continue;
            }
            let (name, title) = match (first, second) {
                (false, true) => (b, a),
                (true, false) => (a, b),
                _ => continue,
            };
            let described = self.who.parties[title as usize].clone();
            if let Some(office) = &described.office {
                let why = described.because.last().cloned().unwrap_or_else(|| Reason::rule("apposition"));
                self.entitle(name, &described.sectors, office, described.part_of, false, why);
                if self.who.parties[name as usize].resolution == Resolution::Known {
                    self.who.parties[name as usize].office = Some(office.clone());
                }
            }
            self.merge(title, name);
            self.say_of(name, if first { k } else { t });
        }
    }

    /// "Jane Doe, the foreign minister": the article's own words for the office are what it asserts on its date.
    fn restate_office(&mut self, party: PartyIx, heads: [TokenIx; 2]) {
        let described = |&t: &TokenIx| self.who.mention(t).is_some_and(|f| f.kind == MentionKind::Description);
        let office = heads.iter().filter(|t| described(t)).find_map(|&t| {
            let hit = self.hit(t)?;
            self.office_words(std::slice::from_ref(hit))
        });
        if let Some(office) = office {
            self.who.parties[party as usize].office = Some(office);
        }
    }

    /// Lets every mention of `from` name `into`.
    fn merge(&mut self, from: PartyIx, into: PartyIx) {
        for found in &mut self.who.found {
            for p in &mut found.parties {
                if *p == from {
                    *p = into;
                }
            }
        }
        for recent in &mut self.recent {
            if recent.party == from {
                recent.party = into;
            }
        }
        for p in self.by_key.values_mut() {
            if *p == from {
                *p = into;
            }
        }
        for actor in &mut self.who.parties {
            if actor.part_of == Some(from) {
                actor.part_of = Some(into);
            }
        }
        self.names.merge(from, into);
        self.times[into as usize] += std::mem::take(&mut self.times[from as usize]);
        if self.named.contains(&from) {
            self.named.insert(into);
        }
        if let Some(gender) = self.gender.remove(&from) {
            self.gender.entry(into).or_insert(gender);
        }
        for party in self.said_of.values_mut().flatten().filter(|p| **p == from) {
            *party = into;
        }
    }
}

fn unresolved(name: String) -> Actor {
    Actor {
        key: None,
        name,
        kind: None,
        country: None,
        sectors: Vec::new(),
        office: None,
        ids: BTreeMap::new(),
        resolution: Resolution::Unresolved,
        part_of: None,
        because: Vec::new(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strip_article(text: &str) -> String {
    let text = one_line(text);
    for article in ["the ", "The ", "a ", "A ", "an ", "An "] {
        if let Some(rest) = text.strip_prefix(article) {
            return rest.to_string();
        }
    }
    text
}
