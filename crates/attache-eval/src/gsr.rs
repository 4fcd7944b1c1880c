//! PLOVER's gold records against events coded from raw text: type, mode, participants, sectors, contexts.
//!
//! A record is a sentence with one event; what else the sentence reports is not annotated, and no sentence is without an
//! event. So an event of the output is held against the gold only where it speaks of the same words:
//!
//! - *Aligned* are the events whose trigger, or another mention of them, shares a letter with the words that the gold marks
//!   for its event. Where no event does, those are aligned whose participants share a letter with the gold's on both sides
//!   (on one, where the gold marks only one).
//! - Every aligned event is a prediction: two types for the same words are one right type at most. Types, and dyads, are
//!   counted once a record. Aligned events without a type (refused, hypothetical) are none.
//! - The other typed events are *extra*: neither right nor wrong here. `extra_per_record` tells how many they are, and the
//!   metrics that end in `_all` take them for predictions too, which makes them all wrong but for those of the gold's type.
//!   `type_precision_best` goes the other way: one event a record counts, the one that fits the gold best.
//!
//! A *dyad* is an actor with a recipient, or with nobody where there is none; a record with two recipients has two. For a
//! reciprocal record with its parties on one side, the dyads are its pairs, and direction does not count; nor does it where
//! the coded act is joint (two that meet). The participant of the output is the gold's when it has the country or actor code
//! that the gold gives (a body of no country is compared by its sectors, which name international organisations); where the
//! gold gives no code, when their words share a letter. `dyad_type_f1` asks for type and dyad, `dyad_f1` for the dyad.
//!
//! `source_f1` and `target_f1` count participants whose words share a letter, each used once, in the aligned event that fits
//! best. `country` and `sector` are the shares of those with the gold's code and sector. `mode_f1` is counted in records
//! whose gold has a mode, and asks for the type as well. `context_f1` counts contexts of the aligned event that fits best.
//! `found` is the share of records with an aligned event.
//!
//! Baseline, in the same run: for `type_f1` the gold's most frequent type for every record.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use attache_doc::wire::{ActorRef, EventRow};
use attache_doc::{Document, Span};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::model::{Coded, Coder, Points, overlap};
use crate::{Baseline, CaseTable, EvalError, Metric, Outcome, read_lines, read_text};

/// A record, as the file has it. Places are code points.
#[derive(Deserialize)]
struct Record {
    id: String,
    text: String,
    event: String,
    mode: Option<String>,
    source: Vec<Participant>,
    target: Vec<Participant>,
    #[serde(default)]
    reciprocal: bool,
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    spans: Vec<Marked>,
}

#[derive(Deserialize)]
struct Participant {
    start: Option<usize>,
    end: Option<usize>,
    code: Option<String>,
    sector: Option<String>,
}

/// Marked words: `EVT` for the event, `SRC`, `TAR` or `SRC/TAR` for participants.
#[derive(Deserialize)]
struct Marked {
    role: String,
    start: usize,
    end: usize,
}

/// Who takes part.
#[derive(Debug, Clone, Default, PartialEq)]
struct Party {
    /// The words; none for a party that the text implies.
    words: Vec<Span>,
    /// Country or actor codes: one at most in the gold.
    codes: Vec<String>,
    sectors: Vec<String>,
}

/// An event of the gold or of the output.
#[derive(Debug, Clone, Default, PartialEq)]
struct Event {
    kind: Option<String>,
    mode: Option<String>,
    actors: Vec<Party>,
    recipients: Vec<Party>,
    /// Actor and recipient may change places.
    mutual: bool,
    contexts: BTreeSet<String>,
    /// The words that report it.
    words: Vec<Span>,
}

