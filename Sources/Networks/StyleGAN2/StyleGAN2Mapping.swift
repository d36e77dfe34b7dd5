import Tensors

/// The mapping network of StyleGAN2 and its discriminators: z and label → w.
struct StyleGAN2Mapping: Sendable {
  private let embed: FullyConnected?
  /// The label's embedding `[embedFeatures, classes]` where it is normalised together with z.
  private let joinedEmbed: Tensor?
  private let layers: [FullyConnected]
  private let usesLatent: Bool
  private let normalizesLatents: Bool

  /// Reads `mapping.embed` and `mapping.fc0` … from the reader.
  ///
  /// - Parameters:
  ///   - inputs: The width of z; 0 if the label alone is mapped.
  ///   - classes: The width of the label; 0 for none.
  ///   - embedFeatures: The width of the embedded label.
  ///   - widths: The outputs of the layers, in order.
  ///   - normalizesTogether: Whether the embedded label, without bias and scaling, joins z before
  ///     both are normalised as one; else each is normalised by itself.
  ///   - normalizesLatents: Whether z is normalised at all, and what joins it before; a label that
  ///     is normalised by itself always is.
  init(
    _ reader: inout ParameterReader, inputs: Int, classes: Int, embedFeatures: Int, widths: [Int],
    activation: Activation, multiplier: Float, normalizesTogether: Bool = false,
    normalizesLatents: Bool = true
  ) throws {
    joinedEmbed =
      classes > 0 && normalizesTogether
      ? try reader.take("mapping.embed.weight", [embedFeatures, classes]) : nil
    embed =
      classes > 0 && !normalizesTogether
      ? try FullyConnected(&reader, "mapping.embed", inputs: classes, outputs: embedFeatures) : nil
    var layers: [FullyConnected] = []
    var width = inputs + (classes > 0 ? embedFeatures : 0)
    for (index, outputs) in widths.enumerated() {
      layers.append(
        try FullyConnected(
          &reader, "mapping.fc\(index)", inputs: width, outputs: outputs, activation: activation,
          multiplier: multiplier))
      width = outputs
    }
    self.layers = layers
    usesLatent = inputs > 0
    self.normalizesLatents = normalizesLatents
  }

  /// `[N, zDim]` and `[N, classes]` → `[N, wDim]`.
  func callAsFunction(_ z: Tensor?, label: Tensor?) -> Tensor {
    if let joinedEmbed {
      guard let z, let label else { preconditionFailure("a conditional network needs a label") }
      return layers.reduce(normalized(z.concatenatedFeatures(label.linear(joinedEmbed)))) {
        $1($0)
      }
    }
    var x = usesLatent ? z.map(normalized) : nil
    if let embed {
      guard let label else { preconditionFailure("a conditional network needs a label") }
      let y = embed(label).normalizedSecondMoment()
      x = x.map { $0.concatenatedFeatures(y) } ?? y
    }
    guard let x else { preconditionFailure("a mapping network needs a latent") }
    return layers.reduce(x) { $1($0) }
  }

  private func normalized(_ x: Tensor) -> Tensor {
    normalizesLatents ? x.normalizedSecondMoment() : x
  }
}
