//! Paragraphs to blocks: which is the headline, the dateline, a byline, a caption or page furniture, and what they tell
//! about the document.

use std::ops::Range;

use attache_doc::{BlockKind, Meta, Warning};

use crate::date::{self, PartialDate};
use crate::layout::{self, Paragraph};
use crate::lexicon::{LEXICON, normal};
use crate::{Options, dateline};

/// Furniture lines are short: a longer one that starts like furniture is the article's own.
const LONGEST_FURNITURE: usize = 300;
/// Bylines and update lines name people, agencies and dates, no more.
const LONGEST_BYLINE: usize = 160;
/// A headline of more characters than this is a sentence.
const LONGEST_HEADLINE: usize = 200;
/// Bylines and update lines stand within so many paragraphs of the start or the end.
const MARGIN: usize = 6;
/// The dateline stands before one of the first paragraphs of running text: captions may come before it.
const DATELINE_WITHIN: usize = 3;

/// What the blocks of a text are and what was read off them.
pub(crate) struct Parts {
    pub(crate) blocks: Vec<(BlockKind, Range<usize>)>,
    pub(crate) meta: Meta,
    pub(crate) warnings: Vec<Warning>,
}

/// Finds the blocks of a text.
pub(crate) fn find(text: &str, options: &Options) -> Parts {
    let mut paragraphs = layout::paragraphs(text);
    if let Some(title) = &options.title {
        split_title(text, &mut paragraphs, title);
    }
    let mut reading = Reading { text, options, meta: Meta::default(), date: None, furniture_year: None, prose: 0 };
    let count = paragraphs.len();
    let mut blocks = Vec::with_capacity(count + 1);
    let mut headline_seen = false;
    for i in 0..count {
        let line = &text[paragraphs[i].range.clone()];
        let before_prose = reading.prose == 0 && !headline_seen;
        let kind = reading.furniture(line, i, count).unwrap_or_else(|| {
            if before_prose && reading.is_headline(&paragraphs, i) {
                BlockKind::Headline
            } else if line.starts_with('>') {
                BlockKind::Quote
            } else {
                BlockKind::Paragraph
            }
        });
        if kind == BlockKind::Headline {
            headline_seen = true;
            reading.meta.title.get_or_insert_with(|| line.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        reading.push(kind, paragraphs[i].range.clone(), &mut blocks);
    }
    reading.finish(blocks)
}

struct Reading<'t> {
    text: &'t str,
    options: &'t Options,
    meta: Meta,
    /// The date of the dateline or update line.
    date: Option<PartialDate>,
    /// The only year in a line of furniture such as a copyright notice.
    furniture_year: Option<i16>,
    /// Paragraphs of running text so far.
    prose: usize,
}

impl Reading<'_> {
    /// The kind of a paragraph that is not the article's own words.
    fn furniture(&mut self, line: &str, i: usize, count: usize) -> Option<BlockKind> {
        if line.len() > LONGEST_FURNITURE * 4 {
            return None;
        }
        let chars = line.chars().count();
        if chars > LONGEST_FURNITURE {
            return None;
        }
        let margin = i < MARGIN || i + MARGIN >= count;
        if margin && self.prose <= 1 && chars <= LONGEST_BYLINE {
            let title_known = self.meta.title.is_some() || self.options.title.is_some();
            if let Some(update) = update_line(line, title_known) {
                self.date = self.date.or(Some(update.date));
                self.meta.agency = self.meta.agency.take().or(update.agency);
                return Some(BlockKind::Dateline);
            }
        }
        if is_picture_credit(line) {
            return Some(BlockKind::Caption);
        }
        let authors = margin && chars <= LONGEST_BYLINE && is_authors(line);
        let kind = if authors { BlockKind::Byline } else { LEXICON.furniture(&normal(line))? };
        if kind == BlockKind::Byline && !(margin && chars <= LONGEST_BYLINE && is_credit(line)) {
            return None;
        }
        if kind == BlockKind::Byline && self.meta.agency.is_none() {
            self.meta.agency = last_agency(line);
        }
        self.furniture_year = self.furniture_year.or_else(|| date::only_year(line));
        Some(kind)
    }

    /// Whether the first paragraph that is no furniture is the headline.
    fn is_headline(&self, paragraphs: &[Paragraph], i: usize) -> bool {
        let line = &self.text[paragraphs[i].range.clone()];
        if line.len() > LONGEST_HEADLINE * 4 || line.chars().count() > LONGEST_HEADLINE {
            return false;
        }
        if let Some(title) = &self.options.title {
            let (title, line) = (normal(title), normal(line));
            return title == line || (!line.ends_with('.') && is_same_title(&title, &line));
        }
        let words = line.split_whitespace().count();
        let question = line.ends_with('?') && paragraphs[i].blank_after;
        let shape = (2..=30).contains(&words)
            && !line.starts_with(char::is_lowercase)
            && !line.ends_with([',', '-', '—'])
            && (question || !layout::ends_sentence(line))
            && dateline::parse(line).is_none();
        let Some(next) = paragraphs.get(i + 1) else { return false };
        if !shape {
            return false;
        }
        let after = &self.text[next.range.clone()];
        let longer = after.len() > line.len() && layout::ends_sentence(after);
        let head = &after[..after.floor_char_boundary(LONGEST_FURNITURE)];
        let about_the_text = after.len() <= LONGEST_BYLINE
            && (is_authors(head)
                || update_line(head, true).is_some()
                || LEXICON.furniture(&normal(head)) == Some(BlockKind::Byline));
        paragraphs[i].blank_after || longer || about_the_text || dateline::parse(after).is_some()
    }

    /// Adds a block, with the dateline taken off the paragraph it stands before.
    fn push(&mut self, kind: BlockKind, range: Range<usize>, blocks: &mut Vec<(BlockKind, Range<usize>)>) {
        if kind != BlockKind::Paragraph {
            blocks.push((kind, range));
            return;
        }
        if self.prose < DATELINE_WITHIN
            && self.meta.dateline_place.is_none()
            && let Some(found) = dateline::parse(&self.text[range.clone()])
        {
            blocks.push((BlockKind::Dateline, layout::trim(self.text, range.start..range.start + found.len)));
            self.meta.dateline_place = found.place;
            if found.agency.is_some() {
                self.meta.agency = found.agency;
            }
            // The dateline's day is that of the news; an update line may be days later.
            self.date = match (found.date, self.date) {
                (Some(new), Some(old)) => Some(PartialDate { year: new.year.or(old.year), ..new }),
                (new, old) => new.or(old),
            };
            blocks.push((kind, range.start + found.rest..range.end));
        } else {
            blocks.push((kind, range));
        }
        self.prose += 1;
    }

    fn finish(self, blocks: Vec<(BlockKind, Range<usize>)>) -> Parts {
        let Reading { options, mut meta, date, furniture_year, .. } = self;
        let mut warnings = Vec::new();
        meta.published = options.date.or_else(|| date?.with_year(furniture_year));
        if let (None, Some(date)) = (meta.published, date) {
            warnings.push(Warning::new(
                "date-without-year",
                format!(
                    "the dateline gives day {} of month {} without a year; the date of publication is left open",
                    date.day, date.month
                ),
            ));
        }
        meta.id = options.id.clone();
        meta.url = options.url.clone();
        meta.publisher = options.publisher.clone();
        if options.title.is_some() {
            meta.title = options.title.clone();
        }
        Parts { blocks, meta, warnings }
    }
}

