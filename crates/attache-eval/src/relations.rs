//! Two parties of a sentence, given: which of PLOVER's roots relates them.
//!
//! A row is a sentence in which a source and a target are marked. The tags in `marked` tell where they stand, so that a
//! party in pieces, and one of several that are called the same, is found in its place; the columns `source` and `target`
//! repeat the words and are not read. What is not verbatim in the training part's 1,050 rows: in 24 the text does not name
//! one side ("An actor", "a recipient"), which has no tags and counts as not given; in 14 a side is in pieces, all of which
//! are taken; in one the target stands inside the source.
//!
//! `accuracy` is the share of rows whose root is right, `macro_f1` the mean F1 of the gold's roots. A row without a root is
//! wrong. Rows fall into five folds by a hash of their id ([`fold`]), and the judge that decides on a fold is fitted to the
//! four others; the encoder and its heads have seen none of the rows. `accuracy_lowest_fold` and `accuracy_highest_fold`
//! tell how much the score varies. The judge of the product is fitted to all rows ([`fit`]).
//!
//! Baselines in the same run: `lexicon_*` takes what the trigger lexicon and the coded events offer, `model_*` the type that
//! the model's own head finds most probable; `majority_accuracy`, the most frequent root for every row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use attache_coder::judge::{Judge, Signs};
use attache_coder::relation::{Pair, Proposal, SURE, decide, prevails, propose};
use attache_coder::sign::{self, Advice};
use attache_doc::{Document, Span, stable_id};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::model::{Coded, Coder};
use crate::{CaseTable, EvalError, Metric, Outcome, read_lines, read_text};

/// Into how many parts the rows fall.
pub const FOLDS: u8 = 5;

/// A row of the set.
#[derive(Deserialize)]
struct Line {
    id: String,
    /// The sentence with `<s>…</s>` about the source and `<t>…</t>` about the target.
    marked: String,
    root: String,
}

/// A row with what was made of it.
struct Related<'l> {
    line: &'l Line,
    fold: u8,
    gold: String,
    output: Option<String>,
    score: f64,
}

/// The fold of a row: the last hexadecimal digits of the hash of its id, modulo [`FOLDS`].
pub fn fold(id: &str) -> u8 {
    let hash = stable_id("fold", &[id.as_bytes()]);
    let digits = hash.as_str().rsplit(':').next().unwrap_or_default();
    let number = u64::from_str_radix(digits, 16).unwrap_or_default();
    (number % u64::from(FOLDS)) as u8
}

/// Scores the relations of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(shape)?;
    let lines: Vec<Line> = lines.into_iter().filter(|l| show.is_none_or(|case| l.id == case)).collect();
    let unmarked: Vec<(String, Pair)> = lines
        .iter()
        .map(|l| unmark(&l.marked).map_err(|what| shape(format!("{}: {what}", l.id))))
        .collect::<Result<_, _>>()?;
    let coder = Coder::load()?;
    let coded = coder.code_texts(unmarked.iter().map(|(text, _)| text.as_str())).map_err(|e| shape(e.to_string()))?;

    let mut read = Vec::new();
    for ((line, (_, pair)), coded) in lines.iter().zip(&unmarked).zip(&coded) {
        let proposals = propose(&coder.knowledge, &coded.document, &coded.parse, &coded.coding, pair);
        let gold = manifest.name(&line.root).to_string();
        let advice = advice(&coder, coded, pair);
        let name = |kind: &str| manifest.name(kind).to_string();
        let lexicon = decide(&proposals).and_then(|(p, _)| p.event_type).map(|kind| name(&kind));
        if show.is_some() {
            let shown = Some(side_by_side(&coded.document, pair, &gold, lexicon.as_deref(), &proposals));
            return Ok(Outcome { shown, ..Outcome::default() });
        }
        let model = advice.types.iter().find_map(|(kind, _)| kind.as_deref()).map(name);
        let signs = sign::signs(&coded.document, &coded.parse, pair, &proposals, &advice);
        let firm = !prevails(0.0, &proposals);
        read.push(Read { line, fold: fold(&line.id), gold, lexicon, firm, model, signs });
    }
    let judges: Vec<Judge> = (0..FOLDS).map(|fold| judge(read.iter().filter(|row| row.fold != fold))).collect();
    let all: Vec<Related> = read.iter().map(|row| row.judged(&judges[usize::from(row.fold)])).collect();
    let lexicon: Vec<Related> = read.iter().map(|row| row.related(row.lexicon.clone(), 1.0)).collect();
    let model: Vec<Related> = read.iter().map(|row| row.related(row.model.clone(), 1.0)).collect();
    let mut found = metrics(&all);
    for (prefix, rows) in [("lexicon", &lexicon), ("model", &model)] {
        let named = |m: Metric| Metric { name: format!("{prefix}_{}", m.name), ..m };
        found.extend(metrics(rows).into_iter().take(2).map(named));
    }
    let tables = vec![("confusion".to_string(), confusion(&all))];
    Ok(Outcome { metrics: found, cases: cases(&all), tables, ..Outcome::default() })
}

