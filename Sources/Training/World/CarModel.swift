import Foundation

/// The kinds of car body.
enum CarBody: String, CaseIterable, Codable, Sendable {
  case sedan, hatchback, estate, coupe, suv, van, pickup
}

/// The paints.
enum CarPaint: String, CaseIterable, Codable, Sendable {
  case white, silver, grey, black, red, blue, green, yellow, orange, brown

  /// The colour by diffuse light, before each car's own small deviation.
  var colour: Vector {
    switch self {
    case .white: Vector(0.80, 0.80, 0.78)
    case .silver: Vector(0.50, 0.51, 0.53)
    case .grey: Vector(0.16, 0.17, 0.18)
    case .black: Vector(0.015, 0.015, 0.018)
    case .red: Vector(0.55, 0.025, 0.025)
    case .blue: Vector(0.02, 0.10, 0.42)
    case .green: Vector(0.03, 0.20, 0.07)
    case .yellow: Vector(0.80, 0.52, 0.03)
    case .orange: Vector(0.75, 0.21, 0.02)
    case .brown: Vector(0.15, 0.075, 0.035)
    }
  }
}

/// A car: what it is, and its surfaces in metres. Its front is at +x, its left side at +y, and it
/// stands on z = 0 around the origin.
struct CarModel: Sendable {
  /// What can be chosen of a car.
  struct Attributes: Codable, Sendable, Equatable {
    var body: CarBody
    var paint: CarPaint
    /// Spokes of the wheels; 0 for plain discs.
    var spokes: Int
    /// How dark the windows are, 0 to 1.
    var tint: Float
    var hasLightsOn: Bool
    var hasRoofRails: Bool
    var hasStripes: Bool
  }

  let attributes: Attributes
  let paint: Vector
  let length: Float
  let width: Float
  let height: Float
  let wheelRadius: Float
  /// The x of the front and the rear axle.
  let axles: (front: Float, rear: Float)
  /// The height where windows begin.
  let belt: Float
  /// The x of the windscreen's foot and top, and of the rear window's top and foot.
  let cabin: (foot: Float, top: Float, rearTop: Float, rearFoot: Float)
  private let hood: Profile
  let sill: Float = 0.20

  /// A car of these attributes, its sizes and colour varied a little by `draw`, which gives numbers
  /// from 0 to 1.
  init(_ attributes: Attributes, draw: () -> Float) {
    self.attributes = attributes
    func around(_ value: Float, _ share: Float) -> Float { value * (1 + share * (2 * draw() - 1)) }
    let size: (l: Float, w: Float, h: Float, r: Float, belt: Float)
    // x as shares of the length from −0.5 at the rear to 0.5 at the front.
    let glass: (Float, Float, Float, Float)
    // The top of the lower body as shares of the belt's height.
    let top: [(Float, Float)]
    switch attributes.body {
    case .sedan:
      size = (4.6, 1.80, 1.45, 0.33, 0.90)
      glass = (0.235, 0.06, -0.20, -0.375)
      top = [(-0.5, 0.86), (-0.44, 1.0), (0.22, 0.99), (0.44, 0.83), (0.5, 0.74)]
    case .hatchback:
      size = (3.95, 1.74, 1.50, 0.31, 0.93)
      glass = (0.27, 0.09, -0.36, -0.455)
      top = [(-0.5, 0.92), (-0.46, 1.0), (0.24, 0.99), (0.43, 0.85), (0.5, 0.76)]
    case .estate:
      size = (4.7, 1.81, 1.49, 0.33, 0.91)
      glass = (0.24, 0.07, -0.39, -0.46)
      top = [(-0.5, 0.92), (-0.46, 1.0), (0.22, 0.99), (0.44, 0.83), (0.5, 0.74)]
    case .coupe:
      size = (4.4, 1.86, 1.30, 0.35, 0.82)
      glass = (0.21, 0.00, -0.14, -0.41)
      top = [(-0.5, 0.92), (-0.43, 1.02), (-0.1, 0.97), (0.2, 0.97), (0.45, 0.77), (0.5, 0.66)]
    case .suv:
      size = (4.6, 1.90, 1.74, 0.38, 1.08)
      glass = (0.255, 0.115, -0.39, -0.458)
      top = [(-0.5, 0.92), (-0.46, 1.0), (0.25, 1.0), (0.45, 0.90), (0.5, 0.80)]
    case .van:
      size = (4.9, 1.94, 2.05, 0.34, 1.12)
      glass = (0.43, 0.27, -0.45, -0.468)
      top = [(-0.5, 0.97), (-0.47, 1.0), (0.40, 0.98), (0.47, 0.80), (0.5, 0.70)]
    case .pickup:
      size = (5.2, 1.93, 1.80, 0.39, 1.06)
      glass = (0.255, 0.135, -0.075, -0.115)
      top = [(-0.5, 0.96), (-0.47, 1.0), (0.25, 1.0), (0.45, 0.90), (0.5, 0.80)]
    }
    length = around(size.l, 0.03)
    width = around(size.w, 0.02)
    height = around(size.h, 0.025)
    wheelRadius = around(size.r, 0.04)
    belt = around(size.belt, 0.02)
    let (l, b) = (length, belt)
    cabin = (glass.0 * l, glass.1 * l, glass.2 * l, glass.3 * l)
    axles = (0.5 * l - 0.86 - 0.25 * (wheelRadius - 0.3), -0.5 * l + 0.80)
    hood = Profile(top.map { ($0.0 * l, $0.1 * b) })
    let own = Vector(around(1, 0.12), around(1, 0.12), around(1, 0.12)) * around(1, 0.12)
    paint = (attributes.paint.colour * own).clamped(
      lowerBound: Vector(repeating: 0.008), upperBound: Vector(repeating: 0.85))
  }

