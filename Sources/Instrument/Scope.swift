/// A place in the model, such as `block.3.attention`, as a number: events are many and places few.
public struct Scope: Codable, Sendable, Hashable, Comparable {
  let index: Int32

  /// In the order in which the program first entered them.
  public static func < (left: Scope, right: Scope) -> Bool { left.index < right.index }

  /// The model as a whole.
  static let root = Scope(index: 0)
}

/// The places of one run, numbered in the order in which the program first enters them.
struct ScopeTable {
  private struct Step: Hashable {
    let parent: Scope
    let name: String
  }

  private var known: [Step: Scope] = [:]
  private(set) var names = [""]
  private var steps: [Step?] = [nil]

  /// The place called `name` within `parent`.
  mutating func scope(_ name: String, in parent: Scope) -> Scope {
    let step = Step(parent: parent, name: name)
    if let scope = known[step] { return scope }
    let scope = Scope(index: Int32(names.count))
    let prefix = names[Int(parent.index)]
    names.append(prefix.isEmpty ? name : "\(prefix).\(name)")
    steps.append(step)
    known[step] = scope
    return scope
  }

  /// The names of the places that lead to a place, the outermost first.
  func steps(to scope: Scope) -> [String] {
    var names: [String] = []
    var scope = scope
    while let step = steps[Int(scope.index)] {
      names.append(step.name)
      scope = step.parent
    }
    return names.reversed()
  }
}
