import Catalogue
import Foundation
import Instrument
import TestSupport
import Testing

@testable import Transformer

/// One step, event by event, as a text that is committed: the same for a debug and a release build,
/// in which the optimiser is free to end the life of other things early.
@Suite struct EventStreamTests {
  @Test("A step under convention pytorch leaves the committed events")
  func pytorch() throws {
    try compare("events-pytorch-eager.txt") { $0.convention = .pytorch }
  }

  @Test("A step under convention lean, in tiles and with dropout, leaves the committed events")
  func lean() throws {
    try compare("events-lean-flash-dropout.txt") {
      $0.convention = .lean
      $0.attention = .flash
      $0.dropout = 0.1
    }
  }

  private func compare(_ name: String, _ change: (inout Recipe) -> Void) throws {
    let shape = try ModelShape(
      name: "events", layers: 1, hidden: 8, heads: 2, vocabulary: 13, positions: 6)
    var recipe = Recipe()
    recipe.batch = 2
    recipe.sequence = 5
    change(&recipe)
    let engine = Engine(dry: Ledger())
    do {
      var training = Training(shape, recipe, try Corpus(for: recipe, shape), on: engine)
      _ = training.step()
    }
    let ledger = engine.ledger
    let lines = ledger.events.map { event in
      "\(event.phase.rawValue) \(event.kind.rawValue) \(event.category.rawValue) "
        + "\(ledger.path(of: event)) \(event.bytes)"
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", name)
  }

  /// Compares with a committed file. A missing one is written, and the test fails so that somebody
  /// looks at it.
  private func expectSnapshot(_ text: String, _ name: String) throws {
    let file = Fixture.folder.appending(path: name)
    guard let data = FileManager.default.contents(atPath: file.path) else {
      try Data(text.utf8).write(to: file)
      Issue.record("wrote \(name), which was not there")
      return
    }
    let expected = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let actual = text.split(separator: "\n")
    for (line, (expected, actual)) in zip(expected, actual).enumerated() where expected != actual {
      Issue.record("\(name):\(line + 1): expected \(expected), found \(actual)")
      return
    }
    #expect(expected.count == actual.count)
  }
}
