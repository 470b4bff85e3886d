import Catalogue
import Instrument
import Testing

@testable import Transformer

@Suite struct FitTests {
  private let shape: ModelShape
  private var recipe = Recipe()

  init() throws {
    shape = try ModelShape(
      name: "fit", layers: 2, hidden: 24, heads: 3, vocabulary: 61, positions: 32)
    (recipe.batch, recipe.sequence) = (64, 20)
  }

  /// The peak of a real course of events, without the search: a dry run of three updates.
  private func peak(batch: Int) throws -> Int {
    var recipe = recipe
    (recipe.batch, recipe.steps) = (batch, 3)
    return try Measurement.run(shape, recipe, dry: true).bytes.peak.total
  }

  @Test("A run that fits to the byte is let through, and needs its peak")
  func fits() throws {
    let needed = try peak(batch: 64)
    #expect(try Measurement.requireFit(shape, recipe, available: needed) == needed)
    #expect(try Measurement.requireFit(shape, recipe, available: nil) == needed)
  }

  @Test(
    "A larger one is refused: the batch it names fits, and one more does not",
    arguments: [1, 2, 3, 17, 62, 63])
  func refused(fitting: Int) throws {
    let (needed, available) = (try peak(batch: 64), try peak(batch: fitting + 1) - 1)
    #expect(try peak(batch: fitting) <= available)
    let error = #expect(throws: InputError.self) {
      try Measurement.requireFit(shape, recipe, available: available)
    }
    #expect(
      error?.description
        == "--batch: found 64, for which fit at --sequence 20 needs \(needed) bytes where "
        + "\(available) are available; expected at most --batch \(fitting)")
  }

  @Test("Where not even one sequence fits, other ways out are named")
  func hopeless() throws {
    let available = try peak(batch: 1) - 1
    let error = #expect(throws: InputError.self) {
      try Measurement.requireFit(shape, recipe, available: available)
    }
    #expect(error?.expected == "a smaller model or sequence, or --dry; not even 1 fits")
    var single = recipe
    single.batch = 1
    let alone = #expect(throws: InputError.self) {
      try Measurement.requireFit(shape, single, available: available)
    }
    #expect(alone?.expected == error?.expected)
  }

  @Test(
    "A run that is larger than any machine is refused before anything is allocated",
    .enabled(if: SystemMemory.availableBytes != nil, "the system does not tell what is free"))
  func run() throws {
    let shape = try ModelShape(named: "gpt3-175b")
    let error = #expect(throws: InputError.self) {
      try Measurement.run(shape, recipe, dry: false)
    }
    #expect(error?.origin == "--batch")
    #expect(error?.expected == "a smaller model or sequence, or --dry; not even 1 fits")
  }
}
