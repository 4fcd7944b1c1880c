//! The command line.

use std::path::PathBuf;

use attache_ingest::{Columns, Options, parse_date};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

/// A press attaché in one binary: reads news text and keeps a sourced record of political and diplomatic events: who did
/// what to whom, when and where, and on whose word we know it.
#[derive(Debug, Parser)]
#[command(name = "attache", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 nothing found, 2 usage or I/O error, 3 some inputs failed, 4 a check failed."
)]
pub struct Cli {
    /// When to use colour. NO_COLOR is obeyed.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Say less on standard error: neither progress nor summary.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more on standard error: every warning about an input.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// How much to say on standard error.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// How much to say on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[allow(missing_docs)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes the choice the one all streams follow.
    pub fn write_global(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// One article for a human: the text with its statements and events, open questions, calendar
    Read(ReadArgs),
    /// Many articles to rows: events, statements, standings or documents
    Code(CodeArgs),
    /// The layers below the coding: sentences, tokens, entities, mentions, times, places, statements
    Annotate(AnnotateArgs),
    /// What relates two parties of a text whose words are given: type, mode, act
    Relate(RelateArgs),
    /// Why something was coded so, or was not; or what a code means
    Explain(ExplainArgs),
    /// Every act, type, mode, context, sector, code and status with its definition
    Codebook(CodebookArgs),
    /// Is everything right in the tables, in a folder laid over them, in dictionaries: every problem with file and line
    Check(CheckArgs),
    /// Self-test: loads model and knowledge, codes a sentence, measures the speed of this machine
    Doctor,
    /// Shell completions on standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page on standard output, or all pages into a folder
    Man {
        /// Folder for one page a command
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// Where more knowledge lies than is inside the binary.
#[derive(Debug, Args)]
pub struct KnowledgeArgs {
    /// A folder with tables as under knowledge/ (such as knowledge.d/lexicon/en/triggers.tsv): its rows replace the built-in
    /// rows of their key or add to them; a row that begins with ! drops them
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
}

/// `attache check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A folder with tables as under knowledge/; without it the built-in ones alone
    pub dir: Option<PathBuf>,
    /// A folder with dictionaries of TABARI or PETRARCH
    #[arg(long, value_name = "DIR")]
    pub petrarch: Option<PathBuf>,
}

/// What is known about one article beside its text.
#[derive(Debug, Args)]
pub struct AboutArgs {
    /// Day of publication, when the input does not give it
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub date: Option<Date>,
    /// The outlet
    #[arg(long, value_name = "NAME")]
    pub publisher: Option<String>,
    /// The title; it is not inserted into the text
    #[arg(long, value_name = "TITLE")]
    pub title: Option<String>,
}

impl AboutArgs {
    /// As the reader of inputs takes it.
    pub fn options(&self) -> Options {
        Options { date: self.date, publisher: self.publisher.clone(), title: self.title.clone(), id: None, url: None }
    }
}

/// `attache read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// A text file, a JSONL file, or - for standard input
    pub file: Option<String>,
    /// Which row of a JSONL file to read
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub row: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub about: AboutArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub own: KnowledgeArgs,
    /// Text for people, or one JSON object
    #[arg(long, value_enum, default_value_t = ReadFormat::Text)]
    pub format: ReadFormat,
}

/// Formats of `attache read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum ReadFormat {
    Text,
    Json,
}

/// Where the columns of JSONL inputs are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns of JSONL inputs (a name with dots looks inside objects)")]
pub struct ColumnArgs {
    /// Column with the text [default: text, body, content, …]
    #[arg(long, value_name = "COLUMN")]
    pub text: Option<String>,
    /// Column with the day of publication [default: date, published, …]; or a day for inputs that give none
    #[arg(long, value_name = "COLUMN|DATE")]
    pub date: Option<String>,
    /// Column with the input's own identifier [default: id, …]
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Column with the title [default: title, headline]
    #[arg(long, value_name = "COLUMN")]
    pub title: Option<String>,
    /// Column with the outlet [default: publisher, source, …]; for text files the outlet itself
    #[arg(long, value_name = "COLUMN")]
    pub publisher: Option<String>,
    /// Column with the address [default: url, link]
    #[arg(long, value_name = "COLUMN")]
    pub url: Option<String>,
}

