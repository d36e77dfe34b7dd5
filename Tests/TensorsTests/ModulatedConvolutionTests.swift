import TestSupport
import Tensors
import Testing

@Suite("Modulated convolutions")
struct ModulatedConvolutionTests {
  /// Low-pass filters: 2, 3, 4 and 5 taps, 8 separable ones, and 2-D ones without symmetry.
  static let filters: [(name: String, taps: Tensor)] = [
    ("2 taps", ResampleFilter([1, 1]).taps),
    ("3 taps", ResampleFilter([1, 2, 1]).taps),
    ("4 taps", ResampleFilter([1, 3, 3, 1]).taps),
    ("5 taps", ResampleFilter([1, 4, 6, 4, 1]).taps),
    ("8 taps", ResampleFilter([1, 2, 3, 4, 5, 6, 7, 9]).taps),
    ("4 uneven taps", ResampleFilter([1, 2, 3, 5]).taps),
    ("3×2 taps", ResampleFilter(rows: [[1, 2], [3, -1], [0.5, 2]]).taps),
    ("2×5 taps", ResampleFilter(rows: [[1, 2, -1, 4, 1], [3, 0, 0.5, 2, 1]]).taps),
  ]

  @Test("Scaled inputs and outputs equal weights of each sample's own", arguments: [1, 3, 5])
  func plain(kernel: Int) {
    for (h, w) in [(1, 1), (4, 4), (3, 8), (17, 5)] {
      for channels in [1, 3, 17] {
        let x = Tensor.sample([3, channels, h, w])
        let weights = Tensor.sample([5, channels, kernel, kernel], seed: 5)
        let styles = Tensor.sample([3, channels], seed: 6, scale: 2)
        for demodulate in [true, false] {
          let error = relativeError(
            x.modulatedConvolution(
              ConvolutionWeight(weights), styles: styles, demodulate: demodulate),
            Naive.modulatedConvolution(x, weights, styles: styles, demodulate: demodulate))
          #expect(error < 1e-5, "\(h)×\(w), \(channels) channels, demodulate \(demodulate)")
        }
      }
    }
  }

  @Test("The up-convolution equals transposing, then filtering", arguments: 0..<filters.count)
  func up(filter: Int) {
    let (name, taps) = Self.filters[filter]
    for (h, w) in [(1, 1), (1, 5), (2, 2), (4, 4), (7, 3), (8, 9)] {
      for channels in [1, 3, 17] {
        let x = Tensor.sample([2, channels, h, w], seed: UInt64(channels))
        let weights = Tensor.sample([6, channels, 3, 3], seed: 5)
        let styles = Tensor.sample([2, channels], seed: 6, scale: 2)
        for demodulate in [true, false] {
          let found = x.modulatedConvolution(
            ConvolutionWeight(weights, transposed: true), styles: styles, demodulate: demodulate,
            up: ResampleFilter(taps: taps))
          let expected = Naive.modulatedConvolution(
            x, weights, styles: styles, demodulate: demodulate, up: taps)
          #expect(found.shape == [2, 6, 2 * h, 2 * w])
          #expect(
            relativeError(found, expected) < 1e-5,
            "\(name), \(h)×\(w), \(channels) channels, demodulate \(demodulate)")
        }
      }
    }
  }

  @Test("Blocks of output channels join without gaps", arguments: [(67, 3, 4), (9, 200, 211)])
  func blocks(outputs: Int, height: Int, width: Int) {
    let x = Tensor.sample([1, 2, height, width]), weights = Tensor.sample([outputs, 2, 3, 3])
    let styles = Tensor.sample([1, 2], seed: 2), taps = Self.filters[2].taps
    let found = x.modulatedConvolution(
      ConvolutionWeight(weights, transposed: true), styles: styles, up: ResampleFilter(taps: taps))
    let expected = Naive.modulatedConvolution(
      x, weights, styles: styles, demodulate: true, up: taps)
    #expect(relativeError(found, expected) < 1e-5)
  }

  @Test("The up-convolution's epilogue takes noise of each sample's own")
  func epilogue() {
    let x = Tensor.sample([3, 4, 3, 5]), weights = Tensor.sample([7, 4, 3, 3])
    let styles = Tensor.sample([3, 4], seed: 2), taps = Self.filters[2].taps
    for noises in [1, 3] {
      let epilogue = Epilogue(
        bias: Tensor.sample([7], seed: 4), activation: .lrelu, clamp: 0.9,
        noise: Tensor.sample([noises, 1, 6, 10], seed: 9), noiseStrength: -0.7)
      let found = x.modulatedConvolution(
        ConvolutionWeight(weights, transposed: true), styles: styles,
        up: ResampleFilter(taps: taps), epilogue: epilogue)
      let expected = Naive.modulatedConvolution(
        x, weights, styles: styles, demodulate: true, up: taps)
      #expect(relativeError(found, expected.biasAct(epilogue)) < 1e-5)
    }
  }

  @Test("Tiny styles are held up by the epsilon, as in the definition")
  func tinyStyles() {
    let x = Tensor.sample([1, 3, 4, 4]), weights = Tensor.sample([2, 3, 3, 3])
    for scale: Float in [1e-4, 1e-5, 0] {
      let styles = Tensor.sample([1, 3], seed: 8, scale: scale)
      let error = relativeError(
        x.modulatedConvolution(ConvolutionWeight(weights), styles: styles),
        Naive.modulatedConvolution(x, weights, styles: styles, demodulate: true))
      #expect(error < 1e-5, "scale \(scale)")
    }
  }
}
