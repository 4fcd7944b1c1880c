//! Events: triggers, participants, reality, background, time, place, and one event per happening in a document.

use attache_doc::{
    Basis, BlockKind, Candidate, Deed, EventMention, Flag, Grain, PartyIx, Polarity, Realis, Reason, Rel, Relation,
    SourceClass, Span, Stance, StatementIx, Status, TokenIx, Upos, Voice, When, Xpos, stable_id,
};

use crate::deed;
use crate::knowledge::{Knowledge, Require};
use crate::matcher::Matcher;
use crate::mention::Who;
use crate::pattern::{Need, Step};
use crate::place::Placed;
use crate::realis::{self, Reality};
use crate::statement::Stated;
use crate::time::Timed;
use crate::tree::Tree;

/// An event with what the later stages ask of it.
#[derive(Debug, Clone)]
pub struct Happened {
    pub event: EventMention,
    /// Head tokens of all its mentions.
    pub heads: Vec<TokenIx>,
    /// How good the mention that gives trigger and participants is.
    quality: i32,
    /// Some mention reports it as news: not background, and not merely presupposed in a modifier of something else.
    told: bool,
}

/// The parties on one side of an event, with the words that name them.
type Side = Vec<(PartyIx, Span)>;

/// A matched trigger before events are made of it.
#[derive(Debug, Clone)]
struct Match<'k> {
    t: TokenIx,
    act: &'k str,
    /// What the row asks for; nothing where the model alone proposes.
    needs: &'k [Need],
    because: Vec<Reason>,
    score: usize,
    initiator: Vec<(PartyIx, Span)>,
    counterpart: Vec<(PartyIx, Span)>,
    /// Words that the row's conditions name ("invitation" in "extend an invitation").
    consumed: Vec<TokenIx>,
    /// The participants are political actors as the row requires.
    fit: bool,
    nominal: bool,
}

/// How much a row weighs more when it is of the type that the model sees: as much as a condition more.
const OF_TYPE: usize = 8;
/// How many sentences back a noun that names a kind of happening may point.
const REACH: u32 = 12;
/// An event this many days before publication is history, not news.
const NEWS_DAYS: i64 = 45;

/// Finds the events of a document, and the triggers that were not coded with the reason.
pub fn find(
    knowledge: &Knowledge,
    tree: &Tree,
    who: &Who,
    statements: &[Stated],
    times: &[Timed],
    places: &[Placed],
) -> (Vec<Happened>, Vec<Candidate>) {
    let coder = Coder { m: Matcher { knowledge, tree, who }, statements, times, places };
    let mut events: Vec<Happened> = Vec::new();
    let mut candidates = Vec::new();
    let matches = coder.matches();
    for found in &matches {
        let found = &coder.blamed(coder.invitee(found, &matches), &events);
        match coder.judge(found) {
            Judged::Event(event) => coder.add(event, &mut events),
            Judged::MergeOnly(event, why) => {
                if !coder.merge(&event, &mut events) {
                    candidates.push(coder.candidate(found, why));
                }
            }
            Judged::Not(why) => candidates.push(coder.candidate(found, why)),
        }
    }
    coder.point_back(&mut events);
    coder.call_off(&matches, &mut events);
    for event in &mut events {
        coder.finish(event);
    }
    events.sort_by_key(|e| (e.event.trigger, e.event.act.clone()));
    (events, candidates)
}

enum Judged {
    Event(Box<Happened>),
    /// It may only be another mention of an event that is coded.
    MergeOnly(Box<Happened>, &'static str),
    Not(&'static str),
}

struct Coder<'a> {
    m: Matcher<'a>,
    statements: &'a [Stated],
    times: &'a [Timed],
    places: &'a [Placed],
}

impl<'a> Coder<'a> {
    /// The best row for each token, verbs before nouns so that a verb can claim its noun.
    fn matches(&self) -> Vec<Match<'a>> {
        let tree = self.m.tree;
        let mut claimed = vec![false; tree.len() as usize];
        let mut found = Vec::new();
        for nominal in [false, true] {
            for t in 0..tree.len() {
                let noun = matches!(tree.upos(t), Upos::Noun | Upos::Propn);
                if noun != nominal || claimed[t as usize] {
                    continue;
                }
                if let Some(best) = self.best(t, nominal) {
                    for &c in &best.consumed {
                        claimed[c as usize] = true;
                    }
                    found.push(best);
                }
            }
        }
        if deed::known(tree) {
            for deed in &tree.parse.deeds {
                let touches =
                    |f: &Match| deed.trigger.contains(&f.t) || f.consumed.iter().any(|c| deed.trigger.contains(c));
                match found.iter().position(touches) {
                    Some(i) => found[i] = self.advised(found[i].clone(), deed),
                    None => found.extend(self.proposed(deed)),
                }
            }
        }
        found.sort_by_key(|f| f.t);
        found
    }

