import Foundation
import Tensors

extension Mask {
  /// What the unit of a shape's coordinates is.
  public enum Unit: Sendable {
    /// A pixel.
    case pixels
    /// The picture's width across and its height down; radii of brushes are in widths.
    case picture
  }

  /// The mask that shapes draw, one after the other, on a picture of `width` × `height`; the rules
  /// are those of ``MaskShape/Form``, and only plain arithmetic decides, so that every machine draws
  /// the same pixels.
  ///
  /// - Parameter map: Delivers stored maps.
  public init(
    _ shapes: [MaskShape], width: Int, height: Int, unit: Unit,
    map: (Digest) throws -> IntegerMap
  ) throws {
    var mask = Mask(emptyOf: width, height)
    let across = unit == .pixels ? 1 : Double(width)
    let down = unit == .pixels ? 1 : Double(height)
    for shape in shapes {
      var part = Mask(emptyOf: width, height)
      func scaled(_ points: [MaskShape.Point]) -> [MaskShape.Point] {
        points.map { MaskShape.Point($0.x * across, $0.y * down) }
      }
      switch shape.form {
      case .rectangle(let x, let y, let w, let h):
        part.drawRectangle(x * across, y * down, (x + w) * across, (y + h) * down)
      case .ellipse(let x, let y, let rx, let ry):
        part.drawEllipse(x * across, y * down, rx * across, ry * down)
      case .polygon(let points): part.drawPolygon(scaled(points))
      case .brush(let points, let radius):
        part.drawStroke(scaled(points), radius: radius * across)
      case .map(let digest, let values):
        let stored = try map(digest).resized(width: width, height: height, rule: .pillow)
        part = Mask(stored, values: values.map { Set($0) })
      }
      mask.combine(part, removing: shape.isRemoved)
    }
    self = mask
  }

  /// The first column or row whose centre is not below `edge`, kept near the mask.
  private static func first(from edge: Double, limit: Int) -> Int {
    Int(max(-1, min(Double(limit) + 1, (edge - 0.5).rounded(.up))))
  }

  private mutating func drawRectangle(
    _ left: Double, _ top: Double, _ right: Double, _ bottom: Double
  ) {
    let columns = (Self.first(from: left, limit: width), Self.first(from: right, limit: width))
    for row in 0..<height where Double(row) + 0.5 >= top && Double(row) + 0.5 < bottom {
      fill(row: row, from: columns.0, to: columns.1)
    }
  }

  private mutating func drawEllipse(_ x: Double, _ y: Double, _ rx: Double, _ ry: Double) {
    for row in 0..<height {
      let dy = (Double(row) + 0.5 - y) / ry
      guard dy * dy <= 1 else { continue }
      for column in columns(around: x, rx) {
        let dx = (Double(column) + 0.5 - x) / rx
        if dx * dx + dy * dy <= 1 { fill(row: row, from: column, to: column + 1) }
      }
    }
  }

  /// The columns that a shape may reach.
  private func columns(around x: Double, _ reach: Double) -> Range<Int> {
    let first = max(0, Self.first(from: x - reach - 1, limit: width))
    return first..<max(first, min(width, Self.first(from: x + reach + 1, limit: width)))
  }

  private mutating func drawPolygon(_ points: [MaskShape.Point]) {
    for row in 0..<height {
      let y = Double(row) + 0.5
      var crossings: [Double] = []
      for (index, a) in points.enumerated() {
        let b = points[(index + 1) % points.count]
        guard (a.y > y) != (b.y > y) else { continue }
        // From the upper end, so that an edge shared by two polygons is cut at one place.
        let (top, bottom) = a.y < b.y ? (a, b) : (b, a)
        crossings.append(top.x + (y - top.y) / (bottom.y - top.y) * (bottom.x - top.x))
      }
      crossings.sort()
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        fill(
          row: row, from: Self.first(from: crossings[pair], limit: width),
          to: Self.first(from: crossings[pair + 1], limit: width))
      }
    }
  }

  private mutating func drawStroke(_ points: [MaskShape.Point], radius: Double) {
    let square = radius * radius
    for (index, a) in points.enumerated() {
      // A single point is a line of no length.
      if points.count > 1 && index == points.count - 1 { break }
      let b = points[min(index + 1, points.count - 1)]
      let (ux, uy) = (b.x - a.x, b.y - a.y)
      let length = ux * ux + uy * uy
      let top = min(a.y, b.y) - radius, bottom = max(a.y, b.y) + radius
      let middle = (a.x + b.x) / 2, reach = abs(ux) / 2 + radius
      for row in 0..<height where Double(row) + 0.5 >= top && Double(row) + 0.5 <= bottom {
        for column in columns(around: middle, reach) {
          let (px, py) = (Double(column) + 0.5 - a.x, Double(row) + 0.5 - a.y)
          // The nearest point of the line.
          let t = length > 0 ? max(0, min(1, (px * ux + py * uy) / length)) : 0
          let (dx, dy) = (px - t * ux, py - t * uy)
          if dx * dx + dy * dy <= square { fill(row: row, from: column, to: column + 1) }
        }
      }
    }
  }
}
