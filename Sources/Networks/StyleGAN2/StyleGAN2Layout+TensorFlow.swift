import Checkpoints
import Tensors

extension StyleGAN2Layout {
  /// Pickles of stylegan2 (state version 4) and stylegan2-ada (version 5) for TensorFlow, and plain
  /// tensor files with their names.
  ///
  /// The averaged generator `Gs` is taken, else `G`. Files tell their configuration in
  /// `static_kwargs`, where defaults of the code are left out.
  static func tensorFlow(_ checkpoint: Checkpoint) throws -> StyleGAN2Layout? {
    let variables = Dictionary(
      checkpoint.tensors.map { ($0.key.replacing(".", with: "/"), $0.value) },
      uniquingKeysWith: { first, _ in first })
    let marker = "synthesis/4x4/Conv/mod_weight"
    guard let network = ["Gs", "G"].first(where: { variables["\($0)/\(marker)"] != nil })
    else { return nil }
    let names = TensorFlowNames(
      levels: (1..<20).prefix {
        variables["\(network)/synthesis/\(4 << $0)x\(4 << $0)/Conv1/weight"] != nil
      }.count)
    var layout = StyleGAN2Layout(parameters: [:])
    for (name, stored) in variables {
      let parts = name.split(separator: "/").map(String.init)
      guard parts.count > 1 else { continue }
      let local = Array(parts.dropFirst())
      if parts[0] == network, let (name, value) = names.generator(local, stored) {
        layout.parameters[name] = value
      } else if parts[0] == "D", let (name, value) = names.discriminator(local, stored) {
        layout.parameters[StyleGAN2Discriminator.prefix + name] = value
      }
    }
    let isRevised = variables["\(network)/synthesis/ToRGB_lod0/weight"] != nil
    try layout.readGenerator(
      StatedOptions(checkpoint, "\(network).synthesis", fallback: network),
      StatedOptions(checkpoint, "\(network).mapping", fallback: network),
      levels: names.levels, isRevised: isRevised)
    if variables["\(network)/mapping/LabelConcat/weight"] != nil {
      layout.options.normalizesLabelWithLatent = true
    }
    if variables["D/4x4/Conv/weight"] != nil {
      try layout.readDiscriminator(
        StatedOptions(checkpoint, "D"), variables: variables)
    }
    return layout
  }

  /// The generator's options, and the filters that such files do not store.
  private mutating func readGenerator(
    _ synthesis: StatedOptions, _ mapping: StatedOptions, levels: Int, isRevised: Bool
  ) throws {
    options.resolution = synthesis["resolution"]?.integer
    options.activation = synthesis["nonlinearity"]?.string
    options.convClamp = synthesis["conv_clamp"]?.real.map { Float($0) }
    options.mappingActivation = mapping["mapping_nonlinearity"]?.string
    options.mappingMultiplier = mapping["mapping_lrmul"]?.real.map { Float($0) }
    options.architecture = isRevised ? .revised : nil
    // Both codes truncate all layers with ψ = 0.5 unless told otherwise.
    let psi = mapping["truncation_psi"]
    options.defaultPsi = psi.map { $0.real.map { Float($0) } ?? 1 } ?? 0.5
    options.defaultCutoff = mapping["truncation_cutoff"]?.integer
    if try mapping.choice("normalize_latents", ["True": true, "False": false]) == false {
      options.normalizesLatents = false
    }
    let filter = try synthesis.resampleFilter()
    let box = ResampleFilter([1, 1])
    for level in 1..<(levels + 1) {
      let block = "synthesis.b\(4 << level)"
      add(filter, "\(block).conv0")
      add(isRevised ? box : filter, block)
    }
  }

  /// The discriminator's options and filters.
  private mutating func readDiscriminator(
    _ arguments: StatedOptions, variables: [String: StoredTensor]
  ) throws {
    let embeds = variables["D/LabelEmbed/weight"] != nil
    let isRevised = variables["D/FromRGB_lod0/weight"] != nil
    let isADA = arguments["version"]?.integer.map { $0 >= 5 } ?? embeds
    discriminator.resolution = arguments["resolution"]?.integer
    discriminator.activation = arguments["nonlinearity"]?.string
    discriminator.convClamp = arguments["conv_clamp"]?.real.map { Float($0) }
    discriminator.mappingActivation = arguments["mapping_nonlinearity"]?.string
    discriminator.mappingMultiplier = arguments["mapping_lrmul"]?.real.map { Float($0) } ?? 0.1
    discriminator.minibatchGroup =
      arguments["mbstd_group_size"].map(\.integer) ?? (isADA ? nil : 4)
    discriminator.architecture = isRevised ? .revised : nil
    let outputs = variables["D/Output/weight"]?.shape[-1] ?? 1
    let classes = arguments["label_size"]?.integer ?? (outputs > 1 ? outputs : 0)
    discriminator.hasOutputPerClass = !embeds && classes > 0 ? true : nil
    let filter = try arguments.resampleFilter()
    let box = ResampleFilter([1, 1])
    for level in (1..<20) where variables["D/\(4 << level)x\(4 << level)/Conv0/weight"] != nil {
      let block = "\(StyleGAN2Discriminator.prefix)b\(4 << level)"
      add(filter, "\(block).conv1")
      add(isRevised ? box : filter, block)
      if parameters["\(block).skip.weight"] != nil { add(filter, "\(block).skip") }
    }
  }

  private mutating func add(_ filter: ResampleFilter, _ name: String) {
    let taps = filter.taps
    parameters["\(name).resample_filter"] = Parameter(shape: taps.shape) { taps }
  }
}
