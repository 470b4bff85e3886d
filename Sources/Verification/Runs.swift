import Catalogue
import Formulas
import Transformer

/// Runs, each made once and remembered.
struct Runs {
  /// Makes the account of an update, dry or not.
  private let account: (ModelShape, Recipe, Bool) throws -> RunAccount
  private var trainings: [String: RunAccount] = [:]
  private var counts: [String: Int] = [:]
  private var inferences: [String: InferenceAccount] = [:]

  /// - Parameter account: what runs the program.
  init(_ account: @escaping (ModelShape, Recipe, Bool) throws -> RunAccount = RunAccount.init) {
    self.account = account
  }

  /// What a run has of the thing that is measured.
  ///
  /// - Throws: `InputError` for options that no run has.
  mutating func selection(
    _ measure: Claim.Measure, _ case_: Case, _ reading: Reading, _ options: [String: String]
  ) throws -> Selection {
    switch measure.quantity {
    case .kvCache, .inferencePeak:
      let account = try inference(case_, reading, options)
      let bytes = measure.quantity == .kvCache ? account.kvCache : account.peak
      return Selection(total: measure.unit == .byte ? bytes : bytes / account.width)
    default:
      return Selection(try training(case_, reading, options), measure)
    }
  }

  /// Number of weights of the whole model.
  mutating func parameters(_ shape: ModelShape) -> Int {
    counts.remembered("\(shape)") { ParameterCount(shape).total }
  }

  /// One update.
  private mutating func training(
    _ case_: Case, _ reading: Reading, _ options: [String: String]
  ) throws -> RunAccount {
    let recipe = try case_.recipe(reading.convention, options)
    return try trainings.remembered("\(case_.shape) \(recipe)") {
      try account(case_.shape, recipe, !case_.isReal)
    }
  }

  private mutating func inference(
    _ case_: Case, _ reading: Reading, _ options: [String: String]
  ) throws -> InferenceAccount {
    let recipe = try case_.recipe(reading.convention, options)
    return try inferences.remembered("\(case_.shape) \(recipe)") {
      try InferenceAccount(case_.shape, recipe, dry: !case_.isReal)
    }
  }
}

extension Dictionary {
  /// The value of a key, made when it is first asked for.
  fileprivate mutating func remembered(_ key: Key, _ make: () throws -> Value) rethrows -> Value {
    if let known = self[key] { return known }
    let value = try make()
    self[key] = value
    return value
  }
}
