import Foundation
import Tensors

/// How a network grows (Karras et al., arXiv 1710.10196, section 2): it is trained at the first
/// resolution, then every doubling fades in and is trained for a while.
public struct GrowthSchedule: Sendable, Hashable, Codable {
  /// The side of the first pictures: a power of two.
  public var first: Int
  /// The pictures shown at every resolution (`lod_training_kimg`); 0 to begin at the full one.
  public var stable: Int
  /// The pictures over which a resolution fades in (`lod_transition_kimg`).
  public var fading: Int

  /// A schedule; see the properties.
  public init(first: Int, stable: Int, fading: Int) {
    (self.first, self.stable, self.fading) = (first, stable, fading)
  }

  /// No growth: the full resolution from the first picture on.
  public static let none = GrowthSchedule(first: 4, stable: 0, fading: 0)

  /// The level of detail after so many pictures in a network of `resolution` pixels: 0 at full size,
  /// one more for every halving, falling in a straight line while a resolution fades in.
  public func lod(after pictures: Int, resolution: Int) -> Float {
    let round = stable + fading
    guard round > 0, first < resolution else { return 0 }
    let phase = pictures / round
    let top = (resolution / first).trailingZeroBitCount - phase
    let faded = fading > 0 ? max(Double(pictures - phase * round - stable), 0) / Double(fading) : 0
    return Float(max(Double(top) - faded, 0))
  }

  /// The pictures after which the network works at its full resolution alone.
  public func pictures(resolution: Int) -> Int {
    first < resolution ? (resolution / first).trailingZeroBitCount * (stable + fading) : 0
  }
}

extension Tensor {
  /// Pictures `[N, C, R, R]` as a network sees them at a level of detail: means over squares of
  /// 2^⌊lod⌋ pixels, faded towards those of twice the side by the fraction, repeated to full size.
  func reduced(toLevelOfDetail lod: Float) -> Tensor {
    guard lod > 0 else { return self }
    let box = ResampleFilter([1, 1]), halvings = Int(lod)
    var small = (0..<halvings).reduce(self) { picture, _ in picture.upfirdn(box, down: (2, 2)) }
    let fraction = lod - Float(halvings)
    if fraction > 0 {
      let coarse = small.upfirdn(box, down: (2, 2)).upsampled2(box)
      small.add(coarse - small, scaledBy: fraction)
    }
    return (0..<halvings).reduce(small) { picture, _ in picture.upsampled2(box) }
  }
}
