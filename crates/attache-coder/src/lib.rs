//! attache-coder.
