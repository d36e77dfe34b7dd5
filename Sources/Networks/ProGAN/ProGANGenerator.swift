import Tensors

/// The generator of ProGAN, grown progressively.
///
/// ProGAN has no w space. So that latents and edits mean the same everywhere, its "mapping" is the
/// normalisation that the network begins with: w is the unit-length [z, label] (times √features),
/// one row of W+, and synthesis is all the rest. Truncation draws w towards 0.
struct ProGANGenerator: InspectableGenerator {
  let family = ProGANFamily.name
  let configuration: ProGANConfiguration

  private let denseWeight: Tensor
  private let denseBias: Tensor
  private let blocks: [Block]
  private let colours: GrowingColours
  private let lod: Float

  /// One resolution: an up-convolution (the dense layer at 4×4) and a convolution.
  private struct Block: Sendable {
    let conv0: EqualizedConvolution?
    let conv1: EqualizedConvolution
  }

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: ProGANConfiguration.self)
    var reader = ParameterReader(network)
    self.configuration = configuration
    let width = configuration.zDim + configuration.classes, channels = configuration.channels
    denseWeight = try reader.take("synthesis.b4.dense.weight", [channels[0] * 16, width])
    denseBias = try reader.take("synthesis.b4.dense.bias", [channels[0]])
    blocks = try channels.indices.map { level in
      let name = "synthesis.b\(4 << level)", outputs = channels[level]
      return Block(
        conv0: level == 0
          ? nil
          : try EqualizedConvolution(
            &reader, "\(name).conv0", inputs: channels[level - 1], outputs: outputs,
            form: .up(isFused: configuration.isFused)),
        conv1: try EqualizedConvolution(
          &reader, "\(name).conv1", inputs: outputs, outputs: outputs))
    }
    colours = try GrowingColours(
      &reader, "synthesis", channels: channels, colours: configuration.imageChannels,
      isGrowing: true)
    lod = try reader.takeIfPresent("synthesis.lod", [])?.scalar ?? 0
    try reader.finish { $0.hasPrefix(ProgressiveDiscriminator.prefix) }
  }

  var size: GeneratorSize {
    GeneratorSize(
      zDim: configuration.zDim, wDim: configuration.zDim + configuration.classes,
      classes: configuration.classes, rows: 1, resolution: configuration.resolution,
      imageChannels: configuration.imageChannels)
  }

  /// 0: the mean of [z, label] on the sphere is of no use.
  var meanLatent: Tensor { Tensor(zeros: [size.wDim]) }

  var defaultTruncation: (psi: Float, cutoff: Int?) { (1, nil) }

  /// All layers; the dense one at 4×4 reads the only row of W+, the others follow from it.
  var layers: [LayerDescription] {
    configuration.channels.enumerated().flatMap { level, outputs in
      let inputs = level == 0 ? size.wDim : configuration.channels[level - 1]
      let first = level == 0 ? "dense" : "conv0"
      return [(first, inputs), ("conv1", outputs)].map { name, inputs in
        LayerDescription(
          name: "b\(4 << level).\(name)", kind: .convolution, resolution: 4 << level,
          inputChannels: inputs, outputChannels: outputs, row: 0)
      }
    }
  }

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor {
    var x = z
    if configuration.classes > 0 {
      guard let label else { preconditionFailure("a conditional network needs a label") }
      x = z.concatenatedFeatures(label)
    }
    return configuration.normalizesLatents ? x.normalizedSecondMoment() : x
  }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(features: Tensor(zeros: [samples, 0]))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: SynthesisObserver
  ) {
    let level = index / 2, block = blocks[level], name = "synthesis.b\(4 << level)"
    let detail = colours.detail(lod: settings.lod ?? lod)
    guard level <= detail.level else { return }
    guard index % 2 == 1 else {
      if let conv0 = block.conv0 {
        state.features = normalized(conv0(state.features))
        observe("\(name).conv0", state.features)
      } else {
        state.features = normalized(constant(styleRow(ws, 0)))
        observe("\(name).dense", state.features)
      }
      return
    }
    state.features = normalized(block.conv1(state.features))
    observe("\(name).conv1", state.features)
    state.image = colours.add(state.features, level: level, to: state.image, at: detail)
    if let image = state.image { observe("\(name).img", image) }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    colours.enlarged(state.image, at: colours.detail(lod: settings.lod ?? lod))
  }

  /// The dense layer: w `[N, wDim]` → `[N, C, 4, 4]`, one bias a channel.
  private func constant(_ w: Tensor) -> Tensor {
    // It stands for a 4×4 convolution of one pixel, whose fan-in has 16 taps: hence √2/4.
    let gain = EqualizedDense.defaultGain / 4 / Float(size.wDim).squareRoot()
    return w.linear(denseWeight, weightGain: gain)
      .reshaped([w.shape[0], configuration.channels[0], 4, 4])
      .biasAct(Epilogue(bias: denseBias, activation: .lrelu, gain: 1))
  }

  private func normalized(_ x: Tensor) -> Tensor {
    x.pixelNormalized(epsilon: configuration.epsilon)
  }

  /// The dense weight `[16·C, wDim]`, which is what SeFa factorises.
  func styleWeights(row: Int) -> [Tensor] { row == 0 ? [denseWeight] : [] }

  func styles(_ ws: Tensor) -> [(name: String, styles: Tensor)] { [] }

  func noiseMaps() -> [(name: String, map: Tensor)] { [] }
}
