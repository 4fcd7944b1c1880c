//! What holds for any model, seen with a small one of random weights.

use std::collections::BTreeMap;

use super::{Engine, Kernel, Reading, Scratch, Table, Window};

/// Numbers by chance, the same on every run.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// A whole number from 0 to `end`, exclusive.
    pub(super) fn whole(&mut self, end: i32) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % end as u64) as i32
    }

    /// Fractions from −1 to 1.
    pub(super) fn fractions(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| (self.whole(200_001) - 100_000) as f32 / 100_000.0).collect()
    }
}

const PIECES: usize = 50;
const POSITIONS: usize = 160;
const HIDDEN: usize = 64;
const LABELS: usize = 19;

/// The tensors of a model: their types, shapes and bytes by name.
type Tensors = BTreeMap<String, (&'static str, Vec<usize>, Vec<u8>)>;

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// A small model with all parts, some of bytes and some of fractions.
fn model() -> Tensors {
    let mut tensors = Tensors::new();
    let mut numbers = Numbers::new(17);
    let mut row = |tensors: &mut Tensors, name: String, base: f32, spread: f32, size: usize| {
        let row: Vec<f32> = numbers.fractions(size).iter().map(|x| base + spread * x).collect();
        tensors.insert(name, ("F32", vec![size], floats(&row)));
    };
    let mut bytes = Numbers::new(18);
    let mut linear = |tensors: &mut Tensors, name: &str, inputs: usize, outputs: usize, int8: bool| {
        if int8 {
            let weights = (0..inputs * outputs).map(|_| (bytes.whole(129) - 64) as i8 as u8).collect();
            tensors.insert(format!("{name}.weight"), ("I8", vec![outputs, inputs], weights));
            row(tensors, format!("{name}.scale"), 0.004, 0.002, outputs);
        } else {
            let weights: Vec<f32> = bytes.fractions(inputs * outputs).iter().map(|x| 0.2 * x).collect();
            tensors.insert(format!("{name}.weight"), ("F32", vec![outputs, inputs], floats(&weights)));
        }
        row(tensors, format!("{name}.bias"), 0.0, 0.1, outputs);
    };
    for layer in 0..2 {
        linear(&mut tensors, &format!("encoder.layers.{layer}.qkv"), HIDDEN, 3 * HIDDEN, true);
        linear(&mut tensors, &format!("encoder.layers.{layer}.out"), HIDDEN, HIDDEN, true);
        linear(&mut tensors, &format!("encoder.layers.{layer}.widen"), HIDDEN, 100, true);
        linear(&mut tensors, &format!("encoder.layers.{layer}.narrow"), 100, HIDDEN, layer == 0);
    }
    for name in [
        "tag_hidden.0",
        "lemma_hidden.0",
        "entity_hidden.0",
        "said_hidden.0",
        "deed_hidden.0",
        "arc_child.0",
        "arc_head.0",
    ] {
        linear(&mut tensors, name, HIDDEN, 48, name != "said_hidden.0");
    }
    for name in ["upos", "xpos", "lemma", "entity", "types", "cue", "answer", "deed", "mode", "state"] {
        linear(&mut tensors, name, 48, LABELS, name != "types");
    }
    linear(&mut tensors, "happened", 48, 1, false);
    linear(&mut tensors, "arc", 48, 48, true);
    for [left, right, product, of_left, of_right] in [
        ["rel_child.0", "rel_head.0", "rel.both", "rel.of_first", "rel.of_second"],
        ["part_cue.0", "part_word.0", "part.both", "part.of_first", "part.of_second"],
        ["role_deed.0", "role_word.0", "role.both", "role.of_first", "role.of_second"],
        ["side_answer.0", "side_word.0", "side.both", "side.of_first", "side.of_second"],
        ["pair_one.0", "pair_other.0", "pair.both", "pair.of_first", "pair.of_second"],
    ] {
        linear(&mut tensors, left, HIDDEN, 24, true);
        linear(&mut tensors, right, HIDDEN, 40, true);
        linear(&mut tensors, product, 24, LABELS * 40, true);
        linear(&mut tensors, of_left, 24, LABELS, true);
        linear(&mut tensors, of_right, 40, LABELS, false);
    }
    for layer in 0..2 {
        row(&mut tensors, format!("encoder.layers.{layer}.qkv.inverse"), 1.0, 0.5, HIDDEN);
        row(&mut tensors, format!("encoder.layers.{layer}.narrow.inverse"), 1.0, 0.5, 100);
        for norm in ["out_norm", "narrow_norm"] {
            row(&mut tensors, format!("encoder.layers.{layer}.{norm}.weight"), 1.0, 0.3, HIDDEN);
            row(&mut tensors, format!("encoder.layers.{layer}.{norm}.bias"), 0.0, 0.1, HIDDEN);
        }
    }
    row(&mut tensors, "encoder.norm.weight".to_string(), 1.0, 0.3, HIDDEN);
    row(&mut tensors, "encoder.norm.bias".to_string(), 0.0, 0.1, HIDDEN);
    row(&mut tensors, "encoder.pieces.scale".to_string(), 0.01, 0.005, PIECES);
    let embedding = (0..PIECES * HIDDEN).map(|i| (i * 7919 % 255) as u8).collect();
    tensors.insert("encoder.pieces.weight".to_string(), ("I8", vec![PIECES, HIDDEN], embedding));
    for (name, rows) in [("positions", POSITIONS), ("cases", 18)] {
        row(&mut tensors, name.to_string(), 0.0, 0.3, rows * HIDDEN);
        if let Some((dtype, _, data)) = tensors.remove(name) {
            tensors.insert(format!("encoder.{name}.weight"), (dtype, vec![rows, HIDDEN], data));
        }
    }
    tensors
}

/// A file of weights. It stays for the rest of the run, as the embedded one does.
fn file(tensors: &Tensors) -> &'static [u8] {
    let mut head = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, (dtype, shape, bytes)) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        head.insert(name.clone(), serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
        data.extend(bytes);
    }
    let head = serde_json::Value::Object(head).to_string();
    let file = [&(head.len() as u64).to_le_bytes(), head.as_bytes(), &data].concat();
    Box::leak(file.into_boxed_slice())
}

