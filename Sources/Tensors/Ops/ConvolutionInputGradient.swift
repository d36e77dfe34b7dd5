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

/// The gradients of y = epilogue(scale · A(inputScale · x, w)), A a convolution or an
/// up-convolution, linear in both arguments.
struct ConvolutionPullback {
  let x: Tensor
  let inputScale: Tensor?
  let outputScale: Tensor?
  let epilogue: Epilogue
  /// Aᵀ: a gradient and the factors `[N, O]` on its channels → the gradient of A's input.
  let inputGradient: (_ gradient: Tensor, _ scale: Tensor?) -> Tensor
  /// A's input and the gradient of its result → the gradient of w.
  let weightGradient: (_ input: Tensor, _ gradient: Tensor) -> Tensor

  /// What y depends on, in the order of the gradients below.
  func inputs(_ weight: ConvolutionWeight) -> [Tensor?] {
    [x, weight.tensor, inputScale, outputScale, epilogue.bias, epilogue.noise]
  }

  /// The gradients of ``inputs(_:)``.
  func callAsFunction(_ y: Tensor, _ gradient: Tensor, _ isNeeded: [Bool]) -> [Tensor?] {
    let inner = epilogue.pullback(gradient, result: y)
    var gradients = [Tensor?](repeating: nil, count: 6)
    if isNeeded[0] || isNeeded[2] {
      let unscaled = inputGradient(inner, outputScale)
      gradients[0] = isNeeded[0] ? inputScale.map { unscaled.scaledPlanes($0) } ?? unscaled : nil
      gradients[2] = isNeeded[2] ? x.planeProducts(unscaled) : nil
    }
    if isNeeded[1] {
      gradients[1] = weightGradient(
        inputScale.map { x.scaledPlanes($0) } ?? x,
        outputScale.map { inner.scaledPlanes($0) } ?? inner)
    }
    if isNeeded[3], let outputScale {
      gradients[3] = epilogue.products(gradient, inner, result: y) * outputScale.reciprocal()
    }
    if isNeeded[4] { gradients[4] = epilogue.biasGradient(inner) }
    if isNeeded[5] { gradients[5] = epilogue.noiseGradient(inner) }
    return gradients
  }
}

extension Epilogue {
  /// Σ over the pixels of `inner` · what came into the epilogue: `[N, C]`.
  ///
  /// What came in is got back from the result y: with the slope of the activation and the gain, it
  /// is y / (slope · gain) − noise − bias, and the gradient is inner = slope · gain · gradient, so
  /// that inner · y / (slope · gain) is gradient · y.
  fileprivate func products(_ gradient: Tensor, _ inner: Tensor, result y: Tensor) -> Tensor {
    let unclamped =
      clamp.map { gradient.scaled(above: 1, below: 1, limit: $0, by: y) } ?? gradient
    var sums = unclamped.planeProducts(y)
    if let noise, noiseStrength != 0 {
      let maps = noise.reshaped([noise.shape[0], 1, y.shape[2], y.shape[3]])
      sums.add(inner.planeProducts(maps), scaledBy: -noiseStrength)
    }
    if let bias {
      let totals = inner.summed(over: [2, 3]).reshaped([y.shape[0], y.shape[1]])
      sums = sums - totals * bias.reshaped([1, bias.count])
    }
    return sums
  }
}

extension Tensor {
  /// Channels of `[N, C, H, W]` times factors `[N, C]`.
  func scaledPlanes(_ factors: Tensor) -> Tensor {
    self * factors.reshaped([shape[0], shape[1], 1, 1])
  }
}
