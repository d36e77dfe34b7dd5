/// A keyword and a text that a PNG carries beside its pixels.
///
/// Atelier writes it as an iTXt chunk before the pixels: UTF-8, deflated when it is long.
public struct PNGText: Sendable, Equatable {
  /// What the text is: 1 to 79 printable ASCII characters, no blank at either end and no two
  /// blanks in a row, such as `Software` or `atelier recipe`.
  public var keyword: String

  /// The text, without NUL characters.
  public var text: String

  /// A text under a keyword; both are checked when they are written.
  public init(keyword: String, text: String) {
    self.keyword = keyword
    self.text = text
  }

  /// Whether the text is long enough for deflate to pay.
  var isCompressed: Bool { text.utf8.count > 256 }

  /// Throws ``ImagingError/cannotEncode(reason:)`` if PNG has no place for this.
  func validate() throws(ImagingError) {
    let bytes = Array(keyword.utf8)
    guard (1...79).contains(bytes.count), bytes.allSatisfy({ (32...126).contains($0) }),
      bytes.first != 32, bytes.last != 32, !keyword.contains("  ")
    else {
      throw .cannotEncode(
        reason: "the text keyword '\(keyword.prefix(100))' is not 1 to 79 printable ASCII "
          + "characters without blanks at its ends or two in a row")
    }
    guard !text.utf8.contains(0) else {
      throw .cannotEncode(reason: "the text under '\(keyword)' holds a NUL character")
    }
  }
}
