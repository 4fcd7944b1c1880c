//! The whole program in three calls: parse, code, rows.

use std::path::Path;

use attache_coder::{Knowledge, row};
use attache_doc::wire::{DocumentRow, EventRow, StandingRow, StatementRow};
use attache_doc::{Coding, Document, Parse};
use attache_ingest::{Columns, Options, open};
use attache_nlp::Nlp;

use crate::folder;
use crate::output::Failure;

/// Model and knowledge, loaded once and shared by all threads.
pub struct Engine {
    /// The model.
    pub nlp: Nlp,
    /// The tables.
    pub knowledge: Knowledge,
}

/// A document with all that was made of it.
pub struct Coded {
    /// The document.
    pub doc: Document,
    /// Its parse.
    pub parse: Parse,
    /// Its coding.
    pub coding: Coding,
}

impl Engine {
    /// Loads what is embedded in the binary, with a user's folder of knowledge over it, for a command with a document a thread.
    pub fn load(own: Option<&Path>) -> Result<Engine, Failure> {
        // Knowledge first: what is wrong with a user's tables is told before the model is unpacked.
        let knowledge = folder::knowledge(own)?;
        let nlp = Nlp::embedded().map_err(|error| Failure::new(format!("the embedded model: {error}")))?;
        Ok(Engine { nlp, knowledge })
    }

    /// The same for a command that reads one document: all processors work on it.
    pub fn load_for_one(own: Option<&Path>) -> Result<Engine, Failure> {
        let Engine { nlp, knowledge } = Engine::load(own)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Engine { nlp: nlp.with_threads(threads), knowledge })
    }

    /// Codes one document.
    pub fn code(&self, doc: Document) -> Coded {
        let parse = self.nlp.parse(&[&doc]).pop().unwrap_or_default();
        let coding = attache_coder::code(&self.knowledge, &doc, &parse);
        Coded { doc, parse, coding }
    }

    /// The event rows of a coded document, in order of [`Coding::events`].
    pub fn events(&self, coded: &Coded) -> Vec<EventRow> {
        row::events(&self.knowledge, &coded.doc, &coded.parse, &coded.coding)
    }

    /// The statement rows, in order of [`Coding::statements`].
    pub fn statements(&self, coded: &Coded) -> Vec<StatementRow> {
        row::statements(&self.knowledge, &coded.doc, &coded.parse, &coded.coding)
    }

    /// The standing rows, in order of [`Coding::standings`].
    pub fn standings(&self, coded: &Coded) -> Vec<StandingRow> {
        row::standings(&self.knowledge, &coded.doc, &coded.parse, &coded.coding)
    }

    /// The document row.
    pub fn document(&self, coded: &Coded) -> DocumentRow {
        row::document(&self.knowledge, &coded.doc, &coded.parse, &coded.coding)
    }
}

/// Reads one document: a text file or the nth row of a JSONL file.
pub fn one_document(input: Option<&str>, row: u64, options: &Options) -> Result<Document, Failure> {
    let named: Vec<String> = input.map(str::to_string).into_iter().collect();
    let inputs = crate::output::inputs(&named)?;
    if std::path::Path::new(&inputs[0]).is_dir() {
        return Err(Failure::new(format!("{} is a folder: name one article, or use `attache code`", inputs[0])));
    }
    let found = open(&inputs).nth(row as usize - 1);
    let found = found.ok_or_else(|| Failure::new(format!("{} has no row {row}", inputs[0])))?;
    found.document(&Columns::default(), options).map_err(|error| Failure::new(error.to_string()))
}
