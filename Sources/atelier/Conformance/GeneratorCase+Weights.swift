import Checkpoints
import Networks
import Tensors

extension GeneratorCase {
  /// Every tensor as read from the original file against the reference copy: equal to the bit.
  static func compareWeights(
    _ checkpoint: Checkpoint, _ weights: Checkpoint, _ report: ConformanceReport
  ) throws {
    // References join all parts of TensorFlow's names by slashes, and write scalars as one element.
    let stored = Dictionary(
      checkpoint.tensors.map { (dotted($0.key), $0.value) }, uniquingKeysWith: { first, _ in first }
    )
    // A reference may hold networks that this file lacks, such as a discriminator.
    let networks = Set(stored.keys.map { $0.prefix { $0 != "." } })
    let names = weights.names.filter { networks.contains(dotted($0).prefix { $0 != "." }) }
    try compare("weights", names, report) { name in
      guard let stored = stored[dotted(name)], let expected = weights.tensors[name] else {
        return false
      }
      let isScalar = stored.count == 1 && expected.count == 1
      return try (stored.shape == expected.shape || isScalar)
        && equal(stored.tensor(), expected.tensor())
    }
  }

  /// The parameters under canonical names against those of the official conversion (`G_ema.` and
  /// `D.`), equal to the bit but for the rounding of filters.
  static func compareCanonical(
    _ network: CanonicalNetwork, _ weights: Checkpoint, _ report: ConformanceReport
  ) throws {
    let names = weights.names.filter { !$0.hasPrefix("G.") }
    try compare("converted weights", names, report) { name in
      let local = String(name.drop { $0 != "." }.dropFirst())
      let canonical = name.hasPrefix("D.") ? "discriminator.\(local)" : local
      guard let parameter = network.parameters[canonical] else {
        // Filters that the network does not use are not made up.
        return name.hasSuffix("resample_filter")
      }
      let (found, expected) = (try parameter.tensor(), try weights.tensor(name))
      if name.hasSuffix("resample_filter") {
        return found.shape == expected.shape && (found - expected).largestMagnitude < 1e-7
      }
      return found.shape == expected.shape && equal(found, expected)
    }
  }

  /// Reports how many of `names` are not `isEqual`.
  private static func compare(
    _ what: String, _ names: [String], _ report: ConformanceReport,
    isEqual: (String) throws -> Bool
  ) throws {
    let different = try names.filter { try !isEqual($0) }
    report.expect(
      different.isEmpty, what,
      different.isEmpty
        ? "\(names.count) tensors equal to the bit"
        : "\(different.count) differ, first \(different[0])")
  }

  private static func dotted(_ name: String) -> String { name.replacing("/", with: ".") }

  private static func equal(_ a: Tensor, _ b: Tensor) -> Bool {
    a.scalars.map(\.bitPattern) == b.scalars.map(\.bitPattern)
  }
}
