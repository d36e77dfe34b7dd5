import Foundation

extension Pix2PixHDFamily {
  /// A network that is not trained yet, as `weights_init` of the official code begins: weights of
  /// deviation 0.02. Options that are not named have their official defaults; `D` True adds a
  /// discriminator.
  public static func random(_ options: SceneOptions, seed: UInt32) throws -> CanonicalNetwork {
    let file = "the options"
    func integer(_ option: String, _ standard: Int) throws -> Int {
      try options.integer(option, file: file) ?? standard
    }
    func flag(_ option: String, _ standard: Bool) throws -> Bool {
      try options.flag(option, file: file) ?? standard
    }
    let isLocal = options["netG"] == "local"
    guard isLocal || ["global", nil].contains(options["netG"]) else {
      throw NetworkError.unsupportedOption(
        file: file, option: "netG", value: options["netG"] ?? "", supported: "global or local")
    }
    guard let norm = PlaneNorm.Kind(rawValue: options["norm"] ?? "instance"), norm != .none else {
      throw NetworkError.unsupportedOption(
        file: file, option: "norm", value: options["norm"] ?? "", supported: "instance or batch")
    }
    let followsLabels = try flag("label_feat", false)
    let isFeatured = try followsLabels || flag("instance_feat", true)
    let features = try isFeatured ? integer("feat_num", 3) : 0
    let channels = try integer("output_nc", 3)
    var configuration = Pix2PixHDConfiguration(
      classes: try integer("label_nc", 35), usesInstances: try !flag("no_instance", false),
      features: features, featuresFollowLabels: followsLabels, imageChannels: channels,
      filters: try integer("ngf", isLocal ? 32 : 64),
      downsamplings: try integer("n_downsample_global", 4),
      blocks: try integer("n_blocks_global", 9),
      enhancers: isLocal ? try integer("n_local_enhancers", 1) : 0,
      localBlocks: isLocal ? try integer("n_blocks_local", 3) : 0, norm: norm)
    if isFeatured {
      configuration.encoder = Pix2PixHDConfiguration.Encoder(
        filters: try integer("nef", 16), downsamplings: try integer("n_downsample_E", 4),
        features: features, imageChannels: channels)
    }
    if try flag("D", false) {
      configuration.discriminator = Pix2PixHDConfiguration.Discriminator(
        inputs: configuration.inputs - features + channels, filters: try integer("ndf", 64),
        layers: try integer("n_layers_D", 3), scales: try integer("num_D", 2),
        storesLayers: try !flag("no_ganFeat_loss", false),
        hasSigmoid: try flag("no_lsgan", false))
    }
    try configuration.check(file: file)
    return try CanonicalNetwork.drawn(self, configuration, seed: seed, hasZeroBiases: false) { _ in
      0.02
    }
  }
}
