//! Tags, lemmas and dependencies against a treebank, by the measures of [`crate::conll18`]: with the treebank's sentences and
//! words, and from raw text.

use attache_doc::{BlockKind, Document, Meta};
use attache_nlp::Nlp;

use crate::conll18::{self, Agreement};
use crate::manifest::Manifest;
use crate::model::{self, Parsed};
use crate::treebank::{Sentence, Word, read_conllu};
use crate::{CaseTable, EvalError, Metric, Outcome, Trees, conllu, read_text};

/// Documents parsed in one call: enough to fill the model's batches, few enough to keep memory flat.
const DOCUMENTS_AT_ONCE: usize = 32;

/// Scores the model on the treebank of the manifest, with the treebank's words and from raw text.
pub fn score(manifest: &Manifest, data: &std::path::Path, show: Option<&str>) -> Result<Outcome, EvalError> {
    let path = manifest.locate(data);
    let gold = read_conllu(&read_text(&path)?).map_err(|what| EvalError::Shape(path.clone(), what))?;
    let nlp = model::load()?;

    let forms: Vec<Vec<String>> = gold.iter().map(|s| s.words.iter().map(|w| w.form.clone()).collect()).collect();
    let parsed = model::parse_words(&nlp, &forms, |n| gold[n].opens_paragraph || gold[n].opens_document);
    if let Some(case) = show {
        let found = gold.iter().zip(&parsed).find(|(sentence, _)| sentence.id == case);
        let shown = found.map(|(gold, parsed)| side_by_side(gold, parsed));
        return Ok(Outcome { shown, ..Outcome::default() });
    }
    let given: Vec<Sentence> = gold.iter().zip(parsed).map(with_words).collect();
    let raw = parse_raw(&nlp, &gold);

    let scored =
        |system: &[Sentence]| conll18::score(&gold, system).map_err(|what| EvalError::Shape(path.clone(), what));
    let (of_given, of_raw) = (scored(&given)?, scored(&raw)?);
    let share = |name: &str, a: Agreement| Metric::percent(name, a.correct, a.gold);
    let f1 = |name: &str, a: Agreement| Metric::f1(name, a.correct, a.gold, a.system);
    let metrics = vec![
        share("upos", of_given.upos),
        share("xpos", of_given.xpos),
        share("uas", of_given.uas),
        share("las", of_given.las),
        share("lemma", of_given.lemmas),
        // The manifest's tokens are the shared task's words.
        f1("tokens_f1", of_raw.words),
        f1("sentences_f1", of_raw.sentences),
        f1("upos_raw", of_raw.upos),
        f1("uas_raw", of_raw.uas),
        f1("las_raw", of_raw.las),
        f1("lemma_raw", of_raw.lemmas),
    ];
    let trees = Some(Trees { words_given: conllu::write(&given), from_raw_text: conllu::write(&raw) });
    Ok(Outcome { metrics, cases: cases(&gold, &given), trees, ..Outcome::default() })
}

/// A sentence of the treebank with what the model says of its words.
fn with_words((gold, parsed): (&Sentence, Parsed)) -> Sentence {
    Sentence { words: parsed.words, ..gold.clone() }
}

/// A row a sentence, with the numbers of words whose governor, and whose relation too, is right.
fn cases(gold: &[Sentence], system: &[Sentence]) -> CaseTable {
    let mut cases = CaseTable { header: vec!["sent_id", "words", "correct_heads", "correct_labels"], rows: Vec::new() };
    for (gold, system) in gold.iter().zip(system) {
        let pairs = || gold.words.iter().zip(&system.words).filter(|(g, s)| g.head == s.head);
        let labelled = pairs().filter(|(g, s)| conll18::universal(&g.rel) == conll18::universal(&s.rel));
        let row = [gold.words.len(), pairs().count(), labelled.count()].map(|n| n.to_string());
        cases.rows.push([gold.id.clone()].into_iter().chain(row).collect());
    }
    cases
}

/// What the model makes of the treebank's documents as running text.
fn parse_raw(nlp: &Nlp, gold: &[Sentence]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for (batch, number) in raw_documents(gold).chunks(DOCUMENTS_AT_ONCE).zip(0..) {
        let documents: Vec<&Document> = batch.iter().collect();
        for ((document, parse), at) in batch.iter().zip(nlp.parse(&documents)).zip(1..) {
            let name = (number * DOCUMENTS_AT_ONCE + at).to_string();
            sentences.extend(conllu::sentences(document, &parse, &name));
        }
    }
    sentences
}

/// Sets the documents of a treebank as running text: one block a paragraph, spaces where the treebank has them.
fn raw_documents(sentences: &[Sentence]) -> Vec<Document> {
    let starts: Vec<usize> =
        (0..sentences.len()).filter(|&n| n == 0 || sentences[n].opens_document).chain([sentences.len()]).collect();
    starts.windows(2).map(|bounds| raw_document(&sentences[bounds[0]..bounds[1]])).collect()
}

fn raw_document(sentences: &[Sentence]) -> Document {
    let mut text = String::new();
    let mut blocks: Vec<(BlockKind, std::ops::Range<usize>)> = Vec::new();
    for sentence in sentences {
        if blocks.is_empty() || sentence.opens_paragraph {
            text.truncate(text.trim_end().len());
            if !blocks.is_empty() {
                text.push_str("\n\n");
            }
            blocks.push((BlockKind::Paragraph, text.len()..text.len()));
        }
        for surface in &sentence.surface {
            text.push_str(&surface.form);
            if surface.space_after {
                text.push(' ');
            }
        }
        blocks.last_mut().expect("a block was opened above").1.end = text.trim_end().len();
    }
    Document::new(text, blocks, Meta::default())
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

    const TREES: &str = "# newdoc\n# sent_id = a-1\n\
        1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
        1\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n2\tn't\tnot\tPART\tRB\t_\t1\tadvmod:neg\t_\t_\n\
        3\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_\n\n\
        # sent_id = a-2\n# newpar\n1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_\n";

    #[test]
    fn raw_text_has_the_blanks_and_paragraphs_of_the_treebank() {
        let raw = raw_documents(&read_conllu(TREES).unwrap());
        assert_eq!(raw.len(), 1);
        assert_eq!(raw[0].full_text().trim_end(), "don't.\n\nYes");
        let blocks: Vec<&str> = raw[0].blocks().iter().map(|block| raw[0].text(block.span)).collect();
        assert_eq!(blocks, ["don't.", "Yes"]);
    }

    #[test]
    fn cases_count_governors_and_relations_without_subtypes() {
        let gold = read_conllu(TREES).unwrap();
        let mut system = gold.clone();
        system[0].words[1].rel = "advmod".to_string();
        system[0].words[2].head = 2;
        system[1].words[0].rel = "parataxis".to_string();
        assert_eq!(cases(&gold, &system).rows, [["a-1", "3", "2", "2"], ["a-2", "1", "1", "0"]]);
    }
}
