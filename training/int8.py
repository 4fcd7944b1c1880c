"""The int8 form of the model: what crates/attache-nlp computes, in PyTorch.

Weights have seven bits and a scale for each output; inputs have eight bits and a scale for each row, found as the model runs, so that
a window's result does not depend on what else is read with it. Seven bits, because then the products of two bytes can be added in
16 bits, as processors without special units do, and all processors give the same sums.
"""

import torch
from torch import nn

WEIGHT_LEVELS, INPUT_LEVELS = 64, 127
SMOOTHING = 0.6  # Share of an input channel's spread that goes into the weights.
FLOAT = ("happened", "cue", "state", "answer", "of_first", "of_second")  # Products too small to be worth it.


class Int8Linear(nn.Module):
    """A linear map in whole numbers. `inverse` divides inputs by what their weights were multiplied with."""

    def __init__(self, linear, stretch=None):
        super().__init__()
        weight = linear.weight.detach()
        self.inverse = None if stretch is None else 1 / stretch
        weight = weight if stretch is None else weight * stretch
        self.scale = weight.abs().amax(dim=1).clamp(min=1e-8) / WEIGHT_LEVELS
        self.weight = (weight / self.scale[:, None]).round()
        self.bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, x):
        x = x if self.inverse is None else x * self.inverse
        step = x.abs().amax(dim=-1, keepdim=True).clamp(min=1e-8) / INPUT_LEVELS
        # Sums of whole numbers below 2^24 are exact in floats.
        y = ((x / step).round() @ self.weight.T) * (step * self.scale)
        return y if self.bias is None else y + self.bias


class Int8Embedding(nn.Module):
    """An embedding table of bytes with one scale a row: a quarter of the size, at an error of at most 0.4 % of a row's largest weight."""

    def __init__(self, embedding):
        super().__init__()
        weight = embedding.weight.detach()
        self.scale = weight.abs().amax(dim=1).clamp(min=1e-8) / 127
        self.weight = (weight / self.scale[:, None]).round()

    def forward(self, ids):
        return self.weight[ids] * self.scale[ids][..., None]


@torch.no_grad()
def smooth(encoder, layout, windows):
    """Finds by how much to stretch the weights of each input channel, so that inputs are the more alike (SmoothQuant).

    A few channels are far larger than the rest, and the one scale that a row shares would leave the rest few steps."""
    largest, hooks = {}, []
    for layer in encoder.layers:
        for name in ("qkv", "out", "widen", "narrow"):

            def note(module, inputs, _):
                seen = inputs[0].abs().flatten(0, 1).amax(dim=0)
                largest[module] = torch.maximum(largest.get(module, seen), seen)

            hooks.append(getattr(layer, name).register_forward_hook(note))
    for window in windows:
        inputs = layout.inputs([window])
        encoder(*(torch.from_numpy(inputs[name]) for name in ("input_ids", "case_ids", "attention_mask")))
    for hook in hooks:
        hook.remove()
    for module, inputs in largest.items():
        weights = module.weight.abs().amax(dim=0)
        stretch = inputs.clamp(min=1e-4) ** SMOOTHING / weights.clamp(min=1e-4) ** (1 - SMOOTHING)
        module.stretch = stretch / stretch.log().mean().exp()


def quantised(model, prefix=""):
    """Replaces the linear maps and the table of pieces of a model by their int8 form, in place."""
    for name, child in list(model.named_children()):
        if isinstance(child, nn.Linear) and name not in FLOAT:
            setattr(model, name, Int8Linear(child, getattr(child, "stretch", None)))
        elif isinstance(child, nn.Embedding) and name == "pieces":
            setattr(model, name, Int8Embedding(child))
        else:
            quantised(child)


def state_of(model):
    """All tensors by name: `X.weight` in bytes with `X.scale`, and `X.bias` and `X.inverse` where there are such; floats for the rest."""
    tensors = {}
    for name, module in model.named_modules():
        if isinstance(module, (Int8Linear, Int8Embedding)):
            tensors[f"{name}.weight"] = module.weight.to(torch.int8)
            for part in ("scale", "bias", "inverse"):
                if getattr(module, part, None) is not None:
                    tensors[f"{name}.{part}"] = getattr(module, part).float()
        else:
            tensors |= {f"{name}.{key}": value.detach() for key, value in module.named_parameters(recurse=False)}
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def float_state(tensors):
    """The state of a float model (`Tagger`) from the tensors of an int8 file, for runtimes and checks that compute in floats."""
    state = {}
    for name, tensor in tensors.items():
        owner, part = name.rsplit(".", 1)
        if part in ("scale", "inverse"):
            continue
        value = tensor.float()
        if part == "weight" and f"{owner}.scale" in tensors:
            value = value * tensors[f"{owner}.scale"][:, None]
            if f"{owner}.inverse" in tensors:
                value = value * tensors[f"{owner}.inverse"]
        state[name] = value
    return state
