import Imaging
import Tensors

/// Puts a second object of the same outline somewhere else; what leaves the map is lost.
public struct CopyObjectOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-copy"
  /// The version in recipes.
  public static let version = 1

  /// The object's id.
  public var object: Int32
  /// Pixels to the right.
  public var dx: Int
  /// Pixels down.
  public var dy: Int
  /// The copy's id; without one, the copy of an object is a new object, and that of a class stays of
  /// the class.
  public var instance: InstanceChoice?

  /// A copy; see the properties.
  public init(object: Int32, dx: Int, dy: Int, instance: InstanceChoice? = nil) {
    (self.object, self.dx, self.dy, self.instance) = (object, dx, dy, instance)
  }

  /// `copy object 26001 by (12, -3)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "copy object \(object) by (\(dx), \(dy))"
  }

  /// Copies.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let label = try maps.label(of: object)
    let (_, targets) = try maps.shifted(maps.mask(of: object), dx: dx, dy: dy)
    let choice = try instance ?? maps.usualChoice(for: object)
    maps.paint(targets, label: label, id: try maps.id(choice, label: label))
  }
}
