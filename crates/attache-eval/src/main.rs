//! `attache-eval SET --data DIR`: scores a set and prints one line per metric.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use attache_eval::manifest::{self, Manifest};
use attache_eval::{EvalError, report, score};
use clap::{Parser, ValueEnum};

/// Exit code for wrong use and unreadable input.
const USAGE: u8 = 2;
/// Exit code when `--check` finds a metric beyond its bound.
const CHECK_FAILED: u8 = 4;

/// Score attache on a gold set.
///
/// The set is described in gold/SET.toml. Percentages, except where a metric is a count or a correlation.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Name of the set, such as syntax, entities or seed
    set: String,
    /// Folder that holds the data
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder of the manifests; by default the nearest folder `gold` upward from here
    #[arg(long, value_name = "DIR")]
    gold: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print one case with gold and output side by side
    #[arg(long, value_name = "CASE")]
    show: Option<String>,
    /// Write one row a case to DIR/SET.csv
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
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
    let options = Options::parse();
    match run(&options) {
        Ok(code) => code,
        // A reader that has seen enough closes the pipe: that is no failure of ours.
        Err(EvalError::Io(_, error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("attache-eval: {error}");
            ExitCode::from(USAGE)
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, EvalError> {
    let gold = manifest::find_gold(options.gold.as_deref())?;
    let manifest = Manifest::read(&gold, &options.set)?;
    let outcome = score(&manifest, &options.data, options.show.as_deref())?;

    let mut out = io::stdout().lock();
    let text = match (&outcome.shown, options.format) {
        (Some(shown), _) => shown.clone(),
        (None, Format::Json) => report::json_lines(&manifest, &outcome.metrics),
        (None, Format::Table) => report::table(&manifest, &outcome.metrics),
    };
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| EvalError::Io(PathBuf::from("standard output"), error))?;

    if let Some(folder) = &options.results {
        let path = folder.join(format!("{}.csv", manifest.set));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, outcome.cases.to_csv()))
            .map_err(|error| EvalError::Io(path, error))?;
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
