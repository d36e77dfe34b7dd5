import Foundation
import Imaging

/// A street with buildings, trees and one to six cars. It runs along y; the world's right side is at
/// positive x.
struct StreetScene {
  private let layout: StreetLayout
  private let buildings: [Building]
  private let trees: [Tree]
  private let cars: [DrawnCar]
  private let camera: Camera
  private let light: Light
  private let weather: Weather
  private let view: View
  private let seed: UInt64

  /// Where the camera looks.
  enum View: String, CaseIterable { case along, across, oblique }

  /// A street by chance.
  init(_ dice: inout Dice, aspect: Float) {
    weather = dice.one(of: [.sunny: 4, .cloudy: 2, .overcast: 2, .evening: 1])
    light = weather.light(&dice)
    layout = StreetLayout(&dice)
    seed = dice.noiseSeed()
    view = dice.one(of: [.along: 3, .across: 2, .oblique: 3])
    let road = layout.road
    let camera: Camera
    switch view {
    case .along:
      let x = dice.number(-0.5, 0.5) * road
      camera = Camera(
        at: Vector(x, 0, dice.number(1.4, 2.2)),
        lookingAt: Vector(x * 0.4 + dice.number(-2, 2), 24, 1.2), fieldOfView: 0.62)
    case .across:
      camera = Camera(
        at: Vector(-road - 2.2, 0, dice.number(1.5, 1.9)),
        lookingAt: Vector(road, dice.number(-3, 3), 1.15), fieldOfView: 0.66)
    case .oblique:
      camera = Camera(
        at: Vector(-road - dice.number(0.4, 1.8), 0, dice.number(1.5, 2.4)),
        lookingAt: Vector(road * 0.6, dice.number(7, 14), 1.1), fieldOfView: 0.62)
    }
    self.camera = camera
    buildings = Building.row(layout, &dice)
    trees = Tree.row(layout, camera, &dice)
    cars = Self.park(layout, camera, view, aspect, lightsOn: weather == .evening, &dice)
  }

  /// One to six cars in lanes and along the kerbs, none in another's way.
  private static func park(
    _ layout: StreetLayout, _ camera: Camera, _ view: View, _ aspect: Float, lightsOn: Bool,
    _ dice: inout Dice
  ) -> [DrawnCar] {
    let wanted = dice.whole(1...6)
    let kerb = layout.road - 1.15, lane = layout.road * 0.36
    var cars: [DrawnCar] = []
    for attempt in 0..<200 where cars.count < wanted {
      let x = dice.one(of: [kerb: 3, -kerb: 3, lane: 2, -lane: 2])
      // The first car is a near one.
      let far: Float = cars.isEmpty ? 13 : view == .along ? 46 : view == .oblique ? 30 : 12
      let y = view == .across ? dice.number(-far, far) : dice.number(3, far)
      let isAgainst = dice.chance(abs(x) > lane + 0.5 ? 0.2 : 0)
      let heading: Float = (x > 0) != isAgainst ? .pi / 2 : -.pi / 2
      let car = DrawnCar(
        model: .drawn(&dice, lightsOn: lightsOn),
        placement: Frame.Placement(
          position: Vector(x + dice.number(-0.12, 0.12), y, 0),
          heading: heading + dice.number(-0.03, 0.03)))
      let seen = camera.view(car.placement.position + Vector(0, 0, 0.7))
      let isInView = seen.z > 4.2 && abs(seen.x) * camera.focal < seen.z * aspect * 0.92
      let isFree = cars.allSatisfy {
        abs($0.placement.position.x - x) > 2.1 || abs($0.placement.position.y - y) > 6.0
      }
      // Nobody stands in front of a camera that looks along its own lane.
      if isInView, isFree || attempt > 190 && cars.isEmpty { cars.append(car) }
    }
    return cars
  }

