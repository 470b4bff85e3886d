"""What autograd keeps between forward and backward of a Llama, on the CPU in float32.

Run through `make_families.py --saved`.  Each row is one model of one shape, checked
against the closed form `expected_elements`, which NOTES.md explains.
"""

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
import transformers
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from make_fixtures import SavedTensors, camel_case, make_batch, mean_loss

EPSILON = 1e-6


@dataclass(frozen=True)
class Shape:
    batch: int
    sequence: int
    layers: int
    hidden: int
    heads: int
    groups: int          # heads of key and value
    size: int            # of a head
    feed_forward: int
    vocabulary: int
    positions: int
    tied: bool


# (b, s, L, h, a, g, d, f, V, T, tied): every size on its own, d not always h / a.
SHAPES = [Shape(*row) for row in (
    (2, 7, 2, 16, 4, 2, 4, 36, 37, 16, False),
    (2, 7, 3, 16, 4, 2, 4, 36, 37, 16, True),      # a layer more, tied
    (3, 5, 2, 24, 4, 4, 6, 50, 41, 8, False),      # as many key heads as query heads
    (1, 11, 3, 24, 6, 1, 4, 30, 29, 16, True),     # one sequence, one key head
    (4, 6, 2, 40, 4, 2, 16, 28, 53, 6, False),     # heads wider than the stream; f < h
    (2, 16, 2, 32, 8, 2, 2, 100, 31, 32, True),    # heads narrower than the stream
    (1, 9, 2, 20, 5, 5, 4, 44, 19, 9, False),      # one sequence, five heads
    (5, 3, 3, 36, 6, 3, 8, 90, 211, 4, True),      # vocabulary dominates
    (2, 40, 2, 12, 3, 1, 4, 33, 23, 64, False),    # probabilities dominate
    (3, 8, 2, 14, 1, 1, 14, 38, 43, 12, True),     # a single head
    (2, 8, 3, 32, 4, 4, 8, 86, 61, 8, False),      # the plain case, g == a, all positions
)]

FORMAT = """\
One row per shape, model and attention; float32 training on the CPU, no dropout. A storage is \
counted once however many tensors share it, with its whole size; parameters, module buffers and \
integer tensors (token ids, targets) are left out. model: transformers = LlamaForCausalLM; \
transformersTorchNorm = the same with every LlamaRMSNorm replaced by torch.nn.RMSNorm; plain = the \
Llama of saved_llama.py. bufferBytes: buffers of the module that are saved besides (plain only: \
cosine and sine tables and the causal mask). \
storages: alike ones together, `count` of them in the whole model; shape: as the first node saw it; \
savedBy: every autograd node.field that holds it."""


# --------------------------------------------------------------------------
# A Llama in the simplest idiom
# --------------------------------------------------------------------------

class Attention(nn.Module):
    def __init__(self, shape, kind):
        super().__init__()
        self.shape, self.kind = shape, kind
        wide, narrow = shape.heads * shape.size, shape.groups * shape.size
        self.query = nn.Linear(shape.hidden, wide, bias=False)
        self.key = nn.Linear(shape.hidden, narrow, bias=False)
        self.value = nn.Linear(shape.hidden, narrow, bias=False)
        self.projection = nn.Linear(wide, shape.hidden, bias=False)

    def forward(self, x, cosine, sine, future):
        def heads(y):
            return y.unflatten(-1, (-1, self.shape.size)).transpose(1, 2)

        def rotate(y):
            left, right = y.chunk(2, dim=-1)
            return y * cosine + torch.cat([-right, left], dim=-1) * sine

        query, key, value = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        query, key = rotate(query), rotate(key)
        repeats = self.shape.heads // self.shape.groups
        key, value = (y.repeat_interleave(repeats, dim=1) for y in (key, value))
        if self.kind == "sdpa":
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            scores = query @ key.transpose(-2, -1) / math.sqrt(self.shape.size)
            mixed = scores.masked_fill(future, -math.inf).softmax(-1) @ value
        return self.projection(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate = nn.Linear(shape.hidden, shape.feed_forward, bias=False)
        self.up = nn.Linear(shape.hidden, shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.hidden, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    def __init__(self, shape, kind):
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.hidden, eps=EPSILON)
        self.attention = Attention(shape, kind)
        self.mlp_norm = nn.RMSNorm(shape.hidden, eps=EPSILON)
        self.mlp = FeedForward(shape)

    def forward(self, x, *tables):
        x = x + self.attention(self.attention_norm(x), *tables)
        return x + self.mlp(self.mlp_norm(x))


class Llama(nn.Module):
    def __init__(self, shape, kind):
        super().__init__()
        self.embedding = nn.Embedding(shape.vocabulary, shape.hidden)
        self.blocks = nn.ModuleList(Block(shape, kind) for _ in range(shape.layers))
        self.final_norm = nn.RMSNorm(shape.hidden, eps=EPSILON)
        self.head = nn.Linear(shape.hidden, shape.vocabulary, bias=False)
        if shape.tied:
            self.head.weight = self.embedding.weight
        turns = 10_000.0 ** (-torch.arange(0, shape.size, 2) / shape.size)
        angle = (torch.arange(shape.positions)[:, None] * turns).repeat(1, 2)
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())
        future = torch.ones(shape.positions, shape.positions, dtype=torch.bool).triu(1)
        self.register_buffer("future", future)

    def forward(self, tokens):
        s = tokens.shape[1]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cosine[:s], self.sine[:s], self.future[:s, :s])
        return self.head(self.final_norm(x))


