"""Write reference data for the families of models, from Hugging Face transformers.

    HF_HUB_OFFLINE=1 PYTHONPATH=<folder of make_fixtures.py> python make_families.py [--out DIR]
    HF_HUB_OFFLINE=1 PYTHONPATH=... python make_families.py --saved [--out DIR]

Without --saved: one family-NAME.json for every tiny model in families().  With it:
saved-llama.json, saved-mixtral.json and saved-families.json, what autograd keeps between forward and
backward of a Llama, of a Mixtral and of other models (see saved_llama.py, saved_mixtral.py and
saved_families.py).

Needs torch, transformers, make_fixtures.py and paper_model.py; seconds on a CPU.  Every number is
checked before it is written, and the script stops if a check fails:
- every row of every Hugging Face parameter is covered exactly once by ours;
- a second forward pass, written from paper in our names and our layout
  (paper_model.py), gives the same logits, loss and gradients;
- the unaltered float32 model gives the same to float32 accuracy;
- central differences along each parameter's gradient agree with its norm;
- tied weights are one tensor, untied ones two.
"""

import argparse
import copy
import json
import math
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import torch
import transformers
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

import make_fixtures
from make_fixtures import encode, initial_values, make_batch, mean_loss, token_sequence, write
from paper_model import Paper, paper_logits


def require(condition, message):
    if not condition:
        raise SystemExit(f"make_families: {message}")


# --------------------------------------------------------------------------
# The families: a config, and where our parameters lie in Hugging Face's
# --------------------------------------------------------------------------

# Our parameters in order; those of a block stand once, with {} for its number.
BEFORE = ["embedding.token", "embedding.projection", "embedding.position", "embedding.tokenType", "embeddingNorm"]
ATTENTION = ["attentionNorm", "attention.qkv", "attention.queryNorm", "attention.keyNorm",
             "attention.projection"]
CROSS = ["crossNorm", "crossAttention.query", "crossAttention.keyValue",
         "crossAttention.projection"]
NETWORK = ["mlpNorm", "mlp.gate", "mlp.up", "mlp.down",
           "mlp.router", "mlp.experts.gate", "mlp.experts.up", "mlp.experts.down"]
AFTER = ["finalNorm", "head.transform", "headNorm", "head.projection", "head"]

QKV = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]

