extension Tensor {
  /// The distance of two feature maps `[N, C, H, W]` at every position, each position's features
  /// scaled to unit length first: `[N, 1, H, W]` (Zhang et al., arXiv 1801.03924, equation 1).
  ///
  /// d = Σ_c w_c · (a_c / (|a| + ε) − b_c / (|b| + ε))², where |·| is the length over the channels
  /// and ε = 1e-10; `weights` `[C]`, 1 where there are none.
  public func unitFeatureDistance(to other: Tensor, weights: Tensor? = nil) -> Tensor {
    precondition(
      shape.rank == 4 && shape == other.shape && (weights?.count ?? shape[1]) == shape[1],
      "feature distance of \(shape) and \(other.shape), weights \(weights?.shape ?? [])")
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    let block = 256, blocks = (plane + block - 1) / block
    let result = Tensor(uninitialized: [shape[0], 1, shape[2], shape[3]]) { destination in
      withUnsafeBuffer { a in
        other.withUnsafeBuffer { b in
          weights.withPointer { weights in
            guard let to = destination.baseAddress, let a = a.baseAddress, let b = b.baseAddress
            else { return }
            Parallel.forEach(shape[0] * blocks) { task in
              let sample = task / blocks, start = task % blocks * block
              let count = min(block, plane - start)
              let offset = sample * channels * plane + start
              Self.distances(
                to + sample * plane + start, a + offset, b + offset, weights, channels: channels,
                plane: plane, count: count)
            }
          }
        }
      }
    }
    let heads = weights?.reshaped([1, channels, 1, 1])
    return result.recorded(from: [self, other] + (heads.map { [$0] } ?? [])) { inputs in
      func unit(_ x: Tensor) -> Tensor {
        // The tiny addend keeps the gradient finite where all features are 0.
        x * ((x.squared().summed(over: [1]) + 1e-20).squareRoot() + 1e-10).reciprocal()
      }
      let squares = (unit(inputs[0]) - unit(inputs[1])).squared()
      return (inputs.count > 2 ? squares * inputs[2] : squares).summed(over: [1])
    }
  }

  /// `count` positions of one sample; channels are `plane` apart.
  private static func distances(
    _ result: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ weights: UnsafePointer<Float>?, channels: Int, plane: Int, count: Int
  ) {
    Scratch.withFloats(2 * count) { scales in
      let (scaleA, scaleB) = (scales, scales + count)
      for i in 0..<2 * count { scales[i] = 0 }
      for channel in 0..<channels {
        let (x, y) = (a + channel * plane, b + channel * plane)
        for i in 0..<count {
          scaleA[i] += x[i] * x[i]
          scaleB[i] += y[i] * y[i]
        }
      }
      for i in 0..<2 * count { scales[i] = 1 / (scales[i].squareRoot() + 1e-10) }
      for i in 0..<count { result[i] = 0 }
      for channel in 0..<channels {
        let (x, y) = (a + channel * plane, b + channel * plane)
        let weight = weights?[channel] ?? 1
        for i in 0..<count {
          let difference = x[i] * scaleA[i] - y[i] * scaleB[i]
          result[i] += weight * (difference * difference)
        }
      }
    }
  }

  /// The mean of every plane in double precision: `[N, C, H, W]` → `[N, C]`.
  public func planeMeans() -> Tensor {
    precondition(shape.rank == 4 && shape[2] * shape[3] > 0, "plane means of \(shape)")
    let plane = shape[2] * shape[3]
    let result = Tensor(uninitialized: [shape[0], shape[1]]) { means in
      withUnsafeBuffer { source in
        for index in means.indices {
          var sum = 0.0
          for i in index * plane..<(index + 1) * plane { sum += Double(source[i]) }
          means[index] = Float(sum / Double(plane))
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { [shape] gradient, _ in
      let share = gradient.reshaped([shape[0], shape[1], 1, 1]) * (1 / Float(plane))
      return [share.broadcast(to: shape)]
    }
  }
}
