import Tensors

/// A fully connected layer of ProGAN and StyleGAN1, whose √2 lies in the weights.
///
/// y = act(x·Wᵀ·gain·m/√in + m·b), m the learning rate multiplier and lrelu without a gain of its
/// own (Karras et al., arXiv 1710.10196, section 4.1). ``FullyConnected`` is that of StyleGAN2.
struct EqualizedDense: Sendable {
  /// The gain before lrelu that keeps the variance.
  static let defaultGain = Float(2).squareRoot()

  let weight: Tensor
  private let weightGain: Float
  private let epilogue: Epilogue

  /// A layer from `name.weight` `[out, in]` and `name.bias` `[out]`.
  init(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int,
    gain: Float = defaultGain, activation: Activation = .lrelu, multiplier: Float = 1,
    hasBias: Bool = true
  ) throws {
    weight = try reader.take("\(name).weight", [outputs, inputs])
    weightGain = gain * multiplier / Float(inputs).squareRoot()
    let bias = hasBias ? try reader.take("\(name).bias", [outputs]) * multiplier : nil
    epilogue = Epilogue(bias: bias, activation: activation, gain: 1)
  }

  /// `[N, in]` → `[N, out]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    x.linear(weight, weightGain: weightGain, epilogue: epilogue)
  }
}
