"""Measures a model file, its weights taken as floats, on the dev parts, with gold words.

    python evaluate.py --data ../../shared/data --model ../models/en

Attributions are scored where the work folder has the tokens of PolNeAR (see README.md). What the product itself reaches,
`attache-eval` says.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from corpus import Labels, Layout, read_attributions, read_part
from int8 import float_state
from model import Tagger
from train import MOST, paragraph_windows, measure, measure_attributions
from words import WordPieces


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/, entities/, factuality/ and attribution/")
    parser.add_argument("--model", type=Path, default=Path("../models/en"), help="folder with manifest.json, vocab.txt and model.safetensors")
    parser.add_argument("--work", type=Path, default=Path("build"))
    options = parser.parse_args()
    model, layout, labels = load(options.model)
    scores = measure(model, layout, labels, paragraph_windows(read_part(options.data, "dev"), layout))
    if (options.work / "polnear-dev.tokens.jsonl").exists():
        scores |= measure_attributions(model, layout, labels, read_attributions(options.data, options.work, "dev", layout, MOST))
    print(json.dumps(scores))


def load(folder):
    """(float model, layout, labels) of a model folder."""
    labels = Labels(**json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["labels"])
    model = Tagger(labels).eval()
    model.load_state_dict(float_state(load_file(folder / "model.safetensors")))
    return model, Layout(WordPieces.read(folder / "vocab.txt"), labels), labels


if __name__ == "__main__":
    main()
