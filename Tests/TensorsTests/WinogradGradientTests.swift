import TestSupport
import Tensors
import Testing

/// Gradients of 3×3 weights and of the discriminator's ×½ convolution against plain loops and against
/// the operations that they are made of.
///
/// Run them once an instruction set: ATELIER_CPU=portable, avx2, avx512.
@Suite("Gradients of 3×3 weights by Winograd's algorithm")
struct WinogradGradientTests {
  /// Samples, inputs, outputs, height and width: below, at and above tiles, sixteens and strips.
  static let layers = [
    (1, 8, 8, 1, 1), (3, 9, 17, 4, 4), (2, 33, 12, 5, 7), (8, 17, 24, 8, 8), (2, 50, 49, 16, 16),
    (1, 16, 100, 17, 19), (2, 8, 9, 9, 71), (1, 12, 10, 70, 139),
  ]

  @Test("Equals plain loops", arguments: layers)
  func plain(samples: Int, inputs: Int, outputs: Int, height: Int, width: Int) {
    let x = Tensor.sample([samples, inputs, height, width])
    for (stride, padding) in [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)] {
      let (oh, ow) = (
        (height + 2 * padding - 3) / stride + 1, (width + 2 * padding - 3) / stride + 1
      )
      guard height + 2 * padding >= 3, width + 2 * padding >= 3 else { continue }
      let gradient = Tensor.sample([samples, outputs, oh, ow], seed: 2)
      let found = x.convolutionWeightGradient(
        gradient, kernel: (3, 3), stride: stride, padding: padding)
      let expected = Self.twin(x, gradient, stride: stride, padding: padding)
      let scale = expected.map { abs($0) }.max() ?? 1
      let error = zip(found.scalars, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(found.shape == [outputs, inputs, 3, 3])
      // The sums of up to 10,000 products; transforms cost a few bits.
      #expect(error < 2e-5 * scale, "stride \(stride), padding \(padding): \(error / scale)")
    }
  }

