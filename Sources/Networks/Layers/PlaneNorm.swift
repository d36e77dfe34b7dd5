import Tensors

/// The normalisation that follows a convolution in networks from PyTorch.
enum PlaneNorm: Sendable {
  /// None.
  case none
  /// Instance norm without parameters.
  case instance
  /// Batch norm with the statistics of the batch at hand, as a network works that was never switched
  /// to evaluation.
  case ofBatch(weight: Tensor, bias: Tensor)
  /// Batch norm with stored statistics, made one factor and one offset a channel.
  case stored(scale: Tensor, shift: Tensor)

  /// What kind of norm a file may hold.
  enum Kind: String, Codable, Sendable {
    case none, instance, batch
  }

  /// The norm `name` of `channels` channels.
  ///
  /// - Parameters:
  ///   - kind: Which.
  ///   - usesBatch: Whether batch norm takes the statistics of the batch at hand.
  ///   - isAffine: Whether batch norm has weights and biases.
  init(
    _ reader: inout ParameterReader, _ name: String, kind: Kind, channels: Int,
    usesBatch: Bool = false, isAffine: Bool = true
  ) throws {
    switch kind {
    case .none: self = .none
    case .instance: self = .instance
    case .batch:
      let weight = isAffine ? try reader.take("\(name).weight", [channels]) : nil
      let bias = isAffine ? try reader.take("\(name).bias", [channels]) : nil
      let mean = try reader.take("\(name).running_mean", [channels])
      let variance = try reader.take("\(name).running_var", [channels])
      reader.skip("\(name).num_batches_tracked")
      if usesBatch, let weight, let bias {
        self = .ofBatch(weight: weight, bias: bias)
      } else {
        let (scale, shift) = Self.folded(
          mean: mean, variance: variance, weight: weight, bias: bias)
        self = .stored(scale: scale, shift: shift)
      }
    }
  }

  /// One factor and one offset a channel for statistics and parameters.
  private static func folded(
    mean: Tensor, variance: Tensor, weight: Tensor?, bias: Tensor?
  ) -> (scale: Tensor, shift: Tensor) {
    var scale: [Float] = [], shift: [Float] = []
    for c in 0..<mean.count {
      let factor = Double(weight?[c] ?? 1) / (Double(variance[c]) + 1e-5).squareRoot()
      scale.append(Float(factor))
      shift.append(Float(Double(bias?[c] ?? 0) - Double(mean[c]) * factor))
    }
    return (Tensor(scale, shape: [mean.count]), Tensor(shift, shape: [mean.count]))
  }

  /// The parameters of a norm with statistics of the plane, `nil` for any other.
  private var planeParameters: (weight: Tensor?, bias: Tensor?)? {
    switch self {
    case .none, .stored: nil
    case .instance: (nil, nil)
    case .ofBatch(let weight, let bias): (weight, bias)
    }
  }

  /// Whether a convolution before it keeps its own activation.
  var isNone: Bool { if case .none = self { true } else { false } }

  /// Normalises `[N, C, H, W]`, then activates without a gain. Statistics of the plane are left with
  /// `statistics`, or taken from there.
  func callAsFunction(
    _ x: Tensor, activation: Activation = .linear, alpha: Float = 0.2,
    statistics: NormStatistics? = nil
  ) -> Tensor {
    if let statistics, let parameters = planeParameters {
      let moments = statistics.moments(of: x)
      let (scale, shift) = Self.folded(
        mean: moments.mean, variance: moments.variance, weight: parameters.weight,
        bias: parameters.bias)
      return x.channelsScaled(by: scale, plus: shift, activation: activation, alpha: alpha)
    }
    switch self {
    case .none:
      return activation == .linear
        ? x : x.biasAct(Epilogue(activation: activation, alpha: alpha, gain: 1))
    case .instance: return x.instanceNormalized(activation: activation, alpha: alpha)
    case .ofBatch(let weight, let bias):
      let moments = x.channelMoments()
      if moments.mean.isTracked || weight.isTracked || bias.isTracked {
        let y = x.batchNormalized(
          mean: moments.mean, variance: moments.variance, weight: weight, bias: bias)
        return PlaneNorm.none(y, activation: activation, alpha: alpha)
      }
      let (scale, shift) = Self.folded(
        mean: moments.mean, variance: moments.variance, weight: weight, bias: bias)
      return x.channelsScaled(by: scale, plus: shift, activation: activation, alpha: alpha)
    case .stored(let scale, let shift):
      return x.channelsScaled(by: scale, plus: shift, activation: activation, alpha: alpha)
    }
  }
}
