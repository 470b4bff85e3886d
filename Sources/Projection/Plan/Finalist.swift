import Catalogue
import Instrument
import Transformer

/// One of the fastest layouts by the closed forms, its ranks run.
struct Finalist {
  let candidate: Candidate
  private let device: Device
  /// What the fullest stage reserves, in bytes.
  private let reserved: Int
  /// Stages whose kernels and messages were compared with the closed form's, one by one.
  let compared: Int
  /// Those of them that are equal.
  let equal: Int
  /// By which part the peak of the program's tensors differs from the closed form's.
  let deviation: Double
  /// What the layout gives; nil where it does not fit.
  let entry: Plan.Entry?

  /// - Parameters:
  ///   - candidate: the layout, and what the closed forms say of it.
  ///   - search: what it was found in.
  ///   - compares: whether its closed form is held to the programs of the stages.
  init(
    _ candidate: Candidate, in search: PlanSearch, compares: Bool
  ) throws(InputError) {
    let layout = candidate.layout
    let shape = try search.padded(for: layout)
    var recipe = layout.recipe(search.recipe)
    recipe.recompute = candidate.recompute
    (self.candidate, device) = (candidate, search.device)
    let holdings = [Holding.cuBLAS(computeCapability: device.computeCapability)]
    var (reserved, held) = (0, 0)
    for stage in LayoutForm.stages(of: layout) {
      let run = try StageRun(shape, recipe, layout, stage: stage, holding: holdings)
      reserved = max(reserved, run.bytes.peakReserved)
      held = max(held, run.bytes.peakAllocated - run.bytes.workspace)
    }
    self.reserved = reserved
    deviation = abs(candidate.peak / Double(held) - 1)
    (compared, equal) = compares ? try Self.compare(candidate, shape, recipe) : (0, 0)
    guard reserved <= device.memory.capacity else {
      entry = nil
      return
    }
    let time = try ProjectedTime(shape, recipe, layout, on: device, search.options.time)
    entry = Plan.Entry(
      layout: layout, recompute: candidate.recompute, iterationSeconds: time.iterationSeconds,
      tokensPerSecondPerDevice: time.tokensPerSecondPerDevice, mfu: time.mfu,
      bubbleFraction: time.bubbleFraction, peakReserved: reserved,
      headroom: device.memory.capacity - reserved)
  }

  /// Holds the closed form to the programs of the stages, kernel by kernel.
  private static func compare(
    _ candidate: Candidate, _ shape: ModelShape, _ recipe: Recipe
  ) throws(InputError) -> (compared: Int, equal: Int) {
    let form = candidate.form
    var equal = 0
    for (stage, work) in zip(form.stageNumbers, form.works(layers: shape.layers)) {
      let run = try StageWork(shape, recipe, form.layout, stage: stage)
      if run.round == work.round, run.once == work.once { equal += 1 }
    }
    return (form.stageNumbers.count, equal)
  }

  /// What is said of a layout that does not fit when it is run.
  var failure: Plan.Failure {
    Plan.Failure(
      layout: candidate.layout, recompute: candidate.recompute,
      iterationSeconds: candidate.seconds, peakBytes: reserved,
      missing: reserved - device.memory.capacity)
  }
}
