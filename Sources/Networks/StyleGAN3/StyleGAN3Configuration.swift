import Foundation
import Tensors

/// The options of a StyleGAN3 network (Karras et al., arXiv 2106.12423), T and R alike: which of
/// the two it is shows in its kernels and filters.
struct StyleGAN3Configuration: NetworkConfiguration, Hashable {
  var zDim: Int
  var classes: Int
  var wDim: Int
  var mappingLayers: Int
  /// The width of the label embedding.
  var embedFeatures: Int
  /// The width of the mapping's hidden layers.
  var layerFeatures: Int
  var mappingActivation: String = Activation.lrelu.rawValue
  var mappingMultiplier: Float = 0.01
  var resolution: Int
  var imageChannels: Int
  /// Output channels of all layers, the last of which makes the colours.
  var channels: [Int]
  /// The side of the kernels, but for the 1×1 of the last layer.
  var kernel: Int = 3
  /// Layers at the end that are critically sampled (`num_critical`).
  var criticalLayers: Int = 2
  /// Pixels around the picture that the layers compute beyond it (`margin_size`).
  var margin: Int = 10
  /// The cutoff frequency of the first layer (`first_cutoff`), in cycles a picture.
  var firstCutoff: Double = 2
  /// The stopband of the first layer (`first_stopband`).
  var firstStopband: Double = pow(2, 2.1)
  /// The stopband of the last layer as a multiple of its cutoff (`last_stopband_rel`).
  var lastStopbandFactor: Double = pow(2, 0.3)
  /// Taps of a filter for every step of its factor (`filter_size`).
  var filterSize: Int = 6
  /// How much the nonlinearity is oversampled (`lrelu_upsampling`).
  var oversampling: Int = 2
  var convClamp: Float? = 256
  var outputScale: Float = 0.25
  var discriminator: StyleGAN2DiscriminatorConfiguration?

  /// `num_ws`: a row for the input and one for every layer.
  var rows: Int { channels.count + 1 }

  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("z_dim", zDim, (classes > 0 ? 0 : 1)...65_536)
    try check("c_dim", classes, 0...1_000_000)
    try check("w_dim", wDim, 1...65_536)
    try check("num_layers of the mapping", mappingLayers, 0...64)
    try check("embed_features", embedFeatures, (classes > 0 ? 1 : 0)...65_536)
    try check("layer_features", layerFeatures, (mappingLayers > 1 ? 1 : 0)...65_536)
    try check("img_channels", imageChannels, 1...65_536)
    try check("num_layers", channels.count, 2...256)
    for value in channels { try check("the channels of a layer", value, 1...65_536) }
    guard StyleGAN3Geometry(self) != nil else {
      throw .unsupportedOption(
        file: file, option: "num_critical, margin_size and cutoffs",
        value: "\(criticalLayers), \(margin) …", supported: "values that make sampling rates")
    }
    try discriminator?.check(file: file)
  }
}

/// The sampling rates and sizes of a StyleGAN3 network, by formula from its options.
struct StyleGAN3Geometry: Hashable, Sendable {
  /// One layer.
  struct Layer: Hashable, Sendable {
    let name: String
    let inputs: Int
    let outputs: Int
    let inputSize: Int
    let outputSize: Int
    let kernel: Int
    let up: Int
    let down: Int
    /// Taps of the filters; 1 for no filter.
    let upTaps: Int
    let downTaps: Int
    /// Padding of the upsampled picture before and after.
    let padding: [Int]
    let isToRGB: Bool
  }

  /// The sampling rate of the input, in samples a picture.
  let inputRate: Double
  /// The highest frequency of the input.
  let bandwidth: Double
  /// The side of the input.
  let inputSize: Int
  let layers: [Layer]

  /// The geometry of a network; `nil` for options that make none.
  init?(_ options: StyleGAN3Configuration) {
    let last = options.channels.count - 1, resolution = options.resolution
    guard last > options.criticalLayers, options.criticalLayers >= 0,
      (4...1 << 16).contains(resolution), (0...1024).contains(options.margin),
      (1...64).contains(options.filterSize), (1...64).contains(options.oversampling),
      (1...15).contains(options.kernel), options.firstCutoff > 0, options.firstStopband > 0,
      options.lastStopbandFactor > 0, options.channels.allSatisfy({ $0 > 0 })
    else { return nil }
    let lastCutoff = Double(resolution) / 2
    let lastStopband = lastCutoff * options.lastStopbandFactor
    var rates: [Int] = [], sizes: [Int] = []
    for index in 0...last {
      let exponent = min(Double(index) / Double(last - options.criticalLayers), 1)
      let stopband = options.firstStopband * pow(lastStopband / options.firstStopband, exponent)
      let rate: Double = exp2(ceil(log2(min(stopband * 2, Double(resolution)))))
      guard rate >= 1, rate <= 1_048_576 else { return nil }
      rates.append(Int(rate))
      sizes.append(index >= last - 1 ? resolution : Int(rate) + 2 * options.margin)
    }
    inputRate = Double(rates[0])
    bandwidth = options.firstCutoff
    inputSize = sizes[0]
    var layers: [Layer] = []
    for index in 0...last {
      let before = max(index - 1, 0), isToRGB = index == last
      let kernel = isToRGB ? 1 : options.kernel
      let rate = max(rates[before], rates[index]) * (isToRGB ? 1 : options.oversampling)
      let up = rate / rates[before], down = rate / rates[index]
      let upTaps = up > 1 && !isToRGB ? options.filterSize * up : 1
      let downTaps = down > 1 && !isToRGB ? options.filterSize * down : 1
      let upsampled = (sizes[before] + kernel - 1) * up
      let needed = (sizes[index] - 1) * down + 1
      let total = needed - upsampled + upTaps + downTaps - 2
      let first = (total + up) >> 1
      layers.append(
        Layer(
          name: "L\(index)_\(sizes[index])_\(options.channels[index])",
          inputs: options.channels[before], outputs: options.channels[index],
          inputSize: sizes[before], outputSize: sizes[index], kernel: kernel, up: up, down: down,
          upTaps: upTaps, downTaps: downTaps, padding: [first, total - first], isToRGB: isToRGB))
    }
    self.layers = layers
  }
}
