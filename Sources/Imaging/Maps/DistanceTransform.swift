import Tensors

extension Mask {
  /// The squared distance in pixels from every pixel's centre to that of the nearest pixel in the
  /// mask; infinite where the mask is empty.
  ///
  /// Exact: lower envelopes of parabolas, columns first (Felzenszwalb & Huttenlocher, Theory of
  /// Computing 8, 2012).
  package func squaredDistances() -> [Float64] {
    var field = isIn.map { $0 ? 0 : Float64.infinity }
    let (width, height) = (width, height)
    field.withUnsafeMutableBufferPointer { field in
      // Each line is one thread's alone.
      nonisolated(unsafe) let field = field
      Parallel.forEach(width) { x in
        Self.transform(field, start: x, stride: width, count: height)
      }
      Parallel.forEach(height) { y in
        Self.transform(field, start: y * width, stride: 1, count: width)
      }
    }
    return field
  }

  /// One line of the field: f(q) ← min over p of (q − p)² + f(p).
  private static func transform(
    _ field: UnsafeMutableBufferPointer<Float64>, start: Int, stride: Int, count: Int
  ) {
    let line = (0..<count).map { field[start + $0 * stride] }
    // The parabolas of the envelope, and where each begins to be the lowest.
    var places: [Int] = []
    var starts: [Float64] = []
    for q in 0..<count where line[q].isFinite {
      var from = -Float64.infinity
      while let p = places.last, let begin = starts.last {
        let rise = (line[q] + Float64(q * q)) - (line[p] + Float64(p * p))
        from = rise / Float64(2 * (q - p))
        if from > begin { break }
        places.removeLast()
        starts.removeLast()
        from = -.infinity
      }
      places.append(q)
      starts.append(from)
    }
    guard !places.isEmpty else { return }
    var current = 0
    for q in 0..<count {
      while current + 1 < places.count, starts[current + 1] < Float64(q) { current += 1 }
      let distance = Float64(q - places[current])
      field[start + q * stride] = distance * distance + line[places[current]]
    }
  }
}
