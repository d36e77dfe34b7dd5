import Tensors

/// LPIPS, version 0.1: the distance of pictures in the features of a classification network, with
/// linear heads fitted to people's judgements (Zhang et al., arXiv 1801.03924).
///
/// Pictures are shifted and scaled by channel, go through the trunk, and are compared at every tap:
/// features scaled to unit length at each position, squared differences weighted by the head, the
/// mean over space; the distance is the sum over the taps.
public struct LPIPS: PerceptualDistance {
  /// The trunk.
  public let trunk: PerceptualTrunk
  /// Whether it has heads; without them differences are summed over the channels.
  public var hasHeads: Bool { !heads.isEmpty }

  private let layers: [String: Layer]
  private let heads: [Tensor]
  private let shift: [Float]
  private let scale: [Float]

  private struct Layer: Sendable {
    let weight: ConvolutionWeight
    let bias: Tensor
  }

  /// `lpips-alex`, `lpips-vgg` or `lpips-squeeze`.
  public var name: String { "lpips-\(trunk.rawValue)" }
  /// The smallest side that the trunk leaves something of.
  public var smallestSide: Int { trunk.smallestSide }

  /// The network of canonical parameters; everything missing or misshaped is one error.
  public init(_ network: CanonicalNetwork) throws {
    let configuration = try network.decodeConfiguration(LPIPSConfiguration.self)
    trunk = configuration.trunk
    var reader = ParameterReader(network)
    var layers: [String: Layer] = [:]
    var inputs = 3
    var widths: [Int] = []
    func outputs(_ name: String) -> Int {
      network.parameters[name + ".weight"].map { $0.shape.rank == 4 ? $0.shape[0] : 0 } ?? 0
    }
    func take(_ index: Int, _ part: String?, inputs: Int, kernel: Int) throws -> Int {
      let name = configuration.trunk.name(index: index, part: part)
      let count = outputs(name)
      layers[name] = Layer(
        weight: ConvolutionWeight(
          try reader.take("\(name).weight", [count, inputs, kernel, kernel])),
        bias: try reader.take("\(name).bias", [count]))
      return count
    }
    for step in trunk.steps {
      switch step {
      case .convolution(let index, let kernel, _, _):
        inputs = try take(index, nil, inputs: inputs, kernel: kernel)
      case .fire(let index):
        let squeezed = try take(index, "squeeze", inputs: inputs, kernel: 1)
        inputs =
          try take(index, "expand1x1", inputs: squeezed, kernel: 1)
          + take(index, "expand3x3", inputs: squeezed, kernel: 3)
      case .pool: break
      case .tap: widths.append(inputs)
      }
    }
    heads =
      try configuration.hasHeads
      ? widths.enumerated().map { tap, width in
        try reader.take("lin\(tap).model.1.weight", [1, width, 1, 1]).reshaped([width])
      } : []
    shift = try reader.take("scaling_layer.shift", [1, 3, 1, 1]).scalars
    scale = try reader.take("scaling_layer.scale", [1, 3, 1, 1]).scalars
    try reader.finish { _ in false }
    self.layers = layers
    guard scale.allSatisfy({ $0 != 0 }), widths.allSatisfy({ $0 > 0 }) else {
      throw NetworkError.invalidConfiguration(
        file: network.file, reason: "a scale of zero, or a layer without channels")
    }
  }

  private init(of other: LPIPS, heads: [Tensor]) {
    (trunk, layers, shift, scale) = (other.trunk, other.layers, other.shift, other.scale)
    self.heads = heads
  }

  /// The same trunk without heads (`lpips=False`).
  public var withoutHeads: LPIPS { LPIPS(of: self, heads: []) }