/// Right, gold's and output's numbers of something.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Count {
    right: usize,
    gold: usize,
    output: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.right += other.right;
        self.gold += other.gold;
        self.output += other.output;
    }

    fn f1(self, name: &str) -> Metric {
        Metric::f1(name, self.right, self.gold, self.output)
    }

    fn precision(self, name: &str) -> Metric {
        Metric::percent(name, self.right, self.output)
    }

    fn recall(self, name: &str) -> Metric {
        Metric::percent(name, self.right, self.gold)
    }
}

/// What is counted, over one record or all.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counts {
    records: usize,
    found: usize,
    extra: usize,
    kind: Count,
    kind_all: Count,
    kind_best: Count,
    mode: Count,
    dyad: Count,
    dyad_kind: Count,
    dyad_kind_all: Count,
    source: Count,
    target: Count,
    country: Count,
    sector: Count,
    context: Count,
}

/// Scores the coder on the records of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let records: Vec<Record> = read_lines(&read_text(&path)?).map_err(shape)?;
    let records: Vec<Record> = records.into_iter().filter(|r| show.is_none_or(|case| r.id == case)).collect();
    let coder = Coder::load()?;
    let coded = coder.code_texts(records.iter().map(|r| r.text.as_str())).map_err(|error| shape(error.to_string()))?;

    let mut all = Counts::default();
    let header = vec![
        "case",
        "gold",
        "output",
        "extra",
        "type_right",
        "gold_mode",
        "mode_right",
        "gold_dyads",
        "output_dyads",
        "right_dyads",
        "right_dyads_with_type",
    ];
    let mut cases = CaseTable { header, rows: Vec::new() };
    for (record, coded) in records.iter().zip(&coded) {
        let gold = gold_of(manifest, record);
        let output: Vec<Event> = coded.rows.iter().map(|row| output_of(manifest, &coder, coded, row)).collect();
        let aligned = align(&gold, &output);
        if show.is_some() {
            let shown = Some(side_by_side(&coded.document, &gold, &output, &aligned));
            return Ok(Outcome { shown, ..Outcome::default() });
        }
        let here = compare(&gold, &output, &aligned);
        cases.rows.push(row_of(record, &gold, &output, &aligned, &here));
        all.add(&here);
    }
    let baselines = vec![Baseline {
        metric: "type_f1".to_string(),
        value: Metric::percent("type_f1", most_frequent(manifest, &records), records.len()).value,
        source: "the most frequent type for every record, measured in this run",
    }];
    Ok(Outcome { metrics: all.metrics(), baselines, cases, ..Outcome::default() })
}

/// How often the most frequent type stands in the gold.
fn most_frequent(manifest: &Manifest, records: &[Record]) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in records {
        *counts.entry(manifest.name(&record.event)).or_default() += 1;
    }
    counts.into_values().max().unwrap_or(0)
}

// ---- gold and output ----

fn gold_of(manifest: &Manifest, record: &Record) -> Event {
    let points = Points::of(&record.text);
    let marked = |role: fn(&str) -> bool| {
        record.spans.iter().filter(move |m| role(&m.role)).map(|m| points.span(m.start, m.end)).collect::<Vec<Span>>()
    };
    let own: Vec<Span> =
        record.source.iter().chain(&record.target).filter_map(|p| Some(points.span(p.start?, p.end?))).collect();
    // A party in pieces ("U.S. and Russian negotiators") has no place of its own; its words are those marked for its side
    // that no other party has.
    let side = |participants: &[Participant], role: fn(&str) -> bool| -> Vec<Party> {
        let rest: Vec<Span> = marked(role).into_iter().filter(|&s| !overlap(&[s], &own)).collect();
        let one = |p: &Participant| Party {
            words: match (p.start, p.end) {
                (Some(start), Some(end)) => vec![points.span(start, end)],
                _ => rest.clone(),
            },
            codes: p.code.iter().map(|c| manifest.name(c).to_string()).collect(),
            sectors: p.sector.iter().map(|s| manifest.name(s).to_string()).collect(),
        };
        participants.iter().map(one).collect()
    };
    let actors = side(&record.source, |role| role.split('/').any(|r| r == "SRC"));
    let recipients = side(&record.target, |role| role.split('/').any(|r| r == "TAR"));
    Event {
        kind: Some(manifest.name(&record.event).to_string()),
        mode: record.mode.as_deref().map(|m| manifest.name(m).to_string()),
        mutual: record.reciprocal || (recipients.is_empty() && actors.len() > 1),
        actors,
        recipients,
        contexts: record.context.iter().map(|c| manifest.name(c).to_string()).collect(),
        words: marked(|role| role == "EVT"),
    }
}

