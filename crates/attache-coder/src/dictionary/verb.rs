//! The verb dictionary: synonym sets, verbs with their forms, patterns around a verb, transformations.

use std::collections::HashMap;

use super::Line;
use super::phrase::atoms;
use super::read::{Text, bracket};
use crate::knowledge::KnowledgeError;

/// A verb that reports nothing by itself.
pub const NO_EVENT: &str = "---";

/// One word or sign of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// One of several runs of words.
    Words(Vec<Vec<String>>),
    /// `$`: the next noun phrase is the source.
    Source,
    /// `+`: the next noun phrase is the target.
    Target,
    /// `%`: the next noun phrase is a coordination: source and target before the verb, target after it.
    Compound,
    /// `^`: the next noun phrase is passed over.
    Pass,
    /// `{FINANCIAL AID}` or `(FOR AID)`: a noun phrase with this head and these words, after this preposition.
    Phrase {
        /// The preposition.
        preposition: Option<Vec<Vec<String>>>,
        /// The head, the last word named.
        head: Vec<Vec<String>>,
        /// Other words of the phrase.
        others: Vec<Vec<Vec<String>>>,
    },
}

/// An item with what stands between it and the one nearer to the verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is asked for.
    pub item: Item,
    /// True when nothing may stand between.
    pub joined: bool,
}

/// A pattern: what must stand before and after the verb, each from the verb outwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub before: Vec<Place>,
    pub after: Vec<Place>,
    pub code: String,
    pub at: Line,
}

/// A form of a verb, perhaps of several words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Words before the verb proper, in order.
    pub before: Vec<String>,
    /// The verb proper.
    pub verb: String,
    /// Words after it, in order.
    pub after: Vec<String>,
    /// Its block.
    pub block: usize,
    /// The code of the verb alone.
    pub code: String,
    pub at: Line,
}

/// Who stands in a place of a transformation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Whoever bears this letter everywhere in the line.
    Variable(String),
    /// Anybody.
    Any,
    /// Nobody.
    Absent,
}

/// `~ a (a b WILL_ATTACK) SAY = a b 138`: what a verb makes of the event that it governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transformation {
    /// Source of the upper verb.
    pub upper: Slot,
    /// Source and target of the lower verb.
    pub lower: (Slot, Slot),
    /// The words of the lower verb; the last is the verb. `None` for any.
    pub lower_verb: Option<Vec<String>>,
    /// The upper verb; `None` for any.
    pub upper_verb: Option<String>,
    /// Source and target of the outcome.
    pub outcome: (String, String),
    pub code: String,
    pub at: Line,
}

/// The verb dictionary.
#[derive(Debug, Default)]
pub struct Verbs {
    /// By the verb proper.
    forms: HashMap<String, Vec<Form>>,
    blocks: Vec<Vec<Pattern>>,
    synsets: HashMap<String, Vec<Vec<String>>>,
    transformations: Vec<Transformation>,
    entries: usize,
}

impl Verbs {
    /// How many verbs there are.
    pub fn verbs(&self) -> usize {
        self.entries
    }

    /// How many patterns there are.
    pub fn patterns(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum::<usize>() + self.transformations.len()
    }

    /// The forms whose verb proper this is, those of several words first.
    pub fn forms(&self, verb: &str) -> &[Form] {
        self.forms.get(verb).map_or(&[], Vec::as_slice)
    }

    /// The patterns of a block, the longest first.
    pub fn of_block(&self, block: usize) -> &[Pattern] {
        &self.blocks[block]
    }

    /// The transformations.
    pub fn transformations(&self) -> &[Transformation] {
        &self.transformations
    }

    /// True when a word is a form of a verb of this block's.
    pub fn in_block(&self, verb: &str, block: usize) -> bool {
        self.forms(verb).iter().any(|f| f.block == block)
    }

    /// Puts forms and patterns into the order in which they are tried: what names more words before what names fewer, and
    /// between equals the order of the file.
    pub fn settle(&mut self) {
        for forms in self.forms.values_mut() {
            forms.sort_by_key(|f| std::cmp::Reverse(f.before.len() + f.after.len()));
        }
        for patterns in &mut self.blocks {
            patterns.sort_by_key(|p| std::cmp::Reverse(p.before.len() + p.after.len()));
        }
    }

