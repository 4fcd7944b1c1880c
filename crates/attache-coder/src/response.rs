//! Responses: who confirms, denies, disputes, declines to comment or has not confirmed what.

use attache_doc::{
    Answer, PartyIx, Polarity, Realis, Reason, Rel, Response, Span, Stance, StatementIx, TokenIx, Upos, Xpos,
};

use crate::event::Happened;
use crate::knowledge::{By, Knowledge, ResponseRow};
use crate::matcher::Matcher;
use crate::mention::Who;
use crate::pattern::{Need, Step};
use crate::statement::{Stated, issuer};
use crate::tree::{Tree, plain};

/// How many sentences back a response without an object may look for what it answers.
const REACH: u32 = 3;

/// A word that a row of the lexicon takes for a response.
struct Cue<'k> {
    word: TokenIx,
    row: &'k ResponseRow,
    stance: Stance,
    negation: Option<Reason>,
}

/// Who responds, in the words at the cue.
struct Responder {
    /// `None` when the words are no mention.
    party: Option<PartyIx>,
    words: Span,
}

/// Finds responses in order of their cues, and ties each to the event or statement it answers, where there is one.
pub fn find(
    knowledge: &Knowledge,
    tree: &Tree,
    who: &Who,
    statements: &[Stated],
    events: &mut [Happened],
) -> Vec<Response> {
    let m = Matcher { knowledge, tree, who };
    let cues: Vec<Cue> = (0..tree.len()).filter_map(|t| cue(&m, t, statements)).collect();
    let mut found: Vec<Response> = Vec::new();
    for cue in
        cues.iter().filter(|c| !cues.iter().any(|other| is_part(tree, c, other) || says_it(c, other, statements)))
    {
        let t = cue.word;
        // A response by nobody says nothing.
        let Some(responder) = responder(&m, cue, statements) else { continue };
        let by = responder.party;
        let targets = m.words(t, &cue.row.to);
        // "rejected the accusation" answers what was said, not that it was said.
        let words = targets.iter().any(|&w| is_saying(&m, w) && !knowledge.anaphors.contains_key(tree.lemma(w)));
        // What onlookers think of an event is no answer of a party to it.
        let heard = by.is_some_and(|b| !who.onlookers.contains(&b));
        let event = if words || !heard { None } else { target_event(&m, t, &targets, by, events) };
        let statement = statements.iter().position(|s| s.cue.contains(&t)).map(|i| i as StatementIx);
        let last = target_statement(&m, t, &targets, by, statements);
        let to_statement = if event.is_none() && heard { last } else { None };
        let to_words = answered(&m, cue, &targets, last.map(|s| &statements[s as usize]));
        let mut because = vec![cue.row.source.reason()];
        because.extend(cue.negation.clone());
        let response = Response {
            by,
            by_words: Some(responder.words),
            stance: cue.stance,
            event,
            to_statement,
            to_words,
            statement,
            cue: cue_span(&m, cue, &targets),
            because,
        };
        // "denied the sale and denied the loan": two things, each with a verb of its own.
        let apart = tree.rel(t) == Rel::Conj && !targets.is_empty();
        if found
            .iter()
            .any(|earlier| is_repeated(tree, earlier, &response) || !apart && is_echo(tree, earlier, &response))
        {
            continue;
        }
        if let Some(e) = event {
            events[e as usize].event.responses.push(found.len() as u32);
        }
        found.push(response);
    }
    for answer in &tree.parse.answers {
        let span = run_span(tree, &answer.cue);
        match found.iter_mut().find(|r| r.cue.overlaps(span)) {
            Some(response) => advise(tree, answer, response),
            None => found.extend(proposed(&m, answer, statements, events, found.len() as u32)),
        }
    }
    for n in 0..statements.len() {
        let Some(response) = contradiction(&m, n, statements, &found) else { continue };
        if !found.iter().any(|earlier| is_repeated(tree, earlier, &response) || is_echo(tree, earlier, &response)) {
            found.push(response);
        }
    }
    in_order(found, events)
}

/// Least probability for an answer that no row of the lexicon knows.
const SURE: f32 = 0.85;

/// Takes what the model says of an answer into the response that the lexicon finds: what is answered where the lexicon names
/// nothing.
fn advise(tree: &Tree, answer: &Answer, response: &mut Response) {
    if response.to_words.is_none() && response.event.is_none() {
        response.to_words = answer.to.first().map(|run| run_span(tree, run));
    }
    response.because.push(reason(answer));
}

/// What the model alone takes for an answer.
fn proposed(
    m: &Matcher,
    answer: &Answer,
    statements: &[Stated],
    events: &mut [Happened],
    number: u32,
) -> Option<Response> {
    let tree = m.tree;
    if answer.score < SURE {
        return None;
    }
    let t = tree.top_of(answer.cue.clone())?;
    let who = tree.top_of(answer.by.first()?.clone())?;
    let responder = named(m, who).unwrap_or_else(|| Responder { party: None, words: run_span(tree, &answer.by[0]) });
    let by = responder.party;
    let targets: Vec<TokenIx> = answer.to.iter().filter_map(|run| tree.top_of(run.clone())).collect();
    let heard = by.is_some_and(|b| !m.who.onlookers.contains(&b));
    let event = if heard { target_event(m, t, &targets, by, events) } else { None };
    let last = target_statement(m, t, &targets, by, statements);
    if let Some(e) = event {
        events[e as usize].event.responses.push(number);
    }
    Some(Response {
        by,
        by_words: Some(responder.words),
        stance: answer.stance,
        event,
        to_statement: last.filter(|_| event.is_none() && heard),
        to_words: answer.to.first().map(|run| run_span(tree, run)),
        statement: statements.iter().position(|s| s.cue.contains(&t)).map(|i| i as StatementIx),
        cue: run_span(tree, &answer.cue),
        because: vec![reason(answer)],
    })
}

/// The reason that the model gives.
fn reason(answer: &Answer) -> Reason {
    Reason::Model { head: "answer".to_string(), score: answer.score }
}

