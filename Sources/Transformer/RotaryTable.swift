import Catalogue
import Instrument

/// The angles of rotary position embedding, made once for all blocks of a pass: cosine and sine,
/// (s,R) each, both halves of a row alike, as transformers keeps them.
struct RotaryTable: ~Copyable {
  private let cosine: Tensor
  private let sine: Tensor

  /// Angles of the first `positions`; nil for a model without them.
  static func make(_ step: Step, positions: Int) -> RotaryTable? {
    guard case .rotary(let dimensions, let theta) = step.shape.architecture.position else {
      return nil
    }
    let engine = step.engine
    let outer = engine.enter("embedding")
    defer { engine.leave(outer) }
    let (cosine, sine) = (TensorRole.rotaryCosine, TensorRole.rotarySine)
    let table = RotaryTable(
      cosine: engine.make(positions, dimensions, .activation, cosine, precision: .fp32),
      sine: engine.make(positions, dimensions, .activation, sine, precision: .fp32))
    engine.rotaryAngles(cosine: table.cosine, sine: table.sine, theta: theta)
    return table
  }

  /// For the ops; valid while the table lives.
  static func angles(of table: borrowing RotaryTable?) -> RotaryAngles? {
    switch table {
    case .some(let table): RotaryAngles(cosine: table.cosine, sine: table.sine)
    case .none: nil
    }
  }
}
