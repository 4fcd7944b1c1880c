//! Parses written as CoNLL-U and read back.
//!
//! One block of lines a sentence, ten columns a token: `ID FORM LEMMA UPOS XPOS _ HEAD DEPREL _ MISC`. MISC holds
//! `Entity=B-PER` (or `I-PER`), `EntityScore=0.98` with the first token of an entity, and `SpaceAfter=No` where the next
//! token follows without a blank. Comments give `sent_id` (counted from 1), `block` (its kind) and `text`. Warnings are not
//! written.
//!
//! Reading looks the forms up in the document's text, in order, so a parse of another tool can be read too: multiword-token
//! ranges and empty nodes are passed over, tags and relations outside the schemes become `X`, `_` and `dep`.

use std::fmt::{self, Write};
use std::ops::Range;

use crate::{Document, Entity, EntityLabel, Parse, Rel, Sentence, Span, Token, TokenIx, Upos, Xpos};

/// True for characters that separate words and belong to none: white space, control characters, and the invisible signs
/// that only direct the layout of a text.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
        || matches!(c, '\u{FFF9}'..='\u{FFFB}')
}

/// Why a CoNLL-U text is not a parse of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConlluError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for ConlluError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ConlluError {}

/// A parse as CoNLL-U.
pub fn write(doc: &Document, parse: &Parse) -> String {
    let mut out = String::new();
    let misc = entity_marks(parse);
    for (number, sentence) in parse.sentences.iter().enumerate() {
        let kind = doc.blocks()[sentence.block as usize].kind;
        let text: String = doc.text(sentence.span).chars().map(|c| if is_blank(c) { ' ' } else { c }).collect();
        push(&mut out, format_args!("# sent_id = {}\n# block = {}\n# text = {text}\n", number + 1, block_name(kind)));
        for index in sentence.tokens.clone() {
            let token = &parse.tokens[index as usize];
            let position = |token: TokenIx| token - sentence.tokens.start + 1;
            let follows =
                index + 1 < sentence.tokens.end && parse.tokens[index as usize + 1].span.start == token.span.end;
            let mut misc = misc[index as usize].clone();
            if follows {
                misc.push("SpaceAfter=No".to_string());
            }
            push(
                &mut out,
                format_args!(
                    "{}\t{}\t{}\t{}\t{}\t_\t{}\t{}\t_\t{}\n",
                    position(index),
                    parse.form(doc, index),
                    if token.lemma.is_empty() { "_" } else { &token.lemma },
                    token.upos,
                    token.xpos,
                    token.head.map_or(0, position),
                    token.rel,
                    if misc.is_empty() { "_".to_string() } else { misc.join("|") },
                ),
            );
        }
        out.push('\n');
    }
    out
}

fn push(out: &mut String, arguments: fmt::Arguments) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(arguments);
}

fn block_name(kind: crate::BlockKind) -> String {
    format!("{kind:?}").to_lowercase()
}

/// The entity part of MISC of every token.
fn entity_marks(parse: &Parse) -> Vec<Vec<String>> {
    let mut marks = vec![Vec::new(); parse.tokens.len()];
    for entity in &parse.entities {
        for token in entity.tokens.clone() {
            let first = token == entity.tokens.start;
            marks[token as usize].push(format!("Entity={}-{}", if first { 'B' } else { 'I' }, entity.label));
            if first {
                marks[token as usize].push(format!("EntityScore={}", entity.score));
            }
        }
    }
    marks
}

/// Reads a parse of `doc`.
///
/// Forms must stand in the text one after the other, with nothing but blanks between those of a sentence; from one sentence
/// to the next whole blocks may be passed over. Every sentence must be a tree or a forest over its own tokens.
///
/// # Errors
/// The first line that does not hold what CoNLL-U or the document asks for.
pub fn read(doc: &Document, conllu: &str) -> Result<Parse, ConlluError> {
    let mut parse = Parse::default();
    let mut rows: Vec<Row> = Vec::new();
    let mut at = 0;
    for (line, number) in conllu.lines().zip(1..) {
        if line.trim().is_empty() {
            at = push_sentence(doc, &mut parse, &rows, at)?;
            rows.clear();
        } else if !line.starts_with('#') {
            rows.extend(Row::read(line, number, rows.len())?);
        }
    }
    push_sentence(doc, &mut parse, &rows, at)?;
    Ok(parse)
}

