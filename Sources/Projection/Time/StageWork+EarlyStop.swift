import Catalogue
import Instrument

extension StageWork {
  /// The work where a layer is computed again only as far as backward needs it: without its last
  /// product, from the feed-forward width to the stream, whose result no gradient depends on.
  func withoutLastProducts(_ shape: ModelShape, _ layout: Layout) -> StageWork {
    var round = round
    round.kernels[.recompute] = round.kernels[.recompute]?.filter { kernel, _ in
      guard kernel.operation == .matrixProduct, let sizes = kernel.product else { return true }
      return sizes.k != shape.feedForward / layout.tensor || sizes.n != shape.hidden
    }
    return StageWork(round: round, roundSize: roundSize, once: once)
  }
}
