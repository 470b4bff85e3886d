import Catalogue

extension Engine {
  /// A new tensor with the elements of another, in another format.
  ///
  /// - Parameters:
  ///   - input: the other.
  ///   - category: what the new one is for.
  ///   - role: which tensor it is.
  ///   - precision: its format.
  public func copy(
    of input: borrowing Tensor, _ category: Category, _ role: TensorRole, precision: Precision
  ) -> Tensor {
    let output = make(input.rows, input.columns, category, role, precision: precision)
    convert(into: output, input)
    return output
  }

  /// Copies a tensor into one of another format.
  public func convert(into output: borrowing Tensor, _ input: borrowing Tensor) {
    record(.convert, touching: output.bytes + input.bytes)
    guard isReal else { return }
    convertQuietly(into: output, input)
  }

  /// The same as a part of an op that is counted. Only in a real run.
  func convertQuietly(into output: borrowing Tensor, _ input: borrowing Tensor) {
    let (source, target) = (input.elements, output.elements)
    Parallel.ranges(input.count, grain: 1 << 14) { range in
      source.advanced(by: range.lowerBound).copy(
        count: range.count, to: target.advanced(by: range.lowerBound))
    }
  }
}