  /// The features of pictures `[N, 3 or 1, H, W]` with values in [-1, 1], one tensor a tap.
  public func features(_ images: Tensor) -> [Tensor] {
    precondition(
      images.shape.rank == 4 && (images.shape[1] == 3 || images.shape[1] == 1)
        && min(images.shape[2], images.shape[3]) >= smallestSide,
      "\(name) takes pictures [N, 3, H, W] of \(smallestSide) pixels and more, not \(images.shape)")
    var x = scaled(images)
    var taps: [Tensor] = []
    for step in trunk.steps {
      switch step {
      case .convolution(let index, _, let stride, let padding):
        x = apply(index, nil, to: x, stride: stride, padding: padding)
      case .fire(let index):
        let squeezed = apply(index, "squeeze", to: x)
        x = Tensor.concatenatedChannels([
          apply(index, "expand1x1", to: squeezed),
          apply(index, "expand3x3", to: squeezed, padding: 1),
        ])
      case .pool(let window, let roundsUp):
        x = x.maximumPooled(kernel: window, stride: 2, roundsUp: roundsUp)
      case .tap: taps.append(x)
      }
    }
    return taps
  }

  /// The distance at every tap, `[N]` each, of features that ``features(_:)`` gave.
  public func tapDistances(_ a: [Tensor], _ b: [Tensor]) -> [Tensor] {
    maps(a, b).map { $0.planeMeans().reshaped([$0.shape[0]]) }
  }

  /// The distances of pictures `[N, 3, H, W]` with values in [-1, 1]: `[N]`.
  public func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "pictures \(a.shape) and \(b.shape)")
    return tapDistances(features(a), features(b)).reduce(Tensor(zeros: [a.shape[0]]), +)
  }

  /// The distance from pictures whose features are computed once.
  public func comparison(with b: Tensor) -> @Sendable (_ a: Tensor) -> Tensor {
    let known = features(b)
    return { a in
      precondition(a.shape == b.shape, "pictures \(a.shape) and \(b.shape)")
      return tapDistances(features(a), known).reduce(Tensor(zeros: [a.shape[0]]), +)
    }
  }

  /// The distance at every pixel, `[N, 1, H, W]`: each tap's map enlarged bilinearly, summed
  /// (`spatial=True`).
  public func map(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "pictures \(a.shape) and \(b.shape)")
    let size = (a.shape[2], a.shape[3])
    return maps(features(a), features(b)).reduce(
      Tensor(zeros: [a.shape[0], 1, size.0, size.1])
    ) { $0 + $1.bilinearResized(height: size.0, width: size.1) }
  }

  private func maps(_ a: [Tensor], _ b: [Tensor]) -> [Tensor] {
    zip(a, b).enumerated().map { tap, features in
      features.0.unitFeatureDistance(to: features.1, weights: hasHeads ? heads[tap] : nil)
    }
  }

  private func apply(
    _ index: Int, _ part: String?, to x: Tensor, stride: Int = 1, padding: Int = 0
  ) -> Tensor {
    guard let layer = layers[trunk.name(index: index, part: part)] else { return x }
    return x.convolution(
      layer.weight, stride: stride, padding: padding,
      epilogue: Epilogue(bias: layer.bias, activation: .relu, gain: 1))
  }

  /// (x − shift) / scale by channel; a grey picture becomes three equal channels.
  private func scaled(_ images: Tensor) -> Tensor {
    let (samples, plane) = (images.shape[0], images.shape[2] * images.shape[3])
    let channels = images.shape[1]
    if images.isTracked {
      let colours = channels == 3 ? images : Tensor.concatenatedChannels([images, images, images])
      return colours.channelsScaled(
        by: Tensor(scale.map { 1 / $0 }, shape: [3]),
        plus: Tensor(zip(shift, scale).map { -$0 / $1 }, shape: [3]))
    }
    return Tensor(uninitialized: [samples, 3, images.shape[2], images.shape[3]]) { result in
      images.withUnsafeBuffer { x in
        for index in 0..<samples * 3 {
          let (shift, scale) = (shift[index % 3], scale[index % 3])
          let from = (index / 3 * channels + (channels == 1 ? 0 : index % 3)) * plane
          for i in 0..<plane { result[index * plane + i] = (x[from + i] - shift) / scale }
        }
      }
    }
  }
}

/// What a canonical LPIPS network says of itself.
struct LPIPSConfiguration: Codable {
  /// The trunk.
  var trunk: PerceptualTrunk
  /// Whether it has heads.
  var hasHeads: Bool
}
