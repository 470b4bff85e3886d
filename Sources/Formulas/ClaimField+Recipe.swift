import Catalogue

extension ClaimField {
  /// Options of a recipe and of a parallel layout, spelled as on the command line, each with a value
  /// that it can have. Which of them a run can follow is for the judge to say.
  func recipe() throws(ClaimError) -> [String: String] {
    var recipe: [String: String] = [:]
    for (name, value) in try fields(Self.options) {
      try value.checkOption(name)
      recipe[name] = try value.text()
    }
    return recipe
  }

  private static let options = [
    "batch", "sequence", "precision", "gradient-precision", "state-precision", "optimizer",
    "attention", "recompute", "dropout", "accumulate", "convention", "data", "tensor", "pipeline",
    "virtual", "sequence-parallel", "zero",
  ]

  private func checkOption(_ name: String) throws(ClaimError) {
    switch name {
    case "precision": _ = try choice(TrainingPrecision.self)
    case "gradient-precision": _ = try choice(Recipe.GradientPrecision.self)
    case "state-precision": _ = try choice(Recipe.StatePrecision.self)
    case "optimizer": _ = try choice(Recipe.Optimizer.self)
    case "attention": _ = try choice(Recipe.Attention.self)
    case "convention": _ = try convention()
    case "sequence-parallel": _ = try truth()
    case "zero": try check("a stage of ZeRO, 0 to 3") { (0...3).contains(Int($0) ?? -1) }
    case "dropout": try check("a probability in [0, 1)") { (0..<1).contains(Float($0) ?? -1) }
    case "recompute":
      let spellings = Recompute.spellings.joined(separator: ", ")
      try check("one of \(spellings)") { Recompute(rawValue: $0) != nil }
    default: try check("a positive integer") { (Int($0) ?? 0) > 0 }
    }
  }

  private func check(
    _ expected: String, _ isRight: (String) -> Bool
  ) throws(ClaimError) {
    let text = try text(expected)
    guard isRight(text) else { throw error(found: text.quoted, expected: expected) }
  }
}