/// From the first to the last word of a run.
fn run_span(tree: &Tree, run: &std::ops::Range<TokenIx>) -> Span {
    tree.token(run.start).span.cover(tree.token(run.end - 1).span)
}

/// The responses in order of their cues, and the events' references to them with them.
fn in_order(found: Vec<Response>, events: &mut [Happened]) -> Vec<Response> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&n| found[n].cue.start);
    for event in events {
        for reference in &mut event.event.responses {
            let place = order.iter().position(|&n| n == *reference as usize);
            *reference = place.expect("every response has a place") as u32;
        }
    }
    order.into_iter().map(|n| found[n].clone()).collect()
}

/// The denial or confirmation in what somebody says of another's claim, without a word for it: "it had not fired", "there
/// was no fire", "we have no troops there", "the firm did pay", and the bare "it was", "he does not".
fn contradiction(m: &Matcher, n: usize, statements: &[Stated], found: &[Response]) -> Option<Response> {
    let (tree, stated) = (m.tree, &statements[n]);
    let head = *stated.content.iter().find(|&&t| {
        let top = tree.head(t).is_none_or(|h| !stated.says(h));
        top && (tree.is_clause(t) || tree.upos(t) == Upos::Aux)
    })?;
    let source = stated.statement.source?;
    let plain_word =
        matches!(stated.statement.speech_act.as_str(), "assert") && stated.statement.polarity == Polarity::Positive;
    // Another cue in the same words has said it already.
    let taken = |r: &Response| {
        stated
            .statement
            .cue
            .iter()
            .chain(&stated.statement.content)
            .any(|s| s.start <= r.cue.start && r.cue.end <= s.end)
    };
    if !plain_word || found.iter().any(taken) {
        return None;
    }
    let subject = tree.kid(head, &[Rel::Nsubj, Rel::NsubjPass]);
    let none = |s: TokenIx| m.negated(s) || m.knowledge.in_set("negator", tree.lower(s));
    // "confirmed the collision, and said no one was hurt": this adds something, it takes nothing back.
    let somebody = |s: TokenIx| tree.upos(s) == Upos::Pron || tree.lower(s) == "one";
    let added = tree.rel(stated.statement.cue_head) == Rel::Conj;
    if added && subject.is_some_and(|s| none(s) && somebody(s)) {
        return None;
    }
    let subject_none = subject.is_some_and(none);
    let negative = m.negated(head) || subject_none || tree.kids_by(head, &[Rel::Obj]).any(none);
    let own =
        subject.is_some_and(|s| tree.upos(s) == Upos::Pron) || subject_none || tree.kid(head, &[Rel::Expl]).is_some();
    let auxiliaries: Vec<TokenIx> = tree.kids_by(head, &[Rel::Aux, Rel::AuxPass, Rel::Cop]).collect();
    let emphatic = !negative
        && tree.xpos(head) == Xpos::Vb
        && auxiliaries.iter().any(|&a| tree.lemma(a) == "do")
        && subject.is_some_and(|s| tree.kids_by(head, &[Rel::Aux]).all(|a| s < a));
    let bare = tree.upos(head) == Upos::Aux
        && own
        && tree.kids(head).iter().all(|&k| {
            matches!(tree.rel(k), Rel::Nsubj | Rel::Advmod | Rel::Punct | Rel::Mark)
                && !matches!(tree.upos(k), Upos::Adj)
        });
    let actual = crate::realis::of(m, head).realis == Realis::Actual;
    let cue_head = stated.statement.cue_head;
    let asked = tree.kids_by(cue_head, &[Rel::Advcl]).find(|&k| m.knowledge.in_set("asked", tree.lemma(k)));
    let by = stated.statement.party;
    let last = target_statement(m, cue_head, &[], by, statements).filter(|&s| s as usize != n);
    let stance = match () {
        () if !actual => return None,
        () if emphatic => Stance::Confirms,
        () if last.is_none() && asked.is_none() => return None,
        () if bare && negative => Stance::Denies,
        () if bare => Stance::Confirms,
        () if negative && own => Stance::Denies,
        () => return None,
    };
    let heard = by.is_some_and(|b| !m.who.onlookers.contains(&b));
    let question = question(m, cue_head);
    let said = last.and_then(|s| statements[s as usize].statement.content.first().copied());
    let mut words = auxiliaries;
    words.push(head);
    words.extend(tree.kids(head).iter().filter(|&&k| m.knowledge.in_set("negator", tree.lower(k))));
    words.extend(subject.filter(|_| subject_none));
    Some(Response {
        by,
        by_words: Some(source),
        stance,
        event: None,
        to_statement: last.filter(|_| heard),
        to_words: question.or(said),
        statement: Some(n as StatementIx),
        cue: tree.span_of(&words),
        because: vec![Reason::rule("contradiction")],
    })
}

/// True when a party says the same again in the words of one sentence: "declined to comment, citing the inquiry", "in a
/// denial, the group said it had never met them".
fn is_echo(tree: &Tree, earlier: &Response, later: &Response) -> bool {
    let sentence = |r: &Response| tree.parse.sentences.partition_point(|s| s.span.end <= r.cue.start);
    let same_party = earlier.by == later.by && (later.by.is_some() || earlier.by_words == later.by_words);
    same_party && earlier.stance == later.stance && sentence(earlier) == sentence(later)
}

/// True when the verb that carries somebody's words responds itself: "the letter is genuine, the palace confirmed", "officials
/// admit that the figure is wrong".
fn says_it(cue: &Cue, other: &Cue, statements: &[Stated]) -> bool {
    let carried = || carrier(cue.word, statements).is_some_and(|s| s.statement.cue_head == other.word);
    let looks_in =
        || other.row.needs.iter().any(|n| matches!(n, Need::Lemma(path, _) if path.first() == Some(&Step::Ccomp)));
    let alike = cue.stance == other.stance || other.stance == Stance::Confirms;
    // A row that looks into the words ("insisted that there was no plan") finds the same in them.
    cue.row.by == By::Voice && cue.word != other.word && alike && carried() && !looks_in()
}

