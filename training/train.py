"""Trains the model.

    python train.py --data ../../shared/data --work build

Fine-tunes MiniLM with all heads at once, on UD English EWT with UNER's entities and what was judged to have happened in it, the
project's own annotated news sentences and event sentences, PolNeAR's attributions, and types of names that another model gave (see silver.py). Writes
`checkpoint.pt` (averaged weights and labels) to the work folder after each epoch; the last one is the model.
"""

import argparse
import copy
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from corpus import Labels, Layout, Noise, Window, batches, joined, read_attributions, read_names, read_own, read_part, read_releases, windows_of
from decode import AttributionScores, EventScores, Scores, answers, attributions, decode, deeds
from events import pointed, read_answers, read_events
from model import CASES, Tagger, pretrained
from words import WordPieces, apply_lemma_script

LOSS_WEIGHTS = {"arc": 1.0, "rel": 1.0, "upos": 0.5, "xpos": 0.5, "lemma": 0.5, "entity": 1.0, "types": 0.5, "happened": 0.5, "cue": 1.0, "part": 1.0}
LOSS_WEIGHTS |= {"deed": 1.0, "mode": 0.3, "state": 0.3, "role": 1.0, "pair": 1.0, "answer": 1.0, "side": 1.0}
WARM_UP = 0.06  # Share of the training in which the learning rate rises.
OWN = 2  # How often an epoch reads each of the project's own sentences.
RELEASES = 1000  # Sentences of releases in an epoch.
JOINED = 0.015  # Share of sentences that are joined to the next.
MOST = 128  # Pieces of a window.
SIZES = [1, 48, 96, MOST, MOST]  # One of these limits the pieces of each training window of the treebank; a sentence longer than that stands alone.


