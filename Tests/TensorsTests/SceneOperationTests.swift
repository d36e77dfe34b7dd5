import Foundation
import TestSupport
import Tensors
import Testing

/// What pix2pixHD and SPADE are made of; every expectation is the definition, in plain loops.
@Suite("Operations of networks that paint label maps")
struct SceneOperationTests {
  /// A tensor of `shape` from a function of sample, channel, row and column.
  private static func made(
    _ shape: Shape, _ value: (_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double
  ) -> Tensor {
    Tensor(uninitialized: shape) { values in
      for i in values.indices {
        let (x, y) = (i % shape[3], i / shape[3] % shape[2])
        let plane = i / (shape[3] * shape[2])
        values[i] = Float(value(plane / shape[1], plane % shape[1], y, x))
      }
    }
  }

  /// Index `i` mirrored into a line, by walking.
  private static func mirrored(_ i: Int, _ count: Int) -> Int {
    let line = Array(0..<count)
    let around = Array(line.dropFirst().reversed()) + line + Array(line.dropLast().reversed())
    return around[i + count - 1]
  }

  @Test("Padding mirrors without repeating the border")
  func reflection() {
    for (h, w, p) in [(1, 1, 0), (2, 2, 1), (4, 5, 3), (9, 17, 1), (8, 8, 7)] {
      let x = Tensor.sample([2, 3, h, w])
      let expected = Self.made([2, 3, h + 2 * p, w + 2 * p]) { n, c, i, j in
        Double(x[n, c, Self.mirrored(i - p, h), Self.mirrored(j - p, w)])
      }
      #expect(x.reflectionPadded(p).bits == expected.bits, "\(h)×\(w) by \(p)")
    }
  }

  @Test("A mirrored convolution is a convolution of the mirrored picture")
  func reflectedConvolution() {
    for (h, w, k, i, o) in [
      (4, 5, 7, 3, 2), (9, 16, 3, 5, 9), (33, 40, 3, 16, 16), (8, 8, 1, 2, 3),
    ] {
      let x = Tensor.sample([2, i, h, w]), weights = Tensor.sample([o, i, k, k], seed: 2)
      let bias = Tensor.sample([o], seed: 3), p = k / 2
      let wide = Self.made([2, i, h + 2 * p, w + 2 * p]) { n, c, y, x2 in
        Double(x[n, c, Self.mirrored(y - p, h), Self.mirrored(x2 - p, w)])
      }
      let plain = Naive.convolution(wide, weights, stride: 1, padding: 0)
      let expected = Self.made(plain.shape) { max(Double(plain[$0, $1, $2, $3] + bias[$1]), 0) }
      let found = x.reflectedConvolution(
        ConvolutionWeight(weights), epilogue: Epilogue(bias: bias, activation: .relu, gain: 1))
      #expect(relativeError(found, expected) < 1e-5, "\(h)×\(w), kernel \(k)")
    }
  }

  @Test(
    "A transposed convolution cuts its padding off and adds its output padding",
    arguments: [(3, 2, 1, 1), (4, 2, 1, 0), (3, 2, 0, 1), (2, 2, 0, 0), (3, 1, 1, 0), (5, 3, 2, 2)])
  func transposed(_ kernel: Int, _ stride: Int, _ padding: Int, _ outputPadding: Int) {
    for (h, w) in [(1, 1), (2, 3), (5, 4), (16, 17)] {
      let x = Tensor.sample([2, 3, h, w]), weights = Tensor.sample([4, 3, kernel, kernel], seed: 2)
      let bias = Tensor.sample([4], seed: 3)
      let full = Naive.transposedConvolution(x, weights, stride: stride)
      let height = (h - 1) * stride + kernel - 2 * padding + outputPadding
      let width = (w - 1) * stride + kernel - 2 * padding + outputPadding
      let expected = Self.made([2, 4, height, width]) { n, c, i, j in
        let (y, x) = (i + padding, j + padding)
        let inside = y < full.shape[2] && x < full.shape[3]
        return Double((inside ? full[n, c, y, x] : 0) + bias[c])
      }
      let found = x.transposedConvolution(
        ConvolutionWeight(weights, transposed: true), stride: stride, padding: padding,
        outputPadding: outputPadding, epilogue: Epilogue(bias: bias))
      #expect(relativeError(found, expected) < 1e-5, "\(h)×\(w)")
    }
  }

  @Test("Instance norm gives every plane mean 0 and deviation 1, then the activation")
  func instanceNorm() {
    for (h, w) in [(1, 2), (3, 3), (5, 16), (33, 20)] {
      let x = Tensor.sample([2, 3, h, w], scale: 5)
      let expected = Self.made(x.shape) { n, c, i, j in
        let plane = (0..<h * w).map { Double(x[n, c, $0 / w, $0 % w]) }
        let mean = plane.reduce(0, +) / Double(h * w)
        let variance = plane.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(h * w)
        let y = (Double(x[n, c, i, j]) - mean) / (variance + 1e-5).squareRoot()
        return y < 0 ? 0.2 * y : y
      }
      #expect(relativeError(x.instanceNormalized(activation: .lrelu), expected) < 2e-6)
    }
  }

  @Test("Batch norm uses the statistics that it is given, or those that it finds")
  func batchNorm() {
    let x = Tensor.sample([3, 4, 5, 7], scale: 3)
    let mean = Tensor.sample([4], seed: 2), variance = Tensor([0.5, 2, 1e-3, 7], shape: [4])
    let weight = Tensor.sample([4], seed: 3), bias = Tensor.sample([4], seed: 4)
    let expected = Self.made(x.shape) { n, c, i, j in
      (Double(x[n, c, i, j]) - Double(mean[c])) / (Double(variance[c]) + 1e-5).squareRoot()
        * Double(weight[c]) + Double(bias[c])
    }
    let found = x.batchNormalized(mean: mean, variance: variance, weight: weight, bias: bias)
    #expect(relativeError(found, expected) < 1e-6)
    let moments = x.channelMoments()
    for c in 0..<4 {
      let values = (0..<105).map { Double(x[$0 / 35, c, $0 % 35 / 7, $0 % 7]) }
      let mean = values.reduce(0, +) / 105
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 105
      #expect(abs(Double(moments.mean[c]) - mean) < 1e-6)
      #expect(abs(Double(moments.variance[c]) - variance) < 1e-5)
    }
  }

  @Test(
    "Pooling takes the mean or the largest of the pixels inside",
    arguments: [(3, 2, 1), (2, 2, 0), (3, 1, 1), (4, 4, 0)])
  func pooling(_ kernel: Int, _ stride: Int, _ padding: Int) {
    for (h, w) in [(4, 4), (5, 7), (16, 9)] {
      let x = Tensor.sample([2, 3, h, w])
      let shape: Shape = [
        2, 3, (h + 2 * padding - kernel) / stride + 1, (w + 2 * padding - kernel) / stride + 1,
      ]
      func window(_ n: Int, _ c: Int, _ i: Int, _ j: Int) -> [Double] {
        (0..<kernel * kernel).compactMap { k in
          let (y, xx) = (i * stride - padding + k / kernel, j * stride - padding + k % kernel)
          return y >= 0 && y < h && xx >= 0 && xx < w ? Double(x[n, c, y, xx]) : nil
        }
      }
      let largest = Self.made(shape) { window($0, $1, $2, $3).max() ?? 0 }
      let inside = Self.made(shape) {
        let pixels = window($0, $1, $2, $3)
        return pixels.reduce(0, +) / Double(pixels.count)
      }
      let all = Self.made(shape) { window($0, $1, $2, $3).reduce(0, +) / Double(kernel * kernel) }
      func average(_ countsPadding: Bool) -> Tensor {
        x.averagePooled(
          kernel: kernel, stride: stride, padding: padding, countsPadding: countsPadding)
      }
      #expect(relativeError(average(false), inside) < 1e-6)
      #expect(relativeError(average(true), all) < 1e-6)
      let found = x.maximumPooled(kernel: kernel, stride: stride, padding: padding)
      #expect(found.bits == largest.bits)
    }
  }

  @Test("Nearest and bilinear resizing follow torch's rules")
  func resizing() {
    for (h, w, tall, wide) in [(4, 4, 8, 8), (5, 7, 3, 9), (64, 64, 2, 2), (6, 5, 13, 1)] {
      let x = Tensor.sample([1, 2, h, w])
      let nearest = Self.made([1, 2, tall, wide]) { n, c, i, j in
        Double(x[n, c, i * h / tall, j * w / wide])
      }
      #expect(x.nearestResized(height: tall, width: wide).bits == nearest.bits)
      func tap(_ i: Int, _ size: Int, _ target: Int) -> (low: Int, high: Int, share: Double) {
        let place = max((Double(i) + 0.5) * Double(size) / Double(target) - 0.5, 0)
        let low = min(Int(place), size - 1)
        return (low, min(low + 1, size - 1), place - Double(low))
      }
      let bilinear = Self.made([1, 2, tall, wide]) { n, c, i, j in
        let (y, z) = (tap(i, h, tall), tap(j, w, wide))
        func mixed(_ row: Int) -> Double {
          Double(x[n, c, row, z.low]) * (1 - z.share) + Double(x[n, c, row, z.high]) * z.share
        }
        return mixed(y.low) * (1 - y.share) + mixed(y.high) * y.share
      }
      #expect(relativeError(x.bilinearResized(height: tall, width: wide), bilinear) < 1e-5)
    }
  }

  @Test("Channels join, split, and take their modulation pixel by pixel")
  func channels() {
    let (a, b) = (Tensor.sample([2, 3, 4, 5]), Tensor.sample([2, 1, 4, 5], seed: 2))
    let joined = Tensor.concatenatedChannels([a, b, a])
    #expect(joined.shape == [2, 7, 4, 5])
    #expect(joined.channels(0..<3).bits == a.bits && joined.channels(3..<4).bits == b.bits)
    #expect(joined.channels(4..<7).bits == a.bits)
    let gamma = Tensor.sample(a.shape, seed: 3), beta = Tensor.sample(a.shape, seed: 4)
    let expected = Self.made(a.shape) { n, c, i, j in
      let y = Double(a[n, c, i, j]) * (1 + Double(gamma[n, c, i, j])) + Double(beta[n, c, i, j])
      return y < 0 ? 0.2 * y : y
    }
    let found = a.spatiallyModulated(gamma: gamma, beta: beta, slope: 0.2)
    #expect(relativeError(found, expected) < 1e-6)
  }

  @Test("Pixels of a region get the region's mean, each sample for itself")
  func regions() {
    let x = Tensor.sample([2, 3, 4, 6])
    let maps: [[Int32]] = [
      (0..<24).map { $0 % 5 == 0 ? 26_001 : Int32($0 / 8) }, (0..<24).map { -Int32($0 % 2) },
    ]
    let expected = Self.made(x.shape) { n, c, i, j in
      let id = maps[n][i * 6 + j]
      let pixels = (0..<24).filter { maps[n][$0] == id }.map { Double(x[n, c, $0 / 6, $0 % 6]) }
      return pixels.reduce(0, +) / Double(pixels.count)
    }
    #expect(relativeError(x.averagedOverRegions(maps), expected) < 1e-6)
  }
}
