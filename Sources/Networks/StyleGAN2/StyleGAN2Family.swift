import Checkpoints
import Tensors

/// StyleGAN2 and StyleGAN2-ADA in every layout that Atelier reads; a layout is one entry in
/// `canonical`.
public enum StyleGAN2Family: GeneratorFamily {
  /// The family's name.
  public static let name = "StyleGAN2"

  /// The network in a checkpoint of a known layout.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    try canonical(
      checkpoint,
      layouts: [
        StyleGAN2Layout.nvlabs, StyleGAN2Layout.rosinality, StyleGAN2Layout.tensorFlow,
        StyleGAN2Layout.genforce,
      ])
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try StyleGAN2Generator(network)
  }

  /// The discriminator, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    try network.configuration(as: StyleGAN2Configuration.self).discriminator.map {
      try StyleGAN2Discriminator(network, $0)
    }
  }
}

/// A file's parameters under canonical names, with the options that shapes cannot tell.
struct StyleGAN2Layout: NetworkLayout {
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
    var normalizesLatents: Bool?
    var defaultPsi: Float?
    var defaultCutoff: Int?
    var hasOutputPerClass: Bool?
  }

  /// The whole configuration: sizes and architecture from the shapes, the rest from the options.
  func configuration(file: String) throws -> StyleGAN2Configuration {
    let shapes = ParameterShapes(parameters: parameters)
    let levels = shapes.count(below: 20) { "synthesis.b\(4 << $0).conv1.weight" }
    guard levels > 0, shapes.has("synthesis.b4.const") else {
      throw NetworkError.mismatch(
        file: file, family: StyleGAN2Family.name,
        missing: ["synthesis.b4.const", "synthesis.b4.conv1.weight"].filter { !shapes.has($0) },
        misshaped: [], unused: [])
    }
    let channels = (0..<levels).map {
      let layer = "synthesis.b\(4 << $0).conv1"
      return shapes.extent(("\(layer).weight", 0), ("\(layer).bias", 0))
    }
    let last = 4 << (channels.count - 1)
    let mapping = shapes.mapping
    let wDim = shapes["synthesis.b4.conv1.affine.weight", 1] ?? mapping.outputs
    let isSkip = channels.count == 1 || shapes.has("synthesis.b4.torgb.weight")
    let isResidual = (1..<20).contains { shapes.has("synthesis.b\(4 << $0).skip.weight") }
    var configuration = StyleGAN2Configuration(
      zDim: max(mapping.inputs - mapping.embed, 1), classes: mapping.classes, wDim: wDim,
      mappingLayers: max(mapping.count, 1), embedFeatures: mapping.embed,
      layerFeatures: mapping.hidden,
      resolution: last, imageChannels: shapes["synthesis.b\(last).torgb.weight", 0] ?? 3,
      channels: channels,
      architecture: options.architecture ?? (isSkip ? .skip : isResidual ? .resnet : .orig))
    configuration.convClamp = options.convClamp
    configuration.normalizesLabelWithLatent = options.normalizesLabelWithLatent
    configuration.normalizesLatents = options.normalizesLatents
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
    let shapes = ParameterShapes(
      parameters: parameters, prefix: StyleGAN2Discriminator.prefix)
    guard shapes.has("b4.conv.weight") else { return nil }
    let inner = shapes.extent(("b4.conv.weight", 0), ("b4.conv.bias", 0))
    let levels = max(shapes.count(below: 20) { "b\(4 << $0).conv0.weight" }, 1)
    let channels =
      [inner]
      + (1..<levels).map {
        let layer = "b\(4 << $0).conv0"
        return shapes.extent(("\(layer).weight", 1), ("\(layer).bias", 0))
      }
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
}

extension ParameterShapes {
  /// The sizes of a mapping network of StyleGAN2 or 3.
  var mapping: (count: Int, inputs: Int, outputs: Int, hidden: Int, embed: Int, classes: Int) {
    let count = count(below: 64) { "mapping.fc\($0).weight" }
    let isConditional = has("mapping.embed.weight")
    let embed = isConditional ? extent(("mapping.embed.weight", 0), ("mapping.embed.bias", 0)) : 0
    return (
      count, self["mapping.fc0.weight", 1] ?? embed,
      count > 0
        ? extent(("mapping.fc\(count - 1).weight", 0), ("mapping.fc\(count - 1).bias", 0))
        : max(embed, 1),
      extent(
        ("mapping.fc0.weight", 0), ("mapping.fc0.bias", 0), ("mapping.fc1.weight", 1)),
      embed, isConditional ? self["mapping.embed.weight", 1] ?? 1 : 0
    )
  }
}
