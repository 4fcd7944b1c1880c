//! Documents to parses: sentences, tokens, tags, lemmas, a dependency tree, named entities, attributions.
//!
//! Promise: the parse of a document depends on its text alone. Neither the number of threads nor the other documents of
//! a call change a byte of it, nor does the processor, and no text makes it fail. The model and its vocabulary are part
//! of the program; nothing is read from files or the network. What it does not do: it knows no actors, acts or places,
//! and reads no blocks but those that [`attache_doc::BlockKind::is_text`] names.
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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use attache_doc::{
    Attribution, Document, Entity, EntityLabel, Parse, Rel, Sentence, Span, Token, TokenIx, Upos, Warning, Xpos,
};

use decode::Labels;
pub use engine::Kernel;
use engine::{Engine, Reading, Scratch, Window};
use lemma::Lemmas;
use pieces::Pieces;
use tree::best_tree;

static WEIGHTS: &[u8] = include_bytes!("../../../models/en/model.safetensors");
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
    /// Persons, organisations and locations, in order, not overlapping.
    pub entities: Vec<SentenceEntity>,
    /// Names by finer types, in order, not overlapping.
    pub names: Vec<SentenceEntity>,
    /// For each word, whether what it tells of happened: -3 (surely not) to 3 (surely).
    pub happened: Vec<f32>,
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
        Nlp::on(Kernel::best())
    }

    /// The same, computed by the given kernel: for measuring, and to see that kernels agree.
    ///
    /// # Errors
    /// When weights, vocabulary and manifest do not fit each other or this program.
    pub fn on(kernel: Kernel) -> Result<Nlp, NlpError> {
        let labels = Labels::read(MANIFEST)?;
        let pieces = Pieces::read(VOCABULARY).ok_or(NlpError::Vocabulary)?;
        let nlp =
            Nlp { engine: Engine::load(WEIGHTS, kernel)?, pieces, labels, lemmas: Lemmas::read(LEMMAS), threads: 1 };
        // One run here, so that a model of the wrong shape is an error now and not a warning in every document.
        nlp.read_batch(&[&nlp.cut(&["Hello", "."])], &mut Scratch::default())?;
        Ok(nlp)
    }

    /// Lets one call of [`Nlp::parse`] use up to `threads` threads. A caller with threads of its own leaves it at one
    /// and shares the `Nlp` among them.
    pub fn with_threads(mut self, threads: usize) -> Nlp {
        self.threads = threads.max(1);
        self
    }

    /// Name and version of the model, such as `attache-en 1`.
    pub fn model(&self) -> &str {
        &self.labels.model
    }

    /// The kernel that computes.
    pub fn kernel(&self) -> Kernel {
        self.engine.kernel()
    }

    /// Number of word pieces that the model reads for a word.
    pub fn count_pieces(&self, word: &str) -> usize {
        self.pieces.of_word(word).len()
    }

    /// The parses of documents, in their order. A document without text has an empty parse.
    pub fn parse(&self, docs: &[&Document]) -> Vec<Parse> {
        let segmented: Vec<Vec<Segment>> = docs.iter().map(|doc| segments(doc)).collect();
        let words = |doc: &&Document, segments: &Vec<Segment>| Text {
            sentences: segments
                .iter()
                .map(|s| s.tokens.iter().map(|t| doc.full_text()[t.clone()].to_string()).collect())
                .collect(),
            blocks: segments.iter().map(|s| s.block).collect(),
        };
        let texts: Vec<Text> = docs.iter().zip(&segmented).map(|(doc, segments)| words(doc, segments)).collect();
        segmented.iter().zip(self.analyse(&texts)).map(|(segments, analysis)| assemble(segments, analysis)).collect()
    }

    /// The parses of paragraphs given as sentences of words: for scoring against annotated texts.
    pub fn parse_words(&self, paragraphs: &[Vec<Vec<String>>]) -> Vec<Vec<SentenceParse>> {
        let text =
            |sentences: &Vec<Vec<String>>| Text { blocks: vec![0; sentences.len()], sentences: sentences.clone() };
        let texts: Vec<Text> = paragraphs.iter().map(text).collect();
        self.analyse(&texts).into_iter().map(|analysis| analysis.sentences).collect()
    }

    /// Parses texts, in windows that the model can read, on as many threads as allowed.
    fn analyse(&self, texts: &[Text]) -> Vec<Analysis> {
        let chunked: Vec<Vec<Chunk>> = texts.iter().map(|text| self.chunks(text)).collect();
        let windows: Vec<&[Chunk]> = chunked.iter().flat_map(|chunks| self.windows(chunks)).collect();
        let mut read = self.read_windows(&windows).into_iter().zip(windows.iter().copied());
        texts
            .iter()
            .zip(&chunked)
            .map(|(text, chunks)| {
                let mut parts = Vec::new();
                let mut left = chunks.len();
                while left > 0 {
                    let Some((result, window)) = read.next() else { break };
                    left -= window.len();
                    parts.push((result, window));
                }
                join(text.sentences.len(), parts)
            })
            .collect()
    }

    /// The sentences of a text, those that are too long for the model in several chunks.
    fn chunks<'t>(&self, text: &'t Text) -> Vec<Chunk<'t>> {
        let mut chunks = Vec::new();
        for (sentence, (words, &block)) in text.sentences.iter().zip(&text.blocks).enumerate() {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            chunks.extend(self.cut(&words).into_iter().map(|chunk| Chunk { sentence, block, ..chunk }));
        }
        chunks
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

    /// Groups the chunks of each block into windows: a whole block where it fits, else as many sentences as fit. Sentences of
    /// other paragraphs would help attributions no further, and trees come out best with little around them.
    fn windows<'a, 't>(&self, chunks: &'a [Chunk<'t>]) -> Vec<&'a [Chunk<'t>]> {
        let most = self.labels.window_pieces;
        let mut windows = Vec::new();
        for block in chunks.chunk_by(|a, b| a.block == b.block) {
            let (mut first, mut size) = (0, 1);
            for (at, chunk) in block.iter().enumerate() {
                if at > first && size + chunk.size() > most {
                    windows.push(&block[first..at]);
                    (first, size) = (at, 1);
                }
                size += chunk.size();
            }
            windows.push(&block[first..]);
        }
        windows
    }

    fn read_windows(&self, windows: &[&[Chunk]]) -> Vec<Result<Read, NlpError>> {
        let batches = batches(windows);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut scratch = Scratch::default();
            let mut done = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::Relaxed);
                let Some(batch) = batches.get(i) else { break };
                done.push((i, self.read_batch(batch, &mut scratch)));
            }
            done
        };
        let mut read = thread::scope(|scope| {
            let workers: Vec<_> = (1..self.threads.min(batches.len())).map(|_| scope.spawn(work)).collect();
            let mut done = work();
            for worker in workers {
                done.extend(worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            done
        });
        read.sort_unstable_by_key(|&(i, _)| i);
        let of_batch = |(i, read): (usize, Result<Vec<Read>, NlpError>)| match read {
            Ok(read) => read.into_iter().map(Ok).collect(),
            Err(error) => batches[i].iter().map(|_| Err(error.clone())).collect::<Vec<_>>(),
        };
        read.into_iter().flat_map(of_batch).collect()
    }

    fn read_batch(&self, batch: &[&[Chunk]], scratch: &mut Scratch) -> Result<Vec<Read>, NlpError> {
        let windows: Vec<Window> = batch.iter().map(|chunks| self.window(chunks)).collect();
        let readings = self.engine.read(&windows.iter().collect::<Vec<_>>(), scratch)?;
        batch.iter().zip(&readings).map(|(chunks, reading)| self.decode(chunks, reading, scratch)).collect()
    }

    fn window(&self, chunks: &[Chunk]) -> Window {
        let mut window = Window::new(&self.pieces);
        for chunk in chunks {
            window.push_sentence(chunk.words.iter().copied().zip(chunk.pieces.iter().map(Vec::as_slice)));
        }
        window
    }

    fn decode(&self, chunks: &[Chunk], reading: &Reading, scratch: &mut Scratch) -> Result<Read, NlpError> {
        self.labels.check(reading)?;
        let trees = chunks
            .iter()
            .zip(&reading.arcs)
            .map(|(chunk, arcs)| best_tree(chunk.words.len(), |word, head| arcs.row(word)[head]));
        let heads: Vec<usize> = trees.flatten().collect();
        let relations = self.engine.relations(reading, &heads, scratch);
        let mut read = Read::default();
        let mut cues = Vec::new();
        let mut first = 0;
        for chunk in chunks {
            let rows = first..first + chunk.words.len();
            let mut parse = self.labels.decode(&chunk.words, rows.clone(), reading, &heads[rows.clone()], &relations);
            for (word, form) in parse.words.iter_mut().zip(&chunk.words) {
                word.lemma = self.lemmas.settle(form, word.upos, word.xpos, std::mem::take(&mut word.lemma));
            }
            cues.extend(self.labels.cues(reading, rows.clone()));
            read.sentences.push(parse);
            first = rows.end;
        }
        let anchors: Vec<usize> = cues.iter().map(|(cue, _)| cue.start).collect();
        let parts = self.engine.parts(reading, &anchors, scratch);
        for (n, cue) in cues.into_iter().enumerate() {
            read.attributed.push(self.labels.attributed(cue, &parts, n * first..(n + 1) * first));
        }
        Ok(read)
    }
}

