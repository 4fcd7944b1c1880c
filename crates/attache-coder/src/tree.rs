//! Dependency trees as the coder reads them: normalised relations, nominals, clauses, negation.
//!
//! Passives, participles, relative clauses, control and coordination are undone here once, so that the lexicons can speak
//! of logical subjects and objects.

use attache_doc::{Document, Parse, Rel, Span, Token, TokenIx, Upos, Xpos};

use crate::pattern::{Path, Step};

/// A view of one parsed document.
pub struct Tree<'a> {
    /// The document.
    pub doc: &'a Document,
    /// Its parse.
    pub parse: &'a Parse,
    heads: Vec<Option<TokenIx>>,
    rels: Vec<Rel>,
    children: Vec<Vec<TokenIx>>,
    lower: Vec<String>,
    sentence: Vec<u32>,
}

/// Governors and relations, with a few kinds of arcs mended that no sentence has and parsers give all the same.
fn mended(doc: &Document, parse: &Parse) -> (Vec<Option<TokenIx>>, Vec<Rel>) {
    let mut heads: Vec<Option<TokenIx>> = parse.tokens.iter().map(|t| t.head).collect();
    let mut rels: Vec<Rel> = parse.tokens.iter().map(|t| t.rel).collect();
    for sentence in &parse.sentences {
        for case in sentence.tokens.clone().filter(|&t| parse.tokens[t as usize].rel == Rel::Case) {
            let Some(mut noun) = heads[case as usize].filter(|&noun| noun > case) else { continue };
            // "To the group's minister": a possessor has its own mark, so the preposition is that of what it possesses.
            let marked = sentence
                .tokens
                .clone()
                .any(|t| t > noun && heads[t as usize] == Some(noun) && rels[t as usize] == Rel::Case);
            if let (Rel::NmodPoss, true, Some(owned)) = (rels[noun as usize], marked, heads[noun as usize]) {
                heads[case as usize] = Some(owned);
                noun = owned;
            }
            let (Some(head), rel) = (heads[noun as usize], rels[noun as usize]) else { continue };
            let before = &parse.tokens[case.saturating_sub(1) as usize];
            // "An invitation to the minister, to attend": an object has no preposition, least of all before its verb.
            if rel == Rel::Obj && head > noun && parse.tokens[head as usize].xpos == Xpos::Vb {
                let nearest = (sentence.tokens.start..case).rev().find(|&t| is_open(parse.tokens[t as usize].upos));
                if let Some(to) = nearest.filter(|&to| !below(&heads, to, noun)) {
                    heads[noun as usize] = Some(to);
                    let nominal = matches!(parse.tokens[to as usize].upos, Upos::Noun | Upos::Propn);
                    rels[noun as usize] = if nominal { Rel::Nmod } else { Rel::Obl };
                }
            }
            // "What is seen as an effort": a clause on a noun never stands before it, so the noun is what the verb governs.
            let verb = case.saturating_sub(1);
            let on_noun = matches!(rels[verb as usize], Rel::Acl | Rel::AclRelcl) && heads[verb as usize] == Some(noun);
            if case > sentence.tokens.start && on_noun {
                for other in sentence.tokens.start..verb {
                    if heads[other as usize] == Some(noun) {
                        heads[other as usize] = Some(verb);
                    }
                }
                (heads[verb as usize], rels[verb as usize]) = (Some(head), rel);
                (heads[noun as usize], rels[noun as usize]) = (Some(verb), Rel::Obl);
                continue;
            }
            // "Unrecognised by the council": what follows a participle with "by" is its agent.
            let by = doc.text(parse.tokens[case as usize].span).eq_ignore_ascii_case("by");
            let participle = case > sentence.tokens.start && before.xpos == Xpos::Vbn && before.upos == Upos::Verb;
            if by && participle && rel == Rel::Obl && head != case - 1 && !below(&heads, case - 1, noun) {
                heads[noun as usize] = Some(case - 1);
                rels[noun as usize] = Rel::OblAgent;
            }
        }
    }
    for sentence in &parse.sentences {
        for verb in sentence.tokens.clone() {
            lift_finite(parse, sentence.tokens.clone(), verb, &mut heads, &mut rels);
            tie_relative(doc, parse, sentence.tokens.clone(), verb, &mut heads, &mut rels);
        }
    }
    (heads, rels)
}

