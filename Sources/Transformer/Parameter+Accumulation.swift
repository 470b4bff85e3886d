import Catalogue
import Instrument

/// How a gradient comes about: written, or added to what there is.
extension Parameter {
  /// The sum over some of the uses of a micro-batch.
  struct PartialGradient: ~Copyable {
    let sum: Tensor
    let uses: Int
  }

  /// Lets `body` write the gradient of one use, or add to what there is.
  ///
  /// - Parameter body: gets the gradient, and whether it has to add.
  mutating func accumulate(_ body: (_ gradient: borrowing Tensor, _ accumulating: Bool) -> Void) {
    guard addsApart, uses > 1 || hasGradient else {
      let accumulating = beginGradient()
      return withGradient { body($0, accumulating) }
    }
    let part = makePart()
    body(part, false)
    add(part)
  }

  /// Adds the gradient of one use to those before it, and behind the last to the whole: each time a
  /// new tensor beside both (`torch/csrc/autograd/input_buffer.cpp`), but where the whole is there
  /// (`accumulate_grad.h`).
  private mutating func add(_ part: consuming Tensor) {
    guard let earlier = partialGradient.take() else {
      guard uses == 1 else {
        partialGradient = PartialGradient(sum: part, uses: 1)
        return
      }
      return withGradient { engine.add(into: $0, $0, part) }
    }
    let count = earlier.uses + 1
    guard count == uses, !hasGradient else {
      let sum = makePart()
      engine.add(into: sum, earlier.sum, part)
      if count == uses {
        withGradient { engine.add(into: $0, $0, sum) }
      } else {
        partialGradient = PartialGradient(sum: sum, uses: count)
      }
      return
    }
    beginGradient()
    withGradient { engine.add(into: $0, earlier.sum, part) }
  }

  private func makePart() -> Tensor {
    let outer = enterOwnScope()
    defer { engine.leave(outer) }
    return engine.make(rows, columns, .temporary, role, precision: engine.formats.gradient)
  }
}
