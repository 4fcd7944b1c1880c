//! A parse and knowledge in, a coding out: who did what to whom, when, on whose word, and who answered.
//!
//! Promise: [`code`] is a pure function of its three arguments: no file, clock, network, randomness or global. The same
//! input gives the same bytes whatever the threads or the order of documents. It speaks of acts, initiators and
//! counterparts; ontologies are tables applied at the edge ([`row`]).
//!
//! Primary nouns: [`Knowledge`] (the tables under knowledge/), [`attache_doc::Coding`].
//! It does not parse, link documents or know files: those are attache-nlp, attache-ledger and attache-ingest.

pub mod codebook;
mod deed;
pub mod dictionary;
mod event;
pub mod judge;
mod knowledge;
mod matcher;
mod mention;
mod pattern;
mod place;
mod proposal;
mod realis;
pub mod record;
pub mod relation;
mod response;
pub mod row;
pub mod sign;
mod standing;
mod statement;
mod status;
mod time;
mod tree;

pub use knowledge::{Act, Check, Knowledge, KnowledgeError, KnowledgeFile, RowCount, check};

use attache_doc::{Coding, Document, Parse};

/// Codes one document.
///
/// The stages only look left: mentions, then statements, times, places, events, responses, standings, and at last the
/// status of each event from its voices and responses.
pub fn code(knowledge: &Knowledge, doc: &Document, parse: &Parse) -> Coding {
    let tree = tree::Tree::new(doc, parse);
    let who = mention::find(knowledge, &tree);
    let mut statements = statement::find(knowledge, &tree, &who);
    let times = time::find(knowledge, &tree);
    let places = place::find(knowledge, &tree, &who);
    let (mut events, candidates) = event::find(knowledge, &tree, &who, &statements, &times.dated, &places);
    let responses = response::find(knowledge, &tree, &who, &statements, &mut events);
    let standings = standing::find(knowledge, &tree, &who, &statements, &times.dated, &events);
    status::settle(&tree, &who, &mut statements, &mut events, &responses);
    Coding {
        times: times.mentions,
        places: places.into_iter().map(|p| p.place).collect(),
        mentions: who.mentions(&tree),
        parties: who.into_parties(),
        statements: statements.into_iter().map(|s| s.statement).collect(),
        events: events.into_iter().map(|e| e.event).collect(),
        responses,
        standings,
        candidates,
        warnings: Vec::new(),
    }
}