    /// Reads a verb dictionary.
    pub fn read(&mut self, lines: &[Text], found: &mut Vec<KnowledgeError>) {
        let mut block_code = NO_EVENT.to_string();
        let mut block: Option<usize> = None;
        let mut synset: Option<(String, bool)> = None;
        for line in lines {
            let text = line.text.trim();
            let done = if text.starts_with("---") {
                synset = None;
                self.blocks.push(Vec::new());
                block = Some(self.blocks.len() - 1);
                header(line).map(|code| block_code = code)
            } else if text.starts_with('&') {
                let (name, plural) = text.strip_suffix('_').map_or((text, true), |name| (name, false));
                synset = Some((name.to_string(), plural));
                self.synsets.entry(name.to_string()).or_default();
                one_word(line, name)
            } else if text.starts_with('~') {
                self.transformation(line)
            } else if let (Some((name, plural)), Some(member)) = (&synset, text.strip_prefix('+')) {
                self.member(line, name, *plural, member)
            } else {
                synset = None;
                match (text.strip_prefix("- ").or_else(|| text.strip_prefix("-\t")), block) {
                    (_, None) => Err(line.at.error("expected a block first: --- NAME [CODE] ---")),
                    (Some(pattern), Some(block)) => self.pattern(line, pattern, block),
                    (None, Some(_)) if text.starts_with('-') => {
                        Err(line.at.error("a pattern begins with `- `, a block with `---`"))
                    }
                    (None, Some(block)) => self.verb(line, block, &block_code),
                }
            };
            if let Err(problem) = done {
                found.push(problem);
            }
        }
    }

    fn member(&mut self, line: &Text, name: &str, plural: bool, member: &str) -> Result<(), KnowledgeError> {
        let member = member.trim();
        let (member, plural) = member.strip_suffix('_').map_or((member, plural), |member| (member, false));
        let phrases = if let Some(other) = Some(member).filter(|m| m.starts_with('&')) {
            let set = self.synset(line, other)?;
            set.clone()
        } else {
            let phrase: Vec<String> = member.split([' ', '_', '\t']).flat_map(atoms).collect();
            if phrase.is_empty() {
                return Err(line.at.error("a synonym without a word"));
            }
            let mut phrases = vec![phrase.clone()];
            if plural && let Some((last, rest)) = phrase.split_last() {
                phrases.push(rest.iter().cloned().chain([self::plural(last)]).collect());
            }
            phrases
        };
        self.synsets.entry(name.to_string()).or_default().extend(phrases);
        Ok(())
    }

    fn synset(&self, line: &Text, name: &str) -> Result<&Vec<Vec<String>>, KnowledgeError> {
        let name = name.trim_end_matches('_');
        self.synsets
            .get(name)
            .ok_or_else(|| line.at.error(format!("{name} is not defined above, expected a line {name}")))
    }

    fn verb(&mut self, line: &Text, block: usize, block_code: &str) -> Result<(), KnowledgeError> {
        // The code stands before or after the forms.
        let (text, code) = bracket(line)?;
        let tail = line.text.rsplit(']').next().unwrap_or_default();
        let text = if code.is_some() && tail.contains('{') { format!("{text} {tail}") } else { text.to_string() };
        let code = code.filter(|c| !c.is_empty()).unwrap_or(block_code).to_string();
        let (verb, irregular) = match text.split_once('{') {
            None => (text.as_str(), None),
            Some((verb, rest)) => match rest.split_once('}') {
                Some((forms, _)) => (verb, Some(forms)),
                None => return Err(line.at.error("a brace is not closed, expected {FORM FORM}")),
            },
        };
        let base = several(verb.trim()).ok_or_else(|| line.at.error(format!("`{verb}` is no verb")))?;
        let mut forms = vec![base.clone()];
        match irregular {
            None => {
                forms.extend(regular(&base.1).into_iter().skip(1).map(|verb| (base.0.clone(), verb, base.2.clone())))
            }
            Some(irregular) => {
                let all = irregular.split_whitespace().map(several);
                forms.extend(all.collect::<Option<Vec<_>>>().ok_or_else(|| line.at.error("a form without a word"))?);
            }
        }
        self.entries += 1;
        for (before, verb, after) in forms {
            let form = Form { before, verb, after, block, code: code.clone(), at: line.at.clone() };
            self.forms.entry(form.verb.clone()).or_default().push(form);
        }
        Ok(())
    }

