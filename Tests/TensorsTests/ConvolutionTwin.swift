import Foundation
import Tensors

/// A convolution as plain loops in double precision.
struct ConvolutionTwin {
  private(set) var values: [Double]
  let shape: Shape

  /// What errors are relative to: the largest value before the activation and the clamp, which make
  /// values smaller but not their errors.
  private var scale = 0.0

  /// A convolution of `x` `[N, I, H, W]` with `w` `[O, I, kh, kw]`; with `styles` a modulated and
  /// demodulated one, with `filter` the ×2 up-convolution.
  init(
    x: Tensor, w: Tensor, stride: Int = 1, padding: Int = 0, styles: Tensor? = nil,
    inputScale: Tensor? = nil, filter: ResampleFilter? = nil
  ) {
    let (n, c, h, wide) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (o, kh, kw) = (w.shape[0], w.shape[2], w.shape[3])
    let factors = (styles ?? inputScale)?.scalars
    let (xs, ws) = (x.scalars.map(Double.init), w.scalars.map(Double.init))
    let up = filter != nil
    let height = up ? 2 * h + 1 : (h + 2 * padding - kh) / stride + 1
    let width = up ? 2 * wide + 1 : (wide + 2 * padding - kw) / stride + 1
    var planes = [Double](repeating: 0, count: n * o * height * width)
    for sample in 0..<n {
      for output in 0..<o {
        let base = (sample * o + output) * height * width
        for channel in 0..<c {
          let s = factors.map { Double($0[sample * c + channel]) } ?? 1
          for tap in 0..<kh * kw {
            let weight = ws[(output * c + channel) * kh * kw + tap] * s
            let (ky, kx) = (tap / kw, tap % kw)
            if up {
              for i in 0..<h * wide {
                let (row, column) = (i / wide * 2 + ky, i % wide * 2 + kx)
                planes[base + row * width + column] +=
                  weight * xs[(sample * c + channel) * h * wide + i]
              }
              continue
            }
            for i in 0..<height {
              let row = i * stride - padding + ky
              guard (0..<h).contains(row) else { continue }
              for j in 0..<width {
                let column = j * stride - padding + kx
                guard (0..<wide).contains(column) else { continue }
                planes[base + i * width + j] +=
                  weight * xs[((sample * c + channel) * h + row) * wide + column]
              }
            }
          }
        }
        guard styles != nil, let factors else { continue }
        var energy = 1e-8
        for i in 0..<c * kh * kw {
          let factor = ws[output * c * kh * kw + i] * Double(factors[sample * c + i / (kh * kw)])
          energy += factor * factor
        }
        for i in 0..<height * width { planes[base + i] /= energy.squareRoot() }
      }
    }
    values = planes
    guard let filter else {
      shape = [n, o, height, width]
      scale = values.map { abs($0) }.max() ?? 0
      return
    }
    shape = [n, o, 2 * h, 2 * wide]
    values = Self.filtered(planes, count: n * o, height: height, width: width, by: filter)
    scale = values.map { abs($0) }.max() ?? 0
  }

  /// Planes `[2H + 1, 2W + 1]` → `[2H, 2W]`, convolved with `filter` · 4, centred as official
  /// networks do it.
  private static func filtered(
    _ planes: [Double], count: Int, height: Int, width: Int, by filter: ResampleFilter
  ) -> [Double] {
    let taps = filter.taps.scalars.map(Double.init), size = filter.width
    let before = (size + 1) / 2 - 1
    var result = [Double](repeating: 0, count: count * (height - 1) * (width - 1))
    for index in result.indices {
      let (plane, pixel) = index.quotientAndRemainder(dividingBy: (height - 1) * (width - 1))
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width - 1)
      for tap in taps.indices {
        let row = y - before + tap / size, column = x - before + tap % size
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        result[index] +=
          4 * taps[taps.count - 1 - tap] * planes[(plane * height + row) * width + column]
      }
    }
    return result
  }

  /// The same after `epilogue`.
  func finished(_ epilogue: Epilogue) -> ConvolutionTwin {
    var twin = self
    let plane = shape[2] * shape[3]
    twin.scale *= Double(epilogue.gain)
    let noise = epilogue.noise?.scalars, bias = epilogue.bias?.scalars
    for i in values.indices {
      let (sample, channel) = (i / plane / shape[1], i / plane % shape[1])
      var v = values[i]
      if let noise {
        let map = noise.count == plane ? 0 : sample * plane
        v += Double(epilogue.noiseStrength) * Double(noise[map + i % plane])
      }
      if let bias { v += Double(bias[channel]) }
      switch epilogue.activation {
      case .lrelu: v = v < 0 ? v * Double(epilogue.alpha) : v
      case .relu: v = max(v, 0)
      case .tanh: v = tanh(v)
      default: break
      }
      v *= Double(epilogue.gain)
      if let clamp = epilogue.clamp { v = min(max(v, -Double(clamp)), Double(clamp)) }
      twin.values[i] = v
    }
    return twin
  }

  /// The largest difference to `found`, relative to the scale; infinite if shapes differ.
  func error(of found: Tensor) -> Double {
    guard found.shape == shape else { return .infinity }
    let found = found.scalars
    var difference = 0.0
    for i in values.indices {
      guard found[i].isFinite else { return .infinity }
      difference = max(difference, abs(values[i] - Double(found[i])))
    }
    return difference / max(scale, 1e-30)
  }
}
