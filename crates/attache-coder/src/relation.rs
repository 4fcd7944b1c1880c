//! Which act relates two parties whose words are given.
//!
//! [`propose`] lists what the text has to offer, each with a weight and its reasons; [`decide`] takes the best. Everything
//! that can be said of a proposal is in its [`Features`], and [`weigh`] turns them into the weight, so that another judge
//! than the present rules needs no more than to add proposals, or to weigh the same ones anew.

use attache_doc::wire::{RelationRow, VERSION};
use attache_doc::{Coding, Document, EventMention, Parse, PartyIx, Polarity, Realis, Reason, Rel, Span, TokenIx, Upos};

use crate::judge::Judge;
use crate::knowledge::{Knowledge, Trigger};
use crate::matcher::Matcher;
use crate::mention;
use crate::pattern::Need;
use crate::realis;
use crate::row::{Classified, classify};
use crate::sign::{self, Advice};
use crate::tree::Tree;

/// The words of two parties. A side may be in pieces ("Oslo and Helsinki … both"), or empty where the text does not name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pair {
    /// Who acts.
    pub source: Vec<Span>,
    /// To or with whom.
    pub target: Vec<Span>,
}

impl Pair {
    /// The tokens of both sides.
    pub fn tokens(&self, parse: &Parse) -> [Vec<TokenIx>; 2] {
        [&self.source, &self.target].map(|side| {
            let inside = |t: &TokenIx| side.iter().any(|span| span.overlaps(parse.tokens[*t as usize].span));
            (0..parse.tokens.len() as TokenIx).filter(inside).collect()
        })
    }
}

/// How a word comes to stand for an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// The coder makes an event of it.
    Coded,
    /// A row of the trigger lexicon holds, but its participants or its reality make it no event by themselves.
    Considered,
    /// The lexicon has the word by itself; the conditions of its rows do not hold.
    Named,
}

/// How the participants of a coded event stand to the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sides {
    /// The source acts on the target; for a joint act, either way.
    Straight,
    /// The target acts on the source.
    Turned,
    /// One of them takes part on its own side.
    One,
    /// Neither does, or the word is not coded.
    Neither,
}

/// What is known of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// How the word comes to stand for the act.
    pub told: Told,
    /// How the participants stand to the pair.
    pub sides: Sides,
    /// Arcs of the dependency tree between the trigger and the path from source to target; 0 on the path.
    pub distance: u32,
    /// How far along the path from the source, in words: "threatened to attack" threatens first.
    pub order: u32,
    /// The trigger stands inside the words of one of the parties.
    pub inside: bool,
    /// Taken as if it had happened, because as the text puts it (negated, possible) the ontology does not code it.
    pub supposed: bool,
}

/// A relation that the text may report.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The act; `None` for a judge that knows types alone.
    pub act: Option<String>,
    /// PLOVER's type, where it has one for the act.
    pub event_type: Option<String>,
    /// PLOVER's mode.
    pub event_mode: Option<String>,
    /// PLOVER's score of this act or mode.
    pub plover_score: Option<f64>,
    /// The trigger's words; `None` for a judge that reads the sentence as a whole.
    pub trigger: Option<Span>,
    /// 0 to 1: not a probability, but comparable between proposals for one pair.
    pub weight: f64,
    /// Why.
    pub because: Vec<Reason>,
}

/// A trigger on the path at the word of the source counts full; each word further along it takes this much.
const ORDER_COST: f64 = 0.01;
/// Paths are seldom longer; what is further costs no more.
const LONGEST_ORDER: u32 = 20;

/// The weight of a proposal from its features.
///
/// An event with both parties in their places is what was asked for, and turned about next to it. Otherwise the nearness of
/// the trigger to the path between the two decides, then how surely the word stands for its act. The numbers are chosen for
/// this order and not fitted to data.
pub fn weigh(f: &Features) -> f64 {
    let near = 1.0 / f64::from(1 + f.distance + if f.inside { 2 } else { 0 });
    let order = 1.0 - ORDER_COST * f64::from(f.order.min(LONGEST_ORDER));
    let base = match (f.told, f.sides) {
        (_, Sides::Straight) => return if f.supposed { 0.5 } else { 0.8 + 0.2 * near * order },
        (_, Sides::Turned) => return if f.supposed { 0.4 } else { 0.7 + 0.1 * near * order },
        (Told::Coded, _) => 0.7,
        (Told::Considered, _) => 0.65,
        (Told::Named, _) => 0.35,
    };
    base * near * order * if f.supposed { 0.5 } else { 1.0 }
}

