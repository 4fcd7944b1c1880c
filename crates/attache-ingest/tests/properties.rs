//! What holds for any input whatever: no panic, and blocks in order, apart, trimmed and on character boundaries.

use attache_doc::Document;
use attache_ingest::{IngestError, Options, document_from_bytes, document_from_text};
use proptest::prelude::*;

fn check(doc: &Document) {
    let mut end = 0;
    for block in doc.blocks() {
        let span = block.span;
        assert!(
            span.start >= end && span.end > span.start,
            "blocks overlap, are out of order or empty: {:?}",
            doc.blocks()
        );
        let text = doc.full_text().get(span.range()).expect("on character boundaries");
        assert_eq!(text, text.trim(), "a block is trimmed");
        end = span.end;
    }
    // Whatever shows is in a block.
    let mut at = 0;
    for block in doc.blocks() {
        assert!(doc.full_text()[at..block.span.start as usize].chars().all(hidden), "text between blocks: {doc:?}");
        at = block.span.end as usize;
    }
    assert!(doc.full_text()[at..].chars().all(hidden), "text after the last block: {doc:?}");
}

fn hidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Pieces that articles are made of, to be strung together in any order.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("MOSCOW, Aug. 26 (Reuters) — ".to_string()),
        Just("Geneva, 3 March 2022 - ".to_string()),
        Just("(Reuters) - ".to_string()),
        Just("By Jane Doe".to_string()),
        Just("Updated: 2017-09-15 17:52".to_string()),
        Just("Scroll to Top".to_string()),
        Just("The envoy said “no”.".to_string()),
        Just("Envoy arrives".to_string()),
        Just("> quoted".to_string()),
        Just("\n".to_string()),
        Just("\r\n".to_string()),
        Just("\n\n".to_string()),
        Just("\u{2029}".to_string()),
        Just(" ".to_string()),
        Just("\0".to_string()),
        Just("\u{202e}".to_string()),
        ".{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        match document_from_bytes(&bytes, &Options::default()) {
            Ok(doc) => check(&doc),
            Err(error) => prop_assert!(matches!(error, IngestError::Binary | IngestError::Empty)),
        }
    }

    #[test]
    fn any_pieces_of_articles(pieces in prop::collection::vec(piece(), 0..30), title in prop::option::of(".{0,40}")) {
        let text = pieces.concat();
        let options = Options { title, ..Options::default() };
        match document_from_text(text.clone(), &options) {
            Ok(doc) => {
                // One mark is the encoding's; a second one is text.
                prop_assert_eq!(doc.full_text(), text.strip_prefix('\u{feff}').unwrap_or(&text));
                check(&doc);
            }
            Err(error) => prop_assert!(matches!(error, IngestError::Empty)),
        }
    }

    #[test]
    fn of_several_byte_order_marks_one_is_dropped(marks in 1usize..5, text in "[a-z]{1,9}") {
        let doc = document_from_text(format!("{}{text}", "\u{feff}".repeat(marks)), &Options::default()).unwrap();
        prop_assert_eq!(doc.full_text(), format!("{}{text}", "\u{feff}".repeat(marks - 1)));
    }

    #[test]
    fn a_title_taken_from_the_text(text in "[A-Z][a-z]{3,9}( [a-z]{2,9}){4,9}", gap in "( |\n|\n\n)") {
        let whole = format!("{text}{gap}Officials said so on Friday.");
        let options = Options { title: Some(text.clone()), ..Options::default() };
        check(&document_from_text(whole, &options).unwrap());
    }
}
