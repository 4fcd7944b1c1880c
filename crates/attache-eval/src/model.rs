//! The model as the scorers see it: words in, labels out.

use std::ops::Range;

use attache_nlp::Nlp;

use crate::EvalError;
use crate::treebank::Word;

/// A sentence as the model parses it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The given words with what the model says of them.
    pub words: Vec<Word>,
    /// Ranges of words with their types, in order.
    pub entities: Vec<(Range<usize>, String)>,
}

/// The model inside the binary, on all processors: scores do not depend on their number.
pub fn load() -> Result<Nlp, EvalError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let nlp = Nlp::embedded().map_err(|error| EvalError::Load(error.to_string()))?;
    Ok(nlp.with_threads(threads))
}

/// Parses sentences whose words are given. Those of one paragraph are read together, as a text's are: `opens` tells of each
/// sentence whether it begins one.
pub fn parse_words(nlp: &Nlp, sentences: &[Vec<String>], opens: impl Fn(usize) -> bool) -> Vec<Parsed> {
    let mut paragraphs: Vec<Vec<Vec<String>>> = Vec::new();
    for (n, words) in sentences.iter().enumerate() {
        match paragraphs.last_mut() {
            Some(paragraph) if !opens(n) => paragraph.push(words.clone()),
            _ => paragraphs.push(vec![words.clone()]),
        }
    }
    let parses: Vec<_> = nlp.parse_words(&paragraphs).into_iter().flatten().collect();
    assert_eq!(parses.len(), sentences.len(), "the model gives one parse a sentence");
    parses
        .into_iter()
        .zip(sentences)
        .map(|(parse, forms)| {
            assert_eq!(parse.words.len(), forms.len(), "the model gives one label a word");
            let words = parse.words.iter().zip(forms).map(|(word, form)| Word {
                form: form.clone(),
                lemma: word.lemma.to_string(),
                upos: word.upos.to_string(),
                xpos: word.xpos.to_string(),
                // The model tells no features.
                feats: "_".to_string(),
                head: word.head.map_or(0, |head| head as usize + 1),
                rel: word.rel.to_string(),
            });
            let entities = parse.entities.iter();
            Parsed {
                words: words.collect(),
                entities: entities
                    .map(|e| (e.words.start as usize..e.words.end as usize, e.label.to_string()))
                    .collect(),
            }
        })
        .collect()
}
