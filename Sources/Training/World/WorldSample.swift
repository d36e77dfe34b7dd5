import Foundation
import Imaging

/// One picture of the world with all that is known of it.
///
/// Picture, maps and sketch come from the same samples, caption and attributes from what was drawn:
/// all agree by construction.
public struct WorldSample: Sendable {
  /// The picture, RGB.
  public let picture: Image
  /// The class of every pixel, by ``WorldKind/classes``.
  public let labels: LabelMap
  /// The object of every pixel: class · 1000 + number for things, else the class.
  public let instances: InstanceMap
  /// Outlines of objects and their parts, dark on white.
  public let sketch: Image
  /// A sentence that says what is to be seen.
  public let caption: String
  /// What was drawn, by name.
  public let attributes: [WorldAttribute]
}

/// Something that is known of a sample.
public struct WorldAttribute: Sendable, Hashable {
  /// Its name, such as `paint`.
  public let name: String
  /// What it is.
  public let value: Value

  /// What an attribute can be.
  public enum Value: Sendable, Hashable {
    /// A measure.
    case number(Double)
    /// Yes or no.
    case flag(Bool)
    /// One of several words.
    case choice(String, of: [String])
    /// Attributes of several objects.
    case objects([[WorldAttribute]])
  }

  init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  init(_ name: String, _ value: Float) {
    // Four digits are as many as anybody can see.
    self.init(name, .number((Double(value) * 10_000).rounded() / 10_000))
  }

  init(_ name: String, _ value: Bool) { self.init(name, .flag(value)) }

  init<Choice: CaseIterable & RawRepresentable>(_ name: String, _ value: Choice)
  where Choice.RawValue == String {
    self.init(name, .choice(value.rawValue, of: Choice.allCases.map(\.rawValue)))
  }
}

extension WorldSample {
  /// The attributes as numbers with a name each: choices as one number a word (`paint.red`), flags
  /// as 0 and 1; lists of objects are left out, as their length changes.
  public var vector: [(name: String, value: Double)] {
    attributes.flatMap { attribute -> [(name: String, value: Double)] in
      switch attribute.value {
      case .number(let number): [(attribute.name, number)]
      case .flag(let flag): [(attribute.name, flag ? 1 : 0)]
      case .choice(let word, let words):
        words.map { ("\(attribute.name).\($0)", $0 == word ? 1 : 0) }
      case .objects: []
      }
    }
  }

  /// Caption, attributes by name and vector as JSON with sorted keys.
  public func json() throws -> Data {
    let object: [String: Any] = [
      "caption": caption, "attributes": Self.object(attributes),
      "vector": Dictionary(vector.map { ($0.name, $0.value) }) { first, _ in first },
    ]
    return try JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
  }

  private static func object(_ attributes: [WorldAttribute]) -> [String: Any] {
    Dictionary(
      attributes.map { attribute -> (String, Any) in
        switch attribute.value {
        case .number(let number): (attribute.name, number)
        case .flag(let flag): (attribute.name, flag)
        case .choice(let word, _): (attribute.name, word)
        case .objects(let list): (attribute.name, list.map(object))
        }
      }
    ) { first, _ in first }
  }
}