/// A window of sentences with the given numbers of words, of pieces and cases by chance.
fn window(numbers: &mut Numbers, sentences: &[usize]) -> Window {
    let mut window = Window { pieces: vec![1], cases: vec![0], words: Vec::new(), sentences: Vec::new(), end_mark: 2 };
    for &words in sentences {
        let (mark, first) = (window.pieces.len() as u32 - 1, window.words.len());
        for _ in 0..words {
            let start = window.pieces.len() as u32;
            let case = 1 + numbers.whole(5) as u8;
            for _ in 0..=numbers.whole(2) {
                window.pieces.push(3 + numbers.whole(PIECES as i32 - 3) as u32);
                window.cases.push(case);
            }
            window.words.push((start, window.pieces.len() as u32 - 1));
        }
        window.sentences.push((mark, first..window.words.len()));
        window.pieces.push(window.end_mark);
        window.cases.push(0);
    }
    window
}

fn windows() -> Vec<Window> {
    let mut numbers = Numbers::new(23);
    [&[1][..], &[5, 2], &[30], &[1, 1, 1], &[17, 12, 9], &[], &[60], &[4]]
        .map(|sentences| window(&mut numbers, sentences))
        .into()
}

/// Every number that the engine gives for a window, as bits.
fn bits(engine: &Engine, reading: &Reading, scratch: &mut Scratch) -> Vec<Vec<u32>> {
    let words = reading.upos.rows();
    let heads: Vec<usize> = reading.arcs.iter().flat_map(|arcs| (0..arcs.rows()).map(|word| word / 2)).collect();
    let relations = engine.relations(reading, &heads, scratch);
    let parts = engine.parts(reading, &(0..words).step_by(3).collect::<Vec<_>>(), scratch);
    let sides = engine.sides(reading, &(0..words).step_by(5).collect::<Vec<_>>(), scratch);
    let roles = engine.roles(reading, &(0..words).step_by(4).collect::<Vec<_>>(), scratch);
    let tables = [
        &reading.upos,
        &reading.xpos,
        &reading.lemma,
        &reading.entity,
        &reading.types,
        &reading.cue,
        &reading.happened,
        &reading.answer,
        &reading.deed,
        &reading.mode,
        &reading.state,
        &relations,
        &parts,
        &roles,
        &sides,
    ];
    let tables = tables.into_iter().chain(&reading.arcs);
    tables.map(|table| table.data().iter().map(|x| x.to_bits()).collect()).collect()
}

