//! The lexicons of English under knowledge/lexicon/en.

use std::collections::HashMap;

use attache_doc::{Polarity, Realis, Stance};

use super::Source;
use super::table::{KnowledgeError, Row, Tables, list, table};
use crate::pattern::{self, Need, Role};
use crate::time::Grammar;

type Result<T> = std::result::Result<T, KnowledgeError>;

/// A row of triggers.tsv: a word that reports an act.
#[derive(Debug, Clone)]
pub struct Trigger {
    pub pos: String,
    pub needs: Vec<Need>,
    pub act: String,
    pub initiator: Vec<Role>,
    pub counterpart: Vec<Role>,
    pub require: Require,
    pub source: Source,
}

/// Which participants must be political actors for a trigger to be coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Require {
    Both,
    Any,
    Initiator,
    Counterpart,
}

/// What a verb does for the noun it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupportKind {
    /// Its subject is the doer of the noun.
    Support,
    /// The noun is its subject and happens.
    Occurrence,
    /// Its subject is the one the noun is done to.
    Receive,
    /// Its subject is a cause; the doer stands in a phrase.
    Cause,
}

/// A row of speech.tsv: a cue of attribution.
#[derive(Debug, Clone)]
pub struct Cue {
    pub pos: String,
    pub words: Vec<String>,
    pub needs: Vec<Need>,
    pub speech_act: String,
    pub distance: String,
    pub source_paths: Vec<Role>,
    pub content_paths: Vec<Role>,
    pub source: Source,
}

/// A row of documents.tsv: a noun that stands for somebody's word.
#[derive(Debug, Clone)]
pub struct Document {
    pub class: String,
}

/// A row of hedges.tsv.
#[derive(Debug, Clone)]
pub struct HedgeRow {
    pub words: Vec<String>,
    pub class: String,
}

/// Where a row of responses.tsv finds the party that responds.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// The subject of the cue; for a noun whoever it comes from.
    Subject,
    /// Whoever says the words in which the cue stands.
    Voice,
    /// The end of a path.
    Path(Vec<Role>),
}

/// A row of responses.tsv.
#[derive(Debug, Clone)]
pub struct ResponseRow {
    pub pos: String,
    pub words: Vec<String>,
    pub needs: Vec<Need>,
    /// Whether the cue must be negated, must not be, or either.
    pub negated: Option<bool>,
    /// The stance; `None` for rows that keep a look-alike out.
    pub stance: Option<Stance>,
    /// Where the party is found.
    pub by: By,
    pub to: Vec<Role>,
    pub source: Source,
}

/// A row of standings.tsv that goes by words.
#[derive(Debug, Clone)]
pub struct StandingRow {
    pub pos: String,
    pub needs: Vec<Need>,
    pub relation: String,
    pub polarity: Polarity,
    pub holder: Vec<Role>,
    pub subject: Vec<Role>,
    pub source: Source,
}

/// A row of standings.tsv that goes by act.
#[derive(Debug, Clone)]
pub struct ActStanding {
    pub relation: String,
    pub polarity: Polarity,
    pub source: Source,
}

/// A row of realis.tsv.
#[derive(Debug, Clone)]
pub struct RealisRow {
    pub pos: String,
    pub realis: Realis,
    /// keep, negative or flip.
    pub polarity: String,
    pub source: Source,
}

/// A row of background.tsv.
#[derive(Debug, Clone)]
pub struct Background {
    pub words: Vec<String>,
    pub kind: String,
    pub source: Source,
}

/// A row of time.tsv.
#[derive(Debug, Clone)]
pub struct TimeWord {
    pub kind: String,
    pub value: String,
}

/// A row of pronouns.tsv.
#[derive(Debug, Clone)]
pub struct PronounRow {
    pub number: String,
    pub gender: String,
    pub person: String,
    pub kind: String,
}

fn source(row: &Row) -> Source {
    Source { file: row.file.clone(), line: row.line }
}

fn words(phrase: &str) -> Vec<String> {
    phrase.split_whitespace().map(crate::tree::plain).collect()
}

fn needs(row: &Row, text: &str) -> Result<Vec<Need>> {
    pattern::needs(text).map_err(|e| row.error(e.to_string()))
}

fn paths(row: &Row, text: &str) -> Result<Vec<Role>> {
    pattern::roles(text).map_err(|e| row.error(e.to_string()))
}

