/// Markup. What is put into a literal is escaped, unless it is markup itself.
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The text with its tags.
  let description: String

  init(markup: String) { description = markup }

  init(stringLiteral value: String) { description = value }

  init(stringInterpolation: StringInterpolation) { description = stringInterpolation.markup }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      markup.reserveCapacity(literalCapacity)
    }

    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ html: HTML) { markup += html.description }
    mutating func appendInterpolation(_ list: [HTML]) {
      for html in list { markup += html.description }
    }
    mutating func appendInterpolation(_ text: String) { markup += text.escapedForMarkup }
    mutating func appendInterpolation(_ number: Int) { markup += String(number) }
  }
}

extension String {
  /// The text as markup, HTML or XML, shows it, in an element or in a quoted attribute.
  var escapedForMarkup: String {
    var escaped = ""
    for character in unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
