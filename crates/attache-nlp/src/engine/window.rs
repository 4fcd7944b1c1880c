//! What the encoder reads at once.

use std::ops::Range;

use crate::pieces::{Case, Pieces};

/// Consecutive sentences, as the model reads them: a mark of the beginning, and behind each sentence one of its end.
///
/// Every piece attends to all pieces of the window. The mark before a sentence stands for the root of its tree.
#[derive(Debug)]
pub(crate) struct Window {
    /// For each piece its number in the vocabulary.
    pub(super) pieces: Vec<u32>,
    /// For each piece the letter case of its word, 0 for marks.
    pub(super) cases: Vec<u8>,
    /// For each word its first and its last piece.
    pub(super) words: Vec<(u32, u32)>,
    /// For each sentence its mark and its words.
    pub(super) sentences: Vec<(u32, Range<usize>)>,
    pub(super) end_mark: u32,
}

impl Window {
    /// A window without sentences yet.
    pub(crate) fn new(pieces: &Pieces) -> Window {
        Window {
            pieces: vec![pieces.cls as u32],
            cases: vec![0],
            words: Vec::new(),
            sentences: Vec::new(),
            end_mark: pieces.sep as u32,
        }
    }

    /// Adds a sentence, which is given as words and their pieces. A word has at least one piece.
    pub(crate) fn push_sentence<'w>(&mut self, words: impl Iterator<Item = (&'w str, &'w [i32])>) {
        let (mark, first) = (self.pieces.len() as u32 - 1, self.words.len());
        for (word, pieces) in words {
            let start = self.pieces.len() as u32;
            self.pieces.extend(pieces.iter().map(|&piece| piece as u32));
            self.cases.resize(self.pieces.len(), Case::of(word) as u8);
            self.words.push((start, self.pieces.len() as u32 - 1));
        }
        self.sentences.push((mark, first..self.words.len()));
        self.pieces.push(self.end_mark);
        self.cases.push(0);
    }

    /// Says which words are the two participants whose dealings are asked for: they have classes of letter case of their own.
    pub(crate) fn point_to(&mut self, participants: [&[usize]; 2]) {
        for (words, side) in participants.into_iter().zip(1..) {
            for &word in words {
                let (first, last) = self.words[word];
                for case in &mut self.cases[first as usize..=last as usize] {
                    *case = *case % Case::COUNT + side * Case::COUNT;
                }
            }
        }
    }

    /// Number of pieces, marks included.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }
}
