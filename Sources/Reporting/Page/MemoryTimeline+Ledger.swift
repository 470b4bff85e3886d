import Catalogue
import Instrument

extension MemoryTimeline {
  /// - Parameters:
  ///   - ledger: the account of a run.
  ///   - most: moments that are shown at most, apart from those that a change of phase adds.
  init(_ ledger: Ledger, most: Int = 4000) {
    let moments = Self.moments(ledger.events, stretch: (ledger.events.count + most - 1) / most)
    var list = TensorList(ledger, moments)
    for event in ledger.events { list.add(event) }
    list.closeAll()
    events = ledger.events.count
    self.moments = moments
    phases = Self.phases(moments, ledger.events)
    categories = Category.allCases
    paths = list.paths
    tensors = list.tensors.sorted { ($0.number, $0.from) < ($1.number, $1.from) }
    peak = moments.firstIndex(of: ledger.peak.sequence) ?? 0
    unseen = list.unseen
  }

  /// Of each stretch of so many events of one phase, the first after which most is alive.
  private static func moments(_ events: [Event], stretch: Int) -> [Int] {
    var moments: [Int] = []
    var (total, highest, length) = (0, 0, 0)
    for event in events {
      total += event.bytes
      let isNew = event.sequence == 0 || events[event.sequence - 1].phase != event.phase
      if isNew || length == stretch {
        moments.append(event.sequence)
        (highest, length) = (total, 0)
      } else if total > highest {
        moments[moments.count - 1] = event.sequence
        highest = total
      }
      length += 1
    }
    return moments
  }

  private static func phases(_ moments: [Int], _ events: [Event]) -> [Stretch] {
    let end = endOfLastUpdate(events)
    return moments.enumerated().reduce(into: []) { phases, moment in
      let name = moment.element > end ? "end" : events[moment.element].phase.rawValue
      if phases.last?.name == name {
        phases[phases.count - 1].to = moment.offset + 1
      } else {
        phases.append(Stretch(name: name, from: moment.offset, to: moment.offset + 1))
      }
    }
  }

  /// The last event before everything that had been loaded is given back.
  private static func endOfLastUpdate(_ events: [Event]) -> Int {
    let last = events.last { event in
      event.kind != .free
        || (event.category != .parameter && event.category != .optimizerState)
    }
    return last?.sequence ?? events.count
  }
}

/// Collects the tensors of a run, event by event.
private struct TensorList {
  private(set) var paths: [String] = []
  private(set) var tensors: [MemoryTimeline.Tensor] = []
  private(set) var unseen = 0
  private let ledger: Ledger
  private let moments: [Int]
  /// The moments before the event that is being added.
  private var past = 0
  private var numbers: [String: Int] = [:]
  private var open: [Int: MemoryTimeline.Tensor] = [:]
  private var seen: Set<Int> = []

  init(_ ledger: Ledger, _ moments: [Int]) {
    (self.ledger, self.moments) = (ledger, moments)
  }

  mutating func add(_ event: Event) {
    while past < moments.count, moments[past] < event.sequence { past += 1 }
    switch event.kind {
    case .allocate: begin(event, bytes: event.bytes)
    case .free: end(event.tensor, isGone: true)
    case .retag:
      guard let bytes = open[event.tensor]?.bytes else { return }
      end(event.tensor, isGone: false)
      begin(event, bytes: bytes)
    }
  }

  mutating func closeAll() {
    past = moments.count
    for tensor in open.keys.sorted() { end(tensor, isGone: true) }
  }

  private mutating func begin(_ event: Event, bytes: Int) {
    let name = ledger.path(of: event)
    let path = numbers[name] ?? paths.count
    if path == paths.count {
      numbers[name] = path
      paths.append(name)
    }
    open[event.tensor] = MemoryTimeline.Tensor(
      number: event.tensor, path: path,
      category: Category.allCases.firstIndex(of: event.category) ?? 0, bytes: bytes, from: past,
      to: past)
  }

  private mutating func end(_ number: Int, isGone: Bool) {
    guard let tensor = open.removeValue(forKey: number) else { return }
    if tensor.from < past {
      seen.insert(number)
      tensors.append(
        MemoryTimeline.Tensor(
          number: number, path: tensor.path, category: tensor.category, bytes: tensor.bytes,
          from: tensor.from, to: past))
    }
    if isGone, !seen.contains(number) { unseen += 1 }
  }
}
