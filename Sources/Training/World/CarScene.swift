import Foundation
import Imaging

/// One car on open ground, seen from any side.
struct CarScene {
  private let car: DrawnCar
  private let camera: Camera
  private let light: Light
  private let weather: Weather
  private let ground: Ground
  private let seed: UInt64
  /// Where the camera stands around the car: 0 before it, positive to its left, in degrees.
  private let azimuth: Float
  private let elevation: Float

  /// What a car stands on.
  enum Ground: String, CaseIterable, Codable, Sendable {
    case asphalt, concrete, gravel, grass

    var colour: Vector {
      switch self {
      case .asphalt: Vector(0.105, 0.105, 0.110)
      case .concrete: Vector(0.36, 0.35, 0.33)
      case .gravel: Vector(0.30, 0.26, 0.21)
      case .grass: Vector(0.10, 0.17, 0.045)
      }
    }
  }

  /// A car, its place and its light by chance.
  init(_ dice: inout Dice, aspect: Float) {
    weather = dice.one(of: [.sunny: 4, .cloudy: 2, .overcast: 2, .evening: 1])
    light = weather.light(&dice)
    ground = dice.one(of: [.asphalt: 4, .concrete: 3, .gravel: 1, .grass: 1])
    seed = dice.noiseSeed()
    let model = CarModel.drawn(&dice, lightsOn: weather == .evening)
    car = DrawnCar(model: model, placement: Frame.Placement())
    azimuth = dice.number(-180, 180)
    elevation = dice.number(4, 20)
    let a = azimuth * .pi / 180, e = elevation * .pi / 180
    let towards = Vector(cos(a) * cos(e), sin(a) * cos(e), sin(e))
    let target = Vector(dice.number(-0.1, 0.1), dice.number(-0.1, 0.1), model.height * 0.44)
    let fill = dice.number(0.84, 0.92), fieldOfView = dice.number(0.36, 0.5)
    var distance: Float = 9
    let outline = model.lowerBody.points + model.upperBody.points
    for _ in 0..<4 {
      let camera = Camera(
        at: target + towards * distance, lookingAt: target, fieldOfView: fieldOfView)
      let reach = outline.map { point -> Float in
        let seen = camera.view(point)
        return max(abs(seen.x) / aspect, abs(seen.y)) * camera.focal / max(seen.z, 0.5)
      }.max()
      distance *= (reach ?? fill) / fill
    }
    camera = Camera(at: target + towards * distance, lookingAt: target, fieldOfView: fieldOfView)
  }

  /// Draws the scene.
  func sample(width: Int, height: Int) -> WorldSample {
    var frame = Frame(width: width, height: height, camera: camera)
    car.draw(in: &frame, object: 3, light: light)
    frame.fillBackground { ray in
      if ray.z < -0.002 {
        let place = camera.position - ray * (camera.position.z / ray.z)
        return (groundLight(place, ray), Frame.Owner(object: 1, part: 0))
      }
      // A line of trees far away.
      let angle = atan2(ray.y, ray.x)
      let top =
        0.030 + 0.075 * Noise.fractal(Vector(angle * 14, 0, 0), octaves: 5, seed: seed &+ 5)
      if ray.z < top {
        let leaf = Noise.fractal(Vector(angle * 90, ray.z * 160, 0), octaves: 3, seed: seed &+ 7)
        let colour = mix(Vector(0.05, 0.085, 0.03), Vector(0.12, 0.17, 0.06), leaf)
        let lit = colour * (light.sunColour * 0.5 + light.horizon * 0.7)
        return (mix(lit, light.horizon, 0.35), Frame.Owner(object: 2, part: 0))
      }
      return (light.sky(ray), Frame.Owner(object: 0, part: 0))
    }
    let classes: [StreetClass] = [.sky, .road, .tree, .car]
    let labels = frame.map { classes[Int($0.object)].rawValue }
    let instances = frame.map { owner in
      let label = classes[Int(owner.object)]
      return label == .car ? label.rawValue * 1000 : label.rawValue
    }
    return WorldSample(
      picture: frame.picture(exposure: 1, grain: 0.02, seed: seed), labels: LabelMap(labels),
      instances: InstanceMap(instances), sketch: frame.sketch(), caption: caption,
      attributes: car.model.words + [
        WorldAttribute("view", view), WorldAttribute("azimuth", azimuth),
        WorldAttribute("elevation", elevation), WorldAttribute("weather", weather),
        WorldAttribute("ground", ground),
        WorldAttribute("sun.azimuth", atan2(light.sun.y, light.sun.x) * 180 / .pi),
        WorldAttribute("sun.elevation", asin(light.sun.z) * 180 / .pi),
      ])
  }

  private func groundLight(_ place: Vector, _ ray: Vector) -> Vector {
    let coarse = Noise.fractal(place * 0.7, octaves: 3, seed: seed)
    let scale: Float = ground == .gravel ? 16 : ground == .grass ? 22 : 30
    let fine = Noise.fractal(place * scale, octaves: 3, seed: seed &+ 1)
    // Far grains are smaller than a sample.
    let far = smoothstep(6, 30, (place - camera.position).length)
    let colour = ground.colour * (0.72 + 0.28 * coarse + (0.6 * fine - 0.3) * (1 - far))
    let shadow = shadowed(place)
    var surface = Surface(colour: colour * (1 - 0.75 * shadow.near))
    surface.openness = 1 - 0.5 * shadow.near
    let lit = light.shade(surface, normal: Vector(0, 0, 1), ray: ray, shadow: shadow.sun)
    return mix(lit, light.horizon, 0.7 * smoothstep(15, 120, (place - camera.position).length))
  }

  /// The dark below the car, and what it keeps from the sun beside it.
  private func shadowed(_ place: Vector) -> (near: Float, sun: Float) {
    let lean = light.sun / max(light.sun.z, 0.25)
    var cast: Float = 0
    for height in [Float(0.25), 0.6, 0.95] {
      let at = place + Vector(lean.x, lean.y, 0) * height
      cast = max(cast, car.shadow(at: at) * (height > 0.9 ? 0.8 : 1))
    }
    return (car.shadow(at: place), min(cast * 1.05, 1))
  }

  /// The side that is seen.
  enum View: String, CaseIterable { case front, side, rear, frontQuarter, rearQuarter }

  private var view: View {
    switch abs(azimuth) {
    case ..<20: .front
    case ..<70: .frontQuarter
    case ..<110: .side
    case ..<160: .rearQuarter
    default: .rear
    }
  }

  private var caption: String {
    let side = azimuth > 0 ? "left" : "right"
    let seen =
      switch view {
      case .front: "from the front"
      case .side: "from the \(side) side"
      case .rear: "from behind"
      case .frontQuarter: "from the front \(side)"
      case .rearQuarter: "from the rear \(side)"
      }
    let sky =
      switch weather {
      case .sunny: "in the sun"
      case .cloudy: "under clouds"
      case .overcast: "on a grey day"
      case .evening: "in the evening"
      }
    return "\(car.model.phrase.capitalizedFirst) on \(ground.rawValue), seen \(seen), \(sky)."
  }
}

extension String {
  /// The text with a capital first letter.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
