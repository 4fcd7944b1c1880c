"""Measures an exported model on the dev part of UD English EWT and of UNER, with gold words.

    python evaluate.py --data ../../shared/data --model ../models/en

Prints the scores, and how many word pieces a second one thread reads.
"""

import argparse
import json
import time
from pathlib import Path

import onnxruntime

from corpus import Labels, Layout, read_part
from decode import Scores, decode
from model import OUTPUTS
from words import WordPieces, apply_lemma_script


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/ and entities/")
    parser.add_argument("--model", type=Path, default=Path("../models/en"), help="folder with manifest.json, vocab.txt and model.onnx")
    parser.add_argument("--batch", type=int, default=1, help="sentences a batch; int8 results depend on it a little")
    options = parser.parse_args()
    labels = Labels(**json.loads((options.model / "manifest.json").read_text(encoding="utf-8"))["labels"])
    layout = Layout(WordPieces.read(options.model / "vocab.txt"), labels)
    sentences = read_part(options.data, "dev")
    print(json.dumps(measure(options.model / "model.onnx", layout, labels, sentences, options.batch)))


def measure(path, layout, labels, sentences, size=1):
    """Scores of a model file, sentences taken in order of length, `size` at a time, on one thread."""
    session = open_session(path)
    scores, pieces, seconds = Scores(), 0, 0.0
    ordered = sorted((s for s in sentences if layout.length(s) <= 512), key=lambda s: len(s.forms))
    for start in range(0, len(ordered), size):
        batch = ordered[start : start + size]
        inputs = layout.inputs(batch)
        began = time.perf_counter()
        outputs = run(session, inputs)
        seconds += time.perf_counter() - began
        pieces += int(inputs["attention_mask"].sum())
        for row, sentence in enumerate(batch):
            guess = decode(outputs, row, len(sentence.forms), labels)
            scores.add(sentence, guess, [apply_lemma_script(s, f) for s, f in zip(guess["lemma"], sentence.forms)])
    return {**scores.percent(), "pieces_per_second": round(pieces / seconds)}


def open_session(path):
    """An ONNX Runtime session on one thread."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])


def run(session, inputs):
    """All outputs by name."""
    return dict(zip(OUTPUTS, session.run(OUTPUTS, inputs)))


if __name__ == "__main__":
    main()
