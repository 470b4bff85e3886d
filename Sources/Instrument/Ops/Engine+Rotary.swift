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
  /// Writes the angles' cosine and sine, (T,R) each, the second half of a row as the first; of the
  /// positions that this rank has.
  public func rotaryAngles(cosine: borrowing Tensor, sine: borrowing Tensor, theta: Double) {
    record(.rotaryAngles, elementwise: 2 * cosine.count, touching: cosine.bytes + sine.bytes)
    guard isReal else { return }
    let dimensions = cosine.columns
    let positions = rank.stretches(of: cosine.rows * rank.layout.context)
    for stretch in Stretch.all(at: positions) {
      let at = stretch.first * dimensions
      rotary_angles(
        cosine.floats + at, sine.floats + at, theta, stretch.position, stretch.count, dimensions)
    }
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
    turn(qkv, by: angles, shape, .rotary, rotary_forward)
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
    turn(qkvGradient, by: angles, shape, .rotaryBackward, rotary_backward)
  }

  /// One head (T,R) in place: cosine, sine, T, R and the distance between its rows.
  private typealias Turn = (
    UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int, Int, Int
  ) -> Void

  /// Two products and a sum for each element that is turned.
  private func turn(
    _ qkv: borrowing Tensor, by angles: RotaryAngles, _ shape: AttentionShape,
    _ operation: Operation, _ kernel: Turn
  ) {
    let (T, R) = (shape.sequence, angles.dimensions)
    let elements = shape.batch * (shape.heads + shape.kvHeads) * T * R
    record(operation, elementwise: 3 * elements, touching: 2 * qkv.precision.width * elements)
    guard isReal else { return }
    let places = HeadPlaces(fused: qkv, shape)
    func turnHead(_ heads: HeadPlaces.Heads, _ item: Int) {
      heads.head(item, shape).update(rows: T, columns: R, stride: heads.stride) { x, stride in
        kernel(x, angles.cosine, angles.sine, T, R, stride)
      }
    }
    Parallel.perform(shape.items) { item in
      turnHead(places.query, item)
      if item % shape.group == 0 { turnHead(places.key, item) }
    }
  }
}
