import Foundation
import Imaging

/// A face before a plain or blurred background.
struct PortraitScene {
  private let model: HeadModel
  private let light: Light
  private let camera: Camera
  private let yaw: Float
  private let pitch: Float
  private let clothes: Vector
  private let collar: Vector
  private let backdrop: (Vector, Vector)
  private let rims: Vector
  private let lighting: Lighting
  private let seed: UInt64

  /// Where the main light comes from.
  enum Lighting: String, CaseIterable { case left, right, front, above }

  /// A face by chance.
  init(_ dice: inout Dice) {
    let beard: HeadModel.Beard = dice.one(of: [.none: 6, .stubble: 1, .moustache: 0.7, .full: 1.5])
    let age = dice.number()
    let isBare = beard == .none
    let (bald, bob, long, bun): (Float, Float, Float, Float) =
      isBare ? (0.5, 1.6, 2.4, 1) : (1.2, 0.2, 0.5, 0.2)
    let style: HeadModel.HairStyle = dice.one(of: [
      .bald: bald, .cropped: 1.2, .short: 2.5, .fringe: 1.5, .curly: 1.5, .bob: bob, .long: long,
      .bun: bun,
    ])
    let colour: HeadModel.HairColour =
      age > 0.75
      ? dice.one(of: [.grey: 3, .white: 2, .brown: 1, .black: 1])
      : dice.one(of: [.black: 3, .brown: 4, .blond: 2, .red: 1, .grey: 0.4])
    let attributes = HeadModel.Attributes(
      skin: dice.one(of: HeadModel.Skin.allCases), hairStyle: style, hairColour: colour,
      eyeColour: dice.one(of: [.brown: 4, .blue: 2, .green: 1.2, .grey: 1]), beard: beard,
      hasGlasses: dice.chance(0.25), smile: dice.number(-0.5, 1),
      openMouth: dice.chance(0.35) ? dice.number(0.4, 1) : 0, faceWidth: dice.number(),
      jaw: dice.number(), noseWidth: dice.number(), noseLength: dice.number(),
      lips: dice.number(), browThickness: dice.number(), eyeSize: dice.number(), age: age)
    let tint = Vector(dice.number(0.92, 1.08), dice.number(0.94, 1.06), dice.number(0.94, 1.06))
    seed = dice.noiseSeed()
    model = HeadModel(attributes, tint: tint, seed: seed)
    yaw = dice.number(-1, 1) * dice.number(0, 38)
    pitch = dice.number(-8, 10)
    lighting = dice.one(of: Lighting.allCases)
    light = Self.light(lighting, &dice)
    let p = pitch * .pi / 180
    let target = Vector(dice.number(-0.006, 0.006), 0, dice.number(-0.034, -0.022))
    let distance = dice.number(0.98, 1.12)
    camera = Camera(
      at: target + Vector(0, -cos(p), sin(p)) * distance, lookingAt: target, fieldOfView: 0.345)
    let hue = dice.number(0, 1), strength = dice.number(0.05, 0.55)
    clothes = Self.colour(hue, strength: strength, light: dice.number(0.03, 0.45))
    collar = dice.chance(0.4) ? Vector(repeating: 0.6) : clothes * 0.6
    let tone = dice.number(0, 1)
    backdrop = (
      Self.colour(tone, strength: dice.number(0, 0.5), light: dice.number(0.08, 0.55)),
      Self.colour(tone + 0.1, strength: dice.number(0, 0.5), light: dice.number(0.05, 0.4))
    )
    rims = dice.chance(0.6) ? Vector(repeating: 0.012) : Vector(0.14, 0.07, 0.03)
  }

  private static func light(_ lighting: Lighting, _ dice: inout Dice) -> Light {
    var sun =
      switch lighting {
      case .left: Vector(-0.8, -0.75, 0.45)
      case .right: Vector(0.8, -0.75, 0.45)
      case .front: Vector(0.1, -1, 0.25)
      case .above: Vector(0.1, -0.65, 0.9)
      }
    sun += Vector(dice.number(-0.15, 0.15), 0, dice.number(-0.1, 0.15))
    let warmth = dice.number(-0.08, 0.10)
    return Light(
      sun: sun.normalized, sunColour: Vector(1.02 + warmth, 0.98, 0.94 - warmth),
      zenith: Vector(0.46, 0.48, 0.52), horizon: Vector(0.52, 0.52, 0.53),
      ground: Vector(0.26, 0.24, 0.23))
  }

  /// A colour from a hue of 0 to 1.
  private static func colour(_ hue: Float, strength: Float, light: Float) -> Vector {
    let phases = Vector(0, 1 / 3, 2 / 3)
    var colour = Vector(repeating: 0)
    for c in 0..<3 { colour[c] = 0.5 + 0.5 * cos(2 * .pi * (hue + phases[c])) }
    return mix(Vector(repeating: 1), colour, strength) * light
  }

