//! The measures of the CoNLL 2018 shared task on parsing from raw text: one set of trees against another over the same
//! characters.
//!
//! Words of gold and system are paired first, by the characters they cover. Where a token of either side stands for several
//! words ("don't"), no character belongs to one of them alone: there, the words of both sides are paired by their forms, as
//! the longest common subsequence. All other measures count over the pairs. Relations count without their subtype, and a
//! lemma that the gold leaves open accepts any. `bench/conll18.py` holds the numbers against the task's own script.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use crate::treebank::{Sentence, Word};

/// Relations of function words, which the measures over content words leave out, as they do `punct`.
const FUNCTIONAL: [&str; 7] = ["aux", "cop", "mark", "det", "clf", "case", "cc"];

/// Features that treebanks share; others are a language's own and do not count.
const FEATURES: [&str; 21] = [
    "PronType", "NumType", "Poss", "Reflex", "Foreign", "Abbr", "Gender", "Animacy", "Number", "Case", "Definite",
    "Degree", "VerbForm", "Mood", "Tense", "Aspect", "Voice", "Evident", "Polarity", "Person", "Polite",
];

/// What of gold and system agrees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Things in the gold.
    pub gold: usize,
    /// Things in the system's output.
    pub system: usize,
    /// Things of both that agree.
    pub correct: usize,
    /// Pairs of words that could agree; `None` for spans, which are not paired.
    pub aligned: Option<usize>,
}

impl Agreement {
    /// Share of the system's things that are right, in percent; 0 when there are none.
    pub fn precision(&self) -> f64 {
        percent(self.correct, self.system)
    }

    /// Share of the gold's things that were found, in percent; 0 when there are none.
    pub fn recall(&self) -> f64 {
        percent(self.correct, self.gold)
    }

    /// Harmonic mean of the two, in percent.
    pub fn f1(&self) -> f64 {
        percent(2 * self.correct, self.gold + self.system)
    }

