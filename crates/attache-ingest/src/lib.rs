//! attache-ingest.
