import Foundation
import Networks
import Tensors

/// A picture as a value: the network, the base latent, the edits in order, truncation and noise.
///
/// The same recipe gives the same bytes on the same machine. Its canonical JSON (sorted keys)
/// names big arrays by digest; the SHA-256 of that JSON is the recipe's own digest and the key of
/// its render.
public struct Recipe: Hashable, Sendable {
  /// The newest form of recipe that this Atelier reads and the one that it writes.
  public static let currentVersion = 1

  /// The digest of the network's file.
  public var network: Digest
  /// The latent to start from.
  public var base: LatentSource
  /// The edits, applied in order.
  public var edits: [Edit]
  /// The label and instance maps that the picture begins with; most recipes have none.
  public var scene: Scene?
  /// The truncation of every latent that comes through the mapping network.
  public var truncation: Truncation
  /// The noise inputs.
  public var noise: NoiseSettings
  /// The level of detail of progressively grown networks; the file's own if `nil`.
  public var lod: Float?
  /// Where a StyleGAN3 picture lies in the plane; the file's own if `nil`.
  public var transform: InputTransform?

  /// A recipe; see the properties.
  public init(
    network: Digest, base: LatentSource, edits: [Edit] = [], truncation: Truncation = .none,
    noise: NoiseSettings = .const, lod: Float? = nil, transform: InputTransform? = nil
  ) {
    self.network = network
    self.base = base
    self.edits = edits
    self.truncation = truncation
    self.noise = noise
    self.lod = lod
    self.transform = transform
  }

  /// Adds an edit at the end.
  public mutating func append(_ operation: any EditOperation) { edits.append(Edit(operation)) }

  /// The stored tensors that the recipe names, once each, in order of appearance.
  public var tensors: [Digest] {
    var seen = Set<Digest>()
    let named = base.tensors + edits.flatMap(\.operation.tensors)
    return (named + [truncation.center].compactMap(\.self)).filter { seen.insert($0).inserted }
  }

  /// The stored maps that the recipe names, once each, in order of appearance.
  public var maps: [Digest] {
    var seen = Set<Digest>()
    let named = (scene?.maps ?? []) + edits.flatMap(\.operation.maps)
    return named.filter { seen.insert($0).inserted }
  }

  /// The SHA-256 of ``canonicalJSON()``.
  public func digest() throws -> Digest { Digest(of: try canonicalJSON()) }

  /// The recipe as JSON with sorted keys and no spaces.
  public func canonicalJSON() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  /// Reads a recipe; throws ``EditingError`` for anything else.
  public init(json: Data) throws {
    do {
      self = try JSONDecoder().decode(Recipe.self, from: json)
    } catch let error as EditingError {
      throw error
    } catch let error as DecodingError {
      throw EditingError.invalidRecipe(reason: error.summary)
    }
  }
}

extension Recipe: Codable {
  private enum CodingKeys: String, CodingKey {
    case version = "atelier", network, base, edits, truncation, noise, lod, transform, scene
  }

  /// Reads the canonical form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let version = try container.decode(Int.self, forKey: .version)
    guard version <= Self.currentVersion else {
      throw EditingError.newerRecipe(version: version, supported: Self.currentVersion)
    }
    guard version >= 1 else {
      throw EditingError.invalidRecipe(reason: "'atelier' is \(version), and versions begin with 1")
    }
    network = try container.decode(Digest.self, forKey: .network)
    base = try container.decode(LatentSource.self, forKey: .base)
    edits = try container.decode([Edit].self, forKey: .edits)
    truncation = try container.decode(Truncation.self, forKey: .truncation)
    noise = try container.decode(NoiseSettings.self, forKey: .noise)
    lod = try container.decodeIfPresent(Float.self, forKey: .lod)
    transform = try container.decodeIfPresent(InputTransform.self, forKey: .transform)
    scene = try container.decodeIfPresent(Scene.self, forKey: .scene)
  }

  /// Writes the canonical form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.currentVersion, forKey: .version)
    try container.encode(network, forKey: .network)
    try container.encode(base, forKey: .base)
    try container.encode(edits, forKey: .edits)
    try container.encode(truncation, forKey: .truncation)
    try container.encode(noise, forKey: .noise)
    try container.encodeIfPresent(lod, forKey: .lod)
    try container.encodeIfPresent(transform, forKey: .transform)
    try container.encodeIfPresent(scene, forKey: .scene)
  }
}

extension DecodingError {
  /// Where and what, in one line.
  var summary: String {
    switch self {
    case .keyNotFound(let key, let context):
      "'\(context.path)' has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      (context.path.isEmpty ? "" : "'\(context.path)': ") + context.reason
    @unknown default: "\(self)"
    }
  }
}

extension DecodingError.Context {
  /// What is wrong, without a full stop.
  fileprivate var reason: String {
    debugDescription.hasSuffix(".") ? String(debugDescription.dropLast()) : debugDescription
  }

  /// The coding path as `edits.0.by`.
  fileprivate var path: String {
    codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
