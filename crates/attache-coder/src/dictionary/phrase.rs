//! Words as dictionaries compare them, and the noun phrases of a sentence with the codes that dictionaries give them.

use std::collections::BTreeSet;

use attache_doc::{Document, Parse, Reason, Rel, Span, TokenIx, Upos, Xpos};
use jiff::civil::Date;

use super::actor::{Actors, Entry};

/// The code of a noun phrase that names nobody known.
pub const NOBODY: &str = "---";

/// How many words may stand between two words of a phrase that a space keeps apart. Names are short; a longer reach joins
/// what does not belong together.
const MOST_BETWEEN: usize = 3;

/// A word of a phrase of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Upper case.
    pub text: String,
    /// True when nothing may stand between it and the word before.
    pub joined: bool,
}

/// Splits a phrase at spaces, which let other words stand between, and at underscores, which do not.
pub fn words(phrase: &str) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    for spaced in phrase.split_whitespace() {
        let mut joined = false;
        for piece in spaced.split('_') {
            for text in atoms(piece) {
                out.push(Word { text, joined: joined && !out.is_empty() });
                joined = true;
            }
        }
    }
    out
}

/// A word in upper case as the pieces that the text's words are compared by: apart at hyphens, without periods, a negation
/// and a possessive ending apart from what they hang on.
pub fn atoms(word: &str) -> Vec<String> {
    let word = word.to_uppercase().replace('’', "'");
    let mut out = Vec::new();
    for piece in word.split(['-', '–', '/', '_']) {
        let piece: String = piece.chars().filter(|c| c.is_alphanumeric() || matches!(c, '\'' | '&' | '$')).collect();
        let ending = ["N'T", "'S"].into_iter().find(|e| piece.len() > e.len() && piece.ends_with(e));
        match ending {
            Some(ending) => {
                out.push(piece[..piece.len() - ending.len()].to_string());
                out.push(ending.to_string());
            }
            None if piece.chars().any(char::is_alphanumeric) => out.push(piece),
            None => {}
        }
    }
    out
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// Upper case.
    pub text: String,
    /// Its token.
    pub token: TokenIx,
}

/// What a noun phrase names: a code with the lines behind it and the words.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The code; [`NOBODY`] alone for nobody known.
    pub code: String,
    /// The noun phrase.
    pub span: Span,
    /// Lines of actor and agents.
    pub because: Vec<Reason>,
}

impl Name {
    /// True when an actor of the dictionary is named.
    pub fn known(&self) -> bool {
        !self.code.starts_with(NOBODY)
    }
}

/// A noun phrase, or several coordinated ones, in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// First and last token.
    pub first: TokenIx,
    pub last: TokenIx,
    /// One name for a plain phrase, several for a coordination.
    pub names: Vec<Name>,
    /// True for coordinated phrases.
    pub compound: bool,
    /// First tokens of the actors named in it.
    pub actors: Vec<TokenIx>,
}

impl Chunk {
    /// True when somebody known is named.
    pub fn known(&self) -> bool {
        self.names.iter().any(Name::known)
    }
}

/// The pieces of a sentence's words; punctuation has none, a comma stands for itself.
pub fn sentence_atoms(doc: &Document, parse: &Parse, tokens: std::ops::Range<TokenIx>) -> Vec<Atom> {
    let mut out = Vec::new();
    for token in tokens {
        let form = parse.form(doc, token);
        if form == "," {
            out.push(Atom { text: ",".to_string(), token });
        } else {
            out.extend(atoms(form).into_iter().map(|text| Atom { text, token }));
        }
    }
    out
}

/// Matches the words of a phrase from `at` on; returns the atoms it takes, gaps included.
fn matched(entry: &Entry, text: &[Atom], at: usize) -> Option<usize> {
    let mut next = at;
    for (n, word) in entry.words.iter().enumerate() {
        let reach = if n == 0 || word.joined { 0 } else { MOST_BETWEEN };
        let found = (next..=next + reach)
            .take_while(|&i| i < text.len() && (i == next || text[i - 1].text != ","))
            .find(|&i| text[i].text == word.text)?;
        next = found + 1;
    }
    Some(next - at)
}

/// The longest entry that begins at an atom.
fn longest<'e>(entries: &'e [Entry], text: &[Atom], at: usize) -> Option<(&'e Entry, usize)> {
    let all = entries.iter().filter_map(|entry| matched(entry, text, at).map(|n| (entry, n)));
    // Among phrases of as many words the first in the file wins.
    all.fold(None, |best: Option<(&Entry, usize)>, one| match best {
        Some(best) if best.0.words.len() >= one.0.words.len() => Some(best),
        _ => Some(one),
    })
}

