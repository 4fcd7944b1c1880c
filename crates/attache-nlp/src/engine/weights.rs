//! The file of weights: tensors by name, in the safetensors format.
//!
//! The format is a length, a JSON object that says where each tensor lies, and the tensors; so little that reading it
//! takes no crate of its own.

use std::collections::HashMap;

use serde::Deserialize;

use crate::NlpError;

/// The tensors of a file.
pub(super) struct Weights<'a> {
    tensors: HashMap<String, Tensor<'a>>,
}

/// A tensor as it lies in the file.
#[derive(Clone)]
pub(super) struct Tensor<'a> {
    pub(super) shape: Vec<usize>,
    pub(super) values: Values<'a>,
}

/// The numbers of a tensor.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    /// Bytes that stand for whole numbers with sign.
    Int8(&'a [u8]),
    /// Four bytes a number, the lowest first, at any address.
    Float(&'a [u8]),
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

impl<'a> Weights<'a> {
    /// Reads what a file holds.
    ///
    /// # Errors
    /// When the file is cut off, or a tensor has another type than I8 and F32 or another size than its shape says.
    pub(super) fn read(file: &'a [u8]) -> Result<Weights<'a>, NlpError> {
        let broken = |what: &str| NlpError::Weights(format!("the file {what}"));
        let (length, rest) = file.split_first_chunk::<8>().ok_or_else(|| broken("is empty"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| broken("is cut off"))?;
        let (head, data) = rest.split_at_checked(length).ok_or_else(|| broken("is cut off"))?;
        let entries: HashMap<String, serde_json::Value> =
            serde_json::from_slice(head).map_err(|e| broken(&format!("has a head that cannot be read: {e}")))?;
        let mut tensors = HashMap::with_capacity(entries.len());
        for (name, entry) in entries {
            // The one entry that is no tensor.
            if name == "__metadata__" {
                continue;
            }
            let odd = |what: &str| NlpError::Weights(format!("{name} {what}"));
            let entry: Entry = serde_json::from_value(entry).map_err(|e| odd(&format!("cannot be read: {e}")))?;
            let [start, end] = entry.data_offsets;
            let bytes = data.get(start..end).ok_or_else(|| odd("lies outside the file"))?;
            let (values, size) = match entry.dtype.as_str() {
                "I8" => (Values::Int8(bytes), 1),
                "F32" => (Values::Float(bytes), 4),
                other => return Err(odd(&format!("is of the type {other}, and I8 and F32 are known"))),
            };
            let bytes_of_shape = entry.shape.iter().try_fold(size, |product: usize, &side| product.checked_mul(side));
            if bytes_of_shape != Some(bytes.len()) {
                return Err(odd(&format!("has {} bytes for the shape {:?}", bytes.len(), entry.shape)));
            }
            tensors.insert(name, Tensor { shape: entry.shape, values });
        }
        Ok(Weights { tensors })
    }

    /// Whether there is a tensor of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A matrix: its rows, its columns and its numbers.
    ///
    /// # Errors
    /// When it is missing, no matrix, or empty.
    pub(super) fn matrix(&self, name: &str) -> Result<(usize, usize, Values<'a>), NlpError> {
        let tensor = self.tensor(name)?;
        match tensor.shape[..] {
            [rows, columns] if rows > 0 && columns > 0 => Ok((rows, columns, tensor.values)),
            _ => Err(NlpError::Weights(format!("{name} has the shape {:?} and should be a matrix", tensor.shape))),
        }
    }

    /// A matrix of fractions with `columns` columns: its rows, and its numbers row after row.
    ///
    /// # Errors
    /// When it is missing or has another shape or type.
    pub(super) fn float_matrix(&self, name: &str, columns: usize) -> Result<(usize, Vec<f32>), NlpError> {
        let (rows, found, values) = self.matrix(name)?;
        if found != columns {
            return Err(NlpError::Weights(format!("{name} has {found} columns and should have {columns}")));
        }
        Ok((rows, floats(name, values)?))
    }

    /// A row of `size` fractions.
    ///
    /// # Errors
    /// When it is missing or has another shape or type.
    pub(super) fn floats(&self, name: &str, size: usize) -> Result<Vec<f32>, NlpError> {
        let tensor = self.tensor(name)?;
        if tensor.shape[..] != [size] {
            return Err(NlpError::Weights(format!("{name} has the shape {:?} and should have [{size}]", tensor.shape)));
        }
        floats(name, tensor.values)
    }

    /// The same, where there may be none.
    ///
    /// # Errors
    /// When it has another shape or type.
    pub(super) fn floats_if_any(&self, name: &str, size: usize) -> Result<Option<Vec<f32>>, NlpError> {
        if self.has(name) { self.floats(name, size).map(Some) } else { Ok(None) }
    }

    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor<'a>, NlpError> {
        self.tensors.get(name).ok_or_else(|| NlpError::Weights(format!("{name} is missing")))
    }
}

fn floats(name: &str, values: Values<'_>) -> Result<Vec<f32>, NlpError> {
    match values {
        Values::Float(bytes) => Ok(numbers(bytes)),
        Values::Int8(_) => Err(NlpError::Weights(format!("{name} holds bytes and should hold fractions"))),
    }
}

/// Fractions from their bytes.
pub(super) fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|&number| f32::from_le_bytes(number)).collect()
}
