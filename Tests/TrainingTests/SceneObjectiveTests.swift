import Foundation
import Networks
import Tensors
import Testing
import Training

@Suite("The losses of networks that paint label maps")
struct SceneObjectiveTests {
  private let high = Tensor([0.5, 2, -0.5, 0], shape: [1, 1, 2, 2])
  private let low = Tensor([-1, -3, 1, 3], shape: [1, 1, 2, 2])

  @Test("Adversarial losses have their closed forms, summed or averaged over the scales")
  func adversarial() {
    func value(
      _ mode: SceneLosses.Adversarial, _ isReal: Bool, _ trains: Bool = true,
      averages: Bool = false
    ) -> Float {
      SceneObjective(adversarial: mode, averagesScales: averages)
        .adversarial([[high], [low]], isReal: isReal, trainsDiscriminator: trains).scalar
    }
    // ((½)² + 1 + 1.5² + 1) / 4 + (4 + 16 + 0 + 4) / 4.
    #expect(abs(value(.leastSquares, true) - (4.5 / 4 + 6)) < 1e-6)
    #expect(abs(value(.leastSquares, true, averages: true) - (4.5 / 4 + 6) / 2) < 1e-6)
    // max(0, 1 − x): (½ + 0 + 1.5 + 1) / 4 and (2 + 4 + 0 + 0) / 4.
    #expect(abs(value(.hinge, true) - (0.75 + 1.5)) < 1e-6)
    // max(0, 1 + x): (1.5 + 3 + ½ + 1) / 4 and (0 + 0 + 2 + 4) / 4.
    #expect(abs(value(.hinge, false) - (1.5 + 1.5)) < 1e-6)
    // −mean x for the generator: −½ and 0.
    #expect(abs(value(.hinge, true, false) + 0.5) < 1e-6)
    #expect(abs(value(.wasserstein, false) - 0.5) < 1e-6)
    let logistic = [0.5, 2, -0.5, 0].map { log(1 + exp(-$0)) }.reduce(0, +) / 4
    let other = [-1.0, -3, 1, 3].map { log(1 + exp(-$0)) }.reduce(0, +) / 4
    #expect(abs(value(.logits, true) - Float(logistic + other)) < 1e-6)
  }

  @Test("Cross-entropy of probabilities is torch's at 0 and 1 too, and its gradient finite")
  func certainty() {
    let probabilities = Tensor([0, 1, 0.25, 0.5], shape: [1, 1, 2, 2])
    let found = valueWithGradient(at: probabilities) {
      SceneLosses.adversarial($0, isReal: true, mode: .probabilities, trainsDiscriminator: true)
    }
    let mean = Float(100 + Foundation.log(4.0 as Double) + Foundation.log(2.0 as Double)) / 4
    #expect(abs(found.value.scalar - mean) < 1e-5)
    let gradient = found.gradient.scalars
    #expect(gradient.allSatisfy { $0.isFinite })
    // −1 / (4 p).
    #expect(abs(gradient[2] + 1) < 1e-5 && abs(gradient[3] + 0.5) < 1e-5)
  }

  @Test("Feature matching leaves out the last layers, and weighs them as each script does")
  func matching() {
    let one = Tensor(repeating: 1, shape: [1, 1, 2, 2]), three = one * 3
    let drawn = [[one, one, one, high], [one, one, one, low]]
    let real = [[three, one, one, low], [one, one, three, high]]
    // pix2pixHD with n_layers 2: (2 + 2) · 10 · 4/3 / 2 scales; SPADE: (2 + 2) · 10 / 2.
    #expect(abs(SceneObjective.pix2pixHD.matching(drawn, real).scalar - 4 * 10 * 4 / 6) < 1e-4)
    #expect(abs(SceneObjective.spade.matching(drawn, real).scalar - 20) < 1e-4)
  }

  @Test("The gradient of a weight under spectral norm goes through its σ")
  func spectralNorm() throws {
    var random = RandomState(seed: 2)
    let weight = random.randn([3, 2, 2, 2])
    var norm = SpectralNorm(weight: weight, u: random.randn([3]), v: random.randn([8]))
    norm.iterate()
    let probe = random.randn([3, 2, 2, 2])
    let (u, v) = (norm.u, norm.v)
    let found = valueWithGradient(at: weight) {
      (SpectralNorm(weight: $0, u: u, v: v).folded * probe).sum()
    }
    // In double precision: Σ probe · W / (uᵀWv).
    func value(_ w: [Double]) -> Double {
      var sigma = 0.0
      for row in 0..<3 {
        for column in 0..<8 { sigma += Double(u[row]) * w[row * 8 + column] * Double(v[column]) }
      }
      return zip(w, probe.scalars).reduce(0) { $0 + $1.0 * Double($1.1) } / sigma
    }
    let w = weight.scalars.map { Double($0) }
    #expect(abs(Double(found.value.scalar) - value(w)) < 1e-5)
    for i in w.indices {
      var (up, down) = (w, w)
      up[i] += 1e-5
      down[i] -= 1e-5
      let slope = (value(up) - value(down)) / 2e-5
      #expect(abs(Double(found.gradient.scalars[i]) - slope) < 1e-4)
    }
  }
}
