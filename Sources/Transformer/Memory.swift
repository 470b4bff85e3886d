import Instrument

/// What an encoder made of the source, for the decoder's blocks.
struct Memory: ~Copyable {
  /// (R,h).
  let output: Tensor
  /// In backward its gradient, (R,h), to which each block adds; of each rank's heads where ranks
  /// share the blocks.
  let gradient: Tensor?

  /// The same with a gradient of 0; nil without an encoder.
  static func withGradient(_ memory: consuming Memory?, _ engine: Engine) -> Memory? {
    guard let memory else { return nil }
    let gradient = engine.make(
      memory.output.rows, memory.output.columns, .temporary, .activationGradient,
      precision: engine.formats.stream)
    engine.fill(gradient, with: 0)
    return Memory(output: memory.output, gradient: gradient)
  }

  /// The gradient alone, when the output is no longer needed.
  static func gradient(_ memory: consuming Memory?) -> Tensor? {
    guard let memory else { return nil }
    return memory.gradient
  }
}
