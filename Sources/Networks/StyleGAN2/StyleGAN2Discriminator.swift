import Tensors

/// The StyleGAN2 discriminator in its architectures.
struct StyleGAN2Discriminator: Discriminator {
  /// Canonical names of its parameters begin with this.
  static let prefix = "discriminator."

  private let configuration: StyleGAN2DiscriminatorConfiguration
  private let blocks: [Block]
  private let fromRGB4: Layer?
  private let convolution: Layer
  private let fullyConnected: FullyConnected
  private let output: FullyConnected
  private let labelMapping: StyleGAN2Mapping?
  /// The level of detail that the network was saved at (`revised`).
  private let lod: Float

  /// A convolution with an equalised learning rate, bias and activation.
  private struct Layer: Sendable {
    let weight: ConvolutionWeight
    let epilogue: Epilogue

    init(
      _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int, kernel: Int,
      activation: Activation, gain: Float = 1, clamp: Float?, hasBias: Bool = true
    ) throws {
      weight = ConvolutionWeight(
        try reader.take("\(name).weight", [outputs, inputs, kernel, kernel])
          * (1 / Float(inputs * kernel * kernel).squareRoot()))
      epilogue = Epilogue(
        bias: hasBias ? try reader.take("\(name).bias", [outputs]) : nil, activation: activation,
        gain: activation.defaultGain * gain, clamp: clamp.map { $0 * gain })
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      x.convolution(weight, padding: weight.kernel.height / 2, epilogue: epilogue)
    }

    /// Filters and keeps every second pixel.
    func down(_ x: Tensor, _ filter: ResampleFilter) -> Tensor {
      let padding = Padding.downsampling2(filter).expanded(by: weight.kernel.height / 2)
      if weight.kernel.height == 1 {
        return x.upfirdn(filter, down: (2, 2), padding: padding)
          .convolution(weight, epilogue: epilogue)
      }
      return x.downConvolution(weight, filter: filter, padding: padding, epilogue: epilogue)
    }
  }

