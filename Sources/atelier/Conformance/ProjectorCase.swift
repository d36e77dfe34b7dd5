import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// The official projector (stylegan2-ada-pytorch, projector.py) with pixels in place of VGG16: the
/// loss of every step, w after it, and the noise maps at the end.
enum ProjectorCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("projector.project") == true
      && !reference.weightCases.isEmpty
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    guard let weights = reference.weightCases.first,
      let table = reference.description["table"] as? [String: [[String: Any]]]
    else { return report.fail("case.json", "unsupported: it names no weights or has no table") }
    let generator = try Generators.load(reference.network(ofCase: weights))
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    let runs = reference.description["runs"] as? [String: String] ?? [:]
    for run in table.keys.sorted() {
      let work = Work(
        name: run, text: runs[run] ?? "", table: table[run] ?? [], generator: generator,
        inputs: inputs, outputs: outputs, report: report,
        samples: samples(reference.description["w_stats"] as? String ?? ""))
      try work.run()
    }
  }

  /// "… mean over 500 mapped …".
  private static func samples(_ text: String) -> Int {
    text.firstMatch(of: #/over (\d+) mapped/#).flatMap { Int($0.1) } ?? 10_000
  }

  /// One run of the projector.
  private struct Work {
    let name: String
    let text: String
    let table: [[String: Any]]
    let generator: any Generator
    let inputs: Checkpoint
    let outputs: Checkpoint
    let report: ConformanceReport
    let samples: Int

    func run() throws {
      let weight =
        text.firstMatch(of: #/regularize_noise_weight ([\d.e+]+)/#)
        .flatMap { Double($0.1) } ?? 1e5
      var plan = InversionPlan.official(steps: table.count)
      plan.meanSamples = samples
      plan.stages[0].noise = .normalized
      plan.stages[0].noiseWeight = weight
      let target = try inputs.tensor("target")
      let scaled = (target * (1 / 127.5) + -1).reshaped(Shape([1] + target.shape.dimensions))
      // Pixels on the scale of 0 to 255.
      let distance = PictureDistance { (($0 - $1) * 127.5).squared().mean() }
      var inversion = try Inversion(generator, target: scaled, plan: plan, distance: distance)
      let given = inputs.tensors["\(name).w_noise"]
      let noise = try given?.tensor()
      var maps: [Tensor] = []
      while let map = inputs.tensors["\(name).noise_init.\(maps.count)"] {
        maps.append(try map.tensor())
      }
      let width = generator.size.wDim
      inversion.replay(noise: maps.isEmpty ? nil : maps) { step in
        noise.map { $0.row(step).reshaped([1, width]) } ?? Tensor(zeros: [1, width])
      }
      report.compare(
        "\(name).w_avg", inversion.meanLatent.reshaped([width]),
        try outputs.tensor("\(name).w_avg"), relative: GeneratorCase.latentTolerance)
      report.compare(
        "\(name).w_std", Tensor([inversion.latentDeviation], shape: [1]),
        try outputs.tensor("\(name).w_std"), relative: GeneratorCase.latentTolerance)
      try steps(&inversion)
      for (layer, map) in zip(generator.noiseMaps(), inversion.state.noise) {
        let output = "\(name).final_noise.\(layer.name).noise_const"
        // Adam divides by the size of an element's own gradient, so that a pixel whose gradient is
        // nearly 0 in the first steps goes either way, and its neighbours follow. Of the reference case
        // at hand, twins in float64 and in float32 agree to 1e-5, and differ from the file by 7e-3 of
        // the largest number in a few pixels.
        report.compare(output, map, try outputs.tensor(output), relative: 1e-2)
      }
    }

    private func steps(_ inversion: inout Inversion) throws {
      var worst: [String: Double] = [:]
      var latents: [Tensor] = []
      for row in table {
        guard let step = inversion.advance() else { break }
        latents.append(inversion.state.latent)
        func note(_ key: String, _ value: Double) {
          guard let expected = row[key] as? Double else { return }
          worst[key] = max(worst[key] ?? 0, abs(value - expected) / max(abs(expected), 1e-12))
        }
        note("dist", Double(step.distance))
        note("reg", Double(step.noise))
        note("loss", Double(step.loss))
        if row["lr"] as? Double != 0 { note("lr", step.learningRate) }
        if row["w_noise_scale"] as? Double != 0 {
          note("w_noise_scale", step.latentNoise)
        }
      }
      for (key, error) in worst.sorted(by: { $0.key < $1.key }) {
        report.expect(
          error <= 1e-3, "\(name).\(key)",
          "largest relative error \(ConformanceReport.short(Float(error))) in \(latents.count) steps"
        )
      }
      report.expect(
        inversion.isFinished && latents.count == table.count, "\(name).steps", "\(latents.count)")
      report.compare(
        "\(name).w_steps", Tensor.concatenated(latents), try outputs.tensor("\(name).w_steps"),
        relative: 1e-3)
    }
  }
}
