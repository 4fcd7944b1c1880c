//! The kernels of x86 processors: weights in lines of the cache, sums in the registers of the vector unit.

use std::arch::x86_64::*;

use super::{Packed, Terms};
use crate::engine::kernel::{Kernel, Unit};
use crate::engine::math::{LANES, Quantised};

/// The weights of [`LANES`] outputs for four inputs: four bytes an output. So long as a line of the cache, and laid out
/// along it.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line([i8; 4 * LANES]);

/// Weights for AVX-512 with products of bytes.
#[derive(Debug)]
pub(super) struct Vnni512(Vec<Line>);

impl Vnni512 {
    /// Rows and blocks of outputs that are computed at once: as many as the registers hold sums.
    const TILE: (usize, usize) = (6, 4);

    /// Lays out weights, output after output with `inputs` bytes each.
    pub(super) fn new(kernel: Kernel, weights: &[u8], inputs: usize) -> Vnni512 {
        assert_eq!(kernel.unit(), Unit::Vnni512, "what a processor cannot do is not prepared");
        Vnni512(lines(weights, inputs, Vnni512::TILE.1))
    }

    /// The product of rows with the weights of `packed`, which are these.
    pub(super) fn multiply(&self, packed: &Packed, input: &Quantised, output: &mut [f32]) {
        // SAFETY: weights for this unit are made only with a kernel of it, and such a kernel only where the processor
        // has been seen to have these features.
        #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
        unsafe {
            multiply_vnni512(packed, &self.0, input, output);
        }
    }
}

/// Weights for AVX2.
#[derive(Debug)]
pub(super) struct Avx2(Vec<Line>);

impl Avx2 {
    /// Rows and blocks of outputs that are computed at once: as many as the registers hold sums.
    const TILE: (usize, usize) = (4, 1);

    /// Lays out weights, output after output with `inputs` bytes each.
    pub(super) fn new(kernel: Kernel, weights: &[u8], inputs: usize) -> Avx2 {
        assert_eq!(kernel.unit(), Unit::Avx2, "what a processor cannot do is not prepared");
        Avx2(lines(weights, inputs, Avx2::TILE.1))
    }

    /// The product of rows with the weights of `packed`, which are these.
    pub(super) fn multiply(&self, packed: &Packed, input: &Quantised, output: &mut [f32]) {
        // SAFETY: weights for this unit are made only with a kernel of it, and such a kernel only where the processor
        // has been seen to have AVX2.
        #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
        unsafe {
            multiply_avx2(packed, &self.0, input, output);
        }
    }
}

/// Weights in blocks of [`LANES`] outputs. The lines of `panel` blocks, those computed at once, take turns; the blocks
/// left over at the end lie one after the other.
fn lines(weights: &[u8], inputs: usize, panel: usize) -> Vec<Line> {
    let outputs = weights.len() / inputs;
    let (blocks, steps) = (outputs.div_ceil(LANES), inputs.div_ceil(4));
    let mut lines = vec![Line([0; 4 * LANES]); blocks * steps];
    let in_panels = blocks / panel * panel;
    for (output, weights) in weights.chunks_exact(inputs).enumerate() {
        let (block, lane) = (output / LANES, output % LANES);
        let (start, stride) =
            if block < in_panels { (block / panel * panel * steps + block % panel, panel) } else { (block * steps, 1) };
        let own = lines[start..].iter_mut().step_by(stride);
        for (line, weights) in own.zip(weights.chunks(4)) {
            for (byte, &weight) in line.0[4 * lane..].iter_mut().zip(weights) {
                *byte = weight as i8;
            }
        }
    }
    lines
}

/// Goes through the tiles of a product: all rows for some blocks of outputs, before the next blocks.
#[inline(always)]
fn multiply_lines<T: Tile, const R: usize, const B: usize>(
    packed: &Packed,
    lines: &[Line],
    input: &Quantised,
    output: &mut [f32],
) {
    let blocks = packed.terms.len();
    let mut block = 0;
    while block + B <= blocks {
        multiply_panel::<T, R, B>(packed, lines, block, input, output);
        block += B;
    }
    while block < blocks {
        multiply_panel::<T, R, 1>(packed, lines, block, input, output);
        block += 1;
    }
}

