extension Unit {
  /// Reads a unit as sources print it: `GB`, `GiB`, `TFLOP/s`, `floats`, `days`, `GPU-hours`,
  /// `bytes per sequence`, `%`, `x`.
  ///
  /// `k`, `M`, `G`, `T`, `P`, `E` are powers of 1000 and `Ki`, `Mi`, `Gi`, `Ti`, `Pi` of 1024; `KB`
  /// is `kB`. Products are written with `-` or `·`, quotients with `/` or `per`, from the left.
  ///
  /// - Throws: `UnitError` where a part is unknown, or could mean two things.
  public init(parsing text: String) throws(UnitError) {
    guard text.count <= Self.greatestLength else { throw .tooLong(text) }
    var symbol = ""
    var scale: Rational = 1
    var dimension: [Base: Int] = [:]
    var direction = 1
    var rest = text.replacing(" per ", with: "/")[...]
    while true {
      let name = String(rest.prefix { !"/·-*".contains($0) }).trimmed
      let factor = try Unit(factor: name, of: text)
      symbol += factor.symbol
      scale *= factor.scale.power(direction)
      dimension.merge(factor.dimension.mapValues { $0 * direction }, uniquingKeysWith: +)
      rest = rest.drop { !"/·-*".contains($0) }
      guard let sign = rest.popFirst() else { break }
      direction = sign == "/" ? -1 : 1
      symbol += sign == "/" ? "/" : "-"
    }
    self.init(symbol, scale, dimension)
  }

  /// Twice the longest that makes sense, such as "bytes per parameter per data-parallel rank"; each
  /// factor makes the scale longer.
  static let greatestLength = 80

  /// A unit without quotients and products.
  private init(factor name: String, of text: String) throws(UnitError) {
    if let unit = Self.words[name] {
      self = unit
      return
    }
    for (suffix, unit) in Self.prefixed where name.hasSuffix(suffix) {
      guard let prefix = UnitPrefix(rawValue: String(name.dropLast(suffix.count))) else { continue }
      guard unit.dimension == [.byte: 1] || !prefix.isBinary else { continue }
      self.init(prefix.canonical + unit.symbol, prefix.factor * unit.scale, unit.dimension)
      return
    }
    if name.lowercased().hasSuffix("flops") {
      throw .ambiguousFLOPS(name)
    }
    let known = Array(Self.words.keys) + ["GB", "GiB", "MB", "MiB", "TB", "TFLOP"]
    throw .unknown(name, in: text, suggestion: name.nearest(in: known))
  }

  /// Units that take a prefix, with their plurals; the longest first.
  private static let prefixed: [(String, Unit)] = [
    ("FLOPs", flop), ("FLOP", flop), ("bits", bit), ("bit", bit),
    ("B", Unit("B", 1, [.byte: 1])),
  ]

  private static let bit = Unit("bit", Rational(1, 8), [.byte: 1])

  /// Units that are written out, under every spelling.
  private static let words: [String: Unit] = {
    var words: [String: Unit] = [
      "B": Unit("B", 1, [.byte: 1]), "s": Unit("s", 1, [.second: 1]),
      "ms": Unit("ms", Rational(1, 1000), [.second: 1]),
      "%": .percent, "percent": .percent, "x": .ratio, "×": .ratio, "times": .ratio, "1": .ratio,
      "ratio": .ratio,
    ]
    let counted: [([String], Unit)] = [
      (["byte"], .byte), (["element", "float"], .element), (["parameter", "param"], .parameter),
      (["FLOP"], .flop), (["token"], .token), (["sequence", "sample"], .sequence),
      (["step", "iteration"], Unit("step", 1, [.step: 1])),
      (["layer", "block"], Unit("layer", 1, [.layer: 1])), (["head"], Unit("head", 1, [.head: 1])),
      (["dimension", "dim"], Unit("dimension", 1, [.dimension: 1])),
      (["GPU", "device", "rank"], Unit("GPU", 1, [.device: 1])), (["second"], .second),
      (["minute"], Unit("minute", 60, [.second: 1])), (["hour"], Unit("hour", 3600, [.second: 1])),
      (["day"], .day), (["week"], Unit("week", 7 * 86_400, [.second: 1])),
      (["year"], Unit("year", 365 * 86_400, [.second: 1])), (["bit"], bit),
    ]
    for (names, unit) in counted {
      for name in names { (words[name], words[name + "s"]) = (unit, unit) }
    }
    return words
  }()
}
