//! What the model makes of a document: sentences, tokens with a dependency tree, named entities.

use std::ops::Range;

use crate::{Document, EntityLabel, Rel, Span, Upos, Warning, Xpos};

/// Index of a token in [`Parse::tokens`], counted over the whole document.
pub type TokenIx = u32;

/// A sentence: a run of tokens inside one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// From the first to the last token.
    pub span: Span,
    /// Its tokens.
    pub tokens: Range<TokenIx>,
    /// Index of its block in [`Document::blocks`].
    pub block: u32,
}

/// A syntactic word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// Dictionary form.
    pub lemma: Box<str>,
    /// Universal part of speech.
    pub upos: Upos,
    /// Penn tag.
    pub xpos: Xpos,
    /// Governor in the same sentence; `None` for the root.
    pub head: Option<TokenIx>,
    /// Relation to the governor.
    pub rel: Rel,
}

/// A named entity found by the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its tokens, all in one sentence.
    pub tokens: Range<TokenIx>,
    /// Its type.
    pub label: EntityLabel,
    /// The model's probability, 0 to 1.
    pub score: f32,
}

/// A parsed document. Built by attache-nlp, or read back from CoNLL-U by [`crate::conllu`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parse {
    /// Sentences in order of the text.
    pub sentences: Vec<Sentence>,
    /// Tokens of all sentences in order.
    pub tokens: Vec<Token>,
    /// Entities in order, not overlapping.
    pub entities: Vec<Entity>,
    /// What the stage noticed.
    pub warnings: Vec<Warning>,
}

impl Parse {
    /// The form of a token.
    pub fn form<'d>(&self, doc: &'d Document, token: TokenIx) -> &'d str {
        doc.text(self.tokens[token as usize].span)
    }

    /// The sentence a token belongs to.
    pub fn sentence_of(&self, token: TokenIx) -> usize {
        self.sentences.partition_point(|s| s.tokens.end <= token)
    }

    /// The dependents of a token, in order of the text.
    pub fn children(&self, token: TokenIx) -> impl DoubleEndedIterator<Item = TokenIx> + '_ {
        let range = self.sentences[self.sentence_of(token)].tokens.clone();
        range.filter(move |&t| self.tokens[t as usize].head == Some(token))
    }
}
