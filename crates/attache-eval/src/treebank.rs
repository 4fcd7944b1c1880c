//! Readers of token-per-line gold: CoNLL-U treebanks and IOB2 entities.

use std::ops::Range;

/// A syntactic word of a treebank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As the treebank writes it.
    pub form: String,
    /// Dictionary form; `_` when the treebank has none.
    pub lemma: String,
    /// Universal tag.
    pub upos: String,
    /// Penn tag.
    pub xpos: String,
    /// Features as `Name=Value|…`; `_` for none.
    pub feats: String,
    /// Number of the governor in the sentence from 1; 0 for the root.
    pub head: usize,
    /// Relation with its subtype.
    pub rel: String,
}

/// What stands between two spaces or marks of the text: one word, or several written together ("don't").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// As the text has it.
    pub form: String,
    /// Its words.
    pub words: Range<usize>,
    /// False when the next one follows without a space.
    pub space_after: bool,
}

/// A sentence of a treebank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence {
    /// The treebank's identifier.
    pub id: String,
    /// Its words.
    pub words: Vec<Word>,
    /// Its surface tokens.
    pub surface: Vec<Surface>,
    /// True when it opens a document.
    pub opens_document: bool,
    /// True when it opens a paragraph.
    pub opens_paragraph: bool,
}

/// Reads CoNLL-U. Empty nodes (`8.1`) belong to enhanced graphs and are passed over.
pub fn read_conllu(text: &str) -> Result<Vec<Sentence>, String> {
    let mut sentences = Vec::new();
    let mut now = Sentence::default();
    for (n, line) in text.lines().enumerate() {
        let fail = |what: &str| format!("line {}: {what}", n + 1);
        if line.trim().is_empty() {
            if !now.words.is_empty() {
                sentences.push(std::mem::take(&mut now));
            }
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim();
            if let Some(id) = comment.strip_prefix("sent_id = ") {
                now.id = id.to_string();
            }
            now.opens_document |= comment.starts_with("newdoc");
            now.opens_paragraph |= comment.starts_with("newpar") || comment.starts_with("newdoc");
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [id, form, lemma, upos, xpos, feats, head, rel, _deps, misc] = cells[..] else {
            return Err(fail("a word has ten columns"));
        };
        if id.contains('.') {
            continue;
        }
        let space_after = !misc.split('|').any(|part| part == "SpaceAfter=No");
        if let Some((first, last)) = id.split_once('-') {
            let first: usize = first.parse().map_err(|_| fail("not a range of words"))?;
            let last: usize = last.parse().map_err(|_| fail("not a range of words"))?;
            if first != now.words.len() + 1 || last < first {
                return Err(fail("a range of words out of order"));
            }
            now.surface.push(Surface { form: form.to_string(), words: first - 1..last, space_after });
            continue;
        }
        if id.parse() != Ok(now.words.len() + 1) {
            return Err(fail("words out of order"));
        }
        let covered = now.surface.last().is_some_and(|surface| surface.words.end > now.words.len());
        if !covered {
            let at = now.words.len();
            now.surface.push(Surface { form: form.to_string(), words: at..at + 1, space_after });
        }
        now.words.push(Word {
            form: form.to_string(),
            lemma: lemma.to_string(),
            upos: upos.to_string(),
            xpos: xpos.to_string(),
            feats: feats.to_string(),
            head: head.parse().map_err(|_| fail("the head is a number"))?,
            rel: rel.to_string(),
        });
    }
    if !now.words.is_empty() {
        sentences.push(now);
    }
    for sentence in &sentences {
        if sentence.words.iter().any(|word| word.head > sentence.words.len()) {
            return Err(format!("sentence {}: a head outside the sentence", sentence.id));
        }
    }
    Ok(sentences)
}

/// A sentence with entities over its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tagged {
    /// The set's identifier.
    pub id: String,
    /// Its words.
    pub words: Vec<String>,
    /// Ranges of words with their types, in order.
    pub entities: Vec<(Range<usize>, String)>,
}

/// Reads IOB2 with a number, a form and a tag in the first three columns, as UNER writes it.
pub fn read_iob2(text: &str) -> Result<Vec<Tagged>, String> {
    let mut sentences = Vec::new();
    let mut now = Tagged::default();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            if !now.words.is_empty() {
                sentences.push(std::mem::take(&mut now));
            }
            continue;
        }
        // Lines of words start with their number, so a word that is itself "#" is no comment.
        if line.starts_with('#') {
            if let Some(id) = line.trim_start_matches('#').trim().strip_prefix("sent_id = ") {
                now.id = id.to_string();
            }
            continue;
        }
        let mut cells = line.split('\t').skip(1);
        let (Some(form), Some(tag)) = (cells.next(), cells.next()) else {
            return Err(format!("line {}: a word has at least three columns", n + 1));
        };
        let at = now.words.len();
        now.words.push(form.to_string());
        if let Some(label) = tag.strip_prefix("B-") {
            now.entities.push((at..at + 1, label.to_string()));
        } else if let Some(label) = tag.strip_prefix("I-") {
            match now.entities.last_mut() {
                Some((range, last)) if range.end == at && last == label => range.end = at + 1,
                _ => return Err(format!("line {}: {tag} does not go on an entity", n + 1)),
            }
        } else if tag != "O" {
            return Err(format!("line {}: {tag} is no IOB2 tag", n + 1));
        }
    }
    if !now.words.is_empty() {
        sentences.push(now);
    }
    Ok(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREES: &str = "# newdoc id = a\n# sent_id = a-1\n# newpar id = p\n\
        1-2\tdon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n\
        1\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n2\tn't\tnot\tPART\tRB\t_\t1\tadvmod\t_\t_\n\
        2.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t_\t_\n\
        3\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_\n\n# sent_id = a-2\n1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_\n";

    #[test]
    fn conllu_keeps_words_and_surface_apart() {
        let sentences = read_conllu(TREES).unwrap();
        assert_eq!(sentences.len(), 2);
        assert_eq!(sentences[0].words.len(), 3);
        assert!(sentences[0].opens_document && sentences[0].opens_paragraph && !sentences[1].opens_paragraph);
        let surface: Vec<(&str, Range<usize>, bool)> =
            sentences[0].surface.iter().map(|s| (s.form.as_str(), s.words.clone(), s.space_after)).collect();
        assert_eq!(surface, [("don't", 0..2, false), (".", 2..3, true)]);
        assert!(read_conllu("1\tYes\tyes\n").is_err());
    }

    #[test]
    fn iob2_joins_words_to_entities() {
        let text = "# sent_id = b-1\n1\tNew\tB-LOC\t-\n2\tYork\tI-LOC\t-\n3\t#\tO\t-\n4\tOslo\tB-LOC\t-\n5\tBergen\tB-LOC\t-\n";
        let sentences = read_iob2(text).unwrap();
        assert_eq!(sentences[0].entities, [(0..2, "LOC".into()), (3..4, "LOC".into()), (4..5, "LOC".into())]);
        assert!(read_iob2("1\tYork\tI-LOC\t-\n").is_err());
    }
}
