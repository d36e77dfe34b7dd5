/// Which pixels of a picture are meant: a set, rows from the top.
public struct Mask: Sendable, Hashable {
  /// The number of columns, at least 1.
  public let width: Int

  /// The number of rows, at least 1.
  public let height: Int

  /// Whether each pixel is in the mask, row by row.
  public private(set) var isIn: [Bool]

  /// A mask from its pixels, row by row.
  public init(width: Int, height: Int, isIn: [Bool]) {
    precondition(width > 0 && height > 0, "a mask of \(width)×\(height) pixels")
    precondition(isIn.count == width * height, "\(isIn.count) pixels for \(width)×\(height)")
    self.width = width
    self.height = height
    self.isIn = isIn
  }

  /// A mask without a pixel.
  public init(emptyOf width: Int, _ height: Int) {
    self.init(
      width: width, height: height, isIn: [Bool](repeating: false, count: width * height))
  }

  /// The pixels of a map whose number is one of `values`; without `values`, those above half of the
  /// map's greatest number, so that masks of 0 and 1 and of 0 and 255 are read alike.
  public init(_ map: IntegerMap, values: Set<Int32>? = nil) {
    let greatest = Int64(map.maximum)
    self.init(
      width: map.width, height: map.height,
      isIn: map.values.map { values?.contains($0) ?? (2 * Int64($0) > greatest) })
  }

  /// Whether no pixel is in the mask.
  public var isEmpty: Bool { !isIn.contains(true) }

  /// The number of pixels in the mask.
  public var area: Int { isIn.count { $0 } }

  /// The indices of the pixels in the mask, ascending.
  public var indices: [Int] { isIn.indices.filter { isIn[$0] } }

  /// Adds the pixels of a mask of the same size, or takes them away.
  public mutating func combine(_ other: Mask, removing: Bool = false) {
    precondition(
      other.width == width && other.height == height,
      "masks of \(width)×\(height) and \(other.width)×\(other.height)")
    for index in isIn.indices where other.isIn[index] { isIn[index] = !removing }
  }

  /// Puts the pixels of a row from `first` up to (but not with) `end` into the mask; what falls
  /// outside is left out.
  mutating func fill(row: Int, from first: Int, to end: Int) {
    guard (0..<height).contains(row) else { return }
    let (first, end) = (max(0, first), min(width, end))
    guard first < end else { return }
    for index in row * width + first..<row * width + end { isIn[index] = true }
  }

  /// The mask as a map: 255 inside, 0 outside.
  public func map() -> IntegerMap {
    IntegerMap(width: width, height: height, values: isIn.map { $0 ? 255 : 0 })
  }
}
