//! Reads the tree and holds its invariants: codes live in knowledge/, crates look only to the left, knowledge says where it
//! comes from, and nothing tracked is too big or speaks of one machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which crates of the workspace a crate may depend on: stages only look left, and the coder does not know the model.
const MAY_USE: &[(&str, &[&str])] = &[
    ("attache-doc", &[]),
    ("attache-ingest", &["attache-doc"]),
    ("attache-nlp", &["attache-doc"]),
    ("attache-coder", &["attache-doc"]),
    ("attache-ledger", &["attache-doc"]),
    ("attache-arrow", &["attache-doc"]),
    ("attache", &["attache-doc", "attache-ingest", "attache-nlp", "attache-coder", "attache-ledger", "attache-arrow"]),
    (
        "attache-eval",
        &["attache-doc", "attache-ingest", "attache-nlp", "attache-coder", "attache-ledger", "attache-arrow"],
    ),
];

/// Crates whose other dependencies are fixed too, because everything else rests on them.
const ONLY: &[(&str, &[&str])] = &[("attache-doc", &["serde", "jiff"])];

/// The largest file the repository holds: a clone must stay quick, and weights are made to fit.
const LARGEST_FILE: u64 = 30 * 1024 * 1024;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the crate lies two folders below the root")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file that is tracked or would be, relative to the root. Without git (an unpacked archive) every file but builds.
fn files() -> Vec<PathBuf> {
    let root = root();
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(&root)
        .output()
        .ok()
        .filter(|output| output.status.success() && !output.stdout.is_empty());
    let mut files: Vec<PathBuf> = match listed {
        Some(output) => {
            let names = String::from_utf8_lossy(&output.stdout).into_owned();
            names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect()
        }
        None => {
            let mut found = Vec::new();
            walk(&root, &root, &mut found);
            found
        }
    };
    files.retain(|file| root.join(file).is_file());
    files.sort();
    files.dedup();
    files
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the tree").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if !matches!(name.to_str(), Some("target" | ".git" | ".cache" | "__pycache__" | "build")) {
                walk(root, &path, found);
            }
        } else {
            found.push(path.strip_prefix(root).expect("below the root").to_path_buf());
        }
    }
}

fn with_extension(extension: &str) -> Vec<PathBuf> {
    files().into_iter().filter(|file| file.extension().is_some_and(|e| e == extension)).collect()
}

/// The rows of a knowledge file after its comments and header, as cells.
fn rows(path: &str) -> Vec<Vec<String>> {
    let text = read(&root().join("knowledge").join(path));
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split('\t').map(String::from).collect()).collect()
}

fn column(path: &str, n: usize) -> BTreeSet<String> {
    rows(path).into_iter().map(|row| row[n].clone()).collect()
}

/// The part of a source file that ships: without comments and without the tests at its end.
fn shipped(source: &str) -> String {
    let mut out = String::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.starts_with("mod ")) {
            break;
        }
        if !line.trim_start().starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// String literals of some source without escapes, which no code has.
fn literals(source: &str) -> Vec<&str> {
    source.split('"').skip(1).step_by(2).collect()
}

fn codes_in<'s>(source: &'s str, codes: &BTreeSet<String>) -> Vec<&'s str> {
    // Literals are counted line by line, so that a quotation mark in a character literal upsets one line only.
    source.lines().flat_map(literals).filter(|literal| codes.contains(*literal)).collect()
}

#[test]
fn no_code_of_an_ontology_stands_in_rust() {
    let mut codes = column("ontology/plover/types.tsv", 0);
    codes.extend(column("ontology/cameo/codes.tsv", 0));
    assert!(codes.contains("AGREE") && codes.contains("036"), "the code tables are read");
    assert_eq!(codes_in("let a = \"AGREE\"; // and\nlet b = '\"';\nlet c = \"036\";", &codes), ["AGREE", "036"]);
    let mut found = Vec::new();
    for file in with_extension("rs") {
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let source = shipped(&read(&root().join(&file)));
        found.extend(codes_in(&source, &codes).iter().map(|code| format!("{}: {code}", file.display())));
    }
    assert!(found.is_empty(), "codes live in knowledge/: {found:#?}");
}

