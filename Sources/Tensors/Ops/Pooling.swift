extension Tensor {
  /// Means over windows of `kernel`×`kernel` pixels in steps of `stride`: `[N, C, H, W]` →
  /// `[N, C, (H + 2p − k)/stride + 1, …]`.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - stride: The step.
  ///   - padding: p, pixels of zero around the picture, fewer than k.
  ///   - countsPadding: Whether those zeros count in the mean (torch's `count_include_pad`).
  public func averagePooled(
    kernel: Int, stride: Int, padding: Int = 0, countsPadding: Bool = true
  ) -> Tensor {
    let isTiled =
      kernel == stride && padding == 0 && shape[2] % kernel == 0 && shape[3] % kernel == 0
    if isTiled { return blockMeans(kernel) }
    return pooled(kernel: kernel, stride: stride, padding: padding) { plane, rows, columns, width in
      var sum: Float = 0
      for y in rows {
        for x in columns { sum += plane[y * width + x] }
      }
      return sum / Float(countsPadding ? kernel * kernel : rows.count * columns.count)
    }.recorded(from: [self]) { inputs in
      // A box filter; where padding does not count, the sum is of fewer pixels.
      let box = ResampleFilter(
        rows: Array(repeating: Array(repeating: 1, count: kernel), count: kernel))
      let around = Padding(before: padding, after: padding)
      let means = inputs[0].upfirdn(box, down: (stride, stride), padding: around)
      if countsPadding || padding == 0 { return means }
      let ones = Tensor(repeating: 1, shape: [1, 1, inputs[0].shape[2], inputs[0].shape[3]])
      return means * ones.upfirdn(box, down: (stride, stride), padding: around).reciprocal()
    }
  }

  /// The largest values of windows: `[N, C, H, W]` → `[N, C, (H + 2p − k)/stride + 1, …]`.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - stride: The step.
  ///   - padding: p, pixels around the picture that never win.
  ///   - roundsUp: Whether a last window that reaches over the edge counts (torch's `ceil_mode`).
  public func maximumPooled(
    kernel: Int, stride: Int, padding: Int = 0, roundsUp: Bool = false
  ) -> Tensor {
    let result = pooled(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp) {
      plane, rows, columns, width in
      var largest = -Float.infinity
      for y in rows {
        for x in columns { largest = max(largest, plane[y * width + x]) }
      }
      return largest
    }
    guard Tape.records(self) else { return result }
    // Where the first largest value of every window lies, a whole number below 2²⁴ in a plane.
    let places = pooled(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp) {
      plane, rows, columns, width in
      var best = rows.lowerBound * width + columns.lowerBound
      for y in rows {
        for x in columns where plane[y * width + x] > plane[best] { best = y * width + x }
      }
      return Float(best)
    }
    precondition(shape[2] * shape[3] < 1 << 24, "a plane of \(shape) is too large for gradients")
    let indices = places.scalars.map { Int32($0) }
    return result.recorded(from: [self]) { [shape] gradient, _ in
      [gradient.scatteredInPlanes(indices, height: shape[2], width: shape[3])]
    }
  }

  /// Every window of every plane, cut to the picture, given to `body` with the picture's width.
  private func pooled(
    kernel: Int, stride: Int, padding: Int, roundsUp: Bool = false,
    _ body: (UnsafePointer<Float>, Range<Int>, Range<Int>, _ width: Int) -> Float
  ) -> Tensor {
    let (h, w) = (shape[2], shape[3])
    precondition(
      shape.rank == 4 && kernel > padding && padding >= 0 && stride > 0
        && h + 2 * padding >= kernel && w + 2 * padding >= kernel,
      "windows of \(kernel), padding \(padding), step \(stride) on \(shape)")
    func windows(_ size: Int) -> Int {
      let count = (size + 2 * padding - kernel + (roundsUp ? stride - 1 : 0)) / stride + 1
      // torch leaves out a window that would begin beyond the edge.
      return (count - 1) * stride >= size + padding ? count - 1 : count
    }
    let (tall, wide) = (windows(h), windows(w))
    func window(_ index: Int, _ count: Int) -> Range<Int> {
      let first = index * stride - padding
      return min(max(first, 0), count)..<min(max(first + kernel, 0), count)
    }
    return Tensor(uninitialized: [shape[0], shape[1], tall, wide]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          for y in 0..<tall {
            let rows = window(y, h)
            for x in 0..<wide {
              to[(plane * tall + y) * wide + x] = body(
                from + plane * h * w, rows, window(x, w), w)
            }
          }
        }
      }
    }
  }
}
