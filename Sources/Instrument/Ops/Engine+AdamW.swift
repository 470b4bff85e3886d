import CKernels
import Catalogue

extension Engine {
  /// Arithmetic operations per parameter: one for the clipping, three for each moment, two for the
  /// bias corrections, three for the quotient, two for the decay and two for the step.
  private static let adamWFLOPs = 16
  /// Partial sums of the gradient norm, each over this many elements, are added in order, so that
  /// the norm does not depend on the number of cores.
  private static let normGrain = 1 << 16

  /// The sum of the squares; nil in a dry run.
  public func sumOfSquares(_ tensor: borrowing Tensor) -> Double? {
    record(.sumOfSquares, elementwise: 2 * tensor.count, touching: tensor.bytes)
    guard isReal else { return nil }
    let (x, count) = (Operand.elements(tensor, .read), tensor.count)
    var parts = [Double](repeating: 0, count: (count + Self.normGrain - 1) / Self.normGrain)
    parts.withUnsafeMutableBufferPointer { parts in
      let sums = parts.baseAddress!
      Parallel.perform(parts.count) { index in
        let first = index * Self.normGrain
        RowKernel.run(first..<min(first + Self.normGrain, count), [x]) { range, at in
          sums[index] += sum_of_squares(at[0], range.count)
        }
      }
    }
    return parts.reduce(0, +)
  }

  /// One AdamW update (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) of tensors of one
  /// shape, in one pass.
  public func adamW(
    _ parameter: borrowing Tensor, firstMoment: borrowing Tensor, secondMoment: borrowing Tensor,
    gradient: borrowing Tensor, _ constants: AdamWStep
  ) {
    record(.adamW, elementwise: Self.adamWFLOPs * parameter.count, touching: 7 * parameter.bytes)
    guard isReal else { return }
    let kernelConstants = constants.ofKernels
    RowKernel.perform(
      parameter.count, grain: 1 << 14,
      [
        .elements(parameter, .updated), .elements(firstMoment, .updated),
        .elements(secondMoment, .updated), .elements(gradient, .read),
      ]
    ) { range, at in
      withUnsafePointer(to: kernelConstants) {
        adamw(at[0], at[1], at[2], at[3], $0, range.count)
      }
    }
  }
}
