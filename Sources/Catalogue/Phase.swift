/// The parts of a training run, in the order in which they occur.
public enum Phase: String, Codable, Sendable, CaseIterable, HashedByCase {
  /// Parameters and optimizer states are allocated and initialised.
  case load
  /// From the token ids to the loss.
  case forward
  /// From the loss to the gradient of every parameter.
  case backward
  /// Gradient clipping and the update of the parameters.
  case optimizer
  /// Decoding with a KV cache.
  case generate
}
