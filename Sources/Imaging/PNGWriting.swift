import CPNG
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
    for text in texts { try text.validate() }
    guard max(width, height) <= Int(CPNG_MAXIMUM_SIDE) else {
      throw ImagingError.cannotEncode(
        reason: "\(width)×\(height) pixels are more than \(CPNG_MAXIMUM_SIDE) a side")
    }
    guard pixels.count <= 1 << 30 else {
      throw ImagingError.cannotEncode(
        reason: "\(width)×\(height) pixels of \(channels) channels are more than 1 GiB")
    }
    var result = cpng_bytes()
    var message = PNGBridge.emptyMessage
    // C strings that live until the call is over.
    let strings = texts.map { (strdup($0.keyword), strdup($0.text)) }
    defer {
      for (keyword, text) in strings {
        free(keyword)
        free(text)
      }
    }
    let chunks = zip(texts, strings).map { text, strings in
      cpng_text(keyword: strings.0, text: strings.1, compressed: text.isCompressed ? 1 : 0)
    }
    var samples = pixels
    let status = samples.withUnsafeMutableBufferPointer { samples in
      var picture = cpng_picture(
        width: UInt32(width), height: UInt32(height), channels: UInt32(channels),
        pixels: samples.baseAddress)
      return cpng_encode(
        &picture, Self.encoding, chunks, chunks.count, &result, &message)
    }
    guard status == 0, let bytes = result.bytes else {
      throw ImagingError.cannotEncode(reason: PNGBridge.text(of: message))
    }
    defer { cpng_release(bytes) }
    return Data(bytes: bytes, count: result.count)
  }

  /// Writes the picture as a PNG file; see ``pngData(text:)``.
  ///
  /// The file is written whole beside its place and then renamed into it, so that a reader sees
  /// the old picture or the new one and a failure leaves nothing behind. Throws ``ImagingError``
  /// that names the path and the reason: a missing or read-only folder, a full disk.
  public func write(to url: URL, text: [PNGText] = []) throws {
    try PictureFile.write(pngData(text: text), to: url)
  }

  /// zlib's Z_RLE (which has but one level) and all of libpng's filters.
  private static let encoding = cpng_encoding(level: 6, strategy: 3, filters: 0xF8)
}
