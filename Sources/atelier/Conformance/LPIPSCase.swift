import Checkpoints
import Foundation
import Networks
import Tensors

/// LPIPS distances: trunks and heads of any width, or full-width trunks whose weights come from a
/// portable random generator.
enum LPIPSCase: ConformanceCase {
  static let tolerance: Float = 1e-5
  /// Distances are small: they are compared on their own scale.
  static let distanceTolerance: Float = 2e-5
  static let gradientTolerance: Float = 1e-4

  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["official"] as? String)?.contains("lpips.LPIPS") == true
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    let (in0, in1) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    var networks: [(name: String, network: LPIPS)] = []
    for file in ["lpips.pth", "lpips.safetensors"] where reference.has(file) {
      guard let network = try LPIPSFamily.canonical(reference.checkpoint(file)) else {
        report.fail(file, "is not read as an LPIPS network")
        continue
      }
      networks.append((file + " ", try LPIPS(network)))
    }
    if reference.has("trunk_prng.json") {
      let trunk = try PortableTrunk(reference.url("trunk_prng.json"))
      report.expect(trunk.beginsAsListed, "trunk_prng.json first values")
      for file in reference.files where file.hasPrefix("lin_heads") || file.contains("_lin_") {
        var parameters = trunk.parameters
        let heads = try reference.checkpoint(file)
        for name in heads.names {
          let tensor = try heads.tensor(name)
          parameters[name] = Parameter(shape: tensor.shape) { tensor }
        }
        let network = try LPIPSFamily.canonical(parameters, file: file)
        networks.append((file + " ", try LPIPS(network)))
      }
    }
    if networks.isEmpty { report.fail("network", "unsupported: no LPIPS weights are in this case") }
    for (file, network) in networks {
      for name in outputs.names.sorted() {
        let expected = try outputs.tensor(name)
        try check(
          name, expected, Work(network: network, in0: in0, in1: in1), as: file + name, report)
      }
    }
  }

  /// One network and the pictures that it compares.
  private struct Work {
    let network: LPIPS
    let in0: Tensor
    let in1: Tensor

    func tap(_ index: Int) -> Tensor? {
      let features = network.features(in0)
      return features.indices.contains(index) ? features[index] : nil
    }

    func distance(_ network: LPIPS, tap: Int?) -> Tensor? {
      let taps = network.tapDistances(network.features(in0), network.features(in1))
      let value =
        tap.map { taps.indices.contains($0) ? taps[$0] : nil }
        ?? taps.reduce(
          Tensor(zeros: [in0.shape[0]]), +)
      return value?.reshaped([in0.shape[0], 1, 1, 1])
    }
  }

  private static func check(
    _ name: String, _ expected: Tensor, _ work: Work, as title: String,
    _ report: ConformanceReport
  ) throws {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count == 2 else { return report.fail(title, "unsupported: an unknown output") }
    let number = parts[1].firstMatch(of: #/\d+$/#).flatMap { Int($0.0) }
    let network = parts[0] == "baseline_no_heads" ? work.network.withoutHeads : work.network
    switch (parts[0], parts[1]) {
    case (_, "grad_in0"):
      // Of the sum of the distances, on the scale of the largest.
      let (in1, in0) = (work.in1, work.in0)
      let found = valueWithGradient(at: in0) { network.distance($0, in1).sum() }.gradient
      return compare(title, found, expected, report, tolerance: gradientTolerance)
    case ("trunk", _):
      guard let number, let found = work.tap(number - 1) else { break }
      return report.compare(title, found, expected, relative: tolerance)
    case ("trunk_first8", _):
      guard let number, let found = work.tap(number - 1) else { break }
      let first = Tensor(Array(found.scalars.prefix(expected.count)), shape: expected.shape)
      return report.compare(title, first, expected, relative: tolerance)
    case ("trunk_meanabs", _):
      guard let number, let found = work.tap(number - 1) else { break }
      let sum = found.scalars.reduce(0.0) { $0 + Double(abs($1)) }
      return report.compare(
        title, Tensor(Float(sum / Double(found.count))), expected, relative: tolerance)
    case ("spatial", "distance"):
      return compare(title, work.network.map(work.in0, work.in1), expected, report)
    case ("normalize01", "distance"):
      // The same pictures in [0, 1], brought back to [-1, 1] as `normalize=True` does.
      let pictures = [work.in0, work.in1].map { picture in
        Tensor(picture.scalars.map { ($0 + 1) / 2 * 2 - 1 }, shape: picture.shape)
      }
      let found = network.distance(pictures[0], pictures[1])
      return compare(title, found.reshaped([found.count, 1, 1, 1]), expected, report)
    case ("lpips", "distance"), ("baseline_no_heads", "distance"):
      if let found = work.distance(network, tap: nil) {
        return compare(title, found, expected, report)
      }
    case ("lpips", _), ("baseline_no_heads", _):
      if parts[1].hasPrefix("layer"), let number, let found = work.distance(network, tap: number) {
        return compare(title, found, expected, report)
      }
    default: break
    }
    report.fail(title, "unsupported: nothing here knows what this output is")
  }

  /// Compares on the scale of the reference itself.
  private static func compare(
    _ title: String, _ found: Tensor, _ expected: Tensor, _ report: ConformanceReport,
    tolerance: Float = distanceTolerance
  ) {
    guard found.shape == expected.shape else {
      return report.fail(title, "shape \(found.shape) instead of \(expected.shape)")
    }
    let error = (found - expected).largestMagnitude / max(expected.largestMagnitude, 1e-20)
    report.expect(
      error <= tolerance, title,
      "largest relative error \(ConformanceReport.short(error)), tolerance "
        + ConformanceReport.short(tolerance))
  }
}

/// A trunk whose weights come from splitmix64, as `trunk_prng.json` lists them.
private struct PortableTrunk {
  private(set) var parameters: [String: Parameter] = [:]
  /// Whether every tensor begins with the listed values.
  private(set) var beginsAsListed = true

  private struct Listing: Decodable {
    struct Entry: Decodable {
      let name: String
      let shape: [Int]
      let seed: UInt64
      let first4: [Float]
    }
    let entries: [Entry]

    private enum CodingKeys: String, CodingKey { case entries = "tensors_in_order" }
  }

  init(_ file: URL) throws {
    let listing = try JSONDecoder().decode(Listing.self, from: Data(contentsOf: file))
    for entry in listing.entries {
      let tensor = Self.tensor(Shape(entry.shape), seed: entry.seed)
      for (found, listed) in zip(tensor.scalars, entry.first4) where abs(found - listed) > 1e-6 {
        beginsAsListed = false
      }
      parameters["net." + entry.name] = Parameter(shape: tensor.shape) { tensor }
    }
  }

  /// Weights in ± √(6 / fan-in), biases in ± 0.1.
  private static func tensor(_ shape: Shape, seed: UInt64) -> Tensor {
    let fanIn = shape.dimensions.dropFirst().reduce(1, *)
    let range = shape.rank == 1 ? 0.1 : (6 / Double(fanIn)).squareRoot()
    return Tensor(uninitialized: shape) { values in
      for i in values.indices {
        var z = seed &+ UInt64(i + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        values[i] = Float((2 * Double(z >> 40) / 16_777_216 - 1) * range)
      }
    }
  }
}
