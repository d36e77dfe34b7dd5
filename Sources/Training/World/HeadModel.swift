import Foundation

/// The parts of a portrait; their order gives the numbers in label maps.
enum FacePart: UInt8, CaseIterable, Sendable {
  case nothing, background, skin, hair, brow, eye, nose, mouth, beard, ear, neck, clothes, glasses
}

/// A head: what can be chosen of it, and its surfaces in metres. It looks along −y; x is to the
/// right of the picture and z up, with the origin between the ears.
struct HeadModel: Sendable {
  enum Skin: String, CaseIterable, Codable, Sendable {
    case fair, light, olive, tan, brown, dark

    var colour: Vector {
      switch self {
      case .fair: Vector(0.74, 0.48, 0.38)
      case .light: Vector(0.66, 0.40, 0.29)
      case .olive: Vector(0.53, 0.33, 0.21)
      case .tan: Vector(0.42, 0.24, 0.14)
      case .brown: Vector(0.25, 0.125, 0.07)
      case .dark: Vector(0.105, 0.055, 0.034)
      }
    }
  }

  enum HairStyle: String, CaseIterable, Codable, Sendable {
    case bald, cropped, short, fringe, curly, bob, long, bun
  }

  enum HairColour: String, CaseIterable, Codable, Sendable {
    case black, brown, blond, red, grey, white

    var colour: Vector {
      switch self {
      case .black: Vector(0.012, 0.010, 0.010)
      case .brown: Vector(0.075, 0.040, 0.020)
      case .blond: Vector(0.46, 0.31, 0.13)
      case .red: Vector(0.27, 0.085, 0.025)
      case .grey: Vector(0.24, 0.24, 0.24)
      case .white: Vector(0.60, 0.59, 0.57)
      }
    }
  }

  enum EyeColour: String, CaseIterable, Codable, Sendable {
    case brown, blue, green, grey

    var colour: Vector {
      switch self {
      case .brown: Vector(0.10, 0.045, 0.018)
      case .blue: Vector(0.09, 0.22, 0.42)
      case .green: Vector(0.10, 0.20, 0.09)
      case .grey: Vector(0.22, 0.26, 0.28)
      }
    }
  }

  enum Beard: String, CaseIterable, Codable, Sendable { case none, stubble, moustache, full }

  /// What can be chosen of a head.
  struct Attributes: Sendable {
    var skin: Skin
    var hairStyle: HairStyle
    var hairColour: HairColour
    var eyeColour: EyeColour
    var beard: Beard
    var hasGlasses: Bool
    /// −1 for a frown to 1 for a smile.
    var smile: Float
    /// How far the mouth is open, 0 to 1.
    var openMouth: Float
    /// 0 for a narrow face to 1 for a wide one; likewise jaw, nose and lips.
    var faceWidth: Float
    var jaw: Float
    var noseWidth: Float
    var noseLength: Float
    var lips: Float
    var browThickness: Float
    var eyeSize: Float
    var age: Float
  }

  let attributes: Attributes
  let skin: Vector
  let hair: Vector
  let seed: UInt64
  /// Where the right eye in the picture is: half the distance between the eyes, and its height.
  let eye: SIMD2<Float>
  /// Half the width of an eye, and half its height.
  let eyeSize: SIMD2<Float>
  let noseTip: Float
  let mouthHeight: Float
  let mouthWidth: Float
  private let radii: Vector

  /// A head of these attributes whose colours vary a little by `tint`, each about 1.
  init(_ attributes: Attributes, tint: Vector, seed: UInt64) {
    self.attributes = attributes
    self.seed = seed
    skin = attributes.skin.colour * tint
    hair = attributes.hairColour.colour * tint
    radii = Vector(mix(0.071, 0.081, attributes.faceWidth), 0.094, 0.118)
    eye = SIMD2(mix(0.0305, 0.0335, attributes.faceWidth), 0.012)
    eyeSize = SIMD2(
      mix(0.0135, 0.0162, attributes.eyeSize), mix(0.0052, 0.0072, attributes.eyeSize))
    noseTip = mix(-0.033, -0.044, attributes.noseLength)
    mouthHeight = noseTip - 0.0255
    mouthWidth = mix(0.021, 0.026, attributes.faceWidth) * (1 + 0.12 * max(attributes.smile, 0))
  }

