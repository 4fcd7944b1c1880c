//! `attache code`: many documents to rows, in the order of the input whatever the threads.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use attache_coder::dictionary::{self, DictionaryRow};
use attache_coder::row;
use attache_doc::wire::{DocumentRow, EventRow, StandingRow, StatementRow};
use attache_doc::{Coding, Document, Parse, Warning};
use attache_ingest::{IngestError, Row, open};
use rayon::prelude::*;
use serde::Serialize;

use crate::cli::{CodeArgs, CodeFormat, Emit, InputArgs, Verbosity};
use crate::engine::{Coded, Engine};
use crate::folder;
use crate::output::{self, Failure, Outcome, phrase};
use crate::terminal::{self, HEADING, cut, pad, styled};

/// Documents parsed together. The number is fixed, so that what stands beside what in a batch never depends on threads.
const BATCH: usize = 4;
/// Batches for each thread between two writes: enough that threads seldom wait for the slowest, few enough that memory stays
/// small.
const BATCHES_PER_THREAD: usize = 4;
/// Time between two reports of progress.
const TICK: Duration = Duration::from_millis(200);

/// Runs the command.
pub fn run(args: &CodeArgs, verbosity: Verbosity) -> Result<Outcome, Failure> {
    let to_terminal = args.input.output.is_none() && io::stdout().is_terminal();
    let format = args.format.unwrap_or(if to_terminal { CodeFormat::Table } else { CodeFormat::Jsonl });
    let inputs = output::inputs(&args.input.inputs)?;
    if let Some(folder) = &args.petrarch {
        return with_dictionaries(args, folder, format, &inputs, verbosity);
    }
    let engine = Engine::load(args.input.own.knowledge.as_deref())?;
    let path = args.input.output.as_deref();
    match format {
        CodeFormat::Jsonl => {
            let mut out = output::data(path)?;
            let emit = |coded: &Coded, out: &mut Vec<u8>| match args.emit {
                Emit::Events => lines(&engine.events(coded), out),
                Emit::Statements => lines(&engine.statements(coded), out),
                Emit::Standings => lines(&engine.standings(coded), out),
                Emit::Documents => lines(&[engine.document(coded)], out),
            };
            each(&engine, &inputs, &args.input, verbosity, true, &emit, &mut *out)
        }
        CodeFormat::Table => {
            let mut out = output::text(path)?;
            let table = Table::new(args.emit, terminal::columns());
            table.head(&mut out)?;
            let emit = |coded: &Coded, out: &mut Vec<u8>| table.rows(&engine, coded, out);
            each(&engine, &inputs, &args.input, verbosity, true, &emit, &mut *out)
        }
    }
}

/// Codes with dictionaries: rows of source, target and code.
fn with_dictionaries(
    args: &CodeArgs,
    folder: &Path,
    format: CodeFormat,
    inputs: &[String],
    verbosity: Verbosity,
) -> Result<Outcome, Failure> {
    if args.emit != Emit::Events {
        return Err(Failure::new("--petrarch codes events: the other rows come of attache's own tables"));
    }
    let dictionaries = folder::dictionaries(folder)?;
    let engine = Engine::load(args.input.own.knowledge.as_deref())?;
    let rows = |coded: &Coded| {
        dictionary::rows(&coded.doc, &coded.parse, &dictionary::code(&dictionaries, &coded.doc, &coded.parse))
    };
    let path = args.input.output.as_deref();
    match format {
        CodeFormat::Jsonl => {
            let mut out = output::data(path)?;
            let emit = |coded: &Coded, out: &mut Vec<u8>| lines(&rows(coded), out);
            each(&engine, inputs, &args.input, verbosity, false, &emit, &mut *out)
        }
        CodeFormat::Table => {
            let mut out = output::text(path)?;
            let table = Table::of(DICTIONARY_COLUMNS, terminal::columns());
            table.head(&mut out)?;
            let emit = |coded: &Coded, out: &mut Vec<u8>| table.body(rows(coded), dictionary_cells, out);
            each(&engine, inputs, &args.input, verbosity, false, &emit, &mut *out)
        }
    }
}

fn lines<R: Serialize>(rows: &[R], out: &mut Vec<u8>) -> usize {
    for row in rows {
        // Rows are plain values: writing them to memory cannot fail.
        serde_json::to_writer(&mut *out, row).expect("a row is JSON");
        out.push(b'\n');
    }
    rows.len()
}

/// What one input row came to.
enum Done {
    Rows { bytes: Vec<u8>, count: usize, warnings: Vec<Warning>, name: String },
    Failed(Reject),
}

/// A row of the input of which nothing could be made.
#[derive(Serialize)]
pub struct Reject {
    pub input: String,
    pub row: Option<u64>,
    pub error: String,
    /// Its file could not be read at all.
    #[serde(skip)]
    pub unreadable: bool,
}

