//! Documents to parses: sentences, tokens, tags, lemmas, a dependency tree, named entities.
//!
//! Promise: the parse of a document depends on its text alone. Neither the number of threads nor the other documents of a
//! call change a byte of it, and no text makes it fail. (Processors with other vector units add numbers in another order, so
//! that between kinds of machine a near tie may fall out differently.) The model and its vocabulary are part of the program;
//! nothing is read from files or the network. What it does not do: it knows no actors, acts or places, and reads no blocks
//! but those that [`attache_doc::BlockKind::is_text`] names.
//!
//! ```
//! use attache_doc::{BlockKind, Document, Meta};
//! use attache_nlp::Nlp;
//!
//! let nlp = Nlp::embedded()?;
//! let text = "Oslo’s envoy met Mr. Ito.";
//! let doc = Document::new(text.to_string(), vec![(BlockKind::Paragraph, 0..text.len())], Meta::default());
//! let parse = &nlp.parse(&[&doc])[0];
//! let forms: Vec<&str> = (0..parse.tokens.len() as u32).map(|t| parse.form(&doc, t)).collect();
//! assert_eq!(forms, ["Oslo", "’s", "envoy", "met", "Mr.", "Ito", "."]);
//! assert_eq!(&*parse.tokens[3].lemma, "meet");
//! # Ok::<(), attache_nlp::NlpError>(())
//! ```
//!
//! Primary nouns: [`Nlp`]; [`SentenceParse`] for words without a document; [`segment`] for sentences and tokens alone.

mod decode;
mod engine;
mod lemma;
mod lexicon;
#[cfg(test)]
mod parity;
mod pieces;
pub mod segment;
mod token;
mod tree;

use std::fmt;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use attache_doc::{Document, Entity, EntityLabel, Parse, Rel, Sentence, Span, Token, TokenIx, Upos, Warning, Xpos};
use rten::ThreadPool;

use decode::Labels;
use engine::{Encoded, Engine, Logits};
use lemma::Lemmas;
use pieces::Pieces;

static WEIGHTS: &[u8] = include_bytes!("../../../models/en/model.onnx");
static VOCABULARY: &str = include_str!("../../../models/en/vocab.txt");
static LEMMAS: &str = include_str!("../../../models/en/lemmas.tsv");
static MANIFEST: &str = include_str!("../../../models/en/manifest.json");

/// The model with all it needs, ready to parse. One is enough for a program: threads may share it.
pub struct Nlp {
    engine: Engine,
    pieces: Pieces,
    labels: Labels,
    lemmas: Lemmas,
    threads: usize,
}

/// Why there is no [`Nlp`]: the embedded model does not fit this program. Texts never cause an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NlpError {
    /// The weights cannot be loaded.
    Weights(String),
    /// The vocabulary lacks a piece that the model cannot do without.
    Vocabulary,
    /// The manifest cannot be read, or names a label that the scheme does not have.
    Manifest(String),
    /// A run of the model failed, or gave tables of other sizes than the manifest's.
    Run(String),
}

impl fmt::Display for NlpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NlpError::Weights(what) => write!(f, "the model's weights: {what}"),
            NlpError::Vocabulary => f.write_str("the model's vocabulary: [UNK], [CLS] or [SEP] is missing"),
            NlpError::Manifest(what) => write!(f, "the model's manifest: {what}"),
            NlpError::Run(what) => write!(f, "the model's run: {what}"),
        }
    }
}

impl std::error::Error for NlpError {}

/// The parse of a sentence of words without a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentenceParse {
    /// One for each word.
    pub words: Vec<SentenceWord>,
    /// In order, not overlapping.
    pub entities: Vec<SentenceEntity>,
}

/// What the model makes of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceWord {
    /// Dictionary form.
    pub lemma: Box<str>,
    /// Universal part of speech.
    pub upos: Upos,
    /// Penn tag.
    pub xpos: Xpos,
    /// Index of the governor in the sentence; `None` for the root.
    pub head: Option<u32>,
    /// Relation to the governor.
    pub rel: Rel,
}

/// A named entity of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceEntity {
    /// Its words.
    pub words: Range<u32>,
    /// Its type.
    pub label: EntityLabel,
    /// The model's probability of exactly these tags, 0 to 1: the product over its words.
    pub score: f32,
}

