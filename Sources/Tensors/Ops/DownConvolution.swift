extension Tensor {
  /// The ×½ convolution of StyleGAN2's discriminator: the low-pass `filter` over the padded picture, a
  /// convolution with stride 2, then `epilogue`: `[N, I, H, W]` → `[N, O, H/2, W/2]` for an odd kernel and
  /// `padding` of ``Padding/downsampling2(_:)`` with half the kernel more on every side.
  ///
  /// Its gradient is the ×2 up-convolution with the filter reversed, one operation that is faster than
  /// the gradients of its two parts.
  public func downConvolution(
    _ weight: ConvolutionWeight, filter: ResampleFilter, padding: Padding,
    epilogue: Epilogue = .none
  ) -> Tensor {
    let isUpConvolution =
      weight.kernel == (3, 3) && padding == .downsampling2(filter).expanded(by: 1)
      && [2, 4].contains(filter.height) && [2, 4].contains(filter.width)
      && shape[2] % 2 == 0 && shape[3] % 2 == 0
    guard isUpConvolution, epilogue.isPiecewise,
      Tape.records(self, weight.tensor, epilogue.bias, epilogue.noise)
    else {
      return upfirdn(filter, padding: padding).convolution(weight, stride: 2, epilogue: epilogue)
    }
    let filtered = detached.upfirdn(filter, padding: padding)
    let y = Tape.withoutRecording {
      filtered.convolution(weight, stride: 2, epilogue: epilogue)
    }
    let pullback = ConvolutionPullback(
      x: self, inputScale: nil, outputScale: nil, epilogue: epilogue
    ) { gradient, scale in
      gradient.upConvolution(
        weight.adjoint(.scattered), filter: filter.reversed(gain: 0.25), inputScale: scale,
        outputScale: nil, epilogue: .none)
    } weightGradient: { input, _, gradient, _ in
      // Filtered again only where that is on a tape of its own.
      (Tape.records(input) ? input.upfirdn(filter, padding: padding) : filtered)
        .convolutionWeightGradient(gradient, kernel: (3, 3), stride: 2, padding: 0)
    }
    return y.recorded(from: pullback.inputs(weight), withResult: { pullback($0, $1, $2) })
  }
}

extension ResampleFilter {
  /// The taps in the other order on both axes, times `gain`.
  fileprivate func reversed(gain: Float) -> ResampleFilter {
    // One row stands for both axes, and its factor counts twice.
    let factor = taps.shape.rank == 1 ? gain.squareRoot() : gain
    return ResampleFilter(
      taps: Tensor(taps.scalars.reversed().map { $0 * factor }, shape: taps.shape))
  }
}
