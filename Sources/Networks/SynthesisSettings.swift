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

  /// Settings; see the properties.
  public init(noise: NoiseInput = .const, lod: Float? = nil, transform: InputTransform? = nil) {
    self.noise = noise
    self.lod = lod
    self.transform = transform
  }
}

/// A translation and rotation of StyleGAN3's input, as the official gen_images.py takes them.
public struct InputTransform: Hashable, Sendable, Codable {
  /// The translation in picture widths and heights.
  public var translate: [Float]
  /// The rotation in degrees, counter-clockwise.
  public var rotate: Float

  /// A translation by `x` and `y`, and a rotation.
  public init(x: Float = 0, y: Float = 0, rotate: Float = 0) {
    translate = [x, y]
    self.rotate = rotate
  }
}
