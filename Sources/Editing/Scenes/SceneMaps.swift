import Imaging

/// A label map and its instance map, of one size: what networks that paint label maps take.
public struct SceneMaps: Hashable, Sendable {
  /// The class of every pixel.
  public private(set) var labels: LabelMap
  /// The object of every pixel; `nil` where classes are the objects.
  public private(set) var instances: InstanceMap?

  /// Maps of one size; throws ``EditingError/invalidMapEdit(reason:)`` for others.
  public init(labels: LabelMap, instances: InstanceMap? = nil) throws(EditingError) {
    if let instances, instances.map.sizeText != labels.map.sizeText {
      throw .invalidMapEdit(
        reason: "the instance map has \(instances.map.sizeText) pixels, but the label map has "
          + "\(labels.map.sizeText)")
    }
    self.labels = labels
    self.instances = instances
  }

  /// The number of columns.
  public var width: Int { labels.width }

  /// The number of rows.
  public var height: Int { labels.height }

  /// The object of every pixel: the instance map, or the label map where there is none.
  public var objects: IntegerMap { instances?.map ?? labels.map }

  /// The objects and their areas in pixels, with the class of each (that of its first pixel in raster
  /// order), by ascending id.
  public var listing: [(id: Int32, label: Int32, area: Int)] {
    var first: [Int32: Int32] = [:]
    for (index, id) in objects.values.enumerated() where first[id] == nil {
      first[id] = labels.map.values[index]
    }
    return objects.areas().map { ($0.value, first[$0.value] ?? 0, $0.area) }
  }

  /// The class of an object, that of its first pixel in raster order; throws where there is no such
  /// object.
  public func label(of object: Int32) throws(EditingError) -> Int32 {
    guard let index = objects.values.firstIndex(of: object) else {
      let known = objects.distinctValues.prefix(12).map(String.init).joined(separator: ", ")
      throw .invalidMapEdit(reason: "the maps have no object \(object); they have \(known)…")
    }
    return labels.map.values[index]
  }

  /// The pixels of an object; throws where there is none.
  public func mask(of object: Int32) throws(EditingError) -> Mask {
    _ = try label(of: object)
    return Mask(objects, values: [object])
  }

  /// The index of a pixel; throws where it lies outside.
  func index(x: Int, y: Int) throws(EditingError) -> Int {
    guard labels.map.contains(x: x, y: y) else {
      throw .invalidMapEdit(
        reason: "(\(x), \(y)) is not in the maps of \(labels.map.sizeText) pixels")
    }
    return y * width + x
  }

  /// The id that a choice comes to for a class.
  func id(_ choice: InstanceChoice, label: Int32) throws(EditingError) -> Int32 {
    switch choice {
    case .ofClass: return label
    case .id(let id): return id
    case .new:
      guard let instances else { return label }
      guard let id = instances.freeID(for: label) else {
        throw .invalidMapEdit(reason: "class \(label) has no free object number left")
      }
      return id
    }
  }

  /// What stands for an object's successors where nothing is said: its class if that is its id, as for
  /// sky and road, else a new object.
  func usualChoice(for object: Int32) throws(EditingError) -> InstanceChoice {
    try label(of: object) == object ? .ofClass : .new
  }

  /// Gives pixels a class and an object.
  mutating func paint(_ indices: some Sequence<Int>, label: Int32, id: Int32) {
    let indices = Array(indices)
    labels.map.withMutableValues { values in for i in indices { values[i] = label } }
    instances?.map.withMutableValues { values in for i in indices { values[i] = id } }
  }

  /// Gives each pixel of `targets` the class and the object that the pixel of `sources` at the same
  /// place in the list has in `other`.
  mutating func copy(_ sources: [Int], of other: SceneMaps, to targets: [Int]) {
    labels.map.withMutableValues { values in
      for (from, to) in zip(sources, targets) { values[to] = other.labels.map.values[from] }
    }
    guard let ids = other.instances?.map.values else { return }
    instances?.map.withMutableValues { values in
      for (from, to) in zip(sources, targets) { values[to] = ids[from] }
    }
  }
}
