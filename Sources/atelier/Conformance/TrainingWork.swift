import Checkpoints
import Foundation
import Networks
import Tensors
import Training

/// The numbers of a reference training run, from its case.json.
struct TrainingSettings {
  let gamma, pathWeight, pathDecay, meanDecay, averageDecay: Float
  let pathShrink, generatorInterval, discriminatorInterval: Int
  let learningRate, beta1, beta2, epsilon: Double

  init?(_ values: [String: Any]) {
    func number(_ key: String) -> Double? {
      values[key] as? Double ?? (values[key] as? Int).map(Double.init)
    }
    guard let gamma = number("r1_gamma"), let weight = number("pl_weight"),
      let decay = number("pl_decay"), let shrink = number("pl_batch_shrink"),
      let mean = number("w_avg_beta"), let average = number("ema_beta"),
      let generator = number("G_reg_interval"), let discriminator = number("D_reg_interval"),
      let adam = values["adam"] as? [String: Any], let rate = adam["lr"] as? Double,
      let betas = adam["betas"] as? [Double], betas.count == 2, let epsilon = adam["eps"] as? Double
    else { return nil }
    self.gamma = Float(gamma)
    (pathWeight, pathDecay, pathShrink) = (Float(weight), Float(decay), max(Int(shrink), 1))
    (meanDecay, averageDecay) = (Float(mean), Float(average))
    (generatorInterval, discriminatorInterval) = (Int(generator), Int(discriminator))
    (learningRate, beta1, beta2, self.epsilon) = (rate, betas[0], betas[1], epsilon)
  }

  /// The optimiser of a network whose regulariser works every `interval` steps (Karras et al.,
  /// arXiv 1912.04958, appendix B).
  func optimizer(interval: Int) -> Adam {
    let share = Double(interval) / Double(interval + 1)
    return Adam(
      learningRate: learningRate * share, beta1: beta1 == 0 ? 0 : pow(beta1, share),
      beta2: pow(beta2, share), epsilon: epsilon)
  }
}

/// A training run from given weights over given random numbers.
struct TrainingWork {
  enum Side { case generator, discriminator }

  /// One loss: its gradients with respect to the parameters of its side, and what else it gives.
  struct Phase {
    var gradients: [Tensor]
    var values: [String: Tensor]
    var meanLatent: Tensor?
  }

  let settings: TrainingSettings
  private(set) var iteration = 0
  private let network: CanonicalNetwork
  private let inputs: Checkpoint
  private let generatorNames: [String]
  private let discriminatorNames: [String]
  private var generator: [Tensor]
  private var discriminator: [Tensor]
  private var meanLatent: Tensor
  private var pathMean: Float
  private var average: MovingAverage
  private var optimizers: (generator: Adam, discriminator: Adam)

  init(
    network: CanonicalNetwork, settings: TrainingSettings, weights: Checkpoint,
    gradients: Checkpoint, inputs: Checkpoint
  ) throws {
    self.settings = settings
    self.inputs = inputs
    func names(_ prefix: String) -> [String] {
      gradients.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        .sorted()
    }
    generatorNames = names("Gmain.")
    discriminatorNames = names("Dgen.")
    // The generator that trains, and its buffers, in place of its moving average.
    var tensors: [String: Tensor] = [:]
    for name in weights.names where name.hasPrefix("G.") {
      let local = String(name.dropFirst(2))
      if network.parameters[local] != nil { tensors[local] = try weights.tensor(name) }
    }
    self.network = network.replacing(tensors)
    generator = try generatorNames.map { try weights.tensor("G.\($0)") }
    discriminator = try discriminatorNames.map { try weights.tensor("D.\($0)") }
    meanLatent = try weights.tensor("G.mapping.w_avg")
    pathMean = try inputs.tensor("pl_mean_init").scalar
    average = MovingAverage(try generatorNames.map { try weights.tensor("G_ema.\($0)") })
    optimizers = (
      settings.optimizer(interval: settings.generatorInterval),
      settings.optimizer(interval: settings.discriminatorInterval)
    )
  }

  func names(of side: Side) -> [String] {
    side == .generator ? generatorNames : discriminatorNames
  }

  func parameters(_ side: Side) -> [(name: String, value: Tensor)] {
    side == .generator
      ? zip(generatorNames, generator).map { (name: $0, value: $1) }
      : zip(discriminatorNames, discriminator).map { (name: $0, value: $1) }
  }

