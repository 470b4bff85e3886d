"""Write the PyTorch reference data that an implementation of GPT-2 is held to.

    python make_fixtures.py [--out DIR]

Needs torch and numpy, nothing else, and runs in seconds on a CPU.  Three files
are written:

gpt2-tiny-numbers.json    what one tiny model computes: logits, losses, every
                          gradient, and every weight after three AdamW steps
saved-for-backward.json   which tensors PyTorch keeps between forward and
                          backward, and how many bytes they are
flops.json                matrix FLOPs as PyTorch's own counter sees them

The script does not only write: it first derives what it can on paper (bytes
and FLOPs in closed form) and stops if PyTorch disagrees.
"""

import argparse
import base64
import json
import math
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def require(condition, message):
    """Stop with `message` unless `condition` holds (unlike assert, under -O too)."""
    if not condition:
        raise SystemExit(f"make_fixtures: {message}")


# --------------------------------------------------------------------------
# Reproducible weights and tokens
# --------------------------------------------------------------------------

def mix(x):
    """splitmix64's finaliser on an array of unsigned 64-bit integers.

    The input is first multiplied by the golden-ratio constant, which is where
    splitmix64's counter would be after x steps from zero.  All arithmetic is
    modulo 2^64, which is what numpy's uint64 does.
    """
    z = np.asarray(x, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def initial_values(index, shape, base):
    """The float32 initial values of the parameter at `index`.

    u - 0.5 and its quarter are exact in float32.  Adding base 1 is not: that
    sum is rounded once, to nearest even.  Evaluating the expression in
    float32, or in float64 followed by one conversion, gives the same bits.
    """
    count = math.prod(shape)
    seeds = np.uint64((index + 1) * 1_000_003 + 1) + np.arange(count, dtype=np.uint64)
    unit = (mix(seeds) >> np.uint64(40)).astype(np.float32) / np.float32(2**24)
    values = np.float32(base) + (unit - np.float32(0.5)) * np.float32(0.25)
    return torch.from_numpy(values.reshape(shape))


def token_sequence(count, vocabulary):
    """`count` token ids, each the mixed value of 0xA55A + j modulo the vocabulary."""
    seeds = np.uint64(0xA55A) + np.arange(count, dtype=np.uint64)
    return torch.from_numpy((mix(seeds) % np.uint64(vocabulary)).astype(np.int64))


def make_batch(shape):
    """Inputs [b, s], and targets [b, s] that are the tokens one further on.

    "One further on" is meant on the flat index, so that the last target of one
    sequence is the first input of the next.
    """
    tokens = token_sequence(shape.batch * shape.sequence + 1, shape.vocabulary)
    size = (shape.batch, shape.sequence)
    # Two separate storages: neither may hide behind the other when counting.
    return tokens[:-1].reshape(size).clone(), tokens[1:].reshape(size).clone()


# --------------------------------------------------------------------------
# The model
# --------------------------------------------------------------------------

@dataclass(frozen=True)
class Shape:
    """Everything that decides the size of a GPT-2 training step."""

    batch: int
    sequence: int
    layers: int
    hidden: int
    heads: int
    vocabulary: int
    positions: int
    feed_forward: int

    def as_json(self):
        """The fields under the names used in the files."""
        return {camel_case(name): value for name, value in asdict(self).items()}


def no_dropout(x):
    """Dropout switched off."""
    return x


def native_dropout(x, p=0.1):
    """The op that F.dropout becomes on CUDA: it keeps a mask of one byte each."""
    return torch.native_dropout(x, p, True)[0]


def cpu_dropout(x, p=0.1):
    """What F.dropout is on the CPU: a product with a mask of x's own type."""
    return F.dropout(x, p, training=True)


DROPOUT = {"none": no_dropout, "native": native_dropout, "cpu": cpu_dropout}


class Embedding(nn.Module):
    """Token embedding plus learned position embedding, then dropout."""

    def __init__(self, shape, dropout):
        super().__init__()
        self.token = nn.Parameter(torch.empty(shape.vocabulary, shape.hidden))
        self.position = nn.Parameter(torch.empty(shape.positions, shape.hidden))
        self.register_buffer("indices", torch.arange(shape.positions))
        self.dropout = dropout

    def forward(self, tokens):
        indices = self.indices[:tokens.shape[1]]
        return self.dropout(
            F.embedding(tokens, self.token) + F.embedding(indices, self.position)
        )


class Attention(nn.Module):
    """Causal self-attention, either spelled out or through the fused function."""

    def __init__(self, shape, kind, dropout):
        super().__init__()
        self.heads = shape.heads
        self.kind = kind
        self.dropout = dropout
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.projection = nn.Linear(shape.hidden, shape.hidden)
        # True above the diagonal: the places a position must not look at.
        future = torch.ones(shape.positions, shape.positions, dtype=torch.bool).triu(1)
        self.register_buffer("future", future)

    def forward(self, x):
        query, key, value = (
            self.split_heads(part) for part in self.qkv(x).chunk(3, dim=-1)
        )
        attend = self.eager if self.kind == "eager" else self.fused
        mixed = attend(query, key, value)
        return self.projection(mixed.transpose(1, 2).reshape(x.shape))

    def split_heads(self, x):
        """[b, s, h] seen as [b, heads, s, h / heads]."""
        batch, sequence, hidden = x.shape
        return x.view(batch, sequence, self.heads, hidden // self.heads).transpose(1, 2)

    def eager(self, query, key, value):
        """Scores, scale, mask, softmax, dropout and weighted sum, one op each."""
        length = query.shape[-2]
        scores = query @ key.transpose(-2, -1) * (1 / math.sqrt(query.shape[-1]))
        scores = scores.masked_fill(self.future[:length, :length], -math.inf)
        return self.dropout(scores.softmax(dim=-1)) @ value

    def fused(self, query, key, value):
        """The same in one op, always without dropout on the probabilities.

        With dropout the CPU falls back to the op-by-op path, while fused GPU
        kernels redraw the mask from a seed and keep none: so leaving it out
        here gives the closer account of the fused kernels.
        """
        return F.scaled_dot_product_attention(query, key, value, is_causal=True)


class FeedForward(nn.Module):
    """Two linear layers around the tanh form of GELU."""

    def __init__(self, shape):
        super().__init__()
        self.up = nn.Linear(shape.hidden, shape.feed_forward)
        self.down = nn.Linear(shape.feed_forward, shape.hidden)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, shape, kind, dropout):
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.hidden, eps=1e-5)
        self.attention = Attention(shape, kind, dropout)
        self.mlp_norm = nn.LayerNorm(shape.hidden, eps=1e-5)
        self.mlp = FeedForward(shape)
        self.dropout = dropout

    def forward(self, x):
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        return x + self.dropout(self.mlp(self.mlp_norm(x)))


