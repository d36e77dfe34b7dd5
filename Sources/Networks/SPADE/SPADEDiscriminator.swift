import Tensors

/// SPADE's discriminator (Park et al., arXiv 1903.07291, appendix A): PatchGANs at several scales.
struct SPADEDiscriminator: SceneDiscriminator {
  /// The layers of every scale, that of the full resolution first.
  private let scales: [[NormalizedConvolution]]

  init(_ network: CanonicalNetwork, _ options: SPADEConfiguration.Discriminator) throws {
    var reader = ParameterReader(network, prefix: SceneParts.discriminatorPrefix)
    scales = try (0..<options.scales).map { scale in
      try Self.layers(&reader, "discriminator_\(scale)", options)
    }
    try reader.finish { _ in false }
  }

  private static func layers(
    _ reader: inout ParameterReader, _ name: String, _ options: SPADEConfiguration.Discriminator
  ) throws -> [NormalizedConvolution] {
    var inputs = options.inputs
    return try (0...options.layers).map { layer in
      let isFirst = layer == 0, isLast = layer == options.layers
      let outputs = isLast ? 1 : isFirst ? options.filters : min(inputs * 2, 512)
      defer { inputs = outputs }
      if isFirst || isLast {
        return try NormalizedConvolution(
          &reader, "\(name).model\(layer).0", inputs: inputs, outputs: outputs, kernel: 4,
          border: .zeros(2), stride: isFirst ? 2 : 1, activation: isLast ? .linear : .lrelu)
      }
      return try SPADELayer.convolution(
        &reader, "\(name).model\(layer).0", inputs: inputs, outputs: outputs, kernel: 4,
        padding: 2, stride: layer == options.layers - 1 ? 1 : 2, norm: options.norm,
        activation: .lrelu)
    }
  }

  func features(_ input: Tensor) -> [[Tensor]] {
    var picture = input
    return scales.enumerated().map { index, layers in
      if index > 0 {
        picture = picture.averagePooled(kernel: 3, stride: 2, padding: 1, countsPadding: false)
      }
      var y = picture
      return layers.map { layer in
        y = layer(y)
        return y
      }
    }
  }
}