fn output_of(manifest: &Manifest, coder: &Coder, coded: &Coded, row: &EventRow) -> Event {
    let points = Points::of(coded.document.full_text());
    let party = |a: &ActorRef| Party {
        words: a.start.zip(a.end).map(|(s, e)| points.span(s as usize, e as usize)).into_iter().collect(),
        codes: match &a.country {
            Some(country) => vec![country.clone()],
            None => a.sectors.iter().map(|s| manifest.name(s).to_string()).collect(),
        },
        sectors: a.sectors.iter().map(|s| manifest.name(s).to_string()).collect(),
    };
    let words = std::iter::once(&row.trigger).chain(&row.also);
    Event {
        kind: row.event_type.as_deref().map(|k| manifest.name(k).to_string()),
        mode: row.event_mode.as_deref().map(|m| manifest.name(m).to_string()),
        actors: row.actor.iter().map(party).collect(),
        recipients: row.recipient.iter().map(party).collect(),
        mutual: coder.knowledge.act(&row.act).is_some_and(|act| act.joint),
        contexts: row.contexts.iter().map(|c| manifest.name(c).to_string()).collect(),
        words: words.map(|w| points.span(w.start as usize, w.end as usize)).collect(),
    }
}

// ---- comparing ----

/// Which events of the output speak of the gold's event, the one that fits best first.
fn align(gold: &Event, output: &[Event]) -> Vec<usize> {
    let typed = |n: &usize| output[*n].kind.is_some();
    let by_words = |n: &usize| overlap(&output[*n].words, &gold.words);
    let mut aligned: Vec<usize> = (0..output.len()).filter(typed).filter(by_words).collect();
    if aligned.is_empty() {
        aligned = (0..output.len()).filter(typed).filter(|&n| same_participants(gold, &output[n])).collect();
    }
    aligned.sort_by_key(|&n| std::cmp::Reverse(fit(gold, &output[n])));
    aligned
}

/// How well an event fits: type, then dyads, then mode.
fn fit(gold: &Event, one: &Event) -> (bool, usize, bool) {
    (one.kind == gold.kind, count_dyads(gold, &[one], false).right, one.mode == gold.mode)
}

/// Words of both sides in common; of one, where the gold marks words of only one.
fn same_participants(gold: &Event, one: &Event) -> bool {
    let words = |side: &[Party]| side.iter().flat_map(|p| p.words.iter().copied()).collect::<Vec<Span>>();
    let (actors, recipients) = (words(&gold.actors), words(&gold.recipients));
    let (found_actors, found_recipients) = (words(&one.actors), words(&one.recipients));
    let fits = |a: &[Span], r: &[Span]| {
        (actors.is_empty() || overlap(&actors, a)) && (recipients.is_empty() || overlap(&recipients, r))
    };
    let marked = !actors.is_empty() || !recipients.is_empty();
    let straight = fits(&found_actors, &found_recipients);
    let crossed = (gold.mutual || one.mutual) && fits(&found_recipients, &found_actors);
    marked && (straight || crossed)
}

/// The same party: by code where the gold gives one, else by words.
fn same_party(gold: &Party, found: &Party) -> bool {
    match gold.codes.first() {
        Some(code) => found.codes.contains(code),
        None => overlap(&gold.words, &found.words),
    }
}

/// Actor and recipient, `None` where there is none.
type Dyad<'e> = (Option<&'e Party>, Option<&'e Party>);

