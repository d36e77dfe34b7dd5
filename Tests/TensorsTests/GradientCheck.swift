import TestSupport
import Tensors
import Testing

/// Holds gradients against finite differences along random directions.
///
/// A function's result y becomes the scalar Σ c·y + ½ Σ y², whose differences are taken in double
/// precision. An error of a share ε in a gradient shows in a random direction as about ε times the
/// gradient's length, which is what errors are measured in.
struct GradientCheck {
  /// Half the distance of the two points of a difference, relative to the inputs' largest element.
  var step: Float = 1e-2
  /// The largest share of the gradient's length that may be wrong.
  var tolerance = 1e-2
  /// The same for gradients of gradients; `nil` for none.
  var second: (step: Float, tolerance: Double)? = (1e-2, 1e-2)

  /// For functions with kinks: a smaller step crosses fewer of them, and each costs accuracy. The
  /// gradient jumps at a kink, so that gradients of gradients must not meet one at all.
  static let kinked = GradientCheck(step: 1e-3, tolerance: 3e-2, second: (1e-4, 5e-2))
  /// For larger functions with kinks.
  static let kinkedFirstOrder = GradientCheck(step: 1e-3, tolerance: 3e-2, second: nil)

  func callAsFunction(
    _ inputs: [Tensor], _ comment: String = "", location: SourceLocation = #_sourceLocation,
    _ function: @escaping ([Tensor]) -> Tensor
  ) {
    let weights = Tensor.sample(function(inputs).shape, seed: 77)
    func loss(_ xs: [Tensor]) -> Tensor {
      let y = function(xs)
      return (y * weights).sum() + y.squared().sum() * 0.5
    }
    func gradients(_ xs: [Tensor]) -> [Tensor] {
      valueWithGradient(at: xs, loss).gradients
    }
    let own = gradients(inputs)
    for (x, gradient) in zip(inputs, own) {
      #expect(gradient.shape == x.shape, "\(comment)", sourceLocation: location)
    }
    for trial in 0..<3 {
      let way = directions(inputs, seed: UInt64(500 + 10 * trial))
      let (before, after) = (moved(inputs, way, -step), moved(inputs, way, step))
      let found = zip(own, way).reduce(0.0) { $0 + Self.dot($1.0, $1.1) }
      let expected =
        (Self.value(function(after), weights) - Self.value(function(before), weights))
        / Double(2 * step)
      let error = abs(found - expected) / scale(own, way)
      #expect(
        error < tolerance, "\(comment): \(found), differences say \(expected)",
        sourceLocation: location)
      guard let (step, tolerance) = self.second else { continue }
      let across = directions(inputs, seed: UInt64(900 + 10 * trial))
      let second = valueWithGradient(at: inputs) { xs in
        let first = gradient(of: loss(xs), withRespectTo: xs, isTracked: true)
        return zip(first, across).map { ($0 * $1).sum() }.reduce(Tensor(0)) { $0 + $1 }
      }.gradients
      let (low, high) = (
        gradients(moved(inputs, way, -step)), gradients(moved(inputs, way, step))
      )
      let foundSecond = zip(second, way).reduce(0.0) { $0 + Self.dot($1.0, $1.1) }
      let difference = zip(zip(high, low), across).reduce(0.0) {
        $0 + Self.dot($1.0.0, $1.1) - Self.dot($1.0.1, $1.1)
      }
      let expectedSecond = difference / Double(2 * step)
      #expect(
        abs(foundSecond - expectedSecond) / scale(second, way) < tolerance,
        "\(comment), second order: \(foundSecond), differences say \(expectedSecond)",
        sourceLocation: location)
    }
  }

  private func directions(_ inputs: [Tensor], seed: UInt64) -> [Tensor] {
    inputs.enumerated().map { index, x in
      .sample(x.shape, seed: seed + UInt64(index), scale: max(x.largestMagnitude, 0.1))
    }
  }

  private func moved(_ inputs: [Tensor], _ way: [Tensor], _ length: Float) -> [Tensor] {
    zip(inputs, way).map { $0 + $1 * length }
  }

  /// The size of a random directional derivative.
  private func scale(_ gradients: [Tensor], _ way: [Tensor]) -> Double {
    let square = zip(gradients, way).reduce(0.0) { sum, pair in
      let size = Self.dot(pair.1, pair.1) / Double(max(pair.1.count, 1))
      return sum + Self.dot(pair.0, pair.0) * size
    }
    return max(square.squareRoot(), 1e-3)
  }

  private static func value(_ y: Tensor, _ weights: Tensor) -> Double {
    dot(y, weights) + 0.5 * dot(y, y)
  }

  private static func dot(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