  func hasInputs(_ iteration: Int) -> Bool { inputs.tensors["it\(iteration).real_u8"] != nil }

  /// Mean ln(1 + e^−D(G(z))).
  func generatorLoss(_ iteration: Int) throws -> Phase {
    let (generator, discriminator, tracked) = try networks(tracking: .generator)
    let pass = try run(generator, "it\(iteration).Gmain")
    let image = generator.synthesis(pass.ws, noise: .const)
    let logits = discriminator.logits(image, label: pass.label)
    let loss = StyleGAN2Losses.generator(logits)
    return Phase(
      gradients: gradient(of: loss, withRespectTo: tracked),
      values: [
        "logits_fake": logits.detached, "loss": loss.detached,
        "loss_per_sample": (-logits.detached).softplus(), "w_avg": pass.meanLatent,
      ], meanLatent: pass.meanLatent)
  }

  /// Path-length regularisation.
  func pathLength(_ iteration: Int) throws -> Phase {
    let (generator, _, tracked) = try networks(tracking: .generator)
    let pass = try run(generator, "it\(iteration).Greg", shrink: settings.pathShrink)
    let image = generator.synthesis(pass.ws, noise: .const)
    let path = StyleGAN2Losses.pathLength(
      image, ws: pass.ws, noise: try inputs.tensor("it\(iteration).Greg.pl_noise"), mean: pathMean,
      decay: settings.pathDecay, weight: settings.pathWeight)
    return Phase(
      gradients: gradient(of: path.loss, withRespectTo: tracked),
      values: [
        "loss": path.loss.detached, "pl_grads": path.gradient.detached,
        "pl_lengths": path.lengths.detached, "pl_mean_new": path.mean.detached,
        "pl_penalty": path.penalties.detached, "w_avg": pass.meanLatent,
      ], meanLatent: pass.meanLatent)
  }

  /// Mean ln(1 + e^D(G(z))).
  func drawnLoss(_ iteration: Int) throws -> Phase {
    let (generator, discriminator, tracked) = try networks(tracking: .discriminator)
    let pass = try run(generator, "it\(iteration).Dmain")
    let image = generator.synthesis(pass.ws, noise: .const)
    let logits = discriminator.logits(image, label: pass.label)
    let loss = StyleGAN2Losses.drawn(logits)
    return Phase(
      gradients: gradient(of: loss, withRespectTo: tracked),
      values: [
        "logits_fake": logits.detached, "loss_Dgen": loss.detached, "w_avg": pass.meanLatent,
      ], meanLatent: pass.meanLatent)
  }

  /// Mean ln(1 + e^−D(x)).
  func realLoss(_ iteration: Int) throws -> Phase {
    let (_, discriminator, tracked) = try networks(tracking: .discriminator)
    let (real, label) = try realImages(iteration)
    let logits = discriminator.logits(real, label: label)
    let loss = StyleGAN2Losses.real(logits)
    return Phase(
      gradients: gradient(of: loss, withRespectTo: tracked),
      values: ["logits_real": logits.detached, "loss_Dreal": loss.detached])
  }

  /// R1.
  func gradientPenalty(_ iteration: Int) throws -> Phase {
    let (_, discriminator, tracked) = try networks(tracking: .discriminator)
    let (real, label) = try realImages(iteration)
    let penalty = StyleGAN2Losses.gradientPenalty(real, gamma: settings.gamma) {
      discriminator.logits($0, label: label)
    }
    return Phase(
      gradients: gradient(of: penalty.loss, withRespectTo: tracked),
      values: [
        "logits_real": penalty.logits.detached, "r1_grads": penalty.gradient.detached,
        "r1_penalty": penalty.penalties.detached, "loss": penalty.loss.detached,
      ])
  }

