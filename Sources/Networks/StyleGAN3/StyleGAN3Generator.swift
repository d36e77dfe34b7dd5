import Tensors

/// The alias-free StyleGAN3 generator, T and R.
struct StyleGAN3Generator: InspectableGenerator {
  let family = StyleGAN3Family.name
  let configuration: StyleGAN3Configuration
  let meanLatent: Tensor
  let takesTransform = true
  let isTrainedWithMixing = false

  private let mappingNetwork: StyleGAN2Mapping
  private let input: StyleGAN3Input
  private let synthesisLayers: [StyleGAN3Layer]

  /// Reads every parameter, or throws one report of all that is wrong.
  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: StyleGAN3Configuration.self)
    guard let geometry = StyleGAN3Geometry(configuration) else {
      throw NetworkError.invalidConfiguration(
        file: network.file, reason: "its sampling rates make no sense")
    }
    var reader = ParameterReader(network)
    self.configuration = configuration
    let hidden = Array(
      repeating: configuration.layerFeatures, count: max(configuration.mappingLayers - 1, 0))
    mappingNetwork = try StyleGAN2Mapping(
      &reader, inputs: configuration.zDim, classes: configuration.classes,
      embedFeatures: configuration.embedFeatures,
      widths: configuration.mappingLayers > 0 ? hidden + [configuration.wDim] : [],
      activation: reader.activation(configuration.mappingActivation),
      multiplier: configuration.mappingMultiplier)
    let stored = try reader.takeIfPresent("mapping.w_avg", [configuration.wDim])
    input = try StyleGAN3Input(&reader, configuration, geometry)
    var layers: [StyleGAN3Layer] = []
    for (index, layer) in geometry.layers.enumerated() {
      layers.append(try StyleGAN3Layer(&reader, layer, row: index + 1, configuration))
    }
    synthesisLayers = layers
    try reader.finish { $0.hasPrefix(StyleGAN2Discriminator.prefix) }
    meanLatent =
      stored
      ?? meanOfMapping(zDim: configuration.zDim, classes: configuration.classes) {
        [mappingNetwork] in mappingNetwork($0, label: $1)
      }
  }

  var size: GeneratorSize {
    GeneratorSize(
      zDim: configuration.zDim, wDim: configuration.wDim, classes: configuration.classes,
      rows: configuration.rows, resolution: configuration.resolution,
      imageChannels: configuration.imageChannels)
  }

  var defaultTruncation: (psi: Float, cutoff: Int?) { (1, nil) }

  var layers: [LayerDescription] {
    let channels = configuration.channels[0]
    let first = LayerDescription(
      name: "input", kind: .input, resolution: synthesisLayers[0].geometry.inputSize,
      inputChannels: 4, outputChannels: channels, row: 0, margin: configuration.margin)
    return [first]
      + synthesisLayers.enumerated().map { index, layer in
        let geometry = layer.geometry
        return LayerDescription(
          name: layer.name,
          kind: geometry.isToRGB
            ? .toRGB : geometry.up > geometry.down ? .upsampling : .convolution,
          resolution: geometry.outputSize, inputChannels: geometry.inputs,
          outputChannels: geometry.outputs, row: layer.row,
          // The last two layers have the picture's size.
          margin: index < synthesisLayers.count - 2 ? configuration.margin : 0)
      }
  }

  /// After the last layer of every sampling rate below the picture's, which covers a margin too.
  var previews: [PreviewPoint] {
    let rates = synthesisLayers.dropLast(2).map {
      $0.geometry.outputSize - 2 * configuration.margin
    }
    return rates.enumerated().compactMap { index, rate in
      let isLast = index + 1 == rates.count || rates[index + 1] > rate
      return isLast && rate < configuration.resolution
        ? PreviewPoint(side: rate, depth: index + 2, margin: configuration.margin) : nil
    }
  }

  func mapping(_ z: Tensor, label: Tensor?) -> Tensor { mappingNetwork(z, label: label) }

  func beginning(samples: Int) -> SynthesisState {
    SynthesisState(features: Tensor(zeros: [samples, 0]))
  }

  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: SynthesisObserver
  ) {
    guard index > 0 else {
      let transforms = settings.styles(input.affine(styleRow(ws, 0)), of: "input")
      observe("synthesis.input.affine", transforms)
      state.features = input(transforms, transform: settings.transform)
      return observe("synthesis.input", state.features)
    }
    let layer = synthesisLayers[index - 1]
    let styles = settings.styles(layer.affine(styleRow(ws, layer.row)), of: layer.name)
    observe("synthesis.\(layer.name).affine", styles)
    state.features = layer(state.features, styles: styles)
    observe("synthesis.\(layer.name)", state.features)
  }

  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor {
    state.features * configuration.outputScale
  }

  func styleWeights(row: Int) -> [Tensor] {
    if row == 0 { return [input.affine.weight] }
    return synthesisLayers.filter { $0.row == row }.map(\.affine.weight)
  }

  func styles(_ ws: Tensor) -> [(name: String, styles: Tensor)] {
    [("input", input.affine(styleRow(ws, 0)))]
      + synthesisLayers.map { ($0.name, $0.styles(styleRow(ws, $0.row))) }
  }

  func noiseMaps() -> [(name: String, map: Tensor)] { [] }
}
