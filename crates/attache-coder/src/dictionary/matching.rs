//! The coder of the dictionaries: verbs, the patterns around them in the order of the words, and who stands on each side.
//!
//! What PETRARCH's manual says of phrases of a constituent tree is said here of our dependency tree: a verb's reach is itself
//! and what hangs on it to its right; before it everything back to a comma counts. Short clauses between commas are passed
//! over, as PETRARCH passes over them.

use std::ops::Range;

use attache_doc::{Document, Parse, Reason, Rel, Span, TokenIx, Upos, Xpos};

use super::phrase::{Atom, Chunk, NOBODY, Name, chunks, sentence_atoms};
use super::verb::{Form, Item, NO_EVENT, Pattern, Place, Slot, Transformation};
use super::{Dictionaries, DictionaryEvent, Line, Party, read};

/// Clauses of so many words between commas, or after the last comma, are no part of what is coded: PETRARCH's defaults
/// (`comma_min`, `comma_max`, `comma_emin`, `comma_emax`). Longer ones tell things of their own; a first clause stays.
const SHORT_CLAUSE: std::ops::RangeInclusive<usize> = 2..=8;

/// The events that dictionaries find in a document, in order of their verbs. The dates of actors go by the day of
/// publication.
pub fn code(dictionaries: &Dictionaries, doc: &Document, parse: &Parse) -> Vec<DictionaryEvent> {
    let all: Vec<String> = parse.sentences.iter().map(|s| read::plain(doc.text(s.span))).collect();
    let story = dictionaries.discards.iter().filter(|d| d.story);
    if story.clone().any(|discard| all.iter().any(|text| read::has(text, discard))) {
        return Vec::new();
    }
    let no_issues = read::ignores_story(&dictionaries.issues, doc.full_text());
    let mut out = Vec::new();
    for (n, sentence) in parse.sentences.iter().enumerate() {
        if dictionaries.discards.iter().any(|discard| !discard.story && read::has(&all[n], discard)) {
            continue;
        }
        let found = Sentence::new(dictionaries, doc, parse, sentence.tokens.clone()).events();
        if found.is_empty() {
            continue;
        }
        let issues = if no_issues { Vec::new() } else { read::issues(&dictionaries.issues, doc.text(sentence.span)) };
        out.extend(found.into_iter().map(|e| DictionaryEvent { sentence: n as u32, issues: issues.clone(), ..e }));
    }
    out
}

/// A sentence without its short clauses, as atoms and noun phrases.
struct Sentence<'s> {
    dictionaries: &'s Dictionaries,
    parse: &'s Parse,
    tokens: Range<TokenIx>,
    atoms: Vec<Atom>,
    chunks: Vec<Chunk>,
    /// First and one past the last atom of each chunk.
    places: Vec<Range<usize>>,
}

/// A verb in its place.
struct Verb<'s> {
    form: &'s Form,
    token: TokenIx,
    /// Its atoms.
    at: Range<usize>,
    /// Atoms before it that count, and after it.
    upper: Range<usize>,
    lower: Range<usize>,
    /// Atoms in which its doer is looked for.
    doers: Range<usize>,
}

/// What a pattern fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bound {
    source: Option<usize>,
    target: Option<usize>,
}

/// Who does what to whom, as chunks, with the code and its line.
struct Found<'s> {
    source: usize,
    target: usize,
    code: &'s str,
    at: &'s Line,
}