/// Builds the noun phrases of a sentence, in order of the text.
pub fn chunks(
    actors: &Actors,
    doc: &Document,
    parse: &Parse,
    sentence: std::ops::Range<TokenIx>,
    text: &[Atom],
    on: Option<Date>,
) -> Vec<Chunk> {
    let coder = Coder { actors, doc, parse, text, on, found: actor_matches(actors, parse, text) };
    let named = coder.found.iter().map(|m| text[m.at].token).collect();
    let nominals = Nominals { parse, sentence: sentence.clone(), named };
    let mut out: Vec<Chunk> = Vec::new();
    let mut used: BTreeSet<TokenIx> = BTreeSet::new();
    for head in sentence {
        if !nominals.is_head(head) || used.contains(&head) {
            continue;
        }
        let mut elements = nominals.elements(head);
        // A time that modifies a verb ("next week") is nobody; "Arnor's five years" may be.
        let time = matches!(nominals.rel(head), Rel::OblUnmarked | Rel::NmodUnmarked);
        if time && !elements.iter().any(|e| coder.actor_in(e)) {
            continue;
        }
        let compound = elements.len() > 1;
        used.extend(nominals.conjuncts(head));
        // A phrase with one plain prepositional phrase is one phrase with it ("soldiers from Arnor"), unless both name somebody.
        if !compound && let Some(inner) = nominals.only_complement(head) {
            let inner_elements = nominals.elements(inner);
            let own = coder.actor_in(&elements[0]);
            let theirs = inner_elements.iter().any(|e| coder.actor_in(e));
            if !(own && theirs) {
                used.insert(inner);
                used.extend(nominals.conjuncts(inner));
                let own = elements.remove(0);
                elements = inner_elements.into_iter().map(|e| e.union(&own).copied().collect()).collect();
            }
        }
        let compound = elements.len() > 1;
        let mut names: Vec<Name> = elements.iter().map(|e| coder.name(e)).collect();
        coder.share(&mut names, &elements);
        if names.iter().any(Name::known) {
            names.retain(Name::known);
        } else {
            names.truncate(1);
        }
        let all: BTreeSet<TokenIx> = elements.iter().flatten().copied().collect();
        let (Some(&first), Some(&last)) = (all.first(), all.last()) else { continue };
        let starts = coder.found.iter().map(|m| text[m.at].token).filter(|t| all.contains(t)).collect();
        out.push(Chunk { first, last, names, compound, actors: starts });
    }
    out.sort_by_key(|c| (c.first, c.last));
    out
}

/// An actor's phrase in the text.
struct Match {
    at: usize,
    what: usize,
}

fn actor_matches(actors: &Actors, parse: &Parse, text: &[Atom]) -> Vec<Match> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        // "us" is not the U.S.
        let pronoun = parse.tokens[text[at].token as usize].upos == Upos::Pron;
        match longest(actors.actors_from(&text[at].text), text, at).filter(|_| !pronoun) {
            Some((entry, length)) => {
                out.push(Match { at, what: entry.what });
                at += length;
            }
            None => at += 1,
        }
    }
    out
}

/// Gives noun phrases their codes.
struct Coder<'c> {
    actors: &'c Actors,
    doc: &'c Document,
    parse: &'c Parse,
    text: &'c [Atom],
    on: Option<Date>,
    found: Vec<Match>,
}

