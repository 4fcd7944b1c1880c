//! A choice among classes from many weak signs: multinomial logistic regression over named signs.
//!
//! It is fitted to a few hundred examples in a second, by steps that are the same on every run, so that cross-validation is
//! a matter of fitting it five times. Its weights are a table that people can read.

use std::collections::BTreeMap;

use crate::knowledge::KnowledgeError;

/// What speaks for or against classes: names of signs with their strength.
pub type Signs = Vec<(String, f64)>;

/// Rounds of fitting; by then the weights hardly move.
const ROUNDS: usize = 250;
/// Weights smaller than this are left out of a written judge.
const LEAST_WEIGHT: f64 = 0.01;

/// Weights of signs for classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    classes: Vec<String>,
    /// For each sign a weight for each class.
    weights: BTreeMap<String, Vec<f64>>,
}

impl Judge {
    /// The judge that makes the examples most probable, with weights held small: `penalty` is the variance's inverse, over
    /// the number of examples. Steps are those of Nesterov's accelerated descent over all examples at once, with the step
    /// of each sign by how strongly it occurs.
    pub fn fit(examples: &[(Signs, String)], penalty: f64) -> Judge {
        let mut classes: Vec<String> = examples.iter().map(|(_, class)| class.clone()).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut names: Vec<&str> =
            examples.iter().flat_map(|(signs, _)| signs.iter().map(|(name, _)| name.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        let number = |name: &str| names.binary_search(&name).unwrap_or(0);
        let rows: Vec<Vec<(usize, f64)>> = examples
            .iter()
            .map(|(signs, _)| signs.iter().map(|(name, strength)| (number(name), *strength)).collect())
            .collect();
        let right: Vec<usize> =
            examples.iter().map(|(_, class)| classes.iter().position(|c| c == class).unwrap_or(0)).collect();
        let (count, width) = (examples.len().max(1) as f64, classes.len());
        // The largest that a step may be: half the curvature that the loss can have, row by row.
        let reach = rows.iter().map(|row| row.iter().map(|(_, x)| x * x).sum::<f64>()).fold(0.0, f64::max);
        let step = 1.0 / (0.5 * reach + penalty).max(1e-9);
        let mut weights = vec![0.0; names.len() * width];
        let mut before = weights.clone();
        for round in 0..ROUNDS {
            let momentum = round as f64 / (round as f64 + 3.0);
            let ahead: Vec<f64> = weights.iter().zip(&before).map(|(w, b)| w + momentum * (w - b)).collect();
            let mut slope: Vec<f64> = ahead.iter().map(|w| penalty * w).collect();
            for (row, &right) in rows.iter().zip(&right) {
                let shares = shares(row.iter().map(|&(n, x)| (&ahead[n * width..(n + 1) * width], x)), width);
                for &(n, x) in row {
                    for (class, share) in shares.iter().enumerate() {
                        let target = f64::from(u8::from(class == right));
                        slope[n * width + class] += (share - target) * x / count;
                    }
                }
            }
            before = std::mem::take(&mut weights);
            weights = ahead.iter().zip(&slope).map(|(w, s)| w - step * s).collect();
        }
        let own = |n: usize| weights[n * width..(n + 1) * width].to_vec();
        Judge { weights: names.iter().enumerate().map(|(n, name)| (name.to_string(), own(n))).collect(), classes }
    }

    /// The probability of each class, the most probable first; of equals, the first by name.
    pub fn shares(&self, signs: &Signs) -> Vec<(&str, f64)> {
        let known = signs.iter().filter_map(|(name, x)| Some((self.weights.get(name)?.as_slice(), *x)));
        let shares = shares(known, self.classes.len());
        let mut found: Vec<(&str, f64)> = self.classes.iter().map(String::as_str).zip(shares).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found
    }

    /// The judge as a table: a header with the classes, a row a sign.
    pub fn write(&self) -> String {
        let mut text = format!("sign\t{}\n", self.classes.join("\t"));
        for (name, weights) in &self.weights {
            if weights.iter().any(|w| w.abs() >= LEAST_WEIGHT) {
                let cells: Vec<String> = weights.iter().map(|w| format!("{w:.3}")).collect();
                text.push_str(&format!("{name}\t{}\n", cells.join("\t")));
            }
        }
        text
    }

    /// Reads a table; lines that begin with `#` are comments.
    ///
    /// # Errors
    /// When a row has not as many numbers as the header has classes.
    pub fn read(file: &str, text: &str) -> Result<Judge, KnowledgeError> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && !line.is_empty());
        let header = lines.next().map_or("", |(line, _)| line);
        let classes: Vec<String> = header.split('\t').skip(1).map(str::to_string).collect();
        let mut weights = BTreeMap::new();
        for (line, number) in lines {
            let (name, cells) = line.split_once('\t').unwrap_or((line, ""));
            let row: Option<Vec<f64>> = cells.split('\t').map(|cell| cell.parse().ok()).collect();
            let Some(row) = row.filter(|row| row.len() == classes.len()) else {
                let message = format!("`{name}` should have {} numbers, one a class", classes.len());
                return Err(KnowledgeError { file: file.to_string(), line: number, message });
            };
            weights.insert(name.to_string(), row);
        }
        Ok(Judge { classes, weights })
    }
}

