import Tensors

/// The losses that pix2pixHD and SPADE are trained with, as scalars of shape `[]` with gradients.
public enum SceneLosses {
  /// How a discriminator's results become an adversarial loss.
  public enum Adversarial: String, Sendable, CaseIterable, Codable {
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
  ) -> Tensor {
    switch mode {
    case .leastSquares: return (isReal ? results + -1 : results).squared().mean()
    case .probabilities:
      // torch keeps logarithms above −100, and gradients finite where a probability is 0.
      let right = isReal ? results : -results + 1
      let logarithms = right.clamped(.leastNormalMagnitude, 1).logarithm()
      let exact = right.detached.logarithm().clamped(-100, 0)
      return -(logarithms + (exact - logarithms.detached)).mean()
    case .logits: return (isReal ? -results : results).softplus().mean()
    case .hinge:
      guard trainsDiscriminator else { return -results.mean() }
      return ((isReal ? -results : results) + 1).clamped(0, .greatestFiniteMagnitude).mean()
    case .wasserstein: return isReal ? -results.mean() : results.mean()
    }
  }

  /// Mean |a − b|.
  public static func meanDistance(_ a: Tensor, _ b: Tensor) -> Tensor {
    (a - b).magnitude().mean()
  }

  /// Σ over scales and all layers but the last of mean |a − b|: what feature matching multiplies by
  /// its weights. No gradient goes to `b`, the real pictures' side.
  public static func featureDistance(_ a: [[Tensor]], _ b: [[Tensor]]) -> Tensor {
    zip(a, b).reduce(Tensor(0)) { sum, scale in
      zip(scale.0.dropLast(), scale.1.dropLast()).reduce(sum) {
        $0 + meanDistance($1.0, $1.1.detached)
      }
    }
  }

  /// −½ Σ (1 + logσ² − μ² − σ²): how far codes are from the standard normal distribution.
  public static func divergence(mean: Tensor, logVariance: Tensor) -> Tensor {
    (mean.squared() + logVariance.exponential() - logVariance + -1).sum() * 0.5
  }
}
