import Foundation
import Tensors

/// A grid of whole numbers from 0 to 2³¹ − 1, a number a pixel, rows from the top.
///
/// The number at column `x` and row `y` is `values[y * width + x]`. What the numbers mean is said
/// by the types around it: classes in a ``LabelMap``, objects in an ``InstanceMap``.
public struct IntegerMap: Sendable, Hashable {
  /// The number of columns, at least 1.
  public let width: Int

  /// The number of rows, at least 1.
  public let height: Int

  /// The numbers, `height * width` of them, none below 0.
  public private(set) var values: [Int32]

  /// A map from its numbers, row by row.
  public init(width: Int, height: Int, values: [Int32]) {
    precondition(width > 0 && height > 0, "a map of \(width)×\(height) pixels")
    precondition(
      values.count == width * height, "\(values.count) numbers for a map of \(width)×\(height)")
    precondition(values.allSatisfy { $0 >= 0 }, "a map with a number below 0")
    self.width = width
    self.height = height
    self.values = values
  }

  /// A map with the same number everywhere.
  public init(width: Int, height: Int, repeating value: Int32) {
    precondition(width > 0 && height > 0, "a map of \(width)×\(height) pixels")
    self.init(
      width: width, height: height, values: [Int32](repeating: value, count: width * height))
  }

  /// The number at a column and a row within the map.
  public subscript(x: Int, y: Int) -> Int32 {
    get {
      precondition(contains(x: x, y: y), "(\(x), \(y)) in a map of \(width)×\(height)")
      return values[y * width + x]
    }
    set {
      precondition(contains(x: x, y: y), "(\(x), \(y)) in a map of \(width)×\(height)")
      precondition(newValue >= 0, "\(newValue) in a map")
      values[y * width + x] = newValue
    }
  }

  /// Whether a column and a row lie within the map.
  public func contains(x: Int, y: Int) -> Bool {
    (0..<width).contains(x) && (0..<height).contains(y)
  }

  /// `width×height`, for messages.
  public var sizeText: String { "\(width)×\(height)" }

  /// Writes numbers (none below 0) in place; `body` gets all of them, row by row.
  package mutating func withMutableValues<Result>(
    _ body: (UnsafeMutableBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    try values.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// The same grid with every number sent through `transform`, which gives none below 0; it is asked
  /// once for each different number.
  public func mapped(_ transform: (Int32) throws -> Int32) rethrows -> IntegerMap {
    var known: [Int32: Int32] = [:]
    let values = try values.map { value in
      if let result = known[value] { return result }
      let result = try transform(value)
      known[value] = result
      return result
    }
    return IntegerMap(width: width, height: height, values: values)
  }

  /// How many pixels each number has, by ascending number.
  public func areas() -> [(value: Int32, area: Int)] {
    var counts: [Int32: Int] = [:]
    // Neighbours are mostly equal: runs are counted, not pixels.
    var start = 0
    for i in 1...values.count where i == values.count || values[i] != values[start] {
      counts[values[start], default: 0] += i - start
      start = i
    }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The different numbers, ascending.
  public var distinctValues: [Int32] { areas().map(\.value) }

  /// The greatest number.
  public var maximum: Int32 { values.max() ?? 0 }

  /// The smallest rectangle around the pixels of a number, `nil` if it has none.
  public func bounds(of value: Int32) -> (x: Int, y: Int, width: Int, height: Int)? {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where values[y * width + x] == value {
        (left, right) = (min(left, x), max(right, x))
        (top, bottom) = (min(top, y), max(bottom, y))
      }
    }
    return right < 0 ? nil : (left, top, right - left + 1, bottom - top + 1)
  }

  /// The digest of the size and the numbers: SHA-256 over the text `i32[H, W]` and the numbers as
  /// 32-bit little-endian integers.
  public var digest: Digest {
    var hasher = Digest.Hasher()
    hasher.update(Data("i32[\(height), \(width)]".utf8))
    let bytes = values.map(\.littleEndian)
    bytes.withUnsafeBytes { hasher.update($0) }
    return hasher.finalize()
  }

  /// The numbers as floats, `[1, 1, H, W]`; exact up to 2²⁴.
  public func tensor() -> Tensor {
    Tensor(uninitialized: [1, 1, height, width]) { target in
      for i in 0..<values.count { target[i] = Float(values[i]) }
    }
  }
}
