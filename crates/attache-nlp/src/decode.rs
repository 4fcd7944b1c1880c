//! From logits to annotation: tags, lemmas, entities, heads and relations.

use attache_doc::{EntityLabel, Rel, Upos, Xpos};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use serde::Deserialize;

use crate::NlpError;
use crate::engine::Logits;
use crate::tree::best_tree;
use crate::{SentenceEntity, SentenceParse, SentenceWord};

/// The part of `models/en/manifest.json` that decoding needs.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: u32,
    labels: Names,
    limits: Limits,
}

#[derive(Deserialize)]
struct Names {
    upos: Vec<String>,
    xpos: Vec<String>,
    deprel: Vec<String>,
    lemma: Vec<String>,
    entity: Vec<String>,
}

#[derive(Deserialize)]
struct Limits {
    pieces: usize,
}

/// What each output of the model means.
pub(crate) struct Labels {
    pub(crate) upos: Vec<Upos>,
    pub(crate) xpos: Vec<Xpos>,
    pub(crate) rels: Vec<Rel>,
    lemmas: Vec<LemmaScript>,
    entities: Vec<EntityTag>,
    /// Name and version of the model, such as `attache-en 1`.
    pub(crate) model: String,
    /// Most pieces that the model reads at once, the marks of beginning and end included.
    pub(crate) most_pieces: usize,
}

impl Labels {
    /// Reads a manifest. Every label must be one of the scheme, so that none is silently taken for another.
    pub(crate) fn read(manifest: &str) -> Result<Labels, NlpError> {
        let manifest: Manifest = serde_json::from_str(manifest).map_err(|e| NlpError::Manifest(e.to_string()))?;
        let names = manifest.labels;
        let labels = Labels {
            upos: all(&names.upos, "upos", Upos::find)?,
            xpos: all(&names.xpos, "xpos", Xpos::find)?,
            rels: all(&names.deprel, "deprel", Rel::find)?,
            lemmas: all(&names.lemma, "lemma", LemmaScript::find)?,
            entities: all(&names.entity, "entity", EntityTag::find)?,
            model: format!("{} {}", manifest.name, manifest.version),
            most_pieces: manifest.limits.pieces,
        };
        if labels.most_pieces < 64 {
            return Err(NlpError::Manifest(format!("a limit of {} pieces is too small", labels.most_pieces)));
        }
        Ok(labels)
    }

    /// The annotation of a sentence.
    pub(crate) fn decode(&self, words: &[&str], logits: &Logits) -> Result<SentenceParse, NlpError> {
        let sizes = [&logits.upos, &logits.xpos, &logits.lemma, &logits.entity].map(|table| table.size(1));
        let known = [self.upos.len(), self.xpos.len(), self.lemmas.len(), self.entities.len()];
        if sizes != known || logits.rel.size(2) != self.rels.len() {
            return Err(NlpError::Run("the outputs have other sizes than the manifest's labels".to_string()));
        }
        let heads = best_tree(words.len(), |word, head| logits.arc[[word, head]]);
        let word = |(i, form): (usize, &&str)| SentenceWord {
            lemma: self.lemmas[best(logits.lemma.slice(i))].apply(form).into(),
            upos: self.upos[best(logits.upos.slice(i))],
            xpos: self.xpos[best(logits.xpos.slice(i))],
            head: heads[i].checked_sub(1).map(|head| head as u32),
            rel: self.best_rel(logits.rel.slice((i, heads[i])), heads[i] == 0),
        };
        Ok(SentenceParse {
            words: words.iter().enumerate().map(word).collect(),
            entities: self.entities(&logits.entity),
        })
    }

    /// The best relation: `root` for the root, and for it alone.
    fn best_rel(&self, logits: NdTensorView<f32, 1>, is_root: bool) -> Rel {
        if is_root {
            return Rel::Root;
        }
        let mut best = (Rel::Dep, f32::NEG_INFINITY);
        for (&rel, &logit) in self.rels.iter().zip(logits.iter()) {
            if rel != Rel::Root && logit > best.1 {
                best = (rel, logit);
            }
        }
        best.0
    }

    /// Index of an entity tag such as `B-PER`.
    #[cfg(test)]
    pub(crate) fn entity_index(&self, name: &str) -> Option<usize> {
        self.entities.iter().position(|&tag| Some(tag) == EntityTag::find(name))
    }