LLAMA = {
    "embedding.token": "model.embed_tokens", "block": "model.layers.{}.",
    "attentionNorm": "input_layernorm", "attention.qkv": QKV,
    "attention.queryNorm": "self_attn.q_norm", "attention.keyNorm": "self_attn.k_norm",
    "attention.projection": "self_attn.o_proj", "mlpNorm": "post_attention_layernorm",
    "mlp.gate": "mlp.gate_proj", "mlp.up": "mlp.up_proj", "mlp.down": "mlp.down_proj",
    "mlp.router": "mlp.gate", "mlp.experts.gate": "mlp.experts.gate_up_proj",
    "mlp.experts.up": "mlp.experts.gate_up_proj", "mlp.experts.down": "mlp.experts.down_proj",
    "finalNorm": "model.norm", "head": "lm_head",
}
# Names that a family lacks are skipped, so the tables below only say what differs.
PHI = LLAMA | {
    "attention.projection": "self_attn.dense", "mlp.up": "mlp.fc1", "mlp.down": "mlp.fc2",
    "finalNorm": "model.final_layernorm",
}
OPT = LLAMA | {
    "embedding.token": "model.decoder.embed_tokens",
    "embedding.position": "model.decoder.embed_positions", "block": "model.decoder.layers.{}.",
    "attentionNorm": "self_attn_layer_norm", "attention.projection": "self_attn.out_proj",
    "mlpNorm": "final_layer_norm", "mlp.up": "fc1", "mlp.down": "fc2",
    "finalNorm": "model.decoder.final_layer_norm",
    "embedding.projection": "model.decoder.project_in",
    "head.projection": "model.decoder.project_out",
}
# One fused matrix for query, key and value: a string instead of a list of three.
BLOOM = {
    "embedding.token": "transformer.word_embeddings",
    "embeddingNorm": "transformer.word_embeddings_layernorm", "block": "transformer.h.{}.",
    "attentionNorm": "input_layernorm", "attention.qkv": "self_attention.query_key_value",
    "attention.projection": "self_attention.dense", "mlpNorm": "post_attention_layernorm",
    "mlp.up": "mlp.dense_h_to_4h", "mlp.down": "mlp.dense_4h_to_h",
    "finalNorm": "transformer.ln_f", "head": "lm_head",
}
FALCON_NEW = BLOOM | {"attentionNorm": "ln_attn", "mlpNorm": "ln_mlp"}
NEOX = BLOOM | {
    "embedding.token": "gpt_neox.embed_in", "block": "gpt_neox.layers.{}.",
    "attention.qkv": "attention.query_key_value", "attention.projection": "attention.dense",
    "finalNorm": "gpt_neox.final_layer_norm",
}
BERT = {
    "embedding.token": "bert.embeddings.word_embeddings",
    "embedding.position": "bert.embeddings.position_embeddings",
    "embedding.tokenType": "bert.embeddings.token_type_embeddings",
    "embeddingNorm": "bert.embeddings.LayerNorm", "block": "bert.encoder.layer.{}.",
    "attentionNorm": "attention.output.LayerNorm",
    "attention.qkv": ["attention.self.query", "attention.self.key", "attention.self.value"],
    "attention.projection": "attention.output.dense", "mlpNorm": "output.LayerNorm",
    "mlp.up": "intermediate.dense", "mlp.down": "output.dense",
    "head.transform": "cls.predictions.transform.dense",
    "headNorm": "cls.predictions.transform.LayerNorm", "head": "cls.predictions",
}
ROBERTA = {ours: theirs.replace("bert.", "roberta.") if isinstance(theirs, str) else theirs
           for ours, theirs in BERT.items()} | {
    "head.transform": "lm_head.dense", "headNorm": "lm_head.layer_norm", "head": "lm_head",
}
# Encoder–decoders: what is the encoder's alone has "encoder." before its name.
MARIAN = {
    "embedding.token": ["model.shared", "model.decoder.embed_tokens"],
    "encoder.embedding.token": "model.encoder.embed_tokens",
    "encoder.block": "model.encoder.layers.{}.", "block": "model.decoder.layers.{}.",
    "attentionNorm": "self_attn_layer_norm", "attention.qkv": QKV,
    "attention.projection": "self_attn.out_proj", "crossNorm": "encoder_attn_layer_norm",
    "crossAttention.query": "encoder_attn.q_proj",
    "crossAttention.keyValue": ["encoder_attn.k_proj", "encoder_attn.v_proj"],
    "crossAttention.projection": "encoder_attn.out_proj", "mlpNorm": "final_layer_norm",
    "mlp.up": "fc1", "mlp.down": "fc2", "head": "lm_head",
}


def t5_names(gated):
    def network(layer):
        inner = f"layer.{layer}.DenseReluDense."
        return {"mlpNorm": f"layer.{layer}.layer_norm", "mlp.gate": inner + "wi_0",
                "mlp.up": inner + ("wi_1" if gated else "wi"), "mlp.down": inner + "wo"}

    own, cross = "layer.0.SelfAttention.", "layer.1.EncDecAttention."
    bias = "block.0." + own + "relative_attention_bias"
    return {
        "embedding.token": "shared", "encoder.relativePosition.table": "encoder." + bias,
        "relativePosition.table": "decoder." + bias,
        "encoder.block": "encoder.block.{}.", "block": "decoder.block.{}.",
        "attentionNorm": "layer.0.layer_norm", "attention.qkv": [own + part for part in "qkv"],
        "attention.projection": own + "o", "crossNorm": "layer.1.layer_norm",
        "crossAttention.query": cross + "q",
        "crossAttention.keyValue": [cross + part for part in "kv"],
        "crossAttention.projection": cross + "o", **network(2),
        "encoder.finalNorm": "encoder.final_layer_norm",
        "finalNorm": "decoder.final_layer_norm", "head": "lm_head",
    } | {"encoder." + part: name for part, name in network(1).items()}


