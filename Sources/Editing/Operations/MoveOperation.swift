import Tensors

/// A move along a direction over some layers: w(l) ← w(l) + by · d(l).
public struct MoveOperation: EditOperation {
  /// The name in recipes.
  public static let kind = "move"
  /// The version in recipes.
  public static let version = 1

  /// The digest of the direction's tensor, `[wDim]` or `[rows, wDim]`.
  public var direction: Digest
  /// How far, in units of the direction's own length.
  public var by: Float
  /// The rows that move.
  public var layers: LayerSet

  /// A move; see the properties.
  public init(along direction: Digest, by: Float, layers: LayerSet = .all) {
    self.direction = direction
    self.by = by
    self.layers = layers
  }

  /// The direction.
  public var tensors: [Digest] { [direction] }

  /// `move 2.0 along smile (4-7)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "move \(by) along \(name(direction)) (\(layers))"
  }

  /// Adds the direction to the chosen rows.
  public func apply(to ws: Tensor, in context: EditContext) throws -> Tensor {
    let (rows, width) = (ws.shape[0], ws.shape[1])
    let direction = try context.tensor(direction)
    guard direction.count == width || direction.count == rows * width else {
      throw EditingError.wrongShape(
        what: "direction \(self.direction.short)", expected: "[\(width)] or [\(rows), \(width)]",
        found: "\(direction.shape)")
    }
    let stride = direction.count == width ? 0 : width
    let chosen = try layers.indices(count: rows)
    var result = ws
    result.withUnsafeMutableBuffer { values in
      direction.withUnsafeBuffer { direction in
        for row in chosen {
          for i in 0..<width { values[row * width + i] += by * direction[row * stride + i] }
        }
      }
    }
    return result
  }
}
