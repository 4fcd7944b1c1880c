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

/// What the model says of two participants that it was told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// The event types of the model's labels for what the first does to the second, the most probable first, with their
    /// probabilities; `None` stands for no event.
    pub types: Vec<(Option<String>, f32)>,
    /// A vector of each, from which the types were scored: their part in what the text tells, in numbers without names.
    pub vectors: [Vec<f32>; 2],
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

    /// Leaves out what the model takes for attributions, answers and events, and whether things happened: for work that asks for
    /// words, trees and names alone, and to measure what the rest costs.
    pub fn without_proposals(mut self) -> Nlp {
        self.engine.proposals = false;
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

    /// The same for two participants of a parsed document, given as tokens.
    pub fn relate_in(&self, doc: &Document, parse: &Parse, participants: [&[TokenIx]; 2]) -> Option<Related> {
        let words = |sentence: &Sentence| sentence.tokens.clone().map(|t| parse.form(doc, t).to_string()).collect();
        let sentences: Vec<Vec<String>> = parse.sentences.iter().map(words).collect();
        let [one, other] = participants.map(|tokens| tokens.iter().map(|&t| t as usize).collect::<Vec<_>>());
        self.relate(&sentences, [&one, &other])
    }

    /// What the first of two participants does to the second, in a text of sentences of words. The participants are numbers of
    /// words, counted over the text, and may be missing on one side. Only as many sentences are read as the model reads at once, those around the participants.
    pub fn relate(&self, sentences: &[Vec<String>], participants: [&[usize]; 2]) -> Option<Related> {
        let text = Text { sentences: sentences.to_vec(), blocks: vec![0; sentences.len()] };
        let chunks = self.chunks(&text);
        // The chunks from the first to the last that hold a word of the participants; what does not fit behind them is left out.
        let mut starts = vec![0];
        starts.extend(chunks.iter().scan(0, |sum, chunk| {
            *sum += chunk.words.len();
            Some(*sum)
        }));
        let holds = |&i: &usize| {
            participants.iter().flat_map(|words| words.iter()).any(|word| (starts[i]..starts[i + 1]).contains(word))
        };
        let held: Vec<usize> = (0..chunks.len()).filter(holds).collect();
        let (&first, &last) = (held.first()?, held.last()?);
        let (mut end, mut size) = (first + 1, 1 + chunks[first].size());
        while end <= last && size + chunks[end].size() <= self.labels.most_pieces {
            size += chunks[end].size();
            end += 1;
        }
        let mut window = self.window(&chunks[first..end]);
        let own = participants.map(|words| {
            let here = words.iter().filter(|word| (starts[first]..starts[end]).contains(word));
            here.map(|word| word - starts[first]).collect::<Vec<_>>()
        });
        window.point_to([&own[0], &own[1]]);
        let mut scratch = Scratch::default();
        let readings = self.engine.read(&[&window], &mut scratch).ok()?;
        // A side that is not named may be anybody in what was read.
        let all: Vec<usize> = (0..starts[end] - starts[first]).collect();
        let sides = own.each_ref().map(|words| if words.is_empty() { &all } else { words }.as_slice());
        let (logits, vectors) = self.engine.pair(&readings[0], sides, &mut scratch);
        let types = self.labels.pair(logits.row(0));
        Some(Related { types, vectors: vectors.map(|vector| vector.row(0).to_vec()) })
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
            read.sentences.push(parse);
            first = rows.end;
            if !self.engine.proposals {
                continue;
            }
            cues.extend(self.labels.cues(reading, rows.clone()));
            read.attributing.extend(self.labels.attributing(reading, rows.clone()));
            read.answers.extend(self.labels.answers(reading, rows.clone()));
            read.deeds.extend(self.labels.deeds(reading, rows.clone()));
        }
        let triggers: Vec<usize> = read.deeds.iter().map(|deed| deed.trigger.start).collect();
        let roles = self.engine.roles(reading, &triggers, scratch);
        for (n, deed) in read.deeds.iter_mut().enumerate() {
            self.labels.participants(deed, &roles, n * first..(n + 1) * first);
        }
        let cues_of_answers: Vec<usize> = read.answers.iter().map(|answer| answer.cue.start).collect();
        let sides = self.engine.sides(reading, &cues_of_answers, scratch);
        for (n, answer) in read.answers.iter_mut().enumerate() {
            self.labels.answered(answer, &sides, n * first..(n + 1) * first);
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
    /// For each word the probability that it attributes something.
    attributing: Vec<f32>,
    deeds: Vec<Deed>,
    answers: Vec<Answer>,
}

/// An answer with its words counted in a window or in a text.
type Answer = attache_doc::Answer<usize>;

/// An event with its words counted in a window or in a text.
type Deed = attache_doc::Deed<usize>;

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
    attributing: Vec<f32>,
    deeds: Vec<Deed>,
    answers: Vec<Answer>,
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
            Read { sentences, attributing: vec![0.0; words], ..Read::default() }
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
        let words: usize = chunks.iter().map(|chunk| chunk.words.len()).sum();
        analysis.attributing.extend(read.attributing);
        analysis.answers.extend(read.answers.into_iter().map(|answer| answer.shifted(shift)));
        analysis.deeds.extend(read.deeds.into_iter().map(|deed| deed.shifted(shift)));
        first += words;
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
    parse.attributing = analysis.attributing;
    parse.answers.extend(analysis.answers.into_iter().map(|answer| answer.shifted(run)));
    parse.deeds.extend(analysis.deeds.into_iter().map(|deed| deed.shifted(run)));
    parse.warnings = analysis.warnings;
    parse
}