/// True when a party gives the same response to the same thing again.
fn is_repeated(tree: &Tree, earlier: &Response, later: &Response) -> bool {
    let words = |r: &Response| r.by_words.map(|span| plain(tree.doc.text(span)));
    // "disputed the figure, putting it at ten", "contested the estimate, which it called inflated": told in one breath.
    let sentence = |r: &Response| tree.parse.sentences.partition_point(|s| s.span.end <= r.cue.start);
    let one_breath = sentence(earlier) == sentence(later) && later.event.is_none() && later.to_words.is_none();
    let pronoun =
        later.by.is_none() && words(later).is_some_and(|w| matches!(w.as_str(), "it" | "they" | "he" | "she"));
    if one_breath && earlier.stance == later.stance && (pronoun || earlier.by == later.by && later.by.is_some()) {
        return true;
    }
    let same_party = match (earlier.by, later.by) {
        (None, None) => words(earlier) == words(later),
        (a, b) => a == b,
    };
    let same_thing = match (earlier.event.or(earlier.to_statement), later.event.or(later.to_statement)) {
        (None, None) => earlier.to_words == later.to_words,
        _ => earlier.event == later.event && earlier.to_statement == later.to_statement,
    };
    same_party && earlier.stance == later.stance && same_thing
}

/// True when a cue only completes another: "comment" in "declined to comment", "deny" in "neither confirmed nor denied",
/// "response" in "offered no response".
fn is_part(tree: &Tree, cue: &Cue, of: &Cue) -> bool {
    if cue.word == of.word || tree.sentence(cue.word) != tree.sentence(of.word) {
        return false;
    }
    let mut at = cue.word;
    while let Some(head) = tree.head(at) {
        let completes = match tree.rel(at) {
            // "in a denial posted online, the group said that it had never met them": the noun stands for itself.
            Rel::Obl
                if cue
                    .row
                    .needs
                    .iter()
                    .any(|n| matches!(n, Need::Lemma(path, _) if path.as_slice() == [Step::Case])) =>
            {
                false
            }
            Rel::Xcomp | Rel::Obj | Rel::Obl | Rel::Nmod => true,
            Rel::Nsubj | Rel::NsubjPass => tree.is_passive(head) || tree.upos(at) == Upos::Noun,
            Rel::Acl | Rel::Advcl => tree.xpos(at) == Xpos::Vb,
            // One negation over both.
            Rel::Conj => {
                head == of.word
                    && cue.negation.is_some()
                    && of.negation.is_some()
                    && tree.kid(at, &[Rel::Nsubj, Rel::NsubjPass]).is_none()
            }
            _ => false,
        };
        if !completes {
            return false;
        }
        if head == of.word {
            return true;
        }
        at = head;
    }
    false
}

/// The best row for a word whose negation fits, unless the word responds to nothing.
fn cue<'k>(m: &Matcher<'k>, t: TokenIx, statements: &[Stated]) -> Option<Cue<'k>> {
    let tree = m.tree;
    let rows = rows_of(m, t)?;
    // "a confirmed case", "the disputed islands": a participle before its noun tells of no answer.
    if tree.rel(t) == Rel::Amod {
        return None;
    }
    let negation = negated(m, t);
    let mut best: Option<(usize, &ResponseRow)> = None;
    for row in rows {
        let phrase = row.words.iter().enumerate().skip(1).all(|(n, w)| {
            let at = t + n as TokenIx;
            at < tree.len() && tree.sentence(at) == tree.sentence(t) && tree.lower(at) == w
        });
        if !phrase || !m.has_pos(t, &row.pos) || row.negated.is_some_and(|n| n != negation.is_some()) {
            continue;
        }
        // In somebody's words the negation is his own: "doubt that the call took place" is not "no call took place".
        let governed = negation == Some(Reason::rule("negative-governor")) && row.negated == Some(true);
        if row.by == By::Voice && (governed || !speaks_for_itself(m, t, row, statements)) {
            continue;
        }
        if let Some(score) = m.needs(t, &row.needs).filter(|_| shares_subject(m, t, row))
            && best.is_none_or(|(b, _)| score > b)
        {
            best = Some((score, row));
        }
    }
    let (_, row) = best?;
    let mut stance = row.stance?;
    let says = matches!(stance, Stance::Confirms | Stance::Denies | Stance::Disputes);
    // A row that names what the thing is called has weighed it: "called the report a lie".
    let named = row.needs.iter().any(|n| matches!(n, Need::Lemma(path, _) if path.as_slice() == [Step::Xcomp]));
    if says && row.by == By::Subject && !named && is_withheld(tree, t) || says && is_charge(m, t) {
        return None;
    }
    let reality = crate::realis::of(m, t);
    // "eventually admitted": an adverb on a finite verb says when or how, not whether.
    let adverb = |g: TokenIx| tree.head(g) == Some(t) && tree.rel(g) == Rel::Advmod;
    let told = matches!(tree.xpos(t), Xpos::Vbd | Xpos::Vbz | Xpos::Vbp) && reality.governor.is_some_and(adverb);
    // "was quick to deny": done, not meant.
    let prompt = matches!(tree.rel(t), Rel::Xcomp | Rel::Advcl | Rel::Acl | Rel::Ccomp)
        && tree.head(t).is_some_and(|h| {
            let done = |w: TokenIx| m.knowledge.in_set("prompt", &tree.lemma(w).to_lowercase());
            done(h) || tree.kids_by(h, &[Rel::Obj]).any(done)
        });
    // "went on television to deny": the purpose was met in the telling.
    let purpose = reality.because.contains(&Reason::rule("purpose-clause"));
    let unreal = !told && !prompt && !purpose && !matches!(reality.realis, Realis::Actual);
    // A row that names the auxiliary has weighed it: "I can confirm".
    let weighed = row.needs.iter().any(|n| matches!(n, Need::Lemma(path, _) if path.as_slice() == [Step::Aux]));
    // "may confirm", "asked it to confirm": no response yet. "declined to confirm" is negative already.
    if unreal && !weighed && negation.is_none() {
        return None;
    }
    // "urged it not to comment", "if it does not answer": nor is this one.
    let asked = matches!(reality.realis, Realis::Proposed | Realis::Threatened);
    if asked && negation.is_some() {
        return None;
    }
    if stance == Stance::DeclinesToComment && negation == Some(Reason::rule("yet-to")) {
        // Who has yet to comment has not declined.
        stance = Stance::HasNotConfirmed;
    }
    Some(Cue { word: t, row, stance, negation })
}

