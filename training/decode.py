"""From logits to annotation, and from annotation to scores."""

import numpy as np
import torch

from corpus import spans


def tree(arc):
    """Heads of the best tree with exactly one root: arc[i, 0] scores the root, arc[i, j + 1] word j, as head of word i. 0 is the root."""
    size = arc.shape[0]
    scores = np.full((size + 1, size + 1), -np.inf)
    scores[1:] = arc[:, : size + 1]
    np.fill_diagonal(scores, -np.inf)
    # So large a cost for each arc from the root that a best tree has only the one it cannot do without.
    scores[1:, 0] -= 2 * size * (np.abs(arc).max() + 1)
    heads = _arborescence(scores)
    return [int(h) for h in heads[1:]]


def _arborescence(scores):
    """Chu-Liu/Edmonds: the best head of each node but node 0; scores[child, head]."""
    heads = scores.argmax(axis=1)
    heads[0] = 0
    cycle = _cycle(heads)
    if cycle is None:
        return heads
    # The cycle becomes one node, the last of a smaller graph.
    inside = np.zeros(len(heads), dtype=bool)
    inside[cycle] = True
    outside = np.flatnonzero(~inside)
    cycle = np.array(cycle)
    kept = scores[cycle, heads[cycle]]
    small = np.full((len(outside) + 1, len(outside) + 1), -np.inf)
    small[:-1, :-1] = scores[np.ix_(outside, outside)]
    small[:-1, -1] = scores[np.ix_(outside, cycle)].max(axis=1)
    leaving = cycle[scores[np.ix_(outside, cycle)].argmax(axis=1)]
    gains = scores[np.ix_(cycle, outside)] - kept[:, None]
    small[-1, :-1] = gains.max(axis=0)
    entered = cycle[gains.argmax(axis=0)]
    small[0, :] = -np.inf
    solved = _arborescence(small)
    for node, head in zip(outside[1:], solved[1:-1]):
        heads[node] = leaving[np.flatnonzero(outside == node)[0]] if head == len(outside) else outside[head]
    heads[entered[solved[-1]]] = outside[solved[-1]]
    return heads


def _cycle(heads):
    """Some cycle of the graph of heads that does not hold node 0, or None."""
    state = [0] * len(heads)
    state[0] = 2
    for start in range(1, len(heads)):
        path, node = [], start
        while state[node] == 0:
            state[node] = 1
            path.append(node)
            node = heads[node]
        if state[node] == 1:
            return path[path.index(node) :]
        for done in path:
            state[done] = 2
    return None


def label_path(logits, labels):
    """The best label sequence in which each I or I-X follows its B or I (Viterbi over logits)."""
    allowed = np.zeros((len(labels), len(labels)))
    for j, label in enumerate(labels):
        if label[0] == "I":
            allowed[[i for i, before in enumerate(labels) if before == "O" or before[2:] != label[2:]], j] = -np.inf
    best = logits[0].astype(float) + [-np.inf if label[0] == "I" else 0.0 for label in labels]
    back = []
    for row in logits[1:]:
        paths = best[:, None] + allowed
        back.append(paths.argmax(axis=0))
        best = paths.max(axis=0) + row
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return path[::-1]


def decode(model, outputs, vectors, row, window, labels):
    """The annotation of each sentence of window `row`, as lists of labels, heads (0 the root, words from 1) and numbers."""
    found, at = [], 0
    for sentence in window.sentences:
        here = slice(at, at + len(sentence.forms))
        arc = outputs["arc"][row, here].numpy()
        found.append({"head": tree(np.concatenate([arc[:, :1], arc[:, here.start + 1 : here.stop + 1]], axis=1).astype(float))})
        for name in ("upos", "xpos", "lemma"):
            found[-1][name] = [getattr(labels, name)[i] for i in outputs[name][row, here].argmax(-1).tolist()]
        for name in ("entity", "types", "cue"):
            found[-1][name] = [getattr(labels, name)[i] for i in label_path(outputs[name][row, here].numpy(), getattr(labels, name))]
        found[-1]["happened"] = outputs["happened"][row, here].tolist()
        at = here.stop
    heads, at = np.zeros((1, outputs["arc"].shape[1]), dtype=np.int64), 0
    for sentence in found:
        size = len(sentence["head"])
        heads[0, at : at + size] = [head and head + at for head in sentence["head"]]
        at += size
    own = {name: tensor[row : row + 1] for name, tensor in vectors.items()}
    scores, at = model.relations(own, torch.from_numpy(heads))[0], 0
    for sentence in found:
        here = slice(at, at + len(sentence["head"]))
        sentence["rel"] = [labels.deprel[i] for i in scores[here].argmax(-1).tolist()]
        at = here.stop
    return found


