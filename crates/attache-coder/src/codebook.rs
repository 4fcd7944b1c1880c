//! The codebook: every act, type, mode, context, sector and code with its definition and its place in the ontologies.

use serde::Serialize;

use crate::knowledge::Knowledge;

/// One entry of the codebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// act, type, mode, context, sector, cameo.
    pub kind: String,
    /// The code.
    pub code: String,
    /// Its plain name, where it differs from the code.
    pub name: Option<String>,
    /// What it means.
    pub definition: String,
    /// Where it stands elsewhere: pairs of relation and code (`plover` AGREE, `cameo` 036, `parent` invite).
    pub maps: Vec<(String, String)>,
}

/// All entries: acts in the order of their table, then PLOVER, then CAMEO.
pub fn entries(knowledge: &Knowledge) -> Vec<Entry> {
    let mut out = Vec::new();
    for act in knowledge.acts() {
        let mut maps = Vec::new();
        if let Some(parent) = &act.parent {
            maps.push(("parent".to_string(), parent.clone()));
        }
        maps.push(("participants".to_string(), if act.joint { "joint" } else { "directed" }.to_string()));
        if let Some(coded) = knowledge.plover.acts.get(&act.name) {
            let mut push = |relation: &str, code: Option<String>| {
                if let Some(code) = code {
                    maps.push((relation.to_string(), code));
                }
            };
            push("plover", coded.code.clone());
            push("mode", coded.mode.clone());
            push("score", coded.score.map(|s| s.to_string()));
            coded.contexts.iter().for_each(|c| push("context", Some(c.clone())));
        }
        if let Some(code) = knowledge.cameo.acts.get(&act.name).and_then(|c| c.code.clone()) {
            maps.push(("cameo".to_string(), code));
        }
        out.push(entry("act", &act.name, None, &act.gloss, maps));
    }
    for kind in &knowledge.plover.types {
        let mut maps = vec![("quad".to_string(), kind.quad.to_string()), ("score".to_string(), kind.score.to_string())];
        maps.extend(
            knowledge
                .acts()
                .iter()
                .filter(|a| knowledge.plover.acts.get(&a.name).is_some_and(|c| c.code.as_deref() == Some(&kind.code)))
                .map(|a| ("act".to_string(), a.name.clone())),
        );
        out.push(entry("type", &kind.code, None, &kind.definition, maps));
    }
    for (kind, mode) in &knowledge.plover.modes {
        out.push(entry("mode", &mode.code, None, &mode.definition, vec![("type".to_string(), kind.clone())]));
    }
    for context in &knowledge.plover.contexts {
        out.push(entry("context", &context.code, None, &context.definition, Vec::new()));
    }
    for sector in &knowledge.plover.sectors {
        out.push(entry("sector", &sector.code, sector.name.clone(), &sector.definition, Vec::new()));
    }
    for code in &knowledge.cameo.codes {
        let mut maps = vec![("quad".to_string(), code.quad.to_string())];
        maps.extend(code.goldstein.map(|g| ("goldstein".to_string(), g.to_string())));
        maps.extend(
            knowledge
                .acts()
                .iter()
                .filter(|a| {
                    knowledge.cameo.acts.get(&a.name).is_some_and(|c| c.code.as_deref() == Some(code.code.as_str()))
                })
                .map(|a| ("act".to_string(), a.name.clone())),
        );
        out.push(entry("cameo", &code.code, Some(code.name.clone()), &code.definition, maps));
    }
    out
}

fn entry(kind: &str, code: &str, name: Option<String>, definition: &str, maps: Vec<(String, String)>) -> Entry {
    Entry { kind: kind.to_string(), code: code.to_string(), name, definition: definition.to_string(), maps }
}