/// What the text offers for a pair, the heaviest first; of equals, what stands first.
///
/// There is a proposal for every word that the trigger lexicon knows by itself or with the words beside it, so the list is
/// empty only for a text without any.
pub fn propose(knowledge: &Knowledge, doc: &Document, parse: &Parse, coding: &Coding, pair: &Pair) -> Vec<Proposal> {
    let tree = Tree::new(doc, parse);
    let who = mention::find(knowledge, &tree);
    let relation = Relation { m: Matcher { knowledge, tree: &tree, who: &who }, coding, pair, path: path(&tree, pair) };
    let mut out: Vec<Proposal> = Vec::new();
    let mut coded = vec![false; tree.len() as usize];
    for event in &coding.events {
        coded[event.trigger_head as usize] = true;
        out.extend(relation.coded(event));
    }
    for t in (0..tree.len()).filter(|&t| !coded[t as usize]) {
        out.extend(relation.uncoded(t));
    }
    out.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    out
}

/// The proposal that is taken: the heaviest with a type, else the heaviest at all. Where it has no act, the heaviest act of
/// the same type is added. With it goes the share that its type has of all weights.
pub fn decide(proposals: &[Proposal]) -> Option<(Proposal, f64)> {
    let heaviest = |keep: &dyn Fn(&Proposal) -> bool| {
        // The first of equals, as they are listed.
        proposals.iter().filter(|p| keep(p)).reduce(|best, p| if p.weight > best.weight { p } else { best })
    };
    let mut taken = heaviest(&|p| p.event_type.is_some()).or_else(|| heaviest(&|_| true))?.clone();
    if taken.act.is_none()
        && let Some(named) = heaviest(&|p| p.act.is_some() && p.event_type == taken.event_type)
    {
        taken.act = named.act.clone();
        taken.event_mode = taken.event_mode.or_else(|| named.event_mode.clone());
        taken.plover_score = taken.plover_score.or(named.plover_score);
        taken.trigger = taken.trigger.or(named.trigger);
        taken.because.extend(named.because.iter().cloned());
    }
    let all: f64 = proposals.iter().map(|p| p.weight).sum();
    let own: f64 = proposals.iter().filter(|p| p.event_type == taken.event_type).map(|p| p.weight).sum();
    Some((taken, if all > 0.0 { own / all } else { 0.0 }))
}

/// The proposal of the type that a judge finds most probable, with that probability.
///
/// The heaviest proposal of the type gives act and trigger; without one, the plainest act of the type stands for it. A class of
/// the judge that is no type of the ontology stands for the types that are no class of it; of these the model's best is taken.
pub fn judge(
    knowledge: &Knowledge,
    judge: &Judge,
    doc: &Document,
    parse: &Parse,
    pair: &Pair,
    proposals: &[Proposal],
    advice: &Advice,
) -> Option<(Proposal, f64)> {
    let shares = judge.shares(&sign::signs(doc, parse, pair, proposals, advice));
    let &(class, share) = shares.first()?;
    if !prevails(share, proposals) {
        return None;
    }
    let is_class = |kind: &str| shares.iter().any(|(known, _)| *known == kind);
    let within = || advice.types.iter().filter_map(|(kind, _)| kind.as_deref()).find(|kind| !is_class(kind));
    let kind = if knowledge.plover.kind(class).is_some() { Some(class) } else { within() }?;
    let named = proposals
        .iter()
        .filter(|p| p.event_type.as_deref() == Some(kind))
        .reduce(|best, p| if p.weight > best.weight { p } else { best });
    let mut taken = named.cloned().unwrap_or_else(|| {
        let mode = parse.deeds.iter().find(|deed| deed.types.first().is_some_and(|(first, _)| **first == *kind));
        let mode = mode.map_or("", |deed| &*deed.mode.0);
        let act = knowledge.plover.proposal(kind, mode);
        let written = act.and_then(|act| knowledge.plover.acts.get(act));
        Proposal {
            act: act.map(str::to_string),
            event_type: Some(kind.to_string()),
            event_mode: written.and_then(|coded| coded.mode.clone()),
            plover_score: written.and_then(|coded| coded.score),
            trigger: None,
            weight: 0.0,
            because: Vec::new(),
        }
    });
    taken.because.insert(0, Reason::Model { head: "relation".to_string(), score: share as f32 });
    Some((taken, share))
}

