extension Tensor {
  /// Pixel norm (Karras et al., arXiv 1710.10196, section 4.2): every pixel's features over their
  /// root mean square, x / √(mean over channels of x² + ε), `[N, C, H, W]`.
  public func pixelNormalized(epsilon: Float = 1e-8) -> Tensor {
    precondition(shape.rank == 4, "pixel norm of \(shape)")
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    let strip = 2048, strips = (plane + strip - 1) / strip
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * strips) { index in
          let first = index / strips * channels * plane + index % strips * strip
          let count = min(strip, plane - index % strips * strip)
          Scratch.withFloats(count) { factors in
            for i in 0..<count { factors[i] = 0 }
            for channel in 0..<channels {
              let x = from + first + channel * plane
              for i in 0..<count { factors[i] += x[i] * x[i] }
            }
            for i in 0..<count {
              factors[i] = 1 / (factors[i] / Float(channels) + epsilon).squareRoot()
            }
            for channel in 0..<channels {
              let offset = first + channel * plane
              for i in 0..<count { to[offset + i] = from[offset + i] * factors[i] }
            }
          }
        }
      }
    }
    return result.recorded(from: [self]) { inputs in
      let x = inputs[0]
      return x * (x.squared().averaged(over: [1]) + epsilon).reciprocalSquareRoot()
    }
  }
}