fn dyads(event: &Event) -> Vec<Dyad<'_>> {
    let (actors, recipients) = (&event.actors, &event.recipients);
    match (actors.is_empty(), recipients.is_empty()) {
        (true, true) => Vec::new(),
        (false, true) if event.mutual && actors.len() > 1 => {
            let pairs = actors.iter().enumerate();
            pairs.flat_map(|(n, a)| actors[n + 1..].iter().map(move |b| (Some(a), Some(b)))).collect()
        }
        (false, true) => actors.iter().map(|a| (Some(a), None)).collect(),
        (true, false) => recipients.iter().map(|r| (None, Some(r))).collect(),
        (false, false) => actors.iter().flat_map(|a| recipients.iter().map(move |r| (Some(a), Some(r)))).collect(),
    }
}

/// Dyads of the gold, of some events, and those that agree, each used once; with their types or without. The same dyad
/// told twice counts once.
fn count_dyads(gold: &Event, events: &[&Event], with_kind: bool) -> Count {
    let told = |party: Option<&Party>| {
        party.map(|p| if p.codes.is_empty() { format!("{:?}", p.words) } else { p.codes.join("|") })
    };
    let mut wanted: Vec<Dyad> = Vec::new();
    let mut keys = BTreeSet::new();
    for dyad in dyads(gold) {
        if keys.insert((told(dyad.0), told(dyad.1))) {
            wanted.push(dyad);
        }
    }
    let mut free: Vec<(Dyad, &Event)> = Vec::new();
    let mut keys = BTreeSet::new();
    for &event in events {
        for dyad in dyads(event) {
            let kind = event.kind.as_deref().filter(|_| with_kind);
            if keys.insert((kind, told(dyad.0), told(dyad.1))) {
                free.push((dyad, event));
            }
        }
    }
    let mut count = Count { right: 0, gold: wanted.len(), output: free.len() };
    let same = |g: Option<&Party>, f: Option<&Party>| match (g, f) {
        (Some(g), Some(f)) => same_party(g, f),
        (g, f) => g.is_none() && f.is_none(),
    };
    for (actor, recipient) in wanted {
        let fits = |&((a, r), event): &(Dyad, &Event)| {
            let straight = same(actor, a) && same(recipient, r);
            let crossed = (gold.mutual || event.mutual) && same(actor, r) && same(recipient, a);
            (straight || crossed) && (!with_kind || event.kind == gold.kind)
        };
        if let Some(n) = free.iter().position(fits) {
            free.remove(n);
            count.right += 1;
        }
    }
    count
}

/// Parties with words in common, each used once.
fn pair_up<'e>(gold: &[&'e Party], found: &[&'e Party]) -> Vec<(&'e Party, &'e Party)> {
    let mut free = found.to_vec();
    let mut pairs = Vec::new();
    for &g in gold {
        if let Some(n) = free.iter().position(|f| overlap(&g.words, &f.words)) {
            pairs.push((g, free.remove(n)));
        }
    }
    pairs
}

fn compare(gold: &Event, output: &[Event], aligned: &[usize]) -> Counts {
    let events: Vec<&Event> = aligned.iter().map(|&n| &output[n]).collect();
    let typed: Vec<&Event> = output.iter().filter(|e| e.kind.is_some()).collect();
    let kinds = |events: &[&Event]| {
        let told: BTreeSet<&str> = events.iter().filter_map(|e| e.kind.as_deref()).collect();
        let right = gold.kind.as_deref().is_some_and(|k| told.contains(k));
        Count { right: usize::from(right), gold: 1, output: told.len() }
    };
    let best = typed.iter().copied().max_by_key(|e| fit(gold, e));
    let mut here = Counts {
        records: 1,
        found: usize::from(!events.is_empty()),
        extra: typed.len() - events.len(),
        kind: kinds(&events),
        kind_all: kinds(&typed),
        kind_best: kinds(best.as_slice()),
        dyad: count_dyads(gold, &events, false),
        dyad_kind: count_dyads(gold, &events, true),
        dyad_kind_all: count_dyads(gold, &typed, true),
        ..Counts::default()
    };
    if gold.mode.is_some() {
        let told: BTreeSet<_> = events.iter().filter(|e| e.mode.is_some()).map(|e| (&e.kind, &e.mode)).collect();
        here.mode = Count { right: usize::from(told.contains(&(&gold.kind, &gold.mode))), gold: 1, output: told.len() };
    }
    let nobody = Event::default();
    let event = events.first().copied().unwrap_or(&nobody);
    here.participants(gold, event);
    here.context = Count {
        right: gold.contexts.intersection(&event.contexts).count(),
        gold: gold.contexts.len(),
        output: event.contexts.len(),
    };
    here
}

