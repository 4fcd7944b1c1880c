//! From logits to annotation: tags, lemmas, entities, heads and relations, cues and what they attribute.

use std::ops::Range;

use attache_doc::{EntityLabel, Rel, Stance, Upos, Xpos};
use serde::Deserialize;

use crate::NlpError;
use crate::engine::{Reading, Table, exp};
use crate::{Answer, Attributed, Deed, SentenceEntity, SentenceParse, SentenceWord};

/// The part of `models/en/manifest.json` that decoding needs.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: u32,
    labels: Names,
    limits: Limits,
}

#[derive(Deserialize)]
struct Names {
    upos: Vec<String>,
    xpos: Vec<String>,
    deprel: Vec<String>,
    lemma: Vec<String>,
    entity: Vec<String>,
    types: Vec<String>,
    cue: Vec<String>,
    part: Vec<String>,
    deed: Vec<String>,
    mode: Vec<String>,
    state: Vec<String>,
    role: Vec<String>,
    pair: Vec<String>,
    answer: Vec<String>,
    side: Vec<String>,
}

#[derive(Deserialize)]
struct Limits {
    pieces: usize,
    window: usize,
}

/// What each output of the model means.
pub(crate) struct Labels {
    pub(crate) upos: Vec<Upos>,
    pub(crate) xpos: Vec<Xpos>,
    pub(crate) rels: Vec<Rel>,
    lemmas: Vec<LemmaScript>,
    entities: Vec<Tag<EntityLabel>>,
    types: Vec<Tag<EntityLabel>>,
    cues: Vec<Tag<()>>,
    parts: Vec<Tag<Part>>,
    /// Tags of triggers, whose kinds are numbers of `event_types`.
    deeds: Vec<Tag<usize>>,
    event_types: Vec<Box<str>>,
    /// For each mode the type it belongs to, as a number, and its name.
    modes: Vec<(usize, Box<str>)>,
    states: Vec<Box<str>>,
    roles: Vec<Tag<Role>>,
    answers: Vec<Tag<Stance>>,
    sides: Vec<Tag<Side>>,
    /// Event types of pairs, empty for none.
    pairs: Vec<Box<str>>,
    /// Name and version of the model, such as `attache-en 1`.
    pub(crate) model: String,
    /// Most pieces that the model reads at once, the marks of beginning and end included.
    pub(crate) most_pieces: usize,
    /// Most pieces of several sentences that are read together.
    pub(crate) window_pieces: usize,
}

impl Labels {
    /// Reads a manifest. Every label must be one of the scheme, so that none is silently taken for another.
    pub(crate) fn read(manifest: &str) -> Result<Labels, NlpError> {
        let manifest: Manifest = serde_json::from_str(manifest).map_err(|e| NlpError::Manifest(e.to_string()))?;
        let names = manifest.labels;
        let mut event_types: Vec<Box<str>> = Vec::new();
        for (_, kind) in names.deed.iter().filter_map(|name| name.split_once('-')) {
            if !event_types.iter().any(|known| **known == *kind) {
                event_types.push(kind.into());
            }
        }
        let event_type = |name: &str| event_types.iter().position(|known| **known == *name);
        let mode = |name: &str| {
            let (kind, mode) = name.split_once('/')?;
            Some((event_type(kind)?, mode.into()))
        };
        let pair =
            |name: &str| (name == NO_EVENT || event_type(name).is_some()).then(|| name.replace(NO_EVENT, "").into());
        let labels = Labels {
            upos: all(&names.upos, "upos", Upos::find)?,
            xpos: all(&names.xpos, "xpos", Xpos::find)?,
            rels: all(&names.deprel, "deprel", Rel::find)?,
            lemmas: all(&names.lemma, "lemma", LemmaScript::find)?,
            entities: all(&names.entity, "entity", |name| Tag::find(name, EntityLabel::find))?,
            types: all(&names.types, "types", |name| Tag::find(name, EntityLabel::find))?,
            cues: all(&names.cue, "cue", |name| Tag::find(name, |kind| kind.is_empty().then_some(())))?,
            parts: all(&names.part, "part", |name| Tag::find(name, Part::find))?,
            deeds: all(&names.deed, "deed", |name| Tag::find(name, event_type))?,
            modes: all(&names.mode, "mode", mode)?,
            states: all(&names.state, "state", |name| Some(name.into()))?,
            roles: all(&names.role, "role", |name| Tag::find(name, Role::find))?,
            answers: all(&names.answer, "answer", |name| Tag::find(name, stance))?,
            sides: all(&names.side, "side", |name| Tag::find(name, Side::find))?,
            pairs: all(&names.pair, "pair", pair)?,
            event_types,
            model: format!("{} {}", manifest.name, manifest.version),
            most_pieces: manifest.limits.pieces,
            window_pieces: manifest.limits.window,
        };
        if labels.most_pieces < 64 {
            return Err(NlpError::Manifest(format!("a limit of {} pieces is too small", labels.most_pieces)));
        }
        Ok(labels)
    }

