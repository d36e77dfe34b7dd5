import CKernels

extension Tensor {
  /// The gradient of a convolution's weights: Σ over samples and pixels of gradient · input.
  ///
  /// result[o, i, ky, kx] = Σ gradient[n, o, y, x] · self[n, i, y·stride + ky − padding,
  /// x·stride + kx − padding], pixels outside being 0: the input `[N, I, H, W]` and the gradient
  /// `[N, O, H′, W′]` → `[O, I, kh, kw]`.
  public func convolutionWeightGradient(
    _ gradient: Tensor, kernel: (height: Int, width: Int), stride: Int, padding: Int
  ) -> Tensor {
    precondition(
      shape.rank == 4 && gradient.shape.rank == 4 && shape[0] == gradient.shape[0],
      "weight gradient of \(shape) and \(gradient.shape)")
    let (h, w) = (shape[2], shape[3]), (oh, ow) = (gradient.shape[2], gradient.shape[3])
    let result =
      gradientByTiles(gradient, kernel: kernel, stride: stride, padding: padding)
      ?? gradientInMargins(gradient, kernel: kernel, stride: stride, padding: padding)
      ?? gradientByBands(gradient, kernel: kernel, stride: stride, padding: padding)
    guard Tape.records(self, gradient) else { return result }
    let x = self
    return result.recorded(from: [self, gradient]) { cotangent, isNeeded in
      // Linear in each: the input gradient and the convolution by the cotangent as weights.
      let weight = ConvolutionWeight(cotangent)
      return [
        isNeeded[0]
          ? gradient.convolutionInputGradient(
            weight, height: h, width: w, stride: stride, padding: padding) : nil,
        isNeeded[1]
          ? x.convolution(weight, stride: stride, padding: padding)
            .sliced(axis: 2, 0..<oh).sliced(axis: 3, 0..<ow) : nil,
      ]
    }
  }

  /// The same for an input and a gradient whose channels are scaled first: `scale` `[N, I]`,
  /// `gradientScale` `[N, O]`.
  func convolutionWeightGradient(
    _ gradient: Tensor, kernel: (height: Int, width: Int), stride: Int, padding: Int,
    scale: Tensor?, gradientScale: Tensor?
  ) -> Tensor {
    if !Tape.records(self, gradient, scale, gradientScale),
      let result = gradientByTiles(
        gradient, kernel: kernel, stride: stride, padding: padding, scale: scale,
        gradientScale: gradientScale)
    {
      return result
    }
    return (scale.map { scaledPlanes($0) } ?? self).convolutionWeightGradient(
      gradientScale.map { gradient.scaledPlanes($0) } ?? gradient, kernel: kernel, stride: stride,
      padding: padding)
  }

