import Catalogue
import Transformer

/// What recomputation saves and what it costs, measured, beside what is written about it: the
/// `recompute.md` of the reports.
///
/// The runs are those that the sources describe: 16 bits, dropout, and Korthikanti et al.'s list of
/// what is kept.
public struct RecomputeReport: Sendable {
  /// A mode of recomputation, measured.
  struct Row: Sendable {
    let shape: ModelShape
    let recipe: Recipe
    let measurement: Measurement
    /// Bytes that the blocks keep for backward.
    let kept: Int
  }

  private let rows: [Row]

  /// Model, batch, sequence, group size of `every:K`, and whether it is too large to be computed.
  private static let models: [(name: String, batch: Int, sequence: Int, group: Int, dry: Bool)] = [
    ("gpt2", 1, 1024, 6, true), ("gpt2-mini", 8, 128, 2, false),
  ]

  /// Makes the runs.
  ///
  /// - Parameter progress: called before each model with what is done.
  /// - Throws: `MissingComponent` where OpenBLAS is not installed.
  public init(progress: (String) -> Void = { _ in }) throws {
    rows = try Self.models.flatMap { model in
      progress("\(model.dry ? "account for" : "measure") recomputation in \(model.name)")
      let shape = try ModelShape(named: model.name)
      let modes: [Recompute] = [.none, .selective, .full, .squareRoot, .every(model.group)]
      return try modes.map { mode in
        var recipe = Recipe()
        (recipe.batch, recipe.sequence, recipe.recompute) = (model.batch, model.sequence, mode)
        (recipe.precision, recipe.convention, recipe.dropout) = (.bf16, .textbook, 0.1)
        return try Row(shape, recipe, dry: model.dry)
      }
    }
  }

  /// The page.
  public var markdown: String {
    """
    ## Recomputation

    bf16, dropout 0.1, convention textbook, eager attention. *Kept by the blocks* is what they hold \
    for backward when the loss is known; *textbook* is Korthikanti et al., arXiv 2205.05198, \
    section 4 (34·bsh + 5·abs² for a block that keeps everything, 34·bsh without its attention \
    core, 2·bsh for its input alone), and Chen et al., arXiv 1604.06174, section 4.2 (the input of \
    every √l-th block). What is kept beyond the textbook are the statistics of the norms, which it \
    neglects. *Recomputed* are FLOPs of matrix products; the textbook's share is 4·bs²h for a block's \
    attention core, and for whole blocks a third of forward and backward together, 33 %. The \
    measured share is less because the head, which is not run again, has its part in the whole.

    \(table.markdown)

    """
  }

  private var table: Table {
    Table(
      nil,
      [
        .text("model"), .text("run"), .text("recompute"), .number("kept by the blocks, bytes"),
        .number("textbook"), .number("beyond it"), .number("peak, bytes"), .text("peak at"),
        .number("recomputed, FLOPs"), .number("textbook"), .number("of forward and backward"),
        .number("textbook"),
      ],
      rows.map(\.cells))
  }
}

extension RecomputeReport.Row {
  init(_ shape: ModelShape, _ recipe: Recipe, dry: Bool) throws {
    self.shape = shape
    self.recipe = recipe
    measurement = try Measurement.run(shape, recipe, dry: dry)
    kept = try RunAccount(shape, recipe, dry: true).items
      .filter { $0.quantity == .savedForBackward && $0.scope.hasPrefix("block.") }
      .reduce(0) { $0 + $1.amount }
  }

  fileprivate var cells: [String] {
    let (bytes, flops) = (measurement.bytes, measurement.flops.matmul)
    let share = Double(flops.recompute) / Double(flops.forward + flops.backward)
    return [
      shape.name, measurement.mode.rawValue, recipe.recompute.rawValue, kept.grouped,
      textbookBytes.grouped, (kept - textbookBytes).grouped, bytes.peak.total.grouped,
      bytes.peak.path, flops.recompute.grouped, textbookFLOPs.grouped,
      share.percent(1), textbookShare,
    ]
  }

  /// b·s·h.
  private var stream: Int { recipe.batch * recipe.sequence * shape.hidden }

  /// Bytes that the blocks keep, as published.
  private var textbookBytes: Int {
    let scores = shape.heads * recipe.batch * recipe.sequence * recipe.sequence
    switch recipe.recompute {
    case .none: return shape.layers * (34 * stream + 5 * scores)
    case .selective: return shape.layers * 34 * stream
    case .full, .squareRoot, .every:
      let size = recipe.recompute.groupSize(layers: shape.layers) ?? shape.layers
      return (shape.layers + size - 1) / size * 2 * stream
    }
  }

  /// FLOPs that are run again, as published: the attention core's, or those of a forward pass.
  private var textbookFLOPs: Int {
    let core = 4 * stream * recipe.sequence
    switch recipe.recompute {
    case .none: return 0
    case .selective: return shape.layers * core
    case .full, .squareRoot, .every: return shape.layers * (24 * stream * shape.hidden + core)
    }
  }

  private var textbookShare: String {
    switch recipe.recompute {
    case .none: "0 %"
    // s/(6h + s) of a block's 24·bsh² + 4·bs²h, a third of which is forward.
    case .selective:
      (100 * Double(recipe.sequence) / Double(6 * shape.hidden + recipe.sequence) / 3).decimal(1)
        + " %"
    case .full, .squareRoot, .every: "33.3 %"
    }
  }
}