  /// The head without hair and ears.
  var head: Mesh {
    Mesh(rows: 84, columns: 112) { u, v in
      // The seam is at the back of the head.
      let a = u * .pi, b = v * 2 * .pi
      return surface(Vector(sin(a) * sin(b), sin(a) * cos(b), cos(a)))
    }
  }

  /// The head's surface in a direction.
  private func surface(_ d: Vector) -> Vector {
    var p = d * radii
    let below = max(-d.z, 0), front = smoothstep(0.05, 0.6, -d.y)
    // From the cheekbones down the face narrows to the chin.
    p.x *= 1 - mix(0.36, 0.15, attributes.jaw) * pow(below, 1.7)
    p.y *= 1 - 0.10 * pow(below, 2) - 0.07 * front
    if d.y > 0 { p.z = max(p.z, -0.075 - 0.02 * (1 - d.y)) }
    guard front > 0 else { return p }
    var out: Float = 0
    let x = p.x, z = p.z, side = abs(x)
    // Nose: a ridge that grows towards its tip, and wings beside it.
    let ridge =
      smoothstep(0.026, noseTip + 0.004, z) * smoothstep(noseTip - 0.011, noseTip - 0.001, z)
    let width = mix(0.0065, 0.0100, attributes.noseWidth)
    out += 0.0225 * ridge * bell(x, width * mix(0.85, 1.25, smoothstep(0.01, noseTip, z)))
    let wing = mix(0.0095, 0.0135, attributes.noseWidth)
    out += 0.0075 * bell(side - wing, 0.0052) * bell(z - noseTip - 0.001, 0.0075)
    // Sockets, brows, cheeks.
    out -= 0.0085 * bell(side - eye.x, 0.016) * bell(z - eye.y, 0.0105)
    out += 0.0045 * bell(side - eye.x, 0.022) * bell(z - eye.y - 0.022, 0.009)
    out += 0.0042 * bell(side - eye.x, eyeSize.x) * bell(z - eye.y, eyeSize.y * 1.1)
    out += 0.0060 * bell(side - 0.040, 0.017) * bell(z + 0.026, 0.020)
    // Lips, the groove between them, chin.
    let lips = mix(0.6, 1.2, attributes.lips)
    out += 0.0058 * lips * bell(x, mouthWidth * 0.8) * bell(z - mouthHeight - 0.0045, 0.0042)
    out += 0.0068 * lips * bell(x, mouthWidth * 0.7) * bell(z - mouthHeight + 0.0062, 0.0050)
    out -= 0.0035 * bell(x, mouthWidth) * bell(z - mouthHeight, 0.0022)
    out -= 0.0030 * bell(x, 0.014) * bell(z - mouthHeight + 0.016, 0.005)
    out += 0.0085 * bell(x, 0.017) * bell(z - mouthHeight + 0.034, 0.013)
    p.y -= out * front
    return p
  }

  /// Both ears.
  var ears: Mesh {
    var mesh = ear(1)
    mesh.add(ear(-1))
    return mesh
  }

  private func ear(_ side: Float) -> Mesh {
    Mesh(
      center: Vector(side * (radii.x + 0.001), 0.008, -0.004), radii: Vector(0.0095, 0.019, 0.031),
      rows: 16, columns: 20
    ) { 1 - 0.22 * bell($0.z + 0.9, 0.6) }
  }

  /// Neck and shoulders.
  var neck: Mesh {
    Mesh(rows: 14, columns: 36) { u, v in
      let a = v * 2 * .pi, z = mix(-0.055, -0.20, u)
      let radius = 0.044 + 0.012 * pow(u, 4)
      return Vector(radius * cos(a), 0.022 + 0.9 * radius * sin(a) + 0.012 * u, z)
    }
  }

