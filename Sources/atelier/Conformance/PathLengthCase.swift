import Checkpoints
import Foundation
import Networks
import Tensors

/// Perceptual path length of another case's generator, with mean squares for a distance.
///
/// Settings are in the names: `dist.z.full.crop.eps0.01`.
enum PathLengthCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("PPLSampler") == true
      && reference.weightCases.count == 1
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let generator = try Generators.load(reference.network(ofCase: reference.weightCases[0]))
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    var settings = SynthesisSettings()
    if let inspectable = generator as? any InspectableGenerator {
      settings.noise = NoiseInput(.maps(try maps(inspectable, inputs)))
    }
    let ends = (try inputs.tensor("z0"), try inputs.tensor("z1"))
    let t = try inputs.tensor("t").scalars
    var means: [String: Double] = [:]
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      if name.hasPrefix("slerp_full") {
        let step: Float = name.contains("plus") ? 1e-2 : 0
        let found = PathLength.slerp(ends.0, ends.1, t.map { $0 + step })
        report.compare(name, found, expected, relative: 1e-5)
        continue
      }
      let match = name.wholeMatch(of: #/dist\.(z|w)\.(full|end)\.(crop|nocrop)\.eps([\d.e-]+)/#)
      guard let match, let space = PathLength.Space(rawValue: String(match.1)),
        let epsilon = Float(match.4)
      else {
        report.fail(name, "unsupported: nothing here knows what this output is")
        continue
      }
      let way = PathLength(space: space, epsilon: epsilon, isCropped: match.3 == "crop")
      let found = way.lengths(
        generator, ends.0, ends.1, t: match.2 == "end" ? t.map { _ in 0 } : t, settings: settings,
        distance: meanSquares)
      means["ppl" + name.dropFirst("dist".count)] =
        found.reduce(0.0) { $0 + Double($1) } / Double(found.count)
      // A step of 1e-4 is lost in the rounding of 32-bit pictures.
      let tolerance: Float = epsilon < 1e-3 ? 0.1 : 2e-3
      let error = (Tensor(found, shape: expected.shape) - expected).largestMagnitude
      report.expect(
        error <= tolerance * expected.largestMagnitude, name,
        "largest error \(ConformanceReport.short(error)) of "
          + ConformanceReport.short(expected.largestMagnitude))
    }
    try checkValues(reference, inputs, means, report)
  }

  private static func checkValues(
    _ reference: ReferenceCase, _ inputs: Checkpoint, _ means: [String: Double],
    _ report: ConformanceReport
  ) throws {
    let values = reference.description["values"] as? [String: Any] ?? [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if name.hasPrefix("ppl_trim") {
        let count = name.firstMatch(of: #/\d+/#).map { String($0.0) } ?? ""
        let lengths = try inputs.tensor("distances\(count)").scalars
        guard let trimmed = PathLength.trimmedMean(lengths) else { continue }
        if let expected = value as? Double {
          report.expect(
            abs(trimmed.mean - expected) <= 1e-5 * expected, name, "\(trimmed.mean)")
        } else if let limits = value as? [Double], limits.count == 2 {
          report.expect(
            abs(Double(trimmed.low) - limits[0]) <= 1e-6 * limits[0]
              && abs(Double(trimmed.high) - limits[1]) <= 1e-6 * limits[1], name,
            "\(trimmed.low), \(trimmed.high)")
        }
      } else if let expected = value as? Double, let found = means[name] {
        let tolerance = name.hasSuffix("eps0.0001") ? 0.03 : 1e-3
        report.expect(
          abs(found - expected) <= tolerance * abs(expected), name,
          "\(found), reference \(expected)")
      } else {
        report.fail(name, "unsupported: nothing here knows what this value is")
      }
    }
  }

  /// The stand-in for LPIPS: mean squares of pictures in [0, 255].
  private static func meanSquares(_ a: Tensor, _ b: Tensor) -> Tensor {
    SquaredDistance().distance(a * 127.5, b * 127.5)
  }

  /// The given noise maps in the order of the layers that take them.
  private static func maps(
    _ generator: any InspectableGenerator, _ inputs: Checkpoint
  ) throws -> [Tensor] {
    try generator.noiseMaps().map { layer in
      let name = "noise.synthesis.\(layer.name).noise_const"
      let map = inputs.tensors[name] == nil ? layer.map : try inputs.tensor(name)
      return map.reshaped([1, 1, map.shape[0], map.shape[1]])
    }
  }
}
