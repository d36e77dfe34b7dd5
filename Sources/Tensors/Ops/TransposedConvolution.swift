import CKernels

extension Tensor {
  /// A transposed convolution, then `epilogue`: `[N, I, H, W]` →
  /// `[N, O, (H − 1)·stride − 2·padding + kh + outputPadding, …]`.
  ///
  /// Every input pixel adds its kernel, as stored, into the output, of which `padding` pixels are
  /// cut off on every side and `outputPadding` added below and to the right. `weight` is
  /// `[O, I, kh, kw]` and prepared with `transposed: true`.
  public func transposedConvolution(
    _ weight: ConvolutionWeight, stride: Int, padding: Int = 0, outputPadding: Int = 0,
    epilogue: Epilogue = .none
  ) -> Tensor {
    let (kh, kw) = weight.kernel
    let height = (shape[2] - 1) * stride + kh - 2 * padding + outputPadding
    let width = (shape[3] - 1) * stride + kw - 2 * padding + outputPadding
    precondition(
      padding >= 0 && outputPadding >= 0 && height > 0 && width > 0,
      "padding \(padding) and \(outputPadding) for a kernel of \(kh)×\(kw) on \(shape)")
    epilogue.check(shape: [shape[0], weight.outputs, height, width])
    let isRecorded = Tape.records(self, weight.tensor, epilogue.bias, epilogue.noise)
    if isRecorded, padding != 0 || outputPadding != 0 || !epilogue.isNothing {
      return transposedConvolution(weight, stride: stride).upfirdn(
        nil, padding: Padding(before: -padding, after: outputPadding - padding)
      ).biasAct(epilogue)
    }
    if !isRecorded, kh == 3, kw == 3, stride == 2, padding == 1, outputPadding == 1,
      shape[2] * shape[3] >= Self.fewestForTiles
    {
      // The ×2 up-convolution with a filter that only moves the picture by the pixel cut off.
      return upConvolution(
        weight, taps: [0, 0, 1, 0, 0, 0, 1, 0], inputScale: nil, outputScale: nil,
        epilogue: epilogue)
    }
    let full = (shape[2] - 1) * stride + kh, wide = (shape[3] - 1) * stride + kw
    let result = scatter(weight, inputScale: nil, stride: stride) { _, _ in
      (height, width)
    } finish: { plane, result, sample, channel in
      guard let from = plane.baseAddress else { return }
      for y in 0..<height {
        // Beyond what was scattered, output padding holds zeros.
        let row = y + padding, count = row < full ? max(0, min(width, wide - padding)) : 0
        if count > 0 {
          (result + y * width).update(from: from + row * wide + padding, count: count)
        }
        (result + y * width + count).update(repeating: 0, count: width - count)
      }
      epilogue.apply(
        result, from: result, sample: sample, channel: channel, count: height * width)
    }
    guard isRecorded else { return result }
    let x = self
    return result.recorded(from: [self, weight.tensor]) { gradient, isNeeded in
      [
        isNeeded[0] ? gradient.convolution(weight.adjoint(.plain), stride: stride) : nil,
        isNeeded[1]
          ? gradient.convolutionWeightGradient(
            x, kernel: weight.kernel, stride: stride, padding: 0
          ).permuted([1, 0, 2, 3]) : nil,
      ]
    }
  }

