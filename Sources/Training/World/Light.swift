import Foundation

/// What a surface is made of at one place.
struct Surface {
  /// The colour by diffuse light.
  var colour: Vector
  /// How much it mirrors when looked at straight, 0 to 1; more at grazing angles.
  var mirror: Float = 0
  /// How sharp highlights are, 0 for none.
  var gloss: Float = 0
  /// Light of its own.
  var glow = Vector(repeating: 0)
  /// The part of its object, for the sketch.
  var part: UInt8 = 0
  /// How much light from the sky reaches it.
  var openness: Float = 1
}

/// Sun and sky.
struct Light: Sendable {
  /// Towards the sun.
  var sun: Vector
  var sunColour: Vector
  var zenith: Vector
  var horizon: Vector
  var ground: Vector
  /// The cover of clouds, 0 to 1.
  var clouds: Float = 0
  var seed: UInt64 = 0

  /// The sky in a direction, with clouds.
  func sky(_ direction: Vector) -> Vector {
    let height = max(direction.z, 0)
    var colour = mix(horizon, zenith, height.squareRoot())
    let glare = max(direction.dot(sun), 0)
    colour += sunColour * (0.10 * pow(glare, 12))
    guard clouds > 0, height > 0.01 else { return colour }
    // A layer of clouds, seen flatter towards the horizon.
    let place = Vector(direction.x, direction.y, 0) / (height + 0.12)
    let cover = Noise.fractal(place * 1.3 + Vector(3, 7, 1), octaves: 5, seed: seed)
    let amount = smoothstep(0.95 - 0.6 * clouds, 1.15 - 0.6 * clouds, cover + 0.18)
    let bright = mix(horizon, Vector(repeating: 1.02), 0.75)
    return mix(colour, bright, amount * smoothstep(0.01, 0.12, height))
  }

  /// What a mirror shows in a direction: the sky, a dark band of surroundings, the ground.
  func surroundings(_ direction: Vector) -> Vector {
    let sky = mix(horizon, zenith, max(direction.z, 0).squareRoot())
    let band = ground * 0.55
    let above = smoothstep(0.02, 0.22, direction.z)
    return direction.z > 0 ? mix(band, sky, above) : mix(band, ground, min(-direction.z * 3, 1))
  }

  /// The light that comes from a surface to the eye.
  ///
  /// - Parameters:
  ///   - normal: Towards the side that is seen, of unit length.
  ///   - ray: From the eye to the surface, of unit length.
  ///   - shadow: How much of the sun is hidden, 0 to 1.
  func shade(_ surface: Surface, normal: Vector, ray: Vector, shadow: Float = 0) -> Vector {
    let direct = max(normal.dot(sun), 0) * (1 - shadow)
    let ambient = mix(ground * 0.5, mix(horizon, zenith, 0.5), 0.5 + 0.5 * normal.z)
    var light = surface.colour * (sunColour * direct + ambient * (0.75 * surface.openness))
    if surface.mirror > 0 || surface.gloss > 0 {
      let back = ray.reflected(by: normal)
      // Schlick's approximation of Fresnel's law.
      let grazing = pow(1 - min(max(-ray.dot(normal), 0), 1), 5)
      let amount = surface.mirror + (1 - surface.mirror) * grazing * min(surface.mirror * 8, 0.9)
      light = mix(light, surroundings(back), amount)
      let highlight = pow(max(back.dot(sun), 0), 30 + 200 * surface.gloss)
      light += sunColour * (highlight * surface.gloss * (1 - shadow))
    }
    return light + surface.glow
  }
}
