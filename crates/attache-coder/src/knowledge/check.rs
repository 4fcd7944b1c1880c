//! What is wrong with the tables beyond their shape: keys that stand twice, rows that are never reached, dates that run
//! backwards, codes and names that nothing defines.

use std::collections::{HashMap, HashSet};

use super::table::{Row, Table, Tables, list, repeated, table};
use super::{Knowledge, KnowledgeError, KnowledgeFile};

/// How many rows were read of a table: its path, the embedded rows, the user's rows.
pub type RowCount = (&'static str, usize, usize);

/// Everything found wrong with the tables, and how many rows were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// Problems by file and line.
    pub problems: Vec<KnowledgeError>,
    /// Rows by table, in the order in which tables are read.
    pub rows: Vec<RowCount>,
}

/// Checks the embedded tables with a user's files over them. Everything wrong is told, not only the first.
pub fn check(own: Vec<KnowledgeFile>) -> Check {
    let (knowledge, mut problems, rows) = Knowledge::read(own.clone());
    // Tables are read anew for what needs their cells; what is wrong with their shape is told already.
    let mut tables = Tables::new(&own);
    let mut read: HashMap<&str, Vec<Row>> = HashMap::new();
    for (path, _, _) in &rows {
        read.insert(path, tables.rows(table(path).expect("counted tables are embedded")));
    }
    let of = |path: &str| read.get(path).map_or(&[][..], Vec::as_slice);
    let found = &mut problems;

    for (path, _, _) in &rows {
        let table = table(path).expect("counted tables are embedded");
        twice(of(path), table, found);
    }
    for path in
        ["lexicon/en/triggers.tsv", "lexicon/en/speech.tsv", "lexicon/en/responses.tsv", "lexicon/en/standings.tsv"]
    {
        for row in of(path) {
            contradiction(row, row.cell(2), found);
            unknown(row, "part of speech", row.cell(1), &|pos| PARTS_OF_SPEECH.contains(&pos), found);
        }
    }
    let sectors: HashSet<&str> = of("ontology/plover/sectors.tsv").iter().map(|row| row.cell(0)).collect();
    let known_sector = |sector: &str| sectors.contains(sector);
    let known_country = |iso: &str| knowledge.names.iso.contains_key(iso);
    let known_act = |act: &str| knowledge.act(act).is_some();
    for (path, column) in [
        ("actors/states.tsv", 9),
        ("actors/institutions.tsv", 5),
        ("actors/organs.tsv", 3),
        ("actors/offices.tsv", 2),
        ("actors/agents.tsv", 2),
        ("actors/people.tsv", 5),
    ] {
        for row in of(path) {
            list(row.cell(column)).for_each(|sector| unknown(row, "sector", sector, &known_sector, found));
        }
    }
    for (path, country, from) in [("actors/institutions.tsv", 4, 7), ("actors/people.tsv", 4, 6)] {
        for row in of(path) {
            unknown(row, "country", row.cell(country), &known_country, found);
            // Partial dates compare as they are written: 2021 is before 2021-09.
            let (from, until) = (row.cell(from), row.cell(from + 1));
            if !from.is_empty() && !until.is_empty() && until <= from {
                found.push(row.error(format!("it ends on {until}, not after it begins on {from}")));
            }
        }
    }
    for row in of("places/cities.tsv") {
        unknown(row, "country", row.cell(3), &|iso| knowledge.names.countries.contains_key(iso), found);
    }
    let offices: HashSet<&str> = of("actors/offices.tsv").iter().map(|row| row.cell(1)).collect();
    for row in of("actors/people.tsv") {
        unknown(row, "office", row.cell(3), &|office| offices.contains(office), found);
    }
    for row in of("lexicon/en/standings.tsv") {
        unknown(row, "act", row.cell(7), &known_act, found);
    }
    for row in of("lexicon/en/anaphors.tsv") {
        list(row.cell(1)).for_each(|act| unknown(row, "act", act, &known_act, found));
    }
    ontologies(&knowledge, &of, found);

    // A row that stands in several checks is told once for each; the order is that of files and lines.
    problems.sort();
    problems.dedup();
    Check { problems, rows }
}

