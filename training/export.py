"""Exports a checkpoint as the int8 model that the product reads.

    python export.py --data ../../shared/data --work build --out ../models/en

Writes model.onnx, vocab.txt, manifest.json (labels, scores of the int8 file on dev, checksums) and parity.json (what the file
gives for a few sentences of our own, for the reader of the model to compare itself with).
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from corpus import Labels, Layout, Sentence, read_part
from decode import decode
from evaluate import measure, open_session, run
from model import OUTPUTS, Tagger, pretrained
from words import WordPieces, apply_lemma_script

OPSET = 17
SMOOTHING = 0.7  # Share of an input channel's spread that goes into the weights; the best of 0.5 to 0.9 on dev logits.
INPUTS = {
    "input_ids": ("batch", "pieces"),
    "case_ids": ("batch", "pieces"),
    "attention_mask": ("batch", "pieces"),
    "word_first": ("batch", "words"),
    "word_last": ("batch", "words"),
    "word_mask": ("batch", "words"),
}
DATA = [
    {"name": "all-MiniLM-L6-v2", "used": "pretrained encoder", "licence": "Apache-2.0"},
    {"name": "UD English EWT 2.16, train", "used": "training; dev for choosing and for the scores", "licence": "CC BY-SA 4.0"},
    {"name": "Universal NER English EWT, train", "used": "training; dev for choosing and for the scores", "licence": "CC BY-SA 4.0"},
    {"name": "United States government releases", "used": "entity training, labelled by spaCy's en_core_web_sm (MIT)", "licence": "public domain"},
    {"name": "names of office holders (Wikidata)", "used": "names put into training sentences", "licence": "CC0"},
    {"name": "names of territories (rigour)", "used": "names put into training sentences", "licence": "MIT"},
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/ and entities/")
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
    sentences = [Sentence(id=str(i), forms=line.split()) for i, line in enumerate(open("parity_sentences.txt", encoding="utf-8"))]

    smooth(model.encoder, layout, read_part(options.data, "train")[::100])
    model.encoder.pieces = Int8Embedding(model.encoder.pieces.weight)
    float_file, int8_file = options.work / "model-float.onnx", options.out / "model.onnx"
    write_float(model, layout.inputs(sentences[:3]), float_file)
    quantise(float_file, int8_file)

    dev = read_part(options.data, "dev")
    scores = measure(int8_file, layout, labels, dev)
    float_scores = measure(float_file, layout, labels, dev)
    print("int8 ", json.dumps(scores))
    print("float", json.dumps(float_scores))

    (options.out / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    write_parity(int8_file, layout, labels, sentences, options.out / "parity.json")
    manifest = {
        "name": "attache-en",
        "version": 1,
        "weights": "model.onnx",
        "vocab": "vocab.txt",
        "sha256": {name: hashlib.sha256((options.out / name).read_bytes()).hexdigest() for name in ("model.onnx", "vocab.txt", "parity.json")},
        "labels": state["labels"],
        "limits": {"pieces": 512},
        "scores": {
            "measured_on": "UD English EWT dev and UNER English EWT dev, gold words, the int8 file, one sentence a batch",
            **{name: value for name, value in scores.items() if name != "pieces_per_second"},
            "float": {name: float_scores[name] for name in ("upos", "uas", "las", "lemma", "entity_f1")},
        },
        "data": DATA,
        "seed": state["seed"],
        "epochs": state["report"]["epoch"],
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(int8_file, int8_file.stat().st_size, "bytes")


class Smoothed(nn.Module):
    """A linear map whose inputs are divided by a scale that its weights are multiplied with: the same map in float."""

    def __init__(self, linear, scale):
        super().__init__()
        self.linear = linear
        self.linear.weight.data *= scale
        self.register_buffer("inverse", 1 / scale)

    def forward(self, x):
        return self.linear(x * self.inverse)


@torch.no_grad()
def smooth(encoder, layout, sentences):
    """Moves part of the spread among input channels into the weights, where each product has room for it (SmoothQuant).

    A few channels are far larger than the rest, and the one scale that int8 inputs share would leave the rest few steps."""
    largest, hooks = {}, []
    for layer in encoder.layers:
        for name in ("qkv", "widen", "narrow"):

            def note(module, inputs, _, key=(layer, name)):
                seen = inputs[0].abs().flatten(0, 1).amax(dim=0)
                largest[key] = torch.maximum(largest.get(key, seen), seen)

            hooks.append(getattr(layer, name).register_forward_hook(note))
    for sentence in sentences:
        inputs = layout.inputs([sentence])
        encoder(*(torch.from_numpy(inputs[name]) for name in ("input_ids", "case_ids", "attention_mask")))
    for hook in hooks:
        hook.remove()
    for (layer, name), inputs in largest.items():
        linear = getattr(layer, name)
        weights = linear.weight.abs().amax(dim=0)
        scale = inputs.clamp(min=1e-4) ** SMOOTHING / weights.clamp(min=1e-4) ** (1 - SMOOTHING)
        setattr(layer, name, Smoothed(linear, scale / scale.log().mean().exp()))


class Int8Embedding(nn.Module):
    """An embedding table of bytes with one scale a row: a quarter of the size, at an error of at most 0.4 % of a row's largest weight."""

    def __init__(self, weight):
        super().__init__()
        scale = weight.detach().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("rows", (weight.detach() / scale).round().to(torch.int8))

    def forward(self, ids):
        return self.rows[ids].to(torch.float32) * self.scale[ids]


def write_float(model, example, path):
    """The float graph (with the byte embedding), every size dynamic."""
    torch.onnx.export(
        model,
        tuple(torch.from_numpy(example[name]) for name in INPUTS),
        str(path),
        input_names=list(INPUTS),
        output_names=OUTPUTS,
        dynamic_axes={name: dict(enumerate(axes)) for name, axes in INPUTS.items()},
        opset_version=OPSET,
        dynamo=False,
    )


def quantise(source, target):
    """int8 weights for every product with a constant matrix, a scale for each column; activations are quantised as they come.

    Seven bits a weight: x86 processors without VNNI add products in 16 bits, which eight would overflow."""
    quantize_dynamic(str(source), str(target), op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    model = onnx.load(str(target))
    onnx.checker.check_model(model)
    foreign = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if foreign:
        raise SystemExit(f"operators outside the ONNX standard: {foreign}")


def write_parity(path, layout, labels, sentences, target):
    """What the model file gives for each sentence alone: decoded annotation, and the first three logits of each head for word 0."""
    session, cases = open_session(path), []
    for sentence in sentences:
        outputs = run(session, layout.inputs([sentence]))
        guess = decode(outputs, 0, len(sentence.forms), labels)
        logits = {name: outputs[name][0, 0] for name in OUTPUTS}
        logits["rel"] = outputs["rel"][0, 0, 0]
        cases.append(
            {
                "words": sentence.forms,
                **{name: guess[name] for name in ("upos", "xpos", "entity", "head", "rel")},
                "lemma": [apply_lemma_script(s, f) for s, f in zip(guess["lemma"], sentence.forms)],
                "logits": {name: [round(float(x), 4) for x in np.ravel(values)[:3]] for name, values in logits.items()},
            }
        )
    target.write_text(json.dumps({"sentences": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
