import Catalogue

/// What was alive when, in a form that a page can draw: a list of moments, and for each tensor the
/// moments at which it was alive.
///
/// A long run has fewer moments than events. Then a moment stands for a stretch of consecutive
/// events, and is the one of them after which most was alive, so that every total is of a state
/// that the run was in, and the peak is among them.
struct MemoryTimeline: Encodable {
  /// Number of events of the run.
  let events: Int
  /// The event after which each moment is.
  let moments: [Int]
  /// The phases, in order; the last is the end, when what was loaded is given back.
  let phases: [Stretch]
  /// What the memory of tensors is for; tensors refer to it by index.
  let categories: [Catalogue.Category]
  /// The paths of tensors; tensors refer to them by index.
  let paths: [String]
  /// The tensors, in order of allocation.
  let tensors: [Tensor]
  /// The moment at which most was alive.
  let peak: Int
  /// Tensors that live between two moments only.
  let unseen: Int

  /// A phase, from a moment up to another, which is not part of it.
  struct Stretch: Encodable, Equatable {
    let name: String
    let from: Int
    var to: Int
  }

  /// A tensor under one name; written as a list of numbers, because there are many.
  struct Tensor: Encodable, Equatable {
    /// Its number in the run.
    let number: Int
    let path: Int
    let category: Int
    let bytes: Int
    /// The first moment at which it is alive.
    let from: Int
    /// The first one after it.
    let to: Int

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      for value in [number, path, category, bytes, from, to] { try container.encode(value) }
    }
  }
}
