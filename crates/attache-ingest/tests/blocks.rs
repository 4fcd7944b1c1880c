//! Layouts as the press has them, in words of our own.

use attache_doc::{BlockKind, Document};
use attache_ingest::{Options, document_from_text};
use jiff::civil::date;

fn read(text: &str, options: &Options) -> Document {
    document_from_text(text, options).unwrap()
}

fn blocks(doc: &Document) -> Vec<(BlockKind, &str)> {
    doc.blocks().iter().map(|b| (b.kind, doc.text(b.span))).collect()
}

#[test]
fn a_page_pasted_with_blank_lines_and_furniture() {
    let doc = read(
        "Oslo Invites Rebels to Talks, Raising Doubts at Home\n\n\
         Norway has invited the rebels to a second round of talks.\n\n\
         The invitation was announced on Tuesday.\n\nScroll to Top",
        &Options { date: Some(date(2024, 5, 7)), ..Options::default() },
    );
    let kinds: Vec<_> = doc.blocks().iter().map(|b| b.kind).collect();
    assert_eq!(kinds, [BlockKind::Headline, BlockKind::Paragraph, BlockKind::Paragraph, BlockKind::Boilerplate]);
    assert_eq!(doc.meta.title.as_deref(), Some("Oslo Invites Rebels to Talks, Raising Doubts at Home"));
    assert_eq!(doc.meta.published, Some(date(2024, 5, 7)));
}

#[test]
fn a_line_each_for_title_update_and_dateline() {
    let text = "Norway opposes rebels' truce offer: FM spokesperson\n\
        Kyodo | Updated: 2019-02-11 17:52\n\
        OSLO -- Norway on Monday said it opposes the offer.\n\
        \"We oppose it,\" spokesperson Kari Berg said.";
    let doc = read(text, &Options::default());
    assert_eq!(
        blocks(&doc),
        [
            (BlockKind::Headline, "Norway opposes rebels' truce offer: FM spokesperson"),
            (BlockKind::Dateline, "Kyodo | Updated: 2019-02-11 17:52"),
            (BlockKind::Dateline, "OSLO --"),
            (BlockKind::Paragraph, "Norway on Monday said it opposes the offer."),
            (BlockKind::Paragraph, "\"We oppose it,\" spokesperson Kari Berg said."),
        ]
    );
    assert_eq!(doc.meta.published, Some(date(2019, 2, 11)));
    assert_eq!(doc.meta.agency.as_deref(), Some("Kyodo"));
    assert_eq!(doc.meta.dateline_place.as_deref(), Some("OSLO"));
}

#[test]
fn bylines_stand_at_the_margin_and_are_no_sentences() {
    let text = "Envoy leaves Oslo without a deal\nBy Jane Doe, Associated Press\nOSLO (AP) — The envoy left on Friday.\n\
        By Friday night the hall was empty.\n(Reporting by Jane Doe; Editing by Max Roe)";
    let doc = read(text, &Options::default());
    let kinds: Vec<_> = blocks(&doc).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            BlockKind::Headline,
            BlockKind::Byline,
            BlockKind::Dateline,
            BlockKind::Paragraph,
            BlockKind::Paragraph,
            BlockKind::Byline,
        ]
    );
    assert_eq!(doc.meta.agency.as_deref(), Some("AP"));
}

#[test]
fn a_dateline_without_a_year_dates_nothing_and_says_so() {
    let text = "OSLO, May 3 (NTB) — The envoy arrived on Friday.";
    let doc = read(text, &Options::default());
    assert_eq!(doc.meta.published, None);
    assert_eq!(doc.warnings[0].code, "date-without-year");
    let doc = read("OSLO, May 3, 2024 (NTB) — The envoy arrived on Friday.", &Options::default());
    assert_eq!(doc.meta.published, Some(date(2024, 5, 3)));
    let doc = read(text, &Options { date: Some(date(2023, 5, 4)), ..Options::default() });
    assert_eq!((doc.meta.published, doc.warnings.len()), (Some(date(2023, 5, 4)), 0));
    let doc = read(&format!("{text}\n\nCopyright 2023 The Norwegian Wire. All rights reserved."), &Options::default());
    assert_eq!(doc.meta.published, Some(date(2023, 5, 3)));
}

#[test]
fn a_title_that_runs_into_the_text_is_split_off() {
    let title = "Envoy leaves Oslo without a deal";
    let text = format!("{title} Talks over four sailors ended on Friday.");
    let doc = read(&text, &Options { title: Some(title.to_string()), ..Options::default() });
    assert_eq!(
        blocks(&doc),
        [(BlockKind::Headline, title), (BlockKind::Paragraph, "Talks over four sailors ended on Friday.")]
    );
    // The same words as the start of a sentence are no headline.
    let doc =
        read(&format!("{title} after two days."), &Options { title: Some(title.to_string()), ..Options::default() });
    assert_eq!(doc.blocks()[0].kind, BlockKind::Paragraph);
}

#[test]
fn carriage_returns_are_kept_so_that_offsets_are_the_inputs() {
    let text = "Envoy in Oslo\r\n\r\nThe envoy arrived.\r\n";
    let doc = read(text, &Options::default());
    assert_eq!(doc.full_text(), text);
    assert_eq!(blocks(&doc), [(BlockKind::Headline, "Envoy in Oslo"), (BlockKind::Paragraph, "The envoy arrived.")]);
}