impl Counts {
    /// Counts participants of one event by their words. In a reciprocal record the sides are one; for a joint act the
    /// direction counts that gives more.
    fn participants(&mut self, gold: &Event, event: &Event) {
        // Implied parties have no words to share.
        fn told(side: &[Party]) -> Vec<&Party> {
            side.iter().filter(|p| !p.words.is_empty()).collect()
        }
        let (actors, recipients) = (told(&gold.actors), told(&gold.recipients));
        let (found_actors, found_recipients) = (told(&event.actors), told(&event.recipients));
        let mut pairs;
        if gold.mutual {
            let found: Vec<&Party> = found_actors.into_iter().chain(found_recipients).collect();
            let gold: Vec<&Party> = actors.into_iter().chain(recipients).collect();
            pairs = pair_up(&gold, &found);
            self.source.add(Count { right: pairs.len(), gold: gold.len(), output: found.len() });
        } else {
            let straight = (pair_up(&actors, &found_actors), pair_up(&recipients, &found_recipients));
            let crossed = (pair_up(&actors, &found_recipients), pair_up(&recipients, &found_actors));
            let turned = event.mutual && crossed.0.len() + crossed.1.len() > straight.0.len() + straight.1.len();
            let (sources, targets) = if turned { crossed } else { straight };
            let (left, right) =
                if turned { (&found_recipients, &found_actors) } else { (&found_actors, &found_recipients) };
            self.source.add(Count { right: sources.len(), gold: actors.len(), output: left.len() });
            self.target.add(Count { right: targets.len(), gold: recipients.len(), output: right.len() });
            pairs = sources;
            pairs.extend(targets);
        }
        for (g, f) in pairs {
            let share = |of: &[String], found: &[String]| {
                of.first().map_or(Count::default(), |code| Count {
                    right: usize::from(found.contains(code)),
                    gold: 1,
                    output: 1,
                })
            };
            self.country.add(share(&g.codes, &f.codes));
            self.sector.add(share(&g.sectors, &f.sectors));
        }
    }

    fn add(&mut self, other: &Counts) {
        self.records += other.records;
        self.found += other.found;
        self.extra += other.extra;
        let mine = [
            &mut self.kind,
            &mut self.kind_all,
            &mut self.kind_best,
            &mut self.mode,
            &mut self.dyad,
            &mut self.dyad_kind,
            &mut self.dyad_kind_all,
            &mut self.source,
            &mut self.target,
            &mut self.country,
            &mut self.sector,
            &mut self.context,
        ];
        let theirs = [
            other.kind,
            other.kind_all,
            other.kind_best,
            other.mode,
            other.dyad,
            other.dyad_kind,
            other.dyad_kind_all,
            other.source,
            other.target,
            other.country,
            other.sector,
            other.context,
        ];
        mine.into_iter().zip(theirs).for_each(|(mine, theirs)| mine.add(theirs));
    }