    /// The annotation of one sentence of a window, whose words are `rows` of the window. `heads` holds the head of each of
    /// its words, 0 for the root and k + 1 for word k, and `relations` the logits of each word of the window with its head.
    pub(crate) fn decode(
        &self,
        words: &[&str],
        rows: Range<usize>,
        reading: &Reading,
        heads: &[usize],
        relations: &Table,
    ) -> SentenceParse {
        let word = |(i, form): (usize, &&str)| {
            let row = rows.start + i;
            SentenceWord {
                lemma: self.lemmas[best(reading.lemma.row(row))].apply(form).into(),
                upos: self.upos[best(reading.upos.row(row))],
                xpos: self.xpos[best(reading.xpos.row(row))],
                head: heads[i].checked_sub(1).map(|head| head as u32),
                rel: self.best_rel(relations.row(row), heads[i] == 0),
            }
        };
        SentenceParse {
            words: words.iter().enumerate().map(word).collect(),
            entities: entities(&self.entities, &reading.entity, rows.clone()),
            names: entities(&self.types, &reading.types, rows.clone()),
            happened: if reading.happened.rows() == 0 {
                Vec::new()
            } else {
                rows.map(|row| reading.happened.row(row)[0]).collect()
            },
        }
    }

    /// Checks that the outputs of a run are as wide as the label sets.
    pub(crate) fn check(&self, reading: &Reading) -> Result<(), NlpError> {
        let tables = [
            (&reading.upos, self.upos.len()),
            (&reading.xpos, self.xpos.len()),
            (&reading.lemma, self.lemmas.len()),
            (&reading.entity, self.entities.len()),
            (&reading.types, self.types.len()),
            (&reading.cue, self.cues.len()),
            (&reading.answer, self.answers.len()),
            (&reading.deed, self.deeds.len()),
            (&reading.mode, self.modes.len()),
            (&reading.state, self.states.len()),
        ];
        // Tables of heads that were not asked are empty.
        if tables.iter().any(|(table, labels)| table.rows() > 0 && table.columns() != *labels) {
            return Err(NlpError::Run("the outputs have other sizes than the manifest's labels".to_string()));
        }
        Ok(())
    }

    /// The cues among some words of a window, with the probability of exactly these tags.
    pub(crate) fn cues(&self, reading: &Reading, rows: Range<usize>) -> Vec<(Range<usize>, f32)> {
        runs(&self.cues, &reading.cue, rows).into_iter().map(|run| (run.words, run.score)).collect()
    }

    /// The probability of each of some words to be part of a cue.
    pub(crate) fn attributing(&self, reading: &Reading, rows: Range<usize>) -> Vec<f32> {
        let outside = self.cues.iter().position(|tag| *tag == Tag::Outside);
        rows.map(|row| outside.map_or(0.0, |o| 1.0 - probability(reading.cue.row(row), o))).collect()
    }

    /// What a cue attributes: `parts` holds the logits of the parts, a row a word of the window, `rows` those for the cue.
    pub(crate) fn attributed(&self, cue: (Range<usize>, f32), parts: &Table, rows: Range<usize>) -> Attributed {
        let mut found = Attributed { cue: cue.0, source: Vec::new(), content: Vec::new(), score: cue.1 };
        let first = rows.start;
        for run in runs(&self.parts, parts, rows) {
            let words = run.words.start - first..run.words.end - first;
            match run.kind {
                Part::Source => found.source.push(words),
                Part::Content => found.content.push(words),
            }
        }
        found
    }

