//! What the model makes of a document: sentences, tokens with a dependency tree, named entities, and what it takes for
//! attributions and for happenings.

use std::ops::Range;

use crate::{Document, EntityLabel, Rel, Span, Stance, Upos, Warning, Xpos};

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

/// What the model takes for the trigger of an event. `T` counts tokens: over the document, as in a [`Parse`], or over less.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deed<T = TokenIx> {
    /// The words that tell of the event, in one sentence.
    pub trigger: Range<T>,
    /// The model's probability that the words tell of some event, 0 to 1.
    pub score: f32,
    /// Event types as the model's labels name them, the most probable first, with their probabilities. Improbable
    /// ones are left out.
    pub types: Vec<(Box<str>, f32)>,
    /// The most probable mode of the first type, with its probability among the modes of that type; empty for no mode.
    pub mode: (Box<str>, f32),
    /// What is said of the event, actual or not, as the model's labels name it, with its probability.
    pub state: (Box<str>, f32),
    /// The words of who does it, in runs; none when the model found none.
    pub actor: Vec<Range<T>>,
    /// The words of whom it is done to, in runs; none when the model found none.
    pub recipient: Vec<Range<T>>,
}

impl<T> Deed<T> {
    /// The same with its runs of tokens counted otherwise.
    pub fn shifted<U>(self, shift: impl Fn(Range<T>) -> Range<U>) -> Deed<U> {
        Deed {
            trigger: shift(self.trigger),
            score: self.score,
            actor: self.actor.into_iter().map(&shift).collect(),
            recipient: self.recipient.into_iter().map(&shift).collect(),
            types: self.types,
            mode: self.mode,
            state: self.state,
        }
    }
}

/// What the model takes for a party's answer to what others say. `T` counts tokens, as in a [`Deed`].
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T = TokenIx> {
    /// The words that answer, in one sentence.
    pub cue: Range<T>,
    /// How they answer.
    pub stance: Stance,
    /// The model's probability of exactly these words and this stance, 0 to 1.
    pub score: f32,
    /// The words of who answers, in runs; none when the model found none.
    pub by: Vec<Range<T>>,
    /// The words of what is answered, in runs; none when the model found none.
    pub to: Vec<Range<T>>,
}

impl<T> Answer<T> {
    /// The same with its runs of tokens counted otherwise.
    pub fn shifted<U>(self, shift: impl Fn(Range<T>) -> Range<U>) -> Answer<U> {
        Answer {
            cue: shift(self.cue),
            stance: self.stance,
            score: self.score,
            by: self.by.into_iter().map(&shift).collect(),
            to: self.to.into_iter().map(&shift).collect(),
        }
    }
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
    /// For each token the probability that it attributes something, also where it stands in no cue. Empty in a parse read from CoNLL-U.
    pub attributing: Vec<f32>,
    /// Events in order of their triggers, also improbable ones: see [`Deed::score`]. Empty in a parse read from CoNLL-U.
    pub deeds: Vec<Deed>,
    /// Answers of parties in order of their cues. Empty in a parse read from CoNLL-U.
    pub answers: Vec<Answer>,
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
