import Foundation

/// A house along a street.
struct Building: Sendable {
  private let low: Vector
  private let high: Vector
  private let wall: Vector
  private let frame: Vector
  private let floor: Float
  private let pitch: Float
  private let window: (width: Float, height: Float)
  private let hasShop: Bool
  private let isBrick: Bool
  private let shop: Vector
  private let seed: UInt64

  /// Houses on both sides, wall to wall.
  static func row(_ layout: StreetLayout, _ dice: inout Dice) -> [Building] {
    let edge = layout.road + 0.16 + layout.pavement
    return [Float(-1), 1].flatMap { side -> [Building] in
      var houses: [Building] = []
      var y: Float = -30
      while y < 150 {
        let length = dice.number(8, 19)
        if dice.chance(0.9) {
          houses.append(Building(side: side, edge: edge, from: y, to: y + length, &dice))
        }
        y += length + (dice.chance(0.2) ? dice.number(1, 5) : 0)
      }
      return houses
    }
  }

  private init(side: Float, edge: Float, from: Float, to: Float, _ dice: inout Dice) {
    let storeys = Float(dice.whole(2...6))
    floor = dice.number(2.9, 3.5)
    let front = edge + dice.number(0, 0.4), depth = front + 11
    let height = storeys * floor + dice.number(0.5, 1.2)
    low = Vector(side > 0 ? front : -depth, from, 0)
    high = Vector(side > 0 ? depth : -front, to, height)
    isBrick = dice.chance(0.4)
    let plasters = [
      Vector(0.62, 0.57, 0.47), Vector(0.66, 0.62, 0.56), Vector(0.50, 0.45, 0.40),
      Vector(0.58, 0.46, 0.33), Vector(0.48, 0.52, 0.54), Vector(0.60, 0.48, 0.42),
    ]
    let bricks = [Vector(0.34, 0.14, 0.09), Vector(0.28, 0.17, 0.11), Vector(0.40, 0.24, 0.15)]
    wall = (isBrick ? dice.one(of: bricks) : dice.one(of: plasters)) * dice.number(0.75, 1.1)
    frame = dice.chance(0.6) ? Vector(repeating: 0.62) : Vector(0.12, 0.10, 0.09)
    pitch = dice.number(1.9, 3.2)
    window = (pitch * dice.number(0.36, 0.58), floor * dice.number(0.46, 0.62))
    hasShop = dice.chance(0.4)
    shop = dice.one(of: [
      Vector(0.30, 0.05, 0.05), Vector(0.05, 0.15, 0.28), Vector(0.06, 0.20, 0.10),
      Vector(0.05, 0.05, 0.05), Vector(0.45, 0.32, 0.08),
    ])
    seed = dice.noiseSeed()
  }

  /// Draws the house as one object.
  func draw(in frame: inout Frame, object: UInt16, light: Light) {
    let eye = frame.camera.position
    frame.draw(Mesh(from: low, to: high), object: object) { place in
      let surface = surface(at: place.point, normal: place.normal)
      var lit = surface
      lit.openness = mix(0.55, 1, smoothstep(0, 5, place.world.z))
      let colour = light.shade(lit, normal: place.worldNormal, ray: place.ray)
      let haze = 0.75 * smoothstep(30, 200, (place.world - eye).length)
      return (mix(colour, light.horizon, haze), surface.part)
    }
  }

  /// How much of the sun the house keeps from the ground at a place, for a sun leaning by `lean` a
  /// metre of height.
  func shadow(at p: Vector, _ lean: Vector) -> Float {
    // The way to the sun, up to the roof, through the box.
    let reach = Vector(lean.x, lean.y, 0) * high.z
    var enter: Float = 0, leave: Float = 1
    for (start, way, from, to) in [
      (p.x, reach.x, low.x, high.x), (p.y, reach.y, low.y, high.y),
    ] {
      if abs(way) < 1e-6 {
        if start < from || start > to { return 0 }
        continue
      }
      let a = (from - start) / way, b = (to - start) / way
      enter = max(enter, min(a, b))
      leave = min(leave, max(a, b))
    }
    return enter < leave ? 1 : 0
  }

  private func surface(at p: Vector, normal: Vector) -> Surface {
    if normal.z > 0.5 { return Surface(colour: Vector(0.16, 0.14, 0.13), part: 4) }
    let along = abs(normal.x) > 0.5 ? p.y - low.y : p.x - low.x
    let width = abs(normal.x) > 0.5 ? high.y - low.y : high.x - low.x
    if high.z - p.z < 0.35 {
      return Surface(colour: mix(wall, Vector(repeating: 0.7), 0.35), part: 3)
    }
    if p.z < 0.5 { return Surface(colour: wall * 0.55, part: 3) }
    let storey = (p.z / floor).rounded(.down), height = p.z - storey * floor
    if hasShop, storey == 0, abs(normal.x) > 0.5 {
      if height > floor - 0.75 { return Surface(colour: shop, gloss: 0.1, part: 2) }
      let bay = (along / 3.4).rounded(.down), place = along - bay * 3.4
      if place > 0.25, place < 3.15, height < floor - 0.85 { return glass(bay, 0, p) }
      return Surface(colour: shop * 0.6, part: 2)
    }
    let count = max((width / pitch).rounded(.down), 1), step = width / count
    let column = (along / step).rounded(.down), x = along - (column + 0.5) * step
    let y = height - floor * 0.52
    if abs(x) < window.width / 2 + 0.07, abs(y) < window.height / 2 + 0.07 {
      if abs(x) < window.width / 2, abs(y) < window.height / 2, abs(x) > 0.03, abs(y - 0.2) > 0.03 {
        return glass(column, storey, p)
      }
      return Surface(colour: frame, part: 2)
    }
    if y < -window.height / 2, y > -window.height / 2 - 0.2, abs(x) < window.width / 2 + 0.15 {
      return Surface(colour: mix(wall, Vector(repeating: 0.6), 0.4), part: 2)
    }
    return Surface(colour: masonry(along, p), part: 1)
  }

  private func masonry(_ along: Float, _ p: Vector) -> Vector {
    let stain = Noise.fractal(Vector(along, p.z, 0) * 0.6, octaves: 4, seed: seed)
    let colour = wall * (0.82 + 0.32 * stain)
    guard isBrick else { return colour }
    let row = (p.z / 0.085).rounded(.down)
    let brick = ((along + (row.truncatingRemainder(dividingBy: 2)) * 0.12) / 0.24).rounded(.down)
    return colour * (0.80 + 0.4 * Noise.value(Int(row), Int(brick), seed: seed))
  }

  private func glass(_ column: Float, _ storey: Float, _ p: Vector) -> Surface {
    let chance = Noise.value(Int(column), Int(storey), 3, seed: seed)
    // Curtains behind some of the panes.
    let inside = chance > 0.6 ? Vector(0.30, 0.28, 0.24) * chance : Vector(0.025, 0.03, 0.035)
    return Surface(colour: inside, mirror: 0.28, gloss: 0.5, part: 5)
  }
}