impl<'s> Sentence<'s> {
    fn new(
        dictionaries: &'s Dictionaries,
        doc: &'s Document,
        parse: &'s Parse,
        tokens: Range<TokenIx>,
    ) -> Sentence<'s> {
        let on = doc.meta.published;
        let all = sentence_atoms(doc, parse, tokens.clone());
        let chunks = chunks(&dictionaries.actors, doc, parse, tokens.clone(), &all, on);
        let gone = short_clauses(&all, &chunks);
        let atoms: Vec<Atom> = all.into_iter().zip(&gone).filter(|(_, gone)| !**gone).map(|(atom, _)| atom).collect();
        let mut kept = Vec::new();
        let mut places = Vec::new();
        for chunk in chunks {
            let inside = |a: &Atom| (chunk.first..=chunk.last).contains(&a.token);
            let first = atoms.iter().position(inside);
            let last = atoms.iter().rposition(inside);
            if let (Some(first), Some(last)) = (first, last) {
                kept.push(chunk);
                places.push(first..last + 1);
            }
        }
        Sentence { dictionaries, parse, tokens, atoms, chunks: kept, places }
    }

    fn events(&self) -> Vec<DictionaryEvent> {
        let mut out: Vec<DictionaryEvent> = Vec::new();
        // A verb that is coded has had its say about everything it governs.
        let mut done = 0;
        for n in 0..self.atoms.len() {
            if n < done {
                continue;
            }
            let Some(verb) = self.verb_at(n) else { continue };
            if let Some((source, target, code, at, reason)) = self.transformed(&verb) {
                self.push(&mut out, &source, &target, code, &verb, &[at.reason(), reason]);
                done = verb.lower.end.max(verb.at.end);
                continue;
            }
            let Some(found) = self.code_verb(&verb) else { continue };
            done = verb.lower.end.max(verb.at.end);
            let (source, target) = (&self.chunks[found.source], &self.chunks[found.target]);
            let both = found.source == found.target;
            let because = [found.at.reason()];
            // A code of two halves codes both directions.
            let (there, back) = found.code.split_once(':').map_or((found.code, None), |(a, b)| (a, Some(b)));
            self.push(&mut out, &source.names, &target.names, there, &verb, &because);
            if let Some(back) = back {
                self.push(&mut out, &target.names, &source.names, back, &verb, &because);
            } else if both {
                debug_assert!(source.compound);
            }
        }
        out
    }

    /// One event for each pair of different codes; who is nobody known does nothing.
    fn push(
        &self,
        out: &mut Vec<DictionaryEvent>,
        sources: &[Name],
        targets: &[Name],
        code: &str,
        verb: &Verb,
        because: &[Reason],
    ) {
        let first = self.atoms[verb.at.start].token;
        let last = self.atoms[verb.at.end - 1].token;
        let span: Span = self.parse.tokens[first as usize].span.cover(self.parse.tokens[last as usize].span);
        for source in sources {
            for target in targets {
                for from in source.code.split('/') {
                    for to in target.code.split('/') {
                        if from == to || from == NOBODY {
                            continue;
                        }
                        let mut because = because.to_vec();
                        for reason in source.because.iter().chain(&target.because) {
                            if !because.contains(reason) {
                                because.push(reason.clone());
                            }
                        }
                        let event = DictionaryEvent {
                            source: Party { code: from.to_string(), span: source.span },
                            target: Party { code: to.to_string(), span: target.span },
                            code: code.to_string(),
                            verb: span,
                            sentence: 0,
                            issues: Vec::new(),
                            because,
                        };
                        let same = |e: &DictionaryEvent| {
                            (&e.source.code, &e.target.code, &e.code)
                                == (&event.source.code, &event.target.code, &event.code)
                        };
                        if !out.iter().any(same) {
                            out.push(event);
                        }
                    }
                }
            }
        }
    }

    // ---- verbs ----

    /// The dictionary's verb whose verb proper is this atom, if the tree has a verb there.
    fn verb_at(&self, n: usize) -> Option<Verb<'s>> {
        let atom = &self.atoms[n];
        let text = |at: Option<usize>| at.and_then(|at| self.atoms.get(at)).map(|a| a.text.as_str());
        for form in self.dictionaries.verbs.forms(&atom.text) {
            let (before, after) = (form.before.len(), form.after.len());
            let fits = n >= before
                && form.before.iter().enumerate().all(|(i, word)| text((n - before).checked_add(i)) == Some(word))
                && form.after.iter().enumerate().all(|(i, word)| text(Some(n + 1 + i)) == Some(word));
            if !fits {
                continue;
            }
            let at = n - before..n + 1 + after;
            // Parsers often take one of several words for a noun: any of them may be the verb.
            let token = at.clone().map(|i| self.atoms[i].token).find(|&t| self.is_verb(t));
            let Some(token) = token else { continue };
            let comma = self.atoms[..at.start].iter().rposition(|a| a.text == ",");
            let upper = comma.map_or(0, |c| c + 1)..at.start;
            let lower = at.end..self.reach(token).max(at.end);
            // A coordinated verb without a subject of its own has that of the first, whatever stands between.
            let first = self.first_verb(token);
            let until = self.atoms.iter().position(|a| a.token >= first).unwrap_or(upper.end);
            let doers = upper.start..until.clamp(upper.start, upper.end);
            return Some(Verb { form, token, at, upper, lower, doers });
        }
        None
    }

    fn is_verb(&self, t: TokenIx) -> bool {
        let token = &self.parse.tokens[t as usize];
        let tagged = matches!(token.upos, Upos::Verb | Upos::Aux)
            || matches!(token.xpos, Xpos::Vb | Xpos::Vbd | Xpos::Vbn | Xpos::Vbp | Xpos::Vbz | Xpos::Vbg);
        tagged && !matches!(token.rel, Rel::Amod | Rel::Compound | Rel::Case)
    }

    fn rel(&self, t: TokenIx) -> Rel {
        self.parse.tokens[t as usize].rel
    }

    fn children(&self, t: TokenIx) -> impl Iterator<Item = TokenIx> + '_ {
        self.tokens.clone().filter(move |&c| self.parse.tokens[c as usize].head == Some(t))
    }

    /// The first of the verbs that share a subject with this one.
    fn first_verb(&self, verb: TokenIx) -> TokenIx {
        let mut at = verb;
        while self.rel(at) == Rel::Conj
            && !self.children(at).any(|c| matches!(self.rel(c), Rel::Nsubj | Rel::NsubjPass))
            && let Some(head) = self.parse.tokens[at as usize].head.filter(|&h| h < at && self.is_verb(h))
        {
            at = head;
        }
        at
    }

    /// One past the last atom that hangs on a verb to its right. What is coordinated with the verb is told by itself, unless
    /// the verb has nothing of its own ("condemned and rejected the plan").
    fn reach(&self, verb: TokenIx) -> usize {
        let end = |conjuncts: bool| {
            let own = |c: &TokenIx| {
                *c > verb
                    && (conjuncts || self.rel(*c) != Rel::Conj)
                    && !matches!(self.rel(*c), Rel::Parataxis | Rel::Punct)
            };
            let last = self.children(verb).filter(own).map(|c| self.last_below(c)).max();
            last.map_or(0, |last| self.atoms.iter().rposition(|a| a.token <= last).map_or(0, |at| at + 1))
        };
        let alone = end(false);
        let holds = self.places.iter().zip(&self.chunks).any(|(place, chunk)| chunk.first > verb && place.end <= alone);
        if holds { alone } else { end(true).max(alone) }
    }

    /// The last token of a subtree.
    fn last_below(&self, t: TokenIx) -> TokenIx {
        let below = |c: TokenIx| {
            let mut at = c;
            // A tree has no cycles; the bound holds for whatever is read from a file.
            for _ in 0..self.tokens.len() {
                if at == t {
                    return true;
                }
                match self.parse.tokens[at as usize].head {
                    Some(head) => at = head,
                    None => return false,
                }
            }
            false
        };
        self.tokens.clone().rev().find(|&c| below(c)).unwrap_or(t)
    }

    // ---- events ----

    /// The code of a verb with its two sides: of the first pattern that fits, else of the verb alone.
    fn code_verb(&self, verb: &Verb<'s>) -> Option<Found<'s>> {
        let patterns = self.dictionaries.verbs.of_block(verb.form.block).iter();
        let matched = patterns.filter_map(|p| self.matches(p, verb).map(|bound| (p, bound))).next();
        let (code, at, bound) = match matched {
            Some((pattern, bound)) => (pattern.code.as_str(), &pattern.at, bound),
            None => (verb.form.code.as_str(), &verb.form.at, Bound::default()),
        };
        if code == NO_EVENT {
            return None;
        }
        let agent = self.agent(verb);
        let (source, target) = match (bound.source, bound.target, agent) {
            (None, None, Some(agent)) => {
                let target = self.first_before(verb.upper.clone()).filter(|t| *t != agent)?;
                (agent, target)
            }
            (source, target, _) => {
                let source = source.or_else(|| self.first_before_but(verb.doers.clone(), target))?;
                let target = target.or_else(|| self.target(verb, source))?;
                (source, target)
            }
        };
        Some(Found { source, target, code, at })
    }

    /// The chunks that lie within some atoms, in order.
    fn within(&self, atoms: Range<usize>) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.chunks.len()).filter(move |&c| self.places[c].start >= atoms.start && self.places[c].end <= atoms.end)
    }

    /// The doer of a passive verb.
    fn agent(&self, verb: &Verb) -> Option<usize> {
        let word = self.children(verb.token).find(|&c| self.rel(c) == Rel::OblAgent)?;
        self.within(verb.lower.clone()).find(|&c| (self.chunks[c].first..=self.chunks[c].last).contains(&word))
    }

    /// The first noun phrase of some atoms that names somebody known, else the first.
    fn first_before(&self, atoms: Range<usize>) -> Option<usize> {
        self.first_before_but(atoms, None)
    }

    fn first_before_but(&self, atoms: Range<usize>, but: Option<usize>) -> Option<usize> {
        let all = || self.within(atoms.clone()).filter(|c| Some(*c) != but);
        all().find(|&c| self.chunks[c].known()).or_else(|| all().next())
    }

    /// True for a pronoun: it names nobody, and who it stands for stands before it.
    fn pronoun(&self, chunk: usize) -> bool {
        let chunk = &self.chunks[chunk];
        chunk.first == chunk.last && self.parse.tokens[chunk.first as usize].upos == Upos::Pron
    }

    /// The target: of the noun phrases after the verb the first that names somebody else, else the first; of those before it
    /// the nearest that names somebody else, else the nearest.
    fn target(&self, verb: &Verb, source: usize) -> Option<usize> {
        let codes = |c: usize| self.chunks[c].names.iter().map(|n| n.code.as_str()).collect::<Vec<_>>();
        let other = |c: usize| {
            let either = self.chunks[c].compound || self.chunks[source].compound;
            c != source && self.chunks[c].known() && (either || codes(c) != codes(source))
        };
        let after = || self.within(verb.lower.clone());
        let before = || self.within(verb.upper.clone()).rev();
        let nobody = |c: &usize| *c != source && !self.chunks[*c].known();
        after()
            .find(|&c| other(c))
            .or_else(|| after().find(nobody))
            .or_else(|| before().find(|&c| other(c)))
            .or_else(|| before().find(nobody))
    }

    /// What a transformation makes of a verb and the event that it governs.
    #[allow(clippy::type_complexity)]
    fn transformed(&self, upper: &Verb<'s>) -> Option<(Vec<Name>, Vec<Name>, &'s str, &'s Line, Reason)> {
        let all = self.dictionaries.verbs.transformations();
        if all.is_empty() {
            return None;
        }
        let mut lower = upper.lower.clone().find_map(|n| self.verb_at(n))?;
        // The lower verb's doer stands between the two verbs; without one it is the upper verb's.
        let between = upper.at.end..lower.at.start;
        if self.within(between.clone()).next().is_some() {
            lower.upper = between.clone();
            lower.doers = between;
        } else {
            lower.doers = upper.doers.clone();
        }
        let event = self.code_verb(&lower)?;
        let source = self.first_before(upper.upper.clone());
        for line in all {
            if !self.verbs_fit(line, upper, &lower) {
                continue;
            }
            let sides =
                [(&line.upper, source), (&line.lower.0, Some(event.source)), (&line.lower.1, Some(event.target))];
            let mut letters: Vec<(&str, usize)> = Vec::new();
            let fits = sides.into_iter().all(|(slot, chunk)| match (slot, chunk) {
                (Slot::Any, _) => true,
                (Slot::Absent, chunk) => chunk.is_none(),
                (Slot::Variable(_), None) => false,
                (Slot::Variable(letter), Some(chunk)) => match letters.iter().find(|(known, _)| known == letter) {
                    Some((_, known)) => self.same(*known, chunk),
                    None => {
                        letters.push((letter, chunk));
                        true
                    }
                },
            });
            if !fits {
                continue;
            }
            let side = |letter: &str| -> Vec<Name> {
                let chunk = letters.iter().find(|(known, _)| *known == letter).map(|(_, chunk)| *chunk);
                match chunk {
                    Some(chunk) => self.chunks[chunk].names.clone(),
                    None => {
                        let span = self.parse.tokens[upper.token as usize].span;
                        vec![Name { code: NOBODY.to_string(), span, because: Vec::new() }]
                    }
                }
            };
            return Some((side(&line.outcome.0), side(&line.outcome.1), &line.code, &line.at, lower.form.at.reason()));
        }
        None
    }

    /// The same code, or a pronoun that stands for it.
    fn same(&self, a: usize, b: usize) -> bool {
        a == b
            || self.pronoun(b)
            || self.chunks[a].names.iter().map(|n| &n.code).eq(self.chunks[b].names.iter().map(|n| &n.code))
    }

    fn verbs_fit(&self, line: &Transformation, upper: &Verb, lower: &Verb) -> bool {
        let verbs = &self.dictionaries.verbs;
        let up = line.upper_verb.as_ref().is_none_or(|word| verbs.in_block(word, upper.form.block));
        let low = line.lower_verb.as_ref().is_none_or(|words| {
            let Some((verb, before)) = words.split_last() else { return true };
            // The words before the verb ("WILL") stand between the two verbs.
            let between = &self.atoms[upper.at.end..lower.at.start.max(upper.at.end)];
            verbs.in_block(verb, lower.form.block) && before.iter().all(|word| between.iter().any(|a| a.text == *word))
        });
        up && low
    }

    // ---- patterns ----

    fn matches(&self, pattern: &Pattern, verb: &Verb) -> Option<Bound> {
        let bound = self.before(&pattern.before, verb.upper.start, verb.at.start, Bound::default())?;
        self.after(&pattern.after, verb.at.end, verb.lower.end, bound)
    }

    /// Matches items leftwards: `end` is one past the atom next to be looked at.
    fn before(&self, items: &[Place], start: usize, end: usize, bound: Bound) -> Option<Bound> {
        let Some((place, rest)) = items.split_first() else { return Some(bound) };
        match &place.item {
            Item::Words(runs) => {
                let ends = if place.joined { end..=end } else { start..=end };
                ends.rev().find_map(|end| {
                    runs.iter().find_map(|run| {
                        let from = end.checked_sub(run.len()).filter(|&from| from >= start)?;
                        self.run(run, from).then(|| self.before(rest, start, from, bound)).flatten()
                    })
                })
            }
            Item::Phrase { preposition, head, others } => (start..end).rev().find_map(|at| {
                let from = self.phrase(preposition.as_deref(), head, others, at)?;
                (from >= start).then(|| self.before(rest, start, from, bound)).flatten()
            }),
            noun => {
                // What is left of a phrase of which a word was matched is a phrase too; else the next one is meant.
                let split = self
                    .places
                    .iter()
                    .position(|p| p.start < end && end < p.end)
                    .filter(|&c| self.places[c].start >= start);
                let next = self.within(start..end).next_back();
                [split, next].into_iter().flatten().find_map(|c| {
                    let rest_of = Some(c) == split;
                    if place.joined && !rest_of && self.places[c].end != end {
                        return None;
                    }
                    let bound =
                        self.bind(noun, c, bound, true, !rest_of || self.names_in(c, self.places[c].start..end))?;
                    self.before(rest, start, self.places[c].start, bound)
                })
            }
        }
    }

    /// Matches items rightwards from `start` on.
    fn after(&self, items: &[Place], start: usize, end: usize, bound: Bound) -> Option<Bound> {
        let Some((place, rest)) = items.split_first() else { return Some(bound) };
        match &place.item {
            Item::Words(runs) => {
                let starts = if place.joined { start..start + 1 } else { start..end };
                starts.into_iter().find_map(|from| {
                    runs.iter().find_map(|run| {
                        let to = from + run.len();
                        (to <= end && self.run(run, from)).then(|| self.after(rest, to, end, bound)).flatten()
                    })
                })
            }
            Item::Phrase { preposition, head, others } => (start..end).find_map(|at| {
                let from = self.phrase(preposition.as_deref(), head, others, at)?;
                (from >= start).then(|| self.after(rest, at + 1, end, bound)).flatten()
            }),
            noun => {
                let split = self
                    .places
                    .iter()
                    .position(|p| p.start < start && start < p.end)
                    .filter(|&c| self.places[c].end <= end);
                let next = self.within(start..end).next();
                [split, next].into_iter().flatten().find_map(|c| {
                    let rest_of = Some(c) == split;
                    if place.joined && !rest_of && self.places[c].start != start {
                        return None;
                    }
                    let bound =
                        self.bind(noun, c, bound, false, !rest_of || self.names_in(c, start..self.places[c].end))?;
                    self.after(rest, self.places[c].end, end, bound)
                })
            }
        }
    }

    /// Gives a noun phrase the part that a sign asks for. The rest of a phrase is source or target only where its name stands.
    fn bind(&self, sign: &Item, chunk: usize, bound: Bound, before: bool, named: bool) -> Option<Bound> {
        Some(match sign {
            Item::Pass => bound,
            Item::Source if named => Bound { source: Some(chunk), ..bound },
            Item::Target if named => Bound { target: Some(chunk), ..bound },
            Item::Compound if self.chunks[chunk].compound && before => {
                Bound { source: Some(chunk), target: Some(chunk) }
            }
            Item::Compound if self.chunks[chunk].compound => Bound { target: Some(chunk), ..bound },
            _ => return None,
        })
    }

    /// True when the actor of a chunk is named within these atoms.
    fn names_in(&self, chunk: usize, mut atoms: Range<usize>) -> bool {
        atoms.any(|a| self.chunks[chunk].actors.contains(&self.atoms[a].token))
    }

    fn run(&self, run: &[String], from: usize) -> bool {
        self.atoms
            .get(from..from + run.len())
            .is_some_and(|atoms| atoms.iter().zip(run).all(|(a, word)| a.text == *word))
    }

    /// A noun phrase whose head ends at atom `at`: its first atom, with the preposition.
    fn phrase(
        &self,
        preposition: Option<&[Vec<String>]>,
        head: &[Vec<String>],
        others: &[Vec<Vec<String>>],
        at: usize,
    ) -> Option<usize> {
        let one = |runs: &[Vec<String>], range: Range<usize>| {
            range.clone().find(|&from| runs.iter().any(|run| from + run.len() <= range.end && self.run(run, from)))
        };
        let run = head.iter().find(|run| at + 1 >= run.len() && self.run(run, at + 1 - run.len()))?;
        let token = self.atoms[at].token;
        let first = self.places.iter().find(|p| p.contains(&at)).map_or(at, |p| p.start).min(at + 1 - run.len());
        let last = self.places.iter().find(|p| p.contains(&at)).map_or(at + 1, |p| p.end);
        if !others.iter().all(|other| one(other, first..last).is_some()) {
            return None;
        }
        let Some(preposition) = preposition else { return Some(first) };
        // The preposition is the one that the tree gives the noun.
        let case = self.children(token).filter(|&c| matches!(self.rel(c), Rel::Case | Rel::Mark));
        let from = case.filter_map(|c| self.atoms.iter().position(|a| a.token == c));
        from.into_iter().find(|&from| preposition.iter().any(|run| self.run(run, from)))
    }
}

