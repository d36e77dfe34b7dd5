import Imaging
import Tensors

/// The styles of a scene's instances while a recipe is worked out.
public struct SceneStyles: Hashable, Sendable {
  /// The width of a style.
  public let width: Int
  /// The vector of every instance that has one.
  public internal(set) var vectors: [Int32: [Float]] = [:]
  /// What every style came from, for lists.
  public internal(set) var origins: [Int32: StyleSource] = [:]

  /// No styles yet.
  public init(width: Int) { self.width = width }

  /// Gives an instance a style.
  mutating func give(_ vector: [Float], to id: Int32, from origin: StyleSource?) {
    vectors[id] = vector
    origins[id] = origin
  }

  /// The styles of the instances that a map has. An instance without a style of its own gets that of
  /// the largest instance of its class that has one, zeros where there is none.
  public func table(for instances: IntegerMap) -> InstanceStyles {
    let unit = Double(max(instances.values.count / 32, 1))
    let areas = instances.areas()
    var typical: [Int32: (area: Int, vector: [Float])] = [:]
    for entry in areas {
      let label = InstanceMap.labelID(of: entry.value)
      guard let vector = vectors[entry.value], vector.count == width else { continue }
      if entry.area > typical[label]?.area ?? 0 { typical[label] = (entry.area, vector) }
    }
    return InstanceStyles(
      areas.map { entry in
        let label = InstanceMap.labelID(of: entry.value)
        return InstanceStyles.Row(
          id: entry.value, label: label, share: Double(entry.area) / unit,
          vector: vectors[entry.value] ?? typical[label]?.vector
            ?? [Float](repeating: 0, count: width))
      })
  }
}

/// An edit that changes the styles of instances.
///
/// It stands in recipes among the other edits and leaves a latent as it is; `maps` are those that the
/// edits before it have come to.
public protocol StyleOperation: EditOperation {
  /// Edits the styles. Throws ``EditingError`` where what it names is missing or does not fit.
  func apply(to styles: inout SceneStyles, maps: SceneMaps, content: any ContentSource) throws
}
