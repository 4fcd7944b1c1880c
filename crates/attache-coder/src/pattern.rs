//! The pattern language of the lexicons: conditions (`needs`) and role paths over a dependency tree.
//!
//! ```text
//! invite  VERB  obj@actor to=talk|summit   →  invite-to-talks   initiator subj   counterpart obj
//! ```
//! A path is a dot-separated walk of relations from the head word (`obj.to`); alternatives are separated by `/` and the
//! first that leads somewhere is taken.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Logical subject.
    Subj,
    /// Logical object.
    Obj,
    /// Indirect object.
    Iobj,
    /// Open clausal complement.
    Xcomp,
    /// Clausal complement.
    Ccomp,
    /// Adverbial clause.
    Advcl,
    /// Parataxis.
    Parataxis,
    /// Possessor.
    Poss,
    /// Compound or adjectival modifier.
    Comp,
    /// Verb particle.
    Prt,
    /// Determiner.
    Det,
    /// The preposition before the head itself ("amid concern": concern.case = amid).
    Case,
    /// Copula.
    Cop,
    /// Auxiliary.
    Aux,
    /// Adverb.
    Advmod,
    /// Clause on a noun.
    Acl,
    /// Conjunct.
    Conj,
    /// The clause that a parenthetical cue or adverb belongs to.
    Host,
    /// A prepositional dependent.
    Prep(String),
}

/// A walk of one or more steps.
pub type Path = Vec<Step>;

/// What a word must name to fill a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// A political actor.
    Actor,
    /// A person.
    Person,
    /// A place.
    Place,
}

/// One alternative of a role: a walk, and what its end must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The walk.
    pub path: Path,
    /// What the word at its end must name; anything when `None`.
    pub only: Option<Only>,
}

/// One condition on a head word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The path leads somewhere.
    Has(Path),
    /// The path leads to one of these lemmas.
    Lemma(Path, Vec<String>),
    /// The path leads to a political actor.
    Actor(Path),
    /// The path leads to a person.
    Person(Path),
    /// The path leads to a place.
    Place(Path),
    /// The condition does not hold.
    Not(Box<Need>),
    /// The noun is object or subject of a support or occurrence verb.
    Support,
    /// The head is plural.
    Plural,
    /// The head is negated.
    Negated,
}

/// Why a pattern could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads one path, such as `obj.to`.
pub fn path(text: &str) -> Result<Path, PatternError> {
    text.split('.').map(step).collect()
}

fn step(text: &str) -> Result<Step, PatternError> {
    Ok(match text {
        "subj" => Step::Subj,
        "obj" => Step::Obj,
        "iobj" => Step::Iobj,
        "xcomp" => Step::Xcomp,
        "ccomp" => Step::Ccomp,
        "advcl" => Step::Advcl,
        "parataxis" => Step::Parataxis,
        "poss" => Step::Poss,
        "comp" => Step::Comp,
        "prt" => Step::Prt,
        "det" => Step::Det,
        "case" => Step::Case,
        "cop" => Step::Cop,
        "aux" => Step::Aux,
        "advmod" => Step::Advmod,
        "acl" => Step::Acl,
        "conj" => Step::Conj,
        "host" => Step::Host,
        _ if !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
            Step::Prep(text.replace('_', " "))
        }
        _ => {
            return Err(PatternError(format!("`{text}` is no relation: expected subj, obj, comp, … or a preposition")));
        }
    })
}

/// Reads alternatives, such as `obj.to@actor/to/iobj`. Empty text gives no alternative.
pub fn roles(text: &str) -> Result<Vec<Role>, PatternError> {
    text.split('/')
        .filter(|p| !p.is_empty())
        .map(|alternative| match alternative.split_once('@') {
            None => Ok(Role { path: path(alternative)?, only: None }),
            Some((left, right)) => Ok(Role { path: path(left)?, only: Some(only(right)?) }),
        })
        .collect()
}

fn only(text: &str) -> Result<Only, PatternError> {
    Ok(match text {
        "actor" => Only::Actor,
        "person" => Only::Person,
        "place" => Only::Place,
        _ => return Err(PatternError(format!("`@{text}` is unknown: expected @actor, @person or @place"))),
    })
}

/// Reads conditions, such as `obj@actor !ccomp prt=off`.
pub fn needs(text: &str) -> Result<Vec<Need>, PatternError> {
    text.split_whitespace().map(need).collect()
}

fn need(text: &str) -> Result<Need, PatternError> {
    if let Some(rest) = text.strip_prefix('!') {
        return Ok(Need::Not(Box::new(need(rest)?)));
    }
    if let Some((left, right)) = text.split_once('=') {
        let lemmas = right.split('|').filter(|l| !l.is_empty()).map(|l| l.replace('_', " ")).collect::<Vec<_>>();
        if lemmas.is_empty() {
            return Err(PatternError(format!("`{text}` names no lemma after `=`")));
        }
        return Ok(Need::Lemma(path(left)?, lemmas));
    }
    if let Some((left, right)) = text.split_once('@') {
        let path = path(left)?;
        return Ok(match only(right)? {
            Only::Actor => Need::Actor(path),
            Only::Person => Need::Person(path),
            Only::Place => Need::Place(path),
        });
    }
    Ok(match text {
        "support" => Need::Support,
        "plural" => Need::Plural,
        "neg" => Need::Negated,
        _ => Need::Has(path(text)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_forms() {
        assert_eq!(
            needs("obj@actor !ccomp prt=off obj.to=talk|summit").unwrap(),
            vec![
                Need::Actor(vec![Step::Obj]),
                Need::Not(Box::new(Need::Has(vec![Step::Ccomp]))),
                Need::Lemma(vec![Step::Prt], vec!["off".into()]),
                Need::Lemma(vec![Step::Obj, Step::Prep("to".into())], vec!["talk".into(), "summit".into()]),
            ]
        );
        let found = roles("obj.to/out_of@actor").unwrap();
        assert_eq!(found[1], Role { path: vec![Step::Prep("out of".into())], only: Some(Only::Actor) });
        assert!(needs("obj@ship").is_err());
        assert!(roles("Obj").is_err());
    }
}
