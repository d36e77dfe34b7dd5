import Foundation

/// A surface of triangles with a normal at every corner, in the coordinates of its object.
package struct Mesh: Sendable {
  /// The corners.
  private(set) var points: [Vector] = []
  /// The normals at the corners, of unit length; they may point to either side.
  private(set) var normals: [Vector] = []
  /// Three corners a triangle.
  private(set) var triangles: [SIMD3<Int32>] = []

  /// A surface over the unit square, with normals from its own slopes.
  ///
  /// - Parameters:
  ///   - rows: Steps along u.
  ///   - columns: Steps along v.
  ///   - surface: The point at (u, v), both from 0 to 1.
  package init(rows: Int, columns: Int, _ surface: (_ u: Float, _ v: Float) -> Vector) {
    let step: Float = 1e-3
    for row in 0...rows {
      for column in 0...columns {
        let (u, v) = (Float(row) / Float(rows), Float(column) / Float(columns))
        points.append(surface(u, v))
        let (u0, u1) = (max(u - step, 0), min(u + step, 1))
        let (v0, v1) = (max(v - step, 0), min(v + step, 1))
        let along = surface(u1, v) - surface(u0, v), across = surface(u, v1) - surface(u, v0)
        let normal = along.cross(across)
        // At a pole one slope vanishes: the neighbouring ring knows better.
        if normal.length < 1e-9 {
          let inner = mix(u, 0.5, 0.02), between = mix(v, 0.5, 0.02)
          let a = surface(min(inner + step, 1), between) - surface(max(inner - step, 0), between)
          let b = surface(inner, min(between + step, 1)) - surface(inner, max(between - step, 0))
          normals.append(a.cross(b).normalized)
        } else {
          normals.append(normal.normalized)
        }
      }
    }
    let width = Int32(columns + 1)
    for row in 0..<Int32(rows) {
      for column in 0..<Int32(columns) {
        let corner = row * width + column
        triangles.append(SIMD3(corner, corner + 1, corner + width))
        triangles.append(SIMD3(corner + 1, corner + width + 1, corner + width))
      }
    }
  }

  /// A flat four-sided face.
  package init(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) {
    points = [a, b, c, d]
    normals = Array(repeating: (b - a).cross(d - a).normalized, count: 4)
    triangles = [SIMD3(0, 1, 2), SIMD3(0, 2, 3)]
  }

  /// A box between two corners, without its underside.
  package init(from low: Vector, to high: Vector) {
    func corner(_ x: Int, _ y: Int, _ z: Int) -> Vector {
      Vector(x == 0 ? low.x : high.x, y == 0 ? low.y : high.y, z == 0 ? low.z : high.z)
    }
    self.init(corner(0, 0, 0), corner(1, 0, 0), corner(1, 0, 1), corner(0, 0, 1))
    add(Mesh(corner(0, 1, 0), corner(1, 1, 0), corner(1, 1, 1), corner(0, 1, 1)))
    add(Mesh(corner(0, 0, 0), corner(0, 1, 0), corner(0, 1, 1), corner(0, 0, 1)))
    add(Mesh(corner(1, 0, 0), corner(1, 1, 0), corner(1, 1, 1), corner(1, 0, 1)))
    add(Mesh(corner(0, 0, 1), corner(1, 0, 1), corner(1, 1, 1), corner(0, 1, 1)))
  }

  /// An ellipsoid whose surface may be pushed in and out.
  package init(
    center: Vector, radii: Vector, rows: Int = 16, columns: Int = 24,
    swell: (_ direction: Vector) -> Float = { _ in 1 }
  ) {
    self.init(rows: rows, columns: columns) { u, v in
      let (a, b) = (u * .pi, v * 2 * .pi)
      let direction = Vector(sin(a) * cos(b), sin(a) * sin(b), cos(a))
      return center + direction * radii * swell(direction)
    }
  }

  /// Joins another surface.
  mutating func add(_ other: Mesh) {
    let offset = Int32(points.count)
    points += other.points
    normals += other.normals
    triangles += other.triangles.map { $0 &+ SIMD3(repeating: offset) }
  }
}
