import Foundation
import Tensors

extension Interpolation {
  /// The point at `t` on the way from `a` to `b`, which have one shape.
  ///
  /// `lerp` is a + t (b − a). `slerp` turns from a's direction to b's along the great circle, with
  /// the length going straight from a's to b's; it is lerp where the two are parallel.
  public func callAsFunction(_ a: Tensor, _ b: Tensor, t: Float) -> Tensor {
    precondition(a.shape == b.shape, "no way from \(a.shape) to \(b.shape)")
    switch self {
    case .lerp: return a + (b - a) * t
    case .slerp:
      let (x, y) = (a.scalars.map(Double.init), b.scalars.map(Double.init))
      let lengths = [x, y].map { sqrt($0.reduce(0) { $0 + $1 * $1 }) }
      guard lengths[0] > 0, lengths[1] > 0 else { return a + (b - a) * t }
      let cosine = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / (lengths[0] * lengths[1])
      let angle = acos(min(max(cosine, -1), 1))
      guard sin(angle) > 1e-6 else { return a + (b - a) * t }
      let way = Double(t), length = lengths[0] + way * (lengths[1] - lengths[0])
      let fromA = sin((1 - way) * angle) / sin(angle) / lengths[0] * length
      let fromB = sin(way * angle) / sin(angle) / lengths[1] * length
      return Tensor(zip(x, y).map { Float($0 * fromA + $1 * fromB) }, shape: a.shape)
    }
  }
}
