import CKernels
import Catalogue

extension Engine {
  /// Adds to every row of `inout` (B·T,C) sines and cosines of its position (Vaswani et al., arXiv
  /// 1706.03762, section 3.5): a sine or cosine and a sum for each element.
  ///
  /// - Parameters:
  ///   - inout: (B·T,C), C even.
  ///   - sequence: T.
  public func addSinusoids(_ inout_: borrowing Tensor, sequence: Int) {
    record(.sinusoids, elementwise: 2 * inout_.count, touching: 2 * inout_.bytes)
    guard isReal else { return }
    let width = inout_.columns
    RowKernel.perform(inout_.rows, grain: 16, [.updated(inout_)]) { rows, at in
      for row in rows {
        sinusoid_forward(at[0] + (row - rows.lowerBound) * width, row % sequence, width)
      }
    }
  }
}
