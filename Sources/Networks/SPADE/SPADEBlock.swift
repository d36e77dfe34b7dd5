import Tensors

/// Spatially adaptive normalisation (Park et al., arXiv 1903.07291, section 3): a norm without
/// parameters, scaled and shifted pixel by pixel as the semantics say.
struct SpatiallyAdaptiveNorm: Sendable {
  private let norm: PlaneNorm
  private let shared: NormalizedConvolution
  private let gamma: NormalizedConvolution
  private let beta: NormalizedConvolution

  init(
    _ reader: inout ParameterReader, _ name: String, channels: Int,
    _ options: SPADEConfiguration
  ) throws {
    norm = try PlaneNorm(
      &reader, "\(name).param_free_norm", kind: options.norm, channels: channels, isAffine: false)
    let k = options.kernel
    shared = try NormalizedConvolution(
      &reader, "\(name).mlp_shared.0", inputs: options.semanticChannels, outputs: options.hidden,
      kernel: k, border: .zeros(k / 2), activation: .relu)
    gamma = try NormalizedConvolution(
      &reader, "\(name).mlp_gamma", inputs: options.hidden, outputs: channels, kernel: k,
      border: .zeros(k / 2))
    beta = try NormalizedConvolution(
      &reader, "\(name).mlp_beta", inputs: options.hidden, outputs: channels, kernel: k,
      border: .zeros(k / 2))
  }

  /// n · (1 + γ) + β of `x` `[N, C, H, W]`, for semantics of the same size; then lrelu with `slope`
  /// below zero, 1 for none.
  func callAsFunction(
    _ x: Tensor, _ semantics: Tensor, slope: Float, norms: NormStatistics?,
    observe: ((Tensor) -> Void)?
  ) -> Tensor {
    let hidden = shared(semantics)
    let (gamma, beta) = (gamma(hidden), beta(hidden))
    let normal = norm(x, statistics: norms)
    observe?(normal.spatiallyModulated(gamma: gamma, beta: beta))
    return normal.spatiallyModulated(gamma: gamma, beta: beta, slope: slope)
  }
}

/// A residual block of SPADE: two convolutions after adaptive norms, and a third on the shortcut
/// where the channels change.
struct SPADEBlock: Sendable {
  let name: String
  let inputs: Int
  let outputs: Int
  private let norms: (first: SpatiallyAdaptiveNorm, second: SpatiallyAdaptiveNorm)
  private let convolutions: (first: NormalizedConvolution, second: NormalizedConvolution)
  private let shortcut: (norm: SpatiallyAdaptiveNorm, convolution: NormalizedConvolution)?

  init(
    _ reader: inout ParameterReader, _ name: String, inputs: Int, outputs: Int,
    _ options: SPADEConfiguration
  ) throws {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    let middle = min(inputs, outputs)
    norms = (
      try SpatiallyAdaptiveNorm(&reader, "\(name).norm_0", channels: inputs, options),
      try SpatiallyAdaptiveNorm(&reader, "\(name).norm_1", channels: middle, options)
    )
    convolutions = (
      try NormalizedConvolution(
        &reader, "\(name).conv_0", inputs: inputs, outputs: middle, kernel: 3, border: .zeros(1)),
      try NormalizedConvolution(
        &reader, "\(name).conv_1", inputs: middle, outputs: outputs, kernel: 3, border: .zeros(1))
    )
    shortcut =
      inputs == outputs
      ? nil
      : (
        try SpatiallyAdaptiveNorm(&reader, "\(name).norm_s", channels: inputs, options),
        try NormalizedConvolution(
          &reader, "\(name).conv_s", inputs: inputs, outputs: outputs, kernel: 1,
          border: .zeros(0), hasBias: false)
      )
  }

  /// `[N, inputs, H, W]` and semantics of the same size → `[N, outputs, H, W]`.
  func callAsFunction(
    _ x: Tensor, _ semantics: Tensor, norms statistics: NormStatistics?, observe: SceneObserver?
  ) -> Tensor {
    var short = x
    if let shortcut {
      let y = shortcut.norm(
        x, semantics, slope: 1, norms: statistics, observe: named("norm_s", observe))
      short = shortcut.convolution(y)
      observe?("\(name).conv_s", short)
    }
    var y = norms.first(
      x, semantics, slope: 0.2, norms: statistics, observe: named("norm_0", observe))
    y = convolutions.first(y)
    observe?("\(name).conv_0", y)
    y = norms.second(
      y, semantics, slope: 0.2, norms: statistics, observe: named("norm_1", observe))
    y = convolutions.second(y)
    observe?("\(name).conv_1", y)
    y.add(short)
    observe?(name, y)
    return y
  }

  /// An observer of one result of the block.
  private func named(_ part: String, _ observe: SceneObserver?) -> ((Tensor) -> Void)? {
    observe.map { observe in { observe("\(name).\(part)", $0) } }
  }
}
