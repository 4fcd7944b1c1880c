//! Statements: source, cue, content, and which stands within which.

use std::collections::HashSet;

use attache_doc::{
    Hedge, Manner, MentionKind, PartyIx, Polarity, Realis, Reason, Rel, Resolution, SourceClass, Span, Statement,
    StatementIx, TokenIx, Upos, Xpos, stable_id,
};

use crate::knowledge::{Cue, Knowledge};
use crate::matcher::Matcher;
use crate::mention::Who;
use crate::pattern::{Need, Step};
use crate::proposal;
use crate::realis;
use crate::tree::Tree;

/// A statement with the tokens of its content, for the later stages.
#[derive(Debug, Clone)]
pub struct Stated {
    pub statement: Statement,
    /// Tokens of the content, sorted.
    pub content: Vec<TokenIx>,
    /// Tokens of the cue.
    pub cue: Vec<TokenIx>,
    /// Words that head the content.
    pub about: Vec<TokenIx>,
    /// False when it gives nobody's word for what it tells: a plan or a deed that the model takes for an attribution.
    pub vouches: bool,
}

impl Stated {
    /// True when a token stands in the content.
    pub fn says(&self, t: TokenIx) -> bool {
        self.content.binary_search(&t).is_ok()
    }

    /// True when somebody's word stands behind what a token of the content tells.
    pub fn vouches_for(&self, t: TokenIx) -> bool {
        self.vouches && self.says(t)
    }
}

/// Deeper chains than this are cut: text with more levels is not news but garbled input.
const DEEPEST_NESTING: usize = 8;

/// Finds the statements of a document, in order of their cues.
pub fn find(knowledge: &Knowledge, tree: &Tree, who: &Who) -> Vec<Stated> {
    let m = Matcher { knowledge, tree, who };
    let quotes = tree.quoted();
    let mut found: Vec<Stated> = Vec::new();
    for t in 0..tree.len() {
        if let Some(stated) = read_cue(&m, t, &quotes) {
            found.push(stated);
        }
    }
    drop_doubles(tree, &mut found);
    drop_asides(tree, &mut found);
    lift_phrases(tree, &mut found);
    proposal::join(&m, &quotes, &mut found);
    found.retain(|s| !is_unmade(&m, s));
    found.sort_by_key(|s| (s.statement.cue_head, s.content.first().copied()));
    continue_quotes(tree, &quotes, &mut found);
    nest(tree, &mut found);
    let first_person = |s: &Stated| {
        s.statement.source.is_some_and(|span| {
            knowledge.pronouns.get(&tree.doc.text(span).to_lowercase()).is_some_and(|p| p.person == "1")
        })
    };
    for i in 0..found.len() {
        // "I" and "we" in somebody's words are that speaker.
        if let Some(outer) = found[i].statement.within.filter(|_| first_person(&found[i])) {
            let speaker = &found[outer as usize].statement;
            let (party, class) = (speaker.party, speaker.class);
            found[i].statement.party = party;
            found[i].statement.class = class;
        }
    }
    found
}

/// "No statement confirming the call has been issued": what was not said is no statement. That nothing was said is a response.
fn is_unmade(m: &Matcher, stated: &Stated) -> bool {
    let tree = m.tree;
    let none = |t: TokenIx| {
        let document = m.knowledge.documents.contains_key(&tree.lemma(t).to_lowercase());
        tree.upos(t) == Upos::Noun && document && m.negated(t)
    };
    let cue = stated.statement.cue_head;
    let carrier = tree.head(cue).filter(|_| tree.rel(cue) == Rel::Acl);
    carrier.is_some_and(none) || stated.about.iter().any(|&t| none(t))
}

fn is_quote_mark(form: &str) -> bool {
    matches!(form, "“" | "”" | "\"" | "``" | "''")
}

