import Catalogue
import Foundation
import Testing

@testable import Projection

/// Every number of a projection says how it is known.
@Suite struct ProjectionBasisTests {
  /// A model in four stages of two, with tokens to train on, on a device or none.
  private func projection(on device: Device?) throws -> Projection {
    let shape = try ModelShape(
      name: "small", layers: 8, hidden: 512, heads: 8, vocabulary: 1024, positions: 256)
    var recipe = Recipe()
    (recipe.sequence, recipe.precision, recipe.convention) = (256, .bf16, .megatron)
    var layout = Layout()
    (layout.tensor, layout.pipeline, layout.data, layout.globalBatch) = (2, 2, 2, 16)
    var options = TimeOptions()
    options.tokens = 1e9
    return try Projection(shape, recipe, layout, on: device, options)
  }

  /// The paths of all numbers of a value, and those of the objects that say themselves how their
  /// numbers are known.
  private func paths(_ value: Any, _ path: String = "") -> [String] {
    switch value {
    case let object as [String: Any]:
      if object["basis"] != nil, let source = object["source"] as? String, !source.isEmpty {
        return []
      }
      return object.flatMap { key, value in
        paths(value, path.isEmpty ? key : "\(path).\(key)")
      }
    case let list as [Any]: return list.flatMap { paths($0, path) }
    case is NSNumber, is Bool, is Int, is Double: return [path]
    default: return []
    }
  }

  private func numbers(_ projection: Projection) throws -> Set<String> {
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(projection))
    return Set(paths(json))
  }

  @Test("Every number is a term with its basis, or has one in the list", arguments: [true, false])
  func complete(_ hasDevice: Bool) throws {
    let device = hasDevice ? try Device(named: "a100-80gb") : nil
    let projection = try projection(on: device)
    let known = projection.bases.map(\.figure)
    let unknown = try numbers(projection).filter { path in
      !known.contains { path == $0 || path.hasPrefix($0 + ".") }
    }
    #expect(unknown.isEmpty, "\(unknown.sorted())")
    #expect(projection.bases.allSatisfy { !$0.source.isEmpty })
    #expect(Set(known).count == known.count)
  }

  @Test("The terms of memory and of time add up to their totals")
  func sums() throws {
    let projection = try projection(on: Device(named: "a100-80gb"))
    let bytes = projection.terms.reduce(0) { $0 + $1.bytes }
    #expect(bytes == projection.ranks.map(\.bytes.peakReserved).max())
    let time = try #require(projection.time)
    #expect(time.terms.reduce(0) { $0 + $1.seconds } == time.iterationSeconds)
  }
}
