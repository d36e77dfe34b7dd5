import Tensors

/// A styled layer: (3×3 convolution, blurred if it doubles the resolution) → noise, bias, lrelu →
/// instance norm → style. The first layer of a network works on the constant.
struct StyleGAN1Layer: Sendable {
  /// What a layer does before its noise.
  enum Kind: Hashable, Sendable {
    /// Nothing: it styles the constant.
    case input
    /// A convolution.
    case convolution
    /// An up-convolution and a blur.
    case up(isFused: Bool)
  }

  let name: String
  let row: Int
  let resolution: Int
  let inputs: Int
  let outputs: Int
  let affine: EqualizedDense
  let noise: Tensor?
  private let kind: Kind
  private let convolution: EqualizedConvolution?
  private let noiseStrength: Tensor
  private let bias: Tensor

  /// Reads the layer `name`, whose output has `resolution` pixels a side.
  init(
    _ reader: inout ParameterReader, name: String, kind: Kind, row: Int, inputs: Int, outputs: Int,
    resolution: Int, configuration: StyleGAN1Configuration
  ) throws {
    self.name = name
    self.kind = kind
    self.row = row
    self.resolution = resolution
    self.inputs = inputs
    self.outputs = outputs
    let prefix = "synthesis.\(name)"
    let form: EqualizedConvolution.Form? =
      switch kind {
      case .input: nil
      case .convolution: .plain
      case .up(let isFused): .up(isFused: isFused)
      }
    convolution = try form.map {
      try EqualizedConvolution(
        &reader, prefix, inputs: inputs, outputs: outputs, form: $0, activation: .linear,
        hasBias: false)
    }
    bias = try reader.take("\(prefix).bias", [outputs])
    noise =
      configuration.usesNoise
      ? try reader.take("\(prefix).noise_const", [resolution, resolution]) : nil
    noiseStrength =
      configuration.usesNoise
      ? try reader.take("\(prefix).noise_strength", [outputs]) : Tensor(zeros: [outputs])
    affine = try EqualizedDense(
      &reader, "\(prefix).affine", inputs: configuration.wDim, outputs: 2 * outputs, gain: 1,
      activation: .linear)
  }

  /// `[N, I, H, W]` and styles `[N, 2·O]` → `[N, O, resolution, resolution]`.
  func callAsFunction(_ x: Tensor, style: Tensor, noise supply: inout NoiseSupply) -> Tensor {
    var x = convolution?(x) ?? x
    if case .up = kind { x = x.blurred121() }
    var epilogue = Epilogue(bias: bias, activation: .lrelu, gain: 1)
    if let noise {
      epilogue.noise = supply.next(
        stored: noise, samples: x.shape[0], height: resolution, width: resolution)
      epilogue.noiseStrength = supply.strength(row: row)
    }
    return x.biasAct(epilogue, noiseStrengths: noiseStrength)
      .instanceNormalized(style: style)
  }
}
