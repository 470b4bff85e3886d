"""Write what PyTorch's optimizers make of one tensor in five steps.

    python make_optimizers.py [--out DIR]

The gradients are not those of a model: gradient k is `initial_values(k + 1)`, and the parameter
starts as `initial_values(0)`, of make_fixtures.py. All is computed in float64.
"""

import argparse
import base64
import json
from pathlib import Path

import torch

from make_fixtures import initial_values

COUNT, STEPS = 600, 5
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1),
}


def array(tensor):
    data = tensor.detach().numpy().astype("<f8").tobytes()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


def run(make):
    parameter = torch.nn.Parameter(initial_values(0, (COUNT,), 0).double())
    optimizer = make([parameter])
    for step in range(STEPS):
        parameter.grad = initial_values(step + 1, (COUNT,), 0).double()
        optimizer.step()
    return array(parameter)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().out
    reference = {
        "count": COUNT, "steps": STEPS, "learningRate": 0.01, "torch": torch.__version__,
        "parameters": {name: run(make) for name, make in OPTIMIZERS.items()},
    }
    (folder / "optimizers.json").write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
