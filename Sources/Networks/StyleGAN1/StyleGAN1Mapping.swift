import Tensors

/// The mapping network of StyleGAN1: z and label → w.
struct StyleGAN1Mapping: Sendable {
  private let embed: Tensor?
  private let layers: [EqualizedDense]
  private let normalizesLatents: Bool

  /// Reads `mapping.embed` and `mapping.fc0` ….
  init(_ reader: inout ParameterReader, _ configuration: StyleGAN1Configuration) throws {
    let (zDim, classes) = (configuration.zDim, configuration.classes)
    embed = classes > 0 ? try reader.take("mapping.embed.weight", [zDim, classes]) : nil
    var layers: [EqualizedDense] = []
    var width = classes > 0 ? 2 * zDim : zDim
    for (index, outputs) in configuration.mappingWidths.enumerated() {
      layers.append(
        try EqualizedDense(
          &reader, "mapping.fc\(index)", inputs: width, outputs: outputs,
          multiplier: configuration.mappingMultiplier))
      width = outputs
    }
    self.layers = layers
    normalizesLatents = configuration.normalizesLatents ?? true
  }

  /// `[N, zDim]` and `[N, classes]` → `[N, wDim]`; z and the embedded label are normalised as one.
  func callAsFunction(_ z: Tensor, label: Tensor?) -> Tensor {
    var x = z
    if let embed {
      guard let label else { preconditionFailure("a conditional network needs a label") }
      x = z.concatenatedFeatures(label.linear(embed))
    }
    return layers.reduce(normalizesLatents ? x.normalizedSecondMoment() : x) { $1($0) }
  }
}
