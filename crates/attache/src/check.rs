//! `attache check`: is everything in the tables and dictionaries as it should be.

use std::io::Write;

use attache_coder::KnowledgeError;
use attache_coder::dictionary::Dictionaries;

use crate::cli::CheckArgs;
use crate::folder;
use crate::output::{self, Failure, Outcome};
use crate::terminal::{BAD, flat, styled};

/// Runs the command: one line a problem, then how much was read.
pub fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let mut out = output::text(None)?;
    let mut problems = Vec::new();
    let mut read = Vec::new();
    if let Some(folder) = &args.petrarch {
        let (files, found) = folder::dictionary_files(folder)?;
        problems.extend(found);
        let (dictionaries, found) = Dictionaries::read(files);
        problems.extend(found);
        let counts = dictionaries.counts();
        read.push(format!(
            "{}: {} actors, {} agents, {} verbs with {} patterns, {} discards, {} issues",
            folder.display(),
            counts.actors,
            counts.agents,
            counts.verbs,
            counts.patterns,
            counts.discards,
            counts.issues
        ));
    }
    if args.dir.is_some() || args.petrarch.is_none() {
        let (files, found) = args.dir.as_deref().map(folder::tables).transpose()?.unwrap_or_default();
        problems.extend(found);
        let checked = attache_coder::check(files);
        problems.extend(checked.problems);
        let embedded: usize = checked.rows.iter().map(|(_, embedded, _)| embedded).sum();
        read.push(format!("{embedded} built-in rows in {} tables", checked.rows.len()));
        if let Some(dir) = &args.dir {
            for (path, _, own) in checked.rows.iter().filter(|(_, _, own)| *own > 0) {
                read.push(format!("{own} rows in {}", dir.join(path).display()));
            }
        }
    }
    for problem in &problems {
        write_problem(&mut *out, problem)?;
    }
    for line in read {
        writeln!(out, "{}", flat(&line))?;
    }
    out.flush()?;
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::CheckFailed })
}

fn write_problem(out: &mut dyn Write, problem: &KnowledgeError) -> Result<(), Failure> {
    let text = flat(&problem.to_string());
    let place = text.len() - flat(&problem.message).len().min(text.len());
    let (place, message) = text.split_at(place);
    writeln!(out, "{place}{}", styled(BAD, message))?;
    Ok(())
}
