import Foundation

/// What a car's surfaces are made of, place by place.
extension CarModel {
  /// The parts that a sketch outlines.
  enum Part: UInt8 {
    case paint = 1
    case window, wheel, tyre, headlight, taillight, trim, plate, gap
  }

  private func surface(
    _ part: Part, _ colour: Vector, mirror: Float = 0, gloss: Float = 0,
    glow: Vector = Vector(repeating: 0)
  ) -> Surface {
    Surface(colour: colour, mirror: mirror, gloss: gloss, glow: glow, part: part.rawValue)
  }

  private var bodywork: Surface { surface(.paint, paint, mirror: 0.055, gloss: 0.75) }
  private var blackTrim: Surface {
    surface(.trim, Vector(repeating: 0.022), mirror: 0.02, gloss: 0.1)
  }
  private var window: Surface {
    let dark = mix(0.05, 0.012, attributes.tint)
    return surface(.window, Vector(dark, dark * 1.08, dark * 1.12), mirror: 0.10, gloss: 0.9)
  }

  /// The lower body.
  func lowerSurface(_ p: Vector, normal: Vector) -> Surface {
    let side = abs(p.y) / halfWidth(p.x)
    for axle in [axles.front, axles.rear] where side > 0.55 && p.z < shoulder(p.x) - 0.07 {
      let distance = hypot(p.x - axle, p.z - wheelRadius)
      if distance < wheelRadius * 1.14 { return surface(.gap, Vector(repeating: 0.004)) }
      let isSturdy = [.suv, .pickup].contains(attributes.body)
      if isSturdy && distance < wheelRadius * 1.30 { return blackTrim }
    }
    let top = shoulder(p.x)
    let level = (p.z - sill) / (top - sill)
    if level < 0.16 { return blackTrim }
    let front = length / 2 - p.x, rear = p.x + length / 2
    if front < 0.62, normal.x > 0.15 || front < 0.2, let found = nose(p, level) { return found }
    if rear < 0.45, normal.x < -0.15 || rear < 0.15, let found = tail(p, level) { return found }
    if attributes.hasStripes, abs(p.y) > 0.10, abs(p.y) < 0.26, normal.z > 0.3 {
      return surface(.paint, Vector(repeating: 0.75), mirror: 0.05, gloss: 0.7)
    }
    if abs(normal.y) > 0.6, let found = flank(p, level) { return found }
    // The edges of the hood.
    if p.x > cabin.foot, normal.z > 0.4, abs(abs(p.y) / halfWidth(p.x) - 0.80) < 0.012 {
      return surface(.gap, paint * 0.25)
    }
    if attributes.body == .pickup, p.x < cabin.rearFoot - 0.06, normal.z > 0.5, side < 0.86,
      rear > 0.12
    {
      return surface(.gap, Vector(repeating: 0.02))
    }
    return bodywork
  }

  /// Headlights, grille, plate and bumper.
  private func nose(_ p: Vector, _ level: Float) -> Surface? {
    let side = abs(p.y) / (width / 2)
    if side > 0.50, side < 0.95, level > 0.60, level < 0.82 {
      let core = hypot((side - 0.72) * 3.6, (level - 0.71) * 7) < 0.62
      let glow = attributes.hasLightsOn && core ? Vector(1.5, 1.4, 1.15) : Vector(repeating: 0)
      return surface(
        .headlight, core ? Vector(0.75, 0.77, 0.80) : Vector(0.30, 0.31, 0.33), mirror: 0.25,
        gloss: 0.9, glow: glow)
    }
    if side < 0.40, level > 0.52, level < 0.76 {
      let bar = abs(((level - 0.52) * 22).truncatingRemainder(dividingBy: 1) - 0.5) < 0.2
      return bar
        ? surface(.trim, Vector(repeating: 0.30), mirror: 0.4, gloss: 0.6)
        : surface(.trim, Vector(repeating: 0.012))
    }
    if side < 0.28, level > 0.32, level < 0.44 {
      return surface(.plate, Vector(repeating: 0.72), gloss: 0.1)
    }
    if side < 0.72, level > 0.18, level < 0.30 { return blackTrim }
    return nil
  }

  /// Tail lights, plate and bumper.
  private func tail(_ p: Vector, _ level: Float) -> Surface? {
    let side = abs(p.y) / (width / 2)
    let isTall = [.van, .suv, .estate, .hatchback].contains(attributes.body)
    if side > (isTall ? 0.72 : 0.52), side < 1.05, level > (isTall ? 0.58 : 0.66), level < 0.92 {
      let glow = attributes.hasLightsOn ? Vector(0.55, 0.02, 0.02) : Vector(0.05, 0, 0)
      return surface(.taillight, Vector(0.42, 0.01, 0.012), mirror: 0.10, gloss: 0.8, glow: glow)
    }
    if side < 0.30, level > 0.58, level < 0.72 {
      return surface(.plate, Vector(0.72, 0.70, 0.55), gloss: 0.1)
    }
    if side < 0.80, level > 0.18, level < 0.28 { return blackTrim }
    return nil
  }

