import Catalogue
import Instrument

/// What the decoder of an encoder–decoder attends to. Nothing in other models.
extension LanguageModel {
  /// The result of the encoder.
  struct Encoded: ~Copyable {
    let memory: Memory?
    let saved: Encoder.Saved?
  }

  mutating func encode(_ batch: borrowing Batch, _ step: Step) -> Encoded {
    switch batch.source {
    case .none: return Encoded(memory: nil, saved: nil)
    case .some(let source):
      let encoded = encoder!.forward(source, shared: embedding!, step)
      return Encoded(
        memory: Memory(output: encoded.stream, gradient: nil), saved: encoded.saved)
    }
  }

  /// Gradients from that of the encoder's output.
  mutating func encodeBackward(
    _ memory: consuming Memory?, _ saved: consuming Encoder.Saved?, _ batch: borrowing Batch,
    _ step: Step
  ) {
    guard let saved, let gradient = Memory.gradient(memory) else { return }
    // Ranks that share the decoder's layers have added what their heads make of it.
    step.engine.allReduce(gradient, over: .tensor)
    switch batch.source {
    case .none: return
    case .some(let source):
      encoder!.backward(gradient, saved, source, shared: &embedding!, step)
    }
  }
}
