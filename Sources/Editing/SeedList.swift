/// Seeds as users write them: `85,265,297-300`.
public enum SeedList {
  /// The most seeds in one list.
  static let limit = 1_000_000

  /// Reads seeds and ranges of seeds, in order, repetitions kept.
  public static func parse(_ text: String) throws(EditingError) -> [UInt32] {
    var seeds: [UInt32] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = part.trimmingSpaces()
      guard !part.isEmpty else {
        throw .invalidSeeds(text: text, reason: "it has an empty part")
      }
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = UInt32(ends[0]), let last = UInt32(ends[ends.count - 1])
      else { throw .invalidSeeds(text: text, reason: "'\(part)' is no seed and no range of seeds") }
      guard last >= first else {
        throw .invalidSeeds(text: text, reason: "'\(part)' ends before it begins")
      }
      guard Int(last - first) + seeds.count < limit else {
        throw .invalidSeeds(text: text, reason: "it has more than \(limit) seeds")
      }
      seeds.append(contentsOf: first...last)
    }
    return seeds
  }
}
