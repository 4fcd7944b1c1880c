//! The embedded model: what must hold whatever the model is. (Agreement with the trainer's reference is a unit test.)

use std::sync::LazyLock;

use attache_doc::{BlockKind, Document, Meta, Parse, Rel, conllu};
use attache_nlp::Nlp;

static NLP: LazyLock<Nlp> = LazyLock::new(|| Nlp::embedded().unwrap());

fn document(text: &str) -> Document {
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        blocks.push((BlockKind::Paragraph, start..start + line.len()));
        start += line.len();
    }
    Document::new(text.to_string(), blocks, Meta::default())
}

fn parse(text: &str) -> (Document, Parse) {
    let doc = document(text);
    let parse = NLP.parse(&[&doc]).remove(0);
    (doc, parse)
}

/// What every parse promises: spans in order and inside their blocks, one tree a sentence, entities inside sentences.
#[track_caller]
fn check(doc: &Document, parse: &Parse) {
    let mut end = 0;
    for (i, sentence) in parse.sentences.iter().enumerate() {
        let block = doc.blocks()[sentence.block as usize];
        assert!(block.kind.is_text() && block.span.contains(sentence.span));
        let tokens = &parse.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize];
        assert_eq!(sentence.span, tokens[0].span.cover(tokens[tokens.len() - 1].span));
        assert_eq!(tokens.iter().filter(|token| token.head.is_none()).count(), 1);
        for token in tokens {
            assert!(token.span.start >= end && !token.span.is_empty() && !token.lemma.is_empty());
            end = token.span.end;
            assert_eq!(token.head.is_none(), token.rel == Rel::Root);
            assert!(token.head.is_none_or(|head| sentence.tokens.contains(&head)));
        }
        assert_eq!(parse.sentence_of(sentence.tokens.start), i);
    }
    assert_eq!(parse.sentences.last().map_or(0, |s| s.tokens.end), parse.tokens.len() as u32);
    for entity in &parse.entities {
        assert!(entity.tokens.start < entity.tokens.end);
        assert_eq!(parse.sentence_of(entity.tokens.start), parse.sentence_of(entity.tokens.end - 1));
    }
    // Reading checks the heads for circles, and that every form is where it is said to be.
    let mut read = conllu::read(doc, &conllu::write(doc, parse)).unwrap();
    read.warnings.clone_from(&parse.warnings);
    // CoNLL-U has no place for these.
    read.names.clone_from(&parse.names);
    read.attributions.clone_from(&parse.attributions);
    read.happened.clone_from(&parse.happened);
    read.attributing.clone_from(&parse.attributing);
    read.deeds.clone_from(&parse.deeds);
    read.answers.clone_from(&parse.answers);
    assert_eq!(&read, parse);
    assert_eq!((parse.happened.len(), parse.attributing.len()), (parse.tokens.len(), parse.tokens.len()));
    for answer in &parse.answers {
        for run in answer.by.iter().chain(&answer.to).chain([&answer.cue]) {
            assert!(run.start < run.end && run.end as usize <= parse.tokens.len());
        }
    }
    for deed in &parse.deeds {
        for run in deed.actor.iter().chain(&deed.recipient).chain([&deed.trigger]) {
            assert!(run.start < run.end && run.end as usize <= parse.tokens.len());
        }
        assert!(deed.types.windows(2).all(|two| two[0].1 >= two[1].1) && (0.1..=1.0).contains(&deed.score), "{deed:?}");
    }
    for attribution in &parse.attributions {
        let runs = attribution.source.iter().chain(&attribution.content).chain([&attribution.cue]);
        for run in runs {
            assert!(run.start < run.end && run.end as usize <= parse.tokens.len());
        }
    }
}

const ARTICLES: [&str; 4] = [
    "Envoys of Norway and Chile meet in Oslo\nOSLO — The envoys of Norway and Chile met on Monday. “We’ll go on,” Chile’s envoy, Ana Ruiz, said.\n",
    "Kenya recalled its ambassador. Uganda didn’t.\n",
    "",
    "The U.N. Security Council meets at 9 a.m. in New York to vote on a draft resolution that would renew the sanctions, diplomats said.\n",
];

