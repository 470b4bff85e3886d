import Catalogue
import Instrument

/// A run of consecutive layers that a pipeline stage holds as one. A stage of an interleaved
/// pipeline holds several, so that a micro-batch comes by it as often (Narayanan et al., arXiv
/// 2104.04473, section 2.2).
struct ModelPart: Sendable, Equatable {
  /// Its number in the order of the forward pass.
  let number: Int
  /// How many there are.
  let count: Int
  /// Its layers.
  let layers: Range<Int>
  /// Number of stages: the parts go round them.
  let stages: Int
  /// Whether the head shares the embedding, of which the last part may have to keep a copy.
  let isTied: Bool

  var isFirst: Bool { number == 0 }
  var isLast: Bool { number == count - 1 }

  /// All layers in one.
  static func whole(_ shape: ModelShape) -> ModelPart {
    ModelPart(
      number: 0, count: 1, layers: 0..<shape.layers, stages: 1, isTied: shape.tiedHead)
  }

  /// The parts that a rank holds.
  static func all(of rank: Rank, _ shape: ModelShape) -> [ModelPart] {
    let (stages, count) = (rank.layout.pipeline, rank.layout.pipeline * rank.layout.virtual)
    return (0..<rank.layout.virtual).map { chunk in
      let number = chunk * stages + rank.stage
      return ModelPart(
        number: number, count: count,
        layers: rank.layout.layers(ofPart: number, of: shape.layers), stages: stages,
        isTied: shape.tiedHead)
    }
  }

  /// The residual stream from the part before.
  func receiveStream(_ step: Step) -> Tensor {
    let stream = step.engine.make(
      step.streamRows, step.shape.hidden, .activation, .blockOutput,
      precision: step.engine.formats.stream)
    step.engine.receive(into: stream, fromStage: stage(-1), tag: tag(number, step))
    return stream
  }

  /// Sends the residual stream to the part behind.
  func send(stream: borrowing Tensor, _ step: Step) {
    step.engine.send(stream, toStage: stage(1), tag: tag(number + 1, step))
  }

  /// The gradient of the residual stream from the part behind.
  func receiveGradient(_ step: Step) -> Tensor {
    let gradient = step.engine.make(
      step.streamRows, step.shape.hidden, .temporary, .activationGradient,
      precision: step.engine.formats.stream)
    step.engine.receive(into: gradient, fromStage: stage(1), tag: tag(number + 1, step) + 1)
    return gradient
  }

  /// Sends the gradient of the residual stream to the part before.
  func send(gradient: borrowing Tensor, _ step: Step) {
    step.engine.send(gradient, toStage: stage(-1), tag: tag(number, step) + 1)
  }

  private func stage(_ distance: Int) -> Int { (number + distance + stages) % stages }

  /// Two for each micro-batch and each seam, that before part `number`.
  private func tag(_ number: Int, _ step: Step) -> Int {
    2 * (step.microbatch * count + number)
  }
}
