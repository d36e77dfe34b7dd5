import Tensors

/// A fully connected layer with an equalised learning rate.
///
/// y = act(x·Wᵀ·m/√in + m·b), m the learning rate multiplier (Karras et al., arXiv 1710.10196,
/// section 4.1). Stored weights have unit variance divided by m.
struct FullyConnected: Sendable {
  let weight: Tensor
  private let bias: Tensor?
  private let weightGain: Float
  private let activation: Activation

  /// A layer from `name.weight` `[out, in]` and `name.bias` `[out]`.
  init(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int,
    activation: Activation = .linear, multiplier: Float = 1, hasBias: Bool = true
  ) throws {
    weight = try reader.take("\(name).weight", [outputs, inputs])
    bias = hasBias ? try reader.take("\(name).bias", [outputs]) * multiplier : nil
    weightGain = multiplier / Float(inputs).squareRoot()
    self.activation = activation
  }

  /// `[N, in]` → `[N, out]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    x.linear(
      weight, weightGain: weightGain, epilogue: Epilogue(bias: bias, activation: activation))
  }
}