/// Least probability of a type for it to go before an event that the coder itself finds between the two.
pub const SURE: f64 = 0.5;
/// The weight of such an event: see [`weigh`].
const BOTH_TAKE_PART: f64 = 0.8;

/// True when what a judge finds, with its probability, goes before what the lexicon offers.
pub fn prevails(share: f64, proposals: &[Proposal]) -> bool {
    share >= SURE || !proposals.iter().any(|p| p.event_type.is_some() && p.weight >= BOTH_TAKE_PART)
}

/// The row of a pair: the relation that is taken, or a null type with the reason. With what the model says of the two parties
/// the judge decides, without it the weights of what the trigger lexicon offers.
pub fn row(
    knowledge: &Knowledge,
    doc: &Document,
    parse: &Parse,
    coding: &Coding,
    pair: &Pair,
    advice: Option<&Advice>,
    id: Option<String>,
) -> RelationRow {
    let proposals = propose(knowledge, doc, parse, coding, pair);
    // Without a word of the lexicon, and where the model sees nothing between the two, there is nothing to judge.
    let nothing =
        |advice: &&Advice| proposals.is_empty() && advice.types.first().is_none_or(|(kind, _)| kind.is_none());
    let judged = advice
        .filter(|advice| !nothing(advice))
        .and_then(|advice| judge(knowledge, &knowledge.judge, doc, parse, pair, &proposals, advice));
    let taken = judged.or_else(|| decide(&proposals));
    let Some((p, score)) = taken else {
        let because = vec![Reason::rule("no-word-of-the-trigger-lexicon")];
        return RelationRow { v: VERSION, id, because, ..RelationRow::default() };
    };
    let kind = p.event_type.as_deref().and_then(|code| knowledge.plover.kind(code));
    let mut because = p.because;
    if p.event_type.is_none() {
        because.push(Reason::rule("the-ontology-does-not-code-it"));
    }
    RelationRow {
        v: VERSION,
        id,
        quad: kind.map(|k| k.quad),
        plover_score: p.plover_score.or(kind.map(|k| k.score)),
        event_type: p.event_type,
        event_mode: p.event_mode,
        act: p.act,
        trigger: p.trigger.map(|t| attache_doc::wire::TextSpan::of(doc, t)),
        score: Some(score),
        because,
    }
}

/// A text with a pair, while proposals are made.
struct Relation<'a> {
    m: Matcher<'a>,
    coding: &'a Coding,
    pair: &'a Pair,
    /// From the source to the target.
    path: Vec<TokenIx>,
}

