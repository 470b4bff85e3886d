import CKernels
import Catalogue

extension Engine {
  /// Arithmetic operations per element of 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
  private static let geluFLOPs = 8
  /// The same for its derivative times the incoming gradient.
  private static let geluBackwardFLOPs = 14

  /// Adds the bias (1,C) to `input` (R,C) in place, and writes GELU (Hendrycks and Gimpel,
  /// arXiv 1606.08415, tanh form) of it into `output` (R,C).
  public func biasGELU(
    into output: borrowing Tensor, _ input: borrowing Tensor, bias: borrowing Tensor
  ) {
    record(
      .biasGELU,
      elementwise: (Self.geluFLOPs + 1) * input.count, touching: 3 * input.bytes + bias.bytes)
    guard isReal else { return }
    let (out, x, b, width) = (output.floats, input.floats, bias.floats, input.columns)
    Parallel.ranges(input.rows, grain: 4) { rows in
      let at = rows.lowerBound * width
      bias_gelu_forward(out + at, x + at, b, rows.count, width)
    }
  }

  /// GELU of `input` again.
  public func gelu(into output: borrowing Tensor, _ input: borrowing Tensor) {
    record(.gelu, elementwise: Self.geluFLOPs * input.count, touching: 2 * input.bytes)
    guard isReal else { return }
    let (out, x) = (output.floats, input.floats)
    Parallel.ranges(input.count, grain: 4096) { range in
      gelu_forward(out + range.lowerBound, x + range.lowerBound, range.count)
    }
  }

  /// Turns the gradient of GELU's output into that of its input, in place.
  public func geluBackward(_ gradient: borrowing Tensor, input: borrowing Tensor) {
    record(
      .geluBackward, elementwise: Self.geluBackwardFLOPs * input.count, touching: 3 * input.bytes)
    guard isReal else { return }
    let (d, x) = (gradient.floats, input.floats)
    Parallel.ranges(input.count, grain: 4096) { range in
      let at = range.lowerBound
      gelu_backward(d + at, d + at, x + at, range.count)
    }
  }
}
