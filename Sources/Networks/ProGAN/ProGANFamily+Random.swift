import Tensors

extension ProGANFamily {
  /// A generator and a discriminator as the official code begins. The same seed gives the same
  /// network; throws ``NetworkError`` for sizes that no network has.
  public static func random(_ sizes: ProgressiveSizes, seed: UInt32) throws -> CanonicalNetwork {
    var configuration = ProGANConfiguration(
      zDim: sizes.latent, classes: 0, resolution: sizes.resolution, imageChannels: 3,
      channels: try sizes.channels(), isFused: true)
    configuration.discriminator = try sizes.discriminator(isBlurred: false)
    try configuration.check(file: "the options")
    return try CanonicalNetwork.growing(self, configuration, mappingMultiplier: 1, seed: seed)
  }
}
