import Tensors

/// A picture generator with an intermediate latent space: z → w → picture.
///
/// The nouns are those of the official code (NVlabs/stylegan3): mapping, w_avg, ws, synthesis.
public protocol Generator: Sendable {
  /// The family's name, such as `StyleGAN2`.
  var family: String { get }
  /// The sizes that callers need.
  var size: GeneratorSize { get }
  /// The layers in the order in which they work.
  var layers: [LayerDescription] { get }
  /// w_avg, the mean of w over many z: `[wDim]`.
  var meanLatent: Tensor { get }
  /// The truncation that the family's official scripts use when none is given.
  var defaultTruncation: (psi: Float, cutoff: Int?) { get }
  /// Whether synthesis obeys ``SynthesisSettings/transform``; only StyleGAN3 does.
  var takesTransform: Bool { get }
  /// Whether rows of W+ from several latents were mixed in training, so that mixtures look right;
  /// true but for StyleGAN3.
  var isTrainedWithMixing: Bool { get }

  /// The mapping network, without truncation: `[N, zDim]` (and `[N, classes]`) → `[N, wDim]`.
  func mapping(_ z: Tensor, label: Tensor?) -> Tensor

  /// The state in which the synthesis of `samples` pictures begins, before the first layer.
  func beginning(samples: Int) -> SynthesisState

  /// Lets the layer `layers[index]` work, whose turn it is in `state`. Callers use
  /// ``synthesis(_:_:)`` and ``advance(_:to:_:_:afterLayer:)``, which keep count.
  ///
  /// A layer reads one row of W+, of the settings what they say for its name or row, and nothing of
  /// what layers before it have read: activations are kept by that rule.
  func run(
    layer index: Int, on state: inout SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: (_ name: String, _ value: Tensor) -> Void)

  /// Where the features lie on the grids of smaller pictures, the smallest first; by default after
  /// the last layer of every side.
  var previews: [PreviewPoint] { get }

  /// The pictures `[N, C, H, W]` of a state in which all layers have worked.
  func picture(of state: SynthesisState, _ settings: SynthesisSettings) -> Tensor

  /// The pictures averaged over blocks of pixels to a side that divides theirs, `[N, C, side, side]`;
  /// a family that knows a shorter way to them than through the whole pictures takes it.
  func synthesis(_ ws: Tensor, _ settings: SynthesisSettings, averagedTo side: Int) -> Tensor

  /// The stored noise maps by layer name, in order, each `[R, R]`; none for networks without noise.
  func noiseMaps() -> [(name: String, map: Tensor)]

  /// The weights that turn row `row` of W+ into styles, each `[channels, wDim]`; for SeFa.
  func styleWeights(row: Int) -> [Tensor]
}

/// A generator that shows what happens inside, under the official names of its layers.
package protocol InspectableGenerator: Generator {
  /// The styles of every layer as its convolution takes them (StyleSpace, arXiv 2011.12799), by
  /// layer name: `[N, channels]`.
  func styles(_ ws: Tensor) -> [(name: String, styles: Tensor)]
}

/// The sizes of a generator.
public struct GeneratorSize: Hashable, Sendable {
  /// The width of z.
  public var zDim: Int
  /// The width of w.
  public var wDim: Int
  /// The number of classes; 0 for an unconditional network.
  public var classes: Int
  /// The number of rows of W+ (`num_ws`).
  public var rows: Int
  /// The side of the pictures in pixels.
  public var resolution: Int
  /// The number of colour channels.
  public var imageChannels: Int

  /// Sizes; see the properties.
  public init(
    zDim: Int, wDim: Int, classes: Int, rows: Int, resolution: Int, imageChannels: Int
  ) {
    self.zDim = zDim
    self.wDim = wDim
    self.classes = classes
    self.rows = rows
    self.resolution = resolution
    self.imageChannels = imageChannels
  }
}

