import Foundation
import Imaging
import Networks
import Tensors

/// The training step of StyleGAN2 (Karras et al., arXiv 1912.04958) as stylegan2-ada-pytorch makes
/// it: generator, path lengths, discriminator, R1, moving average, each phase seeing what the ones
/// before it have changed.
public struct StyleGAN2Step: LatentStep {
  /// How it trains.
  public let options: StyleGAN2Options
  /// The generator (averaged) and the discriminator.
  public var groups: [ParameterGroup]
  /// w_avg, the mean path length, and where the augmentation stands.
  public var buffers: [String: Tensor]
  /// The operations of a picture in a step; regularisers count as often as they come.
  public let operationsPerPicture: Double
  /// Options and configuration as JSON.
  public let settings: String

  /// Where training began.
  public let network: CanonicalNetwork
  /// What the generator takes and gives.
  public let size: GeneratorSize

  /// What random numbers are for.
  private enum Purpose: Int {
    case generator, path, discriminator, noise, pathNoise, drawnPictures, realPictures, penalty
    case generatorPictures
  }

  /// A step that goes on from `network`, which holds a discriminator and takes no labels.
  public init(_ network: CanonicalNetwork, options: StyleGAN2Options) throws {
    var parts = try LatentParameters(
      network, families: [StyleGAN2Family.name], frozen: options.frozen)
    parts.add("mapping.w_avg", parts.meanLatent)
    self.options = options
    (self.network, size) = (parts.network, parts.size)
    groups = [
      ParameterGroup(
        "generator", parts.drawn,
        optimizer: options.optimizer(
          interval: options.pathWeight > 0 ? options.generatorInterval : nil), isAveraged: true),
      ParameterGroup(
        "discriminator", parts.judged,
        optimizer: options.optimizer(
          interval: options.gamma == 0 ? nil : options.discriminatorInterval)),
    ]
    buffers = [
      "w_avg": parts.meanLatent, "path_mean": Tensor(0),
      "augment.p": Tensor(options.augmentation.probability ?? 0), "augment.signs": Tensor(0),
      "augment.count": Tensor(0),
    ]
    operationsPerPicture = try Self.operations(parts.network, options)
    settings = try Self.describe(options, network)
  }

