import Foundation
import Tensors

/// A picture of 8-bit pixels: grey, RGB or RGBA (straight alpha), rows from the top without padding.
///
/// The sample of channel `c` at column `x` and row `y` is `pixels[(y * width + x) * channels + c]`.
/// Colours are sRGB values as they stand in the file; no gamma is ever applied.
public struct Image: Sendable, Equatable {
  /// The number of columns, at least 1.
  public let width: Int

  /// The number of rows, at least 1.
  public let height: Int

  /// 1 (grey), 3 (RGB) or 4 (RGBA).
  public let channels: Int

  /// The samples, `height * width * channels` of them, interleaved.
  public var pixels: [UInt8] {
    didSet {
      precondition(
        pixels.count == width * height * channels,
        "\(pixels.count) samples for a \(width)×\(height) picture of \(channels) channels")
    }
  }

  /// A picture from its interleaved samples.
  ///
  /// Width and height are at least 1, `channels` is 1, 3 or 4, and `pixels` holds exactly
  /// `width * height * channels` samples.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels")
    precondition(
      channels == 1 || channels == 3 || channels == 4, "a picture of \(channels) channels")
    precondition(
      pixels.count == width * height * channels,
      "\(pixels.count) samples for a \(width)×\(height) picture of \(channels) channels")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of one colour: 1, 3 or 4 samples.
  public init(width: Int, height: Int, colour: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels")
    let channels = colour.count
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { target, count in
      count = width * height * channels
      for i in 0..<count { target[i] = colour[i % channels] }
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// The digest of the size, the channels and the samples: equal for equal pictures, whatever
  /// file they came from.
  ///
  /// SHA-256 over the text `<width>x<height>x<channels>` and the samples.
  public var pixelDigest: Digest {
    var hasher = Digest.Hasher()
    hasher.update(Data("\(width)x\(height)x\(channels)".utf8))
    hasher.update(pixels)
    return hasher.finalize()
  }

  /// The part of the picture whose top left pixel is (`x`, `y`); it lies within the picture.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && width <= self.width - x
        && height <= self.height - y,
      "cannot crop \(width)×\(height) at (\(x), \(y)) from \(self.width)×\(self.height)")
    var part: [UInt8] = []
    part.reserveCapacity(width * height * channels)
    for row in y..<y + height {
      let start = (row * self.width + x) * channels
      part += pixels[start..<start + width * channels]
    }
    return Image(width: width, height: height, channels: channels, pixels: part)
  }

  /// Copies `other`, of as many channels, into this picture with its top left pixel at (`x`, `y`).
  ///
  /// What falls outside is left out.
  public mutating func paste(_ other: Image, x: Int, y: Int) {
    precondition(
      other.channels == channels,
      "cannot paste \(other.channels) channels into a picture of \(channels)")
    let columns = max(0, -x)..<max(max(0, -x), min(other.width, width - x))
    let rows = max(0, -y)..<max(max(0, -y), min(other.height, height - y))
    guard !columns.isEmpty, !rows.isEmpty else { return }
    let count = columns.count * channels
    let (width, channels) = (width, channels)
    pixels.withUnsafeMutableBufferPointer { target in
      other.pixels.withUnsafeBufferPointer { source in
        for row in rows {
          let from = (row * other.width + columns.lowerBound) * channels
          let to = ((y + row) * width + x + columns.lowerBound) * channels
          for i in 0..<count { target[to + i] = source[from + i] }
        }
      }
    }
  }
}
