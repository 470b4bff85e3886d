import Catalogue
import Formulas

/// Models that are alike in everything but their sizes, with the batches that they are run with:
/// what a formula is derived over.
///
/// Where sizes of the given model are related, as f = 4·h and d = h/a are in GPT-2, they are so in
/// the whole family, unless one is set free. Then the related size has no symbol of its own in a
/// formula.
struct ShapeFamily: Sendable {
  /// The model that the family is named after.
  let model: ModelShape
  /// The relations between sizes.
  let relations: Set<Relation>
  /// The sizes that can be chosen, in a fixed order.
  let variables: [SizeVariable]
  /// d is a multiple of it.
  let headUnit: Int

  /// What may hold between the sizes of a model.
  enum Relation: String, CaseIterable, Comparable {
    case quadrupleFeedForward = "f = 4*h"
    case oneKVHead = "g = 1"
    case asManyKVHeads = "g = a"
    case headsSplitHidden = "d = h/a"

    /// The size that follows from the others.
    var dependent: StandardSymbol {
      switch self {
      case .quadrupleFeedForward: .feedForward
      case .oneKVHead, .asManyKVHeads: .kvHeads
      case .headsSplitHidden: .headDimension
      }
    }

    func holds(for shape: ModelShape) -> Bool {
      switch self {
      case .quadrupleFeedForward: shape.feedForward == 4 * shape.hidden
      case .oneKVHead: shape.kvHeads == 1 && shape.heads > 1
      case .asManyKVHeads: shape.kvHeads == shape.heads
      case .headsSplitHidden: shape.heads * shape.headDimension == shape.hidden
      }
    }

    static func < (left: Relation, right: Relation) -> Bool { left.rawValue < right.rawValue }
  }

  /// - Parameters:
  ///   - model: any member.
  ///   - free: sizes that follow from no others, even if they could.
  init(of model: ModelShape, free: Set<StandardSymbol> = []) {
    self.model = model
    let relations = Set(
      Relation.allCases.filter { $0.holds(for: model) && !free.contains($0.dependent) })
    self.relations = relations
    variables = SizeVariable.allCases.filter { variable in
      switch variable {
      case .kvHeads: !relations.contains(.oneKVHead)
      case .headsPerKVHead: !relations.contains(.asManyKVHeads)
      case .hidden: !relations.contains(.headsSplitHidden)
      case .feedForward: !relations.contains(.quadrupleFeedForward)
      default: true
      }
    }
    headUnit = model.headUnit
  }

  /// The model and batch with these sizes.
  func member(at point: SizePoint) -> Case {
    func value(_ variable: SizeVariable) -> Int { point[variable] ?? 1 }
    var shape = model
    shape.layers = value(.layers)
    shape.kvHeads = value(.kvHeads)
    shape.heads = shape.kvHeads * value(.headsPerKVHead)
    shape.headDimension = headUnit * value(.headUnits)
    shape.hidden = point[.hidden] ?? shape.heads * shape.headDimension
    shape.feedForward = point[.feedForward] ?? 4 * shape.hidden
    shape.vocabulary = value(.vocabulary)
    shape.positions = max(value(.positions), value(.sequence))
    shape.architecture.turn(headDimension: shape.headDimension, insteadOf: model.headDimension)
    shape.name = "a model like \(model.name)"
    return Case(shape: shape, batch: value(.batch), sequence: value(.sequence), isReal: false)
  }
}

extension ModelShape {
  /// The smallest step of d that keeps the turned part of a head a whole even number.
  fileprivate var headUnit: Int {
    guard case .rotary(let dimensions, _) = architecture.position else { return 1 }
    let pairs = dimensions / 2
    return headDimension / greatestCommonDivisor(pairs, headDimension)
  }

  private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    right == 0 ? left : greatestCommonDivisor(right, left % right)
  }
}

extension Architecture {
  /// Turns the same part of heads of another size.
  fileprivate mutating func turn(headDimension: Int, insteadOf given: Int) {
    guard case .rotary(let dimensions, let theta) = position else { return }
    position = .rotary(dimensions: dimensions * headDimension / given, theta: theta)
  }
}
