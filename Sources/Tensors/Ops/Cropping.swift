extension Tensor {
  /// The pixels of `rows` and `columns` of `[N, C, H, W]`: `[N, C, rows.count, columns.count]`.
  package func cropped(rows: Range<Int>, columns: Range<Int>) -> Tensor {
    let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= h && columns.lowerBound >= 0
        && columns.upperBound <= w, "rows \(rows) and columns \(columns) of \(shape)")
    let (height, width) = (rows.count, columns.count)
    return Tensor(uninitialized: [n, c, height, width]) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(n * c) { plane in
          for y in 0..<height {
            (to + (plane * height + y) * width).update(
              from: from + (plane * h + rows.lowerBound + y) * w + columns.lowerBound,
              count: width)
          }
        }
      }
    }
  }

  /// Puts pixels of `part` into this tensor of `[N, C, H, W]`.
  ///
  /// - Parameters:
  ///   - part: `[N, C, h, w]`, whose first pixel lies at `origin` here.
  ///   - origin: Row and column.
  ///   - rows: The rows that are taken, counted here.
  ///   - columns: The columns that are taken, counted here.
  package mutating func paste(
    _ part: Tensor, at origin: (row: Int, column: Int), rows: Range<Int>, columns: Range<Int>
  ) {
    let (h, w) = (shape[2], shape[3]), (height, width) = (part.shape[2], part.shape[3])
    precondition(
      part.shape[0] == shape[0] && part.shape[1] == shape[1] && rows.lowerBound >= origin.row
        && columns.lowerBound >= origin.column && rows.upperBound <= min(h, origin.row + height)
        && columns.upperBound <= min(w, origin.column + width),
      "rows \(rows) and columns \(columns) of \(part.shape) at \(origin) into \(shape)")
    let planes = shape[0] * shape[1]
    withUnsafeMutableBuffer { target in
      part.withUnsafeBuffer { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        for plane in 0..<planes {
          for y in rows {
            let start = (plane * height + y - origin.row) * width
            (to + (plane * h + y) * w + columns.lowerBound).update(
              from: from + start + columns.lowerBound - origin.column, count: columns.count)
          }
        }
      }
    }
  }
}
