//! The built binary on good, odd and bad input: exit codes, streams, order, and what reaches a terminal.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// An article of our own: a statement, an event on its word, a silence, a plan.
const ARTICLE: &str = "Finland Invites Norwegian Minister to Helsinki Talks\n\n\
    OSLO, May 3 (NTB) — Finland has invited Norwegian Foreign Minister Kari Berg to talks in Helsinki, the Norwegian \
    foreign ministry said on Friday.\n\n\
    The ministry said Finnish President Matti Virta phoned Berg on Thursday. Helsinki has not confirmed the call.\n\n\
    Norway condemned the attack on the embassy in Riga.\n\n\
    Scroll to Top\n";

fn attache(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_attache"))
        .args(args)
        .env_remove("NO_COLOR")
        .env("COLUMNS", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    // A command that does not read its input closes the pipe: writing to it then fails, and that is fine.
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(&bytes);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("killed by a signal: {output:?}"))
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn rows(output: &Output) -> Vec<serde_json::Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("attache-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_article_is_read_from_standard_input_and_from_a_file() {
    let folder = Folder::new("read");
    let file = folder.file("article.txt", ARTICLE.as_bytes());
    let piped = attache(&["read", "-", "--date", "2024-05-03"], ARTICLE.as_bytes());
    assert_eq!(code(&piped), 0, "{}", err(&piped));
    let named = attache(&["read", &file, "--date", "2024-05-03"], b"");
    assert_eq!(out(&piped), out(&named));
    for heading in ["Finland Invites Norwegian Minister", "Statements", "Events"] {
        assert!(out(&piped).contains(heading), "{heading} is missing:\n{}", out(&piped));
    }
    assert!(out(&piped).lines().all(|line| line.chars().count() <= 100), "{}", out(&piped));
    assert!(!out(&piped).contains('\u{1b}'), "no colour where there is no terminal");
}

#[test]
fn read_writes_one_json_object() {
    let output = attache(&["read", "--date", "2024-05-03", "--format", "json"], ARTICLE.as_bytes());
    let rows = rows(&output);
    assert_eq!((code(&output), rows.len()), (0, 1));
    let whole = &rows[0];
    assert_eq!(whole["document"]["doc"]["published"], "2024-05-03");
    let text: Vec<char> = whole["text"].as_str().unwrap().chars().collect();
    let events = whole["events"].as_array().unwrap();
    assert!(!events.is_empty());
    for event in events {
        let trigger = &event["trigger"];
        let (start, end) = (trigger["start"].as_u64().unwrap() as usize, trigger["end"].as_u64().unwrap() as usize);
        assert_eq!(trigger["text"], text[start..end].iter().collect::<String>());
    }
}

#[test]
fn rows_keep_the_order_of_the_input_whatever_the_threads() {
    let folder = Folder::new("threads");
    let mut rows_in = String::new();
    for n in 0..23 {
        let text = ARTICLE.replace("Friday", &format!("Friday, {n} days on"));
        rows_in.push_str(&serde_json::json!({"id": n, "date": "2024-05-03", "text": text}).to_string());
        rows_in.push('\n');
    }
    let file = folder.file("a.jsonl", rows_in.as_bytes());
    let one = attache(&["code", &file, "--threads", "1"], b"");
    let two = attache(&["code", &file, "--threads", "2"], b"");
    assert_eq!(code(&one), 0, "{}", err(&one));
    assert!(one.stdout == two.stdout, "the same bytes");
    let ids: Vec<u64> =
        rows(&one).iter().map(|row| row["doc"]["source_id"].as_str().unwrap().parse().unwrap()).collect();
    assert!(ids.is_sorted() && ids.contains(&0) && ids.contains(&22), "{ids:?}");
    assert!(one.stderr.is_empty(), "no progress where there is no terminal: {}", err(&one));
}

#[test]
fn every_kind_of_row_is_written() {
    for (emit, field) in [("events", "act"), ("statements", "cue"), ("documents", "sentences")] {
        let output = attache(&["code", "--emit", emit, "--date", "2024-05-03"], ARTICLE.as_bytes());
        assert_eq!(code(&output), 0, "{emit}: {}", err(&output));
        let rows = rows(&output);
        assert!(!rows.is_empty() && rows.iter().all(|row| !row[field].is_null() && row["v"] == 1), "{emit}");
    }
    let table = attache(&["code", "--format", "table", "--date", "2024-05-03"], ARTICLE.as_bytes());
    assert!(out(&table).starts_with("when"), "{}", out(&table));
    assert!(out(&table).lines().all(|line| line.chars().count() <= 100), "{}", out(&table));
}

#[test]
fn a_bad_row_is_named_and_the_rest_goes_on() {
    let folder = Folder::new("rejects");
    let good = serde_json::json!({"text": ARTICLE, "date": "2024-05-03"}).to_string();
    let file = folder.file("a.jsonl", format!("{good}\nnot json\n{{\"title\":\"no text\"}}\n{good}\n").as_bytes());
    let rejects = folder.0.join("rejects.jsonl").display().to_string();
    let output = attache(&["code", &file, "--emit", "documents", "--rejects", &rejects], b"");
    assert_eq!(code(&output), 3);
    assert_eq!(rows(&output).len(), 2);
    assert!(err(&output).contains("row 2: it is not JSON") && err(&output).contains("row 3: it has no text"));
    let written = std::fs::read_to_string(&rejects).unwrap();
    let rows: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["row"], &rows[1]["row"]), (2, &2.into(), &3.into()));
}

