import Tensors

/// SPADE's encoder (Park et al., arXiv 1903.07291, appendix A): a photograph, brought to 256×256, to
/// a normal distribution of codes.
struct SPADEEncoder: SceneEncoder {
  /// The side at which photographs are looked at.
  static let side = 256

  private let layers: [NormalizedConvolution]
  private let mean: (weight: Tensor, bias: Tensor)
  private let logVariance: (weight: Tensor, bias: Tensor)

  init(_ network: CanonicalNetwork, _ options: SPADEConfiguration.Encoder) throws {
    var reader = ParameterReader(network, prefix: SceneParts.encoderPrefix)
    let n = options.filters
    let widths = [3, n, 2 * n, 4 * n, 8 * n, 8 * n, 8 * n]
    layers = try (1...options.layers).map { layer in
      try SPADELayer.convolution(
        &reader, "layer\(layer)", inputs: widths[layer - 1], outputs: widths[layer], kernel: 3,
        padding: 1, stride: 2, norm: options.norm)
    }
    let inputs = 8 * n * 4 * 4
    func linear(_ reader: inout ParameterReader, _ name: String) throws -> (Tensor, Tensor) {
      (
        try reader.take("\(name).weight", [options.codeWidth, inputs]),
        try reader.take("\(name).bias", [options.codeWidth])
      )
    }
    mean = try linear(&reader, "fc_mu")
    logVariance = try linear(&reader, "fc_var")
    try reader.finish { _ in false }
  }

  func encode(_ photos: Tensor, observe: SceneObserver?) throws -> EncodedPhoto {
    guard photos.shape.rank == 4, photos.shape[1] == 3, photos.count > 0 else {
      throw NetworkError.unsuitableScene(
        reason: "photographs of shape \(photos.shape); this encoder takes [N, 3, H, W]")
    }
    guard layers.count == 6 else {
      throw NetworkError.unsuitableScene(
        reason:
          "this encoder has \(layers.count) layers, so its last does not fit 256×256 pictures; "
          + "official networks with a crop size below 256 cannot encode either")
    }
    var y = photos.bilinearResized(height: Self.side, width: Self.side)
    for (index, layer) in layers.enumerated() {
      // The official hooks see a layer before its activation.
      y = layer(y)
      observe?("layer\(index + 1)", y)
      y = y.biasAct(Epilogue(activation: .lrelu, gain: 1))
    }
    let flat = y.reshaped([y.shape[0], y.count / y.shape[0]])
    return .distribution(
      mean: flat.linear(mean.weight, epilogue: Epilogue(bias: mean.bias)),
      logVariance: flat.linear(logVariance.weight, epilogue: Epilogue(bias: logVariance.bias)))
  }
}

/// A convolution of SPADE's encoder and discriminator with its norm, as `get_nonspade_norm_layer`
/// builds them: the bias goes where a norm follows.
enum SPADELayer {
  static func convolution(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int, kernel: Int,
    padding: Int, stride: Int, norm: PlaneNorm.Kind, activation: Activation = .linear
  ) throws -> NormalizedConvolution {
    // A norm makes a pair of layers of one.
    let place = norm == .none ? name : "\(name).0"
    let norm = try PlaneNorm(&reader, "\(name).1", kind: norm, channels: outputs)
    return try NormalizedConvolution(
      &reader, place, inputs: inputs, outputs: outputs, kernel: kernel, border: .zeros(padding),
      stride: stride, hasBias: norm.isNone, norm: norm, activation: activation)
  }
}
