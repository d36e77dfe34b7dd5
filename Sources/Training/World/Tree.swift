import Foundation

/// A tree on the pavement.
struct Tree: Sendable {
  private let foot: Vector
  private let height: Float
  private let crown: [(center: Vector, radius: Float)]
  private let leaf: Vector
  private let seed: UInt64

  /// Trees along one or both pavements, or none.
  static func row(_ layout: StreetLayout, _ camera: Camera, _ dice: inout Dice) -> [Tree] {
    var trees: [Tree] = []
    let x = layout.road + 0.75
    for side in [Float(-1), 1] where dice.chance(0.65) {
      let spacing = dice.number(8, 15)
      var y = dice.number(-8, -2)
      while y < 70 {
        let foot = Vector(side * x, y + dice.number(-1, 1), 0)
        // Nobody looks at the world through a trunk.
        if (foot - camera.position).length > 5, dice.chance(0.85) {
          trees.append(Tree(at: foot, &dice))
        }
        y += spacing
      }
    }
    return trees.sorted {
      ($0.foot - camera.position).length < ($1.foot - camera.position).length
    }
  }

  private init(at foot: Vector, _ dice: inout Dice) {
    self.foot = foot
    let height = dice.number(2.4, 3.4), size = dice.number(1.1, 1.7)
    self.height = height
    leaf = mix(Vector(0.055, 0.13, 0.025), Vector(0.14, 0.18, 0.03), dice.number())
    seed = dice.noiseSeed()
    var crown: [(center: Vector, radius: Float)] = [
      (foot + Vector(0, 0, height + size * 0.8), size)
    ]
    for _ in 0..<dice.whole(4...6) {
      let offset =
        Vector(dice.number(-1, 1), dice.number(-1, 1), dice.number(0.1, 1.5)) * size * 0.8
      crown.append((foot + Vector(0, 0, height) + offset, size * dice.number(0.55, 0.85)))
    }
    self.crown = crown
  }

  /// Draws trunk and crown as one object.
  func draw(in frame: inout Frame, object: UInt16, light: Light) {
    let eye = frame.camera.position
    let haze = 0.7 * smoothstep(30, 180, (foot - eye).length)
    let trunk = Mesh(rows: 6, columns: 10) { u, v in
      let a = v * 2 * .pi, radius = mix(0.17, 0.11, u)
      return foot + Vector(radius * cos(a), radius * sin(a), u * (height + 0.8))
    }
    frame.draw(trunk, object: object) { place in
      let bark = Noise.fractal(place.point * Vector(9, 9, 2), octaves: 3, seed: seed)
      let surface = Surface(colour: Vector(0.13, 0.095, 0.065) * (0.6 + 0.8 * bark), part: 1)
      let lit = light.shade(surface, normal: place.worldNormal, ray: place.ray, shadow: 0.5)
      return (mix(lit, light.horizon, haze), 1)
    }
    for (number, ball) in crown.enumerated() {
      let mesh = Mesh(center: ball.center, radii: Vector(repeating: ball.radius)) { direction in
        0.80 + 0.42
          * Noise.fractal(
            direction * 2.6 + Vector(Float(number), 0, 0), octaves: 3, seed: seed)
      }
      frame.draw(mesh, object: object) { place in
        let clump = Noise.fractal(place.point * 5, octaves: 3, seed: seed &+ 9)
        // Between the outer leaves one sees through.
        let rim = abs(place.worldNormal.dot(place.ray))
        if rim < 0.42, clump < 0.56 - 0.35 * rim { return nil }
        let colour = leaf * (0.35 + 1.3 * clump)
        var surface = Surface(colour: colour)
        surface.openness = mix(0.35, 1, smoothstep(height, height + 2.5, place.world.z))
        let bump = (Vector(clump, Noise.smooth(place.point * 7, seed: seed), clump) - 0.5) * 0.9
        let lit = light.shade(
          surface, normal: (place.worldNormal + bump).normalized, ray: place.ray)
        return (mix(lit, light.horizon, haze), 0)
      }
    }
  }

  /// How much of the sun the crown keeps from a place on the ground.
  func shadow(at p: Vector, _ lean: Vector) -> Float {
    let middle = height + 1.2
    let place = p + Vector(lean.x, lean.y, 0) * middle - foot
    let distance = hypot(place.x, place.y)
    guard distance < 3 else { return 0 }
    let edge = Noise.fractal(p * 2.2, octaves: 3, seed: seed)
    return 0.85 * (1 - smoothstep(1.1, 2.0, distance + 1.4 * (edge - 0.5)))
  }
}
