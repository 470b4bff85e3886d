"""Time one training step of a GPT-2, a Llama or a BERT in PyTorch on the CPU: the peer of the benchmark.

    python pytorch_step.py --batch 4 --sequence 64 --mode best
    python pytorch_step.py --model llama --layers 2 --hidden 64 --heads 4 --kv-heads 2 --feed-forward 172
    python pytorch_step.py --gemm

A step is forward, loss, backward, gradient clipping to norm 1 and AdamW, in
float32, on random tokens of a fixed seed.  One line of JSON is printed.  Two
modes exist, both without dropout so that they do comparable work:

best    what someone who cares would write: fused AdamW, fused attention, the
        built-in GELU and RMS norm, foreach clipping, and a malloc that keeps its pages
plain   what a usual training loop around a Hugging Face model does: fused
        attention too, but GELU spelled out op by op, the loss on shifted
        logits made contiguous, and optimizer and clipping left at defaults
"""

import argparse
import json
import math
import os
import statistics
import sys
import time

# For glibc: never give memory back to the system between steps, so that large
# tensors do not fault their pages in anew each time.
MALLOC_SETTINGS = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
}
WARM_UP_STEPS = 2
GEMM_SIZE = 2048


def parse_arguments():
    """The command line; sizes default to GPT-2 124M."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=("gpt2", "llama", "bert"), default="gpt2")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--sequence", type=int, default=64)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--kv-heads", type=int, help="of llama; as many as heads")
    parser.add_argument("--feed-forward", type=int, help="of llama and bert; 4 times hidden")
    parser.add_argument("--vocabulary", type=int, default=50257)
    parser.add_argument("--positions", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passes", type=int, default=5, help="timed steps")
    parser.add_argument("--mode", choices=("best", "plain"), default="best")
    parser.add_argument("--gemm", action="store_true",
                        help=f"time a product of {GEMM_SIZE}^3 instead of a step")
    arguments = parser.parse_args()
    if min(arguments.batch, arguments.sequence, arguments.threads, arguments.passes) < 1:
        parser.error("batch, sequence, threads and passes must be at least 1")
    if arguments.sequence > arguments.positions:
        parser.error("the sequence is longer than there are positions")
    if arguments.hidden % arguments.heads:
        parser.error("hidden must be a multiple of heads")
    arguments.kv_heads = arguments.kv_heads or arguments.heads
    arguments.feed_forward = arguments.feed_forward or 4 * arguments.hidden
    return arguments


def restart_with_malloc_settings():
    """Run this very command again with MALLOC_SETTINGS, where any is not set.

    glibc reads them only when a process starts.  A value that is set already
    is left as it is, which also ends the recursion.
    """
    missing = {k: v for k, v in MALLOC_SETTINGS.items() if k not in os.environ}
    if missing:
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]],
                  {**os.environ, **missing})


ARGUMENTS = parse_arguments()
if ARGUMENTS.mode == "best":
    restart_with_malloc_settings()  # before the slow import, not after it

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402


def builtin_gelu(x):
    """The tanh form of GELU as one op."""
    return F.gelu(x, approximate="tanh")


def spelled_out_gelu(x):
    """The tanh form of GELU as eight ops, each with its own result."""
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))
    return 0.5 * x * (1 + torch.tanh(inner))


class Block(nn.Module):
    """A pre-norm transformer block with fused causal attention."""

    def __init__(self, hidden, heads, gelu):
        super().__init__()
        self.heads = heads
        self.gelu = gelu
        self.attention_norm = nn.LayerNorm(hidden)
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.projection = nn.Linear(hidden, hidden)
        self.mlp_norm = nn.LayerNorm(hidden)
        self.up = nn.Linear(hidden, 4 * hidden)
        self.down = nn.Linear(4 * hidden, hidden)

    def forward(self, x):
        x = x + self.attend(self.attention_norm(x))
        return x + self.down(self.gelu(self.up(self.mlp_norm(x))))

    def attend(self, x):
        """Causal self-attention; heads become a batch dimension by view alone."""
        split = (*x.shape[:2], self.heads, -1)
        query, key, value = (
            part.view(split).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.projection(mixed.transpose(1, 2).reshape(x.shape))


class GPT2(nn.Module):
    """GPT-2 with its head tied to the token embedding."""

    def __init__(self, arguments, gelu):
        super().__init__()
        self.token = nn.Embedding(arguments.vocabulary, arguments.hidden)
        self.position = nn.Embedding(arguments.positions, arguments.hidden)
        self.blocks = nn.Sequential(*(
            Block(arguments.hidden, arguments.heads, gelu)
            for _ in range(arguments.layers)
        ))
        self.final_norm = nn.LayerNorm(arguments.hidden)
        for parameter in self.parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        # A slice of the table, and so one row added to every sequence.
        x = self.token(tokens) + self.position.weight[:tokens.shape[1]]
        return F.linear(self.final_norm(self.blocks(x)), self.token.weight)


class SpelledOutRMSNorm(nn.Module):
    """RMS norm op by op, as transformers has it."""

    def __init__(self, hidden, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class LlamaBlock(nn.Module):
    """RMS norms, rotary positions, shared heads of keys and values, and a gated network."""

    def __init__(self, arguments, norm):
        super().__init__()
        hidden, inner = arguments.hidden, arguments.feed_forward
        self.size = hidden // arguments.heads
        wide, narrow = arguments.heads * self.size, arguments.kv_heads * self.size
        self.split = [wide, narrow, narrow]
        self.attention_norm = norm(hidden, eps=1e-6)
        self.qkv = nn.Linear(hidden, sum(self.split), bias=False)
        self.projection = nn.Linear(wide, hidden, bias=False)
        self.mlp_norm = norm(hidden, eps=1e-6)
        self.gate = nn.Linear(hidden, inner, bias=False)
        self.up = nn.Linear(hidden, inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)

    def forward(self, x, cosine, sine):
        x = x + self.attend(self.attention_norm(x), cosine, sine)
        y = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    def attend(self, x, cosine, sine):
        def rotate(y):
            left, right = y.chunk(2, dim=-1)
            return y * cosine + torch.cat([-right, left], dim=-1) * sine

        query, key, value = (part.unflatten(-1, (-1, self.size)).transpose(1, 2)
                             for part in self.qkv(x).split(self.split, dim=-1))
        mixed = F.scaled_dot_product_attention(
            rotate(query), rotate(key), value, is_causal=True, enable_gqa=True)
        return self.projection(mixed.transpose(1, 2).flatten(2))


class Llama(nn.Module):
    """Llama with a head of its own."""

    def __init__(self, arguments, norm):
        super().__init__()
        self.token = nn.Embedding(arguments.vocabulary, arguments.hidden)
        self.blocks = nn.ModuleList(LlamaBlock(arguments, norm) for _ in range(arguments.layers))
        self.final_norm = norm(arguments.hidden, eps=1e-6)
        self.head = nn.Linear(arguments.hidden, arguments.vocabulary, bias=False)
        size = arguments.hidden // arguments.heads
        turns = 10_000.0 ** (-torch.arange(0, size, 2) / size)
        angle = (torch.arange(arguments.positions)[:, None] * turns).repeat(1, 2)
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())
        for parameter in self.parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        x, length = self.token(tokens), tokens.shape[1]
        for block in self.blocks:
            x = block(x, self.cosine[:length], self.sine[:length])
        return self.head(self.final_norm(x))


def spelled_out_erf_gelu(x):
    """GELU as BERT's code has it, op by op."""
    return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))