  /// Σ gradient · input over samples and pixels in double precision.
  private static func twin(
    _ x: Tensor, _ gradient: Tensor, stride: Int, padding: Int
  ) -> [Double] {
    let (n, inputs, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (outputs, oh, ow) = (gradient.shape[1], gradient.shape[2], gradient.shape[3])
    let (xs, gs) = (x.scalars.map(Double.init), gradient.scalars.map(Double.init))
    var result = [Double](repeating: 0, count: outputs * inputs * 9)
    for o in 0..<outputs {
      for i in 0..<inputs {
        for tap in 0..<9 {
          var sum = 0.0
          for sample in 0..<n {
            for y in 0..<oh {
              let row = y * stride + tap / 3 - padding
              guard (0..<h).contains(row) else { continue }
              let from = ((sample * inputs + i) * h + row) * w
              let to = ((sample * outputs + o) * oh + y) * ow
              for column in 0..<ow {
                let place = column * stride + tap % 3 - padding
                guard (0..<w).contains(place) else { continue }
                sum += gs[to + column] * xs[from + place]
              }
            }
          }
          result[(o * inputs + i) * 9 + tap] = sum
        }
      }
    }
    return result
  }

  @Test("Scales of modulated layers reach the gradient")
  func modulated() {
    for up in [nil, ResampleFilter([1, 3, 3, 1])] {
      GradientCheck.kinkedFirstOrder([
        .sample([2, 9, 10, 12]), .sample([10, 9, 3, 3], seed: 2), .sample([2, 9], seed: 3) + 1.2,
      ]) {
        $0[0].modulatedConvolution(
          ConvolutionWeight($0[1], transposed: up != nil), styles: $0[2], up: up)
      }
    }
  }

  static let filters = [
    ResampleFilter([1, 3, 3, 1]), ResampleFilter([1, 2, 3, 5]), ResampleFilter([1, 2]),
    ResampleFilter([1, 2, 4]), ResampleFilter(taps: Tensor([0.1, 0.2, 0.3, 0.4], shape: [4])),
    ResampleFilter(rows: [[1, 2, 3, 4], [2, 1, 0, 1], [1, 5, 1, 2], [3, 1, 1, 0]]),
  ]

  @Test("The ×½ convolution has the gradients of its parts", arguments: 0..<6)
  func down(filter: Int) {
    let filter = Self.filters[filter]
    let padding = Padding.downsampling2(filter).expanded(by: 1)
    for (inputs, outputs, height, width) in [(3, 4, 6, 8), (9, 10, 34, 40), (8, 3, 33, 32)] {
      let arguments: [Tensor] = [
        .sample([2, inputs, height, width]), .sample([outputs, inputs, 3, 3], seed: 2),
        .sample([outputs], seed: 3),
      ]
      func epilogue(_ bias: Tensor) -> Epilogue {
        Epilogue(bias: bias, activation: .lrelu, clamp: 9)
      }
      let whole = valueWithGradient(at: arguments) {
        $0[0].downConvolution(
          ConvolutionWeight($0[1]), filter: filter, padding: padding, epilogue: epilogue($0[2])
        ).squared().sum()
      }
      let parts = valueWithGradient(at: arguments) {
        $0[0].upfirdn(filter, padding: padding)
          .convolution(ConvolutionWeight($0[1]), stride: 2, epilogue: epilogue($0[2]))
          .squared().sum()
      }
      for (found, expected) in zip(whole.gradients, parts.gradients) {
        let error = (found - expected).largestMagnitude / expected.largestMagnitude
        #expect(error < 1e-5, "\(height)×\(width)")
      }
    }
    GradientCheck()([.sample([1, 3, 6, 8]), .sample([4, 3, 3, 3], seed: 2)]) {
      $0[0].downConvolution(ConvolutionWeight($0[1]), filter: filter, padding: padding)
    }
  }

  @Test("Samples done together are those done alone, to the bit")
  func together() {
    for (inputs, outputs, height, width) in [(9, 17, 4, 4), (20, 33, 8, 7), (17, 40, 16, 18)] {
      let x = Tensor.sample([9, inputs, height, width])
      let noise = Tensor.sample([9, 1, height, width], seed: 4)
      let weight = ConvolutionWeight(.sample([outputs, inputs, 3, 3], seed: 2))
      let styles = Tensor.sample([9, inputs], seed: 3)
      func layer(_ x: Tensor, _ styles: Tensor, _ noise: Tensor) -> Tensor {
        x.modulatedConvolution(
          weight, styles: styles,
          epilogue: Epilogue(activation: .lrelu, noise: noise, noiseStrength: 0.3))
      }
      let found = layer(x, styles, noise)
      let strided = x.convolution(weight, stride: 2, padding: 1)
      for sample in 0..<9 {
        func one(_ tensor: Tensor) -> Tensor { tensor.sliced(axis: 0, sample..<sample + 1) }
        let isEqual =
          one(found).scalars == layer(one(x), one(styles), one(noise)).scalars
          && one(strided).scalars == one(x).convolution(weight, stride: 2, padding: 1).scalars
        #expect(isEqual, "\(height)×\(width), sample \(sample)")
      }
    }
  }

  @Test("The same bytes for any number of threads")
  func threads() {
    let x = Tensor.sample([3, 20, 33, 40]), filter = ResampleFilter([1, 3, 3, 1])
    let w = Tensor.sample([24, 20, 3, 3], seed: 2), styles = Tensor.sample([3, 20], seed: 3)
    func results() -> [[Float]] {
      [
        valueWithGradient(at: [x, w, styles]) {
          $0[0].modulatedConvolution(ConvolutionWeight($0[1]), styles: $0[2]).squared().sum()
        },
        valueWithGradient(at: [x, w, styles]) {
          $0[0].modulatedConvolution(
            ConvolutionWeight($0[1], transposed: true), styles: $0[2], up: filter
          ).squared().sum()
        },
        valueWithGradient(at: [x.sliced(axis: 2, 0..<32), w]) {
          $0[0].downConvolution(
            ConvolutionWeight($0[1]), filter: filter,
            padding: .downsampling2(filter).expanded(by: 1)
          ).squared().sum()
        },
      ].flatMap { $0.gradients.map(\.scalars) }
    }
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 1
    let alone = results()
    for count in [2, 3, 5] {
      Parallel.threads = count
      let isEqual = results() == alone
      #expect(isEqual, "\(count) threads")
    }
  }

  @Test("What is not a number is found wherever it is")
  func finite() {
    for count in [0, 1, 15, 16, 40, 70_000] {
      let x = Tensor.sample([count])
      #expect(x.isFinite)
      for place in [0, count / 2, count - 1] where count > 0 {
        for value in [Float.nan, .infinity, -.infinity] {
          var values = x.scalars
          values[place] = value
          #expect(!Tensor(values, shape: [count]).isFinite)
        }
      }
    }
  }
}
