import CKernels

/// The activations of bias_act (stylegan2-ada-pytorch).
public enum Activation: String, Sendable, CaseIterable {
  /// x.
  case linear
  /// max(x, 0).
  case relu
  /// x, or α·x below zero; α = 0.2 unless given.
  case lrelu
  /// tanh x.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x, or eˣ − 1 below zero.
  case elu
  /// The self-normalising elu.
  case selu
  /// ln(1 + eˣ).
  case softplus
  /// x · sigmoid x.
  case swish

  /// The gain that keeps the variance: √2 for relu, lrelu and swish, else 1.
  public var defaultGain: Float {
    switch self {
    case .relu, .lrelu, .swish: Float(2).squareRoot()
    default: 1
    }
  }

  /// Its number in `CKernels`.
  var code: Int32 {
    let kernel: atelier_activation =
      switch self {
      case .linear: atelier_linear
      case .relu: atelier_relu
      case .lrelu: atelier_lrelu
      case .tanh: atelier_tanh
      case .sigmoid: atelier_sigmoid
      case .elu: atelier_elu
      case .selu: atelier_selu
      case .softplus: atelier_softplus
      case .swish: atelier_swish
      }
    return Int32(kernel.rawValue)
  }
}

/// What follows a convolution, in one pass: + noise → + bias → activation → × gain → clamp.
public struct Epilogue: Sendable {
  /// Noise maps `[1 or N, 1, H, W]`, the same for all channels.
  public var noise: Tensor?
  /// The factor on the noise.
  public var noiseStrength: Float
  /// One bias a channel, `[C]`.
  public var bias: Tensor?
  /// The activation.
  public var activation: Activation
  /// The slope of lrelu below zero.
  public var alpha: Float
  /// The factor after the activation.
  public var gain: Float
  /// Results are clamped to ± this; `nil` for no clamp.
  public var clamp: Float?

  /// An epilogue; the gain is the activation's own unless given.
  public init(
    bias: Tensor? = nil, activation: Activation = .linear, alpha: Float = 0.2, gain: Float? = nil,
    clamp: Float? = nil, noise: Tensor? = nil, noiseStrength: Float = 1
  ) {
    self.bias = bias
    self.activation = activation
    self.alpha = alpha
    self.gain = gain ?? activation.defaultGain
    self.clamp = clamp
    self.noise = noise
    self.noiseStrength = noiseStrength
  }

  /// Nothing at all.
  public static let none = Epilogue()

  /// Writes `count` results of channel `channel` of sample `sample`; `scale` multiplies first.
  func apply(
    _ y: UnsafeMutablePointer<Float>, from x: UnsafePointer<Float>, scale: Float = 1, sample: Int,
    channel: Int, count: Int
  ) {
    let bias = bias.map { $0.withUnsafeBuffer { $0[channel] } } ?? 0
    func run(_ noise: UnsafePointer<Float>?) {
      atelier_bias_act(
        y, x, noise, noiseStrength, scale, bias, activation.code, alpha, gain, clamp ?? -1, count)
    }
    guard let noise, noiseStrength != 0 else { return run(nil) }
    noise.withUnsafeBuffer { maps in
      run(maps.baseAddress?.advanced(by: noise.shape[0] == 1 ? 0 : sample * count))
    }
  }

  /// Whether convolutions apply it in the pass that writes their results.
  var isFused: Bool { activation == .linear || activation == .lrelu || activation == .relu }

  /// The factor below zero of the activations that convolutions apply.
  var slope: Float { activation == .relu ? 0 : activation == .lrelu ? alpha : 1 }

  /// Checks that noise and bias fit an output of `shape` `[N, C, H, W]` (or `[N, C]`).
  func check(shape: Shape) {
    if let bias { precondition(bias.count == shape[1], "bias \(bias.shape) for \(shape)") }
    if let noise {
      precondition(
        shape.rank == 4 && noise.count == noise.shape[0] * shape[2] * shape[3]
          && (noise.shape[0] == 1 || noise.shape[0] == shape[0]),
        "noise \(noise.shape) for \(shape)")
    }
  }
}