  /// Draws the scene.
  func sample(width: Int, height: Int) -> WorldSample {
    var frame = Frame(width: width, height: height, camera: camera)
    var labels: [StreetClass] = [.sky, .road, .pavement]
    var instances = labels.map(\.rawValue)
    func add(_ label: StreetClass, _ instance: Int32? = nil) -> UInt16 {
      labels.append(label)
      instances.append(instance ?? label.rawValue)
      return UInt16(labels.count - 1)
    }
    // Near things first: what they hide is never shaded.
    let order = cars.sorted {
      ($0.placement.position - camera.position).length
        < ($1.placement.position - camera.position).length
    }
    for (number, car) in order.enumerated() {
      let object = add(.car, StreetClass.car.rawValue * 1000 + Int32(number))
      car.draw(in: &frame, object: object, light: light)
    }
    for tree in trees { tree.draw(in: &frame, object: add(.tree), light: light) }
    for building in buildings { building.draw(in: &frame, object: add(.building), light: light) }
    frame.fillBackground(background)
    let instanceMap = frame.map { instances[Int($0.object)] }
    // By object: two cars that share a pixel with a tree may own most of it together and yet each less.
    let labelMap = instanceMap.mapped(InstanceMap.labelID(of:))
    let areas = Dictionary(uniqueKeysWithValues: instanceMap.areas().map { ($0.value, $0.area) })
    let least = max(8, width * height / 1500)
    let visible = order.enumerated().filter {
      areas[StreetClass.car.rawValue * 1000 + Int32($0.offset), default: 0] >= least
    }
    return WorldSample(
      picture: frame.picture(exposure: 1, grain: 0.02, seed: seed), labels: LabelMap(labelMap),
      instances: InstanceMap(instanceMap), sketch: frame.sketch(),
      caption: caption(visible.map(\.element)),
      attributes: [
        WorldAttribute("weather", weather), WorldAttribute("view", view),
        WorldAttribute("cars", Float(visible.count)), WorldAttribute("trees", Float(trees.count)),
        WorldAttribute("roadWidth", layout.road * 2),
        WorldAttribute("sun.azimuth", atan2(light.sun.y, light.sun.x) * 180 / .pi),
        WorldAttribute("sun.elevation", asin(light.sun.z) * 180 / .pi),
        WorldAttribute(
          "car",
          .objects(
            visible.map { number, car in
              let id = StreetClass.car.rawValue * 1000 + Int32(number)
              return [
                WorldAttribute("instance", .number(Double(id))),
                WorldAttribute("area", .number(Double(areas[id, default: 0]))),
                WorldAttribute(
                  "distance", (car.placement.position - camera.position).length),
                WorldAttribute("heading", car.placement.heading * 180 / .pi),
              ] + car.model.words
            })),
      ])
  }

  private func background(_ ray: Vector) -> (light: Vector, owner: Frame.Owner) {
    guard ray.z < -0.001 else {
      return (light.sky(ray), Frame.Owner(object: 0, part: 0))
    }
    let place = camera.position - ray * (camera.position.z / ray.z)
    let distance = (place - camera.position).length
    let (colour, isRoad, part) = layout.ground(at: place, distance: distance, seed: seed)
    var near: Float = 0, cast: Float = 0
    let lean = light.sun / max(light.sun.z, 0.3)
    for car in cars where (car.placement.position - place).length < 6 {
      near = max(near, car.shadow(at: place))
      for height in [Float(0.3), 0.8] {
        cast = max(cast, car.shadow(at: place + Vector(lean.x, lean.y, 0) * height))
      }
    }
    for tree in trees { cast = max(cast, tree.shadow(at: place, lean)) }
    for building in buildings where cast < 1 {
      cast = max(cast, building.shadow(at: place, lean))
    }
    var surface = Surface(colour: colour * (1 - 0.7 * near))
    surface.openness = 1 - 0.5 * near
    let lit = light.shade(surface, normal: Vector(0, 0, 1), ray: ray, shadow: min(cast, 1))
    return (
      mix(lit, light.horizon, 0.8 * smoothstep(30, 220, distance)),
      Frame.Owner(object: isRoad ? 1 : 2, part: part)
    )
  }