  /// Draws the scene.
  func sample(width: Int, height: Int) -> WorldSample {
    var frame = Frame(width: width, height: height, camera: camera)
    let pose = Frame.Placement(heading: yaw * .pi / 180)
    func draw(
      _ mesh: Mesh, at placement: Frame.Placement = pose, _ surface: (Frame.Place) -> Surface?
    ) {
      frame.draw(mesh, at: placement, object: 0) { place in
        guard var found = surface(place) else { return nil }
        // Under the chin it is darker.
        let chin = smoothstep(-0.085, -0.12, place.point.z)
        found.openness *= 1 - 0.55 * chin * smoothstep(-0.22, -0.15, place.point.z)
        return (soft(found, place), found.part)
      }
    }
    if model.attributes.hasGlasses {
      draw(model.glasses) { _ in
        Surface(colour: rims, mirror: 0.05, gloss: 0.6, part: FacePart.glasses.rawValue)
      }
    }
    for (number, hair) in model.hairSurfaces.enumerated() {
      draw(hair) { model.hairSurface($0.point, isCap: number == 0) }
    }
    draw(model.head) { model.faceSurface($0.point, normal: $0.normal) }
    draw(model.ears) { model.flesh($0.point, .ear) }
    // Shoulders turn less than the head.
    let body = Frame.Placement(heading: yaw * .pi / 180 * 0.45)
    draw(model.shoulders, at: body) { place in
      let weave = Noise.fractal(place.point * 160, octaves: 2, seed: seed &+ 11)
      let isCollar = place.point.z > -0.172
      return Surface(
        colour: (isCollar ? collar : clothes) * (0.85 + 0.3 * weave),
        part: FacePart.clothes.rawValue)
    }
    draw(model.neck, at: body) { model.flesh($0.point, .neck) }
    frame.fillBackground { ray in
      let t = smoothstep(-0.16, 0.16, ray.z + 0.35 * ray.x)
      let blur = Noise.smooth(Vector(ray.x * 9, ray.z * 9, 0), seed: seed &+ 13)
      let colour = mix(backdrop.0, backdrop.1, min(max(t + 0.5 * (blur - 0.5), 0), 1))
      let part = FacePart.background.rawValue
      return (colour, Frame.Owner(object: 1, part: part))
    }
    let labels = frame.map { Int32($0.part) }
    return WorldSample(
      picture: frame.picture(exposure: 1.05, grain: 0.015, seed: seed), labels: LabelMap(labels),
      instances: InstanceMap(labels), sketch: frame.sketch(), caption: caption,
      attributes: attributes)
  }

  /// Light on skin and cloth wraps around edges.
  private func soft(_ surface: Surface, _ place: Frame.Place) -> Vector {
    let plain = light.shade(surface, normal: place.worldNormal, ray: place.ray)
    guard surface.part != FacePart.glasses.rawValue else { return plain }
    let wrap = max((place.worldNormal.dot(light.sun) + 0.35) / 1.35, 0)
    let direct = max(place.worldNormal.dot(light.sun), 0)
    // What travels below the skin comes out redder.
    return plain + surface.colour * Vector(0.55, 0.22, 0.16) * (wrap - direct) * light.sunColour
  }

  private var attributes: [WorldAttribute] {
    let a = model.attributes
    return [
      WorldAttribute("skin", a.skin), WorldAttribute("hairStyle", a.hairStyle),
      WorldAttribute("hairColour", a.hairColour), WorldAttribute("eyeColour", a.eyeColour),
      WorldAttribute("beard", a.beard), WorldAttribute("glasses", a.hasGlasses),
      WorldAttribute("smile", a.smile), WorldAttribute("openMouth", a.openMouth),
      WorldAttribute("faceWidth", a.faceWidth), WorldAttribute("jaw", a.jaw),
      WorldAttribute("noseWidth", a.noseWidth), WorldAttribute("noseLength", a.noseLength),
      WorldAttribute("lips", a.lips), WorldAttribute("browThickness", a.browThickness),
      WorldAttribute("eyeSize", a.eyeSize), WorldAttribute("age", a.age),
      WorldAttribute("yaw", yaw), WorldAttribute("pitch", pitch),
      WorldAttribute("light", lighting),
    ]
  }

  private var caption: String {
    let a = model.attributes
    let hair =
      switch a.hairStyle {
      case .bald: "a bald head"
      case .bun: "\(a.hairColour.rawValue) hair in a bun"
      case .bob: "a \(a.hairColour.rawValue) bob"
      case .fringe: "\(a.hairColour.rawValue) hair with a fringe"
      default: "\(a.hairStyle.rawValue) \(a.hairColour.rawValue) hair"
      }
    var traits = [hair, "\(a.eyeColour.rawValue) eyes"]
    switch a.beard {
    case .none: break
    case .stubble: traits.append("stubble")
    case .moustache: traits.append("a moustache")
    case .full: traits.append("a beard")
    }
    if a.hasGlasses { traits.append("glasses") }
    let list = traits.dropLast().joined(separator: ", ") + " and " + traits[traits.count - 1]
    let mood = a.smile > 0.35 ? ", smiling" : a.smile < -0.25 ? ", looking stern" : ""
    let way = abs(yaw) < 12 ? "" : ", turned to the \(yaw > 0 ? "right" : "left")"
    return "A person with \(list)\(mood)\(way)."
  }
}
