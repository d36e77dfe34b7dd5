import Checkpoints
import Tensors

/// Finds the configuration of a StyleGAN3 network: sizes from the shapes and layer names, options
/// from the file's modules where it has some.
struct StyleGAN3Options {
  private let checkpoint: Checkpoint
  private let network: String
  private let parameters: [String: Parameter]

  /// The options of `network` in `checkpoint`, whose parameters have canonical names.
  init(_ checkpoint: Checkpoint, network: String, parameters: [String: Parameter]) throws {
    self.checkpoint = checkpoint
    self.network = network
    self.parameters = parameters
  }

  /// What the name of a layer says: `L5_148_512`.
  private struct LayerName {
    let text: String
    let size: Int
    let channels: Int
  }

  /// The layers in order.
  private func layerNames() throws -> [LayerName] {
    var layers: [Int: LayerName] = [:]
    for name in parameters.keys where name.hasPrefix("synthesis.L") && name.hasSuffix(".weight") {
      let text = name.dropFirst("synthesis.".count).prefix { $0 != "." }
      let numbers = text.dropFirst().split(separator: "_").compactMap { Int($0) }
      guard numbers.count == 3, name == "synthesis.\(text).weight" else { continue }
      layers[numbers[0]] = LayerName(text: String(text), size: numbers[1], channels: numbers[2])
    }
    let count = min((layers.keys.max() ?? 0) + 1, 256)
    let gaps = (0..<max(count, 2)).filter { layers[$0] == nil }
    guard gaps.isEmpty else {
      throw NetworkError.mismatch(
        file: checkpoint.url.path, family: StyleGAN3Family.name,
        missing: gaps.map { "synthesis.L\($0)_….weight" }, misshaped: [], unused: [])
    }
    return (0..<count).compactMap { layers[$0] }
  }

  /// The whole configuration, checked against the names and shapes of the tensors.
  func configuration() throws -> StyleGAN3Configuration {
    let names = try layerNames()
    let shapes = parameters.mapValues(\.shape)
    let mappingLayers = (0..<64).prefix { shapes["mapping.fc\($0).weight"]?.rank == 2 }.count
    let embed = shapes["mapping.embed.weight"].flatMap { $0.rank == 2 ? $0 : nil }
    let first = shapes["mapping.fc0.weight"].flatMap { $0.rank == 2 ? $0 : nil }
    let affine = shapes["synthesis.input.affine.weight"].flatMap { $0.rank == 2 ? $0 : nil }
    let wDim = affine?[1] ?? 512
    var configuration = StyleGAN3Configuration(
      zDim: (first?[1] ?? wDim) - (embed?[0] ?? 0), classes: embed?[1] ?? 0, wDim: wDim,
      mappingLayers: mappingLayers, embedFeatures: embed?[0] ?? 0, layerFeatures: first?[0] ?? wDim,
      resolution: names[names.count - 1].size, imageChannels: names[names.count - 1].channels,
      channels: names.map(\.channels))
    if let kernel = shapes["synthesis.\(names[0].text).weight"], kernel.rank == 4 {
      configuration.kernel = kernel[-1]
    }
    if checkpoint.module("\(network).synthesis") == nil || network.isEmpty {
      try infer(into: &configuration, names)
    } else {
      try readModules(into: &configuration, firstLayer: names[0].text)
    }
    try check(configuration, names)
    return configuration
  }

  /// Finds the options of plain tensors, which state none: how many layers are critically sampled
  /// and the margin show in the layers' names, the filters' taps in their shapes. What shows in
  /// neither (`output_scale`, the first cutoff) is the default, as in every published network.
  private func infer(into options: inout StyleGAN3Configuration, _ names: [LayerName]) throws {
    func taps(_ index: Int, _ filter: String) -> Int? {
      let shape = parameters["synthesis.\(names[index].text).\(filter)"]?.shape
      return shape.flatMap { $0.rank > 0 ? $0[-1] : nil }
    }
    let size = names[0].size
    for critical in [2] + Array(0..<min(names.count, 32)) {
      for rate in [options.margin] + (0..<10).map({ (size - 1 << $0) / 2 }) {
        var guess = options
        (guess.criticalLayers, guess.margin) = (critical, rate)
        guard let geometry = StyleGAN3Geometry(guess),
          geometry.layers.map(\.name) == names.map(\.text)
        else { continue }
        // The first filter with a factor tells the taps for each step of it.
        for (index, layer) in geometry.layers.enumerated() where !layer.isToRGB && layer.up > 1 {
          guard let found = taps(index, "up_filter"), found % layer.up == 0 else { continue }
          guess.filterSize = found / layer.up
          break
        }
        options = guess
        return
      }
    }
  }

  /// Takes over what the modules of a snapshot state; defaults of the code hold for the rest.
  private func readModules(
    into options: inout StyleGAN3Configuration, firstLayer: String
  ) throws {
    guard let synthesis = checkpoint.module("\(network).synthesis")?.configuration else { return }
    options.criticalLayers = synthesis["num_critical"]?.integer ?? options.criticalLayers
    options.margin = synthesis["margin_size"]?.integer ?? options.margin
    options.outputScale = synthesis["output_scale"]?.real.map { Float($0) } ?? options.outputScale
    options.firstCutoff = synthesis["first_cutoff"]?.real ?? options.firstCutoff
    options.firstStopband = synthesis["first_stopband"]?.real ?? options.firstStopband
    options.lastStopbandFactor = synthesis["last_stopband_rel"]?.real ?? options.lastStopbandFactor
    options.filterSize = synthesis["filter_size"]?.integer ?? options.filterSize
    options.oversampling = synthesis["lrelu_upsampling"]?.integer ?? options.oversampling
    if let layer = checkpoint.module("\(network).synthesis.\(firstLayer)")?.configuration,
      let clamp = layer["conv_clamp"]
    {
      options.convClamp = clamp.real.map { Float($0) }
    }
    if let mapping = checkpoint.module("\(network).mapping.fc0")?.configuration {
      options.mappingActivation = mapping["activation"]?.string ?? options.mappingActivation
      options.mappingMultiplier =
        mapping["bias_gain"]?.real.map { Float($0) } ?? options.mappingMultiplier
    }
  }

  /// Checks that the formula gives the layers of the file; where the file has no options, that is
  /// what shows that the defaults were used.
  private func check(_ options: StyleGAN3Configuration, _ names: [LayerName]) throws {
    let file = checkpoint.url.path
    guard let geometry = StyleGAN3Geometry(options) else {
      throw NetworkError.unsupportedOption(
        file: file, option: "num_critical, margin_size and cutoffs",
        value: "\(options.criticalLayers), \(options.margin) …",
        supported: "values that make sampling rates")
    }
    for (layer, name) in zip(geometry.layers, names) {
      guard layer.name == name.text else {
        throw NetworkError.unsupportedOption(
          file: file, option: "the size of layer \(name.text)", value: "\(name.size)",
          supported: "\(layer.outputSize), which its options give. Plain tensors state no options "
            + "but num_critical and margin_size, by their names; take the original snapshot")
      }
      let module = checkpoint.module("\(network).synthesis.\(name.text)")?.configuration
      if let padding = module?["padding"]?.elements?.map(\.integer), padding.count == 4,
        [padding[0], padding[1]] != layer.padding.map({ $0 })
      {
        throw NetworkError.unsupportedOption(
          file: file, option: "\(name.text).padding", value: "\(padding.compactMap(\.self))",
          supported: "\(layer.padding), which its options give")
      }
    }
  }
}
