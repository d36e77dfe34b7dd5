import Foundation
import Tensors

/// A generator that paints a label map: pix2pixHD and SPADE.
///
/// It starts from maps, not from a latent, so it is no ``Generator``; what varies a picture is its
/// ``SceneStyle``.
public protocol SceneGenerator: Sendable {
  /// The family's name, such as `Pix2PixHD`.
  var family: String { get }
  /// What it takes and gives.
  var size: SceneSize { get }
  /// The layers in the order in which they work.
  var layers: [SceneLayer] { get }

  /// The picture of a scene: `[1, C, H, W]`, −1 to 1.
  ///
  /// Throws ``NetworkError/unsuitableScene(reason:)`` for maps or styles that do not fit.
  ///
  /// - Parameters:
  ///   - norms: Where norms of the whole plane leave their statistics, or take those that are held.
  ///   - observe: Is handed every result on the way, under its official name.
  func synthesis(
    _ maps: SceneInput, style: SceneStyle, norms: NormStatistics?, observe: SceneObserver?
  ) throws -> Tensor

  /// The pictures of several scenes at once, `[N, C, H, W]`, as training draws them: nothing is
  /// checked but the channels.
  ///
  /// - Parameters:
  ///   - semantics: The channels of the maps, `[N, semanticChannels, H, W]` of a size that the network
  ///     can take (``SceneInput/semantics(_:)``).
  ///   - style: Features `[N, features, H, W]`, codes `[N, codeWidth]`, or `nil` where the network
  ///     takes neither.
  func pictures(_ semantics: Tensor, style: Tensor?) -> Tensor
}

extension SceneGenerator {
  /// The picture of a scene: `[1, C, H, W]`, −1 to 1.
  public func synthesis(_ maps: SceneInput, style: SceneStyle) throws -> Tensor {
    try synthesis(maps, style: style, norms: nil, observe: nil)
  }

  /// The picture of a scene, every result on the way to it handed to `observe`.
  public func synthesis(
    _ maps: SceneInput, style: SceneStyle, observe: SceneObserver?
  ) throws -> Tensor {
    try synthesis(maps, style: style, norms: nil, observe: observe)
  }
}

/// Sees results on the way through a network, under their official names.
public typealias SceneObserver = (_ name: String, _ value: Tensor) -> Void

/// What varies the picture of a scene beside its maps.
public enum SceneStyle: Sendable {
  /// Nothing.
  case none
  /// A vector for every pixel, equal over an instance: `[1, features, H, W]` (pix2pixHD).
  case features(Tensor)
  /// One code for the whole picture: `[1, codeWidth]` (SPADE with a VAE).
  case code(Tensor)
}

extension SceneStyle {
  /// A code drawn from a distribution, z = μ + e^(½ log σ²) · noise, all `[N, codeWidth]`.
  public static func sampledCode(mean: Tensor, logVariance: Tensor, noise: Tensor) -> Tensor {
    precondition(
      mean.shape == logVariance.shape && mean.shape == noise.shape,
      "mean \(mean.shape), log-variance \(logVariance.shape) and noise \(noise.shape)")
    var code = mean
    let (logs, noises) = (logVariance.scalars, noise.scalars)
    code.withUnsafeMutableBuffer { values in
      for i in values.indices { values[i] += exp(0.5 * logs[i]) * noises[i] }
    }
    return code
  }
}

/// What a photograph says of style.
public enum EncodedPhoto: Sendable {
  /// A feature for every pixel, to be averaged over instances: `[N, features, H, W]`.
  case features(Tensor)
  /// A normal distribution of codes, each `[N, codeWidth]`.
  case distribution(mean: Tensor, logVariance: Tensor)
}

/// Finds the style of photographs.
public protocol SceneEncoder: Sendable {
  /// Photographs `[N, 3, H, W]`, −1 to 1. Throws ``NetworkError/unsuitableScene(reason:)`` for a size
  /// that the network cannot take.
  func encode(_ photos: Tensor, observe: SceneObserver?) throws -> EncodedPhoto
}

extension SceneEncoder {
  /// Photographs `[N, 3, H, W]`, −1 to 1.
  public func encode(_ photos: Tensor) throws -> EncodedPhoto { try encode(photos, observe: nil) }
}

/// Judges pictures of scenes at several scales.
public protocol SceneDiscriminator: Sendable {
  /// Semantics and pictures joined, `[N, C, H, W]` → the results of every layer of every scale, the
  /// full resolution first; the last of each scale are the logits (or, where the network ends in a
  /// sigmoid, probabilities).
  func features(_ input: Tensor) -> [[Tensor]]
}

/// What a scene generator takes and gives.
public struct SceneSize: Hashable, Sendable {
  /// The number of classes, without an unknown one; 0 where the input is an RGB picture.
  public var classes: Int
  /// Whether label 255 (or `classes`) counts as a class of its own, "unknown".
  public var hasUnknownClass: Bool
  /// Whether the borders of instances are part of the input.
  public var usesInstances: Bool
  /// The width of the per-pixel features; 0 for none.
  public var features: Int
  /// Whether features belong to labels rather than instances (`label_feat`).
  public var featuresFollowLabels: Bool
  /// The width of the code for the whole picture; 0 for none.
  public var codeWidth: Int
  /// What height and width of the maps must be multiples of.
  public var multiple: Int
  /// The only size that it paints, `nil` where any multiple will do.
  public var fixedSize: Extent?
  /// The number of colour channels.
  public var imageChannels: Int

  /// A height and a width in pixels.
  public struct Extent: Hashable, Sendable {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// A size.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// Sizes; see the properties.
  public init(
    classes: Int, hasUnknownClass: Bool = false, usesInstances: Bool = true, features: Int = 0,
    featuresFollowLabels: Bool = false, codeWidth: Int = 0, multiple: Int = 1,
    fixedSize: Extent? = nil, imageChannels: Int = 3
  ) {
    self.classes = classes
    self.hasUnknownClass = hasUnknownClass
    self.usesInstances = usesInstances
    self.features = features
    self.featuresFollowLabels = featuresFollowLabels
    self.codeWidth = codeWidth
    self.multiple = multiple
    self.fixedSize = fixedSize
    self.imageChannels = imageChannels
  }

  /// The channels of the maps: one a class, and the borders.
  public var semanticChannels: Int {
    (classes == 0 ? 3 : classes + (hasUnknownClass ? 1 : 0)) + (usesInstances ? 1 : 0)
  }
}

/// One layer of a scene generator, for `inspect`.
public struct SceneLayer: Hashable, Sendable, Codable {
  /// Its official name, such as `model.16`.
  public var name: String
  /// What it is: `down`, `residual`, `up` …
  public var kind: String
  /// Its input channels.
  public var inputChannels: Int
  /// Its output channels.
  public var outputChannels: Int
}
