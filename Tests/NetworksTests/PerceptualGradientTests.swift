import Networks
import TestSupport
import Tensors
import Testing

@Suite("Gradients of distances of pictures")
struct PerceptualGradientTests {
  static let distances: [any PerceptualDistance] = [
    AbsoluteDistance(), SquaredDistance(), GradientDistance(), StructuralSimilarity(),
  ]

  @Test("A tracked distance is the same number, and its gradient is that of differences")
  func gradients() {
    for distance in Self.distances {
      let a = Tensor.sample([2, 3, 35, 18]), b = Tensor.sample([2, 3, 35, 18], seed: 2)
      let plain = distance.distance(a, b)
      let (value, gradient) = valueWithGradient(at: a) { distance.distance($0, b).sum() }
      #expect(abs(value.scalar - plain.sum().scalar) < 1e-5, "\(distance.name)")
      let way = Tensor.sample(a.shape, seed: 3), step: Float = 1e-3
      func moved(_ sign: Float) -> Double {
        distance.distance(a + way * (sign * step), b).scalars.reduce(0) { $0 + Double($1) }
      }
      let expected = (moved(1) - moved(-1)) / Double(2 * step)
      let found = Double((gradient * way).sum().scalar)
      let size = Double((gradient * gradient).sum().scalar).squareRoot()
      #expect(abs(found - expected) < 0.05 * size, "\(distance.name): \(found), \(expected)")
    }
  }
}
