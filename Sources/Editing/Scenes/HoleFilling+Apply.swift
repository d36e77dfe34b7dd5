import Imaging

extension SceneMaps {
  /// Fills the pixels of a mask as if what they show had never been there; throws where `nearest` has
  /// nothing to go by.
  mutating func fill(_ hole: Mask, with filling: HoleFilling) throws(EditingError) {
    switch filling {
    case .label(let label): paint(hole.indices, label: label, id: label)
    case .nearest:
      let targets = hole.indices
      guard targets.count < hole.isIn.count else {
        throw .invalidMapEdit(
          reason: "the object covers the whole map: nothing is left to fill its place with; name "
            + "a class")
      }
      let sources = Self.nearest(outside: hole)
      copy(targets.map { sources[$0] ?? $0 }, of: self, to: targets)
    }
  }

  /// For every pixel in the mask the nearest pixel outside it, of several the first in raster order.
  private static func nearest(outside mask: Mask) -> [Int: Int] {
    let (width, height) = (mask.width, mask.height)
    // The nearest row outside in the same column, above before below.
    var rows = [Int](repeating: -1, count: width * height)
    for x in 0..<width {
      var last = -1
      for y in 0..<height {
        if !mask.isIn[y * width + x] { last = y }
        rows[y * width + x] = last
      }
      last = -1
      for y in (0..<height).reversed() {
        if !mask.isIn[y * width + x] { last = y }
        let above = rows[y * width + x]
        if last >= 0, above < 0 || last - y < y - above { rows[y * width + x] = last }
      }
    }
    var result: [Int: Int] = [:]
    for index in mask.indices {
      let (x, y) = (index % width, index / width)
      var best: (distance: Int, index: Int)?
      var dx = 0
      while dx < width, best.map({ dx * dx <= $0.distance }) ?? true {
        for column in dx == 0 ? [x] : [x - dx, x + dx] where (0..<width).contains(column) {
          let row = rows[y * width + column]
          guard row >= 0 else { continue }
          let found = (dx * dx + (row - y) * (row - y), row * width + column)
          if best.map({ found < ($0.distance, $0.index) }) ?? true { best = found }
        }
        dx += 1
      }
      result[index] = best?.index
    }
    return result
  }
}
