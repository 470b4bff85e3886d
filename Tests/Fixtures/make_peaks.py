"""Writes peaks.json: what PyTorch holds at most in an update of GPT-2s, in bytes as they were asked for.

A steady update is profiled on the CPU, whose allocations have the sizes of those on any device but for
rounding: weights and optimizer states are there before it, everything else is a pair of events. Where
what a kernel needs for itself differs between devices, as in tiled attention, the shapes here are those
at whose peak no such kernel runs.

    pip install torch==2.13.0+cpu transformers==5.23.0
    python make_peaks.py > peaks.json
"""

import json

import torch
from torch.profiler import ProfilerActivity, profile
from transformers import GPT2Config, GPT2LMHeadModel


def model(case):
    torch.manual_seed(0)
    return GPT2LMHeadModel(
        GPT2Config(
            n_layer=case["layers"], n_embd=case["hidden"], n_head=case["heads"],
            vocab_size=case["vocabulary"], n_positions=case["sequence"],
            tie_word_embeddings=case["tiedHead"], activation_function="gelu_pytorch_tanh",
            attn_implementation="eager" if case["attention"] == "eager" else "sdpa",
            resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, use_cache=False))


def update(network, optimizer, tokens, accumulate):
    for _ in range(accumulate):
        scores = network(input_ids=tokens).logits.flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(scores, tokens.flatten())
        # Nobody else holds the logits during backward.
        del scores
        loss.backward()
        del loss
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def size(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def peak(case):
    network = model(case)
    optimizer = torch.optim.AdamW(network.parameters(), foreach=False)
    tokens = torch.randint(0, case["vocabulary"], (case["batch"], case["sequence"]))
    update(network, optimizer, tokens, case["accumulate"])
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        update(network, optimizer, tokens, case["accumulate"])
    events = [e for e in profiled.profiler.kineto_results.events() if e.name() == "[memory]"]
    held = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        held += event.nbytes()
        most = max(most, held)
    assert held == 0
    states = [s for state in optimizer.state.values() for n, s in state.items() if n != "step"]
    return size(network.parameters()) + size(states) + most


def cases():
    shapes = [
        # The head has most at once, with a vocabulary that is small and one that is large.
        dict(vocabulary=1000, sequence=128, batch=4),
        dict(vocabulary=8000, sequence=128, batch=4),
        # The embedding's gradients, or the update, have more than a few activations.
        dict(vocabulary=8000, sequence=32, batch=1),
    ]
    for shape in shapes:
        for attention in ["eager", "flash"]:
            for tied in [True, False]:
                for accumulate in [1, 2]:
                    yield dict(
                        layers=4, hidden=256, heads=4, tiedHead=tied, attention=attention,
                        accumulate=accumulate, **shape)


print(json.dumps([dict(case, peak=peak(case)) for case in cases()], indent=1))
