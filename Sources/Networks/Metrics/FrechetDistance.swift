import Tensors

/// The Fréchet distance of two sets of features, taken as Gaussians (FID; Heusel et al., arXiv
/// 1706.08500): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2·√(Σ₁·Σ₂)), covariances with 1/N.
public struct FeatureMoments: Sendable {
  /// The mean, `width` numbers.
  public let mean: [Double]
  /// The covariance, `width` × `width`, row-major.
  public let covariance: [Double]

  /// The moments of features `[N, width]`, N ≥ 1.
  public init(_ features: Tensor) {
    precondition(features.shape.rank == 2 && features.shape[0] > 0, "features \(features.shape)")
    let (count, width) = (features.shape[0], features.shape[1])
    let values = features.scalars.map(Double.init)
    var mean = [Double](repeating: 0, count: width)
    for n in 0..<count {
      for i in 0..<width { mean[i] += values[n * width + i] }
    }
    for i in 0..<width { mean[i] /= Double(count) }
    let centred = values.indices.map { values[$0] - mean[$0 % width] }
    var covariance = [Double](repeating: 0, count: width * width)
    SymmetricEigen.addGram(of: centred, count: count, width: width, to: &covariance)
    self.mean = mean
    self.covariance = covariance.map { $0 / Double(count) }
  }

  /// The Fréchet distance to other moments of the same width; `nil` if LAPACK does not converge.
  public func frechetDistance(to other: FeatureMoments) -> Double? {
    let width = mean.count
    precondition(other.mean.count == width, "moments of width \(width) and \(other.mean.count)")
    // tr √(Σ₁Σ₂) = tr √(√Σ₁ Σ₂ √Σ₁), which is symmetric.
    guard let own = SymmetricEigen(covariance, size: width) else { return nil }
    var root = [Double](repeating: 0, count: width * width)
    var rows: [Double] = []
    for (value, vector) in zip(own.values, own.vectors) {
      let factor = max(value, 0).squareRoot().squareRoot()
      rows += vector.map { $0 * factor }
    }
    SymmetricEigen.addGram(of: rows, count: width, width: width, to: &root)
    let product = Self.multiply(Self.multiply(root, other.covariance, width), root, width)
    guard let eigen = SymmetricEigen(product, size: width) else { return nil }
    let trace = eigen.values.reduce(0) { $0 + max($1, 0).squareRoot() }
    var distance = -2 * trace
    for i in 0..<width {
      let difference = mean[i] - other.mean[i]
      distance +=
        difference * difference + covariance[i * width + i] + other.covariance[i * width + i]
    }
    return distance
  }

  private static func multiply(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: size * size) { result, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let to = result.baseAddress, let a = a.baseAddress, let b = b.baseAddress
          else { return }
          Gemm.multiply(
            m: size, n: size, k: size, a, rowStride: size, b, rowStride: size, into: to,
            rowStride: size)
        }
      }
      count = size * size
    }
  }
}
