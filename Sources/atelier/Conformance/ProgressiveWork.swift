import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// One file of a StyleGAN1 or ProGAN case at work.
struct ProgressiveWork {
  let report: ConformanceReport
  /// What begins the names in the report.
  let prefix: String
  let generator: any Generator
  let discriminator: (any Discriminator)?
  let inputs: Checkpoint
  let outputs: Checkpoint
  let intermediates: Checkpoint?
  let description: [String: Any]

  /// Compares every output and intermediate.
  func run() throws {
    let w = try latent()
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      if name.hasPrefix("D_") {
        try compareJudgement(name, expected)
      } else if let found = try output(name, w) {
        let isLatent = name.contains("ws")
        report.compare(
          prefix + name, found, expected,
          relative: isLatent ? GeneratorCase.latentTolerance : imageTolerance)
      } else {
        report.fail(prefix + name, "unsupported: nothing here knows what this output is")
      }
    }
    if let intermediates { try compareIntermediates(intermediates, w) }
  }

  /// The picture of the first latent.
  func firstPicture() throws -> Tensor {
    generator.synthesis(generator.broadcast(try latent()).rows(0..<1), noise: .const)
  }

  private var imageTolerance: Float {
    let isLarge =
      generator.family == "StyleGAN1" && generator.size.resolution >= ProgressiveCase.large.side
    return isLarge ? ProgressiveCase.large.tolerance : GeneratorCase.imageTolerance
  }

  private func label() throws -> Tensor? {
    inputs.tensors["labels"] == nil ? nil : try inputs.tensor("labels")
  }

  /// w of all inputs. A ProGAN port has no labels of its own and takes [z, label] as its z.
  private func latent() throws -> Tensor {
    let z = try inputs.tensor("z")
    guard let label = try label() else { return generator.mapping(z, label: nil) }
    guard generator.size.classes == 0 else { return generator.mapping(z, label: label) }
    let width = (z.shape[1], label.shape[1])
    let joined = Tensor(uninitialized: [z.shape[0], width.0 + width.1]) { joined in
      for i in joined.indices {
        let (n, k) = (i / (width.0 + width.1), i % (width.0 + width.1))
        joined[i] = k < width.0 ? z[n, k] : label[n, k - width.0]
      }
    }
    return generator.mapping(joined, label: nil)
  }

  /// The number after `word` among the parts of a name.
  private func number(_ word: String, in name: String) -> Float? {
    name.split(separator: "_").first { $0.hasPrefix(word) }
      .flatMap { Float($0.dropFirst(word.count)) }
  }

  private func output(_ name: String, _ w: Tensor) throws -> Tensor? {
    if name == "mix_ws" || name == "mix_img" {
      let mixed = try mixed(generator.broadcast(w))
      return name == "mix_ws" ? mixed : generator.synthesis(mixed, noise: .const)
    }
    let ws = try Truncation.psi(
      number("psi", in: name) ?? 1, cutoff: number("cutoff", in: name).map { Int($0) }
    ).apply(to: generator.broadcast(w), center: generator.meanLatent)
    if name.hasPrefix("ws_psi") { return ws }
    guard name.hasPrefix("img") else { return nil }
    return generator.synthesis(ws, SynthesisSettings(lod: number("lod", in: name)))
  }

  /// Row 0 with some layers of row 1; the case says which: "row 0 with layers 2,3,4 of row 1".
  private func mixed(_ ws: Tensor) throws -> Tensor {
    let text = description["outputs"] as? String ?? ""
    let layers = text.range(of: "with layers ").map {
      text[$0.upperBound...].prefix { $0 != " " }.split(separator: ",").compactMap { Int($0) }
    }
    let rows = (0..<generator.size.rows).map { row in
      ws.row((layers ?? [2, 3, 4]).contains(row) ? 1 : 0).rows(row..<row + 1)
    }
    return Tensor.concatenated(rows)
      .reshaped([1, generator.size.rows, generator.size.wDim])
  }

  /// The discriminator on the reference pictures, so that it alone is judged.
  private func compareJudgement(_ name: String, _ expected: Tensor) throws {
    // The port is a generator alone.
    guard let discriminator else {
      if prefix.isEmpty { report.fail(name, "the file has no discriminator") }
      return
    }
    let images = try outputs.tensor(outputs.tensors["img"] == nil ? "img_psi1" : "img")
    try discriminator.check(batch: images.shape[0])
    let found: Tensor? =
      switch name {
      case "D_scores": discriminator.logits(images, label: try label())
      case "D_labels": discriminator.classScores(images)
      default: nil
      }
    guard let found else {
      return report.fail(name, "unsupported: the discriminator gives no such output")
    }
    report.compare(name, found, expected, relative: GeneratorCase.imageTolerance)
  }

  private func compareIntermediates(_ intermediates: Checkpoint, _ w: Tensor) throws {
    guard let generator = generator as? any InspectableGenerator else {
      return report.notYet(prefix + "intermediates", "this family does not show its layers")
    }
    let samples = try intermediates.names.first.map { try intermediates.tensor($0).shape[0] } ?? 1
    let ws = generator.broadcast(w).rows(0..<samples)
    var found = ["w": ws.reshaped([samples, ws.count / samples])]
    _ = generator.synthesis(ws, SynthesisSettings()) { found[$0] = $1 }
    for name in intermediates.names.sorted() {
      guard let value = Self.layer(name).flatMap({ found[$0] }) else {
        report.fail("\(prefix)intermediates.\(name)", "no such layer")
        continue
      }
      let expected = try intermediates.tensor(name)
      report.compare(
        "\(prefix)intermediates.\(name)", value, expected, relative: imageTolerance)
    }
  }

  /// `16x16/Conv0_up/after_StyleMod` → `synthesis.b16.conv0`; `4x4/PixelNorm` is ProGAN's w.
  private static func layer(_ name: String) -> String? {
    let parts = name.split(separator: "/").map(String.init)
    let layers = [
      "Const": "input", "Conv": "conv1", "Dense": "dense", "Conv0": "conv0", "Conv0_up": "conv0",
      "Conv1": "conv1",
    ]
    if name == "4x4/PixelNorm" { return "w" }
    guard parts.count == 3, let side = parts[0].split(separator: "x").first,
      let layer = layers[parts[1]]
    else { return nil }
    return "synthesis.b\(side).\(layer)"
  }
}
