import Checkpoints
import Foundation
import Networks
import Tensors
import Training

/// Discriminators of pix2pixHD and SPADE and the losses that both are trained with.
enum SceneLossesCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("latest_net_D.pth") && !reference.has("latest_net_G.pth")
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let scene = try SceneReference(reference, report)
    let checkpoint = try Checkpoint(contentsOf: reference.url("latest_net_D.pth"))
    report.pass("latest_net_D.pth", "read as \(checkpoint.format)")
    let isSPADE = checkpoint.tensors["discriminator_0.model0.0.weight"] != nil
    let discriminator =
      isSPADE
      ? try SPADEFamily.discriminator(checkpoint)
      : try Pix2PixHDFamily.discriminator(checkpoint, options: scene.options)
    let vgg = try reference.files.first { $0.hasPrefix("vgg19") }.map {
      try VGG19Features(reference.checkpoint($0))
    }
    let work = try Work(
      scene: scene, checkpoint: checkpoint, discriminator: discriminator, vgg: vgg,
      isSPADE: isSPADE)
    let gradients = try Gradients(work)
    for name in scene.outputs.names.sorted() {
      if name.hasPrefix("grad_") {
        try gradients.compare(name)
      } else {
        try work.compare(name)
      }
    }
  }

  /// One discriminator at work.
  struct Work {
    let scene: SceneReference
    let checkpoint: Checkpoint
    let vgg: VGG19Features?
    let discriminator: any SceneDiscriminator
    let isSPADE: Bool
    let objective: SceneObjective
    let fake: Tensor
    let real: Tensor
    let semantics: Tensor
    let fakeResults: [[Tensor]]
    let realResults: [[Tensor]]

    init(
      scene: SceneReference, checkpoint: Checkpoint, discriminator: any SceneDiscriminator,
      vgg: VGG19Features?, isSPADE: Bool
    ) throws {
      self.scene = scene
      self.checkpoint = checkpoint
      self.vgg = vgg
      self.discriminator = discriminator
      self.isSPADE = isSPADE
      objective = Self.objective(scene, isSPADE: isSPADE)
      fake = try scene.inputs.tensor("fake")
      real = try scene.inputs.tensor("real")
      semantics = try scene.maps().semantics(Self.size(scene))
      fakeResults = discriminator.features(Tensor.concatenatedChannels([semantics, fake]))
      realResults = discriminator.features(Tensor.concatenatedChannels([semantics, real]))
    }

    /// What the discriminator sees of the maps.
    private static func size(_ scene: SceneReference) -> SceneSize {
      let options = scene.options
      return SceneSize(
        classes: Int(options["label_nc"] ?? "") ?? 35,
        hasUnknownClass: options["contain_dontcare_label"] == "True",
        usesInstances: options["no_instance"] != "True" && scene.inputs.tensors["inst"] != nil)
    }

    /// The case's own losses and weights.
    private static func objective(_ scene: SceneReference, isSPADE: Bool) -> SceneObjective {
      func number(_ option: String, _ standard: Float) -> Float {
        scene.options[option].flatMap { Float($0) } ?? standard
      }
      var objective: SceneObjective = isSPADE ? .spade : .pix2pixHD
      objective.matching = number("lambda_feat", 10)
      objective.perceptual = isSPADE ? number("lambda_vgg", 10) : objective.matching
      objective.divergence = number("lambda_kld", 0.05)
      if isSPADE, let mode = scene.options["gan_mode"].flatMap({ modes[$0] }) {
        objective.adversarial = mode
      }
      if !isSPADE, scene.options["no_lsgan"] == "True" { objective.adversarial = .probabilities }
      return objective
    }

    /// SPADE's names of the losses.
    private static let modes: [String: SceneLosses.Adversarial] = [
      "ls": .leastSquares, "original": .logits, "w": .wasserstein, "hinge": .hinge,
    ]

    func compare(_ name: String) throws {
      if name.hasPrefix("power_iter.") { return try comparePowerIteration(name) }
      if let found = try loss(name) { return try scene.compare(name, Double(found.scalar)) }
      try scene.compare(
        name, try tensor(name), relative: SceneReference.activationTolerance)
    }

    private func comparePowerIteration(_ name: String) throws {
      let layer = name.dropFirst("power_iter.".count).dropLast("_u".count)
      guard layer.hasSuffix(".weight") else { return try scene.compare(name, nil, relative: 0) }
      var norm = SpectralNorm(
        weight: try checkpoint.tensor("\(layer)_orig"), u: try checkpoint.tensor("\(layer)_u"),
        v: try checkpoint.tensor("\(layer)_v"))
      norm.iterate()
      try scene.compare(name, name.hasSuffix("_u") ? norm.u : norm.v, relative: 1e-5)
    }

    /// `pred_fake.0.3`, `vgg_relu2_1` and `sigmoid_pred`.
    private func tensor(_ name: String) throws -> Tensor? {
      let parts = name.split(separator: ".")
      if parts.count == 3, let scale = Int(parts[1]), let layer = Int(parts[2]) {
        let results = parts[0] == "pred_fake" ? fakeResults : realResults
        guard scale < results.count, layer < results[scale].count else { return nil }
        return results[scale][layer]
      }
      if name.hasPrefix("vgg_relu"), let stage = name.dropFirst(8).first?.wholeNumberValue {
        return vgg?(fake)[stage - 1]
      }
      return name == "sigmoid_pred" ? try sigmoidResults() : nil
    }

    /// What the discriminator that ends in a sigmoid says of the fake picture.
    private func sigmoidResults() throws -> Tensor? {
      guard scene.reference.has("sigmoid_D.safetensors") else { return nil }
      let discriminator = try Pix2PixHDFamily.discriminator(
        scene.reference.checkpoint("sigmoid_D.safetensors"),
        options: SceneOptions(["no_lsgan": "True"]))
      return discriminator.features(Tensor.concatenatedChannels([semantics, fake])).first?.last
    }

    /// The loss of a mode, summed over the scales; SPADE takes the mean.
    private func adversarial(
      _ results: [[Tensor]], isReal: Bool, _ mode: SceneLosses.Adversarial,
      trainsDiscriminator: Bool = true
    ) -> Tensor {
      var objective = objective
      objective.adversarial = mode
      return objective.adversarial(
        results, isReal: isReal, trainsDiscriminator: trainsDiscriminator)
    }

    private func loss(_ name: String) throws -> Tensor? {
      let mode = objective.adversarial
      switch name {
      case "loss_D_fake": return adversarial(fakeResults, isReal: false, mode)
      case "loss_D_real": return adversarial(realResults, isReal: true, mode)
      case "loss_G_GAN":
        return adversarial(fakeResults, isReal: true, mode, trainsDiscriminator: false)
      case "loss_G_GAN_Feat": return objective.matching(fakeResults, realResults)
      case "loss_G_VGG": return vgg.map { objective.perceptual(fake, real, $0) }
      case "loss_bce_real", "loss_bce_fake":
        return try sigmoidResults().map {
          SceneLosses.adversarial(
            $0, isReal: name.hasSuffix("real"), mode: .probabilities, trainsDiscriminator: true)
        }
      case "kld":
        return objective.divergence(
          mean: try scene.inputs.tensor("mu"), logVariance: try scene.inputs.tensor("logvar"))
      default: return namedLoss(name)
      }
    }

    /// `loss_G_GAN_hinge`, `loss_D_fake_hinge`, `loss_ls_fake_as_real` and the like.
    private func namedLoss(_ name: String) -> Tensor? {
      let modes = Self.modes
      let words = name.split(separator: "_").map(String.init)
      if words.starts(with: ["loss", "G", "GAN"]), words.count == 4, let mode = modes[words[3]] {
        return adversarial(fakeResults, isReal: true, mode, trainsDiscriminator: false)
      }
      if words.starts(with: ["loss", "D"]), words.count == 4, let mode = modes[words[3]] {
        let isReal = words[2] == "real"
        return adversarial(isReal ? realResults : fakeResults, isReal: isReal, mode)
      }
      if words.count == 5, words[0] == "loss", words[3] == "as", let mode = modes[words[1]] {
        return adversarial(
          words[2] == "real" ? realResults : fakeResults, isReal: words[4] == "real", mode)
      }
      return nil
    }
  }
}
