//! Dictionary forms: what the table of known forms says, else the model's proposal where it is plausible.

use std::collections::{HashMap, HashSet};

use attache_doc::{Upos, Xpos};

/// Forms with their lemmas, and the lemmas by themselves.
pub(crate) struct Lemmas {
    by_form: HashMap<(&'static str, &'static str), &'static str>,
    known: HashSet<&'static str>,
}

/// Regular endings by tag: what to cut and what to add, the longer and rarer before the shorter.
const ENDINGS: &[(Xpos, &[(&str, &str)])] = &[
    (Xpos::Vbd, &[("ied", "y"), ("ed", ""), ("ed", "e"), ("d", "")]),
    (Xpos::Vbn, &[("ied", "y"), ("ed", ""), ("ed", "e"), ("d", "")]),
    (Xpos::Vbg, &[("ing", ""), ("ing", "e"), ("ying", "ie")]),
    (Xpos::Vbz, &[("ies", "y"), ("es", ""), ("s", "")]),
    (Xpos::Nns, &[("ies", "y"), ("men", "man"), ("es", ""), ("s", "")]),
    (Xpos::Jjr, &[("ier", "y"), ("er", ""), ("er", "e")]),
    (Xpos::Jjs, &[("iest", "y"), ("est", ""), ("est", "e")]),
];

impl Lemmas {
    /// Reads the table: form, tag and lemma a line, after comments and a header.
    pub(crate) fn read(table: &'static str) -> Lemmas {
        let mut lemmas = Lemmas { by_form: HashMap::new(), known: HashSet::new() };
        for line in table.lines().filter(|l| !l.starts_with('#')).skip(1) {
            let mut cells = line.split('\t');
            if let (Some(form), Some(tag), Some(lemma)) = (cells.next(), cells.next(), cells.next()) {
                lemmas.by_form.insert((form, tag), lemma);
                lemmas.known.insert(lemma);
            }
        }
        lemmas
    }

    /// The lemma of a word, given the model's proposal.
    pub(crate) fn settle(&self, form: &str, upos: Upos, xpos: Xpos, proposed: Box<str>) -> Box<str> {
        // Names keep their spelling, and closed classes are few enough for the model to know them.
        if !matches!(upos, Upos::Verb | Upos::Noun | Upos::Adj | Upos::Adv) {
            return proposed;
        }
        let lower = form.to_lowercase();
        if let Some(&lemma) = self.by_form.get(&(lower.as_str(), xpos.as_str())) {
            return lemma.into();
        }
        if self.known.contains(&*proposed) {
            return proposed;
        }
        self.regular(&lower, xpos).unwrap_or(proposed)
    }

    /// A known lemma that the form can be inflected from.
    fn regular(&self, form: &str, xpos: Xpos) -> Option<Box<str>> {
        let (_, endings) = ENDINGS.iter().find(|(tag, _)| *tag == xpos)?;
        for (cut, add) in *endings {
            let Some(stem) = form.strip_suffix(cut) else { continue };
            let candidate = format!("{stem}{add}");
            if self.known.contains(candidate.as_str()) {
                return Some(candidate.into());
            }
            // "permitted": a doubled consonant.
            let mut chars = stem.chars().rev();
            if add.is_empty() && chars.next().is_some() && stem.chars().next_back() == chars.next() {
                let single = &stem[..stem.len() - stem.chars().next_back().map_or(0, char::len_utf8)];
                if self.known.contains(single) {
                    return Some(single.into());
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "# comment\nform\ttag\tlemma\nwomen\tNNS\twoman\nextend\tVB\textend\nadmit\tVB\tadmit\nclose\tVB\tclose\n";

    fn settle(form: &str, upos: Upos, xpos: Xpos, proposed: &str) -> String {
        Lemmas::read(TABLE).settle(form, upos, xpos, proposed.into()).into()
    }

    #[test]
    fn a_known_form_has_its_lemma() {
        assert_eq!(settle("Women", Upos::Noun, Xpos::Nns, "wome"), "woman");
    }

    #[test]
    fn a_regular_form_of_a_known_lemma_is_undone() {
        assert_eq!(settle("extended", Upos::Verb, Xpos::Vbn, "extende"), "extend");
        assert_eq!(settle("admitted", Upos::Verb, Xpos::Vbd, "admitt"), "admit");
        assert_eq!(settle("closing", Upos::Verb, Xpos::Vbg, "clos"), "close");
    }

    #[test]
    fn an_unknown_word_keeps_the_proposal() {
        assert_eq!(settle("blorped", Upos::Verb, Xpos::Vbd, "blorp"), "blorp");
        assert_eq!(settle("Extended", Upos::Propn, Xpos::Nnp, "Extended"), "Extended");
    }
}
