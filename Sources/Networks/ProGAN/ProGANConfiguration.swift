/// The options of a ProGAN network (Karras et al., arXiv 1710.10196).
struct ProGANConfiguration: NetworkConfiguration, Hashable {
  var zDim: Int
  var classes: Int
  var resolution: Int
  var imageChannels: Int
  /// Channels of the blocks from 4×4 up.
  var channels: [Int]
  /// Whether up-convolutions use the fused form, whose kernels are flipped.
  var isFused: Bool
  /// Whether z and the label are normalised (`normalize_latents`).
  var normalizesLatents: Bool = true
  /// The ε of the pixel norms of features (`pixelnorm_epsilon`).
  var epsilon: Float = 1e-8
  var discriminator: ProgressiveDiscriminatorConfiguration?

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("latent_size", zDim, 1...65_536)
    try check("label_size", classes, 0...65_536)
    try check("num_channels", imageChannels, 1...65_536)
    try check.blocks(channels, resolution: resolution)
    try discriminator?.check(file: file)
  }
}
