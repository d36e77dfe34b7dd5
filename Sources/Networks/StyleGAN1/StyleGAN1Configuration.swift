/// The options of a StyleGAN network of the first generation (Karras et al., arXiv 1812.04948).
struct StyleGAN1Configuration: NetworkConfiguration, Hashable {
  /// Which up-convolutions use the fused form, whose kernels are flipped.
  enum FusedScale: String, Codable, Sendable {
    /// All of them (`True`).
    case always
    /// None of them (`False`).
    case never
    /// Those with outputs of 128 pixels or more (`auto`).
    case auto
  }

  var zDim: Int
  var classes: Int
  var wDim: Int
  /// The outputs of the mapping's layers, the last of which is w.
  var mappingWidths: [Int]
  var mappingMultiplier: Float = 0.01
  /// Whether z and the label are normalised (`normalize_latents`); yes if `nil`.
  var normalizesLatents: Bool?
  var resolution: Int
  var imageChannels: Int
  /// Channels of the blocks from 4×4 up.
  var channels: [Int]
  var fusedScale: FusedScale = .auto
  /// Whether the file left ``fusedScale`` open, so that it is the default.
  var isFusedScaleAssumed: Bool?
  var usesNoise: Bool = true
  /// Whether every block has a toRGB layer, for growing (`structure` other than `fixed`).
  var isGrowing: Bool = true
  /// The truncation of the official scripts; none without a value.
  var truncationPsi: Float? = 0.7
  var truncationCutoff: Int? = 8
  var discriminator: ProgressiveDiscriminatorConfiguration?

  /// The rows of W+: two for every block.
  var rows: Int { 2 * channels.count }

  /// Whether the up-convolution to `resolution` is fused.
  func isFused(at resolution: Int) -> Bool {
    switch fusedScale {
    case .always: true
    case .never: false
    case .auto: resolution >= 128
    }
  }

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("latent_size", zDim, 1...65_536)
    try check("label_size", classes, 0...1_000_000)
    try check("dlatent_size", wDim, 1...65_536)
    try check("mapping_layers", mappingWidths.count, 1...64)
    for value in mappingWidths { try check("mapping_fmaps", value, 1...65_536) }
    try check("the width of w", mappingWidths[mappingWidths.count - 1], wDim...wDim)
    try check("num_channels", imageChannels, 1...65_536)
    try check.blocks(channels, resolution: resolution)
    try check("truncation_cutoff", truncationCutoff ?? 0, -1...1_000_000)
    try discriminator?.check(file: file)
  }
}