    fn pattern(&mut self, line: &Text, _: &str, block: usize) -> Result<(), KnowledgeError> {
        let (text, code) = bracket(line)?;
        let Some(code) = code.filter(|c| !c.is_empty()) else {
            return Err(line.at.error("the pattern has no code, expected: - WORDS * WORDS [CODE]"));
        };
        let text = text.strip_prefix('-').unwrap_or(text).trim();
        if text.matches('*').count() != 1 {
            return Err(line.at.error("a pattern has one `*`, where the verb stands"));
        }
        let pieces = pieces(text).map_err(|what| line.at.error(what))?;
        let at = pieces
            .iter()
            .position(|(piece, _)| piece == "*")
            .ok_or_else(|| line.at.error("`*` stands inside a phrase"))?;
        let place = |piece: &str, joined: bool| -> Result<Place, KnowledgeError> {
            Ok(Place { item: self.item(line, piece)?, joined })
        };
        // From the verb outwards, so that each item's bond is the one towards the verb.
        let before: Vec<Place> = (0..at).rev().map(|n| place(&pieces[n].0, pieces[n].1)).collect::<Result<_, _>>()?;
        let after: Vec<Place> =
            (at + 1..pieces.len()).map(|n| place(&pieces[n].0, pieces[n - 1].1)).collect::<Result<_, _>>()?;
        self.blocks[block].push(Pattern { before, after, code: code.to_string(), at: line.at.clone() });
        Ok(())
    }

    fn item(&self, line: &Text, piece: &str) -> Result<Item, KnowledgeError> {
        Ok(match piece {
            "$" => Item::Source,
            "+" => Item::Target,
            "%" => Item::Compound,
            "^" => Item::Pass,
            _ if piece.starts_with('(') || piece.starts_with('{') => {
                let inner = piece.trim_matches(['(', ')', '{', '}']).replace(['{', '}'], " ");
                let mut words: Vec<Vec<Vec<String>>> = Vec::new();
                for word in inner.split([' ', '_', '\t']).filter(|w| !w.is_empty()) {
                    words.push(self.words(line, word)?);
                }
                let Some(head) = words.pop() else { return Err(line.at.error("a phrase without a word")) };
                let preposition = (piece.starts_with('(') && !words.is_empty()).then(|| words.remove(0));
                Item::Phrase { preposition, head, others: words }
            }
            _ => Item::Words(self.words(line, piece)?),
        })
    }

    /// A word or synonym set as the runs of words it stands for.
    fn words(&self, line: &Text, word: &str) -> Result<Vec<Vec<String>>, KnowledgeError> {
        if word.starts_with('&') {
            return self.synset(line, word).cloned();
        }
        match atoms(word) {
            words if words.is_empty() => Err(line.at.error(format!("`{word}` is no word"))),
            words => Ok(vec![words]),
        }
    }

    fn transformation(&mut self, line: &Text) -> Result<(), KnowledgeError> {
        let bad = || line.at.error("expected: ~ a (a b LOWER_VERB) UPPER_VERB = a b CODE");
        let text = line.text.trim().trim_start_matches('~');
        let (left, right) = text.split_once('=').ok_or_else(bad)?;
        let (upper, rest) = left.split_once('(').ok_or_else(bad)?;
        let (lower, upper_verb) = rest.split_once(')').ok_or_else(bad)?;
        let lower: Vec<&str> = lower.split_whitespace().collect();
        let right: Vec<&str> = right.split_whitespace().collect();
        let ([source, target, verb], [to, from, code]) = (lower.as_slice(), right.as_slice()) else {
            return Err(bad());
        };
        let slot = |text: &str| match text.trim() {
            "." => Slot::Any,
            "_" => Slot::Absent,
            letter => Slot::Variable(letter.to_string()),
        };
        let word = |text: &str| -> Option<Vec<String>> {
            (text != "Q").then(|| text.split('_').flat_map(atoms).collect()).filter(|w: &Vec<String>| !w.is_empty())
        };
        let (upper, lower) = (slot(upper), (slot(source), slot(target)));
        for letter in [to, from] {
            let bound = [&upper, &lower.0, &lower.1].into_iter().any(|s| *s == Slot::Variable(letter.to_string()));
            if !bound && !matches!(*letter, "_" | ".") {
                return Err(line.at.error(format!("`{letter}` stands for nobody named before the `=`")));
            }
        }
        self.transformations.push(Transformation {
            upper,
            lower,
            lower_verb: word(verb),
            upper_verb: word(upper_verb.trim()).map(|w| w.join(" ")),
            outcome: (to.to_string(), from.to_string()),
            code: code.trim_matches(['[', ']']).to_string(),
            at: line.at.clone(),
        });
        Ok(())
    }
}

