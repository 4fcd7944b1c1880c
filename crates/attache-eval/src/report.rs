//! Metrics, tables of cases, and how they are printed.

use serde::Serialize;

use crate::manifest::Manifest;

/// One number about a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Name inside the set.
    pub name: String,
    /// A percentage, a count or a correlation, as the metric's description says.
    pub value: f64,
    /// How many things it was counted over.
    pub n: usize,
}

impl Metric {
    /// A percentage of `n` things.
    pub fn percent(name: &str, part: usize, n: usize) -> Metric {
        Metric { name: name.to_string(), value: percent(part as f64, n as f64), n }
    }

    /// F1 in percent over `gold` and `system` things of which `correct` agree; `n` is the gold's number.
    pub fn f1(name: &str, correct: usize, gold: usize, system: usize) -> Metric {
        Metric { name: name.to_string(), value: percent(2.0 * correct as f64, (gold + system) as f64), n: gold }
    }

    /// A plain count among `n`.
    pub fn count(name: &str, value: usize, n: usize) -> Metric {
        Metric { name: name.to_string(), value: value as f64, n }
    }
}

/// A share in percent; 0 of 0 is 0, so that an empty set never looks perfect.
fn percent(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { 100.0 * part / whole }
}

/// A score to compare with that was measured in the same run.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Name of the metric that it stands beside.
    pub metric: String,
    /// In the metric's own unit.
    pub value: f64,
    /// Whose score it is.
    pub source: &'static str,
}

/// One row a case.
#[derive(Debug, Clone, Default)]
pub struct CaseTable {
    /// Names of the columns.
    pub header: Vec<&'static str>,
    /// Cells in the order of the header.
    pub rows: Vec<Vec<String>>,
}

impl CaseTable {
    /// The table as CSV (RFC 4180, line feeds).
    pub fn to_csv(&self) -> String {
        let mut out = self.header.join(",");
        out.push('\n');
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
        out
    }
}

fn csv_cell(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_string() }
}

/// What scoring a set gives.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The numbers.
    pub metrics: Vec<Metric>,
    /// What is measured beside them.
    pub baselines: Vec<Baseline>,
    /// One row a case.
    pub cases: CaseTable,
    /// Further tables by name, written beside the cases.
    pub tables: Vec<(String, CaseTable)>,
    /// What went wrong in words, for whoever has to mend it.
    pub notes: Vec<String>,
    /// The case asked for, gold and output side by side.
    pub shown: Option<String>,
    /// The trees of the output, for a set of trees.
    pub trees: Option<Trees>,
}

/// Trees in CoNLL-U.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trees {
    /// With the gold's sentences and words given.
    pub words_given: String,
    /// From running text.
    pub from_raw_text: String,
}

/// A metric as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    set: &'a str,
    metric: &'a str,
    value: f64,
    n: usize,
    baseline: Option<f64>,
}

/// Two decimals are more than any of the sets can tell apart.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// One JSON object a metric and line.
pub fn json_lines(manifest: &Manifest, metrics: &[Metric]) -> String {
    let mut out = String::new();
    for metric in metrics {
        let line = Line {
            set: &manifest.set,
            metric: &metric.name,
            value: rounded(metric.value),
            n: metric.n,
            baseline: manifest.bounds(&metric.name).baseline,
        };
        out.push_str(&serde_json::to_string(&line).expect("numbers and names are always JSON"));
        out.push('\n');
    }
    out
}

/// The metrics as a table, with the source of each baseline below it.
pub fn table(manifest: &Manifest, metrics: &[Metric]) -> String {
    let mut rows = vec![["metric", "value", "n", "baseline", "bound"].map(String::from)];
    let mut sources: Vec<String> = Vec::new();
    for metric in metrics {
        let bounds = manifest.bounds(&metric.name);
        let mut baseline = bounds.baseline.map_or("-".to_string(), |b| format!("{b:.2}"));
        if let Some(source) = bounds.baseline_source {
            let at = sources.iter().position(|s| *s == source).unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            });
            baseline.push_str(&format!(" [{}]", at + 1));
        }
        let bound = match (bounds.floor, bounds.ceiling) {
            (Some(floor), _) => format!("≥ {floor}"),
            (None, Some(ceiling)) => format!("≤ {ceiling}"),
            (None, None) => "-".to_string(),
        };
        rows.push([metric.name.clone(), format!("{:.2}", metric.value), metric.n.to_string(), baseline, bound]);
    }
    let mut out = format!("{}: {} ({})\n", manifest.set, manifest.what, manifest.split);
    out.push_str(&columns(&rows));
    for (n, source) in sources.iter().enumerate() {
        out.push_str(&format!("[{}] {source}\n", n + 1));
    }
    out
}

