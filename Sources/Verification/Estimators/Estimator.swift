import Catalogue

/// Somebody's way to tell the memory and work of training from sizes.
public struct Estimator: Sendable {
  /// What messages call it.
  let name: String
  private let answer: @Sendable ([EstimatorConfiguration]) throws -> [EstimatorAnswer]

  /// A program, which reads and writes JSON.
  ///
  /// - Parameters:
  ///   - command: the program with its arguments, looked for as the shell does.
  ///   - timeout: seconds that it may take in all.
  public init(command: [String], timeout: Double) {
    let command = EstimatorCommand(command: command, timeout: timeout)
    name = command.name
    answer = command.answers(to:)
  }

  /// A function.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - estimate: what it says of a model and a recipe.
  public init(
    _ name: String, _ estimate: @escaping @Sendable (ModelShape, Recipe) throws -> Estimate
  ) {
    self.name = name
    answer = { try $0.map { EstimatorAnswer(try estimate($0.model, $0.recipe)) } }
  }

  /// An answer for each configuration.
  ///
  /// - Throws: `InputError` that says what is wrong with the answers, and what a function throws.
  func answers(to configurations: [EstimatorConfiguration]) throws -> [EstimatorAnswer] {
    let answers = try answer(configurations)
    guard answers.contains(where: { !$0.amounts.isEmpty }) else {
      let names = EstimatedQuantity.all.map(\.name).joined(separator: ", ")
      throw InputError(
        name, found: "answers without any quantity", expected: "some of \(names)")
    }
    return answers
  }
}
