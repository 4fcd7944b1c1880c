//! Products of whole numbers: rows of bytes times a packed matrix of bytes, summed exactly.
//!
//! Weights lie between −64 and 64 and inputs between 0 and 255, so that two products fit into 16 bits with their sign,
//! which AVX2 needs; and sums of 32 bits hold as many products as a row may have numbers.

#[cfg(target_arch = "x86_64")]
mod x86;

use super::kernel::{Kernel, Unit};
use super::math::{LANES, Quantised};

/// Largest weight, without its sign.
pub(super) const MOST_WEIGHT: u8 = 64;

/// Most inputs of an output. This many products of the largest numbers still fit into a sum.
pub(super) const MOST_INPUTS: usize = 1 << 16;

/// What is added to an input to make it a byte without sign, and taken off the sum again.
const OFFSET: i32 = 128;

/// A matrix of weights, laid out as a kernel reads it.
#[derive(Debug)]
pub(super) struct Packed {
    outputs: usize,
    inputs: usize,
    layout: Layout,
    /// What makes numbers of sums, for each block of [`LANES`] outputs.
    terms: Vec<Terms>,
}

/// What makes numbers of the sums of a block of outputs. A last block is filled up with zeros.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
struct Terms {
    /// What the offset of the inputs has added.
    offsets: [i32; LANES],
    /// What a step of the weights is worth.
    scales: [f32; LANES],
    /// What is to be added.
    biases: [f32; LANES],
}

impl Terms {
    /// The numbers that sums stand for, where a step of the inputs is worth `step`.
    fn number(&self, sums: &[i32; LANES], step: f32) -> [f32; LANES] {
        std::array::from_fn(|i| (sums[i] - self.offsets[i]) as f32 * (step * self.scales[i]) + self.biases[i])
    }
}

/// Weights as a kernel reads them. The layout of a kernel is made only where the processor has been seen to have it.
#[derive(Debug)]
enum Layout {
    #[cfg(target_arch = "x86_64")]
    Vnni512(x86::Vnni512),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    /// Output after output, as many weights each as a row of inputs has bytes; as numbers of 16 bits, for which every
    /// processor's vectors have products.
    Portable(Vec<i16>),
}

/// Rows that the portable kernel computes at once.
const PORTABLE_ROWS: usize = 4;

impl Packed {
    /// Lays out `weights`, output after output, each with as many bytes as there are inputs.
    ///
    /// # Errors
    /// When a weight is beyond [`MOST_WEIGHT`].
    pub(super) fn new(
        kernel: Kernel,
        weights: &[u8],
        scales: &[f32],
        bias: Option<&[f32]>,
    ) -> Result<Packed, &'static str> {
        let outputs = scales.len();
        let inputs = weights.len() / outputs;
        assert!(
            outputs * inputs == weights.len() && (1..=MOST_INPUTS).contains(&inputs),
            "{outputs} × {inputs} weights"
        );
        let most = weights.iter().map(|&weight| (weight as i8).unsigned_abs()).max();
        if most > Some(MOST_WEIGHT) {
            return Err("a weight is beyond 64");
        }
        let mut terms = vec![Terms::default(); outputs.div_ceil(LANES)];
        for (output, (weights, &scale)) in weights.chunks_exact(inputs).zip(scales).enumerate() {
            let (terms, lane) = (&mut terms[output / LANES], output % LANES);
            let sum = weights.iter().map(|&weight| i32::from(weight as i8)).sum::<i32>();
            terms.offsets[lane] = OFFSET * sum;
            terms.scales[lane] = scale;
            terms.biases[lane] = bias.map_or(0.0, |bias| bias[output]);
        }
        let layout = match kernel.unit() {
            #[cfg(target_arch = "x86_64")]
            Unit::Vnni512 => Layout::Vnni512(x86::Vnni512::new(kernel, weights, inputs)),
            #[cfg(target_arch = "x86_64")]
            Unit::Avx2 => Layout::Avx2(x86::Avx2::new(kernel, weights, inputs)),
            Unit::Portable => Layout::Portable(plain(weights, inputs)),
        };
        Ok(Packed { outputs, inputs, layout, terms })
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// The product of rows with the matrix, and the bias added: as many rows of as many numbers as there are outputs.
    pub(super) fn multiply(&self, input: &mut Quantised, output: &mut [f32]) {
        assert_eq!(input.steps, self.inputs.div_ceil(4), "groups of four inputs");
        assert_eq!(input.groups.len(), input.steps * input.scales.len(), "bytes in the rows");
        assert_eq!(output.len(), self.outputs * input.scales.len(), "numbers in the output");
        match &self.layout {
            #[cfg(target_arch = "x86_64")]
            Layout::Vnni512(weights) => weights.multiply(self, input, output),
            #[cfg(target_arch = "x86_64")]
            Layout::Avx2(weights) => weights.multiply(self, input, output),
            Layout::Portable(weights) => self.multiply_portably(weights, input, output),
        }
    }

    /// Writes the numbers of a row for the outputs of some blocks.
    #[inline(always)]
    fn write(&self, row: usize, block: usize, numbers: &[[f32; LANES]], output: &mut [f32]) {
        let output = &mut output[row * self.outputs..][..self.outputs];
        for (i, numbers) in numbers.iter().enumerate() {
            let output = &mut output[(block + i) * LANES..];
            match output.first_chunk_mut::<LANES>() {
                Some(output) => *output = *numbers,
                None => write_some(output, numbers),
            }
        }
    }