#[test]
fn a_parse_depends_on_its_document_alone() {
    let docs: Vec<Document> = ARTICLES.iter().map(|text| document(text)).collect();
    let alone: Vec<Parse> = docs.iter().map(|doc| NLP.parse(&[doc]).remove(0)).collect();
    for (doc, parse) in docs.iter().zip(&alone) {
        check(doc, parse);
    }
    let forth: Vec<&Document> = docs.iter().collect();
    let back: Vec<&Document> = docs.iter().rev().collect();
    assert_eq!(NLP.parse(&forth), alone);
    assert_eq!(NLP.parse(&back).into_iter().rev().collect::<Vec<_>>(), alone);
    let many = Nlp::embedded().unwrap().with_threads(3);
    assert_eq!(many.parse(&forth), alone);
    // Threads of the caller that share one model.
    std::thread::scope(|scope| {
        let runs: Vec<_> = docs.iter().map(|doc| scope.spawn(|| NLP.parse(&[doc]).remove(0))).collect();
        for (run, parse) in runs.into_iter().zip(&alone) {
            assert_eq!(&run.join().unwrap(), parse);
        }
    });
}

#[test]
fn words_and_documents_are_parsed_alike() {
    let (doc, parse) = parse(ARTICLES[1]);
    let sentence = &parse.sentences[0];
    let words: Vec<String> = sentence.tokens.clone().map(|t| parse.form(&doc, t).to_string()).collect();
    let alone = NLP.parse_words(&[vec![words]]).remove(0).remove(0);
    for (token, word) in parse.tokens.iter().zip(&alone.words) {
        assert_eq!(
            (&token.lemma, token.upos, token.xpos, token.head, token.rel),
            (&word.lemma, word.upos, word.xpos, word.head, word.rel)
        );
    }
    assert!(NLP.parse_words(&[]).is_empty());
    assert!(NLP.parse_words(&[vec![vec![]]])[0][0].words.is_empty());
    assert_eq!(NLP.parse_words(&[vec![vec![String::new()]]])[0][0].words.len(), 1);
}

#[test]
fn only_text_is_parsed() {
    let text = "By A. Reporter\nThe envoy left.\nScroll to top\n";
    let byline = text.find('\n').unwrap();
    let page = text.find("Scroll").unwrap();
    let blocks = vec![
        (BlockKind::Byline, 0..byline),
        (BlockKind::Headline, byline + 1..page - 1),
        (BlockKind::Boilerplate, page..text.len()),
    ];
    let doc = Document::new(text.to_string(), blocks, Meta::default());
    let parse = NLP.parse(&[&doc]).remove(0);
    assert_eq!(parse.sentences.len(), 1);
    assert_eq!(doc.text(parse.sentences[0].span), "The envoy left.");
    assert_eq!(parse.sentences[0].block, 1);
    check(&doc, &parse);
}

#[test]
fn texts_without_words_have_a_parse_without_a_fuss() {
    for text in ["", " ", "\n\n", "\0\0\0", "\u{202e}\u{200b}\u{feff}"] {
        let (_, parse) = parse(text);
        assert_eq!(parse, Parse::default(), "{text:?}");
    }
    for text in [
        ".",
        "?!",
        "— — —",
        "“”",
        "👍",
        "\u{ad}",
        "\u{301}",
        "()",
        "’s",
        "中文。",
        "ا\u{202e}ب",
        &"x".repeat(5000),
        &"!".repeat(5000),
    ] {
        let (doc, parse) = parse(text);
        assert!(!parse.tokens.is_empty() && parse.warnings.is_empty(), "{text:?}");
        check(&doc, &parse);
    }
}

#[test]
fn a_sentence_longer_than_the_model_reads_is_parsed_in_parts() {
    // Five hundred and ten words of one piece fill the model with the marks of beginning and end.
    let (doc, parse) = parse(&"the ".repeat(510));
    assert_eq!((parse.sentences.len(), parse.tokens.len(), parse.warnings.len()), (1, 510, 0));
    check(&doc, &parse);

    let (doc, parse) = self::parse(&"the ".repeat(1021));
    assert_eq!((parse.sentences.len(), parse.tokens.len()), (1, 1021));
    check(&doc, &parse);
    let root = parse.tokens.iter().position(|token| token.head.is_none()).unwrap();
    assert!(root < 510);
    for part in [510..1020, 1020..1021] {
        let joined = |token: &&attache_doc::Token| token.rel == Rel::Parataxis && token.head == Some(root as u32);
        assert!(parse.tokens[part].iter().any(|token| joined(&token)));
    }
    let warnings: Vec<String> = parse.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["long-sentence: a sentence of 1021 words is longer than the model reads at once; it was parsed in 3 parts"]
    );
}

/// Takes minutes of computing, so it runs on request: `cargo test --release -p attache-nlp -- --ignored`.
#[test]
#[ignore = "minutes of computing"]
fn a_sentence_of_two_hundred_thousand_words_is_parsed() {
    let (doc, parse) = parse(&"word, ".repeat(100_000));
    assert_eq!((parse.sentences.len(), parse.tokens.len(), parse.warnings.len()), (1, 200_000, 1));
    check(&doc, &parse);
}
