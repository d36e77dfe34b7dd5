/// The options of the discriminator of ProGAN or StyleGAN1.
struct ProgressiveDiscriminatorConfiguration: Codable, Hashable, Sendable {
  /// What the outputs are.
  enum Output: String, Codable, Sendable {
    /// One logit.
    case logit
    /// A logit for each class; the label chooses (StyleGAN1).
    case logitByClass
    /// One logit, then the scores of an auxiliary classifier (ProGAN).
    case logitAndClasses
  }

  var resolution: Int
  var imageChannels: Int
  /// Channels of the blocks' inputs, from the 4×4 end up.
  var channels: [Int]
  /// The width of the fully connected layer.
  var features: Int
  var classes: Int
  var output: Output
  /// Whether every block but the last has a fromRGB layer of its own, for growing.
  var isGrowing: Bool
  /// Whether [1, 2, 1] filters features before they are halved (StyleGAN1).
  var isBlurred: Bool
  /// Whether 2×2 pixels are averaged after the activation (ProGAN, unfused) rather than before.
  var averagesLast: Bool
  /// The group of the minibatch deviation.
  var minibatchGroup: Int
  /// The channels that the minibatch deviation appends; 0 for none.
  var minibatchFeatures: Int

  /// The number of outputs.
  var outputs: Int {
    switch output {
    case .logit: 1
    case .logitByClass: classes
    case .logitAndClasses: 1 + classes
    }
  }

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check.blocks(channels, resolution: resolution)
    try check("D num_channels", imageChannels, 1...65_536)
    try check("D features", features, 1...65_536)
    try check("D label_size", classes, (output == .logit ? 0 : 1)...1_000_000)
    try check("mbstd_group_size", minibatchGroup, 1...1_000_000)
    try check("mbstd_num_features", minibatchFeatures, 0...channels[0])
    if minibatchFeatures > 0 {
      // Every feature is averaged over as many channels.
      try check("channels left over by mbstd_num_features", channels[0] % minibatchFeatures, 0...0)
    }
  }
}
