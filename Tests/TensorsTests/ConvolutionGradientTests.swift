import TestSupport
import Tensors
import Testing

@Suite("Gradients of convolutions and resampling")
struct ConvolutionGradientTests {
  let check = GradientCheck()

  @Test("Convolutions of every kernel, stride and padding", arguments: [1, 2, 3, 5])
  func convolution(kernel: Int) {
    for (height, width) in [(6, 5), (17, 19)] {
      for (stride, padding) in [(1, 0), (1, kernel / 2), (2, 0), (2, kernel / 2), (3, kernel + 1)] {
        check(
          [
            .sample([2, 3, height, width]), .sample([4, 3, kernel, kernel], seed: 2, scale: 0.5),
          ], "\(kernel)×\(kernel), stride \(stride), padding \(padding)"
        ) { $0[0].convolution(ConvolutionWeight($0[1]), stride: stride, padding: padding) }
      }
    }
  }

  @Test("Convolutions that Winograd's algorithm runs")
  func winograd() {
    check([.sample([2, 9, 17, 18]), .sample([11, 9, 3, 3], seed: 2, scale: 0.3)]) {
      $0[0].convolution(ConvolutionWeight($0[1]), padding: 1)
    }
    GradientCheck.kinkedFirstOrder([
      .sample([1, 9, 17, 18]), .sample([11, 9, 3, 3], seed: 2, scale: 0.3), .sample([11], seed: 3),
    ]) {
      $0[0].convolution(
        ConvolutionWeight($0[1]), padding: 1,
        epilogue: Epilogue(bias: $0[2], activation: .relu, clamp: 2))
    }
  }

  @Test("Transposed convolutions")
  func transposed() {
    for (kernel, stride) in [(3, 2), (4, 2), (2, 3), (1, 1), (3, 1)] {
      check(
        [.sample([2, 3, 5, 4]), .sample([2, 3, kernel, kernel], seed: 2)],
        "\(kernel)×\(kernel), stride \(stride)"
      ) {
        $0[0].transposedConvolution(ConvolutionWeight($0[1], transposed: true), stride: stride)
      }
    }
  }

  @Test(
    "Modulated convolutions: input, weights, styles, bias and noise",
    arguments: [Activation.linear, .lrelu, .relu, .swish])
  func modulated(activation: Activation) {
    for (inputs, outputs, height, width) in [(3, 4, 5, 6), (9, 8, 17, 16)] {
      for (demodulate, clamp) in [(true, nil), (false, Float(5 * inputs))] as [(Bool, Float?)] {
        let isSmooth = activation == .linear && clamp == nil
        let check: GradientCheck =
          isSmooth ? GradientCheck() : inputs > 3 ? .kinkedFirstOrder : .kinked
        let arguments: [Tensor] = [
          .sample([2, inputs, height, width]), .sample([outputs, inputs, 3, 3], seed: 2),
          .sample([2, inputs], seed: 3) + 1.2, .sample([outputs], seed: 4),
          .sample([1, 1, height, width], seed: 5),
        ]
        check(arguments, "\(inputs) channels, demodulate \(demodulate)") {
          $0[0].modulatedConvolution(
            ConvolutionWeight($0[1]), styles: $0[2], demodulate: demodulate,
            epilogue: Epilogue(
              bias: $0[3], activation: activation, clamp: clamp, noise: $0[4], noiseStrength: 0.3))
        }
      }
    }
  }

  @Test("Modulated up-convolutions with every filter", arguments: 0..<8)
  func up(filter: Int) {
    let (name, taps) = ModulatedConvolutionTests.filters[filter]
    for (channels, height, width) in [(3, 4, 3), (9, 17, 18)] {
      if height > 4, filter != 2 { continue }
      let check: GradientCheck = height > 4 ? .kinkedFirstOrder : .kinked
      check(
        [
          .sample([1, channels, height, width]), .sample([4, channels, 3, 3], seed: 2),
          .sample([1, channels], seed: 3) + 1.2, .sample([4], seed: 4),
          .sample([1, 1, 2 * height, 2 * width], seed: 5),
        ], name
      ) {
        $0[0].modulatedConvolution(
          ConvolutionWeight($0[1], transposed: true), styles: $0[2], up: ResampleFilter(taps: taps),
          epilogue: Epilogue(
            bias: $0[3], activation: .lrelu, clamp: 4, noise: $0[4], noiseStrength: 0.3))
      }
    }
  }

  @Test("Up-convolutions of larger pictures, without kinks")
  func largeUp() {
    check(
      [
        .sample([1, 9, 17, 18]), .sample([10, 9, 3, 3], seed: 2), .sample([1, 9], seed: 3) + 1.2,
      ]
    ) {
      $0[0].modulatedConvolution(
        ConvolutionWeight($0[1], transposed: true), styles: $0[2],
        up: ResampleFilter([1, 3, 3, 1]))
    }
  }