/// The best cue row for a token, as a statement.
fn read_cue(m: &Matcher, t: TokenIx, quotes: &[bool]) -> Option<Stated> {
    let tree = m.tree;
    let lemma = tree.lemma(t).to_lowercase();
    let by_lemma = m.knowledge.cues.get(&lemma).into_iter().flatten();
    let by_form = m.knowledge.cues.get(tree.lower(t)).filter(|_| tree.lower(t) != lemma).into_iter().flatten();
    let mut best: Option<(usize, &Cue, Vec<TokenIx>, Vec<TokenIx>)> = None;
    for row in by_lemma.chain(by_form) {
        if !has_words(tree, t, &row.words) || !m.has_pos(t, &row.pos) {
            continue;
        }
        // A preposition that is tagged as a verb ("according") must still govern as one.
        if row.pos == "ADP" && tree.upos(t) == Upos::Verb && tree.rel(t) != Rel::Case {
            continue;
        }
        let Some(mut score) = m.needs(t, &row.needs) else { continue };
        let source = m.words(t, &row.source_paths);
        // A row without source and content keeps a look-alike out: it wins and yields nothing.
        let barred = row.source_paths.is_empty() && row.content_paths.is_empty();
        let content = if barred { Some(Vec::new()) } else { content_words(m, t, row) };
        let Some(content) = content else { continue };
        if row.source_paths.is_empty() && row.pos == "VERB" && !tree.subjects(t).is_empty() {
            continue;
        }
        if !row.source_paths.is_empty() {
            score += if source.is_empty() { 0 } else { 8 };
        }
        score += 16 * (row.words.len() - 1);
        if barred {
            // What keeps a look-alike out must not lose to a speaker.
            score += 24;
        }
        if best.as_ref().is_none_or(|(b, ..)| score > *b) {
            best = Some((score, row, source, content));
        }
    }
    let (_, row, mut source, content_heads) = best.filter(|(_, row, ..)| !row.content_paths.is_empty())?;
    let reality = realis::of(m, t);
    if row.pos == "VERB" && matches!(reality.realis, Realis::Hypothetical | Realis::Proposed | Realis::Threatened) {
        return None;
    }
    if row.pos == "VERB" && tree.xpos(t) == Xpos::Vb && reality.realis == Realis::Expected {
        return None;
    }
    source.retain(|&s| s != t);
    let source = source.first().copied();
    // A verb of speech needs a speaker, or a passive that leaves it out.
    // What "raised alarm" tells of needs none: its subject is a cause, and whose alarm it is may be left open.
    let by_subject = row.source_paths.iter().any(|r| r.path.first() == Some(&Step::Subj));
    if source.is_none() && row.pos == "VERB" && by_subject && !tree.is_passive(t) {
        return None;
    }
    if source.is_none() && row.pos == "NOUN" && !row.source_paths.is_empty() && content_heads.is_empty() {
        return None;
    }
    // "a statement issued by the ministry": the verb tells whose the document is, not what it says.
    let document = |n: TokenIx| m.knowledge.documents.contains_key(&tree.lemma(n).to_lowercase());
    if tree.rel(t) == Rel::Acl
        && content_heads.len() == 1
        && tree.head(t) == Some(content_heads[0])
        && document(content_heads[0])
    {
        return None;
    }
    let cue = cue_tokens(m, t, row, &content_heads);
    let content = content_tokens(m, t, &content_heads, row, &cue, source);
    let says_something = |&t: &TokenIx| {
        matches!(tree.upos(t), Upos::Noun | Upos::Propn | Upos::Verb | Upos::Adj | Upos::Pron | Upos::Num)
    };
    if !content.iter().any(says_something) {
        return None;
    }
    let speaker = speaker(m, source);
    if let Some(s) = source {
        // What says, tells or announces is a speaker whatever the tables know of it.
        let speaks = row.pos == "VERB" && m.knowledge.in_set("speaker-verb", tree.lemma(t));
        if !(can_speak(m, s, &speaker) || speaks && matches!(tree.upos(s), Upos::Noun | Upos::Propn)) {
            return None;
        }
    }
    // "Asked about it, the minister said": the minister was asked.
    let own_subject = tree.kid(t, &[Rel::Nsubj, Rel::NsubjPass]).is_some();
    if row.pos == "VERB" && tree.rel(t) == Rel::Advcl && !own_subject && m.knowledge.in_set("asked", tree.lemma(t)) {
        return None;
    }
    // "was invited", "is asked to": without a speaker the deed is an event or nothing, not somebody's words.
    if source.is_none() && row.pos == "VERB" && m.knowledge.in_set("deed-speech", &row.speech_act) {
        return None;
    }
    let mut polarity = reality.polarity;
    // "no statement confirming", "no date has been disclosed": the words were not said.
    let silent = |noun: TokenIx| m.negated(noun);
    let carrier = (tree.rel(t) == Rel::Acl).then(|| tree.head(t)).flatten();
    let passive_subject = tree.is_passive(t).then(|| tree.kid(t, &[Rel::NsubjPass])).flatten();
    if carrier.into_iter().chain(passive_subject).any(silent) {
        polarity = Polarity::Negative;
    }
    if polarity == Polarity::Negative && source.is_none() && row.pos == "NOUN" {
        return None;
    }
    let agentless = cue.iter().any(|&c| m.knowledge.in_set("agentless", tree.lower(c)));
    let class = match (&speaker.class, source) {
        (Some(class), _) => *class,
        (None, _) if row.pos == "VERB" || agentless => SourceClass::Vague,
        (None, _) => SourceClass::Implicit,
    };
    let source_span = source.map(|s| source_span(tree, s));
    let spans = runs(tree, &content);
    let cue_spans = runs(tree, &cue);
    let id = stable_id(
        "s",
        &[
            tree.doc.id().as_str().as_bytes(),
            &tree.token(t).span.start.to_le_bytes(),
            &spans[0].start.to_le_bytes(),
            row.speech_act.as_bytes(),
        ],
    );
    Some(Stated {
        statement: Statement {
            id,
            class,
            source: source_span,
            party: speaker.party,
            cue: cue_spans,
            cue_head: t,
            manner: manner(tree, &content, quotes),
            content: spans,
            speech_act: row.speech_act.clone(),
            distance: row.distance.clone(),
            polarity,
            medium: speaker.medium.or_else(|| medium(m, t)),
            hedges: hedges(m, &content, &cue),
            within: None,
            events: Vec::new(),
            because: vec![row.source.reason()],
        },
        content,
        cue,
        about: content_heads,
        vouches: true,
    })
}

