import Foundation
import Imaging
import Networks
import Tensors

/// Trains pix2pixHD or SPADE: generator and, where there is one, encoder against a discriminator.
///
/// Both official scripts are one procedure here. The picture is drawn once a step; its judgement
/// gives the generator's gradient and the discriminator's, as in pix2pixHD. (SPADE's script draws
/// another one for the discriminator after the generator's step.) Features are the real picture
/// encoded and averaged over instances, codes are drawn from the distribution that the encoder finds
/// in it. Spectral norms make one power iteration a step.
public struct SceneStep: TrainingStep {
  /// Parameters by optimiser: `generator` (with the encoder; `coarse` apart from it where the global
  /// part is fixed for a while) and `discriminator`.
  public var groups: [ParameterGroup]
  /// What spectral norms remember, by name.
  public var buffers: [String: Tensor]
  /// Network and settings, as JSON.
  public let settings: String

  let network: CanonicalNetwork
  let plan: SceneSettings
  let size: SceneSize
  let showcase: [TrainingSample]
  private let perceptual: VGG19Features?

  /// A step.
  ///
  /// - Parameters:
  ///   - network: Where training begins; it must carry a discriminator
  ///     (``Networks/Scenes/beginning(family:options:seed:earlier:)``).
  ///   - plan: Losses, rates and their course.
  ///   - perceptual: VGG19, where its distance is among the losses.
  ///   - showcase: Labelled samples for the sheets, better not among those to train on.
  ///
  /// Throws ``NetworkError`` or ``TrainingError`` for networks that cannot be trained so.
  public init(
    _ network: CanonicalNetwork, plan: SceneSettings, perceptual: VGG19Features? = nil,
    showcase: [TrainingSample]
  ) throws {
    let generator = try Scenes.load(network)
    guard try Scenes.loadDiscriminator(network) != nil else {
      throw TrainingError.unfitSetting(
        name: "the network", found: "one without a discriminator",
        expected: "one with a discriminator")
    }
    size = generator.size
    guard size.classes > 0 else {
      throw TrainingError.unfitSetting(
        name: "the network", found: "one that takes RGB pictures in place of label maps",
        expected: "a network of label maps (label_nc above 0)")
    }
    if size.features > 0 || size.codeWidth > 0, try Scenes.loadEncoder(network) == nil {
      throw TrainingError.unfitSetting(
        name: "the network", found: "one that takes styles but has no encoder",
        expected: "an encoder beside it")
    }
    (self.network, self.plan, self.perceptual) = (network, plan, perceptual)
    self.showcase = showcase
    var generators: [String: Tensor] = [:], judges: [String: Tensor] = [:]
    var coarse: [String: Tensor] = [:]
    buffers = [:]
    let finest = SceneStep.finestPart(network)
    for (name, parameter) in network.parameters {
      let tensor = try parameter.tensor()
      if name.hasSuffix(".running_mean"), generator.family == "SPADE" {
        throw TrainingError.unfitSetting(
          name: "the network", found: "one with batch norm (\(name))",
          expected: "instance norm, which small batches can be trained with "
            + "(norm_G=spectralspadeinstance3x3)")
      }
      if Self.isBuffer(name) {
        if name.hasSuffix("_u") || name.hasSuffix("_v") { buffers[name] = tensor }
      } else if name.hasPrefix("discriminator.") {
        judges[name] = tensor
      } else if plan.fixedCoarsePictures > 0, let finest, !name.hasPrefix("encoder."),
        !name.hasPrefix(finest)
      {
        coarse[name] = tensor
      } else {
        generators[name] = tensor
      }
    }
    func adam(_ rate: Double) -> Adam {
      Adam(learningRate: rate, beta1: plan.beta1, beta2: plan.beta2)
    }
    let isAveraged = plan.averageHalfLife > 0
    groups = [
      ParameterGroup(
        "generator", generators, optimizer: adam(plan.generatorRate), isAveraged: isAveraged),
      ParameterGroup("discriminator", judges, optimizer: adam(plan.discriminatorRate)),
    ]
    if !coarse.isEmpty {
      groups.append(
        ParameterGroup(
          "coarse", coarse, optimizer: adam(plan.generatorRate), isAveraged: isAveraged))
    }
    settings =
      "{\"family\":\"\(network.family)\",\"network\":\(network.configuration),"
      + "\"perceptual\":\(perceptual != nil),\"plan\":\(plan.json)}"
  }

  /// What statistics and norms keep beside the parameters.
  private static func isBuffer(_ name: String) -> Bool {
    ["_u", "_v", ".running_mean", ".running_var", ".num_batches_tracked"].contains {
      name.hasSuffix($0)
    }
  }

  /// What the names of the finest enhancer's parameters begin with, `nil` without enhancers.
  private static func finestPart(_ network: CanonicalNetwork) -> String? {
    (1...8).last { network.parameters["model\($0)_1.1.weight"] != nil }.map { "model\($0)_" }
  }

  /// What one step begins with.
  struct Work {
    let semantics: Tensor
    let real: Tensor
    let regions: [[Int32]]
  }

  private func work(_ batch: TrainingBatch) throws -> Work {
    let semantics = try batch.samples.map { try $0.scene().semantics(size) }
    return Work(
      semantics: .concatenated(semantics), real: batch.pictures,
      regions: batch.samples.map { $0.regions(size) })
  }

