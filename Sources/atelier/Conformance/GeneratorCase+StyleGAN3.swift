import Checkpoints
import Networks
import Tensors

extension GeneratorCase.Work {
  /// `transform0_matrix`, `img_transform0` (case.json's first transform) and
  /// `img_transform_zoom1.9`; the pictures are of w truncated with ψ = 0.7.
  func compareTransform(_ name: String, _ w: Tensor, _ expected: Tensor) throws {
    guard let transform = transform(name) else {
      return report.fail(name, "case.json does not say which transform")
    }
    if name.hasSuffix("_matrix") {
      return report.compare(
        name, Tensor(transform.elements, shape: [3, 3]), expected,
        relative: GeneratorCase.latentTolerance)
    }
    let ws = try truncated(w, "psi0.7").rows(0..<expected.shape[0])
    report.compare(
      name, generator.synthesis(ws, SynthesisSettings(transform: transform)), expected,
      relative: GeneratorCase.imageTolerance)
  }

  /// The transform that an output's name asks for.
  private func transform(_ name: String) -> InputTransform? {
    let text = name.replacing("img_", with: "").replacing("_matrix", with: "")
      .dropFirst("transform".count)
    if text.hasPrefix("_zoom"), let zoom = Float(text.dropFirst("_zoom".count)) {
      return InputTransform(matrix: [zoom, 0, 0, 0, zoom, 0, 0, 0, 1])
    }
    guard let index = Int(text),
      let transforms = description["transforms"] as? [[String: Any]],
      transforms.indices.contains(index),
      let translate = transforms[index]["translate"] as? [Double], translate.count == 2,
      let angle = transforms[index]["angle_degrees"] as? Double
    else { return nil }
    return InputTransform(
      x: Float(translate[0]), y: Float(translate[1]), rotate: Float(angle))
  }

  /// `mix_ws` and `mix_img` where case.json does not say how to mix: every row must come from one
  /// of the truncated latents.
  func compareRowMixing(_ name: String, _ w: Tensor, _ expected: Tensor) throws {
    guard outputs.tensors["mix_ws"] != nil else {
      return report.fail(name, "neither case.json nor mix_ws says how to mix")
    }
    let wanted = try outputs.tensor("mix_ws")
    let sources = try outputs.names.filter { $0.hasPrefix("ws_psi") }
      .map { try truncated(w, $0.dropFirst("ws_".count)) }
    let width = generator.size.wDim
    let samples = (0..<wanted.shape[0]).map { sample in
      let rows = (0..<generator.size.rows).map { row -> Tensor in
        let target = wanted.row(sample).row(row)
        let candidates = sources.flatMap { source in
          (0..<source.shape[0]).map { source.row($0).row(row) }
        }
        let nearest = candidates.min {
          ($0 - target).largestMagnitude < ($1 - target).largestMagnitude
        }
        return (nearest ?? target).reshaped([1, width])
      }
      return Tensor.concatenated(rows).reshaped([1, generator.size.rows, width])
    }
    let ws = Tensor.concatenated(samples)
    if name == "mix_ws" {
      report.compare(name, ws, expected, relative: GeneratorCase.latentTolerance)
    } else {
      report.compare(
        name, generator.synthesis(ws, SynthesisSettings()), expected,
        relative: GeneratorCase.imageTolerance)
    }
  }
}
