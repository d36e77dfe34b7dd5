import Checkpoints
import Foundation
import Tensors

/// A reference case folder: `case.json` and the files beside it.
struct ReferenceCase {
  let folder: URL
  /// `case.json`, parsed.
  let description: [String: Any]
  /// The names of the files in the folder, sorted.
  let files: [String]

  init(_ folder: URL) throws {
    self.folder = folder
    let url = folder.appendingPathComponent("case.json")
    let data = try Data(contentsOf: url)
    guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw CommandError.invalidInput("\(url.path) is not a JSON object.")
    }
    description = object
    files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// A file of the case.
  func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Whether the case has a file of this name.
  func has(_ name: String) -> Bool { files.contains(name) }

  /// The tensors of a safetensors file of the case.
  func checkpoint(_ name: String) throws -> Checkpoint { try Checkpoint(contentsOf: url(name)) }

  /// The files of one extension.
  func files(withExtension suffix: String) -> [String] {
    files.filter { $0.hasSuffix("." + suffix) }
  }
}

/// The results of one case.
final class ConformanceReport {
  let name: String
  private(set) var lines: [Line] = []

  enum Outcome: String {
    case passed = "ok"
    case failed = "FAILED"
    case notYet = "not yet"
  }

  struct Line {
    let outcome: Outcome
    let what: String
    let detail: String
  }

  init(name: String) { self.name = name }

  var passed: Int { lines.count { $0.outcome == .passed } }
  var failed: Int { lines.count { $0.outcome == .failed } }
  var notYet: Int { lines.count { $0.outcome == .notYet } }

  func pass(_ what: String, _ detail: String = "") {
    lines.append(Line(outcome: .passed, what: what, detail: detail))
  }

  func fail(_ what: String, _ detail: String) {
    lines.append(Line(outcome: .failed, what: what, detail: detail))
  }

  func notYet(_ what: String, _ detail: String) {
    lines.append(Line(outcome: .notYet, what: what, detail: detail))
  }

  func expect(_ condition: Bool, _ what: String, _ detail: String = "") {
    if condition { pass(what, detail) } else { fail(what, detail.isEmpty ? "differs" : detail) }
  }

  /// Compares a tensor with its reference; the tolerance is `relative` · max(1, max|reference|).
  func compare(_ what: String, _ found: Tensor, _ expected: Tensor, relative: Float) {
    guard found.shape == expected.shape else {
      return fail(what, "shape \(found.shape) instead of \(expected.shape)")
    }
    let error = (found - expected).largestMagnitude
    let tolerance = relative * max(1, expected.largestMagnitude)
    let detail = "largest error \(Self.short(error)), tolerance \(Self.short(tolerance))"
    if error <= tolerance { pass(what, detail) } else { fail(what, detail) }
  }

  static func short(_ value: Float) -> String { String(format: "%.1e", Double(value)) }

  func print(quiet: Bool, strict: Bool) {
    for line in lines where !quiet || line.outcome == .failed {
      Swift.print(
        "  \(line.outcome.rawValue.padded(to: 8)) \(line.what.padded(to: 44)) \(line.detail)")
    }
    let skipped = notYet > 0 ? ", \(notYet) not yet" : ""
    let isGood = failed == 0 && (!strict || notYet == 0)
    Swift.print("\(isGood ? "ok" : "FAILED") \(name): \(passed) passed, \(failed) failed\(skipped)")
  }

  struct Summary: Encodable {
    struct Part: Encodable { let name, outcome, detail: String }
    let name: String
    let passed, failed, notYet: Int
    let parts: [Part]
  }

  func summary(strict: Bool) -> Summary {
    Summary(
      name: name, passed: passed, failed: failed, notYet: notYet,
      parts: lines.map { .init(name: $0.what, outcome: $0.outcome.rawValue, detail: $0.detail) })
  }
}

extension String {
  /// The text with spaces up to `width` characters.
  func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self
  }
}