/// The tags a row may ask for; `-` stands where rows go by act.
const PARTS_OF_SPEECH: &[&str] =
    &["VERB", "NOUN", "ADJ", "ADV", "ADP", "SCONJ", "PROPN", "PRON", "DET", "INTJ", "AUX", "PART", "PHRASE"];

/// Rows of one file with the same key: of the words of a pattern only the first of equals is reached, elsewhere one row
/// silently replaces the other.
fn twice(rows: &[Row], table: &Table, found: &mut Vec<KnowledgeError>) {
    let conditions = table.columns.iter().position(|c| *c == "needs");
    // Where a word may have several rows, only the same row twice is wrong.
    let note = table.columns.iter().position(|c| matches!(*c, "note" | "source"));
    let several = matches!(
        table.columns[0],
        "noun" | "nouns" | "phrase" | "form" | "lemma" if conditions.is_none()
    );
    let key = |row: &Row| -> Vec<Vec<String>> {
        let mut keys = row.keys(table);
        for key in &mut keys {
            if let Some(at) = conditions.and_then(|c| table.key.iter().position(|k| *k == c)) {
                let mut needs: Vec<&str> = key[at].split(' ').collect();
                needs.sort_unstable();
                key[at] = needs.join(" ");
            }
            if several {
                let rest = (0..table.columns.len()).filter(|n| !table.key.contains(n) && Some(*n) != note);
                key.extend(rest.map(|n| row.cell(n).to_string()));
            }
        }
        keys
    };
    for (row, shown, first) in repeated(rows, &key) {
        let what = if conditions.is_some() { "never reached: the same word and conditions" } else { "the same key" };
        found.push(row.error(format!("{what} (`{shown}`) as in line {first}")));
    }
}

/// Conditions that can never hold together.
fn contradiction(row: &Row, needs: &str, found: &mut Vec<KnowledgeError>) {
    let needs: HashSet<&str> = needs.split_whitespace().collect();
    for need in &needs {
        if let Some(positive) = need.strip_prefix('!').filter(|positive| needs.contains(positive)) {
            found.push(row.error(format!("never reached: it asks for `{positive}` and for `{need}`")));
        }
    }
}

fn unknown(row: &Row, what: &str, name: &str, known: &dyn Fn(&str) -> bool, found: &mut Vec<KnowledgeError>) {
    if !name.is_empty() && !known(name) {
        found.push(row.error(format!("{what} `{name}` is defined nowhere")));
    }
}

