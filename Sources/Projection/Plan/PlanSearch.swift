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
  /// Of how many tokens each rank that shares the vocabulary has a multiple.
  let padding: Int
  let options: TimeOptions

  /// All layouts that are allowed, with the closed forms' estimates, the fastest first.
  func candidates() throws(InputError) -> [Candidate] {
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
    let layout = choice.layout
    let form = try LayoutForm(padded(for: layout), own(choice), layout)
    let works = form.works(layers: shape.layers)
    return Estimate(form: form, stages: stageSeconds(works, layout))
  }

  /// The model, its vocabulary padded for the ranks that share it.
  func padded(for layout: Layout) throws(InputError) -> ModelShape {
    try shape.padded(toMultipleOf: padding, for: layout)
  }

  /// What may be computed again: tiled attention does so by itself.
  private var recomputations: [Recompute] {
    recipe.attention == .flash ? [.none, .full] : [.none, .selective, .full]
  }

  /// Every way to divide the devices, the layers and the batch.
  private func layouts() -> [Layout] {
    let tensors = Self.divisors(gpus).filter { $0 <= options.node && shape.heads % $0 == 0 }
    return tensors.flatMap { tensor in
      Self.divisors(gpus / tensor).filter { shape.layers % $0 == 0 }.flatMap { pipeline in
        divisions(tensor: tensor, pipeline: pipeline)
      }
    }
  }

  private func divisions(tensor: Int, pipeline: Int) -> [Layout] {
    let data = gpus / tensor / pipeline
    guard globalBatch % data == 0 else { return [] }
    let share = globalBatch / data
    let parts = pipeline == 1 ? [1] : Self.divisors(shape.layers / pipeline)
    return Self.divisors(share).filter { $0 <= Self.largestMicrobatch }.flatMap { microbatch in
      parts.filter { $0 == 1 || share / microbatch % pipeline == 0 }.flatMap { virtual in
        (data == 1 ? [.none] : Layout.ZeRO.allCases).flatMap { zero in
          (tensor == 1 ? [false] : [false, true]).map { sequenceParallel in
            var layout = Layout()
            (layout.data, layout.tensor, layout.pipeline) = (data, tensor, pipeline)
            (layout.virtual, layout.zero) = (virtual, zero)
            (layout.microbatch, layout.globalBatch) = (microbatch, globalBatch)
            layout.sequenceParallel = sequenceParallel
            return layout
          }
        }
      }
    }
  }

  /// More sequences at once than large models have use for.
  private static let largestMicrobatch = 8

  private static func divisors(_ number: Int) -> [Int] {
    (1...max(1, number)).filter { number % $0 == 0 }
  }

  private func stageSeconds(_ works: [StageWork], _ layout: Layout) -> [StageSeconds] {
    let kernels = options.kernels ?? KernelSet(for: recipe.convention)
    let model = DeviceModel(device: device, kernels: kernels)
    let cluster = Cluster(
      device: device, layout: layout, node: options.node, networkRate: options.networkBandwidth)
    let overlap = options.overlap ?? kernels.overlap
    let layers = max(1, shape.layers / layout.pipeline)
    return works.map { StageSeconds($0, model, cluster, overlap, layers: layers) }
  }

  /// Seconds of an update if every stage were as slow as the slowest: m + (p−1)/v times a micro-batch, its messages between stages, and the update (Narayanan et al.,
  /// arXiv 2104.04473, section 2.2).
  private static func seconds(_ stages: [StageSeconds], _ layout: Layout) -> Double {
    let slowest = stages.map { $0.forward.total + $0.backward.total }.max()!
    let update = stages.map(\.update.total).max()!
    let rounds =
      Double(layout.microbatches) + Double(layout.pipeline - 1) / Double(layout.virtual)
    let sends = layout.pipeline == 1 ? 0 : 2 * stages.map(\.send).max()! * Double(layout.virtual)
    return rounds * (slowest + sends) + update
  }
}
