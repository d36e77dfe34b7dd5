import Tensors

/// One stage of pix2pixHD's networks: a convolution with its norm, or a residual block.
struct TranslationStage: Sendable {
  /// What a stage is.
  enum Kind: String, Sendable {
    /// 7×7 over a mirrored border.
    case wide
    /// 3×3, stride 2.
    case down
    /// Two 3×3 over mirrored borders, added to the input.
    case residual
    /// Transposed 3×3, stride 2.
    case up
    /// 7×7 over a mirrored border and tanh.
    case colours
  }

  /// The official name of its result.
  let name: String
  /// What it is.
  let kind: Kind
  private let first: NormalizedConvolution
  private let second: NormalizedConvolution?

  /// The stage whose convolution has index `index` in the sequence `sequence`.
  init(
    _ reader: inout ParameterReader, _ kind: Kind, _ sequence: String, _ index: Int, inputs: Int,
    outputs: Int, norm: PlaneNorm.Kind
  ) throws {
    self.kind = kind
    func place(_ index: Int) -> String { "\(sequence).\(index)" }
    func planeNorm(_ reader: inout ParameterReader, _ name: String) throws -> PlaneNorm {
      try PlaneNorm(&reader, name, kind: norm, channels: outputs, usesBatch: true)
    }
    switch kind {
    case .wide:
      let norm = try planeNorm(&reader, place(index + 1))
      first = try NormalizedConvolution(
        &reader, place(index), inputs: inputs, outputs: outputs, kernel: 7, border: .mirrored,
        norm: norm, activation: .relu)
      second = nil
      name = place(index + 2)
    case .down, .up:
      let norm = try planeNorm(&reader, place(index + 1))
      first = try NormalizedConvolution(
        &reader, place(index), inputs: inputs, outputs: outputs, kernel: 3, border: .zeros(1),
        stride: 2, norm: norm, activation: .relu, isTransposed: kind == .up)
      second = nil
      name = place(index + 2)
    case .residual:
      let block = "\(place(index)).conv_block"
      let norms = try (planeNorm(&reader, "\(block).2"), planeNorm(&reader, "\(block).6"))
      first = try NormalizedConvolution(
        &reader, "\(block).1", inputs: inputs, outputs: outputs, kernel: 3, border: .mirrored,
        norm: norms.0, activation: .relu)
      second = try NormalizedConvolution(
        &reader, "\(block).5", inputs: outputs, outputs: outputs, kernel: 3, border: .mirrored,
        norm: norms.1)
      name = place(index)
    case .colours:
      first = try NormalizedConvolution(
        &reader, place(index), inputs: inputs, outputs: outputs, kernel: 7, border: .mirrored,
        activation: .tanh)
      second = nil
      name = place(index + 1)
    }
  }

  /// `[N, I, H, W]` → `[N, O, H′, W′]`.
  func callAsFunction(_ x: Tensor, norms: NormStatistics?) -> Tensor {
    guard let second else { return first(x, statistics: norms) }
    var y = second(first(x, statistics: norms), statistics: norms)
    y.add(x)
    return y
  }

  /// What `inspect` tells.
  var layer: SceneLayer {
    SceneLayer(
      name: name, kind: kind.rawValue, inputChannels: first.channels.inputs,
      outputChannels: first.channels.outputs)
  }
}

/// Stages one after the other.
struct TranslationSequence: Sendable {
  private(set) var stages: [TranslationStage] = []

  /// Adds a stage.
  mutating func append(_ stage: TranslationStage) { stages.append(stage) }

  /// Runs the stages, and hands every result to `observe`.
  func callAsFunction(
    _ x: Tensor, norms: NormStatistics? = nil, observe: SceneObserver?
  ) -> Tensor {
    var y = x
    for stage in stages {
      y = stage(y, norms: norms)
      observe?(stage.name, y)
    }
    return y
  }
}

extension TranslationSequence {
  /// The part that the global generator and the encoder begin with: 7×7, then `downsamplings` times
  /// half the size and twice the channels. Gives the index of the module after it.
  mutating func appendContracting(
    _ reader: inout ParameterReader, _ sequence: String, inputs: Int, filters: Int,
    downsamplings: Int, norm: PlaneNorm.Kind
  ) throws -> Int {
    append(
      try TranslationStage(
        &reader, .wide, sequence, 1, inputs: inputs, outputs: filters, norm: norm))
    for level in 0..<downsamplings {
      append(
        try TranslationStage(
          &reader, .down, sequence, 4 + 3 * level, inputs: filters << level,
          outputs: filters << (level + 1), norm: norm))
    }
    return 4 + 3 * downsamplings
  }

  /// `levels` times twice the size and half the channels, down to `filters`, from module `index`
  /// on. Gives the index of the module after it.
  mutating func appendExpanding(
    _ reader: inout ParameterReader, _ sequence: String, from index: Int, filters: Int,
    levels: Int, norm: PlaneNorm.Kind
  ) throws -> Int {
    for level in 0..<levels {
      let inputs = filters << (levels - level)
      append(
        try TranslationStage(
          &reader, .up, sequence, index + 3 * level, inputs: inputs, outputs: inputs / 2,
          norm: norm))
    }
    return index + 3 * levels
  }
}
