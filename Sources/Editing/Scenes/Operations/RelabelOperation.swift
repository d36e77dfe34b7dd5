import Imaging
import Tensors

/// Makes an object one of another class.
public struct RelabelOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-relabel"
  /// The version in recipes.
  public static let version = 1

  /// The object's id.
  public var object: Int32
  /// Its class from now on.
  public var label: Int32
  /// Its id from now on; without one, an object of its own gets a new id of the class, and a class
  /// becomes the other class.
  public var instance: InstanceChoice?

  /// A relabelling; see the properties.
  public init(object: Int32, label: Int32, instance: InstanceChoice? = nil) {
    (self.object, self.label, self.instance) = (object, label, instance)
  }

  /// `make object 26001 class 27`.
  public func summary(_ name: (Digest) -> String) -> String {
    "make object \(object) class \(label)"
  }

  /// Relabels.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let label = try MapNumber.checked(label, "class")
    let mask = try maps.mask(of: object)
    let choice = try instance ?? maps.usualChoice(for: object)
    maps.paint(mask.indices, label: label, id: try maps.id(choice, label: label))
  }
}
