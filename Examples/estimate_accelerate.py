"""Lets `assay judge` ask Hugging Face accelerate: the arithmetic of `accelerate estimate-memory`.

    pip install accelerate transformers torch
    assay judge -- python3 Examples/estimate_accelerate.py

The command line of accelerate takes models from the Hub only; this builds the same empty model from
sizes, and hands it to the same functions.
"""

import json
import sys

from accelerate import init_empty_weights
from accelerate.commands.estimate import estimate_training_usage
from accelerate.utils import calculate_maximum_sizes
from transformers import AutoModel, GPT2Config, LlamaConfig, logging

logging.set_verbosity_error()

PRECISIONS = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def configuration(model):
    if model["family"] == "gpt2":
        return GPT2Config(
            n_layer=model["layers"],
            n_embd=model["hidden"],
            n_head=model["heads"],
            n_inner=model["feedForward"],
            vocab_size=model["vocabulary"],
            n_positions=model["positions"],
        )
    if model["family"] == "llama":
        return LlamaConfig(
            num_hidden_layers=model["layers"],
            hidden_size=model["hidden"],
            num_attention_heads=model["heads"],
            num_key_value_heads=model["kvHeads"],
            head_dim=model["headDimension"],
            intermediate_size=model["feedForward"],
            vocab_size=model["vocabulary"],
            max_position_embeddings=model["positions"],
            tie_word_embeddings=model["tiedHead"],
        )
    raise SystemExit(f"this adapter knows gpt2 and llama, not {model['family']}")


def estimate(question):
    with init_empty_weights():
        model = AutoModel.from_config(configuration(question["model"]))
    total, _ = calculate_maximum_sizes(model)
    usage = estimate_training_usage(total, PRECISIONS[question["recipe"]["precision"]])
    return {
        "parameters": total // 4,
        "gradient": usage["gradients"],
        "optimizerState": usage["optimizer"],
        "peak": usage["step"],
    }


for line in sys.stdin:
    print(json.dumps(estimate(json.loads(line))))
