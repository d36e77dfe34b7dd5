import Foundation

/// Noise without a state: the same place gives the same value, always.
enum Noise {
  /// A number from 0 to below 1 for a place on the grid (SplitMix64's finaliser).
  static func value(_ x: Int, _ y: Int, _ z: Int = 0, seed: UInt64) -> Float {
    var bits = seed &+ UInt64(bitPattern: Int64(x)) &* 0x9E37_79B9_7F4A_7C15
    bits ^= UInt64(bitPattern: Int64(y)) &* 0xC2B2_AE3D_27D4_EB4F
    bits = bits &+ UInt64(bitPattern: Int64(z)) &* 0x1656_67B1_9E37_79F9
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float((bits ^ (bits >> 31)) >> 40) * 0x1p-24
  }

  /// Smooth noise from 0 to 1: grid values joined along all axes.
  static func smooth(_ p: Vector, seed: UInt64) -> Float {
    // Far places are as good as near ones, and must fit an Int.
    let p = p.clamped(
      lowerBound: Vector(repeating: -1e6), upperBound: Vector(repeating: 1e6))
    let base = p.rounded(.down), t = p - base
    let s = t * t * (Vector(repeating: 3) - 2 * t)
    let (x, y, z) = (Int(base.x), Int(base.y), Int(base.z))
    func row(_ dy: Int, _ dz: Int) -> Float {
      mix(
        value(x, y + dy, z + dz, seed: seed), value(x + 1, y + dy, z + dz, seed: seed), s.x)
    }
    return mix(mix(row(0, 0), row(1, 0), s.y), mix(row(0, 1), row(1, 1), s.y), s.z)
  }

  /// Several octaves of smooth noise, each half as strong and twice as fine: 0 to 1.
  static func fractal(_ p: Vector, octaves: Int = 4, seed: UInt64) -> Float {
    var sum: Float = 0, strength: Float = 0.5, p = p, total: Float = 0
    for octave in 0..<octaves {
      sum += strength * smooth(p, seed: seed &+ UInt64(octave))
      total += strength
      strength /= 2
      p = p * 2.03
    }
    return sum / total
  }
}