@dataclass(frozen=True)
class Family:
    config: object
    names: dict
    paper: Paper
    attention: str = "eager"
    prefix: int = 0

    @property
    def is_masked(self):
        return self.config.architectures[0].endswith("ForMaskedLM")

    @property
    def has_encoder(self):
        return "encoder.block" in self.names


COMMON = dict(vocab_size=37, use_cache=False, bos_token_id=None, eos_token_id=None,
              # A pad_token_id would be nn.Embedding's padding_idx, whose row gets no gradient.
              pad_token_id=None)
MODERN = dict(num_hidden_layers=2, num_attention_heads=4, intermediate_size=36,
              max_position_embeddings=16)


def config(kind, task="ForCausalLM", **fields):
    return getattr(transformers, kind + "Config")(
        architectures=[kind + task], **COMMON | fields)


def rope(theta, **more):
    return {"rope_parameters": {"rope_type": "default", "rope_theta": theta, **more}}


def bloom(heads, hidden):
    return Family(
        config("Bloom", hidden_size=hidden, n_layer=2, n_head=heads),
        BLOOM, Paper(heads=heads, groups=heads, size=hidden // heads, activation="tanh", alibi=1,
                     tied=True))


def neox(heads, factor, theta, parallel):
    size = 32 // heads
    return Family(
        config("GPTNeoX", **MODERN | {"num_attention_heads": heads}, hidden_size=32,
               use_parallel_residual=parallel, **rope(theta, partial_rotary_factor=factor)),
        NEOX, Paper(heads=heads, groups=heads, size=size, rotary=int(size * factor), theta=theta,
                    parallel=parallel))


def encoder(kind, names, offset, activation, **fields):
    return Family(
        config(kind, "ForMaskedLM", num_hidden_layers=2, num_attention_heads=4, hidden_size=16,
               intermediate_size=36, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
               **fields),
        names, Paper(epsilon=fields["layer_norm_eps"], activation=activation, post=True,
                     causal=False, offset=offset, tied=True))


def marian(tied, shared):
    return Family(
        config("Marian", "MTModel", d_model=16, encoder_layers=2, decoder_layers=2,
               encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=36,
               decoder_ffn_dim=36, max_position_embeddings=16, dropout=0.0,
               activation_function="relu", scale_embedding=True, decoder_start_token_id=0,
               forced_eos_token_id=None, share_encoder_decoder_embeddings=shared,
               tie_word_embeddings=tied),
        MARIAN, Paper(activation="relu", post=True, sinusoidal=True, tied=tied, scale=4))


def t5(projection, tied, activation):
    """Few buckets, so that distances of a tiny batch fall into all kinds of them."""
    return Family(
        config("T5", "ForConditionalGeneration", d_model=16, d_kv=6, d_ff=36, num_layers=2,
               num_decoder_layers=2, num_heads=4, relative_attention_num_buckets=8,
               relative_attention_max_distance=6, dropout_rate=0.0, feed_forward_proj=projection,
               decoder_start_token_id=0, tie_word_embeddings=tied),
        t5_names("gated" in projection),
        Paper(size=6, norm="rms", epsilon=1e-6, activation=activation, buckets=8, furthest=6,
              divided=False, tied=tied, head_scale=0.25 if tied else 1))


def falcon(names, paper, **fields):
    attention = "sdpa" if fields.get("alibi") else "eager"  # see NOTES.md: eager adds ALiBi twice
    return Family(
        config("Falcon", num_hidden_layers=2, num_attention_heads=4, hidden_size=24,
               ffn_hidden_size=36, max_position_embeddings=16, **fields),
        names, Paper(size=6, tied=True, **paper), attention)


