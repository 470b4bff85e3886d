import Catalogue
import Foundation
import Instrument
import RankSupport
import TestSupport
import Testing

@testable import Transformer

/// What a step of an encoder–decoder computes.
@Suite struct EncoderDecoderTrainingTests {
  @Test("The first half of a text is the source, and of the second each next token is predicted")
  func continuation() {
    let example = Objective.continuation.example((0..<9).map(Int64.init)[...], seed: 0)
    #expect(Objective.continuation.textLength(count: 4) == 8)
    #expect(example.source == [0, 1, 2, 3])
    #expect(example.tokens == [4, 5, 6, 7])
    #expect(example.targets == [5, 6, 7, 8])
  }

  @Test(
    "Masks of dropout are kept at every site of both stacks",
    arguments: ["marian-untied", "t5"], FamiliesTests.attentions)
  func dropout(_ family: String, _ attention: Recipe.Attention) throws {
    let (shape, _) = try FamiliesTests.load(family)
    var recipe = Recipe()
    (recipe.batch, recipe.sequence, recipe.dropout) = (2, 7, 0.1)
    recipe.attention = attention
    let saved = try Measurement.run(shape, recipe, dry: true).bytes.savedByRole
    func bytes(_ role: TensorRole) -> Int? { saved.first { $0.role == role }?.bytes }
    // A byte for each element of (b·s,h) and (b·a·s,s): two embeddings, 2 + 2 attentions and two
    // crossed ones, 2 + 2 networks. Tiles make the masks of scores again.
    let (stream, scores) = (14 * 16, 2 * 4 * 7 * 7)
    #expect(bytes(.embeddingDropoutMask) == 2 * stream)
    #expect(bytes(.attentionDropoutMask) == (attention == .eager ? 6 * scores : nil))
    #expect(bytes(.attentionResidualDropoutMask) == 6 * stream)
    #expect(bytes(.mlpResidualDropoutMask) == 4 * stream)
    // T5 drops inside of its four networks and behind the last norm of both stacks, too.
    #expect(bytes(.mlpDropoutMask) == (family == "t5" ? 4 * 14 * 36 : nil))
    #expect(bytes(.mlpDroppedOutput) == (family == "t5" ? 4 * 4 * 14 * 36 : nil))
    #expect(bytes(.normDropoutMask) == (family == "t5" ? 2 * stream : nil))
  }

  @Test("Encoder and decoder drop other elements", arguments: ["marian", "t5"])
  func independentDropout(_ family: String) throws {
    let (shape, _) = try FamiliesTests.load(family)
    var recipe = Recipe()
    recipe.dropout = 0.5
    let step = Step(
      engine: Engine(dry: Ledger()), shape: shape, recipe: recipe, pass: 3)
    let seeds = [step, step.ofEncoder].flatMap { step in
      [
        Step.DropoutSite.embedding, .attention, .attentionResidual, .mlpResidual, .mlp, .final,
        .crossAttention,
        .crossResidual,
      ]
      .map { step.dropout($0, layer: 1).seed }
    }
    #expect(Set(seeds).count == 16)
  }

  @Test(
    "Micro-batches of the same examples give the same gradients",
    arguments: FamiliesTests.encoderDecoders)
  func accumulation(_ family: String) throws {
    let (shape, reference) = try FamiliesTests.load(family)
    func gradients(_ batch: Int, _ accumulate: Int) throws -> [[Float]] {
      var training = try FamiliesTests.training(
        shape, reference, { ($0.batch, $0.accumulate) = (batch, accumulate) },
        on: try Engine(expecting: 1 << 20))
      _ = training.computeGradients()
      var gradients: [[Float]] = []
      training.forEachParameter { _, parameter in
        parameter.withGradient { gradients.append($0.values()) }
      }
      return gradients
    }
    let whole = try gradients(2, 1)
    let largest = whole.joined().map { Double(abs($0)) }.max() ?? 1
    for (parts, whole) in zip(try gradients(1, 2), whole) {
      // Rounding of sums in another order, beside the largest gradients, as in `FamiliesTests`.
      let size = max(whole.map { Double(abs($0)) }.max() ?? 0, 0.01 * largest)
      #expect(relativeError(parts, whole.map(Double.init), size: size) <= FamiliesTests.tolerance)
    }
  }

  @Test("An encoder–decoder learns", arguments: ["marian", "t5", "t5-gated"])
  func learns(_ family: String) throws {
    let (shape, reference) = try FamiliesTests.load(family)
    var training = try FamiliesTests.training(
      shape, reference, { $0.learningRate = 1e-2 }, on: try Engine(expecting: 1 << 20))
    let losses = (0..<120).map { _ in training.step().loss ?? .nan }
    #expect(abs(losses[0] / reference.loss - 1) <= FamiliesTests.tolerance)
    // Fourteen tokens are learned by heart.
    #expect(losses[119] < 0.5)
  }

  /// Tensors that are stored, and so rounded, on the longest way from a token of the source to a
  /// gradient, as in `PrecisionTests`: the embedding, ten in each of two blocks of the encoder, 16 in
  /// each of the decoder's, and the last four; and as many gradients on the way back.
  private static let roundings = 2 * (1 + 2 * 10 + 2 * 16 + 4)

  @Test(
    "In 16 bits loss and gradients are those of fp32 within rounding",
    arguments: FamiliesTests.encoderDecoders, [TrainingPrecision.bf16, .bf16Pure, .fp16])
  func narrow(_ family: String, _ precision: TrainingPrecision) throws {
    let (shape, reference) = try FamiliesTests.load(family)
    let expected = reference.gradients.values.flatMap(\.values).reduce(0) { $0 + $1 * $1 }
    let bound = Double(Self.roundings) * (precision == .fp16 ? 0x1p-11 : 0x1p-8)
    for attention in FamiliesTests.attentions {
      var training = try FamiliesTests.training(
        shape, reference,
        {
          $0.precision = precision
          $0.attention = attention
        }, on: try Engine(expecting: 1 << 20))
      let scale = training.lossScale
      let loss = training.accumulateGradients() ?? .nan
      #expect(abs(loss / reference.loss - 1) <= bound)
      var distance = 0.0
      training.forEachParameter { path, parameter in
        let expected = reference.gradients[path]?.values ?? []
        parameter.withGradient { gradient in
          for (value, expected) in zip(gradient.values(), expected) {
            let error = Double(value) / scale - expected
            distance += error * error
          }
        }
      }
      #expect((distance / expected).squareRoot() <= bound, "\(attention)")
    }
  }

  @Test(
    "Replicas divide the weights of an encoder–decoder as those of a decoder",
    arguments: FamiliesTests.encoderDecoders, [Layout.ZeRO.none, .parameters])
  func replicas(_ family: String, _ zero: Layout.ZeRO) throws {
    var recipe = Recipe()
    recipe.sequence = 4
    var layout = Layout()
    (layout.data, layout.zero, layout.globalBatch) = (2, zero, 4)
    let test = RankTest(try FamiliesTests.load(family).shape, layout, recipe)
    let single = try test.single()
    let faults = try ThreadCommunicator.run(test.layout) { rank, communicator in
      try test.faults(rank, communicator, against: single)
    }
    #expect(faults.flatMap(\.self) == [])
  }
}
