import TestSupport
import Tensors
import Testing

@Suite("Gradients of elementwise operations, sums and views")
struct ElementwiseGradientTests {
  let check = GradientCheck()

  @Test("Sums, differences, products and quotients of shapes that fit")
  func arithmetic() {
    let shapes: [(Shape, Shape)] = [
      ([7], [7]), ([2, 3, 5, 4], [2, 3, 1, 1]), ([3, 1, 4], [5, 1]), ([], [3, 2]),
      ([2, 3, 1, 5], [3, 4, 1]), ([1, 9], [1, 9]), ([2, 1, 3, 3], [2, 4, 3, 3]),
    ]
    for (a, b) in shapes {
      let inputs = [Tensor.sample(a, seed: 1), Tensor.sample(b, seed: 2)]
      check(inputs, "\(a) + \(b)") { $0[0] + $0[1] }
      check(inputs, "\(a) - \(b)") { $0[0] - $0[1] }
      check(inputs, "\(a) * \(b)") { $0[0] * $0[1] }
      check(inputs, "\(a) / \(b)") { $0[0] / ($0[1].squared() + 1) }
    }
    let x = [Tensor.sample([5, 3])]
    check(x) { $0[0] * 3 + 2 }
    check(x) { -$0[0] * $0[0] }
    check(x) { xs in
      var y = xs[0]
      y.add(xs[0].squared(), scaledBy: 0.5)
      return y
    }
  }

  @Test("Functions of one element")
  func functions() {
    let x = [Tensor.sample([3, 11], scale: 2)]
    check(x, "reciprocal") { ($0[0].squared() + 0.5).reciprocal() }
    check(x, "square root") { ($0[0].squared() + 0.5).squareRoot() }
    check(x, "1 / √x") { ($0[0].squared() + 0.5).reciprocalSquareRoot() }
    check(x, "exp") { $0[0].exponential() }
    check(x, "log") { ($0[0].squared() + 0.5).logarithm() }
    check(x, "sin") { $0[0].sine() }
    check(x, "cos") { $0[0].cosine() }
    check(x, "tanh") { $0[0].hyperbolicTangent() }
    check(x, "sigmoid") { $0[0].sigmoid() }
    check(x, "softplus") { $0[0].softplus() }
    GradientCheck.kinked(x, "magnitude") { $0[0].magnitude() * $0[0] }
    GradientCheck.kinked(x, "clamped") { $0[0].clamped(-0.7, 1.1) * $0[0] }
  }

  @Test("Sums over axes, repetition, slices, joins and permutations")
  func views() {
    let x = [Tensor.sample([2, 3, 4, 5])]
    for axes in [[0], [1], [2, 3], [0, 2, 3], [1, 3], [0, 1, 2, 3]] {
      check(x, "sum over \(axes)") { $0[0].summed(over: axes).squared() }
      check(x, "mean over \(axes)") { $0[0].squared().averaged(over: axes) }
    }
    check(x) { $0[0].mean() }
    check(x) { $0[0].meanOverFirstAxis() }
    check([.sample([3, 1, 2])]) { $0[0].broadcast(to: [4, 3, 5, 2]) }
    check(x) { $0[0].sliced(axis: 2, 1..<3) }
    check(x) { $0[0].embedded(axis: 1, at: 2, of: 7) }
    check(x) { $0[0].row(1) }
    check(x) { $0[0].permuted([2, 0, 3, 1]) }
    check(x) { $0[0].permuted([1, 0, 2, 3]).reshaped([6, 20]) }
    check([.sample([2, 3, 2]), .sample([2, 1, 2], seed: 2), .sample([2, 4, 2], seed: 3)]) {
      Tensor.concatenated($0, axis: 1)
    }
    check([.sample([2, 3]), .sample([2, 2], seed: 2)]) { $0[0].concatenatedFeatures($0[1]) }
    check(x + [.sample([2, 3, 4, 5], seed: 4)]) { $0[0].planeProducts($0[1]) }
    check(x + [.sample([1, 1, 4, 5], seed: 4)]) { $0[0].planeProducts($0[1]) }
    check(x + [.sample([2, 1, 4, 5], seed: 4)]) { $0[0].planeProducts($0[1]) }
  }

  @Test("Matrix products and fully connected layers")
  func matrices() {
    check([.sample([3, 5]), .sample([5, 2], seed: 2)]) { $0[0].matrixProduct($0[1]) }
    check([.sample([3, 5]), .sample([2, 5], seed: 2)]) {
      $0[0].matrixProduct($0[1], transposed: true)
    }
    GradientCheck.kinked([.sample([3, 5]), .sample([4, 5], seed: 2), .sample([4], seed: 3)]) {
      $0[0].linear(
        $0[1], weightGain: 0.7, epilogue: Epilogue(bias: $0[2], activation: .lrelu))
    }
  }

  @Test("Bias, noise and every activation", arguments: Activation.allCases)
  func activations(activation: Activation) {
    let inputs = [
      Tensor.sample([2, 3, 5, 4], scale: 2), .sample([3], seed: 2), .sample([2, 1, 5, 4], seed: 3),
    ]
    for clamp in [nil, Float(1.5)] {
      GradientCheck.kinked(inputs, "\(activation), clamp \(clamp ?? 0)") {
        $0[0].biasAct(
          Epilogue(
            bias: $0[1], activation: activation, alpha: 0.3, gain: 1.2, clamp: clamp, noise: $0[2],
            noiseStrength: 0.4))
      }
    }
    GradientCheck.kinked(
      [inputs[0], .sample([3], seed: 2), .sample([1, 1, 5, 4], seed: 3), .sample([3], seed: 9)],
      "\(activation), noise by channel"
    ) {
      $0[0].biasAct(
        Epilogue(bias: $0[1], activation: activation, noise: $0[2], noiseStrength: 0.4),
        noiseStrengths: $0[3])
    }
  }

  @Test("Normalisations")
  func normalisations() {
    check([.sample([3, 7])]) { $0[0].normalizedSecondMoment() }
    check([.sample([2, 5, 3, 3])]) { $0[0].pixelNormalized() }
    check([.sample([2, 3, 5, 4]), .sample([2, 6], seed: 2)]) {
      $0[0].instanceNormalized(style: $0[1])
    }
    for (samples, group, features) in [(4, 2, 1), (6, 3, 2), (4, nil, 2)] as [(Int, Int?, Int)] {
      let check = GradientCheck.kinked
      check([.sample([samples, 4, 3, 2])], "groups of \(group ?? 0)") {
        $0[0].appendingMinibatchDeviation(groupSize: group, features: features)
      }
    }
  }
}
