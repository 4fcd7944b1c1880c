//! The model as the scorers see it: words in, labels out.

use std::ops::Range;

use attache_coder::{Knowledge, code, row};
use attache_doc::wire::EventRow;
use attache_doc::{Coding, Document, Parse, Span};
use attache_ingest::{IngestError, Options, document_from_text};
use attache_nlp::Nlp;

use crate::EvalError;
use crate::treebank::Word;

/// A sentence as the model parses it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The given words with what the model says of them.
    pub words: Vec<Word>,
    /// Ranges of words with their types, in order.
    pub entities: Vec<(Range<usize>, String)>,
}

/// The model inside the binary, on all processors: scores do not depend on their number.
pub fn load() -> Result<Nlp, EvalError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let nlp = Nlp::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    Ok(nlp.with_threads(threads))
}

/// Parses sentences whose words are given. Those of one paragraph are read together, as a text's are: `opens` tells of each
/// sentence whether it begins one.
pub fn parse_words(nlp: &Nlp, sentences: &[Vec<String>], opens: impl Fn(usize) -> bool) -> Vec<Parsed> {
    let mut paragraphs: Vec<Vec<Vec<String>>> = Vec::new();
    for (n, words) in sentences.iter().enumerate() {
        match paragraphs.last_mut() {
            Some(paragraph) if !opens(n) => paragraph.push(words.clone()),
            _ => paragraphs.push(vec![words.clone()]),
        }
    }
    let parses: Vec<_> = nlp.parse_words(&paragraphs).into_iter().flatten().collect();
    assert_eq!(parses.len(), sentences.len(), "the model gives one parse a sentence");
    parses
        .into_iter()
        .zip(sentences)
        .map(|(parse, forms)| {
            assert_eq!(parse.words.len(), forms.len(), "the model gives one label a word");
            let words = parse.words.iter().zip(forms).map(|(word, form)| Word {
                form: form.clone(),
                lemma: word.lemma.to_string(),
                upos: word.upos.to_string(),
                xpos: word.xpos.to_string(),
                // The model tells no features.
                feats: "_".to_string(),
                head: word.head.map_or(0, |head| head as usize + 1),
                rel: word.rel.to_string(),
            });
            let entities = parse.entities.iter();
            Parsed {
                words: words.collect(),
                entities: entities
                    .map(|e| (e.words.start as usize..e.words.end as usize, e.label.to_string()))
                    .collect(),
            }
        })
        .collect()
}

/// Model and knowledge: a text in, its events out.
pub struct Coder {
    pub nlp: Nlp,
    pub knowledge: Knowledge,
}

/// A document with what was made of it.
pub struct Coded {
    pub document: Document,
    pub parse: Parse,
    pub coding: Coding,
    /// One row an event of the coding, in its order.
    pub rows: Vec<EventRow>,
}

impl Coder {
    /// What is inside the binary.
    pub fn load() -> Result<Coder, EvalError> {
        let knowledge = Knowledge::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
        Ok(Coder { nlp: load()?, knowledge })
    }

    /// Codes documents.
    pub fn code(&self, documents: Vec<Document>) -> Vec<Coded> {
        let parses = self.nlp.parse(&documents.iter().collect::<Vec<_>>());
        let one = |(document, parse): (Document, Parse)| {
            let coding = code(&self.knowledge, &document, &parse);
            let rows = row::events(&self.knowledge, &document, &parse, &coding);
            Coded { document, parse, coding, rows }
        };
        documents.into_iter().zip(parses).map(one).collect()
    }

    /// Codes texts as `attache code` does, without anything known beside them.
    pub fn code_texts<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Vec<Coded>, IngestError> {
        let documents = texts.map(|text| document_from_text(text, &Options::default())).collect::<Result<_, _>>()?;
        Ok(self.code(documents))
    }
}

/// Turns code points of a text into bytes. A place behind the end is the end.
pub struct Points {
    bytes: Vec<u32>,
}

impl Points {
    pub fn of(text: &str) -> Points {
        let ends = std::iter::once(text.len() as u32);
        Points { bytes: text.char_indices().map(|(byte, _)| byte as u32).chain(ends).collect() }
    }

    /// The bytes from one code point to another.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let at = |point: usize| self.bytes[point.min(self.bytes.len() - 1)];
        Span { start: at(start), end: at(end.max(start)) }
    }
}

/// True when any span of one list shares a letter with any of the other.
pub fn overlap(a: &[Span], b: &[Span]) -> bool {
    a.iter().any(|x| b.iter().any(|y| x.overlaps(*y)))
}
