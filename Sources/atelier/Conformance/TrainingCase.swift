import Checkpoints
import Foundation
import Networks
import Tensors
import Training

/// The training step of stylegan2-ada-pytorch: losses, gradients of first and second order, and
/// iterations of Adam with lazy regularisation.
enum TrainingCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("StyleGAN2Loss") == true
      && reference.networkFile != nil && reference.has("weights.safetensors")
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    guard let file = reference.networkFile,
      let settings = TrainingSettings(reference.description["training"] as? [String: Any] ?? [:])
    else { return report.fail("case.json", "unsupported: it does not say how to train") }
    let gradients = try reference.checkpoint("gradients.safetensors")
    var work = try TrainingWork(
      network: Generators.canonical(Checkpoint(contentsOf: file)), settings: settings,
      weights: reference.checkpoint("weights.safetensors"), gradients: gradients,
      inputs: reference.checkpoint("inputs.safetensors"))
    try compareLosses(work, gradients, try reference.checkpoint("outputs.safetensors"), report)
    try compareIterations(
      &work, first: reference.checkpoint("iteration0.safetensors"),
      all: reference.checkpoint("iterations.safetensors"), report)
    if reference.has("augment.safetensors") {
      let description = reference.description["augment"] as? [String: Any] ?? [:]
      guard let augmentation = AugmentationWork(description) else {
        return report.fail("augment", "unsupported: case.json gives no parameters")
      }
      try augmentation.compare(reference.checkpoint("augment.safetensors"), report)
    }
  }

  /// Losses and gradients at the starting weights.
  private static func compareLosses(
    _ work: TrainingWork, _ gradients: Checkpoint, _ outputs: Checkpoint,
    _ report: ConformanceReport
  ) throws {
    let phases = try [
      ("Gmain", work.generatorLoss(0)), ("Gpl", work.pathLength(0)),
      ("Dgen", work.drawnLoss(0)), ("Dreal", work.realLoss(0)), ("Dr1", work.gradientPenalty(0)),
    ]
    var values: [String: Tensor] = [:]
    for (name, phase) in phases {
      for (key, value) in phase.values {
        // The two halves of the discriminator's loss are one phase in the reference.
        let scope = name == "Dgen" || name == "Dreal" ? "Dmain" : name
        values["\(scope).\(key)"] = value
      }
      let names = work.names(of: name.hasPrefix("G") ? .generator : .discriminator)
      let expected = try names.map { try gradients.tensor("\(name).\($0)") }
      let largest = expected.map(\.largestMagnitude).max() ?? 0
      for (index, parameter) in names.enumerated() {
        report.compare(
          gradient: "\(name).\(parameter)", phase.gradients[index], expected[index],
          largest: largest)
      }
    }
    for name in outputs.names.sorted() {
      guard let value = values[name.replacing(".f64", with: "")] else {
        report.fail(name, "unsupported: nothing here knows what this output is")
        continue
      }
      let expected = try outputs.tensor(name)
      report.compare(
        gradient: name, value, expected, largest: max(expected.largestMagnitude, 1e-3))
    }
  }

  /// Six iterations, the first one phase by phase.
  private static func compareIterations(
    _ work: inout TrainingWork, first: Checkpoint, all: Checkpoint, _ report: ConformanceReport
  ) throws {
    var series: [String: [Tensor]] = [:]
    while work.hasInputs(work.iteration) {
      let isFirst = work.iteration == 0
      var found: [String: Tensor] = [:]
      for (key, value) in try work.iterate(observe: { found[$0] = $1 }) {
        series[key, default: []].append(value)
      }
      guard isFirst else { continue }
      for name in first.names.sorted() {
        guard let value = found[name] else {
          report.fail("iteration0.\(name)", "unsupported: nothing here knows what this is")
          continue
        }
        let expected = try first.tensor(name)
        report.compare(
          gradient: "iteration0.\(name)", value, expected,
          largest: max(expected.largestMagnitude, name.hasPrefix("adam_v") ? 1e-3 : 1),
          relative: 1e-3)
      }
    }
    for name in all.names.sorted() where !name.hasPrefix("final.") {
      guard let values = series[name.replacing(".f64", with: "")] else {
        report.fail("iterations.\(name)", "unsupported: nothing here knows what this is")
        continue
      }
      let expected = try all.tensor(name)
      let found = Tensor(values.flatMap(\.scalars), shape: [values.reduce(0) { $0 + $1.count }])
      // Rounding grows from step to step.
      report.compare(
        gradient: "iterations.\(name)", found, expected, relative: 1e-3)
    }
    for (side, parameters) in [
      ("G", work.parameters(.generator)), ("D", work.parameters(.discriminator)),
    ] {
      for (name, value) in parameters {
        let expected = try all.tensor("final.\(side).\(name)")
        // Adam may move an element whose gradient is nearly 0 either way, by twice its learning rate.
        report.compare(
          gradient: "final.\(side).\(name)", value, expected,
          largest: max(expected.largestMagnitude, 1), relative: 4e-3)
      }
    }
  }
}
