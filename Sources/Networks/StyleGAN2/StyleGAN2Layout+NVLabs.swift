import Checkpoints
import Tensors

extension StyleGAN2Layout {
  /// Snapshots of stylegan2-ada-pytorch and of the StyleGAN2 networks of the stylegan3 repository,
  /// and safetensors with their names.
  ///
  /// The averaged generator `G_ema` is taken, else `G`; plain tensor files may leave the prefix
  /// out. Names need no mapping: these are the canonical ones.
  static func nvlabs(_ checkpoint: Checkpoint) throws -> StyleGAN2Layout? {
    guard let names = NVLabsNames(checkpoint, marker: "synthesis.b4.const") else { return nil }
    var layout = StyleGAN2Layout(parameters: names.parameters)
    layout.options = try options(checkpoint, network: names.network, layer: "synthesis.b4.conv1")
    layout.discriminator = try options(checkpoint, network: "D", layer: "b4.conv")
    return layout
  }

  /// The options as the modules of a snapshot state them: they speak for the trained network, also
  /// where they were defaults of the code that made it.
  static func options(
    _ checkpoint: Checkpoint, network: String, layer: String
  ) throws -> Options {
    var options = Options()
    guard !network.isEmpty, let module = checkpoint.module(network) else { return options }
    options.resolution = module.configuration["img_resolution"]?.integer
    if let layer = checkpoint.module("\(network).\(layer)")?.configuration {
      options.convClamp = layer["conv_clamp"]?.real.map { Float($0) }
      options.activation = layer["activation"]?.string
    }
    if let mapping = checkpoint.module("\(network).mapping.fc0")?.configuration {
      options.mappingActivation = mapping["activation"]?.string
      options.mappingMultiplier = mapping["bias_gain"]?.real.map { Float($0) }
    }
    if let deviation = checkpoint.module("\(network).b4.mbstd")?.configuration {
      options.minibatchGroup = deviation["group_size"]?.integer
    }
    try refuseUnknownOptions(checkpoint, network: network)
    return options
  }

  /// Options that would change the picture and that no released network uses.
  private static func refuseUnknownOptions(_ checkpoint: Checkpoint, network: String) throws {
    for module in checkpoint.modules where module.name.hasPrefix(network + ".") {
      if let freeze = module.configuration["conv_clamp"]?.real, !freeze.isFinite {
        throw NetworkError.unsupportedOption(
          file: checkpoint.url.path, option: "\(module.name).conv_clamp", value: "\(freeze)",
          supported: "a finite number or none")
      }
    }
  }
}
