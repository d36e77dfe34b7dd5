import Checkpoints
import Foundation
import Tensors

/// torch files of every element type and layout.
enum TorchFilesCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("expected.safetensors") && !reference.files(withExtension: "pt").isEmpty
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let expected = try reference.checkpoint("expected.safetensors")
    for file in reference.files(withExtension: "pt") {
      guard !file.hasPrefix("bad_") else {
        FileCases.expectError(reference, file, report)
        continue
      }
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      for name in expected.names.sorted() {
        try FileCases.compare(
          "\(file) \(name)", checkpoint.tensors["state.\(name)"], expected.tensors[name], report)
      }
      guard let meta = checkpoint.plain?["meta"],
        let reference = reference.description["meta"] as? [String: Any]
      else {
        report.fail("\(file) meta", "missing")
        continue
      }
      report.expect(
        meta["step"]?.integer == reference["step"] as? Int
          && meta["name"]?.string == reference["name"] as? String
          && meta["lr"]?.real == (reference["lr"] as? NSNumber)?.doubleValue
          && meta["flag"]?.boolean == true && meta["none"]?.isNone == true
          && meta["nested"]?["list"]?[1]?.integer == 3
          && meta["size"]?.elements?.compactMap(\.integer) == reference["size"] as? [Int],
        "\(file) meta")
    }
  }
}

/// npy and npz files.
enum NumPyFilesCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("expected.safetensors") && !reference.files(withExtension: "npy").isEmpty
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let expected = try reference.checkpoint("expected.safetensors")
    for file in reference.files(withExtension: "npy") {
      guard !file.hasPrefix("bad_"), !file.contains("refuse") else {
        FileCases.expectError(reference, file, report)
        continue
      }
      let stem = String(file.dropLast(4))
      let name = stem.hasPrefix("version") ? "f4_c" : stem
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      try FileCases.compare(file, checkpoint.tensors["tensor"], expected.tensors[name], report)
    }
    for file in reference.files(withExtension: "npz") {
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      for member in checkpoint.names {
        let name =
          ["compressed.npz a": "f4_c", "compressed.npz b": "i8"]["\(file) \(member)"]
          ?? "\(file.dropLast(4)).\(member)"
        try FileCases.compare(
          "\(file) \(member)", checkpoint.tensors[member], expected.tensors[name], report)
      }
    }
  }
}

/// What the two kinds of file case share.
private enum FileCases {
  static func expectError(
    _ reference: ReferenceCase, _ file: String, _ report: ConformanceReport
  ) {
    do {
      _ = try Checkpoint(contentsOf: reference.url(file))
      report.fail(file, "was read, but is broken")
    } catch {
      report.expect(error is CheckpointError, file, "\(error)")
    }
  }

  /// Elements must be equal; a scalar may be stored as one element.
  static func compare(
    _ what: String, _ found: StoredTensor?, _ expected: StoredTensor?, _ report: ConformanceReport
  ) throws {
    guard let found, let expected else { return report.fail(what, "missing") }
    let isSameShape =
      found.shape == expected.shape || (found.count == 1 && expected.count == 1)
      || found.shape.dimensions == expected.shape.dimensions.dropLast()
    report.expect(
      // References of doubles were stored as 32-bit floats.
      try isSameShape && found.tensor().scalars == expected.tensor().scalars, what,
      "\(found.type) \(found.shape)")
  }
}