/// "Though no statement confirming the call has been issued": a finite clause is no bare clause on a noun, so the noun before
/// the participle is what the finite verb speaks of, and what stands behind the participle its object.
fn lift_finite(
    parse: &Parse,
    sentence: std::ops::Range<TokenIx>,
    verb: TokenIx,
    heads: &mut [Option<TokenIx>],
    rels: &mut [Rel],
) {
    let token = |t: TokenIx| &parse.tokens[t as usize];
    let Some(noun) = heads[verb as usize].filter(|&noun| noun < verb && rels[verb as usize] == Rel::Acl) else {
        return;
    };
    let kid = |heads: &[Option<TokenIx>], rels: &[Rel], of: TokenIx, wanted: &[Rel]| {
        sentence.clone().find(|&t| heads[t as usize] == Some(of) && wanted.contains(&rels[t as usize]))
    };
    let finite = sentence.clone().any(|t| {
        heads[t as usize] == Some(verb)
            && token(t).upos == Upos::Aux
            && matches!(token(t).xpos, Xpos::Vbz | Xpos::Vbp | Xpos::Vbd | Xpos::Md)
    });
    let marked = kid(heads, rels, verb, &[Rel::Mark]).is_some();
    let subject = kid(heads, rels, verb, &[Rel::Nsubj, Rel::NsubjPass]);
    let participle = sentence.clone().find(|&t| {
        heads[t as usize] == Some(noun) && rels[t as usize] == Rel::Acl && token(t).xpos == Xpos::Vbg && t > noun
    });
    let (true, false, Some(subject), Some(participle)) = (finite, marked, subject, participle) else { return };
    let between = participle < subject && subject < verb;
    if !between || kid(heads, rels, participle, &[Rel::Obj]).is_some() {
        return;
    }
    let (above, role) = (heads[noun as usize], rels[subject as usize]);
    // A conjunction that was taken for the noun's preposition opens the clause.
    let opens = sentence
        .clone()
        .find(|&t| heads[t as usize] == Some(noun) && rels[t as usize] == Rel::Case && token(t).upos == Upos::Sconj);
    let clause = if opens.is_some() { Rel::Advcl } else { rels[noun as usize] };
    if let Some(opens) = opens {
        (heads[opens as usize], rels[opens as usize]) = (Some(verb), Rel::Mark);
    }
    (heads[verb as usize], rels[verb as usize]) = (above, clause);
    (heads[noun as usize], rels[noun as usize]) = (Some(verb), role);
    (heads[subject as usize], rels[subject as usize]) = (Some(participle), Rel::Obj);
}

/// "A statement by the ministry, which said": a clause whose subject is a relative pronoun behind a comma belongs to the noun
/// before the comma, and stands beside no other clause.
fn tie_relative(
    doc: &Document,
    parse: &Parse,
    sentence: std::ops::Range<TokenIx>,
    verb: TokenIx,
    heads: &mut [Option<TokenIx>],
    rels: &mut [Rel],
) {
    let token = |t: TokenIx| &parse.tokens[t as usize];
    if rels[verb as usize] != Rel::Parataxis || !matches!(token(verb).xpos, Xpos::Vbd | Xpos::Vbz | Xpos::Vbp) {
        return;
    }
    let subject = sentence.clone().find(|&t| heads[t as usize] == Some(verb) && rels[t as usize] == Rel::Nsubj);
    let Some(subject) = subject.filter(|&s| token(s).xpos == Xpos::Wdt && s >= sentence.start + 2 && s < verb) else {
        return;
    };
    let (comma, mut noun) = (subject - 1, subject - 2);
    if token(comma).xpos != Xpos::Comma || !matches!(token(noun).upos, Upos::Noun | Upos::Propn) {
        return;
    }
    // "Ministry of Foreign Affairs": the head of the name.
    let case =
        |noun: TokenIx| sentence.clone().find(|&t| heads[t as usize] == Some(noun) && rels[t as usize] == Rel::Case);
    while let Some(up) = heads[noun as usize].filter(|&up| up >= sentence.start && up < noun) {
        let of = case(noun).is_some_and(|c| doc.text(token(c).span).eq_ignore_ascii_case("of"));
        let part = matches!(rels[noun as usize], Rel::Flat | Rel::Compound) || rels[noun as usize] == Rel::Nmod && of;
        if !part {
            break;
        }
        noun = up;
    }
    if !below(heads, noun, verb) {
        (heads[verb as usize], rels[verb as usize]) = (Some(noun), Rel::AclRelcl);
    }
}

fn is_open(upos: Upos) -> bool {
    matches!(upos, Upos::Noun | Upos::Propn | Upos::Verb | Upos::Adj)
}

/// True when `i` is `top` or below it.
fn below(heads: &[Option<TokenIx>], i: TokenIx, top: TokenIx) -> bool {
    std::iter::successors(Some(i), |&at| heads[at as usize]).take(DEEPEST).any(|at| at == top)
}

/// How many steps a walk up or along a tree may take: trees of real sentences are shallower, and a broken tree must end.
const DEEPEST: usize = 64;