#[test]
fn kernels_agree_to_the_bit() {
    let (file, windows) = (file(&model()), windows());
    let windows: Vec<&Window> = windows.iter().collect();
    let all = |kernel| -> Vec<Vec<Vec<u32>>> {
        let engine = Engine::load(file, kernel).unwrap();
        let mut scratch = Scratch::default();
        let readings = engine.read(&windows, &mut scratch).unwrap();
        readings.iter().map(|reading| bits(&engine, reading, &mut scratch)).collect()
    };
    let [.., portable] = Kernel::all()[..] else { panic!("there is no portable kernel") };
    let expected = all(portable);
    // The bits are those of numbers, and not of something that is none and the same everywhere.
    assert!(expected.iter().flatten().flatten().all(|&bits| f32::from_bits(bits).is_finite()));
    for kernel in Kernel::all() {
        assert!(all(kernel) == expected, "{kernel} gives other bits than {portable}");
    }
}

#[test]
fn a_window_does_not_depend_on_those_beside_it() {
    let (file, windows) = (file(&model()), windows());
    for kernel in Kernel::all() {
        let engine = Engine::load(file, kernel).unwrap();
        let mut scratch = Scratch::default();
        let together = engine.read(&windows.iter().collect::<Vec<_>>(), &mut scratch).unwrap();
        for (window, reading) in windows.iter().zip(&together) {
            let alone = engine.read(&[window], &mut Scratch::default()).unwrap().remove(0);
            let (alone, beside) = (bits(&engine, &alone, &mut scratch), bits(&engine, reading, &mut scratch));
            assert!(alone == beside, "{kernel}: {} pieces", window.pieces());
        }
    }
}

#[test]
fn tables_are_as_long_as_windows_have_words() {
    let engine = Engine::load(file(&model()), Kernel::best()).unwrap();
    let mut scratch = Scratch::default();
    let windows = windows();
    for (window, reading) in windows.iter().zip(engine.read(&windows.iter().collect::<Vec<_>>(), &mut scratch).unwrap())
    {
        let words = window.words.len();
        let shape = |table: &Table| (table.rows(), table.columns());
        assert_eq!([&reading.upos, &reading.xpos, &reading.lemma, &reading.types].map(shape), [(words, LABELS); 4]);
        assert_eq!(shape(&reading.happened), (words, 1));
        let arcs: Vec<(usize, usize)> = reading.arcs.iter().map(shape).collect();
        let expected: Vec<(usize, usize)> =
            window.sentences.iter().map(|(_, own)| (own.len(), own.len() + 1)).collect();
        assert_eq!(arcs, expected);
        assert_eq!(shape(&engine.relations(&reading, &vec![0; words], &mut scratch)), (words, LABELS));
        let cues: Vec<usize> = (0..words.min(2)).collect();
        assert_eq!(shape(&engine.parts(&reading, &cues, &mut scratch)), (cues.len() * words, LABELS));
        assert_eq!(shape(&engine.roles(&reading, &cues, &mut scratch)), (cues.len() * words, LABELS));
        assert_eq!(shape(&engine.sides(&reading, &cues, &mut scratch)), (cues.len() * words, LABELS));
        if words > 1 {
            assert_eq!(shape(&engine.pair(&reading, [&[0], &[1]], &mut scratch).0), (1, LABELS));
        }
    }
}

/// The root of a sentence is the mark before it, and a sentence sees those before it in its window.
#[test]
fn sentences_of_a_window_have_roots_of_their_own() {
    let engine = Engine::load(file(&model()), Kernel::best()).unwrap();
    let mut scratch = Scratch::default();
    let both = window(&mut Numbers::new(31), &[6, 6]);
    let reading = engine.read(&[&both], &mut scratch).unwrap().remove(0);
    let root_scores = |arcs: &Table| (0..6).map(|word| arcs.row(word)[0]).collect::<Vec<_>>();
    assert_ne!(root_scores(&reading.arcs[0]), root_scores(&reading.arcs[1]));

    let mut changed = window(&mut Numbers::new(31), &[6, 6]);
    changed.pieces[1] = if changed.pieces[1] == 3 { 4 } else { 3 };
    let other = engine.read(&[&changed], &mut scratch).unwrap().remove(0);
    assert_ne!(reading.upos.row(11), other.upos.row(11));
}

/// Who is pointed to has embeddings of his own, and pointing elsewhere takes the old ones back.
#[test]
fn a_window_says_which_participants_are_meant() {
    let engine = Engine::load(file(&model()), Kernel::best()).unwrap();
    let mut scratch = Scratch::default();
    let plain = window(&mut Numbers::new(31), &[6]);
    let mut told = window(&mut Numbers::new(31), &[6]);
    told.point_to([&[1, 2], &[4]]);
    let cases = |window: &Window, word: usize| {
        let (first, last) = window.words[word];
        window.cases[first as usize..=last as usize].to_vec()
    };
    for (word, side) in [(0, 0), (1, 6), (2, 6), (3, 0), (4, 12), (5, 0)] {
        let expected: Vec<u8> = cases(&plain, word).iter().map(|case| case + side).collect();
        assert_eq!(cases(&told, word), expected, "word {word}");
    }
    let readings = engine.read(&[&plain, &told], &mut scratch).unwrap();
    let pair = |reading: &Reading, scratch: &mut Scratch| engine.pair(reading, [&[1, 2], &[4]], scratch).0;
    assert_ne!(pair(&readings[0], &mut scratch).row(0), pair(&readings[1], &mut scratch).row(0));
}

