import Networks
import Tensors

/// Fits the colours of previews: least squares from the activations of a few pictures to the same
/// pictures made small.
///
/// The pictures are those of the seeds from 0 on at ψ = 0.7, so equal networks get equal maps.
struct PreviewFit {
  /// How many pictures are drawn.
  static let pictures = 8
  /// How many pixels of each are used at most.
  private static let pixels = 2048

  private let generator: any Generator
  private let points: [PreviewPoint]
  /// By point: activations `[channels, pixels]` and colours `[colours, pixels]` of each picture.
  private var samples: [[(inputs: Tensor, colours: Tensor)]]

  /// The maps at the places from 32 to 256 pixels (or fewer for small networks).
  static func colours(of generator: any Generator) -> [PreviewColours] {
    var fit = PreviewFit(generator)
    for seed in 0..<pictures { fit.draw(seed: seed) }
    return fit.points.indices.compactMap { fit.solve($0) }
  }

  private init(_ generator: any Generator) {
    self.generator = generator
    points = Self.points(of: generator)
    samples = points.map { _ in [] }
  }

  /// The places that previews are offered at.
  static func points(of generator: any Generator) -> [PreviewPoint] {
    let full = generator.size.resolution
    return generator.previews.filter {
      let factor = full / $0.side
      return (min(32, full / 4)...256).contains($0.side) && factor * $0.side == full
        && factor & (factor - 1) == 0
    }
  }

  /// Draws the picture of a seed and takes samples on the way.
  private mutating func draw(seed: Int) {
    let size = generator.size
    var random = RandomState(seed: UInt32(seed))
    let z = random.randn([1, size.zDim])
    var label: Tensor?
    if size.classes > 0 {
      label = Tensor(
        (0..<size.classes).map { $0 == seed % size.classes ? 1 : 0 }, shape: [1, size.classes])
    }
    let mean = generator.meanLatent.reshaped([1, size.wDim])
    var w = mean
    w.add(generator.mapping(z, label: label) - mean, scaledBy: 0.7)
    let ws = generator.broadcast(w), settings = SynthesisSettings()
    var inputs: [Int: Tensor] = [:]
    var small = generator.synthesis(resuming: generator.beginning(ws), ws, settings) { state in
      for (index, point) in points.enumerated() where point.depth == state.depth {
        inputs[index] = PreviewColours.inputs(of: state, at: point)
          .map { Self.samples($0, side: point.side, margin: point.margin) }
      }
    }
    small = small.clamped()
    for (index, point) in points.enumerated().reversed() {
      while small.shape[3] > point.side { small = small.downsampled2(ResampleFilter([1, 1])) }
      guard let inputs = inputs[index] else { continue }
      samples[index].append((inputs, Self.samples(small, side: point.side, margin: 0)))
    }
  }

  /// Pixels on a regular grid of `[1, C, H, W]`, without the margin: `[C, pixels]`.
  private static func samples(_ maps: Tensor, side: Int, margin: Int) -> Tensor {
    var step = 1
    while (side / step) * (side / step) > pixels { step += 1 }
    let (channels, width, across) = (maps.shape[1], maps.shape[3], side / step)
    return Tensor(uninitialized: [channels, across * across]) { samples in
      maps.withUnsafeBuffer { maps in
        for i in samples.indices {
          let (c, y, x) = (i / (across * across), i / across % across, i % across)
          samples[i] = maps[(c * width + margin + y * step) * width + margin + x * step]
        }
      }
    }
  }

  /// The map at a point: (XXᵀ + λ) A = XYᵀ over centred samples.
  private func solve(_ index: Int) -> PreviewColours? {
    let samples = samples[index]
    guard let first = samples.first else { return nil }
    let (channels, colours) = (first.inputs.shape[0], first.colours.shape[0])
    let means = (mean(samples.map(\.inputs)), mean(samples.map(\.colours)))
    var gram = [Double](repeating: 0, count: channels * channels)
    var products = [Double](repeating: 0, count: colours * channels)
    for (inputs, targets) in samples {
      let (x, y) = (inputs.centred(at: means.0), targets.centred(at: means.1))
      x.linear(x).withUnsafeBuffer { for i in gram.indices { gram[i] += Double($0[i]) } }
      y.linear(x).withUnsafeBuffer { for i in products.indices { products[i] += Double($0[i]) } }
    }
    // The ridge keeps what hardly varies in a few pictures from counting much in others.
    let trace = (0..<channels).reduce(0) { $0 + gram[$1 * (channels + 1)] }
    let ridge = 1e-3 * trace / Double(channels) + 1e-12
    for i in 0..<channels { gram[i * (channels + 1)] += ridge }
    guard let factor = CholeskyFactor(gram, size: channels) else { return nil }
    var weights: [Float] = []
    var bias: [Float] = []
    for colour in 0..<colours {
      let row = factor.solve(Array(products[colour * channels..<(colour + 1) * channels]))
      weights += row.map { Float($0) }
      bias.append(Float(means.1[colour] - zip(row, means.0).reduce(0) { $0 + $1.0 * $1.1 }))
    }
    return PreviewColours(
      point: points[index], weights: Tensor(weights, shape: [colours, channels]),
      bias: Tensor(bias, shape: [colours]))
  }

  /// The mean of every row over tensors `[rows, pixels]`.
  private func mean(_ parts: [Tensor]) -> [Double] {
    let count = parts[0].shape[1]
    var sums = [Double](repeating: 0, count: parts[0].shape[0])
    for part in parts {
      part.withUnsafeBuffer { values in
        for row in sums.indices {
          for i in row * count..<(row + 1) * count { sums[row] += Double(values[i]) }
        }
      }
    }
    return sums.map { $0 / Double(count * parts.count) }
  }
}

extension Tensor {
  /// Rows less their means, `[rows, pixels]`.
  fileprivate func centred(at means: [Double]) -> Tensor {
    let count = shape[1]
    return Tensor(uninitialized: shape) { centred in
      withUnsafeBuffer { values in
        for (row, mean) in means.enumerated() {
          for i in row * count..<(row + 1) * count { centred[i] = values[i] - Float(mean) }
        }
      }
    }
  }

  /// Values limited to -1 … 1, what a picture shows.
  fileprivate func clamped() -> Tensor { biasAct(Epilogue(clamp: 1)) }
}
