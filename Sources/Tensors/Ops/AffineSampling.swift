import Foundation

/// A map of the plane, (x, y) → (a·x + b·y + c, d·x + e·y + f), in double precision.
public struct PlaneMap: Sendable, Hashable {
  /// The six numbers, by rows.
  public var a, b, c, d, e, f: Double

  /// A map from its six numbers.
  public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) {
    (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
  }

  /// What leaves every point in its place.
  public static let identity = PlaneMap(1, 0, 0, 0, 1, 0)

  /// Moves every point.
  public static func translation(_ x: Double, _ y: Double) -> PlaneMap {
    PlaneMap(1, 0, x, 0, 1, y)
  }

  /// Multiplies the coordinates.
  public static func scale(_ x: Double, _ y: Double) -> PlaneMap { PlaneMap(x, 0, 0, 0, y, 0) }

  /// Turns by an angle in radians: [[cos, −sin], [sin, cos]].
  public static func rotation(_ angle: Double) -> PlaneMap {
    PlaneMap(cos(angle), -sin(angle), 0, sin(angle), cos(angle), 0)
  }

  /// `left` after `right`.
  public static func * (left: PlaneMap, right: PlaneMap) -> PlaneMap {
    PlaneMap(
      left.a * right.a + left.b * right.d, left.a * right.b + left.b * right.e,
      left.a * right.c + left.b * right.f + left.c, left.d * right.a + left.e * right.d,
      left.d * right.b + left.e * right.e, left.d * right.c + left.e * right.f + left.f)
  }

  /// Where a point goes.
  public func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (a * x + b * y + c, d * x + e * y + f)
  }
}

extension Tensor {
  /// Pictures sampled bilinearly through maps of the plane, zero outside (torch's `affine_grid` and
  /// `grid_sample` with `align_corners` false): `[N, C, H, W]` → `[N, C, height, width]`.
  ///
  /// - Parameter maps: One a picture: takes a place of the result to the place that is seen there, both
  ///   in pixels from the middle of their pictures.
  public func sampled(through maps: [PlaneMap], height: Int, width: Int) -> Tensor {
    precondition(shape.rank == 4 && maps.count == shape[0], "\(maps.count) maps for \(shape)")
    return sampled(
      AffineSampling(
        maps: maps, inHeight: shape[2], inWidth: shape[3], height: height, width: width),
      isBackward: false)
  }

  /// The sampling, or what takes a gradient back through it; each is the other's gradient.
  fileprivate func sampled(_ sampling: AffineSampling, isBackward: Bool) -> Tensor {
    let channels = shape[1], size = shape[2] * shape[3]
    let (height, width) =
      isBackward ? (sampling.inHeight, sampling.inWidth) : (sampling.height, sampling.width)
    let result = Tensor(uninitialized: [shape[0], channels, height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * channels) { plane in
          sampling.run(
            to + plane * height * width, from + plane * size, map: sampling.maps[plane / channels],
            isBackward: isBackward)
        }
      }
    }
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.sampled(sampling, isBackward: !isBackward)]
    }
  }

  /// Planes mirrored over their borders without repeating the border, by a width of its own at every
  /// side (each below the planes' own): `[N, C, H, W]` → `[N, C, H + top + bottom, W + left + right]`.
  public func reflectionPadded(_ padding: Padding) -> Tensor {
    let (h, w) = (shape[2], shape[3])
    precondition(
      [padding.left, padding.right].allSatisfy { (0..<w).contains($0) }
        && [padding.top, padding.bottom].allSatisfy { (0..<h).contains($0) },
      "\(padding) cannot be mirrored over the borders of \(shape)")
    func places(_ count: Int, _ before: Int, _ after: Int) -> [Int] {
      (-before..<count + after).map { $0 < 0 ? -$0 : $0 < count ? $0 : 2 * count - 2 - $0 }
    }
    let columns = places(w, padding.left, padding.right)
    let rows = places(h, padding.top, padding.bottom)
    return gatheredInPlanes(
      rows.flatMap { row in columns.map { Int32(row * w + $0) } }, height: rows.count,
      width: columns.count)
  }
}

/// One sampling worked out for planes of one size.
private struct AffineSampling: Sendable {
  let maps: [PlaneMap]
  let inHeight: Int, inWidth: Int, height: Int, width: Int

  /// Reads four pixels for every place of the result, or adds a gradient to the four.
  func run(
    _ to: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>, map: PlaneMap,
    isBackward: Bool
  ) {
    if isBackward { to.update(repeating: 0, count: inHeight * inWidth) }
    for y in 0..<height {
      let v = Double(y) + 0.5 - Double(height) / 2
      for x in 0..<width {
        let place = map(Double(x) + 0.5 - Double(width) / 2, v)
        let px = place.x + Double(inWidth) / 2 - 0.5, py = place.y + Double(inHeight) / 2 - 0.5
        guard px > -1, py > -1, px < Double(inWidth), py < Double(inHeight) else {
          if !isBackward { to[y * width + x] = 0 }
          continue
        }
        let (left, top) = (px.rounded(.down), py.rounded(.down))
        let (fx, fy) = (Float(px - left), Float(py - top))
        let (column, row) = (Int(left), Int(top))
        var sum: Float = 0
        for corner in 0..<4 {
          let (cx, cy) = (column + (corner & 1), row + (corner >> 1))
          guard cx >= 0, cy >= 0, cx < inWidth, cy < inHeight else { continue }
          let share = (corner & 1 == 0 ? 1 - fx : fx) * (corner >> 1 == 0 ? 1 - fy : fy)
          if isBackward {
            to[cy * inWidth + cx] += share * from[y * width + x]
          } else {
            sum += share * from[cy * inWidth + cx]
          }
        }
        if !isBackward { to[y * width + x] = sum }
      }
    }
  }
}
