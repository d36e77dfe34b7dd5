import TestSupport
import Tensors
import Testing

@Suite("Gradients of pooling, resizing, padding and normalisation of pictures")
struct PictureGradientTests {
  let check = GradientCheck()

  @Test("Pooling")
  func pooling() {
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1), (4, 3, 2)] {
      let x = [Tensor.sample([2, 3, 9, 8])]
      for countsPadding in [true, false] {
        check(x, "mean \(kernel), \(stride), \(padding)") {
          $0[0].averagePooled(
            kernel: kernel, stride: stride, padding: padding, countsPadding: countsPadding)
        }
      }
      GradientCheck.kinked(x, "maximum \(kernel), \(stride), \(padding)") {
        $0[0].maximumPooled(kernel: kernel, stride: stride, padding: padding)
      }
    }
  }

  @Test("Means and copies of blocks of pixels")
  func blocks() {
    for (factor, height, width) in [(1, 3, 5), (2, 6, 4), (3, 9, 3), (5, 5, 10)] {
      let x = Tensor.sample([2, 3, height, width])
      let means = x.blockMeans(factor)
      #expect(means.shape == [2, 3, height / factor, width / factor])
      for n in 0..<2 {
        for (c, y, z) in [(0, 0, 0), (2, height / factor - 1, width / factor - 1)] {
          var sum = 0.0
          for i in 0..<factor {
            for j in 0..<factor { sum += Double(x[n, c, y * factor + i, z * factor + j]) }
          }
          #expect(abs(Double(means[n, c, y, z]) - sum / Double(factor * factor)) < 1e-6)
        }
      }
      #expect(relativeError(means.blockCopies(factor).blockMeans(factor), means) < 1e-6)
      check([x], "means \(factor)") { $0[0].blockMeans(factor) * 1 }
      check([x], "copies \(factor)") { $0[0].blockCopies(factor, scaledBy: 0.7) }
    }
  }

  @Test("Resizing and mirrored borders")
  func resizing() {
    let x = [Tensor.sample([2, 2, 5, 7])]
    for (height, width) in [(9, 3), (10, 14), (2, 7), (5, 7)] {
      check(x, "\(height)×\(width)") { $0[0].nearestResized(height: height, width: width) * 1 }
      check(x, "\(height)×\(width)") { $0[0].bilinearResized(height: height, width: width) * 1 }
    }
    check(x) { $0[0].reflectionPadded(3) }
    check([x[0], .sample([4, 2, 3, 3], seed: 2)]) {
      $0[0].reflectedConvolution(ConvolutionWeight($0[1]))
    }
  }

  @Test("Means over regions")
  func regions() {
    let map: [Int32] = (0..<20).map { Int32($0 * 7 % 5) - 2 }
    check([.sample([2, 3, 4, 5])]) { $0[0].averagedOverRegions([map, map.reversed()]) }
  }

  @Test("Channels and their normalisation")
  func channels() {
    let x = Tensor.sample([2, 4, 3, 5])
    check([x, .sample([2, 2, 3, 5], seed: 2)]) { Tensor.concatenatedChannels($0) }
    check([x]) { $0[0].channels(1..<3) }
    let kinked = GradientCheck.kinked
    kinked([x, .sample([2, 4, 3, 5], seed: 2), .sample([2, 4, 3, 5], seed: 3)]) {
      $0[0].spatiallyModulated(gamma: $0[1], beta: $0[2], slope: 0.2)
    }
    check([x, .sample([4], seed: 2), .sample([4], seed: 3)]) {
      $0[0].channelsScaled(by: $0[1], plus: $0[2])
    }
    check([x, .sample([4], seed: 2), .sample([4], seed: 3) + 2, .sample([4], seed: 4)]) {
      $0[0].batchNormalized(mean: $0[1], variance: $0[2], weight: $0[3])
    }
    check([x]) { xs in
      let moments = xs[0].channelMoments()
      return moments.mean + moments.variance
    }
    check([x]) { $0[0].instanceNormalized(epsilon: 1e-5) }
    kinked([x]) { $0[0].instanceNormalized(activation: .lrelu) }
  }

  @Test("Transposed convolutions with padding and an epilogue")
  func transposed() {
    GradientCheck.kinked(
      [.sample([1, 3, 4, 5]), .sample([2, 3, 3, 3], seed: 2), .sample([2], seed: 3)]
    ) {
      $0[0].transposedConvolution(
        ConvolutionWeight($0[1], transposed: true), stride: 2, padding: 1, outputPadding: 1,
        epilogue: Epilogue(bias: $0[2], activation: .relu, gain: 1))
    }
  }

  @Test("Distances of features, and means of planes")
  func features() {
    let features = [Tensor.sample([2, 5, 3, 4]), .sample([2, 5, 3, 4], seed: 2)]
    check(features) { $0[0].unitFeatureDistance(to: $0[1]) }
    check(features + [.sample([5], seed: 3)]) {
      $0[0].unitFeatureDistance(to: $0[1], weights: $0[2])
    }
    check(features) { $0[0].planeMeans() * $0[1].planeMeans() }
    GradientCheck.kinked([.sample([1, 2, 8, 7])]) {
      $0[0].maximumPooled(kernel: 3, stride: 2, roundsUp: true)
    }
  }
}
