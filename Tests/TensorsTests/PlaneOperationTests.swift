import Foundation
import TestSupport
import Tensors
import Testing

@Suite("Operations on planes")
struct PlaneOperationTests {
  @Test("Depthwise 3×3 equals its naive twin, down to one pixel")
  func depthwise() {
    for (h, w) in [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2), (3, 3), (5, 16), (17, 33)] {
      let x = Tensor.sample([2, 3, h, w]), taps = Tensor.sample([3, 1, 3, 3], seed: 2)
      let scale = Tensor.sample([2, 3], seed: 3, scale: 2)
      let found = x.depthwiseConvolution(taps, inputScale: scale)
      let expected = Tensor.concatenated(
        (0..<6).map { index in
          let plane = x.reshaped([6, 1, h, w]).rows(index..<index + 1) * scale.scalars[index]
          return Naive.convolution(
            plane, taps.rows(index % 3..<index % 3 + 1), stride: 1, padding: 1)
        })
      #expect(relativeError(found, expected.reshaped([2, 3, h, w])) < 1e-5, "\(h)×\(w)")
    }
  }

  @Test("The inverse Haar step equals its definition")
  func haar() {
    for (h, w) in [(1, 1), (1, 5), (3, 2), (8, 9)] {
      let channels = 3
      let x = Tensor.sample([2, 4 * channels, h, w])
      let scale = Tensor.sample([2, 4 * channels], seed: 2, scale: 2)
      for isScaled in [false, true] {
        let found = x.inverseHaar(inputScale: isScaled ? scale : nil)
        let expected = Tensor(uninitialized: [2, channels, 2 * h, 2 * w]) { y in
          for i in y.indices {
            let (column, row) = (i % (2 * w), i / (2 * w) % (2 * h))
            let (n, c) = (i / (4 * w * h * channels), i / (4 * w * h) % channels)
            func band(_ k: Int) -> Double {
              let factor = isScaled ? Double(scale[n, k]) : 1
              return Double(x[n, k, row / 2, column / 2]) * factor
            }
            // Pixel (a, b) of a 2×2 block: ½ (LL + s_a·LH + s_b·HL + s_a·s_b·HH), s = ±1.
            let sa = row % 2 == 0 ? 1.0 : -1.0, sb = column % 2 == 0 ? 1.0 : -1.0
            let details = channels + 3 * c
            y[i] = Float(
              (band(c) + sa * band(details) + sb * band(details + 1)
                + sa * sb * band(details + 2)) / 2)
          }
        }
        #expect(relativeError(found, expected) < 1e-6, "\(h)×\(w)")
      }
    }
  }

  static func activated(_ v: Double, _ activation: Activation, alpha: Double) -> Double {
    switch activation {
    case .linear: v
    case .relu: max(v, 0)
    case .lrelu: v < 0 ? v * alpha : v
    case .tanh: tanh(v)
    case .sigmoid: 1 / (1 + exp(-v))
    case .elu: v < 0 ? exp(v) - 1 : v
    case .selu: 1.0507009873554805 * (v < 0 ? 1.6732632423543772 * (exp(v) - 1) : v)
    case .softplus: log(1 + exp(v))
    case .swish: v / (1 + exp(-v))
    }
  }

  @Test("bias_act equals its definition", arguments: Activation.allCases)
  func biasAct(activation: Activation) {
    for (h, w) in [(1, 1), (1, 15), (5, 7), (16, 17)] {
      let x = Tensor.sample([3, 4, h, w], scale: 6), bias = Tensor.sample([4], seed: 2)
      for (noises, strength, clamp) in [
        (0, 1, nil), (1, 0.5, 2), (3, -0.25, nil), (3, 2, 0.5), (1, 0, 1),
      ] as [(Int, Float, Float?)] {
        let noise = noises > 0 ? Tensor.sample([noises, 1, h, w], seed: 3) : nil
        let found = x.biasAct(
          Epilogue(
            bias: bias, activation: activation, alpha: 0.1, gain: 1.75, clamp: clamp, noise: noise,
            noiseStrength: strength))
        let expected = Tensor(uninitialized: x.shape) { y in
          for i in y.indices {
            let (n, c, p) = (i / (4 * h * w), i / (h * w) % 4, i % (h * w))
            let extra = noise.map {
              Double($0.scalars[(noises == 1 ? 0 : n) * h * w + p]) * Double(strength)
            }
            let v = Double(x.scalars[i]) + (extra ?? 0) + Double(bias.scalars[c])
            let result = Self.activated(v, activation, alpha: Double(Float(0.1))) * 1.75
            let bound = clamp.map(Double.init) ?? .infinity
            y[i] = Float(min(max(result, -bound), bound))
          }
        }
        #expect(relativeError(found, expected) < 2e-6, "\(h)×\(w), \(noises) noise maps")
      }
    }
  }

  @Test("Gains are the official ones, and extreme values stay finite")
  func extremes() {
    for activation in Activation.allCases {
      let isRooted = [.relu, .lrelu, .swish].contains(activation)
      #expect(activation.defaultGain == (isRooted ? Float(2).squareRoot() : 1))
      let x = Tensor([-200, -90, -0.0, 90, 200], shape: [1, 5])
      let y = x.biasAct(Epilogue(activation: activation))
      #expect(y.scalars.allSatisfy { $0.isFinite }, "\(activation)")
    }
  }

  @Test("Arithmetic is elementwise")
  func arithmetic() {
    let a = Tensor([1, -2, 3], shape: [3]), b = Tensor([10, 20, -30], shape: [3])
    #expect((a + b).scalars == [11, 18, -27])
    #expect((a - b).scalars == [-9, -22, 33])
    #expect((a * -2).scalars == [-2, 4, -6])
    #expect(b.largestMagnitude == 30)
    #expect(Tensor([1, .nan], shape: [2]).largestMagnitude.isNaN)
    #expect(Tensor(zeros: [0, 3]).largestMagnitude == 0)
    #expect((Tensor(zeros: [0, 3]) + Tensor(zeros: [0, 3])).count == 0)
    let large = Tensor.sample([1 << 19 | 3])
    #expect((large + large).bits == (large * 2).bits)
    #expect(Tensor([1, 2, 3, 5, 8, 13], shape: [2, 3]).meanOverFirstAxis().scalars == [3, 5, 8])
  }
}
