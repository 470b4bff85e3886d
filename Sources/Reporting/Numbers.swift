import Foundation

extension Int {
  /// With commas between groups of three digits.
  var grouped: String {
    let digits = String(magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return self < 0 ? "-" + result : result
  }

  /// With commas, and with a sign even where it is positive.
  var signed: String { (self > 0 ? "+" : "") + grouped }

  /// What the number is more than another, signed; nothing where that does not fit 64 bits, as it
  /// can be with numbers of a file.
  func difference(from other: Int) -> String {
    let (difference, overflows) = subtractingReportingOverflow(other)
    return overflows ? "" : difference.signed
  }

  /// The number with what it counts, in the plural where it is not one.
  func counted(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }

  /// As bytes, in the binary unit that leaves it below 1024.
  var asBytes: String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var value = Double(magnitude)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let number = unit == 0 ? "\(magnitude)" : value.decimal(value < 10 ? 2 : 1)
    return (self < 0 ? "-" : "") + "\(number) \(units[unit])"
  }

  /// As FLOPs, in the decimal unit that leaves it below 1000.
  var asFLOPs: String {
    let units = ["", "k", "M", "G", "T", "P", "E"]
    var value = Double(magnitude)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return value.decimal(unit == 0 ? 0 : 2) + " \(units[unit])FLOP"
  }
}

extension Double {
  /// With that many decimals.
  func decimal(_ places: Int) -> String { String(format: "%.\(places)f", self) }

  /// A share as a percentage, with that many decimals.
  func percent(_ places: Int) -> String { (100 * self).decimal(places) + " %" }

  /// To six significant digits.
  var significant: String { String(format: "%.6g", self) }

  /// A duration in seconds, in the unit that leaves a readable number.
  var asSeconds: String {
    self < 1 ? (self * 1000).decimal(self < 0.01 ? 2 : 1) + " ms" : decimal(3) + " s"
  }
}
