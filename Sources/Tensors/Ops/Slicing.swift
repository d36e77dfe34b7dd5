extension Tensor {
  /// Entries `range` of one axis, with the rank kept: `[…, n, …]` → `[…, range.count, …]`.
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    precondition(
      axis >= 0 && axis < shape.rank && range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "entries \(range) of axis \(axis) of \(shape)")
    let (outer, inner) = extents(around: axis)
    let length = shape[axis], part = range.count * inner
    let result = Tensor(uninitialized: shape.replacing(axis, by: range.count)) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        for i in 0..<outer {
          (to + i * part).update(
            from: from + (i * length + range.lowerBound) * inner, count: part)
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.embedded(axis: axis, at: range.lowerBound, of: length)]
    }
  }

  /// The same entries among zeros: entry i of `axis` becomes entry `start` + i of `length`.
  public func embedded(axis: Int, at start: Int, of length: Int) -> Tensor {
    precondition(
      axis >= 0 && axis < shape.rank && start >= 0 && start + shape[axis] <= length,
      "axis \(axis) of \(shape) at \(start) of \(length)")
    let (outer, inner) = extents(around: axis)
    let count = shape[axis], part = count * inner
    let result = Tensor(uninitialized: shape.replacing(axis, by: length)) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        if count < length { destination.update(repeating: 0) }
        for i in 0..<outer {
          (to + (i * length + start) * inner).update(from: from + i * part, count: part)
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.sliced(axis: axis, start..<start + count)]
    }
  }

  /// Entries `range` of the first axis, with the rank kept: `[N, …]` → `[range.count, …]`.
  public func rows(_ range: Range<Int>) -> Tensor { sliced(axis: 0, range) }

  /// Entry `index` of the first axis: `[N, …]` → `[…]`.
  public func row(_ index: Int) -> Tensor {
    rows(index..<index + 1).reshaped(Shape(Array(shape.dimensions.dropFirst())))
  }

  /// Tensors one after the other along `axis`; their other extents are the same.
  public static func concatenated(_ parts: [Tensor], axis: Int = 0) -> Tensor {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let rank = parts[0].shape.rank
    precondition(
      axis >= 0 && axis < rank
        && parts.allSatisfy {
          $0.shape.rank == rank
            && $0.shape.replacing(axis, by: 0) == parts[0].shape.replacing(axis, by: 0)
        },
      "cannot concatenate \(parts.map(\.shape)) along axis \(axis)")
    let length = parts.reduce(0) { $0 + $1.shape[axis] }
    let (outer, inner) = parts[0].extents(around: axis)
    let result = Tensor(uninitialized: parts[0].shape.replacing(axis, by: length)) { destination in
      guard let to = destination.baseAddress else { return }
      var start = 0
      for part in parts {
        let size = part.shape[axis] * inner
        part.withUnsafeBuffer { source in
          guard let from = source.baseAddress else { return }
          for i in 0..<outer {
            (to + i * length * inner + start).update(from: from + i * size, count: size)
          }
        }
        start += size
      }
    }
    return result.recorded(from: parts) { gradient, isNeeded in
      var start = 0
      return zip(parts, isNeeded).map { part, isNeeded in
        defer { start += part.shape[axis] }
        return isNeeded ? gradient.sliced(axis: axis, start..<start + part.shape[axis]) : nil
      }
    }
  }

  /// The products of the extents before `axis` and after it.
  private func extents(around axis: Int) -> (outer: Int, inner: Int) {
    (
      shape.dimensions[..<axis].reduce(1, *),
      shape.dimensions[(axis + 1)...].reduce(1, *)
    )
  }
}

extension Shape {
  /// The same with another extent of `axis`.
  package func replacing(_ axis: Int, by extent: Int) -> Shape {
    var dimensions = dimensions
    dimensions[axis] = extent
    return Shape(dimensions)
  }
}
