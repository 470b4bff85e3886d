import Foundation

/// The devices that are built in, and what holds for the numbers of all of them.
public struct DeviceCatalogue: Codable, Sendable {
  /// What the numbers mean, and the source of those that all devices share.
  public let notes: [String: String]
  /// The devices, the oldest first.
  public let devices: [Device]

  /// What is built in.
  public static let builtIn: DeviceCatalogue = {
    do {
      let data = Data(PackageResources.hardware_json)
      return try JSONDecoder().decode(DeviceCatalogue.self, from: data)
    } catch {
      fatalError("hardware.json, which is built in, is malformed: \(error)")
    }
  }()
}

extension Device {
  /// The device of that name.
  ///
  /// - Throws: `InputError` if there is none.
  public init(named name: String) throws(InputError) {
    let devices = DeviceCatalogue.builtIn.devices
    guard let device = devices.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw InputError(
        "--gpu", found: "\"\(name.quoted)\"",
        expected: "a device such as a100-80gb (`assay hardware` lists them)")
    }
    self = device
  }
}
