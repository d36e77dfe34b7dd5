extension Palette {
  /// A label map in the palette's colours, RGB; classes that it lacks are magenta.
  ///
  /// - Parameter instances: Where given, the borders of objects are drawn in white.
  public func image(of labels: LabelMap, instances: InstanceMap? = nil) -> Image {
    precondition(
      instances.map { $0.width == labels.width && $0.height == labels.height } ?? true,
      "maps of different sizes")
    let edges = instances?.edges().scalars
    var colours: [Int32: [UInt8]] = [:]
    var pixels: [UInt8] = []
    pixels.reserveCapacity(labels.map.values.count * 3)
    for (index, label) in labels.map.values.enumerated() {
      if let edges, edges[index] == 1 {
        pixels += [255, 255, 255]
        continue
      }
      let colour = colours[label] ?? self[label]?.colour ?? [255, 0, 255]
      colours[label] = colour
      pixels += colour
    }
    return Image(width: labels.width, height: labels.height, channels: 3, pixels: pixels)
  }

  /// The label map that a picture in the palette's colours stands for.
  ///
  /// Colours must match exactly; of classes of one colour the lowest number is taken. A picture with
  /// transparency is taken without it. Throws ``ImagingError/notAMap(name:reason:)`` that names the
  /// first pixel of another colour.
  public func labels(of image: Image, named name: String) throws(ImagingError) -> LabelMap {
    let image = image.converted(toChannels: 3)
    var known: [UInt32: Int32] = [:]
    for entry in entries.reversed() { known[Self.key(entry.colour[...])] = entry.id }
    var values: [Int32] = []
    values.reserveCapacity(image.width * image.height)
    for index in 0..<image.width * image.height {
      let colour = image.pixels[index * 3..<index * 3 + 3]
      guard let label = known[Self.key(colour)] else {
        let (x, y) = (index % image.width, index / image.width)
        throw .notAMap(
          name: name,
          reason:
            "the colour \(Array(colour)) at (\(x), \(y)) is not one of palette '\(self.name)'; "
            + "colours must match exactly, so save it without smoothing or loss")
      }
      values.append(label)
    }
    return LabelMap(IntegerMap(width: image.width, height: image.height, values: values))
  }

  private static func key(_ colour: ArraySlice<UInt8>) -> UInt32 {
    colour.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
