import Foundation
import Tensors

/// Perceptual path length (Karras et al., arXiv 1812.04948): how far pictures move for small steps
/// between latents.
public struct PathLength: Sendable {
  /// Where steps are taken.
  public enum Space: String, Sendable {
    /// Along great circles of z.
    case z
    /// Along straight lines of w.
    case w
  }

  /// Where steps are taken.
  public var space: Space
  /// The step.
  public var epsilon: Float
  /// Whether pictures are cut to the part of a face: rows 3/8 to 7/8, columns 2/8 to 6/8.
  public var isCropped: Bool

  /// A way to measure; see the properties.
  public init(space: Space, epsilon: Float = 1e-4, isCropped: Bool = false) {
    (self.space, self.epsilon, self.isCropped) = (space, epsilon, isCropped)
  }

  /// For every pair of latents, the squared distance of the pictures at t and at t + ε, over ε².
  ///
  /// - Parameters:
  ///   - generator: The network.
  ///   - z0: One end, `[N, zDim]`.
  ///   - z1: The other, `[N, zDim]`.
  ///   - t: Where between them, N numbers from 0 to 1.
  ///   - settings: The rest of the synthesis.
  ///   - distance: The squared distances of pictures `[N, C, H, W]` in [-1, 1]: `[N]`.
  public func lengths(
    _ generator: any Generator, _ z0: Tensor, _ z1: Tensor, t: [Float],
    settings: SynthesisSettings, distance: (Tensor, Tensor) -> Tensor
  ) -> [Float] {
    precondition(z0.shape == z1.shape && t.count == z0.shape[0], "\(z0.shape), \(z1.shape)")
    let further = t.map { $0 + epsilon }
    let w: (Tensor, Tensor)
    switch space {
    case .z:
      w = (
        generator.mapping(Self.slerp(z0, z1, t), label: nil),
        generator.mapping(Self.slerp(z0, z1, further), label: nil)
      )
    case .w:
      let ends = (generator.mapping(z0, label: nil), generator.mapping(z1, label: nil))
      w = (Self.lerp(ends.0, ends.1, t), Self.lerp(ends.0, ends.1, further))
    }
    func pictures(_ w: Tensor) -> Tensor {
      let images = generator.synthesis(generator.broadcast(w), settings)
      return isCropped ? Self.cropped(images) : images
    }
    return distance(pictures(w.0), pictures(w.1)).scalars.map { $0 / (epsilon * epsilon) }
  }

  /// The mean of lengths between the 1st percentile (the value at or below it) and the 99th (at or
  /// above), both included.
  public static func trimmedMean(_ lengths: [Float]) -> (mean: Double, low: Float, high: Float)? {
    guard !lengths.isEmpty else { return nil }
    let sorted = lengths.sorted()
    let last = Double(sorted.count - 1)
    let low = sorted[Int((0.01 * last).rounded(.down))]
    let high = sorted[Int((0.99 * last).rounded(.up))]
    let kept = lengths.filter { $0 >= low && $0 <= high }
    return (kept.reduce(0.0) { $0 + Double($1) } / Double(kept.count), low, high)
  }

  /// Great circles: both ends scaled to unit length, and so is the result.
  package static func slerp(_ a: Tensor, _ b: Tensor, _ t: [Float]) -> Tensor {
    let (count, width) = (a.shape[0], a.shape[1])
    let (a, b) = (normalized(a), normalized(b))
    let mixed = Tensor(uninitialized: a.shape) { result in
      a.withUnsafeBuffer { a in
        b.withUnsafeBuffer { b in
          for n in 0..<count {
            let range = n * width..<(n + 1) * width
            let cosine = range.reduce(0.0) { $0 + Double(a[$1]) * Double(b[$1]) }
            let angle = Double(t[n]) * acos(min(max(cosine, -1), 1))
            let across = range.map { Double(b[$0]) - cosine * Double(a[$0]) }
            let length = across.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for (i, value) in zip(range, across) {
              let side = length > 0 ? value / length : 0
              result[i] = Float(Double(a[i]) * cos(angle) + side * sin(angle))
            }
          }
        }
      }
    }
    return normalized(mixed)
  }

  private static func normalized(_ x: Tensor) -> Tensor {
    let width = x.shape[1]
    return Tensor(uninitialized: x.shape) { result in
      x.withUnsafeBuffer { x in
        for n in 0..<(x.count / max(width, 1)) {
          let range = n * width..<(n + 1) * width
          let length = range.reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }.squareRoot()
          for i in range { result[i] = Float(Double(x[i]) / length) }
        }
      }
    }
  }

  private static func lerp(_ a: Tensor, _ b: Tensor, _ t: [Float]) -> Tensor {
    let width = a.shape[1]
    return Tensor(uninitialized: a.shape) { result in
      a.withUnsafeBuffer { a in
        b.withUnsafeBuffer { b in
          for i in result.indices { result[i] = a[i] + (b[i] - a[i]) * t[i / width] }
        }
      }
    }
  }

  private static func cropped(_ images: Tensor) -> Tensor {
    let (height, width) = (images.shape[2], images.shape[3])
    let eighth = height / 8
    let rows = eighth * 3..<min(eighth * 7, height)
    let columns = eighth * 2..<min(eighth * 6, width)
    let shape: Shape = [images.shape[0], images.shape[1], rows.count, columns.count]
    return Tensor(uninitialized: shape) { result in
      images.withUnsafeBuffer { x in
        var target = 0
        for plane in 0..<shape[0] * shape[1] {
          for row in rows {
            for column in columns {
              result[target] = x[(plane * height + row) * width + column]
              target += 1
            }
          }
        }
      }
    }
  }
}
