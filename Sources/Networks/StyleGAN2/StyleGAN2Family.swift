import Checkpoints
import Tensors

/// StyleGAN2 and StyleGAN2-ADA in every layout that Atelier reads; a layout is one line in
/// `layouts`.
public enum StyleGAN2Family: GeneratorFamily {
  /// The family's name.
  public static let name = "StyleGAN2"

  /// Turns a file's own names into canonical ones; `nil` if the file has another layout.
  private static let layouts: [@Sendable (Checkpoint) throws -> StyleGAN2Layout?] = [
    StyleGAN2Layout.nvlabs,
    StyleGAN2Layout.rosinality,
  ]

  /// The network in a checkpoint of a known layout.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    for layout in layouts {
      guard let layout = try layout(checkpoint) else { continue }
      return try CanonicalNetwork(
        family: name, configuration: try layout.configuration(file: checkpoint.url.path),
        parameters: layout.parameters, file: checkpoint.url.path)
    }
    return nil
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try StyleGAN2Generator(network)
  }

  /// The discriminator, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    let configuration = try network.decodeConfiguration(StyleGAN2Configuration.self)
    return try configuration.discriminator.map { try StyleGAN2Discriminator(network, $0) }
  }
}

/// A file's parameters under canonical names, with the options that shapes cannot tell.
struct StyleGAN2Layout {
  var parameters: [String: Parameter]
  /// The generator's options.
  var options = Options()
  /// The discriminator's options.
  var discriminator = Options()

  /// Options that a file may state in words; `nil` where it says nothing.
  struct Options {
    var resolution: Int?
    var convClamp: Float?
    var activation: String?
    var mappingActivation: String?
    var mappingMultiplier: Float?
    var minibatchGroup: Int? = 4
  }

  /// The whole configuration: sizes and architecture from the shapes, the rest from the options.
  func configuration(file: String) throws -> StyleGAN2Configuration {
    let shapes = Shapes(parameters: parameters, prefix: "")
    let levels = (0..<20).prefix { shapes["synthesis.b\(4 << $0).conv1.weight"] != nil }
    let channels = levels.compactMap { shapes["synthesis.b\(4 << $0).conv1.weight"]?[0] }
    guard !channels.isEmpty, shapes["synthesis.b4.const"] != nil else {
      throw NetworkError.mismatch(
        file: file, family: StyleGAN2Family.name,
        missing: ["synthesis.b4.const", "synthesis.b4.conv1.weight"], misshaped: [], unused: [])
    }
    let last = 4 << (channels.count - 1)
    let mapping = shapes.mapping
    let wDim = shapes["synthesis.b4.conv1.affine.weight"]?[1] ?? mapping.outputs
    let isSkip = channels.count == 1 || shapes["synthesis.b4.torgb.weight"] != nil
    let isResidual = shapes["synthesis.b8.skip.weight"] != nil
    var configuration = StyleGAN2Configuration(
      zDim: mapping.inputs - mapping.embed, classes: mapping.classes, wDim: wDim,
      mappingLayers: mapping.count, embedFeatures: mapping.embed, layerFeatures: mapping.hidden,
      resolution: last, imageChannels: shapes["synthesis.b\(last).torgb.weight"]?[0] ?? 3,
      channels: channels, architecture: isSkip ? .skip : isResidual ? .resnet : .orig)
    configuration.convClamp = options.convClamp
    configuration.usesNoise = shapes["synthesis.b4.conv1.noise_strength"] != nil
    configuration.activation = options.activation ?? configuration.activation
    configuration.mappingActivation = options.mappingActivation ?? configuration.mappingActivation
    configuration.mappingMultiplier = options.mappingMultiplier ?? configuration.mappingMultiplier
    if let stated = options.resolution, stated != last {
      throw NetworkError.unsupportedOption(
        file: file, option: "img_resolution", value: "\(stated)",
        supported: "\(last), the resolution of the tensors")
    }
    configuration.discriminator = discriminatorConfiguration()
    return configuration
  }

  private func discriminatorConfiguration() -> StyleGAN2DiscriminatorConfiguration? {
    let shapes = Shapes(parameters: parameters, prefix: StyleGAN2Discriminator.prefix)
    guard let epilogue = shapes["b4.conv.weight"] else { return nil }
    let levels = (1..<20).prefix { shapes["b\(4 << $0).conv0.weight"] != nil }
    let channels =
      [epilogue[0]] + levels.compactMap { shapes["b\(4 << $0).conv0.weight"]?[1] }
    let last = 4 << (channels.count - 1)
    let mapping = shapes.mapping
    let isSkip = shapes["b4.fromrgb.weight"] != nil
    let isResidual = shapes["b\(last).skip.weight"] != nil
    var configuration = StyleGAN2DiscriminatorConfiguration(
      classes: mapping.classes, resolution: last,
      imageChannels: shapes["b\(last).fromrgb.weight"]?[1] ?? 3, channels: channels,
      architecture: isSkip ? .skip : isResidual ? .resnet : .orig,
      convClamp: discriminator.convClamp, minibatchGroup: discriminator.minibatchGroup,
      minibatchFeatures: epilogue[1] - epilogue[0],
      labelFeatures: mapping.classes > 0 ? shapes["b4.out.weight"]?[0] ?? 0 : 0,
      labelEmbedFeatures: mapping.embed, mappingLayers: mapping.count,
      mappingLayerFeatures: mapping.hidden)
    configuration.activation = discriminator.activation ?? configuration.activation
    configuration.mappingActivation =
      discriminator.mappingActivation ?? configuration.mappingActivation
    configuration.mappingMultiplier =
      discriminator.mappingMultiplier ?? configuration.mappingMultiplier
    return configuration
  }

  /// Shapes by canonical name, below a prefix.
  private struct Shapes {
    let parameters: [String: Parameter]
    let prefix: String

    subscript(name: String) -> Shape? {
      parameters[prefix + name].flatMap { $0.shape.rank == 0 ? nil : $0.shape }
        ?? parameters[prefix + name].map { _ in [1] }
    }

    /// The sizes of a mapping network.
    var mapping: (count: Int, inputs: Int, outputs: Int, hidden: Int, embed: Int, classes: Int) {
      let count = (0..<64).prefix { self["mapping.fc\($0).weight"] != nil }.count
      let embed = self["mapping.embed.weight"]
      return (
        count, self["mapping.fc0.weight"]?[-1] ?? embed?[0] ?? 0,
        self["mapping.fc\(count - 1).weight"]?[0] ?? embed?[0] ?? 0,
        self["mapping.fc0.weight"]?[0] ?? 0, embed?[0] ?? 0, embed?[-1] ?? 0
      )
    }
  }
}
