import Tensors

/// A rectangle of pixels on a square grid.
struct PixelBox: Hashable, Sendable {
  var rows: Range<Int>
  var columns: Range<Int>

  /// The same on both axes.
  func map(_ change: (Range<Int>) -> Range<Int>) -> PixelBox {
    PixelBox(rows: change(rows), columns: change(columns))
  }

  /// The smallest that holds both.
  func union(_ other: PixelBox) -> PixelBox {
    func union(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
      min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    return PixelBox(
      rows: union(rows, other.rows), columns: union(columns, other.columns))
  }

  /// The pixels of both; `nil` for none.
  func intersection(_ other: PixelBox) -> PixelBox? {
    let rows = rows.clamped(to: other.rows), columns = columns.clamped(to: other.columns)
    return rows.isEmpty || columns.isEmpty ? nil : PixelBox(rows: rows, columns: columns)
  }

  /// The number of its pixels.
  var area: Int { rows.count * columns.count }

  /// The smallest that holds all pixels of `[1, 1, H, W]` that are not 0; `nil` if all are.
  init?(of mask: Tensor) {
    let (height, side) = (mask.shape[2], mask.shape[3])
    var top = height, bottom = 0, left = side, right = 0
    mask.withUnsafeBuffer { mask in
      for y in 0..<height {
        for x in 0..<side where mask[y * side + x] != 0 {
          (top, bottom) = (min(top, y), y + 1)
          (left, right) = (min(left, x), max(right, x + 1))
        }
      }
    }
    guard bottom > 0 else { return nil }
    (rows, columns) = (top..<bottom, left..<right)
  }

  init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }
}

extension Range<Int> {
  /// The part within `0..<side`.
  func clipped(to side: Int) -> Range<Int> {
    let lower = Swift.min(Swift.max(lowerBound, 0), side)
    return lower..<Swift.max(lower, Swift.min(upperBound, side))
  }

  /// Both ends times `factor`.
  func scaled(by factor: Int) -> Range<Int> { lowerBound * factor..<upperBound * factor }

  /// Both ends over `divisor`, which divides them.
  func divided(by divisor: Int) -> Range<Int> { lowerBound / divisor..<upperBound / divisor }

  /// The smallest range around it within `outer` whose ends are multiples of `step`, as those of
  /// `outer` are, and that is at least `least` long where `outer` is.
  func aligned(to step: Int, least: Int, within outer: Range<Int>) -> Range<Int> {
    var lower = lowerBound / step * step
    var upper = Swift.min((upperBound + step - 1) / step * step, outer.upperBound)
    upper = Swift.min(Swift.max(upper, lower + least), outer.upperBound)
    lower = Swift.max(Swift.min(lower, upper - least), outer.lowerBound)
    return lower..<upper
  }

  /// The tiles of `size` pixels that it touches, made longer by `before` and `beyond` first.
  func tiles(of size: Int, before: Int = 0, beyond: Int = 0) -> ClosedRange<Int> {
    func floored(_ value: Int) -> Int { value >= 0 ? value / size : -((-value + size - 1) / size) }
    return floored(lowerBound - before)...floored(upperBound - 1 + beyond)
  }
}