  /// One step of both sides: losses by name, `G_…` of the generator (and `KLD`), `D_…` of the
  /// discriminator.
  public mutating func iterate(
    on batch: TrainingBatch, at moment: TrainingMoment
  ) throws -> [String: Double] {
    let work = try work(batch)
    iterateNorms()
    for index in groups.indices {
      let rate = groups[index].name == "discriminator" ? plan.discriminatorRate : plan.generatorRate
      groups[index].optimizer.learningRate = rate * plan.rate(at: moment.pictures)
    }
    let isFixed = moment.pictures < plan.fixedCoarsePictures
    let learners = groups.map { isFixed && $0.name == "coarse" ? $0.values : $0.tracked() }
    var tensors = buffers
    for (group, values) in zip(groups, learners) {
      tensors.merge(group.named(values)) { _, new in new }
    }
    let now = network.replacing(tensors)
    guard let judge = try Scenes.loadDiscriminator(now) else { return [:] }
    var losses: [String: Tensor] = [:]
    let style = try style(of: work, now, moment, &losses)
    let generator = try Scenes.load(now)
    let drawn = generator.pictures(work.semantics, style: style)
    guard drawn.shape == work.real.shape else {
      throw TrainingError.unfitData(
        place: "pictures of \(work.real.shape[3])×\(work.real.shape[2])",
        reason: "the network paints \(drawn.shape[3])×\(drawn.shape[2])")
    }
    let judgement = judge.features(.concatenatedChannels([work.semantics, drawn]))
    let truth = judge.features(.concatenatedChannels([work.semantics, work.real]))
    let objective = plan.objective
    losses["G_GAN"] = objective.adversarial(judgement, isReal: true, trainsDiscriminator: false)
    if objective.matching > 0, truth[0].count > 1 {
      losses["G_Feat"] = objective.matching(judgement, truth)
    }
    if objective.perceptual > 0, let perceptual {
      losses["G_VGG"] = objective.perceptual(drawn, work.real, perceptual)
    }
    if objective.pixels > 0 {
      losses["G_L1"] = SceneLosses.meanDistance(drawn, work.real) * objective.pixels
    }
    losses["G_Local"] = locality(of: drawn, work, style: style, generator: generator, moment)
    let generatorLoss = losses.sorted { $0.key < $1.key }.reduce(Tensor(0)) { $0 + $1.value }
    losses["D_fake"] = objective.adversarial(judgement, isReal: false, trainsDiscriminator: true)
    losses["D_real"] = objective.adversarial(truth, isReal: true, trainsDiscriminator: true)
    let judgeLoss = ["D_fake", "D_real"].reduce(Tensor(0)) { $0 + (losses[$1] ?? Tensor(0)) }
    let values = losses.mapValues { Double($0.detached.scalar) }
    // pix2pixHD takes half of the sum, SPADE the sum.
    learn(
      learners, generator: generatorLoss,
      judge: objective.averagesScales ? judgeLoss : judgeLoss * 0.5, isFixed: isFixed)
    if plan.averageHalfLife > 0 {
      let share = MovingAverage.beta(
        batch: Double(batch.count),
        halfLife: min(Double(plan.averageHalfLife), 0.05 * Double(moment.pictures)))
      for index in groups.indices { groups[index].moveAverage(beta: share) }
    }
    return values
  }

  /// Both sides' gradients, from one tape, and a step along them.
  private mutating func learn(
    _ learners: [[Tensor]], generator: Tensor, judge: Tensor, isFixed: Bool
  ) {
    let painters = groups.indices.filter {
      groups[$0].name != "discriminator" && !(isFixed && groups[$0].name == "coarse")
    }
    let found = gradient(
      of: generator, withRespectTo: painters.flatMap { learners[$0] }, keepsTape: true)
    var start = 0
    for index in painters {
      let count = learners[index].count
      groups[index].update(along: Array(found[start..<start + count]))
      start += count
    }
    for index in groups.indices where groups[index].name == "discriminator" {
      groups[index].update(along: gradient(of: judge, withRespectTo: learners[index]))
    }
  }

  /// The style that the real pictures have: features by region or drawn codes; `nil` where the
  /// network takes none.
  private func style(
    of work: Work, _ network: CanonicalNetwork, _ moment: TrainingMoment,
    _ losses: inout [String: Tensor]
  ) throws -> Tensor? {
    guard size.features > 0 || size.codeWidth > 0,
      let encoder = try Scenes.loadEncoder(network)
    else { return nil }
    switch try encoder.encode(work.real) {
    case .features(let features): return features.averagedOverRegions(work.regions)
    case .distribution(let mean, let logVariance):
      var draws = moment.draws(1)
      let noise = draws.randn(mean.shape)
      losses["KLD"] = plan.objective.divergence(mean: mean, logVariance: logVariance)
      return mean + (logVariance * 0.5).exponential() * noise
    }
  }

  /// One power iteration of every spectral norm.
  private mutating func iterateNorms() {
    let values = groups.reduce(into: [String: Tensor]()) {
      $0.merge($1.tensors) { first, _ in first }
    }
    for (name, weight) in values where name.hasSuffix("_orig") {
      let layer = name.dropLast("_orig".count)
      guard let u = buffers["\(layer)_u"], let v = buffers["\(layer)_v"] else { continue }
      var norm = SpectralNorm(weight: weight, u: u, v: v)
      norm.iterate()
      buffers["\(layer)_u"] = norm.u
      buffers["\(layer)_v"] = norm.v
    }
  }

  /// The network with averaged parameters, its discriminator with those of now.
  public func result() throws -> CanonicalNetwork {
    var tensors = buffers
    for group in groups { tensors.merge(group.averages) { _, new in new } }
    var result = network.replacing(tensors)
    result.provenance["source"] = "trained with Atelier"
    return result
  }
}
