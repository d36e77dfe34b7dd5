import CPNG
import Foundation

extension Image {
  /// Reads a PNG or JPEG file, recognised by its first bytes.
  ///
  /// Any bit depth, colour type, palette, transparency and interlacing of PNG is read and becomes
  /// 8-bit grey (1 channel), RGB (3) or, with transparency, RGBA (4). Of 16-bit samples the high
  /// byte is kept, as Pillow does. JPEGs become grey or RGB and are turned upright as their Exif
  /// data says. Gamma and colour profiles are not applied.
  ///
  /// Throws ``ImagingError`` if the file cannot be read, is neither (others are named), is broken or
  /// cut off anywhere, has a side of more than 65,500 pixels, or decodes to more than 1 GiB.
  public init(contentsOf url: URL) throws {
    try self.init(bytes: PictureFile.read(url), named: url.path)
  }

  /// Reads a PNG or JPEG in memory; `named` says in errors where it came from. See
  /// ``init(contentsOf:)``.
  public init(data: Data, named name: String) throws {
    try self.init(bytes: [UInt8](data), named: name)
  }

  private init(bytes: [UInt8], named name: String) throws {
    if PictureFormat.isJPEG(bytes) {
      self = try JPEG.decode(bytes, named: name)
    } else {
      try self.init(png: bytes, named: name)
    }
  }

  /// Reads a PNG in memory; `named` says in errors where it came from. See ``init(contentsOf:)``.
  public init(pngData: Data, named name: String) throws {
    try self.init(png: [UInt8](pngData), named: name)
  }

  private init(png bytes: [UInt8], named name: String) throws(ImagingError) {
    try PictureFormat.requirePNG(bytes, named: name)
    var picture = cpng_picture()
    var message = PNGBridge.emptyMessage
    let status = bytes.withUnsafeBufferPointer {
      cpng_decode($0.baseAddress, $0.count, &picture, &message)
    }
    guard status == 0 else {
      throw .damaged(name: name, reason: PNGBridge.text(of: message))
    }
    defer { cpng_release(picture.pixels) }
    let (width, height, channels) = (
      Int(picture.width), Int(picture.height), Int(picture.channels)
    )
    let samples = UnsafeBufferPointer(start: picture.pixels, count: width * height * channels)
    self.init(width: width, height: height, channels: channels, pixels: Array(samples))
  }
}
