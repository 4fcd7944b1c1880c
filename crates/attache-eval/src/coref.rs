//! Coreference within documents: MUC, B³, CEAF-e and their mean, as the CoNLL-2012 shared task scores them.
//!
//! Setting: the set's sentences and mentions are given, the system decides the chains. Scored are the mentions of people,
//! bodies, places and things that the annotation put in a chain, chains of one included; mentions that it left without one
//! were never compared with others there and are no gold. Each document is scored by itself; numerators and
//! denominators are summed over documents. A gold mention takes the chain of the coded mention with the same head word, or
//! whose head is one of its words that hangs on its head as a part of the name, title or apposition; a place without such a
//! mention takes the chain of the coded place. A gold mention that the output lacks is a chain by itself.
//!
//! Beside the system stand two baselines on the same mentions: `head_match` (same lemma of the head word, same chain) and
//! `singletons` (each mention a chain of its own).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use attache_coder::{Knowledge, code};
use attache_doc::{BlockKind, Coding, Document, Meta, Parse, PartyIx, Rel, Sentence, Span, Token, TokenIx, Upos};
use attache_nlp::{Nlp, segment};
use serde::Deserialize;

use crate::manifest::Manifest;
use crate::{CaseTable, EvalError, Metric, Outcome, model, read_text};

/// A document of the set, as its file has it.
#[derive(Debug, Deserialize)]
struct Line {
    doc: String,
    text: String,
    mentions: Vec<Marked>,
}

/// An annotated mention. Spans count code points and may be several.
#[derive(Debug, Deserialize)]
struct Marked {
    tag: String,
    spans: Vec<(usize, usize)>,
    cluster: Option<String>,
}

/// A gold mention.
#[derive(Debug, Clone, PartialEq)]
struct GoldMention {
    /// Its words, in bytes of the document.
    spans: Vec<Span>,
    /// The annotation's chain.
    chain: String,
    /// True for people and bodies, false for places and things.
    actor: bool,
}

/// A document with its mentions in the order of the text.
struct Case {
    name: String,
    document: Document,
    mentions: Vec<GoldMention>,
}

/// The chain of each mention, by number: a partition.
type Partition = Vec<usize>;

