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
    let result = Tensor(uninitialized: Shape(extents)) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress, !source.isEmpty
        else { return }
        // Axes at the end that stay where they are make runs.
        var moved = axes.count
        while moved > 0, axes[moved - 1] == moved - 1 { moved -= 1 }
        let run = extents[moved...].reduce(1, *)
        Parallel.forEachRange(of: result.count / run, size: max(1, (1 << 15) / run)) { range in
          // Where the range begins, the last axis first.
          var index = [Int](repeating: 0, count: extents.count)
          var place = 0, rest = range.lowerBound
          for axis in (0..<moved).reversed() {
            index[axis] = rest % extents[axis]
            rest /= extents[axis]
            place += index[axis] * steps[axis]
          }
          for i in range {
            if run == 1 {
              to[i] = from[place]
            } else {
              (to + i * run).update(from: from + place, count: run)
            }
            // Count up, the last axis first.
            var axis = moved - 1
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
    guard Tape.records(self) else { return result }
    let inverse = axes.indices.sorted { axes[$0] < axes[$1] }
    return result.recorded(from: [self]) { gradient, _ in [gradient.permuted(inverse)] }
  }
}
