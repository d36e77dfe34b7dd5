import Tensors

/// The StyleGAN2 generator in its architectures.
struct StyleGAN2Generator: InspectableGenerator {
  let family = StyleGAN2Family.name
  let configuration: StyleGAN2Configuration
  let meanLatent: Tensor

  private let mappingNetwork: StyleGAN2Mapping
  private let constant: Tensor
  /// The level of detail that the network was saved at; 0 shows the full resolution.
  private let lod: Float
  let blocks: [Block]

  /// One resolution: an up-convolution (but at 4×4), a convolution, and what makes colours.
  struct Block: Sendable {
    let resolution: Int
    let conv0: StyleGAN2Convolution?
    let conv1: StyleGAN2Convolution
    let skip: ConvolutionWeight?
    let toRGB: StyleGAN2ToRGB?
    let filter: ResampleFilter
  }

  /// The layers in the order of ``layers``, each with its block.
  let steps: [(block: Block, part: Part)]

  /// What one step is.
  enum Part: Sendable {
    case convolution(StyleGAN2Convolution)
    case toRGB(StyleGAN2ToRGB)
  }

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: StyleGAN2Configuration.self)
    var reader = ParameterReader(network)
    self.configuration = configuration
    let hidden = Array(
      repeating: configuration.layerFeatures, count: max(configuration.mappingLayers - 1, 0))
    mappingNetwork = try StyleGAN2Mapping(
      &reader, inputs: configuration.zDim, classes: configuration.classes,
      embedFeatures: configuration.embedFeatures, widths: hidden + [configuration.wDim],
      activation: reader.activation(configuration.mappingActivation),
      multiplier: configuration.mappingMultiplier,
      normalizesTogether: configuration.normalizesLabelWithLatent ?? false,
      normalizesLatents: configuration.normalizesLatents ?? true)
    let stored = try reader.takeIfPresent("mapping.w_avg", [configuration.wDim])
    constant = try reader.take(
      "synthesis.b4.const", [configuration.constantChannels ?? configuration.channels[0], 4, 4])
    lod = try reader.takeIfPresent("synthesis.lod", [])?.scalar ?? 0
    blocks = try Self.readBlocks(&reader, configuration)
    steps = blocks.flatMap { block in
      [block.conv0, block.conv1].compactMap { $0.map { (block, .convolution($0)) } }
        + [block.toRGB].compactMap { $0.map { (block, .toRGB($0)) } }
    }
    try reader.finish(isIgnored: Self.isIgnored)
    meanLatent =
      stored
      ?? meanOfMapping(zDim: configuration.zDim, classes: configuration.classes) {
        [mappingNetwork] in mappingNetwork($0, label: $1)
      }
  }

  /// Filters that a layer carries but does not use, and the discriminator.
  private static func isIgnored(_ name: String) -> Bool {
    name.hasSuffix("resample_filter") || name.hasPrefix("discriminator.")
  }

  private static func readBlocks(
    _ reader: inout ParameterReader, _ configuration: StyleGAN2Configuration
  ) throws -> [Block] {
    var blocks: [Block] = []
    var row = 0
    let residualGain = Float(0.5).squareRoot()
    for resolution in configuration.blockResolutions {
      let name = "b\(resolution)", outputs = configuration.channels(at: resolution)
      let isFirst = resolution == 4
      let inputs = isFirst ? outputs : configuration.channels(at: resolution / 2)
      let isResidual = configuration.architecture == .resnet && !isFirst
      var conv0: StyleGAN2Convolution?
      if !isFirst {
        conv0 = try StyleGAN2Convolution(
          &reader, name: "\(name).conv0", row: row, inputs: inputs, outputs: outputs,
          resolution: resolution, isUp: true, configuration: configuration, gain: 1)
        row += 1
      }
      let conv1 = try StyleGAN2Convolution(
        &reader, name: "\(name).conv1", row: row,
        inputs: isFirst ? configuration.constantChannels ?? outputs : outputs, outputs: outputs,
        resolution: resolution, isUp: false, configuration: configuration,
        gain: isResidual ? residualGain : 1)
      row += 1
      let skip =
        isResidual
        ? ConvolutionWeight(
          try reader.take("synthesis.\(name).skip.weight", [outputs, inputs, 1, 1])
            * (residualGain / Float(inputs).squareRoot())) : nil
      let toRGB =
        configuration.hasToRGB(at: resolution)
        ? try StyleGAN2ToRGB(
          &reader, name: "\(name).torgb", row: row, inputs: outputs, configuration: configuration)
        : nil
      let needsFilter = !isFirst && configuration.architecture != .orig
      blocks.append(
        Block(
          resolution: resolution, conv0: conv0, conv1: conv1, skip: skip, toRGB: toRGB,
          filter: needsFilter
            ? try reader.takeFilter("synthesis.\(name).resample_filter")
            : ResampleFilter([1, 3, 3, 1])))
    }
    return blocks
  }

  var size: GeneratorSize {
    GeneratorSize(
      zDim: configuration.zDim, wDim: configuration.wDim, classes: configuration.classes,
      rows: configuration.rows, resolution: configuration.resolution,
      imageChannels: configuration.imageChannels)
  }

  var defaultTruncation: (psi: Float, cutoff: Int?) {
    (configuration.defaultPsi ?? 1, configuration.defaultCutoff)
  }

  var layers: [LayerDescription] {
    blocks.flatMap { block in
      let convolutions = [block.conv0, block.conv1].compactMap(\.self).map {
        LayerDescription(
          name: $0.name, kind: .convolution, resolution: block.resolution,
          inputChannels: $0.affine.weight.shape[0],
          outputChannels: configuration.channels(at: block.resolution), row: $0.row)
      }
      let colours = block.toRGB.map {
        LayerDescription(
          name: $0.name, kind: .toRGB, resolution: block.resolution,
          inputChannels: $0.affine.weight.shape[0], outputChannels: configuration.imageChannels,
          row: $0.row)
      }
      return convolutions + [colours].compactMap(\.self)
    }
  }

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor { mappingNetwork(z, label: label) }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(features: constant.repeated(samples))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: SynthesisObserver
  ) {
    let (block, part) = steps[index], name = "synthesis.b\(block.resolution)"
    let detail = LevelOfDetail(settings.lod ?? lod, levels: blocks.count)
    let fade =
      configuration.architecture == .revised
      ? detail.share(at: block.resolution.trailingZeroBitCount - 2) : nil
    let isFadedOut = fade == 1 && state.image != nil
    switch part {
    case .convolution(let layer):
      if isFadedOut { return }
      if block.skip != nil, state.shortcut == nil { state.shortcut = state.features }
      if layer.isUp {
        state.window = state.window?.map { $0.scaled(by: 2) }
        state.windowSide *= 2
      }
      state.noise.window = state.window
      let styles = settings.styles(layer.affine(styleRow(ws, layer.row)), of: layer.name)
      state.features = layer(state.features, styles: styles, noise: &state.noise)
      observe("synthesis.\(layer.name)", state.features)
      observe("synthesis.\(layer.name).affine", styles)
      guard layer.row == block.conv1.row else { return }
      if let skip = block.skip, let input = state.shortcut {
        let residual = input.convolution(skip).upsampled2(block.filter)
        observe("\(name).skip", residual)
        state.features.add(residual)
        state.shortcut = nil
      }
      observe("\(name).x", state.features)
    case .toRGB(let toRGB):
      state.image = state.image?.upsampled2(block.filter)
      if isFadedOut { return }
      let styles = settings.styles(toRGB.affine(styleRow(ws, toRGB.row)), of: toRGB.name)
      let colours = toRGB(state.features, styles: styles)
      observe("synthesis.\(toRGB.name)", colours)
      observe("synthesis.\(toRGB.name).affine", styles)
      let image =
        state.image.map { below in
          fade.map { colours.faded(towards: below, share: $0) } ?? below + colours
        } ?? colours
      observe("\(name).img", image)
      state.image = image
    }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    guard let image = state.image else { preconditionFailure("a generator without toRGB layers") }
    return image
  }

  func styleWeights(row: Int) -> [Tensor] {
    // As in SeFa, the last row stands for the last toRGB, the others for the convolutions.
    for block in blocks {
      for layer in [block.conv0, block.conv1].compactMap(\.self) where layer.row == row {
        return [layer.affine.weight]
      }
    }
    return blocks.last?.toRGB.map { [$0.affine.weight] } ?? []
  }

  func styles(_ ws: Tensor) -> [(name: String, styles: Tensor)] {
    blocks.flatMap { block in
      [block.conv0, block.conv1].compactMap(\.self).map {
        ($0.name, $0.affine(styleRow(ws, $0.row)))
      }
        + [block.toRGB].compactMap(\.self).map { ($0.name, $0.styles(styleRow(ws, $0.row))) }
    }
  }

  func noiseMaps() -> [(name: String, map: Tensor)] {
    blocks.flatMap { block in
      [block.conv0, block.conv1].compactMap { layer in
        layer.flatMap { layer in layer.noise.map { (layer.name, $0) } }
      }
    }
  }
}

extension Tensor {
  /// `count` copies along a new first axis.
  func repeated(_ count: Int) -> Tensor {
    broadcast(to: Shape([count] + shape.dimensions))
  }
}

/// w_avg for files that carry none: the mean mapping of `RandomState(123).randn(10000, zDim)`,
/// over one-hot labels in turn for conditional networks.
func meanOfMapping(
  zDim: Int, classes: Int, _ mapping: (_ z: Tensor, _ label: Tensor?) -> Tensor
) -> Tensor {
  var random = RandomState(seed: 123)
  let count = 10_000
  let z = random.randn([count, zDim])
  var label: Tensor?
  if classes > 0 {
    label = Tensor(uninitialized: [count, classes]) { values in
      for i in values.indices { values[i] = i % classes == i / classes % classes ? 1 : 0 }
    }
  }
  return mapping(z, label).meanOverFirstAxis()
}

extension SynthesisSettings {
  /// The styles `[N, I]` of a layer with its offsets added.
  func styles(_ styles: Tensor, of layer: String) -> Tensor {
    styleOffsets[layer].map { styles.biasAct(Epilogue(bias: $0)) } ?? styles
  }
}