impl<'a> Tree<'a> {
    /// Indexes the trees of a document.
    pub fn new(doc: &'a Document, parse: &'a Parse) -> Tree<'a> {
        let (heads, rels) = mended(doc, parse);
        let mut children = vec![Vec::new(); parse.tokens.len()];
        for (i, head) in heads.iter().enumerate() {
            if let Some(head) = *head {
                children[head as usize].push(i as TokenIx);
            }
        }
        let lower = parse.tokens.iter().map(|t| plain(doc.text(t.span))).collect();
        let mut sentence = vec![0; parse.tokens.len()];
        for (n, s) in parse.sentences.iter().enumerate() {
            for t in s.tokens.clone() {
                sentence[t as usize] = n as u32;
            }
        }
        Tree { doc, parse, heads, rels, children, lower, sentence }
    }

    /// The token.
    pub fn token(&self, i: TokenIx) -> &'a Token {
        &self.parse.tokens[i as usize]
    }

    /// Lower-cased form with plain quotes.
    pub fn lower(&self, i: TokenIx) -> &str {
        &self.lower[i as usize]
    }

    /// The form as written.
    pub fn form(&self, i: TokenIx) -> &'a str {
        self.doc.text(self.token(i).span)
    }

    /// Dictionary form.
    pub fn lemma(&self, i: TokenIx) -> &'a str {
        &self.token(i).lemma
    }

    /// Universal tag.
    pub fn upos(&self, i: TokenIx) -> Upos {
        self.token(i).upos
    }

    /// Penn tag.
    pub fn xpos(&self, i: TokenIx) -> Xpos {
        self.token(i).xpos
    }

    /// Relation to the governor.
    pub fn rel(&self, i: TokenIx) -> Rel {
        self.rels[i as usize]
    }

    /// The governor.
    pub fn head(&self, i: TokenIx) -> Option<TokenIx> {
        self.heads[i as usize]
    }

    /// The dependents in order.
    pub fn kids(&self, i: TokenIx) -> &[TokenIx] {
        &self.children[i as usize]
    }

    /// The first dependent with one of these relations.
    pub fn kid(&self, i: TokenIx, rels: &[Rel]) -> Option<TokenIx> {
        self.kids(i).iter().copied().find(|&k| rels.contains(&self.rel(k)))
    }

    /// The dependents with one of these relations.
    pub fn kids_by<'t>(&'t self, i: TokenIx, rels: &'t [Rel]) -> impl Iterator<Item = TokenIx> + 't {
        self.kids(i).iter().copied().filter(move |&k| rels.contains(&self.rel(k)))
    }

    /// Index of the sentence of a token.
    /// The word of a run whose governor lies outside it; of several the first that is no sign.
    pub fn top_of(&self, run: std::ops::Range<TokenIx>) -> Option<TokenIx> {
        let top = |t: &TokenIx| self.head(*t).is_none_or(|h| !run.contains(&h));
        let tops: Vec<TokenIx> = run.clone().filter(top).collect();
        tops.iter().copied().find(|&t| self.upos(t) != Upos::Punct).or_else(|| tops.first().copied())
    }

    pub fn sentence(&self, i: TokenIx) -> u32 {
        self.sentence[i as usize]
    }

    /// Number of tokens.
    pub fn len(&self) -> TokenIx {
        self.parse.tokens.len() as TokenIx
    }

    /// The governors of a token from near to far.
    pub fn ancestors(&self, i: TokenIx) -> impl Iterator<Item = TokenIx> + '_ {
        std::iter::successors(self.head(i), move |&h| self.head(h)).take(DEEPEST)
    }

    /// True when `i` is `top` or below it.
    pub fn below(&self, i: TokenIx, top: TokenIx) -> bool {
        i == top || self.ancestors(i).any(|a| a == top)
    }

    /// All tokens at or below `i`, in order of the text.
    pub fn subtree(&self, i: TokenIx) -> Vec<TokenIx> {
        self.subtree_without(i, &[])
    }

    /// All tokens at or below `i` but those at or below one of `cut`.
    pub fn subtree_without(&self, i: TokenIx, cut: &[TokenIx]) -> Vec<TokenIx> {
        let mut found = Vec::new();
        let mut stack = vec![i];
        while let Some(t) = stack.pop() {
            if cut.contains(&t) {
                continue;
            }
            found.push(t);
            stack.extend(self.kids(t));
        }
        found.sort_unstable();
        found
    }

    /// For each token, whether it stands between quotation marks.
    pub fn quoted(&self) -> Vec<bool> {
        let mut inside = vec![false; self.parse.tokens.len()];
        let mut block = u32::MAX;
        let mut open = false;
        for sentence in &self.parse.sentences {
            if sentence.block != block {
                // A paragraph that goes on with a quotation opens it again; one that does not has closed it.
                open = false;
                block = sentence.block;
            }
            for t in sentence.tokens.clone() {
                match self.form(t) {
                    "“" | "``" => open = true,
                    "”" | "''" => open = false,
                    "\"" => open = !open,
                    _ => inside[t as usize] = open,
                }
            }
        }
        inside
    }

    /// The span from the first to the last of some tokens of one sentence.
    pub fn span_of(&self, tokens: &[TokenIx]) -> Span {
        debug_assert!(!tokens.is_empty());
        let first = tokens.iter().min().expect("a span of no tokens");
        let last = tokens.iter().max().expect("a span of no tokens");
        self.token(*first).span.cover(self.token(*last).span)
    }

    /// The words of a nominal: its head with determiners, modifiers, possessors and of-phrases, without relative clauses,
    /// appositions, conjuncts and trailing prepositional phrases.
    pub fn nominal(&self, head: TokenIx) -> Vec<TokenIx> {
        let mut tokens = vec![head];
        for &k in self.kids(head) {
            let keep = match self.rel(k) {
                Rel::Det
                | Rel::DetPredet
                | Rel::Amod
                | Rel::Compound
                | Rel::Flat
                | Rel::Fixed
                | Rel::Nummod
                | Rel::Goeswith
                | Rel::NmodDesc
                | Rel::NmodUnmarked => true,
                Rel::NmodPoss => true,
                Rel::Nmod => matches!(self.case(k).as_deref(), Some("of") | Some("for")) && k > head,
                _ => false,
            };
            if keep {
                tokens.extend(if self.rel(k) == Rel::Nmod { self.nominal_with_case(k) } else { self.modifier(k) });
            }
        }
        tokens.sort_unstable();
        tokens
    }

    /// A modifier with all below it but clauses.
    fn modifier(&self, top: TokenIx) -> Vec<TokenIx> {
        let clauses: Vec<TokenIx> = self
            .subtree(top)
            .into_iter()
            .filter(|&t| matches!(self.rel(t), Rel::Acl | Rel::AclRelcl | Rel::Advcl | Rel::Parataxis) && t != top)
            .collect();
        self.subtree_without(top, &clauses)
    }

    fn nominal_with_case(&self, head: TokenIx) -> Vec<TokenIx> {
        let mut tokens = self.nominal(head);
        tokens.extend(self.kids_by(head, &[Rel::Case]).flat_map(|k| self.subtree(k)));
        for conjunct in self.kids_by(head, &[Rel::Conj]) {
            // "the Ministry of Trade and Industry": conjuncts inside an of-phrase belong to the name.
            tokens.extend(self.nominal(conjunct));
            tokens.extend(self.kids_by(conjunct, &[Rel::Cc, Rel::Punct]));
        }
        tokens
    }

    /// The span of a nominal: the unbroken run of its words around the head.
    pub fn nominal_span(&self, head: TokenIx) -> Span {
        let tokens = self.nominal(head);
        let at = tokens.iter().position(|&t| t == head).unwrap_or(0);
        let mut from = at;
        while from > 0 && tokens[from] - tokens[from - 1] <= 2 {
            from -= 1;
        }
        let mut to = at;
        while to + 1 < tokens.len() && tokens[to + 1] - tokens[to] <= 2 {
            to += 1;
        }
        self.span_of(&tokens[from..=to])
    }

    /// The preposition of a nominal ("according to" and "out of" as two words), lower case.
    pub fn case(&self, i: TokenIx) -> Option<String> {
        let mut words: Vec<TokenIx> =
            self.kids_by(i, &[Rel::Case]).filter(|&k| self.lower(k) != "'s" && self.lower(k) != "'").collect();
        if words.is_empty() {
            return None;
        }
        let fixed: Vec<TokenIx> = words.iter().flat_map(|&w| self.kids_by(w, &[Rel::Fixed])).collect();
        words.extend(fixed);
        words.sort_unstable();
        Some(words.iter().map(|&w| self.lower(w)).collect::<Vec<_>>().join(" "))
    }

    /// True when the preposition of `i` is `prep` or begins with it ("from within" counts as "from", "according to" not as
    /// "to").
    pub fn has_case(&self, i: TokenIx, prep: &str) -> bool {
        self.case(i).is_some_and(|c| c == prep || c.split(' ').next() == Some(prep))
    }

    /// The conjuncts of a token, itself first.
    pub fn conjuncts(&self, i: TokenIx) -> Vec<TokenIx> {
        let mut all = vec![i];
        all.extend(self.kids_by(i, &[Rel::Conj]));
        all
    }

    /// The first conjunct of a coordination that `i` is in.
    pub fn first_conjunct(&self, i: TokenIx) -> TokenIx {
        let mut at = i;
        for _ in 0..DEEPEST {
            match self.head(at) {
                Some(h) if self.rel(at) == Rel::Conj => at = h,
                _ => break,
            }
        }
        at
    }

    /// True for words that head clauses: verbs, and predicates with a copula.
    pub fn is_clause(&self, i: TokenIx) -> bool {
        self.upos(i) == Upos::Verb
            || self.kid(i, &[Rel::Cop, Rel::Nsubj, Rel::NsubjPass, Rel::Aux, Rel::AuxPass]).is_some()
    }

    /// The nearest clause head at or above `i`.
    pub fn clause(&self, i: TokenIx) -> TokenIx {
        if self.is_clause(i) {
            return i;
        }
        self.ancestors(i).find(|&a| self.is_clause(a)).unwrap_or_else(|| self.ancestors(i).last().unwrap_or(i))
    }

    /// True when no other clause head lies between `i` and `top`, which is above it.
    pub fn clause_between(&self, i: TokenIx, top: TokenIx) -> bool {
        !self.ancestors(i).take_while(|&a| a != top).any(|a| self.is_clause(a))
    }

    /// True for verbs in the passive and past participles that modify a noun.
    pub fn is_passive(&self, i: TokenIx) -> bool {
        if self.upos(i) != Upos::Verb {
            return false;
        }
        if self.kid(i, &[Rel::AuxPass, Rel::NsubjPass, Rel::CsubjPass]).is_some() {
            return true;
        }
        if self.xpos(i) != Xpos::Vbn || self.kid(i, &[Rel::Aux, Rel::Nsubj]).is_some() {
            return false;
        }
        if self.kid(i, &[Rel::OblAgent]).is_some() {
            return true;
        }
        match self.rel(i) {
            Rel::Acl => true,
            Rel::Advcl | Rel::Xcomp | Rel::Ccomp => self.kid(i, &[Rel::Obj]).is_none(),
            Rel::Conj => self.kid(i, &[Rel::Obj]).is_none() && self.head(i).is_some_and(|h| self.is_passive(h)),
            // A headline participle: "Minister arrested in Lima".
            Rel::Root => self.kid(i, &[Rel::Obj]).is_none() && self.kid(i, &[Rel::Obl, Rel::OblAgent]).is_some(),
            _ => false,
        }
    }

    /// Logical subjects of a verb or predicate, as tokens, not expanded over conjuncts.
    pub fn subjects(&self, i: TokenIx) -> Vec<TokenIx> {
        self.subjects_within(i, 8)
    }

    fn subjects_within(&self, i: TokenIx, depth: usize) -> Vec<TokenIx> {
        if depth == 0 {
            return Vec::new();
        }
        if self.is_passive(i) {
            return self.agents(i);
        }
        if let Some(s) = self.kid(i, &[Rel::Nsubj, Rel::NsubjOuter]) {
            return vec![s];
        }
        // "the reports were exaggerated": an adjective to the tagger, a passive to the parser.
        if let Some(s) = self.kid(i, &[Rel::NsubjPass]).filter(|_| self.upos(i) == Upos::Adj) {
            return vec![s];
        }
        // "Two diplomats, who asked not to be named, said it had …": a long way round, the parser hangs the speaker on the
        // clause that is said; but what stands before the verb is its own subject.
        let clause = self.kids_by(i, &[Rel::Ccomp]).find(|&c| c > i);
        let strayed = clause.and_then(|c| self.kids_by(c, &[Rel::Nsubj]).find(|&k| k < i));
        if let Some(s) = strayed {
            return vec![s];
        }
        self.inherited(i, depth)
    }

    fn agents(&self, i: TokenIx) -> Vec<TokenIx> {
        let agent = self.kids_by(i, &[Rel::OblAgent]).find(|&k| self.case(k).is_none_or(|c| c == "by"));
        let by = || self.kids_by(i, &[Rel::Obl]).find(|&k| self.case(k).as_deref() == Some("by"));
        agent.or_else(by).into_iter().collect()
    }

    /// The noun that a subjectless verb form is predicated of.
    fn inherited(&self, i: TokenIx, depth: usize) -> Vec<TokenIx> {
        let Some(h) = self.head(i) else { return Vec::new() };
        match self.rel(i) {
            Rel::AclRelcl | Rel::AdvclRelcl => {
                // "the group that seized power" has its pronoun as subject; without one the antecedent is the gap's filler
                // only when no object relative is in play.
                if self.kid(i, &[Rel::Obj]).is_some() && self.is_nominal(h) { vec![h] } else { Vec::new() }
            }
            Rel::Acl => match self.xpos(i) {
                Xpos::Vbg => vec![h],
                // "became the first country to recognise": what the noun is said of; "Russia's decision to recognise": its doer.
                Xpos::Vb => match (self.kid(h, &[Rel::Nsubj, Rel::Cop]), self.rel(h), self.head(h)) {
                    (Some(_), ..) => self.kid(h, &[Rel::Nsubj]).into_iter().collect(),
                    (None, Rel::Xcomp, Some(v)) => self.subjects_within(v, depth - 1),
                    _ => self.noun_subjects_within(h, depth - 1),
                },
                _ => Vec::new(),
            },
            Rel::Xcomp => {
                let object = self.kid(h, &[Rel::Obj, Rel::Iobj]);
                match object {
                    Some(o) if self.upos(h) == Upos::Verb && self.xpos(i) == Xpos::Vb => vec![o],
                    _ if self.is_passive(h) => self.objects_within(h, depth - 1),
                    _ => self.subjects_within(h, depth - 1),
                }
            }
            Rel::Conj => {
                if self.is_passive(h) && !self.is_passive(i) && self.kid(h, &[Rel::NsubjPass]).is_some() {
                    // "was arrested and faces trial": the surface subject is shared.
                    return self.objects_within(h, depth - 1);
                }
                self.subjects_within(h, depth - 1)
            }
            Rel::Advcl => {
                if self.is_passive(h) {
                    let agents = self.agents(h);
                    if agents.is_empty() { self.objects_within(h, depth - 1) } else { agents }
                } else {
                    self.subjects_within(h, depth - 1)
                }
            }
            _ => Vec::new(),
        }
    }

    /// Logical objects of a verb.
    pub fn objects(&self, i: TokenIx) -> Vec<TokenIx> {
        self.objects_within(i, 8)
    }

    fn objects_within(&self, i: TokenIx, depth: usize) -> Vec<TokenIx> {
        if depth == 0 {
            return Vec::new();
        }
        if self.is_passive(i) {
            if let Some(s) = self.kid(i, &[Rel::NsubjPass, Rel::Nsubj]) {
                return vec![s];
            }
            let Some(h) = self.head(i) else {
                return self.kid(i, &[Rel::Obl]).into_iter().filter(|_| false).collect();
            };
            return match self.rel(i) {
                Rel::Acl | Rel::AclRelcl => vec![h],
                // "remains under sanctions and unrecognised by": said of the subject of the clause.
                Rel::Conj if self.upos(h) != Upos::Verb => self.surface_subjects(self.clause(h)),
                Rel::Conj => self.objects_within(h, depth - 1),
                Rel::Advcl => self.surface_subjects(h),
                Rel::Xcomp => self.kid(h, &[Rel::Obj]).map_or_else(|| self.surface_subjects(h), |o| vec![o]),
                _ => Vec::new(),
            };
        }
        if let Some(o) = self.kid(i, &[Rel::Obj, Rel::Iobj]) {
            return vec![self.kid(i, &[Rel::Obj]).unwrap_or(o)];
        }
        // A conjunct may share the object of a later conjunct: "criticised and threatened Minsk".
        if let Some(shared) = self
            .kids_by(i, &[Rel::Conj])
            .filter(|&c| self.upos(c) == Upos::Verb)
            .find_map(|c| (self.kid(c, &[Rel::Nsubj]).is_none()).then(|| self.kid(c, &[Rel::Obj])).flatten())
            && self.kid(i, &[Rel::Obl, Rel::Ccomp, Rel::Xcomp]).is_none()
        {
            return vec![shared];
        }
        if self.rel(i) == Rel::AclRelcl && self.kid(i, &[Rel::Nsubj]).is_some() {
            // "the envoy whom Paris expelled", "the envoy Paris expelled".
            return self.head(i).filter(|&h| self.is_nominal(h)).into_iter().collect();
        }
        Vec::new()
    }

    /// The grammatical subject, whatever the voice.
    pub fn surface_subjects(&self, i: TokenIx) -> Vec<TokenIx> {
        match self.kid(i, &[Rel::Nsubj, Rel::NsubjPass, Rel::NsubjOuter]) {
            Some(s) => vec![s],
            None if self.is_passive(i) => self.objects(i),
            None => self.subjects(i),
        }
    }

    /// True for words that can name something.
    pub fn is_nominal(&self, i: TokenIx) -> bool {
        matches!(self.upos(i), Upos::Noun | Upos::Propn | Upos::Pron | Upos::Num)
    }

    /// The doer of what a noun names: possessor, by-phrase, or the subject of the verb that carries the noun.
    pub fn noun_subjects(&self, i: TokenIx) -> Vec<TokenIx> {
        self.noun_subjects_within(i, 8)
    }

    fn noun_subjects_within(&self, i: TokenIx, depth: usize) -> Vec<TokenIx> {
        if depth == 0 {
            return Vec::new();
        }
        if let Some(p) = self.kid(i, &[Rel::NmodPoss]) {
            return vec![p];
        }
        if let Some(by) =
            self.kids_by(i, &[Rel::Nmod, Rel::OblAgent, Rel::Obl]).find(|&k| self.case(k).as_deref() == Some("by"))
        {
            return vec![by];
        }
        match (self.rel(i), self.head(i)) {
            (Rel::Obj | Rel::Obl | Rel::Xcomp | Rel::Root, Some(v)) if self.upos(v) == Upos::Verb => {
                self.subjects_within(v, depth - 1)
            }
            (Rel::NsubjPass, Some(v)) => self.agents(v),
            (Rel::Conj, Some(h)) => self.noun_subjects_within(h, depth - 1),
            (Rel::Nmod, Some(h)) if matches!(self.case(i).as_deref(), Some("of")) => {
                self.noun_subjects_within(h, depth - 1)
            }
            // "told his counterpart in a phone call": the occasion may hang on the object of its clause.
            (Rel::Nmod, Some(h)) if matches!(self.rel(h), Rel::Obj | Rel::Iobj | Rel::Obl) => self
                .head(h)
                .filter(|&v| self.upos(v) == Upos::Verb)
                .map_or(Vec::new(), |v| self.subjects_within(v, depth - 1)),
            _ => Vec::new(),
        }
    }

    /// Where a path leads from `i`, not expanded over conjuncts. `host` gives the clause a cue is parenthetical to.
    pub fn walk(&self, i: TokenIx, path: &Path) -> Vec<TokenIx> {
        let mut at = vec![i];
        for step in path {
            at = at.into_iter().flat_map(|t| self.step(t, step)).collect();
            if at.is_empty() {
                break;
            }
        }
        at
    }

    fn step(&self, i: TokenIx, step: &Step) -> Vec<TokenIx> {
        let noun = !self.is_verbal(i);
        match step {
            Step::Subj if noun && self.kid(i, &[Rel::Nsubj, Rel::Cop]).is_none() => self.noun_subjects(i),
            Step::Subj => self.subjects(i),
            Step::Obj if self.upos(i) == Upos::Adp || self.rel(i) == Rel::Case => self.head(i).into_iter().collect(),
            Step::Obj => self.objects(i),
            Step::Iobj => self.kid(i, &[Rel::Iobj]).into_iter().collect(),
            Step::Xcomp => self.kids_by(i, &[Rel::Xcomp]).collect(),
            Step::Ccomp => {
                let found: Vec<TokenIx> = self.kids_by(i, &[Rel::Ccomp]).collect();
                if found.is_empty() && noun {
                    self.kids_by(i, &[Rel::Acl]).filter(|&k| self.kid(k, &[Rel::Mark]).is_some()).collect()
                } else {
                    found
                }
            }
            Step::Advcl => self.kids_by(i, &[Rel::Advcl]).collect(),
            Step::Parataxis => self.kids_by(i, &[Rel::Parataxis]).collect(),
            Step::Poss => self.kids_by(i, &[Rel::NmodPoss]).collect(),
            Step::Comp => self.kids_by(i, &[Rel::Compound, Rel::Amod, Rel::Flat, Rel::NmodDesc]).collect(),
            Step::Prt => self
                .kids(i)
                .iter()
                .copied()
                .filter(|&k| {
                    self.rel(k) == Rel::CompoundPrt
                        || (self.rel(k) == Rel::Advmod && matches!(self.upos(k), Upos::Adp | Upos::Adv) && k == i + 1)
                })
                .collect(),
            Step::Det => self.kids_by(i, &[Rel::Det, Rel::DetPredet]).collect(),
            Step::Case => self.kids_by(i, &[Rel::Case, Rel::Mark]).collect(),
            Step::Cop => self.kids_by(i, &[Rel::Cop]).collect(),
            Step::Aux => self.kids_by(i, &[Rel::Aux, Rel::AuxPass]).collect(),
            Step::Acl => self.kids_by(i, &[Rel::Acl, Rel::AclRelcl]).collect(),
            Step::Conj => self.kids_by(i, &[Rel::Conj]).collect(),
            Step::Advmod => self.kids_by(i, &[Rel::Advmod]).collect(),
            Step::Host => self.host(i).into_iter().collect(),
            Step::Prep(prep) => self.prepositional(i, prep, noun),
        }
    }

    fn is_verbal(&self, i: TokenIx) -> bool {
        matches!(self.upos(i), Upos::Verb | Upos::Aux) || (self.upos(i) == Upos::Adj)
    }

    /// Prepositional dependents, wherever the parser hung them: on the word, on its object, or, for a noun carried by a
    /// verb, on that verb.
    fn prepositional(&self, i: TokenIx, prep: &str, noun: bool) -> Vec<TokenIx> {
        let own = |t: TokenIx| -> Vec<TokenIx> {
            self.kids_by(t, &[Rel::Obl, Rel::Nmod, Rel::OblAgent, Rel::NmodDesc])
                .filter(|&k| self.has_case(k, prep))
                .collect()
        };
        let mut found = own(i);
        if found.is_empty() && prep == "between" {
            found = self.kids_by(i, &[Rel::Obl, Rel::Nmod]).filter(|&k| self.has_case(k, "among")).collect();
        }
        if found.is_empty() && !noun {
            if let Some(o) = self.kid(i, &[Rel::Obj])
                && prep != "of"
                && prep != "for"
            {
                found = own(o);
            }
            // "met in Oslo with": the phrase may hang on another phrase of the same verb.
            if found.is_empty() {
                found = self
                    .kids_by(i, &[Rel::Obl, Rel::Xcomp])
                    .flat_map(|k| if self.upos(k) == Upos::Verb { Vec::new() } else { own(k) })
                    .filter(|_| prep == "with")
                    .collect();
            }
        }
        if found.is_empty()
            && noun
            && prep != "of"
            && let (Rel::Obj | Rel::Obl | Rel::NsubjPass | Rel::Nsubj, Some(v)) = (self.rel(i), self.head(i))
            && self.upos(v) == Upos::Verb
        {
            found = own(v).into_iter().filter(|&k| k != i && prep != "by").collect();
        }
        found
    }

    /// The clause a parenthetical cue belongs to: "Seoul, the agency said, had agreed" → agreed.
    fn host(&self, i: TokenIx) -> Option<TokenIx> {
        if self.rel(i) == Rel::Case {
            let noun = self.head(i)?;
            let mut clause = self.clause(self.head(noun)?);
            // Set off by a comma, it covers the whole sentence: "X said that Y did Z, according to W".
            if i > 0 && self.sentence(i - 1) == self.sentence(i) && self.form(i - 1) == "," {
                while let (Some(h), Rel::Ccomp | Rel::Xcomp | Rel::Advcl) = (self.head(clause), self.rel(clause)) {
                    clause = self.clause(h);
                }
            }
            return Some(clause);
        }
        match self.upos(i) {
            Upos::Verb => match self.rel(i) {
                Rel::Parataxis => {
                    // "X said that Y, the agency reported": the relayer's clause covers the whole sentence.
                    let mut clause = self.head(i)?;
                    while let (Some(h), Rel::Ccomp) = (self.head(clause), self.rel(clause)) {
                        clause = h;
                    }
                    Some(clause)
                }
                Rel::Root | Rel::Conj | Rel::Advcl | Rel::Ccomp => None,
                _ => None,
            },
            Upos::Adp | Upos::Sconj => {
                let noun = self.head(i)?;
                Some(self.clause(self.head(noun)?))
            }
            Upos::Adj => self.head(i),
            // A conjunct is not said of what it is joined to.
            _ if self.rel(i) == Rel::Conj => None,
            _ => self
                .head(i)
                .map(|h| if self.is_nominal(h) && self.kid(h, &[Rel::Cop]).is_none() { h } else { self.clause(h) }),
        }
    }

    /// True when a negator hangs on the word, its auxiliaries or its determiner. "Not only" does not negate.
    pub fn is_negated(&self, i: TokenIx, negators: &dyn Fn(&str) -> bool) -> bool {
        self.kids(i).iter().any(|&k| {
            let relation =
                matches!(self.rel(k), Rel::Advmod | Rel::Det | Rel::CcPreconj | Rel::Aux | Rel::Cc | Rel::Discourse);
            relation && negators(self.lower(k)) && !self.not_only(k)
        })
    }

    fn not_only(&self, k: TokenIx) -> bool {
        let next = k + 1;
        next < self.len() && matches!(self.lower(next), "only" | "just" | "least")
            || self.kids(k).iter().any(|&c| matches!(self.lower(c), "only" | "just"))
    }
}

