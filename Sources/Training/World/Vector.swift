import Foundation

/// A point, a direction or a colour with linear light.
package typealias Vector = SIMD3<Float>

extension SIMD3<Float> {
  /// a · b.
  func dot(_ other: Vector) -> Float { (self * other).sum() }

  /// a × b.
  func cross(_ other: Vector) -> Vector {
    Vector(
      y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }

  /// The Euclidean length.
  var length: Float { dot(self).squareRoot() }

  /// The direction; upwards where there is none.
  var normalized: Vector {
    let length = length
    return length > 1e-12 ? self / length : Vector(0, 0, 1)
  }

  /// The ray `self` thrown back by a surface with a normal of unit length.
  func reflected(by normal: Vector) -> Vector { self - normal * (2 * dot(normal)) }

  /// The point turned about the vertical axis, in radians.
  func turned(_ angle: Float) -> Vector {
    let (c, s) = (cos(angle), sin(angle))
    return Vector(c * x - s * y, s * x + c * y, z)
  }
}

/// a for t = 0, b for t = 1.
func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// a for t = 0, b for t = 1.
func mix(_ a: Vector, _ b: Vector, _ t: Float) -> Vector { a + (b - a) * t }

/// exp(−(x / width)²).
func bell(_ x: Float, _ width: Float) -> Float { exp(-(x / width) * (x / width)) }

/// 0 below `from`, 1 above `to`, 3t² − 2t³ between them.
func smoothstep(_ from: Float, _ to: Float, _ x: Float) -> Float {
  let t = min(max((x - from) / (to - from), 0), 1)
  return t * t * (3 - 2 * t)
}

/// Values at places, joined smoothly: between neighbours 3t² − 2t³, beyond the ends constant.
struct Profile: Sendable {
  private let points: [(x: Float, y: Float)]

  /// A profile through points in ascending order.
  init(_ points: [(Float, Float)]) { self.points = points.map { (x: $0.0, y: $0.1) } }

  /// The value at a place.
  func callAsFunction(_ x: Float) -> Float {
    guard let first = points.first, let last = points.last else { return 0 }
    if x <= first.x { return first.y }
    for (a, b) in zip(points, points.dropFirst()) where x < b.x {
      return mix(a.y, b.y, smoothstep(a.x, b.x, x))
    }
    return last.y
  }
}
