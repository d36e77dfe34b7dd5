import TestSupport
import Tensors
import Testing

/// The operations of ProGAN and StyleGAN1 against plain loops.
@Suite("Operations of progressively grown networks")
struct ProgressiveOperationTests {
  private static let sizes = [(1, 1), (1, 3), (3, 2), (4, 4), (7, 5), (13, 16), (33, 65)]

  /// Every pixel twice on both axes.
  private func doubled(_ x: Tensor) -> Tensor {
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    return Tensor(uninitialized: [n, c, 2 * h, 2 * w]) { y in
      for i in y.indices {
        let (plane, row, column) = (i / (4 * h * w), i / (2 * w) % (2 * h), i % (2 * w))
        y[i] = x[plane / c, plane % c, row / 2, column / 2]
      }
    }
  }

  @Test("A nearest up-convolution is upsampling, then a convolution with flipped kernels")
  func nearestUp() {
    for (h, w) in Self.sizes {
      let x = Tensor.sample([2, 3, h, w]), weight = Tensor.sample([5, 3, 3, 3], seed: 2)
      let bias = Tensor.sample([5], seed: 3)
      let found = x.nearestUpConvolution(
        ConvolutionWeight(weight, transposed: true), epilogue: Epilogue(bias: bias))
      let expected = Naive.convolution(
        doubled(x), weight.flippedKernels(), stride: 1, padding: 1
      ).biasAct(Epilogue(bias: bias))
      #expect(relativeError(found, expected) < 1e-5, "\(h)×\(w)")
    }
  }

  @Test("Averaging kernels halve like a convolution and the mean of 2×2 pixels", arguments: [1, 3])
  func averaging(kernel: Int) {
    for (h, w) in Self.sizes {
      let x = Tensor.sample([2, 3, 2 * h, 2 * w])
      let weight = Tensor.sample([4, 3, kernel, kernel], seed: 2)
      let found = x.convolution(
        ConvolutionWeight(weight.averagingKernels()), stride: 2, padding: kernel / 2)
      let full = Naive.convolution(x, weight, stride: 1, padding: kernel / 2)
      let expected = Tensor(uninitialized: [2, 4, h, w]) { y in
        for i in y.indices {
          let (plane, row, column) = (i / (h * w), 2 * (i / w % h), 2 * (i % w))
          let (n, c) = (plane / 4, plane % 4)
          y[i] =
            (full[n, c, row, column] + full[n, c, row, column + 1]
              + full[n, c, row + 1, column] + full[n, c, row + 1, column + 1]) / 4
        }
      }
      #expect(relativeError(found, expected) < 1e-5, "\(h)×\(w)")
    }
  }

  @Test("Pixel norm makes the mean square of every pixel 1, and leaves zeros")
  func pixelNorm() {
    for (h, w) in Self.sizes + [(47, 53)] {
      let x = Tensor.sample([2, 7, h, w], scale: 30)
      let found = x.pixelNormalized()
      let expected = Tensor(uninitialized: x.shape) { y in
        for i in y.indices {
          let (n, c, place) = (i / (7 * h * w), i / (h * w) % 7, i % (h * w))
          let features = (0..<7).map { Double(x[n, $0, place / w, place % w]) }
          let mean = features.reduce(0) { $0 + $1 * $1 } / 7
          y[i] = Float(features[c] / (mean + 1e-8).squareRoot())
        }
      }
      #expect(relativeError(found, expected) < 1e-5, "\(h)×\(w)")
    }
    let zeros = Tensor(zeros: [1, 4, 3, 3])
    #expect(zeros.pixelNormalized().bits == zeros.bits)
  }

  @Test("Instance norm with styles equals its definition, also far from 0")
  func instanceNorm() {
    for (h, w) in Self.sizes + [(64, 64)] {
      for offset: Float in [0, 100] {
        var x = Tensor.sample([2, 3, h, w])
        x.add(Tensor(repeating: offset, shape: x.shape))
        let style = Tensor.sample([2, 6], seed: 2, scale: 2)
        let found = x.instanceNormalized(style: style)
        let expected = Tensor(uninitialized: x.shape) { y in
          let plane = h * w, values = x.scalars
          for index in 0..<6 {
            let part = values[index * plane..<(index + 1) * plane].map { Double($0) }
            let mean = part.reduce(0, +) / Double(plane)
            let variance = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(plane)
            let scale = Double(style[index / 3, index % 3]) + 1
            let shift = Double(style[index / 3, 3 + index % 3])
            for i in 0..<plane {
              let value = (part[i] - mean) / (variance + 1e-8).squareRoot()
              y[index * plane + i] = Float(value * scale + shift)
            }
          }
        }
        // Far from 0 the inputs themselves have only so many digits.
        #expect(
          relativeError(found, expected) < (offset == 0 ? 1e-5 : 1e-4), "\(h)×\(w) + \(offset)")
      }
    }
  }

  @Test("Noise has a strength in every channel", arguments: [1, 2])
  func channelNoise(maps: Int) {
    let x = Tensor.sample([2, 3, 5, 7]), noise = Tensor.sample([maps, 1, 5, 7], seed: 2)
    let strengths = Tensor([0.5, 0, -2], shape: [3]), bias = Tensor.sample([3], seed: 3)
    let found = x.biasAct(
      Epilogue(bias: bias, activation: .lrelu, gain: 1, noise: noise, noiseStrength: 3),
      noiseStrengths: strengths)
    let expected = Tensor(uninitialized: x.shape) { y in
      for i in y.indices {
        let (n, c, place) = (i / 105, i / 35 % 3, i % 35)
        let map = noise[maps == 1 ? 0 : n, 0, place / 7, place % 7]
        let sum = x[n, c, place / 7, place % 7] + map * strengths[c] * 3 + bias[c]
        y[i] = sum >= 0 ? sum : 0.2 * sum
      }
    }
    #expect(relativeError(found, expected) < 1e-6)
  }

  @Test("A permutation puts every element where its axes say")
  func permutation() {
    let x = Tensor.sample([2, 3, 4, 5])
    let y = x.permuted([3, 1, 0, 2])
    #expect(y.shape == [5, 3, 2, 4])
    for a in 0..<2 {
      for b in 0..<3 {
        for c in 0..<4 {
          for d in 0..<5 { #expect(y[d, b, a, c] == x[a, b, c, d]) }
        }
      }
    }
    #expect(y.permuted([2, 1, 3, 0]).bits == x.bits)
    #expect(Tensor(3).permuted([]).scalar == 3)
  }
}
