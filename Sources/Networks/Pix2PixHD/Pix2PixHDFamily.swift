import Checkpoints
import Tensors

/// pix2pixHD (Wang et al., arXiv 1711.11585): pictures from label maps, with a style for every
/// instance. Tensors keep their official names; an encoder's begin with `encoder.`, a
/// discriminator's with `discriminator.`.
public enum Pix2PixHDFamily: SceneFamily {
  /// The family's name.
  public static let name = "Pix2PixHD"

  /// The network in an official `…_net_G.pth`, with the encoder, the discriminator and the options
  /// that lie beside it.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    try canonical(checkpoint, options: SceneOptions())
  }

  /// The network in an official checkpoint; `options` override what lies beside it.
  public static func canonical(
    _ checkpoint: Checkpoint, options: SceneOptions
  ) throws -> CanonicalNetwork? {
    let isGenerator =
      (checkpoint.hasPlain("model.16.conv_block.1.weight")
        || checkpoint.names.contains { $0.hasSuffix(".conv_block.1.weight") }
        || checkpoint.hasPlain("model1_1.1.weight"))
      && checkpoint.hasPlain("model.1.weight")
    guard isGenerator || isPlainSequence(checkpoint) else { return nil }
    let parts = try SceneParts(checkpoint)
    let parameters = parts.parameters()
    let layout = Pix2PixHDLayout(
      parameters: parameters, options: parts.options.overridden(by: options),
      file: checkpoint.url.path)
    let configuration = try layout.configuration()
    try configuration.check(file: checkpoint.url.path)
    return try CanonicalNetwork(
      family: name, configuration: configuration, parameters: parameters,
      file: checkpoint.url.path)
  }

  /// Whether a file holds 7×7, strided, transposed and 7×7 convolutions and nothing else: a
  /// generator without residual blocks (an encoder looks the same).
  private static func isPlainSequence(_ checkpoint: Checkpoint) -> Bool {
    guard let first = checkpoint.tensors["model.1.weight"]?.shape, first.rank == 4 else {
      return false
    }
    return first[2] == 7 && first[3] == 7
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any SceneGenerator {
    try Pix2PixHDGenerator(network, configuration(of: network))
  }

  /// The encoder, if the network carries one.
  public static func encoder(_ network: CanonicalNetwork) throws -> (any SceneEncoder)? {
    let configuration = try configuration(of: network)
    return try configuration.encoder.map {
      try Pix2PixHDEncoder(network, $0, norm: configuration.norm)
    }
  }

  /// The discriminator, if the network carries one.
  public static func discriminator(
    _ network: CanonicalNetwork
  ) throws -> (any SceneDiscriminator)? {
    let configuration = try configuration(of: network)
    return try configuration.discriminator.map {
      try Pix2PixHDDiscriminator(network, $0, norm: configuration.norm)
    }
  }

  /// An encoder's file on its own, for reference cases and tests.
  package static func encoder(_ checkpoint: Checkpoint) throws -> any SceneEncoder {
    let parameters = SceneParts.prefixed(checkpoint, SceneParts.encoderPrefix)
    let layout = Pix2PixHDLayout(
      parameters: parameters, options: SceneOptions(), file: checkpoint.url.path)
    guard let options = layout.encoder() else {
      throw NetworkError.unknownFamily(file: checkpoint.url.path, found: "no pix2pixHD encoder")
    }
    let network = try CanonicalNetwork(
      family: name, configuration: options, parameters: parameters, file: checkpoint.url.path)
    return try Pix2PixHDEncoder(network, options, norm: layout.norm(of: SceneParts.encoderPrefix))
  }

  /// A discriminator's file on its own, for reference cases and tests.
  ///
  /// - Parameters:
  ///   - options: `no_lsgan` says whether it ends in a sigmoid.
  ///   - leaves: Tensors that take the place of the file's, such as tracked ones.
  package static func discriminator(
    _ checkpoint: Checkpoint, options: SceneOptions = SceneOptions(),
    leaves: [String: Tensor] = [:]
  ) throws -> any SceneDiscriminator {
    let parameters = SceneParts.prefixed(checkpoint, SceneParts.discriminatorPrefix)
    let layout = Pix2PixHDLayout(
      parameters: parameters, options: options, file: checkpoint.url.path)
    guard let found = try layout.discriminator() else {
      throw NetworkError.unknownFamily(
        file: checkpoint.url.path, found: "no pix2pixHD discriminator")
    }
    let network = try CanonicalNetwork(
      family: name, configuration: found, parameters: parameters, file: checkpoint.url.path)
    return try Pix2PixHDDiscriminator(
      network.replacing(SceneParts.prefixed(leaves, SceneParts.discriminatorPrefix)), found,
      norm: layout.norm(of: SceneParts.discriminatorPrefix))
  }

  private static func configuration(
    of network: CanonicalNetwork
  ) throws -> Pix2PixHDConfiguration {
    let configuration = try network.decodeConfiguration(Pix2PixHDConfiguration.self)
    try configuration.check(file: network.file)
    return configuration
  }
}