def families():
    rms = dict(norm="rms", activation="silu")
    return {
        "llama": Family(
            config("Llama", **MODERN, hidden_size=16, num_key_value_heads=2, rms_norm_eps=1e-5,
                   **rope(500.0)),
            LLAMA, Paper(groups=2, rotary=4, theta=500.0, **rms)),
        "llama-tied": Family(
            config("Llama", **MODERN, hidden_size=24, tie_word_embeddings=True, rms_norm_eps=1e-6),
            LLAMA, Paper(size=6, rotary=6, epsilon=1e-6, tied=True, **rms)),
        # GLM's pattern: a prefix in both directions, and a continuation from left to right.
        "llama-prefix": Family(
            config("Llama", **MODERN, hidden_size=16, num_key_value_heads=2, rms_norm_eps=1e-5,
                   **rope(500.0)),
            LLAMA, Paper(groups=2, rotary=4, theta=500.0, prefix=4, **rms), prefix=4),
        "mistral": Family(
            config("Mistral", **MODERN, hidden_size=16, num_key_value_heads=2, sliding_window=12,
                   rms_norm_eps=1e-5),
            LLAMA, Paper(groups=2, rotary=4, **rms)),
        "mistral-window": Family(
            config("Mistral", **MODERN, hidden_size=16, num_key_value_heads=2, sliding_window=3,
                   rms_norm_eps=1e-5),
            LLAMA, Paper(groups=2, rotary=4, window=3, **rms)),
        "qwen2": Family(
            config("Qwen2", **MODERN, hidden_size=24, num_key_value_heads=2, rms_norm_eps=1e-6,
                   **rope(1e6)),
            LLAMA, Paper(groups=2, size=6, rotary=6, theta=1e6, epsilon=1e-6, **rms)),
        "qwen3": Family(
            config("Qwen3", **MODERN, hidden_size=16, num_key_value_heads=2, head_dim=6,
                   rms_norm_eps=1e-6, tie_word_embeddings=True, **rope(1e6)),
            LLAMA, Paper(groups=2, size=6, rotary=6, theta=1e6, epsilon=1e-6, tied=True, **rms)),
        "mixtral": Family(
            config("Mixtral", **MODERN, hidden_size=16, num_key_value_heads=2, rms_norm_eps=1e-5,
                   num_local_experts=5, num_experts_per_tok=2),
            LLAMA, Paper(groups=2, rotary=4, theta=1e6, experts=5, chosen=2, **rms)),
        "qwen3-moe": Family(
            config("Qwen3Moe", **MODERN, hidden_size=16, num_key_value_heads=2, head_dim=6,
                   rms_norm_eps=1e-6, moe_intermediate_size=12, num_experts=6,
                   num_experts_per_tok=3, norm_topk_prob=False, **rope(500.0)),
            LLAMA, Paper(groups=2, size=6, rotary=6, theta=500.0, epsilon=1e-6, experts=6, chosen=3,
                         renormalised=False, **rms)),
        "gemma": Family(
            config("Gemma", **MODERN, hidden_size=24, num_key_value_heads=1, head_dim=8),
            LLAMA, Paper(groups=1, size=8, rotary=8, epsilon=1e-6, norm="rms+1", tied=True,
                         activation="tanh", scale=math.sqrt(24))),
        "phi": Family(
            config("Phi", **MODERN, hidden_size=32,
                   **rope(10_000.0, partial_rotary_factor=0.5)),
            PHI, Paper(size=8, rotary=4, activation="tanh", parallel=True)),
        "opt": Family(
            config("OPT", num_hidden_layers=2, num_attention_heads=4, hidden_size=16, ffn_dim=36,
                   max_position_embeddings=16, dropout=0.0),
            OPT, Paper(activation="relu", offset=2, tied=True)),
        # As the model of 350M: post-norm, its embeddings narrower than the stream.
        "opt-post-norm": Family(
            config("OPT", num_hidden_layers=2, num_attention_heads=4, hidden_size=16, ffn_dim=36,
                   max_position_embeddings=16, dropout=0.0, do_layer_norm_before=False,
                   word_embed_proj_dim=12),
            OPT, Paper(activation="relu", offset=2, post=True, tied=True)),
        "bloom": bloom(4, 16),
        "bloom-5heads": bloom(5, 20),
        "gpt-neox": neox(4, 0.5, 10_000.0, True),
        "gpt-neox-sequential": neox(2, 0.25, 500.0, False),
        "falcon": falcon(BLOOM, dict(groups=1, rotary=6, parallel=True)),
        "falcon-new": falcon(FALCON_NEW, dict(groups=2, rotary=6, parallel=True),
                             new_decoder_architecture=True, num_kv_heads=2),
        "falcon-rw": falcon(BLOOM, dict(alibi=1 / math.sqrt(6)),
                            alibi=True, multi_query=False, parallel_attn=False, bias=True),
        "bert": encoder("Bert", BERT, 0, "gelu", layer_norm_eps=1e-12, type_vocab_size=2,
                        max_position_embeddings=16),
        # Positions start behind that of the padding token, 1; 18 of them are 16.
        "roberta": encoder("Roberta", ROBERTA, 2, "gelu", layer_norm_eps=1e-5, type_vocab_size=1,
                           max_position_embeddings=18, pad_token_id=1),
        "marian": marian(tied=True, shared=True),
        "marian-tied-head": marian(tied=True, shared=False),
        "marian-untied": marian(tied=False, shared=False),
        "t5": t5("relu", True, "relu"),
        "t5-gated": t5("gated-gelu", False, "tanh"),
    }


