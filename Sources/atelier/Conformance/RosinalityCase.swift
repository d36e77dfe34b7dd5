import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// Checkpoints of rosinality/stylegan2-pytorch in three torch formats, with W+ inputs, explicit
/// noise and mixing.
enum RosinalityCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["config"] as? [String: Any])?["n_mlp"] != nil
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    let weights = try reference.checkpoint("weights.safetensors")
    // The files hold the generator; its discriminator is among the reference weights.
    let discriminator = try Generators.loadDiscriminator(Generators.canonical(weights))
    for file in reference.files(withExtension: "pt") {
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      report.pass(file, "read as \(checkpoint.format)")
      try GeneratorCase.compareWeights(checkpoint, weights, report)
      let network = try Generators.canonical(checkpoint)
      try Work(
        report: report, generator: try Generators.load(network), discriminator: discriminator,
        inputs: inputs, outputs: outputs
      ).run(prefix: file + " ")
      if reference.has("intermediates.safetensors") {
        try compareIntermediates(
          try Generators.load(network), inputs,
          try reference.checkpoint("intermediates.safetensors"), prefix: file + " ", report)
      }
    }
  }

  /// One file at work.
  private struct Work {
    let report: ConformanceReport
    let generator: any Generator
    let discriminator: (any Discriminator)?
    let inputs: Checkpoint
    let outputs: Checkpoint

    func run(prefix: String) throws {
      for name in outputs.names.sorted() {
        let expected = try outputs.tensor(name)
        let isLatent = name.hasPrefix("w") || name.hasPrefix("latents")
        guard let found = try output(name, count: expected.shape[0]) else {
          report.fail(prefix + name, "unsupported: nothing here knows what this output is")
          continue
        }
        report.compare(
          prefix + name, found, expected,
          relative: isLatent ? GeneratorCase.latentTolerance : GeneratorCase.imageTolerance)
      }
    }

    private func w(_ name: String) throws -> Tensor {
      generator.mapping(try inputs.tensor(name), label: nil)
    }

    private func ws(_ name: String, psi: Float = 1) throws -> Tensor {
      try Truncation.psi(psi).apply(
        to: generator.broadcast(try w(name)), center: generator.meanLatent)
    }

    /// Rows before 3 from z, the others from z2.
    private func mixed(psi: Float, count: Int) throws -> Tensor {
      let (a, b) = (try ws("z", psi: psi).rows(0..<count), try ws("z2", psi: psi).rows(0..<count))
      return Tensor.concatenated(
        (0..<count).map { n in
          let rows = [a.row(n).rows(0..<3), b.row(n).rows(3..<generator.size.rows)]
          let joined = Tensor.concatenated(rows)
          return joined.reshaped(Shape([1] + joined.shape.dimensions))
        })
    }

    private func output(_ name: String, count: Int) throws -> Tensor? {
      switch name {
      case "w": return try w("z")
      case "w2": return try w("z2")
      case "latents": return try ws("z")
      case "latents_mix": return try mixed(psi: 1, count: count)
      case "img": return generator.synthesis(try ws("z"), noise: .const)
      case "img_trunc": return generator.synthesis(try ws("z", psi: 0.7), noise: .const)
      case "img_mix": return generator.synthesis(try mixed(psi: 1, count: count), noise: .const)
      case "img_mix_trunc":
        return generator.synthesis(try mixed(psi: 0.7, count: count), noise: .const)
      case "img_from_w_plus":
        return generator.synthesis(try inputs.tensor("w_plus"), noise: .const)
      case "img_explicit_noise":
        let maps = try (0..<64).prefix { inputs.tensors["noise_\($0)"] != nil }
          .map { try inputs.tensor("noise_\($0)") }
        return generator.synthesis(
          try ws("z").rows(0..<count), noise: NoiseInput(.maps(maps)))
      case "img_zero_noise":
        return generator.synthesis(try ws("z").rows(0..<count), noise: .none)
      case "D_logits":
        try discriminator?.check(batch: count)
        return discriminator?.logits(try outputs.tensor("img").rows(0..<count), label: nil)
      default: return nil
      }
    }
  }

  private static func compareIntermediates(
    _ generator: any Generator, _ inputs: Checkpoint, _ intermediates: Checkpoint, prefix: String,
    _ report: ConformanceReport
  ) throws {
    guard let generator = generator as? any InspectableGenerator else { return }
    var found: [String: Tensor] = [:]
    _ = generator.synthesis(try inputs.tensor("w_plus").rows(0..<1), SynthesisSettings()) {
      found[$0] = $1
    }
    for name in intermediates.names.sorted() {
      guard let value = found[canonicalName(name)] else {
        report.fail(prefix + "intermediates.\(name)", "no such layer")
        continue
      }
      report.compare(
        prefix + "intermediates.\(name)", value, try intermediates.tensor(name),
        relative: GeneratorCase.imageTolerance)
    }
  }

  /// `convs.3.conv.modulation` → `synthesis.b16.conv1.affine`; a toRGB stands for the running sum.
  private static func canonicalName(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    let isStyle = name.hasSuffix("modulation")
    func colours(_ resolution: Int) -> String {
      isStyle ? "synthesis.b\(resolution).torgb.affine" : "synthesis.b\(resolution).img"
    }
    switch parts[0] {
    case "conv1": return "synthesis.b4.conv1" + (isStyle ? ".affine" : "")
    case "to_rgb1": return colours(4)
    case "to_rgbs": return colours(8 << (Int(parts[1]) ?? 0))
    default:
      let index = Int(parts[1]) ?? 0
      return "synthesis.b\(8 << (index / 2)).conv\(index % 2)" + (isStyle ? ".affine" : "")
    }
  }
}
