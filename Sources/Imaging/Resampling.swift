import Foundation

/// How a picture is resampled; the results are Pillow's, byte for byte.
public enum ResamplingFilter: String, Sendable, CaseIterable {
  /// The source pixel under each centre.
  case nearest
  /// The mean of the source pixels under each pixel (area).
  case box
  /// A triangle over two pixels.
  case bilinear
  /// Keys' cubic over four pixels with a = −0.5.
  case bicubic
  /// The windowed sinc over six pixels (a = 3).
  case lanczos

  /// Half the filter's width in pixels of the coarser picture.
  var support: Double {
    switch self {
    case .nearest: 0
    case .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The weight at a distance of `x` pixels of the coarser picture.
  func weight(at x: Double) -> Double {
    let distance = abs(x)
    switch self {
    case .nearest: return 0
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - distance)
    case .bicubic:
      let a = -0.5
      if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
      if distance < 2 { return (((distance - 5) * distance + 8) * distance - 4) * a }
      return 0
    case .lanczos: return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}

extension Image {
  /// The picture resampled to `width` × `height`.
  ///
  /// Exactly what `PIL.Image.resize` gives for 8-bit pictures: a horizontal and then a vertical
  /// pass, each rounded to 8 bits, with 22-bit fixed-point weights and a filter that widens as
  /// the picture shrinks. Colours of RGBA pictures are weighted by their alpha, except with
  /// ``ResamplingFilter/nearest``.
  public func resized(width: Int, height: Int, filter: ResamplingFilter) -> Image {
    precondition(width > 0 && height > 0, "cannot resize to \(width)×\(height)")
    if width == self.width && height == self.height { return self }
    if filter == .nearest { return resizedToNearest(width: width, height: height) }
    var result = channels == 4 ? premultiplied() : self
    if width != self.width {
      let weights = ResamplingWeights(from: self.width, to: width, filter: filter)
      result = result.resizedHorizontally(weights)
    }
    if height != self.height {
      let weights = ResamplingWeights(from: self.height, to: height, filter: filter)
      result = result.resizedVertically(weights)
    }
    return channels == 4 ? result.unpremultiplied() : result
  }

  private func resizedToNearest(width: Int, height: Int) -> Image {
    let columns = NearestRule.pillow.indices(from: self.width, to: width)
    let rows = NearestRule.pillow.indices(from: self.height, to: height)
    var result: [UInt8] = []
    result.reserveCapacity(width * height * channels)
    for row in rows {
      let start = row * self.width * channels
      for column in columns {
        for c in 0..<channels { result.append(pixels[start + column * channels + c]) }
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: result)
  }

  /// Colours times alpha / 255, rounded.
  private func premultiplied() -> Image {
    mapped(toChannels: 4) { from, to in
      let alpha = UInt32(from[3])
      for c in 0..<3 {
        let product = UInt32(from[c]) * alpha + 128
        to[c] = UInt8(truncatingIfNeeded: (product >> 8 + product) >> 8)
      }
      to[3] = from[3]
    }
  }

  /// Colours times 255 / alpha, truncated; as they are where alpha is 0.
  private func unpremultiplied() -> Image {
    mapped(toChannels: 4) { from, to in
      let alpha = UInt32(from[3])
      for c in 0..<3 {
        to[c] =
          alpha == 0 || alpha == 255 ? from[c] : UInt8(min(255, 255 * UInt32(from[c]) / alpha))
      }
      to[3] = from[3]
    }
  }
}
