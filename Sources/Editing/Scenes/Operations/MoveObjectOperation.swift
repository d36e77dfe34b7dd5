import Imaging
import Tensors

/// Moves an object over the map; what leaves the map is lost.
public struct MoveObjectOperation: MapOperation {
  /// The name in recipes.
  public static let kind = "map-move"
  /// The version in recipes.
  public static let version = 1

  /// The object's id.
  public var object: Int32
  /// Pixels to the right.
  public var dx: Int
  /// Pixels down.
  public var dy: Int
  /// What takes its place.
  public var fill: HoleFilling

  /// A move; see the properties.
  public init(object: Int32, dx: Int, dy: Int, fill: HoleFilling = .nearest) {
    (self.object, self.dx, self.dy, self.fill) = (object, dx, dy, fill)
  }

  /// `move object 26001 by (12, -3)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "move object \(object) by (\(dx), \(dy))"
  }

  /// Moves.
  public func apply(to maps: inout SceneMaps, content: any ContentSource) throws {
    let before = maps
    let mask = try maps.mask(of: object)
    let (sources, targets) = try maps.shifted(mask, dx: dx, dy: dy)
    try maps.fill(mask, with: fill)
    maps.copy(sources, of: before, to: targets)
  }
}

extension SceneMaps {
  /// The pixels of a mask that stay on the map when it is shifted, and where they come to lie; throws
  /// where none stays.
  func shifted(
    _ mask: Mask, dx: Int, dy: Int
  ) throws(EditingError) -> (sources: [Int], targets: [Int]) {
    var (sources, targets): ([Int], [Int]) = ([], [])
    // Farther than the map is off it, however far.
    let (dx, dy) = (max(-width, min(width, dx)), max(-height, min(height, dy)))
    for index in mask.indices {
      let (x, y) = (index % width + dx, index / width + dy)
      guard labels.map.contains(x: x, y: y) else { continue }
      sources.append(index)
      targets.append(y * width + x)
    }
    guard !sources.isEmpty else {
      throw .invalidMapEdit(
        reason: "moved by (\(dx), \(dy)), nothing of it is left on the maps of "
          + "\(labels.map.sizeText) pixels")
    }
    return (sources, targets)
  }
}
