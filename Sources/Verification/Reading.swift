import Catalogue
import Formulas

/// One of the things that a claim could mean: a convention about what is kept, and the run that the
/// source may have had in mind.
struct Reading: Sendable {
  /// What a verdict calls it.
  let name: String
  let convention: Convention
  /// What the claim says of it; nil where the convention is all.
  let meaning: Claim.Reading?

  /// In which way the run is not the plain one.
  var setting: Claim.Setting { meaning?.setting ?? .plain }

  /// The readings of a claim: those that it names, under each convention that it states; under all
  /// conventions where it states none and speaks of what is kept for backward; otherwise under any
  /// one, as they do not differ.
  static func all(of claim: Claim) -> [Reading] {
    let stated = claim.conventions.compactMap(Convention.named)
    let speaksOfSaved = claim.quantities.contains { $0.dependsOnConvention }
    let conventions = stated.isEmpty ? speaksOfSaved ? Convention.all : [.pytorch] : stated
    if claim.readings.isEmpty {
      return conventions.map { Reading(name: $0.name, convention: $0, meaning: nil) }
    }
    return claim.readings.flatMap { reading in
      conventions.map { convention in
        let name = conventions.count > 1 ? "\(reading.name), \(convention.name)" : reading.name
        return Reading(name: name, convention: convention, meaning: reading)
      }
    }
  }
}

extension Claim {
  /// What runs are asked for.
  fileprivate var quantities: [Measured] {
    (measure.map { [$0] } ?? measures.values.map(\.measure)).map(\.quantity)
  }

  /// What it measures, by name; a single measurement has none.
  var allMeasures: [(name: String, NamedMeasure)] {
    (measure.map { [("", NamedMeasure(measure: $0, setting: .plain))] } ?? [])
      + measures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension Claim.Measured {
  /// Whether it is not the same whatever is kept for backward.
  fileprivate var dependsOnConvention: Bool {
    switch self {
    case .savedForBackward, .peak, .peakForward, .peakBackward, .peakActivations, .mostActivations,
      .temporary:
      true
    default: false
    }
  }
}
