import Foundation
import Networks
import Tensors

/// The optimisation of a latent, and of noise maps, towards a picture (Abdal et al.,
/// arXiv 1904.03189; Karras et al., arXiv 1912.04958, appendix D).
///
/// A value: every ``advance()`` is one step, ``InversionState`` holds all that goes on from step to
/// step, and the same state gives the same bytes, however often it was stored in between.
public struct Inversion: Sendable {
  /// What is optimised how.
  public let plan: InversionPlan
  /// All that goes on from step to step.
  public private(set) var state: InversionState
  /// The picture of the last step at the resolution of its stage; `nil` before the first.
  public private(set) var picture: Tensor?

  private let generator: any Generator
  private let target: Tensor
  private let distance: PictureDistance
  private let statistics: LatentStatistics
  /// The target as the stage at work compares with it; made at its first step.
  private var comparison: (stage: Int, compare: PictureDistance.Comparison)?

  /// One step that was made.
  public struct Step: Hashable, Sendable {
    /// Its number among all steps of the plan, from 0.
    public let index: Int
    /// Its stage.
    public let stage: Int
    /// The distance of the picture that it began with.
    public let distance: Float
    /// The noise regulariser without its weight; 0 where maps are fixed.
    public let noise: Float
    /// All that was minimised.
    public let loss: Float
    /// The learning rate.
    public let learningRate: Double
    /// The noise on the latent.
    public let latentNoise: Double
  }

  /// The start of an inversion.
  ///
  /// - Parameters:
  ///   - generator: The network.
  ///   - target: The picture `[1, C, R, R]`, −1 to 1.
  ///   - plan: What is optimised how.
  ///   - label: The class vector `[1, classes]` of a conditional network.
  ///   - start: The latent of a plan that starts at a given one: `[1, wDim]` or `[1, rows, wDim]`.
  ///   - starts: The table for a plan that starts at the nearest latent; it is made if there is none.
  ///   - distance: What is minimised.
  /// - Throws: `EditingError.unsupported` for networks and targets that do not fit.
  public init(
    _ generator: any Generator, target: Tensor, plan: InversionPlan, label: Tensor? = nil,
    start: Tensor? = nil, starts: StartTable? = nil, distance: PictureDistance
  ) throws {
    try Self.check(generator, target, plan)
    self.generator = generator
    self.target = target
    self.plan = plan
    self.distance = distance
    statistics = LatentStatistics(generator, label: label, samples: plan.meanSamples)
    let latent: Tensor
    switch plan.start {
    case .mean: latent = statistics.mean
    case .nearest(let count):
      let table =
        starts
        ?? StartTable(generator, label: label, mean: statistics.mean, count: count) { _ in }
      guard table.latents.shape[1] == generator.size.wDim else {
        throw EditingError.unsupported(
          reason: "The table of starts is of another network: its latents have "
            + "\(table.latents.shape[1]) numbers, not \(generator.size.wDim).")
      }
      latent = table.nearest(to: target)
    case .given:
      guard let start,
        [[1, generator.size.wDim], [1, generator.size.rows, generator.size.wDim]]
          .contains(start.shape)
      else {
        throw EditingError.unsupported(
          reason: "The inversion starts at a given latent, but "
            + (start.map { "\($0.shape) is not one of this network." } ?? "none is given."))
      }
      latent = start
    }
    state = InversionState(latent: latent, noise: generator.noiseMaps().map { $0.map })
  }

  /// An inversion that goes on from a stored state.
  public init(
    _ generator: any Generator, target: Tensor, plan: InversionPlan, label: Tensor? = nil,
    state: InversionState, distance: PictureDistance
  ) throws {
    try Self.check(generator, target, plan)
    self.generator = generator
    self.target = target
    self.plan = plan
    self.distance = distance
    statistics = LatentStatistics(generator, label: label, samples: plan.meanSamples)
    try state.check(generator, plan)
    self.state = state
  }

  private static func check(
    _ generator: any Generator, _ target: Tensor, _ plan: InversionPlan
  ) throws {
    let size = generator.size, side = size.resolution
    guard target.shape == [1, size.imageChannels, side, side] else {
      throw EditingError.unsupported(
        reason: "The target has shape \(target.shape); this network makes pictures of shape "
          + "\([1, size.imageChannels, side, side]).")
    }
    for case let resolution? in plan.stages.map(\.resolution) {
      guard resolution > 0, resolution >= side || side % resolution == 0 else {
        throw EditingError.unsupported(
          reason: "Pictures of \(side) pixels cannot be compared at \(resolution).")
      }
    }
  }

  /// The deviation of w that noise and distances are measured in.
  public var latentDeviation: Float { statistics.deviation }
  /// The mean of w: `[1, wDim]`.
  public var meanLatent: Tensor { statistics.mean }

  /// Whether every stage is done.
  public var isFinished: Bool { state.stage >= plan.stages.count }

  /// The latent as W+ `[1, rows, wDim]`.
  public var latent: Tensor { generator.spread(state.latent) }

  /// The noise maps as synthesis takes them.
  public var noise: NoiseInput {
    let maps = state.noise.map { $0.reshaped([1, 1, $0.shape[-2], $0.shape[-1]]) }
    return maps.isEmpty ? .const : NoiseInput(.maps(maps))
  }

  /// The picture of the latent and the noise maps as they are now.
  public func render() -> Tensor {
    generator.synthesis(latent, SynthesisSettings(noise: noise))
  }

