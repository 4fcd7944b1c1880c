//! Numbers with fractions: activations, sums and products, the same to the bit for every kernel.
//!
//! Everything is written over arrays of [`LANES`] numbers. A sum keeps one part a lane and joins the lanes at the end
//! in a fixed order, so that it does not hang on how wide the processor's vectors are.

use std::array;

use super::kernel::by_kernel;

/// Numbers that are computed side by side: one vector of AVX-512, two of AVX2, four of SSE2 or NEON.
pub(super) const LANES: usize = 16;

/// Rows of a product that are computed together, so that each number of the other factor is read once for them all.
const GROUP: usize = 4;

/// Added to and taken from a number below 2^22, it leaves the nearest whole number, the even one of two.
const ROUNDING: f32 = 12_582_912.0;

/// The larger number, as the instruction for it has it.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// One number of all lanes: the upper half is joined to the lower until one is left.
#[inline(always)]
fn join(lanes: [f32; LANES], of_two: impl Fn(f32, f32) -> f32) -> f32 {
    let eight: [f32; 8] = array::from_fn(|i| of_two(lanes[i], lanes[i + 8]));
    let four: [f32; 4] = array::from_fn(|i| of_two(eight[i], eight[i + 4]));
    of_two(of_two(four[0], four[2]), of_two(four[1], four[3]))
}

/// The largest number of a row.
#[inline(always)]
fn largest(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(of(x), *lane);
        }
    }
    rest.iter().fold(join(lanes, larger), |most, &x| larger(of(x), most))
}

/// The sum of what `of` makes of each number of a row.
#[inline(always)]
fn total(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += of(x);
        }
    }
    rest.iter().fold(join(lanes, |a, b| a + b), |sum, &x| sum + of(x))
}

/// The sum of the products of two rows of one length.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for (lane, (&a, &b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    a_rest.iter().zip(b_rest).fold(join(lanes, |a, b| a + b), |sum, (&a, &b)| sum + a * b)
}

/// e to the power of `x`, for `x` of at most 88; below −87 it stays at what −87 gives, some 10^−38. Off by at most 2
/// units in the last place.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // The logarithm of two in two parts: the first has so few digits that its multiples are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = larger(x, -87.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUNDING;
    let doublings = rounded - ROUNDING;
    let x = x - doublings * LN_2_HIGH - doublings * LN_2_LOW;
    let mut power = 0.001_384_364_9;
    power = power * x + 0.008_374_156;
    power = power * x + 0.041_668;
    power = power * x + 0.166_664_31;
    power = power * x + 0.499_999_94;
    power = power * x + 1.0;
    power = power * x + 1.0;
    // The low bits of the rounded number are the whole number itself, which goes where the exponent lies.
    power * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

/// The Gaussian error linear unit: `x` times the share of the normal distribution below `x`. Off by at most 2·10^−6.
///
/// The error function of x/√2 is x times a quotient of polynomials in x², fitted where |x| ≤ 5.5 with an error of
/// 4·10^−8; beyond, it is 1 or −1 within that.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    const END: f32 = 5.5;
    let from_below = larger(x, -END);
    let near = if from_below < END { from_below } else { END };
    let square = near * near;
    let mut above = 4.443_162e-8;
    above = above * square + 1.306_113_8e-5;
    above = above * square + 3.657_007_8e-4;
    above = above * square + 0.009_523_147;
    above = above * square + 0.070_283_35;
    above = above * square + 0.797_884;
    let mut below = 1.195_381_2e-6;
    below = below * square + 7.860_707e-5;
    below = below * square + 0.001_962_394;
    below = below * square + 0.029_398_309;
    below = below * square + 0.254_750_7;
    below = below * square + 1.0;
    0.5 * from_below * (1.0 + near * above / below)
}

by_kernel! {
    /// [`gelu`] of each number.
    pub(super) fn gelu_all(numbers: &mut [f32]) {
        for x in numbers {
            *x = gelu(*x);
        }
    }
}

by_kernel! {
    /// Adds a row to each row of `x`, from a table of the same size, and then gives it the mean 0 and the variance 1,
    /// before it is multiplied by `gain` and `bias` is added.
    pub(super) fn add_and_norm(x: &mut [f32], added: &[f32], gain: &[f32], bias: &[f32]) {
        for (row, added) in x.chunks_exact_mut(gain.len()).zip(added.chunks_exact(gain.len())) {
            for (x, &added) in row.iter_mut().zip(added) {
                *x += added;
            }
            norm(row, gain, bias);
        }
    }
}

