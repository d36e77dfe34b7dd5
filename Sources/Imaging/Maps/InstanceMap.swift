import Tensors

/// An instance map: the object of every pixel.
///
/// Ids are Cityscapes': below 1,000 an id is a class without objects of its own (sky, road), from
/// 1,000 on it is class · 1000 + number. COCO's small numbers work as well: two pixels are of one
/// object if their ids are equal.
public struct InstanceMap: Sendable, Hashable {
  /// The ids, a number a pixel.
  public var map: IntegerMap

  /// An instance map from its numbers.
  public init(_ map: IntegerMap) { self.map = map }

  /// The number of columns.
  public var width: Int { map.width }

  /// The number of rows.
  public var height: Int { map.height }

  /// The class in an id: the id itself below 1,000, else id / 1000.
  public static func labelID(of id: Int32) -> Int32 { id < 1000 ? id : id / 1000 }

  /// The lowest free id of a class: class · 1000 + number, `nil` where all thousand are taken.
  public func freeID(for label: Int32) -> Int32? {
    guard label <= Int32.max / 1000 - 1 else { return nil }
    let taken = Set(map.distinctValues)
    return (0..<Int32(1000)).lazy.map { label * 1000 + $0 }.first { !taken.contains($0) }
  }

  /// Where objects meet, `[1, 1, H, W]`: 1 at a pixel whose left, right, upper or lower neighbour has
  /// another id, else 0, so that both sides of a border are marked (pix2pixHD's `get_edges`).
  public func edges() -> Tensor {
    let (width, height, values) = (width, height, map.values)
    return Tensor(uninitialized: [1, 1, height, width]) { target in
      target.update(repeating: 0)
      for y in 0..<height {
        for i in y * width..<(y + 1) * width {
          if i + 1 < (y + 1) * width, values[i] != values[i + 1] {
            target[i] = 1
            target[i + 1] = 1
          }
          if y + 1 < height, values[i] != values[i + width] {
            target[i] = 1
            target[i + width] = 1
          }
        }
      }
    }
  }

  /// The objects and their areas in pixels, by ascending id.
  public var instances: [(id: Int32, area: Int)] { map.areas().map { ($0.value, $0.area) } }
}
