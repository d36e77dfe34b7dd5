import Networks
import Tensors

extension LatentEncoder {
  /// How well an encoder guesses pictures that it was not fitted to.
  public struct Fit: Sendable {
    /// The encoder.
    public let encoder: LatentEncoder
    /// The penalty on its weights, chosen so that leaving one picture out costs least.
    public let penalty: Double
    /// The share of w's variance that is guessed right for a picture left out of the fit.
    public let explained: Double
  }

  /// Fits an encoder to features `[N, features]` of pictures and their latents `[N, wDim]`, N ≥ 3.
  ///
  /// Ridge regression in its dual form over the N × N products of features, which are centred and
  /// scaled to deviation 1; the penalty is the one of thirteen whose leave-one-out error is least
  /// (Allen's PRESS, in closed form from one eigendecomposition).
  public static func fit(features: Tensor, latents: Tensor) throws -> Fit {
    precondition(
      features.shape.rank == 2 && latents.shape.rank == 2 && features.shape[0] == latents.shape[0],
      "features \(features.shape) and latents \(latents.shape)")
    let (count, width, outputs) = (features.shape[0], features.shape[1], latents.shape[1])
    guard (3...8192).contains(count) else {
      throw EditingError.unsupported(
        reason: "an encoder is fitted to 3 to 8192 pictures, not to \(count).")
    }
    let (x, mean, scale) = standardized(features)
    let (y, latentMean) = centred(latents)
    let products = product(x, x, rows: count, inner: width, columns: count, transposed: true)
    guard let eigen = SymmetricEigen(products, size: count) else {
      throw EditingError.unsupported(reason: "the products of the features do not converge.")
    }
    // Rows of U are eigenvectors; y in their basis.
    let u = eigen.vectors.flatMap { $0 }
    let turned = product(u, y, rows: count, inner: count, columns: outputs)
    let trace = eigen.values.reduce(0) { $0 + max($1, 0) } / Double(count)
    let total = y.reduce(0) { $0 + $1 * $1 }
    var best: (penalty: Double, error: Double, dual: [Double])?
    for power in -6...6 {
      let penalty = trace * Self.power(10, power) / 10
      let factors = eigen.values.map { 1 / (max($0, 0) + penalty) }
      var weighted = turned
      for k in 0..<count {
        for o in 0..<outputs { weighted[k * outputs + o] *= factors[k] }
      }
      let dual = product(u, weighted, rows: count, inner: count, columns: outputs, flipped: true)
      var error = 0.0
      for n in 0..<count {
        // The means are part of the fit and have no penalty: the constant vector, along which centred
        // features have no spread, must not count.
        let whole = (0..<count).reduce(0.0) {
          $0 + u[$1 * count + n] * u[$1 * count + n] * factors[$1]
        }
        let constant = 1 / (Double(count) * penalty)
        let leverage = max(whole - constant, 1e-9 * whole)
        for o in 0..<outputs {
          let residual = dual[n * outputs + o] / leverage
          error += residual * residual
        }
      }
      if error < best?.error ?? .infinity { best = (penalty, error, dual) }
    }
    guard let best else {
      throw EditingError.unsupported(reason: "the features or latents are not finite.")
    }
    // weights = yᵀ-dual · x, as [outputs, width].
    var transposed = [Double](repeating: 0, count: count * outputs)
    for n in 0..<count {
      for o in 0..<outputs { transposed[o * count + n] = best.dual[n * outputs + o] }
    }
    let weights = product(transposed, x, rows: outputs, inner: count, columns: width)
    let encoder = try LatentEncoder(
      featureMean: Tensor(mean.map { Float($0) }, shape: [width]),
      featureScale: Tensor(scale.map { Float($0) }, shape: [width]),
      weights: Tensor(weights.map { Float($0) }, shape: [outputs, width]),
      latentMean: Tensor(latentMean.map { Float($0) }, shape: [outputs]))
    return Fit(
      encoder: encoder, penalty: best.penalty, explained: total > 0 ? 1 - best.error / total : 0)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1) { value, _ in exponent < 0 ? value / base : value * base }
  }

  /// The columns with mean 0, and their means.
  private static func centred(_ matrix: Tensor) -> (values: [Double], mean: [Double]) {
    let (count, width) = (matrix.shape[0], matrix.shape[1])
    var values = matrix.scalars.map(Double.init)
    var mean = [Double](repeating: 0, count: width)
    for i in values.indices { mean[i % width] += values[i] }
    for i in 0..<width { mean[i] /= Double(count) }
    for i in values.indices { values[i] -= mean[i % width] }
    return (values, mean)
  }

  /// The columns with mean 0 and deviation 1 (those that do not vary stay 0), means and factors.
  private static func standardized(
    _ matrix: Tensor
  ) -> (values: [Double], mean: [Double], scale: [Double]) {
    let width = matrix.shape[1]
    var (values, mean) = centred(matrix)
    var squares = [Double](repeating: 0, count: width)
    for i in values.indices { squares[i % width] += values[i] * values[i] }
    let scale = squares.map { square -> Double in
      let deviation = (square / Double(matrix.shape[0])).squareRoot()
      return deviation > 1e-8 ? 1 / deviation : 0
    }
    for i in values.indices { values[i] *= scale[i % width] }
    return (values, mean, scale)
  }

  /// A · B, A · Bᵀ (`transposed`), or Aᵀ · B for a square A (`flipped`).
  private static func product(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, transposed: Bool = false,
    flipped: Bool = false
  ) -> [Double] {
    var a = a
    if flipped {
      for i in 0..<rows {
        for j in 0..<i { a.swapAt(i * inner + j, j * inner + i) }
      }
    }
    return [Double](unsafeUninitializedCapacity: rows * columns) { result, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let base = result.baseAddress, let a = a.baseAddress, let b = b.baseAddress
          else { return }
          // Blocks of rows are shared by the threads.
          nonisolated(unsafe) let (to, from, other) = (base, a, b)
          Parallel.forEachRange(of: rows, size: 128) { range in
            Gemm.multiply(
              m: range.count, n: columns, k: inner, from + range.lowerBound * inner,
              rowStride: inner, other, rowStride: transposed ? inner : columns,
              transposed: transposed, into: to + range.lowerBound * columns, rowStride: columns)
          }
        }
      }
      count = rows * columns
    }
  }
}
