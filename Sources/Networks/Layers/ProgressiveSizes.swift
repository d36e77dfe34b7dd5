import Tensors

/// The sizes of a StyleGAN1 or ProGAN network that is to be trained.
public struct ProgressiveSizes: Sendable, Hashable, Codable {
  /// The side of the pictures: a power of two from 8 on.
  public var resolution: Int
  /// The channels at a resolution are this over it (twice `fmap_base`) …
  public var channelBase: Int
  /// … but no more than this (`fmap_max`).
  public var channelMax: Int
  /// The width of z, and of w.
  public var latent: Int
  /// The layers of StyleGAN1's mapping network.
  public var mappingLayers: Int
  /// The pictures whose deviation the discriminator looks at together.
  public var minibatchGroup: Int

  /// Sizes; the standards are the official ones.
  public init(
    resolution: Int, channelBase: Int = 16384, channelMax: Int = 512, latent: Int = 512,
    mappingLayers: Int = 8, minibatchGroup: Int = 4
  ) {
    (self.resolution, self.channelBase, self.channelMax) = (resolution, channelBase, channelMax)
    (self.latent, self.mappingLayers) = (latent, mappingLayers)
    self.minibatchGroup = minibatchGroup
  }

  /// The channels of the blocks from 4×4 up; throws for a side that no network has.
  func channels() throws(NetworkError) -> [Int] {
    try ChannelPlan(resolution: resolution, base: channelBase, most: channelMax).channels()
  }

  /// The discriminator of these sizes.
  func discriminator(
    isBlurred: Bool
  ) throws(NetworkError) -> ProgressiveDiscriminatorConfiguration {
    ProgressiveDiscriminatorConfiguration(
      resolution: resolution, imageChannels: 3, channels: try channels(),
      features: min(max(channelBase >> 1, 1), channelMax), classes: 0, output: .logit,
      isGrowing: true, isBlurred: isBlurred, averagesLast: false, minibatchGroup: minibatchGroup,
      minibatchFeatures: 1)
  }
}

extension CanonicalNetwork {
  /// A growing network as the official code begins: weights standard normal, those of the mapping
  /// over its learning-rate multiplier, biases and noise strengths 0, the constant 1.
  static func growing<Configuration: Encodable>(
    _ family: any NetworkFamily.Type, _ configuration: Configuration, mappingMultiplier: Float,
    seed: UInt32
  ) throws -> CanonicalNetwork {
    var (network, shapes) = try draft(family, configuration)
    var random = RandomState(seed: seed)
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let tensor: Tensor
      if name.hasSuffix(".bias") || name.hasSuffix(".noise_strength") {
        tensor = Tensor(zeros: shape)
      } else if name.hasSuffix(".const") {
        tensor = Tensor(repeating: 1, shape: shape)
      } else if name.hasPrefix("mapping.") {
        tensor = random.randn(shape) * (1 / mappingMultiplier)
      } else {
        tensor = random.randn(shape)
      }
      network.parameters[name] = Parameter(tensor)
    }
    network.provenance = ["source": "random weights, seed \(seed)"]
    return network
  }
}
