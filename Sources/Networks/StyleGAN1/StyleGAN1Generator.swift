import Tensors

/// The generator of StyleGAN1, grown progressively.
struct StyleGAN1Generator: InspectableGenerator {
  let family = StyleGAN1Family.name
  let configuration: StyleGAN1Configuration
  let meanLatent: Tensor

  private let mappingNetwork: StyleGAN1Mapping
  private let constant: Tensor
  /// Two layers for each block from 4×4 up.
  private let blocks: [[StyleGAN1Layer]]
  private let colours: GrowingColours
  private let lod: Float

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: StyleGAN1Configuration.self)
    var reader = ParameterReader(network)
    self.configuration = configuration
    mappingNetwork = try StyleGAN1Mapping(&reader, configuration)
    let stored = try reader.takeIfPresent("mapping.w_avg", [configuration.wDim])
    constant = try reader.take("synthesis.b4.input.const", [configuration.channels[0], 4, 4])
    blocks = try Self.readBlocks(&reader, configuration)
    colours = try GrowingColours(
      &reader, "synthesis", channels: configuration.channels,
      colours: configuration.imageChannels, isGrowing: configuration.isGrowing)
    lod = try reader.takeIfPresent("synthesis.lod", [])?.scalar ?? 0
    try reader.finish { $0.hasPrefix(ProgressiveDiscriminator.prefix) }
    meanLatent =
      stored
      ?? meanOfMapping(zDim: configuration.zDim, classes: configuration.classes) {
        [mappingNetwork] in mappingNetwork($0, label: $1)
      }
  }

  private static func readBlocks(
    _ reader: inout ParameterReader, _ configuration: StyleGAN1Configuration
  ) throws -> [[StyleGAN1Layer]] {
    try configuration.channels.indices.map { level in
      let resolution = 4 << level, outputs = configuration.channels[level]
      let inputs = configuration.channels[max(level - 1, 0)]
      let first = level == 0 ? "input" : "conv0"
      return [
        try StyleGAN1Layer(
          &reader, name: "b\(resolution).\(first)",
          kind: level == 0 ? .input : .up(isFused: configuration.isFused(at: resolution)),
          row: 2 * level, inputs: inputs, outputs: outputs, resolution: resolution,
          configuration: configuration),
        try StyleGAN1Layer(
          &reader, name: "b\(resolution).conv1", kind: .convolution, row: 2 * level + 1,
          inputs: outputs, outputs: outputs, resolution: resolution,
          configuration: configuration),
      ]
    }
  }

  var size: GeneratorSize {
    GeneratorSize(
      zDim: configuration.zDim, wDim: configuration.wDim, classes: configuration.classes,
      rows: configuration.rows, resolution: configuration.resolution,
      imageChannels: configuration.imageChannels)
  }

  var defaultTruncation: (psi: Float, cutoff: Int?) {
    // The official code truncates only if it is given both.
    guard let psi = configuration.truncationPsi, let cutoff = configuration.truncationCutoff else {
      return (1, nil)
    }
    return (psi, max(cutoff, 0))
  }

  /// The styled layers; toRGB layers read no row of W+.
  var layers: [LayerDescription] {
    blocks.joined().map {
      LayerDescription(
        name: $0.name, kind: .convolution, resolution: $0.resolution, inputChannels: $0.inputs,
        outputChannels: $0.outputs, row: $0.row)
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
    let level = index / 2, layer = blocks[level][index % 2]
    let detail = colours.detail(lod: settings.lod ?? lod)
    guard level <= detail.level else { return }
    let style = settings.styles(layer.affine(styleRow(ws, layer.row)), of: layer.name)
    state.features = layer(state.features, style: style, noise: &state.noise)
    observe("synthesis.\(layer.name)", state.features)
    guard index % 2 == 1 else { return }
    state.image = colours.add(state.features, level: level, to: state.image, at: detail)
    if let image = state.image { observe("synthesis.b\(4 << level).img", image) }
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    colours.enlarged(state.image, at: colours.detail(lod: settings.lod ?? lod))
  }

  /// The whole weight of the row's style, scales and then shifts, as SeFa takes it.
  func styleWeights(row: Int) -> [Tensor] {
    blocks.joined().filter { $0.row == row }.map(\.affine.weight)
  }

  func styles(_ ws: Tensor) -> [(name: String, styles: Tensor)] {
    blocks.joined().map { ($0.name, $0.affine(styleRow(ws, $0.row))) }
  }

  func noiseMaps() -> [(name: String, map: Tensor)] {
    blocks.joined().compactMap { layer in layer.noise.map { (layer.name, $0) } }
  }
}