class GPT2(nn.Module):
    """GPT-2 whose output head is the token embedding again, without bias."""

    def __init__(self, shape, attention="eager", dropout="none"):
        super().__init__()
        drop = DROPOUT[dropout]
        self.embedding = Embedding(shape, drop)
        self.block = nn.ModuleList(
            Block(shape, attention, drop) for _ in range(shape.layers)
        )
        self.final_norm = nn.LayerNorm(shape.hidden, eps=1e-5)

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.block:
            x = block(x)
        return F.linear(self.final_norm(x), self.embedding.token)


def camel_case(name):
    """attention_norm -> attentionNorm."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def named_parameters(model):
    """(name as in the files, parameter), in the order that fixes the indices."""
    return [(camel_case(name), p) for name, p in model.named_parameters()]


def expected_names(layers):
    """The names and their order, written down independently of the modules."""
    names = ["embedding.token", "embedding.position"]
    parts = ("attentionNorm", "attention.qkv", "attention.projection",
             "mlpNorm", "mlp.up", "mlp.down")
    for i in range(layers):
        for part in parts:
            names += [f"block.{i}.{part}.weight", f"block.{i}.{part}.bias"]
    return names + ["finalNorm.weight", "finalNorm.bias"]


def make_model(shape, dtype=torch.float32, **options):
    """A model carrying the reproducible initial weights."""
    model = GPT2(shape, **options).to(dtype)
    names = [name for name, _ in named_parameters(model)]
    require(names == expected_names(shape.layers), f"unexpected parameters {names}")
    with torch.no_grad():
        for index, (name, parameter) in enumerate(named_parameters(model)):
            base = 1 if name.endswith("Norm.weight") else 0
            parameter.copy_(initial_values(index, tuple(parameter.shape), base))
    return model


def mean_loss(logits, targets):
    """Cross-entropy averaged over all b * s positions."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


