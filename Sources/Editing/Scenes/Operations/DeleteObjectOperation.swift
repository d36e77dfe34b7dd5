import Imaging
import Tensors

/// Takes an object away.
public struct DeleteObjectOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-delete"
  /// The version in recipes.
  public static let version = 1

  /// The object's id.
  public var object: Int32
  /// What takes its place.
  public var fill: HoleFilling

  /// A deletion; see the properties.
  public init(object: Int32, fill: HoleFilling = .nearest) {
    (self.object, self.fill) = (object, fill)
  }

  /// `delete object 26001`.
  public func summary(_ name: (Digest) -> String) -> String { "delete object \(object)" }

  /// Deletes.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    try maps.fill(maps.mask(of: object), with: fill)
  }
}
