import Catalogue
import Instrument
import Transformer

/// A layout that is allowed, with what the closed forms say of it.
struct Candidate {
  let layout: Layout
  let recompute: Recompute
  /// The most that a stage holds, in bytes.
  let peak: Double
  /// Seconds of an update.
  let seconds: Double
  /// What they follow from.
  let form: LayoutForm
}

/// Compares all layouts that a model and a cluster allow.
struct PlanSearch {
  let shape: ModelShape
  let recipe: Recipe
  let device: Device
  let gpus: Int
  let globalBatch: Int
  let options: PlanOptions

  /// All layouts that are allowed, with the closed forms' estimates, the fastest first.
  func candidates() throws(InputError) -> [Candidate] {
    try requireLimits()
    let allowed = try allowed()
    let estimates = try estimates(allowed)
    return allowed.map { choice in
      let estimate = estimates[choice.plain]!
      return Candidate(
        layout: choice.layout, recompute: choice.recompute,
        peak: estimate.form.peak(choice.layout, layers: shape.layers),
        seconds: Self.seconds(estimate.stages, choice.layout), form: estimate.form)
    }.sorted { ($0.seconds, $0.layout.zero, $0.peak) < ($1.seconds, $1.layout.zero, $1.peak) }
  }

  /// Refuses more ranks for a sequence, or for experts, than the model and the recipe have use for.
  private func requireLimits() throws(InputError) {
    var most = Layout()
    (most.context, most.expert) = (options.context, options.expert)
    (most.data, most.globalBatch) = (options.expert, options.expert)
    try most.validate(for: shape, recipe)
  }

  /// A layout and what is computed again.
  private struct Choice: Hashable {
    var layout: Layout
    let recompute: Recompute

    /// What has the same closed form: the layout with one part for each stage.
    var plain: Choice {
      var plain = self
      plain.layout.virtual = 1
      return plain
    }
  }

  private func allowed() throws(InputError) -> [Choice] {
    var choices: [Choice] = []
    for layout in layouts() {
      let shape = try padded(for: layout)
      for recompute in recomputations {
        let choice = Choice(layout: layout, recompute: recompute)
        if (try? layout.validate(for: shape, own(choice))) != nil { choices.append(choice) }
      }
    }
    return choices
  }

  private func own(_ choice: Choice) -> Recipe {
    var recipe = choice.layout.recipe(recipe)
    recipe.recompute = choice.recompute
    return recipe
  }

  /// A closed form, and the seconds of its stages.
  private struct Estimate {
    let form: LayoutForm
    let stages: [StageSeconds]
  }

  /// The closed forms of all choices, recovered on all cores.
  private func estimates(_ choices: [Choice]) throws(InputError) -> [Choice: Estimate] {
    let plain = Array(Set(choices.map(\.plain)))
    let estimates = try Parallel.map(plain) { choice throws(InputError) in try estimate(choice) }
    return Dictionary(uniqueKeysWithValues: zip(plain, estimates))
  }

  private func estimate(_ choice: Choice) throws(InputError) -> Estimate {
    let (layout, recipe) = (choice.layout, own(choice))
    let shape = try padded(for: layout)
    let form = try LayoutForm(shape, recipe, layout)
    let timer = StageTimer(shape, recipe, layout, on: device, options.time)
    let works = form.works(layers: shape.layers).map(timer.performed)
    return Estimate(form: form, stages: works.map(timer.seconds))
  }

  /// The model, its vocabulary padded for the ranks that share it.
  func padded(for layout: Layout) throws(InputError) -> ModelShape {
    try shape.padded(toMultipleOf: options.padding, for: layout)
  }

  /// What may be computed again: tiled attention does so by itself.
  private var recomputations: [Recompute] {
    recipe.attention == .flash ? [.none, .full] : [.none, .selective, .full]
  }

  /// Every way to divide the devices, the layers and the batch.
  private func layouts() -> [Layout] {
    models().flatMap { layout in
      divisions(of: layout).flatMap { layout in
        (layout.replicas == 1 ? [.none] : Layout.ZeRO.allCases).map { zero in
          var layout = layout
          layout.zero = zero
          return layout
        }
      }
    }
  }

  /// Every way to divide the devices and a model's sequences, layers and experts.
  private func models() -> [Layout] {
    let tensors = Self.divisors(gpus).filter { $0 <= options.time.node && shape.heads % $0 == 0 }
    return tensors.flatMap { tensor in
      Self.divisors(gpus / tensor).filter { shape.layers % $0 == 0 }.flatMap { pipeline in
        Self.divisors(gpus / tensor / pipeline).filter { $0 <= options.context }.flatMap {
          context in
          models(tensor: tensor, pipeline: pipeline, context: context)
        }
      }
    }
  }

  private func models(tensor: Int, pipeline: Int, context: Int) -> [Layout] {
    let data = gpus / tensor / pipeline / context
    return Self.divisors(data).filter { $0 <= options.expert }.flatMap { expert in
      (tensor == 1 ? [false] : [false, true]).map { sequenceParallel in
        var layout = Layout()
        (layout.data, layout.tensor, layout.pipeline) = (data, tensor, pipeline)
        (layout.context, layout.expert) = (context, expert)
        layout.sequenceParallel = sequenceParallel
        return layout
      }
    }
  }

  /// Every way to divide the batch, and a stage's layers into parts.
  private func divisions(of layout: Layout) -> [Layout] {
    guard globalBatch % layout.data == 0 else { return [] }
    let share = globalBatch / layout.data
    let parts =
      layout.pipeline == 1 ? [1] : Self.divisors(shape.layers / layout.pipeline)
    return Self.divisors(share).filter { $0 <= Self.largestMicrobatch }.flatMap { microbatch in
      parts.filter { $0 == 1 || share / microbatch % layout.pipeline == 0 }.map { virtual in
        var layout = layout
        (layout.microbatch, layout.globalBatch) = (microbatch, globalBatch)
        layout.virtual = virtual
        return layout
      }
    }
  }

  /// More sequences at once than large models have use for.
  private static let largestMicrobatch = 8

  private static func divisors(_ number: Int) -> [Int] {
    (1...max(1, number)).filter { number % $0 == 0 }
  }

  /// Seconds of an update if every stage were as slow as the slowest: m + (p−1)/v times a micro-batch
  /// with its messages between stages, and the update (Narayanan et al., arXiv 2104.04473,
  /// section 2.2).
  private static func seconds(_ stages: [StageSeconds], _ layout: Layout) -> Double {
    let slowest = stages.map { $0.forward.total + $0.backward.total }.max()!
    let update = stages.map(\.update.total).max()!
    let rounds =
      Double(layout.microbatches) + Double(layout.pipeline - 1) / Double(layout.virtual)
    let sends = layout.pipeline == 1 ? 0 : 2 * stages.map(\.send).max()! * Double(layout.virtual)
    return rounds * (slowest + sends) + update
  }
}
