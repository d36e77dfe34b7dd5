extension Tensor {
  /// A convolution (correlation, as everywhere in deep learning): `[N, I, H, W]` → `[N, O, H′, W′]`,
  /// zero padding on every side, then `epilogue`.
  public func convolution(
    _ weight: ConvolutionWeight, stride: Int = 1, padding: Int = 0, epilogue: Epilogue = .none
  ) -> Tensor {
    convolution(
      weight, inputScale: nil, outputScale: nil, stride: stride, padding: padding,
      epilogue: epilogue)
  }

  /// A convolution whose input channels are scaled by `inputScale` `[N, I]` and whose outputs are
  /// scaled by `outputScale` `[N, O]` before the epilogue.
  func convolution(
    _ weight: ConvolutionWeight, inputScale: Tensor?, outputScale: Tensor?, stride: Int,
    padding: Int, epilogue: Epilogue
  ) -> Tensor {
    precondition(
      shape.rank == 4 && shape[1] == weight.inputs, "convolution \(weight.tensor.shape) on \(shape)"
    )
    let (kh, kw) = weight.kernel
    let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let outHeight = (h + 2 * padding - kh) / stride + 1
    let outWidth = (w + 2 * padding - kw) / stride + 1
    precondition(outHeight > 0 && outWidth > 0, "kernel \(kh)×\(kw) on \(shape)")
    let result: Shape = [n, weight.outputs, outHeight, outWidth]
    epilogue.check(shape: result)
    let isRecorded = Tape.records(
      self, weight.tensor, inputScale, outputScale, epilogue.bias, epilogue.noise)
    if isRecorded, !epilogue.isPiecewise {
      return convolution(
        weight, inputScale: inputScale, outputScale: outputScale, stride: stride,
        padding: padding, epilogue: .none
      ).biasAct(epilogue)
    }
    // A transform of a few channels costs more than it saves.
    let isWinograd =
      kh == 3 && kw == 3 && stride == 1 && c >= 8 && weight.outputs >= 8
      && outHeight * outWidth >= 256
    // Windows of one row are read where they lie, if rows are long enough.
    let slides = stride == 1 && kh * kw > 1 && outWidth >= 24
    let cells = slides && inputScale == nil ? FilledCells(self, padding: padding) : nil
    // Of the work of a plain product Winograd's algorithm leaves a quarter, and its transforms.
    let isSliding = slides && (!isWinograd || cells.map { $0.share < 0.3 } ?? false)
    // Small samples are done together, so that weights are read for many columns.
    let together =
      isSliding || kh * kw == 1 && weight.outputs <= 4
      ? 1
      : isWinograd
        ? ConvolutionLayer.fewTiles / ((outHeight + 3) / 4 * ((outWidth + 3) / 4))
        : ConvolutionLayer.fewColumns / (outHeight * outWidth)
    let y = Tensor(uninitialized: result) { destination in
      guard let to = destination.baseAddress else { return }
      ConvolutionLayer.run(
        self, weight, form: isWinograd && !isSliding ? .winograd : .direct, inputScale: inputScale,
        outputScale: outputScale, stride: stride, padding: padding, epilogue: epilogue, into: to,
        height: outHeight, width: outWidth, together: max(min(together, n), 1)
      ) { sample, layer in
        if isSliding {
          layer.slide(cells?.samples[sample])
        } else if isWinograd {
          layer.winograd()
        } else {
          layer.multiply()
        }
      }
    }
    guard isRecorded else { return y }
    let pullback = ConvolutionPullback(
      x: self, inputScale: inputScale, outputScale: outputScale, epilogue: epilogue
    ) { gradient, scale in
      gradient.convolutionInputGradient(
        weight, inputScale: scale, height: h, width: w, stride: stride, padding: padding)
    } weightGradient: { input, inputScale, gradient, scale in
      input.convolutionWeightGradient(
        gradient, kernel: weight.kernel, stride: stride, padding: padding, scale: inputScale,
        gradientScale: scale)
    }
    return y.recorded(
      from: pullback.inputs(weight), withResult: { pullback($0, $1, $2) })
  }
}

extension Tensor? {
  /// Element [row, column] of a matrix, 1 without a matrix.
  func at(_ row: Int, _ column: Int) -> Float {
    guard let self else { return 1 }
    return self.withUnsafeBuffer { $0[row * self.shape[1] + column] }
  }
}
