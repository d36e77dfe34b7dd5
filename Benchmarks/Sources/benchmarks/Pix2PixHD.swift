import Tensors

/// The global generator of pix2pixHD (Wang et al., arXiv 1711.11585), from the operations that the
/// networks use: what its layers cost, without labels and files around them.
struct Pix2PixHD {
  private let first: Layer, last: Layer
  private let down: [Layer], blocks: [(Layer, Layer)], up: [Layer]

  private struct Layer {
    let weight: ConvolutionWeight
    let bias: Tensor

    init(_ weights: Weights, _ name: String, transposed: Bool = false) throws {
      let stored = try weights.tensor("\(name).weight")
      // torch keeps transposed kernels as [inputs, outputs, 3, 3].
      weight = ConvolutionWeight(
        transposed ? stored.permuted([1, 0, 2, 3]) : stored, transposed: transposed)
      bias = try weights.tensor("\(name).bias")
    }
  }

  /// Reads weights under official names: 4 down-samplings and 9 blocks.
  init(_ weights: Weights) throws {
    first = try Layer(weights, "model.1")
    down = try (0..<4).map { try Layer(weights, "model.\(4 + 3 * $0)") }
    blocks = try (0..<9).map {
      let name = "model.\(16 + $0).conv_block"
      return (try Layer(weights, "\(name).1"), try Layer(weights, "\(name).5"))
    }
    up = try (0..<4).map { try Layer(weights, "model.\(25 + 3 * $0)", transposed: true) }
    last = try Layer(weights, "model.38")
  }

  /// `[N, I, H, W]` → `[N, 3, H, W]`; calls `observe` after every layer.
  func callAsFunction(_ x: Tensor, observe: (String) -> Void = { _ in }) -> Tensor {
    func mirrored(_ x: Tensor, _ layer: Layer, _ activation: Activation = .linear) -> Tensor {
      x.reflectedConvolution(
        layer.weight, epilogue: Epilogue(bias: layer.bias, activation: activation))
    }
    var x = mirrored(x, first)
    observe("first 7×7")
    x = x.instanceNormalized(activation: .relu)
    observe("norms")
    for layer in down {
      x = x.convolution(
        layer.weight, stride: 2, padding: 1, epilogue: Epilogue(bias: layer.bias))
      observe("down")
      x = x.instanceNormalized(activation: .relu)
      observe("norms")
    }
    for (one, two) in blocks {
      var y = mirrored(x, one)
      observe("blocks")
      y = y.instanceNormalized(activation: .relu)
      observe("norms")
      y = mirrored(y, two)
      observe("blocks")
      x.add(y.instanceNormalized())
      observe("norms")
    }
    for layer in up {
      x = x.transposedConvolution(
        layer.weight, stride: 2, padding: 1, outputPadding: 1, epilogue: Epilogue(bias: layer.bias))
      observe("up")
      x = x.instanceNormalized(activation: .relu)
      observe("norms")
    }
    x = mirrored(x, last, .tanh)
    observe("last 7×7")
    return x
  }
}
