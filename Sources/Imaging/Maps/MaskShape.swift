import Tensors

/// A shape that a mask is drawn with, as data.
///
/// Coordinates run from the left and the top edge of the picture; pixel (x, y) covers x to x + 1 and y
/// to y + 1. A pixel is in a shape if its centre is. In label maps the unit is the pixel; in the
/// regions of a picture it is the picture's width and height, so that (0.5, 0.5) is its middle.
public struct MaskShape: Sendable, Hashable {
  /// A place.
  public struct Point: Sendable, Hashable {
    /// From the left.
    public var x: Double
    /// From the top.
    public var y: Double

    /// A place from its coordinates.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The kinds of shape.
  public enum Form: Sendable, Hashable {
    /// From the top left corner: pixels whose centres lie at x ≤ cx < x + width, and likewise down.
    case rectangle(x: Double, y: Double, width: Double, height: Double)
    /// Around a centre: ((cx − x) / rx)² + ((cy − y) / ry)² ≤ 1.
    case ellipse(x: Double, y: Double, rx: Double, ry: Double)
    /// Inside by the even-odd rule; a centre on a left edge is in, on a right edge it is out.
    case polygon([Point])
    /// A stroke of a round brush: everything within `radius` (in widths) of the line through the
    /// points.
    case brush([Point], radius: Double)
    /// The pixels of a stored map with one of these numbers; without numbers, those above half of
    /// its greatest. It is resized by Pillow's nearest rule where its size differs.
    case map(Digest, values: [Int32]?)
  }

  /// The kind and its numbers.
  public var form: Form

  /// Whether the shape is taken away from what came before it.
  public var isRemoved: Bool

  /// A shape; throws ``ImagingError/badShape(shape:reason:)`` for numbers that make none.
  public init(_ form: Form, isRemoved: Bool = false) throws(ImagingError) {
    self.form = form
    self.isRemoved = isRemoved
    if let reason = form.fault { throw .badShape(shape: form.name, reason: reason) }
  }

  /// The stored map that the shape needs.
  public var map: Digest? {
    if case .map(let digest, _) = form { return digest }
    return nil
  }
}

extension MaskShape.Form {
  /// The word for it in JSON and on the command line.
  var name: String {
    switch self {
    case .rectangle: "rectangle"
    case .ellipse: "ellipse"
    case .polygon: "polygon"
    case .brush: "brush"
    case .map: "map"
    }
  }

  /// The farthest that a number may be from 0.
  private static let limit = 1e6

  /// Why the numbers make no shape, `nil` if they do.
  fileprivate var fault: String? {
    func outside(_ numbers: [Double]) -> String? {
      numbers.first { !(abs($0) <= Self.limit) }.map { "\($0) is not a number up to a million" }
    }
    func positive(_ numbers: [Double], _ what: String) -> String? {
      numbers.contains { $0 <= 0 } ? "its \(what) must be above 0" : nil
    }
    switch self {
    case .rectangle(let x, let y, let width, let height):
      return outside([x, y, width, height]) ?? positive([width, height], "width and height")
    case .ellipse(let x, let y, let rx, let ry):
      return outside([x, y, rx, ry]) ?? positive([rx, ry], "radii")
    case .polygon(let points):
      return points.count < 3
        ? "it has \(points.count) corners" : outside(points.flatMap { [$0.x, $0.y] })
    case .brush(let points, let radius):
      return points.isEmpty
        ? "it has no points"
        : outside(points.flatMap { [$0.x, $0.y] } + [radius]) ?? positive([radius], "radius")
    case .map(_, let values):
      return values?.isEmpty == true ? "it names no numbers of the map" : nil
    }
  }
}

extension MaskShape: CustomStringConvertible {
  /// `ellipse 0.5,0.4,0.2,0.06`.
  public var description: String {
    func text(_ numbers: [Double]) -> String {
      numbers.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: ",")
    }
    let numbers =
      switch form {
      case .rectangle(let x, let y, let width, let height): text([x, y, width, height])
      case .ellipse(let x, let y, let rx, let ry): text([x, y, rx, ry])
      case .polygon(let points): "of \(points.count) corners"
      case .brush(let points, let radius):
        (points.count == 1
          ? "at \(text([points[0].x, points[0].y]))" : "through \(points.count) points")
          + " radius \(text([radius]))"
      case .map(let digest, let values):
        digest.short
          + (values.map { " " + $0.map(String.init).joined(separator: ",") } ?? "")
      }
    return "\(isRemoved ? "without " : "")\(form.name) \(numbers)"
  }
}

extension MaskShape: Codable {
  private enum CodingKeys: String, CodingKey {
    case rectangle, ellipse, polygon, brush, radius, map, values, removed
  }

  /// Reads `{"ellipse":[x,y,rx,ry]}`, `{"rectangle":[x,y,width,height]}`, `{"polygon":[x,y,…]}`,
  /// `{"brush":[x,y,…],"radius":r}` or `{"map":"sha256:…","values":[…]}`, each perhaps with
  /// `"removed":true`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func numbers(_ key: CodingKeys, count: Int? = nil) throws -> [Double]? {
      guard let numbers = try container.decodeIfPresent([Double].self, forKey: key) else {
        return nil
      }
      guard count.map({ $0 == numbers.count }) ?? numbers.count.isMultiple(of: 2) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "\(numbers.count) numbers")
      }
      return numbers
    }
    func points(_ numbers: [Double]) -> [Point] {
      stride(from: 0, to: numbers.count, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
    }
    let form: Form
    if let n = try numbers(.rectangle, count: 4) {
      form = .rectangle(x: n[0], y: n[1], width: n[2], height: n[3])
    } else if let n = try numbers(.ellipse, count: 4) {
      form = .ellipse(x: n[0], y: n[1], rx: n[2], ry: n[3])
    } else if let n = try numbers(.polygon) {
      form = .polygon(points(n))
    } else if let n = try numbers(.brush) {
      form = .brush(points(n), radius: try container.decode(Double.self, forKey: .radius))
    } else {
      form = .map(
        try container.decode(Digest.self, forKey: .map),
        values: try container.decodeIfPresent([Int32].self, forKey: .values))
    }
    do {
      try self.init(
        form, isRemoved: try container.decodeIfPresent(Bool.self, forKey: .removed) ?? false)
    } catch let error as ImagingError {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.description))
    }
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch form {
    case .rectangle(let x, let y, let width, let height):
      try container.encode([x, y, width, height], forKey: .rectangle)
    case .ellipse(let x, let y, let rx, let ry):
      try container.encode([x, y, rx, ry], forKey: .ellipse)
    case .polygon(let points):
      try container.encode(points.flatMap { [$0.x, $0.y] }, forKey: .polygon)
    case .brush(let points, let radius):
      try container.encode(points.flatMap { [$0.x, $0.y] }, forKey: .brush)
      try container.encode(radius, forKey: .radius)
    case .map(let digest, let values):
      try container.encode(digest, forKey: .map)
      try container.encodeIfPresent(values, forKey: .values)
    }
    if isRemoved { try container.encode(true, forKey: .removed) }
  }
}
