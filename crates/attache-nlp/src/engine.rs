//! One pass of the encoder and its heads over one sentence.
//!
//! The model quantises activations with one scale for a whole input, so that a sentence in a batch would get other numbers
//! than the same sentence alone. Sentences therefore go through one at a time: what comes out depends on nothing but the
//! words. It costs little, since a sentence of thirty pieces already fills the matrix kernels.

use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use crate::NlpError;
use crate::pieces::{Case, Pieces};

const INPUTS: [&str; 6] = ["input_ids", "case_ids", "attention_mask", "word_first", "word_last", "word_mask"];
const OUTPUTS: [&str; 6] = ["upos", "xpos", "lemma", "entity", "arc", "rel"];

/// A sentence as the model reads it.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    ids: Vec<i32>,
    cases: Vec<i32>,
    first: Vec<i32>,
    last: Vec<i32>,
}

impl Encoded {
    /// Lays words out as pieces between the marks of a sentence's beginning and end.
    pub(crate) fn of<'w>(pieces: &Pieces, words: impl Iterator<Item = (&'w str, &'w [i32])>) -> Encoded {
        let mut encoded = Encoded { ids: vec![pieces.cls], cases: vec![0], ..Encoded::default() };
        for (word, ids) in words {
            encoded.first.push(encoded.ids.len() as i32);
            encoded.ids.extend(ids);
            encoded.cases.resize(encoded.ids.len(), Case::of(word) as i32);
            encoded.last.push(encoded.ids.len() as i32 - 1);
        }
        encoded.ids.push(pieces.sep);
        encoded.cases.push(0);
        encoded
    }
}

/// What the heads say about a sentence of W words: logits, row by row.
pub(crate) struct Logits {
    /// W × tags.
    pub(crate) upos: NdTensor<f32, 2>,
    /// W × Penn tags.
    pub(crate) xpos: NdTensor<f32, 2>,
    /// W × lemma scripts.
    pub(crate) lemma: NdTensor<f32, 2>,
    /// W × entity labels.
    pub(crate) entity: NdTensor<f32, 2>,
    /// W × (W + 1): the score of each head, the root first.
    pub(crate) arc: NdTensor<f32, 2>,
    /// W × (W + 1) × relations.
    pub(crate) rel: NdTensor<f32, 3>,
}

/// The network, ready to run. Runs share it and change nothing in it.
pub(crate) struct Engine {
    model: Model,
    inputs: [NodeId; 6],
    outputs: [NodeId; 6],
}

impl Engine {
    pub(crate) fn load(model: &'static [u8]) -> Result<Engine, NlpError> {
        let broken = |what: &str, error: &dyn std::fmt::Display| NlpError::Weights(format!("{what}: {error}"));
        // Packed once, the weights need not be laid out anew for each sentence, which would take longer than using them.
        let mut options = ModelOptions::with_all_ops();
        let model = options.prepack_weights(true).load_static_slice(model).map_err(|e| broken("not loaded", &e))?;
        let nodes = |names: [&str; 6]| -> Result<[NodeId; 6], NlpError> {
            let ids: Result<Vec<NodeId>, _> = names.iter().map(|name| model.node_id(name)).collect();
            let ids = ids.map_err(|e| broken("an input or output is missing", &e))?;
            ids.try_into().map_err(|_| NlpError::Weights("six inputs and outputs are needed".to_string()))
        };
        let (inputs, outputs) = (nodes(INPUTS)?, nodes(OUTPUTS)?);
        Ok(Engine { model, inputs, outputs })
    }

    /// Logits for one sentence of at least one word, computed on `pool`.
    pub(crate) fn run(&self, sentence: Encoded, pool: &Arc<ThreadPool>) -> Result<Logits, NlpError> {
        let (pieces, words) = (sentence.ids.len(), sentence.first.len());
        let row = |values: Vec<i32>| ValueOrView::from(Tensor::from_data(&[1, values.len()], values));
        let arrays = [
            row(sentence.ids),
            row(sentence.cases),
            row(vec![1; pieces]),
            row(sentence.first),
            row(sentence.last),
            row(vec![1; words]),
        ];
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let inputs = self.inputs.into_iter().zip(arrays).collect();
        let outputs = self.model.run_n(inputs, self.outputs, Some(options));
        let [upos, xpos, lemma, entity, arc, rel] = outputs.map_err(|e| NlpError::Run(e.to_string()))?;
        let logits = Logits {
            upos: table(upos)?,
            xpos: table(xpos)?,
            lemma: table(lemma)?,
            entity: table(entity)?,
            arc: table(arc)?,
            rel: cube(rel)?,
        };
        let rows = [&logits.upos, &logits.xpos, &logits.lemma, &logits.entity, &logits.arc].map(|t| t.size(0));
        if rows != [words; 5] || logits.arc.size(1) != words + 1 || logits.rel.shape()[..2] != [words, words + 1] {
            return Err(NlpError::Run(format!("the outputs for {words} words have other sizes")));
        }
        Ok(logits)
    }
}

/// An output without its first dimension, which is that of the one sentence.
fn table(value: Value) -> Result<NdTensor<f32, 2>, NlpError> {
    let tensor: NdTensor<f32, 3> = value.try_into().map_err(wrong_output)?;
    let [_, rows, columns] = one_sentence(tensor.shape())?;
    Ok(tensor.into_shape([rows, columns]))
}

fn cube(value: Value) -> Result<NdTensor<f32, 3>, NlpError> {
    let tensor: NdTensor<f32, 4> = value.try_into().map_err(wrong_output)?;
    let [_, rows, columns, layers] = one_sentence(tensor.shape())?;
    Ok(tensor.into_shape([rows, columns, layers]))
}

fn one_sentence<const N: usize>(shape: [usize; N]) -> Result<[usize; N], NlpError> {
    if shape[0] != 1 {
        return Err(NlpError::Run(format!("an output is for {} sentences and not for one", shape[0])));
    }
    Ok(shape)
}

fn wrong_output(error: rten::TryFromValueError) -> NlpError {
    NlpError::Run(format!("an output has another type: {error}"))
}