    /// Entities along the best sequence of tags in which each I- continues a B- or I- of its type (Viterbi).
    fn entities(&self, logits: &NdTensor<f32, 2>) -> Vec<SentenceEntity> {
        let mut entities: Vec<SentenceEntity> = Vec::new();
        for (i, tag) in self.best_tags(logits).into_iter().enumerate() {
            let probability = probability(logits.slice(i), tag);
            match self.entities[tag] {
                EntityTag::Outside => {}
                EntityTag::Begin(label) => {
                    entities.push(SentenceEntity { words: i as u32..i as u32 + 1, label, score: probability });
                }
                EntityTag::Inside(_) => {
                    if let Some(entity) = entities.last_mut() {
                        entity.words.end += 1;
                        entity.score *= probability;
                    }
                }
            }
        }
        entities
    }

    fn best_tags(&self, logits: &NdTensor<f32, 2>) -> Vec<usize> {
        let tags = self.entities.len();
        let follows = |before: usize, tag: usize| match (self.entities[tag], self.entities[before]) {
            (EntityTag::Inside(label), EntityTag::Begin(of) | EntityTag::Inside(of)) => label == of,
            (EntityTag::Inside(_), EntityTag::Outside) => false,
            _ => true,
        };
        let start = |tag: usize| match self.entities[tag] {
            EntityTag::Inside(_) => f64::NEG_INFINITY,
            _ => 0.0,
        };
        let mut totals: Vec<f64> = (0..tags).map(start).collect();
        let mut steps: Vec<Vec<usize>> = Vec::with_capacity(logits.size(0));
        for i in 0..logits.size(0) {
            // The tag before each tag on the best path to it; before the first word there is none.
            let step: Vec<usize> = (0..tags)
                .map(|tag| {
                    if i == 0 {
                        return tag;
                    }
                    let allowed = (0..tags).filter(|&before| follows(before, tag));
                    allowed
                        .reduce(|best, before| if totals[before] > totals[best] { before } else { best })
                        .unwrap_or(0)
                })
                .collect();
            totals = (0..tags).map(|tag| totals[step[tag]] + f64::from(logits[[i, tag]])).collect();
            steps.push(step);
        }
        let mut tag = (1..tags).fold(0, |best, tag| if totals[tag] > totals[best] { tag } else { best });
        let mut path = Vec::with_capacity(steps.len());
        for step in steps.iter().rev() {
            path.push(tag);
            tag = step[tag];
        }
        path.reverse();
        path
    }
}

