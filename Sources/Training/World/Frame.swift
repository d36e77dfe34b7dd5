import Imaging
import Tensors

/// A picture in the making: sixteen samples a pixel, each with its light, its distance, and whose
/// it is.
///
/// Light is the mean of a pixel's samples; the maps take whoever owns most of them, the first in
/// reading order where two own as many. So maps and picture agree to the sample.
package struct Frame {
  /// Samples along each side of a pixel.
  static let density = 4

  /// Who a sample belongs to.
  package struct Owner: Hashable, Sendable {
    /// The object's number in the frame's list.
    package var object: UInt16
    /// The part of the object.
    package var part: UInt8

    package init(object: UInt16, part: UInt8) { (self.object, self.part) = (object, part) }
  }

  package let width: Int
  package let height: Int
  let camera: Camera
  private let columns: Int
  private let rows: Int
  private var light: [Vector]
  /// 1 / distance; 0 where nothing was drawn.
  private var nearness: [Float]
  private var owners: [Owner]

  /// An empty frame of `width` × `height` pixels.
  package init(width: Int, height: Int, camera: Camera) {
    (self.width, self.height, self.camera) = (width, height, camera)
    columns = width * Self.density
    rows = height * Self.density
    light = Array(repeating: Vector(repeating: 0), count: columns * rows)
    nearness = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: Owner(object: 0, part: 0), count: columns * rows)
  }

  /// Where an object stands in the world.
  package struct Placement: Sendable {
    package var position: Vector
    /// Its turn about the vertical axis, in radians.
    package var heading: Float

    package init(position: Vector = Vector(repeating: 0), heading: Float = 0) {
      (self.position, self.heading) = (position, heading)
    }

    func world(_ point: Vector) -> Vector { point.turned(heading) + position }
    func direction(_ vector: Vector) -> Vector { vector.turned(heading) }
  }

  /// What a shader is asked about.
  package struct Place {
    /// In the object's coordinates.
    package var point: Vector
    /// In the object's coordinates, towards the eye.
    var normal: Vector
    /// In the world's coordinates.
    var world: Vector
    var worldNormal: Vector
    /// From the eye, in the world's coordinates.
    var ray: Vector
  }

  /// Draws a surface where nothing nearer was drawn.
  ///
  /// - Parameter shader: The light and the part at a place; `nil` for a hole.
  package mutating func draw(
    _ mesh: Mesh, at placement: Placement = Placement(), object: UInt16,
    shader: (Place) -> (light: Vector, part: UInt8)?
  ) {
    let seen = mesh.points.map { camera.view(placement.world($0)) }
    let near: Float = 0.05
    for triangle in mesh.triangles {
      let index = [Int(triangle.x), Int(triangle.y), Int(triangle.z)]
      let corners = index.map {
        Corner(view: seen[$0], point: mesh.points[$0], normal: mesh.normals[$0])
      }
      let front = corners.filter { $0.view.z > near }.count
      if front == 3 {
        fill(corners, placement, object, shader)
      } else if front > 0 {
        let clipped = Self.clip(corners, at: near)
        for k in 1..<max(clipped.count - 1, 1) where clipped.count > 2 {
          fill([clipped[0], clipped[k], clipped[k + 1]], placement, object, shader)
        }
      }
    }
  }

  private struct Corner {
    var view: Vector
    var point: Vector
    var normal: Vector
  }

  /// The part of a triangle before the camera.
  private static func clip(_ corners: [Corner], at near: Float) -> [Corner] {
    var result: [Corner] = []
    for (i, a) in corners.enumerated() {
      let b = corners[(i + 1) % corners.count]
      if a.view.z > near { result.append(a) }
      if (a.view.z > near) != (b.view.z > near) {
        let t = (near - a.view.z) / (b.view.z - a.view.z)
        result.append(
          Corner(
            view: mix(a.view, b.view, t), point: mix(a.point, b.point, t),
            normal: mix(a.normal, b.normal, t)))
      }
    }
    return result
  }

  /// The place of a seen point among the samples.
  private func sample(_ view: Vector) -> SIMD2<Float> {
    let scale = camera.focal * Float(rows) / 2 / view.z
    return SIMD2(Float(columns) / 2 + view.x * scale, Float(rows) / 2 - view.y * scale)
  }

  private mutating func fill(
    _ corners: [Corner], _ placement: Placement, _ object: UInt16,
    _ shader: (Place) -> (light: Vector, part: UInt8)?
  ) {
    let a = sample(corners[0].view), b = sample(corners[1].view), c = sample(corners[2].view)
    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    guard area.isFinite, abs(area) > 1e-9 else { return }
    let left = max(Int(max(min(a.x, b.x, c.x), 0)), 0)
    let right = Int(min(max(a.x, b.x, c.x), Float(columns - 1)))
    let top = max(Int(max(min(a.y, b.y, c.y), 0)), 0)
    let bottom = Int(min(max(a.y, b.y, c.y), Float(rows - 1)))
    guard left <= right, top <= bottom else { return }
    let away = Vector(1 / corners[0].view.z, 1 / corners[1].view.z, 1 / corners[2].view.z)
    for row in top...bottom {
      let y = Float(row) + 0.5
      for column in left...right {
        let x = Float(column) + 0.5
        let u = ((b.x - x) * (c.y - y) - (b.y - y) * (c.x - x)) / area
        let v = ((c.x - x) * (a.y - y) - (c.y - y) * (a.x - x)) / area
        let w = 1 - u - v
        guard u >= 0, v >= 0, w >= 0 else { continue }
        let shares = Vector(u, v, w) * away
        let nearness = shares.sum()
        let index = row * columns + column
        guard nearness > self.nearness[index] else { continue }
        let s = shares / nearness
        let point = corners[0].point * s.x + corners[1].point * s.y + corners[2].point * s.z
        var normal = (corners[0].normal * s.x + corners[1].normal * s.y + corners[2].normal * s.z)
          .normalized
        let world = placement.world(point)
        let ray = (world - camera.position).normalized
        var worldNormal = placement.direction(normal)
        if worldNormal.dot(ray) > 0 { (worldNormal, normal) = (-worldNormal, -normal) }
        let place = Place(
          point: point, normal: normal, world: world, worldNormal: worldNormal, ray: ray)
        guard let (light, part) = shader(place) else { continue }
        self.nearness[index] = nearness
        self.light[index] = light
        owners[index] = Owner(object: object, part: part)
      }
    }
  }

  /// Fills what is still empty from the ray through every sample.
  package mutating func fillBackground(_ shader: (_ ray: Vector) -> (light: Vector, owner: Owner)) {
    let half = Float(rows) / 2
    for row in 0..<rows {
      for column in 0..<columns where nearness[row * columns + column] == 0 {
        let ray = camera.ray(
          (Float(column) + 0.5 - Float(columns) / 2) / half, (half - Float(row) - 0.5) / half)
        let (light, owner) = shader(ray)
        self.light[row * columns + column] = light
        owners[row * columns + column] = owner
      }
    }
  }

  /// The picture: mean light, tone-mapped softly and encoded as sRGB with γ = 2.2, with a little
  /// grain of a seed.
  package func picture(exposure: Float, grain: Float, seed: UInt64) -> Image {
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    let side = Self.density
    for y in 0..<height {
      for x in 0..<width {
        var sum = Vector(repeating: 0)
        for row in y * side..<(y + 1) * side {
          for column in x * side..<(x + 1) * side {
            // Samples are developed one by one, so that a bright one does not eat its neighbours.
            sum += Self.developed(light[row * columns + column] * exposure)
          }
        }
        let noise = (Noise.value(x, y, seed: seed) - 0.5) * grain
        let mean = sum / Float(side * side) + Vector(repeating: noise)
        for c in 0..<3 {
          pixels[(y * width + x) * 3 + c] = UInt8(min(max(mean[c] * 255 + 0.5, 0), 255))
        }
      }
    }
    return Image(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// Light as a sample of 0 to 1: a shoulder above 0.8, then γ.
  private static func developed(_ light: Vector) -> Vector {
    var result = Vector(repeating: 0)
    for c in 0..<3 {
      let x = light[c] > 0 ? light[c] : 0
      let soft = x < 0.8 ? x : 0.8 + 0.2 * (1 - 1 / (1 + (x - 0.8) * 5))
      result[c] = soft.squareRoot() * (0.12 * soft + 0.88)
    }
    return result
  }

  /// A map of the pixels by what their samples' owners are called.
  package func map(_ id: (Owner) -> Int32) -> IntegerMap {
    let side = Self.density
    var values = [Int32](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        var counts: [(id: Int32, count: Int)] = []
        for row in y * side..<(y + 1) * side {
          for column in x * side..<(x + 1) * side {
            let id = id(owners[row * columns + column])
            if let known = counts.firstIndex(where: { $0.id == id }) {
              counts[known].count += 1
            } else {
              counts.append((id, 1))
            }
          }
        }
        // The first of those that own the most.
        let most = counts.map(\.count).max() ?? 0
        values[y * width + x] = counts.first { $0.count == most }?.id ?? 0
      }
    }
    return IntegerMap(width: width, height: height, values: values)
  }

  /// The outlines of objects and parts as dark lines on white paper, anti-aliased.
  package func sketch() -> Image {
    let side = Self.density
    func isEdge(_ row: Int, _ column: Int) -> Bool {
      let own = owners[row * columns + column]
      // Two samples each way make lines of half a pixel to a pixel.
      for step in 1...2 {
        if column + step < columns, owners[row * columns + column + step] != own { return true }
        if row + step < rows, owners[(row + step) * columns + column] != own { return true }
      }
      return false
    }
    var pixels = [UInt8](repeating: 255, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        var count = 0
        for row in y * side..<(y + 1) * side {
          for column in x * side..<(x + 1) * side where isEdge(row, column) { count += 1 }
        }
        pixels[y * width + x] = UInt8(255 - min(count * 255 * 2 / (side * side), 255))
      }
    }
    return Image(width: width, height: height, channels: 1, pixels: pixels)
  }
}
