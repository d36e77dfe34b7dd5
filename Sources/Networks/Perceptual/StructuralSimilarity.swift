import Foundation
import Tensors

/// 1 − MS-SSIM: multi-scale structural similarity (Wang, Simoncelli and Bovik, Asilomar 2003).
///
/// Contrast and structure are compared on up to five scales, each half the last (2×2 means), and
/// luminance on the coarsest, under a Gaussian window of 11×11 with σ 1.5 and without padding, for
/// every channel alone. K₁ = 0.01, K₂ = 0.03; the exponents are 0.0448, 0.2856, 0.3001, 0.2363 and
/// 0.1333. Pictures smaller than 176 pixels use the scales that fit a window, their exponents scaled
/// to the sum 1. Negative means count as 0.
public struct StructuralSimilarity: PerceptualDistance {
  /// `ms-ssim`.
  public let name = "ms-ssim"
  /// A side that one window fits.
  public let smallestSide = 11

  private static let exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

  private static let window: [Double] = {
    let values = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }()

  /// The distance.
  public init() {}

  /// The similarity: 1 for equal pictures.
  public func customaryValue(_ distance: Float) -> Float { 1 - distance }

  /// 1 − the mean over the channels of every picture's MS-SSIM: `[N]`.
  public func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(
      a.shape == b.shape && a.shape.rank == 4 && min(a.shape[2], a.shape[3]) >= smallestSide,
      "MS-SSIM of pictures \(a.shape) and \(b.shape)")
    if a.isTracked || b.isTracked { return trackedDistance(a, b) }
    let (samples, channels) = (a.shape[0], a.shape[1])
    let (height, width) = (a.shape[2], a.shape[3])
    var similarities = [Double](repeating: 0, count: samples * channels)
    a.withUnsafeBuffer { a in
      b.withUnsafeBuffer { b in
        similarities.withUnsafeMutableBufferPointer { result in
          nonisolated(unsafe) let result = result
          Parallel.forEach(samples * channels) { index in
            let range = index * height * width..<(index + 1) * height * width
            result[index] = Self.similarity(
              Plane(a[range].map { (Double($0) + 1) / 2 }, height, width),
              Plane(b[range].map { (Double($0) + 1) / 2 }, height, width))
          }
        }
      }
    }
    return Tensor(
      (0..<samples).map { n in
        Float(1 - similarities[n * channels..<(n + 1) * channels].reduce(0, +) / Double(channels))
      }, shape: [samples])
  }

  /// As many scales as fit a window.
  private static func scales(_ height: Int, _ width: Int) -> Int {
    var scales = 1
    while scales < exponents.count, min(height, width) >> scales >= window.count { scales += 1 }
    return scales
  }

  /// The distance in operations that have gradients, `[N]`.
  private func trackedDistance(_ a: Tensor, _ b: Tensor) -> Tensor {
    let scales = Self.scales(a.shape[2], a.shape[3])
    let sum = Self.exponents.prefix(scales).reduce(0, +)
    let filter = ResampleFilter(taps: Tensor(Self.window.map { Float($0) }, shape: [11]))
    let (c1, c2): (Float, Float) = (0.01 * 0.01, 0.03 * 0.03)
    var (a, b) = (a * 0.5 + 0.5, b * 0.5 + 0.5)
    // The product of powers as a sum of logarithms: [N, C].
    var logarithms = Tensor(zeros: [a.shape[0], a.shape[1]])
    var positive = logarithms + 1
    for scale in 0..<scales {
      let (meanA, meanB) = (a.upfirdn(filter), b.upfirdn(filter))
      let squares = a.squared().upfirdn(filter) + b.squared().upfirdn(filter)
      let meanSquares = meanA.squared() + meanB.squared(), means = meanA * meanB
      let covariance = (a * b).upfirdn(filter) - means
      var terms = (covariance * 2 + c2) / (squares - meanSquares + c2)
      if scale == scales - 1 { terms = terms * ((means * 2 + c1) / (meanSquares + c1)) }
      let mean = terms.averaged(over: [2, 3]).reshaped(logarithms.shape)
      // A negative mean counts as 0, and nothing can be said of the way out from there.
      positive = positive * Tensor(mean.scalars.map { $0 > 0 ? 1 : 0 }, shape: mean.shape)
      let power = Float(Self.exponents[scale] / sum)
      logarithms = logarithms + mean.clamped(1e-6, .infinity).logarithm() * power
      if scale < scales - 1 {
        (a, b) = (
          a.averagePooled(kernel: 2, stride: 2), b.averagePooled(kernel: 2, stride: 2)
        )
      }
    }
    let similarity = (logarithms.exponential() * positive).averaged(over: [1])
    return similarity.reshaped([a.shape[0]]) * -1 + 1
  }

  /// The MS-SSIM of two planes with values in [0, 1].
  private static func similarity(_ a: Plane, _ b: Plane) -> Double {
    let scales = scales(a.height, a.width)
    let sum = exponents.prefix(scales).reduce(0, +)
    var (a, b, product) = (a, b, 1.0)
    for scale in 0..<scales {
      let (whole, contrast) = compare(a, b)
      let term = scale == scales - 1 ? whole : contrast
      product *= pow(max(term, 0), exponents[scale] / sum)
      if scale < scales - 1 { (a, b) = (a.halved(), b.halved()) }
    }
    return product
  }

  /// The means over all windows of luminance · contrast · structure, and of the latter two.
  private static func compare(_ a: Plane, _ b: Plane) -> (whole: Double, contrast: Double) {
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    let (meanA, meanB) = (a.filtered(window), b.filtered(window))
    let squareA = a.times(a).filtered(window), squareB = b.times(b).filtered(window)
    let product = a.times(b).filtered(window)
    var (whole, contrast) = (0.0, 0.0)
    for i in meanA.values.indices {
      let (x, y) = (meanA.values[i], meanB.values[i])
      let varianceA = squareA.values[i] - x * x, varianceB = squareB.values[i] - y * y
      let covariance = product.values[i] - x * y
      let term = (2 * covariance + c2) / (varianceA + varianceB + c2)
      contrast += term
      whole += term * (2 * x * y + c1) / (x * x + y * y + c1)
    }
    let count = Double(meanA.values.count)
    return (whole / count, contrast / count)
  }
}

