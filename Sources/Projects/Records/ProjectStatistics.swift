/// What a project holds, in numbers.
public struct ProjectStatistics: Hashable, Sendable, Codable {
  /// Networks.
  public let networks: Int
  /// Stored tensors.
  public let tensors: Int
  /// The bytes of the stored tensors.
  public let tensorBytes: Int
  /// Named latents.
  public let latents: Int
  /// Named directions.
  public let directions: Int
  /// Artworks.
  public let artworks: Int
  /// Steps of all artworks.
  public let steps: Int
  /// Branches of all artworks.
  public let branches: Int
  /// Named truncation profiles.
  public let profiles: Int
  /// Pictures whose pixel digest is known.
  public let renders: Int
  /// Pictures whose PNG the cache keeps.
  public let cachedRenders: Int
  /// The bytes of those PNGs.
  public let cachedBytes: Int
  /// The bytes of the database, without its log.
  public let fileBytes: Int
}