impl Reject {
    /// From what reading it gave.
    pub fn new(input: &str, row: Option<u64>, error: &IngestError) -> Reject {
        Reject { input: input.to_string(), row, error: error.cause().to_string(), unreadable: error.is_io() }
    }

    /// The file and the row, for messages.
    pub fn place(&self) -> String {
        match self.row {
            Some(row) => format!("{}, row {row}", self.input),
            None => self.input.clone(),
        }
    }
}

/// Parses and, if asked, codes every document of the inputs, writes what `emit` makes of each in order of the input, and
/// reports failures. `emit` returns how many rows it wrote.
pub fn each(
    engine: &Engine,
    inputs: &[String],
    args: &InputArgs,
    verbosity: Verbosity,
    coded: bool,
    emit: &(dyn Fn(&Coded, &mut Vec<u8>) -> usize + Sync),
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::new(format!("threads could not be started: {error}")))?;
    let mut rejects = args.rejects.as_deref().map(|path| output::data(Some(path))).transpose()?;
    let columns = args.columns.columns();
    let mut tally = Tally::new(verbosity);
    let mut rows = open(inputs);
    loop {
        let window: Vec<Row> = rows.by_ref().take(threads * BATCHES_PER_THREAD * BATCH).collect();
        if window.is_empty() {
            break;
        }
        let mut batches: Vec<Vec<Row>> = Vec::new();
        for row in window {
            match batches.last_mut() {
                Some(batch) if batch.len() < BATCH => batch.push(row),
                _ => batches.push(vec![row]),
            }
        }
        let read = |row: Row| {
            let (input, number) = (row.input.clone(), row.row);
            let doc = row.document(&columns, &args.columns.options(number.is_some()));
            doc.map_err(|error| Reject::new(&input, number, &error)).map(|doc| (input, number, doc))
        };
        let done: Vec<Vec<Done>> = pool.install(|| {
            batches
                .into_par_iter()
                .map(|batch| work(engine, batch.into_iter().map(read).collect(), coded, emit))
                .collect()
        });
        for done in done.into_iter().flatten() {
            match done {
                Done::Rows { bytes, count, warnings, name } => {
                    out.write_all(&bytes)?;
                    tally.add(count, &warnings, &name);
                }
                Done::Failed(reject) => {
                    if let Some(file) = &mut rejects {
                        serde_json::to_writer(&mut *file, &reject)?;
                        file.write_all(b"\n")?;
                    }
                    tally.fail(&reject);
                }
            }
        }
        tally.progress();
    }
    out.flush()?;
    if let Some(mut file) = rejects {
        file.flush()?;
    }
    tally.end();
    tally.outcome()
}

type Read = Result<(String, Option<u64>, Document), Reject>;

/// Parses a batch together and codes it. What goes wrong inside with one document is reported as its failure.
fn work(
    engine: &Engine,
    batch: Vec<Read>,
    coded: bool,
    emit: &(dyn Fn(&Coded, &mut Vec<u8>) -> usize + Sync),
) -> Vec<Done> {
    let docs: Vec<&Document> = batch.iter().filter_map(|read| read.as_ref().ok()).map(|(_, _, doc)| doc).collect();
    let together = catch_unwind(AssertUnwindSafe(|| engine.nlp.parse(&docs)));
    let mut parses: Vec<Option<Parse>> = match together {
        Ok(parses) => parses.into_iter().map(Some).collect(),
        // One of them broke the parser: find out which.
        Err(_) => docs
            .iter()
            .map(|&doc| catch_unwind(AssertUnwindSafe(|| engine.nlp.parse(&[doc]).pop())).ok().flatten())
            .collect(),
    };
    let mut next = parses.drain(..);
    batch
        .into_iter()
        .map(|read| {
            let (input, row, doc) = match read {
                Ok(read) => read,
                Err(reject) => return Done::Failed(reject),
            };
            let broken = |stage: &str| {
                let error = format!("the {stage} failed on this document: this is a defect, please report it");
                Done::Failed(Reject { input: input.clone(), row, error, unreadable: false })
            };
            let Some(parse) = next.next().flatten() else { return broken("parser") };
            let made = catch_unwind(AssertUnwindSafe(|| {
                let coding =
                    if coded { attache_coder::code(&engine.knowledge, &doc, &parse) } else { Coding::default() };
                let coded = Coded { doc, parse, coding };
                let mut bytes = Vec::new();
                let count = emit(&coded, &mut bytes);
                let Coded { doc, parse, coding } = coded;
                let warnings = doc.warnings.into_iter().chain(parse.warnings).chain(coding.warnings).collect();
                (bytes, count, warnings)
            }));
            match made {
                Ok((bytes, count, warnings)) => {
                    let name = row.map_or_else(|| input.clone(), |row| format!("{input}, row {row}"));
                    Done::Rows { bytes, count, warnings, name }
                }
                Err(_) => broken("coder"),
            }
        })
        .collect()
}

