//! Whether the text presents what a word reports as having happened, and with which polarity.

use attache_doc::{Polarity, Realis, Reason, Rel, TokenIx, Upos, Xpos};

use crate::knowledge::RealisRow;
use crate::matcher::Matcher;

/// The reality of what a word reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Reality {
    pub realis: Realis,
    pub polarity: Polarity,
    /// The word that made it unreal, nearest first.
    pub governor: Option<TokenIx>,
    /// The governing word that made it negative ("refused"), as against a plain "not".
    pub negator: Option<TokenIx>,
    pub because: Vec<Reason>,
}

/// Reads modals, negators, conditions and governing words from the word upwards. It stops at the word whose content it
/// is: what somebody says is as real as they say it; on whose word is another question.
pub fn of(m: &Matcher, t: TokenIx) -> Reality {
    let mut reality = Reality {
        realis: Realis::Actual,
        polarity: Polarity::Positive,
        governor: None,
        negator: None,
        because: Vec::new(),
    };
    // Whatever stands in an if-clause is supposed, however deep.
    for a in std::iter::once(t).chain(m.tree.ancestors(t)) {
        if !matches!(m.tree.rel(a), Rel::Advcl | Rel::AdvclRelcl) {
            continue;
        }
        for k in m.tree.kids_by(a, &[Rel::Mark]) {
            if let Some(row) = row(m, m.tree.lower(k), "SCONJ").filter(|r| r.realis == Realis::Hypothetical) {
                apply(row, k, &mut reality);
            }
        }
    }
    let mut at = t;
    // Sentences nest a few governing words deep at most; the bound ends a walk in a broken tree.
    for _ in 0..12 {
        own_marks(m, at, &mut reality);
        let Some(head) = m.tree.head(at) else { break };
        let rel = m.tree.rel(at);
        let governed = match rel {
            Rel::Xcomp | Rel::Ccomp | Rel::Csubj | Rel::CsubjPass => true,
            Rel::Acl => m.tree.kid(at, &[Rel::Mark]).is_some() || m.tree.xpos(at) == Xpos::Vb,
            Rel::Obj | Rel::Nsubj | Rel::NsubjPass | Rel::Nmod | Rel::Obl => !is_clausal(m, at),
            Rel::Advcl => m.tree.xpos(at) == Xpos::Vb || m.tree.kid(at, &[Rel::Mark]).is_some(),
            Rel::Conj => true,
            _ => false,
        };
        if !governed {
            break;
        }
        match rel {
            Rel::Conj => {
                if m.tree.upos(head) != m.tree.upos(at) || m.tree.kid(at, &[Rel::Nsubj, Rel::NsubjPass]).is_some() {
                    break;
                }
                // "will meet and sign": auxiliaries are shared unless the conjunct has its own.
                if m.tree.kid(at, &[Rel::Aux, Rel::AuxPass]).is_some() {
                    at = head;
                    if let Some(h) = m.tree.head(at) {
                        govern(m, at, h, m.tree.rel(at), &mut reality);
                    }
                    continue;
                }
                at = head;
            }
            Rel::Advcl if m.tree.xpos(at) == Xpos::Vb => {
                // A purpose clause: what is meant, not what is done. A noun beside it may say more ("an invitation to …").
                let noun = m.tree.kid(head, &[Rel::Obj, Rel::NsubjPass]);
                let by_noun = noun.is_some_and(|n| govern(m, at, n, Rel::Acl, &mut reality));
                if !by_noun && !govern(m, at, head, Rel::Xcomp, &mut reality) && reality.realis == Realis::Actual {
                    reality.realis = Realis::Expected;
                    reality.governor = Some(head);
                    reality.because.push(Reason::rule("purpose-clause"));
                }
                break;
            }
            Rel::Advcl => break,
            _ => {
                govern(m, at, head, rel, &mut reality);
                let speech = matches!(rel, Rel::Ccomp | Rel::Csubj);
                if speech || matches!(rel, Rel::Nsubj | Rel::NsubjPass) && m.tree.is_clause(head) && !occurrence(m, at)
                {
                    break;
                }
                at = head;
            }
        }
    }
    reality
}