/// A row that asks for a conjunct means one with the same subject: "neither confirmed nor denied", not "did not confirm it,
/// and Helsinki denied it".
fn shares_subject(m: &Matcher, t: TokenIx, row: &ResponseRow) -> bool {
    row.needs.iter().all(|need| {
        let Need::Lemma(path, lemmas) = need else { return true };
        path.as_slice() != [Step::Conj]
            || m.tree.kids_by(t, &[Rel::Conj]).any(|k| {
                m.tree.kid(k, &[Rel::Nsubj, Rel::NsubjPass]).is_none() && lemmas.iter().any(|l| l == m.tree.lemma(k))
            })
    })
}

/// The rows for a word: by its lemma, or, for a verb whose lemma was guessed wrong ("nodd"), by its form without ending.
fn rows_of<'k>(m: &Matcher<'k>, t: TokenIx) -> Option<&'k [ResponseRow]> {
    let tree = m.tree;
    let rows = |lemma: &str| m.knowledge.responses.get(lemma).map(Vec::as_slice);
    let verbal = tree.upos(t) == Upos::Verb;
    let form = tree.lower(t);
    rows(&tree.lemma(t).to_lowercase()).or_else(|| rows(form)).or_else(|| {
        let endings = ["d", "ed", "s", "es", "ing"].into_iter().filter(|_| verbal);
        endings.filter_map(|ending| form.strip_suffix(ending)).filter(|stem| stem.len() > 2).find_map(|stem| {
            // "nodded" has doubled its last letter.
            let mut letters = stem.chars().rev();
            let single = letters
                .next()
                .filter(|&last| letters.next() == Some(last))
                .map(|last| &stem[..stem.len() - last.len_utf8()]);
            rows(stem).or_else(|| single.and_then(rows))
        })
    })
}

/// True for what somebody is accused of: "accused the government of denying the famine".
fn is_charge(m: &Matcher, t: TokenIx) -> bool {
    let tree = m.tree;
    let accuses = |h: TokenIx| {
        m.knowledge.cues.get(tree.lemma(h)).is_some_and(|rows| rows.iter().any(|r| r.speech_act == "accuse"))
    };
    matches!(tree.rel(t), Rel::Advcl | Rel::Xcomp | Rel::Acl)
        && tree.kids_by(t, &[Rel::Mark]).any(|k| matches!(tree.lower(k), "of" | "for"))
        && tree.head(t).is_some_and(accuses)
}

/// True for "No 10": a name, no negation.
fn is_number(tree: &Tree, w: TokenIx) -> bool {
    tree.lower(w) == "no" && w + 1 < tree.len() && tree.upos(w + 1) == Upos::Num
}

/// True for "denied the inspectors access" and "was denied a visa": something is kept from somebody, nothing is said.
fn is_withheld(tree: &Tree, t: TokenIx) -> bool {
    if tree.upos(t) != Upos::Verb || tree.kid(t, &[Rel::Ccomp]).is_some() {
        return false;
    }
    let object = tree.kid(t, &[Rel::Obj]);
    // The parser may take both for objects.
    let receiver = tree.kid(t, &[Rel::Iobj]).is_some() && object.is_some() || tree.kids_by(t, &[Rel::Obj]).count() > 1;
    let kept = object.is_some()
        && tree.kids_by(t, &[Rel::Xcomp]).any(|k| tree.upos(k) == Upos::Noun && tree.case(k).is_none());
    let bare = tree.xpos(t) == Xpos::Vbn && tree.kid(t, &[Rel::Aux, Rel::Nsubj, Rel::AuxPass]).is_none();
    let retained = object.is_some()
        && (tree.kid(t, &[Rel::NsubjPass]).is_some() || bare && matches!(tree.rel(t), Rel::Advcl | Rel::Acl));
    receiver || kept || retained
}

/// A word that answers only as somebody's words ("untrue", "that is a lie", "never") must stand in them: said of a claim,
/// or as all that is said.
fn speaks_for_itself(m: &Matcher, t: TokenIx, row: &ResponseRow, statements: &[Stated]) -> bool {
    let tree = m.tree;
    let asks = row.needs.iter().any(|n| !matches!(n, Need::Not(_)));
    if tree.kid(t, &[Rel::Nsubj, Rel::NsubjPass, Rel::Csubj]).is_some() || asks {
        return voice(m, t, statements).is_some();
    }
    let Some(stated) = carrier(t, statements) else { return aside(tree, t).is_some() };
    // "Correct", "it is true that …".
    let light = |w: TokenIx| {
        tree.below(w, t)
            || matches!(tree.upos(w), Upos::Punct | Upos::Aux | Upos::Det)
            || matches!(tree.rel(w), Rel::Expl | Rel::Discourse)
    };
    let opens = stated.content.iter().copied().find(|&w| w == t || !light(w)) == Some(t);
    opens && tree.rel(t) != Rel::Xcomp && tree.head(t).is_none_or(|h| !stated.says(h) || tree.rel(t) == Rel::Discourse)
}

/// The innermost statement in whose content a word stands.
fn carrier(t: TokenIx, statements: &[Stated]) -> Option<&Stated> {
    statements.iter().filter(|s| s.says(t)).min_by_key(|s| s.content.len())
}

