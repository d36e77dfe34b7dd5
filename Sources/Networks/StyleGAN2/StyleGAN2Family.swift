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
    StyleGAN2Layout.tensorFlow,
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
    try configuration.check(file: network.file)
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
    var architecture: StyleGAN2Configuration.Architecture?
    var normalizesLabelWithLatent: Bool?
    var defaultPsi: Float?
    var defaultCutoff: Int?
    var hasOutputPerClass: Bool?
  }

  /// The whole configuration: sizes and architecture from the shapes, the rest from the options.
  func configuration(file: String) throws -> StyleGAN2Configuration {
    let shapes = Shapes(parameters: parameters, prefix: "")
    let levels = (0..<20).prefix { shapes.has("synthesis.b\(4 << $0).conv1.weight") }
    let channels = levels.map { shapes["synthesis.b\(4 << $0).conv1.weight", 0] ?? 1 }
    guard !channels.isEmpty, shapes.has("synthesis.b4.const") else {
      throw NetworkError.mismatch(
        file: file, family: StyleGAN2Family.name,
        missing: ["synthesis.b4.const", "synthesis.b4.conv1.weight"], misshaped: [], unused: [])
    }
    let last = 4 << (channels.count - 1)
    let mapping = shapes.mapping
    let wDim = shapes["synthesis.b4.conv1.affine.weight", 1] ?? mapping.outputs
    let isSkip = channels.count == 1 || shapes.has("synthesis.b4.torgb.weight")
    let isResidual = shapes.has("synthesis.b8.skip.weight")
    var configuration = StyleGAN2Configuration(
      zDim: max(mapping.inputs - mapping.embed, 1), classes: mapping.classes, wDim: wDim,
      mappingLayers: max(mapping.count, 1), embedFeatures: mapping.embed,
      layerFeatures: mapping.hidden,
      resolution: last, imageChannels: shapes["synthesis.b\(last).torgb.weight", 0] ?? 3,
      channels: channels,
      architecture: options.architecture ?? (isSkip ? .skip : isResidual ? .resnet : .orig))
    configuration.convClamp = options.convClamp
    configuration.normalizesLabelWithLatent = options.normalizesLabelWithLatent
    configuration.defaultPsi = options.defaultPsi
    configuration.defaultCutoff = options.defaultCutoff
    let constantChannels = shapes["synthesis.b4.const", 0]
    configuration.constantChannels = constantChannels == channels[0] ? nil : constantChannels
    configuration.usesNoise = shapes.has("synthesis.b4.conv1.noise_strength")
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

  /// The discriminator's configuration; `nil` if the file carries none.
  func discriminatorConfiguration() -> StyleGAN2DiscriminatorConfiguration? {
    let shapes = Shapes(parameters: parameters, prefix: StyleGAN2Discriminator.prefix)
    guard shapes.has("b4.conv.weight") else { return nil }
    let inner = shapes["b4.conv.weight", 0] ?? 1
    let levels = (1..<20).prefix { shapes.has("b\(4 << $0).conv0.weight") }
    let channels = [inner] + levels.map { shapes["b\(4 << $0).conv0.weight", 1] ?? 1 }
    let last = 4 << (channels.count - 1)
    let mapping = shapes.mapping
    let outputs = shapes["b4.out.weight", 0] ?? 1
    let classes = discriminator.hasOutputPerClass == true ? outputs : mapping.classes
    let isSkip = shapes.has("b4.fromrgb.weight")
    let isResidual = shapes.has("b\(last).skip.weight")
    var configuration = StyleGAN2DiscriminatorConfiguration(
      classes: classes, resolution: last,
      imageChannels: shapes["b\(last).fromrgb.weight", 1] ?? 3, channels: channels,
      architecture: discriminator.architecture
        ?? (isSkip ? .skip : isResidual ? .resnet : .orig),
      convClamp: discriminator.convClamp, minibatchGroup: discriminator.minibatchGroup,
      minibatchFeatures: max((shapes["b4.conv.weight", 1] ?? inner) - inner, 0),
      labelFeatures: classes > 0 ? outputs : 0,
      labelEmbedFeatures: mapping.embed, mappingLayers: mapping.count,
      mappingLayerFeatures: mapping.hidden)
    configuration.activation = discriminator.activation ?? configuration.activation
    configuration.mappingActivation =
      discriminator.mappingActivation ?? configuration.mappingActivation
    configuration.mappingMultiplier =
      discriminator.mappingMultiplier ?? configuration.mappingMultiplier
    configuration.hasOutputPerClass = discriminator.hasOutputPerClass
    return configuration
  }

  /// Shapes by canonical name, below a prefix.
  private struct Shapes {
    let parameters: [String: Parameter]
    let prefix: String

    /// Whether the file has a parameter.
    func has(_ name: String) -> Bool { parameters[prefix + name] != nil }

    /// The extent of one axis, 1 or more; `nil` where the parameter or the axis is missing or
    /// empty, for the reader to report.
    subscript(name: String, axis: Int) -> Int? {
      guard let shape = parameters[prefix + name]?.shape, axis < shape.rank, shape[axis] > 0
      else { return nil }
      return shape[axis]
    }

    /// The sizes of a mapping network.
    var mapping: (count: Int, inputs: Int, outputs: Int, hidden: Int, embed: Int, classes: Int) {
      let count = (0..<64).prefix { has("mapping.fc\($0).weight") }.count
      let isConditional = has("mapping.embed.weight")
      let embed = isConditional ? self["mapping.embed.weight", 0] ?? 1 : 0
      return (
        count, self["mapping.fc0.weight", 1] ?? embed,
        self["mapping.fc\(count - 1).weight", 0] ?? max(embed, 1),
        self["mapping.fc0.weight", 0] ?? 1, embed,
        isConditional ? self["mapping.embed.weight", 1] ?? 1 : 0
      )
    }
  }
}