/// "carry out" as a verb is `carry` with the particle `out`; other phrases stay with their first word as key.
fn head_word(lemma: &str, pos: &str, needs: &mut Vec<Need>) -> String {
    let mut parts = lemma.split_whitespace();
    let first = parts.next().unwrap_or_default().to_string();
    let rest: Vec<&str> = parts.collect();
    if pos == "VERB" && rest.len() == 1 {
        needs.push(Need::Lemma(vec![pattern::Step::Prt], vec![rest[0].to_string()]));
        return first;
    }
    if rest.is_empty() { first } else { lemma.to_string() }
}

pub(super) fn triggers(tables: &mut Tables, known: &dyn Fn(&str) -> bool) -> HashMap<String, Vec<Trigger>> {
    let mut out: HashMap<String, Vec<Trigger>> = HashMap::new();
    tables.each("lexicon/en/triggers.tsv", |row| {
        let [lemmas, pos, need, act, initiator, counterpart, require, _] = row.cells();
        if !known(act) {
            return Err(row.error(format!("`{act}` is no act of acts.tsv")));
        }
        let require = match require {
            "both" => Require::Both,
            "any" => Require::Any,
            "initiator" => Require::Initiator,
            "counterpart" => Require::Counterpart,
            other => return Err(row.error(format!("require `{other}`, expected both, any, initiator or counterpart"))),
        };
        for lemma in list(lemmas) {
            let mut needs = needs(row, need)?;
            let key = head_word(lemma, pos, &mut needs);
            out.entry(key).or_default().push(Trigger {
                pos: pos.to_string(),
                needs,
                act: act.to_string(),
                initiator: paths(row, initiator)?,
                counterpart: paths(row, counterpart)?,
                require,
                source: source(row),
            });
        }
        Ok(())
    });
    out
}

pub(super) fn support(tables: &mut Tables) -> HashMap<String, Vec<SupportKind>> {
    let mut out: HashMap<String, Vec<SupportKind>> = HashMap::new();
    tables.each("lexicon/en/support.tsv", |row| {
        let [lemmas, _, kind, _] = row.cells();
        let kind = match kind {
            "support" => SupportKind::Support,
            "occurrence" => SupportKind::Occurrence,
            "passive" | "receive" => SupportKind::Receive,
            "cause" => SupportKind::Cause,
            other => return Err(row.error(format!("kind `{other}`, expected support, occurrence, receive or cause"))),
        };
        for lemma in list(lemmas) {
            out.entry(lemma.to_string()).or_default().push(kind);
        }
        Ok(())
    });
    out
}

pub(super) fn cues(tables: &mut Tables) -> HashMap<String, Vec<Cue>> {
    let mut out: HashMap<String, Vec<Cue>> = HashMap::new();
    tables.each("lexicon/en/speech.tsv", |row| {
        let [lemmas, pos, need, speech_act, distance, from, content, _] = row.cells();
        for lemma in list(lemmas) {
            let mut needs = needs(row, need)?;
            let key = head_word(lemma, pos, &mut needs);
            let first = key.split(' ').next().unwrap_or_default().to_string();
            out.entry(first).or_default().push(Cue {
                pos: pos.to_string(),
                words: words(&key),
                needs,
                speech_act: speech_act.to_string(),
                distance: distance.to_string(),
                source_paths: paths(row, from)?,
                content_paths: paths(row, content)?,
                source: source(row),
            });
        }
        Ok(())
    });
    out
}

pub(super) fn documents(tables: &mut Tables) -> HashMap<String, Document> {
    let mut out = HashMap::new();
    tables.each("lexicon/en/documents.tsv", |row| {
        let [nouns, class, _] = row.cells();
        for noun in list(nouns) {
            out.insert(noun.to_lowercase(), Document { class: class.to_string() });
        }
        Ok(())
    });
    out
}

pub(super) fn classes(tables: &mut Tables, path: &str) -> HashMap<String, (String, Source)> {
    let mut out = HashMap::new();
    tables.each(path, |row| {
        let [nouns, class, _] = row.cells();
        for noun in list(nouns) {
            out.insert(noun.to_lowercase(), (class.to_string(), source(row)));
        }
        Ok(())
    });
    out
}

/// Hedges by their first word.
pub(super) fn hedges(tables: &mut Tables) -> HashMap<String, Vec<HedgeRow>> {
    let mut out: HashMap<String, Vec<HedgeRow>> = HashMap::new();
    tables.each("lexicon/en/hedges.tsv", |row| {
        let [phrases, class, _, _] = row.cells();
        for phrase in list(phrases) {
            let words = words(phrase);
            let first = words.first().cloned().unwrap_or_default();
            out.entry(first).or_default().push(HedgeRow { words, class: class.to_string() });
        }
        Ok(())
    });
    out
}

