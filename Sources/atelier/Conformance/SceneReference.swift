import Checkpoints
import Foundation
import Networks
import Tensors

/// What the cases of pix2pixHD and SPADE have in common: options, maps, and comparisons.
struct SceneReference {
  let reference: ReferenceCase
  let report: ConformanceReport
  let inputs: Checkpoint
  let outputs: Checkpoint
  /// `options` of case.json, as the official scripts name them.
  let options: SceneOptions

  init(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    self.reference = reference
    self.report = report
    inputs = try reference.checkpoint("inputs.safetensors")
    outputs = try reference.checkpoint("outputs.safetensors")
    options = SceneOptions(object: reference.description["options"] as? [String: Any] ?? [:])
  }

  /// Activations may differ by this much of their largest.
  static let activationTolerance: Float = 1e-3
  /// Pictures between −1 and 1 may differ by this much.
  static let pictureTolerance: Float = 1e-4

  /// The integers of an input, such as a label map; `nil` where the case has none.
  func integers(_ name: String) throws -> (values: [Int32], shape: Shape)? {
    guard let stored = inputs.tensors[name] else { return nil }
    return (try stored.integers().map { Int32(truncatingIfNeeded: $0) }, stored.shape)
  }

  /// The scene of the case's label and instance maps.
  func maps(label: String = "label", instances: String = "inst") throws -> SceneInput {
    let ids = try integers(instances)
    guard let labels = try integers(label), labels.shape.rank == 2 else {
      if let picture = inputs.tensors[label], picture.shape.rank == 4 {
        return SceneInput(picture: try picture.tensor(), instances: ids?.values)
      }
      throw CommandError.invalidInput("the case has no label map '\(label)'.")
    }
    return SceneInput(
      height: labels.shape[0], width: labels.shape[1], labels: labels.values,
      instances: ids?.values)
  }

  /// Compares with an output of any shape of the same count.
  func compare(_ name: String, _ found: Tensor?, relative: Float) throws {
    guard let found else {
      return report.fail(name, "unsupported: nothing here knows what this output is")
    }
    let expected = try outputs.tensor(name)
    guard found.count == expected.count else {
      return report.fail(name, "shape \(found.shape) instead of \(expected.shape)")
    }
    report.compare(name, found.reshaped(expected.shape), expected, relative: relative)
  }

  /// Compares a number; `relative` is of the number itself.
  func compare(_ name: String, _ found: Double, relative: Double = 1e-4) throws {
    let expected = Double(try outputs.tensor(name).reshaped([]).scalar)
    let error = abs(found - expected) / max(abs(expected), 1e-6)
    report.expect(
      error <= relative, name,
      "\(found) for \(expected), relative error \(ConformanceReport.short(Float(error)))")
  }

  /// Compares elements that must be equal.
  func compareExactly(_ name: String, _ found: Tensor?) throws {
    guard let found else {
      return report.fail(name, "unsupported: nothing here knows what this output is")
    }
    let expected = try outputs.tensor(name)
    let wrong = zip(found.scalars, expected.scalars).count { $0 != $1 }
    report.expect(
      found.count == expected.count && wrong == 0, name,
      "\(wrong) of \(expected.count) elements differ")
  }

  /// Compares a picture with 8-bit pixels `[H, W, 3]`, which may differ by 1.
  func compareBytes(_ name: String, _ picture: Tensor) throws {
    let expected = try outputs.tensor(name)
    let (h, w) = (picture.shape[2], picture.shape[3])
    guard expected.shape == [h, w, picture.shape[1]] else {
      return report.fail(name, "shape \(picture.shape) instead of \(expected.shape)")
    }
    let bytes = picture.permuted([0, 2, 3, 1])
    let largest = zip(bytes.scalars, expected.scalars).map { value, expected in
      abs(max(0, min(255, (value + 1) / 2 * 255)).rounded(.towardZero) - expected)
    }.max()
    report.expect((largest ?? 0) <= 1, name, "largest difference \(Int(largest ?? 0)) of 255")
  }
}

extension Tensor {
  /// The channel of the largest element of every pixel, `[C, H, W]` → `[H, W]`; −1 where all are 0.
  func hottestChannels(_ channels: Int) -> Tensor {
    let plane = shape[-1] * shape[-2]
    let values = scalars
    return Tensor(
      (0..<plane).map { pixel in
        let hot = (0..<channels).first { values[$0 * plane + pixel] != 0 }
        return Float(hot ?? -1)
      }, shape: [shape[-2], shape[-1]])
  }
}
