//! `attache annotate`: the layers below the coding.

use attache_doc::wire::{StatementRow, TextSpan};
use attache_doc::{Document, Span, TimeMention, conllu};
use serde_json::{Value, json};

use crate::cli::{AnnotateArgs, AnnotateFormat, Layer, Verbosity};
use crate::code;
use crate::engine::{Coded, Engine};
use crate::output::{self, Failure, Outcome};

/// Runs the command.
pub fn run(args: &AnnotateArgs, verbosity: Verbosity) -> Result<Outcome, Failure> {
    let inputs = output::inputs(&args.input.inputs)?;
    let coded = args.layers.iter().any(|layer| layer.is_coded()) || args.format == AnnotateFormat::Timeml;
    if args.format == AnnotateFormat::Conllu && coded {
        return Err(Failure::new("CoNLL-U holds sentences, tokens and entities; the other layers need --format jsonl"));
    }
    let engine = Engine::load(args.input.own.knowledge.as_deref())?;
    let emit = |coded: &Coded, out: &mut Vec<u8>| -> usize {
        match args.format {
            AnnotateFormat::Conllu => out.extend_from_slice(conllu::write(&coded.doc, &coded.parse).as_bytes()),
            AnnotateFormat::Timeml => out.extend_from_slice(timeml(&coded.doc, &coded.coding.times).as_bytes()),
            AnnotateFormat::Jsonl => {
                serde_json::to_writer(&mut *out, &layers(&engine, coded, &args.layers)).expect("layers are JSON");
                out.push(b'\n');
            }
        }
        coded.parse.sentences.len()
    };
    let mut out = output::data(args.input.output.as_deref())?;
    code::each(&engine, &inputs, &args.input, verbosity, coded, &emit, &mut *out)
}

fn layers(engine: &Engine, coded: &Coded, wanted: &[Layer]) -> Value {
    let (doc, parse, coding) = (&coded.doc, &coded.parse, &coded.coding);
    let mut object = serde_json::Map::new();
    object.insert("v".to_string(), json!(attache_doc::wire::VERSION));
    object.insert("doc".to_string(), json!(attache_doc::wire::DocRef::of(doc)));
    for layer in wanted {
        let (name, value) = match layer {
            Layer::Sentences => (
                "sentences",
                list(&parse.sentences, |s| {
                    let block = doc.blocks().get(s.block as usize).map(|block| block.kind);
                    place(doc, s.span, json!({"tokens": [s.tokens.start, s.tokens.end], "block": block}))
                }),
            ),
            Layer::Tokens => (
                "tokens",
                list(&parse.tokens, |t| {
                    let more = json!({
                        "lemma": t.lemma, "upos": t.upos.as_str(), "xpos": t.xpos.as_str(), "head": t.head, "rel": t.rel.as_str(),
                    });
                    place(doc, t.span, more)
                }),
            ),
            Layer::Entities => (
                "entities",
                list(&parse.entities, |e| {
                    let first = parse.tokens[e.tokens.start as usize].span;
                    let last = parse.tokens[e.tokens.end as usize - 1].span;
                    let more =
                        json!({"tokens": [e.tokens.start, e.tokens.end], "label": e.label.as_str(), "score": e.score});
                    place(doc, first.cover(last), more)
                }),
            ),
            Layer::Mentions => (
                "mentions",
                list(&coding.mentions, |m| {
                    let party = &coding.parties[m.party as usize];
                    let more = json!({
                        "kind": m.kind, "head": m.head, "party": m.party, "id": party.key, "name": party.name,
                        "country": party.country, "sectors": party.sectors, "resolution": party.resolution,
                    });
                    place(doc, m.span, more)
                }),
            ),
            Layer::Times => (
                "times",
                list(&coding.times, |t| {
                    let more = json!({
                        "type": t.kind, "value": t.value, "mod": t.modifier, "edtf": t.edtf(), "earliest": t.when.earliest,
                        "latest": t.when.latest, "grain": t.when.grain, "basis": t.when.basis, "anchor": anchor(t), "ends": t.ends,
                        "because": t.because,
                    });
                    place(doc, t.span, more)
                }),
            ),
            Layer::Places => (
                "places",
                list(&coding.places, |p| {
                    let more = json!({
                        "name": p.name, "country": p.country, "lat": p.lat, "lon": p.lon, "geonames": p.geonames,
                    });
                    place(doc, p.span, more)
                }),
            ),
            Layer::Statements => {
                let mut rows: Vec<StatementRow> = engine.statements(coded);
                // The document stands once above, not in every row.
                let rows: Vec<Value> = rows
                    .drain(..)
                    .map(|row| {
                        let mut row = json!(row);
                        row.as_object_mut().map(|row| (row.shift_remove("v"), row.shift_remove("doc")));
                        row
                    })
                    .collect();
                ("statements", Value::Array(rows))
            }
        };
        object.insert(name.to_string(), value);
    }
    Value::Object(object)
}