/// The speaker of a quotation that no speech verb carries: "had one word for the claim: “Rubbish.”"
fn aside(tree: &Tree, t: TokenIx) -> Option<TokenIx> {
    let opens = |w: TokenIx| w > 0 && matches!(tree.form(w - 1), "“" | "\"" | "‘" | "``");
    let closes = t + 1 < tree.len() && tree.upos(t + 1) == Upos::Punct;
    // "“Absolutely not,” the governor said": the parser may take the words for adverbs of the verb outside.
    let adverbs = t > 0 && tree.upos(t - 1) == Upos::Adv && opens(t - 1) && closes;
    let head = tree.head(t).filter(|_| opens(t) || adverbs)?;
    match tree.rel(t) {
        Rel::Advmod if closes && tree.upos(head) == Upos::Verb => tree.subjects(head).first().copied(),
        Rel::Parataxis | Rel::Ccomp => tree.subjects(head).first().copied(),
        // "“Nothing of the sort,” said the minister": of two subjects the later one speaks.
        Rel::Nsubj => tree.kids_by(head, &[Rel::Nsubj]).find(|&k| k > t),
        _ => None,
    }
}

/// Whoever says the words in which the cue stands.
fn voice(m: &Matcher, t: TokenIx, statements: &[Stated]) -> Option<Responder> {
    if let Some(stated) = carrier(t, statements) {
        return stated.statement.source.map(|words| Responder { party: stated.statement.party, words });
    }
    aside(m.tree, t).and_then(|s| named(m, s))
}

/// Whoever says the words of a first person when no statement names him: the subject nearest to the speech verb above the
/// words, wherever the parser hung it ("…,” said the secretary when pressed on").
fn first_person(m: &Matcher, t: TokenIx) -> Option<Responder> {
    let tree = m.tree;
    let verb =
        tree.ancestors(t).find(|&v| m.knowledge.cues.contains_key(tree.lemma(v)) && tree.upos(v) == Upos::Verb)?;
    let subject = |&k: &TokenIx| {
        tree.sentence(k) == tree.sentence(t)
            && matches!(tree.rel(k), Rel::Nsubj | Rel::NsubjPass)
            && matches!(tree.upos(k), Upos::Noun | Upos::Propn)
    };
    (0..tree.len()).filter(subject).min_by_key(|k| k.abs_diff(verb)).and_then(|k| named(m, k))
}

/// Negation of a cue: on the word, on the document noun that it modifies ("no statement confirming"), on its subject or
/// object, or by a governing word ("refused to confirm").
fn negated(m: &Matcher, t: TokenIx) -> Option<Reason> {
    let tree = m.tree;
    let numbered = |s: TokenIx| is_number(tree, s) || tree.kids(s).iter().any(|&k| is_number(tree, k));
    let none = |s: TokenIx| (m.negated(s) || m.knowledge.in_set("negator", tree.lower(s))) && !numbered(s);
    if tree.kids(t).iter().any(|&k| is_number(tree, k)) {
        return None;
    }
    // "“Absolutely not,” he replied": what is quoted does not negate the verb outside.
    let quoted = |k: TokenIx| k < t && (k..t).any(|w| matches!(tree.form(w), "”" | "''" | "\""));
    let negators = |k: &&TokenIx| m.knowledge.in_set("negator", tree.lower(**k));
    if tree.kids(t).iter().filter(negators).any(|&k| quoted(k)) {
        return None;
    }
    // "not until Friday did it confirm": it did.
    if tree.kids(t).iter().filter(negators).any(|&k| k + 1 < tree.len() && tree.lower(k + 1) == "until") {
        return None;
    }
    if m.negated(t) {
        return Some(Reason::rule("negation"));
    }
    // "stopped short of confirming".
    if tree
        .head(t)
        .is_some_and(|h| tree.lower(h) == "short" || tree.kids_by(h, &[Rel::Advmod]).any(|k| tree.lower(k) == "short"))
        && tree.rel(t) == Rel::Advcl
    {
        return Some(Reason::rule("negative-governor"));
    }
    if tree.rel(t) == Rel::Acl && tree.head(t).is_some_and(|h| m.negated(h)) {
        return Some(Reason::rule("negated-document"));
    }
    if tree.kids_by(t, &[Rel::Nsubj, Rel::NsubjPass]).any(none) {
        return Some(Reason::rule("negated-subject"));
    }
    // "said nothing", "made no statement".
    if tree.kids_by(t, &[Rel::Obj]).any(none) {
        return Some(Reason::rule("negated-object"));
    }
    // "walked on without answering".
    if tree.kids_by(t, &[Rel::Mark]).any(|k| m.knowledge.in_set("negator", tree.lower(k))) {
        return Some(Reason::rule("negation"));
    }
    // "without admitting or denying wrongdoing": one mark over both.
    let without = |h: TokenIx| tree.kids_by(h, &[Rel::Mark]).any(|k| m.knowledge.in_set("negator", tree.lower(k)));
    let joined = tree.rel(t) == Rel::Conj && tree.xpos(t) == Xpos::Vbg;
    if joined && tree.head(t).is_some_and(|h| tree.xpos(h) == Xpos::Vbg && without(h)) {
        return Some(Reason::rule("negation"));
    }
    // "it would be improper to comment".
    let unfit = |h: TokenIx| m.knowledge.in_set("unfit", &tree.lemma(h).to_lowercase());
    if matches!(tree.rel(t), Rel::Csubj | Rel::Xcomp | Rel::Advcl | Rel::Acl | Rel::Ccomp)
        && tree.xpos(t) == Xpos::Vb
        && tree.head(t).is_some_and(unfit)
    {
        return Some(Reason::rule("unfit"));
    }
    // "does not deny a collision but disputes that account": what a finite verb says is not under the negation of another.
    let own = matches!(tree.xpos(t), Xpos::Vbd | Xpos::Vbz | Xpos::Vbp) && tree.rel(t) == Rel::Conj;
    let alike = tree.head(t).is_some_and(|h| tree.xpos(h) == tree.xpos(t));
    let but = tree.kids_by(t, &[Rel::Cc]).any(|k| m.knowledge.in_set("concessive", tree.lower(k)));
    let nor = tree.kids_by(t, &[Rel::Cc]).any(|k| tree.lower(k) == "nor");
    if own && !nor && (but || !alike) {
        return None;
    }
    let reality = crate::realis::of(m, t);
    if reality.because.contains(&Reason::rule("yet-to")) {
        return Some(Reason::rule("yet-to"));
    }
    if reality.polarity == Polarity::Negative {
        return Some(Reason::rule("negative-governor"));
    }
    // "neither confirmed nor denied".
    let coordinated = tree.rel(t) == Rel::Conj && tree.kids_by(t, &[Rel::Cc]).any(|k| tree.lower(k) == "nor");
    coordinated.then(|| Reason::rule("nor"))
}

