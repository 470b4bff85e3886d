import CKernels
import TestSupport
import Testing

/// 16-bit formats, against Swift's own conversions.
@Suite struct ConversionTests {
  private func widened(_ bits: [UInt16], _ format: number_format) -> [Float] {
    var floats = [Float](repeating: 0, count: bits.count)
    widen(&floats, bits, format, 1, bits.count, bits.count, bits.count)
    return floats
  }

  private func narrowed(_ floats: [Float], _ format: number_format) -> [UInt16] {
    var bits = [UInt16](repeating: 0, count: floats.count)
    narrow(&bits, floats, format, 1, floats.count, floats.count, floats.count)
    return bits
  }

  private static let all = (0...UInt16.max).map { $0 }

  @Test("Every binary16 is widened to the float that it is")
  func widenFP16() {
    for (bits, float) in zip(Self.all, widened(Self.all, FORMAT_FP16)) {
      let expected = Float(Float16(bitPattern: bits))
      #expect(float.bitPattern == expected.bitPattern || float.isNaN && expected.isNaN)
    }
  }

  @Test("Every bfloat16 is widened to the float whose upper half it is")
  func widenBF16() {
    for (bits, float) in zip(Self.all, widened(Self.all, FORMAT_BF16)) {
      #expect(float.bitPattern == UInt32(bits) << 16)
    }
  }

  /// Halfway between neighbours, just beside it, at the ends of the range, and anywhere.
  private static var floats: [Float] {
    var random = SplitMix64(seed: 7)
    let special: [Float] = [
      0, -0.0, 1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      65_504, 65_519.996, 65_520, -65_520, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1p-14, 0x1.ffep-15,
    ]
    let patterns = (0..<200_000).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    let halves = Self.all.filter { Float16(bitPattern: $0).isFinite }.flatMap { bits -> [Float] in
      let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits).nextUp))
      let middle = (low + high) / 2
      return [low, middle, middle.nextUp, middle.nextDown]
    }
    return special + patterns + halves
  }

  @Test("A float is rounded to the nearest binary16, to the even one of two")
  func narrowFP16() {
    let floats = Self.floats
    for (float, bits) in zip(floats, narrowed(floats, FORMAT_FP16)) {
      let expected = Float16(float)
      #expect(
        bits == expected.bitPattern || Float16(bitPattern: bits).isNaN && float.isNaN, "\(float)")
    }
  }

  @Test("A float is rounded to the nearest bfloat16, to the even one of two")
  func narrowBF16() {
    let floats = Self.floats
    for (float, bits) in zip(floats, narrowed(floats, FORMAT_BF16)) {
      let result = Float(bitPattern: UInt32(bits) << 16)
      if float.isNaN {
        #expect(result.isNaN)
        continue
      }
      // The two neighbours are the upper half of the bits, and the same plus one.
      let below = float.bitPattern & 0xffff_0000
      let remainder = float.bitPattern & 0xffff
      let isOdd = below & 0x1_0000 != 0
      let roundsUp = remainder > 0x8000 || remainder == 0x8000 && isOdd
      #expect(result.bitPattern == (roundsUp ? below &+ 0x1_0000 : below), "\(float)")
    }
  }

  @Test("Rows are converted from one distance to another", arguments: [FORMAT_FP32, FORMAT_FP16])
  func rows(format: number_format) {
    let x: [Float] = [1, 2, 3, 4, 5, 6]
    // Two rows of two, three apart, stored four apart.
    var stored = [UInt32](repeating: 0, count: 8)
    narrow(&stored, x, format, 2, 2, 4, 3)
    var back = [Float](repeating: -1, count: 5)
    widen(&back, stored, format, 2, 2, 3, 4)
    #expect(back == [1, 2, -1, 4, 5])
  }
}
