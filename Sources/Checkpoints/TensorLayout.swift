import Tensors

/// Where a tensor's elements lie in its storage: element `i, j, …` at `offset + i·s₀ + j·s₁ + …`.
///
/// A layout exists only when every element it names lies inside the storage.
struct TensorLayout: Sendable {
  /// Elements that a tensor may have beyond those of its storage, when strides of zero repeat them.
  static let expandedLimit = 1 << 24

  let shape: Shape
  let strides: [Int]
  let offset: Int
  let count: Int

  /// The layout of `dimensions` over a storage of `storageCount` elements; row-major if there are
  /// no `strides`. `place` says where in which file the numbers come from.
  init(
    dimensions: [Int], strides: [Int]? = nil, offset: Int = 0, storageCount: Int,
    file: String, place: @autoclosure () -> String
  ) throws {
    func malformed(_ expected: String, _ found: String) -> CheckpointError {
      .malformed(file: file, place: place(), expected: expected, found: found)
    }
    guard dimensions.count <= 32 else {
      throw malformed("at most 32 axes", "\(dimensions.count)")
    }
    guard dimensions.allSatisfy({ $0 >= 0 }), offset >= 0 else {
      throw malformed("extents and an offset of zero or more", "\(dimensions) at \(offset)")
    }
    guard let count = Self.product(dimensions) else {
      throw malformed("a shape that fits the storage", "\(dimensions)")
    }
    var steps = strides ?? Self.rowMajor(dimensions)
    guard steps.count == dimensions.count, steps.allSatisfy({ $0 >= 0 }) else {
      throw malformed("\(dimensions.count) strides of zero or more", "\(steps)")
    }
    var last = offset
    for axis in dimensions.indices {
      // A stride that is never taken must not take part in the arithmetic.
      if count == 0 || dimensions[axis] == 1 {
        steps[axis] = 0
        continue
      }
      let (reach, tooFar) = steps[axis].multipliedReportingOverflow(by: dimensions[axis] - 1)
      let (next, overflow) = last.addingReportingOverflow(reach)
      guard !tooFar, !overflow else {
        throw malformed("strides inside the storage", "\(steps) for \(dimensions)")
      }
      last = next
    }
    guard count == 0 || last < storageCount else {
      throw malformed(
        "elements inside a storage of \(storageCount)",
        "shape \(dimensions), strides \(steps), offset \(offset)")
    }
    guard count <= storageCount || count <= Self.expandedLimit else {
      throw CheckpointError.tooLarge(
        file: file, place: place(), what: "a tensor of \(count) elements over \(storageCount)",
        limit: "\(Self.expandedLimit) repeated elements")
    }
    shape = Shape(dimensions)
    self.strides = steps
    self.offset = offset
    self.count = count
  }

  private init(shape: Shape, strides: [Int], offset: Int, count: Int) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.count = count
  }

  /// The same elements seen as pairs: a last axis of 2 over a storage of halves.
  var pairs: TensorLayout {
    TensorLayout(
      shape: Shape(shape.dimensions + [2]), strides: strides.map { $0 * 2 } + [1],
      offset: offset * 2, count: count * 2)
  }

  /// Whether the elements follow each other in row-major order.
  var isContiguous: Bool {
    let dense = Self.rowMajor(shape.dimensions)
    return count == 0
      || shape.dimensions.indices.allSatisfy { shape[$0] == 1 || strides[$0] == dense[$0] }
  }

  /// Calls `visit` with the storage index of every element, in row-major order.
  @inline(__always)
  func forEach(_ visit: (Int) -> Void) {
    guard count > 0 else { return }
    let dimensions = shape.dimensions
    guard let inner = dimensions.last, let innerStride = strides.last else { return visit(offset) }
    var index = [Int](repeating: 0, count: dimensions.count)
    var start = offset
    while true {
      var element = start
      for _ in 0..<inner {
        visit(element)
        element += innerStride
      }
      var axis = dimensions.count - 2
      while axis >= 0 {
        index[axis] += 1
        start += strides[axis]
        if index[axis] < dimensions[axis] { break }
        start -= strides[axis] * dimensions[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// The product, or `nil` where an `Int` (of bytes, at up to 16 an element) cannot hold it.
  static func product(_ dimensions: [Int]) -> Int? {
    if dimensions.contains(0) { return 0 }
    var product = 1
    for extent in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow, next <= Int.max / 16 else { return nil }
      product = next
    }
    return product
  }

  /// Strides of the last axis first; saturates on absurd shapes, which no check lets through.
  static func rowMajor(_ dimensions: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: dimensions.count)
    for axis in dimensions.indices.dropLast().reversed() {
      let (next, overflow) = strides[axis + 1].multipliedReportingOverflow(by: dimensions[axis + 1])
      strides[axis] = overflow ? Int.max : next
    }
    return strides
  }

  /// Strides of the first axis first, as Fortran lays arrays out.
  static func columnMajor(_ dimensions: [Int]) -> [Int] {
    rowMajor(dimensions.reversed()).reversed()
  }
}
