import Foundation
import Tensors

/// How much of each pixel is meant: a weight from 0 to 1, rows from the top.
public struct SoftMask: Sendable, Hashable {
  /// The number of columns, at least 1.
  public let width: Int

  /// The number of rows, at least 1.
  public let height: Int

  /// The weights, row by row.
  public let weights: [Float]

  /// A soft mask from its weights.
  public init(width: Int, height: Int, weights: [Float]) {
    precondition(width > 0 && height > 0, "a mask of \(width)×\(height) pixels")
    precondition(weights.count == width * height, "\(weights.count) weights")
    self.width = width
    self.height = height
    self.weights = weights
  }

  /// A mask whose border is softened over a band of `feather` pixels, half of it on either side.
  ///
  /// With s the distance from a pixel's centre to the border (to the nearest pixel centre on the
  /// other side, less ½; negative outside), t = clamp(½ + s / feather) and the weight is t²(3 − 2t).
  /// So a pixel has weight 0 exactly if its centre is at least (feather + 1) / 2 from every centre in
  /// the mask, and 1 exactly if it is as far from every centre outside. A feather of 0 keeps the mask.
  public init(_ mask: Mask, feather: Double) {
    precondition(feather >= 0 && feather.isFinite, "a feather of \(feather) pixels")
    let hard = mask.isIn.map { $0 ? Float(1) : 0 }
    guard feather > 0 else {
      self.init(width: mask.width, height: mask.height, weights: hard)
      return
    }
    let toInside = mask.squaredDistances()
    let inverse = Mask(width: mask.width, height: mask.height, isIn: mask.isIn.map { !$0 })
    let toOutside = inverse.squaredDistances()
    let weights = mask.isIn.indices.map { index -> Float in
      let distance =
        mask.isIn[index]
        ? toOutside[index].squareRoot() - 0.5 : 0.5 - toInside[index].squareRoot()
      let t = max(0, min(1, 0.5 + distance / feather))
      return Float(t * t * (3 - 2 * t))
    }
    self.init(width: mask.width, height: mask.height, weights: weights)
  }

  /// The mask over a grid of features: the mean weight over the area of each cell.
  ///
  /// The picture covers the grid's columns and rows but `margin` at every side, where the weight of
  /// the nearest border pixel goes on. A cell has weight 0 exactly if every pixel that it touches has,
  /// and 1 likewise.
  public func resized(width: Int, height: Int, margin: Int = 0) -> SoftMask {
    precondition(
      margin >= 0 && width > 2 * margin && height > 2 * margin,
      "a grid of \(width)×\(height) with a margin of \(margin)")
    if margin == 0 && width == self.width && height == self.height { return self }
    let columns = Self.shares(from: self.width, to: width, margin: margin)
    let rows = Self.shares(from: self.height, to: height, margin: margin)
    // Across, then down.
    var across = [Float64](repeating: 0, count: self.height * width)
    for y in 0..<self.height {
      for (x, share) in columns.enumerated() {
        across[y * width + x] = share.mean { Float64(weights[y * self.width + $0]) }
      }
    }
    var result = [Float](repeating: 0, count: height * width)
    for (y, share) in rows.enumerated() {
      for x in 0..<width { result[y * width + x] = Float(share.mean { across[$0 * width + x] }) }
    }
    return SoftMask(width: width, height: height, weights: result)
  }

  /// The source pixels under a cell and how much of each it covers.
  private struct Share {
    let first: Int
    let parts: [Float64]
    let total: Float64

    func mean(_ value: (Int) -> Float64) -> Float64 {
      var sum = 0.0
      for (offset, part) in parts.enumerated() { sum += part * value(first + offset) }
      return sum / total
    }
  }

  private static func shares(from source: Int, to target: Int, margin: Int) -> [Share] {
    let inner = target - 2 * margin
    return (0..<target).map { cell in
      // In whole numbers of 1 / inner source pixels, so that nothing is rounded.
      let place = max(0, min(inner - 1, cell - margin))
      let (start, end) = (place * source, (place + 1) * source)
      let first = start / inner, last = (end - 1) / inner
      let parts = (first...last).map { pixel in
        Float64(min(end, (pixel + 1) * inner) - max(start, pixel * inner))
      }
      return Share(first: first, parts: parts, total: parts.reduce(0, +))
    }
  }
}
