import Imaging
import Tensors

/// Puts other stored maps of the same size in the place of what the edits before have made.
public struct ImportMapsOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-import"
  /// The version in recipes.
  public static let version = 1

  /// The label map.
  public var labels: Digest
  /// The instance map; without one, the classes are the objects.
  public var instances: Digest?

  /// An import; see the properties.
  public init(labels: Digest, instances: Digest? = nil) {
    (self.labels, self.instances) = (labels, instances)
  }

  /// The maps.
  public var maps: [Digest] { [labels, instances].compactMap(\.self) }

  /// `import maps 0123456789ab`.
  public func summary(_ name: (Digest) -> String) -> String { "import maps \(labels.short)" }

  /// Imports; throws for maps of another size.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let labels = LabelMap(try content.map(labels))
    guard labels.map.sizeText == maps.labels.map.sizeText else {
      throw EditingError.invalidMapEdit(
        reason: "the label map has \(labels.map.sizeText) pixels, but the picture's maps have "
          + "\(maps.labels.map.sizeText)")
    }
    maps = try SceneMaps(
      labels: labels, instances: instances.map { InstanceMap(try content.map($0)) })
  }
}