/// A row as the judge sees it.
struct Read<'l> {
    line: &'l Line,
    fold: u8,
    gold: String,
    lexicon: Option<String>,
    /// The lexicon's is an event of both, which an unsure judge leaves alone.
    firm: bool,
    model: Option<String>,
    signs: Signs,
}

impl<'l> Read<'l> {
    fn judged(&self, judge: &Judge) -> Related<'l> {
        let shares = judge.shares(&self.signs);
        let best = shares.first();
        if self.firm && best.is_some_and(|(_, share)| *share < SURE) {
            return self.related(self.lexicon.clone(), best.map_or(0.0, |(_, share)| *share));
        }
        self.related(best.map(|(class, _)| class.to_string()), best.map_or(0.0, |(_, share)| *share))
    }

    fn related(&self, output: Option<String>, score: f64) -> Related<'l> {
        Related { line: self.line, fold: self.fold, gold: self.gold.clone(), output, score }
    }
}

/// How strongly the judge's weights are held small. Chosen for the sizes of the signs, before any score was seen.
const PENALTY: f64 = 2e-3;

/// The judge of some rows.
fn judge<'r, 'l: 'r>(rows: impl Iterator<Item = &'r Read<'l>>) -> Judge {
    let examples: Vec<(Signs, String)> = rows.map(|row| (row.signs.clone(), row.gold.clone())).collect();
    Judge::fit(&examples, PENALTY)
}

/// What the model says of the pair of a text.
fn advice(coder: &Coder, coded: &Coded, pair: &Pair) -> Advice {
    let [source, target] = pair.tokens(&coded.parse);
    let told = coder.nlp.relate_in(&coded.document, &coded.parse, [&source, &target]);
    told.map(|told| Advice { types: told.types, vectors: told.vectors }).unwrap_or_default()
}

/// The judge that is fitted to all rows of the manifest, as a table: what the product carries.
pub fn fit(manifest: &Manifest, data: &Path) -> Result<String, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(shape)?;
    let coder = Coder::load()?;
    let mut examples = Vec::new();
    for line in &lines {
        let (text, pair) = unmark(&line.marked).map_err(|what| shape(format!("{}: {what}", line.id)))?;
        let coded = coder.code_texts([text.as_str()].into_iter()).map_err(|e| shape(e.to_string()))?.remove(0);
        let proposals = propose(&coder.knowledge, &coded.document, &coded.parse, &coded.coding, &pair);
        let signs = sign::signs(&coded.document, &coded.parse, &pair, &proposals, &advice(&coder, &coded, &pair));
        examples.push((signs, manifest.name(&line.root).to_string()));
    }
    let head = "# Weights of the signs by which `attache relate` tells the type of event between two given parties.\n\
                # source: fitted by `attache-eval relations --fit` to PLOVER-coded sentences (see models/README.md)\n";
    Ok(format!("{head}{}", Judge::fit(&examples, PENALTY).write()))
}

/// The sentence without its tags, and where they stood.
fn unmark(marked: &str) -> Result<(String, Pair), String> {
    const TAGS: [(&str, bool, bool); 4] =
        [("<s>", true, true), ("</s>", true, false), ("<t>", false, true), ("</t>", false, false)];
    let mut text = String::new();
    let mut pair = Pair::default();
    let mut open: [Option<usize>; 2] = [None, None];
    let mut rest = marked;
    while !rest.is_empty() {
        let tag = TAGS.iter().find(|(tag, ..)| rest.starts_with(tag));
        let Some(&(tag, is_source, opens)) = tag else {
            let end = rest.char_indices().nth(1).map_or(rest.len(), |(byte, _)| byte);
            text.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        };
        rest = &rest[tag.len()..];
        let (place, side) = if is_source { (&mut open[0], &mut pair.source) } else { (&mut open[1], &mut pair.target) };
        match (opens, place.take()) {
            (true, None) => *place = Some(text.len()),
            (false, Some(start)) => {
                // Some tags stand about a space too many.
                let words = text[start..].trim_end();
                if !words.is_empty() {
                    side.push(Span::new(start, start + words.len()));
                }
            }
            _ => return Err(format!("{tag} stands where it cannot")),
        }
    }
    match open {
        [None, None] => Ok((text, pair)),
        _ => Err("a tag is not closed".to_string()),
    }
}

