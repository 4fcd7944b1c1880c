//! `--conllu`, `conll18` and `speed`: trees are written as they are scored, and what is no tree is refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TREES: &str = "# newdoc id = n1\n# sent_id = n1-1\n\
    1\tNorway\tNorway\tPROPN\tNNP\t_\t4\tnsubj\t_\t_\n\
    2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_\n\
    2\tdid\tdo\tAUX\tVBD\t_\t4\taux\t_\t_\n\
    3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_\n\
    4\tinvite\tinvite\tVERB\tVB\t_\t0\troot\t_\t_\n\
    5\tSweden\tSweden\tPROPN\tNNP\t_\t4\tobj\t_\tSpaceAfter=No\n\
    6\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_\n\n\
    # newpar\n# sent_id = n1-2\n\
    1\tIt\tit\tPRON\tPRP\t_\t2\tnsubj\t_\t_\n\
    2\twaited\twait\tVERB\tVBD\t_\t0\troot\t_\tSpaceAfter=No\n\
    3\t.\t.\tPUNCT\t.\t_\t2\tpunct\t_\t_\n\n";

const MANIFEST: &str = "what = \"a test\"\nscorer = \"syntax\"\npath = \"trees.conllu\"\nsource = \"own\"\n\
    licence = \"MIT OR Apache-2.0\"\nsplit = \"all\"\n[metric.upos]\nfloor = 0\n";

/// A folder of this test's own with data and a manifest.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trees").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("gold")).expect("a folder can be made");
    std::fs::write(folder.join("gold/trees.toml"), MANIFEST).expect("a manifest can be written");
    std::fs::write(folder.join("trees.conllu"), TREES).expect("data can be written");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_attache-eval"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program runs")
}

/// The lines of a JSON output.
fn lines(output: &Output) -> Vec<serde_json::Value> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[test]
fn trees_that_are_written_have_the_scores_that_are_told() {
    let folder = folder("written");
    let set = ["trees", "--data", ".", "--format", "json", "--conllu"];
    for (file, flag, pairs) in [
        (
            "given.conllu",
            None,
            [("upos", "UPOS"), ("xpos", "XPOS"), ("uas", "UAS"), ("las", "LAS"), ("lemma", "Lemmas")],
        ),
        (
            "raw.conllu",
            Some("--raw"),
            [
                ("tokens_f1", "Words"),
                ("sentences_f1", "Sentences"),
                ("upos_raw", "UPOS"),
                ("las_raw", "LAS"),
                ("lemma_raw", "Lemmas"),
            ],
        ),
    ] {
        let arguments: Vec<&str> = set.into_iter().chain([file]).chain(flag).collect();
        let told = lines(&run(&folder, &arguments));
        let scored = lines(&run(&folder, &["conll18", "trees.conllu", file, "--format", "json"]));
        assert_eq!(scored.len(), 13);
        for (metric, measure) in pairs {
            let told =
                told.iter().find(|line| line["metric"] == metric).expect(metric)["value"].as_f64().expect("a number");
            let scored = scored.iter().find(|line| line["measure"] == measure).expect(measure)["f1"].as_f64();
            assert!(
                (told - scored.expect("a number")).abs() < 0.005,
                "{file}: {metric} is {told}, {measure} is {scored:?}"
            );
        }
    }
    let raw = std::fs::read_to_string(folder.join("raw.conllu")).expect("trees are written");
    assert!(raw.contains("# text = Norway didn't invite Sweden.\n") && raw.contains("\n2-3\tdidn't\t"), "{raw}");
}

#[test]
fn what_is_no_tree_over_the_same_text_exits_with_two() {
    let folder = folder("refused");
    for (name, from, to) in [("text", "waited", "stayed"), ("tree", "0\troot", "1\tdep"), ("line", "\t_\t_\n", "\t_\n")]
    {
        std::fs::write(folder.join("system.conllu"), TREES.replacen(from, to, 1)).expect("data can be written");
        let output = run(&folder, &["conll18", "trees.conllu", "system.conllu"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("system.conllu"), "{name}");
    }
    // A set without trees has none to write.
    let output = run(&folder, &["trees", "--data", ".", "--show", "n1-1", "--conllu", "out.conllu"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.join("out.conllu").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn speed_counts_what_it_writes() {
    let folder = folder("speed");
    let text = "Norway didn't invite Sweden. It waited.\n\nThe envoys met in Oslo.\n";
    std::fs::write(folder.join("news.txt"), text).expect("a text can be written");
    let told = lines(&run(&folder, &["speed", "news.txt", "--format", "json", "--words", "words.jsonl"])).remove(0);
    let words = std::fs::read_to_string(folder.join("words.jsonl")).expect("words are written");
    let documents: Vec<Vec<Vec<Vec<String>>>> =
        words.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let sentences: Vec<Vec<String>> = documents.iter().flatten().flatten().cloned().collect();
    assert_eq!(told["documents"], documents.len());
    assert_eq!(told["sentences"], sentences.len());
    assert_eq!(told["words"], sentences.iter().map(Vec::len).sum::<usize>());
    assert_eq!(sentences.concat().join(" "), "Norway did n't invite Sweden . It waited . The envoys met in Oslo .");
    assert!(told["pieces"].as_u64() >= told["words"].as_u64());
    std::fs::write(folder.join("empty.txt"), "\n").expect("a text can be written");
    assert_eq!(run(&folder, &["speed", "empty.txt"]).status.code(), Some(2));
}
