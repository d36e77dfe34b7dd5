import Imaging
import Tensors

/// The maps that a picture begins with: stored label and instance maps, by digest.
///
/// The recipe's map edits are applied to them in order; what comes of it is ``SceneMaps``.
public struct Scene: Codable, Hashable, Sendable {
  /// The label map.
  public var labels: Digest
  /// The instance map; without one, the classes are the objects.
  public var instances: Digest?
  /// The palette that names and colours the classes, such as `cityscapes`.
  public var palette: String?

  /// A scene; see the properties.
  public init(labels: Digest, instances: Digest? = nil, palette: String? = nil) {
    self.labels = labels
    self.instances = instances
    self.palette = palette
  }

  /// The stored maps.
  public var maps: [Digest] { [labels, instances].compactMap(\.self) }
}

extension ContentSource {
  /// The maps that a recipe comes to: those that it begins with, after its map edits; `nil` for a
  /// recipe without maps.
  public func scene(of recipe: Recipe) throws -> SceneMaps? {
    guard let scene = recipe.scene else {
      if let edit = recipe.edits.first(where: { $0.operation is any MapOperation }) {
        throw EditingError.invalidMapEdit(
          reason: "the picture has no maps to \(edit.operation.summary(\.short)): import them first"
        )
      }
      return nil
    }
    var maps = try SceneMaps(
      labels: LabelMap(map(scene.labels)),
      instances: scene.instances.map { InstanceMap(try map($0)) })
    for edit in recipe.edits where edit.isEnabled {
      guard let operation = edit.operation as? any MapOperation else { continue }
      try operation.apply(to: &maps, content: self)
    }
    return maps
  }
}
