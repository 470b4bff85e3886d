import Catalogue
import Instrument

/// The parameters of a model by component: the `assay.count.v1` of the command line. Counted from
/// what the program allocates, not from a formula.
public struct ParameterCount: Codable, Sendable {
  /// The format of this value.
  public var schema = "assay.count.v1"
  /// The model.
  public let model: Measurement.Model
  /// All parameters; a tied head counts once.
  public let total: Int
  /// Those that a token meets: all but those of the experts that it is not sent to.
  public let active: Int
  /// Those that the optimizer updates.
  public let trainable: Int
  /// The parts, in the order of the forward pass.
  public let components: [Component]

  /// Parts of the model that are alike.
  public struct Component: Codable, Sendable, Equatable {
    /// The path, without the number of the block.
    public let path: String
    /// How many such parts there are.
    public let count: Int
    /// Parameters of one.
    public let each: Int
    /// Parameters of all.
    public let parameters: Int
  }

  /// Counts a model by allocating it dry.
  public init(_ shape: ModelShape) {
    let engine = Engine(dry: Ledger())
    let built = LanguageModel(shape, seed: 0, engine)
    let ledger = engine.ledger
    let weights = ledger.alive.filter { $0.category == .parameter }
    model = Measurement.Model(shape, ledger, precision: .fp32)
    total = weights.reduce(0) { $0 + $1.elements }
    active = model.activeParameters
    trainable = total
    components = Self.components(weights.map { (ledger.path($0.scope), $0.elements) })
    _ = consume built
  }

  private static func components(_ weights: [(scope: String, elements: Int)]) -> [Component] {
    var order: [String] = []
    var sizes: [String: [String: Int]] = [:]
    for (scope, elements) in weights {
      let path = scope.split(separator: ".").filter { Int($0) == nil }.joined(separator: ".")
      if sizes[path] == nil { order.append(path) }
      sizes[path, default: [:]][scope, default: 0] += elements
    }
    return order.map { path in
      let parts = sizes[path, default: [:]]
      let all = parts.values.reduce(0, +)
      return Component(path: path, count: parts.count, each: all / parts.count, parameters: all)
    }
  }
}