/// A text as sentences of words.
struct Text {
    sentences: Vec<Vec<String>>,
    /// For each sentence the block it stands in.
    blocks: Vec<u32>,
}

/// What the model says about a window.
#[derive(Default)]
struct Read {
    sentences: Vec<SentenceParse>,
    attributed: Vec<Attributed>,
}

/// An attribution, in words of a window or of a text.
struct Attributed {
    cue: Range<usize>,
    source: Vec<Range<usize>>,
    content: Vec<Range<usize>>,
    score: f32,
}

/// Pieces that go through the model together, at least where there are so many: enough to make use of weights that are
/// in the cache, and few enough for what is made of them to stay there.
const BATCH_PIECES: usize = 256;

/// Consecutive windows, in batches of about [`BATCH_PIECES`].
fn batches<'a, 't>(windows: &[&'a [Chunk<'t>]]) -> Vec<Vec<&'a [Chunk<'t>]>> {
    let mut batches: Vec<Vec<&[Chunk]>> = Vec::new();
    let mut room = 0;
    for &window in windows {
        if room == 0 {
            batches.push(Vec::new());
            room = BATCH_PIECES;
        }
        room = room.saturating_sub(window.iter().map(Chunk::size).sum());
        if let Some(batch) = batches.last_mut() {
            batch.push(window);
        }
    }
    batches
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

/// A sentence of a text, or a part of one that the model can read at once: words and their pieces.
#[derive(Default)]
struct Chunk<'w> {
    words: Vec<&'w str>,
    pieces: Vec<Vec<i32>>,
    sentence: usize,
    block: u32,
}