def attributions(model, vectors, row, window, found, labels):
    """(words of the cue, part label of every word) for each cue found in a window."""
    cues, at, result = [], 0, []
    for sentence in found:
        cues += [(start + at, end + at) for start, end, _ in spans(sentence["cue"])]
        at += len(sentence["cue"])
    if cues:
        scores = model.parts(vectors, torch.tensor([[row, start] for start, _ in cues]))[:, :at]
        result = [(cue, [labels.part[i] for i in label_path(one.numpy(), labels.part)]) for cue, one in zip(cues, scores)]
    return result


def deeds(model, outputs, vectors, row, window, labels):
    """(words of the trigger, type, role label of every word) for each event found in a window."""
    found, at = [], 0
    for sentence in window.sentences:
        here = slice(at, at + len(sentence.forms))
        path = [labels.deed[i] for i in label_path(outputs["deed"][row, here].numpy(), labels.deed)]
        found += [((start + at, end + at), kind) for start, end, kind in spans(path)]
        at = here.stop
    if not found:
        return []
    scores = model.roles(vectors, torch.tensor([[row, start] for (start, _), _ in found]))[:, :at]
    return [(*one, [labels.role[i] for i in label_path(own.numpy(), labels.role)]) for one, own in zip(found, scores)]


def answers(model, outputs, vectors, row, window, labels):
    """(words of the cue, stance, side label of every word) for each answer found in a window."""
    found, at = [], 0
    for sentence in window.sentences:
        here = slice(at, at + len(sentence.forms))
        path = [labels.answer[i] for i in label_path(outputs["answer"][row, here].numpy(), labels.answer)]
        found += [((start + at, end + at), kind) for start, end, kind in spans(path)]
        at = here.stop
    if not found:
        return []
    scores = model.sides(vectors, torch.tensor([[row, start] for (start, _), _ in found]))[:, :at]
    return [(*one, [labels.side[i] for i in label_path(own.numpy(), labels.side)]) for one, own in zip(found, scores)]


class EventScores:
    """Counts over windows of event sentences: triggers (their first word, and with the type), participants (of a trigger that was
    found; a word in common), and types of pairs that the reader is told of."""

    def __init__(self):
        self.counts = {name: [0, 0, 0] for name in ("trigger", "deed", "actor", "recipient", "answer")}
        self.pairs = [0, 0]

    def add(self, window, found):
        """`found` as `deeds` gives it."""
        gold, at = {}, 0
        for sentence in window.sentences:
            gold |= {start + at: kind for start, _, kind in spans(sentence.deeds)}
            at += len(sentence.forms)
        guess = {start: kind for (start, _), kind, _ in found}
        self._count("trigger", gold.keys() & guess.keys(), gold, guess)
        self._count("deed", gold.items() & guess.items(), gold, guess)
        roles = dict(window.roles)
        for (start, _), _, own in found:
            if start in roles:
                for name in ("actor", "recipient"):
                    one, other = ({i for i, label in enumerate(labels_) if label[2:] == name.upper()} for labels_ in (roles[start], own))
                    self._count(name, [1] if one & other else [], [1] if one else [], [1] if other else [])

    def add_answers(self, window, found):
        """`found` as `answers` gives it. An answer is right with its stance and some word of its cue and of its party."""
        gold, at = [], 0
        sides = dict(window.sides)
        by = lambda labels: {i for i, label in enumerate(labels) if label[2:] == "BY"}
        for sentence in window.sentences:
            gold += [(set(range(start + at, end + at)), kind, by(sides[start + at])) for start, end, kind in spans(sentence.answers) if start + at in sides]
            at += len(sentence.forms)
        both = 0
        free = list(gold)
        for (start, end), kind, labels in found:
            match = next((g for g in free if g[0] & set(range(start, end)) and g[1] == kind and g[2] & by(labels)), None)
            if match:
                free.remove(match)
                both += 1
        self._count("answer", range(both), gold, found)

    def add_pairs(self, window, labels):
        """`labels` are those given to the pairs of the window."""
        for (_, _, kind), label in zip(window.pairs, labels):
            self.pairs[0] += kind == label
            self.pairs[1] += 1

    def _count(self, name, both, gold, guess):
        for i, part in enumerate((both, gold, guess)):
            self.counts[name][i] += len(part)

    def percent(self):
        """F1 of triggers and participants, accuracy of pairs, in percent."""
        result = {name: round(200 * both / max(gold + guess, 1), 2) for name, (both, gold, guess) in self.counts.items()}
        result["pairs"] = round(100 * self.pairs[0] / max(self.pairs[1], 1), 2)
        return result