/// Who responds: as the row says, else the subject of the cue, the issuer of the document that it modifies, or the
/// from-phrase of a noun.
fn responder(m: &Matcher, cue: &Cue, statements: &[Stated]) -> Option<Responder> {
    let (tree, t) = (m.tree, cue.word);
    match &cue.row.by {
        By::Voice => return voice(m, t, statements).map(|speaker| in_person(m, t, speaker)),
        By::Path(roles) => {
            let own = m.words(t, roles).into_iter().find_map(|w| named(m, w));
            return own.or_else(|| addressee(m, t));
        }
        By::Subject => {}
    }
    let mut subjects = tree.subjects(t);
    if tree.rel(t) == Rel::Acl
        && let Some(noun) = tree.head(t).filter(|&h| is_document(m, h))
        && subjects.iter().all(|&s| s == noun)
    {
        return issuing(m, noun);
    }
    if matches!(tree.upos(t), Upos::Noun | Upos::Propn) && tree.kid(t, &[Rel::Nsubj, Rel::Cop]).is_none() {
        return source_of(m, t);
    }
    // "said that a body had been found, refusing to confirm": the participle goes with the speaker.
    if tree.rel(t) == Rel::Advcl
        && tree.xpos(t) == Xpos::Vbg
        && let Some(said) = tree.head(t).filter(|&h| tree.rel(h) == Rel::Ccomp && h < t)
        && tree.kid(t, &[Rel::Mark]).is_none()
        && let Some(speech) = tree.head(said).filter(|&v| m.knowledge.cues.contains_key(tree.lemma(v)))
    {
        subjects = tree.subjects(speech);
    }
    // "had not answered by Thursday" is no passive with an agent.
    let dated = |s: TokenIx| {
        tree.case(s).as_deref() == Some("by") && m.knowledge.time.contains_key(&tree.lemma(s).to_lowercase())
    };
    subjects.retain(|&s| !dated(s));
    if subjects.is_empty() && cue.row.to.iter().all(|r| r.path.first() != Some(&Step::Obj)) {
        subjects = tree.surface_subjects(t);
    }
    if tree.is_passive(t) && subjects.is_empty() {
        // The by-phrase may hang on another phrase of the verb: "denied at the time by the police". Without one, nobody speaks.
        let phrases: Vec<TokenIx> = tree.kids_by(t, &[Rel::Obl, Rel::Obj]).collect();
        let by = |k: &TokenIx| tree.case(*k).as_deref() == Some("by");
        return phrases.iter().find_map(|&p| tree.kids_by(p, &[Rel::Nmod]).find(by)).and_then(|w| named(m, w));
    }
    if subjects.is_empty() && matches!(tree.rel(t), Rel::Csubj | Rel::Advcl | Rel::Xcomp) {
        // "it took the party three days to confirm": whoever it took them.
        subjects.extend(tree.head(t).and_then(|h| tree.kid(h, &[Rel::Iobj])));
    }
    let Some(&subject) = subjects.first() else { return voice(m, t, statements) };
    // "it was left to the deputy minister to confirm the loss": whoever it fell to.
    if matches!(tree.rel(t), Rel::Csubj | Rel::Advcl | Rel::Xcomp)
        && tree.lower(subject) == "it"
        && let Some(fell) = tree.head(t)
        && let Some(whom) = tree.kids_by(fell, &[Rel::Obl]).find(|&k| tree.case(k).as_deref() == Some("to"))
    {
        return named(m, whom);
    }
    // "nobody at the ministry answered": the ministry did not.
    if m.knowledge.in_set("negator", tree.lower(subject)) || matches!(tree.lower(subject), "one") && m.negated(subject)
    {
        let at = |k: &TokenIx| matches!(tree.case(*k).as_deref(), Some("at" | "in" | "from" | "of"));
        let whose = tree.kids_by(subject, &[Rel::Nmod]).chain(tree.kids_by(t, &[Rel::Obl])).find(at);
        return named(m, whose.unwrap_or(subject));
    }
    if let Some(pronoun) = m.knowledge.pronouns.get(tree.lower(subject)).filter(|_| tree.upos(subject) == Upos::Pron) {
        // "we have no confirmation": whoever speaks. "it could not confirm": the same, unless it is known whom it names.
        let unknown = m.who.mention(subject).is_none_or(|f| f.parties.is_empty());
        if (pronoun.person == "1" || unknown)
            && let Some(speaker) =
                voice(m, t, statements).or_else(|| first_person(m, t).filter(|_| pronoun.person == "1"))
        {
            return Some(in_person(m, t, speaker));
        }
    }
    // "the bank's own records confirm the transfer": they bear it out, the bank has not spoken.
    let bears_out = m.knowledge.in_set("evidence", &tree.lemma(subject).to_lowercase());
    if is_document(m, subject) && m.who.mention(subject).is_none() && !bears_out {
        return issuing(m, subject);
    }
    named(m, subject)
}

/// A speaker in his own person is named by the pronoun at the cue: "“We had no part in it,” the group said".
fn in_person(m: &Matcher, t: TokenIx, speaker: Responder) -> Responder {
    let tree = m.tree;
    let first = |s: &TokenIx| m.knowledge.pronouns.get(tree.lower(*s)).is_some_and(|p| p.person == "1");
    match tree.subjects(t).into_iter().find(first).filter(|_| speaker.party.is_some()) {
        Some(pronoun) => Responder { party: speaker.party, words: tree.token(pronoun).span },
        None => speaker,
    }
}