  private struct Block: Sendable {
    let fromRGB: Layer?
    let conv0: Layer
    let conv1: Layer
    let skip: Layer?
    let filter: ResampleFilter
    /// The filter of the picture's own downsampling (skip) and of the residual connection.
    let blockFilter: ResampleFilter
  }

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork, _ configuration: StyleGAN2DiscriminatorConfiguration) throws {
    var reader = ParameterReader(network, prefix: Self.prefix)
    self.configuration = configuration
    let activation = try reader.activation(configuration.activation)
    let clamp = configuration.convClamp, colours = configuration.imageChannels
    let isResidual = configuration.architecture == .resnet
    let readsEveryPicture = configuration.readsEveryPicture
    let gain = isResidual ? Float(0.5).squareRoot() : 1
    var blocks: [Block] = []
    for level in (1..<max(configuration.channels.count, 1)).reversed() {
      let name = "b\(4 << level)"
      let (inputs, outputs) = (configuration.channels[level], configuration.channels[level - 1])
      let isFirst = level == configuration.channels.count - 1
      let fromRGB =
        isFirst || readsEveryPicture
        ? try Layer(
          &reader, "\(name).fromrgb", inputs: colours, outputs: inputs, kernel: 1,
          activation: activation, clamp: clamp) : nil
      let conv0 = try Layer(
        &reader, "\(name).conv0", inputs: inputs, outputs: inputs, kernel: 3,
        activation: activation, clamp: clamp)
      let conv1 = try Layer(
        &reader, "\(name).conv1", inputs: inputs, outputs: outputs, kernel: 3,
        activation: activation, gain: gain, clamp: clamp)
      let skip =
        isResidual
        ? try Layer(
          &reader, "\(name).skip", inputs: inputs, outputs: outputs, kernel: 1, activation: .linear,
          gain: gain, clamp: nil, hasBias: false) : nil
      let filter = try reader.takeFilter("\(name).conv1.resample_filter")
      let blockFilter =
        readsEveryPicture
        ? try reader.takeFilter("\(name).resample_filter")
        : isResidual ? try reader.takeFilter("\(name).skip.resample_filter") : filter
      blocks.append(
        Block(
          fromRGB: fromRGB, conv0: conv0, conv1: conv1, skip: skip, filter: filter,
          blockFilter: blockFilter))
    }
    self.blocks = blocks
    let last = configuration.channels[0]
    fromRGB4 =
      readsEveryPicture
      ? try Layer(
        &reader, "b4.fromrgb", inputs: colours, outputs: last, kernel: 1, activation: activation,
        clamp: nil) : nil
    convolution = try Layer(
      &reader, "b4.conv", inputs: last + configuration.minibatchFeatures, outputs: last, kernel: 3,
      activation: activation, clamp: clamp)
    fullyConnected = try FullyConnected(
      &reader, "b4.fc", inputs: last * 16, outputs: last, activation: activation)
    output = try FullyConnected(
      &reader, "b4.out", inputs: last, outputs: max(configuration.labelFeatures, 1))
    lod = try reader.takeIfPresent("lod", [])?.scalar ?? 0
    let width = configuration.labelFeatures
    let hidden = Array(
      repeating: configuration.mappingLayerFeatures, count: max(configuration.mappingLayers - 1, 0))
    labelMapping =
      configuration.classes > 0 && configuration.hasOutputPerClass != true
      ? try StyleGAN2Mapping(
        &reader, inputs: 0, classes: configuration.classes,
        embedFeatures: configuration.labelEmbedFeatures,
        widths: configuration.mappingLayers > 0 ? hidden + [width] : [],
        activation: reader.activation(configuration.mappingActivation),
        multiplier: configuration.mappingMultiplier) : nil
    try reader.finish { $0.hasSuffix("resample_filter") || $0.hasSuffix("w_avg") }
  }

  var batchGroup: Int? {
    configuration.minibatchFeatures > 0 ? configuration.minibatchGroup : nil
  }

  func logits(_ images: Tensor, label: Tensor?) -> Tensor {
    precondition(
      images.shape.rank == 4 && images.shape[1] == configuration.imageChannels
        && images.shape[2] == configuration.resolution
        && images.shape[3] == configuration.resolution,
      "pictures of shape \(images.shape) for a discriminator of \(configuration.resolution) pixels")
    var image = images
    var x: Tensor?
    for (level, block) in blocks.enumerated() {
      if let fromRGB = block.fromRGB {
        x = joined(x, fromRGB(image), level: level)
        if configuration.readsEveryPicture { image = image.downsampled2(block.blockFilter) }
      }
      guard let input = x else { preconditionFailure("the first block reads the picture") }
      var result = block.conv1.down(block.conv0(input), block.filter)
      if let skip = block.skip { result.add(skip.down(input, block.blockFilter)) }
      x = result
    }
    return finish(x, image, label)
  }

  /// Features of the block above joined with those of the picture itself.
  private func joined(_ x: Tensor?, _ features: Tensor, level: Int) -> Tensor {
    guard let x else { return features }
    guard configuration.architecture == .revised else { return x + features }
    return x.faded(towards: features, share: share(below: level - 1))
  }

  /// How much of a picture of half the size, `halvings` below the full one, shows.
  private func share(below halvings: Int) -> Float {
    let levels = blocks.count + 1
    return LevelOfDetail(lod, levels: levels).share(at: levels - 1 - halvings)
  }

  /// The epilogue at 4×4.
  private func finish(_ features: Tensor?, _ image: Tensor, _ label: Tensor?) -> Tensor {
    var x = features
    if let fromRGB4 {
      x = joined(x, fromRGB4(image), level: blocks.count)
    }
    guard var x else { preconditionFailure("a discriminator without blocks") }
    if configuration.minibatchFeatures > 0 {
      x = x.appendingMinibatchDeviation(
        groupSize: configuration.minibatchGroup, features: configuration.minibatchFeatures)
    }
    x = convolution(x)
    let scores = output(fullyConnected(x.reshaped([x.shape[0], x.count / x.shape[0]])))
    guard configuration.classes > 0 else { return scores }
    guard let label else { preconditionFailure("a conditional network needs a label") }
    let width = scores.shape[1]
    let features = labelMapping?(nil, label: label) ?? label
    // One output a class is chosen by the label; mapped labels are compared with the outputs.
    let factor = labelMapping == nil ? 1 : 1 / Float(width).squareRoot()
    precondition(features.shape == scores.shape, "labels \(label.shape) for \(width) classes")
    return (scores * features).summed(over: [1]) * factor
  }
}
