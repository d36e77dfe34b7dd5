import Imaging
import Tensors

/// A kind of edit that changes the maps of a picture.
///
/// It stands in recipes among the other edits, with the same switch and history, and leaves the
/// latent as it is.
public protocol MapOperation: EditOperation {
  /// Edits the maps. Throws ``EditingError`` where they do not have what it names.
  func apply(to maps: inout SceneMaps, content: any ContentSource) throws
}

/// Which object painted pixels belong to.
public enum InstanceChoice: Hashable, Sendable {
  /// The class itself, as for sky and road: the id is the class.
  case ofClass
  /// A new object of the class: the lowest free class · 1000 + number.
  case new
  /// The object of this id.
  case id(Int32)
}

extension InstanceChoice: Codable {
  /// Reads `"class"`, `"new"` or a number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let id = try? container.decode(Int32.self), id >= 0 {
      self = .id(id)
      return
    }
    switch try? container.decode(String.self) {
    case "class": self = .ofClass
    case "new": self = .new
    default:
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not an object's id, \"new\" or \"class\"")
    }
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .ofClass: try container.encode("class")
    case .new: try container.encode("new")
    case .id(let id): try container.encode(id)
    }
  }
}

/// What takes the place of an object that goes away.
public enum HoleFilling: Hashable, Sendable {
  /// Every pixel becomes as the nearest pixel that stays: the least distance between centres, and of
  /// several the first in raster order.
  case nearest
  /// A class.
  case label(Int32)
}

extension HoleFilling: Codable {
  /// Reads `"nearest"` or a class number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let label = try? container.decode(Int32.self), label >= 0 {
      self = .label(label)
      return
    }
    guard try container.decode(String.self) == "nearest" else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not a class or \"nearest\"")
    }
    self = .nearest
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .nearest: try container.encode("nearest")
    case .label(let label): try container.encode(label)
    }
  }
}

/// Checks on the numbers of map edits that are read from files.
enum MapNumber {
  /// A class or id from 0 to 2³¹ − 1.
  static func checked(_ value: Int32, _ what: String) throws(EditingError) -> Int32 {
    guard value >= 0 else { throw .invalidMapEdit(reason: "\(what) \(value) is below 0") }
    return value
  }
}
