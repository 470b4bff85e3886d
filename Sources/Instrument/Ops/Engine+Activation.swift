import CKernels
import Catalogue

extension Engine {
  /// Adds the bias (1,C) to `input` (R,C) in place, and writes the activation function of it into
  /// `output` (R,C), which may be `input`.
  public func biasActivate(
    into output: borrowing Tensor, _ input: borrowing Tensor, bias: borrowing Tensor,
    _ activation: Architecture.Activation
  ) {
    record(
      activation.biasOperation, elementwise: (activation.flops + 1) * input.count,
      touching: 3 * input.bytes + bias.bytes)
    guard isReal else { return }
    let (kernel, width) = (activation.biasKernel, input.columns)
    // The input comes before the output: where they are one, the output is what stays.
    RowKernel.perform(
      input.rows, grain: 4, [.updated(input), .written(output), .shared(bias)]
    ) { rows, at in
      kernel(at[1], at[0], at[2], rows.count, width)
    }
  }

  /// The activation function of `input`, into `output`, which may be `input`.
  public func activate(
    into output: borrowing Tensor, _ input: borrowing Tensor, _ activation: Architecture.Activation
  ) {
    record(
      activation.operation, elementwise: activation.flops * input.count, touching: 2 * input.bytes)
    guard isReal else { return }
    let kernel = activation.kernel
    RowKernel.perform(
      input.count, grain: 4096, [.elements(output, .written), .elements(input, .read)]
    ) { range, at in
      kernel(at[0], at[1], range.count)
    }
  }

  /// Turns the gradient of an activation function's output into that of its input, in place.
  ///
  /// - Parameters:
  ///   - gradient: of the output; becomes that of the input.
  ///   - input: of the function; or its output, where that is enough.
  ///   - activation: the function.
  public func activateBackward(
    _ gradient: borrowing Tensor, input: borrowing Tensor, _ activation: Architecture.Activation
  ) {
    record(
      activation.backwardOperation, elementwise: activation.backwardFLOPs * input.count,
      touching: 3 * input.bytes)
    guard isReal else { return }
    let kernel = activation.backwardKernel
    RowKernel.perform(
      input.count, grain: 4096, [.elements(gradient, .updated), .elements(input, .read)]
    ) { range, at in
      kernel(at[0], at[0], at[1], range.count)
    }
  }

  /// The product of two tensors of the same shape, into `output`, which may be one of them.
  public func multiply(
    into output: borrowing Tensor, _ first: borrowing Tensor, _ second: borrowing Tensor
  ) {
    record(.multiply, elementwise: output.count, touching: 3 * output.bytes)
    guard isReal else { return }
    RowKernel.perform(
      output.count, grain: 4096,
      [.elements(output, .written), .elements(first, .read), .elements(second, .read)]
    ) { range, at in
      CKernels.multiply(at[0], at[1], at[2], range.count)
    }
  }

  /// Multiplies a tensor by a number, in place.
  public func scale(_ tensor: borrowing Tensor, by factor: Float) {
    record(.scale, elementwise: tensor.count, touching: 2 * tensor.bytes)
    guard isReal else { return }
    RowKernel.perform(tensor.count, grain: 4096, [.elements(tensor, .updated)]) { range, at in
      CKernels.scale(at[0], at[0], factor, range.count)
    }
  }
}

extension Architecture.Activation {
  /// Arithmetic operations per element of its definition: 0.5·x·(1 + tanh(√(2/π)·(x +
  /// 0.044715·x³))); 0.5·x·(1 + erf(x/√2)); max(0, x); x/(1 + e^-x).
  fileprivate var flops: Int {
    switch self {
    case .geluTanh: 8
    case .gelu: 5
    case .relu: 1
    case .silu: 4
    }
  }

  /// The same for its derivative times the incoming gradient.
  fileprivate var backwardFLOPs: Int {
    switch self {
    case .geluTanh: 14
    case .gelu: 9
    case .relu: 1
    case .silu: 8
    }
  }

  fileprivate var operation: Operation {
    switch self {
    case .geluTanh, .gelu: .gelu
    case .relu: .relu
    case .silu: .silu
    }
  }

  fileprivate var biasOperation: Operation {
    switch self {
    case .geluTanh, .gelu: .biasGELU
    case .relu: .biasReLU
    case .silu: .biasSiLU
    }
  }

  fileprivate var backwardOperation: Operation {
    switch self {
    case .geluTanh, .gelu: .geluBackward
    case .relu: .reluBackward
    case .silu: .siluBackward
    }
  }

  fileprivate typealias Floats = UnsafeMutablePointer<Float>

  fileprivate var kernel: @Sendable (Floats, UnsafePointer<Float>, Int) -> Void {
    switch self {
    case .geluTanh: { gelu_forward($0, $1, $2) }
    case .gelu: { gelu_erf_forward($0, $1, $2) }
    case .relu: { relu_forward($0, $1, $2) }
    case .silu: { silu_forward($0, $1, $2) }
    }
  }

  fileprivate var biasKernel: @Sendable (Floats, Floats, UnsafePointer<Float>, Int, Int) -> Void {
    switch self {
    case .geluTanh: { bias_gelu_forward($0, $1, $2, $3, $4) }
    case .gelu: { bias_gelu_erf_forward($0, $1, $2, $3, $4) }
    case .relu: { bias_relu_forward($0, $1, $2, $3, $4) }
    case .silu: { bias_silu_forward($0, $1, $2, $3, $4) }
    }
  }

  fileprivate var backwardKernel:
    @Sendable (Floats, UnsafePointer<Float>, UnsafePointer<Float>, Int) -> Void
  {
    switch self {
    case .geluTanh: { gelu_backward($0, $1, $2, $3) }
    case .gelu: { gelu_erf_backward($0, $1, $2, $3) }
    case .relu: { relu_backward($0, $1, $2, $3) }
    case .silu: { silu_backward($0, $1, $2, $3) }
    }
  }
}
