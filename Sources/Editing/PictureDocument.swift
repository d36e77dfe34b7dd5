import Foundation
import Imaging
import Tensors

/// What a PNG carries so that it reopens as an edit: the recipe, and everything it names.
///
/// It is stored as two texts: `atelier:recipe`, the document itself as canonical JSON, and
/// `atelier:plan`, what was resolved from it (W+, ψ by layer, the digest of the pixels). Large tensors,
/// such as tunings, stand in texts of their own, `atelier:content`.
public struct PictureDocument: Codable, Sendable {
  /// The newest form that this Atelier reads and the one that it writes.
  public static let currentVersion = 1
  /// The keyword of the document.
  public static let recipeKeyword = "atelier:recipe"
  /// The keyword of the resolved plan.
  public static let planKeyword = "atelier:plan"

  /// The network, so that it can be found or asked for.
  public struct Network: Codable, Hashable, Sendable {
    /// The digest of its file.
    public var digest: Digest
    /// Its family.
    public var family: String
    /// Its name, such as `faces-1024`.
    public var name: String

    /// A network; see the properties.
    public init(digest: Digest, family: String, name: String) {
      self.digest = digest
      self.family = family
      self.name = name
    }
  }

  /// What the picture is called.
  public var name: String
  /// The network that made it.
  public var network: Network
  /// The recipe that reopens as an edit.
  public var recipe: Recipe?
  /// The table that the picture shows, where it is one.
  public var sheet: Sheet?
  /// The content that recipe and sheet name, by digest.
  public private(set) var tensors: [Digest: Tensor]
  /// The maps that the recipe and the sheet name, by digest.
  public private(set) var maps: [Digest: IntegerMap]
  /// What that content is called, where it has a name.
  public private(set) var names: [Digest: String]

  /// A document; `content` delivers what the recipe and the sheet name, and `names` says what it
  /// is called.
  public init(
    name: String, network: Network, recipe: Recipe? = nil, sheet: Sheet? = nil,
    content: any ContentSource, names: [Digest: String] = [:]
  ) throws {
    self.name = name
    self.network = network
    self.recipe = recipe
    self.sheet = sheet
    tensors = [:]
    for digest in (recipe?.tensors ?? []) + (sheet?.tensors ?? []) {
      tensors[digest] = try content.tensor(digest)
    }
    maps = [:]
    for digest in (recipe?.maps ?? []) + (sheet?.recipes.flatMap(\.maps) ?? []) {
      maps[digest] = try content.map(digest)
    }
    let named = tensors
    self.names = names.filter { named[$0.key] != nil }
  }

  /// The texts to store in the PNG, `plan` being the resolved recipe if there is one.
  public func texts(
    plan: RenderPlan?, pixels: Digest, engine: String, isPreview: Bool = false
  ) throws -> [PNGText] {
    let resolved = ResolvedPlan(
      engine: engine, pixels: pixels, psi: plan?.psi, w: plan.map { StoredValues($0.ws) },
      preview: isPreview ? true : nil)
    return [
      PNGText(keyword: "Software", text: "\(engine) (a synthetic picture)"),
      PNGText(keyword: Self.recipeKeyword, text: try Self.json(self)),
      PNGText(keyword: Self.planKeyword, text: try Self.json(resolved)),
    ] + PictureContent.texts(tensors)
  }

  /// The document in a PNG's texts, `nil` if it carries none.
  public init?(texts: [PNGText]) throws {
    guard let text = texts.first(where: { $0.keyword == Self.recipeKeyword })?.text else {
      return nil
    }
    self = try Self.decode(PictureDocument.self, from: text)
    tensors.merge(try PictureContent.tensors(in: texts)) { first, _ in first }
  }

  /// The digest of the pixels as they were when the picture was written, if its texts say so.
  public static func pixelDigest(texts: [PNGText]) throws -> Digest? {
    guard let text = texts.first(where: { $0.keyword == planKeyword })?.text else { return nil }
    return try decode(ResolvedPlan.self, from: text).pixels
  }

