import Tensors

/// One layer of StyleGAN3: modulated convolution → bias → filtered nonlinearity.
struct StyleGAN3Layer: Sendable {
  let geometry: StyleGAN3Geometry.Layer
  /// The row of W+ that it reads.
  let row: Int
  let affine: FullyConnected
  private let weight: ConvolutionWeight
  private let bias: Tensor
  private let gain: Float
  private let activation: FilteredLeakyReLU

  var name: String { geometry.name }

  /// Reads the layer of this geometry.
  init(
    _ reader: inout ParameterReader, _ geometry: StyleGAN3Geometry.Layer, row: Int,
    _ configuration: StyleGAN3Configuration
  ) throws {
    self.geometry = geometry
    self.row = row
    let prefix = "synthesis.\(geometry.name)"
    let (inputs, outputs, kernel) = (geometry.inputs, geometry.outputs, geometry.kernel)
    affine = try FullyConnected(
      &reader, "\(prefix).affine", inputs: configuration.wDim, outputs: inputs)
    let stored = try reader.take("\(prefix).weight", [outputs, inputs, kernel, kernel])
    weight = ConvolutionWeight(geometry.isToRGB ? stored : stored.normalizedKernels())
    bias = try reader.take("\(prefix).bias", [outputs])
    let magnitude = try reader.takeIfPresent("\(prefix).magnitude_ema", [])?.scalar ?? 1
    gain = 1 / magnitude.squareRoot()
    activation = FilteredLeakyReLU(
      upFilter: try reader.takeFilter("\(prefix).up_filter", taps: geometry.upTaps),
      downFilter: try reader.takeFilter("\(prefix).down_filter", taps: geometry.downTaps),
      up: geometry.up, down: geometry.down,
      padding: (geometry.padding[0], geometry.padding[1]), slope: geometry.isToRGB ? 1 : 0.2,
      gain: geometry.isToRGB ? 1 : Float(2).squareRoot(), clamp: configuration.convClamp)
  }

  /// The factor on the styles of a toRGB layer, which is not demodulated: 1/√(inputs · k²).
  private var styleGain: Float {
    1 / Float(geometry.inputs * geometry.kernel * geometry.kernel).squareRoot()
  }

  /// The styles as the convolution takes them: `[N, I]`.
  func styles(_ w: Tensor) -> Tensor {
    geometry.isToRGB ? affine(w) * styleGain : affine(w)
  }

  /// `[N, I, H, W]` and styles `[N, I]`, the output of ``affine`` → `[N, O, H′, W′]`.
  func callAsFunction(_ x: Tensor, styles: Tensor) -> Tensor {
    // Styles are normalised for every sample by itself, so that a picture does not depend on what
    // else is in its batch; the official code takes the whole batch, which demodulation cancels.
    let scaled = geometry.isToRGB ? styles * styleGain : styles.normalizedSecondMoment(epsilon: 0)
    return x.fullModulatedConvolution(
      weight, styles: scaled, demodulate: !geometry.isToRGB, gain: gain, bias: bias
    ).filteredLeakyReLU(activation)
  }
}

extension Tensor {
  /// Weights `[O, I, k, k]` with a mean square of 1 for every output channel.
  fileprivate func normalizedKernels() -> Tensor {
    let outputs = shape[0]
    return reshaped([outputs, count / max(outputs, 1)]).normalizedSecondMoment(epsilon: 0)
      .reshaped(shape)
  }
}

extension ParameterReader {
  /// A filter of `taps` taps, separable or radial; none for one tap.
  fileprivate mutating func takeFilter(_ name: String, taps: Int) throws -> ResampleFilter? {
    guard taps > 1 else { return nil }
    guard let stored = try takeAnyShape(name), [[taps], [taps, taps]].contains(stored.shape) else {
      _ = try take(name, [taps])
      return nil
    }
    return ResampleFilter(taps: stored)
  }
}