/// Lower case, with typographic quotes and dashes made plain.
pub fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '’' | '‘' | '`' => '\''.to_lowercase(),
            '“' | '”' => '"'.to_lowercase(),
            '–' | '‑' => '-'.to_lowercase(),
            _ => c.to_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use attache_doc::{BlockKind, Meta, conllu};

    use super::*;

    /// Governors by form after mending; rows are form, tag, Penn tag, governor and relation.
    fn governors(rows: &[(&str, &str, &str, usize, &str)]) -> Vec<(String, String, Rel)> {
        let text = rows.iter().map(|r| r.0).collect::<Vec<_>>().join(" ");
        let doc = Document::new(text.clone(), vec![(BlockKind::Paragraph, 0..text.len())], Meta::default());
        let mut written = String::new();
        for (n, (form, upos, xpos, head, rel)) in rows.iter().enumerate() {
            written.push_str(&format!("{}\t{form}\t{form}\t{upos}\t{xpos}\t_\t{head}\t{rel}\t_\t_\n", n + 1));
        }
        written.push('\n');
        let parse = conllu::read(&doc, &written).unwrap();
        let tree = Tree::new(&doc, &parse);
        let name = |t: Option<TokenIx>| t.map_or("ROOT".to_string(), |t| tree.form(t).to_string());
        (0..tree.len()).map(|t| (name(Some(t)), name(tree.head(t)), tree.rel(t))).collect()
    }

    fn has(found: &[(String, String, Rel)], form: &str, head: &str, rel: Rel) -> bool {
        found.iter().any(|(f, h, r)| f == form && h == head && *r == rel)
    }

    #[test]
    fn an_object_has_no_preposition() {
        let found = governors(&[
            ("Chad", "PROPN", "NNP", 2, "nsubj"),
            ("sent", "VERB", "VBD", 0, "root"),
            ("invitations", "NOUN", "NNS", 2, "obj"),
            ("to", "ADP", "IN", 5, "case"),
            ("ministers", "NOUN", "NNS", 7, "obj"),
            ("to", "PART", "TO", 7, "mark"),
            ("attend", "VERB", "VB", 2, "advcl"),
        ]);
        assert!(has(&found, "ministers", "invitations", Rel::Nmod), "{found:?}");
    }

    #[test]
    fn a_finite_clause_is_no_bare_clause_on_a_noun() {
        let found = governors(&[
            ("Talks", "NOUN", "NNS", 2, "nsubj"),
            ("ended", "VERB", "VBD", 0, "root"),
            ("though", "SCONJ", "IN", 5, "case"),
            ("no", "DET", "DT", 5, "det"),
            ("statement", "NOUN", "NN", 2, "obl"),
            ("confirming", "VERB", "VBG", 5, "acl"),
            ("them", "PRON", "PRP", 9, "nsubj:pass"),
            ("was", "AUX", "VBD", 9, "aux:pass"),
            ("issued", "VERB", "VBN", 5, "acl"),
        ]);
        assert!(has(&found, "issued", "ended", Rel::Advcl) && has(&found, "though", "issued", Rel::Mark), "{found:?}");
        assert!(has(&found, "statement", "issued", Rel::NsubjPass), "{found:?}");
        assert!(has(&found, "them", "confirming", Rel::Obj), "{found:?}");
    }

    #[test]
    fn a_relative_clause_belongs_to_the_noun_before_it() {
        let found = governors(&[
            ("Chad", "PROPN", "NNP", 2, "nsubj"),
            ("wrote", "VERB", "VBD", 0, "root"),
            ("to", "ADP", "IN", 5, "case"),
            ("the", "DET", "DT", 5, "det"),
            ("Ministry", "PROPN", "NNP", 2, "obl"),
            ("of", "ADP", "IN", 7, "case"),
            ("Health", "PROPN", "NNP", 5, "nmod"),
            (",", "PUNCT", ",", 10, "punct"),
            ("which", "PRON", "WDT", 10, "nsubj"),
            ("agreed", "VERB", "VBD", 2, "parataxis"),
        ]);
        assert!(has(&found, "agreed", "Ministry", Rel::AclRelcl), "{found:?}");
    }

    #[test]
    fn what_follows_a_participle_with_by_is_its_agent() {
        let found = governors(&[
            ("They", "PRON", "PRP", 2, "nsubj"),
            ("remain", "VERB", "VBP", 0, "root"),
            ("unrecognised", "VERB", "VBN", 2, "xcomp"),
            ("by", "ADP", "IN", 5, "case"),
            ("Chad", "PROPN", "NNP", 2, "obl"),
        ]);
        assert!(has(&found, "Chad", "unrecognised", Rel::OblAgent), "{found:?}");
    }

    #[test]
    fn a_clause_on_a_noun_stands_behind_it() {
        let found = governors(&[
            ("what", "PRON", "WP", 3, "nsubj:pass"),
            ("is", "AUX", "VBZ", 3, "aux:pass"),
            ("seen", "VERB", "VBN", 5, "acl:relcl"),
            ("as", "ADP", "IN", 5, "case"),
            ("efforts", "NOUN", "NNS", 6, "nsubj"),
            ("failed", "VERB", "VBD", 0, "root"),
        ]);
        assert!(has(&found, "efforts", "seen", Rel::Obl) && has(&found, "seen", "failed", Rel::Nsubj), "{found:?}");
    }
}
