import CKernels
import Foundation
import Testing

/// The kernels of an activation function, and its definition in double precision.
struct Activation: CustomTestStringConvertible, Sendable {
  typealias Floats = UnsafePointer<Float>
  typealias MutableFloats = UnsafeMutablePointer<Float>

  let testDescription: String
  let forward: @Sendable (MutableFloats, Floats, Int) -> Void
  let biasForward: @Sendable (MutableFloats, MutableFloats, Floats, Int, Int) -> Void
  let backward: @Sendable (MutableFloats, Floats, Floats, Int) -> Void
  let value: @Sendable (Double) -> Double
  /// The terms of the slope: rounding is relative to their size, where they cancel.
  let slopeTerms: @Sendable (Double) -> [Double]

  static let all = [geluErf, silu, relu]

  static let geluErf = Activation(
    testDescription: "GELU",
    forward: { gelu_erf_forward($0, $1, $2) },
    biasForward: { bias_gelu_erf_forward($0, $1, $2, $3, $4) },
    backward: { gelu_erf_backward($0, $1, $2, $3) },
    // x P(X <= x), and its derivative P(X <= x) + x e^(-x²/2)/√2π.
    value: { $0 * normal($0) },
    slopeTerms: { [normal($0), $0 * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()] })

  static let silu = Activation(
    testDescription: "SiLU",
    forward: { silu_forward($0, $1, $2) },
    biasForward: { bias_silu_forward($0, $1, $2, $3, $4) },
    backward: { silu_backward($0, $1, $2, $3) },
    // x s(x), and its derivative s + x s (1 - s), where 1 - s(x) is s(-x).
    value: { $0 * sigmoid($0) },
    slopeTerms: { [sigmoid($0), $0 * sigmoid($0) * sigmoid(-$0)] })

  static let relu = Activation(
    testDescription: "ReLU",
    forward: { relu_forward($0, $1, $2) },
    biasForward: { bias_relu_forward($0, $1, $2, $3, $4) },
    backward: { relu_backward($0, $1, $2, $3) },
    value: { max(0, $0) },
    slopeTerms: { [$0 > 0 ? 1 : 0] })

  func slope(_ x: Double) -> Double { slopeTerms(x).reduce(0, +) }

  /// P(X <= x) of a standard normal X.
  private static func normal(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

  private static func sigmoid(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
  }
}
