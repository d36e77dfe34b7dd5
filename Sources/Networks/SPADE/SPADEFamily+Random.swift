import Foundation
import Tensors

extension SPADEFamily {
  /// A network that is not trained yet, as `init_weights` of the official code begins: Xavier's
  /// deviation times 0.02 and no biases. Options that are not named have their official defaults;
  /// `D` True adds a discriminator, `use_vae` True an encoder.
  public static func random(_ options: SceneOptions, seed: UInt32) throws -> CanonicalNetwork {
    let file = "the options"
    func integer(_ option: String, _ standard: Int) throws -> Int {
      try options.integer(option, file: file) ?? standard
    }
    func flag(_ option: String, _ standard: Bool) throws -> Bool {
      try options.flag(option, file: file) ?? standard
    }
    let depth = options["num_upsampling_layers"] ?? "normal"
    guard let depth = SPADEConfiguration.Depth(rawValue: depth) else {
      throw NetworkError.unsupportedOption(
        file: file, option: "num_upsampling_layers", value: depth,
        supported: "normal, more or most")
    }
    let style = options["norm_G"] ?? "spectralspadesyncbatch3x3"
    let (isSpectral, norm, kernel) = try words(of: style, file: file)
    let isCoded = try flag("use_vae", false)
    var configuration = SPADEConfiguration(
      classes: try integer("label_nc", 182),
      hasUnknownClass: try flag("contain_dontcare_label", true),
      usesInstances: try !flag("no_instance", false), filters: try integer("ngf", 64),
      depth: depth, cropSize: try integer("crop_size", 256),
      aspectRatio: try options.number("aspect_ratio", file: file) ?? 1, norm: norm, kernel: kernel,
      codeWidth: isCoded ? try integer("z_dim", 256) : 0, hidden: try integer("nhidden", 128),
      imageChannels: try integer("output_nc", 3))
    if isCoded {
      // The official encoder always gives 256 numbers, and leaves out a layer below a crop size of
      // 256 although it looks at 256×256 pictures: neither another z_dim nor smaller pictures work
      // with it. Here the code is as wide as the generator's, and all six layers are always there.
      configuration.encoder = SPADEConfiguration.Encoder(
        filters: configuration.filters, layers: 6, norm: .instance,
        codeWidth: configuration.codeWidth)
    }
    if try flag("D", false) {
      configuration.discriminator = SPADEConfiguration.Discriminator(
        inputs: configuration.semanticChannels + configuration.imageChannels,
        filters: try integer("ndf", 64), layers: try integer("n_layers_D", 4),
        scales: try integer("num_D", 2), norm: .instance)
    }
    try configuration.check(file: file)
    return try CanonicalNetwork.drawn(
      self, configuration, seed: seed, hasZeroBiases: true,
      isSpectral: { name in
        // The encoder's and the discriminator's layers with a norm, and the residual blocks'.
        if name.hasPrefix("encoder.layer") { return true }
        if name.hasPrefix("discriminator.") { return name.hasSuffix(".0.0") }
        return isSpectral && name.contains(".conv_")
      },
      deviation: { shape in
        let taps = shape.rank == 4 ? shape[2] * shape[3] : 1
        return 0.02 * (2 / Double((shape[0] + shape[1]) * taps)).squareRoot()
      })
  }

  /// The words of `norm_G`, such as `spectralspadesyncbatch3x3`.
  private static func words(
    of name: String, file: String
  ) throws -> (isSpectral: Bool, norm: PlaneNorm.Kind, kernel: Int) {
    func refusal() -> NetworkError {
      .unsupportedOption(
        file: file, option: "norm_G", value: name,
        supported: "spade or spectralspade, then syncbatch, batch or instance, then 3x3")
    }
    let isSpectral = name.hasPrefix("spectral")
    var rest = isSpectral ? name.dropFirst("spectral".count) : Substring(name)
    guard rest.hasPrefix("spade") else { throw refusal() }
    rest = rest.dropFirst("spade".count)
    for (word, norm) in [
      ("syncbatch", PlaneNorm.Kind.batch), ("batch", .batch), ("instance", .instance),
    ]
    where rest.hasPrefix(word) {
      let sides = rest.dropFirst(word.count).split(separator: "x")
      guard sides.count == 2, sides[0] == sides[1], let kernel = Int(sides[0]), kernel % 2 == 1
      else { throw refusal() }
      return (isSpectral, norm, kernel)
    }
    throw refusal()
  }
}