impl Relation<'_> {
    /// A coded event.
    fn coded(&self, event: &EventMention) -> Vec<Proposal> {
        let plain = classify(self.m.knowledge, &event.act, Polarity::Positive, Realis::Actual);
        let sides = self.sides(event, plain.swap);
        let features = self.features(event.trigger_head, Told::Coded, sides);
        let mut because = event.because.clone();
        because.push(Reason::rule(match sides {
            Sides::Straight => "both-parties-take-part",
            Sides::Turned => "both-parties-take-part-the-other-way",
            Sides::One | Sides::Neither => "trigger-near-the-path-between-the-parties",
        }));
        self.proposals(&event.act, event.trigger, features, event.polarity, event.realis, &because)
    }

    /// A word that the lexicon knows and that is no event of its own. Rows without roles keep look-alikes out.
    fn uncoded(&self, t: TokenIx) -> Vec<Proposal> {
        let tree = self.m.tree;
        let Some(rows) = self.m.knowledge.triggers.get(&tree.lemma(t).to_lowercase()) else { return Vec::new() };
        let fitting: Vec<&Trigger> = rows
            .iter()
            .filter(|r| self.m.has_pos(t, &r.pos) && !(r.pos == "ADJ" && tree.upos(t) == Upos::Verb))
            .collect();
        let mut holding: Option<(usize, &Trigger)> = None;
        for &row in &fitting {
            if let Some(weight) = self.m.needs(t, &row.needs)
                && holding.is_none_or(|(best, _)| weight > best)
            {
                holding = Some((weight, row));
            }
        }
        let (told, row) = match holding {
            Some((_, row)) if row.initiator.is_empty() && row.counterpart.is_empty() => return Vec::new(),
            Some((_, row)) => (Told::Considered, row),
            None => {
                // A row that asks for further words ("be on strike") does not speak of its head word alone.
                let alone = |r: &&&Trigger| {
                    let acts = !r.initiator.is_empty() || !r.counterpart.is_empty();
                    acts && !r.needs.iter().any(|n| matches!(n, Need::Lemma(..)))
                };
                let Some(&row) = fitting.iter().filter(alone).min_by_key(|r| r.needs.len()) else {
                    return Vec::new();
                };
                (Told::Named, row)
            }
        };
        let reality = realis::of(&self.m, t);
        let mut because = vec![row.source.reason()];
        because.extend(reality.because);
        because.push(Reason::rule(match told {
            Told::Named => "the-word-without-the-conditions-of-its-rows",
            Told::Coded | Told::Considered => "trigger-near-the-path-between-the-parties",
        }));
        let features = self.features(t, told, Sides::Neither);
        self.proposals(&row.act, tree.token(t).span, features, reality.polarity, reality.realis, &because)
    }

    /// As the text puts it; and, where the ontology codes no such thing, as if it had happened.
    fn proposals(
        &self,
        act: &str,
        trigger: Span,
        features: Features,
        polarity: Polarity,
        realis: Realis,
        because: &[Reason],
    ) -> Vec<Proposal> {
        let one = |coded: Classified, features: Features| Proposal {
            act: Some(act.to_string()),
            event_type: coded.event_type,
            event_mode: coded.mode,
            plover_score: coded.score,
            trigger: Some(trigger),
            weight: weigh(&features),
            because: because.iter().cloned().chain(coded.because).collect(),
        };
        let told = one(classify(self.m.knowledge, act, polarity, realis), features);
        if told.event_type.is_some() {
            return vec![told];
        }
        let plain = classify(self.m.knowledge, act, Polarity::Positive, Realis::Actual);
        let mut supposed = one(plain, Features { supposed: true, ..features });
        supposed.because.push(Reason::rule("taken-as-if-it-had-happened"));
        if supposed.event_type.is_some() { vec![supposed] } else { vec![told] }
    }

    fn features(&self, t: TokenIx, told: Told, sides: Sides) -> Features {
        let tree = self.m.tree;
        let (distance, order) = self.nearest(t);
        let inside = self.pair.source.iter().chain(&self.pair.target).any(|s| s.contains(tree.token(t).span));
        Features { told, sides, distance, order, inside, supposed: false }
    }

    /// Arcs to the nearest word of the path, and that word's place on it. Where there is no path in the sentence of the
    /// word, it is as far as the whole sentence is long.
    fn nearest(&self, t: TokenIx) -> (u32, u32) {
        let tree = self.m.tree;
        let arcs = |p: TokenIx| arcs(tree, t, p).unwrap_or(tree.len());
        let places = self.path.iter().enumerate().map(|(n, &p)| (arcs(p), n as u32));
        places.min().unwrap_or((tree.len(), 0))
    }

    /// How the participants of an event stand to the pair. `swap`: the ontology takes the counterpart for the actor.
    fn sides(&self, event: &EventMention, swap: bool) -> Sides {
        let joint = self.m.knowledge.act(&event.act).is_some_and(|a| a.joint);
        let (actors, recipients) =
            if swap { (&event.counterpart, &event.initiator) } else { (&event.initiator, &event.counterpart) };
        let on = |side: &[(PartyIx, Span)], words: &[Span]| {
            side.iter().any(|&(party, span)| {
                let mentions = self.coding.mentions.iter().filter(|m| m.party == party).map(|m| m.span);
                std::iter::once(span).chain(mentions).any(|s| words.iter().any(|w| w.overlaps(s)))
            })
        };
        let (source, target) = (&self.pair.source, &self.pair.target);
        // What the text does not name cannot be missed.
        let takes_part = |side: &[(PartyIx, Span)], words: &[Span]| words.is_empty() || on(side, words);
        let somebody = !source.is_empty() || !target.is_empty();
        let all: Vec<(PartyIx, Span)> = actors.iter().chain(recipients).copied().collect();
        let in_place = takes_part(actors, source) && takes_part(recipients, target);
        let together = joint && takes_part(&all, source) && takes_part(&all, target);
        if somebody && (in_place || together) {
            Sides::Straight
        } else if somebody && takes_part(recipients, source) && takes_part(actors, target) {
            Sides::Turned
        } else if on(actors, source) || on(recipients, target) {
            Sides::One
        } else {
            Sides::Neither
        }
    }
}