/// The code of `--- NAME [CODE] ---`.
fn header(line: &Text) -> Result<String, KnowledgeError> {
    let text = line.text.trim().trim_start_matches('-');
    let inside = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    match (inside, text.contains('[')) {
        (Some((code, _)), _) if !code.trim().is_empty() => Ok(code.trim().to_string()),
        (_, false) => Ok(NO_EVENT.to_string()),
        _ => Err(line.at.error("the block's code is not closed, expected --- NAME [CODE] ---")),
    }
}

fn one_word(line: &Text, name: &str) -> Result<(), KnowledgeError> {
    let plain = name.len() > 1 && !name.contains(char::is_whitespace);
    if plain { Ok(()) } else { Err(line.at.error("a synonym set has a name of one word, expected &NAME")) }
}

/// A verb of one or more words: those before the verb proper, it, those after. The verb proper is marked with `+`, or the
/// first.
fn several(text: &str) -> Option<(Vec<String>, String, Vec<String>)> {
    let parts: Vec<&str> = text.split(['_', ' ', '\t']).filter(|p| !p.is_empty()).collect();
    let marked = parts.iter().position(|p| p.starts_with('+')).unwrap_or(0);
    let words =
        |parts: &[&str]| -> Vec<String> { parts.iter().flat_map(|p| atoms(p.trim_start_matches('+'))).collect() };
    let verb = atoms(parts.get(marked)?.trim_start_matches('+'));
    let mut after: Vec<String> = verb.get(1..)?.to_vec();
    after.extend(words(&parts[marked + 1..]));
    Some((words(&parts[..marked]), verb.first()?.clone(), after))
}

/// The pieces of a pattern, each with whether the next is joined to it.
fn pieces(text: &str) -> Result<Vec<(String, bool)>, String> {
    let mut out: Vec<(String, bool)> = Vec::new();
    let mut current = String::new();
    let mut open: Vec<char> = Vec::new();
    let mut chars = text.chars().peekable();
    let flush = |current: &mut String, out: &mut Vec<(String, bool)>, joined: bool| {
        if !current.is_empty() {
            out.push((std::mem::take(current), joined));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '(' | '{' => {
                if open.is_empty() {
                    flush(&mut current, &mut out, false);
                }
                open.push(c);
                current.push(c);
            }
            ')' | '}' => {
                let pair = if c == ')' { '(' } else { '{' };
                if open.pop() != Some(pair) {
                    return Err(format!("`{c}` is not paired"));
                }
                current.push(c);
                if open.is_empty() {
                    flush(&mut current, &mut out, false);
                }
            }
            _ if !open.is_empty() => current.push(c),
            // A blank after the underscore keeps the two apart: it only says that the word is whole.
            '_' => {
                let joined = chars.peek().is_some_and(|next| !next.is_whitespace());
                flush(&mut current, &mut out, joined);
            }
            '*' | '$' | '^' | '%' => {
                flush(&mut current, &mut out, true);
                let joined = chars.peek() == Some(&'_');
                out.push((c.to_string(), joined));
            }
            '+' if current.is_empty() => out.push(("+".to_string(), chars.peek() == Some(&'_'))),
            _ if c.is_whitespace() => flush(&mut current, &mut out, false),
            _ => current.push(c),
        }
    }
    if !open.is_empty() {
        return Err("a bracket of a phrase is not closed".to_string());
    }
    flush(&mut current, &mut out, false);
    Ok(out)
}

/// The regular forms of an English verb, itself first: -S, -ED, -ING.
pub fn regular(verb: &str) -> Vec<String> {
    let stem = |n: usize| &verb[..verb.len() - n];
    let before_y = verb.strip_suffix('Y').and_then(|rest| rest.chars().last());
    let [s, ed, ing] = if verb.ends_with('E') {
        [format!("{verb}S"), format!("{verb}D"), format!("{}ING", stem(1))]
    } else if before_y.is_some_and(|c| !"AEIOU".contains(c)) {
        [format!("{}IES", stem(1)), format!("{}IED", stem(1)), format!("{verb}ING")]
    } else if ["S", "X", "Z", "CH", "SH"].iter().any(|end| verb.ends_with(end)) {
        [format!("{verb}ES"), format!("{verb}ED"), format!("{verb}ING")]
    } else {
        [format!("{verb}S"), format!("{verb}ED"), format!("{verb}ING")]
    };
    vec![verb.to_string(), s, ed, ing]
}

