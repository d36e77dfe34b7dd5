import Foundation

/// How a network that paints label maps is trained.
public struct SceneSettings: Sendable, Hashable, Codable {
  /// The losses.
  public var objective: SceneObjective
  /// The learning rate of generator and encoder.
  public var generatorRate: Double
  /// The learning rate of the discriminator.
  public var discriminatorRate: Double
  /// Adam's decay of the first moment.
  public var beta1: Double
  /// Adam's decay of the second moment.
  public var beta2: Double
  /// The pictures after which the learning rates begin to fall.
  public var constantPictures: Int
  /// The pictures over which they fall to 0, in a straight line; 0 if they never fall.
  public var fallingPictures: Int
  /// The pictures for which only the finest enhancer and the encoder learn (`niter_fix_global`).
  public var fixedCoarsePictures: Int
  /// The pictures after which a parameter's share in its moving average is halved; 0 for no averages,
  /// as the official scripts have none.
  public var averageHalfLife: Int

  /// Settings; see the properties.
  public init(
    objective: SceneObjective, generatorRate: Double, discriminatorRate: Double, beta1: Double,
    beta2: Double, constantPictures: Int, fallingPictures: Int, fixedCoarsePictures: Int = 0,
    averageHalfLife: Int = 0
  ) {
    self.objective = objective
    (self.generatorRate, self.discriminatorRate) = (generatorRate, discriminatorRate)
    (self.beta1, self.beta2) = (beta1, beta2)
    (self.constantPictures, self.fallingPictures) = (constantPictures, fallingPictures)
    self.fixedCoarsePictures = fixedCoarsePictures
    self.averageHalfLife = averageHalfLife
  }

  /// pix2pixHD's: Adam with 0.0002, (0.5, 0.999); the rate constant for half of the pictures, then
  /// falling to 0.
  public static func pix2pixHD(pictures: Int) -> SceneSettings {
    SceneSettings(
      objective: .pix2pixHD, generatorRate: 2e-4, discriminatorRate: 2e-4, beta1: 0.5,
      beta2: 0.999, constantPictures: pictures / 2, fallingPictures: pictures - pictures / 2)
  }

  /// SPADE's: Adam with (0, 0.9), 0.0001 for the generator and 0.0004 for the discriminator (two time
  /// scales, Heusel et al., arXiv 1706.08500); the rates constant for half of the pictures, then
  /// falling to 0.
  public static func spade(pictures: Int) -> SceneSettings {
    SceneSettings(
      objective: .spade, generatorRate: 1e-4, discriminatorRate: 4e-4, beta1: 0, beta2: 0.9,
      constantPictures: pictures / 2, fallingPictures: pictures - pictures / 2)
  }

  /// The factor on the learning rates after so many pictures.
  func rate(at pictures: Int) -> Double {
    guard fallingPictures > 0, pictures > constantPictures else { return 1 }
    return max(0, 1 - Double(pictures - constantPictures) / Double(fallingPictures))
  }

  /// As JSON with sorted keys.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers and words alone: nothing of it cannot be encoded.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
