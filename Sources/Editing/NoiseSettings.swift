/// The noise inputs of a picture: which maps, from which seed, how strong in every layer.
public struct NoiseSettings: Hashable, Sendable {
  /// Where the noise maps come from.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// The maps stored with the network: the same in every picture.
    case const
    /// Fresh maps from ``NoiseSettings/seed``, drawn as torch's CPU generator draws them.
    case random
    /// No noise.
    case none
  }

  /// Which maps.
  public var mode: Mode
  /// The seed of random maps.
  public var seed: UInt64
  /// A factor on the noise of every layer, by the W+ row that the layer reads; 1 where not named.
  public var strength: LayerProfile?

  /// The stored maps at their trained strength.
  public static let const = NoiseSettings(mode: .const)

  /// Noise settings; see the properties.
  public init(mode: Mode, seed: UInt64 = 0, strength: LayerProfile? = nil) {
    self.mode = mode
    self.seed = seed
    self.strength = strength
  }
}

extension NoiseSettings: Codable {
  private enum CodingKeys: String, CodingKey { case mode, seed, strength }

  /// Reads `{"mode": "random", "seed": 7, "strength": 0.5}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    mode = try container.decode(Mode.self, forKey: .mode)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 0
    strength = try container.decodeIfPresent(LayerProfile.self, forKey: .strength)
  }

  /// Writes the seed of random maps only.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(mode, forKey: .mode)
    if mode == .random { try container.encode(seed, forKey: .seed) }
    try container.encodeIfPresent(strength, forKey: .strength)
  }
}