class BertBlock(nn.Module):
    """A post-norm block whose positions all see each other."""

    def __init__(self, arguments, gelu):
        super().__init__()
        hidden = arguments.hidden
        self.heads = arguments.heads
        self.gelu = gelu
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.projection = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden)
        self.up = nn.Linear(hidden, arguments.feed_forward)
        self.down = nn.Linear(arguments.feed_forward, hidden)
        self.mlp_norm = nn.LayerNorm(hidden)

    def forward(self, x):
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
                             for part in self.qkv(x).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(query, key, value)
        x = self.attention_norm(x + self.projection(mixed.transpose(1, 2).flatten(2)))
        return self.mlp_norm(x + self.down(self.gelu(self.up(x))))


class Bert(nn.Module):
    """BERT with the head that it is pre-trained with, tied to the token embedding."""

    def __init__(self, arguments, gelu):
        super().__init__()
        hidden = arguments.hidden
        self.gelu = gelu
        self.token = nn.Embedding(arguments.vocabulary, hidden)
        self.position = nn.Embedding(arguments.positions, hidden)
        self.token_type = nn.Embedding(2, hidden)
        self.embedding_norm = nn.LayerNorm(hidden)
        self.blocks = nn.Sequential(*(BertBlock(arguments, gelu) for _ in range(arguments.layers)))
        self.transform = nn.Linear(hidden, hidden)
        self.head_norm = nn.LayerNorm(hidden)
        self.head_bias = nn.Parameter(torch.zeros(arguments.vocabulary))
        for parameter in self.parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        x = self.token(tokens) + self.position.weight[:tokens.shape[1]] + self.token_type.weight[0]
        x = self.blocks(self.embedding_norm(x))
        x = self.head_norm(self.gelu(self.transform(x)))
        return F.linear(x, self.token.weight, self.head_bias)


