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
    var options = PlanOptions()
    options.count = 5
    return try Plan(
      shape, recipe, on: Device(named: gpu), gpus: gpus, globalBatch: 8, options)
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

  @Test("Sequences are shared among as many ranks as are asked for, and no more")
  func context() throws {
    let shape = try ModelShape(
      name: "small", layers: 2, hidden: 256, heads: 4, vocabulary: 512, positions: 64)
    var recipe = Recipe()
    (recipe.sequence, recipe.attention) = (64, .flash)
    func contexts(_ most: Int) throws -> (legal: Int, found: Set<Int>) {
      var options = PlanOptions()
      (options.context, options.count) = (most, 1000)
      let plan = try Plan(
        shape, recipe, on: Device(named: "a100-80gb"), gpus: 4, globalBatch: 1, options)
      #expect(plan.verification.equalStages == plan.verification.stages)
      return (plan.legal, Set(plan.layouts.map(\.layout.context)))
    }
    // One sequence leaves no replicas. Four GPUs, nothing or all computed again: t 4 with and without
    // sequence parallelism, and t 2 p 2 with and without; p 4 has more stages than layers.
    #expect(try contexts(1) == (8, [1]))
    // Each with four stages of ZeRO: c 2 with t 2 as above, and with p 2.
    #expect(try contexts(2) == (8 + 2 * 4 * (2 + 1), [1, 2]))
    // And c 4.
    #expect(try contexts(4) == (8 + 2 * 4 * (2 + 1) + 2 * 4, [1, 2, 4]))
  }

  @Test("Experts are shared among replicas where room for rows is given")
  func experts() throws {
    let shape = try ModelShape(named: "mixtral-mini")
    var recipe = Recipe()
    (recipe.sequence, recipe.capacityFactor) = (64, 1)
    var options = PlanOptions()
    (options.expert, options.count) = (4, 1000)
    func plan() throws -> Plan {
      try Plan(shape, recipe, on: Device(named: "a100-80gb"), gpus: 4, globalBatch: 4, options)
    }
    let found = try plan()
    #expect(Set(found.layouts.map(\.layout.expert)) == [1, 2, 4])
    #expect(found.verification.equalStages == found.verification.stages)
    // As many rows as come are no number that a plan could reckon with.
    recipe.capacityFactor = nil
    #expect(throws: InputError.self) { try plan() }
  }

  @Test("A single GPU has only what is computed again and the micro-batch to choose")
  func single() throws {
    // Micro-batches of 1, 2, 4 and 8, and three ways to recompute.
    #expect(try plan(gpus: 1).legal == 12)
  }
}