    /// Share of the paired words that are right, in percent.
    pub fn aligned_accuracy(&self) -> Option<f64> {
        self.aligned.map(|aligned| percent(self.correct, aligned))
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// The measures, under the names of the shared task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores {
    /// Tokens of the text, of which some stand for several words.
    pub tokens: Agreement,
    /// Sentences, by their characters.
    pub sentences: Agreement,
    /// Words: those that could be paired.
    pub words: Agreement,
    /// Universal tags.
    pub upos: Agreement,
    /// Tags of the treebank's own.
    pub xpos: Agreement,
    /// Features that all treebanks share.
    pub ufeats: Agreement,
    /// Both tags and the features at once.
    pub alltags: Agreement,
    /// Dictionary forms.
    pub lemmas: Agreement,
    /// Governors.
    pub uas: Agreement,
    /// Governors with their relation.
    pub las: Agreement,
    /// The same over content words.
    pub clas: Agreement,
    /// The same with tag and features, and with the function words that depend on the word.
    pub mlas: Agreement,
    /// The same over content words, with the lemma.
    pub blex: Agreement,
}

impl Scores {
    /// All measures with their names, in the order of the shared task.
    pub fn named(&self) -> [(&'static str, Agreement); 13] {
        [
            ("Tokens", self.tokens),
            ("Sentences", self.sentences),
            ("Words", self.words),
            ("UPOS", self.upos),
            ("XPOS", self.xpos),
            ("UFeats", self.ufeats),
            ("AllTags", self.alltags),
            ("Lemmas", self.lemmas),
            ("UAS", self.uas),
            ("LAS", self.las),
            ("CLAS", self.clas),
            ("MLAS", self.mlas),
            ("BLEX", self.blex),
        ]
    }

    /// The measures as a table, in percent.
    pub fn table(&self) -> String {
        let mut out = format!("{:<9}  {:>9}  {:>6}  {:>6}  {:>7}\n", "measure", "precision", "recall", "F1", "aligned");
        for (name, a) in self.named() {
            let aligned = a.aligned_accuracy().map_or("-".to_string(), |accuracy| format!("{accuracy:.2}"));
            let (precision, recall) = (a.precision(), a.recall());
            out.push_str(&format!("{name:<9}  {precision:>9.2}  {recall:>6.2}  {:>6.2}  {aligned:>7}\n", a.f1()));
        }
        out
    }

    /// The measures as JSON, one a line, in percent and unrounded, so that they can be compared with another scorer's.
    pub fn json_lines(&self) -> String {
        #[derive(Serialize)]
        struct Line {
            measure: &'static str,
            precision: f64,
            recall: f64,
            f1: f64,
            aligned: Option<f64>,
        }
        let mut out = String::new();
        for (measure, a) in self.named() {
            let line = Line {
                measure,
                precision: a.precision(),
                recall: a.recall(),
                f1: a.f1(),
                aligned: a.aligned_accuracy(),
            };
            out.push_str(&serde_json::to_string(&line).expect("numbers and names are always JSON"));
            out.push('\n');
        }
        out
    }
}

/// Scores `system` against `gold`.
///
/// # Errors
/// When the two do not cover the same characters (white space apart), or a tree has not exactly one root or goes in a circle:
/// then nothing that could be counted would mean anything.
pub fn score(gold: &[Sentence], system: &[Sentence]) -> Result<Scores, String> {
    let gold = Text::of(gold).map_err(|what| format!("gold: {what}"))?;
    let system = Text::of(system).map_err(|what| format!("system: {what}"))?;
    same_characters(&gold, &system)?;
    let pairs = Pairs::of(&gold, &system);

    let any = |_: &Placed| true;
    let content = |word: &Placed| word.is_content;
    let upos = |g: &Placed, s: &Placed| g.word.upos == s.word.upos;
    let xpos = |g: &Placed, s: &Placed| g.word.xpos == s.word.xpos;
    let ufeats = |g: &Placed, s: &Placed| g.features == s.features;
    let lemma = |g: &Placed, s: &Placed| g.word.lemma == "_" || g.word.lemma == s.word.lemma;
    let head = |g: &Placed, s: &Placed| pairs.same_head(g, s);
    let labelled = |g: &Placed, s: &Placed| pairs.same_head(g, s) && g.rel == s.rel;
    Ok(Scores {
        tokens: same_spans(&gold.tokens, &system.tokens),
        sentences: same_spans(&gold.sentences, &system.sentences),
        words: Agreement { aligned: None, ..pairs.count(any, |_, _| true) },
        upos: pairs.count(any, upos),
        xpos: pairs.count(any, xpos),
        ufeats: pairs.count(any, ufeats),
        alltags: pairs.count(any, |g, s| upos(g, s) && xpos(g, s) && ufeats(g, s)),
        lemmas: pairs.count(any, lemma),
        uas: pairs.count(any, head),
        las: pairs.count(any, labelled),
        clas: pairs.count(content, labelled),
        mlas: pairs
            .count(content, |g, s| labelled(g, s) && upos(g, s) && ufeats(g, s) && pairs.same_function_words(g, s)),
        blex: pairs.count(content, |g, s| labelled(g, s) && lemma(g, s)),
    })
}

/// Trees laid over the characters of their text, white space left out. Spans count characters.
struct Text<'t> {
    characters: Vec<char>,
    tokens: Vec<Range<usize>>,
    sentences: Vec<Range<usize>>,
    words: Vec<Placed<'t>>,
}

/// A word in its text.
struct Placed<'t> {
    word: &'t Word,
    /// The relation without its subtype.
    rel: &'t str,
    /// The features that count, sorted.
    features: Vec<&'t str>,
    /// Its characters; those of the whole token when the token stands for several words.
    span: Range<usize>,
    shares_token: bool,
    is_content: bool,
    /// Index of the governor in the text.
    head: Option<usize>,
    /// Indices of the function words that depend on it.
    function_words: Vec<usize>,
}