  @Test("Nearest up-convolutions and averaging kernels")
  func nearest() {
    check([.sample([1, 3, 4, 5]), .sample([2, 3, 3, 3], seed: 2)]) {
      $0[0].nearestUpConvolution(ConvolutionWeight($0[1], transposed: true))
    }
    check([.sample([1, 2, 6, 4]), .sample([2, 2, 3, 3], seed: 2)]) {
      $0[0].convolution(ConvolutionWeight($0[1].averagingKernels()), stride: 2, padding: 1)
    }
    check([.sample([3, 2, 3, 2])]) { $0[0].flippedKernels() }
  }

  @Test("Upfirdn of every factor, padding and cropping")
  func upfirdn() {
    for (_, taps) in ModulatedConvolutionTests.filters {
      let filter = ResampleFilter(taps: taps)
      for (up, down) in [((1, 1), (1, 1)), ((2, 2), (1, 1)), ((1, 1), (2, 2)), ((3, 1), (2, 3))] {
        for padding in [
          Padding(left: 8, right: 7, top: 7, bottom: 9),
          Padding(left: -1, right: 11, top: 10, bottom: -1),
        ] {
          for flip in [false, true] {
            check([.sample([1, 2, 7, 6])], "\(up) \(down) \(padding) \(flip)") {
              $0[0].upfirdn(
                filter, up: up, down: down, padding: padding, gain: 1.5, flipFilter: flip)
            }
          }
        }
      }
      check([.sample([1, 2, 5, 6])]) { $0[0].upsampled2(filter) }
      check([.sample([1, 2, 10, 12])]) { $0[0].downsampled2(filter) }
    }
  }

  @Test("Depthwise and separable convolutions, and the Haar transform")
  func wavelets() {
    let arguments: [Tensor] = [
      .sample([2, 4, 5, 6]), .sample([4, 1, 3, 3], seed: 2), .sample([2, 4], seed: 3) + 1.2,
    ]
    check(arguments) { $0[0].depthwiseConvolution($0[1], inputScale: $0[2]) }
    GradientCheck.kinked(
      arguments + [
        .sample([3, 4, 1, 1], seed: 4), .sample([3], seed: 5), .sample([2, 3], seed: 6),
      ]
    ) {
      $0[0].depthwiseSeparableConvolution(
        $0[1], ConvolutionWeight($0[3]), inputScale: $0[2],
        epilogue: Epilogue(bias: $0[4], activation: .lrelu)
      ).scaledByChannel($0[5])
    }
    check([arguments[0], arguments[2]]) { $0[0].inverseHaar(inputScale: $0[1]) }
    check([.sample([1, 3, 4, 6])]) { $0[0].haar() }
    let x = arguments[0]
    #expect(relativeError(x.inverseHaar().haar(), x) < 1e-6)
  }

  @Test("The filtered nonlinearity of StyleGAN3")
  func filtered() {
    let row: [Float] = [1, 2, 4, 7, 5, 3, 2, 1, 0.5, 1, 2, 1]
    let separable = ResampleFilter(row)
    let square = ResampleFilter(rows: [
      [1, 2, -1, 4], [3, 0, 0.5, 2], [1, 1, 2, 3], [0, 1, 2, 1],
    ])
    for (up, down, padding) in [
      (2, 2, (9, 8)), (4, 2, (-2, 9)), (1, 1, (11, 12)), (2, 1, (11, 11)),
    ] {
      for (upFilter, downFilter) in [(separable, separable), (separable, square), (square, nil)]
        as [(ResampleFilter?, ResampleFilter?)]
      {
        let check: GradientCheck = up > 2 ? .kinkedFirstOrder : .kinked
        check([.sample([1, 2, 8, 7], scale: 2)], "up \(up), down \(down)") {
          $0[0].filteredLeakyReLU(
            FilteredLeakyReLU(
              upFilter: upFilter, downFilter: downFilter, up: up, down: down, padding: padding,
              clamp: 1.5))
        }
      }
    }
    check([.sample([1, 2, 4, 5])]) {
      $0[0].filteredLeakyReLU(FilteredLeakyReLU(slope: 1, gain: 1, clamp: 256))
    }
    check([.sample([1, 3, 5, 4]), .sample([4, 3, 3, 3], seed: 2), .sample([1, 3], seed: 3)]) {
      $0[0].fullModulatedConvolution(ConvolutionWeight($0[1]), styles: $0[2], gain: 0.7)
    }
  }
}

extension Tensor {
  fileprivate func scaledByChannel(_ factors: Tensor) -> Tensor {
    self * factors.reshaped([shape[0], shape[1], 1, 1])
  }
}