/// All rows times the `B` blocks from `block` on.
#[inline(always)]
fn multiply_panel<T: Tile, const R: usize, const B: usize>(
    packed: &Packed,
    lines: &[Line],
    block: usize,
    input: &Quantised,
    output: &mut [f32],
) {
    let steps = input.steps;
    let (panel, _) = lines[block * steps..][..B * steps].as_chunks::<B>();
    let terms = &packed.terms[block..][..B];
    let rows = input.scales.len();
    let (mut tile, mut line) = ([[[0.0; LANES]; B]; R], [[[0.0; LANES]; B]; 1]);
    let mut row = 0;
    while row + R <= rows {
        T::multiply(&input.groups[row * steps..], &input.scales[row..], panel, terms, &mut tile);
        for (i, numbers) in tile.iter().enumerate() {
            packed.write(row + i, block, numbers, output);
        }
        row += R;
    }
    while row < rows {
        T::multiply(&input.groups[row * steps..], &input.scales[row..], panel, terms, &mut line);
        packed.write(row, block, &line[0], output);
        row += 1;
    }
}

/// The numbers of some rows for some blocks of outputs.
type Numbers<const R: usize, const B: usize> = [[[f32; LANES]; B]; R];

/// How a kernel multiplies.
trait Tile {
    /// Multiplies `R` rows with `B` blocks. `rows` begins with the rows, as many groups long each as the panel has steps,
    /// `steps` with what a step of each row is worth, and `terms` are those of the blocks.
    fn multiply<const R: usize, const B: usize>(
        rows: &[[u8; 4]],
        steps: &[f32],
        panel: &[[Line; B]],
        terms: &[Terms],
        numbers: &mut Numbers<R, B>,
    );
}

