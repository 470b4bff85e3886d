/// Published numbers that are not predicted, and why.
struct Unpredicted: Encodable, Sendable {
  /// Where they are published.
  let source: String
  /// Which of them.
  let rows: String
  /// Why.
  let reason: String

  static let all = [
    Unpredicted(
      source: "pytorch/torchtune, README", rows: "LoRA and QLoRA",
      reason: "the program has no adapters"),
    Unpredicted(
      source: "pytorch/torchtune, README",
      rows: "compiled, offloaded, paged, or with updates within backward",
      reason: "the program has no compiler, no second memory, and one update after backward"),
    Unpredicted(
      source: "pytorch/torchtune, README", rows: "sequences that are not packed",
      reason: "their lengths are not printed"),
    Unpredicted(
      source: "Lightning-AI/litgpt, tutorials and config_hub", rows: "LoRA and adapters",
      reason: "the program has no adapters"),
    Unpredicted(
      source: "Lightning-AI/litgpt, config_hub", rows: "full finetuning",
      reason: "the lengths of the samples are not printed, only the longest that is allowed"),
    Unpredicted(
      source: "Lightning-AI/litgpt, extensions/thunder", rows: "compiled",
      reason: "the program has no compiler"),
    Unpredicted(
      source: "ZeRO, arXiv 1910.02054, table 1", rows: "all",
      reason: "reckoned, not measured; its formulas are claims that `assay verify` judges"),
    Unpredicted(
      source: "ZeRO, arXiv 1910.02054, table 2", rows: "all",
      reason: "sizes of models that fitted, without their shapes and batches"),
    Unpredicted(
      source: "deepspeedai/DeepSpeed, docs", rows: "outputs of its estimator",
      reason: "reckoned, not measured"),
    Unpredicted(
      source: "deepspeedai/DeepSpeed, docs", rows: "pictures of nvidia-smi",
      reason: "the devices are full, with the allocator's cache"),
    Unpredicted(
      source: "NVIDIA/Megatron-LM @f2e5db402c, images/model_table.png", rows: "H100, all",
      reason: "micro-batch, recomputation and interleaving are not printed"),
    Unpredicted(
      source: "pytorch/torchtitan, docs and benchmarks", rows: "selective checkpoints",
      reason: "they keep every second product, or every second layer, which the program does not"),
    Unpredicted(
      source: "pytorch/torchtitan, benchmarks", rows: "H100 and H200",
      reason: "compiled, in 8 bits, or selective checkpoints, on an H100 that no data sheet has"),
    Unpredicted(
      source: "mosaicml/llm-foundry, scripts/train/benchmarking", rows: "H100",
      reason: "the device model was calibrated on no kernel of an H100, and many rows are in 8 bits"
    ),
    Unpredicted(
      source: "Touvron et al., arXiv 2302.13971", rows: "GPU hours of LLaMA",
      reason: "layout, micro-batch and recomputation are not printed"),
    Unpredicted(
      source: "NVIDIA/NeMo-Framework-Launcher, README", rows: "GPT-3 and BERT",
      reason: "global batch or layout are not printed"),
    Unpredicted(
      source: "Dao-AILab/flash-attention, README; Dao, arXiv 2307.08691, table 1", rows: "GPT-3",
      reason: "batch and layout are not printed"),
    Unpredicted(
      source: "foundation-model-stack/fms-fsdp, README", rows: "Llama 2",
      reason: "compiled, with weights sharded in groups of replicas"),
    Unpredicted(
      source: "stas00/ml-engineering, MAMF", rows: "best matrix products",
      reason: "they are what the device model takes for the best product"),
  ]
}