    /// The triggers of events among some words of a window: those on the best path of tags, and further words that may well
    /// be one.
    pub(crate) fn deeds(&self, reading: &Reading, rows: Range<usize>) -> Vec<Deed> {
        let found = runs(&self.deeds, &reading.deed, rows.clone());
        let mut triggers: Vec<Range<usize>> = found.into_iter().map(|run| run.words).collect();
        let free: Vec<usize> = rows.filter(|row| !triggers.iter().any(|words| words.contains(row))).collect();
        triggers.extend(free.into_iter().map(|row| row..row + 1));
        triggers.sort_unstable_by_key(|words| words.start);
        triggers.into_iter().filter_map(|words| self.deed(reading, words)).collect()
    }

    /// What some words trigger, if they may well trigger something.
    fn deed(&self, reading: &Reading, trigger: Range<usize>) -> Option<Deed> {
        let row = trigger.start;
        let tags = probabilities(reading.deed.row(row));
        let mut types = vec![0.0; self.event_types.len()];
        for (tag, probability) in self.deeds.iter().zip(&tags) {
            match tag {
                Tag::Outside => {}
                // A word that continues a trigger of which the beginning was missed is none of its own.
                Tag::Begin(kind) => types[*kind] += probability,
                Tag::Inside(kind) if trigger.len() > 1 => types[*kind] += probability,
                Tag::Inside(_) => {}
            }
        }
        let mut types: Vec<(usize, f32)> = types.into_iter().enumerate().collect();
        types.sort_by(|a, b| b.1.total_cmp(&a.1));
        let score = types.iter().map(|(_, score)| score).sum::<f32>().min(1.0);
        if score < LEAST_DEED {
            return None;
        }
        let modes: Vec<(&str, f32)> = (self.modes.iter().zip(reading.mode.row(row)))
            .filter(|((kind, _), _)| *kind == types[0].0)
            .map(|((_, mode), logit)| (&**mode, *logit))
            .collect();
        let states: Vec<(&str, f32)> =
            self.states.iter().map(|s| &**s).zip(reading.state.row(row).iter().copied()).collect();
        types.retain(|(_, score)| *score >= LEAST_TYPE);
        Some(Deed {
            trigger,
            score,
            types: types.into_iter().map(|(kind, score)| (self.event_types[kind].clone(), score)).collect(),
            mode: most_probable(&modes),
            state: most_probable(&states),
            actor: Vec::new(),
            recipient: Vec::new(),
        })
    }

    /// The answers of parties among some words of a window.
    pub(crate) fn answers(&self, reading: &Reading, rows: Range<usize>) -> Vec<Answer> {
        let answer = |run: Run<Stance>| Answer {
            cue: run.words,
            stance: run.kind,
            score: run.score,
            by: Vec::new(),
            to: Vec::new(),
        };
        runs(&self.answers, &reading.answer, rows).into_iter().map(answer).collect()
    }

    /// Who answers what: `sides` holds the logits of the sides, a row a word of the window, `rows` those for the answer's cue.
    pub(crate) fn answered(&self, answer: &mut Answer, sides: &Table, rows: Range<usize>) {
        let first = rows.start;
        for run in runs(&self.sides, sides, rows) {
            let words = run.words.start - first..run.words.end - first;
            match run.kind {
                Side::By => answer.by.push(words),
                Side::To => answer.to.push(words),
            }
        }
    }

    /// The participants of an event: `roles` holds the logits of the roles, a row a word of the window, `rows` those for its trigger.
    pub(crate) fn participants(&self, deed: &mut Deed, roles: &Table, rows: Range<usize>) {
        let first = rows.start;
        for run in runs(&self.roles, roles, rows) {
            let words = run.words.start - first..run.words.end - first;
            match run.kind {
                Role::Actor => deed.actor.push(words),
                Role::Recipient => deed.recipient.push(words),
            }
        }
    }

    /// Event types for a pair of participants, the most probable first, `None` for no event.
    pub(crate) fn pair(&self, logits: &[f32]) -> Vec<(Option<String>, f32)> {
        let names = self.pairs.iter().map(|name| Some(name.to_string()).filter(|name| !name.is_empty()));
        let mut found: Vec<(Option<String>, f32)> = names.zip(probabilities(logits)).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found
    }