/// One layer of a synthesis network, for `inspect` and for choosing layers.
public struct LayerDescription: Hashable, Sendable, Codable {
  /// What a layer is.
  public enum Kind: String, Sendable, Codable {
    /// Fourier features, placed by a style (StyleGAN3).
    case input
    /// A styled convolution.
    case convolution
    /// A styled upsampling.
    case upsampling
    /// A styled projection to colours.
    case toRGB
  }

  /// The layer's name in the family's own words, such as `b64.conv0`.
  public var name: String
  /// What it is.
  public var kind: Kind
  /// The side of its output in pixels.
  public var resolution: Int
  /// Its input channels.
  public var inputChannels: Int
  /// Its output channels.
  public var outputChannels: Int
  /// The row of W+ that it reads.
  public var row: Int
  /// How far its output reaches beyond the picture at every side, in its own pixels (StyleGAN3).
  public var margin: Int

  /// A layer; see the properties.
  public init(
    name: String, kind: Kind, resolution: Int, inputChannels: Int, outputChannels: Int, row: Int,
    margin: Int = 0
  ) {
    self.name = name
    self.kind = kind
    self.resolution = resolution
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.row = row
    self.margin = margin
  }
}

extension Generator {
  /// False.
  public var takesTransform: Bool { false }
  /// True.
  public var isTrainedWithMixing: Bool { true }

  /// None.
  public func noiseMaps() -> [(name: String, map: Tensor)] { [] }

  /// The whole pictures, averaged.
  public func synthesis(
    _ ws: Tensor, _ settings: SynthesisSettings, averagedTo side: Int
  ) -> Tensor {
    synthesis(ws, settings).blockMeans(size.resolution / side)
  }

  /// Synthesis with everything but the noise as the file says.
  public func synthesis(_ ws: Tensor, noise: NoiseInput) -> Tensor {
    synthesis(ws, SynthesisSettings(noise: noise))
  }

  /// w of shape `[N, wDim]` for all rows: `[N, rows, wDim]`.
  public func broadcast(_ w: Tensor) -> Tensor {
    let (samples, width) = (w.shape[0], w.shape[1])
    return w.reshaped([samples, 1, width]).broadcast(to: [samples, size.rows, width])
  }

  /// Row `row` of W+ for all samples: `[N, rows, wDim]` → `[N, wDim]`.
  func styleRow(_ ws: Tensor, _ row: Int) -> Tensor {
    ws.sliced(axis: 1, row..<row + 1).reshaped([ws.shape[0], ws.shape[2]])
  }

  /// Checks the shape of W+ that a caller hands to synthesis.
  func check(_ ws: Tensor) {
    precondition(
      ws.shape.rank == 3 && ws.shape[1] == size.rows && ws.shape[2] == size.wDim,
      "W+ of shape \(ws.shape) for a network that takes [N, \(size.rows), \(size.wDim)]")
  }
}

/// Judges pictures: the network that a generator was trained against.
public protocol Discriminator: Sendable {
  /// Pictures `[N, C, H, W]` (and labels `[N, classes]`) → logits `[N, 1]`.
  func logits(_ images: Tensor, label: Tensor?) -> Tensor

  /// What the auxiliary classifier says of pictures: scores `[N, classes]`, `nil` for networks
  /// that have none (all but conditional ProGAN).
  func classScores(_ images: Tensor) -> Tensor?

  /// The pictures that are compared with each other (`mbstd_group_size`); `nil` for any number.
  var batchGroup: Int? { get }
}

extension Discriminator {
  /// Most networks have no classifier.
  public func classScores(_ images: Tensor) -> Tensor? { nil }

  /// Any number.
  public var batchGroup: Int? { nil }

  /// Throws unless a batch can be judged: as in the official code it is smaller than the group, or
  /// makes whole groups. ``logits(_:label:)`` takes no other.
  public func check(batch count: Int) throws(NetworkError) {
    guard let group = batchGroup, count > group, count % group != 0 else { return }
    throw .unsuitableBatch(count: count, group: group)
  }
}
