import Foundation
import Testing

@testable import Reporting

/// The file against speedscope's published schema (speedscope, src/lib/file-format-spec.ts), rule
/// by rule.
@Suite struct SpeedscopeTests {
  private static let units: Set = [
    "none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes",
  ]

  private func frames(_ file: [String: Any]) throws -> [String] {
    #expect(file["$schema"] as? String == "https://www.speedscope.app/file-format-schema.json")
    #expect(
      Set(file.keys).isSubset(of: [
        "$schema", "shared", "profiles", "name", "activeProfileIndex", "exporter",
      ]))
    let shared = try #require(file["shared"] as? [String: [[String: Any]]])
    return try #require(shared["frames"]).map { try #require($0["name"] as? String) }
  }

  private func profiles(_ file: [String: Any]) throws -> [[String: Any]] {
    let profiles = try #require(file["profiles"] as? [[String: Any]])
    for profile in profiles {
      #expect(profile["name"] is String)
      #expect(Self.units.contains(profile["unit"] as? String ?? ""))
      let start = try #require(profile["startValue"] as? Int)
      #expect(start <= (try #require(profile["endValue"] as? Int)))
    }
    let active = try #require(file["activeProfileIndex"] as? Int)
    #expect(profiles.indices.contains(active))
    return profiles
  }

  @Test(arguments: [true, false])
  func `frames open and close like brackets, in order of time`(dry: Bool) throws {
    let file = try json(miniatureTrace(dry: dry).trace, .speedscope)
    let frames = try frames(file)
    let profile = try profiles(file)[0]
    #expect(profile["type"] as? String == "evented" && profile["unit"] as? String == "nanoseconds")
    var (open, time) = ([Int](), 0)
    for event in try #require(profile["events"] as? [[String: Any]]) {
      let frame = try #require(event["frame"] as? Int)
      let at = try #require(event["at"] as? Int)
      #expect(frames.indices.contains(frame) && at >= time)
      time = at
      switch event["type"] as? String {
      case "O": open.append(frame)
      case "C": #expect(open.popLast() == frame)
      default: Issue.record("neither O nor C")
      }
    }
    #expect(open.isEmpty)
    #expect(time <= (try #require(profile["endValue"] as? Int)))
    #expect(Set(frames).isSuperset(of: ["forward", "block.1", "attention", "matrixProduct"]))
  }

  @Test func `the stacks at the peak weigh what the ledger's peak does`() throws {
    let (trace, ledger) = try miniatureTrace(dry: true)
    let file = try json(trace, .speedscope)
    let frames = try frames(file)
    let profile = try profiles(file)[1]
    #expect(profile["type"] as? String == "sampled" && profile["unit"] as? String == "bytes")
    let samples = try #require(profile["samples"] as? [[Int]])
    let weights = try #require(profile["weights"] as? [Int])
    #expect(samples.count == weights.count)
    #expect(samples.allSatisfy { $0.allSatisfy(frames.indices.contains) })
    #expect(weights.reduce(0, +) == ledger.peak.total)
    #expect(profile["endValue"] as? Int == ledger.peak.total)
  }

  @Test func `folded stacks say the same, a line each`() throws {
    let (trace, ledger) = try miniatureTrace(dry: true)
    let lines = trace.folded.split(separator: "\n")
    let total = try lines.reduce(0) { sum, line in
      let match = try #require(line.wholeMatch(of: /[^; ]+(?:;[^; ]+)* (\d+)/))
      return sum + (try #require(Int(match.1)))
    }
    #expect(total == ledger.peak.total)
    // h² = 32² weights of 4 bytes
    #expect(lines.contains("gradient;block.1;attention;projection.weight 4096"))
  }
}
