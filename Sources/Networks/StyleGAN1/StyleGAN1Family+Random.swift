import Tensors

extension StyleGAN1Family {
  /// A generator and a discriminator as the official code begins. The same seed gives the same
  /// network; throws ``NetworkError`` for sizes that no network has.
  public static func random(_ sizes: ProgressiveSizes, seed: UInt32) throws -> CanonicalNetwork {
    var configuration = StyleGAN1Configuration(
      zDim: sizes.latent, classes: 0, wDim: sizes.latent,
      mappingWidths: [Int](repeating: sizes.latent, count: sizes.mappingLayers),
      resolution: sizes.resolution, imageChannels: 3, channels: try sizes.channels())
    configuration.discriminator = try sizes.discriminator(isBlurred: true)
    try configuration.check(file: "the options")
    var network = try CanonicalNetwork.growing(
      self, configuration, mappingMultiplier: configuration.mappingMultiplier, seed: seed)
    network.parameters["mapping.w_avg"] = Parameter(Tensor(zeros: [sizes.latent]))
    return network
  }
}
