import Checkpoints
import Editing
import Foundation
import Tensors

/// Boundaries of attributes (genforce/interfacegan): selection by score, support vector machine,
/// conditional projection and walks.
enum InterFaceGANCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("train_boundary") == true
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    let details = reference.description["details"] as? [String: [String: Any]] ?? [:]
    for (name, detail) in details.sorted(by: { $0.key < $1.key }) {
      let index = String(name.drop { !$0.isNumber })
      guard let chosen = detail["chosen_num_or_ratio"] as? Double,
        let split = detail["split_ratio"] as? Double,
        let seed = detail["numpy_seed_before_call"] as? Int
      else {
        report.fail(name, "case.json does not tell how it was fitted")
        continue
      }
      var random = RandomState(seed: UInt32(seed))
      let selection = try LinearBoundary.Selection(
        latents: inputs.tensor("codes"), scores: inputs.tensor("scores\(index)").scalars,
        chosen: chosen, split: split, random: &random)
      report.compare(
        "train_x\(index)", selection.training, try outputs.tensor("train_x\(index)"), relative: 0)
      report.expect(
        try outputs.tensor("train_y\(index)").scalars == selection.labels.map(Float.init),
        "train_y\(index)")
      let boundary = try LinearBoundary(
        fitting: selection.training, labels: selection.labels,
        cost: detail["C"] as? Double ?? 1)
      try compare(boundary, name, index, outputs, detail, report)
      compareLog(boundary, selection, name, detail["log"] as? [String] ?? [], report)
    }
    try compareUses(inputs, outputs, reference, report)
  }

  private static func compare(
    _ boundary: LinearBoundary, _ name: String, _ index: String, _ outputs: Checkpoint,
    _ detail: [String: Any], _ report: ConformanceReport
  ) throws {
    let expected = try outputs.tensor(name)
    let cosine = zip(boundary.normal.scalars, expected.scalars).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    report.expect(cosine > 0.9999, name, "cosine \(cosine)")
    let intercept = try Double(outputs.tensor("intercept\(index)").scalar)
    report.expect(
      abs(boundary.intercept - intercept) <= 0.01 * max(1, abs(intercept)),
      "intercept\(index)", "\(boundary.intercept), reference \(intercept)")
    let coefficients = try outputs.tensor("coef\(index)")
    report.compare(
      "coef\(index)",
      Tensor(boundary.coefficients.map { Float($0) }, shape: coefficients.shape), coefficients,
      relative: 0.01)
    if let objective = detail["primal_objective"] as? Double {
      report.expect(
        // The reference stops at a tolerance of 1e-3: less is better.
        boundary.objective <= 1.001 * objective, "\(name) objective",
        "\(boundary.objective), reference \(objective)")
    }
  }

  /// The accuracies that the reference printed: "Accuracy for remaining set: 405 / 480 = 0.843750".
  private static func compareLog(
    _ boundary: LinearBoundary, _ selection: LinearBoundary.Selection, _ name: String,
    _ log: [String], _ report: ConformanceReport
  ) {
    for (set, latents) in [
      ("validation", selection.validation), ("remaining", selection.remaining),
    ] {
      let line = log.first { $0.hasPrefix("Accuracy for \(set) set:") }
      guard let line, let latents, let match = line.firstMatch(of: #/(\d+) \/ (\d+)/#),
        let right = Double(match.1), let all = Int(match.2)
      else {
        report.expect(line == nil && latents == nil, "\(name) has \(set) latents")
        continue
      }
      let found = boundary.accuracy(latents.latents, labels: latents.labels)
      // A latent within the solver's tolerance of the plane may change sides.
      report.expect(
        latents.labels.count == all && abs(found * Double(all) - right) <= 1.5,
        "\(name) accuracy on \(set)", "\(found) of \(latents.labels.count), reference: \(line)")
    }
  }

  private static func compareUses(
    _ inputs: Checkpoint, _ outputs: Checkpoint, _ reference: ReferenceCase,
    _ report: ConformanceReport
  ) throws {
    func boundary(_ name: String) throws -> Tensor {
      name == "extra" ? try inputs.tensor("extra_boundary") : try outputs.tensor(name)
    }
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      if let match = name.wholeMatch(of: #/project_b(\d)_on_(.+)/#) {
        let conditions = try match.2.split(separator: "_").map {
          try boundary($0 == "extra" ? "extra" : "boundary" + $0.dropFirst())
        }
        let found = try LinearBoundary.projected(
          boundary("boundary\(match.1)"), awayFrom: conditions)
        report.compare(name, found.reshaped(expected.shape), expected, relative: 1e-5)
      } else if name == "interp_2d" {
        let steps = line(from: -3, to: 3, count: expected.shape[0])
        let found = LinearBoundary.walk(
          from: try inputs.tensor("latent").row(0), along: try boundary("boundary0").row(0),
          to: steps)
        report.compare(name, found, expected, relative: 1e-5)
      } else if name == "interp_wplus" {
        // In W+ the steps count from the latent itself.
        let latent = try inputs.tensor("latent_wplus")
        let normal = try boundary("boundary0").scalars
        let values = line(from: -2, to: 2, count: expected.shape[0]).flatMap { step in
          latent.scalars.enumerated().map { $1 + step * normal[$0 % normal.count] }
        }
        report.compare(name, Tensor(values, shape: expected.shape), expected, relative: 1e-5)
      }
    }
  }

  private static func line(from first: Float, to last: Float, count: Int) -> [Float] {
    (0..<count).map { first + (last - first) * Float($0) / Float(max(count - 1, 1)) }
  }
}
