import Foundation

/// How a picture is inverted: where the latent starts, and the stages of its optimisation.
public struct InversionPlan: Codable, Hashable, Sendable {
  /// Where the latent starts.
  public enum Start: Codable, Hashable, Sendable {
    /// At the mean of ``InversionPlan/meanSamples`` mapped latents, as the official projector.
    case mean
    /// At the nearest of as many mapped latents and the mean; see ``StartTable``.
    case nearest(count: Int)
    /// At a latent that the caller gives.
    case given
  }

  /// Where the latent starts.
  public var start: Start
  /// How many mapped latents of `RandomState(123)` the mean and the deviation of w come from.
  public var meanSamples: Int
  /// The seed of random starting noise (torch's generator) and of the noise on w.
  public var seed: UInt64
  /// The stages, one after the other.
  public var stages: [InversionStage]

  /// A plan; see the properties.
  public init(start: Start, meanSamples: Int = 10_000, seed: UInt64 = 0, stages: [InversionStage]) {
    (self.start, self.meanSamples, self.seed, self.stages) = (start, meanSamples, seed, stages)
  }

  /// The official projector (stylegan2-ada-pytorch, projector.py): `steps` steps in W and of the
  /// noise maps, from the mean and random maps.
  public static func official(steps: Int = 1000, seed: UInt64 = 303) -> InversionPlan {
    InversionPlan(
      start: .mean, seed: seed,
      stages: [InversionStage(space: .w, steps: steps, latentNoise: 0.05, noise: .random)])
  }

  /// From the mean, two fifths of the steps in W, quickly, and the rest in W+, pulled gently towards
  /// the result in W; with `optimizesNoise` the noise maps move, too, in the last three tenths.
  /// Pictures are compared at 256 pixels.
  public static func standard(
    steps: Int = 200, optimizesNoise: Bool = false, seed: UInt64 = 0
  ) -> InversionPlan {
    let first = max(steps * 2 / 5, min(steps, 1)), last = optimizesNoise ? steps * 3 / 10 : 0
    let plus = InversionStage(
      space: .wPlus, steps: steps - first - last, learningRate: 0.05, rampDown: 0.5, stayClose: 5,
      resolution: 256)
    return InversionPlan(
      start: .mean, seed: seed,
      stages: [
        InversionStage(
          space: .w, steps: first, learningRate: 0.2, rampDown: 0.5, resolution: 256),
        plus, .noise(after: plus, last),
      ].filter { $0.steps > 0 })
  }

  /// All steps of all stages.
  public var steps: Int { stages.reduce(0) { $0 + $1.steps } }
}

/// One stage of an inversion.
public struct InversionStage: Codable, Hashable, Sendable {
  /// What is optimised of the latent.
  public enum Space: String, Codable, Hashable, Sendable {
    /// One row of W for all layers.
    case w
    /// A row of its own for every layer.
    case wPlus = "w+"
    /// Nothing: the noise maps alone.
    case none
  }

  /// What happens to the noise maps.
  public enum Noise: String, Codable, Hashable, Sendable {
    /// They stay as they are.
    case fixed
    /// They are optimised from where they are, with the means and the sizes of the network's own.
    case stored
    /// They are optimised from where they are, with mean 0 and mean square 1.
    case normalized
    /// They are drawn anew and optimised with mean 0 and mean square 1, as the official projector does.
    case random
  }

  /// What is optimised of the latent.
  public var space: Space
  /// The steps at most.
  public var steps: Int
  /// The learning rate between its ramps.
  public var learningRate: Double
  /// The share of the steps at the end over which the learning rate falls along a cosine.
  public var rampDown: Double
  /// The share of the steps at the beginning over which it rises.
  public var rampUp: Double
  /// The noise on the latent at the beginning, in deviations of w; it falls with the square of what
  /// is left of its time.
  public var latentNoise: Double
  /// The share of the steps that have noise on the latent.
  public var latentNoiseLength: Double
  /// The factor on the mean square distance from where the stage began, in deviations of w.
  public var stayClose: Double
  /// What happens to the noise maps.
  public var noise: Noise
  /// The factor on ``NoiseRegularizer``.
  public var noiseWeight: Double
  /// The side in pixels at which pictures are compared, where the network's is larger: averages of
  /// as many pixels; `nil` for all pixels.
  public var resolution: Int?
  /// The stage ends when the loss has not fallen by a thousandth for as many steps; `nil` for never.
  public var patience: Int?

  /// A stage with the official projector's numbers where none are given; see the properties.
  public init(
    space: Space, steps: Int, learningRate: Double = 0.1, rampDown: Double = 0.25,
    rampUp: Double = 0.05, latentNoise: Double = 0, latentNoiseLength: Double = 0.75,
    stayClose: Double = 0, noise: Noise = .fixed, noiseWeight: Double = 1e5, resolution: Int? = nil,
    patience: Int? = nil
  ) {
    (self.space, self.steps, self.learningRate) = (space, steps, learningRate)
    (self.rampDown, self.rampUp) = (rampDown, rampUp)
    (self.latentNoise, self.latentNoiseLength) = (latentNoise, latentNoiseLength)
    (self.stayClose, self.noise, self.noiseWeight) = (stayClose, noise, noiseWeight)
    (self.resolution, self.patience) = (resolution, patience)
  }

  /// A stage that goes on from another and moves the noise maps, too: at two fifths of its learning
  /// rate, and with a regulariser that leaves the pictures the larger part of the loss.
  public static func noise(after stage: InversionStage, _ steps: Int) -> InversionStage {
    var next = stage
    (next.steps, next.noise, next.noiseWeight) = (steps, .stored, 1e3)
    (next.learningRate, next.stayClose) = (stage.learningRate * 0.4, 0)
    return next
  }

  /// The learning rate at a step: η · (½ − ½ cos(π · min(1, (1 − t) / rampDown))) · min(1, t / rampUp)
  /// with t = step / steps.
  public func learningRate(at step: Int) -> Double {
    let t = Double(step) / Double(max(steps, 1))
    let down = rampDown > 0 ? min(1, (1 - t) / rampDown) : 1
    let up = rampUp > 0 ? min(1, t / rampUp) : 1
    return learningRate * (0.5 - 0.5 * cos(.pi * down)) * up
  }

  /// The noise on the latent at a step, in deviations of w.
  public func latentNoise(at step: Int) -> Double {
    let t = Double(step) / Double(max(steps, 1))
    let left = latentNoiseLength > 0 ? max(0, 1 - t / latentNoiseLength) : 0
    return latentNoise * left * left
  }
}
