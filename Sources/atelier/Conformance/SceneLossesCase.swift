import Checkpoints
import Foundation
import Networks
import Tensors

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
      ? try SPADEFamily.discriminator(checkpoint) : try Pix2PixHDFamily.discriminator(checkpoint)
    let vgg = try reference.files.first { $0.hasPrefix("vgg19") }.map {
      try VGG19Features(reference.checkpoint($0))
    }
    let work = try Work(
      scene: scene, checkpoint: checkpoint, discriminator: discriminator, vgg: vgg,
      isSPADE: isSPADE)
    for name in scene.outputs.names.sorted() { try work.compare(name) }
  }

  /// One discriminator at work.
  private struct Work {
    let scene: SceneReference
    let checkpoint: Checkpoint
    let vgg: VGG19Features?
    let isSPADE: Bool
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
      self.isSPADE = isSPADE
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

    private func number(_ option: String, _ standard: Double) -> Double {
      scene.options[option].flatMap { Double($0) } ?? standard
    }

    func compare(_ name: String) throws {
      if name.hasPrefix("grad_") {
        return scene.report.notYet(name, "gradients are to come")
      }
      if name.hasPrefix("power_iter.") { return try comparePowerIteration(name) }
      if let found = try loss(name) { return try scene.compare(name, found) }
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

    /// Σ over the scales of the loss of their last layers; SPADE takes the mean.
    private func adversarial(
      _ results: [[Tensor]], isReal: Bool, _ mode: SceneLosses.Adversarial,
      trainsDiscriminator: Bool = true
    ) -> Double {
      let sum = results.compactMap(\.last).reduce(0) {
        $0
          + SceneLosses.adversarial(
            $1, isReal: isReal, mode: mode, trainsDiscriminator: trainsDiscriminator)
      }
      return isSPADE ? sum / Double(results.count) : sum
    }

    private func loss(_ name: String) throws -> Double? {
      switch name {
      case "loss_D_fake": return adversarial(fakeResults, isReal: false, .leastSquares)
      case "loss_D_real": return adversarial(realResults, isReal: true, .leastSquares)
      case "loss_G_GAN":
        return adversarial(fakeResults, isReal: true, .leastSquares, trainsDiscriminator: false)
      case "loss_G_GAN_Feat":
        let distance = SceneLosses.featureDistance(fakeResults, realResults)
        let scales = Double(fakeResults.count)
        let layers = Double(fakeResults[0].count - 2)
        return distance / scales * number("lambda_feat", 10) * (isSPADE ? 1 : 4 / (layers + 1))
      case "loss_G_VGG":
        return vgg.map {
          $0.loss(fake, real) * number(isSPADE ? "lambda_vgg" : "lambda_feat", 10)
        }
      case "loss_bce_real", "loss_bce_fake":
        return try sigmoidResults().map {
          SceneLosses.adversarial(
            $0, isReal: name.hasSuffix("real"), mode: .probabilities, trainsDiscriminator: true)
        }
      case "kld":
        return SceneLosses.divergence(
          mean: try scene.inputs.tensor("mu"), logVariance: try scene.inputs.tensor("logvar"))
          * number("lambda_kld", 0.05)
      default: return namedLoss(name)
      }
    }

    /// `loss_G_GAN_hinge`, `loss_D_fake_hinge`, `loss_ls_fake_as_real` and the like.
    private func namedLoss(_ name: String) -> Double? {
      let modes: [String: SceneLosses.Adversarial] = [
        "ls": .leastSquares, "original": .logits, "w": .wasserstein, "hinge": .hinge,
      ]
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
