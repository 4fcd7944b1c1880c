//! Tags, lemmas and dependencies against a treebank, after the rules of the CoNLL 2018 shared task: every word counts,
//! punctuation too; relations count without their subtype; from raw text, a word counts when its characters agree.

use std::collections::HashMap;

use attache_doc::{BlockKind, Document, Meta, Parse, Span};

use crate::manifest::Manifest;
use crate::model::{self, Parsed};
use crate::treebank::{Sentence, Word, read_conllu};
use crate::{CaseTable, EvalError, Metric, Outcome, read_text};

/// Documents parsed in one call: enough to fill the model's batches, few enough to keep memory flat.
const DOCUMENTS_AT_ONCE: usize = 32;

/// Scores the model on the treebank of the manifest, with the treebank's words and from raw text.
pub fn score(manifest: &Manifest, data: &std::path::Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let sentences = read_conllu(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    let nlp = model::load()?;

    let forms: Vec<Vec<String>> = sentences.iter().map(|s| s.words.iter().map(|w| w.form.clone()).collect()).collect();
    if let Some(case) = show {
        let found = sentences.iter().zip(&forms).find(|(sentence, _)| sentence.id == case);
        let shown =
            found.map(|(gold, words)| side_by_side(gold, &model::parse_words(&nlp, std::slice::from_ref(words))[0]));
        return Ok(Outcome { shown, ..Outcome::default() });
    }
    let parsed = model::parse_words(&nlp, &forms);

    let mut all = Correct::default();
    let mut cases = CaseTable { header: vec!["sent_id", "words", "correct_heads", "correct_labels"], rows: Vec::new() };
    for (gold, system) in sentences.iter().zip(&parsed) {
        let mut here = Correct::default();
        for (g, s) in gold.words.iter().zip(&system.words) {
            here.add(g, s, g.head == s.head);
        }
        cases.rows.push(vec![
            gold.id.clone(),
            here.words.to_string(),
            here.heads.to_string(),
            here.labelled.to_string(),
        ]);
        all.join(&here);
    }
    let mut metrics = vec![
        Metric::percent("upos", all.upos, all.words),
        Metric::percent("xpos", all.xpos, all.words),
        Metric::percent("uas", all.heads, all.words),
        Metric::percent("las", all.labelled, all.words),
        Metric::percent("lemma", all.lemmas, all.words),
    ];

    let raw = raw_documents(&sentences);
    let mut counts = RawCounts::default();
    for batch in raw.chunks(DOCUMENTS_AT_ONCE) {
        let documents: Vec<&Document> = batch.iter().map(|raw| &raw.document).collect();
        for (raw, parse) in batch.iter().zip(nlp.parse(&documents)) {
            counts.add(raw, &parse);
        }
    }
    metrics.extend(counts.metrics());
    Ok(Outcome { metrics, cases, ..Outcome::default() })
}

/// How many of some words are right.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Correct {
    words: usize,
    upos: usize,
    xpos: usize,
    lemmas: usize,
    heads: usize,
    labelled: usize,
}

impl Correct {
    fn add(&mut self, gold: &Word, system: &Word, head: bool) {
        self.words += 1;
        self.upos += usize::from(gold.upos == system.upos);
        self.xpos += usize::from(gold.xpos == system.xpos);
        // A treebank that leaves the lemma open accepts any, as in the shared task.
        self.lemmas += usize::from(gold.lemma == "_" || gold.lemma == system.lemma);
        self.heads += usize::from(head);
        self.labelled += usize::from(head && universal(&gold.rel) == universal(&system.rel));
    }

    fn join(&mut self, other: &Correct) {
        self.words += other.words;
        self.upos += other.upos;
        self.xpos += other.xpos;
        self.lemmas += other.lemmas;
        self.heads += other.heads;
        self.labelled += other.labelled;
    }
}

/// The part of a relation that all treebanks share.
fn universal(rel: &str) -> &str {
    rel.split(':').next().unwrap_or(rel)
}

/// A document of a treebank as running text, with where its sentences and words stand.
struct RawDocument<'s> {
    document: Document,
    sentences: Vec<(&'s Sentence, Vec<Span>)>,
}

/// Sets the documents of a treebank as running text: one block a paragraph, spaces where the treebank has them.
fn raw_documents(sentences: &[Sentence]) -> Vec<RawDocument<'_>> {
    let starts: Vec<usize> =
        (0..sentences.len()).filter(|&n| n == 0 || sentences[n].opens_document).chain([sentences.len()]).collect();
    starts.windows(2).map(|bounds| raw_document(&sentences[bounds[0]..bounds[1]])).collect()
}

fn raw_document(sentences: &[Sentence]) -> RawDocument<'_> {
    let mut text = String::new();
    let mut blocks: Vec<(BlockKind, std::ops::Range<usize>)> = Vec::new();
    let mut placed = Vec::new();
    for sentence in sentences {
        if blocks.is_empty() || sentence.opens_paragraph {
            text.truncate(text.trim_end().len());
            if !blocks.is_empty() {
                text.push_str("\n\n");
            }
            blocks.push((BlockKind::Paragraph, text.len()..text.len()));
        }
        let mut spans = vec![Span::new(0, 0); sentence.words.len()];
        for surface in &sentence.surface {
            let at = text.len();
            text.push_str(&surface.form);
            let whole = Span::new(at, text.len());
            let words = &sentence.words[surface.words.clone()];
            let joined: String = words.iter().map(|word| word.form.as_str()).collect();
            let mut from = at;
            for (word, span) in words.iter().zip(&mut spans[surface.words.clone()]) {
                // Words that are not simply written together (a contraction spelt out) share the span of the whole.
                *span = if joined == surface.form { Span::new(from, from + word.form.len()) } else { whole };
                from += word.form.len();
            }
            if surface.space_after {
                text.push(' ');
            }
        }
        let end = text.trim_end().len();
        blocks.last_mut().expect("a block was opened above").1.end = end;
        placed.push((sentence, spans));
    }
    RawDocument { document: Document::new(text, blocks, Meta::default()), sentences: placed }
}

