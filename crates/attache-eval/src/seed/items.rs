//! What an annotation asks of an output, item by item, and whether the output has it.

use attache_doc::{
    Coding, Document, EventMention, Flag, Parse, Polarity, Realis, SourceClass, Span, Stance, Standing, Statement,
    StatementIx, Status, Voice,
};

use super::gold::{Attribution, Case, GoldEvent, Quote};
use super::party::Parties;
use super::rules::{EventRule, Reach, Rules, StandingRule, StatementRule};

/// One thing that the annotation holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Key in the annotation, or the words for page furniture.
    pub id: String,
    /// Kind of item: statement, event, standing, furniture.
    pub kind: &'static str,
    /// The rule it falls under.
    pub rule: String,
    /// Whether an output must have it.
    pub required: bool,
    /// What the annotation says.
    pub gold: String,
    /// What the output says.
    pub output: String,
    /// What is wrong; empty when it is found.
    pub problems: Vec<String>,
    /// Mentions of the annotated event, and those of them that the coded event covers.
    pub mentions: (usize, usize),
}

impl Item {
    /// True when nothing is wrong.
    pub fn found(&self) -> bool {
        self.problems.is_empty()
    }
}

/// An article with its annotation and what the coder made of it.
pub struct Coded<'a> {
    /// The annotated article.
    pub case: &'a Case,
    /// The rules of the set.
    pub rules: &'a Rules,
    /// The article as ingested.
    pub doc: &'a Document,
    /// Its parse.
    pub parse: &'a Parse,
    /// Its coding.
    pub coding: &'a Coding,
    /// The parties.
    pub parties: Parties<'a>,
}

impl<'a> Coded<'a> {
    /// Joins an annotation and an output.
    ///
    /// # Panics
    /// When the document does not hold the annotated text: spans of one would be laid over the other.
    pub fn new(case: &'a Case, rules: &'a Rules, doc: &'a Document, parse: &'a Parse, coding: &'a Coding) -> Coded<'a> {
        assert_eq!(doc.full_text(), case.text, "the annotated text is the document's");
        Coded { case, rules, doc, parse, coding, parties: Parties::new(&case.gold, doc, coding) }
    }

    /// Every item of the annotation.
    pub fn items(&self) -> Vec<Item> {
        let gold = &self.case.gold;
        let mut items: Vec<Item> = gold.attributions.iter().map(|a| self.statement_item(a)).collect();
        for event in gold.events.iter() {
            if let Some(rule) = self.rules.event.iter().find(|rule| rule.fits(event)) {
                items.push(self.event_item(event, rule));
            }
            if let Some(rule) = self.rules.standing.iter().find(|rule| rule.fits(event)) {
                items.push(self.standing_item(event, rule));
            }
        }
        items.extend(self.furniture().into_iter().map(|span| self.furniture_item(span)));
        items
    }

    /// The tokens under some spans.
    fn tokens(&self, spans: &[Span]) -> Vec<usize> {
        let under = |span: Span| spans.iter().any(|s| s.overlaps(span));
        (0..self.parse.tokens.len()).filter(|&t| under(self.parse.tokens[t].span)).collect()
    }

    /// How alike two contents are, by tokens (Jaccard).
    fn content_overlap(&self, a: &[Span], b: &[Span]) -> f64 {
        let (a, b) = (self.tokens(a), self.tokens(b));
        let common = a.iter().filter(|token| b.contains(token)).count();
        let all = a.len() + b.len() - common;
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }

    /// The coded statement that is the annotated one: the same cue or the same content, the best first.
    pub fn statement_for(&self, a: &Attribution) -> Option<StatementIx> {
        let (cue, content) = (self.case.spans(&a.cue), self.case.spans(&a.content));
        // A statement that stands at another attribution's cue is that one: the content of an account and of the claim it
        // relays are nearly the same words.
        let others = self.case.gold.attributions.iter().filter(|other| other.id != a.id);
        let other_cues: Vec<Span> = others.flat_map(|other| self.case.spans(&other.cue)).collect();
        let likeness = |s: &Statement| {
            let same_cue = overlap(&cue, &s.cue);
            if !same_cue && overlap(&other_cues, &s.cue) {
                return None;
            }
            let same_content = self.content_overlap(&content, &s.content);
            let same = same_cue || same_content >= self.rules.same_content;
            same.then_some(same_content + f64::from(u8::from(same_cue)))
        };
        let scored = self.coding.statements.iter().enumerate().filter_map(|(n, s)| Some((n, likeness(s)?)));
        scored.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(n, _)| n as StatementIx)
    }

