//! What the model makes of a document: sentences, tokens with a dependency tree, named entities, and what it takes for
//! attributions and for happenings.

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

/// What the model takes for an attribution: words that tell whose word something is, and what that is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attribution {
    /// The words that attribute, in one sentence.
    pub cue: Range<TokenIx>,
    /// The words of the source, in runs; none when it has no source.
    pub source: Vec<Range<TokenIx>>,
    /// The words attributed, in runs, perhaps of several sentences; none when the model found none.
    pub content: Vec<Range<TokenIx>>,
    /// The model's probability that the cue is one, 0 to 1.
    pub score: f32,
}

/// A parsed document. Built by attache-nlp, or read back from CoNLL-U by [`crate::conllu`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parse {
    /// Sentences in order of the text.
    pub sentences: Vec<Sentence>,
    /// Tokens of all sentences in order.
    pub tokens: Vec<Token>,
    /// Persons, organisations and locations, in order, not overlapping.
    pub entities: Vec<Entity>,
    /// Names by finer types, in order, not overlapping: they tell states and nationalities from places and people.
    pub names: Vec<Entity>,
    /// Attributions in order of their cues. Empty in a parse read from CoNLL-U.
    pub attributions: Vec<Attribution>,
    /// For each token, whether what it tells of happened: -3 (surely not) to 3 (surely). Empty in a parse read from CoNLL-U.
    pub happened: Vec<f32>,
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
