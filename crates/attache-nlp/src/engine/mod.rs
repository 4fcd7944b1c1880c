//! The network: an encoder of word pieces, and heads that read its vectors.
//!
//! The encoder is a BERT of a few layers with an embedding of letter case. Its products are of bytes: weights are
//! rounded when they are stored, and the vector of each piece when it is used, by a scale of its own. So what comes out
//! for a window depends on that window alone, whatever else goes through with it; and it is the same to the bit on
//! every processor ([`kernel`]).
//!
//! Sizes and the numbers of labels are those of the tensors in the file.

mod gemm;
mod head;
mod kernel;
mod linear;
mod math;
mod table;
mod weights;
mod window;

#[cfg(test)]
mod tests;

use head::Heads;
pub(crate) use head::Reading;
pub use kernel::Kernel;
use linear::Linear;
pub(crate) use math::exp;
use math::{Attention, Embedded, HEAD_SIZE};
pub(crate) use table::Table;
use weights::{Values, Weights};
pub(crate) use window::Window;

use crate::NlpError;

/// The network, ready to run. Runs share it and change nothing in it.
pub(crate) struct Engine {
    kernel: Kernel,
    embedding: Embedding,
    layers: Vec<Layer>,
    heads: Heads,
    /// Whether the heads say what words attribute, answer and trigger.
    pub(crate) proposals: bool,
}

/// What a run needs room for. A worker keeps one, so that runs need no new memory.
#[derive(Default)]
pub(crate) struct Scratch {
    x: Table,
    qkv: Table,
    mixed: Table,
    added: Table,
    wide: Table,
    attention: Attention,
    heads: head::Room,
}

/// Rows that are widened at a time: their numbers stay in the cache of a core until they are narrowed again.
const WIDE_ROWS: usize = 72;

impl Engine {
    /// Reads a file of weights and lays them out for a kernel.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit the others.
    pub(crate) fn load(file: &'static [u8], kernel: Kernel) -> Result<Engine, NlpError> {
        let weights = Weights::read(file)?;
        let embedding = Embedding::load(&weights, kernel)?;
        let mut layers = Vec::new();
        while weights.has(&format!("encoder.layers.{}.qkv.weight", layers.len())) {
            layers.push(Layer::load(&weights, kernel, layers.len(), embedding.norm.size())?);
        }
        if layers.is_empty() {
            return Err(NlpError::Weights("encoder.layers.0.qkv.weight is missing".to_string()));
        }
        let heads = Heads::load(&weights, kernel, embedding.norm.size())?;
        Ok(Engine { kernel, embedding, layers, heads, proposals: true })
    }

    /// The kernel that the weights are laid out for.
    pub(crate) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// What the heads say about each window. Windows do not change each other's readings; a few hundred pieces at a
    /// time make the best use of the caches.
    ///
    /// # Errors
    /// When a window has more pieces than the model reads at once, or one that its vocabulary has not.
    pub(crate) fn read(&self, windows: &[&Window], scratch: &mut Scratch) -> Result<Vec<Reading>, NlpError> {
        self.embedding.embed(windows, &mut scratch.x)?;
        for layer in &self.layers {
            layer.run(windows, scratch);
        }
        Ok(self.heads.read(windows, &scratch.x, self.proposals, &mut scratch.heads))
    }

    /// W × relations: for each word of a window the logit of each relation to its head. A head of 0 is the root, and k
    /// + 1 word k of the sentence.
    pub(crate) fn relations(&self, reading: &Reading, heads: &[usize], scratch: &mut Scratch) -> Table {
        self.heads.relations(reading, heads, &mut scratch.heads)
    }

    /// (C · W) × parts: for each of C words of a window that attribute something to somebody, and then for each of its
    /// W words, the logit of each part that the word may have in it.
    pub(crate) fn parts(&self, reading: &Reading, cues: &[usize], scratch: &mut Scratch) -> Table {
        self.heads.parts(reading, cues, &mut scratch.heads)
    }

    /// (T · W) × roles: for each of T words of a window that trigger an event, and then for each of its W words, the logit
    /// of each role that the word may have in it.
    pub(crate) fn roles(&self, reading: &Reading, triggers: &[usize], scratch: &mut Scratch) -> Table {
        self.heads.roles(reading, triggers, &mut scratch.heads)
    }

    /// (A · W) × sides: for each of A words of a window that answer something, and then for each of its W words, the logit of
    /// each side of the answer that the word may stand on.
    pub(crate) fn sides(&self, reading: &Reading, answers: &[usize], scratch: &mut Scratch) -> Table {
        self.heads.sides(reading, answers, &mut scratch.heads)
    }

    /// 1 × types: the logit of each type of event for what the first of two participants, given as words, does to the
    /// second, in a window that says that they are meant; and a vector of each of the two.
    pub(crate) fn pair(
        &self,
        reading: &Reading,
        participants: [&[usize]; 2],
        scratch: &mut Scratch,
    ) -> (Table, [Table; 2]) {
        self.heads.pair(reading, participants, &mut scratch.heads)
    }
}

/// Pieces to vectors.
struct Embedding {
    kernel: Kernel,
    /// A row of bytes for each piece, as they lie in the file.
    pieces: &'static [u8],
    scales: Vec<f32>,
    positions: Vec<f32>,
    cases: Vec<f32>,
    norm: Norm,
}

