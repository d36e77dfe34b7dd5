import CPNG
import Foundation

extension IntegerMap {
  /// What a palette PNG's indices are taken for.
  public enum PaletteReading: Sendable {
    /// Nothing: they may be labels, or what a program made of grey or coloured pixels to save space.
    case refused
    /// The map's numbers.
    case indices
  }

  /// Reads a map from a grey PNG file of 8 or 16 bits, recognised by its first bytes.
  ///
  /// Numbers are the samples as they stand in the file; grey of 1, 2 or 4 bits is spread over 0 to
  /// 255, as Pillow does, because programs that shrink files make it of 8 bits. Transparency is
  /// passed over. Throws ``ImagingError`` for anything else: colours (a coloured map needs a
  /// ``Palette``), palettes unless `palette` says that indices are meant, damage, and other formats.
  public init(contentsOf url: URL, palette: PaletteReading = .refused) throws {
    try self.init(png: PictureFile.read(url), named: url.path, palette: palette)
  }

  /// Reads a PNG in memory; `named` says in errors where it came from. See
  /// ``init(contentsOf:palette:)``.
  public init(
    pngData: Data, named name: String, palette: PaletteReading = .refused
  ) throws {
    try self.init(png: [UInt8](pngData), named: name, palette: palette)
  }

  package init(png bytes: [UInt8], named name: String, palette: PaletteReading)
    throws(ImagingError)
  {
    guard !PictureFormat.isJPEG(bytes) else {
      throw .notAMap(
        name: name, reason: "it is a JPEG, which loses exact numbers; maps are grey PNGs")
    }
    try PictureFormat.requirePNG(bytes, named: name)
    var numbers = cpng_numbers()
    var message = PNGBridge.emptyMessage
    let status = bytes.withUnsafeBufferPointer {
      cpng_decode_numbers($0.baseAddress, $0.count, &numbers, &message)
    }
    guard status == 0 else {
      throw .damaged(name: name, reason: PNGBridge.text(of: message))
    }
    defer { cpng_release(numbers.samples) }
    if let reason = Self.refusal(colour: numbers.colour, palette: palette) {
      throw .notAMap(name: name, reason: reason)
    }
    let (width, height) = (Int(numbers.width), Int(numbers.height))
    let samples = UnsafeBufferPointer(start: numbers.samples, count: width * height)
    self.init(width: width, height: height, values: samples.map { Int32($0) })
  }

  /// Why a PNG of a colour type is no map, `nil` if it is one.
  private static func refusal(colour: UInt32, palette: PaletteReading) -> String? {
    switch colour {
    case 0: nil
    case 3 where palette == .indices: nil
    case 3:
      "it is a palette PNG, and its indices may be labels or only a way to store colours; say "
        + "that indices are meant, or name a palette of colours"
    case 4: "it has an alpha channel; save it as plain grey of 8 or 16 bits"
    default: "it is a colour picture; name the palette of its colours, or save it as grey numbers"
    }
  }
}