  /// The clothes over the shoulders.
  var shoulders: Mesh {
    Mesh(rows: 24, columns: 48) { u, v in
      let a = v * 2 * .pi, t = pow(u, 0.8)
      // From the collar out over the shoulders and down.
      let across = mix(0.058, 0.215, smoothstep(0, 0.85, t)), depth = mix(0.055, 0.105, t)
      let z = -0.155 - 0.055 * smoothstep(0, 0.75, t) - 0.22 * pow(t, 5)
      return Vector(across * cos(a), 0.035 + depth * sin(a), z)
    }
  }

  /// Hair: a cap over the skull, with what the style adds behind it; `nil` for bald heads.
  var hairSurfaces: [Mesh] {
    let style = attributes.hairStyle
    if style == .bald { return [] }
    let thickness: Float
    switch style {
    case .cropped: thickness = 0.0035
    case .short, .bun: thickness = 0.011
    case .fringe: thickness = 0.013
    case .bob, .long: thickness = 0.015
    case .curly: thickness = 0.022
    case .bald: thickness = 0
    }
    let roughness: Float = style == .curly ? 0.16 : style == .cropped ? 0.01 : 0.045
    let grain: Float = style == .curly ? 4.5 : 3
    var meshes = [
      Mesh(
        center: Vector(0, 0.003, 0.002),
        radii: radii * Vector(1, 0.985, 1) + Vector(repeating: thickness), rows: 48, columns: 72
      ) { d in
        1 - roughness / 2 + roughness * Noise.fractal(d * grain, octaves: 3, seed: seed)
      }
    ]
    switch style {
    case .bob, .long:
      let foot: Float = style == .bob ? -0.085 : -0.19
      meshes.append(
        Mesh(rows: 30, columns: 48) { u, v in
          let a = v * 2 * .pi, z = mix(0.06, foot, u)
          let wave = 0.006 * Noise.smooth(Vector(cos(a) * 3, sin(a) * 3, z * 22), seed: seed &+ 2)
          let radius = mix(radii.x + 0.010, radii.x + 0.028, smoothstep(0, 0.5, u)) + wave
          return Vector(radius * cos(a), 0.028 + radius * 0.78 * sin(a), z)
        })
    case .bun:
      meshes.append(
        Mesh(center: Vector(0, 0.035, 0.135), radii: Vector(0.036, 0.036, 0.032)) { d in
          1 + 0.05 * Noise.smooth(d * 5, seed: seed)
        })
    default: break
    }
    return meshes
  }

  /// The rims, bridge and temples of glasses.
  var glasses: Mesh {
    let y = -radii.y * 0.95 - 0.010
    func rim(_ side: Float) -> Mesh {
      Mesh(rows: 36, columns: 8) { u, v in
        let a = u * 2 * .pi, b = v * 2 * .pi, thick: Float = 0.0017
        let width = 0.0225 + thick * cos(b), height = 0.0178 + thick * cos(b)
        let square = pow(abs(cos(a)), 4) * pow(abs(sin(a)), 4) * 3
        return Vector(
          side * (eye.x + 0.001) + width * cos(a) * (1 + square),
          y + thick * sin(b) + abs(side * eye.x + width * cos(a)) * 0.10,
          eye.y - 0.001 + height * sin(a) * (1 + square))
      }
    }
    var mesh = rim(1)
    mesh.add(rim(-1))
    let inner = eye.x - 0.0215
    mesh.add(
      Mesh(
        from: Vector(-inner, y - 0.001, eye.y + 0.003), to: Vector(inner, y + 0.001, eye.y + 0.006))
    )
    for side in [Float(1), -1] {
      let x = side * (radii.x + 0.003)
      let outer = side * (eye.x + 0.0235)
      mesh.add(
        Mesh(
          Vector(outer, y + 0.006, eye.y + 0.008), Vector(x, -0.01, eye.y + 0.006),
          Vector(x, -0.01, eye.y + 0.002), Vector(outer, y + 0.006, eye.y + 0.003)))
    }
    return mesh
  }
}
