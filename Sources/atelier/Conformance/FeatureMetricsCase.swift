import Checkpoints
import Foundation
import Networks
import Tensors

/// FID, KID, precision and recall, and Inception Score of given features.
///
/// The settings are in the values' names: `kid_subsets10_size100_seed3`, `precision_k3`.
enum FeatureMetricsCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("compute_fid") == true
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let inputs = try reference.checkpoint("inputs.safetensors")
    let (generated, real) = (try inputs.tensor("gen"), try inputs.tensor("real"))
    let values = reference.description["values"] as? [String: Double] ?? [:]
    for (name, expected) in values.sorted(by: { $0.key < $1.key }) {
      guard let found = try value(name, generated, real, inputs) else {
        report.fail(name, "unsupported: nothing here knows what this value is")
        continue
      }
      // Scores are counted in 32 bits, distances in 64.
      let error = abs(found - expected) / max(abs(expected), 1e-12)
      report.expect(error <= 1e-5, name, "\(found), reference \(expected)")
    }
    try checkOutputs(reference, generated, real, report)
  }

  private static func value(
    _ name: String, _ generated: Tensor, _ real: Tensor, _ inputs: Checkpoint
  ) throws -> Double? {
    if name.hasPrefix("fid") {
      return FeatureMoments(generated).frechetDistance(to: FeatureMoments(real))
    }
    if let match = name.wholeMatch(of: #/kid_subsets(\d+)_size(\d+)_seed(\d+)/#),
      let subsets = Int(match.1), let size = Int(match.2), let seed = UInt32(match.3)
    {
      var random = RandomState(seed: seed)
      return KernelDistance.distance(
        generated: generated, real: real, subsets: subsets, largest: size, random: &random)
    }
    if let match = name.wholeMatch(of: #/kid_one_subset_of_all_seed(\d+)/#),
      let seed = UInt32(match.1)
    {
      var random = RandomState(seed: seed)
      return KernelDistance.distance(
        generated: generated, real: real, subsets: 1, largest: .max, random: &random)
    }
    if let match = name.wholeMatch(of: #/(precision|recall)_k(\d+)/#), let k = Int(match.2) {
      return match.1 == "precision"
        ? PrecisionRecall.coverage(of: generated, by: real, neighbour: k)
        : PrecisionRecall.coverage(of: real, by: generated, neighbour: k)
    }
    if let match = name.wholeMatch(of: #/inception_score_(mean|std)_(\d+)splits/#),
      let splits = Int(match.2)
    {
      let score = InceptionScore.score(try inputs.tensor("probs"), splits: splits)
      return match.1 == "mean" ? score?.mean : score?.deviation
    }
    return nil
  }

  private static func checkOutputs(
    _ reference: ReferenceCase, _ generated: Tensor, _ real: Tensor, _ report: ConformanceReport
  ) throws {
    let outputs = try reference.checkpoint("outputs.safetensors")
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      let parts = name.split(separator: "_")
      if parts.count == 2, parts[0] == "mu" || parts[0] == "sigma" {
        let moments = FeatureMoments(parts[1] == "gen" ? generated : real)
        let found = parts[0] == "mu" ? moments.mean : moments.covariance
        report.compare(
          name, Tensor(found.map(Float.init), shape: expected.shape), expected, relative: 1e-6)
      } else if name == "kid_subset_indices_gen_then_real" {
        // Drawn with the seed that the value's name tells.
        let seed = (reference.description["values"] as? [String: Double])?.keys.lazy
          .compactMap { $0.firstMatch(of: #/kid_subsets\d+_size\d+_seed(\d+)/#)?.1 }.first
          .flatMap { UInt32($0) }
        var random = RandomState(seed: seed ?? 0)
        let indices = (0..<expected.shape[0]).flatMap { _ in
          random.choice(generated.shape[0], size: expected.shape[2])
            + random.choice(real.shape[0], size: expected.shape[2])
        }
        report.expect(indices.map(Float.init) == expected.scalars, name)
      } else {
        report.fail(name, "unsupported: nothing here knows what this output is")
      }
    }
  }
}
