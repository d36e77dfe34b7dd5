import Tensors

/// The losses of StyleGAN2 (Karras et al., arXiv 1912.04958; stylegan2-ada-pytorch, loss.py): the
/// logistic losses, and the two regularisers, which are gradients of gradients.
///
/// All are means over the batch, without the factor that lazy regularisation multiplies them by.
public enum StyleGAN2Losses {
  /// The generator's loss, mean ln(1 + e^−D): logits `[N, 1]` of drawn pictures → a scalar.
  public static func generator(_ logits: Tensor) -> Tensor { (-logits).softplus().mean() }

  /// The discriminator's loss of drawn pictures, mean ln(1 + e^D): logits `[N, 1]` → a scalar.
  public static func drawn(_ logits: Tensor) -> Tensor { logits.softplus().mean() }

  /// The discriminator's loss of real pictures, mean ln(1 + e^−D): logits `[N, 1]` → a scalar.
  public static func real(_ logits: Tensor) -> Tensor { (-logits).softplus().mean() }

  /// The R1 penalty (Mescheder et al., arXiv 1801.04406) of a batch.
  public struct GradientPenalty: Sendable {
    /// D of the pictures: `[N, 1]`.
    public let logits: Tensor
    /// ∂ Σ D / ∂ pictures, of the pictures' shape.
    public let gradient: Tensor
    /// Σ gradient² of every sample: `[N]`.
    public let penalties: Tensor
    /// γ/2 · mean penalty: a scalar, whose gradient reaches the discriminator's parameters.
    public let loss: Tensor
  }

  /// R1 of real pictures `[N, C, H, W]` with factor `gamma`; `logits` is the discriminator with
  /// tracked parameters.
  public static func gradientPenalty(
    _ images: Tensor, gamma: Float, logits: (Tensor) -> Tensor
  ) -> GradientPenalty {
    let images = images.detached.tracked()
    let judged = logits(images)
    let slope = gradient(of: judged.sum(), withRespectTo: [images], isTracked: true)[0]
    let penalties = slope.squared().summed(over: [1, 2, 3]).reshaped([images.shape[0]])
    return GradientPenalty(
      logits: judged, gradient: slope, penalties: penalties, loss: penalties.mean() * (gamma / 2))
  }

  /// Path-length regularisation of a batch.
  public struct PathLength: Sendable {
    /// ∂ Σ picture · y / ∂ W+: `[N, rows, wDim]`.
    public let gradient: Tensor
    /// √(mean over rows of Σ gradient²): `[N]`.
    public let lengths: Tensor
    /// The moving mean after this batch: a scalar.
    public let mean: Tensor
    /// (length − mean)²: `[N]`.
    public let penalties: Tensor
    /// weight · mean penalty: a scalar, whose gradient reaches the generator's parameters.
    public let loss: Tensor
  }

  /// Path lengths of pictures `[N, C, H, W]` drawn from tracked W+ `[N, rows, wDim]`.
  ///
  /// - Parameters:
  ///   - images: The pictures.
  ///   - ws: The W+ that they were drawn from.
  ///   - noise: Standard normal numbers of the pictures' shape; y is these over √(H·W).
  ///   - mean: The moving mean so far.
  ///   - decay: How far the mean moves towards the batch. The loss has a gradient through it.
  ///   - weight: The factor on the loss.
  public static func pathLength(
    _ images: Tensor, ws: Tensor, noise: Tensor, mean: Float, decay: Float, weight: Float
  ) -> PathLength {
    precondition(noise.shape == images.shape, "noise \(noise.shape) for \(images.shape)")
    let y = noise * (1 / Float(images.shape[2] * images.shape[3]).squareRoot())
    let slope = gradient(of: (images * y).sum(), withRespectTo: [ws], isTracked: true)[0]
    let (samples, rows) = (ws.shape[0], ws.shape[1])
    let squares = slope.squared().summed(over: [1, 2]).reshaped([samples])
    let lengths = (squares * (1 / Float(rows))).squareRoot()
    let moved = lengths.mean() * decay + mean * (1 - decay)
    let penalties = (lengths - moved).squared()
    return PathLength(
      gradient: slope, lengths: lengths, mean: moved, penalties: penalties,
      loss: penalties.mean() * weight)
  }
}