#[test]
fn exit_codes_tell_how_it_ended() {
    let folder = Folder::new("codes");
    let good = folder.file("good.txt", ARTICLE.as_bytes());
    let none = folder.file("none.txt", b"It was a fine day.\n");
    let empty = folder.file("empty.txt", b" \n\n");
    let cases: &[(&[&str], i32)] = &[
        (&["code", &good], 0),
        (&["code", &none], 1),
        (&["read", &none], 1),
        (&["codebook", "no-such-code"], 1),
        (&["read", "no-such-file.txt"], 2),
        (&["code", "no-such-file.txt"], 2),
        (&["code", "--emit", "nonsense"], 2),
        (&["nonsense"], 2),
        (&["read", &empty], 2),
        (&["code", &good, "no-such-file.txt"], 3),
        (&["code", &good, &empty], 3),
    ];
    for (args, expected) in cases {
        let output = attache(args, b"");
        assert_eq!(code(&output), *expected, "{args:?}: {}", err(&output));
        if *expected >= 2 {
            assert!(!output.stderr.is_empty(), "{args:?} says why");
        }
    }
}

#[test]
fn bad_input_gives_a_clear_message_and_never_a_panic() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "there is no text in it"),
        (b"\n \t\n", "there is no text in it"),
        (&[0; 64], "it is not text but binary data"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0", "it is not text but binary data"),
    ];
    for (bytes, message) in cases {
        let output = attache(&["read", "-"], bytes);
        assert_eq!(code(&output), 2);
        assert!(err(&output).contains(message), "{}", err(&output));
        assert!(!err(&output).contains("panicked"));
    }
}

#[test]
fn odd_bytes_are_coded_with_a_warning_and_kept_off_the_terminal() {
    let mut bytes = ARTICLE.replace("Friday", "Fri\0day\u{202e}\u{1b}[31m").into_bytes();
    bytes.extend_from_slice(b"\nA last \xff\xfe paragraph.\n");
    let output = attache(&["read", "-", "--date", "2024-05-03"], &bytes);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains("invalid-encoding"), "{}", out(&output));
    let acts =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!out(&output).contains(acts), "{:?}", out(&output));
    assert!(!out(&attache(&["code", "--format", "table"], &bytes)).contains(acts));
    // Colour is attache's own; the input's escape sequence still does not pass.
    let colours = attache(&["--color", "always", "read", "-"], &bytes);
    assert!(out(&colours).contains("\u{1b}[1m") && !out(&colours).contains("\u{1b}[31m[31m"));
    assert!(!out(&colours).replace("\u{1b}[", "").contains(acts));
}

#[test]
fn other_encodings_are_read() {
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(ARTICLE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let plain = attache(&["code", "--date", "2024-05-03"], ARTICLE.as_bytes());
    let wide = attache(&["code", "--date", "2024-05-03"], &utf16);
    assert_eq!(out(&plain), out(&wide));
}

#[test]
fn a_broken_pipe_ends_quietly() {
    let folder = Folder::new("pipe");
    let row = serde_json::json!({"text": ARTICLE, "date": "2024-05-03"}).to_string() + "\n";
    let file = folder.file("a.jsonl", row.repeat(40).as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_attache"))
        .args(["annotate", &file, "--layers", "tokens"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 16];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), err(&output)), (0, ""));
}

