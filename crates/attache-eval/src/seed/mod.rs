//! Annotated articles: the whole way from text to record, item by item.
//!
//! A case is a folder with `article.txt` and `gold.json`. Cases come from the data folder and from the folders beside the
//! manifest. What an output must have follows from the annotation and the manifest's table `[items]` ([`Rules`]).

mod gold;
mod items;
mod party;
mod rules;

pub use gold::{Case, folders};
pub use rules::Rules;

use std::path::Path;

use attache_coder::Knowledge;
use attache_doc::Document;
use attache_ingest::Options;
use items::{Coded, Item};

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model};

/// The annotated articles of a set: those of the data folder, then those beside the manifest.
pub fn cases(manifest: &Manifest, data: &Path) -> Result<Vec<Case>, EvalError> {
    let given = data.join(&manifest.path);
    let mut folders = gold::folders(&given);
    if folders.is_empty() {
        return Err(EvalError::Shape(given, "no article.txt with a gold.json here or one folder below".to_string()));
    }
    folders.extend(gold::folders(&manifest.gold));
    folders.iter().map(|folder| Case::read(folder)).collect()
}

/// Codes every article of the set and scores the output against its annotation.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let shape = |what: String| EvalError::Shape(manifest.gold.join(format!("{}.toml", manifest.set)), what);
    let rules = manifest.items.as_ref().ok_or_else(|| shape("annotated articles need a table [items]".to_string()))?;
    let mut cases = cases(manifest, data)?;
    if let Some(name) = show {
        cases.retain(|case| case.name == name);
    }
    let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    let nlp = model::load()?;

    let mut tally = Tally::default();
    for case in &cases {
        let doc = ingest(case, rules)?;
        let parse = nlp.parse(&[&doc]).remove(0);
        let coding = attache_coder::code(&knowledge, &doc, &parse);
        let coded = Coded::new(case, rules, &doc, &parse, &coding);
        tally.add(&coded, show.is_some());
    }
    Ok(tally.outcome())
}

/// The article as a document with its day of publication.
fn ingest(case: &Case, rules: &Rules) -> Result<Document, EvalError> {
    let day = case.gold.published.as_ref().or_else(|| rules.published.get(&case.gold.doc));
    let date = match day.map(|day| day.parse::<jiff::civil::Date>()) {
        None => None,
        Some(Ok(date)) => Some(date),
        Some(Err(error)) => return Err(EvalError::Load(format!("{}: day of publication: {error}", case.name))),
    };
    let options = Options { date, id: Some(case.name.clone()), ..Options::default() };
    let doc = attache_ingest::document_from_text(case.text.as_str(), &options);
    let doc = doc.map_err(|error| EvalError::Load(format!("{}: {error}", case.name)))?;
    if doc.full_text() != case.text {
        let what =
            format!("{}: reading the article changed it (a byte order mark?), so its spans do not hold", case.name);
        return Err(EvalError::Load(what));
    }
    Ok(doc)
}

/// Counts over the articles.
#[derive(Default)]
struct Tally {
    required: (usize, usize),
    statements: (usize, usize),
    mentions: (usize, usize),
    events: usize,
    spurious: usize,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
    shown: Option<String>,
}

impl Tally {
    fn add(&mut self, coded: &Coded<'_>, show: bool) {
        let case = &coded.case.name;
        let items = coded.items();
        let faults = coded.spurious();
        let count = |pair: &mut (usize, usize), found: bool| *pair = (pair.0 + 1, pair.1 + usize::from(found));
        for item in &items {
            if item.required {
                count(&mut self.required, item.found());
            }
            if item.kind == "statement" {
                count(&mut self.statements, item.found());
            }
            if item.required && !item.found() {
                self.notes.push(format!("{case} {} {}: {}", item.id, item.rule, item.problems.join("; ")));
            }
            self.mentions = (self.mentions.0 + item.mentions.0, self.mentions.1 + item.mentions.1);
            self.rows.push(row(case, item));
        }
        for fault in &faults {
            self.notes.push(format!("{case}: {fault}"));
            self.rows.push(vec![
                case.clone(),
                "-".into(),
                "spurious".into(),
                "-".into(),
                "no".into(),
                "no".into(),
                fault.clone(),
            ]);
        }
        self.events += coded.coding.events.len();
        self.spurious += faults.len();
        if show {
            self.shown = Some(side_by_side(coded, &items, &faults));
        }
    }

    fn outcome(self) -> Outcome {
        let header = vec!["case", "item", "kind", "rule", "required", "found", "remark"];
        Outcome {
            metrics: vec![
                Metric::percent("found", self.required.1, self.required.0),
                Metric::count("spurious", self.spurious, self.events),
                Metric::percent("statements", self.statements.1, self.statements.0),
                Metric::percent("mentions", self.mentions.1, self.mentions.0),
            ],
            cases: CaseTable { header, rows: self.rows },
            notes: self.notes,
            shown: self.shown,
            ..Outcome::default()
        }
    }
}

fn row(case: &str, item: &Item) -> Vec<String> {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_string();
    vec![
        case.to_string(),
        item.id.clone(),
        item.kind.to_string(),
        item.rule.clone(),
        yes(item.required),
        yes(item.found()),
        item.problems.join("; "),
    ]
}

/// One article: each item with what the annotation and the output say, then all that the output says.
fn side_by_side(coded: &Coded<'_>, items: &[Item], faults: &[String]) -> String {
    let mut out = format!("{}\n", coded.case.name);
    for item in items {
        let verdict = match (item.found(), item.required) {
            (true, _) => "found  ",
            (false, true) => "MISSING",
            (false, false) => "not had",
        };
        out.push_str(&format!("{verdict} {} {} ({})\n", item.id, item.kind, item.rule));
        out.push_str(&format!("        gold:   {}\n        output: {}\n", item.gold, item.output));
        for problem in &item.problems {
            out.push_str(&format!("        wrong:  {problem}\n"));
        }
    }
    out.push_str(&format!("spurious: {}\n", faults.len()));
    for fault in faults {
        out.push_str(&format!("        {fault}\n"));
    }
    out.push_str("everything coded\n");
    for event in &coded.coding.events {
        out.push_str(&format!("  event     {}\n", coded.event_line(event)));
    }
    for n in 0..coded.coding.statements.len() {
        out.push_str(&format!("  statement {}\n", coded.statement_line(n as u32)));
    }
    for standing in &coded.coding.standings {
        out.push_str(&format!("  standing  {}\n", coded.standing_line(standing)));
    }
    out
}
