import Catalogue
import Formulas
import Testing
import Transformer

@testable import Verification

@Suite struct TensorFormulaTests {
  private func values(_ sizes: [String: Int]) -> [String: Rational] {
    sizes.mapValues { Rational($0) }
  }

  /// Two blocks of h = 32 have two norms each, and there is one more: 5 weights of 32 elements.
  @Test func `elements and numbers of tensors are told apart by place and role`() throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    let tensors = try Derivation(of: shape, Recipe()).tensors(of: .parameters)
    let norms = tensors.filter { $0.role == .normWeight }
    let sizes = values(["l": 2, "h": 32])
    #expect(try norms.reduce(0) { $0 + (try $1.tensors.evaluated(at: sizes)) } == 5)
    #expect(try norms.reduce(0) { $0 + (try $1.elements.evaluated(at: sizes)) } == 160)
    #expect(norms.allSatisfy { $0.width == 4 })
  }

  /// A replica of N holds ⌈n/N⌉ of the n elements of a tensor.
  @Test(arguments: [
    (TrainingPrecision.fp32, Layout.ZeRO.optimizerStates), (.bf16, .gradients),
    (.bf16, .parameters),
  ])
  func `shares of replicas, rounded up tensor by tensor, are what a rank holds`(
    precision: TrainingPrecision, zero: Layout.ZeRO
  ) throws {
    let shape = try ModelShape(named: "gpt2-tiny")
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.steps, recipe.precision) = (1, 8, 1, precision)
    var layout = Layout()
    (layout.data, layout.zero, layout.globalBatch) = (7, zero, 7)
    let derivation = Derivation(of: shape, recipe)
    let sizes = values([
      "l": shape.layers, "h": shape.hidden, "a": shape.heads, "V": shape.vocabulary,
      "T": shape.positions,
    ])
    func bytes(_ quantity: RunAccount.Quantity, _ part: Layout.ZeRO) throws -> Int {
      try derivation.tensors(of: quantity).reduce(0) { sum, tensor in
        let count = try #require(tensor.tensors.evaluated(at: sizes).integer)
        let each = try #require(tensor.elements.evaluated(at: sizes).integer) / count
        let share = layout.divides(part) ? (each + layout.data - 1) / layout.data : each
        return sum + count * share * tensor.width
      }
    }
    let run = try #require(try Measurement.run(shape, recipe, layout, dry: true)).bytes
    #expect(try bytes(.parameters, .parameters) == run.parameter)
    #expect(try bytes(.gradients, .gradients) == run.gradient)
    #expect(try bytes(.optimizerState, .optimizerStates) == run.optimizerState)
  }

  @Test func `a shape with sizes of one's own keeps the relations of its family`() throws {
    let gpt2 = Derivation(of: try ModelShape(named: "gpt2"), Recipe())
    let narrow = gpt2.shape([.hidden: 96, .heads: 4, .layers: 3])
    #expect(narrow.feedForward == 384 && narrow.headDimension == 24 && narrow.kvHeads == 4)
    #expect(narrow.layers == 3 && narrow.vocabulary == 50_257)
    #expect(gpt2.sizes.map(\.rawValue) == ["b", "s", "h", "l", "a", "V", "T"])
    let llama = try ModelShape(named: "llama-3-8b")
    #expect(Derivation(of: llama, Recipe()).shape([:]) == llama)
  }
}
