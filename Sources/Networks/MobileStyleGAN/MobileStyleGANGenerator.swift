import Tensors

/// The MobileStyleGAN generator.
struct MobileStyleGANGenerator: Generator {
  let family = MobileStyleGANFamily.name
  let configuration: MobileStyleGANConfiguration
  let meanLatent: Tensor

  private let mappingLayers: [(weight: Tensor, bias: Tensor)]
  private let constant: Tensor
  private let first: Convolution
  private let blocks: [Block]
  private let toImage: Modulation
  private let toImageWeight: ConvolutionWeight
  private let toImageBias: Tensor

  /// The styles of one layer: (w·Aᵀ + a) · gain.
  private struct Modulation: Sendable {
    let weight: Tensor
    let bias: Tensor
    let gain: Float
    let row: Int

    init(
      _ reader: inout ParameterReader, _ name: String, row: Int, channels: Int, wDim: Int,
      gain: Float
    ) throws {
      weight = try reader.take("\(name).modulation.weight", [channels, wDim])
      bias = try reader.take("\(name).modulation.bias", [channels])
      self.gain = gain
      self.row = row
    }

    func callAsFunction(_ w: Tensor) -> Tensor {
      w.linear(weight, epilogue: Epilogue(bias: bias, gain: gain))
    }
  }

  /// A styled convolution, full or depthwise and pointwise, with noise, bias and lrelu.
  private struct Convolution: Sendable {
    let modulation: Modulation
    let depthwise: Tensor?
    let weight: ConvolutionWeight
    let noise: Tensor
    let epilogue: Epilogue
    let resolution: Int

    init(
      _ reader: inout ParameterReader, _ name: String, row: Int, inputs: Int, outputs: Int,
      resolution: Int, wDim: Int, isDepthwise: Bool
    ) throws {
      let prefix = "synthesis.\(name)"
      modulation = try Modulation(
        &reader, "\(prefix).conv", row: row, channels: inputs, wDim: wDim,
        gain: 1 / Float(inputs * 9).squareRoot())
      depthwise =
        isDepthwise ? try reader.take("\(prefix).conv.weight_dw", [inputs, 1, 3, 3]) : nil
      let kernel = isDepthwise ? 1 : 3
      weight = ConvolutionWeight(
        try reader.take("\(prefix).conv.weight", [outputs, inputs, kernel, kernel]))
      noise = try reader.take("\(prefix).noise", [resolution, resolution])
      // The published network has no √2 after its lrelu.
      epilogue = Epilogue(
        bias: try reader.take("\(prefix).bias", [outputs]), activation: .lrelu, gain: 1)
      self.resolution = resolution
    }

    func callAsFunction(_ x: Tensor, _ w: Tensor, noise supply: inout NoiseSupply) -> Tensor {
      var epilogue = epilogue
      epilogue.noise = supply.next(
        stored: noise, samples: x.shape[0], height: resolution, width: resolution)
      epilogue.noiseStrength = supply.strength(row: modulation.row)
      let styles = modulation(w)
      guard let depthwise else {
        return x.modulatedConvolution(
          weight, styles: styles, demodulate: false, epilogue: epilogue)
      }
      return x.depthwiseSeparableConvolution(
        depthwise, weight, inputScale: styles, epilogue: epilogue)
    }
  }

