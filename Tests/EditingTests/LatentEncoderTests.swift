import Editing
import TestSupport
import Tensors
import Testing

/// Latents that are a known linear function of features.
@Suite("Encoders")
struct LatentEncoderTests {
  static let features = 7
  static let outputs = 3

  /// Features with means and scales of their own, and w = M · f + c.
  static func data(_ count: Int, seed: UInt32) -> (features: Tensor, latents: Tensor) {
    var random = RandomState(seed: 4)
    let matrix = random.randn([outputs, features])
    random = RandomState(seed: seed)
    let raw = random.randn([count, features]).scalars
    let values = raw.enumerated().map { i, x in
      x * Float(i % features + 1) + Float(i % features) * 3
    }
    let table = Tensor(values, shape: [count, features])
    let offset = Tensor([1, -2, 5], shape: [outputs])
    return (table, table.linear(matrix, epilogue: Epilogue(bias: offset)))
  }

  @Test("A linear relation is found, from few samples and from many")
  func linear() throws {
    let (features, latents) = Self.data(60, seed: 1)
    let fit = try LatentEncoder.fit(features: features, latents: latents)
    #expect(fit.explained > 0.9999)
    let (other, expected) = Self.data(5, seed: 2)
    #expect(relativeError(fit.encoder.guess(other), expected) < 1e-3)
  }

  @Test("Noise is not explained, and is answered with the mean")
  func noise() throws {
    var random = RandomState(seed: 3)
    let features = random.randn([80, 40]), latents = random.randn([80, 2])
    let fit = try LatentEncoder.fit(features: features, latents: latents)
    #expect(fit.explained < 0.2)
    let guess = fit.encoder.guess(random.randn([20, 40])).largestMagnitude
    #expect(guess < 1.5)
  }

  @Test(
    "Leaving a sample out in closed form is fitting without it, with more features than samples")
  func leftOut() throws {
    var random = RandomState(seed: 5)
    let noise = try LatentEncoder.fit(
      features: random.randn([40, 200]), latents: random.randn([40, 2]))
    #expect(noise.explained < 0.2)
    // Half of the latents' variance is a feature, half noise: no more than half can be guessed.
    let features = random.randn([60, 100]), rest = random.randn([60, 1])
    let half = Tensor(
      (0..<60).map { features[$0, 0] * 3 + rest[$0, 0] * 3 }, shape: [60, 1])
    let fit = try LatentEncoder.fit(features: features, latents: half)
    #expect(fit.explained < 0.6)
  }

  @Test("A feature that never varies does no harm")
  func constantFeature() throws {
    let (features, latents) = Self.data(40, seed: 1)
    let constant = features.scalars.enumerated().map { $0 % Self.features == 2 ? 7 : $1 }
    let fit = try LatentEncoder.fit(
      features: Tensor(constant, shape: features.shape), latents: latents)
    #expect(fit.explained.isFinite && fit.encoder.featureScale.scalars[2] == 0)
  }

  @Test("Parts that do not fit and too few pictures are refused")
  func refusals() throws {
    let (features, latents) = Self.data(2, seed: 1)
    #expect(throws: EditingError.self) {
      try LatentEncoder.fit(features: features, latents: latents)
    }
    let (a, b) = (Tensor(zeros: [7]), Tensor(zeros: [3]))
    #expect(throws: EditingError.self) {
      try LatentEncoder(
        featureMean: a, featureScale: a, weights: Tensor(zeros: [3, 8]), latentMean: b)
    }
  }
}
