import CKernels
import Catalogue

extension Engine {
  /// Adds to every row of `output` (B·T,C) sines and cosines of its position (Vaswani et al., arXiv
  /// 1706.03762, section 3.5): a sine or cosine and a sum for each element.
  ///
  /// - Parameters:
  ///   - output: (B·T,C), C even.
  ///   - sequence: T.
  public func addSinusoids(_ output: borrowing Tensor, sequence: Int) {
    record(.sinusoids, elementwise: 2 * output.count, touching: 2 * output.bytes)
    guard isReal else { return }
    let width = output.columns
    RowKernel.perform(output.rows, grain: 16, [.updated(output)]) { rows, at in
      for row in rows {
        sinusoid_forward(at[0] + (row - rows.lowerBound) * width, row % sequence, width)
      }
    }
  }
}
