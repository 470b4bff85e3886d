import Catalogue
import Instrument

extension MLP {
  /// What goes down, where it is not the activation's output: its product with `upOutput`, and what
  /// dropout leaves of either.
  struct Sent: ~Copyable {
    let output: Tensor?
    let mask: Tensor?

    consuming func kept(if keeps: Bool) -> Sent {
      Sent(output: output?.kept(if: keeps) ?? nil, mask: mask)
    }
  }

  /// What goes down, and the mask where the convention keeps it; nothing where the activation's
  /// output goes down as it is.
  ///
  /// - Parameters:
  ///   - activated: (R,f), the activation's output.
  ///   - upOutput: (R,f), what it is multiplied by; nil without a gate.
  ///   - category: of what is made.
  ///   - step: the step under way.
  func sent(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor?, _ category: Category,
    _ step: Step
  ) -> Sent {
    let product = Self.gated(activated, upOutput, category, step.engine)
    guard let dropout, dropout.isActive(step) else { return Sent(output: product, mask: nil) }
    if let product {
      let mask = dropout.forward(into: product, product, step)
      return Sent(output: product, mask: mask)
    }
    let dropped = step.engine.make(
      activated.rows, activated.columns, category, .mlpDroppedOutput)
    let mask = dropout.forward(into: dropped, activated, step)
    return Sent(output: dropped, mask: mask)
  }

  /// Turns the gradient of what dropout leaves into that of what it was given, in place.
  func sentBackward(_ gradient: borrowing Tensor, _ mask: consuming Tensor?, _ step: Step) {
    guard let dropout, dropout.isActive(step) else { return }
    dropout.backward(into: gradient, gradient, mask, step)
  }

  /// The product with `upOutput`; nil for a network without a gate.
  private static func gated(
    _ activated: borrowing Tensor, _ upOutput: borrowing Tensor?, _ category: Category,
    _ engine: Engine
  ) -> Tensor? {
    switch upOutput {
    case .none: nil
    case .some(let upOutput): product(activated, upOutput, category, engine)
    }
  }
}
