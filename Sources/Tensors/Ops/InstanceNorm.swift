import CKernels

extension Tensor {
  /// Adaptive instance normalisation (Karras et al., arXiv 1812.04948, equation 1): every plane of
  /// `[N, C, H, W]` gets mean 0 and deviation 1, then its style.
  ///
  /// y = (x − μ) / √(mean (x − μ)² + ε) · (scale + 1) + shift, where the first C numbers of a row of
  /// `style` `[N, 2C]` are the scales and the others the shifts.
  public func instanceNormalized(style: Tensor, epsilon: Float = 1e-8) -> Tensor {
    precondition(
      shape.rank == 4 && style.shape == [shape[0], 2 * shape[1]],
      "styles \(style.shape) for the instance norm of \(shape)")
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        style.withUnsafeBuffer { style in
          guard let to = destination.baseAddress, let from = source.baseAddress else { return }
          Parallel.forEach(shape[0] * channels) { index in
            let (x, y) = (from + index * plane, to + index * plane)
            let row = index / channels * 2 * channels, channel = index % channels
            let (scale, shift) = (style[row + channel] + 1, style[row + channels + channel])
            let mean = Float(Self.sum(x, plane) / Double(max(plane, 1)))
            Self.scale(y, x, by: 1, plus: -mean, plane)
            let variance = atelier_sum_of_squares(y, plane) / Double(max(plane, 1))
            let factor = 1 / (variance + Double(epsilon)).squareRoot()
            Self.scale(y, y, by: scale * Float(factor), plus: shift, plane)
          }
        }
      }
    }
  }

  /// y = x · factor + offset.
  private static func scale(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, by factor: Float,
    plus offset: Float, _ count: Int
  ) {
    atelier_bias_act(y, x, nil, 0, factor, offset, Activation.linear.code, 0, 1, -1, count)
  }

  /// Σ x in double precision, in a fixed order.
  private static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
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
}
