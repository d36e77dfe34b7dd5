import CKernels

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
    let o = weight.outputs, plane = outHeight * outWidth, depth = c * kh * kw
    let result: Shape = [n, o, outHeight, outWidth]
    epilogue.check(shape: result)
    // Output rows are worked on a strip at a time, so that the column matrix stays small.
    let strip = max(1, min(outHeight, Self.columnBudget / max(depth * outWidth, 1)))
    return Tensor(uninitialized: result) { destination in
      withUnsafeBuffer { x in
        weight.tensor.withUnsafeBuffer { weights in
          guard let to = destination.baseAddress, let x = x.baseAddress,
            let weights = weights.baseAddress
          else { return }
          Scratch.withFloats(depth * strip * outWidth) { columns in
            for sample in 0..<n {
              for row in Swift.stride(from: 0, to: outHeight, by: strip) {
                let rows = row..<min(row + strip, outHeight)
                let columnCount = rows.count * outWidth
                Parallel.forEach(c) { channel in
                  atelier_im2col(
                    columns + channel * kh * kw * columnCount, columnCount,
                    x + (sample * c + channel) * h * w, inputScale.at(sample, channel), Int32(h),
                    Int32(w), Int32(kh), Int32(kw), Int32(stride), Int32(padding),
                    Int32(rows.lowerBound), Int32(rows.upperBound), Int32(outWidth))
                }
                Self.multiplyBlocks(
                  weights, rows: o, depth: depth, columns, count: columnCount,
                  into: to + sample * o * plane + rows.lowerBound * outWidth, rowStride: plane)
              }
            }
          }
          Parallel.forEach(n * o) { index in
            let (sample, channel) = (index / o, index % o)
            epilogue.apply(
              to + index * plane, from: to + index * plane, scale: outputScale.at(sample, channel),
              sample: sample, channel: channel, count: plane)
          }
        }
      }
    }
  }

  /// The most floats in a column matrix: 16 MB.
  private static let columnBudget = 4 << 20

  /// C[rows, count] = A[rows, depth] · B[depth, count], in blocks of fixed size over the threads.
  private static func multiplyBlocks(
    _ a: UnsafePointer<Float>, rows: Int, depth: Int, _ b: UnsafePointer<Float>, count: Int,
    into c: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    let wide = count >= 2048
    let rowBlock = wide ? rows : 64, columnBlock = wide ? 1024 : count
    let across = (count + columnBlock - 1) / columnBlock
    Parallel.forEach((rows + rowBlock - 1) / rowBlock * across) { index in
      let row = index / across * rowBlock, column = index % across * columnBlock
      Gemm.multiply(
        m: min(rowBlock, rows - row), n: min(columnBlock, count - column), k: depth,
        a + row * depth, rowStride: depth, b + column, rowStride: count,
        into: c + row * rowStride + column, rowStride: rowStride)
    }
  }
}

extension Tensor? {
  /// Element [row, column] of a matrix, 1 without a matrix.
  func at(_ row: Int, _ column: Int) -> Float {
    guard let self else { return 1 }
    return self.withUnsafeBuffer { $0[row * self.shape[1] + column] }
  }
}