# --------------------------------------------------------------------------
# File a: numbers
# --------------------------------------------------------------------------

TINY = Shape(batch=2, sequence=12, layers=2, hidden=32, heads=4,
             vocabulary=61, positions=16, feed_forward=128)
STEPS = 3
OPTIMIZER = {
    "learningRate": 1e-3,
    "beta1": 0.9,
    "beta2": 0.95,
    "epsilon": 1e-8,
    "weightDecay": 0.1,
    "clipNorm": 1.0,
}

NUMBERS_FORMAT = """\
Arrays are {"shape": [...], "data": base64 of little-endian float64, row-major}.
Linear weights are [out, in]; qkv rows are query, key, value, and heads are \
contiguous within each. The head is embedding.token again.
Initial weights, not stored: parameter p (its place in parameterOrder, from 0), \
flat element i, in float32: base + (u - 0.5) * 0.25 with base 1 for names ending \
in Norm.weight and 0 otherwise, u = (mix((p + 1) * 1000003 + i + 1) >> 40) / 2^24. \
Adding base 1 rounds once, to nearest even; all else is exact. The float64 run \
starts from these float32 values.
mix(x), modulo 2^64: z = x * 0x9E3779B97F4A7C15; \
z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9; \
z = (z ^ (z >> 27)) * 0x94D049BB133111EB; z ^ (z >> 31).
tokens: b*s+1 ids, token j = mix(0xA55A + j) mod vocabulary (unsigned). \
Flat position n reads token n and must predict token n + 1.
losses[k]: mean loss after k steps; logits and gradients: at the initial weights, \
gradients not clipped; gradientNorms[k]: global norm before clipping in step k + 1; \
finalWeights: after the last step, all on the same batch.
A step: every gradient is multiplied by min(1, clipNorm / (norm + 1e-6)), then \
AdamW with bias correction, weight decay only on parameters of two or more dimensions \
(w -= learningRate * weightDecay * w first).
float32: the same run in float32; relativeError is max|f32 - f64| / max|f64| per tensor. \
The gradient of a key bias is zero on paper (softmax ignores a shift), so what is computed \
for it is rounding noise, which AdamW then enlarges: finalWeights lists qkv.bias \
also by its three thirds; compare the key third loosely or not at all. Other weights \
whose gradient comes near epsilon show the same in small, so that a weight is best compared \
in units of learningRate. Errors in float32 depend a little on the machine."""


def encode(tensor):
    """A tensor as shape and base64 of little-endian float64."""
    data = tensor.detach().to(torch.float64).contiguous().numpy().astype("<f8")
    return {
        "shape": list(tensor.shape),
        "data": base64.b64encode(data.tobytes()).decode("ascii"),
    }


