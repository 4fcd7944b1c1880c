//! The heads: what the network says about words, from their vectors.

use std::iter;

use super::kernel::Kernel;
use super::linear::{Linear, Pairs, Perceptron};
use super::math::{self, Quantised, Strips};
use super::table::Table;
use super::weights::Weights;
use super::window::Window;
use crate::NlpError;

/// What the heads say about a window of W words. Tables hold logits, a row a word.
pub(crate) struct Reading {
    /// W × tags.
    pub(crate) upos: Table,
    /// W × Penn tags.
    pub(crate) xpos: Table,
    /// W × lemma scripts.
    pub(crate) lemma: Table,
    /// W × entity labels.
    pub(crate) entity: Table,
    /// W × fine types of entities.
    pub(crate) types: Table,
    /// W × labels of words that attribute something to somebody.
    pub(crate) cue: Table,
    /// W × 1: whether what a word tells of happened, from −3 for surely not to 3 for surely.
    pub(crate) happened: Table,
    /// W × labels of words that answer what others say, with the stance.
    pub(crate) answer: Table,
    /// W × labels of words that trigger an event, with its type.
    pub(crate) deed: Table,
    /// W × modes of the event that a word triggers.
    pub(crate) mode: Table,
    /// W × states of the event that a word triggers.
    pub(crate) state: Table,
    /// For each sentence of S words, S × (S + 1): the score of each head, the root first.
    pub(crate) arcs: Vec<Table>,
    /// The vectors of words, and behind them those of the sentences' marks.
    vectors: Table,
    /// For each sentence its first word; behind the last, the number of words.
    starts: Vec<usize>,
}

/// The layers of all heads.
pub(super) struct Heads {
    kernel: Kernel,
    tag_hidden: Perceptron,
    upos: Linear,
    xpos: Linear,
    lemma_hidden: Perceptron,
    lemma: Linear,
    entity_hidden: Perceptron,
    entity: Linear,
    types: Linear,
    said_hidden: Perceptron,
    cue: Linear,
    happened: Linear,
    arc_child: Perceptron,
    arc: Linear,
    arc_head: Perceptron,
    relation: Pairs,
    part: Pairs,
    answer: Linear,
    side: Pairs,
    deed_hidden: Perceptron,
    deed: Linear,
    mode: Linear,
    state: Linear,
    role: Pairs,
    pair: Pairs,
}

impl Heads {
    /// The heads over word vectors of `hidden` numbers.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit.
    pub(super) fn load(weights: &Weights<'_>, kernel: Kernel, hidden: usize) -> Result<Heads, NlpError> {
        let perceptron = |name| Perceptron::load(weights, kernel, name, hidden);
        let linear = |name, layer: &Perceptron| Linear::load(weights, kernel, name, layer.outputs());
        let (tag_hidden, lemma_hidden) = (perceptron("tag_hidden")?, perceptron("lemma_hidden")?);
        let (entity_hidden, said_hidden) = (perceptron("entity_hidden")?, perceptron("said_hidden")?);
        let deed_hidden = perceptron("deed_hidden")?;
        let (arc_child, arc_head) = (perceptron("arc_child")?, perceptron("arc_head")?);
        Ok(Heads {
            kernel,
            upos: linear("upos", &tag_hidden)?,
            xpos: linear("xpos", &tag_hidden)?,
            tag_hidden,
            lemma: linear("lemma", &lemma_hidden)?,
            lemma_hidden,
            entity: linear("entity", &entity_hidden)?,
            types: linear("types", &entity_hidden)?,
            entity_hidden,
            cue: linear("cue", &said_hidden)?,
            answer: linear("answer", &said_hidden)?,
            happened: Linear::load_sized(weights, kernel, "happened", said_hidden.outputs(), 1)?,
            said_hidden,
            arc: Linear::load_sized(weights, kernel, "arc", arc_child.outputs(), arc_head.outputs())?,
            arc_child,
            arc_head,
            relation: Pairs::load(weights, kernel, ["rel_child", "rel_head"], "rel", hidden)?,
            part: Pairs::load(weights, kernel, ["part_cue", "part_word"], "part", hidden)?,
            side: Pairs::load(weights, kernel, ["side_answer", "side_word"], "side", hidden)?,
            deed: linear("deed", &deed_hidden)?,
            mode: linear("mode", &deed_hidden)?,
            state: linear("state", &deed_hidden)?,
            deed_hidden,
            role: Pairs::load(weights, kernel, ["role_deed", "role_word"], "role", hidden)?,
            pair: Pairs::load(weights, kernel, ["pair_one", "pair_other"], "pair", hidden)?,
        })
    }

