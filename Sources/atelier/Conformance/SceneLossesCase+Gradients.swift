import Checkpoints
import Networks
import Tensors
import Training

extension SceneLossesCase {
  /// The gradients of the losses with respect to the fake picture and the discriminator.
  struct Gradients {
    private let work: Work
    /// Those of the discriminator's loss, by parameter.
    private let weights: [String: Tensor]
    /// The largest element of all of these that the case holds.
    private let largest: Float

    init(_ work: Work) throws {
      self.work = work
      let names = work.scene.outputs.names.filter { $0.hasPrefix("grad_D.") }
      weights = names.isEmpty ? [:] : try Self.weightGradients(work)
      largest = try names.map { try work.scene.outputs.tensor($0).largestMagnitude }.max() ?? 0
    }

    /// The discriminator's loss, half of the sum of both sides for pix2pixHD, taken back to its
    /// parameters.
    private static func weightGradients(_ work: Work) throws -> [String: Tensor] {
      var leaves: [String: Tensor] = [:]
      for name in work.checkpoint.names where !name.hasSuffix("_u") && !name.hasSuffix("_v") {
        leaves[name] = try work.checkpoint.tensor(name).tracked()
      }
      let judge =
        work.isSPADE
        ? try SPADEFamily.discriminator(work.checkpoint, leaves: leaves)
        : try Pix2PixHDFamily.discriminator(
          work.checkpoint, options: work.scene.options, leaves: leaves)
      let fake = judge.features(.concatenatedChannels([work.semantics, work.fake]))
      let real = judge.features(.concatenatedChannels([work.semantics, work.real]))
      let sum =
        work.objective.adversarial(fake, isReal: false, trainsDiscriminator: true)
        + work.objective.adversarial(real, isReal: true, trainsDiscriminator: true)
      let names = leaves.keys.sorted()
      let gradients = gradient(
        of: work.isSPADE ? sum : sum * 0.5, withRespectTo: names.compactMap { leaves[$0] })
      return Dictionary(uniqueKeysWithValues: zip(names, gradients))
    }

    /// Compares a gradient, which may differ by a thousandth of its largest element. Biases before a
    /// norm have none but rounding, on the scale of all.
    func compare(_ name: String) throws {
      let found =
        name.hasPrefix("grad_D.") ? weights[String(name.dropFirst(7))] : pictureGradient(name)
      guard let found else { return try work.scene.compare(name, nil, relative: 0) }
      let expected = try work.scene.outputs.tensor(name)
      guard found.shape == expected.shape else {
        return work.scene.report.fail(name, "shape \(found.shape) instead of \(expected.shape)")
      }
      let error = (found - expected).largestMagnitude
      let tolerance = 1e-3 * expected.largestMagnitude + 1e-6 * largest
      work.scene.report.expect(
        error <= tolerance, name,
        "largest error \(ConformanceReport.short(error)), tolerance "
          + ConformanceReport.short(tolerance))
    }

    /// The gradient with respect to the fake picture; `nil` for a loss that nothing here knows.
    private func pictureGradient(_ name: String) -> Tensor? {
      let terms: [String]
      switch name {
      case "grad_fake_GAN", "grad_fake_G_GAN": terms = ["GAN"]
      case "grad_fake_GAN_Feat", "grad_fake_G_Feat", "grad_fake_G_GAN_Feat": terms = ["Feat"]
      case "grad_fake_VGG", "grad_fake_G_VGG": terms = ["VGG"]
      case "grad_fake_total", "grad_fake_G_total": terms = ["GAN", "Feat", "VGG"]
      default: return nil
      }
      let work = work
      return valueWithGradient(at: work.fake) { fake in
        let results = work.discriminator.features(
          .concatenatedChannels([work.semantics, fake]))
        return terms.reduce(Tensor(0)) { sum, term in
          switch term {
          case "GAN":
            sum + work.objective.adversarial(results, isReal: true, trainsDiscriminator: false)
          case "Feat": sum + work.objective.matching(results, work.realResults)
          default: work.vgg.map { sum + work.objective.perceptual(fake, work.real, $0) } ?? sum
          }
        }
      }.gradient
    }
  }
}