/// The words from the source to the target in the dependency tree, both heads included. With one side only, or two in
/// different sentences, the way from each up to its clause.
fn path(tree: &Tree, pair: &Pair) -> Vec<TokenIx> {
    let up = |head: TokenIx| std::iter::once(head).chain(tree.ancestors(head)).collect::<Vec<TokenIx>>();
    let to_clause = |head: TokenIx| {
        let way = up(head);
        let end = way.iter().skip(1).position(|&a| tree.is_clause(a)).map_or(way.len(), |n| n + 2);
        way[..end].to_vec()
    };
    match (head_of(tree, &pair.source), head_of(tree, &pair.target)) {
        (None, None) => (0..tree.len()).filter(|&t| tree.head(t).is_none() && tree.rel(t) == Rel::Root).collect(),
        (Some(one), None) | (None, Some(one)) => to_clause(one),
        (Some(source), Some(target)) => {
            let (from, to) = (up(source), up(target));
            match from.iter().position(|a| to.contains(a)) {
                Some(meet) => {
                    let down = to.iter().take_while(|&&a| a != from[meet]).collect::<Vec<_>>();
                    from[..=meet].iter().copied().chain(down.into_iter().rev().copied()).collect()
                }
                None => to_clause(source).into_iter().chain(to_clause(target).into_iter().rev()).collect(),
            }
        }
    }
}

/// The word that governs the words of a side: the first whose own governor stands outside them.
fn head_of(tree: &Tree, words: &[Span]) -> Option<TokenIx> {
    let inside = |t: TokenIx| words.iter().any(|w| w.overlaps(tree.token(t).span));
    let tokens: Vec<TokenIx> = (0..tree.len()).filter(|&t| inside(t)).collect();
    let tops = tokens.iter().copied().filter(|&t| tree.head(t).is_none_or(|h| !inside(h)));
    let open = tops.clone().find(|&t| tree.upos(t) != Upos::Punct && tree.upos(t) != Upos::Adp);
    open.or_else(|| tops.clone().next())
}

/// Arcs between two words of a sentence; `None` in different ones.
fn arcs(tree: &Tree, a: TokenIx, b: TokenIx) -> Option<u32> {
    let up = |t: TokenIx| std::iter::once(t).chain(tree.ancestors(t));
    up(a).enumerate().find_map(|(n, x)| up(b).position(|y| y == x).map(|m| (n + m) as u32))
}

#[cfg(test)]
mod tests {
    use attache_doc::{BlockKind, Meta, conllu};

    use super::*;

    /// The row for a sentence; tokens are form, lemma, tag, Penn tag, governor and relation. Sides are given by their words.
    fn related(rows: &[(&str, &str, &str, &str, usize, &str)], source: &[&str], target: &[&str]) -> RelationRow {
        let knowledge = Knowledge::embedded().unwrap();
        let text = rows.iter().map(|r| r.0).collect::<Vec<_>>().join(" ");
        let doc = Document::new(text.clone(), vec![(BlockKind::Paragraph, 0..text.len())], Meta::default());
        let mut written = String::new();
        for (n, (form, lemma, upos, xpos, head, rel)) in rows.iter().enumerate() {
            written.push_str(&format!("{}\t{form}\t{lemma}\t{upos}\t{xpos}\t_\t{head}\t{rel}\t_\t_\n", n + 1));
        }
        written.push('\n');
        let parse = conllu::read(&doc, &written).unwrap();
        let coding = crate::code(&knowledge, &doc, &parse);
        let spans = |words: &[&str]| {
            words.iter().map(|w| text.find(w).map(|at| Span::new(at, at + w.len())).unwrap()).collect::<Vec<Span>>()
        };
        let pair = Pair { source: spans(source), target: spans(target) };
        super::row(&knowledge, &doc, &parse, &coding, &pair, None, Some("1".to_string()))
    }

    const CONDEMNED: &[(&str, &str, &str, &str, usize, &str)] = &[
        ("Norway", "Norway", "PROPN", "NNP", 2, "nsubj"),
        ("condemned", "condemn", "VERB", "VBD", 0, "root"),
        ("Chad", "Chad", "PROPN", "NNP", 2, "obj"),
        ("and", "and", "CCONJ", "CC", 5, "cc"),
        ("invited", "invite", "VERB", "VBD", 2, "conj"),
        ("Peru", "Peru", "PROPN", "NNP", 5, "obj"),
    ];

