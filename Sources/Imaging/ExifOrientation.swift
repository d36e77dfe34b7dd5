/// How a camera was held: which side of the stored picture is up (Exif 2.3, tag 0x0112).
enum ExifOrientation: UInt16, Sendable {
  /// As stored.
  case upright = 1
  /// Mirrored from left to right.
  case mirrored
  /// Upside down.
  case halfTurn
  /// Mirrored from top to bottom.
  case flipped
  /// Mirrored at the diagonal from the top left.
  case transposed
  /// To be turned a quarter clockwise.
  case quarterTurn
  /// Mirrored at the other diagonal.
  case transversed
  /// To be turned a quarter anticlockwise.
  case threeQuarterTurn

  /// The orientation that a JPEG's Exif data states; as stored where it states none, or nonsense.
  init(jpeg bytes: [UInt8]) {
    self = Self.exif(in: bytes).flatMap(Self.orientation) ?? .upright
  }

  /// The TIFF structure in the first Exif segment before the picture's data.
  private static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF {
      let marker = bytes[place + 1]
      // A filling byte, or a marker without a segment.
      if marker == 0xFF || marker == 1 || (0xD0...0xD7).contains(marker) {
        place += marker == 0xFF ? 1 : 2
        continue
      }
      // The picture's data, or its end.
      if marker == 0xDA || marker == 0xD9 { return nil }
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let end = place + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      let segment = bytes[place + 4..<end]
      if marker == 0xE1, segment.starts(with: Array("Exif\0\0".utf8)) {
        return segment.dropFirst(6)
      }
      place = end
    }
    return nil
  }

  /// The value of tag 0x0112 in the first directory.
  private static func orientation(in tiff: ArraySlice<UInt8>) -> ExifOrientation? {
    let bytes = Array(tiff)
    guard bytes.count >= 8 else { return nil }
    let isBigEndian: Bool
    switch (bytes[0], bytes[1]) {
    case (0x4D, 0x4D): isBigEndian = true
    case (0x49, 0x49): isBigEndian = false
    default: return nil
    }
    func number(at place: Int, count: Int) -> Int? {
      guard place >= 0, place <= bytes.count - count else { return nil }
      let part = bytes[place..<place + count]
      return (isBigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(at: 2, count: 2) == 42, let start = number(at: 4, count: 4),
      let entries = number(at: start, count: 2)
    else { return nil }
    for entry in 0..<entries {
      let place = start + 2 + entry * 12
      guard let tag = number(at: place, count: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard number(at: place + 2, count: 2) == 3, number(at: place + 4, count: 4) == 1,
        let value = number(at: place + 8, count: 2)
      else { return nil }
      return UInt16(exactly: value).flatMap(ExifOrientation.init(rawValue:))
    }
    return nil
  }

  /// Whether width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The stored pixel that lies at (x, y) of the upright picture; `width` × `height` is stored.
  func source(x: Int, y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
    switch self {
    case .upright: (x, y)
    case .mirrored: (width - 1 - x, y)
    case .halfTurn: (width - 1 - x, height - 1 - y)
    case .flipped: (x, height - 1 - y)
    case .transposed: (y, x)
    case .quarterTurn: (y, height - 1 - x)
    case .transversed: (width - 1 - y, height - 1 - x)
    case .threeQuarterTurn: (width - 1 - y, x)
    }
  }
}

extension Image {
  /// The picture as it is to be looked at.
  func turned(_ orientation: ExifOrientation) -> Image {
    guard orientation != .upright else { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    let pixels = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      count = self.pixels.count
      self.pixels.withUnsafeBufferPointer { stored in
        var place = 0
        for y in 0..<newHeight {
          for x in 0..<newWidth {
            let source = orientation.source(x: x, y: y, width: width, height: height)
            let start = (source.y * width + source.x) * channels
            for c in 0..<channels { target[place + c] = stored[start + c] }
            place += channels
          }
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: pixels)
  }
}
