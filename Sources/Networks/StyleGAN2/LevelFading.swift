import Tensors

/// The fading between resolutions of progressive growing (Karras et al., arXiv 1710.10196): level
/// of detail 0 shows the full resolution, 1 half of it, and 0.5 the mean of both.
enum LevelFading {
  /// How much of the picture of half the resolution shows at a level, 0 to 1.
  ///
  /// - Parameters:
  ///   - lod: The level of detail that is shown.
  ///   - level: The level of the picture: 0 at full resolution, 1 at half of it.
  static func share(lod: Float, level: Int) -> Float { min(max(lod - Float(level), 0), 1) }

  /// The same for the block of `resolution` pixels; `nil` for networks that do not fade.
  static func share(
    of configuration: StyleGAN2Configuration, at resolution: Int, lod: Float
  ) -> Float? {
    guard configuration.architecture == .revised else { return nil }
    let level = (configuration.resolution / resolution).trailingZeroBitCount
    return share(lod: lod, level: level)
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