fn has_words(tree: &Tree, t: TokenIx, words: &[String]) -> bool {
    words.iter().enumerate().skip(1).all(|(n, w)| {
        let at = t + n as TokenIx;
        at < tree.len() && tree.sentence(at) == tree.sentence(t) && tree.lower(at) == w
    })
}

/// The words that head the content, or `None` when the row's paths lead nowhere.
fn content_words(m: &Matcher, t: TokenIx, row: &Cue) -> Option<Vec<TokenIx>> {
    let tree = m.tree;
    // "…, a source said, in what would be their first talks": the clause before, not the tail, is what was said.
    let next = t + 1;
    let parenthetical = tree.rel(t) == Rel::Parataxis && next < tree.len() && tree.form(next) == ",";
    if parenthetical && row.content_paths.iter().any(|r| r.path.as_slice() == [Step::Host]) {
        return Some(tree.walk(t, &vec![Step::Host])).filter(|w| !w.is_empty());
    }
    for role in &row.content_paths {
        let path = &role.path;
        let mut words = m.ends(t, role);
        if path.last() == Some(&Step::Parataxis) {
            // Only a clause before or after that reads on from the cue: "She added: the talks failed."
            words.retain(|&w| tree.is_clause(w));
        }
        if path.as_slice() == [Step::Obj] {
            words.retain(|&w| tree.upos(w) != Upos::Pron || tree.xpos(w) == Xpos::Wdt);
        }
        // A day or month is when, never what, somebody said.
        words.retain(|&w| {
            !m.knowledge.time.get(tree.lower(w)).is_some_and(|rows| {
                rows.iter().any(|r| matches!(r.kind.as_str(), "weekday" | "month" | "deictic" | "daypart"))
                    && tree.upos(w) != Upos::Verb
            })
        });
        if !words.is_empty() {
            return Some(words);
        }
    }
    None
}

fn cue_tokens(m: &Matcher, t: TokenIx, row: &Cue, content: &[TokenIx]) -> Vec<TokenIx> {
    let tree = m.tree;
    let mut cue: Vec<TokenIx> = (t..t + row.words.len() as TokenIx).collect();
    if row.pos == "VERB" {
        for &k in tree.kids(t) {
            let part = match tree.rel(k) {
                Rel::Aux | Rel::AuxPass | Rel::CompoundPrt => true,
                Rel::Advmod => k < t && t - k <= 3 && !tree.lower(k).is_empty() && tree.kids(k).is_empty(),
                _ => false,
            };
            if part {
                cue.push(k);
            }
        }
        // "raised alarms": the noun that the row names is half of the cue.
        for need in &row.needs {
            if let Need::Lemma(path, lemmas) = need
                && path.as_slice() == [Step::Obj]
            {
                let named = |w: &TokenIx| lemmas.iter().any(|l| l == tree.lemma(*w)) && !content.contains(w);
                cue.extend(tree.walk(t, path).into_iter().filter(named));
            }
        }
        // "announced in a statement by": the document noun belongs to the cue.
        for k in tree.kids_by(t, &[Rel::Obl]).filter(|&k| k > t) {
            let document = m.knowledge.documents.contains_key(&tree.lemma(k).to_lowercase());
            if document && matches!(tree.case(k).as_deref(), Some("in" | "on" | "at")) {
                cue.push(k);
                cue.extend(tree.kids_by(k, &[Rel::Case, Rel::Det, Rel::Amod, Rel::Compound]));
            }
        }
        if tree.is_passive(t) {
            for agent in tree.subjects(t) {
                cue.extend(tree.kids_by(agent, &[Rel::Case]));
            }
        }
    }
    // "seen as", "alarm over": the preposition of the content.
    for role in &row.content_paths {
        if let Some(Step::Prep(_)) = role.path.last() {
            let ends = m.ends(t, role);
            for &k in &ends {
                cue.extend(tree.kids_by(k, &[Rel::Case]).flat_map(|c| tree.subtree(c)));
            }
            if !ends.is_empty() {
                break;
            }
        }
    }
    cue.sort_unstable();
    cue.dedup();
    cue
}

