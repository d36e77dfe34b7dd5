import Foundation
import Tensors

/// How many pixels are added on each side of a picture.
struct ImageMargins: Equatable {
  var left, top, right, bottom: Int

  var largest: Int { max(left, top, right, bottom) }

  /// Makes each at least `least`.
  mutating func raise(to least: Int) {
    (left, top) = (max(left, least), max(top, least))
    (right, bottom) = (max(right, least), max(bottom, least))
  }
}

extension Image {
  /// The picture with margins that continue it softly: reflected at its edges, blended towards a
  /// Gaussian blur of deviation `blur` and then towards the median colour, the further out the more.
  ///
  /// With d the distance from the outer edge over the margin's width, the smaller of both axes, the
  /// blur's share is clamp(4 − 3 d) and the median's clamp(1 − d).
  func continued(by margins: ImageMargins, blur: Double) -> Image {
    let rows = height + margins.top + margins.bottom
    let columns = width + margins.left + margins.right
    var planes = reflected(by: margins)
    let blurred = planes.map {
      GaussianBlur.blurred($0, rows: rows, columns: columns, sigma: blur)
    }
    let across = Self.shares(columns, before: margins.left, after: margins.right)
    let down = Self.shares(rows, before: margins.top, after: margins.bottom)
    for c in planes.indices {
      for y in 0..<rows {
        for x in 0..<columns {
          let share = min(max(max(across[x], down[y]) * 3 + 1, 0), 1), i = y * columns + x
          planes[c][i] += (blurred[c][i] - planes[c][i]) * share
        }
      }
    }
    var pixels = [UInt8](repeating: 0, count: rows * columns * channels)
    for c in planes.indices {
      let median = Self.median(planes[c])
      for y in 0..<rows {
        for x in 0..<columns {
          let share = min(max(max(across[x], down[y]), 0), 1), i = y * columns + x
          let value = planes[c][i] + (median - planes[c][i]) * share
          pixels[i * channels + c] = UInt8(min(max(value.rounded(.toNearestOrEven), 0), 255))
        }
      }
    }
    return Image(width: columns, height: rows, channels: channels, pixels: pixels)
  }

  /// 1 − the distance from the nearer outer edge over the margin there: 1 at the edge, 0 and below
  /// within the picture.
  private static func shares(_ count: Int, before: Int, after: Int) -> [Float] {
    (0..<count).map { i in
      1 - min(Float(i) / Float(max(before, 1)), Float(count - 1 - i) / Float(max(after, 1)))
    }
  }

  /// Planes of floats with the margins filled by reflection, the edge pixels not repeated.
  private func reflected(by margins: ImageMargins) -> [[Float]] {
    func sources(_ count: Int, before: Int, after: Int) -> [Int] {
      let period = max(2 * (count - 1), 1)
      return (-before..<count + after).map { i in
        let place = ((i % period) + period) % period
        return min(place, period - place, count - 1)
      }
    }
    let down = sources(height, before: margins.top, after: margins.bottom)
    let across = sources(width, before: margins.left, after: margins.right)
    return (0..<channels).map { c in
      var plane: [Float] = []
      plane.reserveCapacity(down.count * across.count)
      for y in down {
        for x in across { plane.append(Float(pixels[(y * width + x) * channels + c])) }
      }
      return plane
    }
  }

  /// The middle of the sorted values; the mean of both middle ones where their number is even.
  private static func median(_ values: [Float]) -> Float {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// A Gaussian blur along both axes, cut off at four deviations, the picture reflected at its edges
/// with the edge pixels repeated (SciPy's `gaussian_filter`).
enum GaussianBlur {
  static func blurred(_ plane: [Float], rows: Int, columns: Int, sigma: Double) -> [Float] {
    let radius = Int(4 * sigma + 0.5)
    let weights = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = weights.reduce(0, +)
    let taps = weights.map { Float($0 / sum) }
    let down = along(taps, count: rows), across = along(taps, count: columns)
    var half = [Float](repeating: 0, count: plane.count)
    var result = half
    plane.withUnsafeBufferPointer { plane in
      half.withUnsafeMutableBufferPointer { half in
        result.withUnsafeMutableBufferPointer { result in
          nonisolated(unsafe) let (plane, half, result) = (plane, half, result)
          // Down: whole rows are weighted and summed along memory.
          Parallel.forEachRange(of: rows, size: 8) { range in
            for y in range {
              for i in 0..<columns { half[y &* columns &+ i] = 0 }
              for (k, tap) in taps.enumerated() {
                let source = down[y + k] &* columns
                for i in 0..<columns { half[y &* columns &+ i] += tap * plane[source &+ i] }
              }
            }
          }
          // Across: each row is extended once, then the same.
          Parallel.forEachRange(of: rows, size: 8) { range in
            var line = [Float](repeating: 0, count: across.count)
            for y in range {
              for (i, source) in across.enumerated() { line[i] = half[y * columns + source] }
              line.withUnsafeBufferPointer { line in
                for i in 0..<columns { result[y &* columns &+ i] = 0 }
                for (k, tap) in taps.enumerated() {
                  for i in 0..<columns { result[y &* columns &+ i] += tap * line[k &+ i] }
                }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The source index of every tap of every position: position i reads entries i, i + 1, ….
  private static func along(_ taps: [Float], count: Int) -> [Int] {
    let radius = taps.count / 2, period = 2 * count
    return (-radius..<count + radius).map { i in
      let place = ((i % period) + period) % period
      return place < count ? place : period - 1 - place
    }
  }
}