def make_optimizer(model):
    """AdamW that decays matrices and leaves biases and norms alone."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2],
         "weight_decay": OPTIMIZER["weightDecay"]},
        {"params": [p for p in parameters if p.dim() < 2],
         "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups,
        lr=OPTIMIZER["learningRate"],
        betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]),
        eps=OPTIMIZER["epsilon"],
    )


def copies(pairs):
    """(name, tensor) pairs as a dictionary of copies."""
    return {name: tensor.detach().clone() for name, tensor in pairs}


def train(shape, dtype, attention="eager"):
    """Train STEPS steps on one batch and keep all that the file reports."""
    model = make_model(shape, dtype, attention=attention)
    optimizer = make_optimizer(model)
    inputs, targets = make_batch(shape)
    result = {"losses": [], "gradientNorms": []}
    for step in range(STEPS):
        optimizer.zero_grad()
        logits = model(inputs)
        loss = mean_loss(logits, targets)
        loss.backward()
        if step == 0:
            result["logits"] = logits.detach().clone()
            result["gradients"] = copies(
                (name, p.grad) for name, p in named_parameters(model)
            )
        norm = nn.utils.clip_grad_norm_(model.parameters(), OPTIMIZER["clipNorm"])
        result["losses"].append(loss.item())
        result["gradientNorms"].append(norm.item())
        optimizer.step()
    with torch.no_grad():
        result["losses"].append(mean_loss(model(inputs), targets).item())
    result["finalWeights"] = copies(named_parameters(model))
    return result


def relative_error(measured, reference):
    """max |measured - reference| / max |reference|."""
    difference = (measured.to(torch.float64) - reference).abs().max()
    return (difference / reference.abs().max()).item()


def relative_errors(measured, reference):
    """`relative_error` for every tensor of two equally named sets."""
    return {name: relative_error(measured[name], reference[name]) for name in reference}


def with_bias_thirds(tensors):
    """The tensors, with each qkv.bias followed by its three thirds."""
    result = {}
    for name, tensor in tensors.items():
        result[name] = tensor
        if name.endswith("qkv.bias"):
            for part, third in zip(("query", "key", "value"), tensor.chunk(3)):
                result[f"{name}[{part}]"] = third
    return result


def check_training(result):
    """Facts that the file's readers rely on."""
    clip = OPTIMIZER["clipNorm"]
    require(max(result["gradientNorms"]) > clip, "clipping never bites: lower clipNorm")
    require(result["losses"][-1] < result["losses"][0], "training does not learn")

    # The fused attention is a second, independent road to the same numbers.
    fused = train(TINY, torch.float64, attention="sdpa")
    for part in ("gradients", "finalWeights"):
        worst = max(relative_errors(fused[part], result[part]).values())
        require(worst < 1e-9, f"eager and fused attention differ in {part}: {worst}")

    # A directional derivative checks backward against forward alone.
    slope, expected = directional_derivative(result["gradients"])
    require(abs(slope - expected) < 1e-7 * abs(expected),
            f"the gradient does not fit the loss: {slope} against {expected}")


def directional_derivative(gradients, width=1e-5):
    """The slope of the loss along the gradient: by difference, and as the norm."""
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients.values()))
    inputs, targets = make_batch(TINY)
    sides = []
    for sign in (1, -1):
        model = make_model(TINY, torch.float64)
        with torch.no_grad():
            for name, parameter in named_parameters(model):
                parameter.add_(gradients[name], alpha=sign * width / norm)
            sides.append(mean_loss(model(inputs), targets).item())
    return (sides[0] - sides[1]) / (2 * width), norm


def numbers():
    """The content of gpt2-tiny-numbers.json."""
    exact = train(TINY, torch.float64)
    single = train(TINY, torch.float32)
    check_training(exact)
    tokens = token_sequence(TINY.batch * TINY.sequence + 1, TINY.vocabulary)
    return {
        "format": NUMBERS_FORMAT,
        "torch": torch.__version__,
        "shape": TINY.as_json(),
        "dropout": 0,
        "normEpsilon": 1e-5,
        "optimizer": OPTIMIZER,
        "steps": STEPS,
        "parameterOrder": expected_names(TINY.layers),
        "tokens": tokens.tolist(),
        "losses": exact["losses"],
        "gradientNorm": exact["gradientNorms"][0],
        "gradientNorms": exact["gradientNorms"],
        "logits": encode(exact["logits"]),
        "gradients": {name: encode(g) for name, g in exact["gradients"].items()},
        "finalWeights": {name: encode(w) for name, w in exact["finalWeights"].items()},
        "float32": {
            "losses": single["losses"],
            "gradientNorms": single["gradientNorms"],
            "relativeError": {
                "logits": relative_error(single["logits"], exact["logits"]),
                "gradients": relative_errors(single["gradients"], exact["gradients"]),
                "finalWeights": relative_errors(
                    with_bias_thirds(single["finalWeights"]),
                    with_bias_thirds(exact["finalWeights"]),
                ),
            },
        },
    }


# --------------------------------------------------------------------------
# File b: bytes kept for backward
# --------------------------------------------------------------------------

