import Foundation

/// Kinds of light over a scene.
enum Weather: String, CaseIterable, Codable, Sendable {
  case sunny, cloudy, overcast, evening

  /// The light of this weather, varied a little.
  func light(_ dice: inout Dice) -> Light {
    let azimuth = dice.number(0, 2 * .pi)
    let clouds: Float
    var height: Float
    var light: Light
    switch self {
    case .sunny:
      (height, clouds) = (dice.number(0.6, 1.1), dice.number(0, 0.4))
      light = Light(
        sun: .zero, sunColour: Vector(1.35, 1.27, 1.12), zenith: Vector(0.13, 0.28, 0.62),
        horizon: Vector(0.58, 0.70, 0.84), ground: Vector(0.22, 0.21, 0.20))
    case .cloudy:
      (height, clouds) = (dice.number(0.6, 1.1), dice.number(0.5, 0.9))
      light = Light(
        sun: .zero, sunColour: Vector(0.90, 0.88, 0.84), zenith: Vector(0.22, 0.34, 0.56),
        horizon: Vector(0.66, 0.72, 0.78), ground: Vector(0.22, 0.22, 0.21))
    case .overcast:
      (height, clouds) = (dice.number(0.8, 1.2), 1)
      light = Light(
        sun: .zero, sunColour: Vector(0.28, 0.28, 0.28), zenith: Vector(0.62, 0.65, 0.69),
        horizon: Vector(0.72, 0.74, 0.77), ground: Vector(0.22, 0.22, 0.22))
    case .evening:
      (height, clouds) = (dice.number(0.12, 0.28), dice.number(0.2, 0.6))
      light = Light(
        sun: .zero, sunColour: Vector(1.25, 0.72, 0.36), zenith: Vector(0.12, 0.18, 0.40),
        horizon: Vector(0.85, 0.56, 0.38), ground: Vector(0.17, 0.14, 0.13))
    }
    height += dice.number(-0.03, 0.03)
    light.sun = Vector(cos(azimuth) * cos(height), sin(azimuth) * cos(height), sin(height))
    light.clouds = clouds
    light.seed = dice.noiseSeed()
    return light
  }
}