#[test]
fn crates_depend_only_on_those_to_their_left() {
    let mut seen = 0;
    for file in with_extension("toml") {
        let is_crate = file.starts_with("crates") && file.file_name().is_some_and(|name| name == "Cargo.toml");
        if !is_crate || file.components().count() != 3 {
            continue;
        }
        seen += 1;
        let manifest: toml::Table = read(&root().join(&file)).parse().expect("a manifest is TOML");
        let name = manifest["package"]["name"].as_str().expect("a crate has a name");
        let (_, may_use) = MAY_USE
            .iter()
            .find(|(of, _)| *of == name)
            .unwrap_or_else(|| panic!("{name}: say in MAY_USE what it may depend on"));
        let used: Vec<&String> =
            manifest.get("dependencies").and_then(|d| d.as_table()).into_iter().flat_map(|d| d.keys()).collect();
        for dependency in &used {
            let ours = dependency.starts_with("attache");
            assert!(!ours || may_use.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
        if let Some((_, only)) = ONLY.iter().find(|(of, _)| *of == name) {
            let other: Vec<_> = used.iter().filter(|dependency| !only.contains(&dependency.as_str())).collect();
            assert!(other.is_empty(), "{name} depends on nothing but {only:?}, not {other:?}");
        }
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(|on| on.as_bool());
        assert_eq!(lints, Some(true), "{name} takes the lints of the workspace");
    }
    assert!(seen >= 6, "only {seen} crates found");
}

/// The tables of dependencies of every crate's manifest, by crate.
fn dependencies() -> Vec<(String, Vec<String>)> {
    let is_crate =
        |file: &PathBuf| file.starts_with("crates") && file.ends_with("Cargo.toml") && file.iter().count() == 3;
    let manifests = with_extension("toml").into_iter().filter(is_crate);
    manifests
        .map(|file| {
            let manifest: toml::Table = read(&root().join(&file)).parse().expect("a manifest is TOML");
            let of = |table: &str| manifest.get(table).and_then(|d| d.as_table()).cloned().unwrap_or_default();
            let all = of("dependencies").into_iter().chain(of("dev-dependencies")).chain(of("build-dependencies"));
            (file.display().to_string(), all.map(|(name, _)| name).collect())
        })
        .collect()
}

#[test]
fn every_dependency_has_its_reason_in_the_design() {
    let design = read(&root().join("DESIGN.md"));
    let words: BTreeSet<&str> = design.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).collect();
    for (file, names) in dependencies() {
        let missing: Vec<_> =
            names.iter().filter(|name| !name.starts_with("attache-") && !words.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{file}: say in DESIGN.md why {missing:?}");
    }
}

/// What is wrong with a knowledge file; empty when nothing is.
fn table_faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    for field in ["# source:", "# licence:"] {
        let given = head.iter().any(|line| line.strip_prefix(field).is_some_and(|value| !value.trim().is_empty()));
        if !given {
            faults.push(format!("no “{field}” in its head"));
        }
    }
    let mut lines = text.lines().enumerate().skip(head.len());
    let Some((_, header)) = lines.next() else {
        faults.push("no header line".to_string());
        return faults;
    };
    let width = header.split('\t').count();
    let mut seen = BTreeSet::new();
    for (n, line) in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != width {
            faults.push(format!("line {}: {} cells, the header has {width}", n + 1, cells.len()));
        }
        if cells.iter().any(|cell| cell.trim().is_empty() || cell.trim() != *cell) {
            faults.push(format!("line {}: an empty cell (write “-”) or space around one", n + 1));
        }
        if !seen.insert(line) {
            faults.push(format!("line {}: a row twice", n + 1));
        }
    }
    faults
}

