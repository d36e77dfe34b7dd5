/// The options of a pix2pixHD network (Wang et al., arXiv 1711.11585).
struct Pix2PixHDConfiguration: Codable, Hashable, Sendable {
  /// `label_nc`: the number of classes; 0 for an RGB picture in their place.
  var classes: Int
  /// Not `no_instance`: whether the borders of instances are an input.
  var usesInstances: Bool
  /// `feat_num` where features are an input (`instance_feat` or `label_feat`), else 0.
  var features: Int
  /// `label_feat`: whether features belong to labels instead of instances.
  var featuresFollowLabels: Bool
  /// `output_nc`.
  var imageChannels: Int
  /// `ngf`: the channels after the first convolution of the finest part.
  var filters: Int
  /// `n_downsample_global`.
  var downsamplings: Int
  /// `n_blocks_global`.
  var blocks: Int
  /// `n_local_enhancers`; 0 for the global generator alone.
  var enhancers: Int
  /// `n_blocks_local`.
  var localBlocks: Int
  /// `norm`: instance, or batch with the statistics of the batch at hand.
  var norm: PlaneNorm.Kind
  /// The encoder, if there is one.
  var encoder: Encoder?
  /// The discriminator, if there is one.
  var discriminator: Discriminator?

  /// The options of an encoder.
  struct Encoder: Codable, Hashable, Sendable {
    /// `nef`.
    var filters: Int
    /// `n_downsample_E`.
    var downsamplings: Int
    /// `feat_num`.
    var features: Int
    /// The channels of the photographs.
    var imageChannels: Int
  }

  /// The options of a discriminator.
  struct Discriminator: Codable, Hashable, Sendable {
    /// The channels of semantics and picture together.
    var inputs: Int
    /// `ndf`.
    var filters: Int
    /// `n_layers_D`.
    var layers: Int
    /// `num_D`.
    var scales: Int
    /// Whether layers are stored one by one, so that they serve feature matching
    /// (`getIntermFeat`, that is not `no_ganFeat_loss`).
    var storesLayers: Bool
    /// `no_lsgan`: whether it ends in a sigmoid.
    var hasSigmoid: Bool
  }

  /// The channels of maps and features together.
  var inputs: Int { (classes == 0 ? 3 : classes) + (usesInstances ? 1 : 0) + features }

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("label_nc", classes, 0...65_536)
    try check("feat_num", features, 0...65_536)
    try check("output_nc", imageChannels, 1...65_536)
    try check("ngf", filters, 1...16_384)
    try check("n_downsample_global", downsamplings, 0...12)
    try check("n_blocks_global", blocks, 0...256)
    try check("n_local_enhancers", enhancers, 0...8)
    try check("n_blocks_local", localBlocks, 0...256)
    // The widest layer, so that no product overflows and no absurd layer is asked for.
    try check("ngf doubled at every level", filters << (downsamplings + enhancers), 1...262_144)
    if let encoder {
      try check("nef", encoder.filters, 1...16_384)
      try check("n_downsample_E", encoder.downsamplings, 0...12)
      try check("E feat_num", encoder.features, 1...65_536)
      try check("E input_nc", encoder.imageChannels, 1...65_536)
    }
    if let discriminator {
      try check("D input_nc", discriminator.inputs, 1...131_072)
      try check("ndf", discriminator.filters, 1...16_384)
      try check("n_layers_D", discriminator.layers, 1...16)
      try check("num_D", discriminator.scales, 1...16)
    }
  }
}

extension Pix2PixHDConfiguration {
  /// What the generator takes and gives.
  var size: SceneSize {
    SceneSize(
      classes: classes, hasUnknownClass: false, usesInstances: usesInstances, features: features,
      featuresFollowLabels: featuresFollowLabels, codeWidth: 0,
      multiple: 1 << (downsamplings + enhancers), fixedSize: nil, imageChannels: imageChannels)
  }
}