/// The plural as the dictionaries' manual forms it: -IES after Y, -ES after SS, else -S.
pub fn plural(noun: &str) -> String {
    if let Some(stem) = noun.strip_suffix('Y') {
        format!("{stem}IES")
    } else if noun.ends_with("SS") {
        format!("{noun}ES")
    } else {
        format!("{noun}S")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Verbs, Vec<String>) {
        let lines: Vec<Text> = text
            .lines()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .map(|(n, text)| Text { text, at: Line { file: "v".into(), line: n as u32 + 1 } })
            .collect();
        let (mut verbs, mut found) = (Verbs::default(), Vec::new());
        verbs.read(&lines, &mut found);
        verbs.settle();
        (verbs, found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn verbs_have_forms_and_codes() {
        let text =
            "--- HELP [070] ---\nHELP\nTRY [081]\n+BREAK_DOWN {+BROKE_DOWN}\nWIRE_+TAP\n--- NOTHING ---\nSEE {SAW}";
        let (verbs, found) = read(text);
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(verbs.forms("HELPING")[0].code, "070");
        assert_eq!(verbs.forms("TRIED")[0].code, "081");
        assert_eq!(verbs.forms("BROKE")[0].after, ["DOWN"]);
        assert_eq!(verbs.forms("TAPS")[0].before, ["WIRE"]);
        assert_eq!(verbs.forms("SAW")[0].code, NO_EVENT);
        assert!(verbs.forms("SEES").is_empty(), "given forms stand in the place of the regular ones");
    }

    #[test]
    fn patterns_are_read_from_the_verb_outwards() {
        let (verbs, found) = read("--- A [1] ---\nA\n- + IN_* OUT_AGAIN $ [2]\n- *_UP [3]");
        assert_eq!(found, Vec::<String>::new());
        let pattern = &verbs.of_block(0)[0];
        let words = |w: &str| Item::Words(vec![vec![w.to_string()]]);
        let place = |item, joined| Place { item, joined };
        assert_eq!(pattern.before, [place(words("IN"), true), place(Item::Target, false)]);
        assert_eq!(
            pattern.after,
            [place(words("OUT"), false), place(words("AGAIN"), true), place(Item::Source, false)]
        );
        assert!(verbs.of_block(0)[1].after[0].joined);
    }

    #[test]
    fn synonym_sets_nest_and_have_plurals() {
        let (verbs, found) =
            read("&MONEY\n+EURO\n+GOLD_COIN\n+YEN_\n&ALL\n+&MONEY\n+CASH_\n--- A [1] ---\nA\n- * &ALL [2]");
        assert_eq!(found, Vec::<String>::new());
        let Item::Words(words) = &verbs.of_block(0)[0].after[0].item else { panic!("no words") };
        let shown: Vec<String> = words.iter().map(|w| w.join(" ")).collect();
        assert_eq!(shown, ["EURO", "EUROS", "GOLD COIN", "GOLD COINS", "YEN", "CASH"]);
    }

    #[test]
    fn phrases_in_braces_and_brackets_keep_their_head() {
        let (verbs, found) = read("--- A [1] ---\nA\n- * {FINANCIAL AID} (AGAINST REVOLT) [2]");
        assert_eq!(found, Vec::<String>::new());
        let Item::Phrase { preposition, head, .. } = &verbs.of_block(0)[0].after[1].item else { panic!("no phrase") };
        assert_eq!((preposition, head), (&Some(vec![vec!["AGAINST".to_string()]]), &vec![vec!["REVOLT".to_string()]]));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line() {
        let text = "HELP\n--- A [1 ---\n- * X\n- X [2]\n- * &Y [3]\n- * {Z [4]\n~ a b = c\n- * ! [5]\n-* W [6]";
        let (_, found) = read(text);
        let lines: Vec<&str> = found.iter().map(|f| f.split(':').nth(1).unwrap()).collect();
        assert_eq!(lines, ["1", "2", "3", "4", "5", "6", "7", "8", "9"], "{found:#?}");
    }
}
