/// What each head adds to its scores for the distance from the query to the key, and in backward the
/// sums of the scores' gradients by distance; valid while their tensors live.
public struct DistanceBias {
  /// (a, T+S-1), from the distance 1-T up to S-1.
  private let values: UnsafeMutablePointer<Float>
  /// (B·a, T+S-1); nil in forward.
  private let gradients: UnsafeMutablePointer<Float>?
  private let width: Int

  /// - Parameters:
  ///   - values: (a, T+S-1), from the distance 1-T up to S-1.
  ///   - gradients: (B·a, T+S-1), added to in backward; nil in forward.
  public init(_ values: borrowing Tensor, gradients: borrowing Tensor?) {
    self.values = values.address
    width = values.columns
    switch gradients {
    case .some(let gradients): self.gradients = gradients.address
    case .none: self.gradients = nil
    }
  }

  /// The place of the distance 0 in an item's head.
  func values(_ item: Int, _ shape: AttentionShape) -> UnsafeMutablePointer<Float> {
    values + item % shape.heads * width + shape.sequence - 1
  }

  /// The same of its gradient.
  func gradient(_ item: Int, _ shape: AttentionShape) -> UnsafeMutablePointer<Float>? {
    gradients.map { $0 + item * width + shape.sequence - 1 }
  }
}