#[test]
fn layers_are_annotated() {
    let output = attache(
        &["annotate", "--layers", "sentences,tokens,entities,mentions,times,places,statements"],
        ARTICLE.as_bytes(),
    );
    assert_eq!(code(&output), 0, "{}", err(&output));
    let doc = &rows(&output)[0];
    let text: Vec<char> = ARTICLE.chars().collect();
    for layer in ["sentences", "tokens", "mentions", "statements"] {
        assert!(!doc[layer].as_array().unwrap().is_empty(), "{layer}");
    }
    for token in doc["tokens"].as_array().unwrap() {
        let (start, end) = (token["start"].as_u64().unwrap() as usize, token["end"].as_u64().unwrap() as usize);
        assert_eq!(token["text"], text[start..end].iter().collect::<String>());
    }
    let conllu = attache(&["annotate", "--format", "conllu"], ARTICLE.as_bytes());
    assert!(out(&conllu).lines().any(|line| line.split('\t').count() == 10), "{}", out(&conllu));
    assert_eq!(code(&attache(&["annotate", "--format", "conllu", "--layers", "times"], ARTICLE.as_bytes())), 2);
}

#[test]
fn two_parties_are_related() {
    let text = "Île Verte: Finland has condemned Norway, and Sweden invited Denmark to talks.";
    let side = |words: &str| {
        let start = text[..text.find(words).unwrap()].chars().count();
        serde_json::json!({"text": words, "start": start, "end": start + words.chars().count()})
    };
    let row = |id: u32, source: &str, target: &str| {
        serde_json::json!({"id": id, "text": text, "source": side(source), "target": side(target)}).to_string() + "\n"
    };
    let far = serde_json::json!({"text": text, "source": {"start": 3, "end": 900}, "target": null});
    let input = row(1, "Finland", "Norway") + &row(2, "Sweden", "Denmark") + &far.to_string() + "\n";
    let output = attache(&["relate"], input.as_bytes());
    assert_eq!(code(&output), 3, "{}", err(&output));
    let found = rows(&output);
    let of = |n: usize, field: &str| found[n][field].as_str().unwrap_or_default().to_string();
    assert_eq!((found.len(), of(0, "id"), of(1, "id")), (2, "1".to_string(), "2".to_string()));
    assert_eq!((of(0, "event_type"), of(1, "event_type")), ("ACCUSE".to_string(), "AGREE".to_string()), "{found:?}");
    assert_eq!(found[0]["quad"], 3);
    for row in &found {
        assert!(row["score"].as_f64().is_some_and(|s| s > 0.0 && s <= 1.0), "{row}");
        assert!(row["because"].as_array().is_some_and(|b| !b.is_empty()), "{row}");
    }
    assert!(err(&output).contains("row 3") && err(&output).contains("outside the text"), "{}", err(&output));
    // A text without any word for an act gives a row without a type, and says why.
    let none = serde_json::json!({"text": "Finland is cold.", "source": {"start": 0, "end": 7}});
    let output = attache(&["relate", "-"], none.to_string().as_bytes());
    assert_eq!((code(&output), rows(&output)[0]["event_type"].is_null()), (1, true), "{}", out(&output));
    assert!(out(&output).contains("no-word-of-the-trigger-lexicon"));
    let text = attache(&["relate", "-"], b"Finland has condemned Norway.");
    assert_eq!(code(&text), 3);
    assert!(err(&text).contains("expected JSON"), "{}", err(&text));
}

#[test]
fn times_are_annotated_and_written_as_timeml() {
    let text = "The envoys of Chile & Peru will meet in Lima on Friday.\n";
    let date = ["--date", "2025-10-06"];
    let layers = attache(&["annotate", "--layers", "times", date[0], date[1]], text.as_bytes());
    let time = &rows(&layers)[0]["times"][0];
    for (field, value) in [("text", "Friday"), ("type", "DATE"), ("value", "2025-10-10"), ("anchor", "document")] {
        assert_eq!(time[field], value, "{}", out(&layers));
    }
    let timeml = attache(&["annotate", "--format", "timeml", date[0], date[1]], text.as_bytes());
    assert_eq!(code(&timeml), 0, "{}", err(&timeml));
    let element = "<TIMEX3 tid=\"t1\" type=\"DATE\" value=\"2025-10-10\" temporalFunction=\"true\" anchorTimeID=\"t0\">Friday</TIMEX3>";
    assert!(out(&timeml).contains(element) && out(&timeml).contains("Chile &amp; Peru"), "{}", out(&timeml));
}

