import Tensors

/// How far a change of pixels reaches through the layers of StyleGAN2.
///
/// In numbers, a 3×3 convolution reaches one pixel. In bits it reaches the whole tile: Winograd's
/// algorithm works 4×4 outputs out of 6×6 inputs, and the inputs that an output does not depend on
/// cancel but for rounding. So regions are tiles, on the grid of the whole picture.
extension StyleGAN2Generator: RegionalGenerator {
  /// All but the networks that fade between resolutions, and those of unusual filters.
  var isRegional: Bool {
    configuration.architecture != .revised
      && blocks.allSatisfy {
        $0.filter.isSeparable && ($0.conv0?.hasSeparableFilter ?? true)
      }
  }

  func affected(by range: Range<Int>, layer: Int) -> Range<Int> {
    let (block, part) = steps[layer], side = block.resolution
    guard case .convolution(let convolution) = part else { return range }
    if convolution.isUp {
      // A tile reads 5 pixels from the one before it on, and makes 8 lines of the transposed
      // convolution; the filter spreads each from two pixels before to one after.
      let tiles = range.tiles(of: 4, beyond: 1)
      return (8 * tiles.lowerBound - 2..<8 * tiles.upperBound + 9).clipped(to: side)
    }
    let tiles = range.tiles(of: 4, before: 1, beyond: 1)
    return (4 * tiles.lowerBound..<4 * tiles.upperBound + 4).clipped(to: side)
  }

  func needed(for range: Range<Int>, layer: Int) -> Range<Int> {
    let (block, part) = steps[layer], side = block.resolution
    guard case .convolution(let convolution) = part else {
      // The picture of the block below is upsampled first, by 4 taps.
      return (range.lowerBound - 2..<range.upperBound + 2).clipped(to: side)
    }
    if convolution.isUp {
      let tiles = range.tiles(of: 8, before: 1, beyond: 2)
      return (4 * tiles.lowerBound - 1..<4 * tiles.upperBound + 4).clipped(to: side / 2)
    }
    let tiles = range.tiles(of: 4)
    return (4 * tiles.lowerBound - 1..<4 * tiles.upperBound + 5).clipped(to: side)
  }
}
