import Foundation
import TestSupport
import Tensors
import Testing
import Training

@Suite("Augmentations")
struct AugmentationTests {
  /// A smooth picture, so that filters change little of it.
  private func smooth(_ height: Int, _ width: Int) -> Tensor {
    var values: [Float] = []
    for channel in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          values.append(sin(Float(x + channel) * 0.2) * cos(Float(y) * 0.15))
        }
      }
    }
    return Tensor(values, shape: [1, 3, height, width])
  }

  private func value(_ x: Tensor, _ c: Int, _ y: Int, _ column: Int) -> Float {
    x.scalars[(c * x.shape[2] + y) * x.shape[3] + column]
  }

  @Test("A shift by whole pixels is a shift, with the border mirrored")
  func shift() {
    let image = Tensor.sample([1, 3, 12, 16])
    var sample = Augmentation.Parameters()
    sample.shift = (3, -2)
    let moved = Augmentation([sample])(image)
    #expect(moved.shape == image.shape)
    func mirrored(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i < n ? i : 2 * n - 2 - i }
    for c in 0..<3 {
      for y in 0..<12 {
        for x in 0..<16 {
          let expected = value(image, c, mirrored(y + 2, 12), mirrored(x - 3, 16))
          #expect(abs(value(moved, c, y, x) - expected) < 1e-5)
        }
      }
    }
  }

  @Test("A quarter turn takes columns to rows, and a zoom spreads from the middle")
  func turns() {
    let image = smooth(32, 32)
    var turned = Augmentation.Parameters(), zoomed = Augmentation.Parameters()
    turned.quarters = 1
    zoomed.scale = 2
    let turn = Augmentation([turned])(image), zoom = Augmentation([zoomed])(image)
    for (x, y) in [(10, 12), (16, 20), (22, 9)] {
      // The place (u, v) from the middle shows what lies at (−v, u).
      #expect(abs(value(turn, 0, y, x) - value(image, 0, x, 31 - y)) < 0.02)
      let near =
        (value(image, 0, 8 + y / 2, 8 + x / 2) + value(image, 0, 7 + (y + 1) / 2, 8 + x / 2)) / 2
      #expect(abs(value(zoom, 0, y, x) - near) < 0.15)
    }
  }

  @Test("Colours: grey stays grey under a turn, and saturation 0 makes grey")
  func colours() {
    let image = smooth(4, 4)
    var hue = Augmentation.Parameters(), grey = Augmentation.Parameters()
    hue.hue = 2.1
    grey.saturation = 0
    let turned = Augmentation([hue])(image), faded = Augmentation([grey])(image)
    for i in 0..<16 {
      let rgb = (0..<3).map { image.scalars[$0 * 16 + i] }
      let mean = rgb.reduce(0, +) / 3
      let after = (0..<3).map { turned.scalars[$0 * 16 + i] }
      #expect(abs(after.reduce(0, +) / 3 - mean) < 1e-5)
      // A turn keeps the distance from grey.
      func spread(_ x: [Float]) -> Float { x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
      #expect(abs(spread(after) - spread(rgb)) < 1e-4)
      for c in 0..<3 { #expect(abs(faded.scalars[c * 16 + i] - mean) < 1e-5) }
    }
  }

  @Test("Gradients are those of a linear map: Σ A(x)·y = Σ x·Aᵀ(y)")
  func gradients() {
    var sample = Augmentation.Parameters()
    (sample.firstTurn, sample.scale, sample.stretch) = (0.4, 1.3, 0.8)
    (sample.hue, sample.contrast, sample.isMirrored) = (1, 1.4, true)
    let augmentation = Augmentation([sample])
    let x = Tensor.sample([1, 3, 10, 14]).tracked(), y = Tensor.sample([1, 3, 10, 14], seed: 2)
    let out = (augmentation(x) * y).sum()
    let slope = gradient(of: out, withRespectTo: [x])[0]
    let back = (slope * x.detached).sum().scalar
    #expect(abs(out.scalar - back) < 1e-3 * max(abs(back), 1))
  }
}