/// The start of each of `R` rows.
#[inline(always)]
fn starts<const R: usize>(rows: &[[u8; 4]], steps: usize) -> [&[[u8; 4]]; R] {
    let mut starts = [rows; R];
    for (i, start) in starts.iter_mut().enumerate() {
        *start = &rows[i * steps..][..steps];
    }
    starts
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn multiply_vnni512(packed: &Packed, lines: &[Line], input: &Quantised, output: &mut [f32]) {
    multiply_lines::<Vnni512, { Vnni512::TILE.0 }, { Vnni512::TILE.1 }>(packed, lines, input, output);
}

impl Tile for Vnni512 {
    #[inline(always)]
    fn multiply<const R: usize, const B: usize>(
        rows: &[[u8; 4]],
        steps: &[f32],
        panel: &[[Line; B]],
        terms: &[Terms],
        numbers: &mut Numbers<R, B>,
    ) {
        // SAFETY: only `multiply_vnni512` multiplies so, and that runs only where the processor has these features.
        #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
        unsafe {
            multiply_tile_vnni512(rows, steps, panel, terms, numbers);
        }
    }
}

/// Four products of bytes are added to a sum of 32 bits at once.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn multiply_tile_vnni512<const R: usize, const B: usize>(
    rows: &[[u8; 4]],
    steps: &[f32],
    panel: &[[Line; B]],
    terms: &[Terms],
    numbers: &mut Numbers<R, B>,
) {
    let rows = starts::<R>(rows, panel.len());
    let mut vectors = [[_mm512_setzero_si512(); B]; R];
    for (step, lines) in panel.iter().enumerate() {
        for (vectors, row) in vectors.iter_mut().zip(rows) {
            let inputs = _mm512_set1_epi32(i32::from_le_bytes(row[step]));
            for (vector, line) in vectors.iter_mut().zip(lines) {
                // SAFETY: a line is 64 bytes long and starts at a multiple of 64.
                #[allow(unsafe_code, reason = "vectors are read through pointers")]
                let weights = unsafe { _mm512_load_si512((&raw const line.0).cast()) };
                *vector = _mm512_dpbusd_epi32(*vector, inputs, weights);
            }
        }
    }
    for ((numbers, vectors), &step) in numbers.iter_mut().zip(vectors).zip(steps) {
        let step = _mm512_set1_ps(step);
        for ((numbers, sums), terms) in numbers.iter_mut().zip(vectors).zip(terms) {
            // SAFETY: sixteen numbers of 32 bits are as long as the vector, and the instructions need no alignment.
            #[allow(unsafe_code, reason = "vectors are read and written through pointers")]
            unsafe {
                let sums = _mm512_sub_epi32(sums, _mm512_loadu_si512((&raw const terms.offsets).cast()));
                let scales = _mm512_mul_ps(step, _mm512_loadu_ps((&raw const terms.scales).cast()));
                let products = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), scales);
                let numbers_of = _mm512_add_ps(products, _mm512_loadu_ps((&raw const terms.biases).cast()));
                _mm512_storeu_ps((&raw mut *numbers).cast(), numbers_of);
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn multiply_avx2(packed: &Packed, lines: &[Line], input: &Quantised, output: &mut [f32]) {
    multiply_lines::<Avx2, { Avx2::TILE.0 }, { Avx2::TILE.1 }>(packed, lines, input, output);
}

impl Tile for Avx2 {
    #[inline(always)]
    fn multiply<const R: usize, const B: usize>(
        rows: &[[u8; 4]],
        steps: &[f32],
        panel: &[[Line; B]],
        terms: &[Terms],
        numbers: &mut Numbers<R, B>,
    ) {
        // SAFETY: only `multiply_avx2` multiplies so, and that runs only where the processor has AVX2.
        #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
        unsafe {
            multiply_tile_avx2(rows, steps, panel, terms, numbers);
        }
    }
}

/// Two products of bytes make a number of 16 bits, which they never exceed: 2 · 255 · 64 < 2^15. Two of these make one
/// of 32.
#[inline]
#[target_feature(enable = "avx2")]
fn multiply_tile_avx2<const R: usize, const B: usize>(
    rows: &[[u8; 4]],
    steps: &[f32],
    panel: &[[Line; B]],
    terms: &[Terms],
    numbers: &mut Numbers<R, B>,
) {
    let rows = starts::<R>(rows, panel.len());
    const HALF: usize = LANES / 2;
    let ones = _mm256_set1_epi16(1);
    let mut vectors = [[[_mm256_setzero_si256(); 2]; B]; R];
    for (step, lines) in panel.iter().enumerate() {
        for (vectors, row) in vectors.iter_mut().zip(rows) {
            let inputs = _mm256_set1_epi32(i32::from_le_bytes(row[step]));
            for (vectors, line) in vectors.iter_mut().zip(lines) {
                for (vector, half) in vectors.iter_mut().zip(line.0.as_chunks::<{ 2 * LANES }>().0) {
                    // SAFETY: half a line is 32 bytes long, and the instruction needs no alignment.
                    #[allow(unsafe_code, reason = "vectors are read through pointers")]
                    let weights = unsafe { _mm256_loadu_si256((&raw const *half).cast()) };
                    let pairs = _mm256_maddubs_epi16(inputs, weights);
                    *vector = _mm256_add_epi32(*vector, _mm256_madd_epi16(pairs, ones));
                }
            }
        }
    }
    for ((numbers, vectors), &step) in numbers.iter_mut().zip(vectors).zip(steps) {
        let step = _mm256_set1_ps(step);
        for ((numbers, vectors), terms) in numbers.iter_mut().zip(vectors).zip(terms) {
            let offsets = terms.offsets.as_chunks::<HALF>().0.iter();
            let others = terms.scales.as_chunks::<HALF>().0.iter().zip(terms.biases.as_chunks::<HALF>().0);
            let halves = numbers.as_chunks_mut::<HALF>().0.iter_mut().zip(vectors);
            for (((numbers, sums), offsets), (scales, biases)) in halves.zip(offsets).zip(others) {
                // SAFETY: eight numbers of 32 bits are as long as the vector, and the instructions need no alignment.
                #[allow(unsafe_code, reason = "vectors are read and written through pointers")]
                unsafe {
                    let sums = _mm256_sub_epi32(sums, _mm256_loadu_si256((&raw const *offsets).cast()));
                    let scales = _mm256_mul_ps(step, _mm256_loadu_ps((&raw const *scales).cast()));
                    let products = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), scales);
                    let numbers_of = _mm256_add_ps(products, _mm256_loadu_ps((&raw const *biases).cast()));
                    _mm256_storeu_ps((&raw mut *numbers).cast(), numbers_of);
                }
            }
        }
    }
}
