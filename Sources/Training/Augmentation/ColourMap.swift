import Foundation

/// What an augmentation does to colours: rgb → matrix · rgb + offset.
struct ColourMap: Sendable, Hashable {
  /// Three rows of three.
  private(set) var matrix: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
  /// What is added.
  private(set) var offset: [Double] = [0, 0, 0]

  /// Brightness, contrast, exchange of light and dark, hue and saturation, one after the other.
  init(_ parameters: Augmentation.Parameters) {
    offset = Array(repeating: parameters.brightness, count: 3)
    if parameters.contrast != 1 {
      apply { row, column in row == column ? parameters.contrast : 0 }
    }
    // Grey is the direction (1, 1, 1) / √3, along which light and dark lie: vvᵀ is a third everywhere.
    if parameters.isLumaFlipped { apply { row, column in (row == column ? 1 : 0) - 2.0 / 3 } }
    if parameters.hue != 0 {
      let (c, s) = (cos(parameters.hue), sin(parameters.hue))
      apply { row, column in
        let cross: Double = row == column ? 0 : (row + 1) % 3 == column ? -1 : 1
        return (row == column ? c : 0) + (1 - c) / 3 + s * cross / 3.0.squareRoot()
      }
    }
    if parameters.saturation != 1 {
      apply { row, column in
        1.0 / 3 + ((row == column ? 1 : 0) - 1.0 / 3) * parameters.saturation
      }
    }
  }

  /// What `factor(row, column)` does after what was there.
  private mutating func apply(_ factor: (Int, Int) -> Double) {
    let (old, oldOffset) = (matrix, offset)
    for row in 0..<3 {
      for column in 0..<3 {
        matrix[row * 3 + column] = (0..<3).reduce(0) {
          $0 + factor(row, $1) * old[$1 * 3 + column]
        }
      }
      offset[row] = (0..<3).reduce(0) { $0 + factor(row, $1) * oldOffset[$1] }
    }
  }
}