fn all<T>(names: &[String], head: &str, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, NlpError> {
    if names.is_empty() {
        return Err(NlpError::Manifest(format!("labels.{head} is empty")));
    }
    let unknown = |name: &String| NlpError::Manifest(format!("labels.{head} has the unknown label {name:?}"));
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

/// Index of the largest logit, the first of equals.
fn best(logits: NdTensorView<f32, 1>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, &logit) in logits.iter().enumerate() {
        if logit > best.1 {
            best = (i, logit);
        }
    }
    best.0
}

/// The softmax of one logit.
fn probability(logits: NdTensorView<f32, 1>, label: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    (logits[[label]] - most).exp() / sum
}

#[derive(Clone, Copy, PartialEq)]
enum EntityTag {
    Outside,
    Begin(EntityLabel),
    Inside(EntityLabel),
}

impl EntityTag {
    fn find(name: &str) -> Option<EntityTag> {
        if name == "O" {
            return Some(EntityTag::Outside);
        }
        let (position, label) = name.split_once('-')?;
        match position {
            "B" => EntityLabel::find(label).map(EntityTag::Begin),
            "I" => EntityLabel::find(label).map(EntityTag::Inside),
            _ => None,
        }
    }
}

/// A rule that makes the dictionary form of a form.
#[derive(Debug, Clone, PartialEq)]
enum LemmaScript {
    /// The form itself.
    Keep,
    /// The form in lower case.
    Lower,
    /// Cut `cut` characters off the end of the form, lower-cased unless `cased`, and put `suffix` there.
    Suffix { cased: bool, cut: usize, suffix: Box<str> },
}

impl LemmaScript {
    fn find(name: &str) -> Option<LemmaScript> {
        match name {
            "keep" => return Some(LemmaScript::Keep),
            "lower" => return Some(LemmaScript::Lower),
            _ => {}
        }
        let (cut, suffix) = name.split_once('|')?;
        let (cased, cut) = cut.strip_prefix('C').map_or((false, cut), |cut| (true, cut));
        Some(LemmaScript::Suffix { cased, cut: cut.parse().ok()?, suffix: suffix.into() })
    }

    /// The lemma of `form`, with plain quotes and, for a sign that stands alone, plain dashes, as the treebank writes them.
    /// A script that would cut more than there is leaves the lower-cased form.
    fn apply(&self, form: &str) -> String {
        if let Some(plain) = plain_sign(form) {
            return plain.to_string();
        }
        let form = form.replace(['’', '‘'], "'");
        match self {
            LemmaScript::Keep => form,
            LemmaScript::Lower => form.to_lowercase(),
            LemmaScript::Suffix { cased, cut, suffix } => {
                let base = if *cased { form.clone() } else { form.to_lowercase() };
                let mut chars = base.chars();
                for _ in 0..*cut {
                    if chars.next_back().is_none() {
                        return form.to_lowercase();
                    }
                }
                let lemma = format!("{}{suffix}", chars.as_str());
                if lemma.is_empty() { form.to_lowercase() } else { lemma }
            }
        }
    }
}

/// Typographic signs in the spelling that the treebank gives their lemmas.
fn plain_sign(form: &str) -> Option<&'static str> {
    match form {
        "“" | "”" | "„" => Some("\""),
        "‘" | "’" => Some("'"),
        "’’" | "‘‘" | "‘’" => Some("''"),
        "–" | "—" => Some("-"),
        "…" => Some("..."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lemma(script: &str, form: &str) -> String {
        LemmaScript::find(script).unwrap().apply(form)
    }

    #[test]
    fn lemma_scripts_are_carried_out() {
        assert_eq!(lemma("keep", "Muttaqi"), "Muttaqi");
        assert_eq!(lemma("lower", "The"), "the");
        assert_eq!(lemma("3|y", "Countries"), "country");
        assert_eq!(lemma("C1|", "Tigers"), "Tiger");
        assert_eq!(lemma("2|be", "is"), "be");
        assert_eq!(lemma("1|", "É"), "é");
        assert_eq!(lemma("9|x", "Is"), "is");
    }

    #[test]
    fn typographic_signs_have_plain_lemmas() {
        assert_eq!(lemma("keep", "’s"), "'s");
        assert_eq!(lemma("2|ot", "n’t"), "not");
        assert_eq!(lemma("keep", "“"), "\"");
        assert_eq!(lemma("keep", "—"), "-");
        assert_eq!(lemma("keep", "O’Neill"), "O'Neill");
    }

    #[test]
    fn scripts_and_tags_that_are_none_are_refused() {
        for name in ["", "keep2", "x|y", "|", "C|", "-1|e"] {
            assert_eq!(LemmaScript::find(name), None, "{name}");
        }
        assert!(EntityTag::find("B-COUNTRY").is_none() && EntityTag::find("PER").is_none());
    }

    fn labels() -> Labels {
        let manifest = r#"{"name": "x", "version": 1, "limits": {"pieces": 64}, "labels": {"upos": ["X"], "xpos": ["NN"],
            "deprel": ["dep"], "lemma": ["keep"], "entity": ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]}}"#;
        Labels::read(manifest).unwrap()
    }

    #[test]
    fn entity_tags_never_continue_another_type() {
        let logits = NdTensor::from_data(
            [4, 5],
            vec![
                0., 1., 9., 0., 0., // The best tag, I-PER, cannot come first.
                0., 0., 5., 0., 6., // Alone it would be I-ORG.
                9., 0., 0., 0., 0., //
                0., 0., 0., 2., 7., // I-ORG without anything before it.
            ],
        );
        let found: Vec<_> = labels().entities(&logits).into_iter().map(|e| (e.words, e.label)).collect();
        assert_eq!(found, [(0..2, EntityLabel::Person), (3..4, EntityLabel::Organisation)]);
    }

    #[test]
    fn a_score_is_the_product_of_its_words() {
        let logits = NdTensor::from_data([2, 5], vec![0., 3., 0., 0., 0., 0., 0., 2., 0., 0.]);
        let entities = labels().entities(&logits);
        let softmax = |x: f32| x.exp() / (x.exp() + 4.0);
        assert_eq!(entities.len(), 1);
        assert!((entities[0].score - softmax(3.0) * softmax(2.0)).abs() < 1e-6);
    }

    #[test]
    fn an_unknown_label_is_an_error_that_names_it() {
        let manifest = r#"{"name": "x", "version": 1, "limits": {"pieces": 64}, "labels": {"upos": ["VERBS"], "xpos": ["NN"],
            "deprel": ["dep"], "lemma": ["keep"], "entity": ["O"]}}"#;
        let error = Labels::read(manifest).err().unwrap();
        assert_eq!(error.to_string(), "the model's manifest: labels.upos has the unknown label \"VERBS\"");
    }
}
