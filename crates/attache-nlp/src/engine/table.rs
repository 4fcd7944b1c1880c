//! Numbers in rows: what goes into and comes out of every part of the network.

use std::ops::Range;

/// A matrix of numbers, row after row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    rows: usize,
    columns: usize,
    data: Vec<f32>,
}

impl Table {
    /// A table of `rows` × `columns` numbers, which are given row after row.
    #[cfg(test)]
    pub(crate) fn new(rows: usize, columns: usize, data: Vec<f32>) -> Table {
        assert_eq!(data.len(), rows * columns, "a table of {rows} × {columns}");
        Table { rows, columns, data }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Numbers in a row.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..][..self.columns]
    }

    /// One row, to be written.
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[row * self.columns..][..self.columns]
    }

    /// The numbers of some rows, row after row.
    pub(super) fn rows_data(&self, rows: Range<usize>) -> &[f32] {
        &self.data[rows.start * self.columns..rows.end * self.columns]
    }

    /// The same, to be written.
    pub(super) fn rows_data_mut(&mut self, rows: Range<usize>) -> &mut [f32] {
        &mut self.data[rows.start * self.columns..rows.end * self.columns]
    }

    /// All numbers, row after row.
    pub(super) fn data(&self) -> &[f32] {
        &self.data
    }

    /// All numbers, to be written.
    pub(super) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Some of the rows, as a table of their own.
    pub(super) fn part(&self, rows: Range<usize>) -> Table {
        Table { rows: rows.len(), columns: self.columns, data: self.rows_data(rows).to_vec() }
    }

    /// Gives the table another size, within the memory that it has where that is enough. The numbers in it are then
    /// any.
    pub(super) fn resize(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows, columns);
        self.data.resize(rows * columns, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn rows_lie_one_after_the_other() {
        let mut table = Table::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(table.row(1), [4.0, 5.0, 6.0]);
        table.row_mut(0)[2] = 9.0;
        assert_eq!(table.data(), [1.0, 2.0, 9.0, 4.0, 5.0, 6.0]);
        table.resize(1, 2);
        assert_eq!((table.rows(), table.columns(), table.row(0)), (1, 2, &[1.0, 2.0][..]));
    }
}
