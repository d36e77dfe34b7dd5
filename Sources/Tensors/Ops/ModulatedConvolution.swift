import CKernels

extension Tensor {
  /// The modulated convolution of StyleGAN2 (Karras et al., arXiv 1912.04958, section 2.2).
  ///
  /// The per-sample weights w·s (divided by √(Σ(w·s)² + 1e-8) over input channels and taps if
  /// `demodulate`) are never built: input channels are scaled by s, outputs by the demodulation
  /// factor, and the weights are shared by the batch. `[N, I, H, W]` → `[N, O, H, W]`, or
  /// `[N, O, 2H, 2W]` with `up`.
  ///
  /// - Parameters:
  ///   - weight: `[O, I, k, k]`, k odd; prepared with `transposed: true` if `up` is given.
  ///   - styles: `[N, I]`.
  ///   - demodulate: Whether outputs are normalised.
  ///   - up: The low-pass filter of a ×2 up-convolution.
  ///   - epilogue: What follows in the same pass.
  public func modulatedConvolution(
    _ weight: ConvolutionWeight, styles: Tensor, demodulate: Bool = true, up: ResampleFilter? = nil,
    epilogue: Epilogue = .none
  ) -> Tensor {
    precondition(
      styles.shape == [shape[0], weight.inputs], "styles \(styles.shape) for \(weight.tensor.shape)"
    )
    let factors = demodulate ? styles.demodulationFactors(weight.energy) : nil
    if let up {
      return upConvolution(
        weight, filter: up, inputScale: styles, outputScale: factors, epilogue: epilogue)
    }
    return convolution(
      weight, inputScale: styles, outputScale: factors, stride: 1,
      padding: weight.kernel.height / 2, epilogue: epilogue)
  }

  /// 1 / √(Σᵢ s² · energy + 1e-8): styles `[N, I]` and energy `[O, I]` → `[N, O]`.
  func demodulationFactors(_ energy: Tensor) -> Tensor {
    (squared().matrixProduct(energy, transposed: true) + 1e-8).reciprocalSquareRoot()
  }
}
