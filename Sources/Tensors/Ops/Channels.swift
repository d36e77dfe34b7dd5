extension Tensor {
  /// Pictures of one size with their channels one after the other: `[N, Cᵢ, H, W]` →
  /// `[N, Σ Cᵢ, H, W]`.
  public static func concatenatedChannels(_ parts: [Tensor]) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let first = parts[0].shape
    precondition(
      parts.allSatisfy {
        $0.shape.rank == 4 && $0.shape[0] == first[0] && $0.shape[2] == first[2]
          && $0.shape[3] == first[3]
      }, "cannot join the channels of \(parts.map(\.shape))")
    let channels = parts.reduce(0) { $0 + $1.shape[1] }, plane = first[2] * first[3]
    return Tensor(uninitialized: [first[0], channels, first[2], first[3]]) { destination in
      guard let to = destination.baseAddress else { return }
      var start = 0
      for part in parts {
        let size = part.shape[1] * plane
        part.withUnsafeBuffer { source in
          guard let from = source.baseAddress else { return }
          for sample in 0..<first[0] {
            (to + sample * channels * plane + start).update(
              from: from + sample * size, count: size)
          }
        }
        start += size
      }
    }
  }

  /// Channels `range` of `[N, C, H, W]`.
  public func channels(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank == 4 && range.lowerBound >= 0 && range.upperBound <= shape[1],
      "channels \(range) of \(shape)")
    let plane = shape[2] * shape[3], size = range.count * plane
    return Tensor(uninitialized: [shape[0], range.count, shape[2], shape[3]]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        for sample in 0..<shape[0] {
          (to + sample * size).update(
            from: from + (sample * shape[1] + range.lowerBound) * plane, count: size)
        }
      }
    }
  }

  /// y = x · (1 + γ) + β, pixel by pixel, then lrelu where asked: the modulation of SPADE (Park et
  /// al., arXiv 1903.07291, equation 1). All have one shape.
  ///
  /// - Parameters:
  ///   - gamma: γ.
  ///   - beta: β.
  ///   - slope: The slope below zero of what follows; 1 for nothing.
  public func spatiallyModulated(gamma: Tensor, beta: Tensor, slope: Float = 1) -> Tensor {
    precondition(
      gamma.shape == shape && beta.shape == shape,
      "γ \(gamma.shape) and β \(beta.shape) for \(shape)")
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { x in
        gamma.withUnsafeBuffer { gamma in
          beta.withUnsafeBuffer { beta in
            guard let y = destination.baseAddress, let x = x.baseAddress,
              let gamma = gamma.baseAddress, let beta = beta.baseAddress
            else { return }
            Parallel.forEachRange(of: count, size: 1 << 16) { range in
              for i in range {
                let value = x[i] * (1 + gamma[i]) + beta[i]
                y[i] = value < 0 ? value * slope : value
              }
            }
          }
        }
      }
    }
  }
}