/// Scores the coder on the documents of the manifest.
pub fn score(manifest: &Manifest, data: &Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let mut cases = read(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    cases.retain(|case| show.is_none_or(|name| case.name == name));
    let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    let nlp = model::load()?;

    let mut all = Comparison::default();
    let mut actors = Comparison::default();
    let header =
        vec!["doc", "mentions", "chains", "matched", "muc_f1", "b3_f1", "ceafe_f1", "conll", "head_match_conll"];
    let mut table = CaseTable { header, rows: Vec::new() };
    for case in &cases {
        let parse = parse_lines(&nlp, &case.document);
        let coding = code(&knowledge, &case.document, &parse);
        let heads: Vec<Option<TokenIx>> = case.mentions.iter().map(|m| head_of(&parse, m)).collect();
        let coded = coded_chains(&parse, &coding, &case.mentions, &heads);
        let answer = Answer {
            gold: number(case.mentions.iter().map(|m| Some(m.chain.clone()))),
            system: number(coded.iter().cloned()),
            head_match: number(heads.iter().map(|h| h.map(|h| head_lemma(&parse, h)))),
            matched: coded.iter().map(Option::is_some).collect(),
        };
        if show.is_some() {
            let shown = Some(side_by_side(case, &answer, &coded));
            return Ok(Outcome { shown, ..Outcome::default() });
        }
        let mut here = Comparison::default();
        here.add(&answer);
        table.rows.push(here.row(&case.name));
        all.add(&answer);
        actors.add(&answer.only(|n| case.mentions[n].actor));
    }
    let mut metrics = all.metrics("");
    metrics.extend(actors.metrics("actors_"));
    Ok(Outcome { metrics, cases: table, ..Outcome::default() })
}

// ---- reading ----

/// Reads the set: a document a line. Kept are mentions of entities that stand in a chain.
fn read(text: &str) -> Result<Vec<Case>, String> {
    text.lines()
        .enumerate()
        .map(|(n, line)| {
            let line: Line = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", n + 1))?;
            case(line).map_err(|what| format!("line {}: {what}", n + 1))
        })
        .collect()
}

fn case(line: Line) -> Result<Case, String> {
    let (text, bytes) = with_plain_quotes(&line.text);
    let mut mentions = Vec::new();
    for marked in line.mentions {
        let actor = marked.tag.starts_with("HUMAN_");
        let entity = actor || marked.tag.starts_with("LOC_") || marked.tag.starts_with("NON_HUMAN_");
        let Some(chain) = marked.cluster.filter(|_| entity) else { continue };
        let span = |&(start, end): &(usize, usize)| match (bytes.get(start), bytes.get(end)) {
            (Some(&from), Some(&to)) if from < to => Ok(Span::new(from, to)),
            _ => Err(format!("{}: a span {start}..{end} outside the text", line.doc)),
        };
        let spans = marked.spans.iter().map(span).collect::<Result<Vec<Span>, String>>()?;
        mentions.push(GoldMention { spans, chain, actor });
    }
    mentions.sort_by_key(|m| m.spans.first().copied());
    let whole = 0..text.trim_end().len();
    let document = Document::new(text, vec![(BlockKind::Paragraph, whole)], Meta::default());
    Ok(Case { name: line.doc, document, mentions })
}

/// The text with the treebank's quotes (`` and '') as quotes, and the byte at which each of its code points now stands.
fn with_plain_quotes(text: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut bytes = Vec::with_capacity(text.len() + 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        bytes.push(out.len());
        let doubled = matches!(c, '`' | '\'') && chars.peek() == Some(&c);
        if doubled {
            chars.next();
            out.push(if c == '`' { '“' } else { '”' });
            bytes.push(out.len());
        } else {
            out.push(c);
        }
    }
    bytes.push(out.len());
    (out, bytes)
}

/// Parses a document whose lines are its sentences.
fn parse_lines(nlp: &Nlp, document: &Document) -> Parse {
    let text = document.full_text();
    let mut start = 0;
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for line in text.split_inclusive('\n') {
        let tokens = segment::tokens(line).into_iter().map(|t| Span::new(start + t.start, start + t.end));
        lines.push(tokens.collect());
        start += line.len();
    }
    lines.retain(|line| !line.is_empty());
    let words = |line: &Vec<Span>| line.iter().map(|&span| document.text(span).to_string()).collect();
    let sentences: Vec<Vec<String>> = lines.iter().map(words).collect();
    let mut parse = Parse::default();
    for (line, analysis) in lines.iter().zip(nlp.parse_words(&[sentences]).remove(0)) {
        let offset = parse.tokens.len() as TokenIx;
        parse.tokens.extend(line.iter().zip(analysis.words).map(|(&span, word)| Token {
            span,
            lemma: word.lemma,
            upos: word.upos,
            xpos: word.xpos,
            head: word.head.map(|head| head + offset),
            rel: word.rel,
        }));
        parse.entities.extend(analysis.entities.into_iter().map(|entity| attache_doc::Entity {
            tokens: entity.words.start + offset..entity.words.end + offset,
            label: entity.label,
            score: entity.score,
        }));
        let span = line[0].cover(line[line.len() - 1]);
        parse.sentences.push(Sentence { span, tokens: offset..parse.tokens.len() as TokenIx, block: 0 });
    }
    parse
}

// ---- mentions ----

/// The tokens that a gold mention covers. The set's words are longer than syntactic words ("Oslo's" is one).
fn words_of(parse: &Parse, mention: &GoldMention) -> Vec<TokenIx> {
    let covered = |span: &Span| {
        let from = parse.tokens.partition_point(|t| t.span.end <= span.start);
        let to = parse.tokens.partition_point(|t| t.span.start < span.end);
        from as TokenIx..to as TokenIx
    };
    mention.spans.iter().flat_map(covered).collect()
}

/// The head word of a gold mention: of its words that are no function words, the first whose governor lies outside it.
fn head_of(parse: &Parse, mention: &GoldMention) -> Option<TokenIx> {
    let words = words_of(parse, mention);
    let token = |t: TokenIx| &parse.tokens[t as usize];
    let outside = |&t: &TokenIx| token(t).head.is_none_or(|h| !words.contains(&h));
    let content = |t: &TokenIx| !matches!(token(*t).upos, Upos::Adp | Upos::Det | Upos::Punct | Upos::Part);
    let content = words.iter().copied().filter(content).find(outside);
    content.or_else(|| words.iter().copied().find(outside))
}

/// The lower-cased lemma of a head word; of a name the last word, which people share with their later mentions.
fn head_lemma(parse: &Parse, head: TokenIx) -> String {
    let last = parse.children(head).rfind(|&k| parse.tokens[k as usize].rel == Rel::Flat).unwrap_or(head);
    parse.tokens[last as usize].lemma.to_lowercase()
}

/// The chain of each gold mention in the output; `None` when the output lacks the mention.
fn coded_chains(
    parse: &Parse,
    coding: &Coding,
    mentions: &[GoldMention],
    heads: &[Option<TokenIx>],
) -> Vec<Option<String>> {
    let mut parties: HashMap<TokenIx, Vec<PartyIx>> = HashMap::new();
    for mention in &coding.mentions {
        parties.entry(mention.head).or_default().push(mention.party);
    }
    for several in parties.values_mut() {
        several.sort_unstable();
        several.dedup();
    }
    // Of several parties ("the two"), the chain is that of all of them together.
    let party_chain = |t: TokenIx| {
        let several: Vec<&str> = parties.get(&t)?.iter().map(|&p| coding.parties[p as usize].name.as_str()).collect();
        let numbers: Vec<String> = parties.get(&t)?.iter().map(|p| p.to_string()).collect();
        Some(format!("{} [{}]", several.join(" + "), numbers.join(" ")))
    };
    let place_chain = |words: &[TokenIx]| {
        let covers = |span: Span| words.iter().any(|&w| parse.tokens[w as usize].span.overlaps(span));
        let place = coding.places.iter().find(|place| covers(place.span))?;
        Some(format!("{}, {}", place.name, place.country.as_deref().unwrap_or("-")))
    };
    mentions
        .iter()
        .zip(heads)
        .map(|(mention, head)| {
            let words = words_of(parse, mention);
            let part = |w: TokenIx| {
                let token = &parse.tokens[w as usize];
                words.contains(&w) && matches!(token.rel, Rel::Flat | Rel::Compound | Rel::NmodDesc | Rel::Appos)
            };
            head.and_then(party_chain)
                .or_else(|| parse.children((*head)?).filter(|&w| part(w)).find_map(party_chain))
                .or_else(|| place_chain(&words).filter(|_| !mention.actor))
        })
        .collect()
}

/// Numbers chains in order of appearance; `None` is a chain of its own.
fn number(labels: impl Iterator<Item = Option<String>>) -> Partition {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut next = 0;
    let mut fresh = || {
        next += 1;
        next - 1
    };
    labels
        .map(|label| match label.map(|label| known.entry(label)) {
            Some(Entry::Occupied(chain)) => *chain.get(),
            Some(Entry::Vacant(chain)) => *chain.insert(fresh()),
            None => fresh(),
        })
        .collect()
}

// ---- scores ----

/// One document: who goes with whom, in the gold, in the output and by the baseline.
struct Answer {
    gold: Partition,
    system: Partition,
    head_match: Partition,
    matched: Vec<bool>,
}

impl Answer {
    /// The same with some of the mentions.
    fn only(&self, keep: impl Fn(usize) -> bool) -> Answer {
        let of = |p: &Partition| p.iter().enumerate().filter(|(n, _)| keep(*n)).map(|(_, &chain)| chain).collect();
        let matched = self.matched.iter().enumerate().filter(|(n, _)| keep(*n)).map(|(_, &m)| m).collect();
        Answer { gold: of(&self.gold), system: of(&self.system), head_match: of(&self.head_match), matched }
    }
}

/// The system and the baselines against the gold, summed over documents.
#[derive(Debug, Default)]
struct Comparison {
    mentions: usize,
    chains: usize,
    matched: usize,
    system: Scores,
    head_match: Scores,
    singletons: Scores,
}

impl Comparison {
    fn add(&mut self, answer: &Answer) {
        let gold = chains(&answer.gold);
        let alone: Partition = (0..answer.gold.len()).collect();
        self.mentions += answer.gold.len();
        self.chains += gold.len();
        self.matched += answer.matched.iter().filter(|&&m| m).count();
        self.system.add(&gold, &chains(&answer.system));
        self.head_match.add(&gold, &chains(&answer.head_match));
        self.singletons.add(&gold, &chains(&alone));
    }

    fn metrics(&self, prefix: &str) -> Vec<Metric> {
        let mut out = Vec::new();
        for (name, scores) in [("", &self.system), ("head_match_", &self.head_match), ("singletons_", &self.singletons)]
        {
            let metric = |what: &str, value: f64| Metric {
                name: format!("{prefix}{name}{what}"),
                value: 100.0 * value,
                n: self.mentions,
            };
            out.push(metric("conll", scores.conll()));
            for (measure, ratio) in [("muc", &scores.muc), ("b3", &scores.b3), ("ceafe", &scores.ceafe)] {
                out.push(metric(&format!("{measure}_recall"), ratio.recall()));
                out.push(metric(&format!("{measure}_precision"), ratio.precision()));
                out.push(metric(&format!("{measure}_f1"), ratio.f1()));
            }
        }
        out.push(Metric::percent(&format!("{prefix}matched"), self.matched, self.mentions));
        out
    }

    fn row(&self, name: &str) -> Vec<String> {
        let percent = |value: f64| format!("{:.1}", 100.0 * value);
        let s = &self.system;
        let counts = [self.mentions, self.chains, self.matched].map(|n| n.to_string());
        let scores = [s.muc.f1(), s.b3.f1(), s.ceafe.f1(), s.conll(), self.head_match.conll()].map(percent);
        [name.to_string()].into_iter().chain(counts).chain(scores).collect()
    }
}

/// The three measures.
#[derive(Debug, Default, Clone, PartialEq)]
struct Scores {
    muc: Ratio,
    b3: Ratio,
    ceafe: Ratio,
}

/// Recall and precision as the sums they are made of.
#[derive(Debug, Default, Clone, PartialEq)]
struct Ratio {
    recalled: f64,
    gold: f64,
    precise: f64,
    output: f64,
}

impl Ratio {
    fn recall(&self) -> f64 {
        if self.gold == 0.0 { 0.0 } else { self.recalled / self.gold }
    }

    fn precision(&self) -> f64 {
        if self.output == 0.0 { 0.0 } else { self.precise / self.output }
    }

    fn f1(&self) -> f64 {
        let (r, p) = (self.recall(), self.precision());
        if r + p == 0.0 { 0.0 } else { 2.0 * r * p / (r + p) }
    }

    fn add(&mut self, recall: (f64, f64), precision: (f64, f64)) {
        self.recalled += recall.0;
        self.gold += recall.1;
        self.precise += precision.0;
        self.output += precision.1;
    }
}

/// A chain: the numbers of its mentions, ascending.
type Chain = Vec<usize>;

fn chains(partition: &Partition) -> Vec<Chain> {
    let mut out: Vec<Chain> = Vec::new();
    let mut at: HashMap<usize, usize> = HashMap::new();
    for (mention, &chain) in partition.iter().enumerate() {
        let n = *at.entry(chain).or_insert_with(|| {
            out.push(Vec::new());
            out.len() - 1
        });
        out[n].push(mention);
    }
    out
}

impl Scores {
    /// Adds a document. Gold and output may have different mentions, as they do in the literature's examples.
    fn add(&mut self, gold: &[Chain], output: &[Chain]) {
        self.muc.add(links(gold, output), links(output, gold));
        self.b3.add(overlaps(gold, output), overlaps(output, gold));
        let similar = best_similarity(gold, output);
        self.ceafe.add((similar, gold.len() as f64), (similar, output.len() as f64));
    }

    /// The mean of the three F1, which the shared task ranked by.
    fn conll(&self) -> f64 {
        (self.muc.f1() + self.b3.f1() + self.ceafe.f1()) / 3.0
    }
}

fn shared(a: &Chain, b: &Chain) -> usize {
    a.iter().filter(|m| b.contains(m)).count()
}

/// MUC (Vilain et al. 1995): links of `these` chains that survive when cut by `those`, and how many there are.
fn links(these: &[Chain], those: &[Chain]) -> (f64, f64) {
    let mut sums = (0, 0);
    for chain in these {
        let parts = those.iter().filter(|other| shared(chain, other) > 0).count();
        let covered: usize = those.iter().map(|other| shared(chain, other)).sum();
        // A mention that the other side lacks is a part of its own.
        sums.0 += covered - parts;
        sums.1 += chain.len() - 1;
    }
    (sums.0 as f64, sums.1 as f64)
}

/// B³ (Bagga and Baldwin 1998): for each mention of `these`, the share of its chain that its other chain holds.
fn overlaps(these: &[Chain], those: &[Chain]) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for chain in these {
        let squares: usize = those.iter().map(|other| shared(chain, other).pow(2)).sum();
        sums.0 += squares as f64 / chain.len() as f64;
        sums.1 += chain.len() as f64;
    }
    sums
}

