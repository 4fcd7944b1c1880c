//! `attache doctor`: does this binary work on this machine, and how fast.

use std::io::Write;
use std::time::{Duration, Instant};

use attache_doc::Document;
use attache_ingest::{Options, document_from_text};
use jiff::civil::date;

use crate::engine::Engine;
use crate::output::{self, Failure, Outcome};
use crate::terminal::{FAINT, HEADING, styled};

/// A text with a statement, an event on its word, and a silence: if these are not found, something is broken.
const TEXT: &str = "OSLO, May 3, 2024 (NTB) — Finland has invited Norwegian Foreign Minister Kari Berg to talks in Helsinki, \
    the Norwegian foreign ministry said on Friday. Finland has not confirmed the invitation.";
/// How long speed is measured.
const MEASURED: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn run() -> Result<Outcome, Failure> {
    let mut out = output::text(None)?;
    let mut good = true;
    writeln!(out, "{}", styled(HEADING, concat!("attache ", env!("CARGO_PKG_VERSION"))))?;

    let started = Instant::now();
    let engine = Engine::load(None)?;
    let loaded = started.elapsed();
    writeln!(out, "  model and knowledge   loaded in {} ms", loaded.as_millis())?;
    writeln!(out, "  model                 {}", engine.nlp.model())?;
    writeln!(out, "  acts                  {}", engine.knowledge.acts().len())?;

    let options = Options { date: Some(date(2024, 5, 3)), ..Options::default() };
    let doc = document_from_text(TEXT, &options).map_err(|error| Failure::new(error.to_string()))?;
    let coded = engine.code(doc);
    let checks = [
        ("sentences", coded.parse.sentences.len(), 2),
        ("statements", coded.coding.statements.len(), 1),
        ("events", coded.coding.events.len(), 1),
    ];
    for (what, found, least) in checks {
        let ok = found >= least;
        good &= ok;
        writeln!(out, "  {what:<20}  {} of at least {least}: {}", found, if ok { "good" } else { "FAILED" })?;
    }

    let words: Vec<&str> = coded.parse.tokens.iter().map(|token| coded.doc.text(token.span)).collect();
    let pieces: usize = words.iter().map(|word| engine.nlp.count_pieces(word)).sum();
    let rate = measure(&engine, &coded.doc);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (pieces, words) = (pieces as f64 * rate, words.len() as f64 * rate);
    writeln!(out, "  speed                 {pieces:.0} word pieces/s, {words:.0} words/s on one thread of {threads}")?;
    writeln!(
        out,
        "{}",
        styled(FAINT, if good { "all checks passed" } else { "a check failed: this binary should not be trusted" })
    )?;
    out.flush()?;
    Ok(if good { Outcome::Done } else { Outcome::CheckFailed })
}

/// How many times a second one thread codes the text.
fn measure(engine: &Engine, doc: &Document) -> f64 {
    let mut times = 0;
    let started = Instant::now();
    while started.elapsed() < MEASURED {
        engine.code(doc.clone());
        times += 1;
    }
    f64::from(times) / started.elapsed().as_secs_f64()
}
