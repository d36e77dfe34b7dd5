/// One number for every row of W+: a single value, or values by layer set.
///
/// Written `0.7` or `0-3:0.5,4-17:0.9` or `coarse:0.5,fine:1`. Rows that no part names take a
/// default that the use decides (1 for truncation and noise strength, 0 for mixing weights).
public struct LayerProfile: Hashable, Sendable {
  struct Part: Hashable, Sendable {
    var layers: LayerSet
    var value: Float
  }

  let parts: [Part]

  /// The same value for every row.
  public init(_ value: Float) { parts = [Part(layers: .all, value: value)] }

  /// Values by layer set; a later part wins where two name the same row.
  public init(_ parts: [(layers: LayerSet, value: Float)]) {
    self.parts = parts.map { Part(layers: $0.layers, value: $0.value) }
  }

  /// The single value, where the profile has only one.
  public var uniform: Float? {
    parts.count == 1 && parts[0].layers == .all ? parts[0].value : nil
  }

  /// Reads `0.7` or `0-3:0.5,4-17:0.9`.
  ///
  /// A comma separates parts; a part without a colon joins its layers to the next one's, so
  /// `0,2:0.5` gives rows 0 and 2 the value 0.5.
  public init(parsing text: String) throws(EditingError) {
    try self.init(text) { (layers: String) throws(EditingError) in try LayerSet(parsing: layers) }
  }

  /// Reads what a recipe holds, so that old recipes keep their digests.
  init(stored text: String) throws(EditingError) {
    try self.init(text) { (layers: String) throws(EditingError) in try LayerSet(stored: layers) }
  }

  private init(
    _ text: String, layers read: (String) throws(EditingError) -> LayerSet
  ) throws(EditingError) {
    if let value = Float(text), value.isFinite {
      self.init(value)
      return
    }
    var parts: [Part] = []
    var pending = ""
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let colon = piece.lastIndex(of: ":") else {
        pending += piece + ","
        continue
      }
      guard let value = Float(piece[piece.index(after: colon)...].trimmingSpaces()), value.isFinite
      else { throw .invalidProfile(text: text, reason: "'\(piece)' has no number after its colon") }
      let layers = try read(pending + String(piece[..<colon]))
      parts.append(Part(layers: layers, value: value))
      pending = ""
    }
    guard pending.isEmpty, !parts.isEmpty else {
      throw .invalidProfile(text: text, reason: "'\(pending.dropLast())' has no value")
    }
    self.init(parts.map { ($0.layers, $0.value) })
  }

  /// The values of a network's `count` rows; rows that are not named take `standard`.
  public func values(count: Int, default standard: Float) throws(EditingError) -> [Float] {
    var values = [Float](repeating: standard, count: count)
    for part in parts {
      for row in try part.layers.indices(count: count, allowsNone: true) {
        values[row] = part.value
      }
    }
    return values
  }

  /// The same profile with every value multiplied.
  public func scaled(by factor: Float) -> LayerProfile {
    LayerProfile(parts.map { ($0.layers, $0.value * factor) })
  }
}

extension LayerProfile: CustomStringConvertible {
  /// The canonical text: `0.7` or `0-3:0.5,4-17:0.9`.
  public var description: String {
    if let uniform { return "\(uniform)" }
    return parts.map { "\($0.layers):\($0.value)" }.joined(separator: ",")
  }
}

extension LayerProfile: Codable {
  /// Reads a number, or the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Float.self) {
      self.init(value)
    } else {
      try self.init(stored: container.decode(String.self))
    }
  }

  /// Writes a number where there is only one, else the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let uniform { try container.encode(uniform) } else { try container.encode(description) }
  }
}
