//! The contract of `attache-eval`: its lines, its exit codes, and that nothing about a set is compiled in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TREES: &str = "# newdoc id = n1\n# sent_id = n1-1\n\
    1\tNorway\tNorway\tPROPN\tNNP\t_\t2\tnsubj\t_\t_\n\
    2\tinvited\tinvite\tVERB\tVBD\t_\t0\troot\t_\t_\n\
    3\tSweden\tSweden\tPROPN\tNNP\t_\t2\tobj\t_\tSpaceAfter=No\n\
    4\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_\n\n";

/// A folder of this test's own with data and a manifest.
fn folder(name: &str, manifest: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("gold")).expect("a folder can be made");
    std::fs::write(folder.join("gold/trees.toml"), manifest).expect("a manifest can be written");
    std::fs::write(folder.join("trees.conllu"), TREES).expect("data can be written");
    folder
}

fn manifest(bound: &str) -> String {
    format!(
        "what = \"a test\"\nscorer = \"syntax\"\npath = \"trees.conllu\"\nsource = \"own\"\nlicence = \"MIT OR Apache-2.0\"\n\
         split = \"all\"\n[metric.upos]\nbaseline = 50\nbaseline_source = \"nobody\"\n{bound}\n"
    )
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_attache-eval"))
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .arg("--gold")
        .arg(folder.join("gold"))
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_set_gives_a_line_a_metric_and_a_row_a_case() {
    let folder = folder("lines", &manifest("floor = 50"));
    let results = folder.join("results");
    let arguments = ["trees", "--format", "json", "--check", "--results", results.to_str().expect("a plain path")];
    let output = run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let metrics: Vec<&str> = lines.iter().map(|line| line["metric"].as_str().expect("a metric has a name")).collect();
    assert!(["upos", "xpos", "uas", "las", "lemma", "tokens_f1", "sentences_f1"].iter().all(|m| metrics.contains(m)));
    for line in &lines {
        let keys: Vec<&String> = line.as_object().expect("a line is an object").keys().collect();
        assert_eq!(keys, ["set", "metric", "value", "n", "baseline"]);
        assert_eq!(line["set"], "trees");
    }
    assert_eq!((lines[0]["n"].as_u64(), lines[0]["baseline"].as_f64()), (Some(4), Some(50.0)));
    let rows = std::fs::read_to_string(results.join("trees.csv")).expect("results are written");
    assert!(rows.starts_with("sent_id,words,correct_heads,correct_labels\nn1-1,4,"), "{rows}");
}

#[test]
fn a_metric_beyond_its_bound_exits_with_four() {
    let folder = folder("bound", &manifest("ceiling = 0"));
    let output = run(&folder, &["trees", "--check"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("above the ceiling"), "{}", text(&output.stderr));
    assert_eq!(run(&folder, &["trees"]).status.code(), Some(0), "without --check a score is only told");
}

#[test]
fn what_cannot_be_scored_exits_with_two() {
    let folder = folder("wrong", &manifest("floor = 0"));
    let unknown = run(&folder, &["nosuch"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("not scored yet"));
    assert_eq!(run(&folder, &["trees", "--show", "nosuch"]).status.code(), Some(2));
    std::fs::write(folder.join("trees.conllu"), "1\tbroken\n").expect("data can be written");
    let broken = run(&folder, &["trees"]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(text(&broken.stderr).contains("trees.conllu"), "{}", text(&broken.stderr));
}

#[test]
fn one_case_is_shown_with_gold_and_output() {
    let folder = folder("show", &manifest("floor = 0"));
    let output = run(&folder, &["trees", "--show", "n1-1"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("n1-1\n  1 Norway"), "{}", text(&output.stdout));
}

#[test]
fn annotated_articles_of_another_folder_are_scored() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gold");
    let folder = folder("articles", &manifest("floor = 0"));
    let case = folder.join("seed/another");
    std::fs::create_dir_all(&case).expect("a folder can be made");
    for file in ["article.txt", "gold.json"] {
        std::fs::copy(repository.join("seed-2").join(file), case.join(file)).expect("a file can be copied");
    }
    std::fs::copy(repository.join("seed.toml"), folder.join("gold/seed.toml")).expect("a file can be copied");
    let output = run(&folder, &["seed", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: serde_json::Value =
        serde_json::from_str(text(&output.stdout).lines().next().expect("a line")).expect("a line is JSON");
    // The items of the one article, all of them asked for: what share is found is for the floors to say.
    assert_eq!((found["metric"].as_str(), found["n"].as_u64()), (Some("found"), Some(20)));
    let shown = text(&run(&folder, &["seed", "--show", "another"]).stdout);
    assert!(shown.contains("E1 event (invitation)"), "{shown}");
}
