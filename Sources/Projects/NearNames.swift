/// Names that a mistyped one may have meant.
public enum NearNames {
  /// Up to `limit` of `known` that look like `name`, nearest first: those that are a part of it or
  /// contain it (from three letters on), or differ in few letters.
  public static func near(
    _ name: String, among known: [String], limit: Int = 3
  ) -> [String] {
    let wanted = name.lowercased()
    guard !wanted.isEmpty else { return [] }
    let allowed = max(2, wanted.count / 3)
    let scored = known.compactMap { candidate -> (name: String, distance: Int)? in
      let other = candidate.lowercased()
      if other == wanted { return (candidate, 0) }
      if wanted.count >= 3, other.count >= 3, other.contains(wanted) || wanted.contains(other) {
        return (candidate, 1)
      }
      // A distance that rewrites most of the word is no likeness.
      let distance = distance(Array(wanted), Array(other))
      return distance <= allowed && distance < max(wanted.count, other.count)
        ? (candidate, distance) : nil
    }
    return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(limit).map(\.name)
  }

  /// Levenshtein's distance: the fewest insertions, deletions and replacements.
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
