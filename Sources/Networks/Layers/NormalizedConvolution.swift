import Tensors

/// A convolution of a network from PyTorch with what may follow it: bias, norm, activation.
///
/// Weights that a file stores with spectral norm are divided by σ when they are loaded.
struct NormalizedConvolution: Sendable {
  /// Where the picture's borders come from.
  enum Border: Sendable {
    /// Zeros, this many.
    case zeros(Int)
    /// The picture mirrored, half a kernel.
    case mirrored
  }

  private let weight: ConvolutionWeight
  private let bias: Tensor?
  private let norm: PlaneNorm
  private let border: Border
  private let stride: Int
  private let activation: Activation
  private let alpha: Float
  private let isTransposed: Bool

  /// The convolution `name`, followed by the norm `normName`.
  ///
  /// - Parameters:
  ///   - hasBias: Whether it must have a bias; otherwise it has one if the file does.
  ///   - isTransposed: For the ×2 transposed convolution, 3×3, whose weights are `[in, out, 3, 3]`.
  init(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int, kernel: Int,
    border: Border, stride: Int = 1, hasBias: Bool = true, norm: PlaneNorm = .none,
    activation: Activation = .linear, alpha: Float = 0.2, isTransposed: Bool = false
  ) throws {
    let shape: Shape =
      isTransposed ? [inputs, outputs, kernel, kernel] : [outputs, inputs, kernel, kernel]
    let stored = try reader.takeWeight(name, shape)
    weight = ConvolutionWeight(
      isTransposed ? stored.permuted([1, 0, 2, 3]) : stored, transposed: isTransposed)
    bias =
      hasBias
      ? try reader.take("\(name).bias", [outputs])
      : try reader.takeIfPresent("\(name).bias", [outputs])
    self.norm = norm
    self.border = border
    self.stride = stride
    self.activation = activation
    self.alpha = alpha
    self.isTransposed = isTransposed
  }

  /// `[N, I, H, W]` → `[N, O, H′, W′]`, the norm with `statistics` where they are given.
  func callAsFunction(_ x: Tensor, statistics: NormStatistics? = nil) -> Tensor {
    let epilogue =
      norm.isNone
      ? Epilogue(bias: bias, activation: activation, alpha: alpha, gain: 1) : Epilogue(bias: bias)
    let y: Tensor
    if isTransposed {
      y = x.transposedConvolution(
        weight, stride: 2, padding: 1, outputPadding: 1, epilogue: epilogue)
    } else {
      switch border {
      case .zeros(let padding):
        y = x.convolution(weight, stride: stride, padding: padding, epilogue: epilogue)
      case .mirrored: y = x.reflectedConvolution(weight, epilogue: epilogue)
      }
    }
    return norm.isNone ? y : norm(y, activation: activation, alpha: alpha, statistics: statistics)
  }

  /// Its input and output channels.
  var channels: (inputs: Int, outputs: Int) { (weight.inputs, weight.outputs) }
}

extension ParameterReader {
  /// The weight of a layer of `shape` `[out, …]`, divided by its spectral norm where the file stores
  /// it so.
  ///
  /// Files from PyTorch before 1.0 have no right vector, but the divided weight itself.
  mutating func takeWeight(_ name: String, _ shape: Shape) throws -> Tensor {
    guard has("\(name).weight_orig") || isDrawnSpectral(name) else {
      return try take("\(name).weight", shape)
    }
    if !has("\(name).weight_v"), has("\(name).weight") {
      skip("\(name).weight_orig")
      skip("\(name).weight_u")
      return try take("\(name).weight", shape)
    }
    skip("\(name).weight")
    let weight = try take("\(name).weight_orig", shape)
    let u = try take("\(name).weight_u", [shape[0]])
    let v = try take("\(name).weight_v", [shape.count / max(shape[0], 1)])
    return SpectralNorm(weight: weight, u: u, v: v).folded
  }
}