  /// The top of the lower body at x: hood, belt and boot.
  func shoulder(_ x: Float) -> Float { hood(x) }

  /// Half the width of the lower body at x: rounded towards both ends.
  func halfWidth(_ x: Float) -> Float {
    let end = min(abs(x) / (length / 2), 1)
    return width / 2 * (1 - 0.10 * pow(end, 4) - 0.20 * pow(end, 18))
  }

  /// The lower body: superelliptic sections along the length, drawn in towards both ends.
  var lowerBody: Mesh {
    Mesh(rows: 56, columns: 44) { u, v in
      // Close together at the ends, where the bumpers are round.
      let x = length / 2 * -cos(u * .pi)
      let end = min(abs(x) / (length / 2), 1)
      let top = shoulder(x), low = sill + 0.10 * pow(end, 10)
      let middle = mix(low, top, 0.44)
      let closing = pow(max(1 - pow(end, 26), 0), 0.5)
      let a = v * 2 * .pi
      let (c, s) = (cos(a), sin(a))
      let y = halfWidth(x) * closing * copysign(pow(abs(c), 0.42), c)
      let reach = s > 0 ? top - middle : middle - low
      return Vector(x, y, middle + reach * closing * copysign(pow(abs(s), 0.36), s))
    }
  }

  /// How high the cabin is at x, 0 to 1: the slopes of windscreen and rear window.
  func cabinHeight(_ x: Float) -> Float {
    let front = (cabin.foot - x) / (cabin.foot - cabin.top)
    let rear = (x - cabin.rearFoot) / (cabin.rearTop - cabin.rearFoot)
    let slope = max(min(front, rear, 1), 0)
    // A roof is a little higher in its middle.
    let middle = (cabin.top + cabin.rearTop) / 2, reach = (cabin.top - cabin.rearTop) / 2
    let along = max(min((x - middle) / max(reach, 0.3), 1), -1)
    return pow(slope, 0.88) * (1 - 0.025 * along * along)
  }

  /// Half the width of the cabin at a share of its height: narrower towards the roof.
  func cabinHalfWidth(_ share: Float) -> Float {
    let upright: Float = [.van, .suv].contains(attributes.body) ? 0.86 : 0.76
    return width / 2 * mix(0.93, upright, min(max(share, 0), 1))
  }

  /// The cabin above the belt.
  var upperBody: Mesh {
    let foot = belt - 0.05
    return Mesh(rows: 44, columns: 40) { u, v in
      // Close together where the screens are.
      let x = mix(cabin.rearFoot, cabin.foot, mix(u, 0.5 - 0.5 * cos(u * .pi), 0.7))
      let a = v * .pi
      let (c, s) = (cos(a), sin(a))
      let z = foot + (height - foot) * cabinHeight(x) * pow(abs(s), 0.34)
      let share = (z - belt) / (height - belt)
      let inset = 1 - 0.05 * smoothstep(0.6, 1, abs(2 * u - 1))
      return Vector(x, cabinHalfWidth(share) * inset * copysign(pow(abs(c), 0.36), c), z)
    }
  }

  /// A wheel around the origin with its axle along y, its outer side at +y.
  var wheel: Mesh {
    let r = wheelRadius
    let rim: [(radius: Float, y: Float)] = [
      (0, 0.075), (0.12 * r, 0.075), (0.60 * r, 0.055), (0.66 * r, 0.095), (0.70 * r, 0.105),
      (0.90 * r, 0.10), (0.98 * r, 0.07), (r, 0.02), (r, -0.07), (0.9 * r, -0.11), (0, -0.11),
    ]
    return Mesh(rows: (rim.count - 1) * 2, columns: 32) { u, v in
      let place = u * Float(rim.count - 1)
      let index = min(Int(place), rim.count - 2), t = place - Float(index)
      let radius = mix(rim[index].radius, rim[index + 1].radius, t)
      let a = v * 2 * .pi
      return Vector(
        radius * cos(a), mix(rim[index].y, rim[index + 1].y, t), radius * sin(a))
    }
  }

  /// The centres of the four wheels; those at +y are on the left.
  var wheels: [Vector] {
    [axles.front, axles.rear].flatMap { x in
      [1, -1].map { Vector(x, $0 * (halfWidth(x) - 0.085), wheelRadius) }
    }
  }

  /// Mirrors, rails on the roof, and what else stands off the body.
  var trimmings: Mesh {
    let x = cabin.foot - 0.36 * (cabin.foot - cabin.top) - 0.08
    let side = cabinHalfWidth(0.1) + 0.10
    var mesh = Mesh(
      center: Vector(x, side, belt + 0.09), radii: Vector(0.07, 0.11, 0.075), rows: 10, columns: 12)
    mesh.add(
      Mesh(
        center: Vector(x, -side, belt + 0.09), radii: Vector(0.07, 0.11, 0.075), rows: 10,
        columns: 12))
    if attributes.hasRoofRails {
      for side in [Float(1), -1] {
        let y = side * cabinHalfWidth(0.92) * 0.86
        mesh.add(
          Mesh(
            from: Vector(cabin.rearTop + 0.1, y - 0.02, height - 0.03),
            to: Vector(cabin.top - 0.15, y + 0.02, height + 0.035)))
      }
    }
    return mesh
  }
}
