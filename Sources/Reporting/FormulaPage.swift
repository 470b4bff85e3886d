import Catalogue
import Formulas
import Verification

/// The formulas of the families that are built in, recovered from runs: a page of the reports.
public struct FormulaPage: Sendable {
  let sections: [Section]
  let peak: Formula

  /// One model of each family.
  static let models = [
    "gpt2", "opt-1.3b", "bloom-7b1", "llama-3-8b", "mistral-7b", "qwen2.5-7b", "qwen3-8b",
    "gemma-7b", "phi-2", "pythia-1.4b", "falcon-7b", "falcon-40b",
  ]

  /// What is derived of every family.
  struct Section: Sendable {
    let title: String
    let quantity: DerivableQuantity
    let scope: Claim.Scope
    var convention = Convention.pytorch
    /// One for each model.
    var formulas: [Formula] = []
  }

  /// Derives all of them.
  ///
  /// - Parameter progress: called before each model with what is done.
  /// - Throws: `NoPolynomial` where there is no formula, `MissingComponent` without OpenBLAS.
  public init(progress: (String) -> Void = { _ in }) throws {
    var sections = [
      Section(title: "Parameters of a block", quantity: .parameters, scope: .block),
      Section(title: "Parameters of a model", quantity: .parameters, scope: .model),
      Section(
        title: "FLOPs of a block's forward pass", quantity: .forwardFLOPs, scope: .block),
      Section(
        title: "FLOPs of a block's backward pass", quantity: .backwardFLOPs, scope: .block),
      Section(
        title: "Bytes that a block keeps for backward, convention pytorch",
        quantity: .savedForBackward, scope: .block),
      Section(
        title: "Bytes that a block keeps for backward, convention textbook",
        quantity: .savedForBackward, scope: .block, convention: .textbook),
      Section(
        title: "Bytes that a model keeps for backward, convention pytorch",
        quantity: .savedForBackward, scope: .model),
      Section(title: "Bytes of the KV cache", quantity: .kvCache, scope: .model),
    ]
    for name in Self.models {
      progress("recover the formulas of \(name)")
      let shape = try ModelShape(named: name)
      for convention in [Convention.pytorch, .textbook] {
        var recipe = Recipe()
        recipe.convention = convention
        let derivation = Derivation(of: shape, recipe)
        for index in sections.indices where sections[index].convention == convention {
          let section = sections[index]
          sections[index].formulas.append(
            try derivation.formula(of: section.quantity, scope: section.scope))
        }
      }
    }
    self.sections = sections
    peak = try Derivation(of: ModelShape(named: Self.models[0]), Recipe()).formula(of: .peak)
  }

  /// A table for each quantity.
  public var markdown: String {
    let tables = sections.map { section in
      Table(
        section.title, [.text("models like"), .text("formula"), .text("where")],
        section.formulas.map { formula in
          [
            formula.model, formula.typographic,
            formula.remarks.map { $0.typeset }.joined(separator: "; "),
          ]
        }
      ).markdown
    }
    return ([Self.introduction] + tables + [peakTable.markdown]).joined(separator: "\n\n") + "\n"
  }

  /// A peak is the maximum of several sums.
  private var peakTable: Table {
    Table(
      "Peak in bytes of models like \(Self.models[0]), convention pytorch",
      [.text("at"), .text("formula"), .text("the largest where")],
      (peak.pieces ?? []).map { piece in
        [
          piece.moment, piece.expression.typeset,
          piece.region.map(\.typeset).joined(separator: "; "),
        ]
      })
  }

  private static let introduction = """
    ## Formulas, recovered from runs

    Each was solved from runs of models that differ in their sizes only, and gives what other runs \
    have, to the last byte or FLOP. Everything is fp32 without dropout, attention eager. \
    `assay derive` gives the share of each tensor in every coefficient.
    """
}

extension Formula {
  /// The relations between sizes, and the sizes at which the formula does not hold.
  var remarks: [String] {
    let except = exceptions.map { exception in
      let ones = exception.at.filter { $0.value == 1 }.listed
      return "not at \(ones)"
    }
    return relations + except
  }
}
