//! A user's folders: tables laid over the built-in knowledge, and dictionaries of TABARI and PETRARCH.

use std::path::Path;

use attache_coder::dictionary::{Dictionaries, Kind};
use attache_coder::{Knowledge, KnowledgeError, KnowledgeFile};

use crate::output::Failure;

/// How deep folders are searched: knowledge lies two folders deep, and a link that leads back must end.
const DEPTH: usize = 6;

/// The files of a folder, and those that could not be read as text.
pub type Files = (Vec<KnowledgeFile>, Vec<KnowledgeError>);

/// The tables of a folder: its `.tsv` files, in order of their paths.
pub fn tables(folder: &Path) -> Result<Files, Failure> {
    let (files, problems) = files(folder, &|path| path.ends_with(".tsv"))?;
    if files.is_empty() && problems.is_empty() {
        return Err(Failure::new(format!(
            "{} has no table, expected .tsv files as under knowledge/, such as lexicon/en/triggers.tsv",
            folder.display()
        )));
    }
    Ok((files, problems))
}

/// The dictionaries of a folder: the files whose names tell what they are.
pub fn dictionary_files(folder: &Path) -> Result<Files, Failure> {
    let (files, problems) = files(folder, &|path| Kind::of(path).is_some())?;
    if files.is_empty() && problems.is_empty() {
        return Err(Failure::new(format!(
            "{} has no dictionary, expected files such as x.actors.txt, x.agents.txt, x.verbs.txt",
            folder.display()
        )));
    }
    Ok((files, problems))
}

/// The built-in knowledge with a user's folder over it.
pub fn knowledge(folder: Option<&Path>) -> Result<Knowledge, Failure> {
    let Some(folder) = folder else {
        return Knowledge::embedded().map_err(|error| Failure::new(format!("the embedded knowledge: {error}")));
    };
    let (files, mut problems) = tables(folder)?;
    match Knowledge::with(files) {
        Ok(knowledge) if problems.is_empty() => return Ok(knowledge),
        Ok(_) => {}
        Err(found) => problems.extend(found),
    }
    Err(listed("knowledge", folder, &problems))
}

/// The dictionaries of a folder. What is wrong in them is left out, as PETRARCH does; without verbs or actors there is
/// nothing to code with.
pub fn dictionaries(folder: &Path) -> Result<Dictionaries, Failure> {
    let (files, _) = dictionary_files(folder)?;
    let (dictionaries, problems) = Dictionaries::read(files);
    let counts = dictionaries.counts();
    if counts.actors == 0 || counts.verbs == 0 {
        return Err(listed("dictionaries", folder, &problems));
    }
    if !problems.is_empty() {
        let lines = if problems.len() == 1 { "1 line".to_string() } else { format!("{} lines", problems.len()) };
        eprintln!("attache: left out of the dictionaries: {lines} (`attache check --petrarch {}`)", folder.display());
    }
    Ok(dictionaries)
}

fn listed(what: &str, folder: &Path, problems: &[KnowledgeError]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|p| format!("\n  {p}")).collect();
    Failure::new(format!("the {what} of {}:{}", folder.display(), lines.concat()))
}

fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Files, Failure> {
    let mut paths = Vec::new();
    walk(folder, "", DEPTH, &mut paths).map_err(|error| Failure::file(folder, error))?;
    paths.retain(|path| wanted(path));
    paths.sort();
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let full = folder.join(&path);
        let name = full.display().to_string().replace('\\', "/");
        let bytes = std::fs::read(&full).map_err(|error| Failure::file(&full, error))?;
        match String::from_utf8(bytes) {
            Ok(text) => files.push(KnowledgeFile { path, name, text }),
            // Old dictionaries are Latin-1, of which every byte is a letter; tables are UTF-8.
            Err(error) if Kind::of(&path).is_some() => {
                let text = error.into_bytes().into_iter().map(char::from).collect();
                files.push(KnowledgeFile { path, name, text });
            }
            Err(error) => {
                let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = good.iter().filter(|b| **b == b'\n').count() as u32 + 1;
                problems.push(KnowledgeError { file: name, line, message: "not UTF-8, expected UTF-8".to_string() });
            }
        }
    }
    Ok((files, problems))
}

fn walk(folder: &Path, below: &str, depth: usize, out: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if name.starts_with('.') {
            continue;
        }
        if entry.path().is_dir() {
            if depth > 0 {
                walk(&entry.path(), &path, depth - 1, out)?;
            }
        } else {
            out.push(path);
        }
    }
    Ok(())
}