  /// Whether the picture is a preview, so that the picture of its recipe is another.
  public static func isPreview(texts: [PNGText]) throws -> Bool {
    guard let text = texts.first(where: { $0.keyword == planKeyword })?.text else { return false }
    return try decode(ResolvedPlan.self, from: text).preview ?? false
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws
    -> Value
  {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw EditingError.invalidRecipe(reason: error.summary)
    }
  }
}

extension PictureDocument {
  private enum CodingKeys: String, CodingKey {
    case version = "atelier"
    case name, network, recipe, sheet, tensors, maps, names
  }

  /// Reads the canonical form; every tensor must be what its digest says.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let version = try container.decode(Int.self, forKey: .version)
    guard version <= Self.currentVersion else {
      throw EditingError.newerRecipe(version: version, supported: Self.currentVersion)
    }
    name = try container.decode(String.self, forKey: .name)
    network = try container.decode(Network.self, forKey: .network)
    recipe = try container.decodeIfPresent(Recipe.self, forKey: .recipe)
    sheet = try container.decodeIfPresent(Sheet.self, forKey: .sheet)
    try sheet?.check()
    tensors = [:]
    let stored = try container.decode([String: StoredValues].self, forKey: .tensors)
    for (key, values) in stored {
      let tensor = try values.tensor()
      guard let digest = Digest(key), Digest(of: tensor) == digest else {
        throw EditingError.invalidRecipe(reason: "the tensor \(key.prefix(19))… is damaged")
      }
      tensors[digest] = tensor
    }
    maps = [:]
    let packed = try container.decodeIfPresent([String: Data].self, forKey: .maps) ?? [:]
    for (key, data) in packed {
      guard let digest = Digest(key), let map = try? IntegerMap(packed: data, named: key),
        map.digest == digest
      else { throw EditingError.invalidRecipe(reason: "the map \(key.prefix(19))… is damaged") }
      maps[digest] = map
    }
    names = [:]
    for (key, name) in try container.decodeIfPresent([String: String].self, forKey: .names) ?? [:] {
      if let digest = Digest(key) { names[digest] = name }
    }
  }

  /// Writes the canonical form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.currentVersion, forKey: .version)
    try container.encode(name, forKey: .name)
    try container.encode(network, forKey: .network)
    try container.encodeIfPresent(recipe, forKey: .recipe)
    try container.encodeIfPresent(sheet, forKey: .sheet)
    let stored = tensors.filter { !PictureContent.isLarge($0.value) }
      .map { ($0.key.description, StoredValues($0.value)) }
    try container.encode(Dictionary(stored) { first, _ in first }, forKey: .tensors)
    if !maps.isEmpty {
      let packed = try maps.map { ($0.key.description, try $0.value.packed()) }
      try container.encode(Dictionary(packed) { first, _ in first }, forKey: .maps)
    }
    if !names.isEmpty {
      let listed = names.map { ($0.key.description, $0.value) }
      try container.encode(Dictionary(listed) { first, _ in first }, forKey: .names)
    }
  }
}

/// What a recipe came to when the picture was made: nothing here is needed to reopen it.
private struct ResolvedPlan: Codable {
  var engine: String
  var pixels: Digest
  var psi: [Float]?
  var w: StoredValues?
  var preview: Bool?
}

/// A tensor in JSON: its shape, and its little-endian floats as base64.
private struct StoredValues: Codable {
  var shape: [Int]
  var float32: Data

  init(_ tensor: Tensor) {
    shape = tensor.shape.dimensions
    float32 = tensor.withUnsafeBuffer { Data(buffer: $0) }
  }

  func tensor() throws -> Tensor {
    var count = 1
    for extent in shape {
      let product = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !product.overflow else {
        throw EditingError.invalidRecipe(reason: "a tensor of shape \(shape)")
      }
      count = product.partialValue
    }
    guard count <= float32.count, count * 4 == float32.count else {
      throw EditingError.invalidRecipe(
        reason: "a tensor of shape \(shape) with \(float32.count) bytes")
    }
    return Tensor(uninitialized: Shape(shape)) { values in
      float32.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(values).copyBytes(from: bytes)
      }
    }
  }
}
