"""Sentences: reading the treebank and the entity annotation, and laying sentences out as arrays."""

import csv
import json
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from words import case_of, lemma_script

NO_LABEL = -100  # A word without gold for some head: the loss leaves it out.
ENTITY_LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
MAX_LEMMA_SCRIPTS = 400


@dataclass
class Sentence:
    """Parallel lists, one item a word. `heads` counts words from 1, 0 is the root; None stands for a layer not annotated."""

    id: str
    forms: list
    upos: list | None = None
    xpos: list | None = None
    heads: list | None = None
    rels: list | None = None
    lemmas: list | None = None
    entities: list | None = None
    cases: list = field(default=None)
    masked: frozenset = frozenset()

    def __post_init__(self):
        if self.cases is None:
            self.cases = [case_of(form) for form in self.forms]


def read_conllu(path):
    """Syntactic words of a CoNLL-U file; multiword token ranges and empty nodes are left out."""
    for sentence_id, rows in _blocks(path):
        rows = [row for row in rows if row[0].isdigit()]
        yield Sentence(
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
        for sentence_id, rows in _blocks(path)
    }


def _blocks(path):
    sentence_id, rows = None, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# sent_id = "):
                sentence_id = line.removeprefix("# sent_id = ")
            elif line and not line.startswith("#"):
                rows.append(line.split("\t"))
            elif not line and rows:
                yield sentence_id, rows
                rows = []
    if rows:
        yield sentence_id, rows


def read_part(data, part):
    """One part ("train" or "dev") of UD English EWT, with the UNER entities of the same sentences beside."""
    entities = read_entities(data / f"entities/uner_ewt.{part}.iob2")
    sentences = []
    for sentence in read_conllu(data / f"syntax/en_ewt-ud-{part}.conllu"):
        forms, labels = entities.get(sentence.id, (None, None))
        if forms is not None and len(forms) == len(sentence.forms):
            sentence.entities = _repair(labels)
        sentences.append(sentence)
    return sentences


def read_silver(path):
    """Sentences annotated with entities alone; none when there is no such file."""
    if not path.exists():
        return []
    return [Sentence(id=name, forms=forms, entities=_repair(labels)) for name, (forms, labels) in read_entities(path).items()]


def _repair(labels):
    """An I- that continues nothing becomes a B-."""
    repaired = []
    for label in labels:
        if label.startswith("I-") and (not repaired or repaired[-1][1:] != label[1:]):
            label = "B" + label[1:]
        repaired.append(label)
    return repaired


@dataclass
class Labels:
    """The label sets of the heads, in the order of the outputs."""

    upos: list
    xpos: list
    deprel: list
    lemma: list
    entity: list

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
        )


def scripts_of(sentence):
    """The lemma script of each word; None where the treebank gives no lemma."""
    if not sentence.lemmas or not sentence.upos:
        return []
    return [
        None if lemma == "_" and form != "_" else lemma_script(form, lemma, upos == "PROPN")
        for form, lemma, upos in zip(sentence.forms, sentence.lemmas, sentence.upos)
    ]


class Layout:
    """Turns sentences into the arrays that the model reads (`inputs`) and is trained on (`targets`)."""

    def __init__(self, pieces, labels):
        self.pieces = pieces
        sets = {"upos": labels.upos, "xpos": labels.xpos, "rel": labels.deprel, "lemma": labels.lemma, "entity": labels.entity}
        self.tables = {name: {label: i for i, label in enumerate(values)} for name, values in sets.items()}

    def length(self, sentence):
        """Word pieces of a sentence, [CLS] and [SEP] included."""
        return 2 + sum(len(self.pieces.of_word(form)) for form in sentence.forms)

    def inputs(self, sentences):
        """The six input arrays of a padded batch."""
        width = max(self.length(s) for s in sentences)
        words = max(len(s.forms) for s in sentences)
        shape = {"input_ids": width, "case_ids": width, "attention_mask": width, "word_first": words, "word_last": words, "word_mask": words}
        arrays = {name: np.zeros((len(sentences), size), dtype=np.int64) for name, size in shape.items()}
        for row, sentence in enumerate(sentences):
            ids, cases, first, last = [self.pieces.cls], [0], [], []
            for i, (form, case) in enumerate(zip(sentence.forms, sentence.cases)):
                pieces = self.pieces.of_word(form)
                if i in sentence.masked:
                    pieces = [self.pieces.mask] * len(pieces)
                first.append(len(ids))
                ids += pieces
                cases += [case] * len(pieces)
                last.append(len(ids) - 1)
            ids.append(self.pieces.sep)
            cases.append(0)
            arrays["input_ids"][row, : len(ids)] = ids
            arrays["case_ids"][row, : len(ids)] = cases
            arrays["attention_mask"][row, : len(ids)] = 1
            arrays["word_first"][row, : len(first)] = first
            arrays["word_last"][row, : len(last)] = last
            arrays["word_mask"][row, : len(first)] = 1
        return arrays

    def targets(self, sentences):
        """Gold label numbers, NO_LABEL where there is none; `arc` holds head positions, 0 the root."""
        words = max(len(s.forms) for s in sentences)
        arrays = {name: np.full((len(sentences), words), NO_LABEL, dtype=np.int64) for name in [*self.tables, "arc"]}
        for row, s in enumerate(sentences):
            gold = {"upos": s.upos, "xpos": s.xpos, "rel": s.rels, "entity": s.entities, "lemma": scripts_of(s)}
            for name, values in gold.items():
                if values:
                    arrays[name][row, : len(values)] = [self.tables[name].get(value, NO_LABEL) for value in values]
            if s.heads:
                arrays["arc"][row, : len(s.heads)] = s.heads
        return arrays


def batches(sentences, layout, pieces_per_batch, random):
    """Batches of about equally long sentences, at most `pieces_per_batch` padded pieces each, in random order."""
    order = sorted(sentences, key=lambda s: layout.length(s) + random.random() * 4)
    batch, result = [], []
    for sentence in order:
        if batch and layout.length(sentence) * (len(batch) + 1) > pieces_per_batch:
            result.append(batch)
            batch = []
        batch.append(sentence)
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
        elif chance < 0.08:
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
        layers = ("forms", "upos", "xpos", "heads", "rels", "lemmas", "entities", "cases")
        return replace(sentence, **{name: getattr(sentence, name) and getattr(sentence, name)[:-1] for name in layers})

    def _recased(self, sentence, change, applies):
        """Only the case classes change: pieces are lower-cased anyway, and lemma scripts go by the form as it was."""
        if not sentence.upos:
            return sentence
        cases = [case_of(change(form)) if applies(i, sentence) else case_of(form) for i, form in enumerate(sentence.forms)]
        return replace(sentence, cases=cases)


def joined(first, second):
    """Two sentences as one, the second hanging on the first by `parataxis`: what a missed sentence boundary gives."""
    shift, root = len(first.forms), first.heads.index(0) + 1
    heads = [h + shift if h else root for h in second.heads]
    rels = [r if h else "parataxis" for r, h in zip(second.rels, second.heads)]
    both = {name: getattr(first, name) + getattr(second, name) for name in ("forms", "upos", "xpos", "lemmas", "cases")}
    entities = first.entities + second.entities if first.entities and second.entities else None
    return Sentence(id=first.id, heads=first.heads + heads, rels=first.rels + rels, entities=entities, **both)


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
