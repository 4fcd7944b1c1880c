"""Trains the model and keeps its best checkpoint.

    python train.py --data ../../shared/data --work build

Reads UD English EWT and UNER's entities for the same sentences, fine-tunes MiniLM with all heads at once, and writes
`checkpoint.pt` (averaged weights and labels) to the work folder, each epoch anew while the dev scores rise. Where the work folder
has a `silver.iob2` (see silver.py), its sentences train the entity head as well.
"""

import argparse
import copy
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from corpus import Labels, Layout, Noise, batches, joined, read_names, read_part, read_silver
from decode import Scores, decode
from model import OUTPUTS, Tagger, pretrained
from words import WordPieces, apply_lemma_script

LOSS_WEIGHTS = {"arc": 1.0, "rel": 1.0, "upos": 0.5, "xpos": 0.5, "lemma": 0.5, "entity": 1.0}
WARM_UP = 0.06  # Share of the training in which the learning rate rises.
SILVER = 1000  # Sentences of silver.iob2, where there is one, in an epoch.
JOINED = 0.015  # Share of sentences that are joined to the next.


def main():
    options = arguments()
    torch.set_flush_denormal(True)  # Averages of gradients fade into denormal numbers, which are slow.
    torch.set_num_threads(1)  # Threads work on batches of their own, see Trainer.
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
    silver = read_silver(options.work / "silver.iob2")
    noise = Noise(read_names(options.data), chance)

    model = Tagger(labels)
    model.encoder.load_pretrained(tensors)
    trainer = Trainer(model, options)
    schedule = Schedule(trainer.optimisers, options)

    best = -1.0
    for epoch in range(1, options.epochs + 1):
        started, losses = time.time(), []
        sentences = epoch_sentences(train, noise, chance)
        sentences += [noise.of(s) for s in chance.sample(silver, min(SILVER, len(silver)))]
        plan = batches(sentences, layout, options.pieces // options.threads, chance)
        for step in range(0, len(plan), options.threads):
            schedule.set(epoch - 1 + step / len(plan))
            if schedule.progress >= 1:
                break
            losses.append(trainer.step([(layout.inputs(batch), layout.targets(batch)) for batch in plan[step : step + options.threads]]))
        trained = time.time() - started
        scores = measure(trainer.average, layout, labels, dev)
        overall = scores["las"] + scores["upos"] + scores["lemma"] + 0.5 * scores["entity_f1"]
        loss = round(float(np.mean(losses)), 4)
        report = {"epoch": epoch, "progress": round(schedule.progress, 3), "loss": loss, "seconds": round(trained), **scores}
        print(json.dumps(report), flush=True)
        if overall > best:
            best = overall
            state = {"model": trainer.average.state_dict(), "labels": asdict(labels), "report": report, "seed": options.seed}
            torch.save(state, options.work / "part.pt")
            (options.work / "part.pt").replace(options.work / "checkpoint.pt")
        if schedule.progress >= 1:
            break


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/, entities/ and knowledge/")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for the downloaded encoder and the checkpoint")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--minutes", type=float, help="plan the learning rate for this much time, not for the epochs, and end then")
    parser.add_argument("--pieces", type=int, default=640, help="padded word pieces a step, over all threads")
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

    def __init__(self, optimisers, options):
        self.options = options
        self.groups = [group for optimiser in optimisers for group in optimiser.param_groups]
        self.rates = [group["lr"] for group in self.groups]
        self.started = time.time()
        self.progress = 0.0

    def set(self, epochs_done):
        self.progress = epochs_done / self.options.epochs
        if self.options.minutes:
            self.progress = (time.time() - self.started) / (60 * self.options.minutes)
        factor = min(self.progress / WARM_UP, max(1 - self.progress, 0) / (1 - WARM_UP))
        for group, rate in zip(self.groups, self.rates):
            group["lr"] = rate * max(factor, 0.01)


class Trainer:
    """Steps over batches in parallel: each thread takes the gradients of its own batch, and then updates its own part of the weights.

    Threads meet three times a step and not within each product, so that other work on the machine slows them little. `average` is
    an exponential average of the weights: steadier on dev than the last ones, the more so before the rate has fallen."""

    KEEP, CLIP = 0.998, 1.0

    def __init__(self, model, options):
        self.model, self.average = model.train(), copy.deepcopy(model).eval()
        self.parameters, self.averaged = list(model.parameters()), list(self.average.parameters())
        self.pool, self.steps = ThreadPoolExecutor(options.threads), 0
        number = {id(p): i for i, p in enumerate(self.parameters)}
        self.parts, self.optimisers = [], []
        for groups in shares(parameter_groups(model, options), options.threads):
            self.parts.append([number[id(p)] for group in groups for p in group["params"]])
            self.optimisers.append(torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True))

    def step(self, batches):
        """One update from the mean of the batches' gradients; gives their mean loss."""
        self.steps += 1
        losses, gradients = zip(*self.pool.map(self._gradients, batches))
        parts = range(len(self.parts))
        squares = self.pool.map(lambda part: self._combine(part, gradients), parts)
        scale = min(1.0, self.CLIP / (sum(squares) ** 0.5 + 1e-6))
        list(self.pool.map(lambda part: self._update(part, scale), parts))
        return sum(losses) / len(losses)

    def _gradients(self, batch):
        inputs, targets = map(tensors_of, batch)
        loss = self.model.loss(inputs, targets, LOSS_WEIGHTS)
        return loss.item(), torch.autograd.grad(loss, self.parameters, allow_unused=True)

    @torch.no_grad()
    def _combine(self, part, gradients):
        """Sets the mean gradient of each weight of a part; gives the sum of their squares."""
        square = 0.0
        for i in self.parts[part]:
            found = [g[i] for g in gradients if g[i] is not None]
            self.parameters[i].grad = sum(found[1:], found[0]).div_(len(gradients)) if found else None
            square += float(self.parameters[i].grad.square().sum()) if found else 0.0
        return square

    @torch.no_grad()
    def _update(self, part, scale):
        own = [self.parameters[i] for i in self.parts[part]]
        torch._foreach_mul_([p.grad for p in own if p.grad is not None], scale)
        self.optimisers[part].step()
        keep = min(self.KEEP, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_([self.averaged[i] for i in self.parts[part]], own, 1 - keep)


def shares(groups, count):
    """Splits parameter groups into `count` lists of groups of about equal size."""
    sizes, result = [0] * count, [[] for _ in range(count)]
    for parameter, group in sorted(((p, g) for g in groups for p in g["params"]), key=lambda item: -item[0].numel()):
        share = sizes.index(min(sizes))
        sizes[share] += parameter.numel()
        result[share].append({**group, "params": [parameter]})
    return result


@torch.no_grad()
def measure(model, layout, labels, sentences, size=16):
    """Scores of the float model on sentences with gold words."""
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