impl Chunk<'_> {
    /// Its pieces, with the mark behind it.
    fn size(&self) -> usize {
        1 + self.pieces.iter().map(Vec::len).sum::<usize>()
    }
}

/// What was made of a text, and what had to be done otherwise than by the model.
#[derive(Default)]
struct Analysis {
    sentences: Vec<SentenceParse>,
    attributed: Vec<Attributed>,
    warnings: Vec<Warning>,
}

/// Puts what was read of a text's windows together. Where a sentence was read in chunks, the root of each later chunk depends
/// on the first root.
fn join(sentences: usize, windows: Vec<(Result<Read, NlpError>, &[Chunk])>) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.sentences.resize_with(sentences, SentenceParse::default);
    let mut chunks_of = vec![0; sentences];
    let mut first = 0;
    for (read, chunks) in windows {
        let read = read.unwrap_or_else(|error| {
            let words: usize = chunks.iter().map(|chunk| chunk.words.len()).sum();
            let message = format!("{error}; {words} words are left without analysis");
            analysis.warnings.push(Warning::new("model-failed", message));
            let sentences = chunks.iter().map(|chunk| unanalysed(chunk.words.len())).collect();
            Read { sentences, attributed: Vec::new() }
        });
        for (parse, chunk) in read.sentences.into_iter().zip(chunks) {
            chunks_of[chunk.sentence] += 1;
            append(&mut analysis.sentences[chunk.sentence], parse);
        }
        let shift = |run: Range<usize>| run.start + first..run.end + first;
        analysis.attributed.extend(read.attributed.into_iter().map(|found| Attributed {
            cue: shift(found.cue),
            source: found.source.into_iter().map(shift).collect(),
            content: found.content.into_iter().map(shift).collect(),
            score: found.score,
        }));
        first += chunks.iter().map(|chunk| chunk.words.len()).sum::<usize>();
    }
    for (parts, sentence) in chunks_of.into_iter().zip(&analysis.sentences).filter(|(parts, _)| *parts > 1) {
        let words = sentence.words.len();
        let message = format!(
            "a sentence of {words} words is longer than the model reads at once; it was parsed in {parts} parts"
        );
        analysis.warnings.push(Warning::new("long-sentence", message));
    }
    analysis
}

