import Catalogue
import Formulas
import Foundation

extension Case {
  /// The options that say how devices share a model.
  static let layoutOptions = Set(counts.keys).union(["sequence-parallel", "zero"])

  /// Those that count devices, or what they hold.
  private static let counts: [String: any WritableKeyPath<Layout, Int> & Sendable] = [
    "data": \.data, "tensor": \.tensor, "pipeline": \.pipeline, "virtual": \.virtual,
  ]

  /// More than any claim of a published document speaks of, and few enough that no size that is so
  /// many times as large overflows.
  private static let mostParts = 10_000.0

  /// How devices share the model, with the options that a claim assumes; nil for one device. A
  /// replica has the batch of the case as a micro-batch, and as many of them as there are stages.
  ///
  /// - Throws: `InputError` for a value that no layout has.
  func layout(_ options: [String: String]) throws(InputError) -> Layout? {
    var layout = Layout()
    for (option, value) in options {
      if let count = Self.counts[option] {
        guard let number = Int(value), number >= 1 else {
          throw InputError("recipe", field: option, found: value, expected: "a positive integer")
        }
        layout[keyPath: count] = number
      } else if option == "zero" {
        guard let zero = Int(value).flatMap(Layout.ZeRO.init) else {
          throw InputError("recipe", field: option, found: value, expected: "0 to 3")
        }
        layout.zero = zero
      } else if option == "sequence-parallel" {
        layout.sequenceParallel = value == "true"
      }
    }
    guard [layout.data, layout.tensor, layout.pipeline].contains(where: { $0 > 1 }) else {
      return nil
    }
    try layout.requireRanks()
    layout.microbatch = batch
    layout.globalBatch = layout.data * layout.microbatch * layout.pipeline
    return layout
  }

  /// The case for a claim about ranks: dry, with each size that they divide as many times as large as
  /// there are ranks to divide it. The same case for all other claims.
  ///
  /// - Throws: `InputError` where that makes more parts of a model than can be gone through.
  func multiplied(for claim: Claim) throws(InputError) -> Case {
    let counts = ["data", "tensor", "pipeline", "virtual"].map(claim.largest)
    let parts = counts.map(Double.init).reduce(1, *)
    guard parts <= Self.mostParts else {
      throw InputError(
        "recipe", found: "\(String(format: "%.12g", parts)) parts of the ranks of a model",
        expected: "at most \(String(format: "%.12g", Self.mostParts))")
    }
    let (data, tensor, chunks) = (counts[0], counts[1], counts[2] * counts[3])
    var shape = shape
    shape.layers *= chunks
    shape.heads *= tensor
    shape.kvHeads *= tensor
    shape.vocabulary *= tensor
    shape.positions *= tensor
    shape.headDimension *= data
    shape.hidden *= data * tensor
    shape.feedForward *= data * tensor
    return Case(
      shape: shape, batch: batch, sequence: sequence * tensor,
      isReal: isReal && data * tensor * chunks == 1)
  }
}

extension Claim {
  /// The largest value that any of its runs gives an option that counts ranks; 1 if none does.
  fileprivate func largest(_ option: String) -> Int {
    let recipes =
      [recipe] + readings.map(\.setting.recipe) + measures.values.map(\.setting.recipe)
    return recipes.compactMap { $0[option].flatMap(Int.init) }.reduce(1, max)
  }
}
