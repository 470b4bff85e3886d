import Catalogue
import Instrument

/// What lies between the last block and the head: a norm, or the transform of a masked language
/// model, or a linear layer to narrower embeddings; nothing in other post-norm models.
struct FinalLayer: ~Copyable {
  var norm: FinalNorm?
  var transform: HeadTransform?
  var projection: Linear?

  /// What backward needs, besides the stream.
  struct Saved: ~Copyable {
    let norm: FinalNorm.Saved?
    let transform: HeadTransform.Saved?
    /// The head's input; made again where it is not kept, but by no matrix product.
    let output: Tensor?
  }

  /// The result of forward.
  struct Passed: ~Copyable {
    let output: Tensor
    let saved: Saved
    var isProjected = false

    /// What the convention keeps of it.
    consuming func kept(_ step: Step) -> Saved {
      Saved(
        norm: saved.norm, transform: saved.transform,
        output: output.kept(if: isProjected || step.convention.keepsNormOutput))
    }
  }

  /// Nothing, of a part of the model that ends with a block.
  init() {
    norm = nil
    transform = nil
  }

  init(
    _ shape: ModelShape, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    let architecture = shape.architecture
    norm = FinalNorm.make(shape, engine)
    transform =
      architecture.head == .maskedLanguageModel
      ? HeadTransform(shape, initialisation, engine) : nil
    let outer = engine.enter("head")
    projection =
      architecture.embeddingWidth != nil
      ? Linear(
        Linear.Roles(weight: .headProjectionWeight, bias: nil), input: shape.hidden,
        output: shape.embeddingWidth, initialisation, engine) : nil
    engine.leave(outer)
  }

  /// The head's input (R,h), from the stream (R,h) behind the last block; nil where it is that.
  func forward(_ stream: borrowing Tensor, _ step: Step) -> Passed? {
    switch norm {
    case .some(let norm):
      let normalised = norm.forward(stream, step)
      return Passed(
        output: normalised.stream,
        saved: Saved(norm: normalised.saved, transform: nil, output: nil))
    case .none: break
    }
    switch transform {
    case .some(let transform):
      let transformed = transform.forward(stream, step)
      return Passed(
        output: transformed.output,
        saved: Saved(norm: nil, transform: transformed.saved, output: nil))
    case .none: break
    }
    switch projection {
    case .some(let projection):
      let outer = step.engine.enter("head")
      defer { step.engine.leave(outer) }
      let output = step.engine.make(
        stream.rows, projection.weight.value.rows, .activation, .headInput)
      projection.forward(into: output, stream, step.engine)
      return Passed(
        output: output, saved: Saved(norm: nil, transform: nil, output: nil), isProjected: true)
    case .none: return nil
    }
  }

  /// Calls `body` with the head's input: as it was kept, or made again.
  func withOutput(
    _ saved: borrowing Saved?, of stream: borrowing Tensor, _ step: Step,
    _ body: (borrowing Tensor) -> Void
  ) {
    switch saved {
    case .none: body(stream)
    case .some(let saved): withOutput(of: saved, stream, step, body)
    }
  }

  private func withOutput(
    of saved: borrowing Saved, _ stream: borrowing Tensor, _ step: Step,
    _ body: (borrowing Tensor) -> Void
  ) {
    switch saved.output {
    case .some(let output): return body(output)
    case .none: break
    }
    switch saved.transform {
    case .some(let transformSaved):
      // Not `transform!`: the release compiler ends its life too early.
      switch transform {
      case .some(let transform): transform.withOutput(transformSaved, step.engine, body)
      case .none: preconditionFailure("no transform")
      }
    case .none: break
    }
    switch saved.norm {
    case .some(let normSaved):
      switch norm {
      case .some(let norm): norm.withOutput(normSaved, of: stream, step, body)
      case .none: preconditionFailure("no norm")
      }
    case .none: break
    }
  }

  /// The gradient of the stream (R,h), from that of the head's input.
  mutating func backward(
    _ gradient: consuming Tensor, _ saved: consuming Saved?, of stream: borrowing Tensor,
    _ step: Step
  ) -> Tensor {
    guard let saved else { return gradient }
    if let transformSaved = saved.transform {
      return transform!.backward(gradient, transformSaved, of: stream, step.engine)
    }
    if let projected = projection?.backward(gradient, input: stream, step.engine) {
      return projected
    }
    let streamGradient = step.engine.make(
      stream.rows, stream.columns, .temporary, .activationGradient,
      precision: step.engine.formats.stream)
    if let normSaved = saved.norm {
      let mask = normSaved.mask
      norm!.backward(
        into: streamGradient, from: gradient, normSaved.norm, mask: mask, of: stream, step)
      _ = consume gradient
    }
    return streamGradient
  }
}
