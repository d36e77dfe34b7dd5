import Foundation

/// What a head's surfaces are made of, place by place.
extension HeadModel {
  /// The face: skin with eyes, brows, mouth and beard painted on.
  func faceSurface(_ p: Vector, normal: Vector) -> Surface {
    guard p.y < 0.01 else { return flesh(p, .skin) }
    if let eye = eyeSurface(p) { return eye }
    if let brow = browSurface(p) { return brow }
    if let mouth = mouthSurface(p) { return mouth }
    if let beard = beardSurface(p) { return beard }
    let side = abs(p.x)
    // Nostrils under the tip.
    if hypot((side - 0.0068) / 0.0036, (p.z - noseTip + 0.0035) / 0.0019) < 1 {
      return Surface(colour: skin * 0.13, part: FacePart.nose.rawValue)
    }
    let isNose =
      side < mix(0.006, 0.0155, smoothstep(0.018, noseTip, p.z)) && p.z > noseTip - 0.006
      && p.z < 0.016
    return flesh(p, isNose ? .nose : .skin)
  }

  /// Skin with its redness, lines and unevenness.
  func flesh(_ p: Vector, _ part: FacePart) -> Surface {
    let uneven = Noise.fractal(p * 55, octaves: 3, seed: seed)
    var colour = skin * (0.90 + 0.20 * uneven)
    let side = abs(p.x)
    let cheek = bell(side - 0.042, 0.019) * bell(p.z + 0.028, 0.019)
    let tip = bell(p.x, 0.012) * bell(p.z - noseTip, 0.011)
    if p.y < 0 {
      colour = colour * mix(Vector(repeating: 1), Vector(1.10, 0.82, 0.80), 0.7 * max(cheek, tip))
    }
    if attributes.age > 0.45, p.y < -0.04 {
      let amount = (attributes.age - 0.45) * 0.8
      // Lines on the forehead, beside the mouth and at the eyes.
      let wave = 0.0016 * sin(p.x * 70)
      for height in [Float(0.048), 0.057, 0.066] where side < 0.034 {
        colour = colour * (1 - amount * 0.5 * bell(p.z - height - wave, 0.0011))
      }
      let fold = side - (0.0165 + 0.55 * (noseTip - p.z))
      if p.z < noseTip + 0.002, p.z > mouthHeight - 0.008 {
        colour = colour * (1 - amount * 0.7 * bell(fold, 0.0018))
      }
    }
    return Surface(colour: colour, mirror: 0.012, gloss: 0.10, part: part.rawValue)
  }

  private func eyeSurface(_ p: Vector) -> Surface? {
    let dx = abs(p.x) - eye.x, dz = p.z - eye.y
    guard abs(dx) < eyeSize.x * 1.25, abs(dz) < eyeSize.y * 2.4 else { return nil }
    let part = FacePart.eye.rawValue
    let t = dx / eyeSize.x
    let arc = max(1 - t * t, 0)
    // The outer corner lies a little higher.
    let tilt = 0.0012 * t
    let upper = eyeSize.y * pow(arc, 0.62) + tilt, lower = -eyeSize.y * 0.78 * pow(arc, 0.8) + tilt
    if abs(t) < 1, dz < upper, dz > lower {
      // Both eyes look the same way: forward in the picture of the head.
      let gaze = SIMD2<Float>(0, 0.0004)
      let own = SIMD2(p.x - copysign(eye.x, p.x), dz) - gaze
      let distance = (own * own).sum().squareRoot()
      let iris = eyeSize.y * 1.04
      let lid = 0.45 + 0.55 * smoothstep(0, 0.0035, upper - dz)
      let glint = own - SIMD2(-iris * 0.32, iris * 0.36)
      if (glint * glint).sum().squareRoot() < iris * 0.20 {
        return Surface(colour: Vector(repeating: 0.9), glow: Vector(repeating: 0.5), part: part)
      }
      if distance < iris * 0.43 {
        return Surface(colour: Vector(repeating: 0.006), mirror: 0.03, gloss: 0.6, part: part)
      }
      if distance < iris {
        let ring = smoothstep(iris, iris * 0.82, distance)
        let streak = Noise.smooth(
          Vector(atan2(own.y, own.x) * 6, distance * 300, 1), seed: seed &+ 4)
        let colour = attributes.eyeColour.colour * (0.45 + 0.9 * streak) * mix(0.25, 1, ring) * 1.5
        return Surface(colour: colour * lid, mirror: 0.03, gloss: 0.6, part: part)
      }
      let corner = mix(Vector(0.72, 0.70, 0.68), Vector(0.62, 0.36, 0.32), pow(abs(t), 5))
      return Surface(colour: corner * lid, mirror: 0.02, gloss: 0.4, part: part)
    }
    // Lashes along the upper lid, a fold above it.
    if abs(t) < 1.06, dz >= upper, dz < upper + 0.0017 * (0.6 + 0.4 * abs(t)) {
      return Surface(colour: Vector(0.02, 0.014, 0.012), part: part)
    }
    if abs(t) < 1.1, abs(dz - upper - 0.0042) < 0.0007 {
      return Surface(colour: skin * 0.52, part: FacePart.skin.rawValue)
    }
    if abs(t) < 1, dz <= lower, dz > lower - 0.0008 {
      return Surface(colour: skin * 0.45, part: FacePart.skin.rawValue)
    }
    return nil
  }

