/// The channels of a network that is to be trained: at every resolution a base over it, but no more
/// than a maximum.
struct ChannelPlan: Hashable, Sendable {
  /// The side of the pictures.
  let resolution: Int
  /// The channels at a resolution are this over it …
  let base: Int
  /// … but no more than this.
  let most: Int

  /// The channels of the blocks from 4×4 up; throws for a side that no network has.
  func channels() throws(NetworkError) -> [Int] {
    guard resolution >= 8, resolution <= 2048, resolution.nonzeroBitCount == 1 else {
      throw .unsupportedOption(
        file: "the options", option: "resolution", value: "\(resolution)",
        supported: "a power of two from 8 to 2048")
    }
    return (2...resolution.trailingZeroBitCount).map { min(base >> $0, most) }
  }
}
