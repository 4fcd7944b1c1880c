//! `attache annotate`: the layers below the coding.

use attache_doc::wire::{StatementRow, TextSpan};
use attache_doc::{Document, Span, conllu};
use serde_json::{Value, json};

use crate::cli::{AnnotateArgs, AnnotateFormat, Layer, Verbosity};
use crate::code;
use crate::engine::{Coded, Engine};
use crate::output::{self, Failure, Outcome};

/// Runs the command.
pub fn run(args: &AnnotateArgs, verbosity: Verbosity) -> Result<Outcome, Failure> {
    let inputs = output::inputs(&args.input.inputs)?;
    let coded = args.layers.iter().any(|layer| layer.is_coded());
    if args.format == AnnotateFormat::Conllu && coded {
        return Err(Failure::new("CoNLL-U holds sentences, tokens and entities; the other layers need --format jsonl"));
    }
    let engine = Engine::load(args.input.own.knowledge.as_deref())?;
    let emit = |coded: &Coded, out: &mut Vec<u8>| -> usize {
        match args.format {
            AnnotateFormat::Conllu => out.extend_from_slice(conllu::write(&coded.doc, &coded.parse).as_bytes()),
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
                list(&coding.times, |w| {
                    let more = json!({
                        "edtf": w.edtf(), "earliest": w.earliest, "latest": w.latest, "grain": w.grain, "basis": w.basis,
                        "firm": w.firm,
                    });
                    match w.span {
                        Some(span) => place(doc, span, more),
                        None => more,
                    }
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
