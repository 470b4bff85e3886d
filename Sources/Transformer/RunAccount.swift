import Catalogue
import Instrument

/// The account of one update, item by item: what formulas are held to.
public struct RunAccount: Sendable {
  /// What an item is an amount of.
  public enum Quantity: String, Sendable, CaseIterable {
    /// Memory: of its own kind, or alive when the loss is known.
    case parameters, gradients, optimizerState, savedForBackward, inputs, kvCache
    /// What passes by a rank.
    case communication
    /// FLOPs of matrix products; of an optimizer, of everything.
    case forwardFLOPs, backwardFLOPs, recomputeFLOPs, optimizerFLOPs
  }

  /// All tensors, or all matrix products, of one role at one place.
  public struct Item: Sendable, Equatable {
    /// What it is an amount of.
    public let quantity: Quantity
    /// The place in the model, such as `block.3.attention`.
    public let scope: String
    /// Which tensor, or what the product computes.
    public let role: TensorRole
    /// Bytes, or FLOPs of matrix products with the hidden part of attention.
    public let amount: Int
    /// Elements; the amount again for FLOPs.
    public let elements: Int
  }

  /// The items, in the order of the run.
  public internal(set) var items: [Item]
  /// The moment at which most was alive.
  public let peak: Ledger.Peak
  /// The most that was alive in each phase, in bytes.
  public let peakByPhase: [Phase: Int]
  /// The most activations that were alive at once, in bytes.
  public let mostActivations: Int
  /// Work of the forward pass that is not a matrix product, in FLOPs.
  public let elementwiseFLOPs: Int
  /// Whether it comes from a run that computed.
  public let isReal: Bool

  /// Runs one update of a recipe and accounts for it.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained.
  ///   - layout: how devices share it; then the account is that of the first of them, dry.
  ///   - dry: account without computing.
  /// - Throws: `InputError` for a recipe that the model cannot run, and `MissingComponent` where
  ///   OpenBLAS is not installed.
  public init(
    _ shape: ModelShape, _ recipe: Recipe, layout: Layout? = nil, dry: Bool
  ) throws {
    var training = try Training(shape, recipe, layout: layout, dry: dry)
    _ = training.computeGradients()
    let engine = training.engine
    let ledger = engine.ledger
    _ = training.update()
    let held = ledger.alive(after: Self.mostGradients(ledger)).compactMap { Self.held($0, ledger) }
    let saved = ledger.alive(after: training.afterForward.sequence)
      .filter { $0.category == .activation }
      .map { Self.item(.savedForBackward, $0, ledger) }
    let inputs = ledger.alive(after: training.afterForward.sequence)
      .filter { $0.category == .input }
      .map { Self.item(.inputs, $0, ledger) }
    peak = ledger.peak
    peakByPhase = ledger.peakByPhase
    mostActivations = ledger.highest[.activation, default: 0]
    elementwiseFLOPs = engine.work[.forward].elementwise
    items = held + saved + inputs + Self.products(engine) + Self.messages(engine)
    isReal = engine.isReal
  }

  /// The event with which the gradients take most: the last of backward, or the last copy that the
  /// update makes of them.
  private static func mostGradients(_ ledger: Ledger) -> Int {
    var (bytes, most, sequence) = (0, 0, -1)
    for event in ledger.events where event.category == .gradient {
      bytes += event.bytes
      if bytes > most { (most, sequence) = (bytes, event.sequence) }
    }
    return sequence
  }

  /// What is held for every parameter.
  private static func held(_ entry: Ledger.Entry, _ ledger: Ledger) -> Item? {
    switch entry.category {
    case .parameter: item(.parameters, entry, ledger)
    case .gradient: item(.gradients, entry, ledger)
    case .optimizerState: item(.optimizerState, entry, ledger)
    case .activation, .temporary, .input, .kvCache: nil
    }
  }

  static func item(_ quantity: Quantity, _ entry: Ledger.Entry, _ ledger: Ledger) -> Item {
    Item(
      quantity: quantity, scope: ledger.path(entry.scope), role: entry.role, amount: entry.bytes,
      elements: entry.elements)
  }

  /// What passes by the rank, tensor by tensor; numbers that are agreed on are no tensors.
  private static func messages(_ engine: Engine) -> [Item] {
    engine.work.communications.compactMap { message in
      message.role.map { role in
        Item(
          quantity: .communication, scope: engine.ledger.path(message.scope), role: role,
          amount: message.passes * message.bytes, elements: message.passes * message.elements)
      }
    }
  }

  private static func products(_ engine: Engine) -> [Item] {
    let stages: [(Work.Stage, Quantity)] = [
      (.forward, .forwardFLOPs), (.backward, .backwardFLOPs), (.recompute, .recomputeFLOPs),
      (.optimizer, .optimizerFLOPs),
    ]
    return stages.flatMap { stage, quantity in
      engine.work[stage].products
        .map { place, count in
          let flops = count.executed + count.hidden
          return Item(
            quantity: quantity, scope: engine.ledger.path(place.scope), role: place.role,
            amount: flops, elements: flops)
        }
        .sorted { ($0.scope, $0.role.rawValue) < ($1.scope, $1.role.rawValue) }
    }
  }
}