impl Embedding {
    fn load(weights: &Weights<'static>, kernel: Kernel) -> Result<Embedding, NlpError> {
        let (count, hidden, values) = weights.matrix("encoder.pieces.weight")?;
        let Values::Int8(pieces) = values else {
            return Err(NlpError::Weights("encoder.pieces.weight holds fractions and should hold bytes".to_string()));
        };
        if hidden % HEAD_SIZE != 0 {
            let message = format!("vectors of {hidden} numbers do not divide into heads of {HEAD_SIZE}");
            return Err(NlpError::Weights(message));
        }
        Ok(Embedding {
            kernel,
            pieces,
            scales: weights.floats("encoder.pieces.scale", count)?,
            positions: weights.float_matrix("encoder.positions.weight", hidden)?.1,
            cases: weights.float_matrix("encoder.cases.weight", hidden)?.1,
            norm: Norm::load(weights, kernel, "encoder.norm", hidden)?,
        })
    }

    /// The vectors of all pieces of the windows.
    fn embed(&self, windows: &[&Window], x: &mut Table) -> Result<(), NlpError> {
        let hidden = self.norm.size();
        x.resize(windows.iter().map(|window| window.pieces()).sum(), hidden);
        let mut row = 0;
        for window in windows {
            let pieces = window.pieces.iter().zip(&window.cases);
            for ((&piece, &case), position) in pieces.zip(0..) {
                let (piece, case) = (piece as usize, usize::from(case));
                let (Some(&scale), Some(case), Some(position)) = (
                    self.scales.get(piece),
                    self.cases.get(case * hidden..(case + 1) * hidden),
                    self.positions.get(position * hidden..(position + 1) * hidden),
                ) else {
                    let most = self.positions.len() / hidden;
                    let message = format!("piece {position} of a window is number {piece}: there are {most} positions");
                    return Err(NlpError::Run(format!("{message} and {} pieces", self.scales.len())));
                };
                let piece = &self.pieces[piece * hidden..][..hidden];
                let parts = Embedded { piece, scale, position, case };
                math::embed(self.kernel, x.row_mut(row), parts, &self.norm.gain, &self.norm.bias);
                row += 1;
            }
        }
        Ok(())
    }
}

/// A normalisation of vectors.
struct Norm {
    kernel: Kernel,
    gain: Vec<f32>,
    bias: Vec<f32>,
}

impl Norm {
    fn load(weights: &Weights<'_>, kernel: Kernel, name: &str, size: usize) -> Result<Norm, NlpError> {
        let part = |part| weights.floats(&format!("{name}.{part}"), size);
        Ok(Norm { kernel, gain: part("weight")?, bias: part("bias")? })
    }

    fn size(&self) -> usize {
        self.gain.len()
    }

    /// Adds vectors to vectors and normalises the sums.
    fn add(&self, x: &mut [f32], added: &[f32]) {
        math::add_and_norm(self.kernel, x, added, &self.gain, &self.bias);
    }
}

/// One layer of the encoder: attention among the pieces of a window, then two maps with a wide vector between them. The
/// sum of what goes in and what comes out is normalised after each.
struct Layer {
    kernel: Kernel,
    qkv: Linear,
    out: Linear,
    out_norm: Norm,
    widen: Linear,
    narrow: Linear,
    narrow_norm: Norm,
}

impl Layer {
    fn load(weights: &Weights<'_>, kernel: Kernel, number: usize, hidden: usize) -> Result<Layer, NlpError> {
        let name = |part: &str| format!("encoder.layers.{number}.{part}");
        let linear = |part, inputs, outputs| Linear::load_sized(weights, kernel, &name(part), inputs, outputs);
        let norm = |part| Norm::load(weights, kernel, &name(part), hidden);
        let widen = Linear::load(weights, kernel, &name("widen"), hidden)?;
        Ok(Layer {
            kernel,
            qkv: linear("qkv", hidden, 3 * hidden)?,
            out: linear("out", hidden, hidden)?,
            out_norm: norm("out_norm")?,
            narrow: linear("narrow", widen.outputs(), hidden)?,
            widen,
            narrow_norm: norm("narrow_norm")?,
        })
    }

    fn run(&self, windows: &[&Window], scratch: &mut Scratch) {
        let Scratch { x, qkv, mixed, added, wide, attention, heads } = scratch;
        let room = &mut heads.quantised;
        let (rows, hidden) = (x.rows(), x.columns());
        qkv.resize(rows, 3 * hidden);
        mixed.resize(rows, hidden);
        added.resize(rows, hidden);

        self.qkv.apply(x.data(), qkv.data_mut(), room);
        let mut first = 0;
        for window in windows {
            let own = first..first + window.pieces();
            first = own.end;
            let (qkv, mixed) = (qkv.rows_data(own.clone()), mixed.rows_data_mut(own));
            math::attend(self.kernel, qkv, mixed, hidden / HEAD_SIZE, attention);
        }
        self.out.apply(mixed.data(), added.data_mut(), room);
        self.out_norm.add(x.data_mut(), added.data());

        for first in (0..rows).step_by(WIDE_ROWS) {
            let own = first..rows.min(first + WIDE_ROWS);
            wide.resize(own.len(), self.widen.outputs());
            let (x, added) = (x.rows_data_mut(own.clone()), added.rows_data_mut(own));
            self.widen.apply(x, wide.data_mut(), room);
            math::gelu_all(self.kernel, wide.data_mut());
            self.narrow.apply(wide.data(), added, room);
            self.narrow_norm.add(x, added);
        }
    }
}
