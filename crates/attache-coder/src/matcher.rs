//! Patterns matched against a tree and its mentions.

use attache_doc::{PartyIx, Rel, Span, TokenIx, Upos, Xpos};

use crate::knowledge::{Knowledge, SupportKind};
use crate::mention::Who;
use crate::pattern::{Need, Only, Path, Role, Step};
use crate::tree::Tree;

/// What patterns are matched against.
pub struct Matcher<'a> {
    pub knowledge: &'a Knowledge,
    pub tree: &'a Tree<'a>,
    pub who: &'a Who,
}

impl Matcher<'_> {
    /// True when the word has the part of speech a row asks for. Auxiliaries and participles used as adjectives count as
    /// verbs, proper nouns as nouns: the tagger wavers between them in headlines.
    pub fn has_pos(&self, t: TokenIx, pos: &str) -> bool {
        match (pos, self.tree.upos(t)) {
            ("VERB", Upos::Verb | Upos::Aux) => true,
            ("NOUN", Upos::Noun | Upos::Propn) => true,
            ("ADJ", Upos::Adj) => true,
            ("ADJ", Upos::Verb) => self.tree.xpos(t) == Xpos::Vbn,
            ("ADV", Upos::Adv) => true,
            ("ADP", Upos::Adp | Upos::Sconj | Upos::Verb) => true,
            ("SCONJ", Upos::Sconj | Upos::Adp | Upos::Adv) => true,
            ("AUX", Upos::Aux | Upos::Verb) => true,
            (_, upos) => upos.as_str() == pos,
        }
    }

    /// How many conditions hold, or `None` when one fails.
    pub fn needs(&self, t: TokenIx, needs: &[Need]) -> Option<usize> {
        needs.iter().all(|n| self.holds(t, n)).then_some(needs.iter().map(weight).sum())
    }

    fn holds(&self, t: TokenIx, need: &Need) -> bool {
        let tree = self.tree;
        match need {
            Need::Has(path) => !tree.walk(t, path).is_empty(),
            Need::Lemma(path, lemmas) => {
                tree.walk(t, path).into_iter().any(|w| tree.conjuncts(w).into_iter().any(|c| self.is_word(c, lemmas)))
            }
            Need::Actor(path) => tree.walk(t, path).into_iter().any(|w| self.names(w, path, Only::Actor)),
            Need::Person(path) => tree.walk(t, path).into_iter().any(|w| self.names(w, path, Only::Person)),
            Need::Place(path) => tree.walk(t, path).into_iter().any(|w| self.names(w, path, Only::Place)),
            Need::Not(inner) => !self.holds(t, inner),
            Need::Support => self.support(t).is_some(),
            Need::Plural => matches!(tree.xpos(t), Xpos::Nns | Xpos::Nnps),
            Need::Negated => self.negated(t),
        }
    }

    fn is_word(&self, t: TokenIx, lemmas: &[String]) -> bool {
        let (lemma, lower) = (self.tree.lemma(t).to_lowercase(), self.tree.lower(t));
        lemmas.iter().any(|l| *l == lemma || l == lower)
    }

    /// True when a negator hangs on the word.
    pub fn negated(&self, t: TokenIx) -> bool {
        self.tree.is_negated(t, &|w| self.knowledge.in_set("negator", w))
    }

    /// True when the word at the end of a path names something of this sort.
    fn names(&self, t: TokenIx, path: &Path, only: Only) -> bool {
        let kind = |p: PartyIx, set: &str| {
            self.who.parties[p as usize].kind.as_ref().is_some_and(|k| self.knowledge.in_set(set, &k.0))
        };
        match only {
            Only::Place => self.who.hit(t).is_some() || self.who.city_state(t).is_some(),
            Only::Actor => self.at_end(t, path).iter().any(|&(p, _)| self.who.is_actor(self.knowledge, p)),
            // "killed ten": a bare number counts persons.
            Only::Person => {
                self.tree.upos(t) == Upos::Num || self.at_end(t, path).iter().any(|&(p, _)| kind(p, "person-kind"))
            }
        }
    }

    /// The parties of a word at the end of a path: a modifier names its state or body, other words their mention.
    fn at_end(&self, t: TokenIx, path: &Path) -> Vec<(PartyIx, Span)> {
        let modifier = path.last() == Some(&Step::Comp);
        let named = if modifier { self.modifier(t) } else { self.named(t) };
        if named.is_empty() && modifier && self.who.mention(t).is_some_and(|f| f.head == t) {
            self.parties(t)
        } else {
            named
        }
    }

    /// The parties a word names, conjuncts included. A demonym before a noun names its state.
    pub fn parties(&self, t: TokenIx) -> Vec<(PartyIx, Span)> {
        self.who.named_by(self.tree, t)
    }

    /// The parties of a word, or the state of a capital or city that it names.
    pub fn named(&self, t: TokenIx) -> Vec<(PartyIx, Span)> {
        let named = self.parties(t);
        let known = named.iter().any(|&(p, _)| self.who.is_actor(self.knowledge, p));
        if known {
            return named;
        }
        self.who.city_state(t).map_or(named, |state| vec![(state, self.tree.token(t).span)])
    }

    /// The verb that carries a noun, when it is one of support.tsv, with what it does for it.
    pub fn support(&self, t: TokenIx) -> Option<(TokenIx, SupportKind)> {
        let tree = self.tree;
        let first = tree.first_conjunct(t);
        let mut noun = first;
        // "a series of talks was held": the quantifying noun is carried.
        if tree.rel(noun) == Rel::Nmod && tree.case(noun).as_deref() == Some("of") {
            noun = tree.head(noun)?;
        }
        let verb = tree.head(noun)?;
        if tree.upos(verb) != Upos::Verb {
            return None;
        }
        let particle = tree.kid(verb, &[Rel::CompoundPrt]).map(|p| format!("{} {}", tree.lemma(verb), tree.lower(p)));
        let prep = (tree.rel(noun) == Rel::Obl)
            .then(|| tree.case(noun))
            .flatten()
            .map(|c| format!("{} {c}", tree.lemma(verb)));
        let find = |key: &str| self.knowledge.support.get(key).cloned().unwrap_or_default();
        let mut kinds = particle.map(|k| find(&k)).unwrap_or_default();
        kinds.extend(prep.map(|k| find(&k)).unwrap_or_default());
        if tree.rel(noun) != Rel::Obl {
            kinds.extend(find(tree.lemma(verb)));
        }
        let object = match tree.rel(noun) {
            Rel::Obj | Rel::Obl => true,
            Rel::NsubjPass => true,
            Rel::Nsubj => false,
            Rel::Acl => true,
            _ => return None,
        };
        // "the talks opened" happens; "the talks opened the way" says something else.
        let acts_on = tree.kid(verb, &[Rel::Obj, Rel::Xcomp, Rel::Ccomp]).is_some();
        let fits = |k: &SupportKind| match k {
            SupportKind::Occurrence => !object && !acts_on,
            _ => object,
        };
        kinds.into_iter().find(fits).map(|k| (verb, k)).or_else(|| {
            // "talks held in Oslo": the participle hangs on the noun.
            let participle = tree.kids_by(noun, &[Rel::Acl]).find(|&k| tree.xpos(k) == Xpos::Vbn)?;
            let kinds = find(tree.lemma(participle));
            kinds.into_iter().find(|k| *k == SupportKind::Support).map(|k| (participle, k))
        })
    }

    /// The parties that fill a role: the first alternative that leads to some.
    pub fn fill(&self, t: TokenIx, role: &[Role]) -> Vec<(PartyIx, Span)> {
        for alternative in role {
            let mut out: Vec<(PartyIx, Span)> = Vec::new();
            for w in self.ends(t, alternative) {
                for (p, s) in self.at_end(w, &alternative.path) {
                    if !out.iter().any(|(q, _)| *q == p) {
                        out.push((p, s));
                    }
                }
            }
            if !out.is_empty() {
                return out;
            }
        }
        Vec::new()
    }

    /// The words of the first alternative that leads to any word at all.
    pub fn words(&self, t: TokenIx, role: &[Role]) -> Vec<TokenIx> {
        role.iter().map(|r| self.ends(t, r)).find(|w| !w.is_empty()).unwrap_or_default()
    }

    /// Where one alternative leads.
    pub fn ends(&self, t: TokenIx, role: &Role) -> Vec<TokenIx> {
        // "raised alarm", "faces sanctions": the subject of the verb is the cause or the target, not the doer of the noun.
        if role.path.first() == Some(&Step::Subj) && matches!(self.tree.upos(t), Upos::Noun | Upos::Propn) {
            let own = self.tree.kid(t, &[Rel::NmodPoss]).is_some();
            let kind = self.support(t).map(|(_, k)| k);
            if !own && matches!(kind, Some(SupportKind::Cause | SupportKind::Receive)) {
                return Vec::new();
            }
        }
        let mut words = self.tree.walk(t, &role.path);
        if let Some(only) = role.only {
            words.retain(|&w| self.names(w, &role.path, only));
        }
        words
    }

    /// The party a modifier names: the state of a demonym, a name used as a compound.
    pub fn modifier(&self, w: TokenIx) -> Vec<(PartyIx, Span)> {
        self.who.modifier(w).map(|p| (p, self.tree.token(w).span)).into_iter().collect()
    }
}

/// Rows with more conditions are more special; between equals, those that name words.
fn weight(need: &Need) -> usize {
    match need {
        Need::Lemma(..) => 17,
        _ => 16,
    }
}
