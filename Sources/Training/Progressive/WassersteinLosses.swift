import Tensors

/// The losses of ProGAN: Wasserstein with a penalty on the gradient (Gulrajani et al., arXiv
/// 1704.00028; Karras et al., arXiv 1710.10196, appendix A.1). All are means over the batch.
public enum WassersteinLosses {
  /// The generator's loss, −mean D: scores `[N, 1]` of drawn pictures → a scalar.
  public static func generator(_ scores: Tensor) -> Tensor { -scores.mean() }

  /// The discriminator's loss without the penalty, mean D(drawn) − mean D(real) + drift · mean
  /// D(real)²: scores `[N, 1]` → a scalar.
  public static func discriminator(drawn: Tensor, real: Tensor, drift: Float) -> Tensor {
    drawn.mean() - real.mean() + real.squared().mean() * drift
  }

  /// weight · mean (‖∂D/∂x‖ − 1)² at random points x between real and drawn pictures.
  ///
  /// - Parameters:
  ///   - real: Real pictures, `[N, C, H, W]`.
  ///   - drawn: Drawn ones of the same shape.
  ///   - shares: Where between them, 0 (real) to 1 (drawn), one number a sample: `[N]`.
  ///   - weight: The factor λ.
  ///   - scores: The discriminator with tracked parameters.
  public static func gradientPenalty(
    real: Tensor, drawn: Tensor, shares: Tensor, weight: Float, scores: (Tensor) -> Tensor
  ) -> Tensor {
    let count = real.shape[0]
    precondition(real.shape == drawn.shape && shares.count == count, "pictures and shares")
    let start = real.detached, way = drawn.detached - start
    let between = (start + way * shares.detached.reshaped([count, 1, 1, 1])).tracked()
    let slope = gradient(of: scores(between).sum(), withRespectTo: [between], isTracked: true)[0]
    let lengths = slope.squared().summed(over: [1, 2, 3]).reshaped([count]).squareRoot()
    return (lengths + -1).squared().mean() * weight
  }
}
