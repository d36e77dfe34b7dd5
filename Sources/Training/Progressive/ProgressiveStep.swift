import Foundation
import Networks
import Tensors

/// The training step of StyleGAN1 (Karras et al., arXiv 1812.04948) and ProGAN (arXiv 1710.10196):
/// the generator, then the discriminator with its penalty, then the moving average, at the level of
/// detail that the schedule says.
///
/// The optimisers keep their moments when a resolution joins; the official script begins them anew.
public struct ProgressiveStep: LatentStep {
  /// How it trains.
  public let options: ProgressiveOptions
  /// The generator (averaged) and the discriminator.
  public var groups: [ParameterGroup]
  /// w_avg where there is one, and the level of detail.
  public var buffers: [String: Tensor]
  /// Options and configuration as JSON.
  public let settings: String
  /// Where training began.
  public let network: CanonicalNetwork
  /// What the generator takes and gives.
  public let size: GeneratorSize

  /// What random numbers are for.
  private enum Purpose: Int {
    case generator, discriminator, noise, discriminatorNoise, shares
  }

  /// A step that goes on from a StyleGAN1 or ProGAN `network`, which holds a discriminator and takes
  /// no labels. Throws ``TrainingError`` for any other.
  public init(_ network: CanonicalNetwork, options: ProgressiveOptions) throws {
    var parts = try LatentParameters(
      network, families: [StyleGAN1Family.name, ProGANFamily.name],
      frozen: options.frozen)
    buffers = ["lod": Tensor(0)]
    if network.family == StyleGAN1Family.name {
      parts.add("mapping.w_avg", parts.meanLatent)
      buffers["w_avg"] = parts.meanLatent
    }
    for name in Self.levels { parts.add(name, Tensor(0)) }
    self.options = options
    (self.network, size) = (parts.network, parts.size)
    groups = [
      ParameterGroup("generator", parts.drawn, optimizer: options.optimizer, isAveraged: true),
      ParameterGroup("discriminator", parts.judged, optimizer: options.optimizer),
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    settings =
      "{\"configuration\":\(network.configuration),\"options\":"
      + String(decoding: try encoder.encode(options), as: UTF8.self)
      + ",\"step\":\"\(network.family)\"}"
  }

  /// Where both networks keep their level of detail.
  private static let levels = ["synthesis.lod", "discriminator.lod"]

  /// The buffers under the names that the network's parameters have.
  private var parameters: [String: Tensor] {
    var parameters: [String: Tensor] = [:]
    for name in Self.levels { parameters[name] = buffers["lod"] }
    parameters["mapping.w_avg"] = buffers["w_avg"]
    return parameters
  }

  /// One iteration.
  public mutating func iterate(
    on batch: TrainingBatch, at moment: TrainingMoment
  ) throws -> [String: Double] {
    try check(batch.pictures)
    let lod = options.growth.lod(after: moment.pictures, resolution: size.resolution)
    buffers["lod"] = Tensor(lod)
    for index in groups.indices {
      groups[index].optimizer.learningRate = options.rate(at: size.resolution >> Int(lod))
    }
    var losses = ["level of detail": Double(lod)]
    losses["generator"] = try trainGenerator(batch.count, moment)
    losses.merge(
      try trainDiscriminator(batch.pictures.reduced(toLevelOfDetail: lod), moment)
    ) { $1 }
    groups[0].moveAverage(
      beta: MovingAverage.beta(
        batch: Double(batch.count),
        halfLife: min(options.averagePictures, 0.05 * Double(moment.pictures))))
    return losses
  }

  private mutating func trainGenerator(_ count: Int, _ moment: TrainingMoment) throws -> Double {
    let tracked = groups[0].tracked()
    let (generator, discriminator) = try networks(generator: tracked, buffers: parameters)
    let scores = discriminator.logits(draw(generator, count, .generator, moment), label: nil)
    let loss =
      switch options.objective {
      case .logistic: StyleGAN2Losses.generator(scores)
      case .wasserstein: WassersteinLosses.generator(scores)
      }
    groups[0].update(along: gradient(of: loss, withRespectTo: tracked))
    return Double(loss.scalar)
  }

  private mutating func trainDiscriminator(
    _ real: Tensor, _ moment: TrainingMoment
  ) throws -> [String: Double] {
    let tracked = groups[1].tracked()
    let (generator, discriminator) = try networks(discriminator: tracked, buffers: parameters)
    let images = draw(generator, real.shape[0], .discriminator, moment)
    let judge = { discriminator.logits($0, label: nil) }
    let loss: Tensor, penalty: Tensor
    switch options.objective {
    case .logistic(let gamma):
      let found = StyleGAN2Losses.gradientPenalty(real, gamma: gamma, logits: judge)
      loss = StyleGAN2Losses.drawn(judge(images)) + StyleGAN2Losses.real(found.logits)
      penalty = found.loss
    case .wasserstein(let weight, let drift):
      var draws = moment.draws(Purpose.shares.rawValue)
      let shares = (0..<real.shape[0]).map { _ in Float(draws.uniform()) }
      loss = WassersteinLosses.discriminator(drawn: judge(images), real: judge(real), drift: drift)
      penalty = WassersteinLosses.gradientPenalty(
        real: real, drawn: images, shares: Tensor(shares, shape: [shares.count]), weight: weight,
        scores: judge)
    }
    groups[1].update(along: gradient(of: loss + penalty, withRespectTo: tracked))
    return ["discriminator": Double(loss.scalar), "penalty": Double(penalty.scalar)]
  }

  /// Pictures of random latents, after which w_avg has moved.
  private mutating func draw(
    _ generator: any Generator, _ count: Int, _ purpose: Purpose, _ moment: TrainingMoment
  ) -> Tensor {
    var draws = moment.draws(purpose.rawValue)
    // Two rows for every block that works now.
    let unused = 2 * Int(buffers["lod"]?.scalar ?? 0)
    let pass = LatentPass(
      &draws, count: count, size: size, mixing: options.mixing, rows: size.rows - unused)
    let (ws, mean) = pass.latents(
      generator, mean: buffers["w_avg"] ?? generator.meanLatent, decay: options.meanDecay)
    if buffers["w_avg"] != nil { buffers["w_avg"] = mean }
    let noise = purpose == .generator ? Purpose.noise : .discriminatorNoise
    return generator.synthesis(
      ws, noise: NoiseInput(.random(seed: UInt64(moment.drawSeed(noise.rawValue)))))
  }

  /// The network with averaged parameters, and the discriminator, so that training can go on from it.
  public func result() throws -> CanonicalNetwork { try result(buffers: parameters) }
}
