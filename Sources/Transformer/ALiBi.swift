import Catalogue
import Foundation

/// Attention with linear biases (Press et al., arXiv 2108.12409).
enum ALiBi {
  /// The slopes of the heads that a rank has of a model; none for a model without ALiBi.
  ///
  /// - Parameters:
  ///   - shape: the rank's.
  ///   - rank: one of those that share the heads.
  static func slopes(of shape: ModelShape, _ rank: Rank = .alone) -> [Float] {
    guard case .alibi(let isDivided) = shape.architecture.position else { return [] }
    let divisor = isDivided ? Float(shape.headDimension).squareRoot() : 1
    let all = slopes(heads: shape.heads * rank.layout.tensor).map { $0 / divisor }
    return Array(all.dropFirst(rank.tensor * shape.heads).prefix(shape.heads))
  }

  /// How fast the scores of each head fall with the distance. For n heads, n a power of two, the
  /// powers of 2^(-8/n) from the first on (section 3); for others those of the next lower power of
  /// two, and every other one of the next higher, as the authors' code and BLOOM have it.
  static func slopes(heads: Int) -> [Float] {
    var power = 1
    while power * 2 <= heads { power *= 2 }
    func series(_ count: Int) -> [Float] {
      (1...count).map { Float(pow(2, -8 * Double($0) / Double(count))) }
    }
    let odd = series(2 * power).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    return series(power) + odd.prefix(heads - power)
  }
}