/// Adds the parse of a further chunk to that of a sentence.
fn append(sentence: &mut SentenceParse, chunk: SentenceParse) {
    let root = sentence.words.iter().position(|word| word.head.is_none()).map(|root| root as u32);
    let offset = sentence.words.len() as u32;
    for mut word in chunk.words {
        match (word.head, root) {
            (Some(head), _) => word.head = Some(head + offset),
            (None, None) => {}
            (None, Some(first)) => (word.head, word.rel) = (Some(first), Rel::Parataxis),
        }
        sentence.words.push(word);
    }
    let shift = |mut entity: SentenceEntity| {
        entity.words = entity.words.start + offset..entity.words.end + offset;
        entity
    };
    sentence.entities.extend(chunk.entities.into_iter().map(shift));
    sentence.names.extend(chunk.names.into_iter().map(shift));
    sentence.happened.extend(chunk.happened);
}

/// Words of which nothing is known: each depends on the first.
fn unanalysed(size: usize) -> SentenceParse {
    let word = |i| {
        let (head, rel) = if i == 0 { (None, Rel::Root) } else { (Some(0), Rel::Dep) };
        SentenceWord { lemma: "_".into(), upos: Upos::X, xpos: Xpos::Unknown, head, rel }
    };
    SentenceParse { words: (0..size).map(word).collect(), happened: vec![0.0; size], ..SentenceParse::default() }
}

/// The parse of a document from its sentences and what was made of them.
fn assemble(segments: &[Segment], analysis: Analysis) -> Parse {
    let mut parse = Parse::default();
    for (segment, sentence) in segments.iter().zip(analysis.sentences) {
        let offset = parse.tokens.len() as TokenIx;
        let spans = segment.tokens.iter().map(|token| Span::new(token.start, token.end));
        parse.tokens.extend(spans.zip(sentence.words).map(|(span, word)| Token {
            span,
            lemma: word.lemma,
            upos: word.upos,
            xpos: word.xpos,
            head: word.head.map(|head| head + offset),
            rel: word.rel,
        }));
        let entity = |entity: SentenceEntity| Entity {
            tokens: entity.words.start + offset..entity.words.end + offset,
            label: entity.label,
            score: entity.score,
        };
        parse.entities.extend(sentence.entities.into_iter().map(entity));
        parse.names.extend(sentence.names.into_iter().map(entity));
        parse.happened.extend(sentence.happened);
        let tokens = offset..parse.tokens.len() as TokenIx;
        let first = parse.tokens[offset as usize].span;
        let span = parse.tokens.last().map_or(first, |last| first.cover(last.span));
        parse.sentences.push(Sentence { span, tokens, block: segment.block });
    }
    let run = |run: Range<usize>| run.start as TokenIx..run.end as TokenIx;
    parse.attributions.extend(analysis.attributed.into_iter().map(|found| Attribution {
        cue: run(found.cue),
        source: found.source.into_iter().map(run).collect(),
        content: found.content.into_iter().map(run).collect(),
        score: found.score,
    }));
    parse.warnings = analysis.warnings;
    parse
}
