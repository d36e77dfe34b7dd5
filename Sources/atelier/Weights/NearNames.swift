/// Names that a mistyped one may have meant.
enum NearNames {
  /// Up to five of `names`, nearest first: those that contain `name` or differ in few letters.
  static func near(_ name: String, among names: [String]) -> [String] {
    let wanted = name.lowercased()
    guard !wanted.isEmpty else { return [] }
    let ranked = names.map { candidate -> (name: String, distance: Int) in
      let other = candidate.lowercased()
      let isPart = wanted.count >= 3 && (other.contains(wanted) || wanted.contains(other))
      return (candidate, isPart ? 1 : distance(wanted, other))
    }
    let limit = max(2, wanted.count / 3)
    return ranked.filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(5).map(\.name)
  }

  /// Levenshtein's distance: the insertions, removals and replacements between two words.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
