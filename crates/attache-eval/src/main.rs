//! `attache-eval SET --data DIR`: scores a set and prints one line per metric.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use attache_eval::manifest::{self, Manifest, Scorer};
use attache_eval::{EvalError, conll18, precision, read_text, relations, report, score, speed, treebank};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Exit code for wrong use and unreadable input.
const USAGE: u8 = 2;
/// Exit code when `--check` finds a metric beyond its bound.
const CHECK_FAILED: u8 = 4;

/// Score attache on a gold set.
///
/// The set is described in gold/SET.toml. Percentages, except where a metric is a count or a correlation.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    set: Option<SetOptions>,
}

/// What is scored or measured beside the sets.
#[derive(Subcommand)]
enum Command {
    /// Score trees in CoNLL-U against others over the same text, as the CoNLL 2018 shared task does
    Conll18 {
        /// The gold trees
        gold: PathBuf,
        /// The trees to score
        system: PathBuf,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Measure words and word pieces a second of processor time, on one thread
    Speed {
        /// A text file, a JSONL file or a folder of them
        input: PathBuf,
        /// How many documents to read
        #[arg(long, value_name = "N", default_value_t = 100)]
        documents: usize,
        /// Write the words to FILE: a document a line, in JSON, as blocks of sentences of words
        #[arg(long, value_name = "FILE")]
        words: Option<PathBuf>,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}

/// Which set is scored, and what is told of it.
#[derive(Args)]
struct SetOptions {
    /// Name of the set, such as syntax, entities, coref or seed
    set: String,
    /// Folder that holds the data
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder of the manifests; by default the nearest folder `gold` upward from here
    #[arg(long, value_name = "DIR")]
    gold: Option<PathBuf>,
    /// Another part of the set than the reported one, by its name in the manifest
    #[arg(long, value_name = "PART", conflicts_with_all = ["check", "results"])]
    part: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print one case with gold and output side by side
    #[arg(long, value_name = "CASE")]
    show: Option<String>,
    /// Write one row a case to DIR/SET.csv, and further tables of the set beside it
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// For the set of labelled events: print N that have no label, a JSON object a line, for an annotator to judge
    #[arg(long, value_name = "N", conflicts_with_all = ["show", "results", "check"])]
    sheet: Option<usize>,
    /// For the set of relations: fit the judge of given pairs to all rows, and write it to FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["show", "results", "check"])]
    fit: Option<PathBuf>,
    /// Write the trees of the output to FILE as CoNLL-U: those of the gold's words, or with --raw of running text
    #[arg(long, value_name = "FILE")]
    conllu: Option<PathBuf>,
    /// Write the trees of running text
    #[arg(long, requires = "conllu")]
    raw: bool,
    /// Exit with 4 when a metric is below its floor or above its ceiling
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Json,
    Table,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match (&cli.command, &cli.set) {
        (Some(Command::Conll18 { gold, system, format }), _) => score_trees(gold, system, *format),
        (Some(Command::Speed { input, documents, words, format }), _) => {
            measure_speed(input, *documents, words.as_deref(), *format)
        }
        (None, set) => score_set(set.as_ref().expect("without a command, clap asks for a set")),
    };
    match done {
        Ok(code) => code,
        // A reader that has seen enough closes the pipe: that is no failure of ours.
        Err(EvalError::Io(_, error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("attache-eval: {error}");
            ExitCode::from(USAGE)
        }
    }
}

fn score_set(options: &SetOptions) -> Result<ExitCode, EvalError> {
    let gold = manifest::find_gold(options.gold.as_deref())?;
    let manifest = Manifest::read(&gold, &options.set)?;
    let manifest = match &options.part {
        Some(part) => manifest.part(part)?,
        None => manifest,
    };
    if let Some(count) = options.sheet {
        if manifest.scorer != Scorer::Precision {
            return Err(EvalError::Load(format!("--sheet: the set {} has no labels of coded events", manifest.set)));
        }
        print(&precision::sheet(&manifest, &options.data, count)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &options.fit {
        if manifest.scorer != Scorer::Relations {
            return Err(EvalError::Load(format!("--fit: nothing is fitted to the set {}", manifest.set)));
        }
        write_file(path, &relations::fit(&manifest, &options.data)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let outcome = score(&manifest, &options.data, options.show.as_deref())?;
    let manifest = manifest.with_baselines(&outcome.baselines);

    print(&match (&outcome.shown, options.format) {
        (Some(shown), _) => shown.clone(),
        (None, Format::Json) => report::json_lines(&manifest, &outcome.metrics),
        (None, Format::Table) => report::table(&manifest, &outcome.metrics),
    })?;

    if let Some(path) = &options.conllu {
        let trees = outcome.trees.as_ref().filter(|_| options.show.is_none());
        let trees =
            trees.ok_or_else(|| EvalError::Load("--conllu: only a whole set of trees gives trees".to_string()))?;
        write_file(path, if options.raw { &trees.from_raw_text } else { &trees.words_given })?;
    }
    if let Some(folder) = &options.results {
        std::fs::create_dir_all(folder).map_err(|error| EvalError::Io(folder.clone(), error))?;
        write_file(&folder.join(format!("{}.csv", manifest.set)), &outcome.cases.to_csv())?;
        for (name, table) in &outcome.tables {
            write_file(&folder.join(format!("{}-{name}.csv", manifest.set)), &table.to_csv())?;
        }
    }
    if options.check {
        let misses = report::misses(&manifest, &outcome.metrics);
        for miss in &misses {
            eprintln!("attache-eval: {miss}");
        }
        for note in outcome.notes.iter().filter(|_| !misses.is_empty()) {
            eprintln!("  {note}");
        }
        if !misses.is_empty() {
            return Ok(ExitCode::from(CHECK_FAILED));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn score_trees(gold: &Path, system: &Path, format: Format) -> Result<ExitCode, EvalError> {
    let read = |path: &Path| {
        treebank::read_conllu(&read_text(path)?).map_err(|what| EvalError::Shape(path.to_path_buf(), what))
    };
    let scores =
        conll18::score(&read(gold)?, &read(system)?).map_err(|what| EvalError::Shape(system.to_path_buf(), what))?;
    print(&match format {
        Format::Json => scores.json_lines(),
        Format::Table => scores.table(),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn measure_speed(input: &Path, documents: usize, words: Option<&Path>, format: Format) -> Result<ExitCode, EvalError> {
    let (measured, words_of) = speed::measure(input, documents)?;
    print(&match format {
        Format::Json => serde_json::to_string(&measured).expect("numbers and names are always JSON") + "\n",
        Format::Table => measured.table(),
    })?;
    if let Some(path) = words {
        let line = |document: &speed::Blocks| serde_json::to_string(document).expect("strings are always JSON") + "\n";
        write_file(path, &words_of.iter().map(line).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(text: &str) -> Result<(), EvalError> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| EvalError::Io(PathBuf::from("standard output"), error))
}

fn write_file(path: &Path, text: &str) -> Result<(), EvalError> {
    std::fs::write(path, text).map_err(|error| EvalError::Io(path.to_path_buf(), error))
}
