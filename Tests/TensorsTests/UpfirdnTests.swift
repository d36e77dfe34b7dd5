import TestSupport
import Tensors
import Testing

@Suite("Upfirdn")
struct UpfirdnTests {
  static let paddings = [
    Padding.none, Padding(before: 2, after: 1), Padding(left: -1, right: 4, top: 2, bottom: -2),
    Padding(left: 5, right: -2, top: -1, bottom: 6), Padding(before: -1, after: -1),
    Padding(left: 0, right: 7, top: 9, bottom: 0),
  ]

  @Test(
    "Any factors, paddings and crops equal the naive twin",
    arguments: 0..<ModulatedConvolutionTests.filters.count)
  func sweep(filter: Int) {
    let taps = ModulatedConvolutionTests.filters[filter].taps
    let (th, tw) = (taps.shape[0], taps.shape[-1])
    var count = 0
    for (h, w) in [(1, 1), (1, 6), (5, 2), (8, 7)] {
      let x = Tensor.sample([2, 2, h, w], seed: UInt64(h * 10 + w))
      for up in [(1, 1), (2, 2), (3, 2), (1, 4)] {
        for down in [(1, 1), (2, 2), (1, 3), (2, 1), (5, 4)] {
          for padding in Self.paddings {
            let fullHeight = h * up.1 + padding.top + padding.bottom
            let fullWidth = w * up.0 + padding.left + padding.right
            guard fullHeight >= th, fullWidth >= tw else { continue }
            count += 1
            for flip in [false, true] {
              let found = x.upfirdn(
                ResampleFilter(taps: taps), up: (up.0, up.1), down: (down.0, down.1),
                padding: padding, gain: 1.5, flipFilter: flip)
              let expected = Naive.upfirdn(
                x, taps, up: (up.0, up.1), down: (down.0, down.1), padding: padding, gain: 1.5,
                flipFilter: flip)
              #expect(
                relativeError(found, expected) < 1e-5,
                "\(h)×\(w), up \(up), down \(down), \(padding), flip \(flip)")
            }
          }
        }
      }
    }
    #expect(count > 100)
  }

  @Test("Outputs narrower than the period of taps are whole", arguments: [3, 4, 5, 7])
  func narrow(up: Int) {
    let x = Tensor.sample([1, 1, 3, 2]), taps = Tensor.sample([3, 3], seed: 4)
    for crop in 0..<2 * up - 3 {
      let padding = Padding(left: 0, right: -crop, top: 1, bottom: 1)
      let error = relativeError(
        x.upfirdn(ResampleFilter(taps: taps), up: (up, 1), padding: padding),
        Naive.upfirdn(x, taps, up: (up, 1), padding: padding))
      #expect(error < 1e-5, "crop \(crop)")
    }
  }

  @Test("Rows longer than the kernel's buffer are whole", arguments: [511, 512, 513, 1025])
  func long(width: Int) {
    let x = Tensor.sample([1, 2, 2, width]), taps = ResampleFilter([1, 3, 3, 1]).taps
    for (up, down) in [(1, 1), (2, 1), (1, 2), (3, 2)] {
      let padding = Padding(before: 2, after: 2)
      let error = relativeError(
        x.upfirdn(
          ResampleFilter(taps: taps), up: (up, up), down: (down, down), padding: padding),
        Naive.upfirdn(x, taps, up: (up, up), down: (down, down), padding: padding))
      #expect(error < 1e-5, "up \(up), down \(down)")
    }
  }

  @Test("Without a filter, samples are moved and scaled only")
  func noFilter() {
    let x = Tensor.sample([1, 2, 3, 4]), one = Tensor([1], shape: [1, 1])
    let padding = Padding(left: 2, right: -1, top: 0, bottom: 1)
    let found = x.upfirdn(nil, up: (2, 3), padding: padding, gain: 2)
    #expect(found.bits == Naive.upfirdn(x, one, up: (2, 3), padding: padding, gain: 2).bits)
  }

  @Test("Filters are set up as the official code does")
  func setUp() {
    let small = ResampleFilter([1, 3, 3, 1]).taps
    #expect(small.shape == [4, 4])
    #expect(small.scalars.prefix(4).map { $0 * 64 } == [1, 3, 3, 1])
    let large = ResampleFilter([1, 1, 1, 1, 1, 1, 1, 1]).taps
    #expect(large.shape == [8])
    #expect(large.scalars == [Float](repeating: 0.125, count: 8))
    let options = ResampleFilter([1, 2, 4], normalize: false, flip: true, gain: 3).taps
    #expect(options.scalars == [48, 24, 12, 24, 12, 6, 12, 6, 3])
  }

  @Test("A constant picture stays constant inside, up and down")
  func constant() {
    let filter = ResampleFilter([1, 3, 3, 1])
    let x = Tensor(repeating: 3, shape: [1, 1, 8, 8])
    let up = x.upsampled2(filter), down = x.downsampled2(filter)
    #expect(up.shape == [1, 1, 16, 16] && down.shape == [1, 1, 4, 4])
    for i in 2..<14 { #expect(abs(up[0, 0, i, 7] - 3) < 1e-6) }
    #expect(abs(down[0, 0, 1, 2] - 3) < 1e-6)
  }
}
