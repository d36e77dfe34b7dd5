import CKernels

/// Sums over one plane in double precision, in a fixed order, and the pass that uses them.
enum PlaneStatistics {
  /// y = act(x · factor + offset).
  static func scale(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, by factor: Float,
    plus offset: Float, _ activation: Activation = .linear, _ alpha: Float = 0, count: Int
  ) {
    atelier_bias_act(y, x, nil, 0, factor, offset, activation.code, alpha, 1, -1, count)
  }

  /// Σ x.
  static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    var lanes = SIMD8<Double>(repeating: 0)
    var i = 0
    while i + 8 <= count {
      lanes += SIMD8<Double>(
        UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
      i += 8
    }
    var total = lanes.sum()
    while i < count {
      total += Double(x[i])
      i += 1
    }
    return total
  }

  /// Σ (x − mean)².
  static func squares(_ x: UnsafePointer<Float>, _ count: Int, around mean: Double) -> Double {
    var lanes = SIMD8<Double>(repeating: 0)
    var i = 0
    while i + 8 <= count {
      let d =
        SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
        - SIMD8<Double>(repeating: mean)
      lanes += d * d
      i += 8
    }
    var total = lanes.sum()
    while i < count {
      total += (Double(x[i]) - mean) * (Double(x[i]) - mean)
      i += 1
    }
    return total
  }
}