/// Which atoms are passed over: short clauses after the last comma, then between two, and the commas inside coordinated
/// phrases, which part no clauses.
fn short_clauses(atoms: &[Atom], chunks: &[Chunk]) -> Vec<bool> {
    let inside = |a: &Atom| chunks.iter().any(|c| c.compound && c.first < a.token && a.token < c.last);
    let mut gone: Vec<bool> = atoms.iter().map(|a| a.text == "," && inside(a)).collect();
    let mut commas: Vec<usize> = (0..atoms.len()).filter(|&n| atoms[n].text == "," && !gone[n]).collect();
    if let Some(&last) = commas.last()
        && SHORT_CLAUSE.contains(&words(&atoms[last + 1..]))
    {
        gone[last..].fill(true);
        commas.pop();
    }
    let mut n = 0;
    while n + 1 < commas.len() {
        let (from, to) = (commas[n], commas[n + 1]);
        if SHORT_CLAUSE.contains(&words(&atoms[from + 1..to])) {
            gone[from..=to].fill(true);
            n += 1;
        }
        n += 1;
    }
    gone
}

/// How many words there are: pieces of one word are one.
fn words(atoms: &[Atom]) -> usize {
    let mut tokens: Vec<TokenIx> = atoms.iter().filter(|a| a.text != ",").map(|a| a.token).collect();
    tokens.dedup();
    tokens.len()
}
