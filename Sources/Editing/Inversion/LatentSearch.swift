import Networks
import Tensors

/// The search for a latent whose picture looks roughly like a target.
enum LatentSearch {
  /// The side at which pictures are compared.
  private static let side = 32

  /// The nearest of `count` latents of `RandomState(321)`, mapped, and the mean: `[1, wDim]`.
  ///
  /// Pictures are compared by the squares of their pixels' differences at a side of 32.
  static func nearest(
    to target: Tensor, _ generator: any Generator, label: Tensor?, mean: Tensor, count: Int
  ) -> Tensor {
    var random = RandomState(seed: 321)
    let small = target.averaged(side: min(side, target.shape[3]))
    func distance(_ w: Tensor) -> Float {
      let picture = generator.synthesis(generator.broadcast(w), SynthesisSettings(noise: .const))
      return (picture.averaged(side: small.shape[3]) - small).squared().mean().scalar
    }
    var best = (latent: mean, distance: distance(mean))
    for _ in 0..<count {
      let w = generator.mapping(random.randn([1, generator.size.zDim]), label: label)
      // Half of the way from the mean: typical pictures, and a start from which all is near.
      let latent = mean + (w - mean) * 0.5
      let away = distance(latent)
      if away < best.distance { best = (latent, away) }
    }
    return best.latent
  }
}
