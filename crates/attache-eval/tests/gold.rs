//! The manifests and annotated articles of gold/ are sound: manifests can be read, spans hold their words, references lead
//! to something.

use std::path::{Path, PathBuf};

use attache_eval::manifest::{Manifest, Scorer};
use attache_eval::seed;

fn gold() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gold")
}

fn manifests() -> Vec<Manifest> {
    let entries = std::fs::read_dir(gold()).expect("the folder gold").flatten().map(|entry| entry.path());
    let mut sets: Vec<String> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().expect("a file has a stem").to_string_lossy().into_owned())
        .collect();
    sets.sort();
    sets.iter().map(|set| Manifest::read(&gold(), set).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn every_manifest_can_be_read() {
    let manifests = manifests();
    assert!(manifests.len() >= 3);
    for manifest in manifests {
        assert_eq!(manifest.items.is_some(), manifest.scorer == Scorer::Seed, "{}", manifest.set);
        let bounded = manifest.metric.values().any(|m| m.floor.is_some() || m.ceiling.is_some());
        assert!(bounded, "{}: a set without any bound cannot fail", manifest.set);
    }
}

#[test]
fn an_unknown_set_is_said_to_be_not_scored_yet() {
    for name in ["nosuch", "../gold/seed", ""] {
        let error = Manifest::read(&gold(), name).expect_err(name).to_string();
        assert!(error.contains("not scored yet"), "{error}");
    }
}

#[test]
fn annotated_articles_hold_together() {
    let folders = seed::folders(&gold());
    assert!(!folders.is_empty());
    for folder in folders {
        // Reading checks that every quoted span holds its words.
        let case = seed::Case::read(&folder).unwrap_or_else(|error| panic!("{error}"));
        let gold = &case.gold;
        for a in &gold.attributions {
            assert!(gold.actors.contains_key(&a.source_actor), "{}: {} has no such source", case.name, a.id);
            let parent = a.parent.as_deref();
            assert!(
                parent.is_none_or(|id| gold.attribution(id).is_some()),
                "{}: {} has no such parent",
                case.name,
                a.id
            );
        }
        for event in &gold.events {
            for voice in &event.voices {
                assert!(gold.actors.contains_key(&voice.actor), "{}: {} {}", case.name, event.id, voice.actor);
            }
            let who = event.who.as_deref();
            assert!(who.is_none_or(|key| gold.actors.contains_key(key)), "{}: {} {who:?}", case.name, event.id);
        }
        for (key, actor) in &gold.actors {
            let above = actor.part_of.as_deref();
            assert!(above.is_none_or(|above| gold.actors.contains_key(above)), "{}: {key} {above:?}", case.name);
        }
    }
}