  private func browSurface(_ p: Vector) -> Surface? {
    let t = (abs(p.x) - eye.x + 0.002) / (eyeSize.x * 1.42)
    guard abs(t) < 1, p.y < -0.03 else { return nil }
    let frown = max(-attributes.smile, 0) * 0.003 * max(-t, 0)
    let middle = eye.y + 0.0185 + 0.0030 * (1 - (t - 0.25) * (t - 0.25)) - frown
    let half = mix(0.0014, 0.0032, attributes.browThickness) * (t < 0 ? 1 : 1 - 0.75 * t)
    let distance = abs(p.z - middle)
    let hairs = Noise.smooth(Vector(p.x * 700 + p.z * 500, p.z * 160, 0), seed: seed &+ 6)
    guard distance < half * (0.75 + 0.5 * hairs) else { return nil }
    let colour = mix(hair, Vector(0.03, 0.02, 0.015), 0.35)
    return Surface(
      colour: mix(colour * (0.6 + 0.7 * hairs), skin * 0.5, 0.18), part: FacePart.brow.rawValue)
  }

  private func mouthSurface(_ p: Vector) -> Surface? {
    let t = p.x / mouthWidth
    guard abs(t) < 1.02, p.y < -0.03 else { return nil }
    let arc = max(1 - t * t, 0)
    let line = mouthHeight + 0.0048 * attributes.smile * t * t
    let z = p.z - line
    let lips = mix(0.0038, 0.0074, attributes.lips)
    let gap = 0.0052 * attributes.openMouth * pow(arc, 0.7)
    // Cupid's bow: the upper lip dips in its middle.
    let bow = 1 - 0.26 * bell(p.x, 0.0042)
    let upper = gap * 0.45 + lips * bow * pow(arc, 0.85)
    let lower = -gap * 0.55 - lips * 1.25 * pow(arc, 0.9)
    let part = FacePart.mouth.rawValue
    if z < gap * 0.45, z > -gap * 0.55 {
      let tooth = abs((p.x / 0.0062) - (p.x / 0.0062).rounded())
      if z > -gap * 0.25, abs(t) < 0.78 {
        return Surface(
          colour: Vector(0.66, 0.64, 0.58) * (tooth > 0.46 ? 0.7 : 1), gloss: 0.3, part: part)
      }
      return Surface(colour: Vector(0.05, 0.012, 0.012), part: part)
    }
    let seam = z > 0 ? z - gap * 0.45 : -z - gap * 0.55
    if abs(t) < 1, abs(seam) < 0.0007, z < upper, z > lower {
      return Surface(colour: skin * Vector(0.22, 0.13, 0.13), part: part)
    }
    guard z < upper, z > lower else { return nil }
    let red = skin * Vector(0.86, 0.46, 0.46) + Vector(0.035, 0, 0.004)
    let crease = Noise.smooth(Vector(p.x * 700, p.z * 60, 0), seed: seed &+ 8)
    return Surface(
      colour: red * (0.85 + 0.25 * crease) * (z > 0 ? 0.86 : 1), mirror: 0.02, gloss: 0.25,
      part: part)
  }