def saved_shapes():
    """Shapes that vary every size on its own: (b, s, L, h, a, V, T, f)."""
    return [Shape(*row) for row in (
        (2, 12, 2, 32, 4, 61, 16, 128),
        (1, 8, 1, 16, 2, 31, 8, 64),       # one sequence, all positions used
        (1, 1, 1, 8, 2, 17, 4, 32),        # a single token
        (3, 7, 2, 24, 3, 50, 9, 96),       # three heads, nothing a power of two
        (2, 16, 3, 40, 5, 97, 16, 160),    # five heads, all positions used
        (4, 5, 2, 36, 6, 41, 32, 144),     # few of many positions
        (2, 9, 2, 32, 1, 53, 12, 128),     # a single head
        (1, 33, 4, 64, 8, 101, 64, 256),   # one sequence, deeper
        (2, 12, 2, 32, 4, 61, 16, 80),     # feed-forward narrower than 4h
        (3, 10, 2, 48, 12, 211, 20, 200),  # feed-forward wider than 4h, small heads
        (2, 6, 1, 28, 7, 13, 6, 28),       # feed-forward as wide as the stream
        (5, 4, 5, 20, 10, 300, 11, 80),    # heads of two, vocabulary dominates
        (2, 64, 2, 16, 4, 29, 64, 64),     # probabilities dominate
        (7, 3, 1, 30, 3, 19, 5, 120),      # odd batch
    )]


ATTENTIONS = ("eager", "sdpa")

SAVED_FORMAT = """\
One row per shape, attention and dropout; float32 training on the CPU. A storage is \
counted once however many tensors share it, with its whole size; storages of parameters, \
module buffers (causal mask, position indices) and the integer inputs (token ids, targets) \
are left out. parts: bytes per part of the network; a storage belongs to the part that \
saves it first, so the residual stream that enters block i belongs to block i \
(it is the input its first norm keeps). All blocks of a model keep the same. \
storages: those of block 0 and of the parts outside the blocks, in the order of saving; \
savedBy: every (autograd node, field) that holds it, with the shape seen there. \
Eager attention copies query, key and value out of the qkv buffer, except with one sequence \
or one head, where the matrix product can read them in place: then one storage stands \
for the three, and the bytes are the same.
dropout: none; native = torch.native_dropout, the op of CUDA (one byte per element kept); \
cpu = F.dropout on the CPU (a float32 factor per element kept). It sits on the embedding sum \
and on both residual branches; attentionDropout tells whether also on the attention \
probabilities (eager only: fused GPU kernels keep a seed instead of a mask, and the fused \
CPU kernel has no dropout)."""


class SavedTensors:
    """Records what autograd saves while a model runs forward.

    Three views are joined: the hooks of autograd say *that* a tensor is saved,
    hooks of the modules say *where*, and a walk over the finished graph says
    by *which* node and under which name.
    """

    def __init__(self, model):
        self.tensors = []   # every saved tensor; holding it keeps its address its own
        self.modules = []   # for each, the name of the module that was running
        self.owners = []    # for each, the (node, field) pairs found in the graph
        self.unpacked = []  # what the graph has just been asked for
        self.running = [""]
        self.handles = []
        for name, module in model.named_modules():
            if name:
                self.follow(camel_case(name), module)

    def follow(self, name, module):
        """Keep `running` up to date while `module` runs."""
        def enter(*_):
            self.running.append(name)

        def leave(*_):
            self.running.pop()

        self.handles += [
            module.register_forward_pre_hook(enter),
            module.register_forward_hook(leave),
        ]

    def pack(self, tensor):
        self.tensors.append(tensor)
        self.modules.append(self.running[-1])
        self.owners.append([])
        return len(self.tensors) - 1

    def unpack(self, index):
        self.unpacked.append(index)
        return self.tensors[index]

    def record(self, compute):
        """Run `compute`, which returns the loss, and note all that it saves."""
        with torch.autograd.graph.saved_tensors_hooks(self.pack, self.unpack):
            loss = compute()
        for handle in self.handles:
            handle.remove()
        self.find_owners(loss.grad_fn)
        require(all(self.owners), "a saved tensor belongs to no node of the graph")

    def find_owners(self, root):
        """Read every saved field of every node; `unpack` tells which tensor it is."""
        waiting, seen = [root], {root}
        while waiting:
            node = waiting.pop()
            for attribute in dir(node):
                if attribute.startswith("_saved_"):
                    self.unpacked.clear()
                    getattr(node, attribute)
                    for index in self.unpacked:
                        field = attribute.removeprefix("_saved_")
                        self.owners[index].append((node.name(), field))
            for parent, _ in node.next_functions:
                if parent is not None and parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)

    def storages(self, excluded):
        """The distinct storages saved, in order, without the `excluded` ones."""
        found = {}
        for tensor, module, owners in zip(self.tensors, self.modules, self.owners):
            storage = tensor.untyped_storage()
            if storage.data_ptr() in excluded:
                continue
            entry = found.setdefault(storage.data_ptr(), {
                "part": part_of(module),
                "module": module or "loss",
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "bytes": storage.nbytes(),
                "savedBy": [],
            })
            entry["savedBy"] += [
                {"node": node, "field": field, "shape": list(tensor.shape)}
                for node, field in owners
            ]
        return list(found.values())


