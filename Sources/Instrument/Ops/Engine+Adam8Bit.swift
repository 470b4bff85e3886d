import CKernels
import Catalogue

extension Engine {
  /// Elements of a moment that share a scale.
  public static let adam8BitBlock = Int(ADAM8BIT_BLOCK)

  /// Those of AdamW, and for each moment a product to restore it, and a magnitude, a maximum, a
  /// product and eight comparisons to store it.
  private static let adam8BitFLOPs = 16 + 2 * 12

  /// One update of Adam with moments of 8 bits (Dettmers et al., arXiv 2110.02861).
  ///
  /// - Parameters:
  ///   - parameter: n elements.
  ///   - firstMoment: n bytes.
  ///   - secondMoment: n bytes.
  ///   - firstScale: one for each block.
  ///   - secondScale: one for each block.
  ///   - gradient: n elements.
  ///   - constants: of this update; nothing decays.
  public func adam8Bit(
    _ parameter: borrowing Tensor, firstMoment: borrowing Tensor, secondMoment: borrowing Tensor,
    firstScale: borrowing Tensor, secondScale: borrowing Tensor, gradient: borrowing Tensor,
    _ constants: AdamWStep
  ) {
    record(
      .adam8bit, elementwise: Self.adam8BitFLOPs * parameter.count,
      touching: 3 * parameter.bytes + 4 * parameter.count + 4 * firstScale.bytes)
    guard isReal else { return }
    let (m, v) = (firstMoment.masks, secondMoment.masks)
    let (mScale, vScale) = (firstScale.floats, secondScale.floats)
    let kernelConstants = constants.ofKernels
    RowKernel.perform(
      parameter.count, grain: 16 * Self.adam8BitBlock,
      [.elements(parameter, .updated), .elements(gradient, .read)]
    ) { range, at in
      let (first, block) = (range.lowerBound, range.lowerBound / Self.adam8BitBlock)
      withUnsafePointer(to: kernelConstants) { constants in
        adam8bit(
          at[0], m + first, v + first, mScale + block, vScale + block, at[1],
          QuantisationTable.signed, QuantisationTable.unsigned, constants, range.count)
      }
    }
  }

  /// Sets every byte of a tensor of bytes.
  public func fill(bytes tensor: borrowing Tensor, with byte: UInt8) {
    record(.fill, touching: tensor.bytes)
    guard isReal else { return }
    tensor.masks.update(repeating: byte, count: tensor.count)
  }
}

/// What the bytes of a moment stand for.
private enum QuantisationTable {
  static let signed = table(isSigned: true)
  static let unsigned = table(isSigned: false)

  private static func table(isSigned: Bool) -> [Float] {
    var table = [Float](repeating: 0, count: 256)
    adam8bit_table(&table, isSigned)
    return table
  }
}
