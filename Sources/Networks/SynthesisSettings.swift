import Tensors

/// What a synthesis network takes beside W+; every family uses what it has.
public struct SynthesisSettings: Sendable {
  /// The noise (StyleGAN1, StyleGAN2, MobileStyleGAN).
  public var noise: NoiseInput
  /// The level of detail of progressive growing, 0 for full resolution; the file's own if `nil`
  /// (ProGAN, StyleGAN1, StyleGAN2 configurations B to D).
  public var lod: Float?
  /// Where the picture lies in the plane; the file's own if `nil` (StyleGAN3).
  public var transform: InputTransform?
  /// What is added to the styles of a layer, by its name: one number for each of its input channels
  /// (StyleSpace, arXiv 2011.12799; StyleGAN2), or for each scale and then each shift (StyleGAN1).
  /// It is added to the output of the affine layer, so before the 1/√channels of a toRGB layer.
  public var styleOffsets: [String: Tensor] = [:]

  /// Settings; see the properties.
  public init(noise: NoiseInput = .const, lod: Float? = nil, transform: InputTransform? = nil) {
    self.noise = noise
    self.lod = lod
    self.transform = transform
  }
}