/// The tokens of the content: the clause or nominal said, without the cue, the source and what the outlet adds.
fn content_tokens(
    m: &Matcher,
    t: TokenIx,
    heads: &[TokenIx],
    row: &Cue,
    cue: &[TokenIx],
    source: Option<TokenIx>,
) -> Vec<TokenIx> {
    let tree = m.tree;
    let mut content: HashSet<TokenIx> = HashSet::new();
    for &head in heads {
        let mut cut: Vec<TokenIx> = vec![t];
        let whole = tree.subtree(head);
        if tree.below(t, head) {
            // A parenthetical or adverb: cut the phrase that carries it, up to the clause said.
            let mut top = t;
            if tree.rel(t) == Rel::Case {
                top = tree.head(t).unwrap_or(t);
            } else {
                while let Some(h) = tree.head(top) {
                    if h == head || (row.pos == "ADV" || row.pos == "ADJ") {
                        break;
                    }
                    top = h;
                }
            }
            cut.push(top);
        }
        for &w in &whole {
            let outside = match tree.rel(w) {
                Rel::Conj if tree.kid(w, &[Rel::Nsubj, Rel::NsubjPass]).is_none() => false,
                Rel::Advcl | Rel::Conj | Rel::Parataxis => {
                    tree.kids_by(w, &[Rel::Mark, Rel::Cc, Rel::Advmod])
                        .any(|k| m.knowledge.in_set("concessive", tree.lower(k)))
                        && w > head
                        && tree.head(w).is_some_and(|h| h == head || tree.head(h) == Some(head))
                }
                _ => false,
            };
            if outside && w != head {
                cut.push(w);
            }
            // A list of paratactic clauses after a host is not part of what the cue covers.
            if tree.rel(w) == Rel::Parataxis && tree.head(w) == Some(head) && tree.below(t, head) {
                cut.push(w);
            }
        }
        cut.retain(|&c| c != head);
        let mut said = tree.subtree_without(head, &cut);
        // "…, though no date has been set": what the outlet sets against it, wherever the parser hung the clause.
        let against = said.iter().position(|&w| {
            w > head
                && w > t
                && matches!(tree.upos(w), Upos::Sconj | Upos::Adp)
                && matches!(tree.rel(w), Rel::Mark | Rel::Case)
                && m.knowledge.in_set("concessive", tree.lower(w))
                && tree.form(w - 1) == ","
        });
        if let Some(n) = against {
            said.truncate(n);
        }
        // A semicolon ends what is said, outside quotation marks.
        let quoted = said.iter().any(|&w| is_quote_mark(tree.form(w)));
        let stop = said.iter().position(|&w| w > head && w > t && tree.form(w) == ";");
        if let Some(n) = stop.filter(|_| !quoted) {
            said.truncate(n);
        }
        // A speaker that the parser hung on the clause said is no part of it.
        if let Some(s) = source.filter(|&s| s < t && head > t && tree.below(s, head)) {
            let speaker = tree.subtree(s);
            said.retain(|w| !speaker.contains(w));
        }
        content.extend(said);
    }
    // A clause said is an unbroken run; words that the parser hung on the cue instead belong to it all the same.
    let clause = heads.len() == 1 && tree.rel(heads[0]) == Rel::Ccomp && heads[0] > t;
    if clause {
        // "said on Tuesday that": the day belongs to the saying.
        let that = tree.kids_by(heads[0], &[Rel::Mark]).find(|&k| k > t && tree.lower(k) == "that");
        if let Some(that) = that {
            content.retain(|&w| w >= that);
        }
    }
    if let (true, Some(&first), Some(&last)) = (clause, content.iter().min(), content.iter().max())
        && first > t
    {
        content.extend(first..last);
    }
    for c in cue {
        content.remove(c);
    }
    if let Some(s) = source
        && !heads.iter().any(|&h| tree.below(h, s))
    {
        for w in tree.subtree(s) {
            content.remove(&w);
        }
    }
    let mut content: Vec<TokenIx> = content.into_iter().collect();
    content.sort_unstable();
    trim(tree, &mut content);
    content
}