/// CEAF-e (Luo 2005): the summed similarity φ4 of chains in the best one-to-one alignment.
fn best_similarity(gold: &[Chain], output: &[Chain]) -> f64 {
    let similar = |a: &Chain, b: &Chain| 2.0 * shared(a, b) as f64 / (a.len() + b.len()) as f64;
    let size = gold.len().max(output.len());
    let weight = |i: usize, j: usize| match (gold.get(i), output.get(j)) {
        (Some(a), Some(b)) => similar(a, b),
        _ => 0.0,
    };
    let weights: Vec<Vec<f64>> = (0..size).map(|i| (0..size).map(|j| weight(i, j)).collect()).collect();
    assign(&weights).iter().enumerate().map(|(i, &j)| weights[i][j]).sum()
}

/// The column of each row in an assignment of the greatest total weight (Kuhn 1955, with potentials: cubic time).
/// `weights` is square.
fn assign(weights: &[Vec<f64>]) -> Vec<usize> {
    let n = weights.len();
    // Rows and columns count from 1; row 0 and column 0 are the augmenting path's foot.
    let (mut of_row, mut of_column) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let mut row_at = vec![0; n + 1];
    for row in 1..=n {
        row_at[0] = row;
        let mut column = 0;
        let mut slack = vec![f64::INFINITY; n + 1];
        let mut came_from = vec![0; n + 1];
        let mut seen = vec![false; n + 1];
        while row_at[column] != 0 {
            seen[column] = true;
            let here = row_at[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in (1..=n).filter(|&j| !seen[j]) {
                let cost = -weights[here - 1][j - 1] - of_row[here] - of_column[j];
                if cost < slack[j] {
                    slack[j] = cost;
                    came_from[j] = column;
                }
                if slack[j] < step {
                    step = slack[j];
                    next = j;
                }
            }
            for j in 0..=n {
                if seen[j] {
                    of_row[row_at[j]] += step;
                    of_column[j] -= step;
                } else {
                    slack[j] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_at[column] = row_at[came_from[column]];
            column = came_from[column];
        }
    }
    let mut columns = vec![0; n];
    for column in 1..=n {
        columns[row_at[column] - 1] = column - 1;
    }
    columns
}

// ---- showing ----

/// One document: its text, then a mention a line with its chain in the gold, the output's, and the baseline's.
fn side_by_side(case: &Case, answer: &Answer, coded: &[Option<String>]) -> String {
    let mut out = format!("{}\n{}\n\n", case.name, case.document.full_text().trim_end());
    out.push_str(&format!("{:>5} {:>6} {:>4}  {:<32} party\n", "gold", "output", "head", "mention"));
    for (n, mention) in case.mentions.iter().enumerate() {
        let words: Vec<&str> = mention.spans.iter().map(|&span| case.document.text(span)).collect();
        let party = coded[n].as_deref().unwrap_or("-");
        let (gold, system, head) = (answer.gold[n] + 1, answer.system[n] + 1, answer.head_match[n] + 1);
        out.push_str(&format!("{gold:>5} {system:>6} {head:>4}  {:<32} {party}\n", words.join(" ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(gold: &[&[usize]], output: &[&[usize]]) -> Scores {
        let own = |chains: &[&[usize]]| chains.iter().map(|c| c.to_vec()).collect::<Vec<Chain>>();
        let mut scores = Scores::default();
        scores.add(&own(gold), &own(output));
        scores
    }

    fn assert_ratio(ratio: &Ratio, recall: f64, precision: f64) {
        assert!((ratio.recall() - recall).abs() < 1e-9, "recall {} is not {recall}", ratio.recall());
        assert!((ratio.precision() - precision).abs() < 1e-9, "precision {} is not {precision}", ratio.precision());
    }

    #[test]
    fn measures_give_the_values_of_pradhan_2014() {
        // The worked example of "Scoring Coreference Partitions of Predicted Mentions": key {a b c} {d e f g}, response
        // {a b} {c d} {f g h i}.
        let s = scores(&[&[0, 1, 2], &[3, 4, 5, 6]], &[&[0, 1], &[2, 3], &[5, 6, 7, 8]]);
        assert_ratio(&s.muc, 2.0 / 5.0, 2.0 / 5.0);
        assert_ratio(&s.b3, 35.0 / 84.0, 4.0 / 8.0);
        assert_ratio(&s.ceafe, 1.3 / 2.0, 1.3 / 3.0);
        assert!((s.muc.f1() - 0.40).abs() < 5e-3);
        assert!((s.ceafe.f1() - 0.52).abs() < 5e-3);
    }

    #[test]
    fn measures_give_the_values_of_bagga_and_baldwin() {
        // "Algorithms for Scoring Coreference Chains", the first figure's two responses: a wrong link between two large
        // chains costs B³ more than one between a large and a small chain, and costs MUC the same.
        let key: [&[usize]; 3] = [&[0, 1, 2, 3, 4], &[5, 6], &[7, 8, 9, 10, 11]];
        let small = scores(&key, &[&[0, 1, 2, 3, 4], &[5, 6, 7, 8, 9, 10, 11]]);
        let large = scores(&key, &[&[0, 1, 2, 3, 4, 7, 8, 9, 10, 11], &[5, 6]]);
        assert_ratio(&small.muc, 1.0, 9.0 / 10.0);
        assert_ratio(&large.muc, 1.0, 9.0 / 10.0);
        assert_ratio(&small.b3, 1.0, 16.0 / 21.0);
        assert_ratio(&large.b3, 1.0, 7.0 / 12.0);
    }

    #[test]
    fn the_perfect_and_the_empty_answer() {
        let same = scores(&[&[0, 2], &[1]], &[&[0, 2], &[1]]);
        assert_eq!((same.muc.f1(), same.b3.f1(), same.ceafe.f1(), same.conll()), (1.0, 1.0, 1.0, 1.0));
        let alone = scores(&[&[0, 1]], &[&[0], &[1]]);
        assert_eq!(alone.muc.f1(), 0.0);
        assert_ratio(&alone.b3, 0.5, 1.0);
        assert_ratio(&alone.ceafe, 2.0 / 3.0, 1.0 / 3.0);
        assert_eq!(Scores::default().conll(), 0.0);
    }

    #[test]
    fn the_assignment_is_the_best_of_all() {
        // The greedy choice (0, 0) forbids the better sum.
        let weights = vec![vec![0.9, 0.8, 0.0], vec![0.8, 0.1, 0.0], vec![0.3, 0.2, 0.1]];
        assert_eq!(assign(&weights), [1, 0, 2]);
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for seed in 0..50_u64 {
            let cell = |i: u64, j: u64| ((seed * 31 + i * 17 + j * 7) * 2_654_435_761 % 97) as f64 / 97.0;
            let weights: Vec<Vec<f64>> = (0..3).map(|i| (0..3).map(|j| cell(i, j)).collect()).collect();
            let sum = |order: &[usize]| order.iter().enumerate().map(|(i, &j)| weights[i][j]).sum::<f64>();
            let best = orders.iter().map(|order| sum(order)).fold(0.0, f64::max);
            assert!((sum(&assign(&weights)) - best).abs() < 1e-12, "seed {seed}");
        }
    }

    #[test]
    fn mentions_are_read_with_the_places_of_their_words() {
        let line = r#"{"doc": "d", "text": "`` Énarques met , '' Oslo 's envoy said .", "mentions": [
            {"tag": "HUMAN_PART_PER", "spans": [[21, 25], [29, 34]], "text": "Oslo envoy", "cluster": "H1"},
            {"tag": "HUMAN_PART_PER", "spans": [[3, 11]], "text": "Énarques", "cluster": "H2"},
            {"tag": "HUMAN_PART_PER", "spans": [[3, 11]], "text": "Énarques"},
            {"tag": "ACTION_OCCURRENCE", "spans": [[12, 15]], "text": "met", "cluster": "A1"}]}"#;
        let cases = read(&line.replace('\n', " ")).unwrap();
        let document = &cases[0].document;
        let words: Vec<Vec<&str>> =
            cases[0].mentions.iter().map(|m| m.spans.iter().map(|&s| document.text(s)).collect()).collect();
        assert_eq!(words, [vec!["Énarques"], vec!["Oslo", "envoy"]]);
        assert!(document.full_text().starts_with("“ Énarques met , ” Oslo"));
        assert!(
            read(r#"{"doc": "d", "text": "x", "mentions": [{"tag": "LOC_GEO", "spans": [[0, 9]], "cluster": "L"}]}"#)
                .is_err()
        );
    }

    #[test]
    fn chains_are_numbered_in_order() {
        let label = |s: &str| Some(s.to_string());
        assert_eq!(number([label("a"), None, label("b"), label("a"), None].into_iter()), [0, 1, 2, 0, 3]);
        assert_eq!(chains(&vec![0, 1, 2, 0, 3]), [vec![0, 3], vec![1], vec![2], vec![4]]);
    }
}
