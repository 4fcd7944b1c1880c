//! attache among trained people: the agreement of its coding with that of each coder, beside the coders' with one another.
//!
//! Several people coded the same sentences by CAMEO, and they differ; so there is no gold. attache is one coder more, and
//! what it reaches is its mean agreement with each of them. The baseline is the mean over all pairs of people, computed in
//! the same run by the same function. Agreement over all sentences:
//!
//! - `root`: Dice's coefficient of the CAMEO roots that the two gave a sentence, each root once: twice the roots in common
//!   by the roots of both. A sentence that only one of them found an event in counts against them.
//! - `source`, `target`: the same for the words of sources and targets. Two spans are the same when they share a letter;
//!   each is used once, and words marked twice are one span.
//! - `relevance`: the share of sentences on which they agree whether there is an event in it.
//!
//! Names with `_both` count only sentences in which both found an event, names with `_apart` leave out the roots that the
//! manifest sets apart. attache's events are those with a CAMEO code; initiators are its sources, counterparts its targets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use attache_doc::{Document, PartyIx, Span};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::model::{Coded, Coder, Points};
use crate::{Baseline, CaseTable, EvalError, Metric, Outcome, read_lines, read_text};

/// A sentence with what each coder made of it.
#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Annotation {
    rater: String,
    /// `True` or `False`.
    relevant: String,
    spans: Vec<Marked>,
    actions: BTreeMap<String, Action>,
}

/// Words with their role and a number that tells which event they belong to: `Source-1`. `start` is a code point.
#[derive(Deserialize)]
struct Marked {
    role: String,
    text: String,
    start: usize,
}

/// The root as the coders wrote it: `4-17 Coerce` is root 17 of the class 4.
#[derive(Deserialize)]
struct Action {
    cameo: String,
}

/// What somebody made of a sentence.
#[derive(Debug, Clone, Default, PartialEq)]
struct View {
    relevant: bool,
    /// Two digits each.
    roots: BTreeSet<String>,
    sources: BTreeSet<Span>,
    targets: BTreeSet<Span>,
}

/// Things in common among the things of two views.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Shared {
    common: usize,
    of_both: usize,
}

impl Shared {
    fn add(&mut self, common: usize, a: usize, b: usize) {
        self.common += common;
        self.of_both += a + b;
    }

    fn dice(self) -> f64 {
        if self.of_both == 0 { 0.0 } else { 100.0 * 2.0 * self.common as f64 / self.of_both as f64 }
    }
}

/// The names of what is compared, in order.
const WHAT: [&str; 9] = [
    "root",
    "source",
    "target",
    "relevance",
    "root_both",
    "source_both",
    "target_both",
    "root_apart",
    "root_apart_both",
];

/// Scores the coder among the coders of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let shape = |what: String| EvalError::Shape(path.clone(), what);
    let lines: Vec<Line> = read_lines(&read_text(&path)?).map_err(shape)?;
    let lines: Vec<Line> = lines.into_iter().filter(|l| show.is_none_or(|case| l.id == case)).collect();
    let raters: BTreeSet<&str> = lines.iter().flat_map(|l| l.annotations.iter().map(|a| a.rater.as_str())).collect();
    let coder = Coder::load()?;
    let coded = coder.code_texts(lines.iter().map(|l| l.text.as_str())).map_err(|error| shape(error.to_string()))?;

    // A coder who left out a sentence has no view of it.
    let mut people: BTreeMap<&str, Vec<Option<View>>> = BTreeMap::new();
    for rater in raters {
        let views = lines.iter().enumerate().map(|(n, line)| {
            let annotation = line.annotations.iter().find(|a| a.rater == rater);
            annotation.map(|a| view_of(line, a).map_err(|what| shape(format!("row {}: {what}", n + 1)))).transpose()
        });
        people.insert(rater, views.collect::<Result<_, _>>()?);
    }
    let own: Vec<Option<View>> = coded.iter().map(|c| Some(own_view(c))).collect();
    if show.is_some() {
        let views = people.iter().map(|(rater, views)| (*rater, views.first().cloned().flatten()));
        let views = views.chain([("attache", own.first().cloned().flatten())]);
        let shown = coded.first().map(|c| side_by_side(&c.document, views));
        return Ok(Outcome { shown, ..Outcome::default() });
    }

    let apart: BTreeSet<&str> = manifest.apart.iter().map(String::as_str).collect();
    let with_people: Vec<[f64; WHAT.len()]> = people.values().map(|p| agreement(&own, p, &apart)).collect();
    let names: Vec<&&str> = people.keys().collect();
    let pairs = (0..names.len()).flat_map(|a| (a + 1..names.len()).map(move |b| (a, b)));
    let among_people: Vec<[f64; WHAT.len()]> =
        pairs.map(|(a, b)| agreement(&people[*names[a]], &people[*names[b]], &apart)).collect();
    let mean = |rows: &[[f64; WHAT.len()]], n: usize| rows.iter().map(|r| r[n]).sum::<f64>() / rows.len().max(1) as f64;
    let metric =
        |(n, name): (usize, &&str)| Metric { name: (*name).to_string(), value: mean(&with_people, n), n: lines.len() };
    let metrics = WHAT.iter().enumerate().map(metric).collect();
    let baseline = |(n, name): (usize, &&str)| Baseline {
        metric: (*name).to_string(),
        value: mean(&among_people, n),
        source: "the coders with one another, mean over pairs, measured in this run",
    };
    let baselines = WHAT.iter().enumerate().filter(|_| among_people.len() > 1).map(baseline).collect();
    let mut header = vec!["case", "attache_roots"];
    header.extend(["roots_by_coder", "root_with_coders", "source_with_coders", "target_with_coders", "relevant_by"]);
    let cases =
        CaseTable { header, rows: lines.iter().enumerate().map(|(n, l)| row_of(l, n, &own, &people)).collect() };
    Ok(Outcome { metrics, baselines, cases, ..Outcome::default() })
}

