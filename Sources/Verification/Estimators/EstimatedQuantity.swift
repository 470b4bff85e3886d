import Formulas
import Transformer

/// What an estimator may answer: the name of the answer's field, and what a run says of it.
struct EstimatedQuantity: Sendable {
  /// As in an answer; a point stands between the fields of an object.
  let name: String
  let unit: Unit
  /// The derivable quantities that it is the sum of.
  let parts: [String]
  let measured: @Sendable (Measurement) -> Int

  /// All of them, in the order in which they are listed.
  static let all = [
    EstimatedQuantity("parameters", .parameter) { $0.model.parameters },
    EstimatedQuantity("gradient", .byte) { $0.bytes.gradient },
    EstimatedQuantity("optimizerState", .byte) { $0.bytes.optimizerState },
    EstimatedQuantity("savedForBackward", .byte) { $0.bytes.savedForBackward },
    EstimatedQuantity("peak", .byte) { $0.bytes.peak.total },
    EstimatedQuantity(
      "flops", .flop, of: ["flops.forward", "flops.backward", "flops.recompute"]
    ) { $0.flops.matmulDense.sum },
    EstimatedQuantity("flops.forward", .flop) { $0.flops.matmulDense.forward },
    EstimatedQuantity("flops.backward", .flop) { $0.flops.matmulDense.backward },
    EstimatedQuantity("flops.recompute", .flop) { $0.flops.matmulDense.recompute },
  ]

  private init(
    _ name: String, _ unit: Unit, of parts: [String]? = nil,
    _ measured: @escaping @Sendable (Measurement) -> Int
  ) {
    self.name = name
    self.unit = unit
    self.parts = parts ?? [name]
    self.measured = measured
  }
}

extension Measurement.Passes {
  fileprivate var sum: Int { forward + backward + recompute }
}
