import CKernels
import TestSupport
import Testing

/// Integers with a scale for each group of a row's elements.
@Suite struct QuantiseTests {
  /// Bits, rows, columns, elements of a group; rows of the input lie `padding` apart.
  static let shapes = [
    (bits: 8, R: 1, C: 1, group: 1), (8, 3, 7, 7), (8, 5, 256, 128), (4, 1, 2, 2), (4, 3, 128, 128),
    (4, 5, 384, 128),
  ]

  @Test(
    "An element comes back within half a step of its group, and its largest exactly",
    arguments: shapes, [0, 3])
  func roundTrip(shape: (bits: Int, R: Int, C: Int, group: Int), padding: Int) {
    let (bits, R, C, group) = shape
    let stride = C + padding
    var random = SplitMix64(seed: UInt64(C))
    let x = random.floats(R * stride)
    var values = [UInt8](repeating: 0, count: R * C * bits / 8)
    var scales = [Float](repeating: 0, count: R * C / group)
    quantise_rows(&values, &scales, x, Int32(bits), R, C, group, stride)
    var back = [Float](repeating: .nan, count: R * C)
    dequantise_rows(&back, values, scales, Int32(bits), R, C, group)
    let most: Float = bits == 8 ? 127 : 7
    for row in 0..<R {
      for first in Swift.stride(from: 0, to: C, by: group) {
        let members = (first..<first + group)
        let magnitude = members.map { abs(x[row * stride + $0]) }.max() ?? 0
        #expect(scales[(row * C + first) / group] == magnitude / most)
        for column in members {
          let error = abs(back[row * C + column] - x[row * stride + column])
          // Half of the distance between multiples, and a part in 10⁶ for the rounding of scales.
          #expect(error <= magnitude / most * (0.5 + 1e-5) + 1e-6 * magnitude)
        }
      }
    }
  }

  @Test("A group of zeros stays one", arguments: [4, 8])
  func zeros(bits: Int) {
    var values = [UInt8](repeating: 1, count: 4)
    var scales: [Float] = [1]
    quantise_rows(&values, &scales, [0, 0, -0.0, 0], Int32(bits), 1, 4, 4, 4)
    var back: [Float] = [1, 1, 1, 1]
    dequantise_rows(&back, values, scales, Int32(bits), 1, 4, 4)
    #expect(back == [0, 0, 0, 0])
  }

  @Test("A group whose largest element has no reciprocal becomes zeros", arguments: [4, 8])
  func denormals(bits: Int) {
    var values = [UInt8](repeating: 1, count: 4)
    var scales: [Float] = [1]
    let least = Float.leastNonzeroMagnitude
    quantise_rows(&values, &scales, [0, 10_000 * least, -least, 0], Int32(bits), 1, 4, 4, 4)
    var back: [Float] = [1, 1, 1, 1]
    dequantise_rows(&back, values, scales, Int32(bits), 1, 4, 4)
    #expect(back == [0, 0, 0, 0])
  }
}