#[test]
fn a_window_that_is_too_long_is_an_error() {
    let engine = Engine::load(file(&model()), Kernel::best()).unwrap();
    let mut long = window(&mut Numbers::new(1), &[1]);
    long.pieces.resize(POSITIONS, 3);
    long.cases.resize(POSITIONS, 0);
    assert!(engine.read(&[&long], &mut Scratch::default()).is_ok());
    long.pieces.push(3);
    long.cases.push(0);
    let error = engine.read(&[&long], &mut Scratch::default()).err().unwrap().to_string();
    assert!(error.contains("160 positions"), "{error}");
}

#[test]
fn a_piece_that_is_none_is_an_error() {
    let engine = Engine::load(file(&model()), Kernel::best()).unwrap();
    let mut odd = window(&mut Numbers::new(1), &[3]);
    odd.pieces[2] = PIECES as u32;
    let error = engine.read(&[&odd], &mut Scratch::default()).err().unwrap().to_string();
    assert!(error.contains("is number 50") && error.contains("and 50 pieces"), "{error}");
}

#[test]
fn a_file_that_does_not_fit_is_refused_by_the_name_of_the_tensor() {
    let load = |tensors: &Tensors| Engine::load(file(tensors), Kernel::best()).err().map(|error| error.to_string());
    let whole = model();
    assert_eq!(load(&whole), None);
    // A bias may be missing, and an inverse.
    let needed = |name: &&String| !name.ends_with(".bias") && !name.ends_with(".inverse") || name.contains("norm");
    for name in whole.keys().filter(needed) {
        let mut tensors = whole.clone();
        tensors.remove(name);
        let error = load(&tensors);
        // Layers are counted by their first tensor, so that without it the second is none.
        if name == "encoder.layers.1.qkv.weight" {
            assert_eq!(error, None);
        } else {
            assert_eq!(error.unwrap(), format!("the model's weights: {name} is missing"));
        }
    }
    for name in whole.keys() {
        let mut tensors = whole.clone();
        let (_, shape, data) = tensors.get_mut(name).unwrap();
        // One more row than the tensor has, of as many bytes.
        let row = data.len() / shape[0];
        shape[0] += 1;
        data.resize(data.len() + row, 0);
        // These sizes are the model's own to choose.
        if ["encoder.positions.weight", "encoder.cases.weight"].contains(&name.as_str()) {
            continue;
        }
        let error = load(&tensors).unwrap_or_else(|| panic!("{name} may have any size"));
        let stem = name.rsplit_once('.').unwrap().0;
        assert!(error.contains(stem) || error.contains(" has ") && error.contains(" should have "), "{name}: {error}");
    }
}

#[test]
fn a_broken_file_is_an_error() {
    let whole = file(&model());
    let length = u64::from_le_bytes(*whole.first_chunk().unwrap()) as usize;
    let load = |file: Vec<u8>| {
        let file: &'static [u8] = Box::leak(file.into_boxed_slice());
        Engine::load(file, Kernel::best()).err().unwrap().to_string()
    };
    assert!(load(Vec::new()).ends_with("the file is empty"));
    assert!(load(whole[..length].to_vec()).ends_with("the file is cut off"));
    assert!(load(whole[..whole.len() - 1].to_vec()).ends_with("lies outside the file"));
    assert!(load([&[u8::MAX; 8], &whole[8..]].concat()).ends_with("the file is cut off"));
    assert!(load([&whole[..8], b"?", &whole[9..]].concat()).contains("a head that cannot be read"));

    let mut tensors = model();
    tensors.get_mut("upos.bias").unwrap().0 = "F64";
    assert!(load(file(&tensors).to_vec()).contains("upos.bias is of the type F64"));
    let mut tensors = model();
    tensors.get_mut("upos.bias").unwrap().1 = vec![usize::MAX, 2];
    assert!(load(file(&tensors).to_vec()).contains("upos.bias has 76 bytes for the shape"));
}