  private func caption(_ visible: [DrawnCar]) -> String {
    let sky =
      switch weather {
      case .sunny: "A sunny street"
      case .cloudy: "A street under clouds"
      case .overcast: "A street on a grey day"
      case .evening: "A street in the evening"
      }
    guard !visible.isEmpty else { return sky + " without cars." }
    let phrases = visible.map(\.model.phrase)
    let list =
      phrases.count == 1
      ? phrases[0]
      : phrases.dropLast().joined(separator: ", ") + " and " + phrases[phrases.count - 1]
    return "\(sky) with \(list)."
  }
}

/// The plan of a street.
struct StreetLayout: Sendable {
  /// Half the width of the road, from its middle to the kerb.
  let road: Float
  /// The width of each pavement.
  let pavement: Float
  let asphalt: Vector
  let slabs: Vector
  let slabSize: Float
  let hasLine: Bool
  /// The middle of a zebra crossing; `nil` for none.
  let crossing: Float?

  init(_ dice: inout Dice) {
    road = dice.number(3.9, 5.4)
    pavement = dice.number(2.4, 3.8)
    asphalt = Vector(repeating: dice.number(0.07, 0.15)) * Vector(1, 1, dice.number(1, 1.08))
    slabs =
      mix(
        Vector(0.33, 0.32, 0.31), Vector(0.42, 0.36, 0.30), dice.number()) * dice.number(0.8, 1.1)
    slabSize = dice.number(0.5, 1.1)
    hasLine = dice.chance(0.8)
    crossing = dice.chance(0.3) ? dice.number(8, 18) : nil
  }

  /// The ground's colour, whether it is road, and its part for the sketch.
  func ground(
    at p: Vector, distance: Float, seed: UInt64
  ) -> (colour: Vector, isRoad: Bool, part: UInt8) {
    let detail = 1 - smoothstep(8, 34, distance)
    let coarse = Noise.fractal(p * 0.5, octaves: 3, seed: seed)
    let fine = detail > 0 ? Noise.fractal(p * 24, octaves: 2, seed: seed &+ 1) : 0.5
    let across = abs(p.x)
    guard across < road + 0.16 else {
      if across < road + 0.16 + pavement {
        let u = (p.x / slabSize), v = p.y / slabSize
        let joint = min(abs(u - u.rounded()), abs(v - v.rounded())) * slabSize
        let stone = Noise.value(Int(u.rounded(.down)), Int(v.rounded(.down)), seed: seed &+ 3)
        let shade = (0.85 + 0.2 * stone + 0.2 * (coarse - 0.5)) * (1 + 0.15 * (fine - 0.5))
        return (slabs * shade * (joint < 0.015 ? 1 - 0.45 * detail : 1), false, 0)
      }
      let grass = mix(Vector(0.09, 0.14, 0.04), Vector(0.15, 0.19, 0.07), coarse)
      return (grass * (0.8 + 0.4 * fine), false, 2)
    }
    if across > road { return (Vector(repeating: 0.40) * (0.9 + 0.2 * fine), false, 1) }
    var colour = asphalt * (0.78 + 0.35 * coarse + 0.35 * (fine - 0.5) * detail)
    // Wheels polish their tracks.
    let track = abs(across - road * 0.36)
    colour = colour * (1 + 0.10 * exp(-pow((track - 0.75) / 0.3, 2)))
    let wear = 0.75 + 0.25 * coarse
    let paint = Vector(repeating: 0.62)
    if hasLine, across < 0.075, (p.y / 6 - (p.y / 6).rounded(.down)) < 0.5 {
      return (mix(colour, paint, wear), true, 1)
    }
    if let crossing, abs(p.y - crossing) < 1.6,
      ((p.x + 40) / 1.0).truncatingRemainder(dividingBy: 1) < 0.5,
      across < road - 0.3
    {
      return (mix(colour, paint, wear), true, 2)
    }
    if across > road - 0.32, across < road - 0.22 { return (colour * 0.6, true, 0) }
    return (colour, true, 0)
  }
}
