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

  /// How much of what lies below shows at block `level`: all of it above ``level``, a fraction at
  /// it, nothing below it.
  func share(at level: Int) -> Float {
    level > self.level ? 1 : level == self.level ? fraction : 0
  }
}

extension Tensor {
  /// self + (other − self) · share: all of `other` for a share of 1.
  func faded(towards other: Tensor, share: Float) -> Tensor {
    if share == 0 { return self }
    var result = self
    result.add(other - self, scaledBy: share)
    return result
  }
}