impl Coder<'_> {
    fn actor_in(&self, tokens: &BTreeSet<TokenIx>) -> bool {
        self.found.iter().any(|m| tokens.contains(&self.text[m.at].token))
    }

    /// The first actor named in the phrase, then the agents in order; an agent's code that the code has already, in steps of
    /// three letters, is not repeated.
    fn name(&self, tokens: &BTreeSet<TokenIx>) -> Name {
        let mut because = Vec::new();
        let mut code = String::new();
        let inside = |at: usize| tokens.contains(&self.text[at].token);
        if let Some(actor) = self.found.iter().find(|m| inside(m.at))
            && let Some((found, line)) = self.actors.code(actor.what, self.on)
        {
            code = found.to_string();
            because.push(line.reason());
        }
        if code.is_empty() {
            code = NOBODY.to_string();
        }
        // An actor may stand for several ("FRO/BIL"); each gets the agents.
        let mut codes: Vec<String> = code.split('/').map(str::to_string).collect();
        let mut at = 0;
        while at < self.text.len() {
            let found = Some(at)
                .filter(|&at| inside(at))
                .and_then(|at| longest(self.actors.agents_from(&self.text[at].text), self.text, at));
            let Some((entry, length)) = found else {
                at += 1;
                continue;
            };
            let agent = self.actors.agent_code(entry.what);
            for code in &mut codes {
                if !has_block(code, &agent.code) {
                    *code =
                        if agent.before { format!("{}{code}", agent.code) } else { format!("{code}{}", agent.code) };
                }
            }
            because.push(entry.at.reason());
            at += length;
        }
        let first = tokens.first().copied().unwrap_or_default();
        let last = tokens.last().copied().unwrap_or_default();
        let span = self.parse.tokens[first as usize].span.cover(self.parse.tokens[last as usize].span);
        debug_assert!(!self.doc.text(span).is_empty());
        Name { code: codes.join("/"), span, because }
    }

    /// What stands before coordinated phrases is said of all: in "Arnor's president and army" the army is Arnor's.
    fn share(&self, names: &mut [Name], elements: &[BTreeSet<TokenIx>]) {
        let Some(owner) = elements.first().and_then(|e| self.found.iter().find(|m| e.contains(&self.text[m.at].token)))
        else {
            return;
        };
        let before_head = names.len() > 1 && names[0].known() && names[0].because.len() > 1;
        let Some((code, line)) = self.actors.code(owner.what, self.on) else { return };
        for name in names.iter_mut().skip(1) {
            if before_head && !name.known() && name.code.len() > NOBODY.len() {
                name.code = format!("{code}{}", &name.code[NOBODY.len()..]);
                name.because.insert(0, line.reason());
            }
        }
    }
}

/// True when a code holds another at a step of three letters.
fn has_block(code: &str, block: &str) -> bool {
    let (code, block) = (code.as_bytes(), block.as_bytes());
    (0..code.len()).step_by(3).any(|at| code[at..].starts_with(block))
}

/// The shape of noun phrases in the tree.
struct Nominals<'p> {
    parse: &'p Parse,
    sentence: std::ops::Range<TokenIx>,
    /// First words of the actors named.
    named: BTreeSet<TokenIx>,
}

