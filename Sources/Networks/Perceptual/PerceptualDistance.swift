import Tensors

/// How far two pictures are from each other, as a number a picture: 0 for equal ones.
public protocol PerceptualDistance: Sendable {
  /// The name that users give: `lpips-alex`, `l2`, `ms-ssim` …
  var name: String { get }
  /// The smallest side of pictures that it can compare, in pixels.
  var smallestSide: Int { get }

  /// The distances of pictures `[N, C, H, W]` with values in [-1, 1] from as many others: `[N]`.
  func distance(_ a: Tensor, _ b: Tensor) -> Tensor

  /// The distance from pictures that stay the same, so that what depends on them alone is computed
  /// once.
  func comparison(with b: Tensor) -> @Sendable (_ a: Tensor) -> Tensor

  /// What is customarily printed for a distance: itself, but a similarity of 1 for equal pictures
  /// for MS-SSIM.
  func customaryValue(_ distance: Float) -> Float
}

extension PerceptualDistance {
  /// 1.
  public var smallestSide: Int { 1 }
  /// Nothing is prepared.
  public func comparison(with b: Tensor) -> @Sendable (_ a: Tensor) -> Tensor {
    { distance($0, b) }
  }
  /// The distance itself.
  public func customaryValue(_ distance: Float) -> Float { distance }
}

/// The distances that need no trained weights.
public enum WeightlessDistances {
  /// L1, L2, MS-SSIM and the multi-scale gradient distance.
  public static let all: [any PerceptualDistance] = [
    AbsoluteDistance(), SquaredDistance(), StructuralSimilarity(), GradientDistance(),
  ]
}
