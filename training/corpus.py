"""Sentences and windows: reading the annotated sets, and laying windows of sentences out as arrays."""

import csv
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from words import CASE_CLASSES, case_of, lemma_script

NO_LABEL = -100  # A word without gold for some head: the loss leaves it out.
ENTITY_LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
# OntoNotes' types of names, without those of dates and numbers.
TYPES = ["PERSON", "NORP", "ORG", "GPE", "LOC", "FAC", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART"]
TYPE_LABELS = ["O"] + [f"{position}-{name}" for name in TYPES for position in "BI"]
CUE_LABELS = ["O", "B", "I"]
# What a word is to a cue: part of its source, part of its content, or neither.
PART_LABELS = ["O", "B-SOURCE", "I-SOURCE", "B-CONTENT", "I-CONTENT"]
# Of the silver types, those that UNER draws alike, and those whose border with its three is drawn otherwise.
UNER_OF_TYPE = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC"}
# What happens to whom, and by whom: the types of events, what a word is to a trigger, and what is said of the event's state.
EVENT_TYPES = ["AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN"]
EVENT_TYPES += ["PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"]
DEED_LABELS = ["O"] + [f"{position}-{name}" for name in EVENT_TYPES for position in "BI"]
ROLE_LABELS = ["O", "B-ACTOR", "I-ACTOR", "B-RECIPIENT", "I-RECIPIENT"]
PAIR_LABELS = ["NONE", *EVENT_TYPES]
STATE_LABELS = ["actual", "expected", "proposed", "hypothetical", "threatened", "negative", "background"]
# How a party answers what others say of it, and what a word is to such an answer.
STANCES = ["confirms", "denies", "disputes", "declines-to-comment", "has-not-confirmed", "not-asked"]
ANSWER_LABELS = ["O"] + [f"{position}-{name}" for name in STANCES for position in "BI"]
SIDE_LABELS = ["O", "B-BY", "I-BY", "B-TO", "I-TO"]
UNSURE = {"FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"}
MAX_LEMMA_SCRIPTS = 400


@dataclass
class Sentence:
    """Parallel lists, one item a word. `heads` counts words from 1, 0 is the root; None stands for a layer not annotated.

    `happened` is a number from -3 (it did not happen) to 3 (it did) for words that were judged, None for others."""

    id: str
    forms: list
    upos: list | None = None
    xpos: list | None = None
    heads: list | None = None
    rels: list | None = None
    lemmas: list | None = None
    entities: list | None = None
    types: list | None = None
    happened: list | None = None
    cues: list | None = None
    deeds: list | None = None
    modes: list | None = None
    states: list | None = None
    answers: list | None = None
    cases: list = field(default=None)
    masked: frozenset = frozenset()
    opens: bool = False  # A paragraph begins with it.

    def __post_init__(self):
        if self.cases is None:
            self.cases = [case_of(form) for form in self.forms]


LAYERS = ("forms", "upos", "xpos", "heads", "rels", "lemmas", "entities", "types", "happened", "cues", "deeds", "modes", "states", "answers", "cases")


@dataclass
class Window:
    """Consecutive sentences that are read together. `attributions` are (number of the cue's first word, part label of every word),
    `roles` the same for triggers of events and `sides` for answers, and `pairs` are (words of one participant, words of the other, type of event or NONE).
    `pointed` are the words of two participants whom the reader is told of."""

    sentences: list
    attributions: list = field(default_factory=list)
    roles: list = field(default_factory=list)
    sides: list = field(default_factory=list)
    pairs: list = field(default_factory=list)
    pointed: tuple = ((), ())

    def words(self):
        """Number of words."""
        return sum(len(s.forms) for s in self.sentences)


def read_conllu(path):
    """Syntactic words of a CoNLL-U file; multiword token ranges and empty nodes are left out."""
    for sentence_id, rows, opens in _blocks(path):
        rows = [row for row in rows if row[0].isdigit()]
        yield Sentence(
            opens=opens,
            id=sentence_id,
            forms=[row[1] for row in rows],
            lemmas=[row[2] for row in rows],
            upos=[row[3] for row in rows],
            xpos=[row[4] for row in rows],
            heads=[int(row[6]) for row in rows],
            rels=[row[7] for row in rows],
        )


def read_entities(path):
    """Sentence number → (forms, BIO labels). Types other than PER, ORG and LOC become O."""
    return {
        sentence_id: ([row[1] for row in rows], [row[2] if row[2] in ENTITY_LABELS else "O" for row in rows])
        for sentence_id, rows, _ in _blocks(path)
    }


def _blocks(path):
    """Sentence name, rows, and whether a paragraph begins with the sentence."""
    sentence_id, opens, rows = None, False, []
    with open(path, encoding="utf-8") as lines:
        for line in [*lines, ""]:
            line = line.rstrip("\n")
            if line.startswith("# sent_id = "):
                sentence_id = line.removeprefix("# sent_id = ")
            elif line.startswith(("# newdoc", "# newpar")):
                opens = True
            elif line and not line.startswith("#"):
                rows.append(line.split("\t"))
            elif not line and rows:
                yield sentence_id, rows, opens
                rows, opens = [], False


def read_part(data, part):
    """One part ("train" or "dev") of UD English EWT, with UNER's entities and what was judged to have happened beside."""
    entities = read_entities(data / f"entities/uner_ewt.{part}.iob2")
    judged = read_judged(data / f"factuality/it-happened.{part}.jsonl")
    sentences = []
    for sentence in read_conllu(data / f"syntax/en_ewt-ud-{part}.conllu"):
        forms, labels = entities.get(sentence.id, (None, None))
        if forms is not None and len(forms) == len(sentence.forms):
            sentence.entities = repaired(labels)
        found = judged.get(" ".join(sentence.forms))
        if found:
            sentence.happened = [found.get(i) for i in range(len(sentence.forms))]
        sentences.append(sentence)
    return sentences


def read_judged(path):
    """Text → {word: mean judgement}."""
    judged = {}
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            for target in line["targets"]:
                judged.setdefault(line["text"], {})[target["span1"][1] - 1] = target["label"]
    return judged


def read_own(folder):
    """The project's own annotated sentences, in CoNLL-U with types of names as `NER=` in the last column."""
    sentences = []
    for path in sorted(folder.glob("*.conllu")):
        rows_of = {name: [row for row in rows if row[0].isdigit()] for name, rows, _ in _blocks(path)}
        for sentence in read_conllu(path):
            misc = [dict(item.split("=", 1) for item in row[9].split("|") if "=" in item) for row in rows_of[sentence.id]]
            sentence.types = repaired([item.get("NER", "O") for item in misc])
            if not {label[2:] for label in sentence.types} & UNSURE:
                sentence.entities = [uner_of(label) for label in sentence.types]
            sentences.append(sentence)
    return sentences


def read_texts(data, work, name, path):
    """Documents of a JSON lines file as lists of blocks of sentences, cut as the product cuts, with silver types where there are some.

    Sentences come with their tokens' places, for annotation by code points."""
    silver = work / f"{name}.types.jsonl"
    types = open(silver, encoding="utf-8") if silver.exists() else None
    with open(data / path, encoding="utf-8") as texts, open(work / f"{name}.tokens.jsonl", encoding="utf-8") as tokens:
        for line, blocks in zip(texts, tokens):
            record, blocks = json.loads(line), json.loads(blocks)
            labels = json.loads(next(types, "null")) if types else []
            if labels is None:
                break
            document = []
            for b, block in enumerate(blocks):
                if types and b == len(labels):
                    break  # Silver types may cover the beginning of a text alone.
                sentences = []
                for i, places in enumerate(block):
                    sentence = Sentence(id=f"{name}-{b}-{i}", forms=[record["text"][start:end] for start, end in places])
                    if labels:
                        sentence.types = repaired([TYPE_LABELS[label] for label in labels[b][i]])
                    sentences.append((sentence, places))
                document.append(sentences)
            yield record, document


def read_releases(data, work):
    """Sentences of releases, with silver entities, and types that have some."""
    if not (work / "releases.types.jsonl").exists():
        return []
    found = []
    for _, document in read_texts(data, work, "releases", "news/usgov-releases.jsonl"):
        for block in document:
            for sentence, _ in block:
                kinds = {label[2:] for label in sentence.types} - {""}
                if kinds and 6 <= len(sentence.forms) <= 60:
                    if not kinds & UNSURE:
                        sentence.entities = [uner_of(label) for label in sentence.types]
                    found.append(sentence)
    return found


def uner_of(label):
    """A type label as UNER would write it."""
    kind = UNER_OF_TYPE.get(label[2:])
    return f"{label[0]}-{kind}" if kind else "O"


def read_attributions(data, work, part, layout, most):
    """Windows of PolNeAR's articles, of one annotator each, with the cues and parts of their attributions."""
    windows = []
    for record, document in read_texts(data, work, f"polnear-{part}", f"attribution/polnear.{part}.jsonl"):
        if record["primary"]:
            places = {id(sentence): places for block in document for sentence, places in block}
            for group in windows_of([[sentence for sentence, _ in block] for block in document], layout, most):
                windows.append(Window(group))
                annotate(windows[-1], record, places)
    return windows


def annotate(window, record, place_of):
    """Puts the attributions whose cue begins in a window there."""
    places = [place for s in window.sentences for place in place_of[id(s)]]
    cues = ["O"] * len(places)
    for attribution in record["attributions"]:
        touched = {name: [covered(places, span) for span in sorted(attribution[name])] for name in ("source", "cue", "content")}
        first = next((words[0] for words in touched["cue"] if words), None)
        if first is None or places[first][0] > min(start for start, _ in attribution["cue"]):
            continue
        for words in touched["cue"]:
            for n, word in enumerate(words):
                cues[word] = "I" if n else "B"
        parts = ["O"] * len(places)
        for name in ("content", "source"):
            for words in touched[name]:
                for n, word in enumerate(words):
                    parts[word] = f"{'I' if n else 'B'}-{name.upper()}"
        window.attributions.append((first, repaired(parts)))
    at = 0
    for sentence in window.sentences:
        sentence.cues = [label if label != "I" or i else "B" for i, label in enumerate(cues[at : at + len(sentence.forms)])]
        at += len(sentence.forms)


def covered(places, span):
    """Numbers of the words that a span of code points touches."""
    return [i for i, (start, end) in enumerate(places) if start < span[1] and end > span[0]]


def windows_of(blocks, layout, most):
    """Groups consecutive sentences of each block into windows of at most `most` pieces; a longer sentence stands alone.

    The reader of the model (crates/attache-nlp) groups the sentences of a document in the same way."""
    windows = []
    for block in blocks:
        current, size = [], 1
        for sentence in block:
            length = layout.length(sentence) - 1
            if current and size + length > most:
                windows.append(current)
                current, size = [], 1
            current.append(sentence)
            size += length
        windows.append(current)
    return windows


def repaired(labels):
    """An I- that continues nothing becomes a B-."""
    result = []
    for label in labels:
        if label.startswith("I-") and (not result or result[-1][1:] != label[1:]):
            label = "B" + label[1:]
        result.append(label)
    return result


@dataclass
class Labels:
    """The label sets of the heads, in the order of the outputs."""

    upos: list
    xpos: list
    deprel: list
    lemma: list
    entity: list
    types: list
    cue: list
    part: list
    deed: list
    mode: list
    state: list
    role: list
    pair: list
    answer: list
    side: list

    @classmethod
    def of(cls, sentences):
        """The labels seen in training; of the lemma scripts, the most frequent that occur at least twice."""
        scripts = Counter(script for s in sentences for script in scripts_of(s) if script)
        return cls(
            upos=sorted({label for s in sentences for label in s.upos or ()}),
            xpos=sorted({label for s in sentences for label in s.xpos or ()}),
            deprel=sorted({label for s in sentences for label in s.rels or ()}),
            lemma=[script for script, count in scripts.most_common(MAX_LEMMA_SCRIPTS) if count > 1],
            entity=ENTITY_LABELS,
            types=TYPE_LABELS,
            cue=CUE_LABELS,
            part=PART_LABELS,
            deed=DEED_LABELS,
            mode=mode_labels(),
            state=STATE_LABELS,
            role=ROLE_LABELS,
            pair=PAIR_LABELS,
            answer=ANSWER_LABELS,
            side=SIDE_LABELS,
        )


def mode_labels():
    """`TYPE/mode` for every mode of PLOVER, and `TYPE/` for none."""
    path = Path(__file__).parent.parent / "knowledge/ontology/plover/modes.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    column = rows[0].index("mode")
    return sorted([f"{kind}/" for kind in EVENT_TYPES] + [f"{row[0]}/{row[column]}" for row in rows[1:]])


def scripts_of(sentence):
    """The lemma script of each word; None where the treebank gives no lemma."""
    if not sentence.lemmas or not sentence.upos:
        return []
    return [
        None if lemma == "_" and form != "_" else lemma_script(form, lemma, upos == "PROPN")
        for form, lemma, upos in zip(sentence.forms, sentence.lemmas, sentence.upos)
    ]


class Layout:
    """Turns windows into the arrays that the model reads (`inputs`) and is trained on (`targets`)."""

    def __init__(self, pieces, labels):
        self.pieces = pieces
        sets = {"upos": labels.upos, "xpos": labels.xpos, "rel": labels.deprel, "lemma": labels.lemma, "entity": labels.entity}
        sets |= {"types": labels.types, "cue": labels.cue, "deed": labels.deed, "mode": labels.mode, "state": labels.state, "answer": labels.answer}
        self.tables = {name: {label: i for i, label in enumerate(values)} for name, values in sets.items()}
        self.parts = {label: i for i, label in enumerate(labels.part)}
        self.sides = {label: i for i, label in enumerate(labels.side)}
        self.roles = {label: i for i, label in enumerate(labels.role)}
        self.pairs = {label: i for i, label in enumerate(labels.pair)}

    def length(self, sentence):
        """Word pieces of a sentence that is read alone, [CLS] and [SEP] included."""
        return 2 + sum(len(self.pieces.of_word(form)) for form in sentence.forms)

    def window_length(self, window):
        """Word pieces of a window: [CLS], and for each sentence its pieces and [SEP]."""
        return 1 + sum(self.length(s) - 1 for s in window.sentences)

    def inputs(self, windows):
        """The input arrays of a padded batch: pieces, and of each word its first and last piece, the mark before its sentence, and its sentence."""
        width = max(map(self.window_length, windows))
        words = max(window.words() for window in windows)
        shape = dict.fromkeys(("input_ids", "case_ids", "attention_mask"), width)
        shape |= dict.fromkeys(("word_first", "word_last", "word_root", "word_sentence", "word_mask"), words)
        arrays = {name: np.zeros((len(windows), size), dtype=np.int64) for name, size in shape.items()}
        for row, window in enumerate(windows):
            ids, cases, first, last, root, number = [self.pieces.cls], [0], [], [], [], []
            point = {word: CASE_CLASSES * side for side, words in enumerate(window.pointed, 1) for word in words}
            for n, sentence in enumerate(window.sentences, 1):
                mark = len(ids) - 1
                for i, (form, case) in enumerate(zip(sentence.forms, sentence.cases)):
                    pieces = self.pieces.of_word(form)
                    if i in sentence.masked:
                        pieces = [self.pieces.mask] * len(pieces)
                    first.append(len(ids))
                    ids += pieces
                    cases += [case + point.get(len(number), 0)] * len(pieces)
                    last.append(len(ids) - 1)
                    root.append(mark)
                    number.append(n)
                ids.append(self.pieces.sep)
                cases.append(0)
            values = {"input_ids": ids, "case_ids": cases, "attention_mask": [1] * len(ids), "word_first": first}
            values |= {"word_last": last, "word_root": root, "word_sentence": number, "word_mask": [1] * len(first)}
            for name, value in values.items():
                arrays[name][row, : len(value)] = value
        return arrays

    def targets(self, windows):
        """Gold label numbers, NO_LABEL where there is none. `arc` holds head positions in the window, 0 the root; `happened` numbers or
        NaN. `part_anchor` lists the cues of the batch, as window and first word, and `part` the part label of every word for each;
        `role_anchor` and `role` the same for triggers, `side_anchor` and `side` for answers. `pair_sides` holds the words of both participants of each pair, -1 behind them."""
        words = max(window.words() for window in windows)
        arrays = {name: np.full((len(windows), words), NO_LABEL, dtype=np.int64) for name in [*self.tables, "arc"]}
        arrays["happened"] = np.full((len(windows), words), np.nan, dtype=np.float32)
        anchors = {name: ([], []) for name in ("part", "role", "side")}
        pairs, kinds = [], []
        for row, window in enumerate(windows):
            at = 0
            for s in window.sentences:
                gold = {"upos": s.upos, "xpos": s.xpos, "rel": s.rels, "entity": s.entities, "lemma": scripts_of(s), "types": s.types, "cue": s.cues}
                gold |= {"deed": s.deeds, "mode": s.modes, "state": s.states, "answer": s.answers}
                here = slice(at, at + len(s.forms))
                for name, values in gold.items():
                    if values:
                        arrays[name][row, here] = [self.tables[name].get(value, NO_LABEL) for value in values]
                if s.heads:
                    arrays["arc"][row, here] = [head and head + at for head in s.heads]
                if s.happened:
                    arrays["happened"][row, here] = [np.nan if value is None else value for value in s.happened]
                at += len(s.forms)
            anchored = [("part", self.parts, window.attributions), ("role", self.roles, window.roles), ("side", self.sides, window.sides)]
            for name, numbers, found in anchored:
                for first, labels in found:
                    anchors[name][0].append((row, first))
                    anchors[name][1].append([numbers[label] for label in labels] + [NO_LABEL] * (words - len(labels)))
            for one, other, label in window.pairs:
                pairs.append([row, [*one, *[-1] * (words - len(one))], [*other, *[-1] * (words - len(other))]])
                kinds.append(self.pairs[label])
        for name, (where, labels) in anchors.items():
            arrays[f"{name}_anchor"] = np.array(where, dtype=np.int64).reshape(-1, 2)
            arrays[name] = np.array(labels, dtype=np.int64).reshape(-1, words)
        arrays["pair_row"] = np.array([row for row, _, _ in pairs], dtype=np.int64)
        arrays["pair_sides"] = np.array([sides for _, *sides in pairs], dtype=np.int64).reshape(-1, 2, words)
        arrays["pair"] = np.array(kinds, dtype=np.int64)
        return arrays


def batches(windows, layout, pieces_per_batch, random):
    """Batches of about equally long windows, at most `pieces_per_batch` padded pieces each, in random order."""
    order = sorted(windows, key=lambda w: layout.window_length(w) + random.random() * 4)
    batch, result = [], []
    for window in order:
        if batch and layout.window_length(window) * (len(batch) + 1) > pieces_per_batch:
            result.append(batch)
            batch = []
        batch.append(window)
    result.append(batch)
    random.shuffle(result)
    return result


def read_names(data):
    """Names of persons and of places, as word lists, for changing names in training. Facts from Wikidata and from `rigour`."""
    persons, places = set(), set()
    for path in sorted((data / "knowledge/office-holders").glob("*.csv")):
        with open(path, encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                name = row.get("officeholderLabel") or row.get("name") or row.get("person") or ""
                persons.add(tuple(name.split()))
    with open(data / "knowledge/territories.rigour.jsonl", encoding="utf-8") as lines:
        for line in lines:
            places.add(tuple(json.loads(line)["name"].split()))
    def plain(names):
        return sorted(n for n in names if n and all(w.isalpha() and w[0].isupper() and w.isascii() for w in n))

    return {"PER": plain(persons), "LOC": plain(places)}


class Noise:
    """Changes to training sentences that keep the annotation true: other names, other letter case, no final stop, hidden words."""

    def __init__(self, names, random):
        self.random = random
        self.names = {kind: {n: [x for x in values if len(x) == n] for n in range(1, 5)} for kind, values in names.items()}

    def of(self, sentence):
        """A changed copy of a sentence."""
        sentence = self._other_names(sentence)
        sentence = self._without_stop(sentence)
        chance = self.random.random()
        if chance < 0.03:
            sentence = self._recased(sentence, str.upper, lambda i, s: True)
        elif chance < 0.08 and sentence.upos:
            minor = {"ADP", "CCONJ", "DET", "PART", "SCONJ"}
            sentence = self._recased(sentence, str.title, lambda i, s: i == 0 or s.upos[i] not in minor)
        elif chance < 0.11:
            sentence = self._recased(sentence, str.lower, lambda i, s: True)
        hidden = frozenset(i for i in range(len(sentence.forms)) if self.random.random() < 0.06)
        return replace(sentence, masked=hidden) if len(sentence.forms) > 3 else sentence

    def _other_names(self, sentence):
        if not sentence.entities or not sentence.upos:
            return sentence
        forms = list(sentence.forms)
        for start, end, kind in spans(sentence.entities):
            choice = self.names.get(kind, {}).get(end - start)
            if choice and self.random.random() < 0.25 and all(sentence.upos[i] == "PROPN" for i in range(start, end)):
                forms[start:end] = self.random.choice(choice)
        lemmas = [lemma if form == old else form for form, old, lemma in zip(forms, sentence.forms, sentence.lemmas)]
        return replace(sentence, forms=forms, cases=None, lemmas=lemmas)

    def _without_stop(self, sentence):
        last = len(sentence.forms)
        if last < 3 or not sentence.upos or sentence.upos[-1] != "PUNCT" or last in sentence.heads or self.random.random() > 0.08:
            return sentence
        return replace(sentence, **{name: getattr(sentence, name) and getattr(sentence, name)[:-1] for name in LAYERS})

    def _recased(self, sentence, change, applies):
        """Only the case classes change: pieces are lower-cased anyway, and lemma scripts go by the form as it was."""
        cases = [case_of(change(form)) if applies(i, sentence) else case_of(form) for i, form in enumerate(sentence.forms)]
        return replace(sentence, cases=cases)


def joined(first, second):
    """Two sentences as one, the second hanging on the first by `parataxis`: what a missed sentence boundary gives."""
    shift, root = len(first.forms), first.heads.index(0) + 1
    heads = [h + shift if h else root for h in second.heads]
    rels = [r if h else "parataxis" for r, h in zip(second.rels, second.heads)]
    layers = {}
    for name in LAYERS:
        one, two = getattr(first, name), getattr(second, name)
        layers[name] = one + two if one and two else None
    return Sentence(id=first.id, **{**layers, "heads": first.heads + heads, "rels": first.rels + rels})


def spans(labels):
    """Entity spans (start, end, kind) of BIO labels; an I- of another kind starts a new span."""
    found, start = [], None
    for i, label in enumerate([*labels, "O"]):
        if start is not None and (label[0] != "I" or label[2:] != labels[start][2:]):
            found.append((start, i, labels[start][2:]))
            start = None
        if start is None and label != "O":
            start = i
    return found
