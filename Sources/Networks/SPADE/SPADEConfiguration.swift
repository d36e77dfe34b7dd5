import Foundation

/// The options of a SPADE network (Park et al., arXiv 1903.07291).
struct SPADEConfiguration: Codable, Hashable, Sendable {
  /// `num_upsampling_layers`.
  enum Depth: String, Codable, Sendable, CaseIterable {
    case normal, more, most

    /// How often the size doubles.
    var doublings: Int {
      switch self {
      case .normal: 5
      case .more: 6
      case .most: 7
      }
    }
  }

  /// `label_nc`.
  var classes: Int
  /// `contain_dontcare_label`: whether 255 is a class of its own.
  var hasUnknownClass: Bool
  /// Not `no_instance`.
  var usesInstances: Bool
  /// `ngf`.
  var filters: Int
  /// `num_upsampling_layers`.
  var depth: Depth
  /// `crop_size`: the width of the pictures.
  var cropSize: Int
  /// `aspect_ratio`: width by height.
  var aspectRatio: Double
  /// The parameter-free norm inside SPADE: `instance`, or `batch` (also `syncbatch`).
  var norm: PlaneNorm.Kind
  /// The side of the kernels inside SPADE.
  var kernel: Int
  /// `z_dim` where a code is the input (`use_vae`), else 0.
  var codeWidth: Int
  /// The width of the layer that every SPADE shares between γ and β.
  var hidden: Int
  /// `output_nc`.
  var imageChannels: Int
  /// The encoder, if there is one.
  var encoder: Encoder?
  /// The discriminator, if there is one.
  var discriminator: Discriminator?

  /// The options of an encoder.
  struct Encoder: Codable, Hashable, Sendable {
    /// `ngf` of the encoder's own.
    var filters: Int
    /// The number of strided convolutions: 6 (5 below a crop size of 256).
    var layers: Int
    /// The norm of its layers (`norm_E`).
    var norm: PlaneNorm.Kind
    /// The width of its code.
    var codeWidth: Int
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
    /// The norm of its layers (`norm_D`).
    var norm: PlaneNorm.Kind
  }

  /// `semantic_nc`.
  var semanticChannels: Int { classes + (hasUnknownClass ? 1 : 0) + (usesInstances ? 1 : 0) }

  /// The size that the generator begins at: width crop_size / 2ⁿ, height that by the aspect ratio,
  /// rounded to even on ties.
  var start: SceneSize.Extent {
    let width = cropSize >> depth.doublings
    let height = (Double(width) / aspectRatio).rounded(.toNearestOrEven)
    return SceneSize.Extent(height: Int(max(min(height, 65_536), 0)), width: width)
  }

  /// The size of the pictures.
  var extent: SceneSize.Extent {
    SceneSize.Extent(
      height: start.height << depth.doublings, width: start.width << depth.doublings)
  }

  /// What the generator takes and gives.
  var size: SceneSize {
    SceneSize(
      classes: classes, hasUnknownClass: hasUnknownClass, usesInstances: usesInstances,
      features: 0, featuresFollowLabels: false, codeWidth: codeWidth, multiple: 1,
      fixedSize: extent, imageChannels: imageChannels)
  }

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("label_nc", classes, 1...65_536)
    try check("ngf", filters, 1...4096)
    try check("ngf divided by 2 for 'most'", filters % (depth == .most ? 2 : 1), 0...0)
    try check("crop_size", cropSize, 1...16_384)
    guard aspectRatio.isFinite, aspectRatio >= 0.01, aspectRatio <= 100 else {
      throw .unsupportedOption(
        file: file, option: "aspect_ratio", value: "\(aspectRatio)", supported: "0.01 to 100")
    }
    try check("crop_size / 2^levels", start.width, 1...512)
    try check("crop_size / 2^levels / aspect_ratio", start.height, 1...512)
    try check("the kernel of SPADE", kernel, 1...31)
    try check("the kernel of SPADE, even", kernel % 2, 1...1)
    try check("z_dim", codeWidth, 0...65_536)
    try check("the hidden channels of SPADE", hidden, 1...8192)
    try check("output_nc", imageChannels, 1...65_536)
    if let encoder {
      try check("E ngf", encoder.filters, 1...4096)
      try check("E layers", encoder.layers, 5...6)
      try check("E z_dim", encoder.codeWidth, 1...65_536)
    }
    if let discriminator {
      try check("D input_nc", discriminator.inputs, 1...131_072)
      try check("ndf", discriminator.filters, 1...4096)
      try check("n_layers_D", discriminator.layers, 1...16)
      try check("num_D", discriminator.scales, 1...16)
    }
  }
}
