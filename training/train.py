"""Trains the model and keeps its best checkpoint.

    python train.py --data ../../shared/data --work build

Reads UD English EWT and UNER's entities for the same sentences, fine-tunes MiniLM with all heads at once, and writes
`checkpoint.pt` (averaged weights and labels) to the work folder, each epoch anew while the dev scores rise.
"""

import argparse
import json
import random
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from corpus import Labels, Layout, Noise, batches, joined, read_names, read_part
from decode import Scores, decode
from model import OUTPUTS, Tagger, pretrained
from words import WordPieces, apply_lemma_script

LOSS_WEIGHTS = {"arc": 1.0, "rel": 1.0, "upos": 0.5, "xpos": 0.5, "lemma": 0.5, "entity": 1.0}
WARM_UP = 0.06  # Share of the training in which the learning rate rises.
JOINED = 0.015  # Share of sentences that are joined to the next.


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)

    train, dev = read_part(options.data, "train"), read_part(options.data, "dev")
    if options.sentences:
        train, dev = train[: options.sentences], dev[:300]
    tensors, vocabulary = pretrained(options.work)
    labels = Labels.of(train)
    layout = Layout(WordPieces(vocabulary), labels)
    train = [s for s in train if layout.length(s) <= 256]
    noise = Noise(read_names(options.data), chance)

    model = Tagger(labels)
    model.encoder.load_pretrained(tensors)
    average = Average(model)
    optimiser = torch.optim.AdamW(parameter_groups(model, options), betas=(0.9, 0.98), fused=True)
    schedule = Schedule(optimiser, options)

    best = -1.0
    for epoch in range(1, options.epochs + 1):
        started, losses = time.time(), []
        sentences = epoch_sentences(train, noise, chance)
        plan = batches(sentences, layout, options.pieces, chance)
        model.train()
        for step, batch in enumerate(plan):
            schedule.set(epoch - 1 + step / len(plan))
            loss = model.loss(tensors_of(layout.inputs(batch)), tensors_of(layout.targets(batch)), LOSS_WEIGHTS)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            average.take(model)
            losses.append(loss.item())
        trained = time.time() - started
        scores = measure(average.model, layout, labels, dev)
        overall = scores["las"] + scores["upos"] + scores["lemma"] + 0.5 * scores["entity_f1"]
        report = {"epoch": epoch, "progress": round(schedule.progress, 3), "loss": round(float(np.mean(losses)), 4), "seconds": round(trained), **scores}
        print(json.dumps(report), flush=True)
        if overall > best:
            best = overall
            state = {"model": average.model.state_dict(), "labels": asdict(labels), "report": report, "seed": options.seed}
            torch.save(state, options.work / "part.pt")
            (options.work / "part.pt").replace(options.work / "checkpoint.pt")
        if schedule.progress >= 1:
            break


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/, entities/ and knowledge/")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for the downloaded encoder and the checkpoint")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--minutes", type=float, help="plan the learning rate for this much time, not for the epochs; ends after the epoch in which it is over")
    parser.add_argument("--pieces", type=int, default=640, help="padded word pieces a batch")
    parser.add_argument("--encoder-rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sentences", type=int, help="train on the first so many only (to try things out)")
    return parser.parse_args()


def epoch_sentences(train, noise, chance):
    """The training sentences with fresh noise; a few joined to the one that follows."""
    sentences, i = [], 0
    while i < len(train):
        if i + 1 < len(train) and chance.random() < JOINED and len(train[i].forms) + len(train[i + 1].forms) < 60:
            sentences.append(joined(train[i], train[i + 1]))
            i += 2
        else:
            sentences.append(noise.of(train[i]))
            i += 1
    return sentences


def parameter_groups(model, options):
    """The encoder learns slower than the new heads, its lower layers slowest; biases and norms do not decay."""
    groups = {}
    for name, parameter in model.named_parameters():
        rate = options.head_rate
        if name.startswith("encoder.cases"):
            rate = options.head_rate
        elif name.startswith("encoder.layers."):
            rate = options.encoder_rate * 0.9 ** (5 - int(name.split(".")[2]))
        elif name.startswith("encoder."):
            rate = options.encoder_rate * 0.9**6
        decay = 0.01 if parameter.dim() > 1 and not name.startswith("encoder.cases") else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": parameters, "lr": rate, "weight_decay": decay} for (rate, decay), parameters in groups.items()]


class Schedule:
    """The learning rate rises for WARM_UP of the training, then falls in a straight line to nearly nothing."""

    def __init__(self, optimiser, options):
        self.optimiser, self.options = optimiser, options
        self.rates = [group["lr"] for group in optimiser.param_groups]
        self.started = time.time()
        self.progress = 0.0

    def set(self, epochs_done):
        self.progress = epochs_done / self.options.epochs
        if self.options.minutes:
            self.progress = (time.time() - self.started) / (60 * self.options.minutes)
        factor = min(self.progress / WARM_UP, max(1 - self.progress, 0) / (1 - WARM_UP))
        for group, rate in zip(self.optimiser.param_groups, self.rates):
            group["lr"] = rate * max(factor, 0.01)


class Average:
    """An exponential average of the weights: steadier on dev than the last ones, the more so before the rate has fallen."""

    def __init__(self, model, keep=0.998):
        import copy

        self.model = copy.deepcopy(model).eval()
        self.keep, self.steps = keep, 0

    @torch.no_grad()
    def take(self, model):
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(list(self.model.parameters()), list(model.parameters()), 1 - keep)


@torch.no_grad()
def measure(model, layout, labels, sentences, size=16):
    """Scores of the float model on sentences with gold words."""
    model.eval()
    scores = Scores()
    ordered = sorted((s for s in sentences if layout.length(s) <= 512), key=lambda s: len(s.forms))
    for start in range(0, len(ordered), size):
        batch = ordered[start : start + size]
        outputs = model(**tensors_of(layout.inputs(batch)))
        outputs = {name: tensor.numpy() for name, tensor in zip(OUTPUTS, outputs)}
        for row, sentence in enumerate(batch):
            guess = decode(outputs, row, len(sentence.forms), labels)
            scores.add(sentence, guess, [apply_lemma_script(s, f) for s, f in zip(guess["lemma"], sentence.forms)])
    return scores.percent()


def tensors_of(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


if __name__ == "__main__":
    main()
