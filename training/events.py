"""Event sentences of our own: reading `events/*.txt` into windows.

    python events.py --work build

writes `events.jsonl` (the sentences without marks) to the work folder, for the product's tokeniser to cut (see prepare.sh).
Paragraphs with answers of parties (`../gold/responses/build*.jsonl`) are read here too.

A line is a sentence or two in the register of news. `<Ns>…</Ns>` marks the actor of event N, `<No>…</No>` its recipient and
`<Nt:TYPE/mode>…</Nt>` its trigger; a pair of participants without a trigger stands together but does nothing to each other. After
a tab stand flags of event 1: `realis=…`, `polarity=negative`, `background`.
"""

import argparse
import json
import re
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import Sentence, Window, covered, repaired

TAG = re.compile(r"<(/?)(\d)([sot])(?::([A-Z]+)(?:/([a-z-]*))?)?>")
FOLDER = Path(__file__).parent / "events"
RESPONSES = Path(__file__).parent.parent / "gold/responses"
DEV = 12  # One line in so many is kept for measuring.


@dataclass
class Marked:
    """A line: its words and, for each event, spans of code points and what happened."""

    text: str
    events: dict = field(default_factory=dict)  # number → {"s": [span], "o": [span], "t": [span], "type": …, "mode": …}
    state: str = "actual"  # Of event 1: its realis, or "negative" or "background" where that is so.


def read_line(line):
    """A line as `Marked`; an error names what is odd in its tags."""
    body, *flags = line.rstrip("\n").split("\t")
    text, events, open_at, at = "", {}, {}, 0
    for tag in TAG.finditer(body):
        text += body[at : tag.start()]
        at = tag.end()
        closing, number, kind, type_, mode = tag.groups()
        event = events.setdefault(number, {"s": [], "o": [], "t": [], "type": None, "mode": None})
        if not closing:
            open_at[number, kind] = len(text)
            if kind == "t":
                if not type_:
                    raise ValueError(f"a trigger without type: {line!r}")
                event["type"], event["mode"] = type_, mode or ""
        else:
            # `</1>` would close whatever was opened last; the files name the kind.
            event[kind].append((open_at.pop((number, kind)), len(text)))
    text += body[at:]
    if open_at or "<" in text:
        raise ValueError(f"tags do not close: {line!r}")
    flags = [flag for part in flags for flag in part.split()]
    state = next((flag.split("=")[1] for flag in flags if flag.startswith("realis=")), "actual")
    state = "background" if "background" in flags else "negative" if "polarity=negative" in flags else state
    return Marked(text, events, state)


def read_lines(folder=FOLDER):
    """All lines of the folder, in the order of the files."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                try:
                    found.append(read_line(line))
                except (ValueError, KeyError) as error:
                    raise SystemExit(f"{path}:{number}: {error}") from error
    return found


def is_dev(text):
    """Whether a sentence is kept for measuring: by its words, so that new files change nothing for old ones."""
    return zlib.crc32(text.encode()) % DEV == 0


def read_events(work, part, folder=FOLDER):
    """Windows of part "train" or "dev", one a line, with deeds, roles and pairs of participants."""
    windows = []
    with open(work / "events.jsonl", encoding="utf-8") as texts, open(work / "events.tokens.jsonl", encoding="utf-8") as tokens:
        marked_of = {marked.text: marked for marked in read_lines(folder)}
        for line, blocks in zip(texts, tokens):
            text = json.loads(line)["text"]
            if text in marked_of and is_dev(text) == (part == "dev"):
                windows.append(window_of(marked_of[text], [places for block in json.loads(blocks) for places in block]))
    return windows


def window_of(marked, sentences):
    """One window, from a line and the places of its tokens."""
    places = [place for sentence in sentences for place in sentence]
    size = len(places)
    deed, mode, state = ["O"] * size, [None] * size, [None] * size
    roles, pairs = [], []
    for number, event in sorted(marked.events.items()):
        sides = {kind: sorted({word for span in event[kind] for word in covered(places, span)}) for kind in "sot"}
        trigger, label = sides["t"], event["type"]
        if trigger:
            first = trigger[0]
            for word in trigger:
                deed[word] = f"I-{label}" if word - 1 in trigger else f"B-{label}"
            mode[first] = f"{label}/{event['mode']}"
            state[first] = marked.state if number == "1" else None
            parts = ["O"] * size
            for kind, name in (("s", "ACTOR"), ("o", "RECIPIENT")):
                for word in sides[kind]:
                    parts[word] = f"I-{name}" if word - 1 in sides[kind] else f"B-{name}"
            roles.append((first, repaired(parts)))
        if sides["s"] and sides["o"]:
            pairs.append((sides["s"], sides["o"], label or "NONE"))
    window, at = Window([], roles=roles, pairs=pairs), 0
    for sentence in sentences:
        here = slice(at, at + len(sentence))
        forms = [marked.text[start:end] for start, end in sentence]
        window.sentences.append(Sentence(id="event", forms=forms, deeds=repaired(deed[here]), modes=mode[here], states=state[here]))
        at = here.stop
    return window


def read_answers(work, part):
    """Windows of part "train" or "dev", one a paragraph, with what parties answer."""
    windows = []
    for path in sorted(RESPONSES.glob("build*.jsonl")):
        with open(path, encoding="utf-8") as lines, open(work / f"{path.stem}.tokens.jsonl", encoding="utf-8") as tokens:
            for line, blocks in zip(lines, tokens):
                record, sentences = json.loads(line), [places for block in json.loads(blocks) for places in block]
                if is_dev(record["text"]) == (part == "dev"):
                    windows.append(window_of_answers(record, sentences))
    return windows


def window_of_answers(record, sentences):
    """One window, from a paragraph and the places of its tokens."""
    places = [place for sentence in sentences for place in sentence]
    labels, window, at = ["O"] * len(places), Window([]), 0
    for answer in record["responses"]:
        cue = covered(places, answer["cue"])
        for word in cue:
            labels[word] = f"{'I' if word > cue[0] else 'B'}-{answer['stance']}"
        parts = ["O"] * len(places)
        for name in ("to", "by"):
            for n, word in enumerate(covered(places, answer[name]) if answer.get(name) else []):
                parts[word] = f"{'I' if n else 'B'}-{name.upper()}"
        window.sides.append((cue[0], repaired(parts)))
    for sentence in sentences:
        here = slice(at, at + len(sentence))
        forms = [record["text"][start:end] for start, end in sentence]
        window.sentences.append(Sentence(id=record["id"], forms=forms, answers=repaired(labels[here])))
        at = here.stop
    return window


def pointed(window):
    """Windows whose reader is told which two participants are meant, one for each pair of a window."""
    return [replace(window, roles=[], pairs=[pair], pointed=pair[:2]) for pair in window.pairs]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, default=Path("build"))
    options = parser.parse_args()
    with open(options.work / "events.jsonl", "w", encoding="utf-8") as out:
        for text in dict.fromkeys(marked.text for marked in read_lines()):
            out.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
