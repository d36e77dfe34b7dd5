import Tensors

/// pix2pixHD's discriminator (Wang et al., arXiv 1711.11585, section 3.2): PatchGANs at several
/// scales of the picture.
struct Pix2PixHDDiscriminator: SceneDiscriminator {
  /// The convolutions of every scale, that of the full resolution first.
  private let scales: [[NormalizedConvolution]]
  /// Whether it shows every layer's result, or the last alone.
  private let showsLayers: Bool

  init(
    _ network: CanonicalNetwork, _ options: Pix2PixHDConfiguration.Discriminator,
    norm: PlaneNorm.Kind
  ) throws {
    var reader = ParameterReader(network, prefix: SceneParts.discriminatorPrefix)
    showsLayers = options.storesLayers
    // The full resolution uses the weights with the highest number.
    scales = try (0..<options.scales).reversed().map { scale in
      try Self.layers(&reader, scale, options, norm)
    }
    try reader.finish { _ in false }
  }

  private static func layers(
    _ reader: inout ParameterReader, _ scale: Int,
    _ options: Pix2PixHDConfiguration.Discriminator, _ norm: PlaneNorm.Kind
  ) throws -> [NormalizedConvolution] {
    var inputs = options.inputs, index = 0
    return try (0...options.layers + 1).map { layer in
      let isFirst = layer == 0, isLast = layer == options.layers + 1
      let outputs = isLast ? 1 : isFirst ? options.filters : min(inputs * 2, 512)
      let place =
        options.storesLayers ? "scale\(scale)_layer\(layer)" : "layer\(scale)"
      let position = options.storesLayers ? 0 : index
      index += isFirst ? 2 : 3
      let hasNorm = !isFirst && !isLast
      let norm = try PlaneNorm(
        &reader, "\(place).\(position + 1)", kind: hasNorm ? norm : .none, channels: outputs,
        usesBatch: true)
      defer { inputs = outputs }
      return try NormalizedConvolution(
        &reader, "\(place).\(position)", inputs: inputs, outputs: outputs, kernel: 4,
        border: .zeros(2), stride: layer < options.layers ? 2 : 1, norm: norm,
        activation: !isLast ? .lrelu : options.hasSigmoid ? .sigmoid : .linear)
    }
  }

  func features(_ input: Tensor) -> [[Tensor]] {
    var picture = input
    return scales.enumerated().map { index, layers in
      if index > 0 {
        picture = picture.averagePooled(kernel: 3, stride: 2, padding: 1, countsPadding: false)
      }
      var y = picture
      let results = layers.map { layer in
        y = layer(y)
        return y
      }
      return showsLayers ? results : [y]
    }
  }
}
