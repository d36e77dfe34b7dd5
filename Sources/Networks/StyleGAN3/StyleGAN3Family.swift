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
    try canonical(checkpoint, layouts: [StyleGAN3Layout.nvlabs])
  }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try StyleGAN3Generator(network)
  }

  /// The discriminator, which is that of StyleGAN2, if the file carries one.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    try network.configuration(as: StyleGAN3Configuration.self).discriminator.map {
      try StyleGAN2Discriminator(network, $0)
    }
  }
}

/// A file's parameters under canonical names, with its configuration.
struct StyleGAN3Layout: NetworkLayout {
  let parameters: [String: Parameter]
  private let configuration: StyleGAN3Configuration

  /// Snapshots of the stylegan3 repository, and plain tensors with its names.
  static func nvlabs(_ checkpoint: Checkpoint) throws -> StyleGAN3Layout? {
    guard let names = NVLabsNames(checkpoint, marker: "synthesis.input.freqs") else { return nil }
    var configuration = try StyleGAN3Options(
      checkpoint, network: names.network, parameters: names.parameters
    ).configuration()
    var discriminator = StyleGAN2Layout(parameters: names.parameters)
    discriminator.discriminator = try StyleGAN2Layout.options(
      checkpoint, network: "D", layer: "b4.conv")
    configuration.discriminator = discriminator.discriminatorConfiguration()
    return StyleGAN3Layout(parameters: names.parameters, configuration: configuration)
  }

  func configuration(file: String) -> StyleGAN3Configuration { configuration }
}