/// Drops punctuation at both ends, but keeps quotation marks.
pub fn trim(tree: &Tree, tokens: &mut Vec<TokenIx>) {
    let loose =
        |t: TokenIx| (tree.upos(t) == Upos::Punct && !is_quote_mark(tree.form(t))) || (tree.upos(t) == Upos::Cconj);
    while tokens.last().is_some_and(|&t| loose(t)) {
        tokens.pop();
    }
    while tokens.first().is_some_and(|&t| loose(t)) {
        tokens.remove(0);
    }
}

/// Spans of unbroken runs of tokens. Lone punctuation between two runs does not break them, nor does the end of a sentence.
pub fn runs(tree: &Tree, tokens: &[TokenIx]) -> Vec<Span> {
    let mut spans: Vec<(TokenIx, TokenIx)> = Vec::new();
    for &t in tokens {
        match spans.last_mut() {
            Some((_, last))
                if (*last..t).skip(1).all(|g| tree.upos(g) == Upos::Punct && !is_quote_mark(tree.form(g))) =>
            {
                *last = t
            }
            _ => spans.push((t, t)),
        }
    }
    // A run of punctuation alone says nothing.
    let worded = |(a, b): &(TokenIx, TokenIx)| (*a..=*b).any(|t| tree.upos(t) != Upos::Punct);
    let kept: Vec<_> = spans.iter().filter(|s| worded(s)).copied().collect();
    kept.into_iter()
        .map(|(mut a, mut b)| {
            let loose = |t: TokenIx| tree.upos(t) == Upos::Punct && !is_quote_mark(tree.form(t));
            while a < b && loose(a) {
                a += 1;
            }
            while a < b && loose(b) {
                b -= 1;
            }
            tree.token(a).span.cover(tree.token(b).span)
        })
        .collect()
}

/// Who speaks.
#[derive(Debug, Default)]
pub struct Speaker {
    /// The party, when it is a mention.
    pub party: Option<PartyIx>,
    /// Kind of source.
    pub class: Option<SourceClass>,
    /// The kind of document that speaks.
    pub medium: Option<String>,
}

pub fn speaker(m: &Matcher, source: Option<TokenIx>) -> Speaker {
    let Some(mut s) = source else { return Speaker::default() };
    let tree = m.tree;
    if matches!(tree.xpos(s), Xpos::Wdt | Xpos::Wp) && m.who.mention(s).is_none() {
        // "a statement by the ministry, which said": what the pronoun stands for speaks.
        if let Some(noun) = tree.ancestors(s).take(4).find(|&a| tree.rel(a) == Rel::AclRelcl).and_then(|a| tree.head(a))
        {
            s = noun;
        }
    }
    if let Some(document) = m.knowledge.documents.get(&tree.lemma(s).to_lowercase())
        && m.who.mention(s).is_none_or(|f| f.parties.is_empty())
    {
        // The word of a document is its issuer's: "the ministry's account", "a statement by the embassy".
        let issuer = issuer(m, s);
        let medium = Some(tree.lemma(s).to_lowercase());
        return match issuer {
            Some((party, class)) => Speaker { party: Some(party), class: Some(class), medium },
            None => Speaker {
                party: None,
                class: Some(SourceClass::Document),
                medium: medium.filter(|_| !document.class.is_empty()),
            },
        };
    }
    let Some(found) = m.who.mention(s) else {
        let class = match tree.upos(s) {
            Upos::Propn => SourceClass::Named,
            Upos::Pron => SourceClass::Vague,
            _ if tree.xpos(s) == Xpos::Nns => SourceClass::Collective,
            _ => SourceClass::Role,
        };
        return Speaker { party: None, class: Some(class), medium: None };
    };
    let party = found.parties.first().copied();
    Speaker { party, class: Some(source_class(m, s, party, found.kind, found.vague.as_deref())), medium: None }
}

fn source_class(
    m: &Matcher,
    s: TokenIx,
    party: Option<PartyIx>,
    kind: MentionKind,
    vague: Option<&str>,
) -> SourceClass {
    let tree = m.tree;
    let by_noun = |class: &str| match class {
        "collective" => SourceClass::Collective,
        "role" => SourceClass::Role,
        _ => SourceClass::Vague,
    };
    let Some(party) = party else { return vague.map_or(SourceClass::Vague, by_noun) };
    let actor = &m.who.parties[party as usize];
    match (actor.resolution, kind) {
        // "two Turkish officials": a group of a known body, but nobody named.
        (_, MentionKind::Description)
            if actor.kind.as_ref().is_some_and(|k| m.knowledge.in_set("unnamed-kind", &k.0)) =>
        {
            if vague == Some("collective") { SourceClass::Collective } else { SourceClass::Role }
        }
        (Resolution::Known, _) | (_, MentionKind::Name) => SourceClass::Named,
        // A person once named is named when spoken of again.
        _ if m.who.is_named(party) => SourceClass::Named,
        _ if matches!(tree.xpos(s), Xpos::Nns | Xpos::Nnps) => {
            if vague == Some("role") {
                SourceClass::Role
            } else {
                SourceClass::Collective
            }
        }
        _ => match vague {
            Some(class) => by_noun(class),
            None => SourceClass::Role,
        },
    }
}

