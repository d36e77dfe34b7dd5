import Tensors

/// Where a progressively grown network works: `lod` 0 is its full resolution, 1 half of it, and a
/// fraction blends two (Karras et al., arXiv 1710.10196, figure 2).
struct LevelOfDetail: Hashable, Sendable {
  /// The filter of nearest-neighbour upsampling and of averaging 2×2 pixels.
  static let box = ResampleFilter([1, 1])

  /// The highest block that counts, 0 for 4×4.
  let level: Int
  /// How much of the block below is blended in, from 0 to below 1.
  let fraction: Float
  /// The doublings from the block's resolution to the full one.
  let doublings: Int

  /// The place of `lod`, any number, in a network of `levels` blocks.
  init(_ lod: Float, levels: Int) {
    let top = Float(levels - 1)
    let lod = lod.isNaN ? 0 : min(max(lod, 0), top)
    doublings = Int(lod)
    level = levels - 1 - doublings
    fraction = lod - Float(doublings)
  }
}
