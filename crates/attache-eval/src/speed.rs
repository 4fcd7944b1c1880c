//! How fast: words and word pieces a second of processor time, on one thread.
//!
//! Processor time is that of the whole process, user and system, as Linux counts it in `/proc/self/stat` in hundredths of a
//! second. Unlike elapsed time it says little about what else the machine does; runs of ten seconds and more are worth
//! comparing.

use std::path::Path;

use attache_coder::Knowledge;
use attache_doc::{Document, Parse};
use attache_ingest::{Columns, Options};
use attache_nlp::Nlp;
use serde::Serialize;

use crate::EvalError;

/// Documents parsed in one call, as many as `attache code` takes.
const DOCUMENTS_AT_ONCE: usize = 4;

/// The blocks of a document: sentences of words.
pub type Blocks = Vec<Vec<Vec<String>>>;

/// What was read, and the processor time it took, in seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Speed {
    /// Documents read.
    pub documents: usize,
    /// Sentences found.
    pub sentences: usize,
    /// Words found: syntactic words, marks of punctuation included.
    pub words: usize,
    /// Word pieces of these words, without the marks that begin and end a sentence.
    pub pieces: usize,
    /// Loading the model and the knowledge, once a program.
    pub load_seconds: f64,
    /// Making documents of the input.
    pub ingest_seconds: f64,
    /// Sentences, tokens and the whole analysis of the model.
    pub parse_seconds: f64,
    /// The same analysis without attributions, answers and events: what these cost is the difference.
    pub syntax_seconds: f64,
    /// From parses to codings.
    pub code_seconds: f64,
}

impl Speed {
    /// The figures in words.
    pub fn table(&self) -> String {
        let Speed { documents, sentences, words, pieces, .. } = self;
        let all = self.ingest_seconds + self.parse_seconds + self.code_seconds;
        let rate = |n: usize, seconds: f64| n as f64 / seconds;
        format!(
            "{documents} documents, {sentences} sentences, {words} words, {pieces} word pieces; loaded in {:.2} s\n\
             stage   seconds  words/s  pieces/s\n\
             ingest  {:>7.2}\n\
             parse   {:>7.2}  {:>7.0}  {:>8.0}\n\
             code    {:>7.2}\n\
             all     {all:>7.2}  {:>7.0}  {:>8.0}\n\
             parse without attributions, answers and events: {:.2} s, {:.0} pieces/s\n",
            self.load_seconds,
            self.ingest_seconds,
            self.parse_seconds,
            rate(*words, self.parse_seconds),
            rate(*pieces, self.parse_seconds),
            self.code_seconds,
            rate(*words, all),
            rate(*pieces, all),
            self.syntax_seconds,
            rate(*pieces, self.syntax_seconds),
        )
    }
}

/// Reads, parses and codes the first `most` documents of an input, and says how long each stage took. The words of each
/// document come with it, so that another program can be measured on the same.
///
/// # Errors
/// When a document cannot be read, the input has no words, or the system does not tell processor time.
pub fn measure(input: &Path, most: usize) -> Result<(Speed, Vec<Blocks>), EvalError> {
    let mut clock = Clock::start()?;
    let loaded = |error: &dyn std::fmt::Display| EvalError::Load(error.to_string());
    let nlp = Nlp::embedded().map_err(|error| loaded(&error))?;
    let knowledge = Knowledge::embedded().map_err(|error| loaded(&error))?;
    let load_seconds = clock.lap()?;

    let rows = attache_ingest::open(&[input.to_string_lossy().into_owned()]).take(most);
    let documents: Result<Vec<Document>, _> =
        rows.map(|row| row.document(&Columns::default(), &Options::default())).collect();
    let documents = documents.map_err(|error| loaded(&error))?;
    let ingest_seconds = clock.lap()?;

    let batches = documents.chunks(DOCUMENTS_AT_ONCE);
    let parses: Vec<Parse> = batches.flat_map(|batch| nlp.parse(&batch.iter().collect::<Vec<_>>())).collect();
    let parse_seconds = clock.lap()?;

    for (document, parse) in documents.iter().zip(&parses) {
        std::hint::black_box(attache_coder::code(&knowledge, document, parse));
    }
    let code_seconds = clock.lap()?;

    let syntax = Nlp::embedded().map_err(|error| loaded(&error))?.without_proposals();
    clock.lap()?;
    for batch in documents.chunks(DOCUMENTS_AT_ONCE) {
        std::hint::black_box(syntax.parse(&batch.iter().collect::<Vec<_>>()));
    }
    let syntax_seconds = clock.lap()?;

    let words_of: Vec<Blocks> =
        documents.iter().zip(&parses).map(|(document, parse)| blocks(document, parse)).collect();
    let sentences = || words_of.iter().flatten().flatten();
    let speed = Speed {
        documents: documents.len(),
        sentences: sentences().count(),
        words: sentences().map(Vec::len).sum(),
        pieces: sentences().flatten().map(|word| nlp.count_pieces(word)).sum(),
        load_seconds,
        ingest_seconds,
        parse_seconds,
        syntax_seconds,
        code_seconds,
    };
    if speed.words == 0 {
        return Err(EvalError::Shape(input.to_path_buf(), "no words to measure on".to_string()));
    }
    Ok((speed, words_of))
}

/// The words of a parsed document, by block and sentence.
fn blocks(document: &Document, parse: &Parse) -> Blocks {
    let mut blocks = Blocks::new();
    let mut last = None;
    for sentence in &parse.sentences {
        if last.replace(sentence.block) != Some(sentence.block) {
            blocks.push(Vec::new());
        }
        let words = sentence.tokens.clone().map(|token| parse.form(document, token).to_string());
        blocks.last_mut().expect("a block was opened above").push(words.collect());
    }
    blocks
}

/// Processor time since the last look.
struct Clock(f64);

impl Clock {
    fn start() -> Result<Clock, EvalError> {
        Ok(Clock(processor_seconds()?))
    }

    fn lap(&mut self) -> Result<f64, EvalError> {
        let now = processor_seconds()?;
        Ok(now - std::mem::replace(&mut self.0, now))
    }
}

/// User and system time of this process, its threads included.
fn processor_seconds() -> Result<f64, EvalError> {
    /// The kernel's unit in this file, on every architecture that Rust's standard library has Linux for.
    const TICKS_A_SECOND: f64 = 100.0;
    let path = Path::new("/proc/self/stat");
    let stat = std::fs::read_to_string(path).map_err(|error| EvalError::Io(path.to_path_buf(), error))?;
    // The name of the program, in brackets, may hold anything; user and system time are the 12th and 13th fields behind it.
    let ticks = |n: usize| stat.rsplit_once(')')?.1.split_whitespace().nth(n)?.parse::<f64>().ok();
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => Ok((user + system) / TICKS_A_SECOND),
        _ => Err(EvalError::Shape(path.to_path_buf(), "no processor time in it".to_string())),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn processor_time_grows_with_work() {
        let mut clock = Clock::start().unwrap();
        let began = std::time::Instant::now();
        let mut sum = 0u64;
        while clock.0 + 0.02 > processor_seconds().unwrap() {
            sum = std::hint::black_box(sum + 1);
            assert!(began.elapsed().as_secs() < 60, "a busy thread gets no processor time in a minute");
        }
        let lap = clock.lap().unwrap();
        // No more processor time than has passed, up to a tick at either end, on the threads a test runner may have.
        assert!(lap >= 0.0199, "{lap}");
    }
}
