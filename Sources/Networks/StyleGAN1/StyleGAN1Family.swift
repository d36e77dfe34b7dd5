import Checkpoints

/// StyleGAN of the first generation in every layout that Atelier reads; a layout is one entry in
/// `canonical`.
public enum StyleGAN1Family: GeneratorFamily {
  /// The family's name.
  public static let name = "StyleGAN1"

  /// The network in a checkpoint of a known layout.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    try canonical(checkpoint, layouts: [StyleGAN1Layout.tensorFlow, StyleGAN1Layout.genforce])
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try StyleGAN1Generator(network)
  }

  /// The discriminator, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    try network.configuration(as: StyleGAN1Configuration.self).discriminator.map {
      try ProgressiveDiscriminator(network, $0)
    }
  }
}

/// A file's parameters under canonical names, with the options that shapes cannot tell.
struct StyleGAN1Layout: NetworkLayout {
  var parameters: [String: Parameter]
  /// The side that the file states, if it does.
  var resolution: Int?
  var fusedScale = StyleGAN1Configuration.FusedScale.auto
  var mappingMultiplier: Float = 0.01
  var normalizesLatents: Bool?
  var isFusedScaleAssumed: Bool?
  var usesNoise = true
  var isGrowing = true
  var truncation: (psi: Float?, cutoff: Int?) = (0.7, 8)
  var discriminator: ProgressiveDiscriminatorConfiguration?

  /// The whole configuration: sizes from the shapes, the rest from the options.
  func configuration(file: String) throws -> StyleGAN1Configuration {
    let shapes = ParameterShapes(parameters: parameters)
    let levels = shapes.count(below: 20) { "synthesis.b\(4 << $0).conv1.weight" }
    guard levels > 0, shapes.has("synthesis.b4.input.const") else {
      throw NetworkError.mismatch(
        file: file, family: StyleGAN1Family.name,
        missing: ["synthesis.b4.input.const", "synthesis.b4.conv1.weight"].filter {
          !shapes.has($0)
        }, misshaped: [], unused: [])
    }
    let isConditional = shapes.has("mapping.embed.weight")
    let depth = shapes.count(below: 64) { "mapping.fc\($0).weight" }
    let widths = (0..<depth).map {
      shapes.extent(("mapping.fc\($0).weight", 0), ("mapping.fc\($0).bias", 0))
    }
    let side = 4 << (levels - 1)
    var configuration = StyleGAN1Configuration(
      zDim: (isConditional
        ? shapes["mapping.embed.weight", 0] : shapes["mapping.fc0.weight", 1]) ?? 1,
      classes: isConditional ? shapes["mapping.embed.weight", 1] ?? 1 : 0,
      wDim: shapes["synthesis.b4.conv1.affine.weight", 1] ?? widths.last ?? 1,
      mappingWidths: widths, resolution: resolution ?? side,
      imageChannels: shapes["synthesis.b\(side).torgb.weight", 0] ?? 3,
      channels: (0..<levels).map {
        let layer = "synthesis.b\(4 << $0).conv1"
        return shapes.extent(("\(layer).weight", 0), ("\(layer).bias", 0))
      })
    configuration.mappingMultiplier = mappingMultiplier
    configuration.fusedScale = fusedScale
    configuration.normalizesLatents = normalizesLatents
    configuration.isFusedScaleAssumed = isFusedScaleAssumed
    configuration.usesNoise = usesNoise
    configuration.isGrowing = isGrowing
    configuration.truncationPsi = truncation.psi
    configuration.truncationCutoff = truncation.cutoff
    configuration.discriminator = discriminator
    return configuration
  }
}
