import Networks
import Tensors

/// What pix2pixHD (Wang et al., arXiv 1711.11585, section 3) and SPADE (Park et al.,
/// arXiv 1903.07291, section 3) are trained towards: the losses with the official weights, as scalars
/// with gradients.
public struct SceneObjective: Sendable, Hashable, Codable {
  /// How discriminators' results become an adversarial loss.
  public var adversarial: SceneLosses.Adversarial
  /// Whether losses of several scales are averaged (SPADE) rather than added up (pix2pixHD).
  public var averagesScales: Bool
  /// The weight of feature matching (`lambda_feat`); 0 for none (`no_ganFeat_loss`).
  public var matching: Float
  /// The weight of the distance of VGG19's features; 0 for none (`no_vgg_loss`).
  public var perceptual: Float
  /// The weight of the codes' distance from the normal distribution (`lambda_kld`).
  public var divergence: Float
  /// The weight of mean |drawn − real| over the pixels, which neither official script has; it helps
  /// where there are few steps.
  public var pixels: Float
  /// The weight of what changes around an object that is given another style, which neither official
  /// script has; 0 for none.
  public var locality: Float

  /// An objective; see the properties.
  public init(
    adversarial: SceneLosses.Adversarial, averagesScales: Bool, matching: Float = 10,
    perceptual: Float = 10, divergence: Float = 0.05, pixels: Float = 0,
    locality: Float = 0
  ) {
    self.adversarial = adversarial
    self.averagesScales = averagesScales
    self.matching = matching
    self.perceptual = perceptual
    self.divergence = divergence
    self.pixels = pixels
    self.locality = locality
  }

  /// pix2pixHD's: least squares, summed over the scales.
  public static let pix2pixHD = SceneObjective(adversarial: .leastSquares, averagesScales: false)

  /// SPADE's: hinge, averaged over the scales.
  public static let spade = SceneObjective(adversarial: .hinge, averagesScales: true)

  /// The adversarial loss of the results of every scale, of which the last layers' count.
  ///
  /// - Parameters:
  ///   - results: ``SceneDiscriminator/features(_:)`` of drawn or real pictures.
  ///   - isReal: Whether they should be taken for real.
  ///   - trainsDiscriminator: Whether the discriminator learns, rather than the generator.
  public func adversarial(
    _ results: [[Tensor]], isReal: Bool, trainsDiscriminator: Bool
  ) -> Tensor {
    let sum = results.compactMap(\.last).reduce(Tensor(0)) {
      $0
        + SceneLosses.adversarial(
          $1, isReal: isReal, mode: adversarial, trainsDiscriminator: trainsDiscriminator)
    }
    return averagesScales ? sum * (1 / Float(max(results.count, 1))) : sum
  }

  /// Feature matching with its weight: drawn pictures' layers against real ones', to which no
  /// gradient goes.
  public func matching(_ drawn: [[Tensor]], _ real: [[Tensor]]) -> Tensor {
    // pix2pixHD weighs layers by 4 / (n_layers + 1); the results are two more than n_layers.
    let layers = Float(max((drawn.first?.count ?? 0) - 1, 1))
    let share = averagesScales ? 1 : 4 / layers
    return SceneLosses.featureDistance(drawn, real)
      * (matching * share / Float(max(drawn.count, 1)))
  }

  /// The distance of VGG19's features with its weight; no gradient goes to `real`.
  public func perceptual(_ drawn: Tensor, _ real: Tensor, _ features: VGG19Features) -> Tensor {
    features.loss(drawn, real) * perceptual
  }

  /// The distance of codes from the standard normal distribution with its weight.
  public func divergence(mean: Tensor, logVariance: Tensor) -> Tensor {
    SceneLosses.divergence(mean: mean, logVariance: logVariance) * divergence
  }
}
