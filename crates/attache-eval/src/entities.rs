//! Named entities against IOB2 gold: type and exact words, with the gold's words given.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::manifest::Manifest;
use crate::model;
use crate::treebank::{Tagged, read_iob2};
use crate::{CaseTable, EvalError, Metric, Outcome, read_text};

/// An entity: its words and its type.
type Entity = (Range<usize>, String);

/// Scores the model on the sentences of the manifest. Types that the gold never uses are left out of the output.
pub fn score(manifest: &Manifest, data: &std::path::Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let sentences = read_iob2(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    let nlp = model::load()?;
    let labels: BTreeSet<String> = sentences.iter().flat_map(|s| s.entities.iter().map(|e| e.1.clone())).collect();

    let forms: Vec<Vec<String>> = sentences.iter().map(|s| s.words.clone()).collect();
    // The set does not tell where paragraphs begin, but its names tell documents: `DOCUMENT-0007`.
    let document = |n: usize| sentences[n].id.rsplit_once('-').map_or("", |(document, _)| document);
    let parsed = model::parse_words(&nlp, &forms, |n| n == 0 || document(n) != document(n - 1));
    let (chosen, outputs): (Vec<&Tagged>, Vec<Vec<Entity>>) = sentences
        .iter()
        .zip(parsed)
        .filter(|(sentence, _)| show.is_none_or(|case| sentence.id == case))
        .map(|(sentence, parse)| {
            (sentence, parse.entities.into_iter().filter(|entity| labels.contains(&entity.1)).collect())
        })
        .unzip();
    if show.is_some() {
        let shown = chosen.first().map(|gold| side_by_side(gold, &outputs[0]));
        return Ok(Outcome { shown, ..Outcome::default() });
    }

    let mut cases = CaseTable { header: vec!["sent_id", "tp", "fp", "fn"], rows: Vec::new() };
    for (gold, output) in chosen.iter().zip(&outputs) {
        let (gold_n, system_n, correct) = agreement(&gold.entities, output, None);
        let row = [correct, system_n - correct, gold_n - correct].map(|n| n.to_string());
        cases.rows.push([gold.id.clone()].into_iter().chain(row).collect());
    }
    let f1 = |name: &str, label: Option<&str>| {
        let mut total = (0, 0, 0);
        for (gold, output) in chosen.iter().zip(&outputs) {
            let here = agreement(&gold.entities, output, label);
            total = (total.0 + here.0, total.1 + here.1, total.2 + here.2);
        }
        Metric::f1(name, total.2, total.0, total.1)
    };
    let mut metrics = vec![f1("f1", None)];
    metrics.extend(labels.iter().map(|label| f1(&format!("f1_{}", label.to_lowercase()), Some(label))));
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

/// Numbers of gold entities, output entities and those in both, of one type or of all.
fn agreement(gold: &[Entity], output: &[Entity], label: Option<&str>) -> (usize, usize, usize) {
    let of = |entity: &&Entity| label.is_none_or(|label| entity.1 == label);
    let correct = gold.iter().filter(of).filter(|entity| output.contains(entity)).count();
    (gold.iter().filter(of).count(), output.iter().filter(of).count(), correct)
}

/// One sentence: its words, then an entity a line with who has it.
fn side_by_side(gold: &Tagged, output: &[Entity]) -> String {
    let mut out = format!("{}\n{}\n", gold.id, gold.words.join(" "));
    let mut entities: Vec<&Entity> = gold.entities.iter().chain(output).collect();
    entities.sort_by_key(|entity| (entity.0.start, entity.0.end, entity.1.clone()));
    entities.dedup();
    for entity in entities {
        let verdict = match (gold.entities.contains(entity), output.contains(entity)) {
            (true, true) => "both",
            (true, false) => "gold only",
            _ => "output only",
        };
        out.push_str(&format!("{verdict:<12} {:<4} {}\n", entity.1, gold.words[entity.0.clone()].join(" ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_wants_type_and_exact_words() {
        let gold = [(0..2, "LOC".to_string()), (3..4, "PER".to_string()), (5..6, "ORG".to_string())];
        let output = [(0..2, "LOC".to_string()), (3..5, "PER".to_string()), (5..6, "LOC".to_string())];
        assert_eq!(agreement(&gold, &output, None), (3, 3, 1));
        assert_eq!(agreement(&gold, &output, Some("LOC")), (1, 2, 1));
    }
}
