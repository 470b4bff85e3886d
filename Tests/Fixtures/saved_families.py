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
from transformers import AutoModelForMaskedLM, AutoModelForSeq2SeqLM

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


def marian(layers, hidden, heads, inner, vocabulary, dropout, **more):
    """The Transformer of Vaswani et al.; dropout where the paper has it, and of the probabilities."""
    return transformers.MarianConfig(
        architectures=["MarianMTModel"], encoder_layers=layers, decoder_layers=layers + 1,
        d_model=hidden, encoder_attention_heads=heads, decoder_attention_heads=heads,
        encoder_ffn_dim=inner, decoder_ffn_dim=inner, vocab_size=vocabulary,
        max_position_embeddings=64, dropout=dropout, attention_dropout=dropout,
        scale_embedding=True, pad_token_id=0, decoder_start_token_id=0, forced_eos_token_id=None,
        **{"activation_function": "relu"} | more)


def t5(layers, hidden, heads, size, inner, vocabulary, dropout, **more):
    return transformers.T5Config(
        architectures=["T5ForConditionalGeneration"], num_layers=layers,
        num_decoder_layers=layers + 1, d_model=hidden, num_heads=heads, d_kv=size, d_ff=inner,
        vocab_size=vocabulary, dropout_rate=dropout, decoder_start_token_id=0, **more)


def models():
    """(config, batch, sequence, attention, dropout)."""
    for dropout in (0.0, 0.1):
        for attention in ("eager", "sdpa") if dropout == 0 else ("eager",):
            yield bert(2, 16, 4, 36, 37, dropout), 2, 7, attention, dropout
            yield bert(3, 24, 3, 50, 41, dropout), 3, 5, attention, dropout
            yield bert(2, 20, 5, 28, 211, dropout), 1, 40, attention, dropout
            yield bert(1, 32, 2, 64, 53, dropout, hidden_act="relu"), 2, 16, attention, dropout
            yield marian(2, 16, 4, 36, 37, dropout), 2, 7, attention, dropout
            yield marian(1, 24, 3, 50, 41, dropout), 3, 5, attention, dropout
            yield (marian(1, 32, 2, 64, 53, dropout, activation_function="gelu",
                          share_encoder_decoder_embeddings=False, tie_word_embeddings=False),
                   1, 16, attention, dropout)
        yield t5(2, 16, 4, 6, 36, 37, dropout), 2, 7, "eager", dropout
        yield t5(1, 24, 3, 8, 50, 41, dropout), 3, 5, "eager", dropout
        # The gate with SiLU: what transformers calls gelu_new is eight ops of its own.
        yield (t5(1, 32, 2, 8, 64, 53, dropout, feed_forward_proj="gated-silu"), 1, 16, "eager",
               dropout)


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
    auto = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForMaskedLM
    model = auto.from_config(config, attn_implementation=attention).train()
    tokens = token_sequence(batch * sequence, config.vocab_size).reshape(batch, sequence)
    targets = tokens.clone()
    inputs = {"input_ids": tokens}
    if config.is_encoder_decoder:
        inputs |= {"decoder_input_ids": tokens.clone(), "use_cache": False}
    saved = SavedTensors(model)
    with patch.object(torch.nn.functional, "dropout", cuda_dropout):
        saved.record(lambda: mean_loss(model(**inputs).logits, targets))
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
