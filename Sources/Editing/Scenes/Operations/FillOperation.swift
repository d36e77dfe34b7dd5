import Imaging
import Tensors

/// Fills the connected piece of one object around a pixel, as a bucket does: pixels of the same
/// object that hang together along sides.
public struct FillOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-fill"
  /// The version in recipes.
  public static let version = 1

  /// The pixel's column.
  public var x: Int
  /// The pixel's row.
  public var y: Int
  /// The class that the piece becomes.
  public var label: Int32
  /// The object that it becomes.
  public var instance: InstanceChoice

  /// A filling; see the properties.
  public init(x: Int, y: Int, label: Int32, instance: InstanceChoice = .ofClass) {
    (self.x, self.y, self.label, self.instance) = (x, y, label, instance)
  }

  /// `fill at (40, 30) with class 7`.
  public func summary(_ name: (Digest) -> String) -> String {
    "fill at (\(x), \(y)) with class \(label)"
  }

  /// Fills.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let label = try MapNumber.checked(label, "class")
    let piece = maps.objects.piece(at: try maps.index(x: x, y: y))
    maps.paint(piece, label: label, id: try maps.id(instance, label: label))
  }
}