/// The issuer of a document noun.
pub fn issuer(m: &Matcher, noun: TokenIx) -> Option<(PartyIx, SourceClass)> {
    let tree = m.tree;
    let mut ways: Vec<TokenIx> = Vec::new();
    ways.extend(tree.kids_by(noun, &[Rel::NmodPoss]));
    ways.extend(
        tree.kids_by(noun, &[Rel::Nmod, Rel::Obl, Rel::OblAgent])
            .filter(|&k| matches!(tree.case(k).as_deref(), Some("by" | "from" | "of"))),
    );
    let named = |ways: Vec<TokenIx>| {
        ways.into_iter().find_map(|w| {
            let found = m.who.mention(w)?;
            let &party = found.parties.first()?;
            Some((party, source_class(m, w, Some(party), found.kind, found.vague.as_deref())))
        })
    };
    // "The Houthi account": what stands before the noun is surer than who does something with the document.
    let modifier = || {
        tree.kids_by(noun, &[Rel::Compound, Rel::Amod])
            .find_map(|k| m.modifier(k).first().map(|&(p, _)| (p, SourceClass::Named)))
    };
    let near = named(std::mem::take(&mut ways)).or_else(modifier);
    if near.is_some() {
        return near;
    }
    if let (Some(v), Rel::Obj | Rel::NsubjPass | Rel::Obl) = (tree.head(noun), tree.rel(noun))
        && tree.upos(v) == Upos::Verb
    {
        ways.extend(tree.subjects(v));
    }
    for acl in tree.kids_by(noun, &[Rel::Acl]) {
        ways.extend(tree.subjects(acl).into_iter().filter(|&s| s != noun));
    }
    named(ways)
}

/// Things that are neither persons, bodies, documents nor unnamed groups do not speak ("the move suggests").
fn can_speak(m: &Matcher, s: TokenIx, speaker: &Speaker) -> bool {
    let tree = m.tree;
    if speaker.party.is_some() || speaker.class == Some(SourceClass::Document) {
        return true;
    }
    if m.who.mention(s).is_some() {
        return true;
    }
    match tree.upos(s) {
        Upos::Propn => true,
        Upos::Pron => !matches!(tree.lower(s), "it" | "this" | "that" | "which" | "what" | "these" | "those"),
        Upos::Noun => false,
        Upos::Num | Upos::Det => true,
        _ => false,
    }
}

/// The source with titles and appositions, without relative clauses.
fn source_span(tree: &Tree, s: TokenIx) -> Span {
    let whole = tree.subtree(s);
    let cut: Vec<TokenIx> = whole
        .iter()
        .copied()
        .filter(|&w| {
            w != s
                && matches!(tree.rel(w), Rel::AclRelcl | Rel::Acl | Rel::Parataxis | Rel::Case | Rel::Advcl | Rel::Mark)
        })
        .filter(|&w| tree.rel(w) != Rel::Case || tree.head(w) == Some(s))
        .collect();
    let mut tokens = tree.subtree_without(s, &cut);
    trim(tree, &mut tokens);
    // Only the unbroken run around the head: a cut clause may leave words on its far side.
    let spans = runs(tree, &tokens);
    spans.iter().copied().find(|span| span.contains(tree.token(s).span)).unwrap_or(tree.token(s).span)
}

pub fn manner(tree: &Tree, content: &[TokenIx], quotes: &[bool]) -> Manner {
    let words: Vec<TokenIx> = content.iter().copied().filter(|&t| tree.upos(t) != Upos::Punct).collect();
    let inside = words.iter().filter(|&&t| quotes[t as usize]).count();
    match inside {
        0 => Manner::Indirect,
        n if n == words.len() => Manner::Direct,
        _ => Manner::Mixed,
    }
}

/// The kind of document the cue names: "said in an interview".
pub fn medium(m: &Matcher, t: TokenIx) -> Option<String> {
    let tree = m.tree;
    tree.kids_by(t, &[Rel::Obl]).find_map(|k| {
        let noun = tree.lemma(k).to_lowercase();
        (m.knowledge.documents.contains_key(&noun) && tree.case(k).is_some_and(|c| c != "to")).then_some(noun)
    })
}

