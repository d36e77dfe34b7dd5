import CKernels

extension Tensor {
  /// Second-moment normalisation over the features of `[N, features]`: x / √(mean x² + ε).
  public func normalizedSecondMoment(epsilon: Float = 1e-8) -> Tensor {
    precondition(shape.rank == 2, "features of \(shape)")
    let features = shape[1]
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        for n in 0..<shape[0] {
          let sum = atelier_sum_of_squares(from + n * features, features)
          let factor = 1 / Float((sum / Double(features) + Double(epsilon)).squareRoot())
          atelier_scale(to + n * features, from + n * features, factor, features)
        }
      }
    }
    return result.recorded(from: [self]) { inputs in
      let x = inputs[0]
      return x * (x.squared().averaged(over: [1]) + epsilon).reciprocalSquareRoot()
    }
  }

  /// `[N, a]` and `[N, b]` side by side: `[N, a + b]`.
  public func concatenatedFeatures(_ other: Tensor) -> Tensor {
    precondition(
      shape.rank == 2 && other.shape.rank == 2 && shape[0] == other.shape[0],
      "cannot join \(shape) and \(other.shape)")
    return Tensor.concatenated([self, other], axis: 1)
  }

  /// Minibatch standard deviation (Karras et al., arXiv 1710.10196): `features` constant channels
  /// are appended to `[N, C, H, W]`.
  ///
  /// Sample i belongs to group i mod (N / G), G = min(`groupSize`, N), all of N without a group
  /// size; every group's deviation is averaged over C / `features` channels and all pixels.
  public func appendingMinibatchDeviation(groupSize: Int?, features: Int) -> Tensor {
    let (n, c, plane) = (shape[0], shape[1], shape[2] * shape[3])
    let group = min(groupSize ?? n, n)
    precondition(
      n % max(group, 1) == 0 && c % features == 0,
      "minibatch deviation of \(shape) in groups of \(group) with \(features) features: the batch "
        + "must be smaller than the group or a multiple of it, as in the official code")
    let groups = n / group, width = c / features
    var deviations = [Float](repeating: 0, count: groups * features)
    withUnsafeBuffer { x in
      for g in 0..<groups {
        for f in 0..<features {
          var total = 0.0
          for i in f * width * plane..<(f + 1) * width * plane {
            var mean = 0.0, square = 0.0
            for k in 0..<group { mean += Double(x[(k * groups + g) * c * plane + i]) }
            mean /= Double(group)
            for k in 0..<group {
              let d = Double(x[(k * groups + g) * c * plane + i]) - mean
              square += d * d
            }
            total += (square / Double(group) + 1e-8).squareRoot()
          }
          deviations[g * features + f] = Float(total / Double(width * plane))
        }
      }
    }
    let result = Tensor(uninitialized: [n, c + features, shape[2], shape[3]]) { destination in
      withUnsafeBuffer { x in
        for sample in 0..<n {
          let to = sample * (c + features) * plane
          for i in 0..<c * plane { destination[to + i] = x[sample * c * plane + i] }
          for f in 0..<features {
            for i in 0..<plane {
              destination[to + (c + f) * plane + i] = deviations[sample % groups * features + f]
            }
          }
        }
      }
    }
    return result.recorded(from: [self]) { [shape] inputs in
      // [G, groups, features, the rest]: a sample's group is its index modulo the groups.
      let rest = width * plane
      let x = inputs[0].reshaped([group, groups, features, rest])
      let centred = x - x.averaged(over: [0]).broadcast(to: x.shape)
      let deviation = (centred.squared().averaged(over: [0]) + 1e-8).squareRoot()
      let channels = deviation.averaged(over: [3]).reshaped([1, groups, features, 1])
        .broadcast(to: [group, groups, features, plane])
      return Tensor.concatenated(
        [inputs[0], channels.reshaped([n, features, shape[2], shape[3]])], axis: 1)
    }
  }
}