#[test]
fn knowledge_names_its_source_and_keeps_its_columns() {
    let good = "# Nouns.\n# source: own\n# licence: CC0-1.0\nnoun\tkind\nenvoy\tperson\n";
    assert!(table_faults(good).is_empty());
    assert_eq!(table_faults("# Nouns.\n# source: own\nnoun\tkind\nenvoy\nenvoy\n").len(), 4);
    let tables: Vec<PathBuf> = with_extension("tsv").into_iter().filter(|file| file.starts_with("knowledge")).collect();
    assert!(tables.len() > 20, "only {} knowledge files found", tables.len());
    let mut faults = Vec::new();
    for file in tables {
        let of_file = table_faults(&read(&root().join(&file)));
        faults.extend(of_file.into_iter().map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_is_too_large_to_clone() {
    for file in files() {
        let size = std::fs::metadata(root().join(&file)).expect("a listed file").len();
        assert!(size <= LARGEST_FILE, "{} has {size} bytes", file.display());
    }
}

/// Paths of one machine and addresses of package hosts in a text.
fn machine_words(text: &str) -> Vec<String> {
    // In pieces, so that this file does not find itself.
    let roots = [["/ro", "ot/"], ["/wo", "rk/"], ["/Us", "ers/"], ["C:\\", "Users"]].map(|parts| parts.concat());
    let hosts =
        [["local", "host:"], ["127.0.", "0.1:"], ["/sim", "ple/"], ["extra-", "index-url"], ["art", "ifactory"]];
    let hosts = hosts.map(|parts| parts.concat());
    roots.into_iter().chain(hosts).filter(|word| text.contains(word.as_str())).collect()
}

#[test]
fn nothing_speaks_of_one_machine() {
    let planted = ["see /ro", "ot/x"].concat();
    assert_eq!(machine_words(&planted).len(), 1);
    let mut found = Vec::new();
    for file in files() {
        // What is not text (weights) is not read.
        let Ok(text) = std::fs::read_to_string(root().join(&file)) else { continue };
        found.extend(machine_words(&text).into_iter().map(|word| format!("{}: {word}", file.display())));
    }
    let lock = read(&root().join("Cargo.lock"));
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn modules_are_named_for_what_they_hold() {
    const VAGUE: &[&str] = &["util", "utils", "common", "core", "manager", "helper", "helpers", "misc"];
    for file in with_extension("rs") {
        let vague =
            file.iter().filter_map(|part| part.to_str()).find(|part| VAGUE.contains(&part.trim_end_matches(".rs")));
        assert_eq!(vague, None, "{}", file.display());
    }
}

/// Targets of the relative links of a Markdown text.
fn relative_links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or(target))
        .filter(|t| !t.is_empty() && !t.contains(':'))
        .collect()
}

#[test]
fn links_in_prose_lead_somewhere() {
    assert_eq!(relative_links("[a](b.md#c) and [d](https://e.org) and [f](#g)"), ["b.md"]);
    for file in with_extension("md") {
        let path = root().join(&file);
        for link in relative_links(&read(&path)) {
            let target = path.parent().expect("a file lies in a folder").join(link);
            assert!(target.exists(), "{}: {link} is not there", file.display());
        }
    }
}

#[test]
fn the_rules_of_annotated_articles_speak_the_words_of_knowledge() {
    let acts = column("acts.tsv", 0);
    let relations = column("lexicon/en/standings.tsv", 3);
    let text = read(&root().join("gold/seed.toml"));
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    let names = |table: &str, list: &str| -> Vec<String> {
        let rules = manifest["items"][table].as_array().expect("a list of rules");
        let words = rules.iter().flat_map(|rule| rule[list].as_array().expect("a list of words"));
        words.map(|word| word.as_str().expect("a word").to_string()).collect()
    };
    for act in names("event", "acts") {
        assert!(acts.contains(&act), "{act} is no act of knowledge/acts.tsv");
    }
    for relation in names("standing", "relations") {
        assert!(relations.contains(&relation), "{relation} is no relation of the standings lexicon");
    }
}
