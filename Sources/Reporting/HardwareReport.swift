import Catalogue

/// The devices, for people.
public struct HardwareReport: Report {
  /// The devices.
  public let value: List

  /// The `assay.hardware.v1` of the command line.
  public struct List: Encodable {
    let schema = "assay.hardware.v1"
    let notes: [String: String]
    let devices: [Device]
  }

  /// The devices that are built in.
  public init() {
    let catalogue = DeviceCatalogue.builtIn
    value = List(notes: catalogue.notes, devices: catalogue.devices)
  }

  /// None.
  public var headline: String? { nil }

  /// Memory and links, dense peaks, sparse peaks, and the sources.
  public var tables: [Table] { brief + [sources, notes] }

  /// Without the sources.
  public var brief: [Table] {
    [
      memory, peaks("Dense peaks, TFLOP/s", \.denseTFLOPS),
      peaks("Peaks with 2:4 sparsity, TFLOP/s: not for dense work", \.sparseTFLOPS),
    ]
  }

  private var memory: Table {
    Table(
      "Memory and links, GB/s (links: in one direction)",
      [
        .text("device"), .text("also"), .number("usable bytes"), .number("memory"),
        .number("NVLink"), .number("PCIe"), .number("network"),
      ],
      value.devices.map { device in
        [
          device.name, device.aliases.joined(separator: " "),
          device.memory.usableBytes?.grouped ?? "\(device.memory.nominalGB.significant) GB?",
          device.memory.bandwidthGBps.significant, Self.rate(device.links.nvlink),
          Self.rate(device.links.pcie), Self.rate(device.links.network),
        ]
      })
  }

  private static func rate(_ link: Device.Link?) -> String {
    link?.bandwidthGBps.significant ?? "–"
  }

  private func peaks(_ title: String, _ rates: (Device) -> [Device.Format: Double]) -> Table {
    let formats = Device.Format.allCases
    return Table(
      title, [.text("device")] + formats.map { .number($0.rawValue) },
      value.devices.filter { !rates($0).isEmpty }.map { device in
        [device.name] + formats.map { rates(device)[$0]?.significant ?? "–" }
      })
  }

  private var sources: Table {
    Table(
      "Sources", [.text("device"), .text("peaks and bandwidths"), .text("usable bytes")],
      value.devices.map {
        [
          $0.name, $0.source,
          $0.memory.usableSource ?? "unknown: 10⁹ bytes for each GB are assumed",
        ]
      })
  }

  private var notes: Table {
    Table(
      "What holds for all", [.text("of"), .text("note")],
      value.notes.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
  }

  /// Every number on a line of its own.
  public var records: Table {
    Table(
      nil, [.text("device"), .text("figure"), .number("value"), .text("source")],
      value.devices.flatMap { device in
        Self.figures(device).map { [device.name, $0.0, $0.1, $0.2] }
      })
  }

  private static func figures(_ device: Device) -> [(String, String, String)] {
    let memory = device.memory
    var figures = [
      ("memory.nominalGB", memory.nominalGB.significant, device.source),
      ("memory.bandwidthGBps", memory.bandwidthGBps.significant, device.source),
    ]
    if let usable = memory.usableBytes {
      figures.append(("memory.usableBytes", String(usable), memory.usableSource ?? ""))
    }
    for (name, rates) in [("dense", device.denseTFLOPS), ("sparse", device.sparseTFLOPS)] {
      figures += Device.Format.allCases.compactMap { format in
        rates[format].map { ("\(name)TFLOPS.\(format)", $0.significant, device.source) }
      }
    }
    let links = [
      ("nvlink", device.links.nvlink), ("pcie", device.links.pcie),
      ("network", device.links.network),
    ]
    for case (let name, let link?) in links {
      figures.append(
        ("links.\(name).bandwidthGBps", link.bandwidthGBps.significant, link.of ?? device.source))
      figures.append(
        (
          "links.\(name).latencyMicroseconds", link.latencyMicroseconds.significant,
          DeviceCatalogue.builtIn.notes["latency"] ?? ""
        ))
    }
    return figures
  }
}
