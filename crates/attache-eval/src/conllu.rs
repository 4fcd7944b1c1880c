//! Sentences written as CoNLL-U: the treebank's words as the model parses them, and what it makes of a raw document.

use std::fmt::Write;

use attache_doc::{Document, Parse, TokenIx, Xpos};

use crate::treebank::{Sentence, Surface, Word};

/// Sentences as CoNLL-U, with `# newdoc`, `# newpar`, `# sent_id` and `# text`, and a range line for each token of several
/// words.
pub fn write(sentences: &[Sentence]) -> String {
    let mut out = String::new();
    for sentence in sentences {
        if sentence.opens_document {
            out.push_str("# newdoc\n");
        }
        if sentence.opens_paragraph {
            out.push_str("# newpar\n");
        }
        push(&mut out, format_args!("# sent_id = {}\n# text = {}\n", sentence.id, text_of(sentence)));
        for surface in &sentence.surface {
            let misc = if surface.space_after { "_" } else { "SpaceAfter=No" };
            let (first, last) = (surface.words.start + 1, surface.words.end);
            if first < last {
                push(&mut out, format_args!("{first}-{last}\t{}\t_\t_\t_\t_\t_\t_\t_\t{misc}\n", surface.form));
            }
            for (word, number) in sentence.words[surface.words.clone()].iter().zip(first..) {
                let Word { form, lemma, upos, xpos, feats, head, rel } = word;
                // Inside a token of several words, only the token says what follows it.
                let misc = if first < last { "_" } else { misc };
                let cells =
                    format_args!("{number}\t{form}\t{lemma}\t{upos}\t{xpos}\t{feats}\t{head}\t{rel}\t_\t{misc}\n");
                push(&mut out, cells);
            }
        }
        out.push('\n');
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("writing into a string does not fail");
}

/// The sentence as running text.
fn text_of(sentence: &Sentence) -> String {
    let mut text = String::new();
    for surface in &sentence.surface {
        text.push_str(&surface.form);
        if surface.space_after {
            text.push(' ');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// The sentences of a parsed document as a treebank would write them. They are numbered from 1 behind `name`.
///
/// Characters that the parse passes over as invisible go to the word before them, so that the forms hold the whole text:
/// scorers ask for that. Words that are one word in writing ("don't", "Oslo's") are put under one token.
pub fn sentences(document: &Document, parse: &Parse, name: &str) -> Vec<Sentence> {
    let written = forms(document, parse);
    let mut block = None;
    let mut out = Vec::new();
    for (number, sentence) in (1..).zip(&parse.sentences) {
        let position = |token: TokenIx| (token - sentence.tokens.start) as usize;
        let mut now = Sentence {
            id: format!("{name}-{number}"),
            opens_document: block.is_none(),
            opens_paragraph: block != Some(sentence.block),
            ..Sentence::default()
        };
        block = Some(sentence.block);
        for index in sentence.tokens.clone() {
            let token = &parse.tokens[index as usize];
            let (form, space_after) = written[index as usize].clone();
            match now.surface.last_mut() {
                Some(last) if !last.space_after && is_clitic(&last.form, &form, token.xpos) => {
                    last.form.push_str(&form);
                    (last.words.end, last.space_after) = (position(index) + 1, space_after);
                }
                _ => {
                    let words = position(index)..position(index) + 1;
                    now.surface.push(Surface { form: form.clone(), words, space_after });
                }
            }
            now.words.push(Word {
                form,
                lemma: if token.lemma.is_empty() { "_".to_string() } else { token.lemma.to_string() },
                upos: token.upos.to_string(),
                xpos: token.xpos.to_string(),
                feats: "_".to_string(),
                head: token.head.map_or(0, |head| position(head) + 1),
                rel: token.rel.to_string(),
            });
        }
        out.push(now);
    }
    out
}

/// For each token, its form with the invisible characters behind it, and whether white space follows. White space inside
/// becomes a blank, which CoNLL-U allows in a form.
fn forms(document: &Document, parse: &Parse) -> Vec<(String, bool)> {
    let text = document.full_text();
    let starts = parse.tokens.iter().map(|token| token.span.range().start);
    // What stands before the first token goes to it.
    let starts: Vec<usize> = [0].into_iter().chain(starts.skip(1)).chain([text.len()]).collect();
    let stretches = starts.windows(2).map(|bounds| &text[bounds[0]..bounds[1]]);
    stretches
        .map(|stretch| {
            let form = stretch.trim();
            let space_after = stretch.ends_with(char::is_whitespace);
            (form.replace(char::is_whitespace, " "), space_after)
        })
        .collect()
}

/// True when a word is written together with the one before it as a contraction or with the sign of the genitive: letters
/// follow letters, or an apostrophe that is no quotation mark follows them.
fn is_clitic(before: &str, form: &str, xpos: Xpos) -> bool {
    let apostrophe = |c: char| matches!(c, '\'' | '’');
    let mut letters = form.chars();
    let begins = match letters.next() {
        Some(c) if apostrophe(c) => xpos == Xpos::Pos || letters.next().is_some_and(char::is_alphabetic),
        first => first.is_some_and(char::is_alphabetic),
    };
    begins && before.ends_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use attache_doc::{BlockKind, Meta, Rel, Sentence as Parsed, Span, Token, Upos};

    use super::*;
    use crate::treebank::read_conllu;

    const TEXT: &str = "\u{feff}Oslo\u{2019}s envoys\u{200b} didn't go.\nHe said \"so\".";
    const FORMS: &[&str] =
        &["Oslo", "\u{2019}s", "envoys", "did", "n't", "go", ".", "He", "said", "\"", "so", "\"", "."];

    fn document() -> (Document, Parse) {
        let line = TEXT.find('\n').unwrap();
        let blocks = vec![(BlockKind::Paragraph, 0..line), (BlockKind::Paragraph, line + 1..TEXT.len())];
        let mut parse = Parse::default();
        let mut at = 0;
        for form in FORMS {
            let start = at + TEXT[at..].find(form).unwrap();
            at = start + form.len();
            let (first, xpos) = (if parse.tokens.len() < 7 { 0 } else { 7 }, Xpos::Unknown);
            let head = (parse.tokens.len() as u32 != first).then_some(first);
            let span = Span::new(start, at);
            parse.tokens.push(Token { span, lemma: "x".into(), upos: Upos::X, xpos, head, rel: Rel::Dep });
        }
        for (tokens, block) in [(0..7, 0), (7..13, 1)] {
            let span = parse.tokens[tokens.start as usize].span.cover(parse.tokens[tokens.end as usize - 1].span);
            parse.sentences.push(Parsed { span, tokens, block });
        }
        (Document::new(TEXT.to_string(), blocks, Meta::default()), parse)
    }

    #[test]
    fn forms_hold_the_whole_text_and_contractions_are_one_token() {
        let (document, parse) = document();
        let sentences = sentences(&document, &parse, "d");
        let surface: Vec<&str> = sentences.iter().flat_map(|s| s.surface.iter().map(|t| t.form.as_str())).collect();
        let expected =
            ["\u{feff}Oslo\u{2019}s", "envoys\u{200b}", "didn't", "go", ".", "He", "said", "\"", "so", "\"", "."];
        assert_eq!(surface, expected);
        let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(surface.concat(), solid(TEXT));
        let openings: Vec<_> = sentences.iter().map(|s| (s.opens_document, s.opens_paragraph)).collect();
        assert_eq!(openings, [(true, true), (false, true)]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (document, parse) = document();
        let sentences = sentences(&document, &parse, "d");
        let written = write(&sentences);
        assert_eq!(read_conllu(&written).unwrap(), sentences);
        assert!(
            written.contains("# newpar\n# sent_id = d-2\n# text = He said \"so\".\n1\tHe\tx\tX\t_\t_\t0\tdep\t_\t_\n")
        );
        assert!(written.contains("4-5\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_\n4\tdid\t"), "{written}");
        assert!(written.contains("\n3\t\"\tx\tX\t_\t_\t1\tdep\t_\tSpaceAfter=No\n4\tso\t"), "{written}");
    }

    #[test]
    fn an_apostrophe_joins_as_genitive_and_parts_as_quotation_mark() {
        assert!(is_clitic("envoys", "'", Xpos::Pos));
        assert!(!is_clitic("envoys", "'", Xpos::CloseQuote));
        assert!(is_clitic("envoy", "’s", Xpos::Unknown));
        assert!(!is_clitic("5", "pm", Xpos::Unknown));
        assert!(!is_clitic("-", "led", Xpos::Unknown));
    }
}