/// Keeps the division of a row whose numbers are all the same from being one by zero; as the model was trained.
const NORM_EPSILON: f32 = 1e-12;

#[inline(always)]
fn norm(row: &mut [f32], gain: &[f32], bias: &[f32]) {
    let size = row.len() as f32;
    let mean = total(row, |x| x) / size;
    let variance = total(row, |x| (x - mean) * (x - mean)) / size;
    let scale = 1.0 / (variance + NORM_EPSILON).sqrt();
    for ((x, &gain), &bias) in row.iter_mut().zip(gain).zip(bias) {
        *x = (*x - mean) * scale * gain + bias;
    }
}

/// What the vector of a piece is the sum of.
pub(super) struct Embedded<'a> {
    /// The piece's own row, as bytes of whole numbers from −127 to 127.
    pub(super) piece: &'a [u8],
    /// What they are multiplied by.
    pub(super) scale: f32,
    /// The row of its position.
    pub(super) position: &'a [f32],
    /// The row of its letter case.
    pub(super) case: &'a [f32],
}

by_kernel! {
    /// The vector of a piece, normalised.
    pub(super) fn embed(row: &mut [f32], parts: Embedded<'_>, gain: &[f32], bias: &[f32]) {
        let added = parts.position.iter().zip(parts.case);
        for ((x, &piece), (&position, &case)) in row.iter_mut().zip(parts.piece).zip(added) {
            *x = f32::from(piece as i8) * parts.scale + position + case;
        }
        norm(row, gain, bias);
    }
}

/// Rows of whole numbers from −127 to 127, each with 128 added so that it is a byte without sign, four and four
/// together.
#[derive(Default)]
pub(super) struct Quantised {
    /// The bytes, row after row; a last group of less than four is filled up with any.
    pub(super) groups: Vec<[u8; 4]>,
    /// Groups in a row.
    pub(super) steps: usize,
    /// For each row, what one step of its whole numbers is worth.
    pub(super) scales: Vec<f32>,
    /// Room for the bytes as numbers of 16 bits.
    pub(super) wide: Vec<i16>,
}

by_kernel! {
    /// Rounds each row of `columns` numbers, multiplied by `inverse` where there is one, to 255 steps between its
    /// largest number, less its sign, and the negative of that.
    pub(super) fn quantise(input: &[f32], columns: usize, inverse: Option<&[f32]>, output: &mut Quantised) {
        let rows = input.len() / columns;
        output.steps = columns.div_ceil(4);
        output.groups.resize(rows * output.steps, [0; 4]);
        output.scales.clear();
        let bytes = output.groups.as_flattened_mut().chunks_exact_mut(4 * output.steps);
        for (row, bytes) in input.chunks_exact(columns).zip(bytes) {
            output.scales.push(match inverse {
                None => {
                    let most = largest(row, f32::abs);
                    let (scale, steps) = step(most);
                    for (byte, &x) in bytes.iter_mut().zip(row) {
                        *byte = round(x * steps);
                    }
                    scale
                }
                Some(inverse) => {
                    let most = largest_product(row, inverse);
                    let (scale, steps) = step(most);
                    for ((byte, &x), &inverse) in bytes.iter_mut().zip(row).zip(inverse) {
                        *byte = round(x * inverse * steps);
                    }
                    scale
                }
            });
        }
    }
}

/// The worth of a step, and the steps to one, of a row whose largest number is `most`. A row of zeros has steps of
/// zero.
#[inline(always)]
fn step(most: f32) -> (f32, f32) {
    // So small a number that its reciprocal would have no end cannot be told from zero.
    if most > 1e-30 { (most / 127.0, 127.0 / most) } else { (0.0, 0.0) }
}

/// The nearest whole number, plus 128. The low byte of a number with [`ROUNDING`] added is that of its whole number.
#[inline(always)]
fn round(x: f32) -> u8 {
    ((x + ROUNDING).to_bits() as u8).wrapping_add(128)
}

#[inline(always)]
fn largest_product(row: &[f32], inverse: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let (inverses, inverse_rest) = inverse.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (chunk, inverse) in chunks.iter().zip(inverses) {
        for (lane, (&x, &inverse)) in lanes.iter_mut().zip(chunk.iter().zip(inverse)) {
            *lane = larger((x * inverse).abs(), *lane);
        }
    }
    let most = join(lanes, larger);
    rest.iter().zip(inverse_rest).fold(most, |most, (&x, &inverse)| larger((x * inverse).abs(), most))
}