fn metrics(all: &[Related]) -> Vec<Metric> {
    let right = |r: &&Related| r.output.as_deref() == Some(r.gold.as_str());
    let count = |keep: &dyn Fn(&Related) -> bool| all.iter().filter(|r| keep(r)).count();
    let roots: BTreeSet<&str> = all.iter().map(|r| r.gold.as_str()).collect();
    let f1 = |root: &str| {
        let correct = count(&|r| r.gold == root && r.output.as_deref() == Some(root));
        Metric::f1("f1", correct, count(&|r| r.gold == root), count(&|r| r.output.as_deref() == Some(root))).value
    };
    let macro_f1 = roots.iter().map(|root| f1(root)).sum::<f64>() / roots.len().max(1) as f64;
    let folds: Vec<f64> = (0..FOLDS)
        .map(|n| (all.iter().filter(|r| r.fold == n && right(r)).count(), count(&|r| r.fold == n)))
        .map(|(right, of)| Metric::percent("fold", right, of).value)
        .collect();
    let metric = |name: &str, value: f64, n: usize| Metric { name: name.to_string(), value, n };
    let mut out = vec![
        Metric::percent("accuracy", all.iter().filter(right).count(), all.len()),
        metric("macro_f1", macro_f1, roots.len()),
        Metric::percent(
            "majority_accuracy",
            roots.iter().map(|x| count(&|r| r.gold == *x)).max().unwrap_or(0),
            all.len(),
        ),
        metric("accuracy_lowest_fold", folds.iter().copied().fold(100.0, f64::min), FOLDS.into()),
        metric("accuracy_highest_fold", folds.iter().copied().fold(0.0, f64::max), FOLDS.into()),
        Metric::percent("without_root", count(&|r| r.output.is_none()), all.len()),
    ];
    out.extend(
        roots.iter().map(|root| metric(&format!("f1_{}", root.to_lowercase()), f1(root), count(&|r| r.gold == *root))),
    );
    out
}

fn cases(all: &[Related]) -> CaseTable {
    let row = |r: &Related| {
        let output = r.output.clone().unwrap_or_else(|| "-".to_string());
        vec![r.line.id.clone(), r.fold.to_string(), r.gold.clone(), output, format!("{:.3}", r.score)]
    };
    CaseTable { header: vec!["case", "fold", "gold", "output", "score"], rows: all.iter().map(row).collect() }
}

/// How often each root of the gold was given each root.
fn confusion(all: &[Related]) -> CaseTable {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for r in all {
        *counts.entry((&r.gold, r.output.as_deref().unwrap_or("-"))).or_default() += 1;
    }
    let row = |((gold, output), n): (&(&str, &str), &usize)| vec![gold.to_string(), output.to_string(), n.to_string()];
    CaseTable { header: vec!["gold", "output", "rows"], rows: counts.iter().map(row).collect() }
}

fn side_by_side(document: &Document, pair: &Pair, gold: &str, output: Option<&str>, proposals: &[Proposal]) -> String {
    let words = |spans: &[Span]| spans.iter().map(|&s| document.text(s)).collect::<Vec<_>>().join(" … ");
    let mut out = format!("{}\n", document.full_text().trim_end());
    out.push_str(&format!("[{}] → [{}]\n", words(&pair.source), words(&pair.target)));
    out.push_str(&format!("gold {gold}, output {}\n", output.unwrap_or("-")));
    for p in proposals {
        let (act, kind) = (p.act.as_deref().unwrap_or("-"), p.event_type.as_deref().unwrap_or("-"));
        let trigger = p.trigger.map_or("-", |t| document.text(t));
        out.push_str(&format!("  {:.3} {kind} {act} {{{trigger}}}\n", p.weight));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_where_the_parties_stand() {
        let (text, pair) = unmark("<s>Peru </s>and Chile met <t>Bolivia</t>, then <t>Brazil</t>.").unwrap();
        let words = |spans: &[Span]| spans.iter().map(|s| text[s.range()].to_string()).collect::<Vec<_>>();
        assert_eq!(text, "Peru and Chile met Bolivia, then Brazil.");
        assert_eq!(
            (words(&pair.source), words(&pair.target)),
            (vec!["Peru".into()], vec!["Bolivia".into(), "Brazil".into()])
        );
        let (text, pair) = unmark("<s>The <t>Peruvian</t> army</s> fired.").unwrap();
        assert_eq!((&text[pair.source[0].range()], &text[pair.target[0].range()]), ("The Peruvian army", "Peruvian"));
        assert!(unmark("The <t>army fired.").is_err() && unmark("The army</s> fired.").is_err());
    }

    #[test]
    fn folds_are_even_enough_and_never_change() {
        let mut sizes = [0; FOLDS as usize];
        (0..1000).for_each(|n| sizes[fold(&format!("row-{n}")) as usize] += 1);
        assert!(sizes.iter().all(|&s| (150..250).contains(&s)), "{sizes:?}");
        assert_eq!((fold("row-0"), fold("row-0")), (fold("row-0"), fold("row-0")));
    }

    #[test]
    fn macro_f1_is_the_mean_over_the_roots_of_the_gold() {
        let line = Line { id: "1".to_string(), marked: String::new(), root: String::new() };
        let one = |gold: &str, output: Option<&str>| Related {
            line: &line,
            fold: 0,
            gold: gold.to_string(),
            output: output.map(str::to_string),
            score: 0.5,
        };
        let all = [one("A", Some("A")), one("A", Some("B")), one("B", Some("B")), one("B", None)];
        let metrics = metrics(&all);
        let of = |name: &str| metrics.iter().find(|m| m.name == name).unwrap().value;
        assert_eq!((of("accuracy"), of("majority_accuracy"), of("without_root")), (50.0, 50.0, 25.0));
        // A: one of two found, none else given; B: one of two found, two given.
        assert!((of("macro_f1") - 100.0 * (2.0 / 3.0 + 0.5) / 2.0).abs() < 1e-9);
        assert_eq!(confusion(&all).rows.len(), 4);
    }
}
