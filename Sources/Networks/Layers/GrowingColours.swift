import Tensors

/// The projections to colours of a progressively grown generator.
///
/// At block R: image = rgb_R + (nearest↑(image_{R/2}) − rgb_R) · clip(lod − lod_R, 0, 1).
struct GrowingColours: Sendable {
  /// One for each block from 4×4 up; a network of fixed structure has the last alone.
  private let layers: [EqualizedConvolution?]

  /// Reads `prefix.b4.torgb`, `prefix.b8.torgb` …
  init(
    _ reader: inout ParameterReader, _ prefix: String, channels: [Int], colours: Int,
    isGrowing: Bool
  ) throws {
    layers = try channels.indices.map { level in
      guard isGrowing || level == channels.count - 1 else { return nil }
      return try EqualizedConvolution(
        &reader, "\(prefix).b\(4 << level).torgb", inputs: channels[level], outputs: colours,
        kernel: 1, gain: 1, activation: .linear)
    }
  }

  /// Where to work for `lod`; always at full resolution in a network of fixed structure.
  func detail(lod: Float) -> LevelOfDetail {
    let isGrowing = layers.count == 1 || layers[0] != nil
    return LevelOfDetail(isGrowing ? lod : 0, levels: layers.count)
  }

  /// The picture so far: `image` that of the blocks below `level`, `features` the block's.
  func add(_ features: Tensor, level: Int, to image: Tensor?, at detail: LevelOfDetail) -> Tensor? {
    let isBlended = level == detail.level - 1 && detail.fraction > 0
    guard level == detail.level || isBlended, let layer = layers[level] else { return nil }
    let colours = layer(features)
    guard let image else { return colours }
    return colours.faded(
      towards: image.upsampled2(LevelOfDetail.box), share: detail.share(at: level))
  }

  /// The picture at full resolution, pixels repeated.
  func enlarged(_ image: Tensor?, at detail: LevelOfDetail) -> Tensor {
    guard let image else { preconditionFailure("a generator without toRGB layers") }
    return (0..<detail.doublings).reduce(image) { image, _ in
      image.upsampled2(LevelOfDetail.box)
    }
  }
}
