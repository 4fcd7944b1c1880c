//! Tables and dictionaries with all kinds of faults: they are told, and nothing panics.

use attache_coder::dictionary::{Dictionaries, code};
use attache_coder::{Knowledge, KnowledgeFile, check};
use attache_ingest::Options;

/// A generator of our own: the same faults on every run and machine (Knuth's multiplier and increment of MMIX).
struct Faults(u64);

impl Faults {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    /// The text with a few faults: characters taken out, put in or repeated, lines cut, cells exchanged.
    fn put_into(&mut self, text: &str) -> String {
        const ODD: &[&str] = &[
            "\t",
            "\n",
            "|",
            "!",
            "-",
            "*",
            "[",
            "]",
            "{",
            "}",
            "(",
            ")",
            "&",
            "+",
            "$",
            "^",
            "%",
            "~",
            "_",
            "#",
            "=",
            ":",
            "/",
            "<",
            ">",
            "0",
            "99999999999",
            "é",
            "\u{202e}",
            "\u{0}",
            "’",
            "@ship",
            "obj.",
            "..",
            "---",
            "\r\n",
            " ",
        ];
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..1 + self.below(8) {
            let at = self.below(chars.len() + 1);
            match self.below(5) {
                0 if at < chars.len() => {
                    chars.remove(at);
                }
                1 => {
                    let end = (at + self.below(30)).min(chars.len());
                    chars.drain(at..end);
                }
                2 => {
                    let end = (at + self.below(40)).min(chars.len());
                    let copy: Vec<char> = chars[at..end].to_vec();
                    let to = self.below(chars.len() + 1);
                    chars.splice(to..to, copy);
                }
                _ => {
                    let odd: Vec<char> = ODD[self.below(ODD.len())].chars().collect();
                    chars.splice(at..at, odd);
                }
            }
        }
        chars.into_iter().collect()
    }
}

/// Rows of our own for tables with every kind of cell.
const TABLES: &[(&str, &str)] = &[
    ("acts.tsv", "act\tgloss\tparent\tshape\nsend-a-kite\tFly a kite over a border.\t-\tdirected\n"),
    (
        "lexicon/en/triggers.tsv",
        "lemma\tpos\tneeds\tact\tinitiator\tcounterpart\trequire\tnote\n\
         kite|fly out\tVERB\tobj@actor !xcomp to=border|river\ttalk\tsubj/by@actor\tobj.to/with\tboth\t-\n!meet\tVERB\n",
    ),
    (
        "lexicon/en/responses.tsv",
        "lemma\tpos\tneeds\tnegated\tstance\tby\tto\tnote\nshrug\tVERB\tat\tany\tdisputes\tvoice\tat\t-\n",
    ),
    (
        "actors/people.tsv",
        "key\tname\taliases\toffice\tcountry\tsectors\tfrom\tuntil\torg\twikidata\tsource\n\
         ada-holm\tAda Holm\tHolm|A. Holm\tforeign-minister\tNOR\tGOV\t2020-01\t2021\tnor-mfa\t-\town\n",
    ),
    (
        "actors/institutions.tsv",
        "key\tname\tnames\tkind\tcountry\tsectors\tparent\tfrom\tuntil\twikidata\n\
         kites\tKite Union\tThe Kites\tngo\t-\tNGO\t-\t1999\t-\t-\n",
    ),
    (
        "ontology/cameo/codes.tsv",
        "code\tname\tquad\tgoldstein\tparent\tdefinition\n999\tFly kites\t1\t2.5\t-\tKites.\n",
    ),
    ("ontology/plover/acts.tsv", "act\ttype\tmode\tcontexts\tscore\tparticipants\ntalk\tCONSULT\t-\t-\t1\tjoint\n"),
    (
        "places/cities.tsv",
        "geonameid\tname\talternates\tiso3\tadmin1\tlat\tlon\tpopulation\n1\tKitetown\t-\tNOR\t-\t60\t10\t5\n",
    ),
];

#[test]
fn faulty_tables_are_told_with_a_line_of_theirs() {
    let mut faults = Faults(7);
    // Each load reads all built-in tables, so every one of them gets faults in every load.
    for round in 0..5 {
        let files: Vec<KnowledgeFile> = TABLES
            .iter()
            .map(|(path, text)| KnowledgeFile {
                path: path.to_string(),
                name: format!("mine/{path}"),
                text: if round == 0 { text.to_string() } else { faults.put_into(text) },
            })
            .collect();
        let found = check(files.clone());
        if round == 0 {
            assert_eq!(found.problems.iter().map(|p| p.file.as_str()).collect::<Vec<_>>(), ["mine/acts.tsv"; 2]);
        }
        for problem in &found.problems {
            let own = files.iter().find(|f| f.name == problem.file);
            // A row of the user's may leave a built-in one without what it names; the line is then a built-in one.
            if let Some(file) = own {
                assert!(problem.line as usize <= file.text.lines().count(), "{problem}");
            }
            assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{problem}");
        }
    }
    let _ = Knowledge::with(Vec::new()).unwrap_or_else(|problems| panic!("{}", problems[0]));
}

/// The dictionaries of the specs.
fn dictionaries() -> Vec<(String, String)> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/dictionaries.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.split_once('\n'))
        .filter(|(kind, _)| ["actors", "agents", "verbs", "discards", "issues"].contains(kind))
        .map(|(kind, text)| (kind.to_string(), text.to_string()))
        .collect()
}

#[test]
fn faulty_dictionaries_are_told_and_code_on() {
    let spec = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/dictionaries.md");
    let spec = std::fs::read_to_string(spec).unwrap();
    let blocks: Vec<(&str, &str)> =
        spec.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect();
    let texts: Vec<_> = blocks
        .windows(2)
        .filter(|two| two[0].0.starts_with("text") && two[1].0 == "conllu")
        .map(|two| {
            let doc = attache_ingest::document_from_text(two[0].1.to_string(), &Options::default()).unwrap();
            let parse = attache_doc::conllu::read(&doc, two[1].1).unwrap();
            (doc, parse)
        })
        .collect();
    assert!(texts.len() > 30);
    let own = dictionaries();
    let mut faults = Faults(11);
    let mut told = 0;
    for round in 0..400 {
        let file = |(kind, text): &(String, String)| KnowledgeFile {
            path: format!("{kind}.txt"),
            name: format!("{kind}.txt"),
            text: text.clone(),
        };
        let mut files: Vec<KnowledgeFile> = own.iter().map(file).collect();
        for file in &mut files {
            file.text = faults.put_into(&file.text);
        }
        let lines: Vec<usize> = files.iter().map(|f| f.text.lines().count()).collect();
        let names: Vec<String> = files.iter().map(|f| f.name.clone()).collect();
        let (dictionaries, problems) = Dictionaries::read(files);
        told += problems.len();
        for problem in problems {
            let at = names.iter().position(|n| *n == problem.file).unwrap_or_else(|| panic!("{problem}"));
            assert!(problem.line >= 1 && problem.line as usize <= lines[at], "{problem}");
        }
        let (doc, parse) = &texts[round % texts.len()];
        for event in code(&dictionaries, doc, parse) {
            assert!(!doc.text(event.verb).is_empty() && !event.source.code.is_empty());
        }
    }
    assert!(told > 100, "only {told} problems in 400 faulty sets");
}
