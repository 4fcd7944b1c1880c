//! The parts that layers and heads are put together from.

use super::gemm::{MOST_INPUTS, Packed};
use super::kernel::Kernel;
use super::math::{self, Quantised, Strips};
use super::table::Table;
use super::weights::{Values, Weights, numbers};
use crate::NlpError;

/// A linear map. Its weights are bytes or fractions, as the file has them.
pub(super) struct Linear {
    kernel: Kernel,
    matrix: Matrix,
    /// What the inputs are multiplied by before they are rounded.
    inverse: Option<Vec<f32>>,
}

enum Matrix {
    Int8(Packed),
    Float { strips: Strips, bias: Option<Vec<f32>>, inputs: usize, outputs: usize },
}

impl Linear {
    /// The map whose tensors' names begin with `name`, over vectors of `inputs` numbers.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit.
    pub(super) fn load(weights: &Weights<'_>, kernel: Kernel, name: &str, inputs: usize) -> Result<Linear, NlpError> {
        let matrix_name = format!("{name}.weight");
        let (outputs, found, values) = weights.matrix(&matrix_name)?;
        if found != inputs || inputs > MOST_INPUTS {
            return Err(NlpError::Weights(format!("{matrix_name} has {found} columns and should have {inputs}")));
        }
        let bias = weights.floats_if_any(&format!("{name}.bias"), outputs)?;
        let mut inverse = weights.floats_if_any(&format!("{name}.inverse"), inputs)?;
        let matrix = match values {
            Values::Int8(bytes) => {
                let scales = weights.floats(&format!("{name}.scale"), outputs)?;
                let packed = Packed::new(kernel, bytes, &scales, bias.as_deref());
                Matrix::Int8(packed.map_err(|what| NlpError::Weights(format!("{matrix_name}: {what}")))?)
            }
            Values::Float(bytes) => {
                let mut matrix = numbers(bytes);
                // What is not rounded can have the inverse in its weights.
                if let Some(inverse) = inverse.take() {
                    matrix
                        .chunks_exact_mut(inputs)
                        .for_each(|row| row.iter_mut().zip(&inverse).for_each(|(w, i)| *w *= i));
                }
                let mut strips = Strips::default();
                strips.of_columns(inputs, matrix.chunks_exact(inputs));
                Matrix::Float { strips, bias, inputs, outputs }
            }
        };
        Ok(Linear { kernel, matrix, inverse })
    }

    /// The same, where the number of outputs is known.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit.
    pub(super) fn load_sized(
        weights: &Weights<'_>,
        kernel: Kernel,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Linear, NlpError> {
        let linear = Linear::load(weights, kernel, name, inputs)?;
        if linear.outputs() != outputs {
            let found = linear.outputs();
            return Err(NlpError::Weights(format!("{name}.weight has {found} rows and should have {outputs}")));
        }
        Ok(linear)
    }

    /// Numbers in a vector that goes in.
    pub(super) fn inputs(&self) -> usize {
        match &self.matrix {
            Matrix::Int8(packed) => packed.inputs(),
            Matrix::Float { inputs, .. } => *inputs,
        }
    }

    /// Numbers in a vector that comes out.
    pub(super) fn outputs(&self) -> usize {
        match &self.matrix {
            Matrix::Int8(packed) => packed.outputs(),
            Matrix::Float { outputs, .. } => *outputs,
        }
    }

    /// Maps each row of `input` into a row of `output`.
    pub(super) fn apply(&self, input: &[f32], output: &mut [f32], room: &mut Quantised) {
        assert_eq!(input.len() / self.inputs(), output.len() / self.outputs(), "rows in and out");
        match &self.matrix {
            Matrix::Int8(packed) => {
                math::quantise(self.kernel, input, self.inputs(), self.inverse.as_deref(), room);
                packed.multiply(room, output);
            }
            Matrix::Float { strips, bias, .. } => {
                math::multiply(self.kernel, input, strips, bias.as_deref(), 1.0, output);
            }
        }
    }

    /// The same, into a table of its own.
    pub(super) fn of(&self, input: &Table, room: &mut Quantised) -> Table {
        assert_eq!(input.columns(), self.inputs(), "numbers in a vector");
        let mut output = Table::default();
        output.resize(input.rows(), self.outputs());
        self.apply(input.data(), output.data_mut(), room);
        output
    }
}

/// A linear map with the Gaussian error linear unit behind it: the hidden layer of a head.
pub(super) struct Perceptron {
    linear: Linear,
}

impl Perceptron {
    /// The layer with the given name, over vectors of `inputs` numbers.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit.
    pub(super) fn load(
        weights: &Weights<'_>,
        kernel: Kernel,
        name: &str,
        inputs: usize,
    ) -> Result<Perceptron, NlpError> {
        // The trainer has the map as the first of a sequence of modules.
        Ok(Perceptron { linear: Linear::load(weights, kernel, &format!("{name}.0"), inputs)? })
    }

