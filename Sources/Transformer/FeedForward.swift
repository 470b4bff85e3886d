import Catalogue
import Instrument

/// The feed-forward half of a block: one network, or several of which each token is sent to a few.
enum FeedForward: ~Copyable {
  case dense(MLP)
  case experts(MixtureOfExperts)

  /// What the input is projected to.
  enum Expanded: ~Copyable {
    case dense(MLP.Expanded)
    case experts(MixtureOfExperts.Expanded)
  }

  /// What backward needs, besides the input.
  enum Saved: ~Copyable {
    case dense(MLP.Saved)
    case experts(MixtureOfExperts.Saved)
  }

  init(
    _ shape: ModelShape, layer: Int, _ initialisation: (TensorRole) -> Parameter.Initialisation,
    _ engine: Engine
  ) {
    if let experts = shape.architecture.experts {
      self = .experts(MixtureOfExperts(experts, shape, layer: layer, initialisation, engine))
    } else {
      self = .dense(MLP(shape, layer: layer, initialisation, engine))
    }
  }

  /// Projects `input` (R,h), which is not needed for `forward`.
  func expand(_ input: borrowing Tensor, _ step: Step) -> Expanded {
    switch self {
    case .dense(let mlp): .dense(mlp.expand(input, step))
    case .experts(let mixture): .experts(mixture.expand(input, step))
    }
  }

  /// stream + what the network makes of what its input was expanded to; `stream` (R,h).
  func forward(_ expanded: consuming Expanded, addingTo stream: borrowing Tensor, _ step: Step)
    -> Forwarded<Saved>
  {
    switch self {
    case .dense(let mlp):
      guard case .dense(let expanded) = consume expanded else { preconditionFailure(Self.mismatch) }
      let after = mlp.forward(expanded, addingTo: stream, step)
      return Forwarded(stream: after.stream, saved: .dense(after.saved))
    case .experts(let mixture):
      guard case .experts(let expanded) = consume expanded else {
        preconditionFailure(Self.mismatch)
      }
      let after = mixture.forward(expanded, addingTo: stream, step)
      return Forwarded(stream: after.stream, saved: .experts(after.saved))
    }
  }

  /// Gradients from that of the stream.
  ///
  /// - Parameters:
  ///   - gradient: (R,h), of the stream.
  ///   - saved: what forward kept.
  ///   - norm: gives the input, from what it kept of `normInput`.
  ///   - normSaved: what the norm kept.
  ///   - normInput: (R,h), the input of the norm.
  ///   - step: the step under way.
  /// - Returns: the gradient of the input, (R,h).
  mutating func backward(
    _ gradient: borrowing Tensor, _ saved: consuming Saved, input norm: borrowing Norm,
    _ normSaved: borrowing Norm.Saved, of normInput: borrowing Tensor, _ step: Step
  ) -> Tensor {
    switch consume self {
    case .dense(var mlp):
      guard case .dense(let saved) = consume saved else { preconditionFailure(Self.mismatch) }
      let inputGradient = mlp.backward(
        gradient, saved, input: norm, normSaved, of: normInput, step)
      self = .dense(mlp)
      return inputGradient
    case .experts(var mixture):
      guard case .experts(let saved) = consume saved else { preconditionFailure(Self.mismatch) }
      let inputGradient = mixture.backward(
        gradient, saved, input: norm, normSaved, of: normInput, step)
      self = .experts(mixture)
      return inputGradient
    }
  }

  private static let mismatch = "activations of another kind of network"

  /// Calls `body` with each parameter, in the order of the forward pass.
  mutating func forEachParameter(_ body: (inout Parameter) -> Void) {
    switch consume self {
    case .dense(var mlp):
      mlp.gate?.forEachParameter(body)
      mlp.up.forEachParameter(body)
      mlp.down.linear.forEachParameter(body)
      self = .dense(mlp)
    case .experts(var mixture):
      mixture.forEachParameter(body)
      self = .experts(mixture)
    }
  }
}