pub fn hedges(m: &Matcher, content: &[TokenIx], cue: &[TokenIx]) -> Vec<Hedge> {
    let tree = m.tree;
    let mut all: Vec<TokenIx> = content.iter().chain(cue).copied().collect();
    all.sort_unstable();
    let mut out: Vec<Hedge> = Vec::new();
    for (n, &t) in all.iter().enumerate() {
        if tree.upos(t) == Upos::Propn {
            continue;
        }
        for hedge in m.knowledge.hedges.get(tree.lower(t)).into_iter().flatten() {
            // "over 30 people" is approximate, "over the strait" is not.
            let counts = t + 1 < tree.len() && tree.upos(t + 1) == Upos::Num;
            if hedge.class == "approximation" && tree.upos(t) == Upos::Adp && !counts {
                continue;
            }
            let len = hedge.words.len();
            let run = &all[n..(n + len).min(all.len())];
            let matches = run.len() == len
                && run.iter().zip(&hedge.words).all(|(&r, w)| tree.lower(r) == w)
                && run.windows(2).all(|w| w[1] == w[0] + 1);
            if matches {
                let span = tree.token(t).span.cover(tree.token(run[len - 1]).span);
                if !out.iter().any(|h| h.span.contains(span)) {
                    out.retain(|h| !span.contains(h.span));
                    out.push(Hedge { span, class: hedge.class.clone() });
                }
            }
        }
    }
    out
}

/// Statements can stand in one another only nearby: a quotation runs over a few sentences at most.
const NEARBY: u32 = 12;

/// The statements whose cues stand near that of the `i`th. They are in order of their cues.
fn nearby(tree: &Tree, found: &[Stated], i: usize) -> std::ops::Range<usize> {
    let at = |j: usize| tree.sentence(found[j].statement.cue_head);
    let here = at(i);
    let mut from = i;
    while from > 0 && at(from - 1) + NEARBY >= here {
        from -= 1;
    }
    let mut to = i + 1;
    while to < found.len() && at(to) <= here + NEARBY {
        to += 1;
    }
    from..to
}

/// Two cues that give the same words to the same source are one statement: the verb's stays.
fn drop_doubles(tree: &Tree, found: &mut Vec<Stated>) {
    let mut drop = vec![false; found.len()];
    for i in 0..found.len() {
        for j in nearby(tree, found, i) {
            if i == j || drop[i] || drop[j] {
                continue;
            }
            let (a, b) = (&found[i], &found[j]);
            // "no statement confirming the call has been issued by": the participle tells what the document would say.
            let b_head = b.statement.cue_head;
            if tree.rel(b_head) == Rel::Acl && tree.head(b_head).is_some_and(|h| a.cue.contains(&h)) {
                drop[i] = true;
                continue;
            }
            let same_cue = a.cue.iter().any(|c| b.cue.contains(c));
            let same_source = a.statement.party.is_some() && a.statement.party == b.statement.party;
            let shared = a.content.iter().filter(|t| b.says(**t)).count();
            let close = shared * 10 >= a.content.len().max(b.content.len()) * 7;
            if (same_cue && (close || a.content.len() <= b.content.len()))
                || (same_source && close && a.content.len() <= b.content.len())
            {
                drop[i] = true;
            }
        }
    }
    let mut keep = drop.iter().map(|d| !d);
    found.retain(|_| keep.next().unwrap_or(true));
}

/// A phrase that covers a whole sentence ("…, according to W") is no part of what is said inside it, wherever the parser
/// hung it.
fn lift_phrases(tree: &Tree, found: &mut [Stated]) {
    for i in 0..found.len() {
        let t = found[i].statement.cue_head;
        let phrase = match (tree.rel(t), tree.head(t)) {
            (Rel::Case, Some(noun)) => tree.subtree(noun),
            (Rel::Parataxis, Some(_)) => tree.subtree(t),
            _ => continue,
        };
        let outer = found[i].content.clone();
        for j in nearby(tree, found, i) {
            let inner = &mut found[j];
            let inside = j != i && outer.binary_search(&inner.statement.cue_head).is_ok();
            let rest = inner.content.iter().any(|w| !phrase.contains(w) && tree.upos(*w) != Upos::Punct);
            if inside && inner.says(t) && rest {
                inner.content.retain(|w| !phrase.contains(w));
                trim(tree, &mut inner.content);
                inner.statement.content = runs(tree, &inner.content);
            }
        }
    }
}

/// A noun without speaker inside somebody's words ("sends a signal that") adds nobody's word to theirs.
fn drop_asides(tree: &Tree, found: &mut Vec<Stated>) {
    let aside =
        |s: &Stated| s.statement.class == SourceClass::Implicit && tree.upos(s.statement.cue_head) == Upos::Noun;
    let inside: Vec<bool> = (0..found.len())
        .map(|i| {
            let s = &found[i];
            aside(s) && nearby(tree, found, i).any(|j| j != i && found[j].says(s.statement.cue_head))
        })
        .collect();
    let mut keep = inside.iter().map(|i| !i);
    found.retain(|_| keep.next().unwrap_or(true));
}