/// Counts for the summary and the exit code.
struct Tally {
    verbosity: Verbosity,
    live: bool,
    started: Instant,
    shown: Instant,
    documents: usize,
    rows: usize,
    failed: usize,
    unreadable: usize,
    last_unreadable: String,
    warnings: BTreeMap<String, usize>,
}

impl Tally {
    fn new(verbosity: Verbosity) -> Tally {
        let now = Instant::now();
        Tally {
            verbosity,
            live: verbosity != Verbosity::Quiet && io::stderr().is_terminal(),
            started: now,
            shown: now,
            documents: 0,
            rows: 0,
            failed: 0,
            unreadable: 0,
            last_unreadable: String::new(),
            warnings: BTreeMap::new(),
        }
    }

    fn add(&mut self, rows: usize, warnings: &[Warning], name: &str) {
        self.documents += 1;
        self.rows += rows;
        for warning in warnings {
            *self.warnings.entry(warning.code.clone()).or_default() += 1;
            if self.verbosity == Verbosity::Verbose {
                self.say(&format!("warning: {name}: {warning}"));
            }
        }
    }

    fn fail(&mut self, reject: &Reject) {
        self.failed += 1;
        let message = format!("{}: {}", reject.place(), reject.error);
        if reject.unreadable {
            self.unreadable += 1;
            self.last_unreadable.clone_from(&message);
        }
        // Failures are named whatever the verbosity: exit code 3 without a name would help nobody.
        self.say(&message);
    }

    fn say(&self, message: &str) {
        self.clear();
        eprintln!("attache: {}", terminal::flat(message));
    }

    fn clear(&self) {
        if self.live {
            eprint!("\r\x1b[K");
        }
    }

    fn progress(&mut self) {
        if self.live && self.shown.elapsed() >= TICK {
            self.shown = Instant::now();
            eprint!("\r\x1b[K{}", self.summary());
            let _ = io::stderr().flush();
        }
    }

    fn summary(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let mut text = format!(
            "{} documents, {} rows, {:.1} documents/s",
            self.documents,
            self.rows,
            self.documents as f64 / seconds
        );
        if self.failed > 0 {
            text.push_str(&format!(", {} failed", self.failed));
        }
        text
    }

    fn end(&self) {
        self.clear();
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        if self.live || self.verbosity == Verbosity::Verbose {
            eprintln!("{}", self.summary());
        }
        if !self.warnings.is_empty() {
            let counts: Vec<String> = self.warnings.iter().map(|(code, n)| format!("{n} {code}")).collect();
            eprintln!(
                "attache: warnings: {}{}",
                counts.join(", "),
                if self.verbosity == Verbosity::Verbose { "" } else { " (-v names them)" }
            );
        }
    }

    fn outcome(&self) -> Result<Outcome, Failure> {
        if self.failed > 0 && self.failed == self.unreadable && self.documents == 0 {
            return Err(Failure::new("no input could be read"));
        }
        Ok(match (self.failed, self.rows) {
            (0, 0) => Outcome::NothingFound,
            (0, _) => Outcome::Done,
            _ => Outcome::SomeFailed,
        })
    }
}

/// How wide a column is.
#[derive(Clone, Copy)]
enum Share {
    /// So many columns.
    Fixed(usize),
    /// So much of what the others leave.
    Percent(usize),
}

/// The columns of rows coded with dictionaries.
const DICTIONARY_COLUMNS: &[(&str, Share)] = &[
    ("published", Share::Fixed(10)),
    ("source", Share::Percent(15)),
    ("target", Share::Percent(15)),
    ("code", Share::Fixed(8)),
    ("verb", Share::Percent(15)),
    ("sentence", Share::Percent(55)),
];