// ---- views ----

fn view_of(line: &Line, annotation: &Annotation) -> Result<View, String> {
    let points = Points::of(&line.text);
    let relevant = match annotation.relevant.as_str() {
        "True" => true,
        "False" => false,
        other => return Err(format!("relevant is “{other}”, expected True or False")),
    };
    let words = |role: &str| {
        let of_role = annotation.spans.iter().filter(move |s| s.role.split('-').next() == Some(role));
        of_role.map(|s| place(&line.text, &points, s)).collect::<BTreeSet<Span>>()
    };
    let roots = annotation.actions.values().map(|a| root(&a.cameo)).collect::<Result<_, String>>()?;
    Ok(View { relevant, roots, sources: words("Source"), targets: words("Target") })
}

/// Two digits of a root as the coders wrote it.
fn root(written: &str) -> Result<String, String> {
    let number = written.split('-').nth(1).and_then(|rest| rest.split(' ').next());
    let number: u8 = number
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| format!("“{written}” is no root such as “4-17 Coerce”"))?;
    Ok(format!("{number:02}"))
}

/// Where marked words stand: some places were counted in another edition of the text, so the words nearest to the place are
/// taken where they do not stand there.
fn place(text: &str, points: &Points, marked: &Marked) -> Span {
    let given = points.span(marked.start, marked.start + marked.text.chars().count());
    if text.get(given.range()) == Some(marked.text.as_str()) {
        return given;
    }
    let nearest = text.match_indices(marked.text.as_str()).min_by_key(|(at, _)| at.abs_diff(given.start as usize));
    nearest.filter(|_| !marked.text.is_empty()).map_or(given, |(at, words)| Span::new(at, at + words.len()))
}

fn own_view(coded: &Coded) -> View {
    let mut view = View::default();
    for (event, row) in coded.coding.events.iter().zip(&coded.rows) {
        let Some(code) = &row.cameo else { continue };
        let words = |side: &[(PartyIx, Span)]| side.iter().map(|(_, span)| *span).collect::<Vec<Span>>();
        view.relevant = true;
        view.roots.extend(code.get(..2).map(str::to_string));
        view.sources.extend(words(&event.initiator));
        view.targets.extend(words(&event.counterpart));
    }
    view
}

// ---- agreement ----

/// The agreement of two coders on the sentences that both saw, in the order of [`WHAT`].
fn agreement(a: &[Option<View>], b: &[Option<View>], apart: &BTreeSet<&str>) -> [f64; WHAT.len()] {
    let pairs: Vec<(&View, &View)> = a.iter().zip(b).filter_map(|(a, b)| a.as_ref().zip(b.as_ref())).collect();
    let over = |pairs: &[(&View, &View)], count: &dyn Fn(&View, &View, &mut Shared)| {
        let mut shared = Shared::default();
        pairs.iter().for_each(|(a, b)| count(a, b, &mut shared));
        shared.dice()
    };
    let both: Vec<(&View, &View)> = pairs.iter().copied().filter(|(a, b)| a.relevant && b.relevant).collect();
    let roots = |a: &View, b: &View, shared: &mut Shared| {
        shared.add(a.roots.intersection(&b.roots).count(), a.roots.len(), b.roots.len());
    };
    let rest = |a: &View, b: &View, shared: &mut Shared| {
        let keep = |v: &View| v.roots.iter().filter(|r| !apart.contains(r.as_str())).cloned().collect::<BTreeSet<_>>();
        let (a, b) = (keep(a), keep(b));
        shared.add(a.intersection(&b).count(), a.len(), b.len());
    };
    let sources = |a: &View, b: &View, shared: &mut Shared| {
        shared.add(in_common(&a.sources, &b.sources), a.sources.len(), b.sources.len());
    };
    let targets = |a: &View, b: &View, shared: &mut Shared| {
        shared.add(in_common(&a.targets, &b.targets), a.targets.len(), b.targets.len());
    };
    let same = pairs.iter().filter(|(a, b)| a.relevant == b.relevant).count();
    [
        over(&pairs, &roots),
        over(&pairs, &sources),
        over(&pairs, &targets),
        100.0 * same as f64 / pairs.len().max(1) as f64,
        over(&both, &roots),
        over(&both, &sources),
        over(&both, &targets),
        over(&pairs, &rest),
        over(&both, &rest),
    ]
}