    fn best(&self, t: TokenIx, nominal: bool) -> Option<Match<'a>> {
        let tree = self.m.tree;
        let lemma = tree.lemma(t).to_lowercase();
        let rows = self.m.knowledge.triggers.get(&lemma)?;
        let deed = deed::at(tree, t);
        let mut best: Option<Match> = None;
        for row in rows {
            if !self.m.has_pos(t, &row.pos) || (row.pos == "ADJ" && tree.upos(t) == Upos::Verb) {
                continue;
            }
            let Some(weight) = self.m.needs(t, &row.needs) else { continue };
            let mut initiator = self.m.fill(t, &row.initiator);
            let mut counterpart = self.m.fill(t, &row.counterpart);
            let joint = self.m.knowledge.act(&row.act).is_some_and(|a| a.joint);
            if row.initiator == row.counterpart || (joint && counterpart.is_empty()) {
                // "talks between A and B", "A and B met": the two sides of one phrase.
                let all = if initiator.is_empty() { counterpart.clone() } else { initiator.clone() };
                if all.len() > 1 {
                    initiator = vec![all[0]];
                    counterpart = all[1..].to_vec();
                }
            }
            if joint && nominal && counterpart.is_empty() {
                counterpart = self.addressee(t);
            }
            counterpart.retain(|(p, _)| !initiator.iter().any(|(q, _)| p == q));
            let (a, b) = (self.has_actor(&initiator), self.has_actor(&counterpart));
            let fit = self.fits(row.require, &initiator, &counterpart);
            let of_type = deed.is_some_and(|deed| deed::share(self.m.knowledge, deed, &row.act) >= 0.5);
            let score =
                weight * 8 + usize::from(a) + usize::from(b) + 2 * usize::from(fit) + OF_TYPE * usize::from(of_type);
            if best.as_ref().is_none_or(|m| score > m.score) {
                let consumed = self.consumed(t, &row.needs);
                let (act, needs, because) = (row.act.as_str(), row.needs.as_slice(), vec![row.source.reason()]);
                best = Some(Match { t, act, needs, because, score, initiator, counterpart, consumed, fit, nominal });
            }
        }
        best
    }

    fn has_actor(&self, side: &[(PartyIx, Span)]) -> bool {
        side.iter().any(|&(p, _)| self.m.who.is_actor(self.m.knowledge, p))
    }

    /// The participants are political actors as required.
    fn fits(&self, require: Require, initiator: &[(PartyIx, Span)], counterpart: &[(PartyIx, Span)]) -> bool {
        let (a, b) = (self.has_actor(initiator), self.has_actor(counterpart));
        let required = match require {
            Require::Both => a && b,
            Require::Any => a || b,
            Require::Initiator => a,
            Require::Counterpart => b,
        };
        let political =
            |side: &[(PartyIx, Span)]| side.iter().any(|&(p, _)| self.m.who.is_political(self.m.knowledge, p));
        required && (political(initiator) || political(counterpart))
    }

    /// Takes what the model says into a match of the lexicon: sides that the row does not find, and another act where the
    /// model is sure of another type.
    fn advised(&self, mut found: Match<'a>, deed: &Deed) -> Match<'a> {
        found.because.push(deed::reason(deed));
        // What is put on a calendar has acts of its own, which the model's types do not tell apart.
        let planned = |act: &str| {
            ["calendar-act", "schedulable"]
                .iter()
                .any(|set| self.m.knowledge.lineage(act).any(|kind| self.m.knowledge.in_set(set, kind)))
        };
        if deed::overrules(self.m.knowledge, deed, found.act)
            && !planned(found.act)
            && let Some(act) = deed::act(self.m.knowledge, deed)
        {
            found.act = act;
            found.because.push(Reason::rule("type-of-the-model"));
        }
        let missing = [found.initiator.is_empty(), found.counterpart.is_empty()];
        if (missing[0] || missing[1]) && deed::is_sure(deed) {
            let (initiator, counterpart) = self.sides(deed);
            let apart = |side: Vec<(PartyIx, Span)>, from: &[(PartyIx, Span)]| -> Vec<(PartyIx, Span)> {
                side.into_iter().filter(|(p, _)| !from.iter().any(|(q, _)| p == q)).collect()
            };
            if missing[0] {
                found.initiator = apart(initiator, &found.counterpart);
            }
            if missing[1] {
                found.counterpart = apart(counterpart, &found.initiator);
            }
        }
        found.fit = found.fit || self.takes_part(deed, &found.initiator, &found.counterpart);
        found
    }

    /// True when the participants that the model is sure of are enough for an event: two sides, one of them with political weight.
    /// Where it is surer still, any known kind of actor will do.
    fn takes_part(&self, deed: &Deed, initiator: &[(PartyIx, Span)], counterpart: &[(PartyIx, Span)]) -> bool {
        let (who, knowledge) = (self.m.who, self.m.knowledge);
        let any = |of: &dyn Fn(PartyIx) -> bool| initiator.iter().chain(counterpart).any(|&(p, _)| of(p));
        let both = !initiator.is_empty() && !counterpart.is_empty();
        let political = any(&|p| who.is_political(knowledge, p));
        both && deed::is_sure(deed) && (political || deed::is_surer(deed) && any(&|p| who.is_actor(knowledge, p)))
    }

    /// Both sides as the model draws them. Nobody stands on both.
    fn sides(&self, deed: &Deed) -> (Side, Side) {
        let initiator = deed::parties(&self.m, &deed.actor);
        let mut counterpart = deed::parties(&self.m, &deed.recipient);
        counterpart.retain(|(p, _)| !initiator.iter().any(|(q, _)| p == q));
        (initiator, counterpart)
    }

    /// What the model alone takes for an event.
    fn proposed(&self, deed: &Deed) -> Option<Match<'a>> {
        let act = deed::act(self.m.knowledge, deed).filter(|_| deed::stands_alone(deed))?;
        let t = self.m.tree.top_of(deed.trigger.clone())?;
        if self.m.knowledge.silenced.contains(&self.m.tree.lemma(t).to_lowercase()) {
            return None;
        }
        let (initiator, counterpart) = self.sides(deed);
        let fit = self.takes_part(deed, &initiator, &counterpart);
        let nominal = matches!(self.m.tree.upos(t), Upos::Noun | Upos::Propn);
        let consumed = deed.trigger.clone().filter(|&w| w != t && self.m.tree.is_nominal(w)).collect();
        let because = vec![deed::reason(deed)];
        Some(Match { t, act, needs: &[], because, score: 0, initiator, counterpart, consumed, fit, nominal })
    }

    /// Whom the verb addresses whose occasion a noun is: "told the envoy in a phone call".
    fn addressee(&self, t: TokenIx) -> Vec<(PartyIx, Span)> {
        let tree = self.m.tree;
        if !tree.case(t).is_some_and(|c| self.m.knowledge.in_set("occasion", &c)) {
            return Vec::new();
        }
        let Some(head) = tree.head(t) else { return Vec::new() };
        let addressed = match (tree.rel(t), tree.rel(head)) {
            (Rel::Obl, _) if tree.upos(head) == Upos::Verb => tree.kid(head, &[Rel::Iobj, Rel::Obj]),
            (Rel::Nmod, Rel::Obj | Rel::Iobj) => Some(head),
            _ => None,
        };
        let person = |p: PartyIx| {
            self.m.who.parties[p as usize].kind.as_ref().is_some_and(|k| self.m.knowledge.in_set("person-kind", &k.0))
        };
        addressed.map_or(Vec::new(), |a| self.m.parties(a).into_iter().filter(|(p, _)| person(*p)).collect())
    }

    /// What somebody is invited or asked to do, the one invited does: "extended an invitation to X to attend".
    fn invitee(&self, found: &Match<'a>, matches: &[Match<'a>]) -> Match<'a> {
        let reality = realis::of(&self.m, found.t);
        let mut found = found.clone();
        if let (Realis::Proposed, Some(governor)) = (reality.realis, reality.governor) {
            let asked = matches.iter().find(|m| m.t == governor || m.consumed.contains(&governor));
            if let Some(asked) = asked.filter(|a| a.t != found.t && !a.counterpart.is_empty()) {
                let same = found.initiator.iter().any(|(p, _)| asked.initiator.iter().any(|(q, _)| p == q));
                if same || found.initiator.is_empty() {
                    found.initiator = asked.counterpart.clone();
                    found.counterpart.retain(|(p, _)| !found.initiator.iter().any(|(q, _)| p == q));
                    found.fit = true;
                }
            }
        }
        found
    }

    /// "condemned the launch": the one who is condemned is the doer of what is condemned.
    fn blamed(&self, mut found: Match<'a>, events: &[Happened]) -> Match<'a> {
        let tree = self.m.tree;
        if !found.counterpart.is_empty() || found.nominal {
            return found;
        }
        let judged = self.m.knowledge.lineage(found.act).any(|a| self.m.knowledge.in_set("judging-act", a));
        let Some(object) = tree.objects(found.t).into_iter().next().filter(|_| judged) else { return found };
        // The act that the object names first, then its kinds; the latest among equals.
        let acts =
            self.m.knowledge.anaphors.get(tree.lemma(object)).map(|(acts, _)| acts.as_slice()).unwrap_or_default();
        let distance = |e: &Happened| {
            self.m.knowledge.lineage(&e.event.act).position(|a| acts.iter().any(|x| x == a)).unwrap_or(usize::MAX)
        };
        let judged = events
            .iter()
            .enumerate()
            .filter(|(_, e)| e.heads.contains(&object) || self.points_to(object, e))
            .min_by_key(|(n, e)| (!e.heads.contains(&object), distance(e), std::cmp::Reverse(*n)));
        let doers = judged.map_or(Vec::new(), |(_, e)| {
            let joint = self.m.knowledge.act(&e.event.act).is_some_and(|a| a.joint);
            let others = e.event.counterpart.iter().filter(|_| joint);
            e.event.initiator.iter().chain(others).copied().collect()
        });
        let own = |p: PartyIx| found.initiator.iter().any(|(q, _)| self.m.who.same_side(p, *q));
        found.counterpart =
            doers.into_iter().filter(|(p, _)| !own(*p)).map(|(p, _)| (p, tree.token(object).span)).collect();
        found
    }

    /// A definite noun that can stand for an event told shortly before.
    fn points_to(&self, noun: TokenIx, event: &Happened) -> bool {
        let tree = self.m.tree;
        self.is_definite(noun)
            && self.m.knowledge.anaphors.get(tree.lemma(noun)).is_some_and(|(acts, _)| {
                self.m.knowledge.lineage(&event.event.act).any(|a| acts.iter().any(|x| x == a))
            })
            && event.heads.iter().any(|&h| h < noun && tree.sentence(h) + REACH >= tree.sentence(noun))
    }

    fn consumed(&self, t: TokenIx, needs: &[Need]) -> Vec<TokenIx> {
        let tree = self.m.tree;
        let mut out = Vec::new();
        for need in needs {
            if let Need::Lemma(path, lemmas) = need {
                for w in tree.walk(t, path) {
                    let lemma = tree.lemma(w).to_lowercase();
                    if tree.is_nominal(w) && lemmas.contains(&lemma) && path.len() == 1 {
                        out.push(w);
                    }
                }
            }
        }
        out
    }

    fn candidate(&self, found: &Match, why: &str) -> Candidate {
        Candidate {
            span: self.trigger_span(found),
            act: found.act.to_string(),
            why: why.to_string(),
            because: found.because.clone(),
        }
    }

    /// Decides whether a matched trigger is an event of its own, another mention, or nothing.
    fn judge(&self, found: &Match) -> Judged {
        let tree = self.m.tree;
        let mut reality = realis::of(&self.m, found.t);
        deed::correct(tree, found.t, &mut reality);
        let act = found.act;
        // Where the lexicon finds both sides the words tell of something, whether the model has seen the like or not.
        let seconded = found.because.iter().any(|reason| matches!(reason, Reason::Model { .. }));
        let both = self.fits(Require::Both, &found.initiator, &found.counterpart);
        let scheduled = self.m.knowledge.in_set("calendar-act", act)
            || reality.realis != Realis::Actual
                && self.m.knowledge.lineage(act).any(|a| self.m.knowledge.in_set("schedulable", a));
        if deed::known(tree) && !seconded && !both && !scheduled {
            return Judged::MergeOnly(
                Box::new(self.make(found, &reality)),
                "the model takes the words for no event, and one side is missing",
            );
        }
        let calendar = self.m.knowledge.in_set("calendar-act", act);
        if calendar && reality.realis == Realis::Actual {
            // To set a date is to expect the meeting; the meeting is what goes on record.
            reality.realis = Realis::Expected;
        }
        let mut event = Box::new(self.make(found, &reality));
        let days_ahead = match (event.event.when.earliest, self.m.tree.doc.meta.published) {
            (Some(day), Some(today)) => i64::from((day - today).get_days()),
            _ => 0,
        };
        // A finite past is past even where its day is the next one: it may be that day already where it happened. But "called
        // a meeting for Sunday" looks ahead.
        let told_as_past = days_ahead == 1
            && self.m.tree.xpos(self.m.tree.clause(found.t)) == Xpos::Vbd
            && !self.is_set_for(&event.event.when);
        let ahead = days_ahead > 0 && !told_as_past;
        let kind = self.plover_type(act);
        if ahead && reality.realis == Realis::Actual && self.m.knowledge.in_set("needs-recipient", &kind) {
            // "proposed talks in December": the month is that of the talks, not of the proposal.
            event.event.when = self.undated(Realis::Actual);
        } else if ahead && reality.realis == Realis::Actual {
            // What is dated after publication has not happened yet, whatever the tense.
            reality.realis = Realis::Expected;
            reality.because.push(Reason::rule("dated-after-publication"));
            event = Box::new(self.make(found, &reality));
        }
        if calendar && event.event.initiator.is_empty() {
            event.event.initiator = self.organiser(found);
        }
        let dated = matches!(event.event.when.basis, Basis::Stated | Basis::Relative);
        let typed = self
            .m
            .knowledge
            .lineage(act)
            .find_map(|a| self.m.knowledge.plover.acts.get(a))
            .is_some_and(|c| c.code.is_some());
        let schedulable = self.m.knowledge.lineage(act).any(|a| self.m.knowledge.in_set("schedulable", a));
        let unreal = matches!(reality.realis, Realis::Expected | Realis::Proposed);
        if !typed {
            return Judged::MergeOnly(event, "a kind of act that is no political event by itself");
        }
        // "is recognised by": what holds is a standing, not a happening.
        let holds = self.m.tree.is_passive(found.t)
            && self
                .m
                .tree
                .kids_by(found.t, &[Rel::AuxPass])
                .any(|k| matches!(self.m.tree.xpos(k), Xpos::Vbz | Xpos::Vbp))
            && self.m.knowledge.lineage(act).any(|a| self.m.knowledge.act_standings.contains_key(a));
        if holds {
            return Judged::MergeOnly(event, "a state that holds, which is a standing and no event");
        }
        if reality.realis == Realis::Hypothetical {
            return Judged::MergeOnly(event, "hypothetical: the text says it may or could happen");
        }
        // "denied that its troops had attacked": the attack goes on record as denied.
        let denied = reality.negator.is_some_and(|n| self.m.knowledge.in_set("denial", self.m.tree.lemma(n)))
            && self.statements.iter().any(|s| s.vouches_for(found.t) && s.statement.speech_act == "deny");
        if denied && !event.event.initiator.is_empty() && !event.event.counterpart.is_empty() {
            reality.polarity = Polarity::Positive;
            event = Box::new(self.make(found, &reality));
        }
        if reality.polarity == Polarity::Negative && !self.is_refusal(&reality) {
            return Judged::Not("negated: the text says it did not happen");
        }
        if reality.realis == Realis::Threatened {
            return Judged::MergeOnly(event, "threatened: the threat is the event");
        }
        let planned = schedulable && matches!(reality.realis, Realis::Proposed | Realis::Expected);
        if self.in_judging_speech(found.t) && !planned {
            return Judged::MergeOnly(
                event,
                "inside a demand, accusation or judgement, which is the event if anything is",
            );
        }
        let meeting = self.m.knowledge.lineage(act).any(|a| self.m.knowledge.in_set("meeting-act", a));
        if meeting && reality.realis == Realis::Expected && event.event.initiator.is_empty() {
            event.event.initiator = self.organiser(found);
        }
        // A dated meeting goes on the calendar even when the clause does not say who holds it.
        // What somebody is invited or expected to attend, visit or hold is on record by the one who is to come.
        let comes = planned
            && !found.nominal
            && event.event.initiator.iter().any(|&(p, _)| self.m.who.is_political(self.m.knowledge, p));
        if !found.fit && !comes && !((calendar || meeting && reality.realis == Realis::Expected) && dated) {
            return Judged::MergeOnly(event, "the participants it requires are missing or no political actors");
        }
        let needs_recipient =
            self.m.knowledge.in_set("needs-recipient", &kind) || self.m.knowledge.in_set("needs-counterpart-act", act);
        if self.m.knowledge.in_set("needs-initiator", &kind)
            && event.event.initiator.is_empty()
            && !(schedulable && unreal)
        {
            return Judged::MergeOnly(event, "an act of this type is somebody's doing, and the text names nobody");
        }
        let joint = self.m.knowledge.act(act).is_some_and(|a| a.joint);
        if needs_recipient && !joint && event.event.counterpart.is_empty() && !(schedulable && unreal) {
            return Judged::MergeOnly(
                event,
                "an act of this type needs somebody it is directed to, and the text names nobody",
            );
        }
        let by_infinitive = calendar
            && found.needs.iter().any(|n| matches!(n, Need::Lemma(path, _) if path.first() == Some(&Step::Xcomp)));
        if self.m.knowledge.in_set("echo-act", act) || by_infinitive {
            return Judged::MergeOnly(event, "the act that is planned goes on record instead");
        }
        let purpose = reality.because.iter().any(|r| *r == Reason::rule("purpose-clause"));
        if matches!(reality.realis, Realis::Proposed | Realis::Expected) && !schedulable {
            let both = !event.event.initiator.is_empty() && !event.event.counterpart.is_empty();
            if reality.realis == Realis::Proposed || purpose || !both {
                return Judged::MergeOnly(event, "only proposed or meant, and no meeting that a calendar would hold");
            }
        }
        let both = !event.event.initiator.is_empty() && !event.event.counterpart.is_empty();
        if self.is_presupposed(found) && !both && !dated {
            return Judged::MergeOnly(event, "told in passing, with one side only and no time");
        }
        if found.nominal && reality.realis == Realis::Proposed && event.event.counterpart.is_empty() {
            return Judged::MergeOnly(event, "a noun inside what is only proposed, with one side");
        }
        if found.nominal && !self.stands_alone(found) {
            return Judged::MergeOnly(event, "a noun that names a happening without reporting it");
        }
        if tree.rel(found.t) == Rel::Amod || tree.rel(found.t) == Rel::Compound {
            return Judged::MergeOnly(event, "a modifier that names a happening without reporting it");
        }
        Judged::Event(event)
    }

    fn is_refusal(&self, reality: &Reality) -> bool {
        reality.governor_word(self.m.tree).is_some_and(|w| self.m.knowledge.in_set("refusal", w))
    }

    /// Inside the content of a demand, accusation, fear or judgement. Content that is the trigger's own is not meant.
    fn in_judging_speech(&self, t: TokenIx) -> bool {
        self.statements
            .iter()
            .filter(|s| s.vouches_for(t) && s.statement.cue_head != t)
            .any(|s| self.m.knowledge.in_set("no-event-speech", &s.statement.speech_act))
    }

    /// A noun reports a happening when a verb carries it, when it is the occasion of a clause, or when both its sides are
    /// named beside it.
    fn stands_alone(&self, found: &Match) -> bool {
        let tree = self.m.tree;
        if self.m.support(found.t).is_some() || found.needs.contains(&Need::Support) {
            return true;
        }
        if tree.head(found.t).is_none() {
            return true;
        }
        let beside = tree.rel(found.t) == Rel::Obl
            || tree.rel(found.t) == Rel::Nmod
                && tree.head(found.t).is_some_and(|h| matches!(tree.rel(h), Rel::Obj | Rel::Iobj));
        let occasion = beside
            && tree.case(found.t).is_some_and(|c| self.m.knowledge.in_set("occasion", &c))
            && !found.initiator.is_empty()
            && !found.counterpart.is_empty();
        if occasion {
            return true;
        }
        // The subject of a passive of planning: "the next round of talks is expected in May".
        let governed = matches!(tree.rel(found.t), Rel::NsubjPass | Rel::Obj | Rel::Nsubj)
            && tree.head(found.t).is_some_and(|v| {
                self.m
                    .knowledge
                    .realis
                    .get(tree.lemma(v))
                    .is_some_and(|rows| rows.iter().any(|r| r.realis == Realis::Expected))
                    || self
                        .m
                        .knowledge
                        .realis
                        .get(tree.lower(v))
                        .is_some_and(|rows| rows.iter().any(|r| r.realis == Realis::Expected))
            });
        let schedulable = self.m.knowledge.lineage(found.act).any(|a| self.m.knowledge.in_set("schedulable", a));
        governed && schedulable
    }

    fn make(&self, found: &Match, reality: &Reality) -> Happened {
        let tree = self.m.tree;
        let trigger = self.trigger_span(found);
        let doc_id = tree.doc.id();
        let id = stable_id(
            "e",
            &[
                doc_id.as_str().as_bytes(),
                found.act.as_bytes(),
                &trigger.start.to_le_bytes(),
                &trigger.end.to_le_bytes(),
            ],
        );
        let mut because = found.because.clone();
        because.extend(reality.because.iter().cloned());
        let (background, why) = self.background(found.t, reality);
        because.extend(why);
        let headline = self.is_headline(found.t);
        let quality = 10 * i32::from(!headline)
            + 6 * i32::from(!found.initiator.is_empty())
            + 6 * i32::from(!found.counterpart.is_empty())
            + 5 * i32::from(reality.realis == Realis::Actual)
            + 4 * i32::from(!background)
            + 2 * i32::from(!found.nominal)
            + 3 * i32::from(found.fit);
        Happened {
            event: EventMention {
                id,
                act: found.act.to_string(),
                trigger,
                trigger_head: found.t,
                also: Vec::new(),
                sentence: tree.sentence(found.t),
                initiator: found.initiator.clone(),
                counterpart: found.counterpart.clone(),
                place: self.place(found.t),
                when: self.when(found.t, reality),
                polarity: reality.polarity,
                realis: reality.realis,
                background,
                voices: self.voices_of(found),
                responses: Vec::new(),
                status: Status::Unattributed,
                flags: Vec::new(),
                because,
            },
            heads: vec![found.t].into_iter().chain(found.consumed.iter().copied()).collect(),
            quality,
            told: !background && !self.is_presupposed(found),
        }
    }

    /// A mention that takes the happening for granted: a noun that does not report it, a clause that modifies a noun.
    fn is_presupposed(&self, found: &Match) -> bool {
        let tree = self.m.tree;
        if found.nominal {
            return !self.stands_alone(found);
        }
        let mut at = found.t;
        for _ in 0..6 {
            match tree.rel(at) {
                Rel::Acl | Rel::AclRelcl => return true,
                // "after recognising it": the side clause recalls.
                Rel::Advcl
                    if tree
                        .kids_by(at, &[Rel::Mark])
                        .any(|k| self.m.knowledge.in_set("recall-mark", tree.lower(k))) =>
                {
                    return true;
                }
                Rel::Xcomp | Rel::Conj | Rel::Advcl => match tree.head(at) {
                    Some(h) => at = h,
                    None => break,
                },
                _ => break,
            }
        }
        false
    }

    fn is_headline(&self, t: TokenIx) -> bool {
        let tree = self.m.tree;
        let sentence = &tree.parse.sentences[tree.sentence(t) as usize];
        tree.doc.blocks().get(sentence.block as usize).is_some_and(|b| b.kind == BlockKind::Headline)
    }

    /// The words of the trigger: the head with particle and compounds, and the noun it claims.
    fn trigger_span(&self, found: &Match) -> Span {
        let tree = self.m.tree;
        let occurs = found.consumed.first().filter(|&&c| c < found.t && !found.nominal);
        if let (true, Some(&noun)) = (self.m.knowledge.in_set("meeting-act", found.act), occurs) {
            // What is put on the calendar is the meeting, not the word that puts it there.
            return tree.nominal_span(noun);
        }
        let mut span = tree.token(found.t).span;
        let near = |k: TokenIx| (i64::from(k) - i64::from(found.t)).abs() <= 8;
        for &k in tree.kids(found.t) {
            let part = tree.rel(k) == Rel::CompoundPrt && near(k)
                || found.nominal && tree.rel(k) == Rel::Compound && k + 1 == found.t && self.m.modifier(k).is_empty();
            if part {
                span = span.cover(tree.token(k).span);
            }
        }
        for &c in found.consumed.iter().filter(|&&c| near(c) && c > found.t) {
            span = span.cover(tree.token(c).span);
        }
        span
    }

    /// Background: history, habit, or what a since-clause recalls.
    fn background(&self, t: TokenIx, reality: &Reality) -> (bool, Option<Reason>) {
        let tree = self.m.tree;
        let chain: Vec<TokenIx> = std::iter::once(t).chain(tree.ancestors(t)).take(12).collect();
        for &a in &chain {
            let recalled = tree.rel(a) == Rel::Advcl
                && tree.kids_by(a, &[Rel::Mark]).any(|k| self.m.knowledge.in_set("since-mark", tree.lower(k)));
            if recalled {
                return (true, Some(Reason::rule("since-clause")));
            }
        }
        let clause = tree.clause(t);
        let tokens = tree.subtree(clause);
        for &w in &tokens {
            if let Some(row) = self.background_words(w, *tokens.last().unwrap_or(&w) + 1) {
                // The words must belong to this clause, not to one inside it.
                let own = tree.clause(w) == clause || tree.clause(w) == t;
                if own && matches!(row.kind.as_str(), "past-reference" | "habitual" | "anniversary") {
                    return (true, Some(row.source.reason()));
                }
            }
        }
        let when = self.when(t, reality);
        if let (Some(latest), Some(today)) = (when.latest, tree.doc.meta.published) {
            let old = i64::from((today - latest).get_days()) > NEWS_DAYS;
            if old && when.basis != Basis::Published {
                return (true, Some(Reason::rule("long-before-publication")));
            }
        }
        // Without a date of publication, a year in a relative or side clause is history.
        let side = chain.iter().any(|&a| matches!(tree.rel(a), Rel::AclRelcl | Rel::Acl));
        if tree.doc.meta.published.is_none()
            && side
            && when.grain.is_some_and(|g| g >= Grain::Year)
            && when.basis == Basis::Stated
        {
            return (true, Some(Reason::rule("year-in-a-side-clause")));
        }
        // Participants told in passing: "the envoy expelled by Paris". A clause on the happening itself is not in passing:
        // "an attack that killed ten".
        let on_noun = chain.iter().take(3).find(|&&a| matches!(tree.rel(a), Rel::AclRelcl | Rel::Acl));
        if let Some(noun) = on_noun.and_then(|&a| tree.head(a)) {
            // "…, where he was received": the relative clause goes on with the news.
            let goes_on = on_noun.is_some_and(|&a| {
                tree.kids_by(a, &[Rel::Advmod]).any(|k| self.m.knowledge.in_set("going-on", tree.lower(k)))
            });
            let happening = goes_on
                || self
                    .m
                    .knowledge
                    .triggers
                    .get(&tree.lemma(noun).to_lowercase())
                    .is_some_and(|rows| rows.iter().any(|r| r.pos == "NOUN"));
            let dated = matches!(when.basis, Basis::Stated | Basis::Relative);
            let speech = self.statements.iter().any(|s| s.vouches_for(t) && !s.vouches_for(noun));
            if !happening && !dated && !speech && reality.realis == Realis::Actual {
                return (true, Some(Reason::rule("told-in-passing")));
            }
        }
        if let Some(reason) = deed::background(tree, t) {
            return (true, Some(reason));
        }
        // "Russia's recognition had opened the way": a noun with its doer that something else is said of.
        let possessed = tree.upos(t) == Upos::Noun
            && tree.kid(t, &[Rel::NmodPoss]).is_some()
            && tree.rel(t) == Rel::Nsubj
            && self.m.support(t).is_none();
        (possessed, possessed.then(|| Reason::rule("presupposed-noun")))
    }

    fn background_words(&self, t: TokenIx, end: TokenIx) -> Option<&'a crate::knowledge::Background> {
        let tree = self.m.tree;
        self.m.knowledge.background.iter().find(|row| {
            row.words.iter().enumerate().all(|(n, w)| {
                let at = t + n as TokenIx;
                at < end && at < tree.len() && tree.lower(at) == w
            })
        })
    }

    /// The time of the clause: an expression below the trigger, else one of its clause; without one, publication bounds it.
    fn when(&self, t: TokenIx, reality: &Reality) -> When {
        let tree = self.m.tree;
        let clause = tree.clause(t);
        let anchor = |time: &Timed| {
            (time.first..=time.last)
                .find(|&w| tree.head(w).is_none_or(|h| h < time.first || h > time.last))
                .unwrap_or(time.first)
        };
        let best = self
            .times
            .iter()
            .filter(|time| tree.sentence(time.first) == tree.sentence(t))
            .filter_map(|time| {
                let a = anchor(time);
                let governor = tree.head(a).unwrap_or(a);
                let rank = if self.dates_clause(time, clause) {
                    // "since March 2022, when Spain endorsed".
                    0
                } else if tree.below(a, t) && tree.clause_between(a, t) {
                    0
                } else if tree.clause(governor) == clause {
                    1
                } else if self.shares_clause(governor, t) {
                    2
                } else {
                    return None;
                };
                Some((rank, (i64::from(a) - i64::from(t)).abs(), time))
            })
            .min_by_key(|(rank, distance, _)| (*rank, *distance));
        if let Some((_, _, time)) = best {
            let mut when = time.when.clone();
            let words = tree.subtree(clause);
            let tentative = words.iter().chain(std::iter::once(&clause)).chain(&reality.governor).any(|&w| {
                self.m.knowledge.in_set("tentative", &tree.lemma(w).to_lowercase()) && tree.upos(w) != Upos::Propn
            });
            when.firm = !(tentative && reality.realis != Realis::Actual);
            return when;
        }
        self.undated(reality.realis)
    }

    /// Without a time in the text, publication bounds what happened from above and what is planned from below.
    fn undated(&self, realis: Realis) -> When {
        match (self.m.tree.doc.meta.published, realis) {
            (None, _) => When { firm: realis == Realis::Actual, ..When::unknown() },
            (Some(day), Realis::Actual) => {
                When { latest: Some(day), grain: Some(Grain::Day), basis: Basis::Published, ..When::unknown() }
            }
            (Some(day), _) => When {
                earliest: Some(day),
                grain: Some(Grain::Day),
                basis: Basis::Published,
                firm: false,
                ..When::unknown()
            },
        }
    }

    /// The PLOVER type of an act, lower case, for the rules that go by type; empty when it has none.
    fn plover_type(&self, act: &str) -> String {
        let coded = self.m.knowledge.lineage(act).find_map(|a| self.m.knowledge.plover.acts.get(a));
        coded.and_then(|c| c.code.as_deref()).unwrap_or_default().to_lowercase()
    }

    /// True for times that a preposition sets as a date to come: "a meeting for Sunday".
    fn is_set_for(&self, when: &When) -> bool {
        let tree = self.m.tree;
        let time = self.times.iter().find(|time| time.when.span.is_some() && time.when.span == when.span);
        time.is_some_and(|time| {
            let lead = (0..time.first).rev().take(2).take_while(|&w| tree.sentence(w) == tree.sentence(time.first));
            lead.into_iter().any(|w| self.m.knowledge.in_set("set-for", tree.lower(w)))
        })
    }

    /// A clause that hangs on a time, or follows it with "when": "since March 2022, when Spain endorsed".
    fn dates_clause(&self, time: &Timed, clause: TokenIx) -> bool {
        let tree = self.m.tree;
        let side = matches!(tree.rel(clause), Rel::AclRelcl | Rel::Advcl | Rel::AdvclRelcl | Rel::Acl);
        let hangs = tree.head(clause).is_some_and(|h| (time.first..=time.last).contains(&h));
        let first = tree.subtree(clause).into_iter().find(|&w| tree.upos(w) != Upos::Punct).unwrap_or(clause);
        let follows = self.m.knowledge.in_set("when-mark", tree.lower(first))
            && time.last < first
            && (time.last + 1..first).all(|w| tree.upos(w) == Upos::Punct);
        side && (hangs || follows)
    }

    /// True when the clause of a time governs the trigger's clause without a statement in between: "will travel on Monday
    /// to meet".
    fn shares_clause(&self, governor: TokenIx, t: TokenIx) -> bool {
        let tree = self.m.tree;
        let clause = tree.clause(t);
        tree.head(clause)
            .is_some_and(|h| tree.clause(h) == tree.clause(governor) && matches!(tree.rel(clause), Rel::Xcomp))
    }

    fn place(&self, t: TokenIx) -> Option<attache_doc::Place> {
        let tree = self.m.tree;
        let clause = tree.clause(t);
        self.places
            .iter()
            .filter(|p| tree.sentence(p.head) == tree.sentence(t))
            .filter(|p| {
                // The place must hang on the trigger, on its clause, or on what that clause is about: "held talks in Oslo".
                let only = tree.case(p.head).is_some_and(|c| self.m.knowledge.in_set("place-only", &c));
                let governor = tree.head(p.head);
                let object = tree.kid(clause, &[Rel::Obj, Rel::NsubjPass]);
                only && governor.is_some_and(|h| h == t || h == clause || Some(h) == object)
            })
            .min_by_key(|p| (i64::from(p.head) - i64::from(t)).abs())
            .map(|p| p.place.clone())
    }

    /// On whose word a trigger is reported: the outermost statement around it, with the chain inwards; else the outlet.
    fn voices(&self, t: TokenIx) -> Vec<Voice> {
        let around: Vec<StatementIx> = (0..self.statements.len() as StatementIx)
            .filter(|&i| {
                let s = &self.statements[i as usize];
                s.vouches_for(t) && s.statement.polarity == Polarity::Positive && s.statement.cue_head != t
            })
            .collect();
        // "is expected to" inside a named source's words is that source's hedge, not another voice.
        let hedge = |i: StatementIx| {
            let s = &self.statements[i as usize].statement;
            matches!(s.class, SourceClass::Vague | SourceClass::Implicit)
                && s.source.is_none()
                && s.within.is_some_and(|w| around.contains(&w))
        };
        let around: Vec<StatementIx> = around.iter().copied().filter(|&i| !hedge(i)).collect();
        let outer: Vec<StatementIx> = around
            .iter()
            .copied()
            .filter(|&i| !self.statements[i as usize].statement.within.is_some_and(|w| around.contains(&w)))
            .filter(|&i| !self.m.knowledge.in_set("no-event-speech", &self.statements[i as usize].statement.speech_act))
            .collect();
        if outer.is_empty() {
            let plain = around.is_empty();
            return if plain { vec![outlet()] } else { Vec::new() };
        }
        let mut voices = Vec::new();
        for i in outer {
            let mut chain = vec!["outlet".to_string()];
            let mut at = i;
            loop {
                let s = &self.statements[at as usize].statement;
                chain.push(self.voice_label(at, s.party));
                // Inwards: the statement inside it that still holds the trigger.
                match around.iter().copied().find(|&j| self.statements[j as usize].statement.within == Some(at)) {
                    Some(inner) if chain.len() < 10 => at = inner,
                    _ => break,
                }
            }
            let s = &self.statements[i as usize].statement;
            let stance = if s.speech_act == "deny" { Stance::Denies } else { Stance::Asserts };
            // One's own side inside one's own account is no other's word: a ministry telling what its state agreed.
            let inner = self.statements[at as usize].statement.party;
            let own = s.party.zip(inner).is_some_and(|(a, b)| self.m.who.same_side(a, b));
            let nested = at != i && !own;
            voices.push(Voice {
                statement: Some(i),
                party: s.party,
                stance,
                relation: self.voice_class(i),
                chain,
                nested,
            });
        }
        voices
    }

    /// The voices of a mention. A noun that only names the happening takes it for granted: what is said around it vouches
    /// for it only when it is all that the words are about ("the invitation was announced by").
    fn voices_of(&self, found: &Match) -> Vec<Voice> {
        let mut voices = self.voices(found.t);
        if found.nominal && !self.stands_alone(found) {
            voices.retain(|v| v.statement.is_some_and(|s| self.statements[s as usize].about.contains(&found.t)));
        }
        voices
    }

    fn voice_label(&self, i: StatementIx, party: Option<PartyIx>) -> String {
        let s = &self.statements[i as usize].statement;
        match (party, s.source) {
            (Some(p), _) => self.m.who.label(p),
            (None, Some(span)) => self.m.tree.doc.text(span).to_string(),
            (None, None) => "unnamed".to_string(),
        }
    }

    /// The relation before participants are known: vague and implicit sources have theirs already.
    fn voice_class(&self, i: StatementIx) -> Relation {
        match self.statements[i as usize].statement.class {
            SourceClass::Implicit => Relation::Hearsay,
            SourceClass::Vague | SourceClass::Collective | SourceClass::Document => Relation::Vague,
            SourceClass::Named | SourceClass::Role => Relation::ThirdParty,
        }
    }

    /// Who holds a meeting that the clause names by a bare noun: the forum beside the same noun earlier in the document.
    fn organiser(&self, found: &Match) -> Vec<(PartyIx, Span)> {
        let tree = self.m.tree;
        let nouns: Vec<TokenIx> = found.consumed.iter().copied().chain(found.nominal.then_some(found.t)).collect();
        let forum = |p: PartyIx| {
            self.m.who.parties[p as usize]
                .kind
                .as_ref()
                .is_some_and(|k| self.m.knowledge.in_set("organiser-kind", &k.0))
        };
        for n in nouns {
            let same = (0..n).rev().filter(|&e| tree.lemma(e) == tree.lemma(n) && tree.upos(e) == Upos::Noun);
            for earlier in std::iter::once(n).chain(same) {
                let below = tree.subtree(earlier);
                let named = below.iter().flat_map(|&w| self.m.modifier(w).into_iter().chain(self.m.parties(w)));
                if let Some(found) = named.into_iter().find(|(p, _)| forum(*p)) {
                    return vec![found];
                }
            }
        }
        Vec::new()
    }

    /// Nouns that point back to an event ("the call", "the offer"): more mentions of it, and more voices where the noun
    /// is all that somebody's words are about.
    fn point_back(&self, events: &mut [Happened]) {
        let tree = self.m.tree;
        for t in 0..tree.len() {
            let Some((acts, source)) = self.m.knowledge.anaphors.get(tree.lemma(t)) else { continue };
            if tree.upos(t) != Upos::Noun || !self.is_definite(t) || events.iter().any(|e| e.heads.contains(&t)) {
                continue;
            }
            let own: Vec<(PartyIx, Span)> = tree
                .kids_by(t, &[Rel::NmodPoss, Rel::Nmod, Rel::Compound, Rel::Amod])
                .flat_map(|k| self.m.parties(k).into_iter().chain(self.m.modifier(k)))
                .filter(|&(p, _)| self.m.who.is_actor(self.m.knowledge, p))
                .collect();
            let fits = |e: &Happened| {
                // A noun for the very act may point far back, one for a kind of it only to what is near.
                let exact = acts.contains(&e.event.act);
                let sides = || e.event.initiator.iter().chain(&e.event.counterpart);
                self.m.knowledge.lineage(&e.event.act).any(|a| acts.iter().any(|x| x == a))
                    && e.heads.iter().any(|&h| h < t && (exact || tree.sentence(h) + 6 >= tree.sentence(t)))
                    && own.iter().all(|(p, _)| sides().any(|(q, _)| self.m.who.same_side(*p, *q)))
            };
            // The act the noun names first, then its kinds; the latest among equals.
            let distance = |e: &Happened| {
                self.m.knowledge.lineage(&e.event.act).position(|a| acts.iter().any(|x| x == a)).unwrap_or(usize::MAX)
            };
            let latest = events.iter_mut().filter(|e| fits(e)).max_by_key(|e| {
                let last = e.heads.iter().copied().filter(|&h| h < t).max();
                (!e.event.background, std::cmp::Reverse(distance(e)), last)
            });
            let Some(event) = latest else { continue };
            event.heads.push(t);
            event.event.also.push(tree.token(t).span);
            event.event.also.sort_unstable();
            event.event.because.push(source.reason());
            for (i, s) in self.statements.iter().enumerate() {
                if s.about.contains(&t) && !s.cue.contains(&t) {
                    for voice in self.voices(t).into_iter().filter(|v| v.statement == Some(i as StatementIx)) {
                        if !event.event.voices.contains(&voice) {
                            event.event.voices.push(voice);
                        }
                    }
                }
            }
        }
    }

    /// A meeting that was called off or put off is no longer on the calendar as it was.
    fn call_off(&self, matches: &[Match], events: &mut [Happened]) {
        let is = |act: &str, set: &str| self.m.knowledge.lineage(act).any(|a| self.m.knowledge.in_set(set, a));
        for found in matches {
            let cancels = is(found.act, "cancelling-act");
            if !(cancels || is(found.act, "postponing-act")) {
                continue;
            }
            let reality = realis::of(&self.m, found.t);
            if reality.realis != Realis::Actual || reality.polarity != Polarity::Positive {
                continue;
            }
            let objects: Vec<TokenIx> =
                self.m.tree.objects(found.t).into_iter().chain(found.consumed.iter().copied()).collect();
            let met = events
                .iter_mut()
                .filter(|e| e.event.realis != Realis::Actual)
                .find(|e| objects.iter().any(|&o| e.heads.contains(&o) || self.points_to(o, e)));
            if let Some(met) = met {
                // A date that was called off stands as it was set; one that was put off is open again.
                met.event.when.firm = cancels;
                if cancels {
                    met.event.status = Status::Cancelled;
                    met.event.because.push(Reason::rule("called-off"));
                }
            }
        }
    }

    /// Adds an event, or merges it into the one it mentions again.
    fn add(&self, new: Box<Happened>, events: &mut Vec<Happened>) {
        if !self.merge(&new, events) {
            events.push(*new);
        }
    }

    /// Merges a mention into an event of the same happening; true when there is one.
    fn merge(&self, new: &Happened, events: &mut [Happened]) -> bool {
        let bare = new.event.initiator.is_empty() && new.event.counterpart.is_empty();
        let definite = self.is_definite(new.event.trigger_head);
        if bare && !definite && !self.is_verb(new.event.trigger_head) {
            return false;
        }
        let Some(old) = events.iter_mut().rev().find(|old| self.same(new, old)) else { return false };
        let mut merged = if new.quality > old.quality { new.clone() } else { old.clone() };
        let other = if new.quality > old.quality { &*old } else { new };
        merged.heads = old.heads.iter().chain(&new.heads).copied().collect();
        merged.event.also.extend(other.event.also.iter().copied());
        if other.event.trigger != merged.event.trigger {
            merged.event.also.push(other.event.trigger);
        }
        merged.event.also.retain(|s| *s != merged.event.trigger);
        merged.event.also.sort_unstable();
        merged.event.also.dedup();
        merged.told = old.told || new.told;
        merged.event.background = (old.event.background || new.event.background) && !merged.told;
        merged.event.voices = old.event.voices.clone();
        for voice in &new.event.voices {
            if !merged.event.voices.contains(voice) {
                merged.event.voices.push(voice.clone());
            }
        }
        if merged.event.initiator.is_empty() {
            merged.event.initiator = other.event.initiator.clone();
        }
        if merged.event.counterpart.is_empty() {
            merged.event.counterpart = other.event.counterpart.clone();
            let initiator = merged.event.initiator.clone();
            merged.event.counterpart.retain(|(p, _)| !initiator.iter().any(|(q, _)| p == q));
        }
        if merged.event.place.is_none() {
            merged.event.place = other.event.place.clone();
        }
        let dated = |w: &When| matches!(w.basis, Basis::Stated | Basis::Relative);
        if !dated(&merged.event.when) && dated(&other.event.when) {
            merged.event.when = other.event.when.clone();
        }
        if other.event.realis == Realis::Expected && merged.event.realis == Realis::Proposed {
            merged.event.realis = Realis::Expected;
        }
        // The more special act names the happening better, unless no ontology knows it.
        let typed = self
            .m
            .knowledge
            .lineage(&other.event.act)
            .find_map(|a| self.m.knowledge.plover.acts.get(a))
            .is_some_and(|c| c.code.is_some());
        let special = typed
            && self.m.knowledge.lineage(&other.event.act).any(|a| a == merged.event.act)
            && other.event.act != merged.event.act;
        if special {
            merged.event.act = other.event.act.clone();
        }
        for reason in &other.event.because {
            if !merged.event.because.contains(reason) {
                merged.event.because.push(reason.clone());
            }
        }
        *old = merged;
        true
    }

    fn is_verb(&self, t: TokenIx) -> bool {
        self.m.tree.upos(t) == Upos::Verb
    }

    fn is_definite(&self, t: TokenIx) -> bool {
        let tree = self.m.tree;
        tree.kids_by(t, &[Rel::Det])
            .any(|d| matches!(tree.lower(d), "the" | "this" | "that" | "these" | "those" | "such"))
            || tree.kid(t, &[Rel::NmodPoss]).is_some()
    }

    /// The same happening: related acts, compatible participants, times and reality.
    fn same(&self, new: &Happened, old: &Happened) -> bool {
        let (a, b) = (&new.event, &old.event);
        if !self.m.knowledge.related(&a.act, &b.act) && !self.siblings(new, old) && !self.meetings(new, old) {
            return false;
        }
        if a.polarity != b.polarity {
            return false;
        }
        let unreal = |r: Realis| r != Realis::Actual;
        let bare = a.initiator.is_empty() && a.counterpart.is_empty();
        if unreal(a.realis) != unreal(b.realis) && !bare && !(a.realis == Realis::Hypothetical) {
            return false;
        }
        let stated = |w: &When| matches!(w.basis, Basis::Stated | Basis::Relative);
        if stated(&a.when) && stated(&b.when) && !overlap(&a.when, &b.when) {
            return false;
        }
        let fits = |x: &[(PartyIx, Span)], y: &[(PartyIx, Span)]| {
            x.is_empty() || y.is_empty() || x.iter().any(|(p, _)| y.iter().any(|(q, _)| self.m.who.same_side(*p, *q)))
        };
        let straight = fits(&a.initiator, &b.initiator) && fits(&a.counterpart, &b.counterpart);
        let joint = self.m.knowledge.act(&b.act).is_some_and(|x| x.joint)
            || self.m.knowledge.act(&a.act).is_some_and(|x| x.joint);
        let crossed = joint && fits(&a.initiator, &b.counterpart) && fits(&a.counterpart, &b.initiator);
        // One shared participant at least, unless the mention names nobody.
        let shared = bare
            || a.initiator
                .iter()
                .chain(&a.counterpart)
                .any(|(p, _)| b.initiator.iter().chain(&b.counterpart).any(|(q, _)| self.m.who.same_side(*p, *q)));
        // Nouns that name nobody point to something near.
        let near = !bare || a.sentence.abs_diff(b.sentence) <= 6 || a.act == b.act;
        (straight || crossed) && shared && near
    }

    /// A date set for "the talks" that were announced before.
    fn meetings(&self, new: &Happened, old: &Happened) -> bool {
        let meeting = |e: &Happened| {
            self.m.knowledge.lineage(&e.event.act).any(|a| self.m.knowledge.in_set("meeting-act", a))
                && e.event.realis != Realis::Actual
        };
        let bare = new.event.initiator.is_empty() && new.event.counterpart.is_empty();
        let noun = new.heads.iter().any(|&h| self.is_definite(h));
        bare && noun && meeting(new) && meeting(old)
    }

    /// Two acts under one parent, mentioned by a definite noun without participants: "the conversation" for a phone call.
    fn siblings(&self, new: &Happened, old: &Happened) -> bool {
        let parent = |act: &str| self.m.knowledge.act(act).and_then(|a| a.parent.clone());
        let (a, b) = (parent(&new.event.act), parent(&old.event.act));
        let bare = new.event.initiator.is_empty() && new.event.counterpart.is_empty();
        bare && a.is_some() && a == b && self.is_definite(new.event.trigger_head)
    }

    /// Settles the relation of each voice to the participants, now that all mentions are in.
    fn finish(&self, happened: &mut Happened) {
        let who = self.m.who;
        let event = &mut happened.event;
        for voice in &mut event.voices {
            let Some(party) = voice.party else { continue };
            let on = |side: &[(PartyIx, Span)]| side.iter().any(|(p, _)| who.same_side(*p, party));
            let named = voice.statement.is_some_and(|s| {
                matches!(self.statements[s as usize].statement.class, SourceClass::Named | SourceClass::Role)
            });
            if on(&event.initiator) {
                voice.relation = Relation::Own;
            } else if on(&event.counterpart) {
                voice.relation = Relation::Counterpart;
            } else if named {
                voice.relation = Relation::ThirdParty;
            }
        }
        let attributed = event.voices.iter().any(|v| v.relation != Relation::Outlet);
        if attributed && event.voices.iter().any(|v| v.relation == Relation::Outlet) {
            // A flat restatement by the outlet adds no voice.
            event.voices.retain(|v| v.relation != Relation::Outlet);
            event.flags.push(Flag::OutletAdopts);
        }
        if event.voices.is_empty() {
            event.voices.push(outlet());
        }
        if attributed && event.voices.iter().all(|v| v.nested) {
            event.flags.push(Flag::NestedOnly);
        }
        if event.background {
            event.flags.push(Flag::Background);
        }
        if event.realis == Realis::Hypothetical {
            event.flags.push(Flag::Hypothetical);
        }
    }
}

fn outlet() -> Voice {
    Voice {
        statement: None,
        party: None,
        stance: Stance::Asserts,
        relation: Relation::Outlet,
        chain: vec!["outlet".to_string()],
        nested: false,
    }
}

fn overlap(a: &When, b: &When) -> bool {
    let before = |x: &When, y: &When| matches!((x.latest, y.earliest), (Some(l), Some(e)) if l < e);
    !before(a, b) && !before(b, a)
}

impl Reality {
    /// The lemma of the word that made it unreal or negative.
    pub fn governor_word<'t>(&self, tree: &Tree<'t>) -> Option<&'t str> {
        self.negator.or(self.governor).map(|g| tree.lemma(g))
    }
}