    fn statement_item(&self, a: &Attribution) -> Item {
        let rule = self.rules.statement.iter().find(|rule: &&StatementRule| rule.fits(a));
        let found = self.statement_for(a);
        let mut problems = Vec::new();
        match found.map(|n| &self.coding.statements[n as usize]) {
            None => problems.push("no statement with this cue or content".to_string()),
            Some(s) if a.source_class == "named" => {
                match s.party {
                    None => problems.push(format!("source unresolved ({:?})", s.class)),
                    Some(p) if !self.parties.matches(&a.source_actor, p, Reach::Upward) => {
                        problems.push(format!("source is {}", self.parties.label(p)));
                    }
                    Some(_) => {}
                }
                problems.extend(self.nesting_problem(a, s));
            }
            Some(s) => {
                if matches!(s.class, SourceClass::Named | SourceClass::Document) {
                    problems.push(format!("source class is {:?}", s.class));
                }
            }
        }
        Item {
            id: a.id.clone(),
            kind: "statement",
            rule: rule.map_or("other".to_string(), |rule| rule.name.clone()),
            required: rule.is_some_and(|rule| rule.required),
            gold: format!("{} [{}] {}", a.source_actor, quotes(&a.cue), quotes(&a.content)),
            output: found.map_or("-".to_string(), |n| self.statement_line(n)),
            problems,
            mentions: (0, 0),
        }
    }

    /// Words reached only through another's account are the relayer's word, and nobody else's are.
    fn nesting_problem(&self, a: &Attribution, s: &Statement) -> Option<String> {
        let within = s.within.map(|n| &self.coding.statements[n as usize]);
        match (a.parent.as_deref().and_then(|id| self.case.gold.attribution(id)), within) {
            (None, None) => None,
            (None, Some(outer)) => Some(format!("within the statement “{}”", self.words(&outer.cue))),
            (Some(_), None) => Some("not within the statement that relays it".to_string()),
            (Some(parent), Some(outer)) if self.case.gold.is_named(&parent.source_actor) => match outer.party {
                Some(p) if self.parties.matches(&parent.source_actor, p, Reach::Upward) => None,
                _ => Some(format!(
                    "within the statement “{}”, not that of {}",
                    self.words(&outer.cue),
                    parent.source_actor
                )),
            },
            (Some(_), Some(_)) => None,
        }
    }

    /// The bytes of every mention of an annotated event.
    fn mention_spans(&self, event: &GoldEvent) -> Vec<Span> {
        event.mentions().map(|quote| self.case.span(quote)).collect()
    }

