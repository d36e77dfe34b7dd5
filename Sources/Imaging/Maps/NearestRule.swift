/// Which source pixel nearest-neighbour resizing takes; the libraries differ.
public enum NearestRule: Sendable, CaseIterable {
  /// The pixel under each centre: floor((i + 0.5) · source / target), as `PIL.Image.resize`.
  case pillow
  /// floor(i · source / target), as torch's `interpolate(mode="nearest")` with a size.
  case torch

  /// The source index of each of `target` places.
  func indices(from source: Int, to target: Int) -> [Int] {
    switch self {
    case .pillow:
      // The position is summed step by step: at odd sizes the sum's last bits decide, and Pillow
      // sums.
      let step = Double(source) / Double(target)
      var position = step * 0.5
      return (0..<target).map { _ in
        defer { position += step }
        return min(Int(position), source - 1)
      }
    case .torch:
      // torch scales in 32 bits; twice the size is a shift.
      if target == 2 * source { return (0..<target).map { $0 / 2 } }
      let scale = Float(source) / Float(target)
      return (0..<target).map { min(Int(Float($0) * scale), source - 1) }
    }
  }
}

extension IntegerMap {
  /// The map resampled to `width` × `height` by taking pixels; no new number appears.
  public func resized(width: Int, height: Int, rule: NearestRule) -> IntegerMap {
    precondition(width > 0 && height > 0, "cannot resize to \(width)×\(height)")
    if width == self.width && height == self.height { return self }
    let columns = rule.indices(from: self.width, to: width)
    let rows = rule.indices(from: self.height, to: height)
    var result: [Int32] = []
    result.reserveCapacity(width * height)
    for row in rows {
      let start = row * self.width
      for column in columns { result.append(values[start + column]) }
    }
    return IntegerMap(width: width, height: height, values: result)
  }
}
