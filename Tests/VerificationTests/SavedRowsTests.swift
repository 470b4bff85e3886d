import Catalogue
import Testing
import Verification

/// Bytes that a GPT-2 block keeps for backward, by precision, attention and dropout.
@Suite struct SavedRowsTests {
  /// Measured of PyTorch with `saved_tensors_hooks`, by least squares over nine shapes; without the
  /// causal mask of s² bytes that a model may or may not build anew in every block. The statistics of
  /// norms are of 32 bits, as on a GPU.
  static let rows: [(precision: String, convention: String, options: String, formula: String)] = [
    ("fp32", "pytorch", "eager 0.1", "66*b*s*h + 9*a*b*s^2 + 16*b*s"),
    ("fp32", "pytorch", "eager 0", "64*b*s*h + 4*a*b*s^2 + 16*b*s"),
    ("bf16", "textbook", "eager 0.1", "34*b*s*h + 5*a*b*s^2 + 16*b*s"),
    ("bf16-pure", "pytorch", "eager 0.1", "34*b*s*h + 5*a*b*s^2 + 16*b*s"),
    ("fp16", "textbook", "eager 0.1", "34*b*s*h + 5*a*b*s^2 + 16*b*s"),
    ("bf16-pure", "pytorch", "eager 0", "32*b*s*h + 2*a*b*s^2 + 16*b*s"),
    ("bf16", "pytorch-autocast", "eager 0.1", "24*h^2 + 38*b*s*h + 7*a*b*s^2 + 16*b*s"),
    ("bf16", "pytorch-autocast", "eager 0", "24*h^2 + 36*b*s*h + 6*a*b*s^2 + 16*b*s"),
    ("fp32", "pytorch", "flash 0", "64*b*s*h + 4*a*b*s + 16*b*s"),
    ("bf16-pure", "pytorch", "flash 0", "32*b*s*h + 4*a*b*s + 16*b*s"),
    ("bf16", "pytorch-autocast", "flash 0", "24*h^2 + 36*b*s*h + 4*a*b*s + 16*b*s"),
    ("fp32", "pytorch", "full 0", "4*b*s*h"),
    ("bf16-pure", "pytorch", "full 0", "2*b*s*h"),
    ("fp32", "llm.c", "eager 0", "72*b*s*h + 8*a*b*s^2 + 16*b*s"),
  ]

  @Test(arguments: rows)
  func `every row of the table is recovered`(
    row: (precision: String, convention: String, options: String, formula: String)
  ) throws {
    let options = row.options.split(separator: " ")
    var recipe = Recipe()
    recipe.precision = try #require(TrainingPrecision(rawValue: row.precision))
    recipe.convention = try #require(Convention.named(row.convention))
    recipe.attention = options[0] == "flash" ? .flash : .eager
    recipe.recompute = options[0] == "full" ? .full : .none
    recipe.dropout = try #require(Float(options[1]))
    let derivation = Derivation(of: try ModelShape(named: "gpt2"), recipe)
    let quantity = try #require(DerivableQuantity.named("savedForBackward"))
    #expect(try derivation.formula(of: quantity).expression == row.formula)
  }
}
