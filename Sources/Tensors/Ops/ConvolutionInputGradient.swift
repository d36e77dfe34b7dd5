extension Tensor {
  /// The gradient of a convolution's input of `height` × `width`: `[N, O, H′, W′]` →
  /// `[N, I, height, width]`.
  ///
  /// With stride 1 it is a convolution with the kernels flipped and inputs and outputs exchanged, as
  /// fast as the convolution itself; else a transposed convolution.
  ///
  /// - Parameters:
  ///   - weight: The convolution's weights `[O, I, kh, kw]`.
  ///   - inputScale: Factors `[N, O]` on the channels of the gradient.
  func convolutionInputGradient(
    _ weight: ConvolutionWeight, inputScale: Tensor? = nil, height: Int, width: Int, stride: Int,
    padding: Int
  ) -> Tensor {
    let (kh, kw) = weight.kernel
    let isWhole =
      shape[2] == height + 2 * padding - kh + 1 && shape[3] == width + 2 * padding - kw + 1
    if stride == 1, isWhole, kh == kw, padding <= kh - 1 {
      return convolution(
        weight.adjoint(.flipped), inputScale: inputScale, outputScale: nil, stride: 1,
        padding: kh - 1 - padding, epilogue: .none)
    }
    let scaled = inputScale.map { self * $0.reshaped([shape[0], shape[1], 1, 1]) } ?? self
    let full = scaled.transposedConvolution(weight.adjoint(.scattered), stride: stride)
    return full.upfirdn(
      nil,
      padding: Padding(
        left: -padding, right: width + padding - full.shape[3], top: -padding,
        bottom: height + padding - full.shape[2]))
  }
}
