import Catalogue
import Projection
import Transformer

/// A projection, for people.
public struct ProjectionReport: Report {
  /// What was projected.
  public let value: Projection
  /// Whether utilisation is shown under every convention of counting FLOPs.
  let showsConventions: Bool

  /// - Parameters:
  ///   - projection: what was projected.
  ///   - showsConventions: whether utilisation is shown under every convention of counting FLOPs.
  public init(_ projection: Projection, showsConventions: Bool = false) {
    value = projection
    self.showsConventions = showsConventions
  }

  /// The model, the layout, and whether it fits.
  public var headline: String? {
    let (layout, recipe) = (value.layout, value.recipe)
    var parts = [
      "\(value.model.parameters.grouped) parameters", layout.ranks.counted("rank"),
      "micro-batch \(layout.microbatch.grouped)", "global batch \(layout.globalBatch.grouped)",
      "sequence \(recipe.sequence.grouped)", recipe.precision.rawValue, recipe.optimizer.rawValue,
      "\(recipe.attention.rawValue) attention", "recompute \(recipe.recompute.rawValue)",
      "convention \(recipe.convention.name)",
    ]
    parts += layout.parts
    return "\(value.model.name): " + parts.joined(separator: ", ")
  }

  /// Memory by stage, the largest stage taken apart, the fit, messages, time, and how all of it is
  /// known.
  public var tables: [Table] { [memory, terms] + fit + [messages] + time + conventions + [bases] }

  private var memory: Table {
    Table(
      "Memory of a rank of each stage, bytes of each at its highest",
      [
        .text("stage"), .number("parameters"), .number("gradients"), .number("optimizer"),
        .number("saved"), .number("temporary"), .number("allocated"), .number("reserved"),
      ],
      value.ranks.map { rank in
        let bytes = rank.bytes
        return [String(rank.stage)]
          + [
            bytes.parameter, bytes.gradient, bytes.optimizerState, bytes.savedForBackward,
            bytes.temporary, bytes.peakAllocated, bytes.peakReserved,
          ].map(\.grouped)
      })
  }

  private var terms: Table {
    let total = value.terms.reduce(0) { $0 + $1.bytes }
    return Table(
      "The stage that takes most, when its reserved memory is highest",
      [.text("part"), .number("bytes"), .number("about"), .text("basis"), .text("source")],
      value.terms.map {
        [$0.name, $0.bytes.grouped, $0.bytes.asBytes, $0.basis.rawValue, $0.source]
      } + [["= reserved", total.grouped, total.asBytes, "", ""]])
  }

  private var fit: [Table] {
    guard let device = value.device, let headroom = value.headroom,
      let microbatch = value.maxMicrobatch, let batch = value.maxGlobalBatch
    else { return [] }
    return [
      Table(
        "On \(device.title)", [.text(""), .number("")],
        [
          ["fits", headroom >= 0 ? "yes" : "no"],
          ["capacity", device.memory.capacity.grouped], ["headroom", headroom.grouped],
          ["largest micro-batch", microbatch.grouped],
          ["global batch with it", batch.grouped],
        ] + remedy)
    ]
  }

  private var remedy: [[String]] {
    guard value.fits == false else { return [] }
    return [["would fit with", value.remedy?.options ?? "nothing that is known"]]
  }

  private var messages: Table {
    Table(
      "Bytes that pass by a rank in one update",
      [.text("among"), .number("bytes"), .number("about")],
      [
        ("replicas", value.communication.dataParallelBytes),
        ("replicas that share experts", value.communication.expertParallelBytes),
        ("ranks that share sequences", value.communication.contextParallelBytes),
        ("ranks that share a layer", value.communication.tensorParallelBytes),
        ("stages", value.communication.pipelineBytes),
      ].map { [$0.0, $0.1.grouped, $0.1.asBytes] })
  }

  private var bases: Table {
    Table(
      "How the figures other than terms are known, by their names in JSON",
      [.text("figure"), .text("basis"), .text("source")],
      value.bases.map { [$0.figure, $0.basis.rawValue, $0.source] })
  }

  /// Every figure on a line of its own, named as in JSON.
  public var records: Table {
    var rows = value.ranks.flatMap { rank in
      [
        ("parameter", rank.bytes.parameter), ("gradient", rank.bytes.gradient),
        ("optimizerState", rank.bytes.optimizerState),
        ("savedForBackward", rank.bytes.savedForBackward), ("temporary", rank.bytes.temporary),
        ("workspace", rank.bytes.workspace), ("peakAllocated", rank.bytes.peakAllocated),
        ("peakReserved", rank.bytes.peakReserved),
      ].map { ("ranks.\(rank.stage).bytes.\($0.0)", $0.1) }
    }
    rows += [
      ("communication.dataParallelBytes", value.communication.dataParallelBytes),
      ("communication.expertParallelBytes", value.communication.expertParallelBytes),
      ("communication.contextParallelBytes", value.communication.contextParallelBytes),
      ("communication.tensorParallelBytes", value.communication.tensorParallelBytes),
      ("communication.pipelineBytes", value.communication.pipelineBytes),
    ]
    rows += value.terms.map { ("terms.\($0.name)", $0.bytes) }
    rows += [
      ("headroom", value.headroom), ("maxMicrobatch", value.maxMicrobatch),
      ("maxGlobalBatch", value.maxGlobalBatch),
    ].compactMap { name, number in number.map { (name, $0) } }
    return Table(
      nil, [.text("figure"), .number("value")],
      rows.map { [$0.0, String($0.1)] } + timeRecords)
  }
}
