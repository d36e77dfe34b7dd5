extension Tensor {
  /// A convolution with integer resampling, as conv2d_resample of stylegan2-ada-pytorch.
  ///
  /// `[N, I, H, W]` → `[N, O, H·up/down, W·up/down]` for `padding` = k/2.
  ///
  /// - Parameters:
  ///   - weight: `[O, I, kh, kw]`.
  ///   - filter: The low-pass filter of the resampling.
  ///   - up: The factor of upsampling before the convolution.
  ///   - down: The factor of downsampling after it.
  ///   - padding: Padding of the upsampled picture.
  ///   - correlate: Whether the weights are correlated (`flip_weight` of the official code) rather
  ///     than convolved, that is flipped on both axes.
  public func convolutionResample(
    _ weight: Tensor, filter: ResampleFilter, up: Int = 1, down: Int = 1, padding: Int = 0,
    correlate: Bool = true
  ) -> Tensor {
    let kernels = ConvolutionWeight(correlate ? weight : weight.flippedKernels())
    var around = Padding(before: padding, after: padding)
    for (factor, isUp) in [(up, true), (down, false)] where factor > 1 {
      let (w, h) = (filter.width, filter.height)
      let shift = isUp ? factor - 1 : 1 - factor
      around.left += (w + shift) >> 1
      around.right += (w - factor) >> 1
      around.top += (h + shift) >> 1
      around.bottom += (h - factor) >> 1
    }
    if up > 1 {
      let x = upfirdn(filter, up: (up, up), padding: around, gain: Float(up * up))
      let y = x.convolution(kernels)
      return down > 1 ? y.upfirdn(filter, down: (down, down)) : y
    }
    // Filtering first lets the convolution take steps of `down`.
    if down > 1 {
      return upfirdn(filter, padding: around).convolution(kernels, stride: down)
    }
    return upfirdn(nil, padding: around).convolution(kernels)
  }
}
