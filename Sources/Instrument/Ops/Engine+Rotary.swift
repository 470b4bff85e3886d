import CKernels
import Catalogue

/// Cosine and sine of the angles by which rotary position embedding turns the heads (Su et al.,
/// arXiv 2104.09864); valid while their tensors live.
public struct RotaryAngles {
  let cosine: UnsafeMutablePointer<Float>
  let sine: UnsafeMutablePointer<Float>
  /// Elements of a head that are turned.
  let dimensions: Int

  /// - Parameters:
  ///   - cosine: (T,R).
  ///   - sine: (T,R).
  public init(cosine: borrowing Tensor, sine: borrowing Tensor) {
    self.cosine = cosine.address
    self.sine = sine.address
    dimensions = cosine.columns
  }

  private init(
    _ cosine: UnsafeMutablePointer<Float>, _ sine: UnsafeMutablePointer<Float>, _ dimensions: Int
  ) {
    self.cosine = cosine
    self.sine = sine
    self.dimensions = dimensions
  }

  /// The angles from a later position on.
  public func advanced(by positions: Int) -> RotaryAngles {
    RotaryAngles(
      cosine + positions * dimensions, sine + positions * dimensions, dimensions)
  }
}

extension Engine {
  /// Writes the angles' cosine and sine, (T,R) each, the second half of a row as the first.
  public func rotaryAngles(cosine: borrowing Tensor, sine: borrowing Tensor, theta: Double) {
    record(.rotaryAngles, elementwise: 2 * cosine.count, touching: cosine.bytes + sine.bytes)
    guard isReal else { return }
    rotary_angles(cosine.floats, sine.floats, theta, cosine.rows, cosine.columns)
  }

  /// Turns queries and keys in place.
  ///
  /// - Parameters:
  ///   - qkv: (B·T, (a+2g)·d): queries, then keys, then values in each row.
  ///   - angles: of T positions.
  ///   - shape: the sizes.
  public func rotate(
    _ qkv: borrowing Tensor, by angles: RotaryAngles, _ shape: AttentionShape
  ) {
    recordRotation(.rotary, angles, shape)
    guard isReal else { return }
    forEachTurnedHead(HeadPlaces(fused: qkv.floats, shape), shape) { head, stride in
      rotary_forward(
        head, angles.cosine, angles.sine, shape.sequence, angles.dimensions, stride)
    }
  }

  /// Turns the gradients of turned queries and keys into those of queries and keys, in place.
  ///
  /// - Parameters:
  ///   - qkvGradient: (B·T, (a+2g)·d).
  ///   - angles: as in forward.
  ///   - shape: the sizes.
  public func rotateBackward(
    _ qkvGradient: borrowing Tensor, by angles: RotaryAngles, _ shape: AttentionShape
  ) {
    recordRotation(.rotaryBackward, angles, shape)
    guard isReal else { return }
    forEachTurnedHead(HeadPlaces(fused: qkvGradient.floats, shape), shape) { head, stride in
      rotary_backward(
        head, angles.cosine, angles.sine, shape.sequence, angles.dimensions, stride)
    }
  }

  /// Two products and a sum for each element that is turned.
  private func recordRotation(
    _ operation: Operation, _ angles: RotaryAngles, _ shape: AttentionShape
  ) {
    let rows = shape.batch * (shape.heads + shape.kvHeads) * shape.sequence
    record(
      operation, elementwise: 3 * rows * angles.dimensions, touching: 8 * rows * angles.dimensions)
  }

  private func forEachTurnedHead(
    _ places: HeadPlaces, _ shape: AttentionShape,
    _ body: (_ head: UnsafeMutablePointer<Float>, _ stride: Int) -> Void
  ) {
    Parallel.perform(shape.items) { item in
      body(places.query.head(item, shape), places.query.stride)
      if item % shape.group == 0 { body(places.key.head(item, shape), places.key.stride) }
    }
  }
}
