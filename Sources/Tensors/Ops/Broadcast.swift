extension Shape {
  /// The shape that holds tensors of both shapes: extents are counted from the last axis, and an
  /// extent of 1 stands for any; `nil` where they do not fit (NumPy's broadcasting).
  package func broadcast(with other: Shape) -> Shape? {
    let rank = max(rank, other.rank)
    var extents = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let (a, b) = (extent(axis, ofRank: rank), other.extent(axis, ofRank: rank))
      guard a == b || a == 1 || b == 1 else { return nil }
      extents[axis] = a == 1 ? b : a
    }
    return Shape(extents)
  }

  /// The extent of an axis counted in a shape of `rank` axes, 1 where this one has none.
  fileprivate func extent(_ axis: Int, ofRank rank: Int) -> Int {
    let own = axis - (rank - self.rank)
    return own < 0 ? 1 : dimensions[own]
  }
}

extension Tensor {
  /// The elements repeated along axes of extent 1, and along new axes in front: `[C, 1, 1]` →
  /// `[N, C, H, W]`.
  public func broadcast(to target: Shape) -> Tensor {
    if shape == target { return self }
    precondition(shape.broadcast(with: target) == target, "cannot repeat \(shape) to \(target)")
    let loops = BroadcastLoops(shape, target, result: target)
    let result = Tensor(uninitialized: target) { destination in
      withUnsafeBuffer { x in
        guard let to = destination.baseAddress, let x = x.baseAddress else { return }
        loops.forEachRun { run in
          let from = x + run.a
          if loops.innerA == 0 {
            (to + run.start).update(repeating: from[0], count: run.count)
          } else {
            (to + run.start).update(from: from, count: run.count)
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { [shape] gradient, _ in [gradient.summed(to: shape)] }
  }

  /// The sum over the axes along which ``broadcast(to:)`` would repeat a tensor of shape `target`.
  ///
  /// Runs along the last axes are summed in double precision.
  public func summed(to target: Shape) -> Tensor {
    if shape == target { return self }
    precondition(target.broadcast(with: shape) == shape, "cannot sum \(shape) to \(target)")
    // Axes of one kind that follow each other count as one.
    var kept: [(extent: Int, isKept: Bool)] = []
    for axis in 0..<shape.rank where shape.dimensions[axis] != 1 {
      let isKept = target.extent(axis, ofRank: shape.rank) != 1
      if let last = kept.last, last.isKept == isKept {
        kept[kept.count - 1].extent *= shape.dimensions[axis]
      } else {
        kept.append((shape.dimensions[axis], isKept))
      }
    }
    var sum = detached
    while let index = kept.lastIndex(where: { !$0.isKept }) {
      let outer = kept[..<index].reduce(1) { $0 * $1.extent }
      let inner = kept[(index + 1)...].reduce(1) { $0 * $1.extent }
      sum = sum.summed(outer: outer, length: kept[index].extent, inner: inner)
      kept.remove(at: index)
    }
    sum = sum.reshaped(target)
    guard Tape.records(self) else { return sum }
    return sum.recorded(from: [self]) { [shape] gradient, _ in [gradient.broadcast(to: shape)] }
  }

  /// The sum of all elements, of shape `[]`.
  public func sum() -> Tensor { summed(to: []) }

  /// The mean of all elements, of shape `[]`.
  public func mean() -> Tensor { sum() * (1 / Float(max(count, 1))) }

  /// The sums over `axes`, which keep an extent of 1.
  public func summed(over axes: [Int]) -> Tensor {
    summed(to: Shape(shape.dimensions.indices.map { axes.contains($0) ? 1 : shape[$0] }))
  }

  /// The means over `axes`, which keep an extent of 1.
  public func averaged(over axes: [Int]) -> Tensor {
    let count = axes.reduce(1) { $0 * shape[$1] }
    return summed(over: axes) * (1 / Float(max(count, 1)))
  }

  /// The sum over the middle axis of `[outer, length, inner]`.
  private func summed(outer: Int, length: Int, inner: Int) -> Tensor {
    Tensor(uninitialized: [outer, inner]) { destination in
      withUnsafeBuffer { x in
        guard let to = destination.baseAddress, let x = x.baseAddress else { return }
        if inner == 1 {
          // Long runs are cut at places of their own, so that one sum too is shared by threads.
          let piece = 1 << 16, pieces = max((length + piece - 1) / piece, 1)
          var parts = [Double](repeating: 0, count: outer * pieces)
          parts.withUnsafeMutableBufferPointer { parts in
            Parallel.forEachRange(of: outer * pieces, size: max(1, 4096 / max(length, 1))) {
              range in
              for index in range {
                let first = index % pieces * piece
                parts[index] = PlaneStatistics.sum(
                  x + index / pieces * length + first, min(piece, length - first))
              }
            }
          }
          for i in 0..<outer {
            to[i] = Float(parts[i * pieces..<(i + 1) * pieces].reduce(0, +))
          }
          return
        }
        let strip = 4096, strips = (inner + strip - 1) / strip
        Parallel.forEach(outer * strips) { index in
          let (i, first) = (index / strips, index % strips * strip)
          let y = to + i * inner + first, count = min(strip, inner - first)
          y.update(repeating: 0, count: count)
          for k in 0..<length {
            let row = x + (i * length + k) * inner + first
            for j in 0..<count { y[j] += row[j] }
          }
        }
      }
    }
  }
}

/// The loops of an elementwise operation on two tensors under broadcasting: runs of elements along
/// which each operand either goes on or stays.
struct BroadcastLoops {
  /// Part of a run: where it begins in the result and in the operands.
  struct Run {
    let start: Int, count: Int, a: Int, b: Int
  }

  /// The steps of the operands along a run, 0 or 1.
  let innerA: Int, innerB: Int
  private var extents: [Int] = []
  private var stepsA: [Int] = []
  private var stepsB: [Int] = []
  private let inner: Int

  init(_ a: Shape, _ b: Shape, result: Shape) {
    var dimensions: [(extent: Int, a: Int, b: Int)] = []
    var (strideA, strideB) = (1, 1)
    for axis in (0..<result.rank).reversed() {
      let extent = result[axis]
      let (ea, eb) = (a.extent(axis, ofRank: result.rank), b.extent(axis, ofRank: result.rank))
      let (sa, sb) = (ea == 1 ? 0 : strideA, eb == 1 ? 0 : strideB)
      strideA *= ea
      strideB *= eb
      if extent == 1 { continue }
      // An axis joins the one inside it where both operands go on evenly.
      if let last = dimensions.last, sa == last.a * last.extent, sb == last.b * last.extent,
        (sa == 0) == (last.a == 0), (sb == 0) == (last.b == 0)
      {
        dimensions[dimensions.count - 1].extent *= extent
      } else {
        dimensions.append((extent, sa, sb))
      }
    }
    let first = dimensions.first ?? (1, 0, 0)
    (inner, innerA, innerB) = (first.extent, first.a, first.b)
    for dimension in dimensions.dropFirst() {
      extents.append(dimension.extent)
      stepsA.append(dimension.a)
      stepsB.append(dimension.b)
    }
  }

  /// Calls `body` for every run, on several threads.
  func forEachRun(_ body: (Run) -> Void) {
    let piece = 1 << 15, outer = extents.reduce(1, *)
    let pieces = (inner + piece - 1) / piece
    Parallel.forEachRange(of: outer * pieces, size: max(1, piece / max(inner, 1))) { range in
      for index in range {
        var rest = index / pieces, (a, b) = (0, 0)
        for axis in extents.indices {
          let i = rest % extents[axis]
          rest /= extents[axis]
          a += i * stepsA[axis]
          b += i * stepsB[axis]
        }
        let first = index % pieces * piece
        body(
          Run(
            start: index / pieces * inner + first, count: min(piece, inner - first),
            a: a + first * innerA, b: b + first * innerB))
      }
    }
  }
}