    /// The best relation: `root` for the root, and for it alone.
    fn best_rel(&self, logits: &[f32], is_root: bool) -> Rel {
        if is_root {
            return Rel::Root;
        }
        let mut best = (Rel::Dep, f32::NEG_INFINITY);
        for (&rel, &logit) in self.rels.iter().zip(logits.iter()) {
            if rel != Rel::Root && logit > best.1 {
                best = (rel, logit);
            }
        }
        best.0
    }
}

/// Entities among some rows of a table, whose words count from the first of them.
fn entities(tags: &[Tag<EntityLabel>], logits: &Table, rows: Range<usize>) -> Vec<SentenceEntity> {
    let first = rows.start;
    let entity = |run: Run<EntityLabel>| SentenceEntity {
        words: (run.words.start - first) as u32..(run.words.end - first) as u32,
        label: run.kind,
        score: run.score,
    };
    runs(tags, logits, rows).into_iter().map(entity).collect()
}

/// Words that belong together.
struct Run<K> {
    words: Range<usize>,
    kind: K,
    /// The product of the probabilities of the words' tags.
    score: f32,
}

/// Runs along the best sequence of tags in which each I- continues a B- or I- of its kind (Viterbi).
fn runs<K: Copy + PartialEq>(tags: &[Tag<K>], logits: &Table, rows: Range<usize>) -> Vec<Run<K>> {
    let mut runs: Vec<Run<K>> = Vec::new();
    for (row, tag) in rows.clone().zip(best_tags(tags, logits, rows)) {
        match tags[tag] {
            Tag::Outside => {}
            Tag::Begin(kind) => {
                runs.push(Run { words: row..row + 1, kind, score: probability(logits.row(row), tag) });
            }
            Tag::Inside(_) => {
                if let Some(run) = runs.last_mut() {
                    run.words.end += 1;
                    run.score *= probability(logits.row(row), tag);
                }
            }
        }
    }
    runs
}

fn best_tags<K: Copy + PartialEq>(tags: &[Tag<K>], logits: &Table, rows: Range<usize>) -> Vec<usize> {
    let count = tags.len();
    // The tags that may stand before each tag.
    let before: Vec<Vec<usize>> = (0..count)
        .map(|tag| {
            let follows = |&before: &usize| match (tags[tag], tags[before]) {
                (Tag::Inside(kind), Tag::Begin(of) | Tag::Inside(of)) => kind == of,
                (Tag::Inside(_), Tag::Outside) => false,
                _ => true,
            };
            (0..count).filter(follows).collect()
        })
        .collect();
    let start = |tag: &Tag<K>| match tag {
        Tag::Inside(_) => f64::NEG_INFINITY,
        _ => 0.0,
    };
    let mut totals: Vec<f64> = tags.iter().map(start).collect();
    let mut steps: Vec<Vec<usize>> = Vec::with_capacity(rows.len());
    for row in rows.clone() {
        // The tag before each tag on the best path to it; before the first word there is none.
        let step: Vec<usize> = (0..count)
            .map(|tag| {
                if row == rows.start {
                    return tag;
                }
                let better = |best: usize, before: usize| if totals[before] > totals[best] { before } else { best };
                before[tag].iter().copied().reduce(better).unwrap_or(0)
            })
            .collect();
        totals = (0..count).map(|tag| totals[step[tag]] + f64::from(logits.row(row)[tag])).collect();
        steps.push(step);
    }
    let mut tag = (1..count).fold(0, |best, tag| if totals[tag] > totals[best] { tag } else { best });
    let mut path = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        path.push(tag);
        tag = step[tag];
    }
    path.reverse();
    path
}

