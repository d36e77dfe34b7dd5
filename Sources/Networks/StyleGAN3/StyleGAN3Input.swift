import Foundation
import Tensors

/// The input of StyleGAN3: Fourier features, translated and rotated by w (Karras et al.,
/// arXiv 2106.12423, appendix D.1).
struct StyleGAN3Input: Sendable {
  let affine: FullyConnected
  private let weight: ConvolutionWeight
  private let frequencies: [Double]
  private let phases: [Double]
  private let transform: [Double]
  private let size: Int
  private let rate: Double
  private let bandwidth: Double

  /// Reads `synthesis.input`.
  init(
    _ reader: inout ParameterReader, _ configuration: StyleGAN3Configuration,
    _ geometry: StyleGAN3Geometry
  ) throws {
    let channels = configuration.channels[0], name = "synthesis.input"
    affine = try FullyConnected(&reader, "\(name).affine", inputs: configuration.wDim, outputs: 4)
    weight = ConvolutionWeight(
      try reader.take("\(name).weight", [channels, channels]).reshaped([channels, channels, 1, 1])
        * (1 / Float(channels).squareRoot()))
    frequencies = try reader.take("\(name).freqs", [channels, 2]).scalars.map(Double.init)
    phases = try reader.take("\(name).phases", [channels]).scalars.map(Double.init)
    transform =
      try reader.takeIfPresent("\(name).transform", [3, 3])?.scalars.map(Double.init)
      ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]
    size = geometry.inputSize
    rate = geometry.inputRate
    bandwidth = geometry.bandwidth
  }

  /// Transforms `[N, 4]`, the output of ``affine``, and the user's → `[N, C, size, size]`.
  func callAsFunction(_ t: Tensor, transform user: InputTransform?) -> Tensor {
    let user = user?.elements.map(Double.init) ?? transform
    let channels = phases.count, plane = size * size
    let features = Tensor(uninitialized: [t.shape[0], channels, size, size]) { features in
      guard let to = features.baseAddress else { return }
      for sample in 0..<t.shape[0] {
        let matrix = Self.matrix((0..<4).map { Double(t[sample, $0]) }, user)
        Parallel.forEach(channels) { channel in
          wave(to + (sample * channels + channel) * plane, channel: channel, matrix)
        }
      }
    }
    return features.recorded(from: [t]) { inputs in composed(inputs[0], user) }
      .convolution(weight)
  }

  /// The features in operations that have gradients: the waves' frequencies and phases are linear in
  /// cosine, sine and translation.
  private func composed(_ t: Tensor, _ user: [Double]) -> Tensor {
    let n = t.shape[0], channels = phases.count
    func column(_ values: [Double]) -> Tensor {
      Tensor(values.map { Float($0) }, shape: [1, values.count])
    }
    let (f0, f1) = (
      column((0..<channels).map { frequencies[2 * $0] }),
      column((0..<channels).map { frequencies[2 * $0 + 1] })
    )
    func entry(_ i: Int) -> Tensor { t.sliced(axis: 1, i..<i + 1) }
    let length = (entry(0).squared() + entry(1).squared()).reciprocalSquareRoot()
    let (c, s) = (entry(0) * length, entry(1) * length)
    let (x, y) = (entry(2) * length, entry(3) * length)
    // Rows of the matrix of rotation and translation, times the user's, as in ``matrix(_:_:)``.
    let across: Tensor = s * y - c * x
    let down: Tensor = s * x + c * y
    let own: [[Tensor]] = [[c, -s, across], [s, c, -down]]
    func product(_ row: Int, _ column: Int) -> Tensor {
      let terms: [Tensor] = (0..<3).map { own[row][$0] * Float(user[3 * $0 + column]) }
      return terms[0] + terms[1] + terms[2]
    }
    func wave(_ index: Int) -> Tensor {
      let (a, b): (Tensor, Tensor) = (product(0, index) * f0, product(1, index) * f1)
      return a + b
    }
    let (fx, fy, phase) = (wave(0), wave(1), column(phases) + wave(2))
    let squares: Tensor = fx.squared() + fy.squared()
    let fading = Float(1 / (rate / 2 - bandwidth)), offset = 1 + Float(bandwidth) * fading
    let amplitude = (squares.squareRoot() * -fading + offset).clamped(0, 1)
    let positions = (0..<size).map { Float((Double($0) + 0.5 - Double(size) / 2) / rate) }
    func plane(_ values: Tensor) -> Tensor { values.reshaped([n, channels, 1, 1]) }
    let columns: Tensor = plane(fx) * Tensor(positions, shape: [1, 1, 1, size])
    let rows: Tensor = plane(fy) * Tensor(positions, shape: [1, 1, size, 1])
    let angle: Tensor = columns + rows + plane(phase)
    return (angle * (Float.pi * 2)).sine() * plane(amplitude)
  }

  /// Rotation and translation by w, then the user's transform, by rows.
  private static func matrix(_ t: [Double], _ user: [Double]) -> [Double] {
    let length = (t[0] * t[0] + t[1] * t[1]).squareRoot()
    let (c, s, x, y) = (t[0] / length, t[1] / length, t[2] / length, t[3] / length)
    // [[c, −s, 0], [s, c, 0], [0, 0, 1]] · [[1, 0, −x], [0, 1, −y], [0, 0, 1]]
    let own = [c, -s, s * y - c * x, s, c, -(s * x + c * y), 0, 0, 1]
    var product = [Double](repeating: 0, count: 9)
    for row in 0..<3 {
      for column in 0..<3 {
        for k in 0..<3 { product[3 * row + column] += own[3 * row + k] * user[3 * k + column] }
      }
    }
    return product
  }

  /// One channel: sin(2π(fx·x + fy·y + phase)) · amplitude, x and y being 0 at the centre and one
  /// picture apart at its borders.
  private func wave(_ plane: UnsafeMutablePointer<Float>, channel: Int, _ matrix: [Double]) {
    let (f0, f1) = (frequencies[2 * channel], frequencies[2 * channel + 1])
    let phase = phases[channel] + f0 * matrix[2] + f1 * matrix[5]
    let fx = f0 * matrix[0] + f1 * matrix[3], fy = f0 * matrix[1] + f1 * matrix[4]
    let length = (fx * fx + fy * fy).squareRoot()
    // Frequencies fade from the bandwidth on to what the sampling rate can hold.
    let amplitude = min(max(1 - (length - bandwidth) / (rate / 2 - bandwidth), 0), 1)
    let positions = (0..<size).map { (Double($0) + 0.5 - Double(size) / 2) / rate }
    // sin(a + b) = sin a · cos b + cos a · sin b needs sines for rows and columns only.
    let columns = positions.map { 2 * .pi * (fx * $0 + phase) }
    let (sines, cosines) = (columns.map { sin($0) }, columns.map { cos($0) })
    for (row, position) in positions.enumerated() {
      let angle = 2 * .pi * fy * position
      let (s, c) = (sin(angle) * amplitude, cos(angle) * amplitude)
      for column in 0..<size {
        plane[row * size + column] = Float(sines[column] * c + cosines[column] * s)
      }
    }
  }
}
