import Catalogue
import Formulas
import Transformer

/// Asks an estimator about models of one family, small ones to learn its formulas from and ordinary
/// ones to score it by.
struct ScorecardMaker {
  private let derivation: Derivation
  private let estimator: Estimator
  private var family: ShapeFamily { derivation.family }
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
  private struct Answers {
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

  /// The error as an exact formula, if it is one; else the nearest few terms. Nil where there is no
  /// error, or nothing was found.
  private func error(
    _ answers: Answers, _ monomials: [Monomial], _ pieces: [Formula.Piece],
    _ measured: [Formula.Term]
  ) throws -> ErrorFormula? {
    let samples = answers.ordinary
    guard samples.contains(where: { $0.error != 0 }) else { return nil }
    let exact = try exactErrors(answers, monomials, pieces, measured).map { formula, measured in
      let exceptions = try samples.filter { try !$0.isError(formula) }
      return (formula: formula, measured: measured, exceptions: exceptions)
    }
    // An estimator may do something else at some sizes, but hardly at most of them.
    if let best = exact.min(by: { $0.exceptions.count < $1.exceptions.count }),
      2 * best.exceptions.count < samples.count
    {
      return ErrorFormula(
        best.formula, holds: samples.count - best.exceptions.count,
        exception: best.exceptions.first?.symbols, unexplained: 0, best.measured)
    }
    return try ErrorRegression.result(samples, monomials).map {
      ErrorFormula(
        $0.formula, holds: 0, exception: nil, unexplained: $0.unexplained, measured)
    }
  }

  /// What the error may be: a polynomial, or what an estimate that is one differs by from each piece
  /// of a maximum; with the terms of what is measured.
  private func exactErrors(
    _ answers: Answers, _ monomials: [Monomial], _ pieces: [Formula.Piece],
    _ measured: [Formula.Term]
  ) throws -> [(formula: Polynomial, measured: [Formula.Term])] {
    if let error = try polynomial(answers, monomials, \.error) { return [(error, measured)] }
    guard !pieces.isEmpty, let estimated = try polynomial(answers, monomials, \.estimated) else {
      return []
    }
    return try pieces.map { piece in
      (estimated - (try Polynomial(Expression(parsing: piece.expression))), piece.terms)
    }
  }

  /// The polynomial that gives the amounts at all small sizes: of the powers that occur, or else of
  /// the products that measured quantities have. Nil if there is none.
  private func polynomial(
    _ answers: Answers, _ monomials: [Monomial], _ amount: (ErrorRegression.Sample) -> Rational
  ) throws -> Polynomial? {
    let amounts = answers.small.compactMapValues { amount($0).integer }
    guard amounts.count == answers.small.count else { return nil }
    do {
      return try PolynomialFit<String>(over: family) { point in
        guard let amount = amounts[point] else { throw NotAsked() }
        return ["": amount]
      }.formulas[""]
    } catch is NoPolynomial {
      return nil
    } catch is NotAsked {
      let points = Array(answers.small.keys)
      let columns = MonomialColumns(
        points.map { point in
          let values = family.member(at: point).symbols
          return monomials.map { $0.value(at: values) }
        })
      let solution = try columns.exactSolutions([points.map { amounts[$0] ?? 0 }])[0]
      guard solution.residuals.allSatisfy({ $0 == 0 }) else { return nil }
      return Polynomial(
        Dictionary(uniqueKeysWithValues: zip(monomials, solution.coefficients)))
    }
  }

  /// A point that the estimator was not asked about.
  private struct NotAsked: Error {}

  /// The products of sizes that formulas have, apart from quotients.
  private static func monomials(of formulas: some Sequence<Formula>) throws -> [Monomial] {
    let terms = formulas.flatMap { formula in
      formula.terms + (formula.pieces ?? []).flatMap(\.terms)
    }
    return try Set(terms.map(\.monomial)).flatMap { text in
      try Polynomial(Expression(parsing: text)).coefficients.keys
    }
    .filter { $0.exponents.values.allSatisfy { $0 > 0 } }
    .sorted()
  }

  /// Several formulas of sums as one.
  private static func sum(_ formulas: [Formula]) -> (expression: String, terms: [Formula.Term])? {
    guard formulas.count > 1 else { return formulas.first.map { ($0.expression, $0.terms) } }
    let parts = formulas.flatMap(\.terms).flatMap { term in
      term.roles.compactMap { role, share in
        (try? Polynomial(Expression(parsing: term.monomial)))
          .map { (role: role, formula: $0 * Polynomial(share)) }
      }
    }
    let sum = parts.map(\.formula).reduce(Polynomial(), +)
    return (sum.description, [Formula.Term](parts))
  }
}

extension ModelShape {
  /// Roughly how many parameters it has.
  fileprivate var parameterScale: Int { layers * hidden * hidden + vocabulary * hidden }
}

extension Monomial {
  /// The value where no exponent is negative.
  fileprivate func value(at sizes: [String: Int]) -> Int {
    exponents.reduce(1) { product, factor in
      (0..<factor.value).reduce(product) { product, _ in product * (sizes[factor.key] ?? 1) }
    }
  }
}

extension ErrorRegression.Sample {
  fileprivate func isError(_ formula: Polynomial) throws -> Bool {
    try formula.evaluated(at: bindings) == error
  }

  /// The error relative to what is measured; to 1 where that is nothing.
  fileprivate var relativeError: Rational { error.magnitude / Rational(max(1, measured)) }

  fileprivate var asWorst: Scorecard.Worst {
    Scorecard.Worst(
      model: model, at: symbols, estimated: Number(estimated),
      measured: Number(Rational(measured)))
  }
}

extension ErrorFormula {
  fileprivate init(
    _ error: Polynomial, holds: Int, exception: [String: Int]?, unexplained: Double,
    _ measured: [Formula.Term]
  ) {
    isExact = holds > 0
    self.holds = holds
    self.exception = exception
    expression = error.description
    terms = error.terms.map { monomial, coefficient in
      let term = measured.first { $0.monomial == monomial.description }
      return Term(
        monomial: monomial.description, coefficient: coefficient,
        measured: term?.coefficient ?? 0, roles: term?.roles ?? [:])
    }
    self.unexplained = unexplained
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