fn all<T>(names: &[String], head: &str, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, NlpError> {
    if names.is_empty() {
        return Err(NlpError::Manifest(format!("labels.{head} is empty")));
    }
    let unknown = |name: &String| NlpError::Manifest(format!("labels.{head} has the unknown label {name:?}"));
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

/// Index of the largest logit, the first of equals.
fn best(logits: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, &logit) in logits.iter().enumerate() {
        if logit > best.1 {
            best = (i, logit);
        }
    }
    best.0
}

/// Least probability that words trigger an event for them to be told of.
const LEAST_DEED: f32 = 0.1;

/// Least probability of an event type to be told of.
const LEAST_TYPE: f32 = 0.02;

/// How the model's labels name that there is no event between two participants.
const NO_EVENT: &str = "NONE";

/// The best of some labels with logits, and its probability among them; empty when there are none.
fn most_probable(labels: &[(&str, f32)]) -> (Box<str>, f32) {
    let logits: Vec<f32> = labels.iter().map(|(_, logit)| *logit).collect();
    if logits.is_empty() {
        return ("".into(), 0.0);
    }
    let first = best(&logits);
    (labels[first].0.into(), probability(&logits, first))
}

/// The softmax of logits.
fn probabilities(logits: &[f32]) -> Vec<f32> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> = logits.iter().map(|logit| exp(logit - most)).collect();
    let sum: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// The softmax of one logit.
fn probability(logits: &[f32], label: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // Not the exponential of the standard library, which is another on other systems.
    let sum: f32 = logits.iter().map(|logit| exp(logit - most)).sum();
    exp(logits[label] - most) / sum
}

/// Whether a word begins or continues something of a kind.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tag<K> {
    Outside,
    Begin(K),
    Inside(K),
}

impl<K> Tag<K> {
    /// `O`, or `B` or `I` with the name of a kind behind a hyphen; where there is one kind alone, its name is empty.
    fn find(name: &str, kind: impl Fn(&str) -> Option<K>) -> Option<Tag<K>> {
        if name == "O" {
            return Some(Tag::Outside);
        }
        let (position, label) = name.split_once('-').unwrap_or((name, ""));
        match position {
            "B" => kind(label).map(Tag::Begin),
            "I" => kind(label).map(Tag::Inside),
            _ => None,
        }
    }
}

/// What a word is to a cue.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Source,
    Content,
}

impl Part {
    fn find(name: &str) -> Option<Part> {
        match name {
            "SOURCE" => Some(Part::Source),
            "CONTENT" => Some(Part::Content),
            _ => None,
        }
    }
}

/// What a word is to the trigger of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Actor,
    Recipient,
}

impl Role {
    fn find(name: &str) -> Option<Role> {
        match name {
            "ACTOR" => Some(Role::Actor),
            "RECIPIENT" => Some(Role::Recipient),
            _ => None,
        }
    }
}

/// The stance of this name, as the wire has it.
fn stance(name: &str) -> Option<Stance> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

/// What a word is to an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    By,
    To,
}

impl Side {
    fn find(name: &str) -> Option<Side> {
        match name {
            "BY" => Some(Side::By),
            "TO" => Some(Side::To),
            _ => None,
        }
    }
}

/// A rule that makes the dictionary form of a form.
#[derive(Debug, Clone, PartialEq)]
enum LemmaScript {
    /// The form itself.
    Keep,
    /// The form in lower case.
    Lower,
    /// Cut `cut` characters off the end of the form, lower-cased unless `cased`, and put `suffix` there.
    Suffix { cased: bool, cut: usize, suffix: Box<str> },
}

impl LemmaScript {
    fn find(name: &str) -> Option<LemmaScript> {
        match name {
            "keep" => return Some(LemmaScript::Keep),
            "lower" => return Some(LemmaScript::Lower),
            _ => {}
        }
        let (cut, suffix) = name.split_once('|')?;
        let (cased, cut) = cut.strip_prefix('C').map_or((false, cut), |cut| (true, cut));
        Some(LemmaScript::Suffix { cased, cut: cut.parse().ok()?, suffix: suffix.into() })
    }

    /// The lemma of `form`, with plain quotes and, for a sign that stands alone, plain dashes, as the treebank writes them.
    /// A script that would cut more than there is leaves the lower-cased form.
    fn apply(&self, form: &str) -> String {
        if let Some(plain) = plain_sign(form) {
            return plain.to_string();
        }
        let form = form.replace(['’', '‘'], "'");
        match self {
            LemmaScript::Keep => form,
            LemmaScript::Lower => form.to_lowercase(),
            LemmaScript::Suffix { cased, cut, suffix } => {
                let base = if *cased { form.clone() } else { form.to_lowercase() };
                let mut chars = base.chars();
                for _ in 0..*cut {
                    if chars.next_back().is_none() {
                        return form.to_lowercase();
                    }
                }
                let lemma = format!("{}{suffix}", chars.as_str());
                if lemma.is_empty() { form.to_lowercase() } else { lemma }
            }
        }
    }
}