    /// The coded events at the annotated event's mentions.
    pub fn events_at<'s>(&'s self, event: &GoldEvent) -> Vec<&'s EventMention> {
        self.coding.events.iter().filter(|e| self.is_at(event, e)).collect()
    }

    /// True for an event of the right act in the sentence of the annotated trigger, away from every annotated mention: the
    /// annotator marks "the next round of talks" where a coder may mark "is expected".
    fn stands_beside(&self, event: &GoldEvent, rule: &EventRule, e: &EventMention) -> bool {
        let trigger = self.case.span(&event.trigger);
        let sentence = &self.parse.sentences[e.sentence as usize];
        let elsewhere = || self.case.gold.events.iter().all(|other| !self.is_at(other, e));
        rule.acts.contains(&e.act) && sentence.span.contains(trigger) && elsewhere()
    }

    /// True when the coded event has a place in common with the annotated one.
    fn is_at(&self, event: &GoldEvent, e: &EventMention) -> bool {
        self.mention_spans(event).iter().any(|span| mentions(e).any(|m| m.overlaps(*span)))
    }

    fn event_item(&self, event: &GoldEvent, rule: &EventRule) -> Item {
        let here = self.events_at(event);
        let mut of_kind: Vec<&EventMention> = here.iter().copied().filter(|e| rule.acts.contains(&e.act)).collect();
        if of_kind.is_empty() {
            of_kind = self.coding.events.iter().filter(|e| self.stands_beside(event, rule, e)).collect();
        }
        let judged = of_kind.iter().map(|e| (*e, self.event_problems(event, rule, e)));
        let best = judged.min_by_key(|(_, problems)| problems.len());
        let (coded, mut problems) = match best {
            Some((e, problems)) => (Some(e), problems),
            None if here.is_empty() => (None, vec!["no event here".to_string()]),
            None => (None, vec![format!("no event of this kind, but {}", join(here.iter().map(|e| e.act.clone())))]),
        };
        if rule.single && of_kind.len() > 1 {
            problems.push(format!("{} events for one happening", of_kind.len()));
        }
        let mut output = coded.map_or("-".to_string(), |e| self.event_line(e));
        if !problems.is_empty() && rule.statement_suffices && here.iter().all(|e| e.status == Status::Unnamed) {
            let trigger = self.case.span(&event.trigger);
            let unnamed = |s: &Statement| matches!(s.class, SourceClass::Vague | SourceClass::Implicit);
            let over = |s: &&Statement| unnamed(s) && s.content.iter().any(|span| span.overlaps(trigger));
            if let Some(n) = self.coding.statements.iter().position(|s| over(&s)) {
                problems.clear();
                output = self.statement_line(n as StatementIx);
            }
        }
        let spans = self.mention_spans(event);
        let covered = coded.map_or(0, |e| spans.iter().filter(|s| mentions(e).any(|m| m.overlaps(**s))).count());
        Item {
            id: event.id.clone(),
            kind: "event",
            rule: rule.name.clone(),
            required: rule.required,
            gold: event_gold(event),
            output,
            problems,
            mentions: (spans.len(), covered),
        }
    }

    fn event_problems(&self, event: &GoldEvent, rule: &EventRule, e: &EventMention) -> Vec<String> {
        let mut problems = Vec::new();
        let sides = |own: &[(u32, Span)], other: &[(u32, Span)]| -> Vec<u32> {
            own.iter().chain(other.iter().filter(|_| rule.joint)).map(|(party, _)| *party).collect()
        };
        let has = |key: &str, side: &[u32], reach| {
            reach == Reach::Any || side.iter().any(|&party| self.parties.matches(key, party, reach))
        };
        if let Some(who) = event.who.as_deref().filter(|who| self.case.gold.is_named(who))
            && !has(who, &sides(&e.initiator, &e.counterpart), rule.who)
        {
            problems.push(format!("initiator is not {who}"));
        }
        for whom in &event.whom {
            if !has(whom, &sides(&e.counterpart, &e.initiator), rule.whom) {
                problems.push(format!("counterpart is not {whom}"));
            }
        }
        if let Some(status) = self.rules.status_of(event)
            && status != e.status
        {
            problems.push(format!("status is {}, not {status}", e.status));
        }
        problems.extend(self.voice_problems(event, e));
        problems.extend(self.modality_problems(event, e));
        if let Some([from, to]) = event.when.as_ref().and_then(|when| when.interval.as_ref()) {
            let bound = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string()).unwrap_or_default();
            if (bound(e.when.earliest), bound(e.when.latest)) != (from.clone(), to.clone()) {
                let when = e.when.edtf().unwrap_or("unknown".to_string());
                problems.push(format!("time is {when}, not {from}/{to}"));
            }
        }
        problems
    }

    fn voice_problems(&self, event: &GoldEvent, e: &EventMention) -> Vec<String> {
        let mut problems = Vec::new();
        for voice in event.voices.iter().filter(|voice| self.case.gold.is_named(&voice.actor)) {
            let by = |party: Option<u32>| party.is_some_and(|p| self.parties.matches(&voice.actor, p, Reach::Exact));
            if let Some(stance) = self.rules.response_of(&voice.stance) {
                let mut given = e.responses.iter().map(|&n| &self.coding.responses[n as usize]);
                if !given.any(|response| response.stance == stance && by(response.by)) {
                    problems.push(format!("no response {stance:?} by {}", voice.actor));
                }
            } else if self.rules.vouches(&voice.stance) && !e.voices.iter().any(|v| by(v.party)) {
                problems.push(format!("not on the word of {}", voice.actor));
            }
        }
        problems.dedup();
        problems
    }

    fn modality_problems(&self, event: &GoldEvent, e: &EventMention) -> Vec<String> {
        let mut problems = Vec::new();
        let actual = e.realis == Realis::Actual;
        if actual != (event.modality == "asserted") {
            problems.push(format!("realis is {:?}, annotated {}", e.realis, event.modality));
        }
        if (e.polarity == Polarity::Negative) != (event.polarity == "-") {
            problems.push(format!("polarity is {:?}", e.polarity));
        }
        if event.is_background() && !(e.background && e.flags.contains(&Flag::Background)) {
            problems.push("not marked as background".to_string());
        }
        if event.status.contains("nested") && !e.flags.contains(&Flag::NestedOnly) {
            problems.push("not marked as nested only".to_string());
        }
        problems
    }

    fn standing_item(&self, event: &GoldEvent, rule: &StandingRule) -> Item {
        let problems_of = |s: &Standing| {
            let mut problems = Vec::new();
            if (s.polarity == Polarity::Negative) != (event.polarity == "-") {
                problems.push(format!("polarity is {:?}", s.polarity));
            }
            if let Some(who) = event.who.as_deref().filter(|who| self.case.gold.is_named(who))
                && !s.holder.is_some_and(|p| self.parties.matches(who, p, Reach::Polity))
            {
                problems.push(format!("holder is not {who}"));
            }
            let towards = |key: &&String| self.parties.matches(key, s.subject, Reach::Polity);
            if !event.whom.iter().any(|key| towards(&key)) {
                problems.push(format!("subject is {}", self.parties.label(s.subject)));
            }
            problems
        };
        let of_kind = self.coding.standings.iter().filter(|s| rule.relations.contains(&s.relation));
        let best = of_kind.map(|s| (s, problems_of(s))).min_by_key(|(_, problems)| problems.len());
        let (output, problems) = match best {
            Some((s, problems)) => (self.standing_line(s), problems),
            None => ("-".to_string(), vec!["no standing of this kind".to_string()]),
        };
        Item {
            id: event.id.clone(),
            kind: "standing",
            rule: rule.name.clone(),
            required: rule.required,
            gold: event_gold(event),
            output,
            problems,
            mentions: (0, 0),
        }
    }

    /// Page furniture of the case, from the annotation or the manifest.
    fn furniture(&self) -> Vec<Span> {
        let marked = self.case.spans(&self.case.gold.boilerplate);
        let named = self.rules.furniture.get(&self.case.gold.doc).into_iter().flatten();
        let found = named.filter_map(|words| {
            let at = self.case.text.rfind(words.as_str())?;
            self.doc.span(at..at + words.len())
        });
        marked.into_iter().chain(found).collect()
    }

    fn furniture_item(&self, span: Span) -> Item {
        let sentence = self.parse.sentences.iter().find(|sentence| sentence.span.overlaps(span));
        Item {
            id: self.doc.text(span).to_string(),
            kind: "furniture",
            rule: "furniture".to_string(),
            required: true,
            gold: "in no sentence".to_string(),
            output: sentence.map_or("in no sentence".to_string(), |s| format!("in “{}”", self.doc.text(s.span))),
            problems: sentence.iter().map(|_| "is in a sentence".to_string()).collect(),
            mentions: (0, 0),
        }
    }

    /// What the output says beyond the annotation or against it; each is one fault.
    pub fn spurious(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for e in &self.coding.events {
            faults.extend(self.event_faults(e));
        }
        faults.extend(self.relayed_as_own());
        faults.extend(self.invented_responses());
        faults
    }

    fn event_faults(&self, e: &EventMention) -> Vec<String> {
        let gold = &self.case.gold;
        let fits = |event: &GoldEvent| self.rules.event.iter().find(|rule| rule.fits(event));
        let beside = |event: &GoldEvent| fits(event).is_some_and(|rule| self.stands_beside(event, rule, e));
        let at: Vec<&GoldEvent> = gold.events.iter().filter(|event| self.is_at(event, e) || beside(event)).collect();
        let line = self.event_line(e);
        let mut faults = Vec::new();
        if !e.background && at.is_empty() {
            faults.push(format!("event that the annotation does not have: {line}"));
        }
        let only_standings = !at.is_empty() && at.iter().all(|g| g.kind == "state" && self.is_standing(g));
        if !e.background && only_standings {
            faults.push(format!("standing coded as an event: {line}"));
        }
        // A coded event may overlap several annotated ones ("the next round" stands in an invitation to it); it is wrong as
        // an actual event only when none of those it can be is actual.
        let can_be = |g: &&&GoldEvent| fits(g).is_none_or(|rule| rule.acts.contains(&e.act));
        let candidates: Vec<&&GoldEvent> = at.iter().filter(can_be).collect();
        let actual = |g: &&&GoldEvent| g.modality == "asserted" && g.polarity == "+";
        let unreal = !candidates.is_empty() && !candidates.iter().any(actual);
        if e.realis == Realis::Actual && e.polarity == Polarity::Positive && unreal {
            faults.push(format!("coded as actual, annotated otherwise: {line}"));
        }
        for voice in &e.voices {
            if let Some(key) = self.only_relayed(voice) {
                faults.push(format!("rests on the word of {key}, whose words are only relayed: {line}"));
            }
        }
        faults
    }

    fn is_standing(&self, event: &GoldEvent) -> bool {
        self.rules.standing.iter().any(|rule| rule.fits(event))
    }

    /// The annotated parties that speak only inside other parties' accounts.
    fn relayed_keys(&self) -> Vec<&str> {
        let named = self.case.gold.attributions.iter().filter(|a| self.case.gold.is_named(&a.source_actor));
        let (relayed, own): (Vec<&Attribution>, Vec<&Attribution>) = named.partition(|a| a.parent.is_some());
        let mut keys: Vec<&str> = relayed.iter().map(|a| a.source_actor.as_str()).collect();
        keys.retain(|key| !own.iter().any(|a| a.source_actor == *key));
        keys.dedup();
        keys
    }

    fn only_relayed(&self, voice: &Voice) -> Option<&str> {
        let party = voice.party.filter(|_| !voice.nested)?;
        self.relayed_keys().into_iter().find(|key| self.parties.matches(key, party, Reach::Exact))
    }

    /// Statements given to a party whose words the article has only from somebody else.
    fn relayed_as_own(&self) -> Vec<String> {
        let nested: Vec<StatementIx> = self
            .case
            .gold
            .attributions
            .iter()
            .filter(|a| a.parent.is_some() && self.case.gold.is_named(&a.source_actor))
            .filter_map(|a| self.statement_for(a))
            .collect();
        let own = |n: usize, s: &Statement| {
            let party_relayed = s
                .party
                .is_some_and(|p| self.relayed_keys().into_iter().any(|key| self.parties.matches(key, p, Reach::Exact)));
            let named = s.class == SourceClass::Named;
            s.within.is_none() && (party_relayed || (named && nested.contains(&(n as StatementIx))))
        };
        let statements = self.coding.statements.iter().enumerate().filter(|(n, s)| own(*n, s));
        statements
            .map(|(n, _)| format!("relayed words given as the party’s own: {}", self.statement_line(n as u32)))
            .collect()
    }

    /// Confirmations and denials that the article does not report.
    fn invented_responses(&self) -> Vec<String> {
        let gold = &self.case.gold;
        let firm = |stance: Stance| matches!(stance, Stance::Confirms | Stance::Denies | Stance::Disputes);
        let mut faults = Vec::new();
        for response in self.coding.responses.iter().filter(|response| firm(response.stance)) {
            let reported = gold.events.iter().flat_map(|event| &event.voices).any(|voice| {
                self.rules.response_of(&voice.stance) == Some(response.stance)
                    && response.by.is_none_or(|p| self.parties.matches(&voice.actor, p, Reach::Polity))
            });
            if !reported {
                let by = response.by.map_or("nobody".to_string(), |p| self.parties.label(p));
                faults.push(format!(
                    "{by} {:?} (“{}”), which nobody reports",
                    response.stance,
                    self.doc.text(response.cue)
                ));
            }
        }
        faults
    }

    fn words(&self, spans: &[Span]) -> String {
        join(spans.iter().map(|span| self.doc.text(*span).to_string()))
    }

    /// A coded statement in one line.
    pub fn statement_line(&self, n: StatementIx) -> String {
        let s = &self.coding.statements[n as usize];
        let source = s.party.map(|p| self.parties.label(p)).or(s.source.map(|span| self.doc.text(span).to_string()));
        let source = source.unwrap_or_default();
        let within = if s.within.is_some() { " (within another)" } else { "" };
        format!("{:?} {source} [{}] {}{within}", s.class, self.words(&s.cue), self.words(&s.content))
    }

    /// A coded event in one line.
    pub fn event_line(&self, e: &EventMention) -> String {
        let side = |parties: &[(u32, Span)]| join(parties.iter().map(|(party, _)| self.parties.label(*party)));
        let voices = join(e.voices.iter().map(|v| v.chain.join(" ⟵ ")));
        let background = if e.background { " background" } else { "" };
        let when = e.when.edtf().unwrap_or("undated".to_string());
        format!(
            "“{}” {}: {} → {}; {} {:?}{background} {when}; on the word of {voices}",
            self.doc.text(e.trigger),
            e.act,
            side(&e.initiator),
            side(&e.counterpart),
            e.status,
            e.realis
        )
    }

    /// A coded standing in one line.
    pub fn standing_line(&self, s: &Standing) -> String {
        let holder = s.holder.map_or("?".to_string(), |p| self.parties.label(p));
        format!(
            "{holder} {} {} {:?} (“{}”)",
            s.relation,
            self.parties.label(s.subject),
            s.polarity,
            self.doc.text(s.span)
        )
    }
}

