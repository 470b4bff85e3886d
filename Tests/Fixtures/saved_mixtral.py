"""What autograd keeps between forward and backward of a Mixtral, on the CPU in float32.

Run through `make_families.py --saved`.  Each row is transformers' model of one shape, with the
implementation of its experts that is its default, grouped_mm: rows sorted by expert.  It is checked
against the closed form `expected_bytes`.
"""

from dataclasses import asdict, dataclass

import torch
import transformers
from transformers import MixtralConfig, MixtralForCausalLM

from make_fixtures import SavedTensors, camel_case, make_batch, mean_loss
from saved_llama import EPSILON, Shape, addresses, expected_elements


@dataclass(frozen=True)
class ExpertShape(Shape):
    experts: int
    chosen: int          # of them for each token


# (b, s, L, h, a, g, d, f, V, T, tied, E, k)
SHAPES = [ExpertShape(*row) for row in (
    (2, 7, 2, 16, 4, 2, 4, 36, 37, 16, False, 4, 2),
    (3, 5, 3, 24, 4, 4, 6, 48, 41, 8, True, 5, 3),
    (1, 11, 2, 24, 6, 1, 4, 28, 29, 16, False, 8, 1),    # one expert for each token
    (2, 9, 2, 32, 4, 2, 16, 12, 53, 16, False, 3, 3),    # all experts for each token
    (2, 3, 2, 20, 5, 5, 4, 16, 19, 9, True, 32, 2),      # more experts than rows
)]

FORMAT = """\
One row per shape and attention: transformers' MixtralForCausalLM in float32 on the CPU, no \
dropout, experts by grouped_mm. totalBytes: every storage that autograd keeps, once, except \
parameters, buffers, token ids and targets; expertBytes: those of it that only a model with experts \
keeps, integers included."""


def expert_bytes(shape):
    """The closed form of what the router and the experts of all layers keep."""
    rows, pairs = shape.batch * shape.sequence, shape.batch * shape.sequence * shape.chosen
    router = (
        4 * rows * shape.experts    # probabilities
        + 8 * pairs                 # chosen experts
        + 4 * pairs + 4 * rows      # their probabilities, and the sums of these
        + 8 * pairs + 8 * pairs     # the order by expert, and back
        + 8 * pairs                 # the row at each place
        + 4 * pairs                 # the weight at each place
        + 4 * shape.experts         # where each expert's rows end
    )
    experts = 4 * pairs * (
        shape.hidden                # input
        + 4 * shape.feed_forward    # gate and up, in one; silu(gate); the product
        + shape.hidden              # output, before the weights
    )
    return shape.layers * (router + experts)


def expected_bytes(shape, kind):
    """A Llama's, with experts for its feed-forward network."""
    dense = shape.layers * 4 * shape.batch * shape.sequence * shape.feed_forward
    return 4 * (expected_elements(shape, "transformers", kind) - dense) + expert_bytes(shape)


def saved_row(shape, kind, require):
    config = MixtralConfig(
        vocab_size=shape.vocabulary, hidden_size=shape.hidden, num_hidden_layers=shape.layers,
        intermediate_size=shape.feed_forward, num_attention_heads=shape.heads,
        num_key_value_heads=shape.groups, head_dim=shape.size, rms_norm_eps=EPSILON,
        max_position_embeddings=shape.positions, tie_word_embeddings=shape.tied,
        num_local_experts=shape.experts, num_experts_per_tok=shape.chosen,
        use_cache=False, bos_token_id=None, eos_token_id=None)
    model = MixtralForCausalLM._from_config(config, attn_implementation=kind).train()
    require(model.config._experts_implementation == "grouped_mm", "another default")
    inputs, targets = make_batch(shape)
    saved = SavedTensors(model)
    saved.record(lambda: mean_loss(model(input_ids=inputs, use_cache=False).logits, targets))
    known = addresses([*model.parameters(), *model.buffers(), inputs, targets])
    kept = saved.storages(known)
    total = sum(s["bytes"] for s in kept)
    expected = expected_bytes(shape, kind)
    require(total == expected, f"{shape}, {kind}: kept {total} bytes, on paper {expected}")
    return {
        "shape": {camel_case(key): value for key, value in asdict(shape).items()},
        "attention": kind,
        "totalBytes": total,
        "expertBytes": expert_bytes(shape),
    }


def saved_mixtral(require):
    """The content of saved-mixtral.json."""
    torch.manual_seed(0)
    return {
        "format": FORMAT,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "rows": [saved_row(shape, kind, require) for shape in SHAPES for kind in ("eager", "sdpa")],
    }
