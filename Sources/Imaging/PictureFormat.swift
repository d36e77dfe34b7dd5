/// What a file holds by its first bytes; its name's extension is never asked.
enum PictureFormat {
  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static let others: [(start: [UInt8], found: String)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG image, which holds no recipe"),
    (Array("GIF8".utf8), "a GIF image"),
    (Array("RIFF".utf8), "a WebP image or another RIFF file"),
    (Array("BM".utf8), "a BMP image"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF image"),
    ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
    ([0x1F, 0x8B], "a gzip file"),
  ]

  /// Whether the bytes start as a JPEG does.
  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Throws ``ImagingError`` that names what was found unless the bytes start as a PNG does.
  static func requirePNG(_ bytes: [UInt8], named name: String) throws(ImagingError) {
    if bytes.starts(with: pngSignature) { return }
    if !bytes.isEmpty, pngSignature.starts(with: bytes) {
      throw .damaged(name: name, reason: "the file ends too early")
    }
    let known = others.first { bytes.starts(with: $0.start) }
    let found = known?.found ?? (bytes.isEmpty ? "an empty file" : "not a picture file")
    throw .unsupportedFormat(name: name, found: found)
  }
}