/// Amounts that no calendar reaches, and numbers at the very end of a text.
#[test]
fn odd_amounts_of_time_are_read_without_a_fuss() {
    for text in [
        "The rock formed 4.5 billion years ago, 900000000000 days before Friday.\n",
        "It will last for the next 12,000,000 years, or 40,000,000 weeks.\n",
        "The last two hundred and\n",
        "The talks took half a dozen\n",
        "They met in the early twenty-\n",
        "In the first 1 1/\n",
    ] {
        let output = attache(&["annotate", "--layers", "times", "--date", "2025-10-06"], text.as_bytes());
        assert_eq!(code(&output), 0, "{text}{}", err(&output));
    }
}

#[test]
fn what_was_coded_is_explained() {
    let folder = Folder::new("explain");
    let file = folder.file("article.txt", ARTICLE.as_bytes());
    let events = rows(&attache(&["code", &file, "--date", "2024-05-03"], b""));
    let id = events[0]["id"].as_str().unwrap();
    let by_id = attache(&["explain", id, &file, "--date", "2024-05-03"], b"");
    assert_eq!(code(&by_id), 0, "{}", err(&by_id));
    assert!(out(&by_id).contains(id) && out(&by_id).contains(".tsv:"), "{}", out(&by_id));
    let by_label = attache(&["explain", "E1", &file, "--date", "2024-05-03"], b"");
    assert_eq!(out(&by_id), out(&by_label));
    assert_eq!(code(&attache(&["explain", "e:0000000000000000", &file], b"")), 1);
    let all = attache(&["explain", "--all", &file], b"");
    assert!(out(&all).contains("S1") && out(&all).contains("E1"));
}