# --------------------------------------------------------------------------
# Models, and parameters under our names
# --------------------------------------------------------------------------

class AllFloat64(TorchFunctionMode):
    """Turns every request for float32 into one for float64.

    Norms, softmax and rotary angles ask for float32 by name whatever the model's
    type, which would leave noise of 1e-7 in a float64 model.
    """

    def __enter__(self):
        torch.set_default_dtype(torch.float64)
        return super().__enter__()

    def __exit__(self, *exception):
        torch.set_default_dtype(torch.float32)
        return super().__exit__(*exception)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        def widen(value):
            return torch.float64 if value is torch.float32 else value

        if func is torch.Tensor.float:
            func = torch.Tensor.double
        result = func(*map(widen, args), **{k: widen(v) for k, v in (kwargs or {}).items()})
        require(not isinstance(result, torch.Tensor) or result.dtype != torch.float32,
                f"{func} made a float32 tensor")
        return result


def mode(dtype):
    return AllFloat64() if dtype == torch.float64 else nullcontext()


def build(family, dtype):
    """The model, without meaningful weights, in the given type."""
    auto = (AutoModelForMaskedLM if family.is_masked
            else AutoModelForSeq2SeqLM if family.has_encoder else AutoModelForCausalLM)
    # grouped_mm, which sorts rows by expert and is the default, does not know float64.
    experts = ({"experts_implementation": "eager"}
               if family.paper.experts and dtype == torch.float64 else {})
    with mode(dtype):
        model = auto.from_config(
            copy.deepcopy(family.config), attn_implementation=family.attention, dtype=dtype,
            **experts)
    if family.config.model_type == "t5" and not family.paper.tied:
        # transformers 5 makes every head of a T5 the embedding; the weights of T5 1.1 have another.
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    require(type(model).__name__ == family.config.architectures[0], f"built a {type(model)}")
    require(all(p.dtype == dtype for p in model.parameters()), "parameters of another type")
    return model.train()


def fused_rows(paper):
    """The rows of a fused matrix that are our query, key and value heads, in our order.

    There, each group of heads has its query heads, one key head, one value head.
    """
    each = paper.heads // paper.groups
    heads = torch.arange(paper.groups * (each + 2)).view(paper.groups, each + 2)
    order = torch.cat([heads[:, :each].flatten(), heads[:, each], heads[:, each + 1]])
    return (order[:, None] * paper.size + torch.arange(paper.size)).flatten()


def matrices(model):
    """The parameters by name, those of experts, (E, out, in), as one expert below the other."""
    return {name: p if p.dim() < 3 else p.detach().flatten(0, 1)
            for name, p in model.named_parameters() if p.requires_grad}


def expert_rows(family, part):
    """The rows of a matrix of all experts that are ours: each has its gates above its ups."""
    if not family.paper.experts or part not in ("mlp.experts.gate", "mlp.experts.up"):
        return slice(None)
    inner = getattr(family.config, "moe_intermediate_size", family.config.intermediate_size)
    halves = torch.arange(2 * inner * family.paper.experts).view(family.paper.experts, 2, inner)
    return halves[:, int(part.endswith("up"))].flatten()


