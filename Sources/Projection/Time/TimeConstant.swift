/// A number of the model of time that no data sheet has.
public struct TimeConstant: Codable, Sendable, Equatable {
  /// What it is.
  public let name: String
  /// Its value: a share, seconds, or what the name says.
  public let value: Double
  /// From where, and on which published rows it was calibrated.
  public let source: String

  /// All of them: those of the device model, then what each set of kernels has beside.
  public static let all = calibration + kernels

  private static let calibration = Calibration.all.map { name, constant in
    TimeConstant(name: name, value: constant.value, source: constant.source)
  }

  /// Speeds that no mechanism explains.
  private static let kernels = KernelSet.all.filter { $0.speed != 1 }.map {
    TimeConstant(name: "unexplained speed of \($0.name)", value: $0.speed, source: $0.source)
  }
}

extension Calibration {
  /// Its constants, by name, in the order of declaration.
  static let all: [(name: String, constant: Constant)] =
    Mirror(reflecting: Calibration()).children.flatMap { label, value -> [(String, Constant)] in
      let name = label ?? ""
      if let constant = value as? Constant { return [(name, constant)] }
      let list = value as? [Constant] ?? []
      return list.enumerated().map { ("\(name) \($0)", $1) }
    }
}