    /// What the heads say about windows whose pieces have the vectors `pieces`, one window after the other. Without
    /// `proposals`, the tables of what words attribute, answer and trigger are left empty.
    pub(super) fn read(&self, windows: &[&Window], pieces: &Table, proposals: bool, room: &mut Room) -> Vec<Reading> {
        // The words of all windows go through each layer together.
        write_words(windows, pieces, &mut room.words);
        let vectors = &room.words;
        let quantised = &mut room.quantised;
        let tag = self.tag_hidden.of(vectors, quantised);
        let entity = self.entity_hidden.of(vectors, quantised);
        let tables = [
            self.upos.of(&tag, quantised),
            self.xpos.of(&tag, quantised),
            self.lemma.of(&self.lemma_hidden.of(vectors, quantised), quantised),
            self.entity.of(&entity, quantised),
            self.types.of(&entity, quantised),
        ];
        let proposed = proposals.then(|| {
            let said = self.said_hidden.of(vectors, quantised);
            let deed = self.deed_hidden.of(vectors, quantised);
            [
                self.cue.of(&said, quantised),
                self.happened.of(&said, quantised),
                self.answer.of(&said, quantised),
                self.deed.of(&deed, quantised),
                self.mode.of(&deed, quantised),
                self.state.of(&deed, quantised),
            ]
        });
        let children = self.arc.of(&self.arc_child.of(vectors, quantised), quantised);

        let (mut readings, mut first_piece, mut first_word) = (Vec::with_capacity(windows.len()), 0, 0);
        for window in windows {
            let words = first_word..first_word + window.words.len();
            let [upos, xpos, lemma, entity, types] = tables.each_ref().map(|table| table.part(words.clone()));
            let part = |tables: &[Table; 6]| tables.each_ref().map(|table| table.part(words.clone()));
            let [cue, happened, answer, deed, mode, state] = proposed.as_ref().map(part).unwrap_or_default();
            let vectors = with_marks(window, &room.words.part(words.clone()), first_piece, pieces);
            let mut starts: Vec<usize> = window.sentences.iter().map(|(_, words)| words.start).collect();
            starts.push(window.words.len());
            let arcs = self.arcs(&starts, children.rows_data(words.clone()), &vectors, room);
            readings.push(Reading {
                upos,
                xpos,
                lemma,
                entity,
                types,
                cue,
                happened,
                answer,
                deed,
                mode,
                state,
                arcs,
                vectors,
                starts,
            });
            first_piece += window.pieces.len();
            first_word = words.end;
        }
        readings
    }

    /// The arcs of each sentence of a window, from its words as children, and the vectors of words and marks.
    fn arcs(&self, starts: &[usize], children: &[f32], vectors: &Table, room: &mut Room) -> Vec<Table> {
        let heads = self.arc_head.of(vectors, &mut room.quantised);
        let (size, words) = (heads.columns(), starts[starts.len() - 1]);
        let scale = 1.0 / (size as f32).sqrt();
        let arcs_of = |(sentence, range): (usize, &[usize])| {
            let own = range[0]..range[1];
            let mut arcs = Table::default();
            arcs.resize(own.len(), own.len() + 1);
            let candidates: Vec<&[f32]> =
                iter::once(words + sentence).chain(own.clone()).map(|row| heads.row(row)).collect();
            room.heads.of_columns(size, candidates.into_iter());
            let children = &children[own.start * size..own.end * size];
            math::multiply(self.kernel, children, &room.heads, None, scale, arcs.data_mut());
            arcs
        };
        starts.windows(2).enumerate().map(arcs_of).collect()
    }

    /// W × relations: for each word of a window the score of each relation to its head. A head of 0 is the root, and k
    /// + 1 the sentence's word k.
    pub(super) fn relations(&self, reading: &Reading, heads: &[usize], room: &mut Room) -> Table {
        let words = reading.upos.rows();
        assert_eq!(heads.len(), words, "a head for each word");
        let mut pairs = Vec::with_capacity(words);
        for (sentence, range) in reading.starts.windows(2).enumerate() {
            for (word, head) in (range[0]..).zip(&heads[range[0]..range[1]]) {
                assert!(*head <= range[1] - range[0], "a head is a word of its sentence");
                pairs.push((word, head.checked_sub(1).map_or(words + sentence, |head| range[0] + head)));
            }
        }
        let children = reading.vectors.part(0..words);
        self.relation.scores(&children, &reading.vectors, &pairs, &mut room.quantised)
    }

