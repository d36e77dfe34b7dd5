import Tensors

/// The dual problem of a linear support vector machine, solved two multipliers at a time (Platt's
/// sequential minimal optimisation with the second-order choice of Fan, Chen and Lin, JMLR 2005).
///
/// Minimises ½ Σᵢⱼ αᵢ αⱼ yᵢ yⱼ xᵢ·xⱼ − Σ αᵢ over 0 ≤ αᵢ ≤ C with Σ αᵢ yᵢ = 0.
enum SupportVectors {
  /// The most vectors: their products take half a gigabyte.
  static let most = 8192
  /// How far the conditions of the optimum may be missed.
  private static let tolerance = 1e-7

  /// yᵢ αᵢ of every vector, and the intercept.
  ///
  /// - Parameters:
  ///   - values: The vectors `[N, width]`, row-major.
  ///   - width: Their width.
  ///   - signs: yᵢ, 1 or −1; both occur.
  ///   - cost: C.
  static func solve(
    _ values: [Double], width: Int, signs y: [Double], cost: Double
  ) -> (multipliers: [Double], intercept: Double) {
    let count = y.count
    let products = [Double](unsafeUninitializedCapacity: count * count) { result, written in
      values.withUnsafeBufferPointer { x in
        guard let to = result.baseAddress, let x = x.baseAddress else { return }
        Gemm.multiply(
          m: count, n: count, k: width, x, rowStride: width, x, rowStride: width,
          transposed: true, into: to, rowStride: count)
      }
      written = count * count
    }
    var alpha = [Double](repeating: 0, count: count)
    var gradient = [Double](repeating: -1, count: count)
    for _ in 0..<max(10_000_000 / max(count, 1), 100 * count) {
      // The worst of those that may rise.
      var first = -1, highest = -Double.infinity
      for t in 0..<count where y[t] > 0 ? alpha[t] < cost : alpha[t] > 0 {
        let value = -y[t] * gradient[t]
        if value > highest { (highest, first) = (value, t) }
      }
      guard first >= 0 else { break }
      // Of those that may fall, the one that gains most with it.
      var second = -1, lowest = Double.infinity, best = 0.0
      for t in 0..<count where y[t] > 0 ? alpha[t] > 0 : alpha[t] < cost {
        let value = -y[t] * gradient[t]
        lowest = min(lowest, value)
        let gain = highest - value
        guard gain > 0 else { continue }
        let curve = curvature(products, count, first, t)
        if gain * gain / curve > best { (best, second) = (gain * gain / curve, t) }
      }
      guard second >= 0, highest - lowest > tolerance else { break }
      let (i, j) = (first, second)
      let step =
        (highest + y[j] * gradient[j]) / curvature(products, count, i, j)
      // Both move by the same amount along y, as far as the box allows.
      let roomI = y[i] > 0 ? cost - alpha[i] : alpha[i]
      let roomJ = y[j] > 0 ? alpha[j] : cost - alpha[j]
      let moved = min(step, roomI, roomJ)
      alpha[i] = moved == roomI ? (y[i] > 0 ? cost : 0) : alpha[i] + y[i] * moved
      alpha[j] = moved == roomJ ? (y[j] > 0 ? 0 : cost) : alpha[j] - y[j] * moved
      for t in 0..<count {
        gradient[t] += y[t] * moved * (products[i * count + t] - products[j * count + t])
      }
    }
    return (zip(alpha, y).map { $0 * $1 }, intercept(alpha, gradient, y, cost))
  }

  /// |xᵢ − xⱼ|², above 0.
  private static func curvature(_ products: [Double], _ count: Int, _ i: Int, _ j: Int) -> Double {
    let value =
      products[i * count + i] + products[j * count + j] - 2 * products[i * count + j]
    return max(value, 1e-12)
  }

  /// The mean over multipliers inside the box; the middle of what the others allow where all are at
  /// its edges.
  private static func intercept(
    _ alpha: [Double], _ gradient: [Double], _ y: [Double], _ cost: Double
  ) -> Double {
    let free = alpha.indices.filter { alpha[$0] > 0 && alpha[$0] < cost }
    if !free.isEmpty {
      return free.reduce(0.0) { $0 - y[$1] * gradient[$1] } / Double(free.count)
    }
    var (low, high) = (-Double.infinity, Double.infinity)
    for t in alpha.indices {
      let value = -y[t] * gradient[t]
      // Those that may rise bound it from below, those that may fall from above.
      if (y[t] > 0) == (alpha[t] == 0) { low = max(low, value) } else { high = min(high, value) }
    }
    return (low + high) / 2
  }
}
