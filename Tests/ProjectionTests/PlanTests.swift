import Catalogue
import Testing

@testable import Projection

/// A plan compares layouts by closed forms, and holds them to the ranks' programs.
@Suite struct PlanTests {
  private func plan(gpus: Int, hidden: Int = 256, _ gpu: String = "a100-80gb") throws -> Plan {
    let shape = try ModelShape(
      name: "small", layers: 8, hidden: hidden, heads: 4, vocabulary: 512, positions: 64)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.convention) = (64, .bf16, .megatron)
    return try Plan(
      shape, recipe, on: Device(named: gpu), gpus: gpus, globalBatch: 8, count: 5)
  }

  @Test("Closed forms have the kernels and the messages of the ranks' programs, one by one")
  func closedForms() throws {
    let verification = try plan(gpus: 4).verification
    #expect(verification.stages > 0)
    #expect(verification.equalStages == verification.stages)
  }

  @Test("Closed forms hold what the ranks' programs hold")
  func heldBytes() throws {
    // Not to the byte: of an interleaved stage, parts of a micro-batch are counted as if all were
    // alike, and the first keeps the embedding's input besides. 5 in 100 is what that makes here.
    #expect(try plan(gpus: 4, hidden: 2048).verification.largestMemoryDeviation < 0.05)
    #expect(try plan(gpus: 8, hidden: 2048).verification.largestMemoryDeviation < 0.05)
  }

  @Test("Layouts are legal, use all GPUs, and come the fastest first")
  func ranked() throws {
    let plan = try plan(gpus: 4)
    #expect(plan.layouts.count == 5)
    #expect(plan.layouts.allSatisfy { $0.layout.ranks == 4 && $0.layout.globalBatch == 8 })
    let times = plan.layouts.map(\.iterationSeconds)
    #expect(times == times.sorted())
    #expect(plan.fitting == plan.legal && plan.firstFailed == nil)
    #expect(plan.layouts.allSatisfy { $0.headroom >= 0 })
  }

  @Test("A single GPU has only what is computed again and the micro-batch to choose")
  func single() throws {
    // Micro-batches of 1, 2, 4 and 8, and three ways to recompute.
    #expect(try plan(gpus: 1).legal == 12)
  }
}
