import Tensors

extension Image {
  /// The picture under a quadrilateral, stretched to `width` × `height`.
  ///
  /// What Pillow's `transform` gives for `QUAD` and `BILINEAR`: corners are top left, bottom left,
  /// bottom right, top right; the position of a target pixel's centre is interpolated bilinearly
  /// between them, and so are the samples around it, then truncated. Outside is 0.
  func sampled(_ corners: [SIMD2<Double>], width: Int, height: Int) -> Image {
    precondition(corners.count == 4 && width > 0 && height > 0, "\(corners.count) corners")
    let (topLeft, bottomLeft, bottomRight, topRight) = (
      corners[0], corners[1], corners[2], corners[3]
    )
    let (across, down) = (1 / Double(width), 1 / Double(height))
    let stepX = (topRight - topLeft) * across, stepY = (bottomLeft - topLeft) * down
    let twist = (bottomRight - bottomLeft - topRight + topLeft) * across * down
    let (rows, columns, channels) = (self.height, self.width, channels)
    let result = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
      target, written in
      written = width * height * channels
      pixels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let (source, target) = (source, target)
        Parallel.forEachRange(of: height, size: 16) { range in
          for row in range {
            let y = Double(row) + 0.5
            for column in 0..<width {
              let x = Double(column) + 0.5
              let place = topLeft + stepX * x + stepY * y + twist * x * y
              let to = (row * width + column) * channels
              guard place.x >= 0, place.y >= 0, place.x < Double(columns), place.y < Double(rows)
              else {
                for c in 0..<channels { target[to + c] = 0 }
                continue
              }
              let shifted = place - 0.5
              let (floorX, floorY) = (shifted.x.rounded(.down), shifted.y.rounded(.down))
              let (left, top) = (Int(floorX), Int(floorY))
              let (dx, dy) = (shifted.x - floorX, shifted.y - floorY)
              let first = max(left, 0) * channels
              let second = min(left + 1, columns - 1) * channels
              let upper = max(top, 0) * columns * channels
              let lower = min(top + 1, rows - 1) * columns * channels
              for c in 0..<channels {
                let (a, b) = (
                  Double(source[upper + first + c]), Double(source[upper + second + c])
                )
                let (d, e) = (
                  Double(source[lower + first + c]), Double(source[lower + second + c])
                )
                let (high, low) = (a + (b - a) * dx, d + (e - d) * dx)
                target[to + c] = UInt8(high + (low - high) * dy)
              }
            }
          }
        }
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: result)
  }
}
