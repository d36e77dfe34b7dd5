import Tensors

extension Image {
  /// A picture from a generator's output: `[C, H, W]` or `[1, C, H, W]` with values in [-1, 1].
  ///
  /// Each sample is clamp(x · 127.5 + 128, 0, 255) truncated, as the official scripts write it
  /// (NVlabs/stylegan3, `gen_images.py`); NaN becomes 0. C is 1, 3 or 4.
  public init(_ tensor: Tensor) {
    let shape = tensor.shape
    precondition(
      shape.rank == 3 || (shape.rank == 4 && shape[0] == 1),
      "a picture is [C, H, W] or [1, C, H, W], not \(shape)")
    self = tensor.withUnsafeBuffer {
      Image(planes: $0, channels: shape[-3], height: shape[-2], width: shape[-1])
    }
  }

  /// The pictures of a batch `[N, C, H, W]` with values in [-1, 1]; see ``init(_:)``.
  public static func images(from tensor: Tensor) -> [Image] {
    let shape = tensor.shape
    precondition(shape.rank == 4, "a batch of pictures is [N, C, H, W], not \(shape)")
    let size = shape[1] * shape[2] * shape[3]
    return tensor.withUnsafeBuffer { values in
      (0..<shape[0]).map { n in
        Image(
          planes: UnsafeBufferPointer(rebasing: values[n * size..<(n + 1) * size]),
          channels: shape[1], height: shape[2], width: shape[3])
      }
    }
  }

  /// The picture as `[1, C, H, W]` with values in [-1, 1]: sample / 127.5 − 1.
  public func tensor() -> Tensor {
    let values = (0..<256).map { Float($0) / 127.5 - 1 }
    let (channels, count) = (channels, width * height)
    return Tensor(uninitialized: [1, channels, height, width]) { target in
      pixels.withUnsafeBufferPointer { source in
        values.withUnsafeBufferPointer { values in
          for c in 0..<channels {
            for i in 0..<count { target[c * count + i] = values[Int(source[i * channels + c])] }
          }
        }
      }
    }
  }

  /// `planes` is `[C, H, W]`, row-major.
  private init(planes: UnsafeBufferPointer<Float>, channels: Int, height: Int, width: Int) {
    precondition(
      channels == 1 || channels == 3 || channels == 4,
      "a picture has 1, 3 or 4 channels, not \(channels)")
    let count = width * height
    let pixels = [UInt8](unsafeUninitializedCapacity: channels * count) { target, written in
      written = channels * count
      guard let source = planes.baseAddress, let target = target.baseAddress else { return }
      Self.quantise(source, channels: channels, count: count, into: target)
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// `[C, count]` floats → `[count, C]` samples, a block at a time through planes of samples that
  /// stay in the first cache, so that the arithmetic and the interleaving both run in wide
  /// registers.
  private static func quantise(
    _ source: UnsafePointer<Float>, channels: Int, count: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    let block = 2048
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: block * 4) { scratch in
      guard let planes = scratch.baseAddress else { return }
      for start in stride(from: 0, to: count, by: block) {
        let size = min(block, count - start)
        for c in 0..<channels {
          quantise(
            source + c * count + start, count: size,
            into: channels == 1 ? target + start : planes + c * block)
        }
        let out = target + start * channels
        switch channels {
        case 3:
          for i in 0..<size {
            out[i &* 3] = planes[i]
            out[i &* 3 &+ 1] = planes[block &+ i]
            out[i &* 3 &+ 2] = planes[2 &* block &+ i]
          }
        case 4:
          for i in 0..<size {
            out[i &* 4] = planes[i]
            out[i &* 4 &+ 1] = planes[block &+ i]
            out[i &* 4 &+ 2] = planes[2 &* block &+ i]
            out[i &* 4 &+ 3] = planes[3 &* block &+ i]
          }
        default: break
        }
      }
    }
  }

  /// trunc(clamp(x · 127.5 + 128, 0, 255)), NaN → 0.
  ///
  /// Adding 2²³ to a float in [0, 255] leaves its nearest whole number in the low bits; taking
  /// one off where that is above the value truncates. Swift's own conversion checks each value
  /// for overflow, which keeps the loop from being vectorised.
  private static func quantise(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    for i in 0..<count {
      let value = source[i] * 127.5 + 128
      let positive = value > 0 ? value : 0
      let clamped = positive < 255 ? positive : 255
      let shifted = clamped + 8_388_608
      let excess: UInt32 = shifted - 8_388_608 > clamped ? 1 : 0
      target[i] = UInt8(truncatingIfNeeded: shifted.bitPattern &- excess)
    }
  }
}
