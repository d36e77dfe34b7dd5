import Imaging
import Tensors

/// Paints shapes into the maps: brush strokes, rectangles, ellipses, polygons and stored masks.
public struct PaintOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-paint"
  /// The version in recipes.
  public static let version = 1

  /// What is painted, in pixels; see ``MaskShape``.
  public var shapes: [MaskShape]
  /// The class that it becomes.
  public var label: Int32
  /// The object that it becomes.
  public var instance: InstanceChoice

  /// A painting; see the properties.
  public init(_ shapes: [MaskShape], label: Int32, instance: InstanceChoice = .ofClass) {
    self.shapes = shapes
    self.label = label
    self.instance = instance
  }

  /// The masks.
  public var maps: [Digest] { shapes.compactMap(\.map) }

  /// `paint brush at 40,30 radius 5 as class 7`.
  public func summary(_ name: (Digest) -> String) -> String {
    "paint \(shapes.map(\.description).joined(separator: ", ")) as class \(label)"
  }

  /// Paints; throws where no pixel of the maps is met.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let label = try MapNumber.checked(label, "class")
    let mask = try Mask(
      shapes, width: maps.width, height: maps.height, unit: .pixels, map: content.map)
    guard !mask.isEmpty else {
      throw EditingError.invalidMapEdit(reason: "the shape meets no pixel of the maps")
    }
    maps.paint(mask.indices, label: label, id: try maps.id(instance, label: label))
  }
}
