"""A second forward pass for all families, from paper, in our names and layout.

make_families.py holds Hugging Face's models to it, and so checks both what the
models compute and how their parameters are laid out as ours.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Paper:
    """What a family computes, as the second forward pass understands it."""

    heads: int = 4
    groups: int = 4            # heads of key and value
    size: int = 4              # of a head
    norm: str = "layer"        # layer, rms, or rms+1: weight stored less one
    epsilon: float = 1e-5
    activation: str = "gelu"   # gelu, tanh, relu or silu
    parallel: bool = False     # attention and MLP both read the block's input
    theta: float = 10_000.0
    rotary: int = 0            # leading components of each head that are rotated
    alibi: float = 0           # factor on the slopes; 0: no ALiBi
    prefix: int = 0            # leading keys that every query sees
    window: int = 0            # keys that a query sees, its own the last; 0: all up to its own
    offset: int = 0            # rows before position 0 in the position table
    scale: float = 1           # on the token embedding
    post: bool = False         # norms behind the additions
    causal: bool = True        # no query sees a later key
    tied: bool = False
    sinusoidal: bool = False   # sines and cosines of the position are added to the embedding
    buckets: int = 0           # of learned biases for distances; 0: none
    furthest: int = 0          # distance from which on all are in the last bucket
    divided: bool = True       # scores are divided by the root of a head's size
    head_scale: float = 1      # on what the head reads
    experts: int = 0           # feed-forward networks to choose from; 0: one, and no choice
    chosen: int = 0            # of them for each token
    renormalised: bool = True  # weights of a token's experts add up to 1


def buckets_of(paper, length, causal):
    """The bucket of each query and key: distances have one each up to half of the buckets of their
    direction, the others share what is left by their logarithm.  The logarithm in 32 bits."""
    place = torch.arange(length)
    distance = place - place[:, None]
    count, first = paper.buckets, 0
    if causal:
        distance = (-distance).clamp(min=0)
    else:
        count //= 2
        first, distance = (distance > 0) * count, distance.abs()
    single = count // 2
    octaves = math.log(paper.furthest / single)
    share = (distance.clamp(min=1).float() / single).log() / octaves * (count - single)
    return first + torch.where(distance < single, distance,
                               (single + share.long()).clamp(max=count - 1))


def paper_logits(paper, p, input_ids, token_type_ids=None, source=None):
    """Logits from parameters under our names, as the papers describe the families."""
    a, g, d = paper.heads, paper.groups, paper.size

    def norm(name, x):
        weight = p[name + ".weight"]
        if paper.norm == "layer":
            return F.layer_norm(x, x.shape[-1:], weight, p[name + ".bias"], paper.epsilon)
        weight = weight + (paper.norm == "rms+1")
        return x / (x.square().mean(-1, keepdim=True) + paper.epsilon).sqrt() * weight

    def linear(name, x):
        return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))

    def activate(x):
        return {"gelu": F.gelu, "relu": F.relu, "silu": F.silu,
                "tanh": lambda y: F.gelu(y, approximate="tanh")}[paper.activation](x)

    def rotate(x):
        """Component j of the first half turns with component j of the second half."""
        half = paper.rotary // 2
        turns = paper.theta ** (-torch.arange(half, dtype=x.dtype) / half)
        angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * turns
        left, right, rest = x.split([half, half, d - 2 * half], dim=-1)
        return torch.cat([left * angle.cos() - right * angle.sin(),
                          right * angle.cos() + left * angle.sin(), rest], dim=-1)

    def slopes():
        """Powers of 2^(-8/n) for n a power of two; the rest between those of 2n."""
        n = 2 ** int(math.log2(a))
        extra = [2 ** (-4 * k / n) for k in range(1, 2 * (a - n), 2)]
        return torch.tensor([2 ** (-8 * k / n) for k in range(1, n + 1)] + extra,
                            dtype=torch.float64)

    def attention(name, x, causal, memory=None, bias=0):
        length = x.shape[1]
        if memory is None:
            parts = linear(name + ".qkv", x).split([a * d, g * d, g * d], dim=-1)
        else:
            parts = [linear(name + ".query", x),
                     *linear(name + ".keyValue", memory).split([g * d, g * d], dim=-1)]
        q, k, v = (part.unflatten(-1, (-1, d)).transpose(1, 2) for part in parts)
        if name + ".queryNorm.weight" in p:
            q, k = norm(name + ".queryNorm", q), norm(name + ".keyNorm", k)
        if paper.rotary:
            q, k = rotate(q), rotate(k)
        k, v = (part.repeat_interleave(a // g, dim=1) for part in (k, v))
        scores = q @ k.transpose(-2, -1) / (math.sqrt(d) if paper.divided else 1) + bias
        if paper.alibi:
            # Minus the slope times the distance into the past.
            place = torch.arange(length, dtype=x.dtype)
            distance = place[:, None] - place
            scores = scores - paper.alibi * slopes()[:, None, None] * distance
        place = torch.arange(length)
        distance = place[:, None] - place
        hidden = (distance < 0) & causal & (place >= paper.prefix)
        if paper.window:
            hidden |= distance >= paper.window
        mixed = scores.masked_fill(hidden, -math.inf).softmax(-1) @ v
        return linear(name + ".projection", mixed.transpose(1, 2).flatten(2))

    def mixture(name, x):
        """Every expert on every token; those that were not chosen have the weight 0."""
        likely = (x @ p[name + ".router.weight"].T).softmax(-1)
        least = likely.sort(-1, descending=True).values[..., paper.chosen - 1, None]
        weight = likely * (likely >= least)
        if paper.renormalised:
            weight = weight / weight.sum(-1, keepdim=True)
        gates, ups, downs = (p[f"{name}.experts.{part}.weight"].chunk(paper.experts)
                             for part in ("gate", "up", "down"))
        return sum(weight[..., e, None] * (activate(x @ gates[e].T) * (x @ ups[e].T) @ downs[e].T)
                   for e in range(paper.experts))

    def mlp(name, x):
        if paper.experts:
            return mixture(name, x)
        up = linear(name + ".up", x)
        gated = name + ".gate.weight" in p
        return linear(name + ".down", activate(linear(name + ".gate", x)) * up if gated
                      else activate(up))

    def embed(scope, tokens, types=None):
        length = tokens.shape[1]
        x = p[scope + "embedding.token"][tokens] * paper.scale
        if "embedding.projection.weight" in p:
            x = linear("embedding.projection", x)
        if "embedding.position" in p:
            x = x + p["embedding.position"][paper.offset:paper.offset + length]
        if paper.sinusoidal:
            # Marian keeps the table in 32 bits.
            half = x.shape[-1] // 2
            turns = 10_000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
            angle = torch.arange(length, dtype=torch.float64)[:, None] * turns
            x = x + torch.cat([angle.sin(), angle.cos()], dim=-1).float()
        if "embedding.tokenType" in p:
            x = x + p["embedding.tokenType"][types]
        if "embeddingNorm.weight" in p:
            x = norm("embeddingNorm", x)
        return x

    def stack(scope, x, causal, memory=None):
        bias = 0
        if paper.buckets:
            table = p[scope + "relativePosition.table"]
            bias = table[buckets_of(paper, x.shape[1], causal)].permute(2, 0, 1)
        for i in range(2):
            block = f"{scope}block.{i}"
            if paper.post:
                x = norm(block + ".attentionNorm",
                         x + attention(block + ".attention", x, causal, bias=bias))
                if memory is not None:
                    x = norm(block + ".crossNorm",
                             x + attention(block + ".crossAttention", x, False, memory))
                x = norm(block + ".mlpNorm", x + mlp(block + ".mlp", x))
                continue
            normed = norm(block + ".attentionNorm", x)
            attended = attention(block + ".attention", normed, causal, bias=bias)
            if paper.parallel:
                if block + ".mlpNorm.weight" in p:
                    normed = norm(block + ".mlpNorm", x)
                x = x + attended + mlp(block + ".mlp", normed)
                continue
            x = x + attended
            if memory is not None:
                normed = norm(block + ".crossNorm", x)
                x = x + attention(block + ".crossAttention", normed, False, memory)
            x = x + mlp(block + ".mlp", norm(block + ".mlpNorm", x))
        if scope + "finalNorm.weight" in p:
            x = norm(scope + "finalNorm", x)
        return x

    memory = None
    if source is not None:
        own = "encoder." if "encoder.embedding.token" in p else ""
        memory = stack("encoder.", embed(own, source), False)
    x = stack("", embed("", input_ids, token_type_ids), paper.causal, memory) * paper.head_scale
    if "headNorm.weight" in p:
        x = norm("headNorm", activate(linear("head.transform", x)))
    if "head.projection.weight" in p:
        x = linear("head.projection", x)
    head = p["embedding.token"] if paper.tied else p["head.weight"]
    return F.linear(x, head, p.get("head.bias"))
