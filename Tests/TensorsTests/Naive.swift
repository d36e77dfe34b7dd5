import Tensors

/// The operations as plain loops in double precision, written from their definitions: what the fast
/// kernels are held against.
enum Naive {
  /// y[n, o, i, j] = Σ x[n, c, i·s − p + ky, j·s − p + kx] · w[o, c, ky, kx].
  static func convolution(_ x: Tensor, _ w: Tensor, stride: Int, padding: Int) -> Tensor {
    let (n, c, h, wide) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (o, kh, kw) = (w.shape[0], w.shape[2], w.shape[3])
    let outHeight = (h + 2 * padding - kh) / stride + 1
    let outWidth = (wide + 2 * padding - kw) / stride + 1
    let (xs, ws) = (x.scalars, w.scalars)
    return Tensor(uninitialized: [n, o, outHeight, outWidth]) { y in
      var index = 0
      for sample in 0..<n {
        for output in 0..<o {
          for i in 0..<outHeight {
            for j in 0..<outWidth {
              var sum = 0.0
              for channel in 0..<c {
                for ky in 0..<kh {
                  let row = i * stride - padding + ky
                  if row < 0 || row >= h { continue }
                  for kx in 0..<kw {
                    let column = j * stride - padding + kx
                    if column < 0 || column >= wide { continue }
                    sum +=
                      Double(xs[((sample * c + channel) * h + row) * wide + column])
                      * Double(ws[((output * c + channel) * kh + ky) * kw + kx])
                  }
                }
              }
              y[index] = Float(sum)
              index += 1
            }
          }
        }
      }
    }
  }

  /// Every input pixel adds its kernel into the output, in steps of `stride`.
  static func transposedConvolution(_ x: Tensor, _ w: Tensor, stride: Int) -> Tensor {
    let (n, c, h, wide) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (o, kh, kw) = (w.shape[0], w.shape[2], w.shape[3])
    let outHeight = (h - 1) * stride + kh, outWidth = (wide - 1) * stride + kw
    let (xs, ws) = (x.scalars, w.scalars)
    var y = [Double](repeating: 0, count: n * o * outHeight * outWidth)
    for sample in 0..<n {
      for output in 0..<o {
        for channel in 0..<c {
          for i in 0..<h {
            for j in 0..<wide {
              let value = Double(xs[((sample * c + channel) * h + i) * wide + j])
              for ky in 0..<kh {
                for kx in 0..<kw {
                  let row = (sample * o + output) * outHeight + i * stride + ky
                  y[row * outWidth + j * stride + kx] +=
                    value * Double(ws[((output * c + channel) * kh + ky) * kw + kx])
                }
              }
            }
          }
        }
      }
    }
    return Tensor(y.map { Float($0) }, shape: [n, o, outHeight, outWidth])
  }

  /// Zeros inserted, padded or cropped, convolved with the filter, every `down`-th sample kept.
  ///
  /// - Parameter taps: `[h, w]`, or `[n]` for both axes.
  static func upfirdn(
    _ x: Tensor, _ taps: Tensor, up: (x: Int, y: Int) = (1, 1), down: (x: Int, y: Int) = (1, 1),
    padding: Padding = .none, gain: Float = 1, flipFilter: Bool = false
  ) -> Tensor {
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let fullHeight = h * up.y + padding.top + padding.bottom
    let fullWidth = w * up.x + padding.left + padding.right
    let (th, tw) = (taps.shape[0], taps.shape[-1])
    func tap(_ i: Int, _ j: Int) -> Double {
      // A convolution runs through the filter backwards.
      let (i, j) = flipFilter ? (i, j) : (th - 1 - i, tw - 1 - j)
      return taps.shape.rank == 1 ? Double(taps[i]) * Double(taps[j]) : Double(taps[i, j])
    }
    let filter = (0..<th).map { i in (0..<tw).map { j in tap(i, j) } }
    let outHeight = (fullHeight - th) / down.y + 1, outWidth = (fullWidth - tw) / down.x + 1
    let xs = x.scalars
    return Tensor(uninitialized: [n, c, outHeight, outWidth]) { y in
      for plane in 0..<n * c {
        var full = [Double](repeating: 0, count: fullHeight * fullWidth)
        for i in 0..<h {
          for j in 0..<w {
            let (row, column) = (i * up.y + padding.top, j * up.x + padding.left)
            if row >= 0, row < fullHeight, column >= 0, column < fullWidth {
              full[row * fullWidth + column] = Double(xs[(plane * h + i) * w + j])
            }
          }
        }
        for i in 0..<outHeight {
          for j in 0..<outWidth {
            var sum = 0.0
            for ky in 0..<th {
              for kx in 0..<tw {
                sum += filter[ky][kx] * full[(i * down.y + ky) * fullWidth + j * down.x + kx]
              }
            }
            y[(plane * outHeight + i) * outWidth + j] = Float(sum * Double(gain))
          }
        }
      }
    }
  }

  /// Weights with the styles of one sample in them, normalised if `demodulate`:
  /// k = w·s ÷ √(Σ k² + 1e-8).
  static func modulated(_ w: Tensor, styles: [Float], demodulate: Bool) -> Tensor {
    let (o, c, taps) = (w.shape[0], w.shape[1], w.shape[2] * w.shape[3])
    let ws = w.scalars
    var kernel = [Double](repeating: 0, count: ws.count)
    for output in 0..<o {
      var energy = 0.0
      for i in 0..<c * taps {
        let value = Double(ws[output * c * taps + i]) * Double(styles[i / taps])
        kernel[output * c * taps + i] = value
        energy += value * value
      }
      if demodulate {
        for i in 0..<c * taps { kernel[output * c * taps + i] /= (energy + 1e-8).squareRoot() }
      }
    }
    return Tensor(kernel.map { Float($0) }, shape: w.shape)
  }

  /// The modulated convolution with weights of its own for every sample.
  static func modulatedConvolution(
    _ x: Tensor, _ w: Tensor, styles: Tensor, demodulate: Bool, up: Tensor? = nil
  ) -> Tensor {
    Tensor.concatenated(
      (0..<x.shape[0]).map { sample in
        let kernel = modulated(w, styles: styles.row(sample).scalars, demodulate: demodulate)
        let input = x.rows(sample..<sample + 1)
        guard let up else {
          return convolution(input, kernel, stride: 1, padding: w.shape[2] / 2)
        }
        let (h, width) = (up.shape[0], up.shape[-1])
        return upfirdn(
          transposedConvolution(input, kernel, stride: 2), up,
          padding: Padding(
            left: (width + 1) / 2 - 1, right: (width - 2) >> 1, top: (h + 1) / 2 - 1,
            bottom: (h - 2) >> 1),
          gain: 4)
      })
  }

  /// y[n, o] = Σ x[n, i] · w[o, i].
  static func linear(_ x: Tensor, _ w: Tensor) -> Tensor {
    let (n, inputs, o) = (x.shape[0], x.shape[1], w.shape[0])
    let (xs, ws) = (x.scalars, w.scalars)
    return Tensor(uninitialized: [n, o]) { y in
      for i in y.indices {
        var sum = 0.0
        for k in 0..<inputs {
          sum += Double(xs[i / o * inputs + k]) * Double(ws[i % o * inputs + k])
        }
        y[i] = Float(sum)
      }
    }
  }
}
