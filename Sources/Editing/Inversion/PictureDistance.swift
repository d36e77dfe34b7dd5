import Networks
import Tensors

/// What an inversion minimises: the distance of a picture from the target, a scalar with a gradient.
public struct PictureDistance: Sendable {
  /// Takes a picture `[1, C, H, W]`, about −1 to 1, to its distance from a target of its size.
  public typealias Comparison = @Sendable (_ picture: Tensor) -> Tensor

  private let prepare: @Sendable (_ target: Tensor) -> Comparison

  /// A distance as a function of picture and target.
  public init(_ compare: @escaping @Sendable (_ picture: Tensor, _ target: Tensor) -> Tensor) {
    prepare = { target in { compare($0, target) } }
  }

  /// A part of a sum of distances.
  public struct Term: Sendable {
    /// What is measured.
    public var distance: any PerceptualDistance
    /// The factor on it.
    public var weight: Float
    /// Larger pictures are averaged to this side first; `nil` for all pixels.
    public var side: Int?

    /// A part; see the properties.
    public init(_ distance: any PerceptualDistance, weight: Float = 1, side: Int? = nil) {
      (self.distance, self.weight, self.side) = (distance, weight, side)
    }
  }

  /// Σ weight · distance. What depends on the target alone is computed once.
  public init(_ terms: [Term]) {
    prepare = { target in
      let parts = terms.filter { $0.weight != 0 }.map { term in
        let side = term.side ?? target.shape[3]
        return (
          weight: term.weight, side: side,
          compare: term.distance.comparison(with: target.averaged(side: side))
        )
      }
      return { picture in
        parts.reduce(Tensor(0)) { sum, part in
          sum + part.compare(picture.averaged(side: part.side)).reshaped([]) * part.weight
        }
      }
    }
  }

  /// The comparison with a target `[1, C, H, W]`.
  public func comparison(with target: Tensor) -> Comparison { prepare(target) }
}

extension Tensor {
  /// Pictures shrunk by averages of whole pixels to a side that divides theirs, where they are larger.
  package func averaged(side: Int) -> Tensor {
    guard side > 0, shape[3] > side, shape[3] % side == 0, shape[2] % (shape[3] / side) == 0 else {
      return self
    }
    return blockMeans(shape[3] / side)
  }
}