    fn metrics(&self) -> Vec<Metric> {
        let extra = self.extra as f64 / self.records.max(1) as f64;
        vec![
            self.kind.f1("type_f1"),
            self.mode.f1("mode_f1"),
            self.dyad_kind.f1("dyad_type_f1"),
            self.kind.precision("type_precision"),
            self.kind.recall("type_recall"),
            self.kind_all.f1("type_f1_all"),
            self.kind_all.precision("type_precision_all"),
            self.kind_all.recall("type_recall_all"),
            self.kind_best.precision("type_precision_best"),
            self.dyad.f1("dyad_f1"),
            self.dyad_kind_all.f1("dyad_type_f1_all"),
            self.source.f1("source_f1"),
            self.target.f1("target_f1"),
            self.country.recall("country"),
            self.sector.recall("sector"),
            self.context.f1("context_f1"),
            Metric::percent("found", self.found, self.records),
            Metric { name: "extra_per_record".to_string(), value: extra, n: self.records },
        ]
    }
}

// ---- telling a case ----

fn row_of(record: &Record, gold: &Event, output: &[Event], aligned: &[usize], here: &Counts) -> Vec<String> {
    let kinds = |of: &dyn Fn(usize) -> bool| {
        let told = output.iter().enumerate().filter(|(n, e)| e.kind.is_some() && of(*n));
        told.filter_map(|(_, e)| e.kind.as_deref()).collect::<Vec<_>>().join(";")
    };
    let none = |text: String| if text.is_empty() { "-".to_string() } else { text };
    vec![
        record.id.clone(),
        gold.kind.clone().unwrap_or_default(),
        none(kinds(&|n| aligned.contains(&n))),
        none(kinds(&|n| !aligned.contains(&n))),
        here.kind.right.to_string(),
        none(gold.mode.clone().unwrap_or_default()),
        here.mode.right.to_string(),
        here.dyad.gold.to_string(),
        here.dyad_kind.output.to_string(),
        here.dyad.right.to_string(),
        here.dyad_kind.right.to_string(),
    ]
}