#[test]
fn codes_are_explained() {
    for code_asked in ["AGREE", "036", "one-side", "non-confirmation-noted", "talk-by-phone"] {
        for command in ["codebook", "explain"] {
            let output = attache(&[command, code_asked], b"");
            assert_eq!(code(&output), 0, "{command} {code_asked}: {}", err(&output));
            assert!(out(&output).contains(code_asked));
        }
    }
    let all = attache(&["codebook", "--format", "json"], b"");
    let kinds: std::collections::BTreeSet<String> =
        rows(&all).iter().map(|row| row["kind"].as_str().unwrap().to_string()).collect();
    for kind in ["act", "type", "cameo", "status"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}

#[test]
fn the_binary_checks_itself_and_describes_itself() {
    let doctor = attache(&["doctor"], b"");
    assert_eq!(code(&doctor), 0, "{}{}", out(&doctor), err(&doctor));
    assert!(out(&attache(&["completions", "bash"], b"")).contains("attache"));
    assert!(out(&attache(&["man"], b"")).contains(".TH attache"));
}

/// One sentence of 200,000 words: it is parsed in parts with a warning. Slow without optimisation.
#[test]
#[ignore = "takes minutes in a debug build; run with --release --ignored"]
fn one_endless_sentence_is_coded() {
    let text = format!("Norway {}condemned the attack.", "and the envoy of the northern kingdom ".repeat(200_000 / 7));
    let output = attache(&["code", "--emit", "documents"], text.as_bytes());
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(!rows(&output)[0]["warnings"].as_array().unwrap().is_empty());
}

/// 50 MB of text: coded up to the limit with a warning. Two million words take half an hour of one processor.
#[test]
#[ignore = "takes very long; run with --release --ignored"]
fn a_file_of_fifty_megabytes_is_coded_up_to_the_limit() {
    let folder = Folder::new("large");
    let file = folder.file("large.txt", ARTICLE.repeat(50_000_000 / ARTICLE.len() + 1).as_bytes());
    let output = attache(&["code", "--emit", "documents", &file], b"");
    assert_eq!(code(&output), 0, "{}", err(&output));
    let codes: Vec<String> = rows(&output)[0]["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["code"].as_str().unwrap().to_string())
        .collect();
    assert!(codes.contains(&"truncated".to_string()), "{codes:?}");
}

/// A folder of knowledge with a verb of its own and one verb less.
fn own_knowledge(folder: &Folder) -> String {
    let tables = folder.0.join("knowledge.d/lexicon/en");
    std::fs::create_dir_all(&tables).unwrap();
    let rows = "lemma\tpos\tneeds\tact\tinitiator\tcounterpart\trequire\tnote\n\
        juggle\tVERB\twith@actor\ttalk\tsubj\twith\tboth\tour word\n!invite\n";
    std::fs::write(tables.join("triggers.tsv"), rows).unwrap();
    folder.0.join("knowledge.d").display().to_string()
}

#[test]
fn a_folder_of_knowledge_adds_words_and_drops_them() {
    let folder = Folder::new("knowledge");
    let dir = own_knowledge(&folder);
    let text = b"Finland juggled with Norway on Friday. Finland invited Norway to talks.";
    let acts = |output: &Output| -> Vec<String> {
        rows(output).iter().map(|row| row["act"].as_str().unwrap().to_string()).collect()
    };
    let plain = attache(&["code", "--date", "2024-05-03"], text);
    assert!(acts(&plain).iter().any(|act| act.starts_with("invite")), "{}", out(&plain));
    let own = attache(&["code", "--date", "2024-05-03", "--knowledge", &dir], text);
    // Nor is what the model sees in a word that was dropped.
    assert_eq!(acts(&own), ["talk"], "{}", out(&own));
    let because = rows(&own)[0]["because"].to_string();
    assert!(because.contains("knowledge.d/lexicon/en/triggers.tsv") && because.contains("\"line\":2"), "{because}");
    let file = folder.file("article.txt", text);
    let why = attache(&["explain", "E1", &file, "--knowledge", &dir], b"");
    assert!(out(&why).contains("triggers.tsv:2") && out(&why).contains("our word"), "{}", out(&why));
    assert_eq!(code(&attache(&["codebook", "talk", "--knowledge", &dir], b"")), 0);
}

#[test]
fn a_check_tells_everything_wrong_and_exits_with_4() {
    let good = Folder::new("check-good");
    let dir = own_knowledge(&good);
    let sound = attache(&["check", &dir], b"");
    assert_eq!(code(&sound), 0, "{}", out(&sound));
    assert!(out(&sound).contains("2 rows in") && out(&sound).contains("built-in rows"), "{}", out(&sound));
    assert_eq!(code(&attache(&["check"], b"")), 0);

    std::fs::write(good.0.join("knowledge.d/acts.tsv"), "act\tgloss\tparent\tshape\nfly\tFly.\tsoar\tround\n").unwrap();
    std::fs::write(good.0.join("knowledge.d/odd.tsv"), b"a\tb\n\xff\n").unwrap();
    let bad = attache(&["check", &dir], b"");
    assert_eq!(code(&bad), 4);
    assert!(out(&bad).contains("acts.tsv:2: shape `round`, expected joint or directed"), "{}", out(&bad));
    assert!(out(&bad).contains("odd.tsv:2: not UTF-8"), "{}", out(&bad));
    let used = attache(&["code", "--knowledge", &dir], b"Finland met Norway.");
    assert_eq!(code(&used), 2);
    assert!(err(&used).contains("acts.tsv:2"), "{}", err(&used));
    let nothing = attache(&["check", &good.0.join("none").display().to_string()], b"");
    assert_eq!(code(&nothing), 2);
}

#[test]
fn dictionaries_code_in_their_own_codes() {
    let folder = Folder::new("dictionaries");
    folder.file("x.actors.txt", b"FINLAND [FIN]\nNORWAY [NOR]\n+OSLO\n");
    folder.file("x.agents.txt", b"MINISTER [~GOV]\n");
    folder.file("x.verbs.txt", b"--- GREET [X7] ---\nGREET\n- * WARMLY [X8\n");
    let dir = folder.0.display().to_string();
    let text = b"The Finland minister greeted Norway.";
    let found = attache(&["code", "--petrarch", &dir, "--date", "2024-05-03"], text);
    assert_eq!(code(&found), 0, "{}", err(&found));
    let row = &rows(&found)[0];
    assert_eq!((row["source"]["code"].as_str(), row["target"]["code"].as_str()), (Some("FINGOV"), Some("NOR")));
    assert_eq!((row["code"].as_str(), row["verb"]["text"].as_str()), (Some("X7"), Some("greeted")));
    assert!(row["because"].to_string().contains("x.verbs.txt"), "{row}");
    assert!(err(&found).contains("left out of the dictionaries: 1 line ("), "{}", err(&found));
    let table = attache(&["code", "--petrarch", &dir, "--format", "table"], text);
    assert!(out(&table).contains("FINGOV"), "{}", out(&table));
    let checked = attache(&["check", "--petrarch", &dir], b"");
    assert_eq!(code(&checked), 4);
    assert!(out(&checked).contains("x.verbs.txt:3: a bracket is not paired"), "{}", out(&checked));
    assert!(out(&checked).contains("3 actors, 2 agents, 1 verbs"), "{}", out(&checked));
    assert_eq!(code(&attache(&["code", "--petrarch", &dir, "--emit", "statements"], text)), 2);
}