impl ColumnArgs {
    /// The columns to look in.
    pub fn columns(&self) -> Columns {
        Columns {
            text: self.text.clone(),
            date: self.date.clone().filter(|date| parse_date(date).is_none()),
            id: self.id.clone(),
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            url: self.url.clone(),
        }
    }

    /// What to take where the input says nothing: a row, or a text file that has no columns.
    pub fn options(&self, is_row: bool) -> Options {
        Options {
            date: self.date.as_deref().and_then(parse_date),
            publisher: self.publisher.clone().filter(|_| !is_row),
            ..Options::default()
        }
    }
}

/// Inputs and how they are worked on.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Text or JSONL files (also .gz, .zst), folders, patterns; - or nothing for standard input
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the inputs that failed to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// How many documents to work on at once [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub own: KnowledgeArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub columns: ColumnArgs,
}

/// `attache code`.
#[derive(Debug, Args)]
pub struct CodeArgs {
    /// What a row is
    #[arg(long, value_enum, default_value_t = Emit::Events)]
    pub emit: Emit,
    /// Code with the dictionaries of TABARI or PETRARCH in this folder (x.actors.txt, x.agents.txt, x.verbs.txt, …) instead
    /// of attache's own tables: rows of source, target and code
    #[arg(long, value_name = "DIR")]
    pub petrarch: Option<PathBuf>,
    /// How rows are written [default: table on a terminal, jsonl otherwise]
    #[arg(long, value_enum)]
    pub format: Option<CodeFormat>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: InputArgs,
}

/// What a row of `attache code` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Emit {
    Events,
    Statements,
    Standings,
    Documents,
}

/// Formats of `attache code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum CodeFormat {
    Jsonl,
    Table,
}

/// `attache annotate`.
#[derive(Debug, Args)]
pub struct AnnotateArgs {
    /// Which layers to write, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Layer::Sentences, Layer::Tokens, Layer::Entities])]
    pub layers: Vec<Layer>,
    /// One JSON object a document, CoNLL-U, or the text with its time expressions as TimeML
    #[arg(long, value_enum, default_value_t = AnnotateFormat::Jsonl)]
    pub format: AnnotateFormat,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub input: InputArgs,
}

/// Layers of `attache annotate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Layer {
    Sentences,
    Tokens,
    Entities,
    Mentions,
    Times,
    Places,
    Statements,
}

impl Layer {
    /// True for what needs more than the parse.
    pub fn is_coded(self) -> bool {
        matches!(self, Layer::Mentions | Layer::Times | Layer::Places | Layer::Statements)
    }
}

/// Formats of `attache annotate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum AnnotateFormat {
    Jsonl,
    Conllu,
    Timeml,
}

/// `attache relate`.
#[derive(Debug, Args)]
pub struct RelateArgs {
    /// JSONL files (also .gz, .zst), folders, patterns; - or nothing for standard input. A row holds `text`, `source` and
    /// `target`, perhaps an `id`. A side is {"start", "end"} in code points, end exclusive, a list of such pieces, or null
    /// where the text does not name it
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Further knowledge
    #[command(flatten)]
    pub own: KnowledgeArgs,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the rows that failed to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// How many rows to work on at once [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// `attache explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// An event or statement of INPUT by its id (the first characters do) or its label in `attache read` (E1, S2); without
    /// INPUT: a code, act, status or flag. With --all or --not-coded: the input itself
    #[arg(value_name = "ID|CODE")]
    pub what: String,
    /// A text file, a JSONL file, or - for standard input
    pub input: Option<String>,
    /// Which row of a JSONL file
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub row: u64,
    /// Explain every event and statement of the input, and what was not coded
    #[arg(long, conflicts_with = "not_coded")]
    pub all: bool,
    /// List what was considered and not coded, with the reason
    #[arg(long)]
    pub not_coded: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub own: KnowledgeArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub about: AboutArgs,
}

/// `attache codebook`.
#[derive(Debug, Args)]
pub struct CodebookArgs {
    /// A code or name (AGREE, 036, talk-by-phone, one-side), or a kind of entry (act, type, mode, cameo, status, …)
    pub code: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub own: KnowledgeArgs,
    /// Text for people, or JSON, one object a line
    #[arg(long, value_enum, default_value_t = ReadFormat::Text)]
    pub format: ReadFormat,
}

fn date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "expected a day such as 2025-08-26".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
