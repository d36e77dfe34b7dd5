/// The extents of a tensor, outermost first: `[N, C, H, W]` for a batch of images.
public struct Shape: Hashable, Sendable {
  /// The extent of every axis.
  public let dimensions: [Int]

  /// A shape from its extents; every extent is zero or more.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "negative extent in \(dimensions)")
    self.dimensions = dimensions
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The number of elements; 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of one axis; negative axes count from the end.
  public subscript(axis: Int) -> Int { dimensions[axis < 0 ? axis + rank : axis] }
}

extension Shape: ExpressibleByArrayLiteral {
  /// Writes a shape as `[1, 3, 64, 64]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  /// The shape as `[1, 3, 64, 64]`.
  public var description: String { "\(dimensions)" }
}