def main():
    options = arguments()
    torch.set_flush_denormal(True)  # Averages of gradients fade into denormal numbers, which are slow.
    torch.set_num_threads(1)  # Threads work on batches of their own, see Trainer.
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)

    train, dev = read_part(options.data, "train"), read_part(options.data, "dev")
    tensors, vocabulary = pretrained(options.work)
    events, events_dev = read_events(options.work, "train"), read_events(options.work, "dev")
    replies, replies_dev = read_answers(options.work, "train"), read_answers(options.work, "dev")
    labels = Labels.of(train)
    layout = Layout(WordPieces(vocabulary), labels)
    said, said_dev = (read_attributions(options.data, options.work, part, layout, MOST) for part in ("train", "dev"))
    releases = read_releases(options.data, options.work)
    if options.sentences:
        train, dev, said, said_dev = (part[: options.sentences] for part in (train, dev, said, said_dev))
        events, events_dev = events[: options.sentences], events_dev[: options.sentences]
    train = [s for s in train if layout.length(s) <= 256]
    said = [w for w in said if layout.window_length(w) <= 256]
    noise = Noise(read_names(options.data), chance)

    model = Tagger(labels)
    model.encoder.load_pretrained(tensors)
    if options.start:
        start = load_file(options.start)
        cases = start["encoder.cases.weight"]  # Weights from before there were participants to tell of have a third of the rows.
        start["encoder.cases.weight"] = cases.repeat(CASES // len(cases), 1)
        missing, unknown = model.load_state_dict(start, strict=False)
        print(json.dumps({"new": sorted({name.split(".")[0] for name in missing}), "unused": unknown}), flush=True)
        model.encoder.pieces.requires_grad_(False)  # Most of the weights, and the slowest to update: they are trained already.
    trainer = Trainer(model, options)
    schedule = Schedule(trainer.optimisers, options)
    for epoch in range(1, options.epochs + 1):
        started, losses = time.time(), []
        windows = treebank_windows(train, noise, layout, chance)
        windows = chance.sample(windows, int(options.treebank * len(windows)))
        windows += [Window([noise.of(s)]) for s in OWN * read_own(options.own)]
        windows += [Window([noise.of(s)]) for s in chance.sample(releases, min(RELEASES, len(releases)))]
        picked = chance.sample(said, int(options.attributions * len(said)))
        windows += [Window([noise.of(s) for s in w.sentences], w.attributions) for w in picked]
        changed = [replace(w, sentences=[noise.of(s) for s in w.sentences]) for w in events]
        windows += [replace(w, sentences=[noise.of(s) for s in w.sentences]) for w in replies]
        windows += [replace(w, pairs=[]) for w in changed] + [one for w in changed for one in pointed(w)]
        plan = batches(windows, layout, options.pieces // options.threads, chance)
        for step in range(0, len(plan), options.threads):
            schedule.set(epoch - 1 + step / len(plan))
            if schedule.progress >= 1:
                break
            losses.append(trainer.step([(layout.inputs(batch), layout.targets(batch)) for batch in plan[step : step + options.threads]]))
        trained = time.time() - started
        report = {"epoch": epoch, "progress": round(schedule.progress, 3), "loss": round(float(np.mean(losses)), 4), "seconds": round(trained)}
        report |= measure(trainer.average, layout, labels, paragraph_windows(dev, layout))
        report |= measure_attributions(trainer.average, layout, labels, said_dev)
        report |= measure_events(trainer.average, layout, labels, events_dev, replies_dev)
        print(json.dumps(report), flush=True)
        state = {"model": trainer.average.state_dict(), "labels": asdict(labels), "report": report, "seed": options.seed}
        torch.save(state, options.work / "part.pt")
        (options.work / "part.pt").replace(options.work / "checkpoint.pt")
        if schedule.progress >= 1:
            break


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with syntax/, entities/, factuality/, attribution/, news/ and knowledge/")
    parser.add_argument("--own", type=Path, default=Path("sentences"), help="folder of annotated sentences of our own")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder for the downloaded encoder, the prepared data and the checkpoint")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--minutes", type=float, help="plan the learning rate for this much time, not for the epochs, and end then")
    parser.add_argument("--pieces", type=int, default=768, help="padded word pieces a step, over all threads")
    parser.add_argument("--start", type=Path, help="weights in floats to go on from; what is not among them starts anew")
    parser.add_argument("--treebank", type=float, default=1.0, help="share of the treebank's windows in an epoch")
    parser.add_argument("--attributions", type=float, default=0.35, help="share of the windows with attributions in an epoch")
    parser.add_argument("--encoder-rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sentences", type=int, help="train on the first so many only (to try things out)")
    return parser.parse_args()


def paragraphs(sentences):
    """Consecutive sentences of one paragraph each."""
    result = []
    for sentence in sentences:
        if result and not sentence.opens:
            result[-1].append(sentence)
        else:
            result.append([sentence])
    return result


def paragraph_windows(sentences, layout):
    """Windows as the product cuts them."""
    return [Window(group) for group in windows_of(paragraphs(sentences), layout, MOST)]


def treebank_windows(train, noise, layout, chance):
    """The treebank in windows of changing size, with fresh noise; a few sentences joined to the one that follows."""
    windows = []
    for paragraph in paragraphs(train):
        changed, i = [], 0
        while i < len(paragraph):
            if i + 1 < len(paragraph) and chance.random() < JOINED and len(paragraph[i].forms) + len(paragraph[i + 1].forms) < 60:
                changed.append(joined(paragraph[i], paragraph[i + 1]))
                i += 2
            else:
                changed.append(noise.of(paragraph[i]))
                i += 1
        while changed:
            group = windows_of([changed], layout, chance.choice(SIZES))[0]
            windows.append(Window(group))
            changed = changed[len(group) :]
    return windows


def parameter_groups(model, options):
    """The encoder learns slower than the new heads, its lower layers slowest; biases and norms do not decay."""
    groups = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
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
        learnt = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
        self.parameters = [dict(model.named_parameters())[name] for name in learnt]
        self.averaged = [dict(self.average.named_parameters())[name] for name in learnt]
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
        # Half-precision products: twice as fast where the processor has them, and no worse here.
        with torch.autocast("cpu", dtype=torch.bfloat16):
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
def measure(model, layout, labels, windows, size=4):
    """Scores of the float model on sentences with gold words."""
    scores, judged = Scores(), []
    for batch, outputs, vectors in predictions(model, layout, windows, size):
        for row, window in enumerate(batch):
            for sentence, guess in zip(window.sentences, decode(model, outputs, vectors, row, window, labels)):
                scores.add(sentence, guess, [apply_lemma_script(s, f) for s, f in zip(guess["lemma"], sentence.forms)])
                judged += [pair for pair in zip(guess["happened"], sentence.happened or ()) if pair[1] is not None]
    correlation = np.corrcoef(np.array(judged).T)[0, 1] if len(judged) > 1 else 0.0
    return {**scores.percent(), "happened_r": round(float(correlation), 4)}


@torch.no_grad()
def measure_attributions(model, layout, labels, windows, size=4):
    """Scores of the float model on windows with attributions, the product's own tokens."""
    scores = AttributionScores()
    for batch, outputs, vectors in predictions(model, layout, windows, size):
        for row, window in enumerate(batch):
            found = decode(model, outputs, vectors, row, window, labels)
            scores.add(window, attributions(model, vectors, row, window, found, labels))
    return scores.percent()


@torch.no_grad()
def measure_events(model, layout, labels, windows, replies, size=4):
    """Scores of the float model on event sentences: triggers with their type, participants, and types of pairs that it is told of;
    and on paragraphs with answers."""
    scores = EventScores()
    for batch, outputs, vectors in predictions(model, layout, windows, size):
        for row, window in enumerate(batch):
            scores.add(window, deeds(model, outputs, vectors, row, window, labels))
    for batch, _, vectors in predictions(model, layout, [one for w in windows for one in pointed(w)], size):
        for row, window in enumerate(batch):
            scores.add_pairs(window, pair_labels(model, vectors, row, window, labels))
    for batch, outputs, vectors in predictions(model, layout, replies, size):
        for row, window in enumerate(batch):
            scores.add_answers(window, answers(model, outputs, vectors, row, window, labels))
    return scores.percent()


def pair_labels(model, vectors, row, window, labels):
    """The best type of each pair of a window."""
    found = []
    for one, other, _ in window.pairs:
        words = max(len(one), len(other))
        sides = torch.tensor([[[*side, *[-1] * (words - len(side))] for side in (one, other)]])
        found.append(labels.pair[int(model.pairs(vectors, torch.tensor([row]), sides).argmax())])
    return found


def predictions(model, layout, windows, size):
    """Batches of about equally long windows, with what the model gives for them."""
    ordered = sorted((w for w in windows if layout.window_length(w) <= 512), key=layout.window_length)
    for start in range(0, len(ordered), size):
        batch = ordered[start : start + size]
        yield (batch, *model.scores(**tensors_of(layout.inputs(batch))))


def tensors_of(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


if __name__ == "__main__":
    main()