def make_model(arguments, is_best):
    """The model, of built-in ops or of ops spelled out."""
    if arguments.model == "bert":
        return Bert(arguments, F.gelu if is_best else spelled_out_erf_gelu)
    if arguments.model == "llama":
        return Llama(arguments, nn.RMSNorm if is_best else SpelledOutRMSNorm)
    return GPT2(arguments, builtin_gelu if is_best else spelled_out_gelu)


def random_tokens(arguments):
    """b * (s + 1) token ids: a sequence and, one further on, its targets."""
    generator = torch.Generator().manual_seed(1)
    size = (arguments.batch, arguments.sequence + 1)
    return torch.randint(arguments.vocabulary, size, generator=generator)


def best_step(arguments):
    """A function that does one step as well as stock PyTorch can."""
    model = make_model(arguments, True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    tokens = random_tokens(arguments)
    inputs = tokens[:, :-1].contiguous()
    targets = tokens[:, 1:].flatten()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        return loss

    return step


def plain_step(arguments):
    """A function that does one step the usual way.

    Labels are the inputs, as is the custom there, so that the last position
    has no target and the shifted logits have to be copied.
    """
    model = make_model(arguments, False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    inputs = random_tokens(arguments)[:, :-1].contiguous()

    def step():
        optimizer.zero_grad()
        logits = model(inputs)
        shifted = logits[:, :-1].contiguous()
        targets = inputs[:, 1:].contiguous()
        loss = F.cross_entropy(shifted.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss

    return step


def seconds_per_call(call, warm_up, passes):
    """Wall-clock seconds of each of `passes` calls, after `warm_up` untimed ones."""
    seconds = []
    for number in range(warm_up + passes):
        start = time.perf_counter()
        call()
        if number >= warm_up:
            seconds.append(time.perf_counter() - start)
    return seconds


def measure_step(arguments):
    """The report on a training step."""
    step = {"best": best_step, "plain": plain_step}[arguments.mode](arguments)
    losses = []
    seconds = seconds_per_call(
        lambda: losses.append(step().item()), WARM_UP_STEPS, arguments.passes
    )
    if not all(map(math.isfinite, losses)):
        raise SystemExit(f"the loss is not finite: {losses}")
    median = statistics.median(seconds)
    return {
        "mode": arguments.mode,
        "batch": arguments.batch,
        "sequence": arguments.sequence,
        "threads": arguments.threads,
        "seconds": seconds,
        "medianSeconds": median,
        "tokensPerSecond": arguments.batch * arguments.sequence / median,
        "torch": torch.__version__,
    }


def measure_gemm(arguments):
    """The report on a matrix product into memory that exists already."""
    left, right, result = (torch.rand(GEMM_SIZE, GEMM_SIZE) for _ in range(3))
    seconds = seconds_per_call(
        lambda: torch.mm(left, right, out=result), WARM_UP_STEPS, 4 * arguments.passes
    )
    operations = 2 * GEMM_SIZE**3
    return {
        "mode": "gemm",
        "size": GEMM_SIZE,
        "threads": arguments.threads,
        "seconds": seconds,
        "medianSeconds": statistics.median(seconds),
        "gigaflopsMedian": operations / statistics.median(seconds) / 1e9,
        "gigaflopsBest": operations / min(seconds) / 1e9,
        "torch": torch.__version__,
    }


def main():
    torch.set_num_threads(ARGUMENTS.threads)
    torch.manual_seed(0)
    measure = measure_gemm if ARGUMENTS.gemm else measure_step
    print(json.dumps(measure(ARGUMENTS)))


if __name__ == "__main__":
    main()
