import Foundation

extension IntegerMap {
  /// The map as a grey PNG whose samples are its numbers: 8 bits where all are below 256, else 16.
  ///
  /// Equal maps give equal bytes. Throws ``ImagingError/cannotEncode(reason:)`` for numbers above
  /// 65,535 and for sides longer than 65,500 pixels.
  ///
  /// - Parameter sixteenBits: Uses 16 bits for small numbers, too, as instance maps have them.
  public func pngData(sixteenBits: Bool = false, text texts: [PNGText] = []) throws -> Data {
    let highest = maximum
    guard highest <= Int32(UInt16.max) else {
      throw ImagingError.cannotEncode(
        reason: "the map has the number \(highest), but PNG samples end at 65535")
    }
    if highest < 256, !sixteenBits {
      var samples = values.map { UInt8(truncatingIfNeeded: $0) }
      return try encode(&samples, depth: 8, texts)
    }
    var samples = values.map { UInt16(truncatingIfNeeded: $0) }
    return try encode(&samples, depth: 16, texts)
  }

  /// Writes the map as a PNG file, whole or not at all; see ``pngData(sixteenBits:text:)``.
  public func write(to url: URL, sixteenBits: Bool = false) throws {
    try PictureFile.write(pngData(sixteenBits: sixteenBits), to: url)
  }

  private func encode<Sample>(
    _ samples: inout [Sample], depth: Int, _ texts: [PNGText]
  ) throws -> Data {
    try samples.withUnsafeMutableBytes {
      try PNGBridge.encode(
        $0, width: width, height: height, channels: 1, depth: depth, texts: texts)
    }
  }
}
