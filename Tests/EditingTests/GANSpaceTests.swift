import Editing
import TestSupport
import Tensors
import Testing

/// Samples on the axes of a known orthogonal basis have known components: one pair ±s b for every
/// axis b, so that the variance along it is 2 s² / N.
@Suite("GANSpace")
struct GANSpaceTests {
  static let width = 5
  static let spreads: [Double] = [1, 7, 3, 0.5, 2]
  static let centre: [Double] = [4, -1, 0.5, 2, 0]

  /// The pairs, the whole list three times over.
  static let samples: Tensor = {
    var rows: [Float] = []
    for _ in 0..<3 {
      for (axis, spread) in zip(SeFaTests.basis, spreads) {
        for sign in [1.0, -1] {
          rows += (0..<width).map { Float(centre[$0] + sign * spread * axis[$0]) }
        }
      }
    }
    return Tensor(rows, shape: [rows.count / width, width])
  }()

  /// Axes by spread, and the population's deviations: √(2 s² / 10).
  static let order = [1, 2, 4, 0, 3]

  @Test(
    "Components, deviations and variances are the known ones",
    arguments: [GANSpace.Estimator.pca, .incremental(batch: 1000), .incremental(batch: 10)])
  func components(estimator: GANSpace.Estimator) throws {
    let space = try GANSpace(samples: Self.samples, count: 5, estimator: estimator)
    let total = Self.spreads.reduce(0) { $0 + $1 * $1 }
    for (k, axis) in Self.order.enumerated() {
      let found = space.components.row(k).scalars, expected = SeFaTests.basis[axis]
      let largest = expected.max { abs($0) < abs($1) } ?? 1
      for i in 0..<Self.width {
        #expect(abs(Double(found[i]) - expected[i] * (largest < 0 ? -1 : 1)) < 1e-5)
      }
      let spread = Self.spreads[axis]
      #expect(abs(space.latentDeviations[k] - (spread * spread / 5).squareRoot()) < 1e-5)
      #expect(abs(space.varianceRatios[k] - spread * spread / total) < 1e-6)
      // The sample's deviation of 30 values is √(30/29) of the population's.
      let factor = estimator == .pca ? 1 : (30.0 / 29).squareRoot()
      #expect(abs(space.deviations[k] - space.latentDeviations[k] * factor) < 1e-5)
    }
    for i in 0..<Self.width {
      #expect(abs(Double(space.mean.scalars[i]) - Self.centre[i]) < 1e-5)
    }
  }

  @Test("A move counts from where the latent is, a centred one from the mean")
  func moves() throws {
    let space = try GANSpace(samples: Self.samples, count: 2, estimator: .pca)
    let component = space.components.row(0).scalars
    let start = (0..<Self.width).map { Float(Self.centre[$0]) + 5 * component[$0] }
    let ws = Tensor(start + start + start, shape: [1, 3, Self.width])
    func place(_ ws: Tensor, _ row: Int) -> Float {
      let w = ws.row(0).row(row).scalars
      return (0..<Self.width).reduce(0) { $0 + (w[$1] - Float(Self.centre[$1])) * component[$1] }
    }
    let unit = Float(space.latentDeviations[0])
    let moved = space.moved(ws, along: 0, by: 2, rows: 1..<2)
    #expect(abs(place(moved, 1) - 5 - 2 * unit) < 1e-4)
    #expect(moved.row(0).row(0).scalars == start && moved.row(0).row(2).scalars == start)
    let centred = space.moved(ws, along: 0, by: 2, rows: 1..<2, isCentred: true)
    #expect(abs(place(centred, 1) - 2 * unit) < 1e-4)
  }

  @Test("Counts that samples do not have are refused")
  func refusals() {
    for (count, estimator) in [
      (0, .pca), (6, .pca), (5, .incremental(batch: 4)),
    ] as [(Int, GANSpace.Estimator)] {
      #expect(throws: EditingError.self) {
        try GANSpace(samples: Self.samples, count: count, estimator: estimator)
      }
    }
  }
}
