import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// Generators with a mapping network: everything their outputs name is computed from the inputs.
///
/// Outputs are told by their names: `ws_psi0.7`, `ws_psi0.5_cutoff4`, `img_psi1_const`,
/// `img_psi1_lod0.5`, `img_transform0`, `style.b8.conv0`, `mix_w`, `D_logits_n4` and so on.
enum GeneratorCase: ConformanceCase {
  static let latentTolerance: Float = 1e-5
  static let imageTolerance: Float = 5e-5

  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("inputs.safetensors") && reference.has("outputs.safetensors")
      && reference.networkFile != nil
      && (try? reference.checkpoint("inputs.safetensors"))?.tensors["z"] != nil
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    guard let file = reference.networkFile else { return }
    let checkpoint = try Checkpoint(contentsOf: file)
    let network = try Generators.canonical(checkpoint)
    let work = Work(
      report: report, generator: try Generators.load(network),
      discriminator: try Generators.loadDiscriminator(network),
      inputs: try reference.checkpoint("inputs.safetensors"),
      outputs: try reference.checkpoint("outputs.safetensors"), description: reference.description)
    for name in ["weights.safetensors", "weights_tf_names.safetensors"] where reference.has(name) {
      try compareWeights(checkpoint, try reference.checkpoint(name), report)
    }
    if reference.has("weights_converted_pytorch_names.safetensors") {
      try compareCanonical(
        network, try reference.checkpoint("weights_converted_pytorch_names.safetensors"), report)
    }
    try work.run()
    if reference.has("intermediates.safetensors") {
      try work.compareIntermediates(try reference.checkpoint("intermediates.safetensors"))
    }
    if reference.has("gradients.safetensors") {
      try compareGradients(
        network, try reference.checkpoint("gradients.safetensors"), inputs: work.inputs, report)
    }
  }

  /// One case at work.
  struct Work {
    let report: ConformanceReport
    let generator: any Generator
    let discriminator: (any Discriminator)?
    let inputs: Checkpoint
    let outputs: Checkpoint
    let description: [String: Any]

    func run() throws {
      let w = generator.mapping(try inputs.tensor("z"), label: try label(nil))
      for name in outputs.names.sorted() {
        let expected = try outputs.tensor(name)
        if name.hasPrefix("ws_psi") {
          report.compare(
            name, try truncated(w, name.dropFirst("ws_".count)), expected,
            relative: GeneratorCase.latentTolerance)
        } else if name.contains("transform") {
          try compareTransform(name, w, expected)
        } else if name.hasPrefix("img_psi") {
          try compareImage(name, w, expected)
        } else if name.hasPrefix("style.") {
          try compareStyle(name, w, expected)
        } else if name.hasPrefix("mix_") {
          description["style_mixing"] == nil
            ? try compareRowMixing(name, w, expected) : try compareMixing(name, expected)
        } else if name.hasPrefix("D_logits") {
          try compareLogits(name, expected)
        } else if name.hasPrefix("noise_reg") {
          try compareNoiseRegularizer(name, expected)
        } else {
          report.fail(name, "unsupported: nothing here knows what this output is")
        }
      }
    }

    /// The label of the first `count` inputs; `nil` for an unconditional network.
    func label(_ count: Int?) throws -> Tensor? {
      guard let name = ["c", "labels"].first(where: { inputs.tensors[$0] != nil }) else {
        return nil
      }
      let label = try inputs.tensor(name)
      return count.map { label.rows(0..<$0) } ?? label
    }

    /// `psi0.5_cutoff4…` applied to w: W+ `[N, rows, w]`.
    func truncated(_ w: Tensor, _ text: Substring) throws -> Tensor {
      let parts = text.split(separator: "_")
      let psi = parts.first.flatMap { Float($0.dropFirst("psi".count)) } ?? 1
      let cutoff = parts.first { $0.hasPrefix("cutoff") }.flatMap { Int($0.dropFirst(6)) }
      return try Truncation.psi(psi, cutoff: cutoff)
        .apply(to: generator.broadcast(w), center: generator.meanLatent)
    }

    private func compareImage(_ name: String, _ w: Tensor, _ expected: Tensor) throws {
      let count = expected.shape[0]
      let ws = try truncated(w, name.dropFirst("img_".count)).rows(0..<count)
      let lod = name.split(separator: "_").first { $0.hasPrefix("lod") }
        .flatMap { Float($0.dropFirst(3)) }
      let settings = SynthesisSettings(
        noise: name.contains("_none") ? .none : .const, lod: lod)
      let images = generator.synthesis(ws, settings)
      guard name.hasSuffix("_uint8_nhwc") else {
        return report.compare(name, images, expected, relative: GeneratorCase.imageTolerance)
      }
      // A rounding border may fall the other way: one level is the most that may differ.
      let bytes = Tensor(uninitialized: expected.shape) { bytes in
        let (c, h, w) = (images.shape[1], images.shape[2], images.shape[3])
        images.withUnsafeBuffer { x in
          for i in bytes.indices {
            let (n, y, column, channel) = (i / (h * w * c), i / (w * c) % h, i / c % w, i % c)
            let v = x[((n * c + channel) * h + y) * w + column] * 127.5 + 128
            bytes[i] = min(max(v, 0), 255).rounded(.towardZero)
          }
        }
      }
      let differences = (bytes - expected).scalars.filter { $0 != 0 }
      report.expect(
        differences.allSatisfy { abs($0) <= 1 } && differences.count * 1000 <= bytes.count, name,
        "\(differences.count) of \(bytes.count) bytes differ")
    }

    /// The styles of w truncated with ψ = 0.7, all samples.
    private func compareStyle(_ name: String, _ w: Tensor, _ expected: Tensor) throws {
      guard let generator = generator as? any InspectableGenerator else {
        return report.notYet(name, "this family does not show its styles")
      }
      let layer = name.dropFirst("style.".count)
      let ws = try truncated(w, "psi0.7").rows(0..<expected.shape[0])
      guard let found = generator.styles(ws).first(where: { $0.name == layer }) else {
        return report.fail(name, "no such layer")
      }
      report.compare(
        name, found.styles, expected, relative: GeneratorCase.latentTolerance)
    }

    private func compareMixing(_ name: String, _ expected: Tensor) throws {
      guard let mixing = description["style_mixing"] as? [String: Any],
        let rows = mixing["rows"] as? [Int], let columns = mixing["cols"] as? [Int],
        let styles = mixing["col_styles"] as? [Int], let psi = mixing["psi"] as? Double
      else { return report.fail(name, "case.json does not say how to mix") }
      let classes = generator.size.classes
      let label = (mixing["label"] as? String).flatMap { $0.split(separator: " ").last }
        .flatMap { Int($0) }.map { ClassLabel($0) }
      if classes > 0, label == nil { return report.fail(name, "case.json names no class") }
      func latents(_ seeds: [Int]) throws -> [Tensor] {
        try seeds.map { seed in
          var random = RandomState(seed: UInt32(seed))
          let z = random.randn([1, generator.size.zDim])
          let vector = try label?.vector(classes: classes)
          let w = generator.mapping(z, label: vector.map { Tensor($0, shape: [1, classes]) })
          return try Truncation.psi(Float(psi))
            .apply(to: generator.broadcast(w), center: generator.meanLatent).row(0)
        }
      }
      let (rowLatents, columnLatents) = (try latents(rows), try latents(columns))
      let mixed = rowLatents.flatMap { row in
        columnLatents.map { column in
          Tensor.concatenated(
            (0..<row.shape[0]).map { (styles.contains($0) ? column : row).rows($0..<$0 + 1) })
        }
      }
      let ws = Tensor.concatenated(mixed.map { $0.reshaped(Shape([1] + $0.shape.dimensions)) })
      if name == "mix_w" {
        report.compare(name, ws, expected, relative: GeneratorCase.latentTolerance)
      } else {
        report.compare(
          name, generator.synthesis(ws, noise: .const), expected,
          relative: GeneratorCase.imageTolerance)
      }
    }

    /// Logits of the reference pictures, so that only the discriminator is judged.
    private func compareLogits(_ name: String, _ expected: Tensor) throws {
      guard let discriminator else { return report.fail(name, "the file has no discriminator") }
      let images = outputs.names.filter { $0.hasPrefix("img_psi") && !$0.hasSuffix("nhwc") }
        .sorted()
      let count = expected.shape[0]
      let candidates = try (images.filter { ["img_psi1_const", "img_psi1"].contains($0) } + images)
        .map { try outputs.tensor($0) }.filter { $0.shape[0] >= count }
      guard let image = candidates.first else { return report.fail(name, "no pictures to judge") }
      try discriminator.check(batch: count)
      report.compare(
        name, discriminator.logits(image.rows(0..<count), label: try label(count)), expected,
        relative: GeneratorCase.imageTolerance)
    }

    /// Results inside the synthesis network for w truncated with ψ = 0.7, noise const.
    func compareIntermediates(_ intermediates: Checkpoint) throws {
      guard let generator = generator as? any InspectableGenerator else {
        return report.notYet("intermediates", "this family does not show its layers")
      }
      let samples = try intermediates.names.first.map { try intermediates.tensor($0).shape[0] } ?? 1
      let w = generator.mapping(try inputs.tensor("z"), label: try label(nil))
      var found: [String: Tensor] = [:]
      _ = generator.synthesis(
        try truncated(w, "psi0.7").rows(0..<samples), SynthesisSettings()
      ) { found[$0] = $1 }
      for name in intermediates.names.sorted() {
        guard let value = found[name] else {
          report.fail("intermediates.\(name)", "no such layer")
          continue
        }
        report.compare(
          "intermediates.\(name)", value, try intermediates.tensor(name),
          relative: GeneratorCase.imageTolerance)
      }
    }
  }
}
