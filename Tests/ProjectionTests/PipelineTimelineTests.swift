import Catalogue
import Testing

@testable import Projection

/// Stages wait for each other as the schedules are published.
@Suite struct PipelineTimelineTests {
  private func end(
    stages: Int, chunks: Int = 1, microbatches: Int, _ schedule: Layout.Schedule,
    send: Double = 0
  ) -> Double {
    var layout = Layout()
    (layout.pipeline, layout.virtual, layout.schedule) = (stages, chunks, schedule)
    layout.globalBatch = microbatches
    let part = PipelineTimeline.Part(forward: 1 / Double(chunks), backward: 2 / Double(chunks))
    let parts = [[PipelineTimeline.Part]](
      repeating: [PipelineTimeline.Part](repeating: part, count: chunks), count: stages)
    return PipelineTimeline(
      layout, microbatches: microbatches, parts: parts, send: send, blocks: false
    ).ends.max()!
  }

  @Test(
    "Equal stages take m + (p−1)/v times a micro-batch (Narayanan et al., section 2.2)",
    arguments: [
      // (p, v, m): 3·(m + (p−1)/v)
      (1, 1, 5, Layout.Schedule.oneForwardOneBackward, 15.0),
      (4, 1, 8, .oneForwardOneBackward, 33), (4, 1, 8, .gpipe, 33),
      (4, 2, 8, .oneForwardOneBackward, 28.5), (2, 3, 4, .oneForwardOneBackward, 13),
    ])
  func equalStages(
    _ stages: Int, _ chunks: Int, _ microbatches: Int, _ schedule: Layout.Schedule,
    _ expected: Double
  ) {
    let end = end(stages: stages, chunks: chunks, microbatches: microbatches, schedule)
    // Thirds and halves of seconds add up to rounding.
    #expect(abs(end - expected) < 1e-9)
  }

  @Test("A message delays the first micro-batch at each stage, forward and backward")
  func messages() {
    // Two stages, one micro-batch: 1 + s + 1 + 2 + s + 2.
    #expect(
      abs(end(stages: 2, microbatches: 1, .oneForwardOneBackward, send: 0.25) - 6.5) < 1e-12)
  }
}
