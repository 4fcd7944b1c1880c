use std::fmt;

/// Why an input gave no document.
#[derive(Debug)]
pub enum IngestError {
    /// Nothing but space.
    Empty,
    /// Plainly no text: control characters throughout, or the signature of a binary format.
    Binary,
    /// A row of a JSONL input could not be used; the message says why.
    Row(String),
    /// The input could not be read.
    Io(std::io::Error),
    /// No such file, or a pattern that matches nothing.
    NotFound,
    /// One of the above with the input, and the row where there are rows, it happened in.
    In {
        /// The input as the caller named it.
        input: String,
        /// Row of a JSONL input, from 1.
        row: Option<u64>,
        /// What happened.
        cause: Box<IngestError>,
    },
}

impl IngestError {
    /// The same error with the place it happened in.
    pub(crate) fn at(self, input: &str, row: Option<u64>) -> IngestError {
        IngestError::In { input: input.to_string(), row, cause: Box::new(self) }
    }

    /// What happened, without the place.
    pub fn cause(&self) -> &IngestError {
        match self {
            IngestError::In { cause, .. } => cause.cause(),
            other => other,
        }
    }

    /// True when the input could not be reached or read at all, as opposed to having no usable text in it.
    pub fn is_io(&self) -> bool {
        matches!(self.cause(), IngestError::Io(_) | IngestError::NotFound)
    }
}

impl fmt::Display for IngestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IngestError::Empty => f.write_str("there is no text in it"),
            IngestError::Binary => f.write_str("it is not text but binary data"),
            IngestError::Row(message) => f.write_str(message),
            IngestError::Io(error) => write!(f, "{error}"),
            IngestError::NotFound => f.write_str("no such file"),
            IngestError::In { input, row: Some(row), cause } => write!(f, "{input}, row {row}: {cause}"),
            IngestError::In { input, row: None, cause } => write!(f, "{input}: {cause}"),
        }
    }
}

impl std::error::Error for IngestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            IngestError::Io(error) => Some(error),
            IngestError::In { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

impl From<std::io::Error> for IngestError {
    fn from(error: std::io::Error) -> IngestError {
        IngestError::Io(error)
    }
}