  /// A Haar upsampling and two convolutions.
  private struct Block: Sendable {
    let up: Modulation
    let conv1: Convolution
    let conv2: Convolution
    let resolution: Int
  }

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: MobileStyleGANConfiguration.self)
    self.configuration = configuration
    var reader = ParameterReader(network)
    let wDim = configuration.wDim, channels = configuration.channels
    var mappingLayers: [(weight: Tensor, bias: Tensor)] = []
    for index in 0..<configuration.mappingLayers {
      let inputs = index == 0 ? configuration.zDim : wDim
      mappingLayers.append(
        (
          try reader.take("mapping.fc\(index).weight", [wDim, inputs]),
          try reader.take("mapping.fc\(index).bias", [wDim])
        ))
    }
    constant = try reader.take("synthesis.input.input", [channels[0], 4, 4])
    first = try Convolution(
      &reader, "conv1", row: 0, inputs: channels[0], outputs: channels[0], resolution: 4,
      wDim: wDim, isDepthwise: false)
    var blocks: [Block] = []
    for index in 0..<configuration.blocks {
      let name = "layers.\(index)", resolution = 8 << index
      let (inputs, outputs) = (channels[index], channels[index + 1])
      blocks.append(
        Block(
          up: try Modulation(
            &reader, "synthesis.\(name).up", row: 2 * index + 1, channels: inputs, wDim: wDim,
            gain: 1),
          conv1: try Convolution(
            &reader, "\(name).conv1", row: 2 * index + 1, inputs: inputs / 4, outputs: outputs,
            resolution: resolution, wDim: wDim, isDepthwise: true),
          conv2: try Convolution(
            &reader, "\(name).conv2", row: 2 * index + 2, inputs: outputs, outputs: outputs,
            resolution: resolution, wDim: wDim, isDepthwise: true),
          resolution: resolution))
    }
    self.blocks = blocks
    let last = channels[channels.count - 1], name = "synthesis.layers.\(blocks.count - 1).to_img"
    toImage = try Modulation(
      &reader, "\(name).conv", row: 2 * blocks.count + 1, channels: last, wDim: wDim,
      gain: 1 / Float(last).squareRoot())
    toImageWeight = ConvolutionWeight(
      try reader.take("\(name).conv.weight", [4 * configuration.imageChannels, last, 1, 1]))
    toImageBias = try reader.take("\(name).bias", [4 * configuration.imageChannels])
    let stored = try reader.takeIfPresent("mapping.w_avg", [wDim])
    try reader.finish { _ in false }
    self.mappingLayers = mappingLayers
    meanLatent =
      stored
      ?? meanOfMapping(zDim: configuration.zDim, classes: 0) { z, _ in
        Self.map(z, mappingLayers)
      }
  }

  var size: GeneratorSize {
    GeneratorSize(
      zDim: configuration.zDim, wDim: configuration.wDim, classes: 0, rows: configuration.rows,
      resolution: configuration.resolution, imageChannels: configuration.imageChannels)
  }

  /// That of the StyleGAN2 network that it was distilled from.
  var defaultTruncation: (psi: Float, cutoff: Int?) { (1, nil) }

  var layers: [LayerDescription] {
    func describe(_ convolution: Convolution, _ name: String) -> LayerDescription {
      LayerDescription(
        name: name, kind: .convolution, resolution: convolution.resolution,
        inputChannels: convolution.weight.inputs, outputChannels: convolution.weight.outputs,
        row: convolution.modulation.row)
    }
    var layers = [describe(first, "conv1")]
    for (index, block) in blocks.enumerated() {
      let channels = block.up.weight.shape[0]
      layers.append(
        LayerDescription(
          name: "layers.\(index).up", kind: .upsampling, resolution: block.resolution,
          inputChannels: channels, outputChannels: channels / 4, row: block.up.row))
      layers.append(describe(block.conv1, "layers.\(index).conv1"))
      layers.append(describe(block.conv2, "layers.\(index).conv2"))
    }
    layers.append(
      LayerDescription(
        name: "to_img", kind: .toRGB, resolution: configuration.resolution,
        inputChannels: toImage.weight.shape[0], outputChannels: configuration.imageChannels,
        row: toImage.row))
    return layers
  }

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor { Self.map(z, mappingLayers) }

  private static func map(_ z: Tensor, _ layers: [(weight: Tensor, bias: Tensor)]) -> Tensor {
    layers.reduce(z.normalizedSecondMoment()) { x, layer in
      x.linear(layer.weight, epilogue: Epilogue(bias: layer.bias, activation: .lrelu))
    }
  }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(features: constant.repeated(samples))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: SynthesisObserver
  ) {
    func convolve(_ layer: Convolution) {
      let w = styleRow(ws, layer.modulation.row)
      state.features = layer(state.features, w, noise: &state.noise)
    }
    if index == 0 { return convolve(first) }
    guard index <= 3 * blocks.count else {
      let bands = state.features.modulatedConvolution(
        toImageWeight, styles: toImage(styleRow(ws, toImage.row)), demodulate: false,
        epilogue: Epilogue(bias: toImageBias))
      state.image = bands.inverseHaar()
      return
    }
    let block = blocks[(index - 1) / 3]
    switch (index - 1) % 3 {
    case 0:
      let styles = block.up(styleRow(ws, block.up.row))
      state.features = state.features.inverseHaar(inputScale: styles)
    case 1: convolve(block.conv1)
    default: convolve(block.conv2)
    }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    guard let image = state.image else { preconditionFailure("a picture before its last layer") }
    return image
  }

  /// The low band of the last wavelet step is twice the mean of its 2×2 pixels, so that smaller
  /// pictures need no other.
  func synthesis(_ ws: Tensor, _ settings: SynthesisSettings, averagedTo side: Int) -> Tensor {
    let half = configuration.resolution / 2
    guard side <= half else { return synthesis(ws, settings).blockMeans(2 * half / side) }
    var state = beginning(ws)
    advance(&state, to: layers.count - 1, ws, settings)
    let colours = 0..<configuration.imageChannels
    let low = state.features.modulatedConvolution(
      ConvolutionWeight(toImageWeight.tensor.rows(colours)),
      styles: toImage(styleRow(ws, toImage.row)), demodulate: false,
      epilogue: Epilogue(bias: toImageBias.rows(colours)))
    return low.blockMeans(half / side) * 0.5
  }

  func noiseMaps() -> [(name: String, map: Tensor)] {
    var maps = [(name: "conv1", map: first.noise)]
    for (index, block) in blocks.enumerated() {
      maps.append((name: "layers.\(index).conv1", map: block.conv1.noise))
      maps.append((name: "layers.\(index).conv2", map: block.conv2.noise))
    }
    return maps
  }

  func styleWeights(row: Int) -> [Tensor] {
    if row == first.modulation.row { return [first.modulation.weight] }
    for block in blocks {
      if row == block.up.row { return [block.up.weight, block.conv1.modulation.weight] }
      if row == block.conv2.modulation.row { return [block.conv2.modulation.weight] }
    }
    return row == toImage.row ? [toImage.weight] : []
  }
}
