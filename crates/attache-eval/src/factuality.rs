//! Factuality against people's judgements whether what a word tells of happened, from -3 (surely not) to 3 (surely).
//!
//! Sentences are given as words and read one by one. `pearson` is the correlation of the model's number with the mean
//! judgement; `mean_error` the mean distance. The baseline `tags_pearson` knows the verb's form alone: the mean judgement that
//! the training part, where there is one, has for its Penn tag.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_lines, read_text};

/// A sentence of the set, words apart, with its judged words.
#[derive(Deserialize)]
struct Line {
    text: String,
    targets: Vec<Target>,
}

/// A judged word: its number and the next, and the mean judgement.
#[derive(Deserialize)]
struct Target {
    span1: (usize, usize),
    label: f64,
}

/// A judged word with what the model says of it.
struct Judged {
    sentence: usize,
    word: usize,
    gold: f64,
    model: f64,
    tag: String,
}

/// Scores the model on the judgements of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    let judged = judge(&lines).map_err(|what| EvalError::Shape(path.clone(), what))?;
    if let Some(case) = show {
        let of_case = |j: &&Judged| (j.sentence + 1).to_string() == case;
        let row = |j: &Judged| {
            let word = lines[j.sentence].text.split(' ').nth(j.word).unwrap_or_default();
            format!("{word:<20} gold {:>5.2}  output {:>5.2}\n", j.gold, j.model)
        };
        let rows: String = judged.iter().filter(of_case).map(row).collect();
        let shown =
            case.parse().ok().and_then(|n: usize| lines.get(n.checked_sub(1)?)).map(|l| l.text.clone() + "\n" + &rows);
        return Ok(Outcome { shown, ..Outcome::default() });
    }
    let pairs: Vec<(f64, f64)> = judged.iter().map(|j| (j.gold, j.model)).collect();
    let error = pairs.iter().map(|(g, m)| (g - m).abs()).sum::<f64>() / pairs.len().max(1) as f64;
    let metric = |name: &str, value: f64| Metric { name: name.to_string(), value, n: pairs.len() };
    let mut metrics = vec![metric("pearson", pearson(&pairs)), metric("mean_error", error)];
    if let Some(train) = manifest.parts.get("train").map(|part| data.join(part)).filter(|path| path.is_file()) {
        let lines: Vec<Line> = read_lines(&read_text(&train)?).map_err(|what| EvalError::Shape(train.clone(), what))?;
        let means = tag_means(&judge(&lines).map_err(|what| EvalError::Shape(train.clone(), what))?);
        let pairs: Vec<(f64, f64)> =
            judged.iter().map(|j| (j.gold, means.get(&j.tag).copied().unwrap_or_default())).collect();
        metrics.push(metric("tags_pearson", pearson(&pairs)));
    }
    let row = |j: &Judged| {
        vec![(j.sentence + 1).to_string(), j.word.to_string(), format!("{:.2}", j.gold), format!("{:.2}", j.model)]
    };
    let cases =
        CaseTable { header: vec!["sentence", "word", "gold", "output"], rows: judged.iter().map(row).collect() };
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

/// What the model says of each judged word.
fn judge(lines: &[Line]) -> Result<Vec<Judged>, String> {
    let nlp = model::load().map_err(|error| error.to_string())?;
    let sentences: Vec<Vec<Vec<String>>> =
        lines.iter().map(|line| vec![line.text.split(' ').map(str::to_string).collect()]).collect();
    let parses = nlp.parse_words(&sentences);
    let mut judged = Vec::new();
    for (sentence, (line, parse)) in lines.iter().zip(parses.iter().flatten()).enumerate() {
        for target in &line.targets {
            // The predicate is the last word of its span.
            let word = target.span1.1.saturating_sub(1);
            let Some(&model) = parse.happened.get(word) else {
                return Err(format!("line {}: there is no word {word}", sentence + 1));
            };
            let tag = parse.words[word].xpos.to_string();
            judged.push(Judged { sentence, word, gold: target.label, model: f64::from(model), tag });
        }
    }
    Ok(judged)
}

/// The mean judgement for each Penn tag.
fn tag_means(judged: &[Judged]) -> HashMap<String, f64> {
    let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
    for j in judged {
        let sum = sums.entry(j.tag.clone()).or_default();
        *sum = (sum.0 + j.gold, sum.1 + 1.0);
    }
    sums.into_iter().map(|(tag, (sum, n))| (tag, sum / n)).collect()
}

/// Pearson's correlation; 0 where one side does not vary.
fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum::<f64>();
    let spread = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if spread == 0.0 { 0.0 } else { sum(&|a, b| a * b) / spread }
}

#[cfg(test)]
mod tests {
    use super::pearson;

    #[test]
    fn correlation_of_a_known_example() {
        // Anscombe's first quartet: 0.816.
        let x = [10., 8., 13., 9., 11., 14., 6., 4., 12., 7., 5.];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let pairs: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
        assert!((pearson(&pairs) - 0.81642).abs() < 1e-4);
        assert_eq!(pearson(&[(1.0, 2.0), (1.0, 3.0)]), 0.0);
    }
}