impl Nominals<'_> {
    fn rel(&self, t: TokenIx) -> Rel {
        self.parse.tokens[t as usize].rel
    }

    fn upos(&self, t: TokenIx) -> Upos {
        self.parse.tokens[t as usize].upos
    }

    fn children(&self, t: TokenIx) -> impl DoubleEndedIterator<Item = TokenIx> + '_ {
        self.sentence.clone().filter(move |&c| self.parse.tokens[c as usize].head == Some(t))
    }

    /// Heads a noun phrase of its own.
    fn is_head(&self, t: TokenIx) -> bool {
        let nominal = match self.upos(t) {
            Upos::Noun | Upos::Propn | Upos::Num | Upos::Sym | Upos::X => true,
            Upos::Pron => !matches!(self.parse.tokens[t as usize].xpos, Xpos::Wdt | Xpos::Wp | Xpos::WpPoss | Xpos::Ex),
            Upos::Adj | Upos::Verb => {
                matches!(
                    self.rel(t),
                    Rel::Nsubj | Rel::NsubjPass | Rel::Obj | Rel::Iobj | Rel::Obl | Rel::OblAgent | Rel::Nmod
                ) && self.upos(t) == Upos::Adj
            }
            _ => false,
        };
        nominal && !self.is_inner(t) && !matches!(self.rel(t), Rel::Expl | Rel::Advmod)
    }

    /// Stands inside the noun phrase of its governor.
    fn is_inner(&self, t: TokenIx) -> bool {
        match self.rel(t) {
            Rel::Det
            | Rel::DetPredet
            | Rel::Amod
            | Rel::Compound
            | Rel::Flat
            | Rel::Nummod
            | Rel::NmodPoss
            | Rel::NmodDesc
            | Rel::Goeswith
            | Rel::Fixed => true,
            // Coordinated modifiers: "Arnor and Gondor leaders", "awful and evil".
            Rel::Conj => self.parse.tokens[t as usize].head.is_some_and(|h| self.is_inner(h)),
            _ => false,
        }
    }

    /// The words of a noun phrase without coordination, clauses and prepositional phrases.
    fn members(&self, head: TokenIx) -> BTreeSet<TokenIx> {
        let mut out = BTreeSet::from([head]);
        let mut open = vec![head];
        while let Some(t) = open.pop() {
            for child in self.children(t) {
                let inner = match self.rel(child) {
                    Rel::Case => self.parse.tokens[child as usize].xpos == Xpos::Pos,
                    Rel::Advmod | Rel::Cc => t != head,
                    Rel::Punct => false,
                    // What belongs to a modifier belongs to the phrase: "the ruler of Arnor's envoy".
                    Rel::Nmod => t != head,
                    _ => self.is_inner(child),
                };
                if inner && out.insert(child) {
                    open.push(child);
                }
            }
        }
        out
    }

    /// The heads of the phrases coordinated with a phrase.
    fn conjuncts(&self, head: TokenIx) -> Vec<TokenIx> {
        // A name is one whatever the parser tags it: "Arnor and Gondorian".
        let nominal = |t: &TokenIx| {
            matches!(self.upos(*t), Upos::Noun | Upos::Propn | Upos::Num | Upos::X | Upos::Pron)
                || self.named.contains(t)
        };
        self.children(head).filter(|&c| self.rel(c) == Rel::Conj && !self.is_inner(c)).filter(nominal).collect()
    }

    /// The coordinated phrases of a head, each with its words; one for a plain phrase.
    fn elements(&self, head: TokenIx) -> Vec<BTreeSet<TokenIx>> {
        let members = self.members(head);
        // Actors coordinated before a head make as many phrases: "Arnor and Gondor leaders".
        let modifier = members.iter().copied().find(|&m| {
            m != head
                && self.named.contains(&m)
                && self.children(m).any(|c| self.rel(c) == Rel::Conj && self.named.contains(&c))
        });
        let mut out = Vec::new();
        if let Some(modifier) = modifier {
            let own = |t: TokenIx| -> BTreeSet<TokenIx> {
                self.members(t).into_iter().filter(|m| *m == t || !self.under_conjunct(*m, t)).collect()
            };
            let others: Vec<TokenIx> = self.children(modifier).filter(|&c| self.rel(c) == Rel::Conj).collect();
            let coordinated: BTreeSet<TokenIx> =
                std::iter::once(modifier).chain(others.iter().copied()).flat_map(|t| self.members(t)).collect();
            let rest: BTreeSet<TokenIx> = members.difference(&coordinated).copied().collect();
            for t in std::iter::once(modifier).chain(others) {
                out.push(own(t).union(&rest).copied().collect());
            }
        } else {
            out.push(members);
        }
        for conjunct in self.conjuncts(head) {
            let mut members = self.members(conjunct);
            if let Some(inner) = self.only_complement(conjunct) {
                members.extend(self.members(inner));
            }
            out.push(members);
        }
        if out.len() > 1
            && self.conjuncts(head).len() + 1 == out.len()
            && let Some(inner) =
                self.only_complement(head).filter(|&inner| self.conjuncts(head).iter().all(|&c| inner < c))
        {
            let members = self.members(inner);
            out[0].extend(members);
        }
        out
    }

    /// True when `m` hangs on a conjunct of `t` rather than on `t` itself.
    fn under_conjunct(&self, m: TokenIx, t: TokenIx) -> bool {
        let mut at = m;
        while let Some(head) = self.parse.tokens[at as usize].head {
            if head == t {
                return matches!(self.rel(at), Rel::Conj | Rel::Cc);
            }
            at = head;
        }
        false
    }

    /// The head of the one prepositional phrase after a noun, when nothing else follows the noun and nothing follows in it.
    fn only_complement(&self, head: TokenIx) -> Option<TokenIx> {
        let follows = |t: TokenIx, rel: Rel| self.children(t).any(|c| self.rel(c) == rel);
        let mut complements = self.children(head).filter(|&c| self.rel(c) == Rel::Nmod);
        let inner = complements.next()?;
        let plain = complements.next().is_none()
            && self.upos(head) != Upos::Pron
            && !follows(head, Rel::Appos)
            && inner > head
            && self.is_head(inner)
            && ![Rel::Nmod, Rel::AclRelcl, Rel::Acl, Rel::Appos].into_iter().any(|rel| follows(inner, rel));
        plain.then_some(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_underscores_and_hyphens() {
        let shown = |phrase: &str| -> String {
            words(phrase).iter().map(|w| format!("{}{}", if w.joined { "_" } else { " " }, w.text)).collect()
        };
        assert_eq!(shown("HAMAS WING"), " HAMAS WING");
        assert_eq!(shown("U.N._"), " UN");
        assert_eq!(shown("BARAD-DUR_GATE"), " BARAD_DUR_GATE");
        assert_eq!(shown("DON'T"), " DO_N'T");
        assert_eq!(shown("_"), "");
    }

    #[test]
    fn blocks_are_compared_in_steps_of_three() {
        assert!(has_block("ARNGOV", "GOV"));
        assert!(!has_block("AGOVRN", "GOV"));
        assert!(has_block("GONGMO", "GMO"));
    }
}
