import Catalogue
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// Dry equals real for every family, optimizer, way of recomputing, attention, convention and
/// precision: every two of their values meet in a run.
@Suite struct SweepTests {
  /// A run of a tiny model.
  struct Configuration: Sendable, CustomStringConvertible {
    let family: String
    let recipe: Recipe

    var description: String {
      [
        family, recipe.optimizer.rawValue, recipe.optimizerImplementation.rawValue,
        recipe.recompute.rawValue, recipe.attention.rawValue, recipe.convention.name,
        recipe.precision.rawValue, recipe.gradientPrecision.rawValue, "\(recipe.dropout)",
        "\(recipe.accumulate)",
      ].joined(separator: " ")
    }
  }

  static let families = FamiliesTests.families
  static let recomputes: [Recompute] = [.none, .selective, .full, .squareRoot, .every(2)]
  static let dropouts: [Float] = [0, 0.1]
  static let accumulations = [1, 2]

  /// How many values there are of each choice.
  static let sizes = [
    families.count, Recipe.Optimizer.allCases.count, Recipe.OptimizerImplementation.allCases.count,
    recomputes.count, Recipe.Attention.allCases.count, Convention.all.count,
    TrainingPrecision.allCases.count, Recipe.GradientPrecision.allCases.count, dropouts.count,
    accumulations.count,
  ]

  static func configuration(_ row: [Int]) -> Configuration {
    var recipe = Recipe()
    (recipe.batch, recipe.sequence) = (2, 7)
    recipe.optimizer = Recipe.Optimizer.allCases[row[1]]
    recipe.optimizerImplementation = Recipe.OptimizerImplementation.allCases[row[2]]
    recipe.recompute = recomputes[row[3]]
    recipe.attention = Recipe.Attention.allCases[row[4]]
    recipe.convention = Convention.all[row[5]]
    recipe.precision = TrainingPrecision.allCases[row[6]]
    recipe.gradientPrecision = Recipe.GradientPrecision.allCases[row[7]]
    recipe.dropout = dropouts[row[8]]
    recipe.accumulate = accumulations[row[9]]
    return Configuration(family: families[row[0]], recipe: recipe)
  }

  /// What is said of a combination that cannot be; nil where it can.
  static func complaint(_ row: [Int], _ shapes: [ModelShape]) -> String? {
    do {
      try configuration(row).recipe.validate(for: shapes[row[0]])
      return nil
    } catch {
      return error.description
    }
  }

  static let plan: (configurations: [Configuration], impossible: [ValuePair]) = {
    guard let shapes = try? families.map({ try FamiliesTests.load($0).shape }) else {
      return ([], [])
    }
    let (rows, impossible) = pairwise(sizes) { complaint($0, shapes) == nil }
    return (rows.map(configuration), impossible)
  }()

  @Test(
    "A dry run and a real one leave the same events and the same work",
    arguments: plan.configurations)
  func dryEqualsReal(_ configuration: Configuration) throws {
    let (shape, recipe) = (
      try FamiliesTests.load(configuration.family).shape, configuration.recipe
    )
    let (real, dry) = (try Engine(expecting: 1 << 20), Engine(dry: Ledger()))
    var scales: [Double] = []
    for engine in [real, dry] {
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
      scales.append(training.lossScale)
    }
    // Whether gradients overflow in fp16, so that nothing is updated, only numbers can tell.
    guard scales[0] == scales[1] else {
      #expect(recipe.precision == .fp16 && scales[0] == scales[1] / 2)
      return
    }
    for (expected, event) in zip(dry.ledger.events, real.ledger.events) where expected != event {
      Issue.record("dry \(expected) at \(dry.ledger.path(of: expected)), real \(event)")
      break
    }
    #expect(dry.ledger.events.count == real.ledger.events.count)
    #expect(dry.work == real.work)
    #expect(real.ledger.total == 0)
  }

  @Test("Every two values meet, but for those that are refused in one line")
  func coverage() throws {
    #expect(Self.plan.configurations.count >= Self.sizes[0] * Self.sizes[1])
    // Autocast keeps weights of 32 bits, so it has no pure bf16: that pair alone is refused.
    let convention = try #require(Convention.all.firstIndex { $0.name == "pytorch-autocast" })
    let precision = try #require(TrainingPrecision.allCases.firstIndex(of: .bf16Pure))
    let refused = Self.plan.impossible.map { [$0.first, $0.value, $0.second, $0.other] }
    #expect(refused == [[5, convention, 6, precision]])
    let shapes = try Self.families.map { try FamiliesTests.load($0).shape }
    var row = [Int](repeating: 0, count: Self.sizes.count)
    (row[5], row[6]) = (convention, precision)
    let says = try #require(Self.complaint(row, shapes))
    #expect(!says.contains("\n"))
  }

  @Test("Pairs that only illegal combinations have are named, and all others are covered")
  func generator() {
    // Of 3·2·4 combinations those with both first values are illegal.
    let (rows, impossible) = pairwise([3, 2, 4]) { $0[0] != 0 || $0[1] != 0 }
    #expect(impossible.map { [$0.first, $0.value, $0.second, $0.other] } == [[0, 0, 1, 0]])
    for (first, second, count) in [(0, 1, 5), (0, 2, 12), (1, 2, 8)] {
      #expect(Set(rows.map { [$0[first], $0[second]] }).count == count)
    }
    // The two largest parameters alone need 12.
    #expect(rows.count < 24)
  }
}
