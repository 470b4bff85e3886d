"""What autograd keeps between forward and backward of models that are not decoders, on the CPU in
float32.

Run through `make_families.py --saved`.  Each row is one model of transformers: its config, the batch,
how attention is computed, and the bytes that `saved_tensors_hooks` sees.
"""

import json
import tempfile
from pathlib import Path
from unittest.mock import patch

import torch
import transformers
from transformers import AutoModelForMaskedLM

from make_fixtures import SavedTensors, mean_loss, native_dropout, token_sequence

FORMAT = """\
One row per model and batch; float32 training on the CPU. dropout: the probability, the same \
everywhere. A storage is counted once however many tensors share it, with its whole size; parameters, \
buffers and integer tensors (token ids, targets) are left out, masks of dropout (a byte an element) \
are not. Dropout is the op that it becomes on CUDA."""


def bert(layers, hidden, heads, inner, vocabulary, dropout, **more):
    return transformers.BertConfig(
        architectures=["BertForMaskedLM"], num_hidden_layers=layers, hidden_size=hidden,
        num_attention_heads=heads, intermediate_size=inner, vocab_size=vocabulary,
        max_position_embeddings=64, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout, **more)


def models():
    """(config, batch, sequence, attention, dropout)."""
    for dropout in (0.0, 0.1):
        for attention in ("eager", "sdpa") if dropout == 0 else ("eager",):
            yield bert(2, 16, 4, 36, 37, dropout), 2, 7, attention, dropout
            yield bert(3, 24, 3, 50, 41, dropout), 3, 5, attention, dropout
            yield bert(2, 20, 5, 28, 211, dropout), 1, 40, attention, dropout
            yield bert(1, 32, 2, 64, 53, dropout, hidden_act="relu"), 2, 16, attention, dropout


def addresses(tensors):
    return {t.untyped_storage().data_ptr() for t in tensors}


def written(config):
    """The config.json that save_pretrained writes."""
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        saved = json.loads((Path(folder) / "config.json").read_text())
    saved.pop("transformers_version")
    return saved


def cuda_dropout(x, p=0.5, training=True, inplace=False):
    """F.dropout, which keeps a mask of x's own type on the CPU, as it is on CUDA."""
    return native_dropout(x, p) if training and p > 0 else x


def saved_row(config, batch, sequence, attention, dropout, require):
    model = AutoModelForMaskedLM.from_config(config, attn_implementation=attention).train()
    tokens = token_sequence(batch * sequence, config.vocab_size).reshape(batch, sequence)
    targets = tokens.clone()
    saved = SavedTensors(model)
    with patch.object(torch.nn.functional, "dropout", cuda_dropout):
        saved.record(lambda: mean_loss(model(input_ids=tokens).logits, targets))
    own = addresses([*model.parameters(), *model.buffers()])
    kept = [s for s in saved.storages(own) if "int" not in s["dtype"]]
    require(all(s["dtype"] in ("float32", "bool") for s in kept), f"{config}: other types kept")
    return {"config": written(config), "batch": batch, "sequence": sequence,
            "attention": attention, "dropout": dropout,
            "totalBytes": sum(s["bytes"] for s in kept)}


def saved_families(require):
    """The content of saved-families.json."""
    return {
        "format": FORMAT,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "rows": [saved_row(*row, require) for row in models()],
    }
