import Tensors

/// How StyleGAN1 and ProGAN are trained.
public struct ProgressiveOptions: Sendable, Hashable, Codable {
  /// What generator and discriminator play for.
  public enum Objective: Sendable, Hashable, Codable {
    /// The logistic losses with R1 of this γ in every step (StyleGAN1).
    case logistic(gamma: Float)
    /// Wasserstein with a gradient penalty of weight λ and a weight on D(real)² (ProGAN).
    case wasserstein(penalty: Float, drift: Float)
  }

  /// The losses.
  public var objective: Objective
  /// How the network grows.
  public var growth: GrowthSchedule
  /// The share of batches whose styles are mixed.
  public var mixing: Double
  /// Adam's learning rate of both networks; `nil` for StyleGAN1's, which rises with the resolution.
  public var learningRate: Double?
  /// The pictures after which an old value's share of the moving average has halved; at first a
  /// twentieth of the pictures seen.
  public var averagePictures: Double = 10_000
  /// The decay of w_avg.
  public var meanDecay: Float = 0.995
  /// Parameters that do not learn: canonical names, or beginnings of them that end before a dot.
  public var frozen: [String] = []

  /// StyleGAN1 as its official script trains it on faces: R1 with γ 10, mixing in 0.9 of the batches,
  /// growing from 8×8 with 600,000 pictures for each phase.
  public static let styleGAN1 = ProgressiveOptions(
    objective: .logistic(gamma: 10),
    growth: GrowthSchedule(first: 8, stable: 600_000, fading: 600_000), mixing: 0.9)

  /// ProGAN as its official script trains it: a gradient penalty of 10, a drift of 0.001, growing from
  /// 4×4 with 800,000 pictures for each phase, at a learning rate of 0.001.
  public static let proGAN = ProgressiveOptions(
    objective: .wasserstein(penalty: 10, drift: 0.001),
    growth: GrowthSchedule(first: 4, stable: 800_000, fading: 800_000), mixing: 0,
    learningRate: 0.001)

  /// The learning rate at the resolution that the network works at.
  func rate(at resolution: Int) -> Double {
    if let learningRate { return learningRate }
    return switch resolution {
    case ..<128: 0.001
    case 128: 0.0015
    case 256: 0.002
    default: 0.003
    }
  }

  /// The optimiser of either network, at the first rate.
  var optimizer: Adam {
    Adam(learningRate: rate(at: 4), beta1: 0, beta2: 0.99, epsilon: 1e-8)
  }
}
