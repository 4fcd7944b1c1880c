//! `attache codebook`: what every code means.

use std::io::Write;

use attache_coder::Knowledge;
use attache_coder::codebook::{self, Entry};
use serde_json::json;

use crate::cli::{CodebookArgs, ReadFormat};
use crate::folder;
use crate::output::{self, Failure, Outcome};
use crate::terminal::{FAINT, HEADING, columns, pad, styled, width, wrap};

/// The words of the wire with their definitions: what the coder itself decides rather than an ontology.
const TERMS: &str = include_str!("../../../knowledge/terms.tsv");

/// All entries: acts and ontologies, then the words of the wire.
pub fn entries(knowledge: &Knowledge) -> Vec<Entry> {
    let mut all = codebook::entries(knowledge);
    all.extend(terms());
    all
}

fn terms() -> impl Iterator<Item = Entry> {
    let rows = TERMS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split('\t').map(str::to_string);
        let (kind, code, definition) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Entry { kind, code, name: None, definition, maps: Vec::new() })
    })
}

/// Runs the command.
pub fn run(args: &CodebookArgs) -> Result<Outcome, Failure> {
    let knowledge = folder::knowledge(args.own.knowledge.as_deref())?;
    let all = entries(&knowledge);
    let found = match &args.code {
        None => all.iter().collect(),
        Some(code) => find(&all, code),
    };
    if found.is_empty() {
        return Ok(not_found(&all, args.code.as_deref().unwrap_or_default()));
    }
    match args.format {
        ReadFormat::Json => {
            let mut out = output::data(None)?;
            for entry in found {
                let maps: Vec<_> = entry.maps.iter().map(|(to, code)| json!({"to": to, "code": code})).collect();
                let row = json!({
                    "kind": entry.kind, "code": entry.code, "name": entry.name, "definition": entry.definition,
                    "maps": maps,
                });
                serde_json::to_writer(&mut out, &row)?;
                writeln!(out)?;
            }
            out.flush()?;
        }
        ReadFormat::Text => {
            let mut out = output::text(None)?;
            if found.len() == 1 || args.code.as_ref().is_some_and(|code| !is_kind(&all, code)) {
                write_entries(&found, &mut *out)?;
            } else {
                write_list(&found, &mut *out)?;
            }
            out.flush()?;
        }
    }
    Ok(Outcome::Done)
}

/// The entries a code, name or kind stands for.
pub fn find<'e>(all: &'e [Entry], code: &str) -> Vec<&'e Entry> {
    // AGREE is a type and agree an act: who writes a code as it is means that one.
    let as_written: Vec<&Entry> = all.iter().filter(|entry| entry.code == code).collect();
    if !as_written.is_empty() {
        return as_written;
    }
    let is = |text: &str| text.eq_ignore_ascii_case(code);
    let exact: Vec<&Entry> = all.iter().filter(|entry| is(&entry.code)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let named: Vec<&Entry> = all.iter().filter(|entry| entry.name.as_deref().is_some_and(is)).collect();
    if !named.is_empty() {
        return named;
    }
    all.iter().filter(|entry| names_kind(entry, code)).collect()
}

fn names_kind(entry: &Entry, code: &str) -> bool {
    let kind = &entry.kind;
    kind.eq_ignore_ascii_case(code) || format!("{kind}s").eq_ignore_ascii_case(code)
}

fn is_kind(all: &[Entry], code: &str) -> bool {
    !all.iter().any(|e| e.code.eq_ignore_ascii_case(code)) && all.iter().any(|entry| names_kind(entry, code))
}

fn not_found(all: &[Entry], code: &str) -> Outcome {
    let low = code.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&low);
    let near: Vec<&str> = all
        .iter()
        .filter(|entry| !low.is_empty() && (has(&entry.code) || entry.name.as_deref().is_some_and(has)))
        .map(|entry| entry.code.as_str())
        .take(8)
        .collect();
    let hint = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
    eprintln!("attache: the codebook has no `{}`{hint}", crate::terminal::flat(code));
    Outcome::NothingFound
}

