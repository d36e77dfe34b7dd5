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
    let (samples, channels) = (shape[0], shape[1])
    let plane = shape.count / max(samples * channels, 1)
    return Tensor(uninitialized: shape) { destination in
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
  }
}
