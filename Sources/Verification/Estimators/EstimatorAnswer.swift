import Catalogue
import Formulas
import Foundation

/// What an estimator says of one configuration, by the name of the quantity.
struct EstimatorAnswer: Sendable {
  let amounts: [String: Rational]

  init(amounts: [String: Rational]) { self.amounts = amounts }

  /// Reads an object such as `{ "parameters": 12, "flops": { "forward": 34 } }`. Fields that are
  /// null, and those of other names, say nothing.
  ///
  /// - Parameters:
  ///   - object: what JSON gave.
  ///   - origin: the command, for messages.
  ///   - place: the line, for messages.
  init(_ object: Any, _ origin: String, _ place: String) throws(InputError) {
    guard let fields = object as? [String: Any] else {
      throw InputError(
        origin, field: place, found: "JSON that is not an object",
        expected: "an object such as {\"parameters\": 124439808}")
    }
    var amounts: [String: Rational] = [:]
    for quantity in EstimatedQuantity.all {
      let path = quantity.name.split(separator: ".").map(String.init)
      guard let value = Self.value(fields, path), !(value is NSNull) else { continue }
      if value is [String: Any], quantity.parts.count > 1 { continue }
      guard let amount = Self.amount(value) else {
        throw InputError(
          origin, field: "\(place): \(quantity.name)", found: "what is not a number",
          expected: "a number in \(quantity.unit.symbol)s, or null")
      }
      amounts[quantity.name] = amount
    }
    self.amounts = amounts
  }

  private static func value(_ fields: [String: Any], _ path: [String]) -> Any? {
    path.dropFirst().reduce(fields[path[0]]) { ($0 as? [String: Any])?[$1] }
  }

  private static func amount(_ value: Any) -> Rational? {
    guard let number = value as? NSNumber, !["c", "B"].contains(String(cString: number.objCType))
    else { return nil }
    if let integer = value as? Int { return Rational(integer) }
    return Rational("\(number.doubleValue)")
  }
}
