import Foundation

/// Where a StyleGAN3 picture lies in the plane: a translation and rotation as the official
/// gen_images.py takes them, or any matrix.
public struct InputTransform: Hashable, Sendable {
  /// The translation in picture widths and heights.
  public var translate: [Float]
  /// The rotation in degrees, counter-clockwise.
  public var rotate: Float
  /// Nine numbers by rows that stand in for translation and rotation; see ``elements``.
  public var matrix: [Float]?

  /// A translation by `x` and `y`, and a rotation.
  public init(x: Float = 0, y: Float = 0, rotate: Float = 0) {
    translate = [x, y]
    self.rotate = rotate
  }

  /// The 3×3 matrix `matrix` by rows, which input coordinates are multiplied by: a zoom out by a
  /// is diag(a, a, 1).
  public init(matrix: [Float]) {
    precondition(matrix.count == 9, "a 3×3 matrix of \(matrix.count) numbers")
    self.init()
    self.matrix = matrix
  }

  /// The matrix by rows that `synthesis.input.transform` of the official code is set to: the
  /// inverse of [[c, s, x], [−s, c, y], [0, 0, 1]], c and s the cosine and sine of the rotation.
  public var elements: [Float] {
    if let matrix { return matrix }
    let angle = Double(rotate) * .pi / 180
    let (c, s) = (cos(angle), sin(angle))
    let (x, y) = (Double(translate[0]), Double(translate[1]))
    return [c, -s, s * y - c * x, s, c, -(s * x + c * y), 0, 0, 1].map { Float($0) }
  }
}

extension InputTransform: Codable {
  private enum CodingKeys: String, CodingKey { case translate, rotate, matrix }

  /// Reads `{"translate": [0.1, 0], "rotate": 15}`, or nine numbers under `matrix`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    translate = try container.decodeIfPresent([Float].self, forKey: .translate) ?? [0, 0]
    rotate = try container.decodeIfPresent(Float.self, forKey: .rotate) ?? 0
    matrix = try container.decodeIfPresent([Float].self, forKey: .matrix)
    let isFinite = (translate + [rotate] + (matrix ?? [])).allSatisfy(\.isFinite)
    guard translate.count == 2, matrix == nil || matrix?.count == 9, isFinite else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a transform has two numbers of translation, or nine of a matrix"))
    }
  }

  /// Writes the form that the decoder reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let matrix { return try container.encode(matrix, forKey: .matrix) }
    try container.encode(translate, forKey: .translate)
    try container.encode(rotate, forKey: .rotate)
  }
}
