import TestSupport
import Tensors
import Testing

@Suite("Convolutions")
struct ConvolutionTests {
  static let sizes = [(1, 1), (1, 7), (5, 1), (2, 3), (4, 4), (9, 6), (13, 17)]

  @Test(
    "A convolution equals its naive twin", arguments: [1, 3, 5, 7], [1, 3, 17])
  func convolution(kernel: Int, channels: Int) {
    for (h, w) in Self.sizes {
      let x = Tensor.sample([2, channels, h, w], seed: UInt64(h * 31 + w))
      let weights = Tensor.sample([5, channels, kernel, kernel], seed: 7)
      let prepared = ConvolutionWeight(weights)
      for stride in 1...2 {
        for padding in 0...3 where min(h, w) + 2 * padding >= kernel {
          let error = relativeError(
            x.convolution(prepared, stride: stride, padding: padding),
            Naive.convolution(x, weights, stride: stride, padding: padding))
          #expect(error < 1e-5, "\(h)×\(w), stride \(stride), padding \(padding)")
        }
      }
    }
  }

  @Test("Kernels need not be square", arguments: [(1, 3), (3, 1), (2, 5), (4, 3)])
  func oblong(kernel: (Int, Int)) {
    let x = Tensor.sample([1, 3, 7, 8]), weights = Tensor.sample([2, 3, kernel.0, kernel.1])
    for (stride, padding) in [(1, 0), (1, 2), (2, 1), (3, 3)] {
      let error = relativeError(
        x.convolution(ConvolutionWeight(weights), stride: stride, padding: padding),
        Naive.convolution(x, weights, stride: stride, padding: padding))
      #expect(error < 1e-5, "stride \(stride), padding \(padding)")
    }
  }

  @Test(
    "Products at the borders of blocks are whole", arguments: [63, 64, 65, 127, 128, 129],
    [2047, 2048, 2049])
  func blocks(outputs: Int, columns: Int) {
    let x = Tensor.sample([1, 3, 1, columns]), weights = Tensor.sample([outputs, 3, 1, 1])
    let error = relativeError(
      x.convolution(ConvolutionWeight(weights)),
      Naive.convolution(x, weights, stride: 1, padding: 0))
    #expect(error < 1e-5)
  }

  @Test("A plane larger than the working memory is done in strips")
  func strips() {
    let x = Tensor.sample([2, 35, 49, 301]), weights = Tensor.sample([2, 35, 3, 3])
    for stride in 1...2 {
      let error = relativeError(
        x.convolution(ConvolutionWeight(weights), stride: stride, padding: 1),
        Naive.convolution(x, weights, stride: stride, padding: 1))
      #expect(error < 1e-5, "stride \(stride)")
    }
  }

  @Test("A transposed convolution equals its naive twin", arguments: [1, 2, 3, 4, 5], [1, 2, 3])
  func transposed(kernel: Int, stride: Int) {
    for (h, w) in Self.sizes {
      for channels in [1, 3, 17] {
        let x = Tensor.sample([2, channels, h, w], seed: UInt64(h + w))
        let weights = Tensor.sample([6, channels, kernel, kernel], seed: 3)
        let found = x.transposedConvolution(
          ConvolutionWeight(weights, transposed: true), stride: stride)
        let error = relativeError(
          found, Naive.transposedConvolution(x, weights, stride: stride))
        #expect(error < 1e-5, "\(h)×\(w), \(channels) channels")
      }
    }
  }

  @Test("An epilogue follows as if it were called afterwards")
  func epilogue() {
    let x = Tensor.sample([3, 4, 6, 5]), weights = Tensor.sample([7, 4, 3, 3])
    let epilogue = Epilogue(
      bias: Tensor.sample([7], seed: 4), activation: .lrelu, clamp: 1.25,
      noise: Tensor.sample([3, 1, 6, 5], seed: 9), noiseStrength: 0.3)
    let found = x.convolution(ConvolutionWeight(weights), padding: 1, epilogue: epilogue)
    let plain = Naive.convolution(x, weights, stride: 1, padding: 1)
    #expect(relativeError(found, plain.biasAct(epilogue)) < 1e-5)
  }

  @Test("Σw² and flipped kernels are what they say")
  func derivedForms() {
    let weights = Tensor.sample([3, 2, 3, 2])
    let energy = ConvolutionWeight(weights).energy
    let flipped = weights.flippedKernels()
    for (o, i) in [(0, 0), (1, 1), (2, 0)] {
      var sum = 0.0
      for y in 0..<3 {
        for x in 0..<2 {
          sum += Double(weights[o, i, y, x]) * Double(weights[o, i, y, x])
          #expect(flipped[o, i, y, x] == weights[o, i, 2 - y, 1 - x])
        }
      }
      #expect(abs(Double(energy[o, i]) - sum) < 1e-6)
    }
  }
}
