import Checkpoints
import Tensors

/// SPADE, also known as GauGAN (Park et al., arXiv 1903.07291): pictures from label maps by
/// spatially adaptive normalisation. Tensors keep their official names; an encoder's begin with
/// `encoder.`, a discriminator's with `discriminator.`.
public enum SPADEFamily: SceneFamily {
  /// The family's name.
  public static let name = "SPADE"

  /// The network in an official `…_net_G.pth`, with the encoder, the discriminator and the options
  /// that lie beside it.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    try canonical(checkpoint, options: SceneOptions())
  }

  /// The network in an official checkpoint; `options` override what lies beside it.
  public static func canonical(
    _ checkpoint: Checkpoint, options: SceneOptions
  ) throws -> CanonicalNetwork? {
    guard checkpoint.hasPlain("head_0.norm_0.mlp_shared.0.weight") else { return nil }
    let parts = try SceneParts(checkpoint)
    let parameters = parts.parameters()
    let layout = SPADELayout(
      parameters: parameters, options: parts.options.overridden(by: options),
      file: checkpoint.url.path)
    let configuration = try layout.configuration()
    try configuration.check(file: checkpoint.url.path)
    return try CanonicalNetwork(
      family: name, configuration: configuration, parameters: parameters,
      file: checkpoint.url.path)
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any SceneGenerator {
    try SPADEGenerator(network, configuration(of: network))
  }

  /// The encoder, if the network carries one.
  public static func encoder(_ network: CanonicalNetwork) throws -> (any SceneEncoder)? {
    try configuration(of: network).encoder.map { try SPADEEncoder(network, $0) }
  }

  /// The discriminator, if the network carries one.
  public static func discriminator(
    _ network: CanonicalNetwork
  ) throws -> (any SceneDiscriminator)? {
    try configuration(of: network).discriminator.map { try SPADEDiscriminator(network, $0) }
  }

  /// An encoder's file on its own, for reference cases and tests.
  package static func encoder(_ checkpoint: Checkpoint) throws -> any SceneEncoder {
    let parameters = SceneParts.prefixed(checkpoint, SceneParts.encoderPrefix)
    let layout = SPADELayout(
      parameters: parameters, options: SceneOptions(), file: checkpoint.url.path)
    guard let options = layout.encoder() else {
      throw NetworkError.unknownFamily(file: checkpoint.url.path, found: "no SPADE encoder")
    }
    let network = try CanonicalNetwork(
      family: name, configuration: options, parameters: parameters, file: checkpoint.url.path)
    return try SPADEEncoder(network, options)
  }

  /// A discriminator's file on its own, for reference cases and tests.
  ///
  /// - Parameter leaves: Tensors that take the place of the file's, such as tracked ones.
  package static func discriminator(
    _ checkpoint: Checkpoint, leaves: [String: Tensor] = [:]
  ) throws -> any SceneDiscriminator {
    let parameters = SceneParts.prefixed(checkpoint, SceneParts.discriminatorPrefix)
    let layout = SPADELayout(
      parameters: parameters, options: SceneOptions(), file: checkpoint.url.path)
    guard let options = layout.discriminator() else {
      throw NetworkError.unknownFamily(file: checkpoint.url.path, found: "no SPADE discriminator")
    }
    let network = try CanonicalNetwork(
      family: name, configuration: options, parameters: parameters, file: checkpoint.url.path)
    return try SPADEDiscriminator(
      network.replacing(SceneParts.prefixed(leaves, SceneParts.discriminatorPrefix)), options)
  }

  static func configuration(of network: CanonicalNetwork) throws -> SPADEConfiguration {
    let configuration = try network.decodeConfiguration(SPADEConfiguration.self)
    try configuration.check(file: network.file)
    return configuration
  }
}
