import CPNG
import Foundation

/// How a PNG's pixels are deflated. Both are lossless; they differ in time and size alone.
public enum PNGCompression: Sendable, CaseIterable {
  /// For photographs and generated pictures: every filter, runs alone. Some 50 ms for 1024×1024
  /// RGB, and smaller than zlib's search for repeats, which finds none in noise.
  case photograph
  /// For label maps, diagrams and flat colour: no filter, zlib's longest search. Much smaller
  /// where areas repeat exactly, several times slower elsewhere.
  case drawing

  var encoding: cpng_encoding {
    switch self {
    case .photograph: cpng_encoding(level: 6, strategy: 3, filters: 0xF8)
    case .drawing: cpng_encoding(level: 9, strategy: 0, filters: 0x08)
    }
  }
}

extension Image {
  /// The picture as an 8-bit PNG, its texts before its pixels.
  ///
  /// Equal pictures and texts give equal bytes: no time and no program version is written.
  /// Throws ``ImagingError/cannotEncode(reason:)`` if a keyword or a text does not fit PNG, or
  /// if a side is longer than 65,500 pixels.
  public func pngData(
    text texts: [PNGText] = [], compression: PNGCompression = .photograph
  ) throws -> Data {
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
        &picture, compression.encoding, chunks, chunks.count, &result, &message)
    }
    guard status == 0, let bytes = result.bytes else {
      throw ImagingError.cannotEncode(reason: PNGBridge.text(of: message))
    }
    defer { cpng_release(bytes) }
    return Data(bytes: bytes, count: result.count)
  }

  /// Writes the picture as a PNG file; see ``pngData(text:compression:)``.
  ///
  /// The file is written whole beside its place and then renamed into it, so that a reader sees
  /// the old picture or the new one and a failure leaves nothing behind. Throws ``ImagingError``
  /// that names the path and the reason: a missing or read-only folder, a full disk.
  public func write(
    to url: URL, text: [PNGText] = [], compression: PNGCompression = .photograph
  ) throws {
    try PictureFile.write(pngData(text: text, compression: compression), to: url)
  }
}
