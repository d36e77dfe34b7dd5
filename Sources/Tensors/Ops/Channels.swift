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
    return concatenated(parts, axis: 1)
  }

  /// Channels `range` of `[N, C, H, W]`.
  public func channels(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank == 4 && range.lowerBound >= 0 && range.upperBound <= shape[1],
      "channels \(range) of \(shape)")
    return sliced(axis: 1, range)
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
    let result = Tensor(uninitialized: shape) { destination in
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
    return result.recorded(from: [self, gamma, beta]) { inputs in
      (inputs[0] * (inputs[1] + 1) + inputs[2])
        .biasAct(Epilogue(activation: .lrelu, alpha: slope, gain: 1))
    }
  }
}