/// Every place of a coded event, the trigger first.
fn mentions(event: &EventMention) -> impl Iterator<Item = Span> + '_ {
    std::iter::once(event.trigger).chain(event.also.iter().copied())
}

fn overlap(a: &[Span], b: &[Span]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.overlaps(*b)))
}

fn quotes(quotes: &[Quote]) -> String {
    join(quotes.iter().map(|quote| quote.q.clone()))
}

fn event_gold(event: &GoldEvent) -> String {
    let who = event.who.as_deref().unwrap_or("-");
    format!("“{}” {}: {who} → {}; {}", event.trigger.q, event.what, join(event.whom.iter().cloned()), event.status)
}

fn join(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "-".to_string() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use attache_doc::{
        Actor, ActorKind, BlockKind, Id, Manner, Mention, MentionKind, Meta, Rel, Relation, Resolution, Sentence,
        Token, Upos, When, Xpos, stable_id,
    };

    const TEXT: &str =
        "Norland invited Sudria to talks, Sudria’s ministry said. Kern claimed victory, it added.\n\nBack to top\n";

    /// An annotation with an invitation on the invited side's word and a claim within its statement.
    fn case() -> Case {
        let quote = |q: &str| {
            let s = TEXT[..TEXT.find(q).unwrap()].chars().count();
            serde_json::json!({"q": q, "s": s, "e": s + q.chars().count()})
        };
        let statement = |id: &str, actor: &str, cue: &str, content: &str, parent: Option<&str>| {
            serde_json::json!({"id": id, "source": [], "source_actor": actor, "source_class": "named", "cue": [quote(cue)],
                "cue_class": "verb", "content": [quote(content)], "act": "assert", "polarity": "+", "parent": parent})
        };
        let json = serde_json::json!({
            "actors": {
                "author": {"name": "the article", "kind": "media"},
                "NOR": {"name": "Norland", "kind": "state", "code": "NRL"},
                "SUD": {"name": "Sudria", "kind": "state", "code": "SUD"},
                "SUD.M": {"name": "Sudrian ministry", "kind": "ministry", "part_of": "SUD"},
                "Kern": {"name": "Ada Kern", "kind": "person", "part_of": "NOR"},
            },
            "attributions": [
                statement("A1", "SUD.M", "said", "Norland invited Sudria to talks", None),
                statement("A2", "SUD.M", "added", "Kern claimed victory", None),
                statement("A3", "Kern", "claimed", "victory", Some("A2")),
            ],
            "events": [
                {"id": "E1", "kind": "event", "trigger": quote("invited"), "other_mentions": [], "what": "invite to talks",
                 "who": "NOR", "whom": ["SUD"], "when": null, "modality": "asserted", "polarity": "+",
                 "voices": [{"actor": "SUD.M", "stance": "asserts"}], "status": "one_side_only(target)"},
                {"id": "E2", "kind": "event", "trigger": quote("talks"), "other_mentions": [], "what": "hold talks",
                 "who": null, "whom": [], "when": null, "modality": "planned", "polarity": "+",
                 "voices": [], "status": "scheduled_tentative"},
            ],
            "boilerplate": [quote("Back to top")],
        });
        Case::parse("test".to_string(), TEXT.to_string(), &json.to_string()).unwrap()
    }

    fn rules() -> Rules {
        toml::from_str(
            r#"
            same_content = 0.5
            vouching = ["asserts"]
            status = [{ gold = "one_side_only", status = "one-side" }, { gold = "scheduled", status = "scheduled-tentative" }]
            response = [{ gold = "silent", response = "has-not-confirmed" }]
            statement = [{ name = "any", required = true }]
            standing = []
            [[event]]
            name = "invitation"
            what = ["invite"]
            acts = ["invite-to-talks"]
            who = "polity"
            whom = "polity"
            single = true
            required = true
            [[event]]
            name = "round"
            what = ["hold"]
            acts = ["hold-talks"]
            who = "any"
            whom = "any"
            "#,
        )
        .unwrap()
    }

    fn span(words: &str) -> Span {
        let at = TEXT.find(words).unwrap();
        Span::new(at, at + words.len())
    }

    fn document() -> (Document, Parse) {
        let end = TEXT.find("\n\n").unwrap();
        let doc = Document::new(TEXT.to_string(), vec![(BlockKind::Paragraph, 0..end)], Meta::default());
        let mut parse = Parse::default();
        let mut at = 0;
        for word in TEXT[..end].split(' ') {
            let span = Span::new(at, at + word.len());
            at += word.len() + 1;
            let (upos, xpos) = (Upos::X, Xpos::Unknown);
            parse.tokens.push(Token { span, lemma: word.into(), upos, xpos, head: None, rel: Rel::Root });
        }
        let tokens = 0..parse.tokens.len() as u32;
        parse.sentences.push(Sentence { span: Span::new(0, end), tokens, block: 0 });
        (doc, parse)
    }

    fn id() -> Id {
        stable_id("t", &[b"x"])
    }

    fn party(name: &str, kind: &str, part_of: Option<u32>) -> Actor {
        Actor {
            key: None,
            name: name.to_string(),
            kind: Some(ActorKind(kind.to_string())),
            country: None,
            sectors: Vec::new(),
            office: None,
            ids: Default::default(),
            resolution: Resolution::Described,
            part_of,
            because: Vec::new(),
        }
    }

    fn statement(party: u32, cue: &str, content: &str, within: Option<u32>) -> Statement {
        Statement {
            id: id(),
            class: SourceClass::Named,
            source: None,
            party: Some(party),
            cue: vec![span(cue)],
            cue_head: 0,
            content: vec![span(content)],
            manner: Manner::Indirect,
            speech_act: "assert".to_string(),
            distance: "neutral".to_string(),
            polarity: Polarity::Positive,
            medium: None,
            hedges: Vec::new(),
            within,
            events: Vec::new(),
            because: Vec::new(),
        }
    }

    fn event(act: &str, trigger: &str) -> EventMention {
        EventMention {
            id: id(),
            act: act.to_string(),
            trigger: span(trigger),
            trigger_head: 0,
            also: Vec::new(),
            sentence: 0,
            initiator: Vec::new(),
            counterpart: Vec::new(),
            place: None,
            when: When::unknown(),
            polarity: Polarity::Positive,
            realis: Realis::Actual,
            background: false,
            voices: Vec::new(),
            responses: Vec::new(),
            status: Status::Unattributed,
            flags: Vec::new(),
            because: Vec::new(),
        }
    }

    fn voice(party: u32, nested: bool) -> Voice {
        let chain = vec!["outlet".to_string()];
        Voice {
            statement: None,
            party: Some(party),
            stance: Stance::Asserts,
            relation: Relation::Counterpart,
            chain,
            nested,
        }
    }

    /// What a coder that gets everything right gives for the article.
    fn right() -> Coding {
        let invitation = EventMention {
            initiator: vec![(0, span("Norland"))],
            counterpart: vec![(1, span("Sudria"))],
            voices: vec![voice(2, false)],
            status: Status::OneSide,
            ..event("invite-to-talks", "invited")
        };
        let mention = Mention { span: span("Kern"), head: 0, sentence: 0, kind: MentionKind::Name, party: 3 };
        Coding {
            parties: vec![
                party("Norland", "state", None),
                party("Sudria", "state", None),
                party("Sudria’s ministry", "ministry", Some(1)),
                party("Kern", "person", Some(0)),
            ],
            mentions: vec![mention],
            statements: vec![
                statement(2, "said", "Norland invited Sudria to talks", None),
                statement(2, "added", "Kern claimed victory", None),
                statement(3, "claimed", "victory", Some(1)),
            ],
            events: vec![
                invitation,
                EventMention {
                    realis: Realis::Expected,
                    status: Status::ScheduledTentative,
                    ..event("hold-talks", "talks")
                },
            ],
            ..Coding::default()
        }
    }

    /// The items with something wrong, and the faults, of a coding.
    fn judge(coding: &Coding) -> (Vec<String>, Vec<String>) {
        let (case, rules, (doc, parse)) = (case(), rules(), document());
        let coded = Coded::new(&case, &rules, &doc, &parse, coding);
        let wrong = coded.items().into_iter().filter(|item| !item.found());
        (wrong.map(|item| format!("{}: {}", item.id, item.problems.join("; "))).collect(), coded.spurious())
    }

    #[test]
    fn a_right_coding_has_every_item_and_no_fault() {
        assert_eq!(judge(&right()), (vec![], vec![]));
        assert_eq!(judge(&Coding::default()).0.len(), 5);
    }

    #[test]
    fn relayed_words_are_not_the_speakers_own() {
        let mut coding = right();
        coding.statements[2].within = None;
        let (wrong, faults) = judge(&coding);
        assert_eq!(wrong, ["A3: not within the statement that relays it"]);
        assert_eq!(faults.len(), 1);
        // Without the account itself, the claim within it is not taken for it.
        let mut coding = right();
        coding.statements.remove(1);
        coding.statements[1].within = None;
        let missing = "A2: no statement with this cue or content";
        assert_eq!(judge(&coding).0, [missing, "A3: not within the statement that relays it"]);
        let mut coding = right();
        coding.events[0].voices = vec![voice(3, false)];
        let (wrong, faults) = judge(&coding);
        assert_eq!(wrong, ["E1: not on the word of SUD.M"]);
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn an_event_must_have_sides_status_and_voice_and_be_one() {
        let mut coding = right();
        let mut second = coding.events[0].clone();
        second.initiator = vec![(1, span("Sudria"))];
        second.status = Status::Confirmed;
        coding.events[0] = second.clone();
        assert_eq!(judge(&coding).0, ["E1: initiator is not NOR; status is confirmed, not one-side"]);
        coding.events.push(second);
        assert!(judge(&coding).0[0].ends_with("2 events for one happening"));
    }

    #[test]
    fn plans_coded_as_actual_and_events_out_of_nowhere_are_faults() {
        let mut coding = right();
        coding.events[1].realis = Realis::Actual;
        coding.events.push(event("win-election", "victory"));
        let (wrong, faults) = judge(&coding);
        assert_eq!(wrong, ["E2: realis is Actual, annotated planned"]);
        assert_eq!(faults.len(), 2, "{faults:?}");
        coding.events[2].background = true;
        assert_eq!(judge(&coding).1.len(), 1);
    }

    #[test]
    fn an_event_beside_the_annotated_words_counts_when_its_act_fits() {
        let mut coding = right();
        coding.events[1].trigger = span("to");
        assert_eq!(judge(&coding), (vec![], vec![]));
        coding.events[1].act = "win-election".to_string();
        let (wrong, faults) = judge(&coding);
        assert_eq!((wrong, faults.len()), (vec!["E2: no event here".to_string()], 1));
    }

    #[test]
    fn a_confirmation_that_nobody_reports_is_a_fault() {
        let mut coding = right();
        coding.responses.push(attache_doc::Response {
            by: Some(0),
            by_words: None,
            stance: Stance::Confirms,
            event: Some(0),
            to_statement: None,
            to_words: None,
            statement: None,
            cue: span("said"),
            because: Vec::new(),
        });
        assert_eq!(judge(&coding).1.len(), 1);
    }

    #[test]
    fn furniture_belongs_to_no_sentence() {
        let (case, rules, (doc, mut parse)) = (case(), rules(), document());
        parse.sentences.push(Sentence { span: span("Back to top"), tokens: 0..0, block: 0 });
        let coding = right();
        let items = Coded::new(&case, &rules, &doc, &parse, &coding).items();
        assert_eq!(items.last().map(Item::found), Some(false));
    }
}
