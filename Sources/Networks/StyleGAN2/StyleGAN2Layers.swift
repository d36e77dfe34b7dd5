import Tensors

/// A styled convolution: affine → modulated 3×3 convolution → noise, bias, activation, clamp.
struct StyleGAN2Convolution: Sendable {
  let name: String
  let row: Int
  let affine: FullyConnected
  private let weight: ConvolutionWeight
  private let up: ResampleFilter?
  let noise: Tensor?
  private let noiseStrength: Tensor
  private let epilogue: Epilogue
  private let resolution: Int

  /// Reads the layer `name`, whose output has `resolution` pixels a side.
  init(
    _ reader: inout ParameterReader, name: String, row: Int, inputs: Int, outputs: Int,
    resolution: Int, isUp: Bool, configuration: StyleGAN2Configuration, gain: Float
  ) throws {
    self.name = name
    self.row = row
    self.resolution = resolution
    let prefix = "synthesis.\(name)"
    affine = try FullyConnected(
      &reader, "\(prefix).affine", inputs: configuration.wDim, outputs: inputs)
    weight = ConvolutionWeight(
      try reader.take("\(prefix).weight", [outputs, inputs, 3, 3]), transposed: isUp)
    up = isUp ? try reader.takeFilter("\(prefix).resample_filter") : nil
    noise =
      configuration.usesNoise
      ? try reader.take("\(prefix).noise_const", [resolution, resolution]) : nil
    noiseStrength =
      configuration.usesNoise
      ? try reader.take("\(prefix).noise_strength", []) : Tensor(0)
    let activation = try reader.activation(configuration.activation)
    epilogue = Epilogue(
      bias: try reader.take("\(prefix).bias", [outputs]), activation: activation,
      gain: activation.defaultGain * gain, clamp: configuration.convClamp.map { $0 * gain })
  }

  /// Whether it doubles the resolution.
  var isUp: Bool { up != nil }

  /// Whether its low-pass filter, if it has one, is one of those that the fast kernels apply.
  var hasSeparableFilter: Bool { up?.isSeparable ?? true }

  /// `[N, I, H, W]` and styles `[N, I]` → `[N, O, resolution, resolution]`.
  func callAsFunction(_ x: Tensor, styles: Tensor, noise supply: inout NoiseSupply) -> Tensor {
    var epilogue = epilogue
    if let noise {
      epilogue.noise = supply.next(
        stored: noise, samples: x.shape[0], height: resolution, width: resolution)
      epilogue.noiseStrength = supply.strength(row: row)
      if noiseStrength.isTracked {
        epilogue.noise = epilogue.noise.map { $0 * noiseStrength }
      } else {
        epilogue.noiseStrength *= noiseStrength.scalar
      }
    }
    return x.modulatedConvolution(weight, styles: styles, up: up, epilogue: epilogue)
  }
}

/// Features to colours: a 1×1 modulated convolution without demodulation.
struct StyleGAN2ToRGB: Sendable {
  let name: String
  let row: Int
  let affine: FullyConnected
  private let weight: ConvolutionWeight
  private let styleGain: Float
  private let epilogue: Epilogue

  /// Reads the layer `name`.
  init(
    _ reader: inout ParameterReader, name: String, row: Int, inputs: Int,
    configuration: StyleGAN2Configuration
  ) throws {
    self.name = name
    self.row = row
    let prefix = "synthesis.\(name)", colours = configuration.imageChannels
    affine = try FullyConnected(
      &reader, "\(prefix).affine", inputs: configuration.wDim, outputs: inputs)
    weight = ConvolutionWeight(try reader.take("\(prefix).weight", [colours, inputs, 1, 1]))
    styleGain = 1 / Float(inputs).squareRoot()
    epilogue = Epilogue(
      bias: try reader.take("\(prefix).bias", [colours]), clamp: configuration.convClamp)
  }

  /// The styles as the convolution takes them, 1/√in included: `[N, I]`.
  func styles(_ w: Tensor) -> Tensor { affine(w) * styleGain }

  /// `[N, I, H, W]` and styles `[N, I]` without the 1/√I → `[N, colours, H, W]`.
  func callAsFunction(_ x: Tensor, styles: Tensor) -> Tensor {
    x.modulatedConvolution(
      weight, styles: styles * styleGain, demodulate: false, epilogue: epilogue)
  }
}

extension ParameterReader {
  /// The low-pass filter `name`, any 1-D or 2-D shape.
  mutating func takeFilter(_ name: String) throws -> ResampleFilter {
    guard let taps = try takeAnyShape(name), taps.shape.rank == 1 || taps.shape.rank == 2,
      taps.count > 0
    else {
      _ = try take(name, [4, 4])
      return ResampleFilter([1, 3, 3, 1])
    }
    return ResampleFilter(taps: taps)
  }

  /// The activation called `name` in the file.
  func activation(_ name: String) throws -> Activation {
    guard let activation = Activation(rawValue: name) else {
      throw NetworkError.unsupportedOption(
        file: file, option: "activation", value: name,
        supported: Activation.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return activation
  }
}