def part_of(module):
    """The part of the network that a module's name belongs to."""
    if module.startswith("block."):
        return ".".join(module.split(".")[:2])
    return {"embedding": "embedding", "finalNorm": "finalNorm"}.get(module, "headAndLoss")


def saved_row(shape, attention, dropout):
    """One row of the file, checked against the closed form."""
    model = make_model(shape, attention=attention, dropout=dropout)
    inputs, targets = make_batch(shape)
    saved = SavedTensors(model)
    saved.record(lambda: mean_loss(model(inputs), targets))

    owned = [*model.parameters(), *model.buffers(), inputs, targets]
    storages = saved.storages({t.untyped_storage().data_ptr() for t in owned})
    parts = sum_of_parts(shape, storages)
    expected = expected_parts(shape, attention, dropout)
    label = f"{shape}, {attention}, dropout {dropout}"
    require(parts == expected, f"{label}: kept {parts}, on paper {expected}")
    total = sum(parts.values())
    if attention == "eager" and dropout == "none" and shape.feed_forward == 4 * shape.hidden:
        require(total == textbook_total(shape), f"{label}: not the form for f = 4h")
    return {
        "shape": shape.as_json(),
        "attention": attention,
        "dropout": dropout,
        "attentionDropout": attention == "eager" and dropout != "none",
        "totalBytes": total,
        "parts": parts,
        "storages": [s for s in storages
                     if not s["part"].startswith("block.") or s["part"] == "block.0"],
    }


def sum_of_parts(shape, storages):
    """Bytes per part, in the order of the network, parts without any included."""
    names = ["embedding", *(f"block.{i}" for i in range(shape.layers)),
             "finalNorm", "headAndLoss"]
    parts = dict.fromkeys(names, 0)
    for storage in storages:
        parts[storage["part"]] += storage["bytes"]
    return parts


def expected_parts(shape, attention, dropout):
    """The closed form: what each part must keep, in bytes, derived on paper."""
    rows = shape.batch * shape.sequence
    stream = 4 * rows * shape.hidden        # one float32 copy of [b, s, h]
    wide = 4 * rows * shape.feed_forward    # one float32 copy of [b, s, f]
    norm = stream + 8 * rows                # its input; mean and 1/deviation per row
    mask = {"none": 0, "native": 1, "cpu": 4}[dropout]  # bytes per element dropped

    if attention == "eager":
        # Query, key and value, each a copy of its own (with one sequence or one
        # head: the qkv buffer, just as large); the probabilities.
        squares = rows * shape.sequence * shape.heads
        attend = 3 * stream + 4 * squares
        if dropout != "none":
            # Probabilities before dropout (for softmax), after it (for the
            # weighted sum), and the mask.
            attend += (4 + mask) * squares
    else:
        # The one qkv buffer, seen three ways; the log-sum-exp of each row of
        # scores.  The output is kept too, but it is the projection's input.
        attend = 3 * stream + 4 * rows * shape.heads

    block = (
        norm + stream             # attention norm; input of qkv
        + attend + stream         # attention; input of the projection
        + norm + stream           # feed-forward norm; input of up
        + 2 * wide                # input of GELU; input of down
        + 2 * mask * rows * shape.hidden   # dropout of both branches
    )
    head = stream + 4 * rows * shape.vocabulary + 4  # input; log-softmax; total weight
    return {
        "embedding": mask * rows * shape.hidden,
        **{f"block.{i}": block for i in range(shape.layers)},
        "finalNorm": norm,
        "headAndLoss": head,
    }


def textbook_total(shape):
    """The same as one polynomial: eager, no dropout, f = 4h."""
    b, s, h = shape.batch, shape.sequence, shape.hidden
    a, layers, vocabulary = shape.heads, shape.layers, shape.vocabulary
    block = 64*b*s*h + 4*a*b*s*s + 16*b*s
    return layers * block + (4*b*s*h + 8*b*s) + 4*b*s*h + 4*b*s*vocabulary + 4