  private func beardSurface(_ p: Vector) -> Surface? {
    guard attributes.beard != .none, p.y < 0.02 else { return nil }
    let side = abs(p.x)
    let upperLip = p.z < noseTip - 0.008 && p.z > mouthHeight && side < mouthWidth * 1.15
    let jawLine = mix(noseTip - 0.004, 0.02, smoothstep(0.026, 0.062, side))
    let chin =
      p.z < jawLine && p.z < mouthHeight + 0.02 + 0.9 * max(side - 0.025, 0)
      && !(side < mouthWidth * 1.12 && p.z > mouthHeight - 0.009)
    let isCovered: Bool
    switch attributes.beard {
    case .none: isCovered = false
    case .moustache: isCovered = upperLip
    case .stubble, .full: isCovered = upperLip || chin
    }
    guard isCovered else { return nil }
    let strands = Noise.fractal(
      Vector(p.x * 420, p.y * 420, p.z * 130), octaves: 2, seed: seed &+ 3)
    if attributes.beard == .stubble {
      var surface = flesh(p, .skin)
      surface.colour = mix(surface.colour, hair * 0.6, 0.28 + 0.35 * smoothstep(0.4, 0.7, strands))
      surface.part = FacePart.beard.rawValue
      return surface
    }
    return Surface(
      colour: hair * (0.45 + 1.0 * strands), gloss: 0.06, part: FacePart.beard.rawValue)
  }

  /// Hair at a place; `nil` where the face is bare.
  func hairSurface(_ p: Vector, isCap: Bool) -> Surface? {
    let style = attributes.hairStyle
    let side = abs(p.x)
    if isCap, p.y < 0.045 {
      let ragged = 0.005 * (Noise.fractal(p * 60, octaves: 2, seed: seed &+ 1) - 0.5)
      let middle: Float = style == .fringe ? 0.036 : style == .curly ? 0.055 : 0.066
      let isParted = style == .short || style == .long
      let parting = isParted ? mix(-0.004, 0.007, smoothstep(-0.035, 0.005, p.x)) : 0
      // From the forehead down to the temples and before the ears.
      let temple: Float = style == .cropped || style == .short || style == .bun ? 0.006 : -0.02
      let drop = smoothstep(0.045, 0.070, side + max(p.y + 0.045, 0) * 0.7)
      let line = mix(middle + parting, temple, drop) + ragged
      let isBehindEar = p.y > 0.012
      guard p.z > (isBehindEar ? min(line, -0.055) : line) else { return nil }
    }
    // At the back it ends above the neck, in no straight line.
    let nape = 0.012 * Noise.fractal(p * 40, octaves: 2, seed: seed &+ 9)
    if isCap, p.z < -0.062 + nape || p.z < -0.028 && p.y < 0.034 { return nil }
    // Hair that hangs down leaves the face free.
    if !isCap, p.y < -0.030, style != .bun { return nil }
    let direction: Float = style == .curly ? 60 : 26
    let strands = Noise.fractal(
      Vector(p.x * 330, p.y * 330, p.z * direction), octaves: 3, seed: seed &+ 2)
    let locks = Noise.fractal(Vector(p.x * 60, p.y * 60, p.z * 14), octaves: 2, seed: seed &+ 5)
    return Surface(
      colour: hair * (0.30 + 0.75 * strands + 0.55 * locks), mirror: 0.01, gloss: 0.14,
      part: FacePart.hair.rawValue)
  }
}
