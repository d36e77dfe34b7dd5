import CTurboJPEG
import Foundation

/// JPEG in memory, decoded through TurboJPEG.
///
/// libjpeg's own errors never leave TurboJPEG, which turns them into return codes.
enum JPEG {
  /// The most bytes that a picture may decode to: 1 GiB.
  private static let mostBytes = 1 << 30
  /// The longest side.
  private static let longestSide = 65500

  /// Decodes a whole JPEG: grey stays grey, everything else becomes RGB; turned upright as its Exif
  /// data says.
  static func decode(_ bytes: [UInt8], named name: String) throws(ImagingError) -> Image {
    guard let handle = tjInitDecompress() else {
      throw .damaged(name: name, reason: "the JPEG library did not start: no memory")
    }
    defer { tjDestroy(handle) }
    let size = try header(of: bytes, handle, name)
    let colours = TJCS(rawValue: UInt32(size.colours))
    let format = colours == TJCS_GRAY ? TJPF_GRAY : isInk(colours) ? TJPF_CMYK : TJPF_RGB
    let channels = colours == TJCS_GRAY ? 1 : isInk(colours) ? 4 : 3
    let (width, height) = (size.width, size.height)
    guard width * height * channels <= mostBytes else {
      throw .damaged(name: name, reason: "the picture would take more than 1 GiB")
    }
    // A byte holds eight bits, and a block of 8×8 pixels takes at least one: a shorter file cannot
    // hold the picture, and no memory is asked for.
    guard width * height <= (bytes.count + 64) * 512 else {
      throw .damaged(name: name, reason: "the file is too short for its width and height")
    }
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    let status = pixels.withUnsafeMutableBufferPointer { target in
      bytes.withUnsafeBufferPointer { source in
        // Cut and damaged streams are warnings to libjpeg, which paints them grey; here they are
        // errors. So are streams of thousands of scans over every pixel.
        tjDecompress2(
          handle, source.baseAddress, UInt(source.count), target.baseAddress, Int32(width), 0,
          Int32(height), format.rawValue,
          TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT)
      }
    }
    guard status == 0 else { throw .damaged(name: name, reason: reason(handle)) }
    let samples = isInk(colours) ? mixed(pixels) : pixels
    let image = Image(
      width: width, height: height, channels: channels == 4 ? 3 : channels, pixels: samples)
    return image.turned(ExifOrientation(jpeg: bytes))
  }

  private static func header(
    of bytes: [UInt8], _ handle: tjhandle, _ name: String
  ) throws(ImagingError) -> (width: Int, height: Int, colours: Int32) {
    var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let status = bytes.withUnsafeBufferPointer {
      tjDecompressHeader3(
        handle, $0.baseAddress, UInt($0.count), &width, &height, &sampling, &colours)
    }
    guard status == 0, width > 0, height > 0 else {
      throw .damaged(name: name, reason: reason(handle))
    }
    guard max(width, height) <= longestSide else {
      throw .damaged(name: name, reason: "\(width)×\(height) pixels are more than 65500 a side")
    }
    return (Int(width), Int(height), colours)
  }

  private static func isInk(_ colours: TJCS) -> Bool {
    colours == TJCS_CMYK || colours == TJCS_YCCK
  }

  /// CMYK as Adobe's programs store it, 255 for no ink, as RGB.
  private static func mixed(_ inks: [UInt8]) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(inks.count / 4 * 3)
    for start in stride(from: 0, to: inks.count, by: 4) {
      let black = UInt32(inks[start + 3])
      for c in 0..<3 {
        pixels.append(UInt8(truncatingIfNeeded: (UInt32(inks[start + c]) * black + 127) / 255))
      }
    }
    return pixels
  }

  private static func reason(_ handle: tjhandle) -> String {
    String(cString: tjGetErrorStr2(handle))
  }
}
