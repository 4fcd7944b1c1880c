//! `attache relate`: what relates two parties whose words are given, row by row.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use attache_coder::relation::{self, Pair};
use attache_coder::sign::Advice;
use attache_doc::wire::RelationRow;
use attache_ingest::{Row, open};
use rayon::prelude::*;

use crate::cli::RelateArgs;
use crate::code::Reject;
use crate::engine::Engine;
use crate::output::{self, Failure, Outcome};
use crate::terminal;

/// Rows for each thread between two writes: enough that threads seldom wait for the slowest.
const ROWS_PER_THREAD: usize = 16;

/// Runs the command.
pub fn run(args: &RelateArgs) -> Result<Outcome, Failure> {
    let inputs = output::inputs(&args.inputs)?;
    let engine = Engine::load(args.own.knowledge.as_deref())?;
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::new(format!("threads could not be started: {error}")))?;
    let mut out = output::data(args.output.as_deref())?;
    let mut rejects = args.rejects.as_deref().map(|path| output::data(Some(path))).transpose()?;
    let mut rows = open(&inputs);
    let (mut found, mut read, mut failed, mut unreadable) = (0, 0, 0, 0);
    loop {
        let window: Vec<Row> = rows.by_ref().take(threads * ROWS_PER_THREAD).collect();
        if window.is_empty() {
            break;
        }
        let done: Vec<Result<RelationRow, Reject>> =
            pool.install(|| window.into_par_iter().map(|row| relate(&engine, row)).collect());
        for done in done {
            match done {
                Ok(row) => {
                    read += 1;
                    found += usize::from(row.event_type.is_some());
                    serde_json::to_writer(&mut *out, &row)?;
                    out.write_all(b"\n")?;
                }
                Err(reject) => {
                    failed += 1;
                    unreadable += usize::from(reject.unreadable);
                    eprintln!("attache: {}", terminal::flat(&format!("{}: {}", reject.place(), reject.error)));
                    if let Some(file) = &mut rejects {
                        serde_json::to_writer(&mut *file, &reject)?;
                        file.write_all(b"\n")?;
                    }
                }
            }
        }
    }
    out.flush()?;
    if let Some(mut file) = rejects {
        file.flush()?;
    }
    if failed > 0 && failed == unreadable && read == 0 {
        return Err(Failure::new("no input could be read"));
    }
    Ok(match (failed, found) {
        (0, 0) => Outcome::NothingFound,
        (0, _) => Outcome::Done,
        _ => Outcome::SomeFailed,
    })
}

/// The relation of one row. What goes wrong inside is reported as the failure of that row.
fn relate(engine: &Engine, row: Row) -> Result<RelationRow, Reject> {
    let (input, number) = (row.input.clone(), row.row);
    let pair = row.pair().map_err(|error| Reject::new(&input, number, &error))?;
    let made = catch_unwind(AssertUnwindSafe(|| {
        let id = pair.document.meta.id.clone();
        let sides = Pair { source: pair.source, target: pair.target };
        let coded = engine.code(pair.document);
        let [source, target] = sides.tokens(&coded.parse);
        let told = engine.nlp.relate_in(&coded.doc, &coded.parse, [&source, &target]);
        let advice = told.map(|told| Advice { types: told.types, vectors: told.vectors });
        relation::row(&engine.knowledge, &coded.doc, &coded.parse, &coded.coding, &sides, advice.as_ref(), id)
    }));
    made.map_err(|_| {
        let error = "the coder failed on this row: this is a defect, please report it".to_string();
        Reject { input, row: number, error, unreadable: false }
    })
}
