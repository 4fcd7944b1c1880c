//! The files: comments, the discard list and the issues list, and which file goes to which reader.

use std::sync::Arc;

use super::{Dictionaries, Kind, Line};
use crate::knowledge::{KnowledgeError, KnowledgeFile};

/// A phrase whose sentence, or whose story, is not coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// Upper case, words apart by one space.
    pub text: String,
    /// The phrase must end at the end of a word.
    pub whole: bool,
    /// The whole story is not coded.
    pub story: bool,
}

/// A phrase that says what a sentence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The forms of the phrase, lower case.
    pub forms: Vec<String>,
    /// The issue; `None` for a phrase in whose sentence no issue is coded.
    pub code: Option<String>,
    /// The issue is not coded in the whole story.
    pub story: bool,
}

/// Reads each file as the dictionary it is.
pub fn read(files: Vec<KnowledgeFile>) -> (Dictionaries, Vec<KnowledgeError>) {
    let mut out = Dictionaries::default();
    let mut problems = Vec::new();
    for file in &files {
        let name: Arc<str> = file.name.as_str().into();
        let found = &mut problems;
        match Kind::of(&file.path) {
            Some(Kind::Actors) => out.actors.read_actors(&lines(&name, &file.text, true), found),
            Some(Kind::Agents) => out.actors.read_agents(&lines(&name, &file.text, true), found),
            Some(Kind::Verbs) => out.verbs.read(&lines(&name, &file.text, false), found),
            Some(Kind::Discards) => out.discards.extend(lines(&name, &file.text, false).iter().filter_map(discard)),
            Some(Kind::Issues) => {
                for line in lines(&name, &file.text, false) {
                    match issue(&line) {
                        Ok(issue) => out.issues.extend(issue),
                        Err(problem) => found.push(problem),
                    }
                }
            }
            None => {
                let message = "the name tells no dictionary: expected actors, agents, verbs, discards or issues in it";
                found.push(KnowledgeError { file: file.name.clone(), line: 0, message: message.to_string() });
            }
        }
    }
    out.verbs.settle();
    for kind in [Kind::Actors, Kind::Verbs] {
        if !files.iter().any(|f| Kind::of(&f.path) == Some(kind)) {
            let what = if kind == Kind::Actors { "actors" } else { "verbs" };
            let folder = files.first().map(|f| f.name.trim_end_matches(&f.path)).unwrap_or_default();
            let message = format!("there is no dictionary of {what}, expected a file such as x.{what}.txt");
            problems.push(KnowledgeError { file: folder.to_string(), line: 0, message });
        }
    }
    out.files = files;
    (out, problems)
}

/// A line of a dictionary without its comments.
#[derive(Debug, Clone)]
pub struct Text<'t> {
    /// What is left of it, with the white space before it.
    pub text: &'t str,
    /// Where it stands.
    pub at: Line,
}

/// The lines that say something: without comments after `#` (outside brackets), with `semicolon` also after `;`, and without
/// comments in `<!-- … -->`.
fn lines<'t>(file: &Arc<str>, text: &'t str, semicolon: bool) -> Vec<Text<'t>> {
    let mut out = Vec::new();
    let mut in_comment = false;
    for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if in_comment {
            in_comment = !line.contains("-->");
            continue;
        }
        let trimmed = line.trim_start();
        // "<! --" is no comment by the book, and is written all the same. <ISSUE …> frames a list.
        if trimmed.starts_with('<') {
            in_comment = trimmed.starts_with("<!--") && !trimmed.contains("-->");
            continue;
        }
        let mut depth = 0_u32;
        let end = line.char_indices().find(|&(_, c)| {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && (c == '#' || (semicolon && c == ';'))
        });
        let text = line[..end.map_or(line.len(), |(at, _)| at)].trim_end();
        if !text.trim().is_empty() {
            out.push(Text { text, at: Line { file: file.clone(), line: n as u32 + 1 } });
        }
    }
    out
}

