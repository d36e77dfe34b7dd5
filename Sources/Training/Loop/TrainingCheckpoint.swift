import Checkpoints
import Foundation
import Tensors

/// A run as it lies on the disk: parameters, averages, moments, buffers and counters in one
/// safetensors file, written whole or not at all. Equal runs give equal bytes.
public enum TrainingCheckpoint {
  private static let form = "1"

  /// Writes the state of a run.
  public static func write(_ run: TrainingRun, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var metadata = [
      "training": form, "step": "\(run.steps)", "batch": "\(run.plan.batch)",
      "seed": "\(run.plan.seed)", "data": run.data.summary, "settings": run.step.settings,
      "sums": String(decoding: try encoder.encode(run.sums), as: UTF8.self),
    ]
    var tensors = run.step.buffers.map { (name: "buffer.\($0)", tensor: $1) }
    for group in run.step.groups {
      metadata["steps.\(group.name)"] = "\(group.optimizer.steps)"
      tensors += group.state.map { (name: "\(group.name).\($0)", tensor: $1) }
    }
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Goes on from a stored state; throws ``TrainingError`` if it is another run's.
  public static func restore(_ run: inout TrainingRun, from url: URL) throws {
    let stored = try Checkpoint(contentsOf: url), metadata = stored.metadata
    guard metadata["training"] == form, let steps = metadata["step"].flatMap(Int.init), steps >= 0
    else {
      throw TrainingError.unfitState(
        file: url.path, reason: "it is not the state of a training run")
    }
    let expected = [
      ("batch", "\(run.plan.batch)"), ("seed", "\(run.plan.seed)"), ("data", run.data.summary),
      ("settings", run.step.settings),
    ]
    for (name, value) in expected where metadata[name] != value {
      throw TrainingError.unfitState(
        file: url.path,
        reason: "it was made with \(name) \(metadata[name] ?? "unknown") instead of \(value)")
    }
    func tensor(_ name: String) throws -> Tensor? { try stored.tensors[name]?.tensor() }
    var step = run.step
    for index in step.groups.indices {
      let name = step.groups[index].name
      guard let count = metadata["steps.\(name)"].flatMap(Int.init), count >= 0 else {
        throw TrainingError.unfitState(
          file: url.path, reason: "it does not say how many steps '\(name)' has made")
      }
      try step.groups[index].restore(steps: count, file: url.path) { try tensor("\(name).\($0)") }
    }
    for (name, old) in step.buffers {
      guard let value = try tensor("buffer.\(name)"), value.shape == old.shape else {
        throw TrainingError.unfitState(
          file: url.path, reason: "'buffer.\(name)' is missing or has another shape")
      }
      step.buffers[name] = value
    }
    let sums = try? JSONDecoder().decode(
      [String: TrainingRun.LossSum].self, from: Data((metadata["sums"] ?? "").utf8))
    guard let sums else {
      throw TrainingError.unfitState(file: url.path, reason: "its losses are not readable")
    }
    run.step = step
    run.steps = steps
    run.sums = sums
  }
}
