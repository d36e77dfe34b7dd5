import CKernels

/// A low-pass filter for resampling, as stored in checkpoints: 2-D, or 1-D for both axes.
public struct ResampleFilter: Sendable {
  /// The taps: `[h, w]`, or `[n]` for a separable filter that is applied along both axes.
  public let taps: Tensor

  /// A filter from stored taps.
  public init(taps: Tensor) {
    precondition(taps.shape.rank == 1 || taps.shape.rank == 2, "filter of shape \(taps.shape)")
    self.taps = taps
  }

  /// The official set-up: fewer than eight taps become their outer product, and the sum becomes 1.
  ///
  /// - Parameters:
  ///   - taps: One row of taps, such as `[1, 3, 3, 1]`.
  ///   - normalize: Whether the sum becomes 1.
  ///   - flip: Whether the taps are reversed on both axes.
  ///   - gain: A factor on the filter.
  public init(_ taps: [Float], normalize: Bool = true, flip: Bool = false, gain: Float = 1) {
    let row = flip ? taps.reversed() : taps
    let sum = normalize ? row.reduce(0, +) : 1
    if row.count >= 8 {
      let gain = gain.squareRoot()
      self.taps = Tensor(row.map { $0 / sum * gain }, shape: [row.count])
    } else {
      let values = row.flatMap { a in row.map { b in a * b / (sum * sum) * gain } }
      self.taps = Tensor(values, shape: [row.count, row.count])
    }
  }

  /// A 2-D filter by rows, with the sum made 1.
  public init(rows: [[Float]]) {
    let sum = rows.joined().reduce(0, +)
    taps = Tensor(rows.flatMap { $0.map { $0 / sum } }, shape: [rows.count, rows[0].count])
  }

  /// The number of taps along the vertical axis.
  public var height: Int { taps.shape[0] }
  /// The number of taps along the horizontal axis.
  public var width: Int { taps.shape[-1] }

  /// The taps as the kernel correlates them: `[h, w]`, reversed unless `flip`, times `gain`.
  func correlationTaps(flip: Bool, gain: Float) -> [Float] {
    var taps = taps.scalars
    if self.taps.shape.rank == 1 {
      let row = taps
      taps = row.flatMap { a in row.map { b in a * b } }
    }
    return (flip ? taps : taps.reversed()).map { $0 * gain }
  }
}

/// Padding of an image plane; negative values crop.
public struct Padding: Hashable, Sendable {
  /// Columns before the first and after the last.
  public var left: Int, right: Int
  /// Rows before the first and after the last.
  public var top: Int, bottom: Int

  /// Padding of the four sides.
  public init(left: Int, right: Int, top: Int, bottom: Int) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  /// The same before and after on both axes.
  public init(before: Int, after: Int) {
    self.init(left: before, right: after, top: before, bottom: after)
  }

  /// None.
  public static let none = Padding(before: 0, after: 0)
}

extension Tensor {
  /// Upsample, filter, downsample (Karras et al., upfirdn2d): `[N, C, H, W]` → `[N, C, H′, W′]`.
  ///
  /// Inserts `up` − 1 zeros after every sample, pads (or crops), convolves with `filter` without
  /// further padding (correlates if `flipFilter`), multiplies by `gain` and keeps every `down`-th
  /// sample. H′ = (H·up + top + bottom − taps) / down + 1, rounded down.
  public func upfirdn(
    _ filter: ResampleFilter?, up: (x: Int, y: Int) = (1, 1), down: (x: Int, y: Int) = (1, 1),
    padding: Padding = .none, gain: Float = 1, flipFilter: Bool = false
  ) -> Tensor {
    resampled(
      Resampling(
        filter: filter, up: up, down: down, padding: padding, gain: gain, flipFilter: flipFilter))
  }

  /// As ``upfirdn(_:up:down:padding:gain:flipFilter:)`` says.
  func resampled(_ resampling: Resampling) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let plan = UpfirdnPlan(height: height, width: width, resampling)
    let planes = shape[0] * shape[1], size = height * width
    let outSize = plan.outHeight * plan.outWidth
    let y = Tensor(uninitialized: [shape[0], shape[1], plan.outHeight, plan.outWidth]) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(planes) { plan.run(to + $0 * outSize, from: from + $0 * size) }
      }
    }
    guard Tape.records(self) else { return y }
    return y.recorded(from: [self]) { gradient, _ in
      [gradient.resampled(resampling.adjoint(height: height, width: width))]
    }
  }

  /// ×2 upsampling of images with `filter`, as official networks do it.
  public func upsampled2(_ filter: ResampleFilter) -> Tensor {
    let resampling = Resampling(
      filter: filter, up: (2, 2), padding: .upsampling2(filter), gain: 4)
    guard let taps = filter.separableTaps(gain: 4) else { return resampled(resampling) }
    let y = upsampled2(taps: taps)
    guard Tape.records(self) else { return y }
    return y.recorded(from: [self]) { [shape] gradient, _ in
      [gradient.resampled(resampling.adjoint(height: shape[2], width: shape[3]))]
    }
  }

  private func upsampled2(taps: [Float]) -> Tensor {
    let (h, w) = (shape[2], shape[3]), strip = 64
    let strips = (2 * h + strip - 1) / strip
    return Tensor(uninitialized: [shape[0], shape[1], 2 * h, 2 * w]) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1] * strips) { index in
          let (plane, first) = (index / strips, index % strips * strip)
          atelier_upsample2(
            to + plane * 4 * h * w, from + plane * h * w, taps, Int32(h), Int32(w), Int32(first),
            Int32(min(first + strip, 2 * h)))
        }
      }
    }
  }

  /// ×½ downsampling of images with `filter`, as official networks do it.
  public func downsampled2(_ filter: ResampleFilter) -> Tensor {
    upfirdn(filter, down: (2, 2), padding: .downsampling2(filter))
  }
}

