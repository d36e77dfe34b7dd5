import Checkpoints
import Foundation
import Tensors

/// Plain pickles of every protocol: their values against case.json and arrays.safetensors.
enum PickleObjectsCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.description["expected_basic"] != nil
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let arrays = try reference.checkpoint("arrays.safetensors")
    for file in reference.files(withExtension: "pkl") {
      let bytes = try MappedFile(contentsOf: reference.url(file)).region
      // Persistent ids come as tuples ("storage", "X", rest) and stand for "PID" + rest.
      let (plain, end) = try PickleMachine.load(bytes) { id in
        .string("PID" + (id[2]?.string ?? ""))
      }
      if file.hasPrefix("persistent_id") {
        report.expect(
          plain[0]?.string == "PIDalpha" && plain[1]?["k"]?.string == "PIDbeta", file,
          "ids went through the caller")
        continue
      }
      if file.hasPrefix("two_in_one") {
        let second = try PickleMachine.load(bytes, at: end)
        report.expect(
          plain.integer == 1 && second.value["second"]?.integer == 2 && second.end < bytes.count,
          file, "two pickles, one after the other")
        continue
      }
      let checkpoint = try Checkpoint(contentsOf: reference.url(file))
      guard let plain = checkpoint.plain else {
        report.fail(file, "no object tree")
        continue
      }
      if file.hasPrefix("basic_p") {
        let expected = reference.description["expected_basic"] as Any
        let difference = compare(plain, expected, path: "value")
        report.expect(difference == nil, file, difference ?? "all values equal")
      } else if file.hasPrefix("numpy2_") {
        report.expect(plain["np_float64"]?.real == 3.25, "\(file) np_float64")
        report.expect(plain["np_int64"]?.integer == -3, "\(file) np_int64")
        report.expect(
          try plain["arr_i8"]?.tensor?.integers() == [-2, -1, 0, 1, 2], "\(file) arr_i8")
        // The values 0 … 5, plus 3.
        report.expect(
          try plain["arr_f4"]?.tensor?.doubles() == [3, 4, 5, 6, 7, 8], "\(file) arr_f4")
      } else if file.hasPrefix("numpy_p") {
        try numpy(file, plain, arrays, reference, report)
      } else if file.hasPrefix("cyclic_benign") {
        // [L, D] where L = [1, L] and D = {"self": D}; three levels down it is still the same.
        let list = plain[0]
        report.expect(
          list?[0]?.integer == 1 && list?[1]?[1]?[1]?[0]?.integer == 1
            && plain[1]?["self"]?["self"]?["self"] != nil, file, "cycles kept")
      } else if file.hasPrefix("python2_numpy") {
        let weight = plain["weight"]?.tensor
        report.expect(try weight?.doubles() == [0, 1, 2, 3, 4, 5], "\(file) weight")
        report.expect(weight?.shape == [2, 3], "\(file) shape")
      } else {
        report.pass(file, "read as \(checkpoint.format)")
      }
    }
  }

  private static func numpy(
    _ file: String, _ plain: PickleValue, _ arrays: Checkpoint, _ reference: ReferenceCase,
    _ report: ConformanceReport
  ) throws {
    for name in arrays.names.sorted() {
      guard let found = plain[name]?.tensor, let expected = arrays.tensors[name] else {
        report.fail("\(file) \(name)", "missing")
        continue
      }
      report.expect(
        // References of doubles were stored as 32-bit floats; integers are compared as doubles.
        try
          (found.type == .f64
          ? found.tensor().scalars == expected.tensor().scalars
          : found.doubles() == expected.doubles())
          && (found.shape == expected.shape || found.shape.count == 1), "\(file) \(name)",
        "\(found.type) \(found.shape)")
    }
    let scalars = reference.description["scalars"] as? [String: Any] ?? [:]
    for name in ["np_float64", "np_float32", "np_int64"] {
      report.expect(
        plain[name]?.real == (scalars[name] as? NSNumber)?.doubleValue, "\(file) \(name)")
    }
    report.expect(plain["np_bool"]?.boolean == (scalars["np_bool"] as? Bool), "\(file) np_bool")
  }

  /// The first difference from a description such as `{"int": "3"}`, `nil` if there is none.
  static func compare(_ value: PickleValue, _ expected: Any, path: String) -> String? {
    if expected is NSNull { return value.isNone ? nil : "\(path) is not None" }
    if let truth = expected as? Bool, !(expected is [String: Any]) {
      return value.boolean == truth ? nil : "\(path) is not \(truth)"
    }
    guard let entry = (expected as? [String: Any])?.first else { return "\(path): unknown form" }
    func same(_ condition: Bool) -> String? { condition ? nil : "\(path) is not \(entry.value)" }
    let text = entry.value as? String ?? ""
    switch (entry.key, value.contents) {
    case ("int", .integer(let found)): return same(String(found) == text)
    case ("int", .bigInteger(let found)): return same(found == text)
    case ("float", .real(let found)):
      return same(Double(text).map { $0.bitPattern == found.bitPattern } ?? false)
    case ("str", .string(let found)): return same(found == text)
    case ("bytes", .bytes(let found)):
      return same(found.map { String(format: "%02x", $0) }.joined() == text)
    case ("list", .list(let items)), ("tuple", .tuple(let items)):
      return compare(items, entry.value, path)
    case ("set", .set(let items)), ("frozenset", .frozenSet(let items)):
      return compare(items.sorted { ($0.integer ?? 0) < ($1.integer ?? 0) }, entry.value, path)
    case ("dict", .dictionary(let entries)), ("OrderedDict", .orderedDictionary(let entries)):
      let pairs = entry.value as? [[Any]] ?? []
      guard pairs.count == entries.count else { return "\(path) has \(entries.count) entries" }
      for (index, (pair, found)) in zip(pairs, entries).enumerated() {
        if let difference = compare(found.key, pair[0], path: "\(path) key \(index)")
          ?? compare(found.value, pair[1], path: "\(path)[\(found.key.string ?? "\(index)")]")
        {
          return difference
        }
      }
      return nil
    default: return "\(path) is no \(entry.key)"
    }
  }

  private static func compare(_ items: [PickleValue], _ expected: Any, _ path: String) -> String? {
    let references = expected as? [Any] ?? []
    guard references.count == items.count else { return "\(path) has \(items.count) elements" }
    for (index, (item, reference)) in zip(items, references).enumerated() {
      if let difference = compare(item, reference, path: "\(path)[\(index)]") { return difference }
    }
    return nil
  }
}
