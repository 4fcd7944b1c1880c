"""attache's own engine beside ONNX Runtime: word pieces a second of processor time, with the same weights and words.

    pip install -r bench/requirements.txt
    python bench/engine.py --data ../shared/data

The weights of models/en are turned back into floats and written as an ONNX graph: the encoder, every head, and the relation of each
word to its best governor. It reads the windows of sentences that the program reads, on the same core, one thread, at several batch
sizes; its best stands against `attache-eval speed`. ONNX Runtime's own int8 form of the graph is measured beside it. Writes
results/engine.json.
"""

import argparse
import json
import os
import sys
from itertools import islice
from pathlib import Path

import measure

os.environ.update(measure.ONE_THREAD)
sys.path.insert(0, str(measure.BENCH.parent / "training"))

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from corpus import Sentence, Window, windows_of
from evaluate import load
from model import INPUTS

OPSET = 17
BATCHES = [1, 4, 16]  # Windows read at once. Those of about equal length go together, so that little is padding.
MARKS = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    measure.add_arguments(parser)
    parser.add_argument("--model", type=Path, default=measure.BENCH.parent / "models/en")
    parser.add_argument("--documents", type=int, default=60, help="government releases to read")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    work = measure.work_folder(options)
    releases, words = work / "releases.jsonl", work / "words.jsonl"
    with open(options.data / "news/usgov-releases.jsonl", encoding="utf-8") as lines:
        releases.write_text("".join(islice(lines, options.documents)), encoding="utf-8")
    command = [options.programs / "attache-eval", "speed", releases, "--documents", options.documents, "--words", words, "--format", "json"]
    own = json.loads(measure.run(command, options.core)[0])

    model, layout, _ = load(options.model)
    limits = json.loads((options.model / "manifest.json").read_text(encoding="utf-8"))["limits"]
    windows = [window for line in words.open(encoding="utf-8") for window in cut(json.loads(line), layout, limits)]
    pieces = sum(len(layout.pieces.of_word(form)) for window in windows for s in window.sentences for form in s.forms)
    if pieces != own["pieces"]:
        sys.exit(f"the program counts {own['pieces']} word pieces and this script {pieces}")
    graphs = {"f32": work / "float.onnx", "int8": work / "int8.onnx"}
    difference = write_float(model, layout.inputs(windows[:2]), graphs["f32"])
    quantize_dynamic(graphs["f32"], graphs["int8"], op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8)

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if options.core is None else options.core})
    sessions = {name: open_session(path) for name, path in graphs.items()}
    batches = {size: [used(sessions["f32"], arrays) for arrays in in_batches(windows, layout, size)] for size in BATCHES}
    seconds = {"attache": []} | {f"{name}, {size} at once": [] for name in graphs for size in BATCHES}
    for _ in range(options.rounds):
        seconds["attache"].append(json.loads(measure.run(command, options.core)[0])["parse_seconds"])
        for name, session in sessions.items():
            for size in BATCHES:
                with measure.Stopwatch() as watch:
                    for inputs in batches[size]:
                        session.run(None, inputs)
                seconds[f"{name}, {size} at once"].append(watch.seconds)

    rates = {name: round(pieces / min(values)) for name, values in seconds.items()}
    best = {name: max(rate for key, rate in rates.items() if key.startswith(name)) for name in graphs}
    print(f"{measure.processor()}, one core\n{options.documents} releases, {len(windows)} windows, {pieces} word pieces")
    print(f"largest difference between the float graph and PyTorch: {difference:.2e}")
    for name, rate in rates.items():
        print(f"  {name if name == 'attache' else 'ONNX Runtime ' + name:<32}{rate:>8} pieces a CPU second")
    for name, rate in best.items():
        print(f"attache to the best of ONNX Runtime {name}: {rates['attache'] / rate:.2f}")
    results = {
        "processor": measure.processor(),
        "cores": 1,
        "onnxruntime": onnxruntime.__version__,
        "documents": options.documents,
        "windows": len(windows),
        "pieces": pieces,
        "seconds": {name: [round(value, 2) for value in values] for name, values in seconds.items()},
        "pieces_per_second": rates,
        "attache_to_onnxruntime": {name: round(rates["attache"] / rate, 2) for name, rate in best.items()},
    }
    measure.record("engine", results)


def cut(blocks, layout, limits):
    """The windows of a document, given as blocks of sentences of words. Without a limit for windows each sentence is one."""
    room = limits["pieces"] - MARKS
    blocks = [[part for words in block for part in readable(words, layout, room)] for block in blocks]
    return [Window(group) for group in windows_of(blocks, layout, limits.get("window", 1))]


def readable(words, layout, room):
    """A sentence, in parts where it is longer than the model reads at once."""
    parts, left = [], 0
    for word in words:
        size = len(layout.pieces.of_word(word))
        if size > left:
            parts.append([])
            left = room
        parts[-1].append(word)
        left -= size
    return [Sentence(id="", forms=part) for part in parts]


class Graph(nn.Module):
    """The model as one graph: tags, arcs, the relation to the best governor, and the vectors of attributions."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        outputs, vectors = self.model.scores(*inputs)
        relations = self.model.relations(vectors, outputs["arc"].argmax(dim=-1))
        return (*outputs.values(), relations, vectors["cue"], vectors["word"])


def write_float(model, example, path):
    """Writes the float graph, every size dynamic, and returns its largest difference from PyTorch."""
    graph, arrays = Graph(model).eval(), tuple(torch.from_numpy(example[name]) for name in INPUTS)
    axes = {name: {0: "batch", 1: "words" if name.startswith("word") else "pieces"} for name in INPUTS}
    with torch.no_grad():
        expected = graph(*arrays)
        torch.onnx.export(graph, arrays, str(path), input_names=INPUTS, dynamic_axes=axes, opset_version=OPSET, dynamo=False)
    session = open_session(path)
    found = session.run(None, used(session, example))
    return max(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, found, strict=True))


def open_session(path):
    """ONNX Runtime on one thread, with all its optimisations of graphs."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])


def in_batches(windows, layout, size):
    """Input arrays, `size` windows of about equal length each."""
    ordered = windows if size == 1 else sorted(windows, key=layout.window_length)
    return [layout.inputs(ordered[start : start + size]) for start in range(0, len(ordered), size)]


def used(session, arrays):
    """The arrays that the graph reads: one that only training looks at is not in it."""
    return {given.name: arrays[given.name] for given in session.get_inputs()}


if __name__ == "__main__":
    main()
