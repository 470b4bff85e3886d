import ArgumentParser
import Catalogue
import Formulas
import Foundation
import Projection
import Reporting

/// What a shell offers for an argument that no list of choices tells.
extension CompletionKind {
  /// A preset, or a file of settings.
  static let model = custom { _, _, prefix in
    Preset.all.map(\.name) + files(prefix, ending: ".json")
  }

  /// A device under any of its names.
  static let device = custom { _, _, _ in
    DeviceCatalogue.builtIn.devices.flatMap { [$0.name] + $0.aliases }
  }

  /// A role, or all roles of a part.
  static let role = custom { _, _, _ in
    let roles = TensorRole.allCases.map(\.rawValue)
    let parts = Set(roles.compactMap { $0.split(separator: ".").first.map { "\($0).*" } })
    return parts.sorted() + roles
  }

  /// A claim that is built in.
  static let claim = custom { _, _, _ in
    (try? ClaimCatalogue.builtIn.claims.map(\.id)) ?? []
  }

  /// A lesson.
  static let lesson = custom { _, _, _ in (try? Lesson.all.map(\.name)) ?? [] }

  /// A set of kernels.
  static let kernels = custom { _, _, _ in KernelSet.all.map(\.name) }

  /// Files whose names end like this, and folders, in the folder that the prefix leads to.
  private static func files(_ prefix: String, ending: String) -> [String] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") }.compactMap { name in
      var isFolder: ObjCBool = false
      _ = files.fileExists(atPath: folder + name, isDirectory: &isFolder)
      if isFolder.boolValue { return folder + name + "/" }
      return name.hasSuffix(ending) ? folder + name : nil
    }
  }
}