/// What an ontology's tables name must be defined there, and every act must be written in each, itself or by a parent.
fn ontologies<'r, 'a: 'r>(knowledge: &Knowledge, of: &dyn Fn(&str) -> &'r [Row<'a>], found: &mut Vec<KnowledgeError>) {
    let plover = &knowledge.plover;
    let contexts: HashSet<&str> = plover.contexts.iter().map(|c| c.code.as_str()).collect();
    for row in of("ontology/plover/modes.tsv") {
        unknown(row, "type", row.cell(0), &|kind| plover.kind(kind).is_some(), found);
    }
    for row in of("ontology/plover/acts.tsv") {
        let [_, kind, mode, context, _, _] = row.cells();
        let has_mode = |mode: &str| plover.modes.iter().any(|(of, term)| of == kind && term.code == mode);
        unknown(row, &format!("mode of {kind}"), mode, &has_mode, found);
        list(context).for_each(|c| unknown(row, "context", c, &|c| contexts.contains(c), found));
    }
    for row in of("ontology/plover/polarity.tsv") {
        unknown(row, "type", row.cell(0), &|kind| plover.kind(kind).is_some(), found);
        unknown(row, "type", row.cell(2), &|kind| plover.kind(kind).is_some(), found);
    }
    let cameo = &knowledge.cameo;
    for row in of("ontology/cameo/codes.tsv") {
        unknown(row, "parent", row.cell(4), &|code| cameo.code(code).is_some(), found);
    }
    for row in of("ontology/cameo/polarity.tsv") {
        let begins = |prefix: &str| cameo.codes.iter().any(|c| c.code.starts_with(prefix));
        unknown(row, "code that begins with", row.cell(0), &begins, found);
        unknown(row, "code", row.cell(2), &|code| cameo.code(code).is_some(), found);
    }
    for act in knowledge.acts() {
        let lineage: Vec<&str> = knowledge.lineage(&act.name).collect();
        if lineage.iter().skip(1).any(|parent| *parent == act.name) {
            found.push(act.source.error(format!("`{}` is its own parent, by way of {}", act.name, lineage[1])));
        }
        for (name, path, acts) in
            [("PLOVER", "ontology/plover/acts.tsv", &plover.acts), ("CAMEO", "ontology/cameo/acts.tsv", &cameo.acts)]
        {
            if !lineage.iter().any(|act| acts.contains_key(*act)) {
                found.push(act.source.error(format!("{name} has no row for `{}`, expected one in {path}", act.name)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(path: &str, text: &str) -> KnowledgeFile {
        KnowledgeFile { path: path.to_string(), name: format!("mine/{path}"), text: text.to_string() }
    }

    fn told(files: Vec<KnowledgeFile>) -> Vec<String> {
        check(files).problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_embedded_tables_are_sound() {
        let found = check(Vec::new());
        let told: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        assert!(found.rows.len() > 30 && found.rows.iter().all(|(_, embedded, own)| *embedded > 0 && *own == 0));
    }

    #[test]
    fn everything_wrong_is_told_with_file_and_line() {
        let header = "lemma\tpos\tneeds\tact\tinitiator\tcounterpart\trequire\tnote\n";
        let rows = [
            "parley\tVERB\t-\tparleying\tsubj\twith\tboth\t-",
            "parley\tVERB\tobj !obj\ttalk\tsubj\twith\tboth\t-",
            "parley\tVERB\tobj@ship\ttalk\tsubj\twith\tboth\t-",
            "parley\tWORD\t-\ttalk\tsubj\twith\tboth\t-",
            "parley\tVERB\twith obj\ttalk\tsubj\twith\tboth\t-",
            "parley\tVERB\tobj  with\ttalk\tsubj\tto\tboth\t-",
            "parley",
        ];
        let people = "key\tname\taliases\toffice\tcountry\tsectors\tfrom\tuntil\torg\twikidata\tsource\n\
            a-b\tA B\t-\tmarshal of seas\tXXZ\tNAVY\t2020-05\t2019\t-\t-\town\n";
        let found = told(vec![
            own("lexicon/en/triggers.tsv", &format!("{header}{}\n", rows.join("\n"))),
            own("actors/people.tsv", people),
            own("triggers.tsv", header),
            own("acts.tsv", "act\tgloss\tparent\tshape\nloop-a\tA.\tloop-b\tdirected\nloop-b\tB.\tloop-a\tdirected\n"),
        ]);
        let has = |start: &str, part: &str| {
            assert!(found.iter().any(|f| f.starts_with(start) && f.contains(part)), "{start} {part}: {found:#?}");
        };
        has("mine/lexicon/en/triggers.tsv:2:", "`parleying` is no act");
        has("mine/lexicon/en/triggers.tsv:3:", "never reached");
        has("mine/lexicon/en/triggers.tsv:4:", "`@ship` is unknown");
        has("mine/lexicon/en/triggers.tsv:5:", "part of speech `WORD`");
        has("mine/lexicon/en/triggers.tsv:7:", "as in line 6");
        has("mine/lexicon/en/triggers.tsv:8:", "1 cells, expected 8");
        has("mine/actors/people.tsv:2:", "country `XXZ`");
        has("mine/actors/people.tsv:2:", "sector `NAVY`");
        has("mine/actors/people.tsv:2:", "office `marshal of seas`");
        has("mine/actors/people.tsv:2:", "it ends on 2019");
        has("mine/triggers.tsv:", "expected it at lexicon/en/triggers.tsv");
        has("mine/acts.tsv:2:", "its own parent");
        has("mine/acts.tsv:2:", "has no row for `loop-a`");
    }
}
