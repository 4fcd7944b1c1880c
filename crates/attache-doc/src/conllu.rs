//! Parses written as CoNLL-U and read back.
