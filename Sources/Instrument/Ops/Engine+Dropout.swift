import CKernels
import Catalogue

/// A dropout layer's choice of elements: its probability, and the seed from which its mask follows.
public struct Dropout: Sendable {
  /// Probability that an element is dropped.
  public let probability: Float
  /// The seed of this layer in this step.
  public let seed: UInt64

  /// - Parameters:
  ///   - probability: in [0,1).
  ///   - seed: another for each layer and step.
  public init(probability: Float, seed: UInt64) {
    self.probability = probability
    self.seed = seed
  }

  /// Whether anything is dropped.
  public var isActive: Bool { probability > 0 }
}

extension Engine {
  /// Writes the mask, a byte for each element: 1 where it is kept.
  public func dropoutMask(_ mask: borrowing Tensor, _ dropout: Dropout) {
    record(.dropoutMask, elementwise: mask.count, touching: mask.bytes)
    guard isReal else { return }
    let m = mask.masks
    Parallel.ranges(mask.count, grain: 4096) { range in
      dropout_mask(
        m + range.lowerBound, dropout.seed, UInt64(range.lowerBound), dropout.probability,
        range.count)
    }
  }

  /// output = input · mask / (1 - p), forward and backward; `output` may be `input` itself.
  public func applyDropout(
    into output: borrowing Tensor, _ input: borrowing Tensor, mask: borrowing Tensor,
    _ dropout: Dropout
  ) {
    record(.applyDropout, elementwise: 2 * input.count, touching: 2 * input.bytes + mask.bytes)
    guard isReal else { return }
    let m = mask.masks
    RowKernel.perform(
      input.count, grain: 4096, [.elements(output, .written), .elements(input, .read)]
    ) { range, at in
      dropout_apply(at[0], at[1], m + range.lowerBound, dropout.probability, range.count)
    }
  }
}
