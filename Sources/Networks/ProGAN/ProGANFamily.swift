import Checkpoints

/// ProGAN in every layout that Atelier reads; a layout is one entry in `canonical`.
public enum ProGANFamily: GeneratorFamily {
  /// The family's name.
  public static let name = "ProGAN"

  /// The network in a checkpoint of a known layout.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    try canonical(checkpoint, layouts: [ProGANLayout.tensorFlow, ProGANLayout.genforce])
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try ProGANGenerator(network)
  }

  /// The discriminator, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    try network.configuration(as: ProGANConfiguration.self).discriminator.map {
      try ProgressiveDiscriminator(network, $0)
    }
  }
}

/// A file's parameters under canonical names, with the options that shapes cannot tell.
struct ProGANLayout: NetworkLayout {
  var parameters: [String: Parameter]
  var isFused: Bool
  /// The side that the file states, if it does.
  var resolution: Int?
  var classes = 0
  var normalizesLatents = true
  var epsilon: Float = 1e-8
  var discriminator: ProgressiveDiscriminatorConfiguration?

  /// The whole configuration: sizes from the shapes, the rest from the options.
  func configuration(file: String) throws -> ProGANConfiguration {
    let shapes = ParameterShapes(parameters: parameters)
    let levels = shapes.count(below: 20) { "synthesis.b\(4 << $0).conv1.weight" }
    guard levels > 0, let width = shapes["synthesis.b4.dense.weight", 1] else {
      throw NetworkError.mismatch(
        file: file, family: ProGANFamily.name,
        missing: ["synthesis.b4.dense.weight", "synthesis.b4.conv1.weight"].filter {
          !shapes.has($0)
        }, misshaped: [], unused: [])
    }
    let side = 4 << (levels - 1)
    return ProGANConfiguration(
      zDim: width - min(max(classes, 0), width), classes: classes,
      resolution: resolution ?? side,
      imageChannels: shapes["synthesis.b\(side).torgb.weight", 0] ?? 3,
      channels: (0..<levels).map {
        let layer = "synthesis.b\(4 << $0).conv1"
        return shapes.extent(("\(layer).weight", 0), ("\(layer).bias", 0))
      },
      isFused: isFused, normalizesLatents: normalizesLatents, epsilon: epsilon,
      discriminator: discriminator)
  }
}
