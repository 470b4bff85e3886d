import Catalogue
import TestSupport
import Testing

@Suite struct RecipeTests {
  /// What is said of the defaults with a change, for a model of two layers.
  private func complaint(_ change: (inout Recipe) -> Void) throws -> String {
    var shape = try ModelShape(named: "gpt2-tiny")
    shape.positions = 128
    var recipe = Recipe()
    change(&recipe)
    return TestSupport.complaint { () throws(InputError) in try recipe.validate(for: shape) }
  }

  @Test func `the defaults are a recipe for every preset that has the positions`() throws {
    for preset in Preset.all {
      let shape = preset.shape
      var recipe = Recipe()
      recipe.sequence = min(recipe.sequence, shape.positions)
      try recipe.validate(for: shape)
    }
  }

  @Test(arguments: [0, -1, Int.min]) func `counts are at least 1`(count: Int) throws {
    let says = "found \(count); expected a positive integer"
    #expect(try complaint { $0.batch = count } == "--batch: \(says)")
    #expect(try complaint { $0.sequence = count } == "--sequence: \(says)")
    #expect(try complaint { $0.steps = count } == "--steps: \(says)")
    #expect(try complaint { $0.accumulate = count } == "--accumulate: \(says)")
  }

  @Test(arguments: [100_000_001, Int.max])
  func `counts are at most a hundred million`(count: Int) throws {
    let says = "found \(count); expected at most 100000000"
    #expect(try complaint { $0.batch = count } == "--batch: \(says)")
    #expect(try complaint { $0.sequence = count } == "--sequence: \(says)")
    #expect(try complaint { $0.steps = count } == "--steps: \(says)")
    #expect(try complaint { $0.accumulate = count } == "--accumulate: \(says)")
  }

  @Test(arguments: [
    (Float(-0.1), "-0.1"), (1, "1.0"), (1.5, "1.5"), (.nan, "nan"), (.infinity, "inf"),
  ])
  func `dropout is a probability below 1`(dropout: Float, shown: String) throws {
    #expect(
      try complaint { $0.dropout = dropout }
        == "--dropout: found \(shown); expected a probability in [0, 1)")
    #expect(try complaint { $0.dropout = Float(1).nextDown } == "no fault")
  }

  @Test(arguments: [(Float(-1e-3), "-0.001"), (.nan, "nan"), (.infinity, "inf")])
  func `a learning rate is a number from 0 up`(rate: Float, shown: String) throws {
    #expect(
      try complaint { $0.learningRate = rate }
        == "--learning-rate: found \(shown); expected a number from 0 up, such as 3e-4")
    #expect(try complaint { $0.learningRate = 0 } == "no fault")
  }

  @Test func `a sequence has no more tokens than the model has positions`() throws {
    #expect(try complaint { $0.sequence = 128 } == "no fault")
    #expect(
      try complaint { $0.sequence = 129 }
        == "--sequence: found 129; expected at most 128, the positions of gpt2-tiny")
  }

  @Test(arguments: TrainingPrecision.allCases) func `autocast keeps weights of 32 bits`(
    precision: TrainingPrecision
  ) throws {
    #expect(try complaint { $0.precision = precision } == "no fault")
    let says = try complaint {
      ($0.precision, $0.convention) = (precision, .pytorchAutocast)
    }
    let refused =
      "--precision: found bf16-pure with --convention pytorch-autocast; "
      + "expected fp32, bf16 or fp16: autocast keeps weights of 32 bits"
    #expect(says == (precision == .bf16Pure ? refused : "no fault"))
  }

  @Test func `a text needs a token for each byte`() throws {
    #expect(try complaint { $0.text = "some.txt" } == "no fault")
    var recipe = Recipe()
    recipe.text = "some.txt"
    let small = try ModelShape(
      name: "small", layers: 1, hidden: 8, heads: 1, vocabulary: 255, positions: 128)
    let says = TestSupport.complaint { () throws(InputError) in try recipe.validate(for: small) }
    #expect(
      says == "--text: found a model with a vocabulary of 255; "
        + "expected at least 256, one token for each byte")
  }

  @Test func `several faults are said one at a time, counts first`() throws {
    let says = try complaint {
      $0.dropout = 2
      $0.batch = 0
    }
    #expect(says == "--batch: found 0; expected a positive integer")
  }
}