/// Counts over documents parsed from raw text.
#[derive(Debug, Default)]
struct RawCounts {
    gold_words: usize,
    system_words: usize,
    aligned: usize,
    gold_sentences: usize,
    system_sentences: usize,
    same_sentences: usize,
    correct: Correct,
}

impl RawCounts {
    fn add(&mut self, raw: &RawDocument<'_>, parse: &Parse) {
        let by_span: HashMap<Span, usize> = parse.tokens.iter().enumerate().map(|(n, token)| (token.span, n)).collect();
        let sentence_spans: std::collections::HashSet<Span> = parse.sentences.iter().map(|s| s.span).collect();
        self.system_words += parse.tokens.len();
        self.system_sentences += parse.sentences.len();
        for (gold, spans) in &raw.sentences {
            self.gold_sentences += 1;
            self.gold_words += gold.words.len();
            if let (Some(first), Some(last)) = (spans.first(), spans.last()) {
                self.same_sentences += usize::from(sentence_spans.contains(&first.cover(*last)));
            }
            for (word, span) in gold.words.iter().zip(spans) {
                let Some(&at) = by_span.get(span) else { continue };
                let token = &parse.tokens[at];
                self.aligned += 1;
                let system_head = token.head.map(|head| parse.tokens[head as usize].span);
                let gold_head = word.head.checked_sub(1).map(|head| spans[head]);
                let system = Word {
                    form: String::new(),
                    lemma: token.lemma.to_string(),
                    upos: token.upos.to_string(),
                    xpos: token.xpos.to_string(),
                    head: 0,
                    rel: token.rel.to_string(),
                };
                self.correct.add(word, &system, gold_head == system_head);
            }
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let words = |name: &str, correct| Metric::f1(name, correct, self.gold_words, self.system_words);
        vec![
            words("tokens_f1", self.aligned),
            Metric::f1("sentences_f1", self.same_sentences, self.gold_sentences, self.system_sentences),
            words("upos_raw", self.correct.upos),
            words("uas_raw", self.correct.heads),
            words("las_raw", self.correct.labelled),
            words("lemma_raw", self.correct.lemmas),
        ]
    }
}

/// One sentence: a word a line, gold left, output right where it differs.
fn side_by_side(gold: &Sentence, system: &Parsed) -> String {
    let mut out = format!("{}\n", gold.id);
    for (n, (g, s)) in gold.words.iter().zip(&system.words).enumerate() {
        let cells = |w: &Word| format!("{:<6}{:<6}{:>3} {:<14}{}", w.upos, w.xpos, w.head, w.rel, w.lemma);
        let same = (&g.upos, &g.xpos, g.head, &g.rel, &g.lemma) == (&s.upos, &s.xpos, s.head, &s.rel, &s.lemma);
        let right = if same { String::new() } else { cells(s) };
        out.push_str(format!("{:>3} {:<16} {:<46} {right}", n + 1, g.form, cells(g)).trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use attache_doc::{Rel, Token, Upos, Xpos};

    const TREES: &str = "# newdoc\n# sent_id = a-1\n\
        1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
        1\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n2\tn't\tnot\tPART\tRB\t_\t1\tadvmod:neg\t_\t_\n\
        3\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_\n\n\
        # sent_id = a-2\n# newpar\n1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_\n";

    fn token(span: (usize, usize), upos: Upos, head: Option<u32>, rel: Rel) -> Token {
        let span = Span::new(span.0, span.1);
        Token { span, lemma: "do".into(), upos, xpos: Xpos::Unknown, head, rel }
    }

    #[test]
    fn raw_text_keeps_the_places_of_words() {
        let sentences = read_conllu(TREES).unwrap();
        let raw = raw_documents(&sentences);
        assert_eq!(raw.len(), 1);
        let document = &raw[0].document;
        assert_eq!(document.full_text().trim_end(), "don't.\n\nYes");
        let words: Vec<&str> = raw[0].sentences[0].1.iter().map(|&span| document.text(span)).collect();
        assert_eq!(words, ["do", "n't", "."]);
        assert_eq!(document.text(document.blocks()[1].span), "Yes");
    }

    #[test]
    fn raw_scores_align_by_characters() {
        let sentences = read_conllu(TREES).unwrap();
        let raw = raw_documents(&sentences);
        // "don't" split right, "." right but in a sentence of its own, "Yes" right.
        let mut parse = Parse {
            tokens: vec![
                token((0, 2), Upos::Verb, None, Rel::Root),
                token((2, 5), Upos::Part, Some(0), Rel::Advmod),
                token((5, 6), Upos::Punct, None, Rel::Root),
                token((8, 11), Upos::Intj, None, Rel::Root),
            ],
            ..Parse::default()
        };
        for (span, tokens) in [((0, 5), 0..2), ((5, 6), 2..3), ((8, 11), 3..4)] {
            parse.sentences.push(attache_doc::Sentence { span: Span::new(span.0, span.1), tokens, block: 0 });
        }
        let mut counts = RawCounts::default();
        counts.add(&raw[0], &parse);
        assert_eq!((counts.aligned, counts.gold_words, counts.system_words), (4, 4, 4));
        assert_eq!((counts.same_sentences, counts.gold_sentences, counts.system_sentences), (1, 2, 3));
        // The tag of "do" and the head of "." are wrong; the subtype of "n't" does not count.
        assert_eq!((counts.correct.upos, counts.correct.heads, counts.correct.labelled), (3, 3, 3));
    }
}