  /// All phases of one iteration, each followed by a step; every parameter after each is observed.
  mutating func iterate(
    observe: (_ name: String, _ value: Tensor) -> Void
  ) throws -> [String: Tensor] {
    let main = try generatorLoss(iteration)
    step(.generator, main, gain: 1)
    report("Gmain", .generator, observe)
    let path = try pathLength(iteration)
    step(.generator, path, gain: Float(settings.generatorInterval))
    if let mean = path.values["pl_mean_new"] { pathMean = mean.scalar }
    report("Greg", .generator, observe)
    observe("pl_mean_after_Greg", Tensor(pathMean))
    let drawn = try drawnLoss(iteration), real = try realLoss(iteration)
    var both = drawn
    both.gradients = zip(drawn.gradients, real.gradients).map { $0 + $1 }
    step(.discriminator, both, gain: 1)
    report("Dmain", .discriminator, observe)
    observe("w_avg_after_Dmain", meanLatent)
    let penalty = try gradientPenalty(iteration)
    step(.discriminator, penalty, gain: Float(settings.discriminatorInterval))
    report("Dreg", .discriminator, observe)
    average.update(towards: generator, beta: settings.averageDecay)
    for (name, value) in zip(generatorNames, average.averages) { observe("ema.\(name)", value) }
    observe("ema.mapping.w_avg", meanLatent)
    let moments = [
      ("G", generatorNames, optimizers.generator.moments),
      ("D", discriminatorNames, optimizers.discriminator.moments),
    ]
    for (side, names, moments) in moments {
      for (name, tensor) in moments where name.hasPrefix("second.") {
        if let index = Int(name.dropFirst("second.".count)) {
          observe("adam_v.\(side).\(names[index])", tensor)
        }
      }
    }
    iteration += 1
    let values: [String: Tensor?] = [
      "loss_Gmain": main.values["loss"], "logits_fake_Gmain": main.values["logits_fake"],
      "loss_Gpl": path.values["loss"], "pl_lengths": path.values["pl_lengths"],
      "pl_mean": Tensor(pathMean), "loss_Dgen": drawn.values["loss_Dgen"],
      "logits_fake_Dmain": drawn.values["logits_fake"], "loss_Dreal": real.values["loss_Dreal"],
      "logits_real": real.values["logits_real"], "loss_Dr1": penalty.values["loss"],
      "r1_penalty": penalty.values["r1_penalty"], "w_avg": meanLatent,
    ]
    return values.compactMapValues(\.self)
  }

  private func report(
    _ phase: String, _ side: Side, _ observe: (_ name: String, _ value: Tensor) -> Void
  ) {
    for (name, value) in parameters(side) { observe("after_\(phase).\(name)", value) }
    if side == .generator { observe("w_avg_after_\(phase)", meanLatent) }
  }

  private mutating func step(_ side: Side, _ phase: Phase, gain: Float) {
    let gradients = gain == 1 ? phase.gradients : phase.gradients.map { $0 * gain }
    if side == .generator {
      optimizers.generator.update(&generator, along: gradients)
    } else {
      optimizers.discriminator.update(&discriminator, along: gradients)
    }
    if let mean = phase.meanLatent { meanLatent = mean }
  }

  /// Both networks with the weights of now, one side's tracked.
  private func networks(
    tracking side: Side
  ) throws -> (any Generator, any Discriminator, [Tensor]) {
    let tracked = (side == .generator ? generator : discriminator).map { $0.tracked() }
    var tensors: [String: Tensor] = [:]
    for (index, name) in generatorNames.enumerated() {
      tensors[name] = side == .generator ? tracked[index] : generator[index]
    }
    for (index, name) in discriminatorNames.enumerated() {
      tensors["discriminator.\(name)"] =
        side == .discriminator ? tracked[index] : discriminator[index]
    }
    let now = network.replacing(tensors)
    guard let judge = try Generators.loadDiscriminator(now) else {
      throw CommandError.invalidInput("\(now.file) holds no discriminator.")
    }
    return (try Generators.load(now), judge, tracked)
  }

  /// Mapping with style mixing, and w_avg after it.
  private func run(
    _ generator: any Generator, _ name: String, shrink: Int = 1
  ) throws -> (ws: Tensor, label: Tensor?, meanLatent: Tensor) {
    let all = try inputs.tensor("\(name).z"), count = all.shape[0] / shrink
    let label = try inputs.tensors["\(name).c"]?.tensor().rows(0..<count)
    let pass = LatentPass(
      z: all.rows(0..<count), mixed: try inputs.tensor("\(name).z_mix"),
      cutoff: Int(try inputs.tensor("\(name).cutoff").scalar), label: label)
    let (ws, mean) = pass.latents(generator, mean: meanLatent, decay: settings.meanDecay)
    return (ws, label, mean)
  }

  private func realImages(_ iteration: Int) throws -> (Tensor, Tensor?) {
    let bytes = try inputs.tensor("it\(iteration).real_u8")
    return (bytes * (1 / 127.5) + -1, try inputs.tensors["it\(iteration).real_c"]?.tensor())
  }
}
