"""From logits to annotation, and from annotation to scores."""

import numpy as np

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


def entity_path(logits, labels):
    """The best label sequence in which each I-X follows B-X or I-X (Viterbi over logits)."""
    allowed = np.zeros((len(labels), len(labels)))
    for j, label in enumerate(labels):
        if label.startswith("I-"):
            allowed[[i for i, before in enumerate(labels) if before[2:] != label[2:]], j] = -np.inf
    best = logits[0].astype(float) + [-np.inf if label.startswith("I-") else 0.0 for label in labels]
    back = []
    for row in logits[1:]:
        paths = best[:, None] + allowed
        back.append(paths.argmax(axis=0))
        best = paths.max(axis=0) + row
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return path[::-1]


def decode(outputs, row, size, labels):
    """The annotation of sentence `row`, of `size` words, as lists of labels, and heads (0 the root, words from 1)."""
    heads = tree(outputs["arc"][row, :size, : size + 1].astype(float))
    rels = outputs["rel"][row, np.arange(size), heads].argmax(axis=-1)
    return {
        "upos": [labels.upos[i] for i in outputs["upos"][row, :size].argmax(axis=-1)],
        "xpos": [labels.xpos[i] for i in outputs["xpos"][row, :size].argmax(axis=-1)],
        "lemma": [labels.lemma[i] for i in outputs["lemma"][row, :size].argmax(axis=-1)],
        "entity": [labels.entity[i] for i in entity_path(outputs["entity"][row, :size], labels.entity)],
        "head": heads,
        "rel": [labels.deprel[i] for i in rels],
    }


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