fn is_clausal(m: &Matcher, t: TokenIx) -> bool {
    m.tree.upos(t) == Upos::Verb
}

fn occurrence(m: &Matcher, t: TokenIx) -> bool {
    m.support(t).is_some()
}

/// Modals, negators, marks and adverbs on the word itself.
fn own_marks(m: &Matcher, t: TokenIx, reality: &mut Reality) {
    // "neither confirmed nor denied": each verb carries its own negator; the first one's is not counted twice.
    let counted = reality.because.contains(&Reason::rule("negation"));
    let no_subject = m
        .tree
        .kids_by(t, &[Rel::Nsubj, Rel::NsubjPass])
        .any(|s| m.negated(s) || m.knowledge.in_set("negator", m.tree.lower(s)));
    if (m.negated(t) || no_subject) && !counted {
        reality.polarity = reality.polarity.flipped();
        reality.because.push(Reason::rule("negation"));
    }
    for &k in m.tree.kids(t) {
        let pos = match m.tree.rel(k) {
            Rel::Aux => "AUX",
            // "is due to meet": the adjective hangs on the infinitive.
            Rel::Mark if m.tree.upos(k) == Upos::Adj => "ADJ",
            Rel::Mark => "SCONJ",
            Rel::Advmod => "ADV",
            Rel::Amod => "ADJ",
            _ => continue,
        };
        let mut lemma = if m.tree.rel(k) == Rel::Aux { m.tree.lower(k) } else { m.tree.lemma(k) };
        if pos == "AUX" && m.knowledge.in_set("backshifted", lemma) && reported_in_past(m, t) {
            // "said he would visit": the future of somebody's past words.
            lemma = "will";
        }
        let Some(row) = row(m, lemma, pos).or_else(|| row(m, m.tree.lemma(k), pos)) else { continue };
        if pos == "SCONJ" && row.realis == Realis::Expected && (!future(m, t) || m.tree.xpos(t) == Xpos::Vbd) {
            // "until", "when", "before": unreal only under a future clause.
            continue;
        }
        apply(row, k, reality);
    }
    // A headline's "Spain and Morocco to hold talks".
    let own_subject = m.tree.kid(t, &[Rel::Nsubj, Rel::NsubjPass]).is_some();
    if own_subject && m.tree.xpos(t) == Xpos::Vb && m.tree.head(t).is_none() {
        let to = m.tree.kids_by(t, &[Rel::Mark, Rel::Aux]).find(|&k| m.tree.upos(k) == Upos::Part);
        if let (Some(to), Some(row)) = (to, row(m, "be to", "AUX")) {
            apply(row, to, reality);
        }
    }
    // "has yet to confirm": it has not.
    let infinitive = m.tree.xpos(t) == Xpos::Vb && m.tree.kid(t, &[Rel::Mark]).is_some();
    let yet =
        |w: TokenIx| m.tree.kids_by(w, &[Rel::Advmod]).any(|k| m.knowledge.in_set("yet", m.tree.lower(k)) && k < t);
    if infinitive && (yet(t) || m.tree.head(t).is_some_and(yet)) {
        reality.polarity = Polarity::Negative;
        reality.because.push(Reason::rule("yet-to"));
    }
    // "was to be flooded", "is to visit": be with an infinitive.
    if m.tree.xpos(t) == Xpos::Vb
        && m.tree.kid(t, &[Rel::Mark]).is_some()
        && let Some(be) = m.tree.kids_by(t, &[Rel::Aux]).find(|&k| m.tree.lemma(k) == "be")
        && let Some(row) = row(m, "be to", "AUX")
    {
        apply(row, be, reality);
    }
}

