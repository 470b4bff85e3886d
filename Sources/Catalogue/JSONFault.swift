import Foundation

/// What is wrong with a text that should be JSON.
public enum JSONFault {
  /// The fault of a text that a reader of JSON has refused, for the message about its file.
  public static func description(of text: Data) -> String {
    do {
      _ = try JSONSerialization.jsonObject(with: text, options: .fragmentsAllowed)
      return "a number that its field cannot hold"
    } catch {
      return description(of: error)
    }
  }

  /// The fault that `JSONSerialization` reports.
  static func description(of error: any Error) -> String {
    let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? "malformed"
    if let number = reason.firstMatch(of: /Number (\S+) is not representable/) {
      return "the number \(String(number.1).quoted), which is too large"
    }
    return "text that is not JSON (\(reason))"
  }
}
