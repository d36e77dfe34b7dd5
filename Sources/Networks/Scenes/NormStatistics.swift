import Tensors

/// What the norms of a network find in one picture, to be held while another is painted.
///
/// Instance norm (and batch norm over the batch at hand) divides by statistics of the whole plane, so
/// what changes at one place shifts every pixel. With the statistics of the picture before the change
/// held, it reaches no farther than the receptive field.
public final class NormStatistics {
  private var found: [(mean: Tensor, variance: Tensor)] = []
  /// The norm whose turn it is; `nil` while they are still to be found.
  private var next: Int?

  /// Statistics that the next picture is to find.
  public init() {}

  /// From now on every norm takes what it found, the first one first. To be called before every
  /// picture that is painted with them.
  public func hold() { next = 0 }

  /// The mean and the biased variance, `[C]` each, of the channels of `x`, `[1, C, H, W]`: those of
  /// `x` itself, or those held.
  func moments(of x: Tensor) -> (mean: Tensor, variance: Tensor) {
    precondition(x.shape[0] == 1, "statistics are held for one picture, not for \(x.shape[0])")
    guard let place = next else {
      found.append(x.channelMoments())
      return found[found.count - 1]
    }
    precondition(place < found.count, "statistics of another network")
    next = place + 1
    return found[place]
  }
}

extension SceneGenerator {
  /// The picture of a scene whose norms keep the statistics of an earlier one: `[1, C, H, W]`.
  ///
  /// - Parameters:
  ///   - maps: The scene.
  ///   - style: Its style.
  ///   - earlier: The maps and style before the change; its picture is painted, too, and left.
  public func synthesis(
    _ maps: SceneInput, style: SceneStyle, holding earlier: (maps: SceneInput, style: SceneStyle)
  ) throws -> Tensor {
    let norms = NormStatistics()
    _ = try synthesis(earlier.maps, style: earlier.style, norms: norms, observe: nil)
    norms.hold()
    return try synthesis(maps, style: style, norms: norms, observe: nil)
  }
}