  /// The ×2 up-convolution of StyleGAN2, one operation: transposed convolution with stride 2, then
  /// the low-pass `filter`, then `outputScale` `[N, O]` and `epilogue`.
  ///
  /// `[N, I, H, W]` → `[N, O, 2H, 2W]` for an odd kernel; `weight` goes in unflipped, as
  /// stylegan2-ada-pytorch stores it.
  func upConvolution(
    _ weight: ConvolutionWeight, filter: ResampleFilter, inputScale: Tensor?, outputScale: Tensor?,
    epilogue: Epilogue
  ) -> Tensor {
    let (kh, kw) = weight.kernel
    let (height, width) = ((shape[2] - 1) * 2 + kh, (shape[3] - 1) * 2 + kw)
    // The padding that keeps the picture centred: that of an upsampling, plus half the kernel,
    // less what the transposed convolution has spread already.
    let base = Padding.upsampling2(filter)
    let padding = Padding(
      left: base.left + kw / 2 - (kw - 1), right: base.right + kw / 2 - (kw - 2),
      top: base.top + kh / 2 - (kh - 1), bottom: base.bottom + kh / 2 - (kh - 2))
    let plan = UpfirdnPlan(
      height: height, width: width, filter: filter, padding: padding, gain: 4)
    epilogue.check(shape: [shape[0], weight.outputs, plan.outHeight, plan.outWidth])
    let isRecorded = Tape.records(
      self, weight.tensor, inputScale, outputScale, epilogue.bias, epilogue.noise)
    if isRecorded {
      guard epilogue.isPiecewise else {
        return upConvolution(
          weight, filter: filter, inputScale: inputScale, outputScale: outputScale, epilogue: .none
        ).biasAct(epilogue)
      }
      let y = Tape.withoutRecording {
        upConvolution(
          weight, filter: filter, inputScale: inputScale, outputScale: outputScale,
          epilogue: epilogue)
      }
      // Back through the filter, and then through the transposed convolution.
      let resampling = Resampling(filter: filter, padding: padding, gain: 4)
      let pullback = ConvolutionPullback(
        x: self, inputScale: inputScale, outputScale: outputScale, epilogue: epilogue
      ) { gradient in
        gradient.resampled(resampling.adjoint(height: height, width: width))
      } inputGradient: { gradient, scale in
        gradient.convolution(
          weight.adjoint(.plain), inputScale: scale, outputScale: nil, stride: 2, padding: 0,
          epilogue: .none)
      } weightGradient: { input, inputScale, gradient, scale in
        gradient.convolutionWeightGradient(
          input, kernel: (kh, kw), stride: 2, padding: 0, scale: scale, gradientScale: inputScale
        ).permuted([1, 0, 2, 3])
      }
      return y.recorded(from: pullback.inputs(weight), withResult: { pullback($0, $1, $2) })
    }
    if kh == 3, kw == 3, shape[2] * shape[3] >= Self.fewestForTiles,
      let taps = filter.separableTaps(gain: 4)
    {
      return upConvolution(
        weight, taps: taps, inputScale: inputScale, outputScale: outputScale, epilogue: epilogue)
    }
    let count = plan.outHeight * plan.outWidth
    return scatter(weight, inputScale: inputScale, stride: 2) { _, _ in
      (plan.outHeight, plan.outWidth)
    } finish: { plane, result, sample, channel in
      guard let from = plane.baseAddress else { return }
      plan.run(result, from: from)
      epilogue.apply(
        result, from: result, scale: outputScale.at(sample, channel), sample: sample,
        channel: channel, count: count)
    }
  }

  /// Input pixels from which on the tiles of an up-convolution pay.
  private static let fewestForTiles = 256

  /// The ×2 up-convolution with a 3×3 kernel and separable `taps`: 4 down, then 4 across.
  private func upConvolution(
    _ weight: ConvolutionWeight, taps: [Float], inputScale: Tensor?, outputScale: Tensor?,
    epilogue: Epilogue
  ) -> Tensor {
    precondition(
      shape.rank == 4 && shape[1] == weight.inputs, "\(weight.tensor.shape) on \(shape)")
    let (height, width) = (2 * shape[2], 2 * shape[3])
    return Tensor(uninitialized: [shape[0], weight.outputs, height, width]) { destination in
      guard let to = destination.baseAddress else { return }
      ConvolutionLayer.run(
        self, weight, form: .upWinograd, inputScale: inputScale, outputScale: outputScale,
        padding: 1, epilogue: epilogue, into: to, height: height, width: width
      ) { _, layer in layer.up(filter: taps) }
    }
  }

  /// The scattered planes of a transposed convolution, each handed to `finish` with its place in
  /// the result, whose planes have the size `outSize` gives.
  private func scatter(
    _ weight: ConvolutionWeight, inputScale: Tensor?, stride: Int,
    outSize: (_ height: Int, _ width: Int) -> (height: Int, width: Int),
    finish: (
      _ plane: UnsafeMutableBufferPointer<Float>, _ result: UnsafeMutablePointer<Float>,
      _ sample: Int, _ channel: Int
    ) -> Void
  ) -> Tensor {
    precondition(
      weight.isTransposed, "these weights were not prepared for a transposed convolution")
    precondition(
      shape.rank == 4 && shape[1] == weight.inputs,
      "transposed convolution \(weight.tensor.shape) on \(shape)")
    let (n, h, w) = (shape[0], shape[2], shape[3])
    let (kh, kw) = weight.kernel, taps = kh * kw, o = weight.outputs
    let height = (h - 1) * stride + kh, width = (w - 1) * stride + kw
    let out = outSize(height, width)
    return Tensor(uninitialized: [n, o, out.height, out.width]) { destination in
      guard let to = destination.baseAddress else { return }
      ConvolutionLayer.runScattered(self, weight, inputScale: inputScale) {
        sample, channels, columns, step in
        Scratch.withFloats(height * width) { plane in
          for channel in channels {
            atelier_col2im(
              plane, Int32(height), Int32(width),
              columns + (channel - channels.lowerBound) * taps * step, step, Int32(h),
              Int32(w), Int32(kh), Int32(kw), Int32(stride))
            finish(
              UnsafeMutableBufferPointer(start: plane, count: height * width),
              to + (sample * o + channel) * out.height * out.width, sample, channel)
          }
        }
      }
    }
  }
}