/// Whole entries.
pub fn write_entries(entries: &[&Entry], out: &mut dyn Write) -> Result<(), Failure> {
    let columns = columns();
    for (i, entry) in entries.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let name = entry.name.as_ref().map(|name| format!("  {name}")).unwrap_or_default();
        writeln!(out, "{}{name}  {}", styled(HEADING, &entry.code), styled(FAINT, &entry.kind))?;
        for line in wrap(&entry.definition, columns - 4) {
            writeln!(out, "    {line}")?;
        }
        // Several codes in one relation stand in one line.
        let mut relations: Vec<(&str, Vec<&str>)> = Vec::new();
        for (to, code) in &entry.maps {
            match relations.iter_mut().find(|(relation, _)| relation == to) {
                Some((_, codes)) => codes.push(code),
                None => relations.push((to, vec![code])),
            }
        }
        for (relation, codes) in relations {
            let mut name = styled(FAINT, relation);
            for line in wrap(&codes.join(", "), columns - 17) {
                writeln!(out, "    {} {line}", pad(&name, 12))?;
                name.clear();
            }
        }
    }
    Ok(())
}

/// One line an entry, under the kinds.
fn write_list(entries: &[&Entry], out: &mut dyn Write) -> Result<(), Failure> {
    let columns = columns();
    let longest = entries.iter().map(|entry| width(&entry.code)).max().unwrap_or(0).min(28);
    let mut kind = "";
    for entry in entries {
        if entry.kind != kind {
            if !kind.is_empty() {
                writeln!(out)?;
            }
            writeln!(out, "{}", styled(HEADING, &entry.kind))?;
            kind = &entry.kind;
        }
        let room = columns.saturating_sub(longest + 4);
        let text =
            if entry.definition.is_empty() { entry.name.as_deref().unwrap_or_default() } else { &entry.definition };
        writeln!(out, "  {}  {}", pad(&entry.code, longest), crate::terminal::cut(text, room))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::terms;
    use attache_doc::{Flag, Realis, Relation, SourceClass, Stance, Status};
    use serde::Serialize;

    #[test]
    fn every_word_of_the_wire_is_defined() {
        let all: Vec<_> = terms().collect();
        let defined = |kind: &str, words: &[&dyn Fn() -> String]| {
            for word in words {
                let word = word();
                let found = all.iter().find(|entry| entry.kind == kind && entry.code == word);
                assert!(found.is_some_and(|entry| entry.definition.len() > 20), "{kind} {word}");
            }
        };
        fn word<T: Serialize + Copy>(value: T) -> impl Fn() -> String {
            move || crate::output::word(value)
        }
        defined(
            "status",
            &[
                &word(Status::Cancelled),
                &word(Status::ScheduledFirm),
                &word(Status::ScheduledTentative),
                &word(Status::Proposed),
                &word(Status::Contested),
                &word(Status::Denied),
                &word(Status::Confirmed),
                &word(Status::OneSide),
                &word(Status::ThirdParty),
                &word(Status::Unnamed),
                &word(Status::Unattributed),
            ],
        );
        defined(
            "flag",
            &[
                &word(Flag::NonConfirmationNoted),
                &word(Flag::NestedOnly),
                &word(Flag::OutletAdopts),
                &word(Flag::Lapsed),
                &word(Flag::Hypothetical),
                &word(Flag::Background),
            ],
        );
        defined(
            "stance",
            &[
                &word(Stance::Asserts),
                &word(Stance::Confirms),
                &word(Stance::Denies),
                &word(Stance::Disputes),
                &word(Stance::DeclinesToComment),
                &word(Stance::HasNotConfirmed),
                &word(Stance::NotAsked),
            ],
        );
        defined(
            "relation",
            &[
                &word(Relation::Own),
                &word(Relation::Counterpart),
                &word(Relation::ThirdParty),
                &word(Relation::Vague),
                &word(Relation::Hearsay),
                &word(Relation::Outlet),
            ],
        );
        defined(
            "source",
            &[
                &word(SourceClass::Named),
                &word(SourceClass::Role),
                &word(SourceClass::Collective),
                &word(SourceClass::Document),
                &word(SourceClass::Vague),
                &word(SourceClass::Implicit),
            ],
        );
        defined(
            "realis",
            &[
                &word(Realis::Actual),
                &word(Realis::Expected),
                &word(Realis::Proposed),
                &word(Realis::Hypothetical),
                &word(Realis::Threatened),
            ],
        );
    }
}
