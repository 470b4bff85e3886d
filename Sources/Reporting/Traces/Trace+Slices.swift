import Catalogue
import Instrument

extension Trace {
  /// A stretch of time: a phase, a place in the model, or an op. Slices nest.
  struct Slice: Equatable {
    enum Kind: String { case phase, scope, op }

    let kind: Kind
    let name: String
    let phase: Phase
    /// The place that the slice is, or is in.
    let scope: String
    let start: Int
    var end: Int
    /// How many slices are around it.
    let depth: Int
  }

  /// All slices in order of their beginning, the outer ones first.
  var slices: [Slice] {
    var builder = SliceBuilder(ledger)
    for entry in timeline.entries { builder.add(entry) }
    return builder.finished(
      at: max(timeline.entries.last?.time ?? 0, timeline.eventTimes.last ?? 0))
  }

  /// From what forward did at a place to what backward does there: indices of `slices`.
  ///
  /// A place has one such pair for each time that backward follows forward.
  static func flows(_ slices: [Slice]) -> [(forward: Int, backward: Int)] {
    var waiting: [String: Int] = [:]
    var flows: [(forward: Int, backward: Int)] = []
    for (index, slice) in slices.enumerated() where slice.kind == .scope {
      switch slice.phase {
      case .forward: waiting[slice.scope] = index
      case .backward:
        if let forward = waiting.removeValue(forKey: slice.scope) { flows.append((forward, index)) }
      case .load, .optimizer, .generate: break
      }
    }
    return flows
  }
}

private struct SliceBuilder {
  private let ledger: Ledger
  private var slices: [Trace.Slice] = []
  /// Indices of the slices that have not ended; those of places are one for each step.
  private var open: [Int] = []
  private var phase: Phase?
  private var steps: [String] = []

  init(_ ledger: Ledger) { self.ledger = ledger }

  mutating func add(_ entry: Timeline.Entry) {
    endOperation(entry.time)
    switch entry.mark {
    case .phase(let next):
      let place = steps
      leave(to: 0, entry.time)
      close(entry.time)
      phase = next
      begin(.phase, next.rawValue, entry.time)
      enter(place, entry.time)
    case .scope(let scope):
      let place = ledger.steps(scope)
      leave(to: zip(steps, place).prefix { $0 == $1 }.count, entry.time)
      enter(place, entry.time)
    case .operation(let operation, _): begin(.op, operation.rawValue, entry.time)
    }
  }

  mutating func finished(at time: Int) -> [Trace.Slice] {
    while !open.isEmpty { close(time) }
    return slices
  }

  /// Enters the steps of a place that have not been entered.
  private mutating func enter(_ place: [String], _ time: Int) {
    for step in place.dropFirst(steps.count) {
      steps.append(step)
      begin(.scope, step, time)
    }
  }

  private mutating func leave(to count: Int, _ time: Int) {
    while steps.count > count {
      steps.removeLast()
      close(time)
    }
  }

  private mutating func begin(_ kind: Trace.Slice.Kind, _ name: String, _ time: Int) {
    open.append(slices.count)
    slices.append(
      Trace.Slice(
        kind: kind, name: name, phase: phase ?? .load, scope: steps.joined(separator: "."),
        start: time, end: time, depth: open.count - 1))
  }

  private mutating func endOperation(_ time: Int) {
    if let last = open.last, slices[last].kind == .op { close(time) }
  }

  private mutating func close(_ time: Int) {
    if let last = open.popLast() { slices[last].end = time }
  }
}