/// The last `[…]` of a line: what stands before it and in it, each trimmed; `None` inside without brackets.
pub fn bracket<'t>(line: &Text<'t>) -> Result<(&'t str, Option<&'t str>), KnowledgeError> {
    let text = line.text;
    match (text.rfind('['), text.rfind(']')) {
        (None, None) => Ok((text.trim(), None)),
        (Some(open), Some(close)) if open < close => Ok((text[..open].trim(), Some(text[open + 1..close].trim()))),
        _ => Err(line.at.error("a bracket is not paired, expected [CODE]")),
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn discard(line: &Text) -> Option<Discard> {
    let text = line.text.trim();
    let (text, story) = text.strip_prefix('+').map_or((text, false), |rest| (rest, true));
    let (text, whole) = text.trim().strip_suffix('_').map_or((text, false), |rest| (rest, true));
    let text = squeeze(&text.replace('_', " ")).to_uppercase();
    (!text.is_empty()).then_some(Discard { text, whole, story })
}

/// `n:crime [CODE]`, `~ignored phrase`, `~~phrase whose story is ignored`.
fn issue(line: &Text) -> Result<Option<Issue>, KnowledgeError> {
    let text = line.text.trim();
    if let Some(ignored) = text.strip_prefix('~') {
        let (ignored, story) = ignored.strip_prefix('~').map_or((ignored, false), |rest| (rest, true));
        return Ok(Some(Issue { forms: forms(ignored), code: None, story }));
    }
    let (phrase, code) = bracket(line)?;
    let Some(code) = code.filter(|c| !c.is_empty()) else {
        return Err(line.at.error("the phrase has no issue, expected: phrase [ISSUE]"));
    };
    if phrase.is_empty() {
        return Err(line.at.error("the issue has no phrase, expected: phrase [ISSUE]"));
    }
    Ok(Some(Issue { forms: forms(phrase), code: Some(code.to_string()), story: false }))
}

/// The most forms that one phrase of an issue may stand for: three words each with four forms, and to spare. A line with
/// more is no phrase.
const MOST_FORMS: usize = 256;

/// A phrase with its expansions: `n:` singular and plural, `v:` forms of a verb, `+` with a space and with a hyphen.
fn forms(phrase: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in phrase.to_lowercase().split_whitespace() {
        let mut kinds: Vec<String> = match word.split_once(':') {
            Some(("n", noun)) => {
                let plural = super::verb::plural(&noun.to_uppercase()).to_lowercase();
                vec![noun.to_string(), plural]
            }
            Some(("v", verb)) => {
                super::verb::regular(&verb.to_uppercase()).into_iter().map(|f| f.to_lowercase()).collect()
            }
            _ => vec![word.to_string()],
        };
        if kinds.iter().any(|k| k.contains('+')) {
            kinds = kinds.iter().flat_map(|k| [k.replace('+', " "), k.replace('+', "-")]).collect();
        }
        out = out
            .iter()
            .flat_map(|before| kinds.iter().map(move |kind| format!("{before} {kind}")))
            .take(MOST_FORMS)
            .collect();
    }
    out.into_iter().map(|f| f.trim().to_string()).filter(|f| !f.is_empty()).collect()
}

/// True when a discard phrase stands in `text`, which is upper case with single spaces.
pub fn has(text: &str, discard: &Discard) -> bool {
    let padded = format!(" {text} ");
    let wanted = format!(" {}", discard.text);
    padded.match_indices(&wanted).any(|(at, _)| {
        let next = padded[at + wanted.len()..].chars().next();
        !discard.whole || next.is_none_or(|c| !c.is_alphanumeric())
    })
}

/// The text of a sentence as discard phrases are compared with it.
pub fn plain(text: &str) -> String {
    squeeze(text).to_uppercase()
}

/// The issues of a sentence with how often each is named; none where an ignored phrase stands.
pub fn issues(issues: &[Issue], sentence: &str) -> Vec<(String, u32)> {
    let words: String = sentence
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || "-'’".contains(c) { c } else { ' ' })
        .collect();
    let text = format!(" {} ", squeeze(&words));
    let count = |issue: &Issue| {
        // Neighbours share the space between them, so matches may overlap by one.
        let one = |form: &String| {
            let wanted = format!(" {form} ");
            (0..text.len()).filter(|&at| text.is_char_boundary(at) && text[at..].starts_with(&wanted)).count()
        };
        issue.forms.iter().map(one).sum::<usize>() as u32
    };
    let mut out: Vec<(String, u32)> = Vec::new();
    for issue in issues {
        let n = count(issue);
        if n == 0 {
            continue;
        }
        let Some(code) = &issue.code else { return Vec::new() };
        match out.iter_mut().find(|(known, _)| known == code) {
            Some((_, sum)) => *sum += n,
            None => out.push((code.clone(), n)),
        }
    }
    out
}

/// True when a phrase stands in the text in whose story no issue is coded.
pub fn ignores_story(list: &[Issue], text: &str) -> bool {
    let story: Vec<Issue> = list
        .iter()
        .filter(|i| i.story)
        .map(|i| Issue { forms: i.forms.clone(), code: Some(String::new()), story: true })
        .collect();
    !story.is_empty() && !issues(&story, text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_codes_stay() {
        let text = "<!-- a\nb -->\nARNOR [ARN] # a realm\n\n- * X [###] # old\n# all of it\nY ; list\n";
        let found = lines(&"x".into(), text, true);
        let found: Vec<(&str, u32)> = found.iter().map(|l| (l.text, l.at.line)).collect();
        assert_eq!(found, [("ARNOR [ARN]", 3), ("- * X [###]", 5), ("Y", 7)]);
    }

    #[test]
    fn a_discard_is_a_stem_unless_it_ends_with_an_underscore() {
        let one = |text| discard(&Text { text, at: Line { file: "x".into(), line: 1 } }).unwrap();
        assert!(has(&plain("the baseballs flew"), &one("BASEBALL")));
        assert!(!has(&plain("the baseballs flew"), &one("BASEBALL_")));
        assert!(has(&plain("a game of baseball."), &one("BASEBALL_")));
        assert!(!has(&plain("superbaseball"), &one("BASEBALL")));
        assert!(one("+ASIAN GAMES").story);
    }

    #[test]
    fn issues_are_counted_and_ignored_phrases_cancel_them() {
        let list = ["n:famine [FOOD]", "ethnic v:purge [ATROCITY]", "al+shabaab net [GROUP]", "~famine of old"];
        let list: Vec<Issue> = list
            .iter()
            .flat_map(|text| issue(&Text { text, at: Line { file: "x".into(), line: 1 } }).unwrap())
            .collect();
        let of = |text| issues(&list, text);
        assert_eq!(of("Famines, famine and an ethnic purged"), [("FOOD".into(), 2), ("ATROCITY".into(), 1)]);
        assert_eq!(of("The al-Shabaab net."), [("GROUP".to_string(), 1)]);
        assert_eq!(of("A famine like the famine of old"), []);
    }
}