/// Spans that share a letter, each used once.
fn in_common(a: &BTreeSet<Span>, b: &BTreeSet<Span>) -> usize {
    let mut free: Vec<&Span> = b.iter().collect();
    let mut common = 0;
    for x in a {
        if let Some(n) = free.iter().position(|y| x.overlaps(**y)) {
            free.remove(n);
            common += 1;
        }
    }
    common
}

// ---- telling a case ----

fn list(roots: &BTreeSet<String>) -> String {
    if roots.is_empty() { "-".to_string() } else { roots.iter().cloned().collect::<Vec<_>>().join(" ") }
}

/// Roots by coder, and attache's mean agreement with the coders on this sentence; where neither found anything, `-`.
fn row_of(line: &Line, n: usize, own: &[Option<View>], people: &BTreeMap<&str, Vec<Option<View>>>) -> Vec<String> {
    let views: Vec<&View> = people.values().filter_map(|views| views[n].as_ref()).collect();
    let nothing = View::default();
    let mine = own[n].as_ref().unwrap_or(&nothing);
    let mean = |count: &dyn Fn(&View) -> (usize, usize)| {
        let shares: Vec<f64> = views
            .iter()
            .map(|v| count(v))
            .filter(|(_, of_both)| *of_both > 0)
            .map(|(common, of_both)| 2.0 * common as f64 / of_both as f64)
            .collect();
        if shares.is_empty() {
            "-".to_string()
        } else {
            format!("{:.2}", shares.iter().sum::<f64>() / shares.len() as f64)
        }
    };
    vec![
        line.id.clone(),
        list(&mine.roots),
        views.iter().map(|v| list(&v.roots)).collect::<Vec<_>>().join(";"),
        mean(&|v| (mine.roots.intersection(&v.roots).count(), mine.roots.len() + v.roots.len())),
        mean(&|v| (in_common(&mine.sources, &v.sources), mine.sources.len() + v.sources.len())),
        mean(&|v| (in_common(&mine.targets, &v.targets), mine.targets.len() + v.targets.len())),
        views.iter().filter(|v| v.relevant).count().to_string(),
    ]
}

fn side_by_side<'a>(document: &Document, views: impl Iterator<Item = (&'a str, Option<View>)>) -> String {
    let words = |spans: &BTreeSet<Span>| spans.iter().map(|&s| document.text(s)).collect::<Vec<_>>().join(" | ");
    let mut out = format!("{}\n", document.full_text().trim_end());
    for (who, view) in views {
        let Some(view) = view else { continue };
        let (sources, targets) = (words(&view.sources), words(&view.targets));
        out.push_str(&format!("{who:<8} {:<12} [{sources}] → [{targets}]\n", list(&view.roots)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(roots: &[&str], sources: &[(u32, u32)]) -> View {
        View {
            relevant: !roots.is_empty(),
            roots: roots.iter().map(|r| r.to_string()).collect(),
            sources: sources.iter().map(|&(start, end)| Span { start, end }).collect(),
            targets: BTreeSet::new(),
        }
    }

    #[test]
    fn agreement_is_two_ways_the_same_and_counts_what_only_one_found() {
        let a = vec![Some(view(&["04", "17"], &[(0, 5)])), Some(view(&["01"], &[])), Some(view(&[], &[]))];
        let b = vec![Some(view(&["17"], &[(3, 9), (20, 25)])), Some(view(&[], &[])), Some(view(&[], &[]))];
        let apart = BTreeSet::from(["01"]);
        let forth = agreement(&a, &b, &apart);
        assert_eq!(forth, agreement(&b, &a, &apart));
        let of = |name: &str| forth[WHAT.iter().position(|w| *w == name).unwrap()];
        assert_eq!(of("root"), 50.0);
        assert!((of("root_both") - 200.0 / 3.0).abs() < 1e-9 && (of("root_apart") - 200.0 / 3.0).abs() < 1e-9);
        assert!((of("source") - 200.0 / 3.0).abs() < 1e-9 && (of("relevance") - 200.0 / 3.0).abs() < 1e-9);
        let unseen = vec![None, b[1].clone(), None];
        assert_eq!(agreement(&a, &unseen, &apart)[3], 0.0);
    }

    #[test]
    fn roots_are_read_from_what_coders_wrote() {
        assert_eq!(root("4-17 Coerce").unwrap(), "17");
        assert_eq!(root("0-1 Make Public Statement").unwrap(), "01");
        assert!(root("Coerce").unwrap_err().contains("no root"));
    }

    #[test]
    fn words_are_found_near_a_place_that_is_off() {
        let text = "The « envoy » met the envoy.";
        let points = Points::of(text);
        let marked = |start| Marked { role: "Source-1".to_string(), text: "envoy".to_string(), start };
        assert_eq!(place(text, &points, &marked(6)), place(text, &points, &marked(7)));
        assert_eq!(&text[place(text, &points, &marked(21)).range()], "envoy");
        assert!(place(text, &points, &marked(21)).start > 20);
    }
}