def pieces(family, model):
    """Our names in order, each with the (HF name, its rows) that make it up, top to bottom."""
    existing = {name for name, _ in model.named_parameters()}  # a tied head is not listed
    layers, names = family.config.num_hidden_layers, family.names

    def stack(scope, parts):
        own = lambda part: scope + part if scope + part in names else part
        return [(f"{scope}block.{i}.{part}", own(part), names[scope + "block"].format(i))
                for i in range(layers) for part in parts]

    places = [(part, part, "") for part in BEFORE]
    if family.has_encoder:
        places += [(part, part, "")
                   for part in ("encoder.embedding.token", "encoder.relativePosition.table")]
        places += stack("encoder.", ATTENTION + NETWORK) + [("encoder.finalNorm",) * 2 + ("",)]
        places += [("relativePosition.table",) * 2 + ("",)]
    places += stack("", ATTENTION + CROSS + NETWORK) + [(part, part, "") for part in AFTER]

    table = {}
    for ours, part, prefix in places:
        theirs = family.names.get(part, [])
        rows = expert_rows(family, part)
        if part == "embedding.token" and isinstance(theirs, list):
            theirs = next(name for name in theirs if name + ".weight" in existing)
        if isinstance(theirs, str):
            rows = fused_rows(family.paper) if part == "attention.qkv" else rows
            theirs = [theirs]
        for kind in ("weight", "bias"):
            found = [f"{prefix}{name}" if "experts" in name else f"{prefix}{name}.{kind}"
                     for name in theirs]
            if found and existing.issuperset(found) and (kind == "weight" or "experts" not in part):
                is_table = (ours.endswith(".table")
                            or "embedding." in ours and ours != "embedding.projection")
                name = ours if is_table else f"{ours}.{kind}"
                table[name] = [(hf, rows) for hf in found]
    return table


def check_coverage(name, model, table):
    """Every row of every parameter of the model is in exactly one of ours."""
    counts = {hf: torch.zeros(p.shape[0], dtype=torch.int64) for hf, p in matrices(model).items()}
    for parts in table.values():
        for hf, rows in parts:
            counts[hf][rows] += 1
    for hf, count in counts.items():
        require((count == 1).all(), f"{name}: {hf} is covered {count.tolist()} times")


def gather(tensors, parts):
    """One of our tensors from theirs."""
    return torch.cat([tensors[hf][rows] for hf, rows in parts])


def scatter(tensors, parts, values):
    """Write one of our tensors into theirs."""
    with torch.no_grad():
        sizes = [tensors[hf][rows].shape[0] for hf, rows in parts]
        for (hf, rows), chunk in zip(parts, values.to(tensors[parts[0][0]].dtype).split(sizes)):
            tensors[hf][rows] = chunk


def initial_parameters(family, table, model):
    tensors = matrices(model)
    result = {}
    for index, (name, parts) in enumerate(table.items()):
        base = int(name.endswith("Norm.weight") and family.paper.norm != "rms+1")
        result[name] = initial_values(index, tuple(gather(tensors, parts).shape), base)
    return result


# --------------------------------------------------------------------------
# One family
# --------------------------------------------------------------------------

SHAPE = SimpleNamespace(batch=2, sequence=7, vocabulary=37)
IGNORED = -100
MASKED_FORMAT = """ Here the tokens are stored, as the model reads them, and so are the targets, \
-100 where there is none; the second half of a sequence is of the second token type, if there are \
two."""
ENCODER_FORMAT = """ Here the tokens that the decoder reads, the targets and the tokens that the \
encoder reads are stored."""
PREFIX_FORMAT = """ Here the first `prefix` tokens see each other, and the loss is that of the \
tokens behind them."""


