import Catalogue

extension ModelShape {
  /// The sizes of what a tensor-parallel rank has of each layer, and of the vocabulary. The residual
  /// stream keeps its width.
  func share(of rank: Rank) -> ModelShape {
    var share = self
    let parts = rank.layout.tensor
    share.heads /= parts
    share.kvHeads /= parts
    share.feedForward /= parts
    share.vocabulary /= parts
    // The last stage has a copy of the embedding for its head.
    if rank.layout.pipeline > 1 { share.tiedHead = false }
    return share
  }
}
