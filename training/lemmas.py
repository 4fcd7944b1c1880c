"""Writes models/en/lemmas.tsv: what the dictionary form of a word is, by form and Penn tag.

    python lemmas.py --data ../../shared/data --knowledge ../knowledge --out ../models/en/lemmas.tsv

Rows come from the lemmas of UD English EWT, train (form, tag, most frequent lemma; open classes), and from the verbs and
nouns of the project's own lexicons, as their own dictionary forms. The reader looks a word up here first; for other words it
takes the best lemma script of the model that leads to a dictionary form of this table.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

OPEN = {"NOUN", "VERB", "ADJ", "ADV", "AUX"}
BASE = {"VERB": "VB", "NOUN": "NN", "ADJ": "JJ"}


def treebank(path):
    counts = defaultdict(Counter)
    for line in open(path, encoding="utf-8"):
        cells = line.rstrip("\n").split("\t")
        if len(cells) != 10 or not cells[0].isdigit() or cells[3] not in OPEN:
            continue
        form, lemma, tag, features = cells[1].lower(), cells[2], cells[4], cells[5]
        if form.isalpha() and lemma.isalpha() and "Typo=Yes" not in features and "Abbr=Yes" not in features:
            counts[form, tag][lemma.lower()] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in counts.items()}


def lexicon(folder):
    found = {}
    for name in ("triggers.tsv", "speech.tsv", "support.tsv", "responses.tsv", "standings.tsv", "realis.tsv"):
        for line in open(folder / "lexicon" / "en" / name, encoding="utf-8"):
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(cells) < 2 or cells[1] not in BASE:
                continue
            for lemma in cells[0].split("|"):
                lemma = lemma.split(" ")[0]
                if lemma.isalpha():
                    found[lemma, BASE[cells[1]]] = lemma
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path, default=Path("../knowledge"))
    parser.add_argument("--out", type=Path, default=Path("../models/en/lemmas.tsv"))
    options = parser.parse_args()
    table = treebank(options.data / "syntax" / "en_ewt-ud-train.conllu")
    for key, lemma in lexicon(options.knowledge).items():
        table.setdefault(key, lemma)
    with open(options.out, "w", encoding="utf-8") as out:
        out.write("# Dictionary forms by form and Penn tag.\n")
        out.write("# source: UD English EWT 2.16, train; the project's lexicons; made by training/lemmas.py\n")
        out.write("# licence: CC BY-SA 4.0\n")
        out.write("form\ttag\tlemma\n")
        for (form, tag), lemma in sorted(table.items()):
            out.write(f"{form}\t{tag}\t{lemma}\n")
    print(f"{options.out}: {len(table)} rows")


if __name__ == "__main__":
    main()
