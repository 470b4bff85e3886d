import Catalogue
import Formulas
import Transformer

/// Asks an estimator about models of one family, small ones to learn its formulas from and ordinary
/// ones to score it by.
struct ScorecardMaker {
  private let derivation: Derivation
  private let estimator: Estimator
  var family: ShapeFamily { derivation.family }
  private var recipe: Recipe { derivation.recipe }

  /// A configuration with what the estimator and the run say of it.
  struct Question {
    let configuration: EstimatorConfiguration
    let answer: EstimatorAnswer
    let measured: Measurement
  }

  init(_ estimator: Estimator, _ model: ModelShape, _ recipe: Recipe) {
    self.estimator = estimator
    derivation = Derivation(of: model, recipe)
  }

  func scorecard() throws -> Scorecard {
    let probes = probes
    let configurations = probes.map { configuration(family.member(at: $0)) } + grid
    let answers = try estimator.answers(to: configurations)
    let questions = try zip(configurations, answers).map {
      Question(configuration: $0, answer: $1, measured: try $0.measured())
    }
    let formulas = try measuredFormulas()
    let small = Dictionary(uniqueKeysWithValues: zip(probes, questions))
    let ordinary = Array(questions.dropFirst(probes.count))
    let scores = try EstimatedQuantity.all.compactMap { quantity in
      try score(quantity, small, ordinary, formulas)
    }
    return Scorecard(
      command: estimator.name, model: family.model.name, recipe: recipe,
      configurations: ordinary.count, scores: scores)
  }

  // MARK: - What is asked

  /// The points that a polynomial is found with.
  private var probes: [SizePoint] {
    var seen: Set<SizePoint> = []
    let lines = family.variables.flatMap { family.line(along: $0) }
    let points = lines + (0..<Self.smallPoints).map { family.smallPoint($0) }
    return points.filter { seen.insert($0).inserted }
  }

  private static let smallPoints = 96

  /// What the estimator is scored by: typical sizes, and the published models of the family.
  private var grid: [EstimatorConfiguration] {
    let typical = (0..<Self.typicalPoints).map {
      configuration(family.member(at: family.typicalPoint($0)))
    }
    let published = Preset.all.map(\.shape).filter {
      $0.family == family.model.family && $0.parameterScale > Self.published
    }
    return typical
      + published.map { shape in
        configuration(
          Case(
            shape: shape, batch: recipe.batch, sequence: min(recipe.sequence, shape.positions),
            isReal: false))
      }
  }

  private static let typicalPoints = 24
  /// Miniatures that are built in are not published models.
  private static let published = 10_000_000

  private func configuration(_ case_: Case) -> EstimatorConfiguration {
    EstimatorConfiguration(model: case_.shape, recipe: derivation.recipe(case_))
  }

  // MARK: - What is measured

  /// The formulas of quantities that have one.
  private func measuredFormulas() throws -> [String: Formula] {
    var formulas: [String: Formula] = [:]
    let names = Set(EstimatedQuantity.all.flatMap(\.parts))
    for quantity in DerivableQuantity.all where names.contains(quantity.name) {
      do {
        formulas[quantity.name] = try derivation.formula(of: quantity, scope: .model)
      } catch is NoPolynomial {
        continue
      }
    }
    return formulas
  }

  // MARK: - How they compare

  /// The answers to small and to ordinary questions, for one quantity.
  struct Answers {
    let small: [SizePoint: ErrorRegression.Sample]
    let ordinary: [ErrorRegression.Sample]
  }

  private func score(
    _ quantity: EstimatedQuantity, _ small: [SizePoint: Question], _ ordinary: [Question],
    _ formulas: [String: Formula]
  ) throws -> Scorecard.Score? {
    let answers = Answers(
      small: small.compactMapValues { sample(quantity, $0) },
      ordinary: ordinary.compactMap { sample(quantity, $0) })
    let samples = answers.ordinary
    let errors = samples.map(\.relativeError)
    guard let worst = samples.indices.max(by: { errors[$0] < errors[$1] }) else { return nil }
    let parts = quantity.parts.compactMap { formulas[$0] }
    let measured = parts.count == quantity.parts.count ? Self.sum(parts) : nil
    let monomials = try Self.monomials(of: formulas.values)
    return Scorecard.Score(
      quantity: quantity.name, unit: quantity.unit.symbol, answered: samples.count,
      exact: samples.count { $0.error == 0 },
      meanError: (errors.reduce(0, +) / Rational(errors.count)).doubleValue,
      maxError: errors[worst].doubleValue, worst: samples[worst].asWorst,
      measuredFormula: measured?.expression,
      estimatedFormula: try polynomial(answers, monomials, \.estimated)?.description,
      error: try error(
        answers, monomials, parts.flatMap { $0.pieces ?? [] }, measured?.terms ?? []))
  }

  private func sample(
    _ quantity: EstimatedQuantity, _ question: Question
  ) -> ErrorRegression.Sample? {
    question.answer.amounts[quantity.name].map { amount in
      ErrorRegression.Sample(
        model: question.configuration.model.name, symbols: question.configuration.symbols,
        estimated: amount, measured: quantity.measured(question.measured))
    }
  }
}

extension ModelShape {
  /// Roughly how many parameters it has.
  fileprivate var parameterScale: Int { layers * hidden * hidden + vocabulary * hidden }
}

extension ErrorRegression.Sample {
  /// The error relative to what is measured; to 1 where that is nothing.
  fileprivate var relativeError: Rational { error.magnitude / Rational(max(1, measured)) }

  fileprivate var asWorst: Scorecard.Worst {
    Scorecard.Worst(
      model: model, at: symbols, estimated: Number(estimated),
      measured: Number(Rational(measured)))
  }
}

extension Scorecard {
  /// Scores an estimator.
  ///
  /// - Parameters:
  ///   - estimator: somebody's program.
  ///   - model: whose architecture all configurations have.
  ///   - recipe: how all are trained.
  /// - Throws: `InputError` for an estimator that gives no usable answers or a recipe that the family
  ///   cannot run, and `MissingComponent` where OpenBLAS is not installed.
  public init(of estimator: Estimator, model: ModelShape, _ recipe: Recipe) throws {
    try recipe.validate(for: model)
    self = try ScorecardMaker(estimator, model, recipe).scorecard()
  }
}
