import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// Principal components of w (harskish/ganspace), by all estimators, and edits along one.
enum GANSpaceCase: ConformanceCase {
  static let tolerance: Float = 1e-4

  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("ipca") == true
      && reference.weightCases.count == 1
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let outputs = try reference.checkpoint("outputs.safetensors")
    let w = try reference.checkpoint("inputs.safetensors").tensor("w")
    let count = reference.description["n_components"] as? Int ?? 10
    // As decomposition.py takes them: one batch unless the name says how many.
    var found: [String: GANSpace] = [:]
    for name in Set(outputs.names.compactMap { $0.contains(".") ? $0.prefix { $0 != "." } : nil }) {
      let batches = name.firstMatch(of: #/_(\d+)batches/#).flatMap { Int($0.1) } ?? 1
      let samples = w.shape[0]
      found[String(name)] = try GANSpace(
        samples: w, count: count,
        estimator: name.hasPrefix("ipca")
          ? .incremental(batch: (samples + batches - 1) / batches) : .pca)
    }
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2, let space = found[parts[0]] {
        compare(name, parts[1], space, expected, report)
      } else if name == "w_mean" {
        report.compare(name, w.meanOverFirstAxis(), expected, relative: 1e-5)
      } else if name == "w_std_per_dim" {
        let moments = FeatureMoments(w)
        let deviations = expected.scalars.indices.map { i in
          Float(moments.covariance[i * expected.count + i].squareRoot())
        }
        report.compare(
          name, Tensor(deviations, shape: expected.shape), expected, relative: 1e-5)
      } else if name.hasPrefix("edit_"), let space = found["ipca"] {
        try compareEdit(name, space, w, expected, reference, report)
      } else {
        report.fail(name, "unsupported: nothing here knows what this output is")
      }
    }
    for file in reference.files(withExtension: "npz") {
      try compareFile(reference.checkpoint(file), found["ipca"], file, report)
    }
  }

  private static func compare(
    _ name: String, _ kind: String, _ space: GANSpace, _ expected: Tensor,
    _ report: ConformanceReport
  ) {
    func numbers(_ values: [Double]) -> Tensor {
      Tensor(values.map { Float($0) }, shape: [values.count])
    }
    // fbpca is a randomised decomposition: weak components are approximate.
    let tolerance = name.hasPrefix("fbpca") ? 2e-3 : GANSpaceCase.tolerance
    switch kind {
    case "components": report.compare(name, space.components, expected, relative: tolerance)
    case "components_as_returned":
      // Their signs are LAPACK's.
      let rows = (0..<expected.shape[0]).map { k -> Tensor in
        let (own, target) = (space.components.row(k), expected.row(k))
        return (own - target).largestMagnitude < (own * -1 - target).largestMagnitude
          ? own : own * -1
      }
      let signed = Tensor.concatenated(rows.map { $0.reshaped([1, $0.count]) })
      report.compare(name, signed, expected, relative: tolerance)
    case "mean":
      report.compare(name, space.mean.reshaped(expected.shape), expected, relative: 1e-5)
    case "stdev":
      report.compare(name, numbers(space.deviations), expected, relative: tolerance)
    case "lat_stdev":
      report.compare(name, numbers(space.latentDeviations), expected, relative: tolerance)
    case "var_ratio":
      report.compare(name, numbers(space.varianceRatios), expected, relative: tolerance)
    default: report.fail(name, "unsupported: nothing here knows what this output is")
    }
  }

  private static func compareEdit(
    _ name: String, _ space: GANSpace, _ w: Tensor, _ expected: Tensor,
    _ reference: ReferenceCase, _ report: ConformanceReport
  ) throws {
    let edit = reference.description["edit"] as? [String: Any] ?? [:]
    guard let component = edit["component"] as? Int, let sigma = edit["sigma"] as? Double,
      let layers = edit["layers"] as? [Int], layers.count == 2, layers[0] <= layers[1]
    else { return report.fail(name, "case.json does not tell the edit") }
    let generator = try Generators.load(reference.network(ofCase: reference.weightCases[0]))
    let base = generator.broadcast(w.rows(0..<expected.shape[0]))
    let ws = space.moved(
      base, along: component, by: Float(sigma), rows: layers[0]..<layers[1],
      isCentred: name.contains("centered"))
    let value = name.hasSuffix("_img") ? generator.synthesis(ws, SynthesisSettings()) : ws
    report.compare(name, value, expected, relative: tolerance)
  }

  /// The file that decomposition.py writes: components, deviations and mean of w.
  private static func compareFile(
    _ file: Checkpoint, _ space: GANSpace?, _ name: String, _ report: ConformanceReport
  ) throws {
    guard let space, file.names.contains("lat_comp") else { return }
    let components = try file.tensor("lat_comp")
    report.compare(
      "\(name) lat_comp", space.components.reshaped(components.shape), components,
      relative: tolerance)
    report.compare(
      "\(name) lat_stdev",
      Tensor(space.latentDeviations.map { Float($0) }, shape: [space.latentDeviations.count]),
      try file.tensor("lat_stdev"), relative: tolerance)
  }
}