def batch_of(family):
    """What the model reads, by transformers' names, and the targets."""
    inputs, targets = make_batch(SHAPE)
    if family.prefix:
        # Token `prefix` is the first that is predicted, by the one before it.
        targets[:, :family.prefix - 1] = IGNORED
        place = torch.arange(SHAPE.sequence)
        hidden = (place > place[:, None]) & (place >= family.prefix)
        mask = torch.zeros(hidden.shape, dtype=torch.float64).masked_fill(hidden, -math.inf)
        return {"input_ids": inputs, "attention_mask": mask.expand(SHAPE.batch, 1, -1, -1)}, targets
    if family.has_encoder:
        size = SHAPE.batch * SHAPE.sequence
        source = token_sequence(2 * size + 1, SHAPE.vocabulary)[size + 1:].view_as(inputs)
        return {"input_ids": source, "decoder_input_ids": inputs}, targets
    if not family.is_masked:
        return {"input_ids": inputs}, targets
    # RoBERTa does not count a padding token as a position.
    text = inputs.masked_fill(inputs == 1, 2)
    inputs, targets = text.clone(), torch.full_like(text, IGNORED)
    for row, column, token in ((0, 1, 36), (0, 5, 36), (1, 0, 36), (1, 3, 11), (1, 6, None)):
        targets[row, column] = text[row, column]
        if token is not None:
            inputs[row, column] = token
    types = torch.arange(SHAPE.sequence).expand_as(text) >= (SHAPE.sequence + 1) // 2
    return {"input_ids": inputs,
            "token_type_ids": types.long() * (family.config.type_vocab_size > 1)}, targets

FORMAT = """\
A tiny model of transformers with weights of our own. config: the config.json that \
save_pretrained writes, without transformers_version. \
Arrays are {"shape": [...], "data": base64 of little-endian float64, row-major}. \
parameterOrder: names of the parameters; the initial weights, not stored, and the tokens are \
made from the place in it as in gpt2-tiny-numbers.json (base 1 for names ending in Norm.weight, \
but weightBase 0 for those of Gemma, else 0). Linear weights are [out, in]; qkv rows are all query heads, \
then key heads, then value heads. logits: [b*s, V]; loss: mean cross-entropy, flat position n reads \
token n and must predict token n + 1; gradients: of that loss. \
All is computed in float64, also where transformers asks for float32 by name. \
attention: the attn_implementation that was used. \
float32: loss of the unaltered float32 model, and max|f32 - f64| / max|f64| per tensor."""


def logits_of(model, inputs):
    cache = {} if "ForMaskedLM" in type(model).__name__ else {"use_cache": False}
    if "attention_mask" in inputs:
        inputs = inputs | {"attention_mask": inputs["attention_mask"].to(model.dtype)}
    return model(**inputs, **cache).logits


def run(model, inputs, targets, dtype):
    """Logits, loss and {HF name: gradient}."""
    model.zero_grad()
    with mode(dtype):
        logits = logits_of(model, inputs)
        loss = mean_loss(logits, targets)
        loss.backward()
    require(logits.dtype == dtype, f"logits of type {logits.dtype}")
    return logits.detach(), loss.item(), {
        n: p.grad if p.dim() < 3 else p.grad.flatten(0, 1) for n, p in model.named_parameters()
        if p.requires_grad}


def check_close(label, measured, reference, tolerance):
    for key, tensor in reference.items():
        error = make_fixtures.relative_error(measured[key], tensor)
        require(error < tolerance, f"{label}: {key} is off by {error}")


def check_slopes(label, model, table, gradients, batch, width=1e-4):
    """Central differences along the gradient of each of our parameters."""
    inputs, targets = batch
    tensors = matrices(model)
    for name, parts in table.items():
        start, norm, sides = gather(tensors, parts).detach().clone(), gradients[name].norm(), []
        for sign in (1, -1):
            scatter(tensors, parts, start + sign * width / norm * gradients[name])
            with torch.no_grad(), AllFloat64():
                sides.append(mean_loss(logits_of(model, inputs), targets))
        scatter(tensors, parts, start)
        slope = (sides[0] - sides[1]) / (2 * width)
        require(abs(slope - norm) < 1e-6 * norm, f"{label}: {name}: slope {slope}, norm {norm}")


