import Tensors
import Testing

/// The kernel of the filtered nonlinearity against its steps one by one, over the odd sizes.
@Suite("Filtered nonlinearity")
struct FilteredLeakyReLUTests {
  struct Case: CustomStringConvertible, Sendable {
    let up: Int, down: Int, upTaps: Int, downTaps: Int, before: Int, after: Int
    var isRadial = false
    var description: String {
      "×\(up) ÷\(down), \(upTaps) and \(downTaps) taps, padding \(before) \(after)"
        + (isRadial ? ", radial" : "")
    }
  }

  static let cases = [
    Case(up: 2, down: 2, upTaps: 12, downTaps: 12, before: 9, after: 8),
    Case(up: 4, down: 2, upTaps: 24, downTaps: 12, before: 13, after: 14),
    Case(up: 2, down: 2, upTaps: 12, downTaps: 12, before: -5, after: -6),
    Case(up: 4, down: 4, upTaps: 7, downTaps: 5, before: 0, after: 3),
    Case(up: 1, down: 2, upTaps: 1, downTaps: 6, before: 5, after: 4),
    Case(up: 2, down: 1, upTaps: 6, downTaps: 1, before: 5, after: 0),
    Case(up: 3, down: 2, upTaps: 8, downTaps: 3, before: 6, after: 1),
    Case(up: 2, down: 3, upTaps: 5, downTaps: 4, before: 7, after: 9),
    Case(up: 1, down: 1, upTaps: 1, downTaps: 1, before: 0, after: 0),
    Case(up: 2, down: 2, upTaps: 12, downTaps: 12, before: 9, after: 8, isRadial: true),
    Case(up: 4, down: 2, upTaps: 24, downTaps: 5, before: 12, after: 9, isRadial: true),
  ]

  @Test("It equals upsampling, lrelu with gain and clamp, and downsampling", arguments: cases)
  func steps(_ variant: Case) {
    func taps(_ count: Int) -> [Float] { (0..<count).map { Float(1 + ($0 * 7) % 5) / 9 } }
    let upFilter = ResampleFilter(taps: Tensor(taps(variant.upTaps), shape: [variant.upTaps]))
    let n = variant.downTaps
    let downFilter =
      variant.isRadial
      ? ResampleFilter(taps: Tensor(taps(n * n), shape: [n, n]))
      : ResampleFilter(taps: Tensor(taps(n), shape: [n]))
    let least = variant.upTaps + variant.downTaps - variant.before - variant.after
    for (height, width) in [(16, 16), (17, 5), (9, 40), (33, 70), (40, 131)]
    where min(height, width) * variant.up >= least {
      var random = RandomState(seed: 5)
      let x = random.randn([2, 3, height, width])
      let found = x.filteredLeakyReLU(
        FilteredLeakyReLU(
          upFilter: upFilter, downFilter: downFilter, up: variant.up, down: variant.down,
          padding: (variant.before, variant.after), slope: 0.3, gain: 1.3, clamp: 2))
      let expected =
        x.upfirdn(
          upFilter, up: (variant.up, variant.up),
          padding: Padding(before: variant.before, after: variant.after),
          gain: Float(variant.up * variant.up)
        )
        .biasAct(Epilogue(activation: .lrelu, alpha: 0.3, gain: 1.3, clamp: 2))
        .upfirdn(downFilter, down: (variant.down, variant.down))
      #expect(found.shape == expected.shape, "\(height)×\(width)")
      guard found.shape == expected.shape else { continue }
      let error = (found - expected).largestMagnitude / expected.largestMagnitude
      #expect(error < 2e-6, "\(height)×\(width)")
    }
  }
}