/// Sentences that stand wholly in quotation marks after a quoted statement of the same paragraph go on with it.
fn continue_quotes(tree: &Tree, quotes: &[bool], found: &mut [Stated]) {
    for (n, sentence) in tree.parse.sentences.iter().enumerate() {
        let words: Vec<TokenIx> = sentence.tokens.clone().filter(|&t| tree.upos(t) != Upos::Punct).collect();
        if words.is_empty() || !words.iter().all(|&t| quotes[t as usize]) {
            continue;
        }
        let has_own = found
            .iter()
            .any(|s| tree.sentence(s.statement.cue_head) == n as u32 && !quotes[s.statement.cue_head as usize]);
        if has_own || n == 0 {
            continue;
        }
        let previous = n as u32 - 1;
        let carried = found.iter_mut().rev().find(|s| {
            let last = s.content.last().map(|&t| tree.sentence(t));
            s.statement.manner != Manner::Indirect
                && (tree.parse.sentences[n].block == tree.parse.sentences[n - 1].block || goes_on(tree, n))
                && (last == Some(previous) || tree.sentence(s.statement.cue_head) == previous)
                && !quotes[s.statement.cue_head as usize]
        });
        if let Some(stated) = carried {
            stated.content.extend(sentence.tokens.clone());
            stated.content.sort_unstable();
            stated.content.dedup();
            trim(tree, &mut stated.content);
            stated.statement.content = runs(tree, &stated.content);
            stated.statement.because.push(Reason::rule("quotation-goes-on"));
        }
    }
}

/// True when a sentence begins a paragraph with a quotation that the paragraph before it opened and did not close, as
/// newspapers do with long ones.
fn goes_on(tree: &Tree, n: usize) -> bool {
    let sentences = &tree.parse.sentences;
    let before = sentences[n - 1].block;
    if sentences[n].block != before + 1 || !is_quote_mark(tree.form(sentences[n].tokens.start)) {
        return false;
    }
    let own = sentences[..n].iter().rev().take_while(|s| s.block == before);
    let first = own.map(|s| s.tokens.start).last().unwrap_or(sentences[n].tokens.start);
    let mut open = false;
    for t in first..sentences[n].tokens.start {
        match tree.form(t) {
            "“" | "``" => open = true,
            "”" | "''" => open = false,
            "\"" => open = !open,
            _ => {}
        }
    }
    open
}

/// The words of the quotation that a cue announces with a colon, when it begins the next sentence: "She said: \"…\"", also
/// where a paragraph ends between.
pub fn announced(tree: &Tree, cue: TokenIx, quotes: &[bool]) -> Vec<TokenIx> {
    let n = tree.sentence(cue) as usize;
    let Some(next) = tree.parse.sentences.get(n + 1).map(|s| s.tokens.clone()) else { return Vec::new() };
    let end = tree.parse.sentences[n].tokens.end;
    let colon = tree.form(end - 1).ends_with(':');
    if !colon || !is_quote_mark(tree.form(next.start)) {
        return Vec::new();
    }
    // The sentence after the opening mark, up to the closing one.
    let mut words: Vec<TokenIx> = (next.start + 1..next.end).take_while(|&t| quotes[t as usize]).collect();
    trim(tree, &mut words);
    words
}

/// Sets `within`: the smallest statement whose content holds the cue.
fn nest(tree: &Tree, found: &mut [Stated]) {
    let mut within: Vec<Option<StatementIx>> = Vec::with_capacity(found.len());
    for i in 0..found.len() {
        let s = &found[i];
        let holds = |o: &Stated| {
            o.vouches_for(s.statement.cue_head) && !(s.says(o.statement.cue_head) && o.content.len() <= s.content.len())
        };
        let outer = nearby(tree, found, i)
            .filter(|&j| j != i && holds(&found[j]))
            .min_by_key(|&j| (found[j].content.len(), j))
            .map(|j| j as StatementIx);
        within.push(outer);
    }
    for i in 0..within.len() {
        // A cycle or a chain beyond the limit is cut at this statement.
        let mut at = within[i];
        let mut steps = 0;
        while let Some(up) = at {
            steps += 1;
            if up as usize == i || steps > DEEPEST_NESTING {
                within[i] = None;
                break;
            }
            at = within[up as usize];
        }
    }
    for (s, outer) in found.iter_mut().zip(within) {
        s.statement.within = outer;
    }
}
