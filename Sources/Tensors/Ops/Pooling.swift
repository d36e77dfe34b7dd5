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
    pooled(kernel: kernel, stride: stride, padding: padding) { plane, rows, columns, width in
      var sum: Float = 0
      for y in rows {
        for x in columns { sum += plane[y * width + x] }
      }
      return sum / Float(countsPadding ? kernel * kernel : rows.count * columns.count)
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
    pooled(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp) {
      plane, rows, columns, width in
      var largest = -Float.infinity
      for y in rows {
        for x in columns { largest = max(largest, plane[y * width + x]) }
      }
      return largest
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
