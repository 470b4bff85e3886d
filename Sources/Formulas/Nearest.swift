extension String {
  /// The candidate that differs in the fewest letters; nil if none is close. Of several, the first
  /// by name.
  ///
  /// None is close to a text of more than 60 letters, which no name has: the work grows with the
  /// length.
  func nearest(in candidates: some Sequence<String>) -> String? {
    guard count <= 60 else { return nil }
    let nearest = candidates.sorted()
      .map { (name: $0, distance: distance(to: $0)) }
      .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= count / 3 else { return nil }
    return nearest.name
  }

  /// Without the white space at both ends.
  var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Letters to insert, delete or replace, after Levenshtein; upper and lower case are the same.
  private func distance(to other: String) -> Int {
    let (left, right) = (Array(lowercased()), Array(other.lowercased()))
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, target) in right.enumerated() {
        let replaced = diagonal + (letter == target ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
