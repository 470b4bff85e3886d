import Catalogue
import Instrument

/// A tensor that waits for the backward pass, with the places that lead to it.
struct SavedTensor: Encodable {
  /// The places, the outermost first, blocks with their number: `block 3`, `attention`.
  let places: [String]
  /// Which tensor.
  let role: TensorRole
  /// Its size.
  let bytes: Int

  /// The tensors that are kept when a loss is known.
  ///
  /// - Parameters:
  ///   - ledger: the account of a run.
  ///   - bytes: what they amount to.
  static func list(_ ledger: Ledger, bytes: Int) -> [SavedTensor] {
    guard let event = endOfForward(ledger.events, activations: bytes) else { return [] }
    return ledger.alive(after: event).filter { $0.category == .activation }.map { entry in
      SavedTensor(
        places: places(ledger.path(entry.scope)), role: entry.role, bytes: entry.bytes)
    }
  }

  /// The first event that ends a forward pass with so much in activations.
  private static func endOfForward(_ events: [Event], activations bytes: Int) -> Int? {
    var activations = 0
    for event in events {
      if event.category == .activation { activations += event.bytes }
      let next = event.sequence + 1 < events.count ? events[event.sequence + 1].phase : .load
      if event.phase == .forward, next != .forward, activations == bytes { return event.sequence }
    }
    return nil
  }

  private static func places(_ path: String) -> [String] {
    path.split(separator: ".").reduce(into: []) { places, step in
      if Int(step) != nil, let last = places.last {
        places[places.count - 1] = "\(last) \(step)"
      } else {
        places.append(String(step))
      }
    }
  }
}
