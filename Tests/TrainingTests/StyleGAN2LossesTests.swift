import Foundation
import TestSupport
import Tensors
import Testing
import Training

@Suite("The losses of StyleGAN2")
struct StyleGAN2LossesTests {
  @Test("Logistic losses are those of their formulas")
  func logistic() {
    let logits = Tensor([-30, -0.5, 0, 2], shape: [4, 1])
    func mean(_ sign: Double) -> Double {
      logits.scalars.reduce(0) { $0 + log1p(exp(sign * Double($1))) } / 4
    }
    #expect(abs(Double(StyleGAN2Losses.generator(logits).scalar) - mean(-1)) < 1e-5)
    #expect(abs(Double(StyleGAN2Losses.real(logits).scalar) - mean(-1)) < 1e-5)
    #expect(abs(Double(StyleGAN2Losses.drawn(logits).scalar) - mean(1)) < 1e-6)
  }

  @Test("R1 of a quadratic judge, and its gradient, in closed form")
  func gradientPenalty() {
    // D = a Σ x² / 2, so ∂D/∂x = a·x, the penalty is a² Σ x², and ∂loss/∂a = γ·a·mean Σ x².
    let images = Tensor.sample([3, 2, 4, 4]), a = Tensor(1.5).tracked()
    let result = StyleGAN2Losses.gradientPenalty(images, gamma: 10) { x in
      (x.squared().summed(over: [1, 2, 3]).reshaped([3, 1]) * 0.5) * a
    }
    let squares = images.scalars.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(Double(result.loss.scalar) - 5 * 2.25 * squares / 3) < 1e-3)
    let found = gradient(of: result.loss, withRespectTo: [a])[0].scalar
    #expect(abs(Double(found) - 10 * 1.5 * squares / 3) < 1e-3)
  }

  @Test("Path lengths of a linear network, in closed form")
  func pathLength() {
    // Pictures s·w, so the gradient with respect to w is s·y, whatever w is.
    let ws = Tensor.sample([2, 1, 12]).tracked(), s = Tensor(0.8).tracked()
    let noise = Tensor.sample([2, 3, 2, 2], seed: 2)
    let images = (ws * s).reshaped([2, 3, 2, 2])
    let result = StyleGAN2Losses.pathLength(
      images, ws: ws, noise: noise, mean: 0.5, decay: 0.25, weight: 2)
    let lengths = (0..<2).map { sample in
      (noise.row(sample).scalars.reduce(0.0) { $0 + Double($1) * Double($1) } / 4).squareRoot()
    }
    // Of s: the lengths are s·L, the mean m + d(s·mean L − m), and the loss 2·mean (s·L − mean)².
    func loss(_ s: Double) -> Double {
      let mean = 0.5 + 0.25 * (s * (lengths[0] + lengths[1]) / 2 - 0.5)
      return 2 * lengths.reduce(0) { $0 + pow(s * $1 - mean, 2) } / 2
    }
    #expect(abs(Double(result.loss.scalar) - loss(0.8)) < 1e-5)
    let slope = (loss(0.8 + 1e-5) - loss(0.8 - 1e-5)) / 2e-5
    #expect(abs(Double(gradient(of: result.loss, withRespectTo: [s])[0].scalar) - slope) < 1e-4)
  }
}