    #[test]
    fn the_event_of_both_parties_is_taken() {
        let row = related(CONDEMNED, &["Norway"], &["Chad"]);
        assert_eq!((row.event_type.as_deref(), row.quad), (Some("ACCUSE"), Some(3)), "{row:?}");
        assert_eq!(row.id.as_deref(), Some("1"));
        assert!(row.because.contains(&Reason::rule("both-parties-take-part")));
        let row = related(CONDEMNED, &["Norway"], &["Peru"]);
        assert_eq!(row.event_type.as_deref(), Some("AGREE"), "{row:?}");
        assert!(row.score.is_some_and(|s| s > 0.0 && s <= 1.0));
    }

    #[test]
    fn parties_that_the_tables_do_not_know_are_related_by_the_nearest_trigger() {
        let rows: &[(&str, &str, &str, &str, usize, &str)] = &[
            ("Skaters", "skater", "NOUN", "NNS", 2, "nsubj"),
            ("condemned", "condemn", "VERB", "VBD", 0, "root"),
            ("judges", "judge", "NOUN", "NNS", 2, "obj"),
            ("after", "after", "SCONJ", "IN", 6, "mark"),
            ("fans", "fan", "NOUN", "NNS", 6, "nsubj"),
            ("attacked", "attack", "VERB", "VBD", 2, "advcl"),
            ("skaters", "skater", "NOUN", "NNS", 6, "obj"),
        ];
        let row = related(rows, &["Skaters"], &["judges"]);
        assert_eq!(row.event_type.as_deref(), Some("ACCUSE"), "{row:?}");
        let row = related(rows, &["fans"], &["skaters"]);
        assert_eq!(row.event_type.as_deref(), Some("ASSAULT"), "{row:?}");
        // One side only.
        let row = related(rows, &["fans"], &[]);
        assert_eq!(row.event_type.as_deref(), Some("ASSAULT"), "{row:?}");
        assert_eq!(related(rows, &[], &[]).event_type.as_deref(), Some("ACCUSE"));
    }

    #[test]
    fn without_any_trigger_the_type_is_null_and_the_reason_is_told() {
        let rows: &[(&str, &str, &str, &str, usize, &str)] = &[
            ("Norway", "Norway", "PROPN", "NNP", 3, "nsubj"),
            ("is", "be", "AUX", "VBZ", 3, "cop"),
            ("north", "north", "ADV", "RB", 0, "root"),
            ("of", "of", "ADP", "IN", 5, "case"),
            ("Chad", "Chad", "PROPN", "NNP", 3, "obl"),
        ];
        let row = related(rows, &["Norway"], &["Chad"]);
        assert_eq!((row.act, row.event_type, row.score), (None, None, None));
        assert_eq!(row.because, [Reason::rule("no-word-of-the-trigger-lexicon")]);
    }

    #[test]
    fn weights_keep_their_order() {
        let f = Features {
            told: Told::Coded,
            sides: Sides::Straight,
            distance: 9,
            order: 30,
            inside: true,
            supposed: false,
        };
        let turned = Features { sides: Sides::Turned, distance: 0, order: 0, inside: false, ..f };
        let on_path = Features { sides: Sides::One, ..turned };
        let considered = Features { told: Told::Considered, ..on_path };
        let off_path = Features { distance: 1, ..on_path };
        let named = Features { told: Told::Named, ..on_path };
        let weights: Vec<f64> = [f, turned, on_path, considered].iter().map(weigh).collect();
        assert!(weights.windows(2).all(|w| w[0] > w[1]), "{weights:?}");
        assert!(weigh(&considered) > weigh(&off_path) && weigh(&considered) > weigh(&named));
        assert!(weights.iter().all(|w| (0.0..=1.0).contains(w)));
    }

    #[test]
    fn a_type_without_an_act_takes_the_heaviest_act_of_that_type() {
        let proposal = |act: Option<&str>, kind: &str, weight: f64| Proposal {
            act: act.map(str::to_string),
            event_type: Some(kind.to_string()),
            event_mode: None,
            plover_score: None,
            trigger: None,
            weight,
            because: Vec::new(),
        };
        let all = [proposal(Some("a"), "X", 0.5), proposal(None, "Y", 0.9), proposal(Some("b"), "Y", 0.1)];
        let (taken, score) = decide(&all).unwrap();
        assert_eq!((taken.act.as_deref(), taken.event_type.as_deref()), (Some("b"), Some("Y")));
        assert!((score - 1.0 / 1.5).abs() < 1e-9);
        assert_eq!(decide(&[]), None);
    }
}