fn stance(row: &Row, text: &str) -> Result<Option<Stance>> {
    Ok(match text {
        "" => None,
        "confirms" => Some(Stance::Confirms),
        "denies" => Some(Stance::Denies),
        "disputes" => Some(Stance::Disputes),
        "declines-to-comment" => Some(Stance::DeclinesToComment),
        "has-not-confirmed" => Some(Stance::HasNotConfirmed),
        "not-asked" => Some(Stance::NotAsked),
        other => return Err(row.error(format!("`{other}` is no stance"))),
    })
}

pub(super) fn responses(tables: &mut Tables) -> HashMap<String, Vec<ResponseRow>> {
    let mut out: HashMap<String, Vec<ResponseRow>> = HashMap::new();
    tables.each("lexicon/en/responses.tsv", |row| {
        let [lemmas, pos, need, negated, stance_name, by, to, _] = row.cells();
        let negated = match negated {
            "yes" => Some(true),
            "no" => Some(false),
            "any" => None,
            other => return Err(row.error(format!("negated `{other}`, expected yes, no or any"))),
        };
        let by = match by {
            "" => By::Subject,
            "voice" => By::Voice,
            path => By::Path(paths(row, path)?),
        };
        for lemma in list(lemmas) {
            let mut needs = needs(row, need)?;
            let key = head_word(lemma, pos, &mut needs);
            let first = key.split(' ').next().unwrap_or_default().to_string();
            out.entry(first).or_default().push(ResponseRow {
                pos: pos.to_string(),
                words: words(&key),
                needs,
                negated,
                stance: stance(row, stance_name)?,
                by: by.clone(),
                to: paths(row, to)?,
                source: source(row),
            });
        }
        Ok(())
    });
    out
}

fn polarity(row: &Row, text: &str) -> Result<Polarity> {
    match text {
        // Rows that keep a look-alike out have no polarity.
        "" | "positive" => Ok(Polarity::Positive),
        "negative" => Ok(Polarity::Negative),
        other => Err(row.error(format!("polarity `{other}`, expected positive or negative"))),
    }
}

type Standings = (HashMap<String, Vec<StandingRow>>, HashMap<String, ActStanding>);

pub(super) fn standings(tables: &mut Tables) -> Standings {
    let mut by_word: HashMap<String, Vec<StandingRow>> = HashMap::new();
    let mut by_act = HashMap::new();
    tables.each("lexicon/en/standings.tsv", |row| {
        let [lemmas, pos, need, relation, sign, holder, subject, act, _] = row.cells();
        let polarity = polarity(row, sign)?;
        if !act.is_empty() {
            by_act
                .insert(act.to_string(), ActStanding { relation: relation.to_string(), polarity, source: source(row) });
            return Ok(());
        }
        for lemma in list(lemmas) {
            let mut needs = needs(row, need)?;
            let key = head_word(lemma, pos, &mut needs);
            by_word.entry(key).or_default().push(StandingRow {
                pos: pos.to_string(),
                needs,
                relation: relation.to_string(),
                polarity,
                holder: paths(row, holder)?,
                subject: paths(row, subject)?,
                source: source(row),
            });
        }
        Ok(())
    });
    (by_word, by_act)
}

pub(super) fn realis(tables: &mut Tables) -> HashMap<String, Vec<RealisRow>> {
    let mut out: HashMap<String, Vec<RealisRow>> = HashMap::new();
    tables.each("lexicon/en/realis.tsv", |row| {
        let [lemmas, pos, realis, polarity, _] = row.cells();
        let realis = match realis {
            "actual" => Realis::Actual,
            "expected" => Realis::Expected,
            "proposed" => Realis::Proposed,
            "hypothetical" => Realis::Hypothetical,
            "threatened" => Realis::Threatened,
            other => return Err(row.error(format!("`{other}` is no realis"))),
        };
        for lemma in list(lemmas) {
            out.entry(lemma.to_string()).or_default().push(RealisRow {
                pos: pos.to_string(),
                realis,
                polarity: if polarity.is_empty() { "keep".to_string() } else { polarity.to_string() },
                source: source(row),
            });
        }
        Ok(())
    });
    out
}

