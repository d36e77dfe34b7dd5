/// What a file that is no checkpoint seems to be, so that an error can say it.
struct ForeignFile {
  /// The kind, as in "it looks like …".
  let looksLike: String

  /// What to do about it.
  let advice: String

  private init(_ looksLike: String, _ advice: String) {
    self.looksLike = looksLike
    self.advice = advice
  }

  /// The kind of `bytes`, if it is a well-known one that holds no tensors.
  init?(_ bytes: ByteRegion) {
    if bytes.count == 0 {
      self.init("an empty file", "The download failed: fetch it again.")
      return
    }
    let head = Self.head(bytes)
    if let (_, name, advice) = Self.signatures.first(where: { bytes.holds($0.0) }) {
      self.init(name, advice)
    } else if bytes.holds("ustar", at: 257) {
      self.init("a tar archive", "Unpack it and open the checkpoint inside.")
    } else if head.hasPrefix("version https://git-lfs") {
      self.init("a Git LFS pointer", "Run `git lfs pull` to fetch the file itself.")
    } else if head.hasPrefix("<!doctype html") || head.hasPrefix("<html") {
      self.init("an HTML page", "The download failed: fetch the file itself, not its web page.")
    } else if head.hasPrefix("<?xml"), head.contains("<error") || head.contains("<html") {
      self.init("a server's error message", "The download failed: fetch it again.")
    } else if head.hasPrefix("{") || head.hasPrefix("[") {
      self.init("JSON text", "The download may have failed; checkpoints are binary files.")
    } else if bytes.withUnsafeBytes({ $0.prefix(4096).allSatisfy { $0 == 0 } }) {
      self.init("nothing but zeros", "The download was interrupted: fetch it again.")
    } else {
      return nil
    }
  }

  /// The answer for bytes of no known kind.
  static func unknown(_ bytes: ByteRegion) -> ForeignFile {
    let start = bytes.withUnsafeBytes { buffer in
      buffer.prefix(8).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined(separator: " ")
    }
    return ForeignFile(
      "nothing known (it starts with \(start))", "Atelier reads \(Checkpoint.formatNames).")
  }

  /// The first characters in lower case, without leading blanks or byte-order mark.
  private static func head(_ bytes: ByteRegion) -> String {
    let text = bytes.withUnsafeBytes { String(decoding: $0.prefix(512), as: UTF8.self) }
    return String(text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }).lowercased()
  }

  private static let picture = "Give it to the commands that read pictures."
  private static let unpack = "Unpack it and open the checkpoint inside."
  private static let convert = "Convert it to safetensors first."

  private static let signatures: [([UInt8], String, String)] = [
    ([0xFF, 0xD8, 0xFF], "a JPEG image", picture),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image", picture),
    (Array("GIF8".utf8), "a GIF image", picture),
    (Array("RIFF".utf8), "a RIFF file (WebP, WAV or AVI)", picture),
    (Array("%PDF".utf8), "a PDF document", "It holds no networks."),
    ([0x1F, 0x8B], "gzip-compressed data", unpack),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed data", unpack),
    (Array("BZh".utf8), "bzip2-compressed data", unpack),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive", unpack),
    (Array("Rar!".utf8), "a RAR archive", unpack),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (Keras?)", convert),
    (Array("GGUF".utf8), "a GGUF language model", convert),
    ([0x7F, 0x45, 0x4C, 0x46], "a program", "It holds no networks."),
    (
      Array("SQLite format 3".utf8), "an SQLite database",
      "Is it an Atelier project?"
    ),
  ]
}
