"""Holds attache-eval's scorer of trees against the script of the CoNLL 2018 shared task.

    python bench/conll18.py --data ../shared/data

Three comparisons on the dev part of UD English EWT: the model's trees of the treebank's words; its trees of raw text; and the gold
itself with many kinds of errors put in, which reaches measures (features, sentence cuts, tokens) that the model's trees hardly move.
Exits with 1 when any precision, recall, F1 or accuracy differs by 0.005 of a percentage point or more. The script is taken out of
PyPI's `stanza`, since its licence (MPL-2.0) is not the repository's.
"""

import argparse
import importlib.util
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import measure

# Later versions no longer hold the script.
PACKAGE, SCRIPT = "stanza==1.8.2", "stanza/utils/conll18_ud_eval.py"
MEASURES = ["Tokens", "Sentences", "Words", "UPOS", "XPOS", "UFeats", "AllTags", "Lemmas", "UAS", "LAS", "CLAS", "MLAS", "BLEX"]
ID, FORM, LEMMA, UPOS, XPOS, FEATS, HEAD, DEPREL, DEPS, MISC = range(10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    measure.add_arguments(parser)
    options = parser.parse_args()
    work = measure.work_folder(options)
    official = official_script(work)
    gold = options.data / "syntax/en_ewt-ud-dev.conllu"
    program = options.programs / "attache-eval"

    systems = {name: work / f"{name}.conllu" for name in ("words given", "raw text", "gold with errors")}
    for name, flags in (("words given", []), ("raw text", ["--raw"])):
        command = [program, "syntax", "--data", options.data, "--gold", measure.BENCH.parent / "gold", "--conllu", systems[name], *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    systems["gold with errors"].write_text(with_errors(gold.read_text(encoding="utf-8"), random.Random(1)), encoding="utf-8")

    results, worst = {}, 0.0
    for name, system in systems.items():
        ours, theirs = scores_of_attache(program, gold, system), scores_of_script(official, gold, system)
        print(f"{name}\n  {'measure':<10}{'attache-eval F1':>16}{'conll18_ud_eval F1':>20}")
        for measured in MEASURES:
            print(f"  {measured:<10}{ours[measured]['f1']:>16.2f}{theirs[measured]['f1']:>20.2f}")
            for kind, value in theirs[measured].items():
                worst = max(worst, abs((value or 0.0) - (ours[measured][kind] or 0.0)))
        results[name] = {m: {"attache-eval": round(ours[m]["f1"], 2), "conll18_ud_eval": round(theirs[m]["f1"], 2)} for m in MEASURES}
    print(f"largest difference of any precision, recall, F1 or accuracy on aligned words: {worst:.6f}")
    measure.record("conll18", {"data": "UD English EWT 2.16, dev", "f1": results, "largest_difference": round(worst, 6)})
    sys.exit(1 if worst >= 0.005 else 0)


def official_script(work):
    """The shared task's script as a module."""
    script = work / SCRIPT
    if not script.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", work, PACKAGE], check=True)
        with zipfile.ZipFile(next(work.glob("stanza-*.whl"))) as wheel:
            wheel.extract(SCRIPT, work)
    spec = importlib.util.spec_from_file_location("conll18_ud_eval", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scores_of_attache(program, gold, system):
    """Measure → its numbers in percent, from `attache-eval conll18`."""
    output = subprocess.run([program, "conll18", gold, system, "--format", "json"], check=True, stdout=subprocess.PIPE).stdout
    return {line.pop("measure"): line for line in map(json.loads, output.splitlines())}


def scores_of_script(official, gold, system):
    """The same from the shared task's script."""
    found = official.evaluate(*(official.load_conllu_file(str(path)) for path in (gold, system)))

    def numbers(score):
        shares = {"precision": score.precision, "recall": score.recall, "f1": score.f1, "aligned": score.aligned_accuracy}
        return {name: share if share is None else 100 * share for name, share in shares.items()}

    return {name: numbers(found[name]) for name in MEASURES}


def with_errors(text, chance):
    """CoNLL-U with about a tenth of everything wrong. The characters stay, and the trees stay trees."""
    blocks = [[line.split("\t") for line in block.split("\n") if line and not line.startswith("#")] for block in text.split("\n\n")]
    sentences = [[row for row in rows if "." not in row[ID]] for rows in blocks if rows]
    out, i = [], 0
    while i < len(sentences):
        rows = sentences[i]
        if chance.random() < 0.1 and i + 1 < len(sentences):
            i += 1
            rows = joined(rows, sentences[i])
        i += 1
        out.append(disturbed(rows, chance))
    return "".join("".join("\t".join(row) + "\n" for row in rows) + "\n" for rows in out)


def joined(first, second):
    """Two sentences as one: the second root depends on the first."""
    shift = sum(row[ID].isdigit() for row in first)
    root = next(row[ID] for row in first if row[HEAD] == "0")
    moved = []
    for row in second:
        row = list(row)
        row[ID] = "-".join(str(int(part) + shift) for part in row[ID].split("-"))
        if row[HEAD] == "0":
            row[HEAD], row[DEPREL] = root, "parataxis"
        elif row[HEAD] != "_":
            row[HEAD] = str(int(row[HEAD]) + shift)
        moved.append(row)
    return first + moved


def disturbed(rows, chance):
    """A sentence with errors in every column that counts."""
    words = [list(row) for row in rows if row[ID].isdigit()]
    heads = {row[HEAD] for row in words}
    wrong = {LEMMA: ["thing", "_"], UPOS: ["NOUN", "VERB", "AUX"], XPOS: ["NN", "VB"], FEATS: ["_", "Number=Plur", "Number=Sing|Typo=Yes"]}
    for row in words:
        for column, values in wrong.items():
            if chance.random() < 0.1:
                row[column] = chance.choice(values)
        if row[DEPREL] != "root" and chance.random() < 0.1:
            row[DEPREL] = chance.choice(["obl", "nmod:poss", "aux", "case", "punct", "acl:relcl", "flat", "list"])
        # What nothing depends on can hang anywhere without a circle.
        if row[HEAD] != "0" and row[ID] not in heads and chance.random() < 0.1:
            row[HEAD] = chance.choice([other[ID] for other in words if other is not row])
            heads.add(row[HEAD])
    return with_other_tokens(words, {row[ID].split("-")[0]: row for row in rows if "-" in row[ID]}, chance)


def with_other_tokens(words, ranges, chance):
    """The words, with some tokens of several words taken away, some put over two tokens, and some cut elsewhere."""
    taken = {n for row in ranges.values() for n in range(int(row[ID].split("-")[0]), int(row[ID].split("-")[1]) + 1)}
    out = []
    for number, row in enumerate(words, 1):
        held = ranges.get(row[ID])
        if held:
            inside = words[number - 1 : int(held[ID].split("-")[1])]
            if chance.random() < 0.7 or "".join(word[FORM] for word in inside) != held[FORM]:
                out.append(held)
                if chance.random() < 0.3 and len(row[FORM]) > 1:
                    row[FORM], inside[1][FORM] = row[FORM][:-1], row[FORM][-1] + inside[1][FORM]
        elif number < len(words) and not taken & {number, number + 1} and chance.random() < 0.02:
            out.append([f"{number}-{number + 1}", row[FORM] + words[number][FORM], *["_"] * 8])
            taken |= {number, number + 1}
        out.append(row)
    return out


if __name__ == "__main__":
    main()
