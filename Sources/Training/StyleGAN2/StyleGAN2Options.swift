import Foundation
import Tensors

/// How StyleGAN2 is trained; the standards are those of stylegan2-ada-pytorch.
public struct StyleGAN2Options: Sendable, Hashable, Codable {
  /// γ of R1; `nil` for 0.0002 · resolution² / batch.
  public var gamma: Float?
  /// The weight of path-length regularisation; 0 leaves it out.
  public var pathWeight: Float = 2
  /// How far the mean path length moves towards a batch's.
  public var pathDecay: Float = 0.01
  /// The part of the batch that path lengths are measured on is this small.
  public var pathShrink = 2
  /// The steps between two path-length regularisations.
  public var generatorInterval = 4
  /// The steps between two R1 regularisations.
  public var discriminatorInterval = 16
  /// The share of batches whose styles are mixed.
  public var mixing: Double = 0.9
  /// The decay of w_avg.
  public var meanDecay: Float = 0.995
  /// Adam's learning rate of both networks.
  public var learningRate: Double = 0.0025
  /// The pictures after which an old value's share of the moving average has halved; `nil` for
  /// batch · 10,000 / 32.
  public var averagePictures: Double?
  /// The half-life is no more than this share of the pictures seen.
  public var averageRampUp: Double = 0.05
  /// The augmentations of what the discriminator sees.
  public var augmentation = AugmentationOptions()
  /// Parameters that do not learn: canonical names, or beginnings of them that end before a dot.
  public var frozen: [String] = []

  /// The standards.
  public init() {}

  /// γ for pictures of `resolution` pixels in batches of `batch`.
  func gamma(resolution: Int, batch: Int) -> Float {
    gamma ?? 0.0002 * Float(resolution * resolution) / Float(batch)
  }

  /// The layers that the official `--freezed` freezes: the first `count` that a picture goes through
  /// in the discriminator, of the parameters `names`.
  public static func discriminatorLayers(_ count: Int, of names: some Sequence<String>) -> [String]
  {
    let order = ["fromrgb", "conv0", "conv1", "skip"]
    var layers: Set<String> = []
    for name in names where name.hasPrefix("discriminator.b") && name.hasSuffix(".weight") {
      layers.insert(String(name.dropLast(".weight".count)))
    }
    let places = layers.compactMap { name -> (name: String, side: Int, place: Int)? in
      let parts = name.split(separator: ".")
      guard parts.count == 3, let side = Int(parts[1].dropFirst()), side > 4,
        let place = order.firstIndex(of: String(parts[2]))
      else { return nil }
      return (name, side, place)
    }
    return places.sorted { ($1.side, $0.place) < ($0.side, $1.place) }.prefix(count).map(\.name)
  }

  /// The optimiser of a network whose regulariser works every `interval` steps (Karras et al.,
  /// arXiv 1912.04958, appendix B); one that has none gets the plain settings.
  func optimizer(interval: Int?) -> Adam {
    let share = interval.map { Double($0) / Double($0 + 1) } ?? 1
    return Adam(
      learningRate: learningRate * share, beta1: 0, beta2: pow(0.99, share), epsilon: 1e-8)
  }
}
