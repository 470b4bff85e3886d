import Catalogue
import Projection

/// The golden values of Megatron-LM's functional tests: what the allocator of the last rank held at
/// most, and between updates.
struct MegatronFunctionalTests: DataSet {
  let title = "Megatron-LM functional tests"
  let file = "megatron_functional_tests.json"
  let about = """
    NVIDIA/Megatron-LM, tests/functional_tests/test_cases/gpt/*/golden_values_*.json with \
    model_config.yaml: the allocator's bytes on the last rank, A100 and H100. Predicted by the last \
    stage's program under the convention megatron. Assumed: two cuBLAS workspaces as \
    CUBLAS_WORKSPACE_CONFIG of the run says; Transformer Engine's workspace of 4 MiB on A100 and 32 \
    MiB on H100; the attention backend that a test says or, where it says auto, that of its \
    hardware and date. Nothing is fitted.
    """

  func outcomes(_ path: String) throws -> [Outcome] {
    try MegatronRun.read(path).flatMap { run in
      try Outcome.all(run.title) { try comparisons(run) }
    }
  }

  private func comparisons(_ run: MegatronRun) throws -> [Comparison] {
    let use = run.obstacle.map { Comparison.Use.excluded($0) } ?? .check
    var settings = AllocatorSettings()
    settings.expandableSegments =
      run.config.pytorch_cuda_alloc_conf?.contains("expandable_segments:True") ?? false
    let (shape, layout) = (try run.shape(), run.layout)
    try layout.validate(for: shape, run.recipe)
    let stage = try StageRun(
      shape, run.recipe, layout, stage: layout.pipeline - 1, holding: run.holdings, settings)
    let quantities = [
      (Comparison.Quantity.peakAllocated, stage.bytes.peakAllocated, run.peak),
      (.allocatedBetween, stage.simulation.statistics.allocated.current, run.allocated),
    ]
    return quantities.compactMap { quantity, predicted, measured in
      measured.map {
        Comparison(
          row: run.title, quantity: quantity,
          predicted: Double(predicted), measured: $0, use: use,
          source: "NVIDIA/Megatron-LM @\(run.commit) \(run.path)")
      }
    }
  }
}