    /// Numbers in a vector that comes out.
    pub(super) fn outputs(&self) -> usize {
        self.linear.outputs()
    }

    /// What the layer makes of each row.
    pub(super) fn of(&self, input: &Table, room: &mut Quantised) -> Table {
        let mut output = self.linear.of(input, room);
        math::gelu_all(self.linear.kernel, output.data_mut());
        output
    }
}

/// Scores of labels for pairs of words: a product of both sides for each label, and a term of each side alone.
pub(super) struct Pairs {
    kernel: Kernel,
    left: Perceptron,
    right: Perceptron,
    product: Linear,
    of_left: Linear,
    of_right: Linear,
}

impl Pairs {
    /// The head over vectors of `inputs` numbers whose layers for the two sides have the names `sides`, and whose
    /// scores have the name `scores`.
    ///
    /// # Errors
    /// When a tensor is missing or does not fit.
    pub(super) fn load(
        weights: &Weights<'_>,
        kernel: Kernel,
        sides: [&str; 2],
        scores: &str,
        inputs: usize,
    ) -> Result<Pairs, NlpError> {
        let left = Perceptron::load(weights, kernel, sides[0], inputs)?;
        let right = Perceptron::load(weights, kernel, sides[1], inputs)?;
        let of_left = Linear::load(weights, kernel, &format!("{scores}.of_first"), left.outputs())?;
        let labels = of_left.outputs();
        let of_right = format!("{scores}.of_second");
        let of_right = Linear::load_sized(weights, kernel, &of_right, right.outputs(), labels)?;
        let (product, products) = (format!("{scores}.both"), labels * right.outputs());
        let product = Linear::load_sized(weights, kernel, &product, left.outputs(), products)?;
        Ok(Pairs { kernel, left, right, product, of_left, of_right })
    }

    /// Number of labels.
    pub(super) fn labels(&self) -> usize {
        self.of_left.outputs()
    }

    /// What the layers of the two sides make of rows: the vectors that pairs are scored from.
    pub(super) fn sides(&self, lefts: &Table, rights: &Table, room: &mut Quantised) -> [Table; 2] {
        [self.left.of(lefts, room), self.right.of(rights, room)]
    }

    /// Pairs × labels: the scores of each pair of a row of `lefts` and a row of `rights`. Pairs of one row of `lefts`
    /// stand together.
    pub(super) fn scores(
        &self,
        lefts: &Table,
        rights: &Table,
        pairs: &[(usize, usize)],
        room: &mut Quantised,
    ) -> Table {
        let (lefts, rights) = (self.left.of(lefts, room), self.right.of(rights, room));
        let (of_left, of_right) = (self.of_left.of(&lefts, room), self.of_right.of(&rights, room));
        let mut scores = Table::default();
        scores.resize(pairs.len(), self.labels());
        let mut products = Table::default();
        let mut done = 0;
        // The products of a left side with every label are large, and so are made for a few left sides at a time.
        for first in (0..lefts.rows()).step_by(PRODUCT_ROWS) {
            let last = lefts.rows().min(first + PRODUCT_ROWS);
            products.resize(last - first, self.product.outputs());
            self.product.apply(lefts.rows_data(first..last), products.data_mut(), room);
            while let Some(&(left, right)) = pairs.get(done).filter(|&&(left, _)| (first..last).contains(&left)) {
                let product = products.row(left - first);
                let terms = (of_left.row(left), of_right.row(right));
                math::score_labels(self.kernel, product, rights.row(right), terms.0, terms.1, scores.row_mut(done));
                done += 1;
            }
        }
        assert_eq!(done, pairs.len(), "pairs are in the order of their left sides");
        scores
    }
}

/// Left sides whose products are made at once: with fifty labels of a hundred numbers each, half a megabyte.
const PRODUCT_ROWS: usize = 24;