pub(super) fn background(tables: &mut Tables) -> Vec<Background> {
    let mut out = Vec::new();
    tables.each("lexicon/en/background.tsv", |row| {
        let [phrases, kind, note] = row.cells();
        // Weak words ("earlier this week") go with news as often as with history.
        if note.starts_with("weak") {
            return Ok(());
        }
        for phrase in list(phrases) {
            out.push(Background { words: words(phrase), kind: kind.to_string(), source: source(row) });
        }
        Ok(())
    });
    out
}

pub(super) fn time(tables: &mut Tables) -> HashMap<String, Vec<TimeWord>> {
    let mut out: HashMap<String, Vec<TimeWord>> = HashMap::new();
    tables.each("lexicon/en/time.tsv", |row| {
        let [phrases, kind, value, _] = row.cells();
        for phrase in list(phrases) {
            out.entry(crate::tree::plain(phrase))
                .or_default()
                .push(TimeWord { kind: kind.to_string(), value: value.to_string() });
        }
        Ok(())
    });
    out
}

/// time-patterns.tsv, over the words of time.tsv.
pub(super) fn time_patterns(tables: &mut Tables) -> Grammar {
    let mut phrases = Vec::new();
    tables.each("lexicon/en/time.tsv", |row| {
        let [alternatives, kind, value, _] = row.cells();
        phrases.extend(list(alternatives).map(|p| (p.to_string(), kind.to_string(), value.to_string())));
        Ok(())
    });
    let patterns = tables.rows(table("lexicon/en/time-patterns.tsv").expect("the table is embedded"));
    Grammar::compile(&phrases, &patterns).unwrap_or_else(|problem| {
        tables.problems.push(problem);
        Grammar::default()
    })
}

pub(super) fn pronouns(tables: &mut Tables) -> HashMap<String, PronounRow> {
    let mut out = HashMap::new();
    tables.each("lexicon/en/pronouns.tsv", |row| {
        let [forms, number, gender, person, kind, _] = row.cells();
        for form in list(forms) {
            out.entry(form.to_lowercase()).or_insert(PronounRow {
                number: number.to_string(),
                gender: gender.to_string(),
                person: person.to_string(),
                kind: kind.to_string(),
            });
        }
        Ok(())
    });
    out
}

/// A table of words, each with a list: descriptors.tsv, anaphors.tsv. A word in several rows has all their items.
pub(super) fn lists(tables: &mut Tables, path: &str) -> HashMap<String, (Vec<String>, Source)> {
    let mut out: HashMap<String, (Vec<String>, Source)> = HashMap::new();
    tables.each(path, |row| {
        let [words, items, _] = row.cells();
        for word in list(words) {
            let entry = out.entry(word.to_lowercase()).or_insert_with(|| (Vec::new(), source(row)));
            entry.0.extend(list(items).map(str::to_string));
        }
        Ok(())
    });
    out
}

/// rules.tsv: named sets of words that rules of the coder refer to.
pub(super) fn word_sets(tables: &mut Tables) -> HashMap<String, Vec<String>> {
    let mut out: HashMap<String, Vec<String>> = HashMap::new();
    tables.each("lexicon/en/rules.tsv", |row| {
        let [set, words, _] = row.cells();
        out.entry(set.to_string()).or_default().extend(list(words).map(str::to_lowercase));
        Ok(())
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::KnowledgeFile;

    /// The message for a row of patterns, with a word table of one unit.
    fn refusal(row: &'static str) -> String {
        let file = |path: &str, text: String| KnowledgeFile { path: path.to_string(), name: path.to_string(), text };
        let own = [file("lexicon/en/time-patterns.tsv", format!("category\tpattern\tfills\tnote\n{row}\n"))];
        let mut tables = Tables::new(&own);
        time_patterns(&mut tables);
        tables.problems.iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_faulty_time_pattern_is_named_by_line() {
        for (row, said) in [
            ("time\tlast {wek}\t-\t-", "`wek` is no kind of time.tsv, no shape and no category"),
            ("time\t{month}\tmnth={month}\t-", "`mnth` is no slot"),
            ("time\t{month}\tmonth={moon}\t-", "the pattern has no item `{moon}`"),
            ("time\t{month}\tmonth\t-", "`month`: expected slot=value"),
            ("time\t{month}\tmonth={month\t-", "`{month`: a bracket is not closed"),
            ("time\t{month}@FOO\t-\t-", "`FOO` is no tag, universal or Penn"),
            ("time\tin/ {month}\t-\t-", "`in/` is no item of a pattern"),
        ] {
            assert_eq!(refusal(row), said);
        }
    }
}