def family_file(label, family):
    """The content of one file."""
    paper, results = family.paper, {}
    batch = batch_of(family)
    for dtype in (torch.float32, torch.float64):
        model = build(family, dtype)
        table = pieces(family, model)
        check_coverage(label, model, table)
        tables = [module.weight for module in model.modules()
                  if isinstance(module, torch.nn.Embedding)]
        tied = any(model.get_output_embeddings().weight is table for table in tables)
        require(tied == paper.tied == ("head.weight" not in table), f"{label}: tied is {tied}")
        tensors = matrices(model)
        initial = initial_parameters(family, table, model)
        for name, parts in table.items():
            scatter(tensors, parts, initial[name])
            require(torch.equal(gather(tensors, parts), initial[name].to(dtype)), f"{label}: {name}")
        logits, loss, gradients = run(model, *batch, dtype)
        results[dtype] = {"logits": logits.flatten(0, 1), "loss": torch.tensor(loss, dtype=torch.float64)} | {
            name: gather(gradients, parts) for name, parts in table.items()}
    exact = results[torch.float64]  # `model`, `table` and `loss` are of float64 from here on
    check_close(f"{label}, float32", results[torch.float32], exact, 1e-4)
    # Short steps, where a longer one takes a ReLU past its bend.
    check_slopes(label, model, table, exact, batch, 1e-5 if label == "t5" else 1e-4)

    ours = {name: value.double().requires_grad_() for name, value in initial.items()}
    read = batch[0]
    logits = (paper_logits(paper, ours, read["decoder_input_ids"], source=read["input_ids"])
              if family.has_encoder
              else paper_logits(paper, ours, read["input_ids"], read.get("token_type_ids")))
    paper_loss = mean_loss(logits, batch[1])
    grads = dict(zip(ours, torch.autograd.grad(paper_loss, list(ours.values()))))
    # BLOOM's GELU has its constants cut to nine digits, hence not closer.
    check_close(f"{label}, on paper", grads | {"logits": logits.flatten(0, 1), "loss": paper_loss},
                exact, 1e-8 if label.startswith("bloom") else 1e-11)

    with tempfile.TemporaryDirectory() as folder:
        family.config.save_pretrained(folder)
        saved = json.loads((Path(folder) / "config.json").read_text())
    saved.pop("transformers_version")
    if family.has_encoder:
        saved["tie_word_embeddings"] = paper.tied  # which transformers 5 writes of no T5
    tokens = token_sequence(SHAPE.batch * SHAPE.sequence + 1, SHAPE.vocabulary).tolist()
    # What follows from the tokens is not stored.
    more = {}
    if family.prefix:
        more["prefix"] = family.prefix
    if family.is_masked:
        tokens = batch[0]["input_ids"].flatten().tolist()
        more["targets"] = batch[1].flatten().tolist()
    if family.has_encoder:
        tokens = read["decoder_input_ids"].flatten().tolist()
        more["targets"] = batch[1].flatten().tolist()
        more["source"] = read["input_ids"].flatten().tolist()
    return {
        "format": (FORMAT + MASKED_FORMAT * family.is_masked
                   + PREFIX_FORMAT * bool(family.prefix) + ENCODER_FORMAT * family.has_encoder),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "config": saved,
        "attention": family.attention,
        "batch": SHAPE.batch,
        "sequence": SHAPE.sequence,
        "weightBase": 0 if paper.norm == "rms+1" else 1,
        "parameterOrder": list(table),
        "parameterCount": sum(t.numel() for t in initial.values()),
        "tokens": tokens, **more,
        "loss": loss,
        "logits": encode(exact["logits"]),
        "gradients": {name: encode(exact[name]) for name in table},
        "float32": {
            "loss": results[torch.float32]["loss"].item(),
            "relativeError": make_fixtures.relative_errors(results[torch.float32], exact),
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("."), help="folder to write to")
    parser.add_argument("--saved", action="store_true", help="write saved-*.json instead")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # one fixed order of summation
    torch.manual_seed(0)      # no number in the files depends on it
    if options.saved:
        from saved_families import saved_families
        from saved_llama import saved_llama
        from saved_mixtral import saved_mixtral
        write(options.out / "saved-llama.json", saved_llama(require), depth=4)
        write(options.out / "saved-mixtral.json", saved_mixtral(require), depth=3)
        write(options.out / "saved-families.json", saved_families(require), depth=2)
        return
    for name, family in families().items():
        write(options.out / f"family-{name}.json", family_file(name, family), depth=2)


if __name__ == "__main__":
    main()
