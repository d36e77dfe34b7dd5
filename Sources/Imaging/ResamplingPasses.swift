/// The weights of one axis: target index t is the sum over k of weights[t][k] · source[starts[t] + k].
struct ResamplingWeights {
  /// The number of target pixels.
  let count: Int
  /// The first source pixel of each target pixel.
  let starts: [Int]
  /// The number of source pixels of each target pixel.
  let counts: [Int]
  /// The weights in 22-bit fixed point, `stride` places a target pixel.
  let values: [Int32]
  /// The places a target pixel has in `values`.
  let stride: Int

  /// The fraction bits: 8-bit samples, two bits to spare for overshoot, 32 in all.
  static let bits: Int32 = 22

  /// The weights that take `source` pixels to `target`.
  ///
  /// The centre of target pixel t lies at (t + 0.5) · source / target; the filter is scaled by
  /// source / target when the picture shrinks, and each pixel's weights are normalised to 1.
  init(from source: Int, to target: Int, filter: ResamplingFilter) {
    let scale = Double(source) / Double(target)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    let stride = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var values = [Int32](repeating: 0, count: target * stride)
    for t in 0..<target {
      let centre = (Double(t) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let end = min(source, Int(centre + support + 0.5))
      let inverse = 1 / filterScale
      let weights = (start..<max(start, end)).map {
        filter.weight(at: (Double($0) - centre + 0.5) * inverse)
      }
      let sum = weights.reduce(0, +)
      for (k, weight) in weights.enumerated() {
        let normalised = sum == 0 ? weight : weight / sum
        let fixed = normalised * Double(1 << Self.bits)
        values[t * stride + k] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
      }
      starts.append(start)
      counts.append(weights.count)
    }
    (count, self.starts, self.counts, self.values, self.stride) =
      (target, starts, counts, values, stride)
  }
}

extension Image {
  /// `[H, W, C]` → `[H, W', C]`.
  func resizedHorizontally(_ weights: ResamplingWeights) -> Image {
    let (source, target, channels) = (width * channels, weights.count * channels, channels)
    let result = filled(count: height * target) { out, pixels in
      weights.values.withUnsafeBufferPointer { values in
        for t in 0..<weights.count {
          let (start, taps) = (weights.starts[t] * channels, weights.counts[t])
          for y in 0..<height {
            for c in 0..<channels {
              var sum = Int32(1) << (ResamplingWeights.bits - 1)
              var from = y &* source &+ start &+ c
              for k in 0..<taps {
                sum &+= Int32(pixels[from]) &* values[t &* weights.stride &+ k]
                from &+= channels
              }
              out[y &* target &+ t &* channels &+ c] = Self.rounded(sum)
            }
          }
        }
      }
    }
    return Image(width: weights.count, height: height, channels: channels, pixels: result)
  }

  /// `[H, W, C]` → `[H', W, C]`: whole rows are weighted and summed, so that the inner loop runs
  /// along memory.
  func resizedVertically(_ weights: ResamplingWeights) -> Image {
    let row = width * channels
    var sums = [Int32](repeating: 0, count: row)
    let result = filled(count: weights.count * row) { out, pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        for t in 0..<weights.count {
          for i in 0..<row { sums[i] = 1 << (ResamplingWeights.bits - 1) }
          for k in 0..<weights.counts[t] {
            let weight = weights.values[t * weights.stride + k]
            let from = (weights.starts[t] + k) * row
            for i in 0..<row { sums[i] &+= Int32(pixels[from &+ i]) &* weight }
          }
          for i in 0..<row { out[t &* row &+ i] = Self.rounded(sums[i]) }
        }
      }
    }
    return Image(width: width, height: weights.count, channels: channels, pixels: result)
  }

  /// A sum of weighted samples as a sample; overshoot is cut off.
  @inline(__always)
  private static func rounded(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> ResamplingWeights.bits)))
  }

  /// `count` samples that `body` writes, reading this picture's.
  private func filled(
    count: Int,
    _ body: (UnsafeMutableBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Void
  ) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { out, written in
      pixels.withUnsafeBufferPointer { body(out, $0) }
      written = count
    }
  }
}
