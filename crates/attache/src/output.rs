//! Where results go and how a command ends.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// How a command ended when nothing went wrong with the command itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Done, and nothing was found.
    NothingFound,
    /// Done but for some inputs.
    SomeFailed,
    /// A check failed.
    CheckFailed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::NothingFound => 1,
            Outcome::SomeFailed => 3,
            Outcome::CheckFailed => 4,
        })
    }
}

/// Why a command could not be carried out: a message for people, exit code 2.
#[derive(Debug)]
pub enum Failure {
    /// Wrong use, or an input that could not be used.
    Message(String),
    /// Writing or reading failed.
    Io(io::Error),
}

impl Failure {
    /// A message.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure::Message(message.into())
    }

    /// An error about a file, naming it.
    pub fn file(path: &Path, error: io::Error) -> Failure {
        Failure::Message(format!("{}: {error}", path.display()))
    }

    /// True when whoever read the output has gone.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Message(message) => f.write_str(message),
            Failure::Io(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        // Writing JSON fails only where the writer does.
        Failure::Io(error.into())
    }
}

/// A buffered stream for data: standard output as it is, or a file.
pub fn data(path: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    Ok(match path {
        Some(path) => Box::new(BufWriter::new(File::create(path).map_err(|error| Failure::file(path, error))?)),
        None => Box::new(BufWriter::with_capacity(1 << 16, io::stdout().lock())),
    })
}

/// A buffered stream for people: colours only where they are wanted.
pub fn text(path: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    Ok(match path {
        Some(path) => {
            let file = File::create(path).map_err(|error| Failure::file(path, error))?;
            Box::new(BufWriter::new(anstream::StripStream::new(file)))
        }
        None => Box::new(BufWriter::with_capacity(1 << 16, anstream::AutoStream::auto(io::stdout()))),
    })
}

/// Writes bytes to standard output.
pub fn write_all(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// The word that stands for a value on the wire.
pub fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => other.map(|value| value.to_string()).unwrap_or_default(),
    }
}

/// The same for people: spaces for hyphens.
pub fn phrase(value: impl serde::Serialize) -> String {
    word(value).replace('-', " ")
}

/// The inputs to read: those named, or standard input when something is piped in.
pub fn inputs(named: &[String]) -> Result<Vec<String>, Failure> {
    if !named.is_empty() {
        Ok(named.to_vec())
    } else if io::stdin().is_terminal() {
        Err(Failure::new("no input: name a file or a folder, or pipe a text in (see --help)"))
    } else {
        Ok(vec!["-".to_string()])
    }
}
