import Checkpoints
import Editing
import Foundation
import Networks
import Tensors

/// Closed-form factorisation (genforce/sefa) of the networks of other cases, and one edit.
///
/// Outputs are named `<case>.L<layers>.vectors_sorted` and so on; `<case>` lies beside this one.
enum SeFaCase: ConformanceCase {
  static let eigenTolerance: Float = 1e-4

  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["functions"] as? String)?.contains("factorize_weight") == true
      && !reference.weightCases.isEmpty
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let outputs = try reference.checkpoint("outputs.safetensors")
    let inputs = try reference.checkpoint("inputs.safetensors")
    let cases = Set(outputs.names.map { String($0.prefix { $0 != "." }) }).sorted()
    for name in cases {
      let generator: any Generator
      do {
        generator = try Generators.load(reference.network(ofCase: name))
      } catch let error as NetworkError {
        guard case .unknownFamily = error else { throw error }
        report.notYet(name, "unsupported: no family here reads ../\(name)")
        continue
      }
      let work = Work(
        prefix: name + ".", generator: generator, inputs: inputs, outputs: outputs,
        edit: Edit(reference.description["edit"] as? String ?? ""), report: report)
      try work.run()
    }
  }

  /// The edit that case.json tells in words: "… truncation(mapping(z), psi 0.7, 8 layers); layers
  /// 1,2,3 moved by +2.0 x vectors_sorted[0] of L=all; …".
  private struct Edit {
    var psi: Float = 0.7
    var cutoff = 8
    var layers = "1,2,3"
    var amount: Float = 2
    var component = 0
    var factorized = "all"

    init(_ text: String) {
      if let match = text.firstMatch(of: #/psi ([-\d.]+), (\d+) layers/#) {
        psi = Float(match.1) ?? psi
        cutoff = Int(match.2) ?? cutoff
      }
      let move = #/layers ([-\d,]+) moved by ([-+\d.]+) x vectors_sorted\[(\d+)\] of L=([-\w,]+)/#
      if let match = text.firstMatch(of: move) {
        layers = String(match.1)
        amount = Float(match.2) ?? amount
        component = Int(match.3) ?? component
        factorized = String(match.4)
      }
    }
  }

  /// One network at work.
  private struct Work {
    let prefix: String
    let generator: any Generator
    let inputs: Checkpoint
    let outputs: Checkpoint
    let edit: Edit
    let report: ConformanceReport

    func run() throws {
      for name in outputs.names.filter({ $0.hasPrefix(prefix) }).sorted() {
        let expected = try outputs.tensor(name)
        let parts = name.dropFirst(prefix.count).split(separator: ".")
        if parts.count == 2, parts[0].hasPrefix("L") {
          try compare(name, layers: String(parts[0].dropFirst()), kind: parts[1], expected)
        } else {
          try compareEdit(name, expected)
        }
      }
    }

    private func directions(_ layers: String) throws -> (vectors: Tensor, values: Tensor) {
      let width = generator.size.wDim
      let found = try SeFa.directions(
        of: generator, layers: LayerSet(parsing: layers), count: width)
      return (
        Tensor.concatenated(found.map { $0.direction.tensor.reshaped([1, width]) }),
        Tensor(found.map { Float($0.eigenvalue) }, shape: [width])
      )
    }

    private func compare(
      _ name: String, layers: String, kind: Substring, _ expected: Tensor
    ) throws {
      let (vectors, values) = try directions(layers)
      switch kind {
      case "vectors_sorted":
        report.compare(name, vectors, expected, relative: SeFaCase.eigenTolerance)
      case "values_sorted":
        report.compare(name, values, expected, relative: SeFaCase.eigenTolerance)
      case "values_as_returned":
        let sorted = Tensor(expected.scalars.sorted(by: >), shape: expected.shape)
        report.compare(name, values, sorted, relative: SeFaCase.eigenTolerance)
      case "vectors_as_returned":
        // Their order and signs are numpy's: each is compared with the nearest of ours.
        let returned = (0..<expected.shape[0]).map { expected.row($0) }
        let nearest = returned.map { target in
          (0..<vectors.shape[0]).flatMap { [vectors.row($0), vectors.row($0) * -1] }
            .min { ($0 - target).largestMagnitude < ($1 - target).largestMagnitude } ?? target
        }
        report.compare(
          name, Tensor.concatenated(nearest.map { $0.reshaped([1, $0.count]) }), expected,
          relative: SeFaCase.eigenTolerance)
      default: report.fail(name, "unsupported: nothing here knows what this output is")
      }
    }

    private func compareEdit(_ name: String, _ expected: Tensor) throws {
      let z = try inputs.tensor(prefix + "edit_z")
      let base = try Truncation.psi(edit.psi, cutoff: edit.cutoff).apply(
        to: generator.broadcast(generator.mapping(z, label: nil)), center: generator.meanLatent)
      let direction = try directions(edit.factorized).vectors.row(edit.component).scalars
      let rows = Set(try LayerSet(parsing: edit.layers).indices(count: generator.size.rows))
      let (count, width) = (generator.size.rows, generator.size.wDim)
      var edited = base
      edited.withUnsafeMutableBuffer { ws in
        for i in ws.indices where rows.contains(i / width % count) {
          ws[i] += edit.amount * direction[i % width]
        }
      }
      switch name.dropFirst(prefix.count) {
      case "edit_base_wp":
        report.compare(name, base, expected, relative: GeneratorCase.latentTolerance)
      case "edit_wp": report.compare(name, edited, expected, relative: SeFaCase.eigenTolerance)
      case "edit_image":
        report.compare(
          name, generator.synthesis(edited, SynthesisSettings()), expected,
          relative: SeFaCase.eigenTolerance)
      default: report.fail(name, "unsupported: nothing here knows what this output is")
      }
    }
  }
}
