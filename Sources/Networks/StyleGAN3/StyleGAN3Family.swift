import Checkpoints
import Tensors

/// StyleGAN3, configurations T and R: snapshots of the official repository, and tensor files with
/// its names.
public enum StyleGAN3Family: GeneratorFamily {
  /// The family's name.
  public static let name = "StyleGAN3"

  /// The network in a checkpoint with the names of the official code.
  ///
  /// The averaged generator `G_ema` is taken, else `G`; plain tensor files may leave the prefix
  /// out. Names need no mapping: these are the canonical ones.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    let marker = "synthesis.input.freqs"
    guard
      let prefix = ["G_ema.", "G.", ""].first(where: { checkpoint.tensors[$0 + marker] != nil })
    else { return nil }
    var parameters: [String: Parameter] = [:]
    for (name, stored) in checkpoint.tensors {
      if name.hasPrefix("D.") {
        parameters[StyleGAN2Discriminator.prefix + name.dropFirst(2)] = Parameter(stored)
      } else if name.hasPrefix(prefix) {
        parameters[String(name.dropFirst(prefix.count))] = Parameter(stored)
      }
    }
    var configuration = try StyleGAN3Options(
      checkpoint, network: String(prefix.dropLast()), parameters: parameters
    ).configuration()
    var discriminator = StyleGAN2Layout(parameters: parameters)
    discriminator.discriminator = try StyleGAN2Layout.options(
      checkpoint, network: "D", layer: "b4.conv", resolutionKey: "img_resolution")
    configuration.discriminator = discriminator.discriminatorConfiguration()
    return try CanonicalNetwork(
      family: name, configuration: configuration, parameters: parameters, file: checkpoint.url.path)
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try StyleGAN3Generator(network)
  }

  /// The discriminator, which is that of StyleGAN2, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    let configuration = try network.decodeConfiguration(StyleGAN3Configuration.self)
    return try configuration.discriminator.map { try StyleGAN2Discriminator(network, $0) }
  }
}
