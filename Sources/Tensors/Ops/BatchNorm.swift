extension Tensor {
  /// y[n, c] = x[n, c] · scale[c] + shift[c] over the planes of `[N, C, H, W]`, then the activation.
  public func channelsScaled(
    by scale: Tensor, plus shift: Tensor, activation: Activation = .linear, alpha: Float = 0.2
  ) -> Tensor {
    precondition(
      shape.rank == 4 && scale.shape == [shape[1]] && shift.shape == [shape[1]],
      "scales \(scale.shape) and shifts \(shift.shape) for \(shape)")
    let channels = shape[1], plane = shape[2] * shape[3]
    if Tape.records(self, scale, shift) {
      return (self * scale.reshaped([channels, 1, 1]) + shift.reshaped([channels, 1, 1]))
        .biasAct(Epilogue(activation: activation, alpha: alpha, gain: 1))
    }
    return Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        scale.withUnsafeBuffer { scale in
          shift.withUnsafeBuffer { shift in
            guard let to = destination.baseAddress, let from = source.baseAddress else { return }
            Parallel.forEach(shape[0] * channels) { index in
              PlaneStatistics.scale(
                to + index * plane, from + index * plane, by: scale[index % channels],
                plus: shift[index % channels], activation, alpha, count: plane)
            }
          }
        }
      }
    }
  }

  /// Batch normalisation with known statistics (Ioffe and Szegedy, arXiv 1502.03167), as networks
  /// work after training: y = (x − mean) / √(variance + ε) · weight + bias, all `[C]`.
  public func batchNormalized(
    mean: Tensor, variance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil,
    epsilon: Float = 1e-5
  ) -> Tensor {
    let channels = shape[1]
    precondition(
      mean.shape == [channels] && variance.shape == [channels]
        && [weight, bias].allSatisfy { ($0?.shape ?? [channels]) == [channels] },
      "statistics \(mean.shape) and \(variance.shape) for \(shape)")
    if Tape.records(mean, variance, weight, bias) {
      let deviation = (variance + epsilon).reciprocalSquareRoot()
      let scale = weight.map { $0 * deviation } ?? deviation
      let shift = mean * scale * -1
      return channelsScaled(by: scale, plus: bias.map { shift + $0 } ?? shift)
    }
    var scale = [Float](), shift = [Float]()
    for c in 0..<channels {
      let factor = Double(weight?[c] ?? 1) / (Double(variance[c]) + Double(epsilon)).squareRoot()
      scale.append(Float(factor))
      shift.append(Float(Double(bias?[c] ?? 0) - Double(mean[c]) * factor))
    }
    return channelsScaled(
      by: Tensor(scale, shape: [channels]), plus: Tensor(shift, shape: [channels]))
  }

  /// The mean and the biased variance of every channel over samples and pixels: two tensors `[C]`.
  public func channelMoments() -> (mean: Tensor, variance: Tensor) {
    let (samples, channels, plane) = (shape[0], shape[1], shape[2] * shape[3])
    if Tape.records(self) {
      let mean = averaged(over: [0, 2, 3])
      let variance = (self - mean.broadcast(to: shape)).squared().averaged(over: [0, 2, 3])
      return (mean.reshaped([channels]), variance.reshaped([channels]))
    }
    var variances = Tensor(zeros: [channels])
    let count = Double(max(samples * plane, 1))
    let means = variances.withUnsafeMutableBuffer { variances in
      Tensor(uninitialized: [channels]) { means in
        withUnsafeBuffer { source in
          guard let from = source.baseAddress, let means = means.baseAddress,
            let variances = variances.baseAddress
          else { return }
          Parallel.forEach(channels) { c in
            let planes = (0..<samples).map { from + ($0 * channels + c) * plane }
            let mean = planes.reduce(0) { $0 + PlaneStatistics.sum($1, plane) } / count
            let square = planes.reduce(0) {
              $0 + PlaneStatistics.squares($1, plane, around: mean)
            }
            means[c] = Float(mean)
            variances[c] = Float(square / count)
          }
        }
      }
    }
    return (means, variances)
  }
}
