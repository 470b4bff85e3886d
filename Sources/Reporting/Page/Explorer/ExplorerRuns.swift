import Catalogue
import Formulas
import Transformer
import Verification

/// The runs that the formulas of a page are held to, none of which they were solved from.
struct ExplorerRuns {
  /// The model and recipe of the page.
  let start: Explorer.Setting
  private let family: Derivation
  private let recipe: Recipe

  init(_ family: Derivation, _ recipe: Recipe) {
    let own = family.shape([:])
    let all: [StandardSymbol: Int] = [
      .batch: recipe.batch, .sequence: recipe.sequence, .hidden: own.hidden, .layers: own.layers,
      .heads: own.heads, .vocabulary: own.vocabulary, .positions: own.positions,
      .feedForward: own.feedForward, .kvHeads: own.kvHeads, .headDimension: own.headDimension,
    ]
    let sizes = family.sizes.map { ($0.rawValue, all[$0] ?? 1) }
    start = Explorer.Setting(
      sizes: Dictionary(uniqueKeysWithValues: sizes), precision: recipe.precision,
      attention: recipe.attention, recompute: recipe.recompute)
    (self.family, self.recipe) = (family, recipe)
  }

  /// Runs at settings of all kinds.
  func points() throws -> [Explorer.Point] {
    let changes: [(inout Explorer.Setting) -> Void] = [
      { _ in },
      { ($0.precision, $0.sizes["b"]) = (.bf16, 3) },
      { ($0.precision, $0.attention, $0.sizes["l"]) = (.bf16Pure, .flash, 7) },
      { ($0.precision, $0.recompute, $0.sizes["s"]) = (.fp16, .selective, 96) },
      { ($0.recompute, $0.sizes["V"]) = (.full, 32_003) },
      { ($0.attention, $0.recompute, $0.sizes["b"]) = (.flash, .full, 5) },
      { ($0.data, $0.zero, $0.sizes["s"]) = (2, .optimizerStates, 64) },
      { ($0.data, $0.zero, $0.precision) = (3, .gradients, .bf16) },
      { ($0.data, $0.zero, $0.sizes["V"]) = (7, .parameters, 50_021) },
      { ($0.data, $0.sizes["l"]) = (4, 5) },
    ]
    return try changes.map { change in
      var setting = start
      change(&setting)
      return try point(setting)
    }
  }

  /// Runs along the sizes that everything grows with.
  func lines() throws -> [Explorer.Line] {
    try [StandardSymbol.batch, .sequence, .hidden, .layers].map { symbol in
      Explorer.Line(
        symbol: symbol,
        points: try values(symbol).map { value in
          var setting = start
          setting.sizes[symbol.rawValue] = value
          return try point(setting)
        })
    }
  }

  /// From a quarter to double of a size; of small ones, multiples.
  private func values(_ symbol: StandardSymbol) -> [Int] {
    let own = start.sizes[symbol.rawValue] ?? 1
    // A head keeps a whole and even number of elements.
    let step = symbol == .hidden && family.shape([:]).headDimension % 8 != 0 ? own : own / 4
    return step > 0 ? [1, 2, 4, 6, 8].map { step * $0 } : [1, 2, 4, 6, 8]
  }

  private func point(_ setting: Explorer.Setting) throws -> Explorer.Point {
    var (recipe, layout) = (recipe, Layout())
    recipe.steps = 1
    recipe.batch = setting.sizes["b"] ?? 1
    recipe.sequence = setting.sizes["s"] ?? 1
    (recipe.precision, recipe.attention) = (setting.precision, setting.attention)
    recipe.recompute = setting.recompute
    (layout.data, layout.zero) = (setting.data, setting.zero)
    layout.microbatch = recipe.batch
    layout.globalBatch = recipe.batch * recipe.accumulate * layout.data
    var setting = setting
    if let positions = setting.sizes["T"] {
      setting.sizes["T"] = max(positions, recipe.sequence)
    }
    let sizes = setting.sizes.compactMap { name, value in
      StandardSymbol(rawValue: name).map { ($0, value) }
    }
    let shape = family.shape(Dictionary(uniqueKeysWithValues: sizes))
    let measurement =
      layout.ranks > 1
      ? try Measurement.run(shape, recipe, layout, dry: true)
      : try Measurement.run(shape, recipe, dry: true)
    guard let measurement else { preconditionFailure("a dry run is of this process") }
    return Explorer.Point(setting: setting, measured: Explorer.Measured(measurement))
  }
}

extension Explorer.Measured {
  init(_ measurement: Measurement) {
    let (bytes, flops) = (measurement.bytes, measurement.flops.matmulDense)
    parameter = bytes.parameter
    gradient = bytes.gradient
    optimizerState = bytes.optimizerState
    savedForBackward = bytes.savedForBackward
    peak = bytes.peak.total
    (forward, backward, recompute) = (flops.forward, flops.backward, flops.recompute)
  }
}
