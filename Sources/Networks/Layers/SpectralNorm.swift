import Foundation
import Tensors

/// Spectral normalisation as torch's `spectral_norm` stores it (Miyato et al., arXiv 1802.05957):
/// weights are divided by an estimate of their largest singular value.
///
/// W is the weight as a matrix `[out, in·k·k]`, σ = uᵀ W v; u and v are kept from step to step, and
/// training improves them by one power iteration a step.
public struct SpectralNorm: Sendable {
  /// The weight before the division: `[out, …]`.
  public let weight: Tensor
  /// The left vector, `[out]`.
  public private(set) var u: Tensor
  /// The right vector, `[in·k·k]`.
  public private(set) var v: Tensor

  /// A weight with its two vectors.
  public init(weight: Tensor, u: Tensor, v: Tensor) {
    precondition(
      u.shape == [weight.shape[0]] && v.count * u.count == weight.count,
      "vectors \(u.shape) and \(v.shape) for \(weight.shape)")
    self.weight = weight
    self.u = u
    self.v = v
  }

  /// σ.
  public var sigma: Double {
    let columns = v.count
    return weight.withUnsafeBuffer { w in
      u.withUnsafeBuffer { u in
        v.withUnsafeBuffer { v in
          var sum = 0.0
          for row in u.indices {
            var product = 0.0
            for i in 0..<columns { product += Double(w[row * columns + i]) * Double(v[i]) }
            sum += Double(u[row]) * product
          }
          return sum
        }
      }
    }
  }

  /// The weight divided by σ; the gradient goes through σ too, with u and v constant.
  public var folded: Tensor {
    if weight.isTracked {
      let left = u.reshaped([u.count, 1]), right = v.reshaped([1, v.count])
      let sigma = (weight.reshaped([u.count, v.count]) * (left * right)).sum()
      return weight * sigma.reciprocal()
    }
    let sigma = Float(sigma)
    var folded = weight
    folded.withUnsafeMutableBuffer { values in
      for i in values.indices { values[i] /= sigma }
    }
    return folded
  }

  /// One power iteration: v ← Wᵀu and u ← W v, each divided by its length (at least 1e-12).
  public mutating func iterate() {
    let rows = u.count, columns = v.count
    var newV = [Double](repeating: 0, count: columns), newU = [Double](repeating: 0, count: rows)
    weight.withUnsafeBuffer { w in
      u.withUnsafeBuffer { u in
        for row in 0..<rows {
          for i in 0..<columns { newV[i] += Double(w[row * columns + i]) * Double(u[row]) }
        }
      }
      Self.normalize(&newV)
      for row in 0..<rows {
        for i in 0..<columns { newU[row] += Double(w[row * columns + i]) * newV[i] }
      }
      Self.normalize(&newU)
    }
    u = Tensor(newU.map { Float($0) }, shape: [rows])
    v = Tensor(newV.map { Float($0) }, shape: [columns])
  }

  private static func normalize(_ values: inout [Double]) {
    let length = max(values.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
    for i in values.indices { values[i] /= length }
  }
}