/// Whom the verb before was directed to: "contacted the firm but received no reply", "sent questions to it and got no answer".
fn addressee(m: &Matcher, t: TokenIx) -> Option<Responder> {
    let tree = m.tree;
    let verb = tree.head(t).filter(|&v| tree.rel(t) == Rel::Conj && tree.upos(v) == Upos::Verb)?;
    let to = |k: &TokenIx| tree.case(*k).as_deref() == Some("to");
    let objects = || tree.kids_by(verb, &[Rel::Iobj, Rel::Obj]);
    let beside = tree.kids_by(verb, &[Rel::Obl]).find(to);
    let within = objects().find_map(|o| tree.kids_by(o, &[Rel::Nmod]).find(to));
    beside.or(within).into_iter().chain(objects()).find_map(|w| named(m, w))
}

/// Whoever a noun comes from: its possessor, its from-phrase or that of the verb it stands with, or the subject of that
/// verb.
fn source_of(m: &Matcher, t: TokenIx) -> Option<Responder> {
    let tree = m.tree;
    let from = |k: &TokenIx| matches!(tree.case(*k).as_deref(), Some("from" | "by"));
    let own =
        tree.kids_by(t, &[Rel::NmodPoss]).chain(tree.kids_by(t, &[Rel::Nmod, Rel::Obl, Rel::OblAgent]).filter(from));
    // "no comment was available from the ministry": the predicate may be an adjective.
    let verb = tree.head(t).filter(|&v| matches!(tree.upos(v), Upos::Verb | Upos::Adj));
    let beside = verb.and_then(|v| tree.kids_by(v, &[Rel::Obl, Rel::OblAgent]).find(from));
    let of = tree.kids_by(t, &[Rel::Nmod]).filter(|&k| tree.case(k).as_deref() == Some("of"));
    let persons = of.filter(|&k| m.named(k).iter().any(|&(p, _)| m.who.is_actor(m.knowledge, p)));
    let mut ways: Vec<TokenIx> = own.chain(beside).collect();
    // "a challenge to the death toll from doctors": the parser may hang it on the phrase before.
    let phrases: Vec<TokenIx> = tree.kids_by(t, &[Rel::Nmod]).collect();
    ways.extend(phrases.iter().filter_map(|&p| tree.kids_by(p, &[Rel::Nmod]).find(from)));
    let others: Vec<TokenIx> = verb.map_or(Vec::new(), |v| tree.kids_by(v, &[Rel::Obl]).collect());
    ways.extend(others.iter().filter_map(|&p| tree.kids_by(p, &[Rel::Nmod]).find(from)));
    ways.extend(tree.noun_subjects(t));
    ways.extend(persons);
    ways.into_iter().find_map(|w| named(m, w))
}

/// Whoever issued a document that responds.
fn issuing(m: &Matcher, noun: TokenIx) -> Option<Responder> {
    source_of(m, noun).or_else(|| {
        let (party, _) = issuer(m, noun)?;
        Some(Responder { party: Some(party), words: m.tree.nominal_span(noun) })
    })
}

/// The responder that a word names. Things do not respond: "tests confirmed".
fn named(m: &Matcher, w: TokenIx) -> Option<Responder> {
    let tree = m.tree;
    let relative = matches!(tree.lower(w), "who" | "which" | "that" | "whom");
    let clause = tree.head(w).filter(|&v| relative && matches!(tree.rel(v), Rel::AclRelcl | Rel::Acl));
    let word = clause.and_then(|v| tree.head(v)).unwrap_or(w);
    let party = m.named(word).first().map(|(p, _)| *p).or_else(|| m.named(w).first().map(|(p, _)| *p));
    let lemma = tree.lemma(word).to_lowercase();
    let known = party.is_some_and(|p| m.who.is_actor(m.knowledge, p));
    let thing = m.knowledge.in_set("evidence", &lemma) || is_document(m, word) || is_saying(m, word);
    if thing && !known || !tree.is_nominal(word) && party.is_none() && tree.upos(word) != Upos::Det {
        return None;
    }
    Some(Responder { party, words: tree.nominal_span(word) })
}

fn is_document(m: &Matcher, noun: TokenIx) -> bool {
    m.knowledge.documents.contains_key(&m.tree.lemma(noun).to_lowercase())
}

/// True for nouns of the speech lexicon: "claim", "accusation".
fn is_saying(m: &Matcher, w: TokenIx) -> bool {
    m.knowledge.cues.get(m.tree.lemma(w)).is_some_and(|rows| rows.iter().any(|r| r.pos == "NOUN"))
}

/// The words of what is answered: the content of a claim where it has one, the object as it stands, or, when that only
/// points back, what was said last.
fn answered(m: &Matcher, cue: &Cue, targets: &[TokenIx], last: Option<&Stated>) -> Option<Span> {
    let tree = m.tree;
    let said = || question(m, cue.word).or_else(|| last.and_then(|s| s.statement.content.first().copied()));
    // A look at the clause itself, without its mark: "denied that …", "would not say whether …".
    let clause = |w: TokenIx| {
        let cut: Vec<TokenIx> = tree.kids_by(w, &[Rel::Mark, Rel::Punct, Rel::Case]).collect();
        let inside: Vec<TokenIx> =
            tree.subtree_without(w, &cut).into_iter().filter(|&k| !tree.below(cue.word, k)).collect();
        (!inside.is_empty()).then(|| tree.span_of(&inside))
    };
    let Some(&target) = targets.first() else { return said() };
    let content = tree
        .kids_by(target, &[Rel::Acl, Rel::AclRelcl, Rel::Ccomp])
        .find(|&k| tree.kid(k, &[Rel::Mark]).is_some())
        .or_else(|| {
            let about = |k: &TokenIx| matches!(tree.case(*k).as_deref(), Some("of" | "about" | "on"));
            // What is disputed is the figure, not what it counts.
            tree.kids_by(target, &[Rel::Nmod]).find(about).filter(|_| cue.stance != Stance::Disputes)
        });
    let noun = matches!(tree.upos(target), Upos::Noun | Upos::Pron);
    let told = noun && (is_saying(m, target) || is_document(m, target));
    match content {
        Some(content) if told => clause(content),
        _ if tree.upos(target) == Upos::Pron => said(),
        _ if told
            && tree
                .kids_by(target, &[Rel::Det])
                .any(|d| matches!(tree.lower(d), "the" | "this" | "these" | "such")) =>
        {
            said().or_else(|| clause(target))
        }
        _ => clause(target),
    }
}

