"""Mixes the weights of a checkpoint with those that its training started from.

    python mix.py --work build --start start.safetensors --share 0.25

A model that went on from another forgets a little of what that one knew; the mean of the two often keeps both (Wortsman et al. 2022).
Writes `checkpoint.pt` anew, with `share` of each weight from the start, where it has that weight.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", type=Path, default=Path("build"), help="folder with checkpoint.pt")
    parser.add_argument("--start", type=Path, required=True, help="weights in floats")
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--weights", type=Path, help="write the weights here instead, as a start for train.py")
    options = parser.parse_args()
    state = torch.load(options.work / "checkpoint.pt", weights_only=True)
    start = load_file(options.start)
    mixed = {
        name: (weight * (1 - options.share) + start[name] * options.share if name in start else weight).contiguous()
        for name, weight in state["model"].items()
    }
    if options.weights:
        save_file(mixed, options.weights)
    else:
        torch.save({**state, "model": mixed}, options.work / "checkpoint.pt")


if __name__ == "__main__":
    main()
