import Tensors

/// The generator of SPADE (Park et al., arXiv 1903.07291) with five up-samplings and batch norm in
/// evaluation, from the operations that the networks use.
struct SPADE {
  private let weights: Weights
  private var layers: [String: ConvolutionWeight] = [:]
  private static let blocks = [
    "head_0", "G_middle_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3",
  ]

  /// Reads weights under official names, with spectral norms folded.
  init(_ weights: Weights) throws {
    self.weights = weights
    for name in weights.names where name.hasSuffix(".weight") {
      let tensor = try weights.tensor(name)
      if tensor.shape.rank == 4 {
        layers[String(name.dropLast(".weight".count))] = ConvolutionWeight(tensor)
      }
    }
  }

  private func convolution(
    _ x: Tensor, _ name: String, _ activation: Activation = .linear
  ) throws -> Tensor {
    guard let weight = layers[name] else { throw Weights.Missing(name: name) }
    let bias = weights.names.contains("\(name).bias") ? try weights.tensor("\(name).bias") : nil
    return x.convolution(
      weight, padding: weight.kernel.height / 2,
      epilogue: Epilogue(bias: bias, activation: activation, gain: 1))
  }

  private func norm(_ x: Tensor, _ labels: Tensor, _ name: String, slope: Float) throws -> Tensor {
    let plain = x.batchNormalized(
      mean: try weights.tensor("\(name).param_free_norm.running_mean"),
      variance: try weights.tensor("\(name).param_free_norm.running_var"))
    let shared = try convolution(labels, "\(name).mlp_shared.0", .relu)
    return plain.spatiallyModulated(
      gamma: try convolution(shared, "\(name).mlp_gamma"),
      beta: try convolution(shared, "\(name).mlp_beta"), slope: slope)
  }

  /// Labels `[N, I, H, W]` → `[N, 3, H, W]`.
  func callAsFunction(_ labels: Tensor) throws -> Tensor {
    let (height, width) = (labels.shape[2], labels.shape[3])
    var x = try convolution(
      labels.nearestResized(height: height / 32, width: width / 32), "fc")
    for (index, block) in Self.blocks.enumerated() {
      // Before every block but the first and the third.
      if index != 0 && index != 2 {
        x = x.nearestResized(height: 2 * x.shape[2], width: 2 * x.shape[3])
      }
      let small = labels.nearestResized(height: x.shape[2], width: x.shape[3])
      let shortcut =
        layers["\(block).conv_s"] == nil
        ? x : try convolution(norm(x, small, "\(block).norm_s", slope: 1), "\(block).conv_s")
      var y = try convolution(norm(x, small, "\(block).norm_0", slope: 0.2), "\(block).conv_0")
      y = try convolution(norm(y, small, "\(block).norm_1", slope: 0.2), "\(block).conv_1")
      x = shortcut + y
    }
    x = x.biasAct(Epilogue(activation: .lrelu, gain: 1))
    return try convolution(x, "conv_img", .tanh)
  }
}