/// What a line about the publication tells.
struct UpdateLine {
    date: PartialDate,
    agency: Option<String>,
}

/// Reads "Xinhua | Updated: 2017-09-15 17:52", "Published 3 March 2022", "Aug 26, 2025 (Reuters)": a date and nothing else
/// but words of publication, an agency and a few capitalised words (the outlet, the desk).
fn update_line(line: &str, title_known: bool) -> Option<UpdateLine> {
    // "— A. Speaker, 3 March 2022" says who is quoted.
    if line.starts_with(['-', '–', '—']) || layout::ends_sentence(line) {
        return None;
    }
    let (range, date) = date::find(line)?;
    let (mut names, mut marked, mut agency) = (0, false, None);
    let separates = |c: char| c.is_whitespace() || matches!(c, '|' | '/' | '•' | '·' | ',' | '(' | ')');
    for word in [&line[..range.start], &line[range.end..]].into_iter().flat_map(|part| part.split(separates)) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let letters = word.replace(|c: char| c.is_ascii_digit() || c == ':', "");
        let clock = word.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | 'T' | 'Z' | '+' | '-' | 'h'));
        if LEXICON.is_update(word) || LEXICON.is_update(&letters) {
            marked = true;
        } else if LEXICON.is_agency(word) {
            agency.get_or_insert_with(|| word.to_string());
        } else if !clock && !LEXICON.is_weekday(word) {
            if !word.starts_with(char::is_uppercase) {
                return None;
            }
            names += 1;
        }
    }
    // A headline may be as short as two names and a date: without a word of publication the line needs more to go by.
    let is = if marked { names <= 4 } else { date.year.is_some() && (names == 0 || (title_known && names <= 2)) };
    is.then_some(UpdateLine { date, agency })
}

