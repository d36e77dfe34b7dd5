import Foundation
import TestSupport
import Tensors
import Testing

@Suite("Optimisers")
struct OptimizerTests {
  @Test("Adam's steps are those of its formula in double precision")
  func adam() {
    let gradients: [[Double]] = [[0.5, -2, 1e-3], [-0.25, 0.5, 0], [3, -1, 2]]
    var parameters = [Tensor([1, 2, 3], shape: [3])]
    var adam = Adam(learningRate: 0.1, beta1: 0.8, beta2: 0.95)
    var (p, m, v) = ([1.0, 2, 3], [0.0, 0, 0], [0.0, 0, 0])
    for (t, g) in gradients.enumerated() {
      adam.update(&parameters, along: [Tensor(g.map { Float($0) }, shape: [3])])
      for i in 0..<3 {
        m[i] = 0.8 * m[i] + 0.2 * g[i]
        v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i]
        let (mean, square) = (
          m[i] / (1 - pow(0.8, Double(t + 1))), v[i] / (1 - pow(0.95, Double(t + 1)))
        )
        p[i] -= 0.1 * mean / (square.squareRoot() + 1e-8)
      }
      for i in 0..<3 { #expect(abs(Double(parameters[0].scalars[i]) - p[i]) < 2e-6) }
    }
  }

  @Test("Adam goes on from stored moments as if it had never stopped")
  func resumption() {
    func gradient(_ step: Int) -> [Tensor] {
      [.sample([4, 3], seed: UInt64(step)), .sample([5], seed: UInt64(100 + step))]
    }
    var undisturbed = [Tensor.sample([4, 3]), .sample([5])]
    var stopped = undisturbed
    var adam = Adam(learningRate: 0.05)
    for step in 0..<6 { adam.update(&undisturbed, along: gradient(step)) }
    var before = Adam(learningRate: 0.05)
    for step in 0..<3 { before.update(&stopped, along: gradient(step)) }
    let moments = Dictionary(uniqueKeysWithValues: before.moments.map { ($0.name, $0.tensor) })
    var after = Adam(learningRate: 0.05)
    let isRestored = after.restore(steps: before.steps, shapes: stopped.map(\.shape)) {
      moments[$0]
    }
    #expect(isRestored)
    for step in 3..<6 { after.update(&stopped, along: gradient(step)) }
    #expect(stopped.map(\.bits) == undisturbed.map(\.bits))
    var empty = Adam()
    let isWrong = empty.restore(steps: 3, shapes: [[4]]) { moments[$0] }
    #expect(!isWrong && empty.steps == 0)
  }

  @Test("Descent with and without momentum")
  func descent() {
    var parameters = [Tensor([1], shape: [1])]
    var plain = GradientDescent(learningRate: 0.5)
    plain.update(&parameters, along: [Tensor([2], shape: [1])])
    #expect(parameters[0].scalars == [0])
    var heavy = GradientDescent(learningRate: 0.5, momentum: 0.5)
    for _ in 0..<2 { heavy.update(&parameters, along: [Tensor([2], shape: [1])]) }
    // −0.5·2, then −0.5·(0.5·2 + 2).
    #expect(parameters[0].scalars == [-2.5])
  }

  @Test("A moving average keeps a share of the distance")
  func average() {
    var average = MovingAverage([Tensor([4], shape: [1])])
    average.update(towards: [Tensor([2], shape: [1])], beta: 0.75)
    #expect(average.averages[0].scalars == [3.5])
    #expect(MovingAverage.beta(batch: 32, halfLife: 64) == Float(0.5.squareRoot()))
  }
}
