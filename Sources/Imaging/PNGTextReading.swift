import CPNG
import Foundation

extension PNGText {
  /// The texts of a PNG file in the order in which they stand in it: iTXt, tEXt and zTXt chunks,
  /// before and after the pixels.
  ///
  /// The pixels are passed over, not decoded. Throws ``ImagingError`` if the file cannot be read,
  /// is no PNG, is cut off, or holds a broken text; one text of more than 64 MB, texts of more
  /// than 128 MB together and more than 1,000 texts are refused.
  public static func read(from url: URL) throws -> [PNGText] {
    try read(from: PictureFile.read(url), named: url.path)
  }

  /// The texts of a PNG in memory; `named` says in errors where it came from.
  public static func read(pngData: Data, named name: String) throws -> [PNGText] {
    try read(from: [UInt8](pngData), named: name)
  }

  private static let largestSum = 128 << 20
  private static let mostTexts = 1000

  private static func read(from bytes: [UInt8], named name: String) throws -> [PNGText] {
    try PictureFormat.requirePNG(bytes, named: name)
    var texts: [PNGText] = []
    var sum = 0
    var offset = 8
    while true {
      guard let chunk = Chunk(in: bytes, at: offset) else {
        throw ImagingError.damaged(
          name: name,
          reason: "the file of \(bytes.count) bytes ends inside the chunk at byte \(offset)")
      }
      if chunk.type == "IEND" { return texts }
      if ["iTXt", "tEXt", "zTXt"].contains(chunk.type) {
        let text = try read(chunk, of: bytes, named: name)
        texts.append(text)
        sum += text.text.utf8.count
        guard sum <= largestSum, texts.count <= mostTexts else {
          throw ImagingError.damaged(
            name: name, reason: "its texts are more than \(mostTexts) or longer than 128 MB")
        }
      }
      offset = chunk.range.upperBound
    }
  }

  private static func read(
    _ chunk: Chunk, of bytes: [UInt8], named name: String
  ) throws -> PNGText {
    var result = cpng_read_text_result()
    var message = PNGBridge.emptyMessage
    let status = bytes[chunk.range].withUnsafeBufferPointer {
      cpng_read_text($0.baseAddress, $0.count, &result, &message)
    }
    guard status == 0 else {
      throw ImagingError.damaged(
        name: name,
        reason:
          "the \(chunk.type) chunk at byte \(chunk.range.lowerBound): \(PNGBridge.text(of: message))"
      )
    }
    defer {
      cpng_release(result.keyword.bytes)
      cpng_release(result.text.bytes)
    }
    return PNGText(
      keyword: string(result.keyword, isUTF8: false),
      text: string(result.text, isUTF8: result.is_utf8 != 0))
  }

  /// Broken UTF-8 is repaired with U+FFFD; every byte is a character of Latin-1.
  private static func string(_ bytes: cpng_bytes, isUTF8: Bool) -> String {
    let buffer = UnsafeBufferPointer(start: bytes.bytes, count: bytes.count)
    if isUTF8 { return String(decoding: buffer, as: UTF8.self) }
    return String(decoding: buffer.map { UInt16($0) }, as: UTF16.self)
  }
}

/// One chunk of a PNG: four bytes of length, four of type, the data, four of CRC.
private struct Chunk {
  /// Four characters such as `iTXt`.
  let type: String
  /// Where the whole chunk lies in the file.
  let range: Range<Int>

  /// `nil` where the bytes end before the chunk does.
  init?(in bytes: [UInt8], at offset: Int) {
    guard bytes.count - offset >= 12 else { return nil }
    let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - offset - 12 else { return nil }
    type = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
    range = offset..<offset + 12 + length
  }
}