impl<'t> Text<'t> {
    fn of(sentences: &'t [Sentence]) -> Result<Text<'t>, String> {
        let mut text = Text { characters: Vec::new(), tokens: Vec::new(), sentences: Vec::new(), words: Vec::new() };
        for sentence in sentences {
            let fail = |what: &str| format!("sentence {}: {what}", sentence.id);
            check_tree(&sentence.words).map_err(fail)?;
            let (from, first) = (text.characters.len(), text.words.len());
            for surface in &sentence.surface {
                let start = text.characters.len();
                text.characters.extend(surface.form.chars().filter(|c| !c.is_whitespace()));
                let span = start..text.characters.len();
                if span.is_empty() {
                    return Err(fail("a form of white space alone"));
                }
                let shares_token = surface.words.len() > 1;
                let words = sentence.words[surface.words.clone()].iter();
                text.words.extend(words.map(|word| Placed::new(word, span.clone(), shares_token, first)));
                text.tokens.push(span);
            }
            text.sentences.push(from..text.characters.len());
        }
        for n in 0..text.words.len() {
            if let Some(head) = text.words[n].head.filter(|_| FUNCTIONAL.contains(&text.words[n].rel)) {
                text.words[head].function_words.push(n);
            }
        }
        Ok(text)
    }
}

impl<'t> Placed<'t> {
    /// Places a word of the sentence whose first word has the index `first`.
    fn new(word: &'t Word, span: Range<usize>, shares_token: bool, first: usize) -> Placed<'t> {
        let rel = universal(&word.rel);
        let shared = |feature: &&str| feature.split('=').next().is_some_and(|name| FEATURES.contains(&name));
        let mut features: Vec<&str> = word.feats.split('|').filter(shared).collect();
        features.sort_unstable();
        Placed {
            word,
            rel,
            features,
            span,
            shares_token,
            is_content: rel != "punct" && !FUNCTIONAL.contains(&rel),
            head: word.head.checked_sub(1).map(|head| first + head),
            function_words: Vec::new(),
        }
    }
}

/// The part of a relation that all treebanks share.
pub fn universal(rel: &str) -> &str {
    rel.split(':').next().unwrap_or(rel)
}

/// A tree has one root, and every word leads to it.
fn check_tree(words: &[Word]) -> Result<(), &'static str> {
    if words.iter().filter(|word| word.head == 0).count() != 1 {
        return Err("not exactly one root");
    }
    for start in words {
        // A way up that is longer than the sentence never ends.
        let mut head = start.head;
        for _ in words {
            head = if head == 0 { 0 } else { words[head - 1].head };
        }
        if head != 0 {
            return Err("the heads go in a circle");
        }
    }
    Ok(())
}

fn same_characters(gold: &Text, system: &Text) -> Result<(), String> {
    const SHOWN: usize = 20;
    let (g, s) = (&gold.characters, &system.characters);
    if g == s {
        return Ok(());
    }
    let at = g.iter().zip(s).take_while(|(g, s)| g == s).count();
    let from = |characters: &[char]| characters[at..].iter().take(SHOWN).collect::<String>();
    Err(format!("the texts differ from character {at} on: gold {:?}, system {:?}", from(g), from(s)))
}

/// Spans that both have.
fn same_spans(gold: &[Range<usize>], system: &[Range<usize>]) -> Agreement {
    let both = system
        .iter()
        .filter(|span| gold.binary_search_by_key(&span.start, |g| g.start).is_ok_and(|n| gold[n] == **span));
    Agreement { gold: gold.len(), system: system.len(), correct: both.count(), aligned: None }
}

/// Pairs of indices: gold word, system word.
fn pair(gold: &Text, system: &Text) -> Vec<(usize, usize)> {
    let regions = shared_regions(gold, system);
    let region_of = |word: &Placed| {
        let n = regions.partition_point(|region| region.end <= word.span.start);
        regions.get(n).filter(|region| region.start <= word.span.start && word.span.end <= region.end).map(|_| n)
    };
    let mut alone: HashMap<&Range<usize>, usize> = HashMap::new();
    let mut in_region: Vec<(Vec<usize>, Vec<usize>)> = vec![Default::default(); regions.len()];
    for (n, word) in gold.words.iter().enumerate() {
        match region_of(word) {
            Some(region) => in_region[region].0.push(n),
            None => drop(alone.insert(&word.span, n)),
        }
    }
    let mut pairs = Vec::new();
    for (n, word) in system.words.iter().enumerate() {
        match region_of(word) {
            Some(region) => in_region[region].1.push(n),
            None => pairs.extend(alone.get(&word.span).map(|&gold| (gold, n))),
        }
    }
    for (of_gold, of_system) in in_region {
        let forms = |text: &Text, words: &[usize]| -> Vec<String> {
            words.iter().map(|&word| text.words[word].word.form.to_lowercase()).collect()
        };
        let common = common_subsequence(&forms(gold, &of_gold), &forms(system, &of_system));
        pairs.extend(common.into_iter().map(|(g, s)| (of_gold[g], of_system[s])));
    }
    pairs
}

/// The stretches of text in which a token of either side stands for several words; tokens that overlap make one stretch.
fn shared_regions(gold: &Text, system: &Text) -> Vec<Range<usize>> {
    let words = gold.words.iter().chain(&system.words).filter(|word| word.shares_token);
    let mut spans: Vec<Range<usize>> = words.map(|word| word.span.clone()).collect();
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut regions: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match regions.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => regions.push(span),
        }
    }
    regions
}

