extension Image {
  /// The same picture with 1 (grey), 3 (RGB) or 4 (RGBA) channels.
  ///
  /// Grey is the luma of ITU-R BT.601 in 16-bit fixed point, as Pillow's `convert("L")`:
  /// (19595 R + 38470 G + 7471 B + 32768) / 65536. New alpha is 255; alpha that goes is dropped
  /// without blending.
  public func converted(toChannels newChannels: Int) -> Image {
    if newChannels == channels { return self }
    let source = channels
    return mapped(toChannels: newChannels) { from, to in
      switch newChannels {
      case 1:
        let sum = 19595 * UInt32(from[0]) + 38470 * UInt32(from[1]) + 7471 * UInt32(from[2])
        to[0] = UInt8(truncatingIfNeeded: (sum + 32768) >> 16)
      default:
        for c in 0..<3 { to[c] = from[source == 1 ? 0 : c] }
        if newChannels == 4 { to[3] = 255 }
      }
    }
  }

  /// The picture laid over a ground of one RGB colour: three channels, no transparency.
  package func flattened(onto ground: [UInt8]) -> Image {
    precondition(ground.count == 3, "a ground of \(ground.count) samples")
    guard channels == 4 else { return converted(toChannels: 3) }
    return mapped(toChannels: 3) { from, to in
      let alpha = UInt32(from[3])
      for c in 0..<3 {
        let mixed = UInt32(from[c]) * alpha + UInt32(ground[c]) * (255 - alpha)
        to[c] = UInt8(truncatingIfNeeded: (mixed + 127) / 255)
      }
    }
  }

  /// A picture of the same size whose every pixel is made from the same pixel here by `body`,
  /// which gets the pixel's old samples and the place of the new ones.
  func mapped(
    toChannels newChannels: Int,
    _ body: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count * newChannels) { target, written in
      written = count * newChannels
      pixels.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for i in 0..<count { body(from + i * channels, to + i * newChannels) }
      }
    }
    return Image(width: width, height: height, channels: newChannels, pixels: result)
  }
}
