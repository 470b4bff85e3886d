import Catalogue
import Formulas
import Testing
import Transformer
import Verification

/// The peak of GPT-2 under the default recipe, derived once for all tests.
private let gpt2 = Result { try peak("gpt2", Recipe()) }

private func peak(_ model: String, _ recipe: Recipe) throws -> Formula {
  let quantity = try #require(DerivableQuantity.named("peak"))
  return try Derivation(of: ModelShape(named: model), recipe).formula(of: quantity)
}

@Suite struct PeakFormulaTests {
  /// Models that no derivation has run.
  private let sizes: [(b: Int, s: Int, l: Int, h: Int, a: Int, V: Int)] = [
    (8, 100, 2, 256, 4, 1000), (4, 1000, 3, 96, 8, 90), (30, 7, 9, 480, 12, 50_000),
    (4, 16, 24, 1000, 10, 300), (16, 128, 1, 64, 2, 4096),
  ]

  @Test(arguments: [Recompute.none, .full])
  func `the maximum of the pieces is the peak of runs of two updates, of any size`(
    recompute: Recompute
  ) throws {
    var recipe = Recipe()
    recipe.recompute = recompute
    let expression = try Expression(
      parsing: (recompute == .none ? gpt2.get() : peak("gpt2", recipe)).expression)
    for size in sizes {
      let shape = try ModelShape(
        name: "unseen", layers: size.l, hidden: size.h, heads: size.a, vocabulary: size.V,
        positions: 1100)
      (recipe.batch, recipe.sequence) = (size.b, size.s)
      let values = [
        "b": size.b, "s": size.s, "l": size.l, "h": size.h, "a": size.a, "V": size.V, "T": 1100,
      ]
      let formula = try expression.evaluated(at: values.mapValues { Rational($0) }).value
      #expect(try formula == Rational(Measurement.peakBytes(shape, recipe)), "\(size)")
    }
  }

  @Test func `a piece is the peak where its conditions hold, and only there`() throws {
    let formula = try gpt2.get()
    let pieces = try #require(formula.pieces)
    #expect(pieces.count > 2)
    #expect(Set(pieces.map(\.expression)).count == pieces.count)
    for piece in pieces {
      let values = piece.at.mapValues { Rational($0) }
      let most = try Expression(parsing: formula.expression).evaluated(at: values).value
      #expect(try Expression(parsing: piece.expression).evaluated(at: values).value == most)
      for condition in piece.region {
        #expect(try Expression(parsing: condition).isTrue(at: values), "\(condition)")
      }
      let others = pieces.filter { $0 != piece }
      for other in others {
        let value = try Expression(parsing: other.expression).evaluated(at: values).value
        let holds = try other.region.allSatisfy { try Expression(parsing: $0).isTrue(at: values) }
        #expect(holds == (value == most))
      }
    }
  }

  @Test func `the moments are those that a measurement names`() throws {
    let pieces = try #require(gpt2.get().pieces)
    let loss = try #require(pieces.first { $0.path == "head.lossGradient" })
    #expect(loss.phase == .backward)
    // The log-softmax, its gradient and that of the logits, 4 bytes each
    let term = try #require(loss.terms.first { $0.monomial == "b*s*V" })
    #expect(term.coefficient == 12)
    #expect(term.roles == ["loss.logSoftmax": 4, "head.lossGradient": 8])
    let measured = try Measurement.run(ModelShape(named: "gpt2"), Recipe(), dry: true)
    #expect(pieces.contains { $0.path.replacing("l-1", with: "11") == measured.bytes.peak.path })
  }

  @Test func `the terms are those of the piece that is largest at the model itself`() throws {
    let formula = try gpt2.get()
    let sizes = ["b": 4, "s": 128, "l": 12, "h": 768, "a": 12, "V": 50_257, "T": 1024]
    let sum = try formula.terms.reduce(Rational(0)) { sum, term in
      let monomial = try Expression(parsing: term.monomial)
      return try sum + term.coefficient
        * monomial.evaluated(at: sizes.mapValues { Rational($0) }).value
    }
    #expect(try sum == Rational(Measurement.peakBytes(ModelShape(named: "gpt2"), Recipe())))
  }

  @Test func `a part of a model has no peak of its own`() throws {
    let derivation = Derivation(of: try ModelShape(named: "gpt2"), Recipe())
    let quantity = try #require(DerivableQuantity.named("peak"))
    let error = #expect(throws: InputError.self) {
      _ = try derivation.formula(of: quantity, scope: .block)
    }
    #expect(error?.origin == "--scope")
    let other = #expect(throws: InputError.self) {
      _ = try derivation.formula(of: quantity, roles: [RolePattern("mlp.*")])
    }
    #expect(other?.origin == "--role")
  }
}
