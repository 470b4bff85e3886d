#!/usr/bin/env python3
"""Writes saved-half.json: what autograd keeps of GPT-2 in runs of 16 bits.

Two kinds of run, both on the CPU and on the shapes of make_fixtures.py:

  bf16-pure  the whole model in bfloat16.  CUDA's layer norm keeps its statistics in float32
             where the CPU's keeps them in the model's type (T_ACC in layer_norm_kernel.cu), so
             they are counted as four bytes each.
  autocast   what torch.autocast does on CUDA, cast by cast (aten/src/ATen/autocast_mode.h): linear
             layers and matrix products in bfloat16, of copies of the weights; layer norm, softmax
             and cross-entropy in float32.  On the CPU autocast has other lists, hence by hand.

Usage: saved_half.py [directory]        (torch 2.13, no GPU)
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

import make_fixtures as full

HALF = torch.bfloat16


class CastLinear(nn.Linear):
    """A linear layer under autocast."""

    def forward(self, x):
        return F.linear(x.to(HALF), self.weight.to(HALF), self.bias.to(HALF))


def cast_eager(self, query, key, value):
    """Eager attention under autocast: products in 16 bits, softmax in 32."""
    length = query.shape[-2]
    scores = query @ key.transpose(-2, -1) * (1 / math.sqrt(query.shape[-1]))
    scores = scores.masked_fill(self.future[:length, :length], -math.inf)
    return self.dropout(scores.float().softmax(dim=-1)).to(HALF) @ value


def autocast_model(shape, attention, dropout):
    """A model whose linear layers and attention cast as autocast does."""
    model = full.make_model(shape, attention=attention, dropout=dropout)
    for module in model.modules():
        if type(module) is nn.Linear:
            module.__class__ = CastLinear
        elif isinstance(module, full.Attention):
            module.eager = cast_eager.__get__(module)
    return model


def autocast_logits(model, tokens):
    """The whole model, its head in 16 bits."""
    x = model.embedding(tokens)
    for block in model.block:
        x = block(x)
    token = model.embedding.token
    return F.linear(model.final_norm(x).to(HALF), token.to(HALF))


def statistics_in_float32(storage):
    """The bytes of a storage, with the statistics of norms in float32."""
    fields = {(by["node"], by["field"]) for by in storage["savedBy"]}
    if fields <= {("NativeLayerNormBackward0", "result1"), ("NativeLayerNormBackward0", "result2")}:
        return 4 * math.prod(storage["savedBy"][0]["shape"])
    return storage["bytes"]


def row(shape, kind, attention, dropout):
    """One row of the file."""
    inputs, targets = full.make_batch(shape)
    if kind == "autocast":
        model = autocast_model(shape, attention, dropout)
        def compute():
            return full.mean_loss(autocast_logits(model, inputs).float(), targets)
    else:
        model = full.make_model(shape, attention=attention, dropout=dropout).to(HALF)
        def compute():
            return full.mean_loss(model(inputs), targets)
    saved = full.SavedTensors(model)
    saved.record(compute)
    owned = [*model.parameters(), *model.buffers(), inputs, targets]
    storages = saved.storages({t.untyped_storage().data_ptr() for t in owned})
    for storage in storages:
        storage["bytes"] = statistics_in_float32(storage)
    parts = full.sum_of_parts(shape, storages)
    return {
        "shape": shape.as_json(),
        "kind": kind,
        "attention": attention,
        "dropout": dropout,
        "totalBytes": sum(parts.values()),
        "parts": parts,
    }


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    rows = [
        row(shape, kind, attention, dropout)
        for shape in full.saved_shapes()
        for kind in ("bf16-pure", "autocast")
        for attention in full.ATTENTIONS
        for dropout in ("none", "native")
    ]
    content = {"format": __doc__, "torch": torch.__version__, "rows": rows}
    (folder / "saved-half.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
