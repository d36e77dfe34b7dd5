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
    let channels = shape[1]
    let result = style.withUnsafeBuffer { style in
      normalizedPlanes(epsilon: epsilon, activation: .linear, alpha: 0) { index in
        let row = index / channels * 2 * channels, channel = index % channels
        return (style[row + channel] + 1, style[row + channels + channel])
      }
    }
    return result.recorded(from: [self, style]) { inputs in
      let style = inputs[1], extents: Shape = [style.shape[0], channels, 1, 1]
      let scale = style.sliced(axis: 1, 0..<channels).reshaped(extents) + 1
      let shift = style.sliced(axis: 1, channels..<2 * channels).reshaped(extents)
      return inputs[0].normalizedInSteps(epsilon: epsilon) * scale + shift
    }
  }

  /// Instance normalisation without a style (Ulyanov et al., arXiv 1607.08022), then an activation
  /// without gain: y = act((x − μ) / √(mean (x − μ)² + ε)) for every plane of `[N, C, H, W]`.
  ///
  /// - Parameters:
  ///   - epsilon: ε; torch's 1e-5 unless given.
  ///   - activation: What follows.
  ///   - alpha: The slope of lrelu below zero.
  public func instanceNormalized(
    epsilon: Float = 1e-5, activation: Activation = .linear, alpha: Float = 0.2
  ) -> Tensor {
    precondition(shape.rank == 4, "instance norm of \(shape)")
    let result = normalizedPlanes(epsilon: epsilon, activation: activation, alpha: alpha) { _ in
      (1, 0)
    }
    guard Tape.records(self) else { return result }
    let epilogue = Epilogue(activation: activation, alpha: alpha, gain: 1)
    guard epilogue.isPiecewise else {
      return result.recorded(from: [self]) { inputs in
        inputs[0].normalizedInSteps(epsilon: epsilon).biasAct(epilogue)
      }
    }
    let x = self
    return result.recorded(
      from: [self],
      withResult: { y, gradient, _ in
        [x.normalizationPullback(gradient, result: y, epsilon: epsilon, epilogue: epilogue)]
      })
  }

  /// The gradient of ``instanceNormalized(epsilon:activation:alpha:)`` of this tensor, `y` its
  /// result.
  private func normalizationPullback(
    _ gradient: Tensor, result y: Tensor, epsilon: Float, epilogue: Epilogue
  ) -> Tensor {
    if Tape.records(self, gradient) {
      let inner = epilogue.pullback(gradient, result: y)
      let centred = self - averaged(over: [2, 3]).broadcast(to: shape)
      let factor = (centred.squared().averaged(over: [2, 3]) + epsilon).reciprocalSquareRoot()
      let normal = centred * factor
      let lean = (inner * normal).averaged(over: [2, 3])
      return (inner - inner.averaged(over: [2, 3]).broadcast(to: shape) - normal * lean) * factor
    }
    let plane = shape[2] * shape[3], slope = epilogue.slope
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { x in
        y.withUnsafeBuffer { y in
          gradient.withUnsafeBuffer { g in
            guard let to = destination.baseAddress, let x = x.baseAddress,
              let y = y.baseAddress, let g = g.baseAddress
            else { return }
            Parallel.forEach(shape[0] * shape[1]) { index in
              let start = index * plane
              var (mean, variance) = (0.0, 0.0)
              atelier_moments(x + start, plane, &mean, &variance)
              atelier_normalize_back(
                to + start, g + start, y + start, x + start, Float(mean),
                Float(1 / (variance + Double(epsilon)).squareRoot()), slope, plane)
            }
          }
        }
      }
    }
  }

  /// Planes with mean 0 and deviation 1, in operations that have gradients.
  private func normalizedInSteps(epsilon: Float) -> Tensor {
    let centred = self - averaged(over: [2, 3]).broadcast(to: shape)
    return centred * (centred.squared().averaged(over: [2, 3]) + epsilon).reciprocalSquareRoot()
  }

  /// Planes with mean 0 and deviation 1, then what `style` says of plane n·C + c.
  private func normalizedPlanes(
    epsilon: Float, activation: Activation, alpha: Float,
    _ style: (_ plane: Int) -> (scale: Float, shift: Float)
  ) -> Tensor {
    let plane = shape[2] * shape[3]
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { index in
          let (x, y) = (from + index * plane, to + index * plane)
          let (scale, shift) = style(index)
          var (mean, variance) = (0.0, 0.0)
          atelier_moments(x, plane, &mean, &variance)
          let factor = Double(scale) / (variance + Double(epsilon)).squareRoot()
          atelier_normalize(
            y, x, Float(mean), Float(factor), shift, activation.code, alpha, plane)
        }
      }
    }
  }
}