impl Nlp {
    /// Loads the model that is part of the program, for use on one thread.
    ///
    /// # Errors
    /// When weights, vocabulary and manifest do not fit each other or this program.
    pub fn embedded() -> Result<Nlp, NlpError> {
        let labels = Labels::read(MANIFEST)?;
        let pieces = Pieces::read(VOCABULARY).ok_or(NlpError::Vocabulary)?;
        let nlp = Nlp { engine: Engine::load(WEIGHTS)?, pieces, labels, lemmas: Lemmas::read(LEMMAS), threads: 1 };
        // One run here, so that a model of the wrong shape is an error now and not a warning in every document.
        nlp.parse_chunk(&nlp.cut(&["Hello", "."])[0], &one_thread())?;
        Ok(nlp)
    }

    /// Lets one call of [`Nlp::parse`] use up to `threads` threads. A caller with threads of its own leaves it at one and
    /// shares the `Nlp` among them.
    pub fn with_threads(mut self, threads: usize) -> Nlp {
        self.threads = threads.max(1);
        self
    }

    /// Name and version of the model, such as `attache-en 1`.
    pub fn model(&self) -> &str {
        &self.labels.model
    }

    /// Number of word pieces that the model reads for a word.
    pub fn count_pieces(&self, word: &str) -> usize {
        self.pieces.of_word(word).len()
    }

    /// The parses of documents, in their order. A document without text has an empty parse.
    pub fn parse(&self, docs: &[&Document]) -> Vec<Parse> {
        let segmented: Vec<Vec<Segment>> = docs.iter().map(|doc| segments(doc)).collect();
        let mut sentences = Vec::new();
        for (doc, segments) in docs.iter().zip(&segmented) {
            sentences.extend(segments.iter().map(|s| s.tokens.iter().map(|t| &doc.full_text()[t.clone()]).collect()));
        }
        let mut analyses = self.analyse(&sentences).into_iter();
        segmented.iter().map(|segments| assemble(segments, analyses.by_ref().take(segments.len()))).collect()
    }

    /// The parses of sentences given as words: for scoring against a treebank.
    pub fn parse_words(&self, sentences: &[Vec<String>]) -> Vec<SentenceParse> {
        let words: Vec<Vec<&str>> = sentences.iter().map(|s| s.iter().map(String::as_str).collect()).collect();
        self.analyse(&words).into_iter().map(|analysis| analysis.parse).collect()
    }

    /// Parses sentences, in pieces that the model can read, on as many threads as allowed.
    fn analyse(&self, sentences: &[Vec<&str>]) -> Vec<Analysis> {
        let chunked: Vec<Vec<Chunk>> = sentences.iter().map(|words| self.cut(words)).collect();
        let chunks: Vec<&Chunk> = chunked.iter().flatten().collect();
        let mut parses = self.parse_chunks(&chunks).into_iter();
        let of_sentence =
            |chunks: &Vec<Chunk>| chunks.iter().map(|chunk| chunk.words.len()).zip(parses.by_ref()).collect();
        chunked.iter().map(of_sentence).map(join).collect()
    }

    /// Cuts a sentence, where it must be, before the word with which it would become too long.
    fn cut<'w>(&self, words: &[&'w str]) -> Vec<Chunk<'w>> {
        const MARKS: usize = 2;
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut room = 0;
        for &word in words {
            let pieces = self.pieces.of_word(word);
            if pieces.len() > room || chunks.is_empty() {
                chunks.push(Chunk::default());
                room = self.labels.most_pieces - MARKS;
            }
            room -= pieces.len();
            if let Some(chunk) = chunks.last_mut() {
                chunk.words.push(word);
                chunk.pieces.push(pieces);
            }
        }
        chunks
    }

    fn parse_chunks(&self, chunks: &[&Chunk]) -> Vec<Result<SentenceParse, NlpError>> {
        let next = AtomicUsize::new(0);
        let work = || {
            // Without a pool of its own the engine would use threads by its own judgement. It is entered from a thread of
            // no pool: a pool's thread that waits for another pool takes up further work meanwhile, call inside call.
            let pool = one_thread();
            let mut done = Vec::new();
            pool.run(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(chunk) = chunks.get(i) else { break };
                    done.push((i, self.parse_chunk(chunk, &pool)));
                }
            });
            done
        };
        let mut parses = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.min(chunks.len())).map(|_| scope.spawn(work)).collect();
            let done = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
            done.flatten().collect::<Vec<_>>()
        });
        parses.sort_unstable_by_key(|&(i, _)| i);
        parses.into_iter().map(|(_, parse)| parse).collect()
    }

    fn parse_chunk(&self, chunk: &Chunk, pool: &Arc<ThreadPool>) -> Result<SentenceParse, NlpError> {
        let mut parse = self.labels.decode(&chunk.words, &self.logits(chunk, pool)?)?;
        for (word, form) in parse.words.iter_mut().zip(&chunk.words) {
            word.lemma = self.lemmas.settle(form, word.upos, word.xpos, std::mem::take(&mut word.lemma));
        }
        Ok(parse)
    }

    fn logits(&self, chunk: &Chunk, pool: &Arc<ThreadPool>) -> Result<Logits, NlpError> {
        let words = chunk.words.iter().copied().zip(chunk.pieces.iter().map(Vec::as_slice));
        self.engine.run(Encoded::of(&self.pieces, words), pool)
    }
}

