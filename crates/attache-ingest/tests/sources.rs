//! Reading many documents: rows, columns, compression, bad rows.

use std::io::Write;
use std::path::PathBuf;

use attache_doc::Document;
use attache_ingest::{Columns, IngestError, MAX_TEXT, Options, open};
use jiff::civil::date;

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("attache-ingest-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(inputs: &[String], columns: &Columns) -> Vec<Result<Document, IngestError>> {
    open(inputs).map(|row| row.document(columns, &Options::default())).collect()
}

#[test]
fn rows_find_their_columns_and_a_bad_row_names_itself() {
    let folder = Folder::new("rows");
    let file = folder.file(
        "a.jsonl",
        b"{\"dId\":7,\"title\":\"Envoy\",\"text\":\"The envoy left.\",\"date_publish\":\"2018-02-04T12:54:59\",\"source_domain\":\"example.org\"}\n\
          \n\
          {\"text\":null}\n\
          not json\n\
          {\"text\":\"He came back.\",\"date\":\"soon\"}",
    );
    let docs = read(std::slice::from_ref(&file), &Columns::default());
    assert_eq!(docs.len(), 4);
    let meta = &docs[0].as_ref().unwrap().meta;
    assert_eq!(meta.id.as_deref(), Some("7"));
    assert_eq!(meta.title.as_deref(), Some("Envoy"));
    assert_eq!(meta.publisher.as_deref(), Some("example.org"));
    assert_eq!(meta.published, Some(date(2018, 2, 4)));
    let message = docs[1].as_ref().unwrap_err().to_string();
    assert!(message.starts_with(&format!("{file}, row 3: it has no text")), "{message}");
    assert!(docs[2].as_ref().unwrap_err().to_string().contains("row 4: it is not JSON"));
    let last = docs[3].as_ref().unwrap();
    assert_eq!((last.meta.published, last.warnings[0].code.as_str()), (None, "date-unread"));
}

#[test]
fn columns_can_be_named_and_lie_inside_objects() {
    let folder = Folder::new("columns");
    let file = folder.file("a.jsonl", b"{\"doc\":{\"words\":\"The envoy left.\",\"at\":1517748899},\"text\":\"no\"}\n");
    let columns = Columns { text: Some("doc.words".into()), date: Some("doc.at".into()), ..Columns::default() };
    let docs = read(std::slice::from_ref(&file), &columns);
    let doc = docs[0].as_ref().unwrap();
    assert_eq!((doc.full_text(), doc.meta.published), ("The envoy left.", Some(date(2018, 2, 4))));
    let docs = read(std::slice::from_ref(&file), &Columns { text: Some("missing".into()), ..Columns::default() });
    assert!(docs[0].as_ref().unwrap_err().to_string().contains("the column missing is missing or empty"));
    let docs = read(&[file], &Columns { title: Some("headline".into()), ..Columns::default() });
    let doc = docs[0].as_ref().unwrap();
    assert_eq!((doc.full_text(), doc.warnings[0].code.as_str()), ("no", "column-missing"));
}

#[test]
fn folders_patterns_and_compression() {
    let folder = Folder::new("folders");
    folder.file("b.txt", b"The second.");
    folder.file("a/one.txt", b"The first.");
    folder.file("picture.png", b"\x89PNG");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"{\"text\":\"The third.\"}\n{\"text\":\"The fourth.\"}\n").unwrap();
    folder.file("c.jsonl.gz", &gz.finish().unwrap());
    let texts = |inputs: &[String]| -> Vec<String> {
        read(inputs, &Columns::default()).into_iter().map(|d| d.unwrap().full_text().to_string()).collect()
    };
    let root = folder.0.display().to_string();
    assert_eq!(texts(std::slice::from_ref(&root)), ["The first.", "The second.", "The third.", "The fourth."]);
    assert_eq!(texts(&[format!("{root}/*.txt")]), ["The second."]);
    let missing = read(&[format!("{root}/none.txt"), format!("{root}/b.txt")], &Columns::default());
    assert!(missing[0].as_ref().unwrap_err().is_io() && missing[1].is_ok());
}

#[test]
fn rows_are_told_by_their_first_line_when_the_name_does_not_say() {
    let folder = Folder::new("sniff");
    let rows = folder.file("rows", b"{\"text\":\"The envoy left.\"}\n{\"text\":\"He came back.\"}\n");
    let text = folder.file("text", b"{Editor's note: this is a text.}\nThe envoy left.\n");
    assert_eq!(read(&[rows], &Columns::default()).len(), 2);
    let docs = read(&[text], &Columns::default());
    assert!(docs[0].as_ref().unwrap().full_text().starts_with("{Editor's note"));
}

#[test]
fn a_file_beyond_the_limit_is_read_up_to_it() {
    let folder = Folder::new("large");
    let mut paragraph = b"The envoy arrived in the capital on Friday for talks with the minister. ".repeat(30);
    paragraph.push(b'\n');
    let file = folder.file("large.txt", &paragraph.repeat((50 << 20) / paragraph.len()));
    let docs = read(&[file], &Columns::default());
    let doc = docs[0].as_ref().unwrap();
    assert!(doc.full_text().len() <= MAX_TEXT && doc.full_text().len() > MAX_TEXT - 3000);
    assert_eq!(doc.warnings[0].code, "truncated");
}

#[test]
fn a_row_beyond_the_limit_is_an_error_and_the_next_is_read() {
    let folder = Folder::new("long-row");
    let mut bytes = b"{\"text\":\"".to_vec();
    bytes.resize(65 << 20, b'x');
    bytes.extend_from_slice(b"\"}\n{\"text\":\"The envoy left.\"}\n");
    let docs = read(&[folder.file("a.jsonl", &bytes)], &Columns::default());
    assert!(docs[0].as_ref().unwrap_err().to_string().contains("row 1: the row is longer than 64 MiB"));
    assert_eq!(docs[1].as_ref().unwrap().full_text(), "The envoy left.");
}
