import Foundation

/// A pinhole camera. The world has x to the right, y away and z up, in metres.
package struct Camera: Sendable {
  let position: Vector
  let right: Vector
  let up: Vector
  let forward: Vector
  /// The distance of the picture plane, for a picture of height 2.
  let focal: Float

  /// A camera at `position` that looks at `target`.
  ///
  /// - Parameter fieldOfView: The angle between the upper and the lower border, in radians.
  package init(at position: Vector, lookingAt target: Vector, fieldOfView: Float) {
    self.position = position
    forward = (target - position).normalized
    right = forward.cross(Vector(0, 0, 1)).normalized
    up = right.cross(forward)
    focal = 1 / tan(fieldOfView / 2)
  }

  /// A point as the camera sees it: to the right, up, and away.
  func view(_ point: Vector) -> Vector {
    let d = point - position
    return Vector(d.dot(right), d.dot(up), d.dot(forward))
  }

  /// The direction through a place of the picture: x from −aspect to aspect, y from −1 up to 1.
  func ray(_ x: Float, _ y: Float) -> Vector {
    (forward * focal + right * x + up * y).normalized
  }
}
