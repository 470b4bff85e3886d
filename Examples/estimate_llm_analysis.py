"""Lets `assay judge` ask llm-analysis (Cheng Li, https://github.com/cli99/llm-analysis).

    pip install llm-analysis
    assay judge --convention textbook -- python3 Examples/estimate_llm_analysis.py
"""

import json
import logging
import sys

from llm_analysis.analysis import ActivationRecomputation, LLMAnalysis
from llm_analysis.config import (
    DtypeConfig,
    GPUConfig,
    ModelConfig,
    ParallelismConfig,
)

logging.disable(logging.CRITICAL)

RECOMPUTE = {
    "none": ActivationRecomputation.NONE,
    "selective": ActivationRecomputation.SELECTIVE,
    "full": ActivationRecomputation.FULL,
}
BITS = {"fp32": 32, "bf16": 16, "fp16": 16}

# Only times depend on the GPU; its memory is one that everything fits into.
GPU = GPUConfig(
    name="any",
    mem_per_GPU_in_GB=10**9,
    hbm_bandwidth_in_GB_per_sec=1000,
    intra_node_bandwidth_in_GB_per_sec=100,
    intra_node_min_message_latency=0,
    peak_fp16_TFLOPS=100,
    inter_node_bandwidth_in_GB_per_sec=100,
)


def analysis(model, bits):
    return LLMAnalysis(
        ModelConfig(
            name=model["name"],
            num_layers=model["layers"],
            n_head=model["heads"],
            num_key_value_heads=model["kvHeads"],
            hidden_dim=model["hidden"],
            ffn_embed_dim=model["feedForward"],
            expansion_ratio=model["feedForward"] / model["hidden"],
            vocab_size=model["vocabulary"],
            max_seq_len=model["positions"],
        ),
        GPU,
        DtypeConfig(
            name="any", weight_bits=bits, activation_bits=bits, embedding_bits=bits
        ),
        ParallelismConfig(tp_size=1, pp_size=1, dp_size=1),
        flops_efficiency=1,
        hbm_memory_efficiency=1,
    )


def estimate(question):
    model, recipe = question["model"], question["recipe"]
    llm = analysis(model, BITS[recipe["precision"]])
    batch, sequence = recipe["batch"], recipe["sequence"]
    summary = llm.training(
        batch_size_per_gpu=batch,
        gradient_accumulation_steps=1,
        seq_len=sequence,
        activation_recomputation=RECOMPUTE[recipe["recompute"]],
        flash_attn=recipe["attention"] == "flash",
        softmax_dropout=recipe["dropout"] > 0,
        mlp_gated_linear_units=model["architecture"]["isGated"],
    )
    return {
        "parameters": summary["num_params_total"],
        "gradient": summary["gradient_memory_per_gpu"],
        "optimizerState": summary["optimizer_state_memory_per_gpu"],
        "savedForBackward": summary["activation_memory_per_gpu"],
        "peak": summary["(weight+op_state+grad+act)_memory_per_gpu"],
        "flops": {
            "forward": llm.get_num_flops_fwd_total(batch, sequence),
            "backward": llm.get_num_flops_bwd_total(batch, sequence),
        },
    }


for line in sys.stdin:
    print(json.dumps(estimate(json.loads(line))))