/// Pairs of indices of the longest common subsequence.
fn common_subsequence(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    // longest[i][j]: length for a[i..] and b[j..].
    let mut longest = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] =
                if a[i] == b[j] { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i][j] == longest[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The paired words of two texts.
struct Pairs<'p> {
    gold: &'p Text<'p>,
    system: &'p Text<'p>,
    /// Indices: gold word, system word.
    words: Vec<(usize, usize)>,
    /// For each system word, the index of its gold word.
    gold_of: Vec<Option<usize>>,
}

impl<'p> Pairs<'p> {
    fn of(gold: &'p Text<'p>, system: &'p Text<'p>) -> Pairs<'p> {
        let words = pair(gold, system);
        let mut gold_of = vec![None; system.words.len()];
        for &(g, s) in &words {
            gold_of[s] = Some(g);
        }
        Pairs { gold, system, words, gold_of }
    }

    /// Counts the words that `counts` and, of their pairs, those that `agree`. Whether a pair counts is for its gold word to
    /// say.
    fn count(&self, counts: impl Fn(&Placed) -> bool, agree: impl Fn(&Placed, &Placed) -> bool) -> Agreement {
        let pairs = self.words.iter().map(|&(g, s)| (&self.gold.words[g], &self.system.words[s]));
        let counted: Vec<_> = pairs.filter(|(g, _)| counts(g)).collect();
        Agreement {
            gold: self.gold.words.iter().filter(|word| counts(word)).count(),
            system: self.system.words.iter().filter(|word| counts(word)).count(),
            correct: counted.iter().filter(|(g, s)| agree(g, s)).count(),
            aligned: Some(counted.len()),
        }
    }

    fn same_head(&self, gold: &Placed, system: &Placed) -> bool {
        match (gold.head, system.head) {
            (None, None) => true,
            (Some(g), Some(s)) => self.are_paired(g, s),
            _ => false,
        }
    }

    fn same_function_words(&self, gold: &Placed, system: &Placed) -> bool {
        let same = |(&g, &s): (&usize, &usize)| {
            let (a, b) = (&self.gold.words[g], &self.system.words[s]);
            self.are_paired(g, s) && a.rel == b.rel && a.word.upos == b.word.upos && a.features == b.features
        };
        gold.function_words.len() == system.function_words.len()
            && gold.function_words.iter().zip(&system.function_words).all(same)
    }

    fn are_paired(&self, gold: usize, system: usize) -> bool {
        self.gold_of[system] == Some(gold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::treebank::read_conllu;

    /// Three sentences of our own; "didn't" and "Oslo's" are tokens of two words.
    const GOLD: &str = "# sent_id = 1\n\
        1\tEnvoys\tenvoy\tNOUN\tNNS\tNumber=Plur\t4\tnsubj\t_\t_\n\
        2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_\n\
        2\tdid\tdo\tAUX\tVBD\tTense=Past|VerbForm=Fin\t4\taux\t_\t_\n\
        3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_\n\
        4\tmeet\tmeet\tVERB\tVB\tVerbForm=Inf\t0\troot\t_\tSpaceAfter=No\n\
        5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_\n\n\
        # sent_id = 2\n\
        1-2\tOslo's\t_\t_\t_\t_\t_\t_\t_\t_\n\
        1\tOslo\tOslo\tPROPN\tNNP\tNumber=Sing\t3\tnmod:poss\t_\t_\n\
        2\t's\t's\tPART\tPOS\t_\t1\tcase\t_\t_\n\
        3\toffer\toffer\tNOUN\tNN\tNumber=Sing\t0\troot\t_\t_\n\
        4\tfailed\t_\tVERB\tVBD\tStyle=Coll|Tense=Past\t3\tacl\t_\t_\n\n";

    fn f1s(system: &str) -> HashMap<&'static str, (usize, usize, usize)> {
        let scores = score(&read_conllu(GOLD).unwrap(), &read_conllu(system).unwrap()).unwrap();
        scores.named().into_iter().map(|(name, a)| (name, (a.gold, a.system, a.correct))).collect()
    }

    fn changed(changes: &[(&str, &str)]) -> String {
        changes.iter().fold(GOLD.to_string(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        })
    }

    #[test]
    fn gold_against_itself_is_all_right() {
        let scores = score(&read_conllu(GOLD).unwrap(), &read_conllu(GOLD).unwrap()).unwrap();
        for (name, a) in scores.named() {
            assert_eq!((a.gold, a.system), (a.correct, a.correct), "{name}");
            assert!(a.gold > 0, "{name}");
        }
        assert_eq!((scores.tokens.gold, scores.words.gold, scores.clas.gold), (7, 9, 6));
    }

    #[test]
    fn each_measure_counts_its_own_kind_of_error() {
        let of = |changes: &[(&str, &str)]| {
            let wrong = f1s(&changed(changes));
            let mut names: Vec<_> = wrong.into_iter().filter(|(_, (gold, _, correct))| gold != correct).collect();
            names.sort_unstable();
            names.into_iter().map(|(name, (gold, _, correct))| (name, gold - correct)).collect::<Vec<_>>()
        };
        // The treebank leaves this lemma open, names this feature alone, and knows this subtype alone.
        assert_eq!(of(&[("failed\t_", "failed\tfail")]), []);
        assert_eq!(of(&[("Style=Coll|", "")]), []);
        assert_eq!(of(&[("nmod:poss", "nmod")]), []);
        assert_eq!(of(&[("Envoys\tenvoy", "Envoys\tEnvoy")]), [("BLEX", 1), ("Lemmas", 1)]);
        assert_eq!(of(&[("NOUN\tNNS", "PROPN\tNNS")]), [("AllTags", 1), ("MLAS", 1), ("UPOS", 1)]);
        assert_eq!(of(&[("NOUN\tNNS", "NOUN\tNNP")]), [("AllTags", 1), ("XPOS", 1)]);
        assert_eq!(of(&[("VerbForm=Inf", "_")]), [("AllTags", 1), ("MLAS", 1), ("UFeats", 1)]);
        // A function word counts for itself and, in MLAS, for the word it belongs to.
        assert_eq!(of(&[("AUX\tVBD", "VERB\tVBD")]), [("AllTags", 1), ("MLAS", 1), ("UPOS", 1)]);
        assert_eq!(of(&[("4\taux", "1\taux")]), [("LAS", 1), ("MLAS", 2), ("UAS", 1)]);
        // A relation of content words, right but for its name: in MLAS and BLEX it is the same error.
        assert_eq!(of(&[("4\tnsubj", "4\tobj")]), [("BLEX", 1), ("CLAS", 1), ("LAS", 1), ("MLAS", 1)]);
    }

    #[test]
    fn words_of_a_shared_token_are_paired_by_their_forms() {
        // The same words without the token that holds them: the token is wrong, the words are right.
        let apart = f1s(&changed(&[("2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_\n", "")]));
        assert_eq!((apart["Tokens"], apart["Words"], apart["LAS"]), ((7, 8, 6), (9, 9, 9), (9, 9, 9)));
        // Cut elsewhere, neither half is found; what depends on other words is.
        let cut = f1s(&changed(&[("2\tdid\t", "2\tdidn\t"), ("3\tn't\t", "3\t't\t")]));
        assert_eq!((cut["Tokens"], cut["Words"], cut["UAS"]), ((7, 7, 7), (9, 9, 7), (9, 9, 7)));
    }

    #[test]
    fn words_are_paired_across_other_sentence_boundaries() {
        // "Oslo's offer failed" cut in two behind "offer".
        let system = changed(&[(
            "4\tfailed\t_\tVERB\tVBD\tStyle=Coll|Tense=Past\t3\tacl",
            "\n1\tfailed\t_\tVERB\tVBD\tTense=Past\t0\troot",
        )]);
        let found = f1s(&system);
        assert_eq!((found["Sentences"], found["Words"], found["UAS"]), ((2, 3, 1), (9, 9, 9), (9, 9, 8)));
    }

    #[test]
    fn what_is_no_tree_over_the_same_text_is_refused() {
        let error = |from: &str, to: &str| {
            score(&read_conllu(GOLD).unwrap(), &read_conllu(&changed(&[(from, to)])).unwrap()).unwrap_err()
        };
        assert_eq!(error("0\troot", "1\troot"), "system: sentence 1: not exactly one root");
        assert_eq!(error("4\tadvmod", "3\tadvmod"), "system: sentence 1: the heads go in a circle");
        assert!(error("4\tmeet", "4\tmet").starts_with("the texts differ from character 14 on: gold \"et.Oslo"));
    }

    #[test]
    fn ties_of_the_common_subsequence_are_taken_from_the_left() {
        let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        assert_eq!(common_subsequence(&words("a b c d"), &words("b d c d")), [(1, 0), (2, 2), (3, 3)]);
        assert_eq!(common_subsequence(&words("a b"), &words("b a")), [(1, 0)]);
    }
}
