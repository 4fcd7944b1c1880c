//! The vocabulary of attache: what a document, a parse and a coding are, and how they are written on the wire.
//!
//! Promise: plain values, no behaviour beyond keeping themselves consistent. Every [`Span`] is a byte range made by the
//! [`Document`] that owns it, always on character boundaries; the wire counts Unicode code points instead
//! ([`Document::code_points`]). Nothing here reads files, clocks or the network, and nothing here knows an ontology.
//!
//! ```
//! use attache_doc::{Block, BlockKind, Document, Meta};
//! let text = "Oslo received the envoy.\n";
//! let doc = Document::new(text.to_string(), vec![(BlockKind::Paragraph, 0..24)], Meta::default());
//! assert_eq!(doc.text(doc.blocks()[0].span), "Oslo received the envoy.");
//! ```
//!
//! Primary nouns: [`Document`], [`Parse`], [`Coding`], and the rows of [`wire`].

mod coding;
pub mod conllu;
mod document;
mod id;
mod label;
mod parse;
mod time;
pub mod wire;

pub use coding::{
    Actor, ActorKind, Candidate, Coding, EventIx, EventMention, Flag, Hedge, Manner, Mention, MentionKind, PartyIx,
    Place, Polarity, Realis, Reason, Relation, Resolution, Response, SourceClass, Stance, Standing, Statement,
    StatementIx, Status, Voice,
};
pub use document::{Block, BlockKind, Document, Meta, Span, Warning};
pub use id::{Id, stable_id};
pub use label::{EntityLabel, Rel, Upos, Xpos};
pub use parse::{Answer, Attribution, Deed, Entity, Parse, Sentence, Token, TokenIx};
pub use time::{Basis, Grain, TimeMention, TimeType, When};
