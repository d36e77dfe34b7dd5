extension Tensor {
  /// ×2 nearest-neighbour upsampling and a 3×3 convolution in one operation, the up-convolution of
  /// ProGAN and StyleGAN1 (Karras et al., arXiv 1710.10196): `[N, I, H, W]` → `[N, O, 2H, 2W]`.
  ///
  /// It works as a transposed convolution with stride 2 whose kernel is the sum of `weight` shifted
  /// to four places, the "fused" form of the official code. Upsampling first and correlating with w
  /// is the same as this with w flipped on both axes.
  ///
  /// - Parameters:
  ///   - weight: `[O, I, 3, 3]`, prepared with `transposed: true`.
  ///   - epilogue: What follows in the same pass.
  public func nearestUpConvolution(
    _ weight: ConvolutionWeight, epilogue: Epilogue = .none
  ) -> Tensor {
    // A box filter after the scattering of w sums the four shifted copies.
    upConvolution(
      weight, filter: ResampleFilter([1, 1]), inputScale: nil, outputScale: nil,
      epilogue: epilogue)
  }

  /// Kernels of a convolution with stride 2 and padding 1 that equals a convolution with these
  /// (padding k/2) and averaging over 2×2 pixels: `[O, I, k, k]` → `[O, I, k + 1, k + 1]`.
  public func averagingKernels() -> Tensor {
    precondition(shape.rank == 4, "convolution weights of shape \(shape)")
    return upfirdn(ResampleFilter([1, 1]), padding: Padding(before: 1, after: 1))
  }
}
