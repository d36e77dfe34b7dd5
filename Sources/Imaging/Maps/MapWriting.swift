import Foundation

extension IntegerMap {
  /// The map as a grey PNG whose samples are its numbers: 8 bits where all are below 256, else 16.
  ///
  /// Equal maps give equal bytes. Throws ``ImagingError/cannotEncode(reason:)`` for numbers above
  /// 65,535 and for sides longer than 65,500 pixels.
  ///
  /// - Parameter sixteenBits: Uses 16 bits for small numbers, too, as instance maps have them.
  public func pngData(sixteenBits: Bool = false, text texts: [PNGText] = []) throws -> Data {
    let highest = maximum
    guard highest <= Int32(UInt16.max) else {
      throw ImagingError.cannotEncode(
        reason: "the map has the number \(highest), but PNG samples end at 65535")
    }
    if highest < 256, !sixteenBits {
      var samples = values.map { UInt8(truncatingIfNeeded: $0) }
      return try encode(&samples, depth: 8, texts)
    }
    var samples = values.map { UInt16(truncatingIfNeeded: $0) }
    return try encode(&samples, depth: 16, texts)
  }

  /// Writes the map as a PNG file, whole or not at all; see ``pngData(sixteenBits:text:)``.
  public func write(to url: URL, sixteenBits: Bool = false) throws {
    try PictureFile.write(pngData(sixteenBits: sixteenBits), to: url)
  }

  /// The map as it is stored: a grey PNG where that holds its numbers, else an RGB PNG whose samples
  /// are R + 256 G + 65536 B, as COCO's panoptic maps have them. Numbers end at 2²⁴ − 1.
  package func packed() throws -> Data {
    let highest = maximum
    if highest <= Int32(UInt16.max) { return try pngData() }
    guard highest < 1 << 24 else {
      throw ImagingError.cannotEncode(
        reason: "the map has the number \(highest), but stored maps end at 16777215")
    }
    let pixels = values.flatMap { value in
      [0, 8, 16].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    return try Image(width: width, height: height, channels: 3, pixels: pixels).pngData()
  }

  /// Reads what ``packed()`` writes.
  package init(packed data: Data, named name: String) throws {
    // The colour type stands at byte 25 of every PNG.
    guard data.count > 25, data[data.startIndex + 25] == 2 else {
      try self.init(pngData: data, named: name)
      return
    }
    let image = try Image(pngData: data, named: name).converted(toChannels: 3)
    let pixels = image.pixels
    let values = stride(from: 0, to: pixels.count, by: 3).map { start -> Int32 in
      let (low, middle, high) = (pixels[start], pixels[start + 1], pixels[start + 2])
      return Int32(low) | Int32(middle) << 8 | Int32(high) << 16
    }
    self.init(width: image.width, height: image.height, values: values)
  }

  private func encode<Sample>(
    _ samples: inout [Sample], depth: Int, _ texts: [PNGText]
  ) throws -> Data {
    try samples.withUnsafeMutableBytes {
      try PNGBridge.encode(
        $0, width: width, height: height, channels: 1, depth: depth, texts: texts)
    }
  }
}
