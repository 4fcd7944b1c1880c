//! Cuts texts into sentences and tokens as the product does, for training on them.
//!
//! ```text
//! cargo run --release -p attache-eval --example tokens < texts.jsonl > tokens.jsonl
//! ```
//!
//! Reads JSON lines that have a `text`. Writes, for each, one line: the blocks of the text, as lists of sentences, as lists of
//! tokens `[start, end]` in code points. A block is what stands between line breaks.

use std::io::{self, BufRead, Write};

use attache_nlp::segment;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line: Line = serde_json::from_str(&line?).map_err(|e| format!("line {}: {e}", number + 1))?;
        serde_json::to_writer(&mut out, &blocks(&line.text))?;
        writeln!(out)?;
    }
    Ok(())
}

fn blocks(text: &str) -> Vec<Vec<Vec<[usize; 2]>>> {
    // Code points before each byte that begins one, and before the end.
    let mut points = vec![0; text.len() + 1];
    let mut count = 0;
    for (byte, _) in text.char_indices() {
        points[byte] = count;
        count += 1;
    }
    points[text.len()] = count;
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let sentences = segment::sentences(line.trim_end());
        let tokens = |sentence: Vec<std::ops::Range<usize>>| {
            sentence.into_iter().map(|t| [points[start + t.start], points[start + t.end]]).collect()
        };
        if !sentences.is_empty() {
            blocks.push(sentences.into_iter().map(tokens).collect());
        }
        start += line.len();
    }
    blocks
}