/// The second factor of a product: a matrix in strips of [`LANES`] columns, each strip row after row, the last strip
/// filled up with zeros.
#[derive(Debug, Default)]
pub(super) struct Strips {
    rows: usize,
    columns: usize,
    data: Vec<[f32; LANES]>,
}

impl Strips {
    /// The matrix whose columns are the given rows, of `size` numbers each.
    #[inline(always)]
    pub(super) fn of_columns<'a>(&mut self, size: usize, columns: impl ExactSizeIterator<Item = &'a [f32]>) {
        self.set_size(size, columns.len());
        for (i, column) in columns.enumerate() {
            let strip = &mut self.data[i / LANES * size..][..size];
            for (row, &x) in strip.iter_mut().zip(column) {
                row[i % LANES] = x;
            }
        }
        self.clear_rest();
    }

    /// The matrix with the given rows, of `size` numbers each.
    #[inline(always)]
    fn of_rows<'a>(&mut self, size: usize, rows: impl ExactSizeIterator<Item = &'a [f32]>) {
        let count = rows.len();
        self.set_size(count, size);
        for (i, row) in rows.enumerate() {
            for (strip, part) in row.chunks(LANES).enumerate() {
                self.data[strip * count + i][..part.len()].copy_from_slice(part);
            }
        }
        self.clear_rest();
    }

    #[inline(always)]
    fn set_size(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows, columns);
        self.data.resize(rows * columns.div_ceil(LANES), [0.0; LANES]);
    }

    /// Sets the columns that fill up the last strip to zero.
    #[inline(always)]
    fn clear_rest(&mut self) {
        let used = self.columns % LANES;
        if used > 0 {
            let last = self.data.len() - self.rows;
            for row in &mut self.data[last..] {
                row[used..].fill(0.0);
            }
        }
    }

    /// The columns, those included that fill up the last strip.
    fn width(&self) -> usize {
        self.columns.next_multiple_of(LANES)
    }
}

/// Rows of numbers inside a larger matrix: the first factor of a product.
#[derive(Clone, Copy)]
struct Rows<'a> {
    data: &'a [f32],
    /// From the start of a row to that of the next.
    stride: usize,
    count: usize,
}

/// Multiplies up to [`GROUP`] rows with a matrix and hands each result on by row and strip.
#[inline(always)]
fn multiply_rows(a: Rows<'_>, b: &Strips, mut write: impl FnMut(usize, usize, &[f32; LANES])) {
    if b.rows == 0 {
        return;
    }
    for (strip, rows) in b.data.chunks_exact(b.rows).enumerate() {
        let mut row = 0;
        while row + GROUP <= a.count {
            let tile = multiply_tile::<GROUP>(a, row, rows);
            for (i, part) in tile.iter().enumerate() {
                write(row + i, strip, part);
            }
            row += GROUP;
        }
        while row < a.count {
            let [part] = multiply_tile::<1>(a, row, rows);
            write(row, strip, &part);
            row += 1;
        }
    }
}

