import Foundation
import Tensors

extension StyleGAN2Family {
  /// The sizes of a network that is to be trained.
  public struct Sizes: Sendable, Hashable, Codable {
    /// The side of the pictures: a power of two from 8 on.
    public var resolution: Int
    /// The channels at a resolution are this over it (`channel_base`) …
    public var channelBase: Int
    /// … but no more than this (`channel_max`).
    public var channelMax: Int
    /// The width of z.
    public var zDim: Int
    /// The width of w.
    public var wDim: Int
    /// The layers of the mapping network.
    public var mappingLayers: Int
    /// The pictures whose deviation the discriminator looks at together.
    public var minibatchGroup: Int

    /// Sizes; the standards are those of the official `auto` configuration.
    public init(
      resolution: Int, channelBase: Int = 16384, channelMax: Int = 512, zDim: Int = 512,
      wDim: Int = 512, mappingLayers: Int = 2, minibatchGroup: Int = 4
    ) {
      (self.resolution, self.channelBase, self.channelMax) = (resolution, channelBase, channelMax)
      (self.zDim, self.wDim, self.mappingLayers) = (zDim, wDim, mappingLayers)
      self.minibatchGroup = minibatchGroup
    }
  }

  /// A generator (skip architecture) and a discriminator (residual) as the official code begins:
  /// weights standard normal over the learning-rate multiplier, biases 0 but those of the styles 1,
  /// noise strengths 0. The same seed gives the same network.
  public static func random(_ sizes: Sizes, seed: UInt32) throws -> CanonicalNetwork {
    let channels = try ChannelPlan(
      resolution: sizes.resolution, base: sizes.channelBase, most: sizes.channelMax
    ).channels()
    var configuration = StyleGAN2Configuration(
      zDim: sizes.zDim, classes: 0, wDim: sizes.wDim, mappingLayers: sizes.mappingLayers,
      embedFeatures: 0, layerFeatures: sizes.wDim, resolution: sizes.resolution, imageChannels: 3,
      channels: channels, architecture: .skip)
    configuration.discriminator = StyleGAN2DiscriminatorConfiguration(
      classes: 0, resolution: sizes.resolution, imageChannels: 3, channels: channels,
      architecture: .resnet, minibatchGroup: sizes.minibatchGroup, minibatchFeatures: 1,
      labelFeatures: 0, labelEmbedFeatures: 0, mappingLayers: 0, mappingLayerFeatures: 0)
    try configuration.check(file: "the options")
    let (network, shapes) = try CanonicalNetwork.draft(self, configuration)
    var drawn = network
    var random = RandomState(seed: seed)
    let filter = ResampleFilter([1, 3, 3, 1]).taps
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let tensor: Tensor
      if name.hasSuffix("resample_filter") {
        tensor = filter
      } else if name.hasSuffix("affine.bias") {
        tensor = Tensor(repeating: 1, shape: shape)
      } else if name.hasSuffix(".bias") || name.hasSuffix(".noise_strength") {
        tensor = Tensor(zeros: shape)
      } else if name.hasPrefix("mapping.") {
        tensor = random.randn(shape) * (1 / configuration.mappingMultiplier)
      } else {
        tensor = random.randn(shape)
      }
      drawn.parameters[name] = Parameter(tensor)
    }
    drawn.parameters["mapping.w_avg"] = Parameter(Tensor(zeros: [sizes.wDim]))
    drawn.provenance = ["source": "random weights, seed \(seed)"]
    return drawn
  }

  /// The multiplications that one picture costs in the generator's convolutions.
  public static func generatorMultiplications(_ network: CanonicalNetwork) throws -> Int {
    try Generators.load(network).layers.reduce(0) { sum, layer in
      // An up-convolution multiplies the pixels that it reads.
      let side = layer.name.hasSuffix("conv0") ? layer.resolution / 2 : layer.resolution
      let taps = layer.kind == .toRGB ? 1 : 9
      return sum + side * side * layer.inputChannels * layer.outputChannels * taps
    }
  }

  /// The multiplications that one picture costs in the discriminator's convolutions.
  public static func discriminatorMultiplications(_ network: CanonicalNetwork) -> Int {
    let prefix = StyleGAN2Discriminator.prefix
    return network.parameters.reduce(0) { sum, entry in
      let parts = entry.key.dropFirst(prefix.count).split(separator: ".")
      guard entry.key.hasPrefix(prefix), parts.count == 3, parts[2] == "weight",
        parts[0].hasPrefix("b"), let side = Int(parts[0].dropFirst())
      else { return sum }
      if entry.value.shape.rank == 2 { return sum + entry.value.shape.count }
      let isHalved = parts[1] == "conv1" || parts[1] == "skip"
      return sum + entry.value.shape.count * side * side / (isHalved ? 4 : 1)
    }
  }
}