    /// The portable kernel: sums along rows of weights, which compilers know to do with the vectors of any processor.
    fn multiply_portably(&self, weights: &[i16], input: &mut Quantised, output: &mut [f32]) {
        let width = 4 * input.steps;
        let mut inputs = std::mem::take(&mut input.wide);
        inputs.clear();
        inputs.extend(input.groups.as_flattened().iter().map(|&x| i16::from(x)));
        for (block, weights) in weights.chunks(LANES * width).enumerate() {
            for (first, inputs) in (0..).step_by(PORTABLE_ROWS).zip(inputs.chunks(PORTABLE_ROWS * width)) {
                let mut sums = [[0; LANES]; PORTABLE_ROWS];
                for (lane, weights) in weights.chunks_exact(width).enumerate() {
                    for (sums, inputs) in sums.iter_mut().zip(inputs.chunks_exact(width)) {
                        sums[lane] = sum_of_products(inputs, weights);
                    }
                }
                for (i, sums) in sums[..inputs.len() / width].iter().enumerate() {
                    let numbers = self.terms[block].number(sums, input.scales[first + i]);
                    self.write(first + i, block, &[numbers], output);
                }
            }
        }
        input.wide = inputs;
    }
}

/// The sum of products of two rows. Whole chunks of this size become the vector instruction for sums of products of 16
/// bits.
fn sum_of_products(a: &[i16], b: &[i16]) -> i32 {
    const CHUNK: usize = 32;
    // No sum is too large, so that one that wraps is the same; but checks for that, in builds that have them, take
    // long.
    let of_some = |a: &[i16], b: &[i16]| {
        a.iter().zip(b).fold(0i32, |sum, (&a, &b)| sum.wrapping_add(i32::from(a) * i32::from(b)))
    };
    let (a, a_rest) = a.as_chunks::<CHUNK>();
    let (b, b_rest) = b.as_chunks::<CHUNK>();
    let of_chunks = a.iter().zip(b).fold(0i32, |sum, (a, b)| sum.wrapping_add(of_some(a, b)));
    of_chunks.wrapping_add(of_some(a_rest, b_rest))
}

/// Writes the numbers of a last block, of which not all are outputs. Were it part of the code for whole blocks, the
/// compiler would make one copy of variable length of both.
#[cold]
#[inline(never)]
fn write_some(output: &mut [f32], numbers: &[f32; LANES]) {
    output.copy_from_slice(&numbers[..output.len()]);
}

/// Weights as they are, but for zeros that fill up each output to whole groups of four.
fn plain(weights: &[u8], inputs: usize) -> Vec<i16> {
    let width = inputs.next_multiple_of(4);
    let mut plain = vec![0; weights.len() / inputs * width];
    for (to, from) in plain.chunks_exact_mut(width).zip(weights.chunks_exact(inputs)) {
        for (to, &weight) in to.iter_mut().zip(from) {
            *to = i16::from(weight as i8);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Packed, Quantised};
    use crate::engine::kernel::Kernel;
    use crate::engine::math::quantise;
    use crate::engine::tests::Numbers;

    #[test]
    fn products_are_exact_for_any_sizes() {
        let mut numbers = Numbers::new(3);
        for (rows, inputs, outputs) in
            [(1, 4, 1), (3, 5, 17), (6, 32, 64), (7, 384, 65), (13, 30, 130), (25, 1536, 48), (2, 3, 3)]
        {
            // The largest inputs and weights are among them, where narrower sums would overflow.
            let extreme = |x: i32| if x % 3 == 0 { 200 } else { x };
            let weights: Vec<i8> =
                (0..inputs * outputs).map(|_| extreme(numbers.whole(129) - 64).clamp(-64, 64) as i8).collect();
            let values: Vec<i32> =
                (0..rows * inputs).map(|_| extreme(numbers.whole(255) - 127).clamp(-127, 127)).collect();
            for kernel in Kernel::all() {
                let mut input = Quantised::default();
                let floats: Vec<f32> = values.iter().map(|&x| x as f32).collect();
                quantise(kernel, &floats, inputs, None, &mut input);
                input.scales.fill(1.0);
                // Rows without their largest number have other steps; here it is only the bytes that count.
                let bytes = input.groups.as_flattened_mut().chunks_exact_mut(4 * input.steps);
                for (bytes, values) in bytes.zip(values.chunks_exact(inputs)) {
                    for (byte, &value) in bytes.iter_mut().zip(values) {
                        *byte = (value + 128) as u8;
                    }
                }
                let bias: Vec<f32> = (0..outputs).map(|i| i as f32).collect();
                let bytes: Vec<u8> = weights.iter().map(|&w| w as u8).collect();
                let packed = Packed::new(kernel, &bytes, &vec![1.0; outputs], Some(&bias)).unwrap();
                let mut output = vec![f32::NAN; rows * outputs];
                packed.multiply(&mut input, &mut output);
                for row in 0..rows {
                    for out in 0..outputs {
                        let products = (0..inputs)
                            .map(|i| i64::from(values[row * inputs + i]) * i64::from(weights[out * inputs + i]));
                        let expected = products.sum::<i64>() as f32 + out as f32;
                        let found = output[row * outputs + out];
                        assert_eq!(
                            found, expected,
                            "{kernel}: row {row}, output {out} of {rows} × {inputs} × {outputs}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn weights_of_eight_bits_are_refused() {
        for (weight, fits) in [(64i8, true), (-64, true), (65, false), (-65, false), (-128, false)] {
            let weights = [0, 0, weight as u8, 0];
            assert_eq!(Packed::new(Kernel::best(), &weights, &[1.0], None).is_ok(), fits, "{weight}");
        }
    }
}
