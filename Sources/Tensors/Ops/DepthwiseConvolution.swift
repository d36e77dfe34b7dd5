import CKernels

extension Tensor {
  /// A depthwise 3×3 correlation with zero padding 1 whose input channels are scaled first:
  /// `[N, C, H, W]`, `taps` `[C, 1, 3, 3]`, `inputScale` `[N, C]`.
  public func depthwiseConvolution(_ taps: Tensor, inputScale: Tensor) -> Tensor {
    precondition(
      taps.count == shape[1] * 9 && inputScale.shape == [shape[0], shape[1]],
      "depthwise taps \(taps.shape) and scale \(inputScale.shape) on \(shape)")
    let (c, h, w) = (shape[1], shape[2], shape[3])
    let result = Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { x in
        taps.withUnsafeBuffer { taps in
          guard let to = destination.baseAddress, let x = x.baseAddress,
            let taps = taps.baseAddress
          else { return }
          Parallel.forEach(shape[0] * c) { index in
            atelier_depthwise3x3(
              to + index * h * w, x + index * h * w, taps + index % c * 9,
              (inputScale as Tensor?).at(index / c, index % c), Int32(h), Int32(w))
          }
        }
      }
    }
    guard Tape.records(self, taps, inputScale) else { return result }
    let x = self
    return result.recorded(from: [self, taps, inputScale]) { gradient, isNeeded in
      var gradients: [Tensor?] = [nil, nil, nil]
      if isNeeded[0] || isNeeded[2] {
        let ones = Tensor(repeating: 1, shape: inputScale.shape)
        var inner = gradient.depthwiseConvolution(
          taps.reshaped([c, 1, 3, 3]).flippedKernels(), inputScale: ones)
        if !Tape.records(gradient, taps, x, inputScale) {
          gradients[2] = inner.scalePlanes(by: inputScale, products: x)
          gradients[0] = inner
        } else {
          gradients[0] = inner.scaledPlanes(inputScale)
          gradients[2] = x.planeProducts(inner)
        }
      }
      if isNeeded[1] {
        // One tap at a time: the picture moved by it, times the gradient.
        let scaled = x.scaledPlanes(inputScale)
        let sums = (0..<9).map { tap in
          let (dy, dx) = (tap / 3 - 1, tap % 3 - 1)
          let moved = scaled.upfirdn(
            nil, padding: Padding(left: -dx, right: dx, top: -dy, bottom: dy))
          return moved.planeProducts(gradient).summed(over: [0]).reshaped([c, 1])
        }
        gradients[1] = Tensor.concatenated(sums, axis: 1).reshaped(taps.shape)
      }
      return gradients
    }
  }

  /// A depthwise 3×3 correlation as above, then a 1×1 convolution and `epilogue`, in one operation:
  /// `[N, I, H, W]` → `[N, O, H, W]`. The depthwise result is never stored as a whole.
  public func depthwiseSeparableConvolution(
    _ taps: Tensor, _ weight: ConvolutionWeight, inputScale: Tensor, epilogue: Epilogue = .none
  ) -> Tensor {
    precondition(
      shape.rank == 4 && taps.count == shape[1] * 9 && inputScale.shape == [shape[0], shape[1]]
        && weight.inputs == shape[1] && weight.kernel == (1, 1),
      "depthwise \(taps.shape), \(weight.tensor.shape), scale \(inputScale.shape) on \(shape)")
    let result: Shape = [shape[0], weight.outputs, shape[2], shape[3]]
    epilogue.check(shape: result)
    if Tape.records(self, taps, weight.tensor, inputScale, epilogue.bias, epilogue.noise) {
      return depthwiseConvolution(taps, inputScale: inputScale)
        .convolution(weight, epilogue: epilogue)
    }
    return Tensor(uninitialized: result) { destination in
      guard let to = destination.baseAddress else { return }
      ConvolutionLayer.run(
        self, weight, form: .direct, depthwise: taps, inputScale: inputScale, outputScale: nil,
        padding: 0, epilogue: epilogue, into: to, height: shape[2], width: shape[3]
      ) { _, layer in layer.multiply() }
    }
  }
}