/// A token line.
struct Row<'l> {
    line: usize,
    form: &'l str,
    lemma: &'l str,
    upos: Upos,
    xpos: Xpos,
    /// Position of the governor from 1; 0 for the root.
    head: usize,
    rel: Rel,
    /// Whether the entity begins here, and its type.
    entity: Option<(bool, EntityLabel)>,
    score: Option<f32>,
}

impl<'l> Row<'l> {
    /// Reads a line behind `before` tokens of its sentence; `None` for a multiword-token range or an empty node.
    fn read(text: &'l str, line: usize, before: usize) -> Result<Option<Row<'l>>, ConlluError> {
        let error = |message: String| ConlluError { line, message };
        let cells: Vec<&str> = text.split('\t').collect();
        let [id, form, lemma, upos, xpos, _, head, rel, _, misc] = cells[..] else {
            return Err(error(format!("{} columns instead of 10", cells.len())));
        };
        if id.contains(['-', '.']) {
            return Ok(None);
        }
        if id.parse() != Ok(before + 1) {
            return Err(error(format!("the token number is {id:?} instead of {}", before + 1)));
        }
        if form.is_empty() {
            return Err(error("the form is empty".to_string()));
        }
        let head = head.parse().map_err(|_| error(format!("the head {head:?} is not a number")))?;
        let mut row = Row {
            line,
            form,
            lemma,
            upos: Upos::parse(upos),
            xpos: Xpos::parse(xpos),
            head,
            rel: Rel::find(rel).or_else(|| Rel::find(rel.split(':').next()?)).unwrap_or(Rel::Dep),
            entity: None,
            score: None,
        };
        for (key, value) in misc.split('|').filter_map(|pair| pair.split_once('=')) {
            match key {
                "Entity" => {
                    row.entity =
                        Some(entity_mark(value).ok_or_else(|| error(format!("unknown entity mark {value:?}")))?)
                }
                "EntityScore" => {
                    row.score =
                        Some(value.parse().map_err(|_| error(format!("the entity score {value:?} is not a number")))?);
                }
                _ => {}
            }
        }
        Ok(Some(row))
    }
}

fn entity_mark(value: &str) -> Option<(bool, EntityLabel)> {
    let (position, label) = value.split_once('-')?;
    let begins = match position {
        "B" => true,
        "I" => false,
        _ => return None,
    };
    EntityLabel::find(label).map(|label| (begins, label))
}

/// Appends the sentence of `rows`, which is looked for from byte `at` on, and returns the byte behind it.
fn push_sentence(doc: &Document, parse: &mut Parse, rows: &[Row], at: usize) -> Result<usize, ConlluError> {
    if rows.is_empty() {
        return Ok(at);
    }
    let (spans, block) = place(doc, rows, at)?;
    check_heads(rows)?;
    let offset = parse.tokens.len() as TokenIx;
    for (row, span) in rows.iter().zip(&spans) {
        let index = parse.tokens.len() as TokenIx;
        match row.entity {
            Some((true, label)) => {
                parse.entities.push(Entity { tokens: index..index + 1, label, score: row.score.unwrap_or(1.0) });
            }
            Some((false, label)) => match parse.entities.last_mut() {
                Some(entity) if entity.tokens.end == index && entity.label == label && index > offset => {
                    entity.tokens.end += 1
                }
                _ => {
                    let message = format!("I-{label} continues no entity");
                    return Err(ConlluError { line: row.line, message });
                }
            },
            None => {}
        }
        parse.tokens.push(Token {
            span: Span::new(span.start, span.end),
            lemma: row.lemma.into(),
            upos: row.upos,
            xpos: row.xpos,
            head: row.head.checked_sub(1).map(|head| head as TokenIx + offset),
            rel: row.rel,
        });
    }
    let end = spans[spans.len() - 1].end;
    parse.sentences.push(Sentence {
        span: Span::new(spans[0].start, end),
        tokens: offset..parse.tokens.len() as TokenIx,
        block,
    });
    Ok(end)
}

/// The byte ranges of a sentence's forms, and their block: at `at`, else at the start of a later block.
fn place(doc: &Document, rows: &[Row], at: usize) -> Result<(Vec<Range<usize>>, u32), ConlluError> {
    // Of the places tried, the error of the one at which most forms were found is the one that explains.
    let mut error: Option<ConlluError> = None;
    let block_starts = doc.blocks().iter().map(|block| block.span.range().start).filter(|&start| start > at);
    for from in std::iter::once(at).chain(block_starts) {
        match align(doc.full_text(), rows, from) {
            Ok(spans) => {
                let whole = Span::new(spans[0].start, spans[spans.len() - 1].end);
                let block = doc.blocks().iter().position(|block| block.span.contains(whole));
                let block = block.ok_or_else(|| ConlluError {
                    line: rows[0].line,
                    message: "the sentence does not lie inside one block of the document".to_string(),
                })?;
                return Ok((spans, block as u32));
            }
            Err(found) if error.as_ref().is_none_or(|error| error.line < found.line) => error = Some(found),
            Err(_) => {}
        }
    }
    Err(error.unwrap_or(ConlluError { line: rows[0].line, message: "the document is empty".to_string() }))
}

fn align(text: &str, rows: &[Row], from: usize) -> Result<Vec<Range<usize>>, ConlluError> {
    const SHOWN: usize = 20;
    let mut at = from;
    let mut spans = Vec::with_capacity(rows.len());
    for row in rows {
        let rest = text[at..].trim_start_matches(is_blank);
        let start = text.len() - rest.len();
        if !rest.starts_with(row.form) {
            let next: String = rest.chars().take(SHOWN).collect();
            let message = format!("the form {:?} is not next in the document, which goes on with {next:?}", row.form);
            return Err(ConlluError { line: row.line, message });
        }
        at = start + row.form.len();
        spans.push(start..at);
    }
    Ok(spans)
}

/// Heads must be tokens of the sentence, and lead to a root without a circle.
fn check_heads(rows: &[Row]) -> Result<(), ConlluError> {
    /// What is known of a token: nothing, that it is on the path followed now, or that it leads to a root.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        OnPath,
        Rooted,
    }
    let error = |row: &Row, message: String| Err(ConlluError { line: row.line, message });
    let mut states = vec![State::New; rows.len()];
    for start in 0..rows.len() {
        let mut path = Vec::new();
        let mut at = start;
        while states[at] == State::New {
            states[at] = State::OnPath;
            path.push(at);
            let head = rows[at].head;
            if head > rows.len() {
                return error(&rows[at], format!("the head {head} is outside the sentence of {} tokens", rows.len()));
            }
            if head == 0 {
                break;
            }
            at = head - 1;
            if states[at] == State::OnPath {
                return error(&rows[at], "the heads form a circle".to_string());
            }
        }
        for token in path {
            states[token] = State::Rooted;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockKind, Meta};

    const TEXT: &str = "Envoy leaves\nBy A. Reporter\nOslo’s envoy\u{202e} left.\u{a0}He\nsaid so.\n";

    fn document() -> Document {
        let byline = TEXT.find("By").unwrap();
        let paragraph = TEXT.find("Oslo").unwrap();
        let blocks = vec![
            (BlockKind::Headline, 0..byline - 1),
            (BlockKind::Byline, byline..paragraph - 1),
            (BlockKind::Paragraph, paragraph..TEXT.len()),
        ];
        Document::new(TEXT.to_string(), blocks, Meta::default())
    }

    const CONLLU: &str = "\
# sent_id = 1
# block = headline
# text = Envoy leaves
1\tEnvoy\tenvoy\tNOUN\tNN\t_\t2\tnsubj\t_\t_
2\tleaves\tleave\tVERB\tVBZ\t_\t0\troot\t_\t_

# sent_id = 2
# block = paragraph
# text = Oslo’s envoy  left.
1\tOslo\tOslo\tPROPN\tNNP\t_\t3\tnmod:poss\t_\tEntity=B-LOC|EntityScore=0.875|SpaceAfter=No
2\t’s\t's\tPART\tPOS\t_\t1\tcase\t_\tEntity=I-LOC
3\tenvoy\tenvoy\tNOUN\tNN\t_\t4\tnsubj\t_\t_
4\tleft\tleave\tVERB\tVBD\t_\t0\troot\t_\tSpaceAfter=No
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# sent_id = 3
# block = paragraph
# text = He said so.
1\tHe\the\tPRON\tPRP\t_\t2\tnsubj\t_\t_
2\tsaid\tsay\tVERB\tVBD\t_\t0\troot\t_\t_
3\tso\tso\tADV\tRB\t_\t2\tadvmod\t_\tSpaceAfter=No
4\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_

";

    #[test]
    fn what_is_written_is_read_back() {
        let doc = document();
        let parse = read(&doc, CONLLU).unwrap();
        assert_eq!(write(&doc, &parse), CONLLU);
        assert_eq!(read(&doc, &write(&doc, &parse)), Ok(parse.clone()));
        let blocks: Vec<u32> = parse.sentences.iter().map(|s| s.block).collect();
        assert_eq!(blocks, [0, 2, 2]);
        assert_eq!(parse.entities, [Entity { tokens: 2..4, label: EntityLabel::Location, score: 0.875 }]);
        assert_eq!(parse.tokens[2].head, Some(4));
        assert_eq!(doc.text(parse.sentences[2].span), "He\nsaid so.");
    }

    #[test]
    fn ranges_empty_nodes_and_foreign_labels_are_passed_over() {
        let text = "Don't go";
        let doc = Document::new(text.to_string(), vec![(BlockKind::Paragraph, 0..text.len())], Meta::default());
        let foreign = "1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_\n1\tDo\tdo\tAUX\tVBP\tMood=Imp\t3\taux:foreign\t3:aux\t_\n\
            2\tn't\tnot\tPTCL\tRBX\t_\t3\tadvmod\t_\tGloss=x\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_";
        let parse = read(&doc, foreign).unwrap();
        assert_eq!(parse.tokens.len(), 3);
        assert_eq!(
            (parse.tokens[0].rel, parse.tokens[1].upos, parse.tokens[1].xpos),
            (Rel::Aux, Upos::X, Xpos::Unknown)
        );
    }

    #[test]
    fn errors_name_the_line_and_what_is_wrong() {
        let error = |from: &str, to: &str| {
            assert!(CONLLU.contains(from));
            read(&document(), &CONLLU.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert_eq!(error("1\tEnvoy\tenvoy", "1\tEnvoy"), "line 4: 9 columns instead of 10");
        assert_eq!(error("2\tleaves", "3\tleaves"), "line 5: the token number is \"3\" instead of 2");
        assert_eq!(error("\t2\tnsubj", "\tx\tnsubj"), "line 4: the head \"x\" is not a number");
        assert_eq!(error("\t2\tnsubj", "\t7\tnsubj"), "line 4: the head 7 is outside the sentence of 2 tokens");
        assert_eq!(error("\t0\troot", "\t1\tobj"), "line 4: the heads form a circle");
        assert_eq!(error("Entity=B-LOC", "Entity=B-TOWN"), "line 10: unknown entity mark \"B-TOWN\"");
        assert_eq!(error("Score=0.875", "Score=high"), "line 10: the entity score \"high\" is not a number");
        assert_eq!(error("Entity=B-LOC|EntityScore=0.875|", ""), "line 11: I-LOC continues no entity");
        assert_eq!(
            error("3\tenvoy\t", "3\tenvoys\t"),
            "line 12: the form \"envoys\" is not next in the document, which goes on with \"envoy\\u{202e} left.\\u{a0}He\\nsaid\""
        );
        assert_eq!(
            error("1\tHe\t", "1\tleft\t"),
            "line 19: the form \"left\" is not next in the document, which goes on with \"He\\nsaid so.\\n\""
        );
    }

    #[test]
    fn a_sentence_does_not_cross_blocks() {
        let doc = document();
        let crossing = "1\tleaves\tleave\tVERB\tVBZ\t_\t0\troot\t_\t_\n2\tBy\tby\tADP\tIN\t_\t1\tobl\t_\t_\n";
        let start = "1\tEnvoy\tenvoy\tNOUN\tNN\t_\t0\troot\t_\t_\n\n";
        let error = read(&doc, &format!("{start}{crossing}")).unwrap_err();
        assert_eq!(error.to_string(), "line 3: the sentence does not lie inside one block of the document");
        assert_eq!(read(&doc, ""), Ok(Parse::default()));
        assert_eq!(read(&doc, "# a comment\n\n\n"), Ok(Parse::default()));
    }
}
