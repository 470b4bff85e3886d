/// A power of 1000 or of 1024 before a unit.
enum UnitPrefix: String, CaseIterable {
  case kilo = "k"
  /// Capital, as in `KB`: 1000 all the same. 1024 is `Ki`.
  case capitalKilo = "K"
  case mega = "M"
  case giga = "G"
  case tera = "T"
  case peta = "P"
  case exa = "E"
  case kibi = "Ki"
  case mebi = "Mi"
  case gibi = "Gi"
  case tebi = "Ti"
  case pebi = "Pi"

  /// Whether it is a power of 1024.
  var isBinary: Bool { rawValue.hasSuffix("i") }

  /// As it is printed.
  var canonical: String { self == .capitalKilo ? Self.kilo.rawValue : rawValue }

  /// How many it stands for.
  var factor: Rational {
    let exponent =
      switch self {
      case .kilo, .capitalKilo, .kibi: 1
      case .mega, .mebi: 2
      case .giga, .gibi: 3
      case .tera, .tebi: 4
      case .peta, .pebi: 5
      case .exa: 6
      }
    return Rational(isBinary ? 1024 : 1000).power(exponent)
  }
}