extension Tensor {
  /// bias_act of stylegan2-ada-pytorch over `[N, C, …]`: see ``Epilogue``.
  public func biasAct(_ epilogue: Epilogue) -> Tensor {
    epilogue.check(shape: shape)
    let isRecorded = Tape.records(self, epilogue.bias, epilogue.noise)
    if isRecorded, !epilogue.isPiecewise { return biasActInSteps(epilogue) }
    let (samples, channels) = (shape[0], shape[1])
    let plane = shape.count / max(samples * channels, 1)
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        let share = max(1, (1 << 12) / max(plane, 1))
        Parallel.forEachRange(of: samples * channels, size: share) { range in
          for index in range {
            epilogue.apply(
              to + index * plane, from: from + index * plane, sample: index / channels,
              channel: index % channels, count: plane)
          }
        }
      }
    }
    guard isRecorded else { return result }
    return result.recorded(
      from: [self, epilogue.bias, epilogue.noise],
      withResult: { y, gradient, isNeeded in
        let inner = epilogue.pullback(gradient, result: y)
        return [
          inner, isNeeded[1] ? epilogue.biasGradient(inner) : nil,
          isNeeded[2] ? epilogue.noiseGradient(inner) : nil,
        ]
      })
  }

  /// The same step by step, for activations whose gradient is not told by their result.
  private func biasActInSteps(_ epilogue: Epilogue) -> Tensor {
    let x = biasAct(
      Epilogue(
        bias: epilogue.bias, noise: epilogue.noise, noiseStrength: epilogue.noiseStrength))
    let y = x.activated(epilogue.activation, alpha: epilogue.alpha) * epilogue.gain
    return epilogue.clamp.map { y.clamped(-$0, $0) } ?? y
  }

  /// The activation alone, in operations that have gradients.
  private func activated(_ activation: Activation, alpha: Float) -> Tensor {
    switch activation {
    case .linear: return self
    case .relu: return scaled(above: 1, below: 0, by: self)
    case .lrelu: return scaled(above: 1, below: alpha, by: self)
    case .tanh: return hyperbolicTangent()
    case .sigmoid: return sigmoid()
    case .softplus: return softplus()
    case .swish: return self * sigmoid()
    case .elu, .selu:
      // Klambauer et al., arXiv 1706.02515.
      let (scale, slope): (Float, Float) =
        activation == .elu ? (1, 1) : (1.050_700_987_355_480_5, 1.673_263_242_354_377_2)
      let negative = scaled(above: 0, below: 1, by: self).exponential() + -1
      return scaled(above: scale, below: 0, by: self) + negative * (scale * slope)
    }
  }

  /// Every element times `above` where that of `sign` is above 0 and `below` elsewhere, and 0 where
  /// `sign` reaches ± `limit`.
  func scaled(above: Float, below: Float, limit: Float? = nil, by sign: Tensor) -> Tensor {
    precondition(shape == sign.shape, "signs of shape \(sign.shape) for \(shape)")
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { x in
        sign.withUnsafeBuffer { sign in
          guard let to = destination.baseAddress, let x = x.baseAddress,
            let sign = sign.baseAddress
          else { return }
          Parallel.forEachRange(of: shape.count, size: 1 << 15) { range in
            if let limit {
              for i in range {
                to[i] = abs(sign[i]) < limit ? x[i] * (sign[i] > 0 ? above : below) : 0
              }
            } else {
              for i in range { to[i] = x[i] * (sign[i] > 0 ? above : below) }
            }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    let sign = sign.detached
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.scaled(above: above, below: below, limit: limit, by: sign)]
    }
  }
}

extension Epilogue {
  /// Whether it changes nothing.
  var isNothing: Bool {
    activation == .linear && gain == 1 && clamp == nil && bias == nil
      && (noise == nil || noiseStrength == 0)
  }

  /// Whether the result tells the slope at every element: of linear, relu and lrelu.
  var isPiecewise: Bool { isFused && gain > 0 && slope >= 0 }

  /// The gradient before activation, gain and clamp, of that after them.
  func pullback(_ gradient: Tensor, result: Tensor) -> Tensor {
    if slope == 1, clamp == nil { return gain == 1 ? gradient : gradient * gain }
    return gradient.scaled(above: gain, below: gain * slope, limit: clamp, by: result)
  }

  /// The gradient of the bias, of that before the activation.
  func biasGradient(_ inner: Tensor) -> Tensor? {
    bias.map { bias in
      inner.summed(over: inner.shape.dimensions.indices.filter { $0 != 1 }).reshaped(bias.shape)
    }
  }

  /// The gradient of the noise maps, of that before the activation.
  func noiseGradient(_ inner: Tensor) -> Tensor? {
    noise.map { noise in
      let maps = inner.summed(to: [noise.shape[0], 1, inner.shape[2], inner.shape[3]])
      return maps.reshaped(noise.shape) * noiseStrength
    }
  }
}
