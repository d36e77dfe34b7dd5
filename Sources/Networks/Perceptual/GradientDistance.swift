import Tensors

/// A distance of edges that needs no trained weights: how far the pictures' horizontal and vertical
/// differences of neighbours are from each other, over scales.
///
/// On every scale, the mean of |∂a − ∂b| over both directions, channels and pixels; each scale is
/// half the last (2×2 means) while both sides have 8 pixels; the scales are averaged. Flat offsets of
/// brightness cost nothing, misplaced contours a lot.
public struct GradientDistance: PerceptualDistance {
  /// `gradient`.
  public let name = "gradient"
  /// Two pixels have one difference.
  public let smallestSide = 2

  /// The distance.
  public init() {}

  /// The distance: `[N]`.
  public func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(
      a.shape == b.shape && a.shape.rank == 4 && min(a.shape[2], a.shape[3]) >= smallestSide,
      "the gradient distance of pictures \(a.shape) and \(b.shape)")
    if a.isTracked || b.isTracked { return trackedDistance(a - b) }
    // Differences are linear: those of a − b.
    var level = a - b
    var sums = [Double](repeating: 0, count: a.shape[0])
    var levels = 0
    while true {
      let part = Self.meanDifferences(level)
      for n in sums.indices { sums[n] += part[n] }
      levels += 1
      guard min(level.shape[2], level.shape[3]) / 2 >= 8 else { break }
      level = Self.halved(level)
    }
    return Tensor(sums.map { Float($0 / Double(levels)) }, shape: [sums.count])
  }

  /// The distance of pictures whose difference this is, in operations that have gradients.
  private func trackedDistance(_ difference: Tensor) -> Tensor {
    var level = difference, total = Tensor(zeros: [level.shape[0], 1, 1, 1]), levels = 0
    while true {
      let (channels, height, width) = (level.shape[1], level.shape[2], level.shape[3])
      let across = level.sliced(axis: 3, 1..<width) - level.sliced(axis: 3, 0..<width - 1)
      let down = level.sliced(axis: 2, 1..<height) - level.sliced(axis: 2, 0..<height - 1)
      let sum =
        across.magnitude().summed(over: [1, 2, 3]) + down.magnitude().summed(over: [1, 2, 3])
      total.add(sum, scaledBy: 1 / Float(channels * (height * (width - 1) + (height - 1) * width)))
      levels += 1
      guard min(height, width) / 2 >= 8 else { break }
      level = level.averagePooled(kernel: 2, stride: 2)
    }
    return total.reshaped([difference.shape[0]]) * (1 / Float(levels))
  }

  /// The mean magnitude of the differences of neighbours, for every picture.
  private static func meanDifferences(_ x: Tensor) -> [Double] {
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let count = channels * (height * (width - 1) + (height - 1) * width)
    return x.withUnsafeBuffer { x in
      (0..<x.count / max(channels * height * width, 1)).map { n in
        var sum = 0.0
        for row in 0..<channels * height {
          let start = (n * channels * height + row) * width
          for i in start..<start + width - 1 { sum += Double(abs(x[i + 1] - x[i])) }
          if row % height < height - 1 {
            for i in start..<start + width { sum += Double(abs(x[i + width] - x[i])) }
          }
        }
        return sum / Double(count)
      }
    }
  }

  /// The means of 2×2 pixels; an odd last row or column is left out.
  private static func halved(_ x: Tensor) -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    let (rows, columns) = (height / 2, width / 2)
    return Tensor(uninitialized: [x.shape[0], x.shape[1], rows, columns]) { result in
      x.withUnsafeBuffer { x in
        for plane in 0..<x.count / (height * width) {
          for row in 0..<rows {
            for column in 0..<columns {
              let i = plane * height * width + 2 * row * width + 2 * column
              result[(plane * rows + row) * columns + column] =
                (x[i] + x[i + 1] + x[i + width] + x[i + width + 1]) / 4
            }
          }
        }
      }
    }
  }
}