/// Typographic signs in the spelling that the treebank gives their lemmas.
fn plain_sign(form: &str) -> Option<&'static str> {
    match form {
        "“" | "”" | "„" => Some("\""),
        "‘" | "’" => Some("'"),
        "’’" | "‘‘" | "‘’" => Some("''"),
        "–" | "—" => Some("-"),
        "…" => Some("..."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lemma(script: &str, form: &str) -> String {
        LemmaScript::find(script).unwrap().apply(form)
    }

    #[test]
    fn lemma_scripts_are_carried_out() {
        assert_eq!(lemma("keep", "Muttaqi"), "Muttaqi");
        assert_eq!(lemma("lower", "The"), "the");
        assert_eq!(lemma("3|y", "Countries"), "country");
        assert_eq!(lemma("C1|", "Tigers"), "Tiger");
        assert_eq!(lemma("2|be", "is"), "be");
        assert_eq!(lemma("1|", "É"), "é");
        assert_eq!(lemma("9|x", "Is"), "is");
    }

    #[test]
    fn typographic_signs_have_plain_lemmas() {
        assert_eq!(lemma("keep", "’s"), "'s");
        assert_eq!(lemma("2|ot", "n’t"), "not");
        assert_eq!(lemma("keep", "“"), "\"");
        assert_eq!(lemma("keep", "—"), "-");
        assert_eq!(lemma("keep", "O’Neill"), "O'Neill");
    }

    #[test]
    fn scripts_and_tags_that_are_none_are_refused() {
        for name in ["", "keep2", "x|y", "|", "C|", "-1|e"] {
            assert_eq!(LemmaScript::find(name), None, "{name}");
        }
        for name in ["B-COUNTRY", "PER", "B"] {
            assert_eq!(Tag::find(name, EntityLabel::find), None, "{name}");
        }
    }

    fn tags() -> Vec<Tag<EntityLabel>> {
        let names = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"];
        names.iter().map(|name| Tag::find(name, EntityLabel::find).unwrap()).collect()
    }

    #[test]
    fn entity_tags_never_continue_another_type() {
        let logits = Table::new(
            4,
            5,
            vec![
                0., 1., 9., 0., 0., // The best tag, I-PER, cannot come first.
                0., 0., 5., 0., 6., // Alone it would be I-ORG.
                9., 0., 0., 0., 0., //
                0., 0., 0., 2., 7., // I-ORG without anything before it.
            ],
        );
        let found: Vec<_> = entities(&tags(), &logits, 0..4).into_iter().map(|e| (e.words, e.label)).collect();
        assert_eq!(found, [(0..2, EntityLabel::Person), (3..4, EntityLabel::Organisation)]);
    }

    #[test]
    fn a_score_is_the_product_of_its_words() {
        let logits = Table::new(2, 5, vec![0., 3., 0., 0., 0., 0., 0., 2., 0., 0.]);
        let entities = entities(&tags(), &logits, 0..2);
        let softmax = |x: f32| x.exp() / (x.exp() + 4.0);
        assert_eq!(entities.len(), 1);
        assert!((entities[0].score - softmax(3.0) * softmax(2.0)).abs() < 1e-6);
    }

    #[test]
    fn runs_count_from_the_first_of_the_rows_asked_for() {
        let logits = Table::new(3, 5, vec![0., 9., 0., 0., 0., 9., 0., 0., 0., 0., 0., 0., 0., 9., 0.]);
        let found: Vec<_> = entities(&tags(), &logits, 1..3).into_iter().map(|e| (e.words, e.label)).collect();
        assert_eq!(found, [(1..2, EntityLabel::Organisation)]);
    }

    #[test]
    fn an_unknown_label_is_an_error_that_names_it() {
        let manifest = r#"{"name": "x", "version": 1, "limits": {"pieces": 64, "window": 64}, "labels": {"upos": ["VERBS"],
            "xpos": ["NN"], "deprel": ["dep"], "lemma": ["keep"], "entity": ["O"], "types": ["O"], "cue": ["O"],
            "part": ["O"], "deed": ["O", "B-AID"], "mode": ["AID/"], "state": ["actual"], "role": ["O"], "pair": ["NONE"], "answer": ["O"], "side": ["O"]}}"#;
        let error = Labels::read(manifest).err().unwrap();
        assert_eq!(error.to_string(), "the model's manifest: labels.upos has the unknown label \"VERBS\"");
    }
}
