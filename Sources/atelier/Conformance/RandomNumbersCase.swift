import Checkpoints
import Foundation
import Tensors

/// NumPy's RandomState and torch's CPU generator.
///
/// NumPy's values, torch's integers and doubles must be equal to the bit; torch's blocks of 32-bit
/// normals within 1.7e-6, the spread of torch's own builds.
enum RandomNumbersCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["values"] as? [String: Any])?["numpy"] != nil
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let values = reference.description["values"] as? [String: [String: [String: Any]]] ?? [:]
    for (seed, expected) in (values["numpy"] ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let number = UInt32(seed) else { continue }
      numpy(number, expected, report)
    }
    for (seed, expected) in (values["torch"] ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let number = UInt64(seed) else { continue }
      torchIntegers(number, expected, report)
    }
    let outputs = try reference.checkpoint("outputs.safetensors")
    for name in outputs.names.sorted() {
      guard let stored = outputs.tensors[name] else { continue }
      try tensor(name, stored, report)
    }
  }

  /// `torch.randn.4x100.seed42` and the like.
  private static func tensor(
    _ name: String, _ stored: StoredTensor, _ report: ConformanceReport
  ) throws {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count >= 3, let seed = UInt64(parts[parts.count - 1].dropFirst(4)) else {
      return report.fail(name, "unsupported: nothing here knows what this output is")
    }
    let count = stored.count
    var torch = TorchGenerator(seed: seed)
    switch (parts[0], parts[1]) {
    case ("numpy", _):
      var random = RandomState(seed: UInt32(truncatingIfNeeded: seed))
      report.expect(
        try random.randn(count) == stored.doubles(), name, "\(count) doubles equal to the bit")
    case (_, "rand_f64"):
      let found = (0..<count).map { _ in torch.uniformDouble() }
      report.expect(try found == stored.doubles(), name, "\(count) doubles equal to the bit")
    case (_, "randn_f64"):
      report.expect(
        try torch.randnDouble(count) == stored.doubles(), name, "\(count) doubles equal to the bit")
    case (_, "seq_randn5_rand3_randn4"):
      let found = Tensor.concatenated([torch.randn([5]), torch.rand([3]), torch.randn([4])])
      report.compare(name, found, try stored.tensor(), relative: 0)
    case (_, "seq_randn_3_2_16_1"):
      let found = Tensor.concatenated([3, 2, 16, 1].map { torch.randn([$0]) })
      report.compare(name, found, try stored.tensor(), relative: 1.7e-6)
    case (_, "rand"):
      report.compare(name, torch.rand(stored.shape), try stored.tensor(), relative: 0)
    default:
      report.compare(
        name, torch.randn(stored.shape), try stored.tensor(), relative: count < 16 ? 0 : 1.7e-6)
    }
  }

  private static func numpy(
    _ seed: UInt32, _ expected: [String: Any], _ report: ConformanceReport
  ) {
    func doubles(_ value: Any?) -> [Double] {
      (value as? [String] ?? []).compactMap { Double($0) }
    }
    func expect(_ what: String, _ found: [Double], _ value: Any?) {
      let reference = doubles(value)
      report.expect(!reference.isEmpty && found == reference, "numpy seed \(seed) \(what)")
    }
    func expect(_ what: String, _ found: [Int], _ value: Any?) {
      report.expect(found == value as? [Int], "numpy seed \(seed) \(what)")
    }
    func fresh() -> RandomState { RandomState(seed: seed) }
    var random = fresh()
    let normals = random.randn(512)
    expect("randn_1x512_first8", Array(normals.prefix(8)), expected["randn_1x512_first8"])
    expect("randn_1x512_last8", Array(normals.suffix(8)), expected["randn_1x512_last8"])
    if let after = expected["after_randn512"] as? [String: Any] {
      expect("rand3", (0..<3).map { _ in random.uniform() }, after["rand3"])
      expect("randn3 after rand3", random.randn(3), after["randn3"])
      expect(
        "randint", (0..<5).map { _ in random.integer(in: 0..<100) }, after["randint_0_100_5"])
      expect("uint32", (0..<3).map { _ in Int(random.nextUInt32()) }, after["randint_uint32"])
    }
    random = fresh()
    expect(
      "mt19937", (0..<4).map { _ in Int(random.nextUInt32()) }, expected["mt19937_first_uint32"])
    random = fresh()
    expect("randn3 then randn2", random.randn(3) + random.randn(2), expected["randn3_then_randn2"])
    random = fresh()
    let rows = random.randn(2048)
    expect("randn_4x512 row 3", Array(rows[1536..<1540]), expected["randn_4x512_row3_first4"])
    guard let continued = expected["fresh"] as? [String: Any] else { return }
    // These are successive calls on one generator, or fresh ones: both are tried.
    for isFresh in [true, false] {
      var random = fresh()
      func restart() { if isFresh { random = fresh() } }
      var found: [(String, Bool)] = []
      func check(_ name: String, _ values: [Double]) {
        found.append((name, values == doubles(continued[name])))
        restart()
      }
      check("random_sample5", (0..<5).map { _ in random.uniform() })
      found.append(
        ("permutation10", random.permutation(10) == continued["permutation10"] as? [Int]))
      restart()
      found.append(
        (
          "choice_20_6_noreplace",
          random.choice(20, size: 6) == continued["choice_20_6_noreplace"] as? [Int]
        ))
      restart()
      check("standard_normal3", random.randn(3))
      check("normal_2_3", (0..<3).map { _ in random.normal(2, 3) })
      check("uniform_m1_1", (0..<3).map { _ in random.uniform(-1, 1) })
      if found.allSatisfy(\.1) || !isFresh {
        for (name, isEqual) in found { report.expect(isEqual, "numpy seed \(seed) \(name)") }
        return
      }
    }
  }

  private static func torchIntegers(
    _ seed: UInt64, _ expected: [String: Any], _ report: ConformanceReport
  ) {
    var torch = TorchGenerator(seed: seed)
    let bounded = (0..<6).map { _ in torch.integer(below: 1000) }
    report.expect(bounded == expected["randint_0_1000_6"] as? [Int], "torch seed \(seed) randint")
    torch = TorchGenerator(seed: seed)
    report.expect(
      torch.permutation(10) == expected["randperm10"] as? [Int], "torch seed \(seed) randperm")
    torch = TorchGenerator(seed: seed)
    // torch.random_() on int64 keeps 63 bits.
    let wide = (0..<3).map { _ in String(torch.nextUInt64() & (1 << 63 - 1)) }
    report.expect(
      wide == expected["random_int64_3"] as? [String], "torch seed \(seed) random_int64")
  }
}
