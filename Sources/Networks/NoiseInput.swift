import Tensors

/// What a synthesis network takes as noise.
public struct NoiseInput: Sendable {
  /// Where the maps come from.
  public enum Source: Sendable {
    /// The maps stored with the network, the same for every picture.
    case const
    /// Fresh maps for every picture, drawn layer by layer as torch's CPU generator does after
    /// `manual_seed`.
    case random(seed: UInt64)
    /// No noise.
    case none
    /// Given maps `[1 or N, 1, H, W]`, one for each layer with noise, in order.
    case maps([Tensor])
  }

  /// Where the maps come from.
  public var source: Source
  /// A factor on every layer's noise, by the W+ row that the layer reads; `nil` for 1.
  public var strength: [Float]?

  /// Noise from a source; see the properties.
  public init(_ source: Source, strength: [Float]? = nil) {
    self.source = source
    self.strength = strength
  }

  /// The stored maps at their trained strength.
  public static let const = NoiseInput(.const)
  /// No noise.
  public static let none = NoiseInput(.none)
}

/// Hands out noise maps layer by layer during one synthesis.
struct NoiseSupply: Sendable {
  private var input: NoiseInput
  private var generator: TorchGenerator?
  private var index = 0
  /// The part of every map that is handed out; `nil` for all of it.
  var window: PixelBox?

  init(_ input: NoiseInput) {
    self.input = input
    if case .random(let seed) = input.source { generator = TorchGenerator(seed: seed) }
  }

  /// Goes on with `input`: random noise where it stood, given maps with the next layer's.
  mutating func adopt(_ input: NoiseInput) {
    if case .random(let seed) = input.source, generator == nil {
      precondition(index == 0, "random noise cannot begin between two layers")
      generator = TorchGenerator(seed: seed)
    }
    self.input = input
  }

  /// The maps of the next layer, `nil` for none.
  mutating func next(stored: Tensor?, samples: Int, height: Int, width: Int) -> Tensor? {
    let maps = whole(stored: stored, samples: samples, height: height, width: width)
    guard let window else { return maps }
    return maps?.cropped(rows: window.rows, columns: window.columns)
  }

  private mutating func whole(
    stored: Tensor?, samples: Int, height: Int, width: Int
  ) -> Tensor? {
    defer { index += 1 }
    switch input.source {
    case .const: return stored.map { $0.reshaped([1, 1, height, width]) }
    case .none: return nil
    case .random: return generator?.randn([samples, 1, height, width])
    case .maps(let maps):
      precondition(index < maps.count, "\(maps.count) noise maps are too few for this network")
      return maps[index]
    }
  }

  /// The factor on the noise of the layer that reads W+ row `row`.
  func strength(row: Int) -> Float { input.strength?[row] ?? 1 }
}