def saved_for_backward():
    """The content of saved-for-backward.json."""
    return {
        "format": SAVED_FORMAT,
        "torch": torch.__version__,
        "rows": [
            saved_row(shape, attention, dropout)
            for shape in saved_shapes()
            for attention in ATTENTIONS
            for dropout in DROPOUT
        ],
    }


# --------------------------------------------------------------------------
# File c: FLOPs
# --------------------------------------------------------------------------

GPT2_124M = Shape(batch=1, sequence=1024, layers=12, hidden=768, heads=12,
                  vocabulary=50257, positions=1024, feed_forward=3072)
GPT2_124M_FORWARD = 291_648_307_200

FLOPS_FORMAT = """\
Matrix FLOPs (two per multiply-add) as counted by torch.utils.flop_counter.FlopCounterMode, \
eager attention, in total and by aten op; nothing else is counted by it: no norms, softmax, \
GELU, embedding, loss or optimizer. The causal mask saves none: the counter sees full squares. \
The row on the meta device computes shapes only."""


def flop_shapes():
    """Most of the shapes above, f other than 4h among them."""
    return saved_shapes()[:11]


def count_flops(compute):
    """FLOPs of a call: in total and per op."""
    counter = FlopCounterMode(display=False)
    with counter:
        compute()
    by_op = Counter()
    for op, count in counter.get_flop_counts()["Global"].items():
        by_op[str(op)] += count
    return {"total": counter.get_total_flops(), "byOp": dict(sorted(by_op.items()))}


def expected_forward_flops(shape):
    """The closed form of the forward pass."""
    rows = shape.batch * shape.sequence
    linear = 2 * rows * (4 * shape.hidden**2 + 2 * shape.hidden * shape.feed_forward)
    attention = 2 * (2 * rows * shape.sequence * shape.hidden)
    head = 2 * rows * shape.hidden * shape.vocabulary
    return shape.layers * (linear + attention) + head


def flops_row(shape, device="cpu"):
    """One row of the file, checked against the closed form."""
    with torch.device(device):
        model = GPT2(shape)  # the values do not matter, only the shapes
    inputs, targets = (t.to(device) for t in make_batch(shape))
    forward = count_flops(lambda: mean_loss(model(inputs), targets))
    both = count_flops(lambda: mean_loss(model(inputs), targets).backward())
    expected = expected_forward_flops(shape)
    require(forward["total"] == expected, f"{shape}: forward {forward}, on paper {expected}")
    require(both["total"] == 3 * expected, f"{shape}: both {both}, on paper {3 * expected}")
    return {
        "shape": shape.as_json(),
        "device": device,
        "forward": forward,
        "forwardAndBackward": both,
    }


def flops():
    """The content of flops.json."""
    large = flops_row(GPT2_124M, device="meta")
    require(large["forward"]["total"] == GPT2_124M_FORWARD, "GPT-2 124M: unexpected FLOPs")
    return {
        "format": FLOPS_FORMAT,
        "torch": torch.__version__,
        "rows": [*(flops_row(shape) for shape in flop_shapes()), large],
    }


# --------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------

def json_text(value, depth=2, indent=""):
    """JSON with line breaks down to `depth` levels, so that diffs stay readable."""
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value)
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{json.dumps(key)}: {json_text(item, depth - 1, inner)}"
                 for key, item in value.items()]
        start, end = "{}"
    else:
        lines = [json_text(item, depth - 1, inner) for item in value]
        start, end = "[]"
    body = (",\n" + inner).join(lines)
    return f"{start}\n{inner}{body}\n{indent}{end}"


def write(path, value, depth):
    """Write a file and say so."""
    text = json_text(value, depth) + "\n"
    path.write_text(text, encoding="ascii")
    print(f"{path.name}: {len(text):,} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("."), help="folder to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # one fixed order of summation
    torch.manual_seed(0)      # dropout masks; no number in the files depends on them
    write(out / "gpt2-tiny-numbers.json", numbers(), depth=2)
    write(out / "saved-for-backward.json", saved_for_backward(), depth=4)
    write(out / "flops.json", flops(), depth=2)


if __name__ == "__main__":
    main()
