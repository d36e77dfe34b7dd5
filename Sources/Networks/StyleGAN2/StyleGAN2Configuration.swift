import Tensors

/// The options of a StyleGAN2 network (Karras et al., arXiv 1912.04958 and 2006.06676).
struct StyleGAN2Configuration: NetworkConfiguration, Hashable {
  /// How layers are joined to a picture.
  enum Architecture: String, Codable, Sendable {
    /// Every block adds its own colours to an upsampled picture.
    case skip
    /// Blocks have residual connections; the last makes the picture.
    case resnet
    /// Plain blocks; the last makes the picture.
    case orig
    /// Plain blocks that each make a picture, faded by the level of detail as in progressive growing
    /// (configurations B to D of StyleGAN2).
    case revised
  }

  var zDim: Int
  var classes: Int
  var wDim: Int
  var mappingLayers: Int
  /// The width of the label embedding (`embed_features`).
  var embedFeatures: Int
  /// The width of the mapping's hidden layers (`layer_features`).
  var layerFeatures: Int
  var mappingActivation: String = Activation.lrelu.rawValue
  var mappingMultiplier: Float = 0.01
  var resolution: Int
  var imageChannels: Int
  /// Channels of the blocks from 4×4 up.
  var channels: [Int]
  var architecture: Architecture
  var activation: String = Activation.lrelu.rawValue
  var convClamp: Float?
  var usesNoise: Bool = true
  /// The channels of the 4×4 constant; `nil` for those of its block.
  var constantChannels: Int?
  /// Whether the label joins z before both are normalised as one (StyleGAN2 in TensorFlow).
  var normalizesLabelWithLatent: Bool?
  /// Whether z is normalised (`normalize_latents`, TensorFlow); yes if `nil`.
  var normalizesLatents: Bool?
  /// The ψ that the network was saved with as its default; `nil` for 1.
  var defaultPsi: Float?
  /// The cutoff that belongs to ``defaultPsi``.
  var defaultCutoff: Int?
  var discriminator: StyleGAN2DiscriminatorConfiguration?

  /// The sides of the blocks' outputs, 4 first.
  var blockResolutions: [Int] { channels.indices.map { 4 << $0 } }
  /// `num_ws`: a row for every convolution, and one for the last toRGB.
  var rows: Int { 2 * channels.count }

  /// The channels of the block at `resolution`.
  func channels(at resolution: Int) -> Int { channels[resolution.trailingZeroBitCount - 2] }

  /// Whether the block at `resolution` has a toRGB layer.
  func hasToRGB(at resolution: Int) -> Bool {
    architecture == .skip || architecture == .revised || resolution == self.resolution
  }
}

/// The options of a StyleGAN2 discriminator.
struct StyleGAN2DiscriminatorConfiguration: Codable, Hashable, Sendable {
  var classes: Int
  var resolution: Int
  var imageChannels: Int
  /// Channels of the blocks' inputs, from the 4×4 epilogue up.
  var channels: [Int]
  var architecture: StyleGAN2Configuration.Architecture
  var activation: String = Activation.lrelu.rawValue
  var convClamp: Float?
  /// The group of the minibatch deviation; the whole batch if `nil`.
  var minibatchGroup: Int?
  /// The channels that the minibatch deviation appends; 0 for none.
  var minibatchFeatures: Int
  /// The width of the label mapping (`cmap_dim`); 0 for an unconditional network.
  var labelFeatures: Int
  var labelEmbedFeatures: Int
  var mappingLayers: Int
  var mappingLayerFeatures: Int
  var mappingActivation: String = Activation.lrelu.rawValue
  var mappingMultiplier: Float = 0.01
  /// Whether there is one output a class, and the label chooses (StyleGAN2 in TensorFlow).
  var hasOutputPerClass: Bool?

  /// Whether every block, and the epilogue, reads the picture at its own resolution.
  var readsEveryPicture: Bool { architecture == .skip || architecture == .revised }
}

extension StyleGAN2Configuration {
  /// Throws for sizes that no network has.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("z_dim", zDim, 1...65_536)
    try check("c_dim", classes, 0...1_000_000)
    try check("w_dim", wDim, 1...65_536)
    try check("num_layers", mappingLayers, 1...64)
    try check("embed_features", embedFeatures, (classes > 0 ? 1 : 0)...65_536)
    try check("layer_features", layerFeatures, (mappingLayers > 1 ? 1 : 0)...65_536)
    try check("img_channels", imageChannels, 1...65_536)
    try check.blocks(channels, resolution: resolution)
    try discriminator?.check(file: file)
  }
}

extension StyleGAN2DiscriminatorConfiguration {
  /// Throws for sizes that no network has.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("D c_dim", classes, 0...1_000_000)
    try check("D img_channels", imageChannels, 1...65_536)
    try check.blocks(channels, resolution: resolution)
    try check("mbstd_group_size", minibatchGroup ?? 1, 1...1_000_000)
    try check("mbstd_num_channels", minibatchFeatures, 0...channels[0])
    if minibatchFeatures > 0 {
      // Every feature is averaged over as many channels.
      try check("channels left over by mbstd_num_channels", channels[0] % minibatchFeatures, 0...0)
    }
    try check("cmap_dim", labelFeatures, (classes > 0 ? 1 : 0)...65_536)
    // One logit a class needs no embedding.
    let embeds = classes > 0 && hasOutputPerClass != true
    try check("D embed_features", labelEmbedFeatures, (embeds ? 1 : 0)...65_536)
    try check("D num_layers", mappingLayers, 0...64)
    try check("D layer_features", mappingLayerFeatures, (mappingLayers > 1 ? 1 : 0)...65_536)
  }
}