/// "By Jane Doe and Max Roe, Associated Press": the word and names. A sentence that begins so has verbs and a full stop.
fn is_authors(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let opens = words.next().is_some_and(|word| LEXICON.opens_byline(word));
    let particle = |word: &str| word.chars().count() <= 3 && word.chars().all(char::is_lowercase);
    let names: Vec<&str> = words.collect();
    opens
        && (1..=14).contains(&names.len())
        && names[0].starts_with(char::is_uppercase)
        && names.iter().all(|word| word.starts_with(char::is_uppercase) || particle(word))
        && !layout::ends_sentence(line)
}

/// A credit line is no sentence: it ends in no full stop, but for abbreviations of name and the wire's own
/// "(Reporting by …; Editing by …)".
fn is_credit(line: &str) -> bool {
    line.starts_with('(') || line.contains(';') || !line.ends_with(['.', '!', '?', '"', '”', ':'])
}

/// True when a line of the text says what the title given apart says: outlets add their name or cut the end off.
fn is_same_title(title: &str, line: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_string).collect()
    };
    let (title, line) = (words(title), words(line));
    let shared = line.iter().filter(|word| title.contains(word)).count();
    !line.is_empty() && shared * 4 >= line.len() * 3 && shared * 2 >= title.len()
}

/// True for a line that ends in the credit of a picture: "… Jane Doe/Reuters", "… (Jane Doe / AP)".
fn is_picture_credit(line: &str) -> bool {
    let line = line.trim_end_matches(')');
    line.rsplit_once('/').is_some_and(|(before, name)| !before.ends_with('/') && LEXICON.is_picture_source(name.trim()))
}

/// The agency a byline ends with ("By Jane Doe, Associated Press", "Jane Doe | Reuters").
fn last_agency(line: &str) -> Option<String> {
    line.split([',', '|', '/', '-', '—', '–', '(', ')', ';'])
        .map(str::trim)
        .map(|part| part.strip_prefix("By ").or_else(|| part.strip_prefix("by ")).unwrap_or(part))
        .rfind(|part| LEXICON.is_agency(part))
        .map(str::to_string)
}

/// Splits a first paragraph that begins with the title and runs on in the same line, so that the title is a block of its own.
fn split_title(text: &str, paragraphs: &mut Vec<Paragraph>, title: &str) {
    let Some(first) = paragraphs.first() else { return };
    let line = &text[first.range.clone()];
    let title = title.trim();
    // A short title may be the start of the first sentence.
    if title.chars().count() < 25 || !line.starts_with(title) {
        return;
    }
    let rest = &line[title.len()..];
    let sentence = rest.trim_start();
    if sentence.len() == rest.len() || !sentence.starts_with(|c: char| c.is_uppercase() || "\"“‘'".contains(c)) {
        return;
    }
    let at = first.range.start + title.len();
    let body = Paragraph { range: first.range.end - sentence.len()..first.range.end, blank_after: first.blank_after };
    paragraphs[0] = Paragraph { range: first.range.start..at, blank_after: false };
    paragraphs.insert(1, body);
}
