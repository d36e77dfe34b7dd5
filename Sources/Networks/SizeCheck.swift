/// Refuses sizes that no network has, whether a file states them or its tensors imply them.
///
/// Configurations pass it before anything is allocated or indexed by their sizes.
struct SizeCheck {
  /// What the file is called in errors.
  let file: String

  /// Throws unless `value`, the file's `option`, is in `range`.
  func callAsFunction(
    _ option: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(NetworkError) {
    guard range.contains(value) else {
      throw .unsupportedOption(
        file: file, option: option, value: "\(value)",
        supported: range.count == 1
          ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// A block for every resolution from 4 up.
  func blocks(_ channels: [Int], resolution: Int) throws(NetworkError) {
    try self("the number of blocks", channels.count, 1...15)
    for value in channels { try self("the channels of a block", value, 1...65_536) }
    let side = 4 << (channels.count - 1)
    try self("resolution", resolution, side...side)
  }
}