/// True inside what a past verb reports, unless an if-clause makes it a supposition.
fn reported_in_past(m: &Matcher, t: TokenIx) -> bool {
    let conditional = m.tree.kids_by(t, &[Rel::Advcl]).any(|c| {
        m.tree
            .kids_by(c, &[Rel::Mark])
            .any(|k| row(m, m.tree.lower(k), "SCONJ").is_some_and(|r| r.realis == Realis::Hypothetical))
    });
    let mut at = t;
    for _ in 0..6 {
        let Some(head) = m.tree.head(at) else { break };
        match m.tree.rel(at) {
            Rel::Ccomp => {
                let past = matches!(m.tree.xpos(head), Xpos::Vbd | Xpos::Vbn);
                return past && !conditional && m.knowledge.cues.contains_key(m.tree.lemma(head));
            }
            Rel::Xcomp | Rel::Conj => at = head,
            _ => break,
        }
    }
    // "…, the ministry said": the host of a parenthetical past cue.
    let parenthetical = m
        .tree
        .kids_by(at, &[Rel::Parataxis])
        .any(|k| m.tree.xpos(k) == Xpos::Vbd && m.knowledge.cues.contains_key(m.tree.lemma(k)));
    parenthetical && !conditional
}

fn future(m: &Matcher, t: TokenIx) -> bool {
    std::iter::once(t).chain(m.tree.head(t)).any(|w| {
        m.tree
            .kids_by(w, &[Rel::Aux])
            .any(|k| row(m, m.tree.lower(k), "AUX").is_some_and(|r| r.realis == Realis::Expected))
    })
}

/// Applies the governing word; true when the lexicon knows it.
fn govern(m: &Matcher, at: TokenIx, head: TokenIx, rel: Rel, reality: &mut Reality) -> bool {
    let pos = match m.tree.upos(head) {
        Upos::Verb | Upos::Aux => "VERB",
        Upos::Noun | Upos::Propn => "NOUN",
        Upos::Adj => "ADJ",
        _ => return false,
    };
    if matches!(rel, Rel::Conj) {
        return false;
    }
    // A verb governs its nominal object only when the object is what is planned, not who is told.
    if matches!(rel, Rel::Nsubj | Rel::Obl) && pos == "VERB" && !m.tree.is_passive(head) {
        return false;
    }
    if rel == Rel::Nmod
        && pos == "NOUN"
        && !matches!(m.tree.case(at).as_deref(), Some("of" | "for" | "to" | "about" | "on"))
    {
        return false;
    }
    if rel == Rel::Obl && !matches!(m.tree.case(at).as_deref(), Some("for" | "to" | "on" | "against")) {
        return false;
    }
    let particle = m.tree.kid(head, &[Rel::CompoundPrt]).map(|p| format!("{} {}", m.tree.lemma(head), m.tree.lower(p)));
    let prep = (rel == Rel::Obl).then(|| m.tree.case(at)).flatten().map(|c| format!("{} {c}", m.tree.lemma(head)));
    let lemma = m.tree.lemma(head);
    let found = particle
        .and_then(|key| row(m, &key, pos))
        .or_else(|| prep.and_then(|key| row(m, &key, pos)))
        .or_else(|| row(m, lemma, pos))
        .or_else(|| (pos == "VERB" && m.tree.is_passive(head)).then(|| row(m, m.tree.lower(head), "ADJ")).flatten());
    match found {
        Some(row) => {
            apply(row, head, reality);
            true
        }
        None => false,
    }
}

fn row<'k>(m: &Matcher<'k>, lemma: &str, pos: &str) -> Option<&'k RealisRow> {
    m.knowledge.realis.get(lemma)?.iter().find(|r| r.pos == pos)
}

fn apply(row: &RealisRow, word: TokenIx, reality: &mut Reality) {
    match row.polarity.as_str() {
        "negative" => {
            reality.polarity = Polarity::Negative;
            reality.negator = Some(word);
        }
        "flip" => {
            reality.polarity = reality.polarity.flipped();
            reality.negator = Some(word);
        }
        _ => {}
    }
    let stronger = match (reality.realis, row.realis) {
        (Realis::Actual, r) => r != Realis::Actual,
        (Realis::Hypothetical | Realis::Threatened, _) => false,
        // What might be expected is possible only.
        (_, Realis::Hypothetical) => true,
        _ => false,
    };
    if stronger {
        reality.realis = row.realis;
        reality.governor = Some(word);
    }
    if stronger || row.polarity != "keep" {
        reality.because.push(row.source.reason());
    }
}
