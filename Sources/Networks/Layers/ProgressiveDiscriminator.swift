import Tensors

/// The discriminator of ProGAN (D_paper) and StyleGAN1 (D_basic).
struct ProgressiveDiscriminator: Discriminator {
  /// Canonical names of its parameters begin with this.
  static let prefix = "discriminator."

  private let configuration: ProgressiveDiscriminatorConfiguration
  private let blocks: [Block]
  private let fromRGB: [EqualizedConvolution?]
  private let convolution: EqualizedConvolution
  private let dense: EqualizedDense
  private let output: EqualizedDense
  private let lod: Float

  /// One halving of the resolution.
  private struct Block: Sendable {
    let conv0: EqualizedConvolution
    let conv1: EqualizedConvolution
  }

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork, _ configuration: ProgressiveDiscriminatorConfiguration) throws {
    var reader = ParameterReader(network, prefix: Self.prefix)
    self.configuration = configuration
    let channels = configuration.channels
    lod = try reader.takeIfPresent("lod", [])?.scalar ?? 0
    fromRGB = try channels.indices.map { level in
      guard configuration.isGrowing || level == channels.count - 1 else { return nil }
      return try EqualizedConvolution(
        &reader, "b\(4 << level).fromrgb", inputs: configuration.imageChannels,
        outputs: channels[level], kernel: 1)
    }
    blocks = try channels.indices.dropFirst().map { level in
      let name = "b\(4 << level)", inputs = channels[level]
      return Block(
        conv0: try EqualizedConvolution(
          &reader, "\(name).conv0", inputs: inputs, outputs: inputs),
        conv1: try EqualizedConvolution(
          &reader, "\(name).conv1", inputs: inputs, outputs: channels[level - 1],
          form: configuration.averagesLast ? .plain : .down))
    }
    let last = channels[0]
    convolution = try EqualizedConvolution(
      &reader, "b4.conv", inputs: last + configuration.minibatchFeatures, outputs: last)
    dense = try EqualizedDense(
      &reader, "b4.fc", inputs: last * 16, outputs: configuration.features)
    output = try EqualizedDense(
      &reader, "b4.out", inputs: configuration.features, outputs: configuration.outputs, gain: 1,
      activation: .linear)
    try reader.finish { _ in false }
  }

  var batchGroup: Int? {
    configuration.minibatchFeatures > 0 ? configuration.minibatchGroup : nil
  }

  func logits(_ images: Tensor, label: Tensor?) -> Tensor {
    let outputs = outputs(images)
    switch configuration.output {
    case .logit: return outputs
    case .logitAndClasses: return outputs.sliced(axis: 1, 0..<1)
    case .logitByClass:
      guard let label, label.shape == outputs.shape else {
        preconditionFailure("a conditional discriminator needs labels of shape \(outputs.shape)")
      }
      return (outputs * label).summed(over: [1])
    }
  }

  func classScores(_ images: Tensor) -> Tensor? {
    guard configuration.output == .logitAndClasses else { return nil }
    return outputs(images).sliced(axis: 1, 1..<configuration.outputs)
  }

  /// Everything that the network says of pictures: `[N, outputs]`.
  private func outputs(_ images: Tensor) -> Tensor {
    let (resolution, colours) = (configuration.resolution, configuration.imageChannels)
    precondition(
      Array(images.shape.dimensions.dropFirst()) == [colours, resolution, resolution],
      "pictures of shape \(images.shape) for a discriminator of \(resolution) pixels")
    let detail = LevelOfDetail(
      configuration.isGrowing ? lod : 0, levels: configuration.channels.count)
    var image = images
    for _ in 0..<detail.doublings { image = halved(image) }
    guard var x = fromRGB[detail.level]?(image) else {
      preconditionFailure("a discriminator without fromRGB layers")
    }
    for level in stride(from: detail.level, to: 0, by: -1) {
      x = blocks[level - 1].conv0(x)
      if configuration.isBlurred { x = x.blurred121() }
      x = blocks[level - 1].conv1(x)
      if configuration.averagesLast { x = halved(x) }
      if level == detail.level, detail.fraction > 0, let below = fromRGB[level - 1] {
        x = x.faded(towards: below(halved(image)), share: detail.fraction)
      }
    }
    if configuration.minibatchFeatures > 0 {
      x = x.appendingMinibatchDeviation(
        groupSize: configuration.minibatchGroup, features: configuration.minibatchFeatures)
    }
    x = convolution(x)
    return output(dense(x.reshaped([x.shape[0], x.count / x.shape[0]])))
  }

  /// The mean of every 2×2 pixels.
  private func halved(_ x: Tensor) -> Tensor {
    x.upfirdn(LevelOfDetail.box, down: (2, 2))
  }
}

extension Tensor {
  /// The low-pass filter of StyleGAN1, [1, 2, 1] ⊗ [1, 2, 1] / 16 with zero padding 1.
  func blurred121() -> Tensor {
    upfirdn(ResampleFilter([1, 2, 1]), padding: Padding(before: 1, after: 1))
  }
}