  /// Doors, handles and the line between them.
  private func flank(_ p: Vector, _ level: Float) -> Surface? {
    let first = cabin.foot - 0.10, pillar = self.pillar, last = lastDoor
    let gaps = [first, pillar] + (last.map { [$0] } ?? [])
    for gap in gaps where level > 0.20 {
      let lean = (p.z - sill) * 0.06
      if abs(p.x - gap + lean) < 0.012 { return surface(.gap, paint * 0.22) }
    }
    for gap in gaps.dropFirst() where abs(p.x - gap - 0.16) < 0.085 {
      if abs(level - 0.80) < 0.028 {
        return surface(.trim, mix(paint, Vector(repeating: 0.35), 0.5), mirror: 0.25, gloss: 0.8)
      }
    }
    // A crease along the doors catches the light.
    if abs(level - 0.66) < 0.014 {
      return surface(.paint, paint * 0.80, mirror: 0.05, gloss: 0.75)
    }
    return nil
  }

  /// The x of the pillar between the doors.
  private var pillar: Float {
    switch attributes.body {
    case .coupe: cabin.rearTop + 0.12
    case .van: mix(cabin.foot, cabin.rearFoot, 0.36)
    case .pickup: mix(cabin.top, cabin.rearTop, 0.62)
    default: mix(cabin.foot, cabin.rearFoot, attributes.body == .sedan ? 0.47 : 0.42)
    }
  }

  /// The x where the rear door ends; `nil` for cars with two doors.
  private var lastDoor: Float? {
    switch attributes.body {
    case .coupe, .pickup: nil
    case .van: mix(cabin.foot, cabin.rearFoot, 0.68)
    default: axles.rear + wheelRadius * 0.75
    }
  }

  /// The cabin: windows between pillars, the roof above them.
  func upperSurface(_ p: Vector, normal: Vector) -> Surface {
    let share = (p.z - belt) / (height - belt)
    if share < 0.03 { return bodywork }
    let side = abs(p.y) / cabinHalfWidth(share)
    let isCargo = attributes.body == .van && attributes.paint == .white && p.x < pillar - 0.05
    if side > 0.88, abs(normal.y) > 0.35 {
      // The pillars lean with the screens; all are measured along x at this height.
      let front = mix(cabin.foot, cabin.top, share) - 0.14
      let rear =
        mix(cabin.rearFoot, cabin.rearTop, share) + (attributes.body == .sedan ? 0.20 : 0.13)
      guard share > 0.06, share < 0.84, p.x < front, p.x > rear, !isCargo else { return bodywork }
      if abs(p.x - pillar) < 0.035 { return blackTrim }
      if let last = lastDoor, abs(p.x - last) < 0.03, last > rear { return blackTrim }
      return window
    }
    if p.x > cabin.top - 0.02, normal.x > 0.2, share < 0.93, side < 0.86 { return window }
    if p.x < cabin.rearTop + 0.02, normal.x < -0.2, share > 0.08, share < 0.88, side < 0.80,
      !isCargo
    {
      return window
    }
    if attributes.hasStripes, abs(p.y) > 0.10, abs(p.y) < 0.26, normal.z > 0.3 {
      return surface(.paint, Vector(repeating: 0.75), mirror: 0.05, gloss: 0.7)
    }
    return bodywork
  }

  /// A wheel, in its own coordinates.
  func wheelSurface(_ p: Vector) -> Surface {
    let radius = hypot(p.x, p.z) / wheelRadius
    if radius > 0.68 || p.y < 0 { return surface(.tyre, Vector(repeating: 0.018), gloss: 0.05) }
    let metal = surface(.wheel, Vector(repeating: 0.42), mirror: 0.30, gloss: 0.6)
    if radius < 0.13 || radius > 0.58 { return metal }
    guard attributes.spokes > 0 else { return metal }
    let angle = atan2(p.z, p.x) * Float(attributes.spokes) / (2 * .pi)
    let place = abs(angle - angle.rounded())
    // Spokes keep their width: their share of the circle falls with the radius.
    return place < 0.085 / radius * Float(attributes.spokes) / 7
      ? metal : surface(.wheel, Vector(repeating: 0.015))
  }

  /// Mirrors and rails.
  func trimSurface(_ p: Vector) -> Surface {
    p.z > belt + 0.3 ? surface(.trim, Vector(repeating: 0.3), mirror: 0.3, gloss: 0.5) : bodywork
  }

  /// How dark the ground is below and beside the car, 0 to 1, at a place in its coordinates.
  func groundShadow(_ p: Vector) -> Float {
    let x = max(abs(p.x) - length * 0.40, 0) / 0.45, y = max(abs(p.y) - width * 0.36, 0) / 0.34
    return 0.92 * exp(-(x * x + y * y))
  }
}
