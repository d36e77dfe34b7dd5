import Foundation
import Tensors

/// The losses that pix2pixHD and SPADE are trained with, summed in double precision.
public enum SceneLosses {
  /// How a discriminator's results become an adversarial loss.
  public enum Adversarial: String, Sendable, CaseIterable {
    /// Squared distance from 1 or 0 (pix2pixHD's LSGAN, SPADE's `ls`).
    case leastSquares
    /// Cross-entropy of probabilities (pix2pixHD's `no_lsgan`).
    case probabilities
    /// Cross-entropy of logits (SPADE's `original`).
    case logits
    /// Hinge (SPADE's default).
    case hinge
    /// Wasserstein (SPADE's `w`).
    case wasserstein
  }

  /// The loss of one scale's results.
  ///
  /// - Parameters:
  ///   - results: Logits, or probabilities.
  ///   - isReal: Whether they should say "real".
  ///   - trainsDiscriminator: Whether the discriminator learns; hinge is one-sided then.
  public static func adversarial(
    _ results: Tensor, isReal: Bool, mode: Adversarial, trainsDiscriminator: Bool
  ) -> Double {
    mean(results) { x in
      switch mode {
      case .leastSquares: (x - (isReal ? 1 : 0)) * (x - (isReal ? 1 : 0))
      // torch keeps logarithms above −100.
      case .probabilities: -max(log(isReal ? x : 1 - x), -100)
      case .logits: max(x, 0) - (isReal ? x : 0) + log1p(exp(-abs(x)))
      case .hinge: trainsDiscriminator ? max(0, 1 - (isReal ? x : -x)) : -x
      case .wasserstein: isReal ? -x : x
      }
    }
  }

  /// Mean |a − b|.
  public static func meanDistance(_ a: Tensor, _ b: Tensor) -> Double {
    mean(a - b) { abs($0) }
  }

  /// Σ over scales and all layers but the last of mean |a − b|: what feature matching multiplies by
  /// its weights.
  public static func featureDistance(_ a: [[Tensor]], _ b: [[Tensor]]) -> Double {
    zip(a, b).reduce(0) { sum, scale in
      sum
        + zip(scale.0.dropLast(), scale.1.dropLast()).reduce(0) { $0 + meanDistance($1.0, $1.1) }
    }
  }

  /// −½ Σ (1 + logσ² − μ² − σ²): how far codes are from the standard normal distribution.
  public static func divergence(mean: Tensor, logVariance: Tensor) -> Double {
    zip(mean.scalars, logVariance.scalars).reduce(0) { sum, pair in
      let (mu, log) = (Double(pair.0), Double(pair.1))
      return sum - 0.5 * (1 + log - mu * mu - exp(log))
    }
  }

  private static func mean(_ tensor: Tensor, _ body: (Double) -> Double) -> Double {
    tensor.withUnsafeBuffer { $0.reduce(0) { $0 + body(Double($1)) } }
      / Double(max(tensor.count, 1))
  }
}
