import Catalogue

/// A model whose step is timed, and the batches that it is timed with.
struct BenchModel {
  /// What it is called in the tables.
  let title: String
  /// The preset.
  let preset: String
  /// How the peer's script calls it.
  let peerName: String
  let batches: [(batch: Int, sequence: Int)]

  static let all = [
    BenchModel(
      title: "GPT-2 124M", preset: "gpt2", peerName: "gpt2",
      batches: [(4, 64), (4, 256), (1, 1024)]),
    BenchModel(
      title: "Llama miniature", preset: "llama-mini", peerName: "llama", batches: [(16, 128)]),
    BenchModel(
      title: "BERT miniature", preset: "bert-mini", peerName: "bert", batches: [(16, 128)]),
    BenchModel(
      title: "BERT base", preset: "bert-base-uncased", peerName: "bert", batches: [(4, 128)]),
  ]

  /// The sizes, as the peer's script takes them.
  func peerArguments() throws -> [String] {
    let shape = try ModelShape(named: preset)
    return [
      "--model", peerName, "--layers", "\(shape.layers)", "--hidden", "\(shape.hidden)",
      "--heads", "\(shape.heads)", "--kv-heads", "\(shape.kvHeads)", "--feed-forward",
      "\(shape.feedForward)", "--vocabulary", "\(shape.vocabulary)", "--positions",
      "\(shape.positions)",
    ]
  }
}
