import Tensors

/// The mean absolute difference of the samples of pictures in [-1, 1].
public struct AbsoluteDistance: PerceptualDistance {
  /// `l1`.
  public let name = "l1"

  /// The distance.
  public init() {}

  /// mean |a − b| over channels and pixels: `[N]`.
  public func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    if a.isTracked || b.isTracked { return PixelMeans.mean((a - b).magnitude()) }
    return PixelMeans.mean(a, b) { abs($0 - $1) }
  }
}

/// The mean squared difference of the samples of pictures in [-1, 1].
public struct SquaredDistance: PerceptualDistance {
  /// `l2`.
  public let name = "l2"

  /// The distance.
  public init() {}

  /// mean (a − b)² over channels and pixels: `[N]`.
  public func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
    if a.isTracked || b.isTracked { return PixelMeans.mean((a - b).squared()) }
    return PixelMeans.mean(a, b) { ($0 - $1) * ($0 - $1) }
  }
}

/// Means over the samples of pictures, in double precision.
enum PixelMeans {
  /// The mean over the samples of every picture, with a gradient: `[N, C, H, W]` → `[N]`.
  static func mean(_ x: Tensor) -> Tensor {
    x.averaged(over: [1, 2, 3]).reshaped([x.shape[0]])
  }

  /// The mean of `term` over the samples of every pair of pictures: `[N]`.
  static func mean(_ a: Tensor, _ b: Tensor, _ term: (Double, Double) -> Double) -> Tensor {
    precondition(a.shape == b.shape && a.shape.rank == 4, "pictures \(a.shape) and \(b.shape)")
    let size = a.count / max(a.shape[0], 1)
    return Tensor(uninitialized: [a.shape[0]]) { means in
      a.withUnsafeBuffer { a in
        b.withUnsafeBuffer { b in
          for n in means.indices {
            var sum = 0.0
            for i in n * size..<(n + 1) * size { sum += term(Double(a[i]), Double(b[i])) }
            means[n] = Float(sum / Double(max(size, 1)))
          }
        }
      }
    }
  }
}
