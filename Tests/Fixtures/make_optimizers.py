"""Write what PyTorch's optimizers make of a few tensors in five steps, and what they hold meanwhile.

    python make_optimizers.py [--out DIR]

The gradients are not those of a model: gradient k is `initial_values(k + 1)`, and the parameter
starts as `initial_values(0)`, of make_fixtures.py. Parameters are computed in float64, in the
three shapes that Adafactor treats each in its own way: one vector, one matrix, and matrices one below
the other. Temporaries are those of the second step of float32 parameters of the shapes of a model,
which the tests name: the most bytes of storages that were alive besides parameters, gradients and states.
"""

import argparse
import base64
import json
import weakref
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from make_fixtures import initial_values

COUNT, STEPS = 600, 5
SHAPES = {"vector": (600,), "matrix": (20, 30), "matrices": (3, 20, 10)}
OPTIMIZERS = {
    "sgd": lambda p, **how: torch.optim.SGD(p, lr=0.01, **how),
    "momentum": lambda p, **how: torch.optim.SGD(p, lr=0.01, momentum=0.9, **how),
    "adam": lambda p, **how: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, **how),
    "adamw": lambda p, **how: torch.optim.AdamW(
        p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, **how),
    # The eps of float64 would be another.
    "adafactor": lambda p, **how: torch.optim.Adafactor(
        p, lr=0.01, eps=(torch.finfo(torch.float32).eps, 1e-3), **how),
}
IMPLEMENTATIONS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "loop": {"foreach": False}}


def array(tensor):
    data = tensor.detach().numpy().astype("<f8").tobytes()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


def run(make, shape):
    parameter = torch.nn.Parameter(initial_values(0, shape, 0).double())
    optimizer = make([parameter])
    for step in range(STEPS):
        parameter.grad = initial_values(step + 1, shape, 0).double()
        optimizer.step()
    return array(parameter)


class Alive(TorchDispatchMode):
    """Adds up the storages that ops make, while they are there; those in `known` do not count."""

    def __init__(self, known):
        super().__init__()
        self.known = {tensor.untyped_storage()._cdata for tensor in known}
        self.sizes, self.now, self.most = {}, 0, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor):
                self.note(tensor.untyped_storage())
        return result

    def note(self, storage):
        key = storage._cdata
        if key in self.known or key in self.sizes:
            return
        self.sizes[key] = storage.nbytes()
        self.now += storage.nbytes()
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self.gone, key)

    def gone(self, key):
        self.now -= self.sizes.pop(key)


def temporaries(make, how, shapes):
    parameters = [torch.nn.Parameter(torch.ones(shape)) for shape in shapes]
    optimizer = make(parameters, **how)
    for _ in range(2):
        for parameter in parameters:
            parameter.grad = torch.ones_like(parameter)
        states = [value for state in optimizer.state.values() for value in state.values()]
        alive = Alive([*parameters, *(p.grad for p in parameters),
                       *(value for value in states if isinstance(value, torch.Tensor))])
        with alive:
            optimizer.step()
    return alive.most


def gpt2_tiny():
    """The shapes of the preset gpt2-tiny, in the order of its parameters."""
    h, f = 32, 128
    block = [(h,), (h,), (3 * h, h), (3 * h,), (h, h), (h,), (h,), (h,), (f, h), (f,), (h, f), (h,)]
    return [(256, h), (64, h), *block, *block, (h,), (h,)]


def mixtral_mini():
    """The shapes of the preset mixtral-mini."""
    h, f, experts = 64, 96, 4
    block = [(h,), (2 * h, h), (h, h), (h,), (experts, h), (experts, f, h), (experts, f, h),
             (experts, h, f)]
    return [(256, h), *block, *block, (h,), (256, h)]


def all_temporaries(shapes):
    return {name: {how: temporaries(make, options, shapes)
                   for how, options in IMPLEMENTATIONS.items()
                   if (name, how) != ("adafactor", "fused")}
            for name, make in OPTIMIZERS.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().out
    reference = {
        "count": COUNT, "steps": STEPS, "learningRate": 0.01, "torch": torch.__version__,
        "parameters": {name: run(make, (COUNT,)) for name, make in OPTIMIZERS.items()},
        "adafactor": {kind: run(OPTIMIZERS["adafactor"], shape) for kind, shape in SHAPES.items()},
        "temporaries": {
            "gpt2-tiny": all_temporaries(gpt2_tiny()),
            "mixtral-mini": all_temporaries(mixtral_mini()),
        },
    }
    (folder / "optimizers.json").write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
