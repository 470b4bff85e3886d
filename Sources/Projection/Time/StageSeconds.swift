/// How long a rank of a stage is at work in an update: for each micro-batch, and once.
struct StageSeconds: Sendable {
  /// Of one micro-batch, through all parts of the stage.
  var forward = Pass()
  /// The same backward, with what is computed again.
  var backward = Pass()
  /// What is computed again, of the backward pass; its messages included.
  var recompute = 0.0
  /// What follows the last backward pass: gradients, and the update.
  var update = Pass()
  /// Seconds of what passes to the next stage, each way.
  var send = 0.0

  /// Seconds of a pass, by what takes them.
  struct Pass: Sendable {
    var products = 0.0
    var attention = 0.0
    var elementwise = 0.0
    /// Waiting for the host to send kernels.
    var dispatch = 0.0
    /// Messages that nothing hides.
    var tensorMessages = 0.0
    var dataMessages = 0.0

    /// All of it.
    var total: Double { parts.reduce(0) { $0 + $1.seconds } }

    /// The parts, named.
    var parts: [(name: String, seconds: Double)] {
      [
        ("matrixProducts", products), ("attention", attention), ("elementwise", elementwise),
        ("dispatch", dispatch), ("tensorCommunication", tensorMessages),
        ("dataCommunication", dataMessages),
      ]
    }
  }
}