  private static func describe(
    _ options: StyleGAN2Options, _ network: CanonicalNetwork
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(options), as: UTF8.self)
    return "{\"configuration\":\(network.configuration),\"options\":\(text),"
      + "\"step\":\"StyleGAN2\"}"
  }

  /// A backward pass costs two forward ones where weights learn and one where they do not, and twice
  /// as much where it is differentiated itself.
  private static func operations(
    _ network: CanonicalNetwork, _ options: StyleGAN2Options
  ) throws -> Double {
    let drawn = Double(try StyleGAN2Family.generatorMultiplications(network))
    let judged = Double(StyleGAN2Family.discriminatorMultiplications(network))
    let path =
      options.pathWeight > 0
      ? 6 / Double(max(options.pathShrink * options.generatorInterval, 1)) : 0
    let penalty = options.gamma == 0 ? 0 : 6 / Double(max(options.discriminatorInterval, 1))
    return 2 * ((4 + path) * drawn + (8 + penalty) * judged)
  }

  /// One iteration.
  public mutating func iterate(
    on batch: TrainingBatch, at moment: TrainingMoment
  ) throws -> [String: Double] {
    var losses: [String: Double] = [:]
    let real = batch.pictures
    try check(real)
    losses["generator"] = try trainGenerator(batch.count, moment)
    if options.pathWeight > 0, moment.step % options.generatorInterval == 0 {
      let path = try regularizeGenerator(batch.count, moment)
      losses["path length"] = path.loss
      losses["mean path length"] = path.mean
    }
    losses.merge(try trainDiscriminator(real, moment)) { $1 }
    if options.gamma != 0, moment.step % options.discriminatorInterval == 0 {
      losses["R1"] = try regularizeDiscriminator(real, moment)
    }
    let halfLife = min(
      options.averagePictures ?? Double(batch.count) * 10_000 / 32,
      Double(moment.pictures) * options.averageRampUp)
    groups[0].moveAverage(
      beta: MovingAverage.beta(batch: Double(batch.count), halfLife: halfLife))
    if options.augmentation.isAdaptive {
      adaptAugmentation(batch.count, moment)
      losses["augmentation"] = Double(probability)
    }
    return losses
  }

  /// Mean ln(1 + e^−D(G(z))).
  private mutating func trainGenerator(_ count: Int, _ moment: TrainingMoment) throws -> Double {
    let tracked = groups[0].tracked()
    let (generator, discriminator) = try networks(generator: tracked)
    let images = draw(generator, count, .generator, moment)
    let seen = augmented(images, .generatorPictures, moment)
    let loss = StyleGAN2Losses.generator(discriminator.logits(seen, label: nil))
    groups[0].update(along: gradient(of: loss, withRespectTo: tracked))
    return Double(loss.scalar)
  }

  /// Path-length regularisation on a part of the batch.
  private mutating func regularizeGenerator(
    _ count: Int, _ moment: TrainingMoment
  ) throws -> (loss: Double, mean: Double) {
    let tracked = groups[0].tracked()
    let (generator, _) = try networks(generator: tracked)
    var draws = moment.draws(Purpose.path.rawValue)
    let part = max(count / max(options.pathShrink, 1), 1)
    let pass = LatentPass(&draws, count: part, size: size, mixing: options.mixing)
    // Nothing before them is on a tape where the mapping network is frozen.
    let mapped = latents(pass, generator)
    let ws = mapped.isTracked ? mapped : mapped.tracked()
    let images = generator.synthesis(ws, noise: noise(.path, moment))
    var noise = TorchGenerator(seed: UInt64(moment.drawSeed(Purpose.pathNoise.rawValue)))
    let path = StyleGAN2Losses.pathLength(
      images, ws: ws, noise: noise.randn(images.shape), mean: value("path_mean"),
      decay: options.pathDecay, weight: options.pathWeight)
    groups[0].update(
      along: gradient(of: path.loss, withRespectTo: tracked), gain: Float(options.generatorInterval)
    )
    buffers["path_mean"] = path.mean.detached
    return (Double(path.loss.scalar), Double(path.mean.scalar))
  }

  /// Mean ln(1 + e^D(G(z))) + mean ln(1 + e^−D(x)).
  private mutating func trainDiscriminator(
    _ real: Tensor, _ moment: TrainingMoment
  ) throws -> [String: Double] {
    let tracked = groups[1].tracked()
    let (generator, discriminator) = try networks(discriminator: tracked)
    let images = draw(generator, real.shape[0], .discriminator, moment)
    let drawn = StyleGAN2Losses.drawn(
      discriminator.logits(augmented(images, .drawnPictures, moment), label: nil))
    let logits = discriminator.logits(augmented(real, .realPictures, moment), label: nil)
    let loss = StyleGAN2Losses.real(logits)
    // One sweep: both passes share what was made of the weights, and a sweep uses the tape up.
    groups[1].update(along: gradient(of: drawn + loss, withRespectTo: tracked))
    let signs = logits.detached.scalars.reduce(0) { $0 + ($1 > 0 ? 1 : $1 < 0 ? -1 : 0) }
    buffers["augment.signs"] = Tensor(value("augment.signs") + Float(signs))
    buffers["augment.count"] = Tensor(value("augment.count") + Float(logits.count))
    return [
      "discriminator": Double(drawn.scalar) + Double(loss.scalar),
      "signs of real pictures": Double(signs) / Double(logits.count),
    ]
  }

  /// R1.
  private mutating func regularizeDiscriminator(
    _ real: Tensor, _ moment: TrainingMoment
  ) throws -> Double {
    let tracked = groups[1].tracked()
    let (_, discriminator) = try networks(discriminator: tracked)
    let gamma = options.gamma(resolution: size.resolution, batch: real.shape[0])
    let penalty = StyleGAN2Losses.gradientPenalty(real, gamma: gamma) {
      discriminator.logits(augmented($0, .penalty, moment), label: nil)
    }
    groups[1].update(
      along: gradient(of: penalty.loss, withRespectTo: tracked),
      gain: Float(options.discriminatorInterval))
    return Double(penalty.loss.scalar)
  }

  /// Pictures of random latents.
  private mutating func draw(
    _ generator: any Generator, _ count: Int, _ purpose: Purpose, _ moment: TrainingMoment
  ) -> Tensor {
    var draws = moment.draws(purpose.rawValue)
    let pass = LatentPass(&draws, count: count, size: size, mixing: options.mixing)
    return generator.synthesis(latents(pass, generator), noise: noise(purpose, moment))
  }

  /// W+ of a pass, after which w_avg has moved.
  private mutating func latents(_ pass: LatentPass, _ generator: any Generator) -> Tensor {
    let (ws, mean) = pass.latents(
      generator, mean: buffers["w_avg"] ?? generator.meanLatent, decay: options.meanDecay)
    buffers["w_avg"] = mean
    return ws
  }

  private func noise(_ purpose: Purpose, _ moment: TrainingMoment) -> NoiseInput {
    let place = Purpose.noise.rawValue + 100 * (1 + purpose.rawValue)
    return NoiseInput(.random(seed: UInt64(moment.drawSeed(place))))
  }

  private func value(_ buffer: String) -> Float { buffers[buffer]?.scalar ?? 0 }

  /// How likely every augmentation is now.
  private var probability: Float { value("augment.p") }

  private func augmented(
    _ images: Tensor, _ purpose: Purpose, _ moment: TrainingMoment
  ) -> Tensor {
    guard probability > 0, !options.augmentation.kinds.isEmpty else { return images }
    var draws = moment.draws(1000 + purpose.rawValue)
    let augmentation = Augmentation(
      options.augmentation, probability: Double(probability), count: images.shape[0],
      height: images.shape[2], width: images.shape[3], &draws)
    return augmentation(images)
  }

  /// Every four steps: more augmentation where the discriminator is too sure of real pictures, less
  /// where it is not (Karras et al., arXiv 2006.06676).
  private mutating func adaptAugmentation(_ batch: Int, _ moment: TrainingMoment) {
    let interval = options.augmentation.interval
    guard (moment.step + 1) % interval == 0 else { return }
    let sure = value("augment.signs") / max(value("augment.count"), 1)
    let target = options.augmentation.target
    let direction: Float = sure > target ? 1 : sure < target ? -1 : 0
    let change = direction * Float(batch * interval) / options.augmentation.pictures
    buffers["augment.p"] = Tensor(min(max(probability + change, 0), 1))
    buffers["augment.signs"] = Tensor(0)
    buffers["augment.count"] = Tensor(0)
  }

  /// The network with averaged parameters, and the discriminator, so that training can go on from it.
  public func result() throws -> CanonicalNetwork {
    try result(buffers: buffers["w_avg"].map { ["mapping.w_avg": $0] } ?? [:])
  }
}
