/// Text in the bitmap font, each of its pixels a square of `scale` × `scale`.
struct TextDrawing {
  /// The lines, top to bottom.
  private let lines: [String]

  /// The side of a font pixel in picture pixels, at least 1.
  private let scale: Int

  /// A text whose lines are divided by newlines.
  init(_ text: String, scale: Int) {
    precondition(scale > 0, "a font scale of \(scale)")
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    self.scale = scale
  }

  /// A text at the greatest scale up to `scale` at which it is no wider than `width` pixels;
  /// where even scale 1 is too wide, its lines end in an ellipsis.
  init(_ text: String, scale: Int, fitting width: Int) {
    let fitting = (1...max(scale, 1)).last { TextDrawing(text, scale: $0).width <= width } ?? 1
    let drawing = TextDrawing(text, scale: fitting)
    lines = drawing.lines.map { line in
      var line = line
      if Self.width(of: line) * fitting <= width { return line }
      while !line.isEmpty, Self.width(of: line + "…") * fitting > width { line.removeLast() }
      return line + "…"
    }
    self.scale = fitting
  }

  /// The width of the widest line in pixels.
  var width: Int { (lines.map { Self.width(of: $0) }.max() ?? 0) * scale }

  /// The height in pixels from the top of the first line's capitals to the last baseline.
  var height: Int { ((lines.count - 1) * Self.lineStep + BitmapFont.capitalHeight) * scale }

  /// Rows from one baseline to the next.
  private static let lineStep = BitmapFont.height + 3

  /// One blank column stands between characters.
  private static func width(of line: String) -> Int {
    max(0, line.reduce(0) { $0 + BitmapFont.glyph(for: $1).width + 1 } - 1)
  }

  /// Draws the text into a picture, every line centred on column `centre`, with the top of the
  /// first line's capitals at row `top`. What falls outside is left out.
  func draw(into image: inout Image, centre: Int, top: Int, colour: [UInt8]) {
    precondition(colour.count == image.channels, "\(colour.count) samples for a text's colour")
    for (index, line) in lines.enumerated() {
      var x = centre - Self.width(of: line) * scale / 2
      let y = top + index * Self.lineStep * scale
      for character in line {
        let glyph = BitmapFont.glyph(for: character)
        draw(glyph, into: &image, x: x, y: y, colour: colour)
        x += (glyph.width + 1) * scale
      }
    }
  }

  private func draw(
    _ glyph: BitmapFont.Glyph, into image: inout Image, x: Int, y: Int, colour: [UInt8]
  ) {
    for (row, bits) in glyph.rows.enumerated() {
      for column in 0..<glyph.width where bits >> column & 1 == 1 {
        image.fill(
          x: x + column * scale, y: y + row * scale, width: scale, height: scale, colour: colour)
      }
    }
  }
}

extension Image {
  /// Fills a rectangle with one colour; what falls outside is left out.
  package mutating func fill(x: Int, y: Int, width: Int, height: Int, colour: [UInt8]) {
    let columns = max(0, x)..<max(max(0, x), min(self.width, x + width))
    let rows = max(0, y)..<max(max(0, y), min(self.height, y + height))
    let (stride, channels) = (self.width, channels)
    pixels.withUnsafeMutableBufferPointer { target in
      for row in rows {
        for column in columns {
          let start = (row * stride + column) * channels
          for c in 0..<channels { target[start + c] = colour[c] }
        }
      }
    }
  }
}
