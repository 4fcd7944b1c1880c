//! attache-nlp.