  /// The gradient from one matrix product for every tap, sample and band of rows.
  private func gradientByBands(
    _ gradient: Tensor, kernel: (height: Int, width: Int), stride: Int, padding: Int
  ) -> Tensor {
    let (n, inputs, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let (outputs, oh, ow) = (gradient.shape[1], gradient.shape[2], gradient.shape[3])
    let taps = kernel.height * kernel.width
    let byTap = Tensor(uninitialized: [taps, outputs, inputs]) { destination in
      withUnsafeBuffer { x in
        gradient.withUnsafeBuffer { g in
          guard let to = destination.baseAddress, let x = x.baseAddress, let g = g.baseAddress
          else { return }
          let isPlain = taps == 1 && stride == 1 && padding == 0
          // Rows of the gradient that are multiplied at a time, and output channels a task.
          let band = max(1, min(oh, (1 << 20) / max(inputs * ow, 1))), block = 128
          let blocks = (outputs + block - 1) / block
          Parallel.forEach(taps * blocks) { index in
            let tap = index / blocks, first = index % blocks * block
            let count = min(block, outputs - first)
            let (ky, kx) = (tap / kernel.width, tap % kernel.width)
            let sums = to + (tap * outputs + first) * inputs
            sums.update(repeating: 0, count: count * inputs)
            Scratch.withFloats(isPlain ? 1 : inputs * band * ow) { columns in
              for sample in 0..<n {
                for top in Swift.stride(from: 0, to: oh, by: band) {
                  let rows = min(band, oh - top)
                  var b = x + (sample * inputs * h + top) * w, columnStride = h * w
                  if !isPlain {
                    for channel in 0..<inputs {
                      Self.gather(
                        columns + channel * rows * ow,
                        from: x + (sample * inputs + channel) * h * w, height: h, width: w,
                        rows: rows, columns: ow, y0: top * stride + ky - padding,
                        x0: kx - padding, step: stride)
                    }
                    (b, columnStride) = (UnsafePointer(columns), rows * ow)
                  }
                  Gemm.multiply(
                    m: count, n: inputs, k: rows * ow,
                    g + ((sample * outputs + first) * oh + top) * ow, rowStride: oh * ow, b,
                    rowStride: columnStride, transposed: true, into: sums, rowStride: inputs,
                    beta: 1)
                }
              }
            }
          }
        }
      }
    }
    return Self.byWeight(byTap, kernel)
  }

  /// `[taps, O, I]` → `[O, I, kh, kw]`.
  private static func byWeight(_ byTap: Tensor, _ kernel: (height: Int, width: Int)) -> Tensor {
    byTap.permuted([1, 2, 0])
      .reshaped([byTap.shape[1], byTap.shape[2], kernel.height, kernel.width])
  }

  /// The most floats of planes with margins.
  private static let marginLimit = 1 << 25
  /// The most weights of a tap for which rows are multiplied where they lie; more are worth packing.
  private static let rowLimit = 1 << 14

  /// The gradient of a convolution with stride 1: the planes of all samples stand in a row with their
  /// margins, so that a tap is one product with the whole row, moved. `nil` where the planes are too
  /// large for a copy with margins, and for other strides.
  private func gradientInMargins(
    _ gradient: Tensor, kernel: (height: Int, width: Int), stride: Int, padding: Int
  ) -> Tensor? {
    let (n, inputs, outputs) = (shape[0], shape[1], gradient.shape[1])
    let (oh, ow) = (gradient.shape[2], gradient.shape[3])
    let wide = ow + kernel.width - 1, plane = (oh + kernel.height - 1) * wide
    let taps = kernel.height * kernel.width
    guard stride == 1, taps > 1, (inputs + outputs) * n * plane <= Self.marginLimit else {
      return nil
    }
    // The last tap reads beyond the last plane by less than this, where the gradient is 0; kernels
    // read whole vectors.
    let slack = (kernel.height - 1) * wide + kernel.width + 16
    let x = inMargins(height: plane / wide, width: wide, y0: -padding, x0: -padding, slack: slack)
    let g = gradient.inMargins(height: plane / wide, width: wide, y0: 0, x0: 0, slack: slack)
    let length = n * plane, line = length + slack
    if kernel.width == 3, inputs * outputs <= Self.rowLimit {
      return Tensor(uninitialized: [outputs, inputs, kernel.height, 3]) { destination in
        x.withUnsafeBuffer { x in
          g.withUnsafeBuffer { g in
            guard let to = destination.baseAddress, let x = x.baseAddress, let g = g.baseAddress
            else { return }
            let block = 16, blocks = (outputs + block - 1) / block
            Parallel.forEach(kernel.height * blocks) { index in
              let (ky, first) = (index / blocks, index % blocks * block)
              atelier_correlate3(
                to + (first * inputs * kernel.height + ky) * 3, inputs * kernel.height * 3,
                kernel.height * 3, g + first * line, x + ky * wide, line,
                Int32(min(block, outputs - first)), Int32(inputs), length)
            }
          }
        }
      }
    }
    return Self.byWeight(
      Tensor(uninitialized: [taps, outputs, inputs]) { destination in
        x.withUnsafeBuffer { x in
          g.withUnsafeBuffer { g in
            guard let to = destination.baseAddress, let x = x.baseAddress, let g = g.baseAddress
            else { return }
            let block = 128, blocks = (outputs + block - 1) / block
            Parallel.forEach(taps * blocks) { index in
              let (tap, first) = (index / blocks, index % blocks * block)
              Gemm.multiply(
                m: min(block, outputs - first), n: inputs, k: length, g + first * line,
                rowStride: line, x + tap / kernel.width * wide + tap % kernel.width,
                rowStride: line, transposed: true,
                into: to + (tap * outputs + first) * inputs, rowStride: inputs)
            }
          }
        }
      }, kernel)
  }

  /// Planes `[N, C, H, W]` cut or widened to `height` × `width` from (x0, y0) on, 0 outside, by channel:
  /// `[C, N · height · width + slack]`, the slack being 0.
  private func inMargins(height: Int, width: Int, y0: Int, x0: Int, slack: Int) -> Tensor {
    let (n, channels, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let line = n * height * width + slack
    return Tensor(uninitialized: [channels, line]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(channels) { channel in
          let row = to + channel * line
          for sample in 0..<n {
            Self.gather(
              row + sample * height * width, from: from + (sample * channels + channel) * h * w,
              height: h, width: w, rows: height, columns: width, y0: y0, x0: x0, step: 1)
          }
          (row + n * height * width).update(repeating: 0, count: slack)
        }
      }
    }
  }

  /// Part of a plane: y[r, c] = x[y0 + r·step, x0 + c·step], 0 outside.
  private static func gather(
    _ y: UnsafeMutablePointer<Float>, from x: UnsafePointer<Float>, height: Int, width: Int,
    rows: Int, columns: Int, y0: Int, x0: Int, step: Int
  ) {
    // The columns that lie inside.
    let first = min(columns, max(0, (-x0 + step - 1) / step))
    let last = max(first, min(columns, (width - x0 + step - 1) / step))
    for row in 0..<rows {
      let to = y + row * columns, source = y0 + row * step
      guard source >= 0, source < height else {
        to.update(repeating: 0, count: columns)
        continue
      }
      let from = x + source * width
      for column in 0..<first { to[column] = 0 }
      if step == 1 {
        (to + first).update(from: from + x0 + first, count: last - first)
      } else {
        for column in first..<last { to[column] = from[x0 + column * step] }
      }
      for column in last..<columns { to[column] = 0 }
    }
  }
}