    /// (C · W) × parts: for each of C cue words, and then each word of the window, the score of each part that the word
    /// may have in what the cue attributes.
    pub(super) fn parts(&self, reading: &Reading, cues: &[usize], room: &mut Room) -> Table {
        with_every_word(&self.part, reading, cues, room)
    }

    /// (T · W) × roles: for each of T words that trigger an event, and then each word of the window, the score of each
    /// role that the word may have in the event.
    pub(super) fn roles(&self, reading: &Reading, triggers: &[usize], room: &mut Room) -> Table {
        with_every_word(&self.role, reading, triggers, room)
    }

    /// (A · W) × sides: for each of A words that answer something, and then each word of the window, the score of each side
    /// of the answer that the word may stand on.
    pub(super) fn sides(&self, reading: &Reading, answers: &[usize], room: &mut Room) -> Table {
        with_every_word(&self.side, reading, answers, room)
    }

    /// 1 × types: the score of each type of event for what the first participant does to the second, given as words of the
    /// window, and a vector of each of them. The window should say that they are meant.
    pub(super) fn pair(&self, reading: &Reading, participants: [&[usize]; 2], room: &mut Room) -> (Table, [Table; 2]) {
        let [one, other] = participants.map(|words| {
            let mut mean = Table::default();
            mean.resize(1, reading.vectors.columns());
            mean.row_mut(0).fill(0.0);
            for &word in words {
                for (sum, number) in mean.row_mut(0).iter_mut().zip(reading.vectors.row(word)) {
                    *sum += number / words.len() as f32;
                }
            }
            mean
        });
        let sides = self.pair.sides(&one, &other, &mut room.quantised);
        (self.pair.scores(&one, &other, &[(0, 0)], &mut room.quantised), sides)
    }
}

/// (A · W) × labels: for each of A words, and then each word of the window, the scores of the pair's labels.
fn with_every_word(labels: &Pairs, reading: &Reading, anchors: &[usize], room: &mut Room) -> Table {
    let words = reading.upos.rows();
    let mut left = Table::default();
    left.resize(anchors.len(), reading.vectors.columns());
    for (row, &anchor) in anchors.iter().enumerate() {
        assert!(anchor < words, "an anchor is a word of the window");
        left.row_mut(row).copy_from_slice(reading.vectors.row(anchor));
    }
    let pairs: Vec<(usize, usize)> =
        (0..anchors.len()).flat_map(|anchor| (0..words).map(move |word| (anchor, word))).collect();
    labels.scores(&left, &reading.vectors.part(0..words), &pairs, &mut room.quantised)
}

/// The vectors of the words of all windows: a word is the mean of its first and its last piece.
fn write_words(windows: &[&Window], pieces: &Table, vectors: &mut Table) {
    vectors.resize(windows.iter().map(|window| window.words.len()).sum(), pieces.columns());
    let (mut first_piece, mut word) = (0, 0);
    for window in windows {
        for &(first, last) in &window.words {
            let (first, last) = (pieces.row(first_piece + first as usize), pieces.row(first_piece + last as usize));
            for (mean, (&first, &last)) in vectors.row_mut(word).iter_mut().zip(first.iter().zip(last)) {
                *mean = 0.5 * (first + last);
            }
            word += 1;
        }
        first_piece += window.pieces.len();
    }
}

/// The vectors of a window's words with those of its sentences' marks behind them.
fn with_marks(window: &Window, words: &Table, first_piece: usize, pieces: &Table) -> Table {
    let mut vectors = words.clone();
    vectors.resize(words.rows() + window.sentences.len(), pieces.columns());
    for (sentence, &(mark, _)) in window.sentences.iter().enumerate() {
        let row = pieces.row(first_piece + mark as usize);
        vectors.row_mut(words.rows() + sentence).copy_from_slice(row);
    }
    vectors
}

/// What the heads need room for.
#[derive(Default)]
pub(super) struct Room {
    words: Table,
    heads: Strips,
    pub(super) quantised: Quantised,
}
