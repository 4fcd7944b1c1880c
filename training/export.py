"""Exports a checkpoint as the int8 model that the product reads.

    python export.py --data ../../shared/data --work build --out ../models/en

Writes model.safetensors, vocab.txt, manifest.json (labels, scores of the int8 model on dev, checksums) and parity.json (what the model
gives for a few sentences of our own, for the reader of the model to compare itself with).
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from corpus import Labels, Layout, Sentence, Window, read_part
from decode import answers, attributions, decode, deeds
from int8 import quantised, smooth, state_of
from model import Tagger, pretrained
from events import read_answers, read_events
from train import MOST, measure, measure_events, paragraph_windows, tensors_of
from words import WordPieces, apply_lemma_script

FILES = ("model.safetensors", "vocab.txt", "parity.json")
DATA = [
    {"name": "all-MiniLM-L6-v2", "used": "pretrained encoder", "licence": "Apache-2.0"},
    {"name": "UD English EWT 2.16, train", "used": "training; dev for the scores", "licence": "CC BY-SA 4.0"},
    {"name": "Universal NER English EWT, train", "used": "training; dev for the scores", "licence": "CC BY-SA 4.0"},
    {"name": "UDS It Happened, train", "used": "training; dev for the scores", "licence": "CC BY-SA 4.0"},
    {"name": "PolNeAR, train", "used": "training; dev for the scores", "licence": "none stated; no text of it is in the weights' files"},
    {"name": "sentences, event sentences and responses of the project's own", "used": "training", "licence": "MIT OR Apache-2.0"},
    {"name": "United States government releases", "used": "training, with names labelled by spaCy's en_core_web_sm (MIT)", "licence": "public domain"},
    {"name": "names of office holders (Wikidata)", "used": "names put into training sentences", "licence": "CC0"},
    {"name": "names of territories (rigour)", "used": "names put into training sentences", "licence": "MIT"},
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/, entities/, factuality/")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder with checkpoint.pt")
    parser.add_argument("--out", type=Path, default=Path("../models/en"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    state = torch.load(options.work / "checkpoint.pt", weights_only=True)
    labels = Labels(**state["labels"])
    model = Tagger(labels).eval()
    model.load_state_dict(state["model"])
    torch.set_num_threads(1)
    _, vocabulary = pretrained(options.work)
    layout = Layout(WordPieces(vocabulary), labels)

    dev = paragraph_windows(read_part(options.data, "dev"), layout)
    float_scores = measure(model, layout, labels, dev)
    smooth(model.encoder, layout, paragraph_windows(read_part(options.data, "train"), layout)[::40])
    quantised(model)
    scores = measure(model, layout, labels, dev) | measure_events(model, layout, labels, read_events(options.work, "dev"), read_answers(options.work, "dev"))
    print("float", json.dumps(float_scores))
    print("int8 ", json.dumps(scores))

    save_file(state_of(model), options.out / "model.safetensors")
    (options.out / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    write_parity(model, layout, labels, parity_windows(), options.out / "parity.json")
    manifest = {
        "name": "attache-en",
        "version": 3,
        "weights": "model.safetensors",
        "vocab": "vocab.txt",
        "sha256": {name: hashlib.sha256((options.out / name).read_bytes()).hexdigest() for name in FILES},
        "labels": {**state["labels"], "types": [label.replace("PERSON", "PER") for label in state["labels"]["types"]]},
        "limits": {"pieces": 512, "window": MOST},
        "scores": {
            "measured_on": "dev parts of UD English EWT, UNER English EWT, UDS It Happened and the event sentences, gold words, the int8 model in PyTorch",
            **scores,
            "float": float_scores,
        },
        "data": DATA,
        "seed": state["seed"],
        "epochs": state["report"]["epoch"],
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(options.out / "model.safetensors", (options.out / "model.safetensors").stat().st_size, "bytes")


def parity_windows():
    """The sentences of parity_sentences.txt, words apart: one a line and a window, or several with `|||` between them."""
    windows = []
    for line in open("parity_sentences.txt", encoding="utf-8"):
        windows.append(Window([Sentence(id="", forms=part.split()) for part in line.split("|||")]))
    return windows


@torch.no_grad()
def write_parity(model, layout, labels, windows, target):
    """What the model gives for each window alone: decoded annotation, and the first three logits of each head for word 0."""
    cases = []
    for window in windows:
        outputs, vectors = model.scores(**tensors_of(layout.inputs([window])))
        found = decode(model, outputs, vectors, 0, window, labels)
        for sentence, guess in zip(window.sentences, found):
            guess["lemma"] = [apply_lemma_script(s, f) for s, f in zip(guess["lemma"], sentence.forms)]
            guess["happened"] = [round(value, 4) for value in guess["happened"]]
        logits = {name: outputs[name][0, 0, :3] for name in ("upos", "xpos", "lemma", "entity", "types", "cue", "deed", "mode", "state", "answer", "arc")}
        logits["rel"] = model.relations(vectors, torch.zeros(outputs["arc"].shape[:2], dtype=torch.int64))[0, 0, :3]
        logits["part"] = model.parts(vectors, torch.zeros((1, 2), dtype=torch.int64))[0, 0, :3]
        logits["role"] = model.roles(vectors, torch.zeros((1, 2), dtype=torch.int64))[0, 0, :3]
        logits["side"] = model.sides(vectors, torch.zeros((1, 2), dtype=torch.int64))[0, 0, :3]
        told = Window(window.sentences, pairs=[([0], [window.words() - 1], "NONE")], pointed=([0], [window.words() - 1]))
        inputs, targets = tensors_of(layout.inputs([told])), tensors_of(layout.targets([told]))
        logits["pair"] = model.pairs(model.scores(**inputs)[1], targets["pair_row"], targets["pair_sides"])[0, :3]
        cases.append(
            {
                "sentences": [{"words": s.forms, **guess} for s, guess in zip(window.sentences, found)],
                "attributions": [{"cue": cue, "parts": parts} for cue, parts in attributions(model, vectors, 0, window, found, labels)],
                "answers": [{"cue": cue, "stance": kind, "sides": sides} for cue, kind, sides in answers(model, outputs, vectors, 0, window, labels)],
                "deeds": [{"trigger": trigger, "type": kind, "roles": roles} for trigger, kind, roles in deeds(model, outputs, vectors, 0, window, labels)],
                "logits": {name: [round(value, 4) for value in values.tolist()] for name, values in logits.items()},
            }
        )
    target.write_text(json.dumps({"windows": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
