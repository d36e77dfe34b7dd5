extension Tensor {
  /// The same elements with the axes in another order: axis i of the result is axis `axes[i]`.
  public func permuted(_ axes: [Int]) -> Tensor {
    precondition(
      axes.sorted() == Array(0..<shape.rank), "axes \(axes) of a tensor of shape \(shape)")
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let extents = axes.map { shape[$0] }, steps = axes.map { strides[$0] }
    return Tensor(uninitialized: Shape(extents)) { result in
      withUnsafeBuffer { source in
        var index = [Int](repeating: 0, count: extents.count)
        var place = 0
        for i in result.indices {
          result[i] = source[place]
          // Count up, the last axis first.
          var axis = extents.count - 1
          while axis >= 0 {
            index[axis] += 1
            place += steps[axis]
            if index[axis] < extents[axis] { break }
            place -= steps[axis] * extents[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}
