import Networks
import Tensors

/// Mapped latents with small pictures of them, among which an inversion finds its start.
///
/// Drawing the pictures takes a while; a table may be stored and serves every inversion with its
/// network and label.
public struct StartTable: Sendable {
  /// The latents: `[count, wDim]`; the first is the mean.
  public let latents: Tensor
  /// Their pictures, averaged to a side of 32 or what the network has: `[count, C, side, side]`.
  public let pictures: Tensor

  private static let side = 32

  /// Draws the mean and `count` latents of `RandomState(321)`, mapped and half of the way from the
  /// mean: typical pictures, from which all others are near.
  ///
  /// - Parameters:
  ///   - generator: The network.
  ///   - label: The class vector `[1, classes]` of a conditional network.
  ///   - mean: The mean of w, `[1, wDim]`.
  ///   - count: How many latents are drawn beside the mean.
  ///   - afterEach: Is told how many pictures are drawn.
  public init(
    _ generator: any Generator, label: Tensor? = nil, mean: Tensor, count: Int,
    afterEach: (Int) throws -> Void = { _ in }
  ) rethrows {
    var random = RandomState(seed: 321)
    var latents = [mean], pictures: [Tensor] = []
    for _ in 0..<max(count, 0) {
      let w = generator.mapping(random.randn([1, generator.size.zDim]), label: label)
      latents.append(mean + (w - mean) * 0.5)
    }
    for latent in latents {
      let picture = generator.synthesis(
        generator.broadcast(latent), SynthesisSettings(noise: .const))
      pictures.append(picture.averaged(side: min(Self.side, picture.shape[3])))
      try afterEach(pictures.count)
    }
    self.latents = Tensor.concatenated(latents)
    self.pictures = Tensor.concatenated(pictures)
  }

  /// A stored table; `nil` if its tensors do not belong together.
  public init?(latents: Tensor, pictures: Tensor) {
    guard latents.shape.rank == 2, pictures.shape.rank == 4, latents.shape[0] > 0,
      latents.shape[0] == pictures.shape[0], pictures.shape[2] == pictures.shape[3]
    else { return nil }
    (self.latents, self.pictures) = (latents, pictures)
  }

  /// The latent whose picture has the smallest squared differences from the target's: `[1, wDim]`.
  public func nearest(to target: Tensor) -> Tensor {
    let small = target.averaged(side: pictures.shape[3])
    let distances = (pictures - small).squared().averaged(over: [1, 2, 3]).scalars
    let best = distances.indices.min { distances[$0] < distances[$1] } ?? 0
    return latents.rows(best..<best + 1)
  }
}