/// Rows as a table of fixed columns, so that it can be written as it goes.
struct Table {
    emit: Emit,
    /// Heading and width of each column.
    columns: Vec<(&'static str, usize)>,
}

impl Table {
    fn new(emit: Emit, width: usize) -> Table {
        use Share::{Fixed, Percent};
        let shares: &[(&'static str, Share)] = match emit {
            Emit::Events => &[
                ("when", Fixed(13)),
                ("act", Percent(25)),
                ("who", Percent(24)),
                ("to or with whom", Percent(24)),
                ("status", Fixed(12)),
                ("words", Percent(27)),
            ],
            Emit::Statements => {
                &[("source", Percent(25)), ("cue", Percent(15)), ("class", Fixed(10)), ("content", Percent(60))]
            }
            Emit::Standings => &[
                ("holder", Percent(20)),
                ("relation", Percent(20)),
                ("subject", Percent(25)),
                ("when", Fixed(13)),
                ("words", Percent(35)),
            ],
            Emit::Documents => &[
                ("published", Fixed(10)),
                ("sent.", Fixed(5)),
                ("stat.", Fixed(5)),
                ("events", Fixed(6)),
                ("warnings", Percent(30)),
                ("document", Percent(70)),
            ],
        };
        Table { emit, ..Table::of(shares, width) }
    }

    fn of(shares: &[(&'static str, Share)], width: usize) -> Table {
        use Share::{Fixed, Percent};
        let fixed: usize = shares.iter().map(|(_, share)| if let Fixed(w) = share { *w } else { 0 }).sum();
        let room = width.saturating_sub(fixed + 2 * (shares.len() - 1));
        let columns = shares.iter().map(|&(name, share)| match share {
            Fixed(w) => (name, w),
            Percent(part) => (name, room * part / 100),
        });
        Table { emit: Emit::Events, columns: columns.collect() }
    }

    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<String> =
            self.columns.iter().map(|(name, w)| pad(&styled(HEADING, &cut(name, *w)), *w)).collect();
        writeln!(out, "{}", names.join("  ").trim_end())
    }

    fn line(&self, cells: &[String], out: &mut Vec<u8>) {
        let cells: Vec<String> =
            cells.iter().zip(&self.columns).map(|(cell, (_, w))| pad(&cut(cell, *w), *w)).collect();
        out.extend_from_slice(cells.join("  ").trim_end().as_bytes());
        out.push(b'\n');
    }

    fn rows(&self, engine: &Engine, coded: &Coded, out: &mut Vec<u8>) -> usize {
        let (knowledge, doc, parse, coding) = (&engine.knowledge, &coded.doc, &coded.parse, &coded.coding);
        match self.emit {
            Emit::Events => self.body(row::events(knowledge, doc, parse, coding), event_cells, out),
            Emit::Statements => self.body(row::statements(knowledge, doc, parse, coding), statement_cells, out),
            Emit::Standings => self.body(row::standings(knowledge, doc, parse, coding), standing_cells, out),
            Emit::Documents => self.body(vec![row::document(knowledge, doc, parse, coding)], document_cells, out),
        }
    }

    fn body<R>(&self, rows: Vec<R>, cells: impl Fn(&R) -> Vec<String>, out: &mut Vec<u8>) -> usize {
        for row in &rows {
            self.line(&cells(row), out);
        }
        rows.len()
    }
}

fn names(actors: &[attache_doc::wire::ActorRef]) -> String {
    if actors.is_empty() {
        "–".to_string()
    } else {
        actors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

fn event_cells(row: &EventRow) -> Vec<String> {
    vec![
        row.when.edtf.clone().unwrap_or_else(|| "–".to_string()),
        if row.polarity == attache_doc::Polarity::Negative { format!("not {}", row.act) } else { row.act.clone() },
        names(&row.actor),
        names(&row.recipient),
        row.status.to_string(),
        row.trigger.text.clone(),
    ]
}

fn dictionary_cells(row: &DictionaryRow) -> Vec<String> {
    let code = |code: &Option<String>| code.clone().unwrap_or_else(|| "–".to_string());
    vec![
        row.doc.published.clone().unwrap_or_else(|| "–".to_string()),
        code(&row.source.code),
        code(&row.target.code),
        row.code.clone(),
        row.verb.text.clone(),
        row.sentence.text.clone(),
    ]
}

fn statement_cells(row: &StatementRow) -> Vec<String> {
    let joined =
        |spans: &[attache_doc::wire::TextSpan]| spans.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" … ");
    vec![
        row.source
            .actor
            .as_ref()
            .map(|a| a.name.clone())
            .or_else(|| row.source.text.clone())
            .unwrap_or_else(|| "–".to_string()),
        joined(&row.cue),
        phrase(row.source.class),
        joined(&row.content),
    ]
}

fn standing_cells(row: &StandingRow) -> Vec<String> {
    vec![
        row.holder.as_ref().map_or_else(|| "–".to_string(), |a| a.name.clone()),
        if row.polarity == attache_doc::Polarity::Negative {
            format!("not {}", row.relation)
        } else {
            row.relation.clone()
        },
        row.subject.name.clone(),
        row.when.edtf.clone().unwrap_or_else(|| "–".to_string()),
        row.span.text.clone(),
    ]
}

fn document_cells(row: &DocumentRow) -> Vec<String> {
    let codes: Vec<&str> = row.warnings.iter().map(|w| w.code.as_str()).collect();
    vec![
        row.doc.published.clone().unwrap_or_else(|| "–".to_string()),
        row.sentences.to_string(),
        row.statements.to_string(),
        row.events.to_string(),
        codes.join(" "),
        row.doc.title.clone().or_else(|| row.doc.source_id.clone()).unwrap_or_else(|| row.doc.id.clone()),
    ]
}