fn side_by_side(document: &Document, gold: &Event, output: &[Event], aligned: &[usize]) -> String {
    let words = |spans: &[Span]| spans.iter().map(|&s| document.text(s)).collect::<Vec<_>>().join(" … ");
    let party = |p: &Party| {
        let about: Vec<&str> = p.codes.iter().chain(&p.sectors).map(String::as_str).collect();
        format!("[{}] {}", words(&p.words), about.join(" "))
    };
    let side = |side: &[Party]| side.iter().map(party).collect::<Vec<_>>().join(", ");
    let line = |verdict: &str, e: &Event| {
        let arrow = if e.mutual { "↔" } else { "→" };
        let (kind, mode) = (e.kind.as_deref().unwrap_or("-"), e.mode.as_deref().unwrap_or("-"));
        let contexts: Vec<&str> = e.contexts.iter().map(String::as_str).collect();
        let (from, to) = (side(&e.actors), side(&e.recipients));
        format!("{verdict:<10} {kind}/{mode} {{{}}} {from} {arrow} {to} ({})\n", words(&e.words), contexts.join(" "))
    };
    let text = format!("{}\n", document.full_text().trim_end());
    let rows = output.iter().enumerate().map(|(n, e)| {
        let verdict = match (aligned.contains(&n), &e.kind) {
            (true, _) => "output",
            (false, Some(_)) => "extra",
            (false, None) => "no type",
        };
        line(verdict, e)
    });
    [text, line("gold", gold)].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    fn party(at: u32, code: &str) -> Party {
        Party { words: vec![span(at, at + 5)], codes: vec![code.to_string()], sectors: Vec::new() }
    }

    fn event(kind: &str, words: Span, actors: Vec<Party>, recipients: Vec<Party>) -> Event {
        Event { kind: Some(kind.to_string()), words: vec![words], actors, recipients, ..Event::default() }
    }

    #[test]
    fn events_elsewhere_in_the_sentence_are_extra() {
        let gold = event("PROTEST", span(10, 20), vec![party(0, "CHL")], vec![party(30, "PER")]);
        let here = event("PROTEST", span(15, 18), vec![party(0, "CHL")], vec![party(30, "PER")]);
        let other = event("AID", span(50, 55), vec![party(0, "CHL")], Vec::new());
        let output = [other.clone(), here.clone()];
        let counts = compare(&gold, &output, &align(&gold, &output));
        assert_eq!((counts.extra, counts.kind), (1, Count { right: 1, gold: 1, output: 1 }));
        assert_eq!(counts.kind_all, Count { right: 1, gold: 1, output: 2 });
        assert_eq!((counts.dyad_kind.right, counts.dyad_kind_all.output), (1, 2));
        // A second type for the gold's own words is a wrong one.
        let second = event("AID", span(12, 14), vec![party(0, "CHL")], vec![party(30, "PER")]);
        let output = [here, second];
        let counts = compare(&gold, &output, &align(&gold, &output));
        assert_eq!((counts.extra, counts.kind), (0, Count { right: 1, gold: 1, output: 2 }));
        assert_eq!((counts.dyad.right, counts.dyad.output, counts.dyad_kind.output), (1, 1, 2));
        // Nothing speaks of the gold's words: the participants tell which event is meant.
        let output = [other, event("AID", span(60, 65), vec![party(2, "CHL")], vec![party(33, "PER")])];
        assert_eq!(align(&gold, &output), [1]);
    }

    #[test]
    fn a_dyad_goes_by_code_and_has_a_direction_unless_it_is_mutual() {
        let gold = event("AID", span(10, 20), vec![party(0, "CHL")], vec![party(30, "PER")]);
        let turned = event("AID", span(10, 20), vec![party(30, "PER")], vec![party(0, "CHL")]);
        assert_eq!(count_dyads(&gold, &[&turned], true).right, 0);
        let joint = Event { mutual: true, ..turned };
        assert_eq!(count_dyads(&gold, &[&joint], true).right, 1);
        // Other words, the same country.
        let elsewhere = event("AID", span(10, 20), vec![party(70, "CHL")], vec![party(80, "PER")]);
        assert_eq!(count_dyads(&gold, &[&elsewhere], true).right, 1);
        let nobody = event("AID", span(10, 20), vec![party(70, "CHL")], Vec::new());
        assert_eq!(count_dyads(&gold, &[&nobody], true), Count { right: 0, gold: 1, output: 1 });
        let pair =
            Event { mutual: true, ..event("AID", span(1, 2), vec![party(0, "CHL"), party(9, "PER")], Vec::new()) };
        assert_eq!(count_dyads(&pair, &[&joint], true), Count { right: 1, gold: 1, output: 1 });
        let uncoded = Event { actors: vec![Party { codes: Vec::new(), ..party(0, "") }], ..gold };
        assert_eq!(count_dyads(&uncoded, &[&elsewhere], true).right, 0, "without a code, words must be shared");
        let named = event("AID", span(10, 20), vec![party(3, "BOL")], vec![party(80, "PER")]);
        assert_eq!(count_dyads(&uncoded, &[&named], true).right, 1);
    }

    #[test]
    fn participants_are_counted_by_words_and_told_by_code() {
        let gold = event("AID", span(10, 20), vec![party(0, "CHL")], vec![party(30, "PER"), party(40, "BOL")]);
        let found = event("AID", span(10, 20), vec![party(2, "CHL")], vec![party(33, "ECU"), party(90, "BOL")]);
        let counts = compare(&gold, std::slice::from_ref(&found), &[0]);
        assert_eq!(counts.source, Count { right: 1, gold: 1, output: 1 });
        assert_eq!(counts.target, Count { right: 1, gold: 2, output: 2 });
        assert_eq!((counts.country.right, counts.country.gold), (1, 2));
        let missing = compare(&gold, &[], &[]);
        assert_eq!((missing.found, missing.source), (0, Count { right: 0, gold: 1, output: 0 }));
        assert_eq!(missing.kind, Count { right: 0, gold: 1, output: 0 });
    }
}