/// What the party was asked: "asked whether the radar had failed, the minister …", "… when asked about the payments".
fn question(m: &Matcher, t: TokenIx) -> Option<Span> {
    let tree = m.tree;
    let asked = std::iter::once(t)
        .chain(tree.ancestors(t))
        .find_map(|a| tree.kids_by(a, &[Rel::Advcl]).find(|&k| m.knowledge.in_set("asked", tree.lemma(k))))?;
    let about = |k: &TokenIx| matches!(tree.case(*k).as_deref(), Some("about" | "on"));
    let content = tree
        .kids_by(asked, &[Rel::Ccomp, Rel::Advcl])
        .find(|&k| tree.kid(k, &[Rel::Mark]).is_some())
        .or_else(|| tree.kids_by(asked, &[Rel::Obl]).find(about))?;
    let cut: Vec<TokenIx> = tree.kids_by(content, &[Rel::Mark, Rel::Punct, Rel::Case]).collect();
    Some(tree.span_of(&tree.subtree_without(content, &cut)))
}

fn cue_span(m: &Matcher, cue: &Cue, targets: &[TokenIx]) -> Span {
    let (tree, t) = (m.tree, cue.word);
    let mut span = tree.token(t).span;
    let near = |k: TokenIx| (i64::from(k) - i64::from(t)).abs() <= 4;
    for k in tree
        .kids_by(t, &[Rel::Aux, Rel::AuxPass, Rel::Advmod, Rel::Xcomp, Rel::Det, Rel::CompoundPrt])
        .filter(|&k| near(k))
    {
        if tree.rel(k) == Rel::Advmod && !m.knowledge.in_set("negator", tree.lower(k)) {
            continue;
        }
        span = span.cover(tree.token(k).span);
    }
    if cue.negation == Some(Reason::rule("unfit"))
        && let Some(adjective) = tree.head(t)
    {
        span = span.cover(tree.token(adjective).span);
    }
    // The words that the row names, unless they are what is answered: "took issue", "nothing to say".
    for need in &cue.row.needs {
        let Need::Lemma(path, lemmas) = need else { continue };
        let inner = matches!(path.first(), Some(Step::Obj | Step::Xcomp | Step::Prt));
        // What a thing is called carries the stance wherever it stands: "called the minister's account of the talks a lie".
        let judged = match path.as_slice() {
            [Step::Xcomp | Step::Advcl] => cue.stance != Stance::DeclinesToComment,
            [Step::Prep(prep)] => prep == "as",
            _ => false,
        };
        let named = |w: &TokenIx| lemmas.iter().any(|l| l == tree.lemma(*w) || l == tree.lower(*w));
        let inside = path.first() == Some(&Step::Ccomp);
        let words = tree.walk(t, path).into_iter().filter(named);
        let words: Vec<TokenIx> = words.filter(|&w| inner && near(w) || (judged || inside) && t < w).collect();
        for w in words {
            if inside && near(w) || !targets.iter().any(|&target| tree.below(w, target)) {
                span = span.cover(tree.token(w).span);
            }
        }
    }
    if tree.rel(t) == Rel::Acl
        && let Some(noun) = tree.head(t).filter(|&h| m.negated(h) && h < t && t - h <= 4)
    {
        let first = tree.kids_by(noun, &[Rel::Det]).next().unwrap_or(noun);
        span = span.cover(tree.token(first).span);
    }
    span
}

/// The event answered: one whose mention stands in the object, else, for a cue without object, the news event last told.
fn target_event(m: &Matcher, t: TokenIx, targets: &[TokenIx], by: Option<PartyIx>, events: &[Happened]) -> Option<u32> {
    let tree = m.tree;
    for &target in targets {
        let hit = events
            .iter()
            .position(|e| e.event.trigger_head != t && e.heads.iter().any(|&h| tree.below(h, target) && h != t));
        if hit.is_some() {
            return hit.map(|i| i as u32);
        }
    }
    let pointing = targets.is_empty()
        || targets.iter().all(|&w| {
            matches!(tree.upos(w), Upos::Pron)
                || tree
                    .kids_by(w, &[Rel::Det])
                    .any(|d| matches!(tree.lower(d), "the" | "this" | "these" | "those" | "such"))
        });
    if !pointing {
        return None;
    }
    let involved = |e: &Happened| {
        by.is_some_and(|b| e.event.initiator.iter().chain(&e.event.counterpart).any(|(p, _)| m.who.same_side(*p, b)))
    };
    events
        .iter()
        .enumerate()
        .filter(|(_, e)| !e.event.background && involved(e) && !e.heads.contains(&t))
        .filter(|(_, e)| e.heads.iter().any(|&h| h < t && tree.sentence(h) + REACH >= tree.sentence(t)))
        .max_by_key(|(_, e)| e.heads.iter().copied().filter(|&h| h < t).max())
        .map(|(i, _)| i as u32)
}

/// The statement answered: the last one before the cue by somebody else.
fn target_statement(
    m: &Matcher,
    t: TokenIx,
    targets: &[TokenIx],
    by: Option<PartyIx>,
    statements: &[Stated],
) -> Option<StatementIx> {
    let tree = m.tree;
    let other = |s: &Stated| match (s.statement.party, by) {
        (Some(p), Some(b)) => !m.who.same_side(p, b),
        _ => true,
    };
    let inside =
        statements.iter().position(|s| targets.iter().any(|&w| tree.below(s.statement.cue_head, w)) && other(s));
    if inside.is_some() {
        return inside.map(|i| i as StatementIx);
    }
    statements
        .iter()
        .enumerate()
        .rev()
        .find(|(_, s)| {
            s.statement.cue_head < t
                && tree.sentence(s.statement.cue_head) + REACH >= tree.sentence(t)
                && !s.cue.contains(&t)
                && other(s)
        })
        .map(|(i, _)| i as StatementIx)
}
