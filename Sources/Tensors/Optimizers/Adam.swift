import Foundation

/// Adam (Kingma and Ba, arXiv 1412.6980), in the arithmetic of torch.optim.Adam.
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²,
/// θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). A value: a copy goes on from the same state.
public struct Adam: Sendable {
  /// The learning rate η; it may change from step to step.
  public var learningRate: Double
  /// The decay of the first moment.
  public let beta1: Double
  /// The decay of the second moment.
  public let beta2: Double
  /// What keeps the quotient finite.
  public let epsilon: Double
  /// The number of steps made.
  public private(set) var steps = 0
  private var first: [Tensor] = []
  private var second: [Tensor] = []

  /// An optimiser that has made no step.
  public init(
    learningRate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    self.epsilon = epsilon
  }

  /// One step of all parameters: the same parameters in the same order at every call.
  public mutating func update(_ parameters: inout [Tensor], along gradients: [Tensor]) {
    precondition(
      parameters.map(\.shape) == gradients.map(\.shape), "a gradient for every parameter")
    if first.isEmpty {
      first = parameters.map { Tensor(zeros: $0.shape) }
      second = first
    }
    precondition(
      parameters.map(\.shape) == first.map(\.shape), "other parameters than at the first step")
    steps += 1
    let size = Float(learningRate / (1 - pow(beta1, Double(steps))))
    let root = Float((1 - pow(beta2, Double(steps))).squareRoot())
    // Large parameters are shared among the threads, small ones go to them whole.
    let isLarge = parameters.map { $0.count > 1 << 18 }
    let small = parameters.indices.filter { !isLarge[$0] }
    let step = Step(
      b1: Float(beta1), b2: Float(beta2), c1: Float(1 - beta1), c2: Float(1 - beta2), size: size,
      root: root, smallest: Float(epsilon))
    parameters.withUnsafeMutableBufferPointer { parameters in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          for index in parameters.indices where isLarge[index] {
            step.update(&parameters[index], &first[index], &second[index], gradients[index])
          }
          Parallel.forEachWhole(small.count) { place in
            let index = small[place]
            step.update(&parameters[index], &first[index], &second[index], gradients[index])
          }
        }
      }
    }
  }

  /// What one step does to every element.
  private struct Step {
    let b1: Float, b2: Float, c1: Float, c2: Float, size: Float, root: Float, smallest: Float

    func update(
      _ parameter: inout Tensor, _ first: inout Tensor, _ second: inout Tensor, _ gradient: Tensor
    ) {
      // Taken out of its place, so that a record that it had is not in the way of writing.
      var p = parameter.detached
      parameter = Tensor(0)
      p.withUnsafeMutableBuffer { p in
        first.withUnsafeMutableBuffer { m in
          second.withUnsafeMutableBuffer { v in
            gradient.withUnsafeBuffer { g in
              Parallel.forEachRange(of: p.count, size: 1 << 16) { range in
                for i in range {
                  m[i] = m[i] * b1 + g[i] * c1
                  v[i] = v[i] * b2 + g[i] * g[i] * c2
                  p[i] -= size * m[i] / (v[i].squareRoot() / root + smallest)
                }
              }
            }
          }
        }
      }
      parameter = p
    }
  }

  /// The moments by name, to be stored with ``steps``: `first.0`, `second.0`, `first.1` ….
  public var moments: [(name: String, tensor: Tensor)] {
    var moments: [(name: String, tensor: Tensor)] = []
    for index in first.indices {
      moments.append((name: "first.\(index)", tensor: first[index]))
      moments.append((name: "second.\(index)", tensor: second[index]))
    }
    return moments
  }

  /// Goes on from stored ``steps`` and ``moments``; `false`, and nothing changes, where a moment of
  /// one of `shapes`, the parameters', is missing.
  public mutating func restore(
    steps: Int, shapes: [Shape], moment: (_ name: String) throws -> Tensor?
  ) rethrows -> Bool {
    guard steps > 0 else {
      (self.steps, first, second) = (0, [], [])
      return steps == 0
    }
    var found: (first: [Tensor], second: [Tensor]) = ([], [])
    for (index, shape) in shapes.enumerated() {
      guard let m = try moment("first.\(index)"), let v = try moment("second.\(index)"),
        m.shape == shape, v.shape == shape
      else { return false }
      found.first.append(m)
      found.second.append(v)
    }
    (self.steps, first, second) = (steps, found.first, found.second)
    return true
  }
}