/// One channel in double precision.
private struct Plane {
  let values: [Double]
  let height: Int
  let width: Int

  init(_ values: [Double], _ height: Int, _ width: Int) {
    (self.values, self.height, self.width) = (values, height, width)
  }

  func times(_ other: Plane) -> Plane {
    Plane(zip(values, other.values).map { $0 * $1 }, height, width)
  }

  /// Correlated with `taps` along both axes, where the window fits whole.
  func filtered(_ taps: [Double]) -> Plane {
    let (rows, columns) = (height - taps.count + 1, width - taps.count + 1)
    var across = [Double](repeating: 0, count: height * columns)
    var down = [Double](repeating: 0, count: rows * columns)
    values.withUnsafeBufferPointer { values in
      across.withUnsafeMutableBufferPointer { across in
        for y in 0..<height {
          for (k, tap) in taps.enumerated() {
            for x in 0..<columns {
              across[y &* columns &+ x] += tap * values[y &* width &+ x &+ k]
            }
          }
        }
        down.withUnsafeMutableBufferPointer { down in
          for y in 0..<rows {
            for (k, tap) in taps.enumerated() {
              for x in 0..<columns {
                down[y &* columns &+ x] += tap * across[(y &+ k) &* columns &+ x]
              }
            }
          }
        }
      }
    }
    return Plane(down, rows, columns)
  }

  /// The means of 2×2 pixels; an odd last row or column is left out.
  func halved() -> Plane {
    let (rows, columns) = (height / 2, width / 2)
    var result = [Double](repeating: 0, count: rows * columns)
    for y in 0..<rows {
      for x in 0..<columns {
        let i = 2 * y * width + 2 * x
        result[y * columns + x] =
          (values[i] + values[i + 1] + values[i + width] + values[i + width + 1]) / 4
      }
    }
    return Plane(result, rows, columns)
  }
}