/// Lays out rows in columns: the first to the left, numbers to the right.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(n, (cell, &width))| if n == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// The metrics beyond their bounds, in words. A bound on a metric that was not scored is a miss as well: otherwise a
/// renamed metric would pass unseen.
pub fn misses(manifest: &Manifest, metrics: &[Metric]) -> Vec<String> {
    let mut out = Vec::new();
    for (name, bounds) in &manifest.metric {
        if bounds.floor.is_none() && bounds.ceiling.is_none() {
            continue;
        }
        let Some(metric) = metrics.iter().find(|metric| metric.name == *name) else {
            out.push(format!("{} {name}: has a bound but was not scored", manifest.set));
            continue;
        };
        let value = metric.value;
        if let Some(floor) = bounds.floor.filter(|&floor| value < floor) {
            out.push(format!("{} {name}: {value:.2} is below the floor {floor}", manifest.set));
        }
        if let Some(ceiling) = bounds.ceiling.filter(|&ceiling| value > ceiling) {
            out.push(format!("{} {name}: {value:.2} is above the ceiling {ceiling}", manifest.set));
        }
    }
    out
}

/// Tells of each thing of the gold and of the output how it fared, where `pairs` are those that match: `both` where they are equal,
/// `gold` and `  output` where they differ, `gold only` and `output only` where there is one.
pub fn pair_up<T: PartialEq>(gold: &[T], output: &[T], pairs: &[(usize, usize)], tell: &mut impl FnMut(&str, &T)) {
    for (g, one) in gold.iter().enumerate() {
        match pairs.iter().find(|(a, _)| *a == g) {
            Some(&(_, o)) if output[o] == *one => tell("both", one),
            Some(&(_, o)) => {
                tell("gold", one);
                tell("  output", &output[o]);
            }
            None => tell("gold only", one),
        }
    }
    for (o, one) in output.iter().enumerate() {
        if !pairs.iter().any(|(_, b)| *b == o) {
            tell("output only", one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let mut manifest: Manifest = toml::from_str(
            r#"
            what = "a test"
            scorer = "syntax"
            path = "x"
            source = "nobody"
            licence = "none"
            split = "dev"
            [metric.las]
            baseline = 88.4
            baseline_source = "somebody"
            floor = 88
            [metric.spurious]
            ceiling = 0
            "#,
        )
        .unwrap();
        manifest.set = "syntax".to_string();
        manifest
    }

    #[test]
    fn json_lines_keep_the_contract() {
        let metrics = [Metric { name: "las".to_string(), value: 90.104, n: 25149 }, Metric::count("spurious", 1, 3)];
        assert_eq!(
            json_lines(&manifest(), &metrics),
            "{\"set\":\"syntax\",\"metric\":\"las\",\"value\":90.1,\"n\":25149,\"baseline\":88.4}\n\
             {\"set\":\"syntax\",\"metric\":\"spurious\",\"value\":1.0,\"n\":3,\"baseline\":null}\n"
        );
    }

    #[test]
    fn a_check_fails_beyond_a_bound_and_on_a_missing_metric() {
        let good = [Metric::percent("las", 88, 100), Metric::count("spurious", 0, 3)];
        assert_eq!(misses(&manifest(), &good), Vec::<String>::new());
        let bad = [Metric::percent("las", 87, 100), Metric::count("spurious", 1, 3)];
        assert_eq!(misses(&manifest(), &bad).len(), 2);
        assert_eq!(misses(&manifest(), &good[..1]).len(), 1);
    }

    #[test]
    fn csv_cells_are_quoted_only_where_needed() {
        let table = CaseTable { header: vec!["a", "b"], rows: vec![vec!["x".into(), "say \"no\", twice".into()]] };
        assert_eq!(table.to_csv(), "a,b\nx,\"say \"\"no\"\", twice\"\n");
    }
}