/// The softmax of the sums of weights.
fn shares<'w>(signs: impl Iterator<Item = (&'w [f64], f64)>, width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for (weights, strength) in signs {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += weight * strength;
        }
    }
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    sums.iter_mut().for_each(|sum| *sum = (*sum - most).exp());
    let total: f64 = sums.iter().sum();
    sums.iter_mut().for_each(|share| *share /= total);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(signs: &[(&str, f64)], class: &str) -> (Signs, String) {
        (signs.iter().map(|(name, x)| (name.to_string(), *x)).collect(), class.to_string())
    }

    fn judge() -> Judge {
        let examples = [
            example(&[("one", 1.0), ("lemma:send", 1.0)], "AID"),
            example(&[("one", 1.0), ("lemma:send", 1.0), ("lemma:troop", 1.0)], "MOVE"),
            example(&[("one", 1.0), ("lemma:troop", 1.0)], "MOVE"),
            example(&[("one", 1.0), ("lemma:fund", 1.0)], "AID"),
        ];
        Judge::fit(&examples, 0.01)
    }

    #[test]
    fn what_it_was_shown_it_knows() {
        let judge = judge();
        let best = |signs: &[(&str, f64)]| judge.shares(&example(signs, "").0)[0].0.to_string();
        assert_eq!(best(&[("one", 1.0), ("lemma:send", 1.0)]), "AID");
        assert_eq!(best(&[("one", 1.0), ("lemma:send", 1.0), ("lemma:troop", 1.0)]), "MOVE");
        // What it was not shown says nothing.
        assert_eq!(best(&[("lemma:fund", 1.0), ("lemma:unheard", 5.0)]), "AID");
    }

    #[test]
    fn shares_add_up_and_are_in_order() {
        let judge = judge();
        let shares = judge.shares(&example(&[("lemma:send", 1.0)], "").0);
        assert!((shares.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(shares.windows(2).all(|two| two[0].1 >= two[1].1));
    }

    #[test]
    fn a_written_judge_reads_back_with_the_same_choices() {
        let judge = judge();
        let read = Judge::read("relation.tsv", &format!("# a comment\n{}", judge.write())).unwrap();
        for name in ["lemma:send", "lemma:troop", "lemma:fund", "one"] {
            let signs = example(&[(name, 1.0)], "").0;
            assert_eq!(read.shares(&signs)[0].0, judge.shares(&signs)[0].0, "{name}");
        }
        let error = Judge::read("relation.tsv", "sign\ta\tb\nx\t0.1\n").unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (2, "`x` should have 2 numbers, one a class"));
    }
}
