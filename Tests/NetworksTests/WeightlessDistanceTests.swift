import Foundation
import Networks
import TestSupport
import Tensors
import Testing

/// References from a separate program in double precision (SciPy's `convolve2d`) on pictures of sines.
@Suite("Distances without weights")
struct WeightlessDistanceTests {
  static let references:
    [(height: Int, width: Int, similarity: Float, gradient: Float, l1: Float, l2: Float)] = [
      (11, 11, 0.6005870663, 0.0469746572, 0.0681711111, 0.0064517027),
      (37, 50, 0.7655511915, 0.0357547783, 0.1068763791, 0.0170735039),
      (181, 200, 0.9015018713, 0.0404060889, 0.1052788701, 0.0165924322),
    ]

  /// The two pictures of sines, `[1, 3, height, width]`.
  static func pictures(_ height: Int, _ width: Int) -> (Tensor, Tensor) {
    func picture(_ value: (Double, Double, Double) -> Double) -> Tensor {
      Tensor(
        (0..<3).flatMap { c in
          (0..<height).flatMap { y in
            (0..<width).map { x in Float(value(Double(c), Double(x), Double(y))) }
          }
        }, shape: [1, 3, height, width])
    }
    return (
      picture { c, x, y in sin(0.05 * x + 0.03 * c * y) * cos(0.021 * y + c) },
      picture { c, x, y in
        0.8 * sin(0.05 * x + 0.03 * c * y + 0.1) * cos(0.021 * y + c) + 0.1 * sin(0.9 * x * (c + 1))
      }
    )
  }

  @Test("They are those of a separate program", arguments: references)
  func values(
    reference: (
      height: Int, width: Int, similarity: Float, gradient: Float, l1: Float, l2: Float
    )
  ) throws {
    let (a, b) = Self.pictures(reference.height, reference.width)
    let similarity = StructuralSimilarity()
    let found = similarity.customaryValue(similarity.distance(a, b).scalar)
    #expect(abs(found - reference.similarity) <= 1e-5)
    #expect(abs(GradientDistance().distance(a, b).scalar - reference.gradient) <= 1e-6)
    #expect(abs(AbsoluteDistance().distance(a, b).scalar - reference.l1) <= 1e-6)
    #expect(abs(SquaredDistance().distance(a, b).scalar - reference.l2) <= 1e-6)
  }

  @Test("Equal pictures are at distance 0; each picture of a batch is compared alone")
  func batches() throws {
    let (a, b) = Self.pictures(40, 24)
    for distance in WeightlessDistances.all {
      #expect(distance.distance(a, a).scalar == 0)
      let pair = distance.distance(.concatenated([a, b]), .concatenated([b, b]))
      #expect(pair.scalars == [distance.distance(a, b).scalar, 0])
      #expect(distance.distance(a, b).scalar == distance.distance(b, a).scalar)
    }
  }

  @Test("Two flat pictures differ by the luminance term of the coarsest scale alone")
  func flatPictures() {
    // x = 0.75, y = 0.25 in [0, 1]: (2xy + c₁) / (x² + y² + c₁) to the power 0.1333.
    let luminance = (2 * 0.75 * 0.25 + 1e-4) / (0.5625 + 0.0625 + 1e-4)
    let sum = 0.0448 + 0.2856 + 0.3001 + 0.2363 + 0.1333
    let expected = Float(1 - pow(luminance, 0.1333 / sum))
    let (a, b) = (
      Tensor(repeating: 0.5, shape: [1, 1, 200, 180]),
      Tensor(repeating: -0.5, shape: [1, 1, 200, 180])
    )
    #expect(abs(StructuralSimilarity().distance(a, b).scalar - expected) <= 1e-6)
    #expect(GradientDistance().distance(a, b).scalar == 0)
  }
}
