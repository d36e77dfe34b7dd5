/// A symmetric positive matrix as L·Lᵀ.
package struct CholeskyFactor {
  private let size: Int
  private var lower: [Double]

  /// Factorises `size` × `size` numbers by rows; `nil` if the matrix is not positive.
  package init?(_ matrix: [Double], size: Int) {
    var lower = matrix
    for j in 0..<size {
      for i in j..<size {
        var sum = lower[i * size + j]
        for k in 0..<j { sum -= lower[i * size + k] * lower[j * size + k] }
        if i == j {
          guard sum > 0 else { return nil }
          lower[j * size + j] = sum.squareRoot()
        } else {
          lower[i * size + j] = sum / lower[j * size + j]
        }
      }
    }
    self.size = size
    self.lower = lower
  }

  /// x with L·Lᵀ x = b.
  package func solve(_ b: [Double]) -> [Double] {
    var x = b
    for i in 0..<size {
      for k in 0..<i { x[i] -= lower[i * size + k] * x[k] }
      x[i] /= lower[i * size + i]
    }
    for i in (0..<size).reversed() {
      for k in i + 1..<max(size, i + 1) { x[i] -= lower[k * size + i] * x[k] }
      x[i] /= lower[i * size + i]
    }
    return x
  }
}
