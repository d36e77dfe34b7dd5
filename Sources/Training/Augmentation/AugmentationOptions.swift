/// Which augmentations the discriminator's pictures get, and how likely (Karras et al., arXiv
/// 2006.06676).
public struct AugmentationOptions: Sendable, Hashable, Codable {
  /// One kind of augmentation, in the order in which they are applied.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Left and right exchanged (`xflip`).
    case mirror
    /// Turned by quarters (`rotate90`).
    case quarters
    /// Moved by whole pixels, up to an eighth of the side (`xint`).
    case translate
    /// Made larger or smaller (`scale`).
    case scale
    /// Turned by any angle (`rotate`).
    case rotate
    /// Stretched along one axis (`aniso`).
    case stretch
    /// Moved by parts of pixels (`xfrac`).
    case fraction
    /// Made lighter or darker.
    case brightness
    /// Contrast.
    case contrast
    /// Light and dark exchanged (`lumaflip`).
    case luma
    /// Colours turned.
    case hue
    /// Saturation.
    case saturation

    /// Whether pixels move.
    var isGeometric: Bool {
      switch self {
      case .mirror, .quarters, .translate, .scale, .rotate, .stretch, .fraction: true
      case .brightness, .contrast, .luma, .hue, .saturation: false
      }
    }
  }

  /// What is applied, sorted.
  public var kinds: [Kind]
  /// The probability of each; `nil` for one that adapts, beginning with 0.
  public var probability: Float?
  /// The mean sign of the discriminator on real pictures that adapting aims at.
  public var target: Float = 0.6
  /// The steps between two adaptations.
  public var interval = 4
  /// The pictures after which a probability that only rises has gone from 0 to 1.
  public var pictures: Float = 500_000

  /// Augmentations of `kinds` with one probability, or an adaptive one.
  public init(_ kinds: Set<Kind> = [], probability: Float? = nil) {
    self.kinds = Kind.allCases.filter(kinds.contains)
    self.probability = probability
  }

  /// Whether the probability adapts.
  public var isAdaptive: Bool { !kinds.isEmpty && probability == nil }

  /// The kinds that users name together: `color`, `geometry`, `ada` (all).
  public static let groups: [String: Set<Kind>] = [
    "color": [.brightness, .contrast, .luma, .hue, .saturation],
    "geometry": [.scale, .rotate, .stretch, .fraction],
    "blit": [.mirror, .quarters, .translate],
    "ada": Set(Kind.allCases),
  ]
}