extension Padding {
  /// Around the insertion of zeros of a ×2 upsampling.
  public static func upsampling2(_ filter: ResampleFilter) -> Padding {
    let (w, h) = (filter.width, filter.height)
    return Padding(left: (w + 1) / 2, right: (w - 2) >> 1, top: (h + 1) / 2, bottom: (h - 2) >> 1)
  }

  /// Before the filter of a ×½ downsampling.
  public static func downsampling2(_ filter: ResampleFilter) -> Padding {
    let (w, h) = (filter.width, filter.height)
    return Padding(
      left: (w - 1) >> 1, right: (w - 2) >> 1, top: (h - 1) >> 1, bottom: (h - 2) >> 1)
  }

  /// The same with `amount` more on every side.
  public func expanded(by amount: Int) -> Padding {
    Padding(left: left + amount, right: right + amount, top: top + amount, bottom: bottom + amount)
  }
}

/// The arguments of one upfirdn call.
struct Resampling {
  var filter: ResampleFilter?
  var up: (x: Int, y: Int) = (1, 1)
  var down: (x: Int, y: Int) = (1, 1)
  var padding: Padding = .none
  var gain: Float = 1
  var flipFilter = false

  /// The call that takes a result's gradient back to a plane of `height` × `width`.
  ///
  /// Sample i lies at i·up + p in the padded plane, and result j sums the taps from j·down on: the
  /// same sum with the roles of up and down exchanged, the taps reversed, and taps − 1 − p in front.
  func adjoint(height: Int, width: Int) -> Resampling {
    let (th, tw) = (filter?.height ?? 1, filter?.width ?? 1)
    let plan = UpfirdnPlan(height: height, width: width, self)
    let (left, top) = (tw - 1 - padding.left, th - 1 - padding.top)
    return Resampling(
      filter: filter, up: down, down: up,
      padding: Padding(
        left: left, right: (width - 1) * up.x + tw - left - plan.outWidth * down.x, top: top,
        bottom: (height - 1) * up.y + th - top - plan.outHeight * down.y),
      gain: gain, flipFilter: !flipFilter)
  }
}

/// One upfirdn call worked out for planes of one size.
struct UpfirdnPlan {
  let outHeight: Int, outWidth: Int
  private let height: Int, width: Int, taps: [Float], tapHeight: Int, tapWidth: Int
  private let up: (x: Int, y: Int), down: (x: Int, y: Int), padding: Padding
  /// The taps down and across where `taps` is their product.
  private let factors: (column: [Float], row: [Float])?

  init(
    height: Int, width: Int, filter: ResampleFilter?, up: (x: Int, y: Int) = (1, 1),
    down: (x: Int, y: Int) = (1, 1), padding: Padding, gain: Float = 1, flipFilter: Bool = false
  ) {
    (self.height, self.width, self.up, self.down) = (height, width, up, down)
    self.padding = padding
    taps = filter?.correlationTaps(flip: flipFilter, gain: gain) ?? [gain]
    let (tapHeight, tapWidth) = filter.map { ($0.height, $0.width) } ?? (1, 1)
    (self.tapHeight, self.tapWidth) = (tapHeight, tapWidth)
    factors = Self.factors(of: taps, width: tapWidth)
    let fullHeight = height * up.y + padding.top + padding.bottom
    let fullWidth = width * up.x + padding.left + padding.right
    precondition(
      fullHeight >= tapHeight && fullWidth >= tapWidth, "a filter larger than its padded plane")
    outHeight = (fullHeight - tapHeight) / down.y + 1
    outWidth = (fullWidth - tapWidth) / down.x + 1
  }

  init(height: Int, width: Int, _ resampling: Resampling) {
    self.init(
      height: height, width: width, filter: resampling.filter, up: resampling.up,
      down: resampling.down, padding: resampling.padding, gain: resampling.gain,
      flipFilter: resampling.flipFilter)
  }

  /// The column and the row that the taps are the product of, `nil` where they are not or where there
  /// is only one.
  private static func factors(
    of taps: [Float], width: Int
  ) -> (column: [Float], row: [Float])? {
    guard taps.count > 1,
      let peak = taps.indices.max(by: { abs(taps[$0]) < abs(taps[$1]) }), taps[peak] != 0
    else { return nil }
    let row = Array(taps[peak / width * width..<(peak / width + 1) * width])
    let column = stride(from: peak % width, to: taps.count, by: width).map {
      taps[$0] / taps[peak]
    }
    for i in taps.indices
    where abs(column[i / width] * row[i % width] - taps[i]) > 1e-6 * abs(taps[peak]) { return nil }
    return (column, row)
  }

  func run(_ y: UnsafeMutablePointer<Float>, from x: UnsafePointer<Float>) {
    if let factors,
      atelier_upfirdn_separable(
        y, Int32(outHeight), Int32(outWidth), x, Int32(height), Int32(width), factors.column,
        factors.row, Int32(tapHeight), Int32(tapWidth), Int32(up.x), Int32(up.y), Int32(down.x),
        Int32(down.y), Int32(padding.left), Int32(padding.top)) != 0
    {
      return
    }
    atelier_upfirdn(
      y, Int32(outHeight), Int32(outWidth), x, Int32(height), Int32(width), taps, Int32(tapHeight),
      Int32(tapWidth), Int32(up.x), Int32(up.y), Int32(down.x), Int32(down.y), Int32(padding.left),
      Int32(padding.top))
  }
}