class Scores:
    """Counts over sentences with gold words. UAS and LAS count every word, punctuation too, and compare relations without their
    subtypes, as the CoNLL 2018 shared task does; `las_full` compares them whole. `entity_f1` is over whole spans with their type."""

    def __init__(self):
        self.words = self.lemma_words = 0
        self.right = dict.fromkeys(["upos", "xpos", "lemma", "uas", "las", "las_full"], 0)
        self.found = self.gold = self.both = 0

    def add(self, sentence, guess, lemmas):
        self.words += len(sentence.forms)
        for i in range(len(sentence.forms)):
            head = guess["head"][i] == sentence.heads[i]
            rel = guess["rel"][i] == sentence.rels[i]
            universal = guess["rel"][i].split(":")[0] == sentence.rels[i].split(":")[0]
            for name, right in {
                "upos": guess["upos"][i] == sentence.upos[i],
                "xpos": guess["xpos"][i] == sentence.xpos[i],
                "lemma": sentence.lemmas[i] == "_" or lemmas[i] == sentence.lemmas[i],
                "uas": head,
                "las": head and universal,
                "las_full": head and rel,
            }.items():
                self.right[name] += right
        if sentence.entities is not None:
            gold, found = set(spans(sentence.entities)), set(spans(guess["entity"]))
            self.gold, self.found, self.both = self.gold + len(gold), self.found + len(found), self.both + len(gold & found)

    def percent(self):
        """All scores, in percent."""
        result = {name: round(100 * count / self.words, 2) for name, count in self.right.items()}
        result["entity_precision"] = round(100 * self.both / max(self.found, 1), 2)
        result["entity_recall"] = round(100 * self.both / max(self.gold, 1), 2)
        result["entity_f1"] = round(200 * self.both / max(self.found + self.gold, 1), 2)
        return result


class AttributionScores:
    """Counts over windows with gold attributions, in words: spans of cues, sources and contents without gaps, and whole attributions."""

    def __init__(self):
        self.counts = {name: [0, 0, 0] for name in ("cue", "source", "content", "whole")}

    def add(self, window, found):
        """`found` as `attributions` gives it."""
        gold_cues, at = [], 0
        for sentence in window.sentences:
            gold_cues += [(start + at, end + at) for start, end, _ in spans(sentence.cues)]
            at += len(sentence.cues)
        self._count("cue", set(gold_cues), {cue for cue, _ in found})
        gold = [{kind: [(s, e) for s, e, k in spans(parts) if k == kind] for kind in ("SOURCE", "CONTENT")} for _, parts in window.attributions]
        guess = [{kind: [(s, e) for s, e, k in spans(parts) if k == kind] for kind in ("SOURCE", "CONTENT")} for _, parts in found]
        for kind in ("SOURCE", "CONTENT"):
            self._count(kind.lower(), {span for one in gold for span in one[kind]}, {span for one in guess for span in one[kind]})
        cue_of = {cue[0]: cue for cue in gold_cues}
        matched, free = 0, list(range(len(found)))
        for (first, _), one in zip(window.attributions, gold):
            start, end = cue_of.get(first, (first, first + 1))
            for i in free:
                (a, b), other = found[i][0], guess[i]
                if a < end and start < b and _overlap(one["SOURCE"], other["SOURCE"]) and _jaccard(one["CONTENT"], other["CONTENT"]) >= 0.5:
                    matched += 1
                    free.remove(i)
                    break
        for i, count in enumerate((matched, len(window.attributions), len(found))):
            self.counts["whole"][i] += count

    def _count(self, name, gold, guess):
        for i, count in enumerate((len(gold & guess), len(gold), len(guess))):
            self.counts[name][i] += count

    def percent(self):
        """F1 of each, in percent."""
        return {name: round(200 * both / max(gold + guess, 1), 2) for name, (both, gold, guess) in self.counts.items()}


def _words(spans_):
    return {word for start, end in spans_ for word in range(start, end)}


def _overlap(one, other):
    return bool(_words(one) & _words(other)) if one and other else not one and not other


def _jaccard(one, other):
    one, other = _words(one), _words(other)
    return len(one & other) / max(len(one | other), 1)
