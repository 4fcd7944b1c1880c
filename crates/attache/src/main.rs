//! attache: a press attaché in one binary. News text in, a sourced record of political events out.
//!
//! This crate is the only one that knows the command line, the terminal and exit codes: 0 done, 1 nothing found, 2 usage or
//! I/O error, 3 some inputs failed, 4 a check failed.

mod annotate;
mod check;
mod cli;
mod code;
mod codebook;
mod doctor;
mod engine;
mod explain;
mod folder;
mod output;
mod read;
mod relate;
mod report;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use output::{Failure, Outcome};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.write_global();
    let verbosity = cli.verbosity();
    let result = match cli.command {
        Command::Read(args) => read::run(&args),
        Command::Code(args) => code::run(&args, verbosity),
        Command::Annotate(args) => annotate::run(&args, verbosity),
        Command::Relate(args) => relate::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Codebook(args) => codebook::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Doctor => doctor::run(),
        Command::Completions { shell } => completions(shell),
        Command::Man { dir } => man(dir.as_deref()),
    };
    match result {
        Ok(outcome) => outcome.into(),
        // The reader of a pipe has seen enough: that is no error.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("attache: {}", terminal::clean(&failure.to_string()));
            ExitCode::from(2)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Result<Outcome, Failure> {
    // The generator panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "attache", &mut script);
    output::write_all(&script)?;
    Ok(Outcome::Done)
}

fn man(dir: Option<&std::path::Path>) -> Result<Outcome, Failure> {
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, error))?;
            clap_mangen::generate_to(Cli::command(), dir).map_err(|error| Failure::file(dir, error))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            output::write_all(&page)?;
        }
    }
    Ok(Outcome::Done)
}
