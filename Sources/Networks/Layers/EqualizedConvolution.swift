import Tensors

/// A convolution of ProGAN and StyleGAN1, whose √2 lies in the weights, perhaps with a change of
/// resolution in the same operation.
///
/// y = act(w·gain/√(in·k²) ∗ x + b), lrelu without a gain of its own (Karras et al.,
/// arXiv 1710.10196, section 4.1).
struct EqualizedConvolution: Sendable {
  /// What happens to the resolution.
  enum Form: Hashable, Sendable {
    /// It stays.
    case plain
    /// It doubles by nearest neighbours. The official code has two forms of it, and the same
    /// weights give the one or the other with their kernels flipped.
    case up(isFused: Bool)
    /// It halves by averaging 2×2 pixels, before bias and activation.
    case down
  }

  private let weight: ConvolutionWeight
  private let form: Form
  private let padding: Int
  private let epilogue: Epilogue

  /// A layer from `name.weight` `[out, in, k, k]` and `name.bias` `[out]`.
  init(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int, kernel: Int = 3,
    form: Form = .plain, gain: Float = EqualizedDense.defaultGain,
    activation: Activation = .lrelu, hasBias: Bool = true
  ) throws {
    let scaled =
      try reader.take("\(name).weight", [outputs, inputs, kernel, kernel])
      * (gain / Float(inputs * kernel * kernel).squareRoot())
    switch form {
    case .plain: weight = ConvolutionWeight(scaled)
    case .up(isFused: true): weight = ConvolutionWeight(scaled, transposed: true)
    case .up(isFused: false):
      weight = ConvolutionWeight(scaled.flippedKernels(), transposed: true)
    case .down: weight = ConvolutionWeight(scaled.averagingKernels())
    }
    self.form = form
    padding = kernel / 2
    epilogue = Epilogue(
      bias: hasBias ? try reader.take("\(name).bias", [outputs]) : nil, activation: activation,
      gain: 1)
  }

  /// `[N, in, H, W]` → `[N, out, H′, W′]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch form {
    case .plain: x.convolution(weight, padding: padding, epilogue: epilogue)
    case .up: x.nearestUpConvolution(weight, epilogue: epilogue)
    case .down: x.convolution(weight, stride: 2, padding: padding, epilogue: epilogue)
    }
  }
}
