import Imaging
import Tensors

/// Lets two objects change places in what they are: each gets the other's class and id, and with the
/// id its style.
public struct SwapObjectsOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-swap"
  /// The version in recipes.
  public static let version = 1

  /// One object's id.
  public var object: Int32
  /// The other's.
  public var other: Int32

  /// A swap; see the properties.
  public init(object: Int32, other: Int32) { (self.object, self.other) = (object, other) }

  /// `swap objects 26001 and 26002`.
  public func summary(_ name: (Digest) -> String) -> String {
    "swap objects \(object) and \(other)"
  }

  /// Swaps.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let (first, second) = (try maps.mask(of: object), try maps.mask(of: other))
    let (label, otherLabel) = (try maps.label(of: object), try maps.label(of: other))
    maps.paint(first.indices, label: otherLabel, id: other)
    maps.paint(second.indices, label: label, id: object)
  }
}
