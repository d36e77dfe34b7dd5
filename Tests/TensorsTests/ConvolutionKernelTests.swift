import Tensors
import Testing

/// The fast convolutions against plain loops in double precision.
///
/// Run them once an instruction set: ATELIER_CPU=portable, avx2, avx512.
@Suite("Convolution kernels")
struct ConvolutionKernelTests {
  /// Heights and widths below, at and above tiles, panels and vectors.
  static let sizes = [
    (1, 1), (1, 7), (2, 3), (5, 5), (16, 17), (17, 16), (20, 33), (37, 64), (66, 19), (19, 70),
  ]
  static let channels = [(1, 1), (1, 9), (3, 17), (17, 3), (8, 8), (33, 34), (64, 16)]

  @Test("Strided and padded convolutions of any kernel", arguments: channels)
  func direct(inputs: Int, outputs: Int) {
    for (height, width) in Self.sizes {
      for (kh, kw, stride, padding) in [
        (1, 1, 1, 0), (3, 3, 1, 1), (3, 3, 2, 1), (3, 3, 1, 0), (3, 3, 1, 2), (2, 5, 3, 2),
      ] where height + 2 * padding >= kh && width + 2 * padding >= kw {
        let x = samples([2, inputs, height, width], seed: 1)
        let w = samples([outputs, inputs, kh, kw], seed: 2)
        let found = x.convolution(ConvolutionWeight(w), stride: stride, padding: padding)
        let twin = ConvolutionTwin(x: x, w: w, stride: stride, padding: padding)
        #expect(
          twin.error(of: found) < 1e-5,
          "\(height)×\(width), kernel \(kh)×\(kw), stride \(stride), padding \(padding)")
      }
    }
  }

  @Test("Kernels that slide over long rows", arguments: channels)
  func sliding(inputs: Int, outputs: Int) {
    for (height, width) in [(7, 25), (9, 47), (17, 48), (12, 49), (8, 100)] {
      for (kh, kw, padding) in [(7, 7, 3), (5, 2, 0), (1, 4, 2), (3, 3, 1)] {
        let x = samples([2, inputs, height, width], seed: 1)
        let w = samples([outputs, inputs, kh, kw], seed: 2)
        let found = x.convolution(ConvolutionWeight(w), padding: padding)
        let twin = ConvolutionTwin(x: x, w: w, padding: padding)
        #expect(twin.error(of: found) < 1e-5, "\(height)×\(width), kernel \(kh)×\(kw)")
      }
    }
  }

  @Test("One-hot maps, of which most is left out", arguments: [(9, 5), (20, 33), (40, 8)])
  func oneHot(classes: Int, outputs: Int) {
    for (height, width) in [(5, 30), (33, 100), (64, 201)] {
      // Blocks of classes, some of them a pixel wide, and a channel for their borders.
      let x = Tensor(uninitialized: [2, classes, height, width]) { values in
        for i in values.indices {
          let (column, row) = (i % width, i / width % height)
          let (channel, sample) = (i / (width * height) % classes, i / (width * height * classes))
          let label =
            (column / 60 + 3 * (row / 19) + (column == 77 ? 2 : 0) + sample) % (classes - 1)
          values[i] = channel == label || (channel == classes - 1 && column % 60 == 0) ? 1 : 0
        }
      }
      for (kernel, padding) in [(3, 1), (7, 3), (7, 0)] where height + 2 * padding >= kernel {
        let w = samples([outputs, classes, kernel, kernel], seed: 2)
        let epilogue = Epilogue(bias: samples([outputs], seed: 4), activation: .relu)
        let found = x.convolution(ConvolutionWeight(w), padding: padding, epilogue: epilogue)
        let twin = ConvolutionTwin(x: x, w: w, padding: padding).finished(epilogue)
        #expect(twin.error(of: found) < 1e-5, "\(height)×\(width), kernel \(kernel)")
      }
    }
  }

  @Test("Transposed 3×3 convolutions that double the size", arguments: channels)
  func doubling(inputs: Int, outputs: Int) {
    for (height, width) in [(16, 16), (17, 30), (24, 52)] {
      let x = samples([2, inputs, height, width], seed: 1)
      let w = samples([outputs, inputs, 3, 3], seed: 2)
      let found = x.transposedConvolution(
        ConvolutionWeight(w, transposed: true), stride: 2, padding: 1, outputPadding: 1)
      // Without the first row and column of the whole transposed convolution.
      let whole = x.transposedConvolution(ConvolutionWeight(w, transposed: true), stride: 2)
      let expected = Tensor(uninitialized: found.shape) { values in
        let (tall, wide) = (2 * height, 2 * width)
        for i in values.indices {
          let (column, row, plane) = (i % wide, i / wide % tall, i / (wide * tall))
          values[i] = whole[plane / outputs, plane % outputs, row + 1, column + 1]
        }
      }
      let error = (found - expected).largestMagnitude / expected.largestMagnitude
      #expect(error < 1e-5, "\(height)×\(width)")
    }
  }

  @Test("Modulated 3×3 convolutions with their epilogue", arguments: channels)
  func modulated(inputs: Int, outputs: Int) {
    for (height, width) in Self.sizes {
      let (x, w, styles) = layer(inputs, outputs, height, width)
      for activation in [Activation.lrelu, .linear, .relu, .tanh] {
        let epilogue = Epilogue(
          bias: samples([outputs], seed: 4), activation: activation, clamp: 2.5,
          noise: samples([2, 1, height, width], seed: 5), noiseStrength: 0.3)
        let found = x.modulatedConvolution(
          ConvolutionWeight(w), styles: styles, epilogue: epilogue)
        let twin = ConvolutionTwin(x: x, w: w, padding: 1, styles: styles).finished(epilogue)
        #expect(twin.error(of: found) < 1e-5, "\(height)×\(width), \(activation)")
      }
    }
  }

  @Test("×2 up-convolutions with their filter and epilogue", arguments: channels)
  func up(inputs: Int, outputs: Int) {
    let filters = [
      ResampleFilter([1, 3, 3, 1]), ResampleFilter([1, 2, 3, 5]), ResampleFilter([1, 2, 4]),
      ResampleFilter([1, 2]),
    ]
    for (height, width) in Self.sizes + [(64, 67), (16, 16), (24, 30), (23, 36), (52, 48)] {
      let (x, w, styles) = layer(inputs, outputs, height, width)
      for filter in filters {
        let epilogue = Epilogue(
          bias: samples([outputs], seed: 4), activation: .lrelu, clamp: 2.5,
          noise: samples([1, 1, 2 * height, 2 * width], seed: 5), noiseStrength: 0.3)
        let found = x.modulatedConvolution(
          ConvolutionWeight(w, transposed: true), styles: styles, up: filter, epilogue: epilogue)
        let twin = ConvolutionTwin(x: x, w: w, styles: styles, filter: filter).finished(epilogue)
        #expect(twin.error(of: found) < 1e-5, "\(height)×\(width), \(filter.width) taps")
      }
    }
  }

  @Test("Depthwise 3×3 and 1×1 convolutions in one", arguments: channels)
  func depthwise(inputs: Int, outputs: Int) {
    for (height, width) in Self.sizes {
      let x = samples([2, inputs, height, width], seed: 1)
      let taps = samples([inputs, 1, 3, 3], seed: 2)
      let w = samples([outputs, inputs, 1, 1], seed: 3)
      let scale = samples([2, inputs], seed: 4)
      let found = x.depthwiseSeparableConvolution(taps, ConvolutionWeight(w), inputScale: scale)
      // As one convolution: w[o, c] · taps[c].
      let whole = Tensor(uninitialized: [outputs, inputs, 3, 3]) { values in
        let (t, w) = (taps.scalars, w.scalars)
        for i in values.indices { values[i] = w[i / 9] * t[i / 9 % inputs * 9 + i % 9] }
      }
      let twin = ConvolutionTwin(x: x, w: whole, padding: 1, inputScale: scale)
      #expect(twin.error(of: found) < 1e-5, "\(height)×\(width)")
      let separate = x.depthwiseConvolution(taps, inputScale: scale)
        .convolution(ConvolutionWeight(w))
      #expect(twin.error(of: separate) < 1e-5, "\(height)×\(width), separate")
    }
  }

  @Test("×2 upsampling equals insertion of zeros, then filtering")
  func upsampling() {
    for (height, width) in Self.sizes + [(3, 600)] {
      for taps: [Float] in [[1, 3, 3, 1], [1, 2, 3, 5], [1, 2, 4], [1, 2], [1]] {
        let filter = ResampleFilter(taps)
        let x = samples([2, 3, height, width], seed: 1)
        let found = x.upsampled2(filter).scalars
        let expected = x.upfirdn(filter, up: (2, 2), padding: .upsampling2(filter), gain: 4).scalars
        let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(found.count == expected.count && error < 1e-5, "\(height)×\(width)")
      }
    }
  }

  @Test("The same bytes for any number of threads")
  func threads() {
    let (x, w, styles) = layer(33, 40, 45, 50)
    let filter = ResampleFilter([1, 3, 3, 1])
    func results() -> [[Float]] {
      [
        x.modulatedConvolution(ConvolutionWeight(w), styles: styles).scalars,
        x.modulatedConvolution(
          ConvolutionWeight(w, transposed: true), styles: styles, up: filter
        ).scalars,
        x.convolution(ConvolutionWeight(w), stride: 2, padding: 1).scalars,
      ]
    }
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 1
    let alone = results()
    for count in [2, 3, 5] {
      Parallel.threads = count
      #expect(results() == alone, "\(count) threads")
    }
  }

  private func layer(
    _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int
  ) -> (x: Tensor, w: Tensor, styles: Tensor) {
    (
      samples([2, inputs, height, width], seed: 1), samples([outputs, inputs, 3, 3], seed: 2),
      samples([2, inputs], seed: 3)
    )
  }

  private func samples(_ shape: Shape, seed: UInt32) -> Tensor {
    var random = RandomState(seed: seed)
    return random.randn(shape)
  }
}
