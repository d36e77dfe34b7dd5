extension Tensor {
  /// Resizing to the nearest pixel by torch's rule, source = ⌊i · (in / out)⌋ in 32 bits:
  /// `[N, C, H, W]` → `[N, C, height, width]`.
  public func nearestResized(height: Int, width: Int) -> Tensor {
    precondition(
      shape.rank == 4 && height > 0 && width > 0 && shape[2] > 0 && shape[3] > 0,
      "\(shape) to \(height)×\(width)")
    let (h, w) = (shape[2], shape[3])
    if h == height && w == width { return self }
    let columns = Self.nearestTaps(w, width), rows = Self.nearestTaps(h, height)
    let result = Tensor(uninitialized: [shape[0], shape[1], height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        columns.withUnsafeBufferPointer { columns in
          Parallel.forEach(shape[0] * shape[1]) { plane in
            for y in 0..<height {
              let row = from + (plane * h + rows[y]) * w
              let target = to + (plane * height + y) * width
              if y > 0, rows[y] == rows[y - 1] {
                target.update(from: target - width, count: width)
              } else {
                for x in 0..<width { target[x] = row[columns[x]] }
              }
            }
          }
        }
      }
    }
    return result.recorded(from: [self]) { inputs in
      let places = rows.flatMap { row in columns.map { Int32(row * w + $0) } }
      return inputs[0].gatheredInPlanes(places, height: height, width: width)
    }
  }

  /// The source pixel of every target pixel along one axis.
  private static func nearestTaps(_ source: Int, _ target: Int) -> [Int] {
    if target == 2 * source { return (0..<target).map { $0 / 2 } }
    let scale = Float(source) / Float(target)
    return (0..<target).map { min(Int(Float($0) * scale), source - 1) }
  }

  /// Bilinear resizing as torch does it with `align_corners` false and without antialiasing:
  /// source = (i + ½) · in / out − ½, not below 0; `[N, C, H, W]` → `[N, C, height, width]`.
  public func bilinearResized(height: Int, width: Int) -> Tensor {
    precondition(
      shape.rank == 4 && height > 0 && width > 0 && shape[2] > 0 && shape[3] > 0,
      "\(shape) to \(height)×\(width)")
    let (h, w) = (shape[2], shape[3])
    if h == height && w == width { return self }
    let rows = Self.bilinearTaps(h, height), columns = Self.bilinearTaps(w, width)
    let result = Tensor(uninitialized: [shape[0], shape[1], height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          for (y, row) in rows.enumerated() {
            let above = from + (plane * h + row.low) * w, below = from + (plane * h + row.high) * w
            let target = to + (plane * height + y) * width
            for (x, column) in columns.enumerated() {
              let top = above[column.low] * (1 - column.share) + above[column.high] * column.share
              let bottom =
                below[column.low] * (1 - column.share) + below[column.high] * column.share
              target[x] = top * (1 - row.share) + bottom * row.share
            }
          }
        }
      }
    }
    return result.recorded(from: [self]) { inputs in
      // The four pixels around every target pixel, each with its share.
      func corner(isBelow: Bool, isRight: Bool) -> Tensor {
        var places: [Int32] = [], shares: [Float] = []
        for row in rows {
          for column in columns {
            places.append(
              Int32((isBelow ? row.high : row.low) * w + (isRight ? column.high : column.low)))
            shares.append(
              (isBelow ? row.share : 1 - row.share)
                * (isRight ? column.share : 1 - column.share))
          }
        }
        return inputs[0].gatheredInPlanes(places, height: height, width: width)
          * Tensor(shares, shape: [height, width])
      }
      return corner(isBelow: false, isRight: false) + corner(isBelow: false, isRight: true)
        + corner(isBelow: true, isRight: false) + corner(isBelow: true, isRight: true)
    }
  }

  /// The two source pixels of every target pixel along one axis, and the second one's share.
  private static func bilinearTaps(
    _ source: Int, _ target: Int
  ) -> [(low: Int, high: Int, share: Float)] {
    let scale = Float(source) / Float(target)
    return (0..<target).map { index in
      let place = max((Float(index) + 0.5) * scale - 0.5, 0)
      let low = min(Int(place), source - 1)
      return (low, min(low + 1, source - 1), place - Float(low))
    }
  }
}