/// A document as TimeML: its text with a TIMEX3 around each time expression. Intervals have no words of their own beside their
/// ends, so they are empty elements that name both.
fn timeml(doc: &Document, times: &[TimeMention]) -> String {
    let escape =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TimeML>\n");
    if let Some(id) = &doc.meta.id {
        out.push_str(&format!("<DOCID>{}</DOCID>\n", escape(id)));
    }
    if let Some(day) = doc.meta.published {
        out.push_str(&format!(
            "<DCT><TIMEX3 tid=\"t0\" type=\"DATE\" value=\"{day}\" temporalFunction=\"false\" \
             functionInDocument=\"CREATION_TIME\">{day}</TIMEX3></DCT>\n"
        ));
    }
    out.push_str("<TEXT>");
    let mut at = 0;
    let mut intervals = String::new();
    for (n, time) in times.iter().enumerate() {
        let range = time.span.range();
        if let Some((a, b)) = time.ends {
            let days = time.when.earliest.zip(time.when.latest).map_or(0, |(from, to)| (to - from).get_days() + 1);
            intervals.push_str(&format!(
                "<TIMEX3 tid=\"t{}\" type=\"DURATION\" value=\"P{days}D\" beginPoint=\"t{}\" endPoint=\"t{}\" \
                 temporalFunction=\"true\"/>\n",
                n + 1,
                a + 1,
                b + 1
            ));
            continue;
        }
        let anchor = match time.anchor {
            Some(other) => Some(format!("t{}", other + 1)),
            None => time.of_document.then(|| "t0".to_string()),
        };
        let function = anchor.map(|a| format!(" temporalFunction=\"true\" anchorTimeID=\"{a}\"")).unwrap_or_default();
        let modifier = time.modifier.as_ref().map(|m| format!(" mod=\"{m}\"")).unwrap_or_default();
        out.push_str(&escape(&doc.full_text()[at..range.start]));
        out.push_str(&format!(
            "<TIMEX3 tid=\"t{}\" type=\"{}\" value=\"{}\"{modifier}{function}>{}</TIMEX3>",
            n + 1,
            time.kind.as_str(),
            escape(&time.value),
            escape(doc.text(time.span))
        ));
        at = range.end;
    }
    out.push_str(&escape(&doc.full_text()[at..]));
    out.push_str("</TEXT>\n");
    out.push_str(&intervals);
    out.push_str("</TimeML>\n");
    out
}

/// What a time is reckoned from: `document`, the index of another time, or nothing.
fn anchor(time: &TimeMention) -> Value {
    match time.anchor {
        Some(other) => json!(other),
        None if time.of_document => json!("document"),
        None => Value::Null,
    }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(one).collect())
}

/// The words of a span with their place, before `more`.
fn place(doc: &Document, span: Span, more: Value) -> Value {
    let mut value = json!(TextSpan::of(doc, span));
    if let (Some(object), Value::Object(more)) = (value.as_object_mut(), more) {
        object.extend(more);
    }
    value
}
