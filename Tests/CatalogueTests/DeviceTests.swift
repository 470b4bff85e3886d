import Catalogue
import Testing

@Suite struct DeviceTests {
  private var devices: [Device] { DeviceCatalogue.builtIn.devices }

  @Test func `a device is found by each of its names, and no name is shared`() throws {
    let names = devices.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    for device in devices {
      for name in [device.name] + device.aliases { #expect(try Device(named: name) == device) }
    }
    let error = #expect(throws: InputError.self) { try Device(named: "a100-81gb") }
    #expect(
      error?.description == "--gpu: found \"a100-81gb\"; expected a device such as a100-80gb "
        + "(`assay hardware` lists them)")
  }

  @Test func `a sparse peak is twice the dense one, as printed, and never in its place`() {
    for device in devices {
      for (format, sparse) in device.sparseTFLOPS {
        let dense = device.denseTFLOPS[format] ?? 0
        // The sources print both, some with no more than two digits (35.6 and 71).
        #expect(abs(sparse / dense - 2) < 0.01, "\(device.name) \(format)")
      }
    }
    #expect(devices.filter { $0.architecture == "Volta" }.allSatisfy { $0.sparseTFLOPS.isEmpty })
  }

  @Test(arguments: [
    ("v100-32gb", Device.Format.fp16, 125e12), ("a100-80gb", .bf16, 312e12),
    ("a100-40gb-pcie", .tf32, 156e12), ("h100", .bf16, 989.5e12), ("h100-pcie", .bf16, 756.5e12),
    ("h200", .fp8, 1979e12), ("b200", .bf16, 2250e12), ("rtx-4090", .bf16, 165.2e12),
  ])
  func `peaks are those of dense work`(name: String, format: Device.Format, peak: Double) throws {
    #expect(try Device(named: name).peak(format) == peak)
  }

  @Test func `a format that a device does not have has no peak`() throws {
    #expect(try Device(named: "v100").peak(.bf16) == nil)
    #expect(try Device(named: "a100").peak(.fp8) == nil)
  }

  @Test func `usable bytes are near what the data sheet says, and have a source`() {
    for device in devices {
      let memory = device.memory
      #expect((memory.usableBytes == nil) == (memory.usableSource == nil), "\(device.name)")
      // Between the GB of 10⁹ and the one of 2³⁰ bytes, a half of one more for what is reserved.
      let share = Double(memory.capacity) / memory.nominalGB
      #expect(share >= 0.98e9 && share <= Double(1 << 30), "\(device.name)")
      #expect(!device.source.isEmpty)
    }
    #expect(DeviceCatalogue.builtIn.notes["latency"]?.contains("NCCL") == true)
  }
}