# --------------------------------------------------------------------------
# Models and rows
# --------------------------------------------------------------------------

def transformers_llama(shape, kind):
    config = LlamaConfig(
        vocab_size=shape.vocabulary, hidden_size=shape.hidden, num_hidden_layers=shape.layers,
        intermediate_size=shape.feed_forward, num_attention_heads=shape.heads,
        num_key_value_heads=shape.groups, head_dim=shape.size, rms_norm_eps=EPSILON,
        max_position_embeddings=shape.positions, tie_word_embeddings=shape.tied,
        use_cache=False, bos_token_id=None, eos_token_id=None)
    return LlamaForCausalLM._from_config(config, attn_implementation=kind)


def with_torch_norms(model):
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, LlamaRMSNorm):
                setattr(module, name, nn.RMSNorm(child.weight.shape[0], eps=EPSILON))
    return model


MODELS = {
    "transformers": transformers_llama,
    "transformersTorchNorm": lambda shape, kind: with_torch_norms(transformers_llama(shape, kind)),
    "plain": Llama,
}


def addresses(tensors):
    return {t.untyped_storage().data_ptr() for t in tensors}


def expected_elements(shape, model, kind):
    """The closed form: float32 elements kept, derived on paper."""
    b, s, h, a, g, d = (shape.batch, shape.sequence, shape.hidden, shape.heads, shape.groups,
                        shape.size)
    f, rows, wide = shape.feed_forward, b * s, b * s * a * d
    norm = 2 * rows * h + rows      # input; normalised rows; 1/root mean square per row
    if kind == "eager":
        # Query, key, value, each for all heads; probabilities; input of the projection.
        # With one sequence and one key head, transformers' repeat is a view, not a copy.
        kept = b * s * d if model != "plain" and b == g == 1 else wide
        attention = wide + 2 * kept + b * a * s * s + wide
    else:
        # Query; output, which is the input of the projection; log-sum-exp; key and value,
        # for all heads only where the model itself repeats them.
        kept = wide if model == "plain" else b * s * g * d
        attention = 2 * wide + 2 * kept + b * s * a
    block = (
        norm + rows * h             # attention norm; its output, input of query, key and value
        + attention
        + norm + rows * h           # MLP norm; its output, input of gate and up
        + 4 * rows * f              # gate; silu(gate); up; their product, input of down
    )
    tables = 0 if model == "plain" else 2 * s * d       # cosine and sine, made once per step
    head = norm + rows * h + rows * shape.vocabulary + 1  # log-softmax; total weight
    return shape.layers * block + tables + head


def saved_row(shape, name, kind, require):
    model = MODELS[name](shape, kind).train()
    inputs, targets = make_batch(shape)

    def loss():
        output = model(inputs) if name == "plain" else model(input_ids=inputs, use_cache=False).logits
        return mean_loss(output, targets)

    saved = SavedTensors(model)
    saved.record(loss)
    floating = [s for s in saved.storages(addresses(model.parameters()))
                if "int" not in s["dtype"]]
    kept = [s for s in saved.storages(addresses([*model.parameters(), *model.buffers()]))
            if "int" not in s["dtype"]]
    total = sum(s["bytes"] for s in kept)
    label = f"{shape}, {name}, {kind}"
    require(all(s["dtype"] == "float32" for s in kept), f"{label}: other types kept")
    expected = 4 * expected_elements(shape, name, kind)
    require(total == expected, f"{label}: kept {total} bytes, on paper {expected}")

    groups = {}
    for storage in kept:
        by = [f"{o['node'].removesuffix('Backward0')}.{o['field']}" for o in storage["savedBy"]]
        shape_seen = storage["savedBy"][0]["shape"]
        key = (tuple(shape_seen), storage["bytes"], tuple(by))
        groups.setdefault(key, {"shape": shape_seen, "bytes": storage["bytes"], "savedBy": by,
                                "count": 0})["count"] += 1
    return {
        "shape": {camel_case(key): value for key, value in asdict(shape).items()},
        "model": name,
        "attention": kind,
        "totalBytes": total,
        "bufferBytes": sum(s["bytes"] for s in floating) - total,
        "storages": list(groups.values()),
    }


def saved_llama(require):
    """The content of saved-llama.json."""
    return {
        "format": FORMAT,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "rows": [saved_row(shape, name, kind, require)
                 for shape in SHAPES for kind in ("eager", "sdpa") for name in MODELS],
    }
