import CPNG
import Foundation

/// What the calls into `CPNG` share.
enum PNGBridge {
  /// A message buffer of the length that the bridge expects.
  static var emptyMessage: [CChar] { [CChar](repeating: 0, count: Int(CPNG_MESSAGE_BYTES)) }

  /// The error text up to its final zero.
  static func text(of message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// zlib's Z_RLE (which has but one level) and all of libpng's filters.
  private static let encoding = cpng_encoding(level: 6, strategy: 3, filters: 0xF8)

  /// A PNG of interleaved samples of `depth` bits, 8 or (grey alone) 16; they are not changed.
  static func encode(
    _ samples: UnsafeMutableRawBufferPointer, width: Int, height: Int, channels: Int, depth: Int,
    texts: [PNGText]
  ) throws -> Data {
    for text in texts { try text.validate() }
    guard max(width, height) <= Int(CPNG_MAXIMUM_SIDE) else {
      throw ImagingError.cannotEncode(
        reason: "\(width)×\(height) pixels are more than \(CPNG_MAXIMUM_SIDE) a side")
    }
    guard samples.count <= 1 << 30 else {
      throw ImagingError.cannotEncode(
        reason: "\(width)×\(height) pixels of \(channels) channels are more than 1 GiB")
    }
    var result = cpng_bytes()
    var message = emptyMessage
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
    var picture = cpng_picture(
      width: UInt32(width), height: UInt32(height), channels: UInt32(channels),
      pixels: samples.bindMemory(to: UInt8.self).baseAddress)
    let status = cpng_encode(
      &picture, Int32(depth), encoding, chunks, chunks.count, &result, &message)
    guard status == 0, let bytes = result.bytes else {
      throw ImagingError.cannotEncode(reason: text(of: message))
    }
    defer { cpng_release(bytes) }
    return Data(bytes: bytes, count: result.count)
  }
}