/// `R` rows, from `row` on, times one strip.
#[inline(always)]
fn multiply_tile<const R: usize>(a: Rows<'_>, row: usize, strip: &[[f32; LANES]]) -> [[f32; LANES]; R] {
    let mut from = [&a.data[..0]; R];
    for (i, from) in from.iter_mut().enumerate() {
        *from = &a.data[(row + i) * a.stride..][..strip.len()];
    }
    let mut sums = [[0.0; LANES]; R];
    for (k, b) in strip.iter().enumerate() {
        for (sums, from) in sums.iter_mut().zip(&from) {
            let a = from[k];
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

by_kernel! {
    /// The product of the rows of `a` with `b`, plus `bias` where there is one, times `scale`.
    pub(super) fn multiply(a: &[f32], b: &Strips, bias: Option<&[f32]>, scale: f32, output: &mut [f32]) {
        let a = Rows { data: a, stride: b.rows, count: a.len() / b.rows };
        let columns = b.columns;
        multiply_rows(a, b, |row, strip, part| {
            let first = strip * LANES;
            let output = &mut output[row * columns..][first..columns.min(first + LANES)];
            match bias {
                None => output.iter_mut().zip(part).for_each(|(y, &x)| *y = x * scale),
                Some(bias) => {
                    for ((y, &x), &bias) in output.iter_mut().zip(part).zip(&bias[first..]) {
                        *y = (x + bias) * scale;
                    }
                }
            }
        });
    }
}

/// What attention needs room for.
#[derive(Default)]
pub(super) struct Attention {
    keys: Strips,
    values: Strips,
    scores: Vec<f32>,
}

/// Size of an attention head.
pub(super) const HEAD_SIZE: usize = 32;

by_kernel! {
    /// Attention among the rows of one window. A row of `qkv` holds a query, a key and a value for each head; `mixed`
    /// gets, for each head, the values weighted by how well their keys fit the query.
    pub(super) fn attend(qkv: &[f32], mixed: &mut [f32], heads: usize, room: &mut Attention) {
        let hidden = heads * HEAD_SIZE;
        let Attention { keys, values, scores } = room;
        let length = qkv.len() / (3 * hidden);
        let part = |row: usize, from: usize| &qkv[row * 3 * hidden + from..][..HEAD_SIZE];
        for head in (0..heads).map(|head| head * HEAD_SIZE) {
            keys.of_columns(HEAD_SIZE, (0..length).map(|row| part(row, hidden + head)));
            values.of_rows(HEAD_SIZE, (0..length).map(|row| part(row, 2 * hidden + head)));
            let width = keys.width();
            scores.resize(GROUP * width, 0.0);
            for first in (0..length).step_by(GROUP) {
                let count = GROUP.min(length - first);
                let queries = Rows { data: &qkv[first * 3 * hidden + head..], stride: 3 * hidden, count };
                multiply_rows(queries, keys, |row, strip, part| {
                    scores[row * width + strip * LANES..][..LANES].copy_from_slice(part);
                });
                let mut weights = [0.0; GROUP];
                for (weight, scores) in weights.iter_mut().zip(scores.chunks_exact_mut(width)).take(count) {
                    *weight = soften(scores, length);
                }
                let shares = Rows { data: scores, stride: width, count };
                multiply_rows(shares, values, |row, strip, part| {
                    let start = (first + row) * hidden + head + strip * LANES;
                    for (y, &x) in mixed[start..][..LANES].iter_mut().zip(part) {
                        *y = x * weights[row];
                    }
                });
            }
        }
    }
}

/// Makes shares of scores, the first `count` of a row, and returns what they are to be multiplied by to add up to one.
#[inline(always)]
fn soften(scores: &mut [f32], count: usize) -> f32 {
    // One over the square root of a head's size, as the model was trained.
    const SCALE: f32 = 0.176_776_7;
    // What fills up the last strip becomes so small a share that it does not change the sum.
    scores[count..].fill(f32::NEG_INFINITY);
    let most = largest(scores, |x| x);
    for score in scores.iter_mut() {
        *score = exp((*score - most) * SCALE);
    }
    1.0 / total(scores, |x| x)
}

by_kernel! {
    /// For one pair of words, the score of each label: the label's part of `left` times `right`, plus a term of each
    /// side.
    pub(super) fn score_labels(left: &[f32], right: &[f32], of_left: &[f32], of_right: &[f32], scores: &mut [f32]) {
        let terms = of_left.iter().zip(of_right);
        for ((score, left), (&of_left, &of_right)) in scores.iter_mut().zip(left.chunks_exact(right.len())).zip(terms) {
            *score = dot(left, right) + of_left + of_right;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::kernel::Kernel;
    use crate::engine::tests::Numbers;

    /// The share of the normal distribution below `x`, by Simpson's rule over its density.
    fn share_below(x: f64) -> f64 {
        const STEPS: usize = 2000;
        let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let width = x / STEPS as f64;
        let weight = |i: usize| if i == 0 || i == STEPS { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
        0.5 + (0..=STEPS).map(|i| weight(i) * density(i as f64 * width)).sum::<f64>() * width / 3.0
    }

    #[test]
    fn gelu_is_as_near_as_it_says() {
        for i in -4000..=4000 {
            let x = i as f32 / 400.0;
            let expected = f64::from(x) * share_below(f64::from(x));
            let difference = (f64::from(gelu(x)) - expected).abs();
            assert!(difference <= 2e-6, "gelu({x}) is {} and not {expected}", gelu(x));
        }
        assert_eq!(gelu(0.0), 0.0);
        assert!((gelu(1e6) - 1e6).abs() <= 0.2 && gelu(-1e30).abs() <= 2e-6);
    }

    #[test]
    fn exp_is_as_near_as_it_says() {
        for i in -87_000..=88_000 {
            let x = i as f32 / 1000.0;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) - expected).abs() / expected;
            assert!(error <= 2.0 * f64::from(f32::EPSILON), "exp({x}) is {} and not {expected}", exp(x));
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!((exp(-1000.0), exp(f32::NEG_INFINITY)), (exp(-87.0), exp(-87.0)));
    }

    #[test]
    fn rows_are_rounded_to_the_nearest_step_and_to_the_even_one_of_two() {
        let rows = [127.0, -127.0, 0.5, 1.5, -0.5, -2.5, 3.49, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for kernel in Kernel::all() {
            let mut output = Quantised::default();
            quantise(kernel, &rows, 8, None, &mut output);
            assert_eq!(output.groups.as_flattened()[..8], [255, 1, 128, 130, 128, 126, 131, 128]);
            assert_eq!(output.groups.as_flattened()[8..], [128; 8]);
            assert_eq!(output.scales, [1.0, 0.0]);
            // An inverse works as if the row had been multiplied by it.
            let inverse = [0.5, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0];
            let product: Vec<f32> = rows[..8].iter().zip(inverse).map(|(x, inverse)| x * inverse).collect();
            let (mut one, mut other) = (Quantised::default(), Quantised::default());
            quantise(kernel, &rows[..8], 8, Some(&inverse), &mut one);
            quantise(kernel, &product, 8, None, &mut other);
            assert_eq!((one.groups, one.scales), (other.groups, other.scales));
        }
    }

    #[test]
    fn products_of_fractions_are_those_of_the_definition() {
        let mut numbers = Numbers::new(5);
        for (rows, size, columns) in [(1, 1, 1), (4, 7, 16), (5, 33, 17), (9, 96, 50)] {
            let a = numbers.fractions(rows * size);
            let b = numbers.fractions(columns * size);
            let bias = numbers.fractions(columns);
            let mut strips = Strips::default();
            strips.of_columns(size, b.chunks_exact(size));
            for kernel in Kernel::all() {
                let mut output = vec![f32::NAN; rows * columns];
                multiply(kernel, &a, &strips, Some(&bias), 0.5, &mut output);
                for (i, &found) in output.iter().enumerate() {
                    let (row, column) = (i / columns, i % columns);
                    let products = (0..size).map(|k| f64::from(a[row * size + k]) * f64::from(b[column * size + k]));
                    let expected = (products.sum::<f64>() + f64::from(bias[column])) * 0.5;
                    assert!((f64::from(found) - expected).abs() < 1e-4, "{kernel}: {found} and not {expected}");
                }
            }
        }
    }

    #[test]
    fn attention_is_that_of_the_definition() {
        const HEADS: usize = 2;
        const HIDDEN: usize = HEADS * HEAD_SIZE;
        let mut numbers = Numbers::new(9);
        let mut room = Attention::default();
        // The sizes go up and down, so that what an earlier run has left in its room would be seen.
        for length in [1, 37, 3, 16, 100, 5] {
            let qkv = numbers.fractions(length * 3 * HIDDEN);
            let part =
                |row: usize, kind: usize, head: usize| &qkv[row * 3 * HIDDEN + kind * HIDDEN + head * HEAD_SIZE..];
            for kernel in Kernel::all() {
                let mut mixed = vec![f32::NAN; length * HIDDEN];
                attend(kernel, &qkv, &mut mixed, HEADS, &mut room);
                for (i, &found) in mixed.iter().enumerate() {
                    let (row, head, at) = (i / HIDDEN, i % HIDDEN / HEAD_SIZE, i % HEAD_SIZE);
                    let weight = |key: usize| {
                        let pairs = part(row, 0, head).iter().zip(part(key, 1, head)).take(HEAD_SIZE);
                        (pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>() / (HEAD_SIZE as f64).sqrt())
                            .exp()
                    };
                    let values = (0..length).map(|key| weight(key) * f64::from(part(key, 2, head)[at]));
                    let expected = values.sum::<f64>() / (0..length).map(weight).sum::<f64>();
                    assert!((f64::from(found) - expected).abs() < 1e-5, "{kernel}: {found} and not {expected}");
                }
            }
        }
    }
}