fn one_thread() -> Arc<ThreadPool> {
    Arc::new(ThreadPool::with_num_threads(1))
}

/// A sentence of a document: the byte ranges of its tokens, and its block.
struct Segment {
    tokens: Vec<Range<usize>>,
    block: u32,
}

/// The sentences of all blocks of text.
fn segments(doc: &Document) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (block, number) in doc.blocks().iter().zip(0..).filter(|(block, _)| block.kind.is_text()) {
        let offset = block.span.range().start;
        for mut tokens in segment::sentences(doc.text(block.span)) {
            for token in &mut tokens {
                *token = token.start + offset..token.end + offset;
            }
            segments.push(Segment { tokens, block: number });
        }
    }
    segments
}

/// A part of a sentence that the model can read at once: words and their pieces.
#[derive(Default)]
struct Chunk<'w> {
    words: Vec<&'w str>,
    pieces: Vec<Vec<i32>>,
}

/// What was made of a sentence, and what had to be done otherwise than by the model.
#[derive(Default)]
struct Analysis {
    parse: SentenceParse,
    warnings: Vec<Warning>,
}

/// Puts the parses of a sentence's chunks together: the root of each later chunk depends on the first root.
fn join(chunks: Vec<(usize, Result<SentenceParse, NlpError>)>) -> Analysis {
    let mut analysis = Analysis::default();
    let mut root = None;
    let pieces = chunks.len();
    for (size, chunk) in chunks {
        let chunk = chunk.unwrap_or_else(|error| {
            let message = format!("{error}; the {size} words of a sentence are left without analysis");
            analysis.warnings.push(Warning::new("model-failed", message));
            unanalysed(size)
        });
        let parse = &mut analysis.parse;
        let offset = parse.words.len() as u32;
        for mut word in chunk.words {
            match (word.head, root) {
                (Some(head), _) => word.head = Some(head + offset),
                (None, None) => root = Some(parse.words.len() as u32),
                (None, Some(first)) => (word.head, word.rel) = (Some(first), Rel::Parataxis),
            }
            parse.words.push(word);
        }
        parse.entities.extend(chunk.entities.into_iter().map(|mut entity| {
            entity.words = entity.words.start + offset..entity.words.end + offset;
            entity
        }));
    }
    if pieces > 1 {
        let words = analysis.parse.words.len();
        let message = format!(
            "a sentence of {words} words is longer than the model reads at once; it was parsed in {pieces} parts"
        );
        analysis.warnings.push(Warning::new("long-sentence", message));
    }
    analysis
}

/// Words of which nothing is known: each depends on the first.
fn unanalysed(size: usize) -> SentenceParse {
    let word = |i| {
        let (head, rel) = if i == 0 { (None, Rel::Root) } else { (Some(0), Rel::Dep) };
        SentenceWord { lemma: "_".into(), upos: Upos::X, xpos: Xpos::Unknown, head, rel }
    };
    SentenceParse { words: (0..size).map(word).collect(), entities: Vec::new() }
}

/// The parse of a document from its sentences, whose analyses come next in `analyses`.
fn assemble(segments: &[Segment], analyses: impl Iterator<Item = Analysis>) -> Parse {
    let mut parse = Parse::default();
    for (segment, analysis) in segments.iter().zip(analyses) {
        let offset = parse.tokens.len() as TokenIx;
        let spans = segment.tokens.iter().map(|token| Span::new(token.start, token.end));
        parse.tokens.extend(spans.zip(analysis.parse.words).map(|(span, word)| Token {
            span,
            lemma: word.lemma,
            upos: word.upos,
            xpos: word.xpos,
            head: word.head.map(|head| head + offset),
            rel: word.rel,
        }));
        parse.entities.extend(analysis.parse.entities.into_iter().map(|entity| Entity {
            tokens: entity.words.start + offset..entity.words.end + offset,
            label: entity.label,
            score: entity.score,
        }));
        let tokens = offset..parse.tokens.len() as TokenIx;
        let first = parse.tokens[offset as usize].span;
        let span = parse.tokens.last().map_or(first, |last| first.cover(last.span));
        parse.sentences.push(Sentence { span, tokens, block: segment.block });
        parse.warnings.extend(analysis.warnings);
    }
    parse
}
