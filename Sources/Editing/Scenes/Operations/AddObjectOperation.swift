import Imaging
import Tensors

/// Adds an object whose outline is a stored mask, pixel for pixel; what leaves the map is lost.
public struct AddObjectOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-add"
  /// The version in recipes.
  public static let version = 1

  /// The mask: its pixels above half of its greatest number.
  public var mask: Digest
  /// The column of the mask's left edge.
  public var x: Int
  /// The row of the mask's upper edge.
  public var y: Int
  /// The object's class.
  public var label: Int32
  /// The object's id.
  public var instance: InstanceChoice

  /// An object; see the properties.
  public init(mask: Digest, x: Int, y: Int, label: Int32, instance: InstanceChoice = .new) {
    (self.mask, self.x, self.y, self.label, self.instance) = (mask, x, y, label, instance)
  }

  /// The mask.
  public var maps: [Digest] { [mask] }

  /// `add an object of class 26 at (40, 30)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "add an object of class \(label) at (\(x), \(y))"
  }

  /// Adds; throws where no pixel of the maps is met.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let label = try MapNumber.checked(label, "class")
    let mask = Mask(try content.map(mask))
    let targets = mask.indices.compactMap { index -> Int? in
      let (column, x) = (index % mask.width).addingReportingOverflow(x)
      let (row, y) = (index / mask.width).addingReportingOverflow(y)
      guard !x, !y, maps.labels.map.contains(x: column, y: row) else { return nil }
      return row * maps.width + column
    }
    guard !targets.isEmpty else {
      throw EditingError.invalidMapEdit(
        reason: "the mask at (\(x), \(y)) meets no pixel of the maps of "
          + "\(maps.labels.map.sizeText) pixels")
    }
    maps.paint(targets, label: label, id: try maps.id(instance, label: label))
  }
}