  /// One step; `nil` when every stage is done.
  public mutating func advance() -> Step? {
    guard !isFinished else { return nil }
    let stage = plan.stages[state.stage]
    if state.step == 0 { begin(stage) }
    let step = state.step
    let scale = Double(statistics.deviation) * stage.latentNoise(at: step)
    let learningRate = stage.learningRate(at: step)
    let optimizesNoise = stage.noise != .fixed && !state.noise.isEmpty
    let optimizesLatent = stage.space != .none
    let disturbance: Tensor? =
      scale > 0 ? latentNoise(step: step, shape: state.latent.shape) * Float(scale) : nil

    let scales = noiseScales(stage.noise)
    let units = zip(state.noise, scales).map { ($0 + -$1.offset) * (1 / $1.factor) }
    var parameters = (optimizesLatent ? [state.latent] : []) + (optimizesNoise ? units : [])
    let inputs = parameters.map { $0.tracked() }
    let current = optimizesLatent ? inputs[0] : state.latent
    let moved = inputs.suffix(state.noise.count)
    let maps =
      optimizesNoise
      ? zip(moved, scales).map { $0 * $1.factor + $1.offset } : state.noise
    let disturbed = disturbance.map { current + $0 } ?? current
    let side = stage.resolution ?? generator.size.resolution
    let image = generator.synthesis(
      generator.spread(disturbed),
      SynthesisSettings(
        noise: maps.isEmpty
          ? .const
          : NoiseInput(.maps(maps.map { $0.reshaped([1, 1, $0.shape[-2], $0.shape[-1]]) }))),
      averagedTo: min(side, generator.size.resolution))
    picture = image.detached
    let distance = compare(stage)(image)
    var loss = distance
    var noiseValue: Float = 0
    if optimizesNoise, stage.noiseWeight != 0 {
      let value = NoiseRegularizer.value(Array(moved))
      noiseValue = value.scalar
      loss = loss.reshaped([]) + value * Float(stage.noiseWeight)
    }
    if stage.stayClose != 0, optimizesLatent, let anchor = state.anchor {
      let away = (current - anchor) * (1 / max(statistics.deviation, 1e-12))
      loss = loss.reshaped([]) + away.squared().mean() * Float(stage.stayClose)
    }
    let result = Step(
      index: state.index, stage: state.stage, distance: distance.scalar, noise: noiseValue,
      loss: loss.scalar, learningRate: learningRate, latentNoise: scale)
    let gradients = inputs.isEmpty ? [] : gradient(of: loss, withRespectTo: inputs)

    state.adam.learningRate = learningRate
    state.adam.update(&parameters, along: gradients)
    if optimizesLatent { state.latent = parameters.removeFirst() }
    if optimizesNoise {
      state.noise = zip(parameters, scales).map {
        NoiseRegularizer.normalized($0) * $1.factor + $1.offset
      }
    }
    finish(stage, loss: result.loss)
    return result
  }

  /// The distance from the target at a stage's resolution.
  private mutating func compare(_ stage: InversionStage) -> PictureDistance.Comparison {
    if let comparison, comparison.stage == state.stage { return comparison.compare }
    let side = stage.resolution ?? target.shape[3]
    let compare = distance.comparison(with: target.averaged(side: side))
    comparison = (state.stage, compare)
    return compare
  }

  /// What maps of mean 0 and mean square 1 are multiplied by and what is added to them, so that they
  /// are as strong as the network's own: some networks store theirs with the strength in them.
  private func noiseScales(
    _ noise: InversionStage.Noise
  ) -> [(factor: Float, offset: Float)] {
    generator.noiseMaps().map { own in
      guard noise == .stored else { return (1, 0) }
      let offset = own.map.mean().scalar
      let size = (own.map + -offset).squared().mean().scalar.squareRoot()
      return (size > 1e-6 ? size : 1, offset)
    }
  }

  /// What a stage needs at its first step.
  private mutating func begin(_ stage: InversionStage) {
    if stage.space == .wPlus { state.latent = generator.spread(state.latent) }
    if stage.space == .w, state.latent.shape.rank == 3 {
      // One row for all layers: their mean.
      state.latent = state.latent.row(0).meanOverFirstAxis().reshaped([1, generator.size.wDim])
    }
    state.anchor = state.latent
    state.adam = Adam(learningRate: stage.learningRate)
    state.best = nil
    if stage.noise == .random {
      var random = TorchGenerator(seed: plan.seed)
      state.noise = state.noise.map { random.randn($0.shape) }
    }
  }

  /// The noise on the latent of a step, drawn where the official projector draws it: after the maps
  /// and the noise of the steps before.
  private func latentNoise(step: Int, shape: Shape) -> Tensor {
    if let given = state.givenLatentNoise { return given(step) }
    var random = TorchGenerator(seed: plan.seed &+ UInt64(state.stage))
    if plan.stages[state.stage].noise == .random {
      for map in state.noise { _ = random.randn(map.shape) }
    }
    for _ in 0..<step { _ = random.randn(shape) }
    return random.randn(shape)
  }

  private mutating func finish(_ stage: InversionStage, loss: Float) {
    state.index += 1
    state.step += 1
    if let best = state.best, loss > best.loss * 0.999 {
      state.best?.age += 1
    } else {
      state.best = InversionState.Best(loss: loss, age: 0)
    }
    let isStuck = stage.patience.map { (state.best?.age ?? 0) >= $0 } ?? false
    if state.step >= stage.steps || isStuck {
      state.stage += 1
      state.step = 0
    }
  }

  /// Uses given noise instead of random draws: starting maps, and the noise on w of every step.
  package mutating func replay(noise: [Tensor]?, latentNoise: @escaping @Sendable (Int) -> Tensor) {
    if let noise { state.noise = noise }
    state.givenLatentNoise = latentNoise
  }
}

extension Generator {
  /// A latent `[1, wDim]` or `[1, rows, wDim]` as W+.
  fileprivate func spread(_ latent: Tensor) -> Tensor {
    latent.shape.rank == 2 ? broadcast(latent) : latent
  }
}
