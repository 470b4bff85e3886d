import Catalogue

extension Measurement.Bytes {
  /// What of the tensors of some roles is kept for backward; 0 where none is.
  ///
  /// - Parameter roles: which tensors: `.attentionProbabilities`.
  public func savedForBackward(_ roles: TensorRole...) -> Int {
    savedByRole.reduce(0) { roles.contains($1.role) ? $0 + $1.bytes : $0 }
  }
}
